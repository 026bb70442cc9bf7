package request

import (
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"portal/internal/authz"
	"portal/internal/fault"
	"portal/internal/pg"
)

const pest = "13800005678"

// caught is a street with a telephone that repeated itself, and the officials.
type caught struct {
	*house
	leader, other, legality authz.Actor
	rests                   []Request
	receipts                []Receipt
}

func repeating(t *testing.T) *caught {
	t.Helper()
	h := open(t)
	office := h.unit("街道党政办", "street_section")
	c := &caught{house: h, leader: h.person("zhu.ren", "郑主任", authz.Leader, office), other: h.person("fu.zhuren", "冯副主任", authz.Leader, office),
		legality: h.person("si.fa", "沈司法", authz.Legality, h.unit("司法所", "street_section"))}
	for range 3 {
		c.again3(nil)
	}
	return c
}

// again3 files one more of the same kind.
func (c *caught) again3(change func(f *Filing)) Request {
	c.t.Helper()
	r, receipt := c.file(authz.Anonymous, change)
	c.rests, c.receipts = append(c.rests, r), append(c.receipts, receipt)
	return r
}

func (c *caught) nos() (out []string) {
	for _, r := range c.rests {
		out = append(out, r.No)
	}
	return out
}

func (c *caught) draft(nos ...string) LimitDraft {
	return LimitDraft{Nos: nos, Days: 30, Reason: "同一句辱骂的话一天里说了三遍，核实过没有这件事"}
}

func (c *caught) limit() Limit {
	c.t.Helper()
	id, err := c.s.SetLimit(c.t.Context(), c.leader, "key-of-the-limit", c.draft(c.nos()[:3]...))
	if err != nil {
		c.t.Fatal(err)
	}
	return c.read(id)
}

func (c *caught) read(id LimitID) Limit {
	c.t.Helper()
	l, err := c.s.LimitOf(c.t.Context(), c.leader, id)
	if err != nil {
		c.t.Fatal(err)
	}
	return l
}

func (c *caught) held(change func(f *Filing)) bool {
	c.t.Helper()
	_, _, err := c.tryFile(authz.Anonymous, change)
	if err == nil {
		return false
	}
	l, is := AsLimited(err)
	if !is || fault.KindOf(err) != fault.KindConflict || l.Post == "" || l.Until.IsZero() {
		c.t.Fatalf("refused by %v", err)
	}
	return true
}

// REQ-20: a limit holds new requests by a browser with that telephone, and nothing else: not words of danger, not 举报,
// not what is behind the wall, not a window, paper, the hotline or the kiosk, nobody without a telephone, no other one.
func TestLimitHoldsOnlyOneChannel(t *testing.T) {
	t.Parallel()
	c := repeating(t)
	before := c.entries()
	l := c.limit()
	if got := c.entries() - before; got != 1 {
		t.Errorf("%d entries of one limit", got)
	}
	if l.SetPost != "单位 街道领导" || l.SetByName != "郑主任" || !slices.Equal(l.Requests, c.nos()) || l.State(c.now) != LimitHolds || !l.Until.Equal(c.now.AddDate(0, 0, 30)) {
		t.Fatalf("%+v", l)
	}
	before = c.entries()
	if !c.held(nil) || !c.held(func(f *Filing) { f.Phone = "+86 138 0000 5678"; f.Category = "0201"; f.Kind = Help }) {
		t.Error("the telephone is not held")
	}
	if c.entries() != before {
		t.Error("a refusal left something")
	}
	for what, change := range map[string]func(f *Filing){
		"danger":             func(f *Filing) { f.Words = "厨房漏气，味道很大" },
		"urgent category":    func(f *Filing) { f.Category = "0504" },
		"举报":                 func(f *Filing) { f.Kind, f.Confidential = Report, true },
		"confidential":       func(f *Filing) { f.Kind, f.Confidential = Complaint, true },
		"of the street":      func(f *Filing) { f.HiddenFrom = huaiyin },
		"nobody":             func(f *Filing) { f.Phone = "" },
		"another telephone":  func(f *Filing) { f.Phone = "13900001111" },
		"the kiosk":          func(f *Filing) { f.Channel = Kiosk },
		"the window":         func(f *Filing) { f.Channel = Window },
		"paper":              func(f *Filing) { f.Channel = Paper },
		"assisted":           func(f *Filing) { f.Channel = Assisted },
		"the hotline":        func(f *Filing) { f.Channel = Hotline },
		"a child, anonymous": func(f *Filing) { f.Minor = true },
	} {
		if c.held(change) {
			t.Errorf("%s is held", what)
		}
	}
	var kept []byte
	c.one(&kept, `SELECT phone_index FROM request_limit`)
	if len(kept) == 0 {
		t.Error("nothing to hold by")
	}
	c.leaked(pest)
	c.now = l.Until
	if c.held(nil) {
		t.Error("it does not end by itself")
	}
	if err := c.s.Tick(t.Context()); err != nil {
		t.Fatal(err)
	}
	c.one(&kept, `SELECT phone_index FROM request_limit`)
	if kept != nil {
		t.Error("the telephone of a limit that is over is kept (§6.7)")
	}
}

