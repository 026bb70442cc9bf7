package admission

import (
	"net/http"
	"strconv"
	"strings"

	"portal/internal/admission"
	"portal/internal/fault"
	"portal/web/form"
	"portal/web/route"
	"portal/web/view"
)

// introPage is where an application begins.
type introPage struct {
	Frame  view.Page
	Key    string
	Drafts []draftLine
}

type draftLine struct{ Title, Href, When, State string }

func (h forms) intro(w http.ResponseWriter, r *http.Request) error {
	drafts, err := h.s.Drafts(r.Context(), route.Actor(r))
	if err != nil {
		return err
	}
	p := introPage{Frame: h.page(r, "申请准入", 0), Key: form.NewKey()}
	for _, a := range drafts {
		d := draftLine{Title: a.Title, Href: editPath(a, nextStep(a)), When: "上次保存" + moment(a.SavedAt, h.f.Today()), State: a.State.Label()}
		if d.Title == "" {
			d.Title = "还没有名称"
		}
		p.Drafts = append(p.Drafts, d)
	}
	return h.f.Render(w, r, http.StatusOK, showIntro(p))
}

// nextStep is the first step that was not left with 保存并继续.
func nextStep(a admission.Application) int {
	for step := admission.StepItem; step < admission.StepCheck; step++ {
		if !done(a, step) {
			return step
		}
	}
	return admission.StepCheck
}

func (h forms) begin(w http.ResponseWriter, r *http.Request) error {
	f, err := form.Read(r)
	if err != nil {
		return err
	}
	id, err := h.s.Begin(r.Context(), route.Actor(r), f.Key())
	if err != nil {
		return err
	}
	return route.See(w, r, editPath(admission.Application{ID: id}, admission.StepItem))
}

// checkPage is 核对并提交.
type checkPage struct {
	Frame        view.Page
	Tasks        []view.Task
	Errors       []awayError
	Parts        []answerPart
	Live         liveView
	Action       string
	Key, Version string
	Twin         view.Field
	TwinOptions  []view.Option
	Points       []string
	Again        bool
	Blocked      string // why the button is not offered
	Withdraw     string
}

// awayError is a message whose field stands on another page.
type awayError struct{ Href, Message string }

// answerPart is one step on the check-answers page.
type answerPart struct {
	Title, Change string
	Terms         []view.Term
}

func (h forms) showCheck(w http.ResponseWriter, r *http.Request, l admission.Look, refused []fault.Field) error {
	errors := refused
	if errors == nil {
		for step := admission.StepItem; step <= admission.StepData; step++ {
			errors = append(errors, l.Fields(step)...)
		}
	}
	a := l.Application
	p := checkPage{Frame: h.page(r, "核对并提交 - 申请准入", len(errors)), Tasks: tasksOf(l, admission.StepCheck, len(errors)), Live: liveOf(l), Key: form.NewKey(), Version: itoa(a.Version),
		Action: a.Path() + "/submissions/new", Parts: partsOf(l), Again: a.Year != nil, Withdraw: a.Path() + "/withdrawals/new"}
	for _, e := range errors {
		href := "#f-" + e.Name
		if step := admission.StepOf(e.Name); step != admission.StepCheck {
			href = editPath(a, step) + href
		}
		p.Errors = append(p.Errors, awayError{Href: href, Message: e.Message})
	}
	if l.Returned != nil {
		p.Points = l.Returned.Points
	}
	if l.Twin != "" && a.Year == nil || messageOf(refused, admission.FieldTwin) != "" {
		p.Twin = view.Field{Name: admission.FieldTwin, Label: "本单位已经申请过同名、日期相同的事项", Hint: "先核对是不是同一件事", Error: messageOf(refused, admission.FieldTwin)}
		p.TwinOptions = []view.Option{{Value: "yes", Label: "不是同一件事，或者确实要再申请一次"}}
	}
	return h.f.Render(w, r, statusOf(refused), showCheckAnswers(p))
}

