package counter

import (
	"net/http"
	"strconv"

	"portal/internal/authz"
	"portal/internal/policy"
	"portal/internal/request"
	"portal/internal/workday"
	"portal/web/form"
	"portal/web/route"
	"portal/web/view"
)

const pathAgencies = "/desk/agencies"

// mountAgencies registers 全程代办 (REQ-16).
func (h handlers) mountAgencies(rt *route.Router) {
	rt.Get(pathRequests+"/{no}/agency", authz.AgencyOpen, h.newAgency)
	rt.Post(pathRequests+"/{no}/agency", authz.AgencyOpen, h.openAgency)
	rt.Get(pathAgencies, authz.AgencyView, h.agencies)
	rt.Get(pathAgencies+"/{no}", authz.AgencyView, h.agency)
	rt.Get(pathAgencies+"/{no}/letter", authz.AgencyAct, h.agencyLetter)
	rt.Get(pathAgencies+"/{no}/documents", authz.AgencyAct, h.agencyList)
	for _, act := range agencyActs {
		rt.Post(pathAgencies+"/{no}/"+act.path, act.do, h.actOn(act))
	}
}

// agenciesPage lists the errands in reach: what is due first.
type agenciesPage struct {
	Frame view.Page
	Lead  string
	Rows  []agencyLine
}

type agencyLine struct {
	No, Href, Matter, Agent, Until, Left, Held string
	Chip                                       view.Chipped
	Icon                                       string
}

func (h handlers) agencies(w http.ResponseWriter, r *http.Request) error {
	by, today := route.Actor(r), h.f.Today()
	v, err := h.f.Settings(r.Context())
	if err != nil {
		return err
	}
	all, err := h.Requests.Agencies(r.Context(), by)
	if err != nil {
		return err
	}
	p := agenciesPage{Lead: "代办内容和材料只有代办人自己看得到；到期以后只能归还材料"}
	for _, a := range all {
		p.Rows = append(p.Rows, agencyLineOf(a, by, today, v))
	}
	p.Frame = h.staff(r, "查看 - 全程代办", nil, view.Crumb{Text: "全程代办"})
	return h.f.Render(w, r, http.StatusOK, showAgencies(p))
}

func agencyLineOf(a request.Agency, by authz.Actor, today workday.Day, v policy.Values) agencyLine {
	out := agencyLine{No: a.No, Href: a.Path(), Matter: a.Words.Matter, Agent: a.AgentName, Until: a.Until.Chinese(), Held: itoa(a.Held) + " 份", Left: leftOf(a, today)}
	out.Chip, out.Icon = agencyChip(a, today, v)
	if a.Agent == by.AccountID {
		out.Agent = "我"
	}
	if out.Matter == "" {
		out.Matter = "只有代办人看得到"
	}
	return out
}

// leftOf says how long the authorization holds; nothing when all is over.
func leftOf(a request.Agency, today workday.Day) string {
	switch a.State(today) {
	case request.AgencyOver:
		return ""
	case request.AgencyReturns:
		return "还有 " + itoa(a.Held) + " 份材料没有交还"
	}
	switch left := a.Until.Sub(today); left {
	case 0:
		return "今天最后一天"
	default:
		return "还剩 " + itoa(left) + " 天"
	}
}

// agencyChip is the state with its tone; what is near its end warns.
func agencyChip(a request.Agency, today workday.Day, v policy.Values) (view.Chipped, string) {
	state := a.State(today)
	chip := view.Chipped{Words: state.Label(), Tone: "info"}
	icon := "clock"
	switch near := a.Until.Sub(today) <= v.AgencyWarnDays; {
	case state == request.AgencyOver:
		chip.Tone, icon = "neutral", "check"
		if words := endingWords[a.Ending]; words != "" {
			chip.Words = words
		}
	case state == request.AgencyReturns:
		chip.Tone, icon = "danger", "circle-alert"
	case near:
		chip.Tone, icon = "warn", "triangle-alert"
		chip.Words += "，快到期"
	}
	return chip, icon
}

var endingWords = map[request.AgencyEnding]string{request.AgencyDone: "已办结", request.AgencyWithdrawn: "居民已撤回", request.AgencyExpired: "已到期"}

