package handoff

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"portal/internal/admission"
	"portal/internal/authz"
	"portal/internal/docno"
	"portal/internal/fault"
	"portal/internal/grid"
	"portal/internal/notice"
	"portal/internal/pg"
	"portal/internal/policy"
	"portal/internal/request"
	"portal/internal/workday"
	"portal/internal/workorder"
)

// Notices turns results into notices: a decision on an application (R55), a change of persons in a grid, a case
// that is closed. Each is filled in from its record, without a word about who asked.
type Notices struct {
	db         *pg.DB
	notices    *notice.Service
	admissions *admission.Service
	grids      *grid.Service
	orders     *workorder.Service
}

// NewNotices makes it.
func NewNotices(db *pg.DB, notices *notice.Service, admissions *admission.Service, grids *grid.Service, orders *workorder.Service) *Notices {
	return &Notices{db: db, notices: notices, admissions: admissions, grids: grids, orders: orders}
}

// Result is something that happened and is not published yet.
type Result struct {
	Source string // names the record and the place that publishes
	Kind   notice.Kind
	Title  string
	Words  string // one line about it
}

// sourceKind is one kind of record that notices are made from.
type sourceKind struct {
	prefix  string
	results func(n *Notices, ctx context.Context, by authz.Actor, from ground) ([]Result, error)
	sketch  func(n *Notices, ctx context.Context, by authz.Actor, id string, from ground) (notice.Sketch, error)
}

var sourceKinds = []sourceKind{
	{"admission", (*Notices).admitted, (*Notices).admittedSketch},
	{"grid", (*Notices).posts, (*Notices).postSketch},
	{"order", (*Notices).closed, (*Notices).closedSketch},
}

// ground is for whom somebody publishes, and the settings of the day.
type ground struct {
	values   policy.Values
	division string // the street for those who reach all of it, else one's own community
	today    workday.Day
}

func (g ground) source(prefix, id string) string { return prefix + ":" + id + "@" + g.division }

func (g ground) ofStreet() bool { return g.division == g.values.StreetCode }

func (n *Notices) ground(ctx context.Context, by authz.Actor) (ground, error) {
	g := ground{today: workday.DayOf(n.db.Now())}
	var err error
	if g.values, err = policy.Load(ctx, n.db.Q(), g.today); err != nil {
		return g, err
	}
	scope := authz.ReachOf(by, authz.NoticeDraft)
	switch {
	case scope.All:
		g.division = g.values.StreetCode
	case len(scope.Prefixes) > 0:
		g.division = scope.Prefixes[0]
	default:
		return g, errNoResult
	}
	return g, nil
}

var errNoResult = fault.NotFound("没有这件结果。可能已经写过公示，或者不在你的职责范围内")

// eachKind is how many results of one kind are offered.
const eachKind = 8

// Results lists what the person may publish and has not been published, each kind in the order of its own list.
func (n *Notices) Results(ctx context.Context, by authz.Actor) ([]Result, error) {
	g, err := n.ground(ctx, by)
	if err != nil {
		return nil, err
	}
	var all []Result
	var sources []string
	for _, k := range sourceKinds {
		found, err := k.results(n, ctx, by, g)
		if err != nil {
			return nil, err
		}
		for _, r := range found {
			sources = append(sources, r.Source)
		}
		all = append(all, found...)
	}
	out, err := n.notices.Sourced(ctx, sources)
	if err != nil {
		return nil, err
	}
	kept := map[notice.Kind]int{}
	return slices.DeleteFunc(all, func(r Result) bool {
		if out[r.Source] || kept[r.Kind] >= eachKind {
			return true
		}
		kept[r.Kind]++
		return false
	}), nil
}

// Sketch fills a notice in from a result.
func (n *Notices) Sketch(ctx context.Context, by authz.Actor, source string) (notice.Sketch, error) {
	g, err := n.ground(ctx, by)
	if err != nil {
		return notice.Sketch{}, err
	}
	prefix, rest, ok := strings.Cut(source, ":")
	id, where, ok2 := strings.Cut(rest, "@")
	for _, k := range sourceKinds {
		if !ok || !ok2 || k.prefix != prefix || where != g.division {
			continue
		}
		s, err := k.sketch(n, ctx, by, id, g)
		if fault.KindOf(err) == fault.KindNotFound {
			err = errNoResult
		}
		s.Source, s.Division = source, g.division
		if s.Days == 0 && !s.Kind.Standing() {
			s.Days = max(s.Kind.Least(g.values), 1)
		}
		s.Title, s.PlainTitle, s.PlainSummary = cut(s.Title, notice.MaxTitle), cut(s.PlainTitle, notice.MaxPlainTitle), cut(s.PlainSummary, notice.MaxPlainSummary)
		return s, err
	}
	return notice.Sketch{}, errNoResult
}

