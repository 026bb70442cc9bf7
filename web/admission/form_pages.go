package admission

import (
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"portal/internal/admission"
	"portal/internal/catalog"
	"portal/internal/workday"
	"portal/web/form"
	"portal/web/view"
)

// formPage is one of the four question steps.
type formPage struct {
	Frame                 view.Page
	Errors                []view.FieldError
	A                     answers
	Step                  int
	Title                 string
	Lead                  string
	Action, Check         string
	Key, Version          string
	Tasks                 []view.Task
	Banner                *view.Banner
	Points                []string // what the street asked to be corrected
	Live                  liveView
	Units, Payers         []view.Option
	Bases                 []basisLine
	Find                  string
	Found                 []lawLine
	Nothing               bool // searched, and nothing was found
	Files                 []fileLine
	Communities           []view.Option
	Price                 string
	Withdraw              string // address of 撤回
	Kinds, Forms, Rhythms []view.Option
}

// liveView is what the checks say of the words in the window.
type liveView struct {
	Estimate string
	Checks   []view.Check
	Similar  []similarLine
	Loads    []view.Load
	Ceiling  string
}

// basisLine is one citation with what it is worth today.
type basisLine struct {
	At, Label, Href string
	State           view.Chipped
	Quote           string
	Heir            string // what one press takes over
}

// lawLine is one line of the picker.
type lawLine struct{ Pick, Label, Text, Href string }

type fileLine struct{ Code, Name, Size, Href string }

func (h forms) showStep(w http.ResponseWriter, r *http.Request, status int, l admission.Look, step int, said answers, find string) error {
	a := l.Application
	name := admission.StepLabel(step)
	p := formPage{Frame: h.page(r, name+" - 申请准入", len(said.errors)), Errors: summary(said.errors), A: said, Step: step,
		Title: "第" + view.Numeral(step) + "步 " + name, Lead: savedWords(a, h.f.Today()), Action: editPath(a, step), Check: a.Path() + "/check", Key: form.NewKey(),
		Version: itoa(a.Version), Tasks: tasksOf(l, step, len(said.errors)), Live: liveOf(l), Withdraw: a.Path() + "/withdrawals/new"}
	if status == http.StatusConflict {
		p.Banner = &view.Banner{Tone: view.Warn, Lead: "这份草稿刚才在另一个窗口保存过。", Text: "下面是你在这个窗口写的，还没有保存。再点保存，就以这里为准", Href: p.Action, Link: "看另一个窗口保存的"}
	}
	if l.Returned != nil {
		p.Points = l.Returned.Points
	}
	if step != admission.StepItem {
		p.Live.Similar = nil
	}
	switch step {
	case admission.StepItem:
		p.item(l)
		if err := p.picker(r, h, find); err != nil {
			return err
		}
	case admission.StepMeans:
		p.means(l)
	case admission.StepWork, admission.StepData:
		p.Rhythms = pickOf("选择", choicesOf(said, map[int]string{admission.StepWork: "occurrence_unit", admission.StepData: "form_frequency"}[step], admission.Everies()))
	}
	return h.f.Render(w, r, status, showStep(p))
}

func savedWords(a admission.Application, today workday.Day) string {
	return "每一步都会保存，上次保存" + moment(a.SavedAt, today)
}

// tasksOf is the task list at the left: what is done, what needs a change, what is still empty.
func tasksOf(l admission.Look, now, errors int) []view.Task {
	var out []view.Task
	all := true
	for step := admission.StepItem; step <= admission.StepCheck; step++ {
		t := view.Task{Numeral: view.Numeral(step), Label: admission.StepLabel(step), Href: editPath(l.Application, step), Now: step == now, State: "未填"}
		broken := len(l.Fields(step))
		switch {
		case step == now && errors > 0:
			t.State, t.Bad = fmt.Sprintf("有 %d 处需要修改", errors), true
		case step == admission.StepCheck && !all:
			t.State, t.Href = "前四步填过后可用", ""
		case step == admission.StepCheck:
			t.State = ""
		case done(l.Application, step) && broken > 0:
			t.State, t.Bad = fmt.Sprintf("有 %d 处需要修改", broken), true
		case done(l.Application, step):
			t.State, t.Done = "已完成", true
		case step == now:
			t.State = "正在填"
		}
		all = all && (step == admission.StepCheck || done(l.Application, step))
		out = append(out, t)
	}
	return out
}

func (p *formPage) item(l admission.Look) {
	p.Units = pickOf("选择", unitOptions(l, p.A.one["lead_unit"], false))
	p.Forms = pickOf("选择", choicesOf(p.A, "item_form", admission.ItemForms()))
	p.Kinds = []view.Option{{Label: "选择"}}
	for _, k := range admission.ListKinds() {
		p.Kinds = append(p.Kinds, view.Option{Value: k, Label: catalog.ListKind(k).Label(), Chosen: k == p.A.one["list_kind"]})
	}
	for i, b := range l.Facts.Bases {
		line := basisLine{At: itoa(i), Label: b.Label(), Quote: cutText(b.Text, 160), Heir: b.Heir, State: view.Chipped{Tone: basisTones[b.Status], Words: b.Status.Label()}}
		if !b.Found {
			line.State = view.Chipped{Tone: view.Neutral, Words: "未收录"}
			if !b.VersionDate.IsZero() {
				line.Quote = b.VersionDate.Chinese() + "成文"
			}
		} else {
			line.Href = lawHref(b.DocKey, b.ArticleNo, l.Facts.Today)
		}
		p.Bases = append(p.Bases, line)
	}
	for _, f := range l.Attached {
		p.Files = append(p.Files, fileLine{Code: f.Code, Name: f.Name, Size: size(f.Size), Href: l.Path() + "/attachments/" + f.Code})
	}
}

