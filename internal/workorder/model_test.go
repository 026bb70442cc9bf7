package workorder_test

import (
	"errors"
	"flag"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"portal/internal/authz"
	"portal/internal/blob"
	"portal/internal/fault"
	"portal/internal/pg"
	"portal/internal/pg/pgtest"
	"portal/internal/workday"
	"portal/internal/workorder"
)

// known is what the model remembers of a case: what may never change, and what was accepted.
type known struct {
	id                       workorder.ID
	no                       string
	started, contactDue, due time.Time
	entries                  int64 // of the trail
	disputes                 int
	extended                 bool
	lastHandler              string // after the second reopening
}

// model drives random people through random acts, legal and illegal, on a few cases.
type model struct {
	*rapid.T
	c        *town
	cases    []*known
	done     map[string]int
	verifier map[workorder.ID]int64
}

func (m *model) actor() authz.Actor {
	c := m.c
	all := []authz.Actor{c.dispatcher, c.dispatcher2, c.leader, c.cityman, c.cityman2, c.waterman, c.secretary, c.other, c.a, c.b, c.clerk, c.caller, authz.Anonymous}
	return rapid.SampledFrom(all).Draw(m.T, "who")
}

// either draws the person who fits more often than anybody.
func (m *model) either(fits ...authz.Actor) authz.Actor {
	if rapid.IntRange(0, 3).Draw(m.T, "fits") > 0 {
		return rapid.SampledFrom(fits).Draw(m.T, "who fits")
	}
	return m.actor()
}

// owner draws somebody of the body that has the case, more often than anybody.
func (m *model) owner(o workorder.Order) authz.Actor {
	c := m.c
	switch {
	case o.Owner.Unit == c.city:
		return m.either(c.cityman, c.cityman2)
	case o.Owner.Unit == c.water:
		return m.either(c.waterman)
	case o.Owner.Kind == workorder.Community:
		return m.either(c.secretary)
	case o.Owner.Kind == workorder.Grid:
		return m.either(c.a, c.b)
	}
	return m.either(c.dispatcher)
}

func (m *model) target() workorder.Target {
	c := m.c
	return rapid.SampledFrom([]workorder.Target{to(c.city), to(c.water), to(c.city), to(c.water), {Kind: workorder.Grid, Grid: c.grid, Item: "ZZ-1"},
		{Kind: workorder.Community, Community: huaiyin, Item: "ZZ-1"}, {Kind: workorder.Community, Community: huaiyin, Item: "XZ-1"},
		{Kind: workorder.Grid, Grid: c.grid}, {Kind: workorder.Desk}, {Kind: workorder.Unit, Unit: 999}, to(c.body)}).Draw(m.T, "to")
}

// try runs an act on a random case and keeps the books: accepted, one entry of the trail; refused, a sentence in
// words and no entry.
func (m *model) try(name string, do func(o workorder.Order, at workorder.Step) error) *known {
	k := rapid.SampledFrom(m.cases).Draw(m.T, "case")
	o, err := m.c.s.Get(m.c.ctx, authz.System, k.no)
	if err != nil {
		m.Fatal(err)
	}
	at := o.At()
	if rapid.IntRange(0, 9).Draw(m.T, "stale") == 9 {
		at.Version--
	}
	err = do(o, at)
	if err == nil && at.Version != 0 && at.Version != o.Version && !unversioned[name] {
		m.Fatalf("%s was accepted on an old page", name)
	}
	var said *fault.Fault
	switch {
	case err == nil:
		m.done[name]++
		k.entries++
		return k
	case !errors.As(err, &said) || said.Kind == fault.KindInternal || said.Error() == "":
		m.Fatalf("%s: %v", name, err)
	}
	return nil
}

// unversioned are the acts that do not say which page was seen: consequences, and what adds to a case.
var unversioned = map[string]bool{"photo": true, "callback": true, "fold": true, "unfold": true, "withdraw": true, "exclude": true}

func (m *model) with(do func()) func(*rapid.T) {
	return func(rt *rapid.T) { m.T = rt; do() }
}

