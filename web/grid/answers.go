package grid

import (
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"portal/internal/fault"
	"portal/internal/grid"
	"portal/internal/place"
	"portal/internal/workday"
	"portal/web/form"
	"portal/web/frame"
	"portal/web/route"
	"portal/web/view"
)

// mostAnswers is how many places of a question are shown.
const mostAnswers = 50

// answersPage is 那天谁负责: for any door and any day the sentence first, then why.
type answersPage struct {
	Frame    view.Page
	Form     filled
	One      *answerOf
	Rows     []answerRow
	Result   string
	NoMatch  string
	PrintURL string
}

// answerOf is the whole answer for one door.
type answerOf struct {
	Place, Sentence string
	Reasons         []string
	State           view.Chipped
	Grid            view.Link
	Code, Community string
	Posts           []planRow
}

type answerRow struct {
	Place, Href, Grid, Who, Phone string
	State                         view.Chipped
}

// answerPaper is the same on A4.
type answerPaper struct {
	Frame         view.Page
	Issuer, Title string
	One           answerOf
	Made          string
}

// question is what was asked: words or one building, and the day.
type question struct {
	words    string
	building int64
	day      workday.Day
}

func (q question) address(p grid.Place) string {
	v := url.Values{"day": {q.day.String()}}
	if p.Address != "" {
		v.Set("q", p.Address)
	} else {
		v.Set("building", strconv.FormatInt(p.Building.ID, 10))
	}
	return "?" + v.Encode()
}

func readQuestion(f *form.Form, today workday.Day) question {
	q := question{words: f.Line("q", 60), day: f.Day("day", today)}
	if q.day.IsZero() && f.Valid() {
		q.day = today
	}
	if v := f.Raw("building"); v != "" {
		id, err := strconv.ParseInt(v, 10, 64)
		if err != nil || id < 1 {
			f.Add("q", "没有读懂是哪幢楼，请重新查找")
		}
		q.building = id
	}
	return q
}

// find gives the places of a question; exact tells that the first is the one that was meant.
func (h people) find(r *http.Request, q question) (found []grid.Place, exact bool, err error) {
	by := route.Actor(r)
	if q.building > 0 {
		one, err := h.s.AtBuilding(r.Context(), by, q.building, q.day)
		return []grid.Place{one}, true, err
	}
	if q.words == "" {
		return nil, false, nil
	}
	found, err = h.s.Find(r.Context(), by, q.words, q.day, mostAnswers+1)
	if len(found) == 1 || len(found) > 1 && place.WordsKey(doorName(found[0])) == place.WordsKey(q.words) {
		return found[:1], true, err
	}
	return found, false, err
}

// doorName is a place as people write it.
func doorName(p grid.Place) string {
	if p.Address != "" {
		return p.Address
	}
	return p.Building.Label()
}

func (h people) answers(w http.ResponseWriter, r *http.Request) error {
	f, today := form.Query(r), h.f.Today()
	q := readQuestion(f, today)
	x := filled{f: f, shown: true, proposed: map[string]string{"day": today.String()}}
	p := answersPage{}
	if f.Valid() && (q.words != "" || q.building > 0) {
		if err := h.answer(r, q, &p); err != nil {
			return err
		}
		if p.One != nil && q.building > 0 {
			x.proposed["q"] = p.One.Place
		}
	}
	p.Form, p.Frame = x, h.staff(r, "查询 - 那天谁负责", x.errors(), view.Crumb{Text: "那天谁负责"})
	return h.f.Render(w, r, x.status(), showAnswers(p))
}

func (h people) answer(r *http.Request, q question, p *answersPage) error {
	found, exact, err := h.find(r, q)
	if fault.KindOf(err) == fault.KindNotFound {
		flt, _ := fault.As(err)
		p.NoMatch = flt.Message
		return nil
	}
	if err != nil {
		return err
	}
	if len(found) == 0 {
		p.NoMatch = q.day.Chinese() + "没有登记这个地方。少写几个字，或者换个日期再查"
		return nil
	}
	if exact {
		one, err := h.answerFor(r, q, found[0])
		p.One, p.PrintURL = &one, pathAnswers+"/print"+q.address(found[0])
		return err
	}
	p.Result = fmt.Sprintf("%s，找到 %d 处", q.day.Chinese(), len(found))
	if len(found) > mostAnswers {
		found = found[:mostAnswers]
		p.Result = fmt.Sprintf("%s，先列 %d 处，多写几个字可以缩小范围", q.day.Chinese(), mostAnswers)
	}
	p.Rows, err = h.answerRows(r, q, found)
	return err
}