// REQ-20: only a named official, with reason and evidence, for at most 30 days; what may not be evidence is named.
func TestLimitNeedsEvidence(t *testing.T) {
	t.Parallel()
	c := repeating(t)
	other, _ := c.file(authz.Anonymous, func(f *Filing) { f.Phone = "13900001111" })
	nobody, _ := c.file(authz.Anonymous, func(f *Filing) { f.Phone = "" })
	report, _ := c.file(authz.Anonymous, func(f *Filing) { f.Kind, f.Confidential = Report, true })
	gas, _ := c.file(authz.Anonymous, func(f *Filing) { f.Words = "楼道里漏气" })
	ours, _ := c.file(authz.Anonymous, func(f *Filing) { f.Category = "0201" })
	c.exec(`UPDATE work_order SET complained_unit = $1 WHERE id = $2`, c.leader.Posts[0].UnitID, ours.OrderID)
	good := c.nos()
	before := c.entries()
	for what, d := range map[string]LimitDraft{
		"two":            c.draft(good[:2]...),
		"one twice":      c.draft(good[0], good[0], good[1]),
		"unknown":        c.draft(good[0], good[1], "SQ-2026-999"),
		"two people":     c.draft(good[0], good[1], other.No),
		"no telephone":   c.draft(good[0], good[1], nobody.No),
		"举报 (REQ-13)":    c.draft(good[0], good[1], report.No),
		"danger":         c.draft(good[0], good[1], gas.No),
		"own unit":       c.draft(good[0], good[1], ours.No),
		"no reason":      {Nos: good, Days: 30, Reason: "恶意"},
		"too long":       {Nos: good, Days: 31, Reason: c.draft().Reason},
		"no time":        {Nos: good, Reason: c.draft().Reason},
		"nothing at all": {},
	} {
		_, err := c.s.SetLimit(t.Context(), c.leader, "", d)
		if fault.KindOf(err) != fault.KindInvalid {
			t.Errorf("%s: %v", what, err)
		}
	}
	for _, by := range []authz.Actor{c.dispatcher, c.clerk, c.handler, c.legality, c.caller, authz.Anonymous} {
		_, err := c.s.SetLimit(t.Context(), by, "", c.draft(good...))
		wantKind(t, err, fault.KindNotFound)
	}
	if c.entries() != before {
		t.Error("a refused limit left something")
	}
	l := c.limit()
	if again, err := c.s.SetLimit(t.Context(), c.leader, "key-of-the-limit", c.draft(good...)); err != nil || again != l.ID {
		t.Errorf("the same form again: %d, %v", again, err)
	}
	for range 3 {
		_, receipt := c.file(authz.Anonymous, func(f *Filing) { f.Channel = Kiosk })
		r, _, _ := c.s.Resolve(t.Context(), Key{Token: receipt.Token})
		one, _ := c.s.ByID(t.Context(), c.db.Q(), r)
		c.rests = append(c.rests, one)
	}
	_, err := c.s.SetLimit(t.Context(), c.other, "", c.draft(c.nos()[3:6]...))
	wantKind(t, err, fault.KindConflict) // one at a time
	c.now = l.Until
	_, err = c.s.SetLimit(t.Context(), c.other, "", c.draft(good...))
	wantKind(t, err, fault.KindInvalid) // used evidence renews nothing: 30 days stay 30 days
	if _, err = c.s.SetLimit(t.Context(), c.other, "", c.draft(c.nos()[3:6]...)); err != nil {
		t.Errorf("new evidence: %v", err)
	}
}

