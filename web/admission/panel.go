package admission

import (
	"fmt"
	"slices"
	"strings"

	"portal/internal/admission"
	"portal/internal/authz"
	"portal/internal/workday"
	"portal/web/form"
	"portal/web/view"
)

// panel is the one decision beside the file: a choice and its verb.
type panel struct {
	Action, Key, Version string
	Error                string // beside the choices
	Picks                []pick
	Points               []view.Option
	PointsError          string
	More                 view.Field
	Conditions           []conditionField
	ConditionsError      string
	Opinion              view.Field
	Told                 string
	Verb                 string // of the choice made so far
}

type pick struct {
	ID, Value, Label, Hint, Locked string
	Chosen                         bool
}

type conditionField struct {
	Words     view.Field
	Community view.Field
	Where     []view.Option
	Name      string // of the tick
	Mandatory bool
}

// choices are the words of each decision on the page; the verb is the action's own label.
var choices = []struct {
	do          authz.Action
	value, hint string
}{
	{authz.AppApprove, "approve", "给准入文号，从开始日期起生效"},
	{authz.AppCondition, "conditions", "条件由社区确认以后才在社区生效"},
	{authz.AppReturn, "return", "退回期间停表，改好接着计"},
	{authz.AppReject, "reject", "结束流程，理由送达申请单位"},
	{authz.AppNotAccept, "not_accept", "不属于社区准入的，不进入审核"},
	{authz.AppAccept, "accept", "材料齐全，先受理，稍后再审"},
}

func doOf(value string) authz.Action {
	for _, c := range choices {
		if c.value == value {
			return c.do
		}
	}
	return ""
}

const usualOpinion = "请按以上内容修改后重新提交。"

// panelOf fills the panel from the checks; with a form it shows what was typed.
func panelOf(f admission.File, offers []admission.Offer, typed *form.Form) *panel {
	failing, explaining := admission.Suggested(f.Checked)
	p := &panel{Action: f.Path() + "/decisions/new", Key: form.NewKey(), Version: itoa(f.Version), Verb: "作出决定",
		Told: fmt.Sprintf("提交后通知%s，%d 个社区同步看到结果", f.UnitName, len(f.Communities))}
	chosen := ""
	if len(failing) > 0 {
		chosen = "return"
	}
	p.Opinion = view.Field{Name: "opinion", Label: "审核意见", Max: admission.MaxOpinion}
	if chosen == "return" {
		p.Opinion.Value = usualOpinion
	}
	ticked := failing
	p.More = view.Field{Name: "more", Label: "其他要补正的", Hint: "一行一条", Optional: true}
	conditions := admission.SuggestedConditions(f)
	if typed != nil {
		errors := typed.Errors()
		chosen, ticked, conditions = typed.Raw("do"), typed.All("points"), conditionsOf(typed)
		p.Opinion.Value, p.More.Value = typed.Raw("opinion"), typed.Raw("more")
		p.Key, p.Version = typed.Key(), typed.Raw("version")
		p.Error, p.PointsError, p.ConditionsError = messageOf(errors, "do"), messageOf(errors, "points"), messageOf(errors, "conditions")
		p.Opinion.Error, p.More.Error = messageOf(errors, "opinion"), messageOf(errors, "more")
	}
	for _, c := range choices {
		at := slices.IndexFunc(offers, func(o admission.Offer) bool { return o.Do == c.do })
		if at < 0 {
			continue
		}
		k := pick{ID: "do-" + c.value, Value: c.value, Label: c.do.Label(), Hint: c.hint, Locked: offers[at].Locked}
		if k.Chosen = c.value == chosen && k.Locked == ""; k.Chosen {
			p.Verb = k.Label
		}
		p.Picks = append(p.Picks, k)
	}
	for _, point := range slices.Concat(failing, explaining) {
		p.Points = append(p.Points, view.Option{Value: point, Label: point, Chosen: slices.Contains(ticked, point)})
	}
	p.Conditions = conditionFields(f, conditions)
	if typed != nil {
		for i := range p.Conditions {
			p.Conditions[i].Words.Error = messageOf(typed.Errors(), p.Conditions[i].Words.Name)
		}
	}
	return p
}