func (h people) answerRows(r *http.Request, q question, found []grid.Place) ([]answerRow, error) {
	var ids []grid.ID
	for _, one := range found {
		ids = append(ids, one.Grid.ID)
	}
	answers, err := h.s.WhoOn(r.Context(), route.Actor(r), ids, q.day)
	out := make([]answerRow, len(found))
	for i, one := range found {
		a := answers[one.Grid.ID]
		out[i] = answerRow{Place: doorName(one), Href: pathAnswers + q.address(one), Grid: one.Grid.Name, Who: whoOf(a), Phone: a.Phone, State: standingChip(a)}
	}
	return out, err
}

func whoOf(a grid.Answer) string {
	if a.Worker.IsZero() {
		return "街道"
	}
	return a.Worker.Name
}

func standingChip(a grid.Answer) view.Chipped {
	switch {
	case a.RedFlag:
		return view.Chipped{Tone: view.Danger, Words: a.As.Label()}
	case a.As == grid.AsA:
		return view.Chipped{Tone: view.OK, Words: a.As.Label()}
	}
	return view.Chipped{Tone: view.Warn, Words: a.As.Label()}
}

// answerFor is the sentence, the reasons and the posts of the day for one door.
func (h people) answerFor(r *http.Request, q question, at grid.Place) (answerOf, error) {
	by := route.Actor(r)
	answers, err := h.s.WhoOn(r.Context(), by, []grid.ID{at.Grid.ID}, q.day)
	if err != nil {
		return answerOf{}, err
	}
	a := answers[at.Grid.ID]
	out := answerOf{Place: doorName(at), State: standingChip(a), Code: at.Grid.Code, Community: at.Grid.CommunityName,
		Grid: view.Link{Href: gridPath(at.Grid.Code, "?day="+q.day.String()), Text: at.Grid.Name}}
	out.Sentence = sentenceOf(q.day, h.f.Today(), at, a)
	for _, why := range []string{a.Why, at.Precedent} {
		if why != "" {
			out.Reasons = append(out.Reasons, strings.TrimRight(why, "。"))
		}
	}
	posts, err := h.s.Posts(r.Context(), by, at.Grid.ID, q.day)
	if fault.KindOf(err) == fault.KindNotFound { // somebody else's community: the answer is public, its posts are not listed
		return out, nil
	}
	for _, one := range posts {
		out.Posts = append(out.Posts, planRowOf(one))
	}
	return out, err
}

// sentenceOf is the conclusion in one sentence.
func sentenceOf(day, today workday.Day, at grid.Place, a grid.Answer) string {
	lead := day.Chinese() + "，"
	if day.After(today) {
		lead = "按现在的安排，" + lead
	}
	who := a.Worker.Name + "（" + a.As.Label() + "）"
	if a.Worker.IsZero() {
		who = a.As.Label()
	}
	return lead + doorName(at) + "属于" + at.Grid.Name + "，由" + who + "负责，电话 " + a.Phone
}

func (h people) answerPaper(w http.ResponseWriter, r *http.Request) error {
	f, today := form.Query(r), h.f.Today()
	q := readQuestion(f, today)
	if err := f.Err(); err != nil {
		return err
	}
	found, exact, err := h.find(r, q)
	if err != nil {
		return err
	}
	if !exact {
		return fault.NotFound("没有这个地方。请先在“那天谁负责”里查到一处，再打印")
	}
	one, err := h.answerFor(r, q, found[0])
	if err != nil {
		return err
	}
	v, err := h.f.Settings(r.Context())
	if err != nil {
		return err
	}
	p := answerPaper{Frame: h.f.Public(r, frame.Opts{Title: "打印 - 那天谁负责"}), Issuer: v.StreetName + "办事处", Title: "网格责任查询单", One: one, Made: today.Chinese()}
	return h.f.Render(w, r, http.StatusOK, showAnswerPaper(p))
}