// Of two officials who limit the same telephone at the same moment, on different evidence, one wins.
func TestLimitOnceAtTheSameTime(t *testing.T) {
	t.Parallel()
	c := repeating(t)
	for range 3 {
		c.again3(nil)
	}
	var all sync.WaitGroup
	errs := make([]error, 2)
	for i, by := range []authz.Actor{c.leader, c.other} {
		all.Go(func() { _, errs[i] = c.s.SetLimit(t.Context(), by, "", c.draft(c.nos()[3*i:3*i+3]...)) })
	}
	all.Wait()
	if (errs[0] == nil) == (errs[1] == nil) {
		t.Errorf("%v and %v", errs[0], errs[1])
	}
}

// REQ-20: an appeal by the receipt, decided by somebody else; it lifts at once, and what nobody decides ends.
func TestLimitAppeal(t *testing.T) {
	t.Parallel()
	c := repeating(t)
	ctx := t.Context()
	appeal := func(words string) error { return c.s.Appeal(ctx, Key{Token: c.receipts[0].Token}, "", words) }
	wantKind(t, appeal("我没有恶意"), fault.KindConflict) // nothing to appeal against
	l := c.limit()
	told, err := c.s.Track(ctx, Key{Token: c.receipts[1].Token})
	if err != nil || told.Limit == nil || told.Limit.Post != l.SetPost || told.Limit.Reason != l.Reason || !told.Limit.Until.Equal(l.Until) || !told.Limit.CanAppeal ||
		!strings.Contains(told.Notes[len(told.Notes)-1].Words, l.SetPost) {
		t.Fatalf("%+v, %v", told.Limit, err)
	}
	if low, err := c.s.Track(ctx, Key{Code: c.receipts[1].Code, Device: "a"}); err != nil || low.Limit != nil {
		t.Errorf("the code alone shows %+v, %v", low.Limit, err)
	}
	wantKind(t, c.s.Appeal(ctx, Key{Code: c.receipts[0].Code, Device: "a"}, "", "我没有恶意"), fault.KindNotFound)
	wantKind(t, appeal("不"), fault.KindInvalid)
	wantKind(t, c.s.DecideAppeal(ctx, c.other, "", l.ID, 0, false, "没有申诉"), fault.KindConflict)
	before := c.entries()
	if err := appeal("我没有恶意，电话 13800005678 可以问"); err != nil {
		t.Fatal(err)
	}
	wantKind(t, appeal("再说一遍"), fault.KindConflict)
	if got := c.entries() - before; got != 1 {
		t.Errorf("%d entries of one appeal", got)
	}
	if l = c.read(l.ID); l.State(c.now) != LimitAppealed || strings.Contains(l.Appeal, "0000") || !l.DecideBy.Equal(c.now.AddDate(0, 0, 3)) {
		t.Fatalf("%+v", l)
	}
	var lines int
	c.one(&lines, `SELECT count(*) FROM inbox_line WHERE href = $1`, l.Path())
	if lines == 0 {
		t.Error("nobody is told of the appeal")
	}
	if !c.held(nil) {
		t.Error("an appeal alone ends the limit")
	}
	wantKind(t, c.s.DecideAppeal(ctx, c.leader, "", l.ID, l.Version, true, "维持原来的决定"), fault.KindForbidden) // the same person
	wantKind(t, c.s.DecideAppeal(ctx, c.dispatcher, "", l.ID, l.Version, false, "解除这项限制"), fault.KindNotFound)
	wantKind(t, c.s.DecideAppeal(ctx, c.legality, "", l.ID, l.Version-1, false, "解除这项限制"), fault.KindConflict)
	wantKind(t, c.s.DecideAppeal(ctx, c.legality, "", l.ID, l.Version, false, ""), fault.KindInvalid)
	before = c.entries()
	if err := c.s.DecideAppeal(ctx, c.legality, "", l.ID, l.Version, false, "三件说的是三盏灯，不是恶意"); err != nil {
		t.Fatal(err)
	}
	if got := c.entries() - before; got != 1 || c.held(nil) {
		t.Errorf("%d entries; lifted at once?", got)
	}
	wantKind(t, c.s.LiftLimit(ctx, c.other, "", l.ID, 0, "已经没有了"), fault.KindConflict)
	told, err = c.s.Track(ctx, Key{Token: c.receipts[1].Token})
	if err != nil || told.Limit.State != LimitLifted || told.Limit.DecidedBy != "单位 司法所" || told.Limit.CanAppeal {
		t.Errorf("%+v, %v", told.Limit, err)
	}
}

