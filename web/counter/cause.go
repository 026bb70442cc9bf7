package counter

import (
	"net/http"
	"strconv"
	"strings"

	"portal/internal/authz"
	"portal/internal/request"
	"portal/web/form"
	"portal/web/listing"
	"portal/web/route"
	"portal/web/view"
)

// causesPage are the repeated troubles of a state.
type causesPage struct {
	Frame      view.Page
	Lead, None string
	Tabs       []view.Tab
	Rows       []causeRow
	Pages      view.Pages
}

type causeRow struct {
	Place, Category, Community, Count, Found, Href, Verb string
	State                                                view.Chipped
}

// causePage is one of them, with the evidence and the decision.
type causePage struct {
	Frame       view.Page
	Form        filled
	Title, Lead string
	Action      string
	Version     string
	State       view.Chipped
	MayDecide   bool
	Choices     []view.Option
	Decision    []view.Term
	Terms       []view.Term
	Evidence    []string
}

var causeStates = []request.CauseState{request.Proposed, request.Whistled, request.TopicDraft, request.SetAside}

var causeTones = map[request.CauseState]view.Tone{request.Proposed: view.Warn, request.Whistled: view.Info, request.TopicDraft: view.Violet, request.SetAside: view.Neutral}

func causeChip(s request.CauseState) view.Chipped {
	return view.Chipped{Tone: causeTones[s], Words: s.Label()}
}

// decision is what the street makes of a repeated trouble.
type decision string

const (
	toWhistle decision = "whistle"
	toTopic   decision = "topic"
	toNothing decision = "aside"
)

var decisions = []decision{toWhistle, toTopic, toNothing}

var decisionLabels = map[decision]string{toWhistle: "拟吹哨", toTopic: "留作议题", toNothing: "暂不处理"}

var decisionHints = map[decision]string{toWhistle: "写成吹哨草稿，证据一起带上", toTopic: "留给议事协商，证据一起带上", toNothing: "要写理由；再发生会重新提出"}

// Label is the decision's verb.
func (d decision) Label() string { return decisionLabels[d] }

func (h handlers) causes(w http.ResponseWriter, r *http.Request) error {
	f, now := form.Query(r), h.f.DB.Now()
	state := form.Choice(f, "state", causeStates)
	if state == "" {
		state = request.Proposed
	}
	by := route.Actor(r)
	got, err := h.Requests.Causes(r.Context(), by, state, f.Line("after", 2000), screen)
	if err != nil {
		return placed(err)
	}
	v, err := h.f.Settings(r.Context())
	if err != nil {
		return err
	}
	p := causesPage{Lead: "同一地点同一类别，" + itoa(v.CauseDays) + " 天内到 " + itoa(v.CauseCount) + " 件就提出来", None: "没有" + state.Label() + "的多发问题",
		Pages: listing.Pages(got, func(cursor string) string { return address(pathCauses, "state", string(state), "after", cursor) }, "新的在前")}
	for _, s := range causeStates {
		p.Tabs = append(p.Tabs, view.Tab{Href: address(pathCauses, "state", string(s)), Label: s.Label(), Count: -1, Current: s == state})
	}
	verb := "看证据"
	if state == request.Proposed && authz.Can(by, authz.CauseDecide) {
		verb = "处理"
	}
	for _, c := range got.Rows {
		p.Rows = append(p.Rows, causeRow{Place: c.Place, Category: c.CategoryName, Community: c.CommunityName, Count: itoa(c.Requests), Found: moment(c.FoundAt, now),
			Href: causePath(c.ID), Verb: verb, State: causeChip(c.State)})
	}
	p.Frame = h.staff(r, "看 - 多发问题", nil, view.Crumb{Text: "多发问题"})
	return h.f.Render(w, r, http.StatusOK, showCauses(p))
}

func causePath(id request.CauseID) string { return pathCauses + "/" + strconv.FormatInt(int64(id), 10) }

func (h handlers) causeOf(r *http.Request) (request.Cause, error) {
	id, err := idOf(r, "id")
	if err != nil {
		return request.Cause{}, err
	}
	return h.Requests.CauseOf(r.Context(), route.Actor(r), request.CauseID(id))
}