// partsOf lists the answers step by step, each with its way back.
func partsOf(l admission.Look) []answerPart {
	a, at := stored(l.Form), func(step int) string { return editPath(l.Application, step) }
	unit := func(id string) string {
		for _, u := range l.Units {
			if strconv.FormatInt(u.ID, 10) == id {
				return u.Name
			}
		}
		return ""
	}
	var bases, files []string
	for _, b := range l.Facts.Bases {
		bases = append(bases, join(b.Label(), b.Status.Label()))
	}
	for _, f := range l.Attached {
		files = append(files, f.Name)
	}
	var where []string
	for _, code := range l.Form.Communities {
		where = append(where, l.Facts.Names[code])
	}
	rows := []struct {
		step              int
		field, name, text string
	}{
		{1, "title", "事项名称", l.Title}, {1, "item_form", "事项形态", l.ItemForm.Label()}, {1, "list_kind", "拟列清单", kindLabel(l.ListKind)},
		{1, "lead_unit", "牵头部门", unit(a.one["lead_unit"])}, {1, "basis", "依据", strings.Join(bases, "\n")}, {1, "reason", "为何由社区办", l.Reason},
		{1, "attachment", "附件", strings.Join(files, "\n")},
		{2, "role", "社区角色", join(l.Role.Label(), labels(l.AssistModes))}, {2, "content", "做什么、怎么做", l.Content}, {2, "authority", "授权和权限", l.Authority},
		{2, "occurrences", "频次", rhythm(l.Form)}, {2, "hours_per_occurrence", "每次工时", withUnit(a.one["hours_per_occurrence"], "小时")},
		{2, "people_needed", "每次人数", withUnit(a.one["people_needed"], "人")}, {2, "flags", "随带要求", labels(l.Flags)}, {2, "flag_notes", "随带说明", l.FlagNotes},
		{3, "communities", "涉及社区", strings.Join(where, "、")}, {3, "scope_reason", "范围理由", l.ScopeReason}, {3, "term", "期限", join(l.Term.Label(), span(l.Form))},
		{3, "early_reason", "提前不足的理由", l.EarlyReason}, {3, "funds", "经费", withUnit(a.one["funds"], "元")}, {3, "funds_payer", "谁出", unit(a.one["funds_payer"])},
		{3, "funds_source", "来源和拨付", join(l.FundsSource, l.FundsRule.Label(), l.FundsPayOn.Chinese())}, {3, "funds_reason", "经费说明", l.FundsReason},
		{3, "support", "培训和物资", l.Support}, {3, "contact_name", "联系人", join(l.ContactName, l.ContactPhone)},
		{4, "form_name", "要填的表", join(l.FormName, l.FormFrequency.Label())}, {4, "form_fields", "表格字段", strings.Join(l.FormFields, "、")},
		{4, "personal_info", "采集个人信息", l.PersonalInfo}, {4, "personal_purpose", "做什么用", l.PersonalPurpose}, {4, "personal_keep", "保存多久", l.PersonalKeep},
	}
	out := make([]answerPart, admission.StepData)
	for i := range out {
		out[i] = answerPart{Title: admission.StepLabel(i + 1), Change: at(i + 1)}
	}
	for _, row := range rows {
		if strings.TrimSpace(row.text) == "" {
			continue
		}
		part := &out[row.step-1]
		part.Terms = append(part.Terms, view.Term{Name: row.name, Text: row.text, Change: at(row.step) + "#f-" + row.field})
	}
	return out
}

// submit hands the application in; what stops it comes back on the same page, each line leading to its field.
func (h forms) submit(w http.ResponseWriter, r *http.Request) error {
	f, err := form.Read(r)
	if err != nil {
		return err
	}
	a, err := h.own(r)
	if err != nil {
		return err
	}
	handed, err := h.s.Submit(r.Context(), route.Actor(r), admission.Submission{ID: a.ID, Version: version(f), Key: f.Key(), TwinKnown: f.Raw(admission.FieldTwin) == "yes"})
	if err == nil {
		return route.See(w, r, handed.Path()+"/submitted")
	}
	if err := f.Merge(err); err != nil {
		return err
	}
	l, err := h.s.LookAt(r.Context(), route.Actor(r), a.ID, nil)
	if err != nil {
		return err
	}
	return h.showCheck(w, r, l, f.Errors())
}