// A decision that keeps the limit leaves its end where it was; an appeal that nobody decides in time ends it; and an
// official may end it early.
func TestLimitEnds(t *testing.T) {
	t.Parallel()
	ctx := t.Context()
	kept, waiting, early := repeating(t), repeating(t), repeating(t)
	l := kept.limit()
	if err := kept.s.Appeal(ctx, Key{Token: kept.receipts[0].Token}, "", "我不同意"); err != nil {
		t.Fatal(err)
	}
	if err := kept.s.DecideAppeal(ctx, kept.other, "", l.ID, 0, true, "三件内容相同，核实过"); err != nil {
		t.Fatal(err)
	}
	kept.now = kept.now.AddDate(0, 0, 4)
	if got := kept.read(l.ID); !kept.held(nil) || !got.Until.Equal(l.Until) || !got.Kept || got.LiftedAt != nil {
		t.Errorf("kept: %+v", got)
	}
	wantKind(t, kept.s.Appeal(ctx, Key{Token: kept.receipts[0].Token}, "", "还是不同意"), fault.KindConflict)

	l = waiting.limit()
	if err := waiting.s.Appeal(ctx, Key{Token: waiting.receipts[0].Token}, "", "我不同意"); err != nil {
		t.Fatal(err)
	}
	waiting.now = waiting.now.AddDate(0, 0, 3)
	if got := waiting.read(l.ID); waiting.held(nil) || got.State(waiting.now) != LimitLapsed {
		t.Errorf("undecided: %+v", got)
	}
	wantKind(t, waiting.s.DecideAppeal(ctx, waiting.other, "", l.ID, 0, true, "三件内容相同"), fault.KindConflict)

	l = early.limit()
	wantKind(t, early.s.LiftLimit(ctx, early.legality, "", l.ID, 0, "已经讲清楚"), fault.KindNotFound)
	if err := early.s.LiftLimit(ctx, early.other, "", l.ID, l.Version, "已经当面讲清楚"); err != nil || early.held(nil) {
		t.Errorf("lifted early: %v", err)
	}
}

// The list shows what is in force and what is over, in the order of the decisions, to those who may see it.
func TestLimitsList(t *testing.T) {
	t.Parallel()
	c := repeating(t)
	l := c.limit()
	for open, want := range map[bool]int{true: 1, false: 0} {
		if got, err := c.s.Limits(t.Context(), c.dispatcher, open, "", 20); err != nil || len(got.Rows) != want {
			t.Errorf("open %v: %+v, %v", open, got.Rows, err)
		}
	}
	c.now = c.now.Add(31 * 24 * time.Hour)
	if got, err := c.s.Limits(t.Context(), c.legality, false, "", 20); err != nil || len(got.Rows) != 1 || got.Rows[0].ID != l.ID {
		t.Errorf("%+v, %v", got.Rows, err)
	}
	_, err := c.s.Limits(t.Context(), c.leader, true, "nonsense", 20)
	wantKind(t, err, fault.KindInvalid)
	for _, by := range []authz.Actor{c.clerk, c.handler, authz.Anonymous} {
		_, err := c.s.Limits(t.Context(), by, true, "", 20)
		wantKind(t, err, fault.KindNotFound)
		_, err = c.s.LimitOf(t.Context(), by, l.ID)
		_, missing := c.s.LimitOf(t.Context(), by, 999)
		if fault.KindOf(err) != fault.KindNotFound || err.Error() != missing.Error() {
			t.Errorf("out of reach %v, missing %v", err, missing)
		}
	}
}

// The database itself holds 30 days and the second person.
func TestLimitInTheDatabase(t *testing.T) {
	t.Parallel()
	c := repeating(t)
	l := c.limit()
	for what, sql := range map[string]string{
		"31 days":         `UPDATE request_limit SET until = set_at + interval '31 days' WHERE id = $1`,
		"the same person": `UPDATE request_limit SET appeal = '不同意', appealed_at = set_at, decide_by = until, decided_by = set_by, decided_at = set_at, decision = '维持', kept = true WHERE id = $1`,
	} {
		err := c.in(authz.System, func(tx *pg.Tx) error { _, err := tx.Exec(t.Context(), sql, int64(l.ID)); return err })
		if err == nil {
			t.Errorf("%s is stored", what)
		}
	}
}

// Numbers are read as people paste them.
func TestReadNumbers(t *testing.T) {
	got := ReadNumbers(" sq-2026-17，ＳＱ－2026－18\n编号SQ-2026-19；nonsense ")
	if want := []string{"SQ-2026-17", "SQ-2026-18", "SQ-2026-19", "NONSENSE"}; !slices.Equal(got, want) {
		t.Errorf("%q", got)
	}
}