func (h handlers) cause(w http.ResponseWriter, r *http.Request) error {
	c, err := h.causeOf(r)
	if err != nil {
		return err
	}
	return h.showCause(w, r, c, fresh(r, nil))
}

func (h handlers) decideCause(w http.ResponseWriter, r *http.Request) error {
	f, err := form.Read(r)
	if err != nil {
		return err
	}
	c, err := h.causeOf(r)
	if err != nil {
		return err
	}
	to, reason := form.Choice(f, "decision", decisions), f.Text("reason", 300)
	switch {
	case to == "":
		f.Add("decision", "选怎么办")
	case to == toNothing && reason == "":
		f.Add("reason", "写明为什么暂不处理")
	}
	if f.Valid() {
		done, err := h.decide(r, f, c, to, reason)
		if err == nil {
			return route.See(w, r, done)
		}
		if err = keep(f, err); err != nil {
			return err
		}
	}
	return h.showCause(w, r, c, back(f, nil))
}

// decide does one of the three and gives the page to go to.
func (h handlers) decide(r *http.Request, f *form.Form, c request.Cause, to decision, reason string) (string, error) {
	ctx, by, seen := r.Context(), route.Actor(r), version(f)
	var err error
	switch to {
	case toWhistle:
		no, err := h.Cases.WhistleFromCause(ctx, by, f.Key(), c.ID, seen, reason)
		if err != nil {
			return "", err
		}
		h.tell(r, "ok", "已拟吹哨 "+no, "补齐部门和理由后报领导批准")
		return "/desk/whistles/" + no, nil
	case toTopic:
		err = h.Cases.TopicFromCause(ctx, by, f.Key(), c.ID, seen, reason)
	default:
		err = h.Requests.SetAsideCause(ctx, by, f.Key(), c.ID, seen, reason)
	}
	if err != nil {
		return "", err
	}
	h.tell(r, "ok", "已记下：“"+c.Place+"”"+to.Label(), "")
	return causePath(c.ID), nil
}

func (h handlers) showCause(w http.ResponseWriter, r *http.Request, c request.Cause, x filled) error {
	by := route.Actor(r)
	p := causePage{Form: x, Title: c.Place + "的" + c.CategoryName, Lead: c.CommunityName + "，" + itoa(c.Requests) + " 件", Action: causePath(c.ID), Version: itoa(c.Version),
		State: causeChip(c.State), MayDecide: c.State == request.Proposed && authz.Allowed(by, authz.CauseDecide, authz.Object{Divisions: []string{c.Community}}),
		Terms: []view.Term{{Name: "地点", Text: c.Place}, {Name: "社区", Text: c.CommunityName}, {Name: "类别", Text: c.CategoryName}, {Name: "件数", Text: itoa(c.Requests) + " 件"},
			{Name: "发现", Text: fully(c.FoundAt)}}}
	for _, d := range decisions {
		p.Choices = append(p.Choices, view.Option{Value: string(d), Label: d.Label(), Hint: decisionHints[d], Chosen: x.chosen("decision", string(d))})
	}
	for line := range strings.SplitSeq(c.Evidence, "\n") {
		if line = strings.TrimSpace(line); line != "" {
			p.Evidence = append(p.Evidence, line)
		}
	}
	p.Decision = decisionTerms(c)
	p.Frame = h.staff(r, "处理 - 多发问题", x.told, view.Crumb{Href: pathCauses, Text: "多发问题"}, view.Crumb{Text: c.Place})
	return h.f.Render(w, r, x.status(), showCause(p))
}

func decisionTerms(c request.Cause) []view.Term {
	if c.State == request.Proposed {
		return []view.Term{{Name: "状态", Text: "等社区书记或街道调度决定"}}
	}
	out := []view.Term{{Name: "决定", Text: c.State.Label()}, {Name: "谁定的", Text: c.DecidedBy}}
	if c.DecidedAt != nil {
		out = append(out, view.Term{Name: "什么时候", Text: fully(*c.DecidedAt)})
	}
	if c.Reason != "" {
		out = append(out, view.Term{Name: "理由", Text: c.Reason})
	}
	return out
}