func (m *model) acts() map[string]func(*rapid.T) {
	c := m.c
	one := func(name string, do func(o workorder.Order, at workorder.Step) error) func(*rapid.T) {
		return m.with(func() { m.try(name, do) })
	}
	tx := func(by authz.Actor, run func(tx *pg.Tx) error) error { return c.db.Write(c.ctx, by, run) }
	acts := map[string]func(*rapid.T){
		"dispatch": one("dispatch", func(_ workorder.Order, at workorder.Step) error {
			why := rapid.SampledFrom([]string{"", "转到对口单位"}).Draw(m.T, "why")
			_, err := c.s.Dispatch(c.ctx, m.either(c.dispatcher, c.dispatcher2), c.key(), workorder.Dispatch{At: at, To: m.target(), Why: why})
			return err
		}),
		"bulk": m.with(func() {
			m.try("bulk", func(o workorder.Order, at workorder.Step) error {
				rows, err := c.s.BulkPlan(c.ctx, c.dispatcher, []workorder.Step{at})
				if err != nil {
					return err
				}
				rows[0].Order.Version = at.Version
				_, err = c.s.BulkApply(c.ctx, m.either(c.dispatcher), c.key(), rows)
				return err
			})
		}),
		"sign": one("sign", func(o workorder.Order, at workorder.Step) error {
			_, err := c.s.Sign(c.ctx, m.owner(o), c.key(), at)
			return err
		}),
		"contact": one("contact", func(o workorder.Order, at workorder.Step) error {
			_, err := c.s.Contact(c.ctx, m.owner(o), c.key(), workorder.Contact{At: at, Words: "已通话"})
			return err
		}),
		"arrive": one("arrive", func(o workorder.Order, at workorder.Step) error {
			_, err := c.s.Arrive(c.ctx, m.owner(o), c.key(), workorder.Arrive{At: at})
			return err
		}),
		"photo": one("photo", func(o workorder.Order, at workorder.Step) error {
			c.n++
			_, err := c.s.AddPhoto(c.ctx, m.owner(o), c.key(), workorder.Step{ID: at.ID}, workorder.After, blob.Ref{SHA256: fmt.Sprintf("%064x", c.n), Size: 1}, "后.jpg", "image/jpeg")
			return err
		}),
		"report": one("report", func(o workorder.Order, at workorder.Step) error {
			words := rapid.SampledFrom([]string{doneWords, doneWords, "正在协调"}).Draw(m.T, "words")
			_, err := c.s.Report(c.ctx, m.owner(o), c.key(), workorder.Report{At: at, Words: words, Result: "solved", NoContact: rapid.Bool().Draw(m.T, "unreachable")})
			return err
		}),
		"dispute": m.with(func() {
			if k := m.try("dispute", func(o workorder.Order, at workorder.Step) error {
				_, err := c.s.Dispute(c.ctx, m.owner(o), c.key(), workorder.Dispute{At: at, Reason: "不属于本单位职责"})
				return err
			}); k != nil {
				k.disputes++
			}
		}),
		"rule": one("rule", func(_ workorder.Order, at workorder.Step) error {
			_, err := c.s.Rule(c.ctx, m.either(c.dispatcher, c.leader), c.key(), workorder.Rule{At: at, Uphold: rapid.Bool().Draw(m.T, "uphold"), To: m.target(), Ruling: "按职责由该单位办理"})
			return err
		}),
		"help": one("help", func(o workorder.Order, at workorder.Step) error {
			_, err := c.s.AskHelp(c.ctx, m.owner(o), c.key(), workorder.AskHelp{At: at, Unit: rapid.SampledFrom([]int64{c.city, c.water, 0}).Draw(m.T, "helper"), Words: "请协助"})
			return err
		}),
		"helped": one("helped", func(_ workorder.Order, at workorder.Step) error {
			_, err := c.s.HelpDone(c.ctx, m.actor(), c.key(), workorder.HelpDone{At: at, Words: "已协助"})
			return err
		}),
		"extend": one("extend", func(o workorder.Order, at workorder.Step) error {
			until := o.DueAt.Add(time.Duration(rapid.IntRange(-1, 26).Draw(m.T, "hours")) * time.Hour)
			_, err := c.s.Extend(c.ctx, m.owner(o), c.key(), workorder.Extend{At: at, Until: until, Reason: "等待配件到货"})
			return err
		}),
		"grant": m.with(func() {
			grant, until := rapid.Bool().Draw(m.T, "grant"), time.Time{}
			if k := m.try("grant", func(o workorder.Order, at workorder.Step) error {
				e, _, err := c.s.ExtensionOf(c.ctx, authz.System, o)
				if err != nil {
					return err
				}
				until = e.Until
				_, err = c.s.DecideExtension(c.ctx, m.either(c.leader), c.key(), workorder.DecideExtension{At: at, Grant: grant})
				return err
			}); k != nil && grant {
				if k.extended || !until.After(k.due) {
					m.Fatalf("%s: extended %v from %v to %v", k.no, k.extended, k.due, until)
				}
				k.due, k.extended = until, true
			}
		}),
		"park": one("park", func(_ workorder.Order, at workorder.Step) error {
			on := workday.DayOf(c.now).Add(rapid.IntRange(0, 100).Draw(m.T, "days"))
			_, err := c.s.Park(c.ctx, m.either(c.dispatcher, c.leader), c.key(), workorder.Park{At: at, Reason: "待改造工程开工", ReviewOn: on})
			return err
		}),
		"resume": one("resume", func(o workorder.Order, at workorder.Step) error {
			_, err := c.s.Resume(c.ctx, m.owner(o), c.key(), workorder.Resume{At: at})
			return err
		}),
		"verify": m.with(func() {
			by, pass := m.either(c.secretary, c.dispatcher, c.dispatcher2), rapid.Bool().Draw(m.T, "pass")
			var before workorder.Order
			if k := m.try("verify", func(o workorder.Order, at workorder.Step) error {
				before = o
				_, err := c.s.Verify(c.ctx, by, c.key(), workorder.Verify{At: at, Pass: pass, Words: "还没有清理"})
				return err
			}); k != nil {
				m.sentBack(k, before, pass)
				if pass {
					m.verifier[k.id] = by.AccountID
				}
			}
		}),
		"callback": m.with(func() {
			pass := rapid.Bool().Draw(m.T, "solved")
			var before workorder.Order
			if k := m.try("callback", func(o workorder.Order, _ workorder.Step) error {
				before = o
				if o.Source == workorder.FromFinding {
					return fault.Forbidden("回访只用于居民诉求")
				}
				return tx(c.caller, func(tx *pg.Tx) error {
					if pass {
						return workorder.Close(c.ctx, tx, o.ID, "")
					}
					_, err := workorder.Reopen(c.ctx, tx, o.ID, "还没有解决")
					return err
				})
			}); k != nil {
				m.sentBack(k, before, pass)
			}
		}),
		"answer": one("answer", func(_ workorder.Order, at workorder.Step) error {
			if rapid.IntRange(0, 7).Draw(m.T, "seldom") > 0 {
				return errSeldom
			}
			settle := workorder.Settle{At: at, Words: "请拨打 110", Channel: "110", Ground: "emergency"}
			if rapid.IntRange(0, 3).Draw(m.T, "divert") > 0 {
				_, err := c.s.Answer(c.ctx, m.actor(), c.key(), settle)
				return err
			}
			_, err := c.s.Divert(c.ctx, m.actor(), c.key(), settle)
			return err
		}),
		"fold": one("fold", func(o workorder.Order, _ workorder.Step) error {
			if rapid.IntRange(0, 1).Draw(m.T, "seldom") > 0 {
				return errSeldom
			}
			into := rapid.SampledFrom(m.cases).Draw(m.T, "into")
			return tx(c.dispatcher, func(tx *pg.Tx) error { return workorder.Fold(c.ctx, tx, o.ID, into.id, "同一件事") })
		}),
		"unfold": one("unfold", func(o workorder.Order, _ workorder.Step) error {
			return tx(c.dispatcher, func(tx *pg.Tx) error { _, err := workorder.Unfold(c.ctx, tx, o.ID, "不是同一件"); return err })
		}),
		"withdraw": one("withdraw", func(o workorder.Order, _ workorder.Step) error {
			if rapid.IntRange(0, 3).Draw(m.T, "seldom") < 3 {
				return errSeldom
			}
			dangerous := rapid.IntRange(0, 7).Draw(m.T, "dangerous") > 0
			return tx(authz.Anonymous, func(tx *pg.Tx) error { return workorder.Withdraw(c.ctx, tx, o.ID, dangerous) })
		}),
		"exclude": one("exclude", func(_ workorder.Order, at workorder.Step) error {
			if rapid.Bool().Draw(m.T, "decide") {
				_, err := c.s.ExcludeDecide(c.ctx, m.actor(), c.key(), workorder.ExcludeDecide{At: workorder.Step{ID: at.ID}, Grant: true})
				return err
			}
			_, err := c.s.ExcludeAsk(c.ctx, m.actor(), c.key(), workorder.ExcludeAsk{At: workorder.Step{ID: at.ID}, Reason: "malicious", Words: "一天来电三十次"})
			return err
		}),
		"night": m.with(func() { c.later(time.Duration(rapid.IntRange(1, 600).Draw(m.T, "minutes")) * time.Minute) }),
		"tick": m.with(func() {
			if err := c.s.Tick(c.ctx); err != nil {
				m.Fatal(err)
			}
		}),
		"": m.with(m.invariants),
	}
	for _, rare := range strings.Fields("extend grant park resume verify rule unfold") { // what few states allow is tried more often
		acts[rare+" again"] = acts[rare]
		acts["onward, not "+rare] = one("onward", m.onward)
	}
	return acts
}