// donePage is the confirmation: number, what happens next, by when, whom to call.
type donePage struct {
	Frame        view.Page
	Title        string
	Number       string
	Next         string
	Why, WhyHref string
	Note         string
	Phone, Hours string
	Path         string
	Checks       []view.Check
	First        string
}

func (h forms) submitted(w http.ResponseWriter, r *http.Request) error {
	a, err := h.own(r)
	if err != nil {
		return err
	}
	if a.Year == nil {
		return route.See(w, r, editPath(a, admission.StepCheck))
	}
	file, err := h.s.Open(r.Context(), route.Actor(r), *a.Year, *a.Seq)
	if err != nil {
		return err
	}
	if !file.State.Open() || file.State == admission.Returned || file.Decision == nil {
		return route.See(w, r, a.Path())
	}
	v, d := file.Values, *file.Decision
	p := donePage{Frame: h.page(r, "已提交 - 申请准入", 0), Title: "已提交", Number: a.No(v.NumberWord), Next: "街道最晚 " + d.DueOn.Short() + "答复", Why: "为什么是 " + d.DueOn.Short(),
		WhyHref: "/deadlines/" + strconv.FormatInt(d.ID, 10), Phone: v.StreetPhone, Hours: v.StreetOfficeTime, Path: a.Path(), Checks: mini(a.Checks), First: a.FirstFailing}
	if d.NotBefore {
		p.Next, p.Note = "街道答复的期限不早于 "+d.DueOn.Short(), d.Sentence()+"，公布后会定下准确日期"
	}
	return h.f.Render(w, r, http.StatusOK, showDone(p))
}

// withdrawPage asks once more before an application is taken back.
type withdrawPage struct {
	Frame                  view.Page
	Errors                 []view.FieldError
	Title, Words           string
	Action, Key, Version   string
	Back, BackWords, Press string
}

func (h forms) askWithdraw(w http.ResponseWriter, r *http.Request) error {
	a, err := h.own(r)
	if err != nil {
		return err
	}
	if !admission.MayWithdraw(route.Actor(r), a) {
		return route.See(w, r, a.Path())
	}
	p := withdrawPage{Frame: h.page(r, "撤回申请 - 申请准入", 0), Title: a.Title, Words: "撤回后街道不再审核，已通知的社区会收到消息。以后可以重新申请", Action: a.Path() + "/withdrawals/new",
		Key: form.NewKey(), Version: itoa(a.Version), Back: a.Path(), BackWords: "不撤回，回到申请", Press: "撤回申请"}
	if a.Year == nil {
		p.Words, p.BackWords, p.Press = "删除后这份草稿不再列出，写过的内容不能恢复", "不删除，接着写", "删除草稿"
	}
	if p.Title == "" {
		p.Title = "还没有名称的草稿"
	}
	return h.f.Render(w, r, http.StatusOK, showWithdraw(p))
}

func (h forms) withdraw(w http.ResponseWriter, r *http.Request) error {
	f, err := form.Read(r)
	if err != nil {
		return err
	}
	a, err := h.own(r)
	if err != nil {
		return err
	}
	was, err := h.s.Withdraw(r.Context(), route.Actor(r), admission.Step{ID: a.ID, Version: version(f)}, f.Key())
	if err != nil {
		return err
	}
	if was.Year == nil {
		h.tell(r, "已删除草稿", "", "", "")
		return route.See(w, r, pathList+"?tab=mine")
	}
	h.tell(r, "已撤回申请", "已通知街道和社区", "", "")
	return route.See(w, r, was.Path())
}