func cut(words string, max int) string {
	if r := []rune(words); len(r) > max {
		return string(r[:max-1]) + "…"
	}
	return words
}

// admitted are applications that were approved, in force or about to be.
func (n *Notices) admitted(ctx context.Context, by authz.Actor, g ground) ([]Result, error) {
	if !authz.Can(by, authz.AppList) {
		return nil, nil
	}
	list, err := n.admissions.List(ctx, by, admission.Filter{Tab: admission.TabRunning, Today: g.today, Limit: 50})
	if err != nil {
		return nil, err
	}
	var out []Result
	for _, l := range list.Rows {
		if l.Year != nil && l.Seq != nil {
			id := fmt.Sprintf("%d-%d", *l.Year, *l.Seq)
			out = append(out, Result{Source: g.source("admission", id), Kind: notice.Admission, Title: l.Title, Words: l.AdmittedNo(g.values.NumberWord) + "，" + l.UnitName})
		}
	}
	return out, nil
}

// admittedSketch holds what 第三十四条第二款第六项 makes public: who asked, on which basis, who pays how much.
func (n *Notices) admittedSketch(ctx context.Context, by authz.Actor, id string, g ground) (notice.Sketch, error) {
	year, seq, err := docno.ParseSlug(id)
	if err != nil {
		return notice.Sketch{}, errNoResult
	}
	a, err := n.admissions.Open(ctx, by, year, seq)
	if err != nil {
		return notice.Sketch{}, err
	}
	if a.State != admission.Approved && a.State != admission.ApprovedConds {
		return notice.Sketch{}, errNoResult
	}
	var basis []string
	for _, c := range a.Cited {
		basis = append(basis, c.Words)
	}
	funds := "不需要经费"
	if a.FundsFen != nil && *a.FundsFen > 0 {
		funds = yuan(*a.FundsFen) + " 元，由" + orElse(a.PayerName, a.UnitName) + "拨付"
	}
	table := [][2]string{
		{"提出单位", a.UnitName}, {"依据", orElse(strings.Join(basis, "；"), "见准入文件")}, {"社区的角色", a.Role.Label()},
		{"经费来源与数额", funds}, {"起止时间", span(a.StartOn, a.EndOn)}, {"准入文号", a.AdmittedNo(g.values.NumberWord)},
	}
	body := []string{"经街道审核，准予下列事项进入社区工作事项清单，现予公示。", "项目|内容", "事项|" + cell(a.Title)}
	for _, row := range table {
		body = append(body, row[0]+"|"+cell(row[1]))
	}
	body = append(body, "", "清单全文和法律依据，可以在本站“准入清单”查看，也可以到社区窗口查询。")
	return notice.Sketch{Kind: notice.Admission, Text: notice.Text{
		Title: "关于" + cut(a.Title, 24) + "准入结果的公示", PlainTitle: a.Title,
		PlainSummary: "街道同意" + a.UnitName + "请社区" + a.Role.Label() + "这件事。" + fundsWords(funds) + "。", Body: strings.Join(body, "\n"),
	}}, nil
}

// fundsWords is the line of funds as the end of a sentence.
func fundsWords(funds string) string {
	if strings.HasPrefix(funds, "不") {
		return funds
	}
	return "经费 " + funds
}

// posts are handovers that took effect in the last two months.
func (n *Notices) posts(ctx context.Context, by authz.Actor, g ground) ([]Result, error) {
	if !authz.Can(by, authz.HandoverView) || authz.ReachOf(by, authz.HandoverView).Empty() {
		return nil, nil
	}
	list, err := n.grids.Handovers(ctx, by, g.division, false, "")
	if err != nil {
		return nil, err
	}
	var out []Result
	for _, h := range list.Rows {
		if h.Effective.IsZero() || h.Effective.Before(g.today.Add(-60)) || h.Receiver.IsZero() || !strings.HasPrefix(h.Community, g.division) {
			continue
		}
		out = append(out, Result{Source: g.source("grid", strconv.FormatInt(int64(h.ID), 10)), Kind: notice.Grid, Title: h.CommunityName + h.GridName + h.Role.Label() + "调整",
			Words: h.Receiver.Name + "，" + h.Effective.Chinese() + "起"})
	}
	return out, nil
}

