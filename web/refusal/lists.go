package refusal

import (
	"net/http"
	"net/url"
	"strconv"
	"time"

	"portal/internal/authz"
	"portal/internal/fault"
	"portal/internal/page"
	"portal/internal/refusal"
	"portal/internal/workday"
	"portal/web/form"
	"portal/web/route"
	"portal/web/view"
)

func itoa(n int) string { return strconv.Itoa(n) }

// clock is a moment for readers: 2026年11月18日 10:00.
func clock(t time.Time) string {
	return workday.DayOf(t).Chinese() + " " + t.In(workday.Shanghai).Format("15:04")
}

// filters are the two choices of a list; the address is the state.
type filters struct {
	path  string
	picks []pick
}

type pick struct {
	name, label string
	chosen      string
	options     []view.Option
}

func (f filters) href(change, to string) string {
	q := url.Values{}
	for _, p := range f.picks {
		v := p.chosen
		if p.name == change {
			v = to
		}
		if v != "" {
			q.Set(p.name, v)
		}
	}
	if change == "after" && to != "" {
		q.Set("after", to)
	}
	if len(q) == 0 {
		return f.path
	}
	return f.path + "?" + q.Encode()
}

func (f filters) tags() []view.Tag {
	var out []view.Tag
	for _, p := range f.picks {
		for _, o := range p.options {
			if o.Chosen && o.Value != "" {
				out = append(out, view.Tag{Words: o.Label, Href: f.href(p.name, "")})
			}
		}
	}
	return out
}

// add puts one choice in; a value that is none counts as not chosen.
func add[T interface {
	~string
	Label() string
}](f *filters, r *http.Request, name, label string, values []T) T {
	asked := r.URL.Query().Get(name)
	p := pick{name: name, label: label, options: append([]view.Option{{Label: "全部"}}, options(asked, values)...)}
	for _, v := range values {
		if string(v) == asked {
			p.chosen = asked
		}
	}
	f.picks = append(f.picks, p)
	return T(p.chosen)
}

func (f filters) pages(prev, next string, hasPrev, hasNext bool) view.Pages {
	p := view.Pages{Words: "按时间从新到旧"}
	if hasNext {
		p.Next = f.href("after", next)
	}
	if hasPrev {
		p.Prev, p.First = f.href("after", prev), f.href("after", "")
	}
	return p
}

func result(n int, more bool) string {
	if more {
		return "按时间从新到旧"
	}
	return "共 " + itoa(n) + " 件，按时间从新到旧"
}

func badCursor(err error) error {
	return &fault.Fault{Kind: fault.KindInvalid, Message: err.Error()}
}

// tasksPage is the list of 清单外任务.
type tasksPage struct {
	Frame   view.Page
	Filters filters
	List    page.Page[refusal.TaskLine]
	MayLog  bool
}

func (h handlers) tasks(w http.ResponseWriter, r *http.Request) error {
	by := route.Actor(r)
	p := tasksPage{Frame: h.staff(r, "看 - 清单外任务", nil), Filters: filters{path: pathTasks}, MayLog: authz.Can(by, authz.OfflistLog)}
	p.Frame.Breadcrumbs = nil
	filter := refusal.TaskFilter{State: add(&p.Filters, r, "state", "状态", refusal.TaskStates()),
		Outcome: add(&p.Filters, r, "outcome", "答案", refusal.Outcomes())}
	var err error
	if filter.Cursor, err = refusal.ParseTaskCursor(r.URL.Query().Get("after")); err != nil {
		return badCursor(err)
	}
	if p.List, err = h.s.Tasks(r.Context(), by, filter); err != nil {
		return err
	}
	return h.f.Render(w, r, http.StatusOK, showTasks(p))
}

// refusalsPage is the list of letters.
type refusalsPage struct {
	Frame   view.Page
	Filters filters
	List    page.Page[refusal.Refusal]
	Word    string
	Dept    bool // the reader answers letters
}

func (h handlers) refusals(w http.ResponseWriter, r *http.Request) error {
	by := route.Actor(r)
	p := refusalsPage{Frame: h.staff(r, "看 - 拒绝和退回", nil), Filters: filters{path: pathRefusals}, Word: h.f.Word(r.Context()), Dept: authz.Can(by, authz.RefusalReply)}
	p.Frame.Breadcrumbs = nil
	filter := refusal.RefusalFilter{State: add(&p.Filters, r, "state", "状态", refusal.States()),
		Kind: add(&p.Filters, r, "kind", "种类", []refusal.Kind{refusal.Refuse, refusal.Return, refusal.Claim})}
	var err error
	if filter.Cursor, err = refusal.ParseRefusalCursor(r.URL.Query().Get("after")); err != nil {
		return badCursor(err)
	}
	if p.List, err = h.s.Refusals(r.Context(), by, filter); err != nil {
		return err
	}
	return h.f.Render(w, r, http.StatusOK, showRefusals(p))
}

// refusalPage is one letter: for the community the receipt, for the other side the place to answer.
type refusalPage struct {
	Frame    view.Page
	Errors   []view.FieldError
	R        refusal.Refusal
	Letter   refusal.Letter
	Number   string
	Base     string
	Terms    []view.Term
	Trail    []view.Event
	SeesTask bool
	Reply    *replyForm
	Phone    string
}