// errSeldom keeps acts that end a case from ending every walk.
var errSeldom = fault.Forbidden("这次不办")

// onward does what comes next for the case, by somebody who fits.
func (m *model) onward(o workorder.Order, at workorder.Step) (err error) {
	c := m.c
	switch o.State {
	case workorder.Registered:
		_, err = c.s.Dispatch(c.ctx, c.dispatcher, c.key(), workorder.Dispatch{At: at, To: m.target()})
	case workorder.Dispatched:
		_, err = c.s.Sign(c.ctx, m.owner(o), c.key(), at)
	case workorder.Signed:
		_, err = c.s.Contact(c.ctx, m.owner(o), c.key(), workorder.Contact{At: at, Words: "已通话"})
	case workorder.Handling:
		_, err = c.s.Report(c.ctx, m.owner(o), c.key(), workorder.Report{At: at, Words: doneWords, Result: "solved"})
	default:
		err = errSeldom
	}
	return err
}

// sentBack keeps who had the case when it came back for the second time: that body never gets it again at once.
func (m *model) sentBack(k *known, before workorder.Order, pass bool) {
	if !pass && before.Reopened > 0 {
		k.lastHandler = before.Owner.Words()
	}
}

const lookAtCase = `
SELECT o.started_at, o.contact_due, o.due_at, o.disputes, o.extended, o.state, o.owner_kind, o.item_code, o.needs_review, o.closed_at IS NULL,
    (SELECT count(*) FROM work_dispute d WHERE d.order_id = o.id),
    (SELECT count(*) FROM work_owner w WHERE w.order_id = o.id AND upper_inf(w.held)),
    (SELECT count(*) FROM work_owner w WHERE w.order_id = o.id AND upper_inf(w.held) AND w.kind = o.owner_kind AND w.unit_id IS NOT DISTINCT FROM o.owner_unit
        AND w.community IS NOT DISTINCT FROM o.owner_community AND w.grid_id IS NOT DISTINCT FROM o.owner_grid AND w.account_id IS NOT DISTINCT FROM o.owner_account),
    (SELECT count(*) FROM (SELECT lower(w.held) AS a, lag(upper(w.held)) OVER (ORDER BY w.id) AS z FROM work_owner w WHERE w.order_id = o.id AND NOT isempty(w.held)) g
        WHERE g.a IS DISTINCT FROM g.z AND g.z IS NOT NULL),
    (SELECT count(*) FROM audit_entry e WHERE e.object_kind = 'work_order' AND e.object_id = o.id),
    (SELECT count(*) FROM work_clock k WHERE k.order_id = o.id AND k.stopped_at IS NULL),
    (SELECT count(*) FROM work_clock k WHERE k.order_id = o.id AND k.kind = 'finish' AND k.due_at <> o.due_at),
    COALESCE((SELECT array_agg(DISTINCT s.account_id) FROM work_step s WHERE s.order_id = o.id AND s.hand AND s.account_id IS NOT NULL), '{}'),
    COALESCE(o.reporter_account, 0)
FROM work_order o WHERE o.id = $1`