// postSketch names the new person of a post, who is public with the work telephone (GRD-19), and no reason.
func (n *Notices) postSketch(ctx context.Context, by authz.Actor, id string, g ground) (notice.Sketch, error) {
	number, err := strconv.ParseInt(id, 10, 64)
	if err != nil {
		return notice.Sketch{}, errNoResult
	}
	h, err := n.grids.Handover(ctx, by, grid.HandoverID(number))
	if err != nil {
		return notice.Sketch{}, err
	}
	if h.Effective.IsZero() || h.Receiver.IsZero() || !strings.HasPrefix(h.Community, g.division) {
		return notice.Sketch{}, errNoResult
	}
	where := h.CommunityName + h.GridName
	body := []string{"因工作需要，" + where + "的" + h.Role.Label() + "有调整，现予公布。", "项目|内容", "网格|" + where, "岗位|" + h.Role.Label(),
		"负责人|" + h.Receiver.Name, "工作电话|" + h.Receiver.Phone, "从哪天起|" + h.Effective.Chinese(), "", "自家这片由谁负责，可以在本站“谁管我家这片”查询。"}
	return notice.Sketch{Kind: notice.Grid, Text: notice.Text{Title: "关于" + where + "网格员调整的公示", PlainTitle: h.GridName + "换人负责了",
		PlainSummary: h.Effective.Short() + "起，" + where + h.Role.Label() + "由" + h.Receiver.Name + "负责，电话 " + h.Receiver.Phone + "。", Body: strings.Join(body, "\n")}}, nil
}

// closed are cases that ended with a result others may learn of: never a report on somebody, never one whose
// reporter asked to stay unknown.
func (n *Notices) closed(ctx context.Context, by authz.Actor, g ground) ([]Result, error) {
	if !authz.Can(by, authz.WorkList) {
		return nil, nil
	}
	list, err := n.orders.List(ctx, by, workorder.Filter{Tab: workorder.TabAll, State: workorder.Closed, Limit: 50})
	if err != nil {
		return nil, err
	}
	var out []Result
	for _, o := range list.Rows {
		if tellable(o, g) {
			out = append(out, Result{Source: g.source("order", o.No), Kind: notice.Handling, Title: request.MaskWords(o.Title), Words: o.CategoryName + "，" + moment(*o.ClosedAt) + "办结"})
		}
	}
	return out, nil
}

// tellable reports whether a closed case may be told to everybody: something that can be seen in public, of nobody in
// particular. What somebody asked or needed for themselves (welfare, quarrels) is never offered.
func tellable(o workorder.Order, g ground) bool {
	return o.State == workorder.Closed && o.ClosedAt != nil && o.Physical && !o.Confidential && o.Kind != workorder.Accusation && o.ComplainedUnit == 0 &&
		(g.ofStreet() || o.Community == g.division) && o.HiddenFrom != g.division
}

func (n *Notices) closedSketch(ctx context.Context, by authz.Actor, id string, g ground) (notice.Sketch, error) {
	o, err := n.orders.Get(ctx, by, id)
	if err != nil {
		return notice.Sketch{}, err
	}
	if !tellable(o, g) {
		return notice.Sketch{}, errNoResult
	}
	title, place := request.MaskWords(o.Title), request.MaskPlace(o.Place)
	reply := request.MaskWords(orElse(o.Reply, o.Result))
	body := []string{"居民反映的下列问题已经办结，现将办理结果公示如下。", "项目|内容", "问题|" + cell(title), "地点|" + cell(place), "类别|" + cell(o.CategoryName),
		"承办|" + cell(o.Owner.Words()), "办结时间|" + workday.DayOf(*o.ClosedAt).Chinese(), "", "办理结果：" + reply}
	return notice.Sketch{Kind: notice.Handling, Text: notice.Text{Title: "关于" + cut(title, 24) + "办理结果的公示", PlainTitle: cut(title, 16) + "办好了",
		PlainSummary: cut("已办结："+strings.ReplaceAll(reply, "\n", " "), notice.MaxPlainSummary), Body: strings.Join(body, "\n")}}, nil
}

// cell keeps a text inside one cell of a table.
func cell(words string) string {
	return strings.NewReplacer("\n", " ", "|", "／", "｜", "／").Replace(words)
}

func orElse(words, other string) string {
	if strings.TrimSpace(words) == "" {
		return other
	}
	return words
}

func span(from, until workday.Day) string {
	if until.IsZero() {
		return from.Chinese() + "起，长期"
	}
	return from.Chinese() + "至" + until.Chinese()
}

// yuan writes 分 as 元 with thousands.
func yuan(fen int64) string {
	s := strconv.FormatInt(fen/100, 10)
	for i := len(s) - 3; i > 0; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	if fen%100 != 0 {
		s += fmt.Sprintf(".%02d", fen%100)
	}
	return s
}