type replyForm struct {
	Key, Version string
	Choices      []view.Option
	Reply, Words view.Field
}

func (h handlers) refusal(w http.ResponseWriter, r *http.Request) error {
	rec, err := h.loadRefusal(r)
	if err != nil {
		return err
	}
	return h.showRefusal(w, r, rec, form.Query(r))
}

func (h handlers) loadRefusal(r *http.Request) (refusal.Refusal, error) {
	k, year, seq, err := letterNumber(r)
	if err != nil {
		return refusal.Refusal{}, err
	}
	return h.s.ViewRefusal(r.Context(), route.Actor(r), k, year, seq)
}

func (h handlers) showRefusal(w http.ResponseWriter, r *http.Request, rec refusal.Refusal, f *form.Form) error {
	by := route.Actor(r)
	var errors []fault.Field
	if r.Method == http.MethodPost {
		errors = f.Errors()
	}
	letter, err := rec.Paper()
	if err != nil {
		return err
	}
	p := refusalPage{R: rec, Letter: letter, Number: rec.No(h.f.Word(r.Context())), Base: pathRefusals + "/" + rec.Slug(), Errors: summary(errors),
		SeesTask: authz.Allowed(by, authz.OfflistView, authz.Object{Divisions: []string{rec.Community}})}
	p.Frame = h.staff(r, rec.Kind.Verb()+" - "+rec.Title, errors, view.Crumb{Href: pathRefusals, Text: "拒绝和退回"}, view.Crumb{Text: p.Number})
	if !p.SeesTask {
		p.Frame.Breadcrumbs = p.Frame.Breadcrumbs[1:]
	}
	p.Phone = p.Frame.Phone
	p.Terms, p.Trail = terms(rec, letter), trail(rec)
	if rec.State == refusal.Issued && authz.Allowed(by, authz.RefusalReply, rec.Object()) {
		p.Reply = &replyForm{Key: form.NewKey(), Version: itoa(rec.Version), Choices: options(f.Raw("reply"), rec.Kind.Replies()),
			Reply: view.Field{Name: "reply", Label: "怎么答复", Error: messageOf(f, "reply")},
			Words: view.Field{Name: "words", Label: "说明", Hint: "提出异议的写理由和依据；落实经费的写来源、数额和到位时间", Value: shown(f.Raw("words")), Error: messageOf(f, "words"), Max: 500}}
	}
	return h.f.Render(w, r, status(errors), showRefusal(p))
}

func terms(r refusal.Refusal, l refusal.Letter) []view.Term {
	out := []view.Term{{Name: "事情", Text: r.Title}, {Name: "谁要求的", Text: r.RequesterName}, {Name: "社区", Text: r.CommunityName}, {Name: "依据的答案", Text: r.Outcome.Label()},
		{Name: "理由", Text: r.ReasonCode.Label() + "。" + r.Reason}, {Name: "发给", Text: l.To}}
	for _, c := range l.Copies {
		out = append(out, view.Term{Name: "抄送", Text: c})
	}
	if !r.DueOn.IsZero() {
		out = append(out, view.Term{Name: "最晚答复", Text: r.DueOn.Chinese()})
	}
	if r.Answer != nil {
		out = append(out, view.Term{Name: "答复", Text: r.Answer.Label()}, view.Term{Name: "答复说明", Text: r.AnswerWords})
	}
	return out
}

func trail(r refusal.Refusal) []view.Event {
	var out []view.Event
	if r.AnsweredAt != nil {
		who := r.RequesterName + " " + r.AnsweredByName
		if r.AnsweredBy == nil {
			who = "系统"
		}
		out = append(out, view.Event{When: clock(*r.AnsweredAt), Head: who, Text: r.Answer.Label()})
	}
	if r.State == refusal.Void {
		out = append(out, view.Event{Head: "函已作废", Text: "所引条款核实后停用，请回到任务重新答复"})
	}
	if r.ReleasedAt != nil {
		out = append(out, view.Event{When: clock(*r.ReleasedAt), Head: "条款已核实，函已发出"})
	}
	return append(out, view.Event{When: clock(r.IssuedAt), Head: r.CommunityName + " " + r.IssuedByName, Text: r.Kind.Done()})
}

// printPage is the A4 letter.
type printPage struct {
	Frame  view.Page
	Letter refusal.Letter
	Base   string
}

// unprintable says why a letter is no letter yet, or no longer.
var unprintable = map[refusal.State]string{refusal.Held: "所引条款等合法性审核岗核实，核实以后自动发出", refusal.Void: "所引条款核实后停用，函已作废"}

func (h handlers) print(w http.ResponseWriter, r *http.Request) error {
	rec, err := h.loadRefusal(r)
	if err != nil {
		return err
	}
	if why, waits := unprintable[rec.State]; waits {
		h.tell(r, "warn", "这封函还不能打印", why)
		return route.See(w, r, pathRefusals+"/"+rec.Slug())
	}
	letter, err := rec.Paper()
	if err != nil {
		return err
	}
	p := printPage{Frame: h.staff(r, "打印 - "+letter.Title, nil), Letter: letter, Base: pathRefusals + "/" + rec.Slug()}
	p.Frame.Breadcrumbs = []view.Crumb{{Href: p.Base, Text: letter.Number}, {Text: "打印"}}
	return h.f.Render(w, r, http.StatusOK, showPrint(p))
}