// invariants reads straight from the tables after every act.
func (m *model) invariants() {
	for _, k := range m.cases {
		var started, contactDue, due time.Time
		var disputes int
		var extended, review, isOpen bool
		var state, owner, item string
		var disputeRows, openOwners, sameOwner, gaps, entries, ticking, offDue, reporter int64
		var hands []int64
		if err := m.c.admin.QueryRow(m.c.ctx, lookAtCase, int64(k.id)).Scan(&started, &contactDue, &due, &disputes, &extended, &state, &owner, &item, &review, &isOpen,
			&disputeRows, &openOwners, &sameOwner, &gaps, &entries, &ticking, &offDue, &hands, &reporter); err != nil {
			m.Fatal(err)
		}
		if openOwners != 1 || sameOwner != 1 || gaps != 0 {
			m.Errorf("%s: %d owners now, %d of them the case's, %d gaps in the history", k.no, openOwners, sameOwner, gaps)
		}
		if !started.Equal(k.started) || !contactDue.Equal(k.contactDue) || !due.Equal(k.due) || extended != k.extended || offDue != 0 {
			m.Errorf("%s: the resident's clock moved: %v %v %v, want %v %v %v", k.no, started, contactDue, due, k.started, k.contactDue, k.due)
		}
		if disputes > 1 || disputes != k.disputes || disputeRows != int64(disputes) {
			m.Errorf("%s: %d disputes, %d rows, %d accepted", k.no, disputes, disputeRows, k.disputes)
		}
		if entries != k.entries {
			m.Errorf("%s: %d entries of the trail, want %d", k.no, entries, k.entries)
		}
		if !isOpen && ticking != 0 {
			m.Errorf("%s is %s and %d clocks run", k.no, state, ticking)
		}
		if (owner == "grid" || owner == "community") && item != "ZZ-1" {
			m.Errorf("%s is with a %s under %q", k.no, owner, item)
		}
		if v, closed := m.verifier[k.id]; closed && (v == reporter || slices.Contains(hands, v)) {
			m.Errorf("%s was verified by a hand or its reporter", k.no)
		}
		m.checkReview(k, review, state)
	}
}