func lawHref(doc, article string, on workday.Day) string {
	href := "/laws/" + doc
	if article != "" {
		href += "/" + article
	}
	return href + "?on=" + on.String()
}

// picker searches the register for the words in the address.
func (p *formPage) picker(r *http.Request, h forms, words string) error {
	p.Find = strings.TrimSpace(shown(words))
	if p.Find == "" {
		return nil
	}
	found, err := h.s.FindLaws(r.Context(), p.Find)
	if err != nil {
		return err
	}
	for _, l := range found {
		p.Found = append(p.Found, lawLine{Pick: "cite:" + l.DocKey + "|" + l.VersionDate.String() + "|" + l.ArticleNo, Label: l.Label(), Text: cutText(l.Text, 120),
			Href: lawHref(l.DocKey, l.ArticleNo, h.f.Today())})
	}
	p.Nothing = len(found) == 0
	return nil
}

func cutText(s string, most int) string {
	rs := []rune(strings.ReplaceAll(s, "\n", " "))
	if len(rs) > most {
		return string(rs[:most]) + "…"
	}
	return string(rs)
}

// unitOptions lists the units that may lead or pay, the applicant's own first.
func unitOptions(l admission.Look, chosen string, payer bool) []view.Option {
	var own, rest []view.Option
	for _, u := range l.Units {
		o := view.Option{Value: strconv.FormatInt(u.ID, 10), Label: u.Name, Chosen: strconv.FormatInt(u.ID, 10) == chosen}
		switch {
		case u.ID == l.UnitID:
			own = append(own, o)
		case u.IsGroup || !u.Active || u.RequesterKind == "residents_committee" || payer && u.RequesterKind == "unit_by_law":
		default:
			rest = append(rest, o)
		}
	}
	return append(own, rest...)
}

func (p *formPage) means(l admission.Look) {
	p.Payers = pickOf("选择", unitOptions(l, p.A.one["funds_payer"], true))
	for _, c := range l.Places {
		o := view.Option{Value: c.Code, Label: c.Name, Chosen: slices.Contains(p.A.many["communities"], c.Code)}
		if c.Hours > c.Ceiling {
			o.Hint = "本月已超上限"
		}
		p.Communities = append(p.Communities, o)
	}
	p.Price = "标准：每小时 " + view.Yuan(l.Estimate.PriceFen) + " 元。"
	if l.Estimate.Ready {
		p.Price += "按你填的 " + view.Hours(l.Estimate.Hours) + " 小时，应为 " + view.Yuan(l.Estimate.NeedFen) + " 元"
	} else {
		p.Price += "填了工作量和社区就能测算"
	}
}

// liveOf turns what the rules and checks find into a page's words.
func liveOf(l admission.Look) liveView {
	v := liveView{Estimate: "填了次数、小时和社区，这里会算出工时和经费"}
	if l.Estimate.Ready {
		v.Estimate = fmt.Sprintf("%d 个社区共 %s 小时，每个社区每月 %s 小时。按每小时 %s 元，应随事项拨付 %s 元", len(l.Communities), view.Hours(l.Estimate.Hours),
			view.Hours(l.Estimate.Monthly), view.Yuan(l.Estimate.PriceFen), view.Yuan(l.Estimate.NeedFen))
	}
	for _, r := range l.Results {
		v.Checks = append(v.Checks, checkOf(r))
		for _, load := range r.Evidence.Loads {
			v.Loads = append(v.Loads, view.Load{Name: load.Name, Planned: load.Planned, Added: load.Added, Cap: load.Ceiling})
		}
		if len(r.Evidence.Loads) > 0 {
			v.Ceiling = ceilingWords(r.Evidence.Loads)
		}
	}
	for _, s := range l.Similar {
		v.Similar = append(v.Similar, similarLine{Words: s.Title, Href: s.Path(), Who: join(s.Code, s.ListKind.Label(), s.LeadDepartment)})
	}
	return v
}

// ceilingWords writes 480, or 480 至 720 where the communities differ.
func ceilingWords(loads []admission.CommunityLoad) string {
	least, most := loads[0].Ceiling, loads[0].Ceiling
	for _, l := range loads {
		least, most = min(least, l.Ceiling), max(most, l.Ceiling)
	}
	if least == most {
		return view.Hours(most)
	}
	return view.Hours(least) + " 至 " + view.Hours(most)
}

func checkOf(r admission.Result) view.Check {
	c := view.Check{Name: admission.CheckLabel(r.Kind), Headline: r.Headline, Tone: resultTones[r.Result]}
	for _, piece := range r.Finding {
		c.Finding = append(c.Finding, view.Piece{Text: piece.Text, Hit: piece.Hit})
	}
	for _, code := range r.Evidence.Negative {
		c.Links = append(c.Links, view.Link{Href: "/desk/lists/negative?q=" + code, Text: "看负面清单 " + code})
	}
	return c
}