// conditionRows is how many lines the form offers; empty ones do not count.
const conditionRows = 3

func conditionFields(f admission.File, given []admission.NewCondition) []conditionField {
	out := make([]conditionField, conditionRows)
	for i := range out {
		n := itoa(i + 1)
		c := conditionField{Words: view.Field{Name: "condition" + n, Label: "条件" + view.Numeral(i+1), Max: 200, Optional: i > 0},
			Community: view.Field{Name: "where" + n, Label: "条件" + view.Numeral(i+1) + "由谁确认"}, Name: "mandatory" + n, Mandatory: true}
		where := ""
		if i < len(given) {
			c.Words.Value, where, c.Mandatory = given[i].Words, given[i].Division, given[i].Mandatory
		}
		c.Where = []view.Option{{Label: "每个社区", Chosen: where == ""}}
		for _, l := range f.Loads {
			c.Where = append(c.Where, view.Option{Value: l.Code, Label: l.Name, Chosen: l.Code == where})
		}
		out[i] = c
	}
	return out
}

// conditionsOf reads the lines of the form, the empty ones too, so that they come back in place.
func conditionsOf(f *form.Form) []admission.NewCondition {
	out := make([]admission.NewCondition, conditionRows)
	for i := range out {
		n := itoa(i + 1)
		out[i] = admission.NewCondition{Words: f.Text("condition"+n, 200), Division: f.Raw("where" + n), Mandatory: f.Raw("mandatory"+n) != ""}
	}
	return out
}

// aside fills what stands beside the file: what to correct, conditions, taking back.
func (p *detailPage) aside(by authz.Actor, f admission.File, today workday.Day) {
	if f.State == admission.Returned && len(f.Returns) > 0 {
		last := f.Returns[0]
		p.Fix = &fixBox{Round: fmt.Sprintf("%s %s退回", moment(last.At, today), last.Name), Points: last.Points, Opinion: last.Opinion}
		if f.Correction != nil {
			p.Fix.Until = "最晚 " + f.Correction.DueOn.Chinese() + " 重新提交，逾期失效"
		}
		if admission.MayResubmit(by, f.Application) {
			p.Fix.Href = f.Path() + "/edit/1"
		}
	}
	if admission.MayWithdraw(by, f.Application) {
		p.Withdraw = &withdrawBox{Action: f.Path() + "/withdrawals/new", Key: form.NewKey(), Version: itoa(f.Version)}
	}
	done := 0
	for _, c := range f.Conditions {
		line := conditionLine{ID: fmt.Sprintf("condition-%d", c.ID), Community: c.Community, Words: c.Words, Mandatory: c.Mandatory}
		if c.ConfirmedAt != nil {
			line.Done = fmt.Sprintf("%s %s确认", moment(*c.ConfirmedAt, today), *c.ConfirmedBy)
		}
		if admission.MayConfirm(by, c) {
			line.Action, line.Key = fmt.Sprintf("%s/conditions/%d", f.Path(), c.ID), form.NewKey()
		}
		p.Conditions = append(p.Conditions, line)
		if line.Done != "" {
			done++
		}
	}
	p.Confirmed, p.OpenRest = fmt.Sprintf("%d 条里已确认 %d 条", len(f.Conditions), done), len(f.Conditions) <= openConditions
}

// openConditions is how many lines stand open without folding.
const openConditions = 6

// trail fills the last events, the newest first.
func (p *detailPage) trail(f admission.File, today workday.Day) {
	p.Trail = eventsOf(f.Trail, today)
	const shown = 8
	if len(p.Trail) > shown {
		p.Trail = p.Trail[:shown]
	}
	if len(p.Trail) > 0 {
		p.Trail[0].Now = true
	}
}

func splitLines(text string) []string {
	return strings.FieldsFunc(text, func(r rune) bool { return r == '\n' })
}