// checkReview: after the second reopening the next owner is another body (REQ-11).
func (m *model) checkReview(k *known, review bool, state string) {
	if k.lastHandler == "" || review {
		return
	}
	o, err := m.c.s.Get(m.c.ctx, authz.System, k.no)
	if err != nil {
		m.Fatal(err)
	}
	if state == string(workorder.Dispatched) && o.Owner.Words() == k.lastHandler {
		m.Errorf("%s came back twice and is with %s again", k.no, k.lastHandler)
	}
	k.lastHandler = ""
}

// REQ-06, 07, 08, 11, 14, GRD-09, 10, 11: whatever people do, in whatever order, a case has one owner at every
// instant, the resident's clock moves only by one granted extension, nobody disputes twice, no hand and no reporter
// verifies, and the trail has one entry for each change and none for a refusal.
func TestChainKeepsTheInvariants(t *testing.T) {
	few(t)
	c := newTown(t)
	done := map[string]int{}
	rapid.Check(t, func(rt *rapid.T) {
		c.clock(pgtest.Now)
		m := &model{T: rt, c: c, done: done, verifier: map[workorder.ID]int64{}}
		for i := range 3 {
			o := c.open(func(n *workorder.Opening) {
				n.FirstAccount = c.clerk.AccountID
				if i > 0 {
					finding(n)
					n.FirstAccount, n.ReporterAccount = 0, c.secretary.AccountID
				}
			})
			k := &known{id: o.ID, no: o.No, started: o.StartedAt, contactDue: o.ContactDue, due: o.DueAt, entries: 1}
			m.cases = append(m.cases, k)
			if i == 0 {
				continue
			}
			o = c.sign(c.cityman, c.dispatch(o, to(c.city))) // two walks begin in the middle
			k.entries = 4
			if i == 2 {
				c.report(c.cityman, o)
				continue
			}
			c.got(c.s.Extend(c.ctx, c.cityman, c.key(), workorder.Extend{At: o.At(), Until: o.DueAt.Add(time.Hour), Reason: "等待配件到货"}))
		}
		rt.Repeat(m.acts())
	})
	t.Logf("accepted: %v", done)
	for _, what := range strings.Fields("onward bulk dispatch contact dispute grant park verify") {
		if done[what] == 0 {
			t.Errorf("no %s was accepted: the walks show nothing of it", what)
		}
	}
}

// few keeps the number of walks small enough for every run, unless -rapid.checks asks for more.
func few(t *testing.T) {
	t.Helper()
	for name, value := range map[string]string{"rapid.checks": "60", "rapid.steps": "80"} {
		f := flag.Lookup(name)
		if f.Value.String() != f.DefValue {
			continue
		}
		if err := f.Value.Set(value); err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = f.Value.Set(f.DefValue) })
	}
}