// openAgencyPage begins an errand for the resident of a request.
type openAgencyPage struct {
	Frame    view.Page
	Form     filled
	No       string
	Title    string
	CaseHref string
	Longest  string
}

func (h handlers) newAgency(w http.ResponseWriter, r *http.Request) error {
	return h.showOpenAgency(w, r, fresh(r, map[string]string{"until": h.f.Today().Add(30).String()}))
}

func (h handlers) openAgency(w http.ResponseWriter, r *http.Request) error {
	no := route.Param(r, "no")
	if _, err := h.Cases.Find(r.Context(), route.Actor(r), no); err != nil {
		return err
	}
	f, err := form.Read(r)
	if err != nil {
		return err
	}
	in := request.AgencyOpening{Matter: f.Line("matter", 40), Scope: f.Text("scope", 300), Until: f.Day("until", h.f.Today())}
	if f.Valid() {
		opened, err := h.Cases.OpenAgency(r.Context(), route.Actor(r), f.Key(), no, in)
		if err == nil {
			h.tell(r, "ok", "已开始代办 "+opened, "打印授权委托书，请居民看过、签字，再登记签字；签字以前不收材料")
			return route.See(w, r, pathAgencies+"/"+opened)
		}
		if err = keep(f, err); err != nil {
			return err
		}
	}
	return h.showOpenAgency(w, r, back(f, nil))
}

func (h handlers) showOpenAgency(w http.ResponseWriter, r *http.Request, x filled) error {
	no := route.Param(r, "no")
	c, err := h.Cases.Find(r.Context(), route.Actor(r), no)
	if err != nil {
		return err
	}
	one, ok := summaryOf(c, no)
	if !ok {
		return errNothing
	}
	v, err := h.f.Settings(r.Context())
	if err != nil {
		return err
	}
	p := openAgencyPage{Form: x, No: no, Title: one.Title, CaseHref: casePath(no, ""),
		Longest: "到这一天为止，最长 " + itoa(v.AgencyDays) + " 天；到期以后代办人只能归还材料"}
	p.Frame = h.staff(r, "开始 - 全程代办 "+no, x.told, view.Crumb{Href: p.CaseHref, Text: no}, view.Crumb{Text: "全程代办"})
	return h.f.Render(w, r, x.status(), showOpenAgency(p))
}

// theAgency opens the errand of the address for one act; out of reach reads like missing.
func (h handlers) theAgency(r *http.Request, do authz.Action) (request.Agency, error) {
	by := route.Actor(r)
	a, err := h.Requests.Agency(r.Context(), by, route.Param(r, "no"))
	if err == nil && !authz.Allowed(by, do, a.Object()) {
		err = request.ErrNoAgency
	}
	return a, err
}

// agencyPaper is what is printed for the errand: the authorization to be signed, or the list of documents. No name
// stands on it: the resident writes it by hand.
type agencyPaper struct {
	Frame                       view.Page
	Issuer, Number, Title       string
	Agent, Matter, Scope, Until string
	Phone                       string
	Documents                   []agencyPaperRow
}

type agencyPaperRow struct{ Nth, Name, Kind, Pages, In, Out string }

func (h handlers) agencyLetter(w http.ResponseWriter, r *http.Request) error {
	return h.printAgency(w, r, "授权委托书", showAgencyLetter)
}

func (h handlers) agencyList(w http.ResponseWriter, r *http.Request) error {
	return h.printAgency(w, r, "材料交接清单", showAgencyList)
}

func originalWord(original bool) string {
	if original {
		return "原件"
	}
	return "复印件"
}

func documentRow(i int, a request.Agency, d request.AgencyDocument) agencyPaperRow {
	row := agencyPaperRow{Nth: strconv.Itoa(i + 1), Name: d.Name, Kind: originalWord(d.Original), Pages: itoa(d.Pages), In: workday.DayOf(d.At).Chinese()}
	for _, o := range a.Handovers {
		if o.Nth == d.OutBy {
			row.Out = o.Day.Chinese() + " " + o.Way.Label()
		}
	}
	return row
}
