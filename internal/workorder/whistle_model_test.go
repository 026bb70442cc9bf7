package workorder_test

import (
	"errors"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"portal/internal/authz"
	"portal/internal/fault"
	"portal/internal/pg/pgtest"
	"portal/internal/workorder"
)

// blown is what the whistle's model remembers: what may never change, and what was accepted.
type blown struct {
	id      workorder.WhistleID
	no      string
	kind    workorder.WhistleKind
	state   workorder.WhistleState
	entries int64
	due     map[string]time.Time // of each clock: set once, when the whistle is blown
	missed  map[int64]time.Time  // of each department: told to the district once
	raised  int
}

// whistleModel drives random people through random acts, legal and illegal, on a few whistles.
type whistleModel struct {
	*rapid.T
	c    *town
	all  []*blown
	done map[string]int
	lead authz.Actor // a leader who may blow every kind
}

var whistleDoes = []authz.Action{authz.WhistleApprove, authz.WhistleBlow, authz.WhistleSign, authz.WhistleContact, authz.WhistleArrive, authz.WhistleRefuse, authz.WhistleSolve,
	authz.WhistleConfirm, authz.WhistleRate, authz.WhistleJudge, authz.WhistleClose, authz.WhistleRaise, authz.WhistleCallOff}

// unended are the states in which nobody may be assessed: both sides are asked after the end only (GRD-15).
var unended = []workorder.WhistleState{workorder.WhistleDrafted, workorder.WhistleApproved, workorder.WhistleBlown, workorder.WhistleInAction, workorder.WhistleRaised, workorder.WhistleOff}

func (m *whistleModel) people() []authz.Actor {
	c := m.c
	return []authz.Actor{m.lead, c.leader, c.dispatcher, c.secretary, c.other, c.cityman, c.cityman2, c.waterman, c.clerk, c.a, authz.Anonymous}
}

// draft tries a whistle with departments that may be few, doubled, unknown or a community's own body (GRD-12, 13).
func (m *whistleModel) draft() {
	c := m.c
	d := c.whistleDraft(rapid.SampledFrom(workorder.WhistleKinds).Draw(m.T, "kind"))
	d.Units = rapid.SampledFrom([][]int64{{c.city, c.water}, {c.city, c.water}, {c.water}, {c.city, c.body}, {c.body}, {c.city, c.city}, {c.city, 999}, nil}).Draw(m.T, "units")
	d.Lead = rapid.SampledFrom([]int64{c.city, c.water, c.city, c.water, c.body, 0}).Draw(m.T, "lead")
	d.Effort = rapid.SampledFrom([]string{"街道已劝导三次", "街道已劝导三次", ""}).Draw(m.T, "effort")
	by := rapid.SampledFrom(m.people()).Draw(m.T, "by")
	w, err := c.s.DraftWhistle(c.ctx, by, c.key(), d)
	if err != nil {
		m.refused("draft", err)
		return
	}
	if slices.Contains(d.Units, c.body) || d.Effort == "" && d.Kind != workorder.EmergencyWhistle {
		m.Fatalf("accepted: %+v", d)
	}
	m.done["draft"]++
	m.all = append(m.all, &blown{id: w.ID, no: w.No, kind: w.Kind, state: w.State, entries: 1, due: map[string]time.Time{}, missed: map[int64]time.Time{}})
}

// refused holds that a refusal is a sentence in words.
func (m *whistleModel) refused(what string, err error) {
	var said *fault.Fault
	if !errors.As(err, &said) || said.Kind == fault.KindInternal || said.Error() == "" {
		m.Fatalf("%s: %v", what, err)
	}
}

// act tries any act by anybody for any department, on a fresh or an old page.
func (m *whistleModel) act() {
	k := rapid.SampledFrom(m.all).Draw(m.T, "whistle")
	m.try(k, rapid.SampledFrom(whistleDoes).Draw(m.T, "do"), rapid.SampledFrom(m.people()).Draw(m.T, "who"), rapid.SampledFrom([]int64{m.c.city, m.c.water, m.c.body, 0}).Draw(m.T, "unit"))
}

// onward tries what the table allows in this state, by somebody who fits.
func (m *whistleModel) onward() {
	k := rapid.SampledFrom(m.all).Draw(m.T, "whistle")
	var lawful []authz.Action
	for _, r := range workorder.WhistleFlow.Rows() {
		if r.From == k.state && (r.Do != authz.WhistleCallOff || rapid.IntRange(0, 5).Draw(m.T, "seldom") == 0) {
			lawful = append(lawful, r.Do)
		}
	}
	if len(lawful) == 0 {
		return
	}
	do := rapid.SampledFrom(lawful).Draw(m.T, "do")
	side := rapid.SampledFrom([]int64{m.c.city, m.c.water}).Draw(m.T, "side")
	by := map[int64]authz.Actor{m.c.city: m.c.cityman, m.c.water: m.c.waterman}[side]
	if slices.Contains([]authz.Action{authz.WhistleApprove, authz.WhistleBlow, authz.WhistleConfirm, authz.WhistleRate, authz.WhistleClose, authz.WhistleRaise, authz.WhistleCallOff}, do) {
		by = m.lead
	}
	m.try(k, do, by, side)
}

func (m *whistleModel) try(k *blown, do authz.Action, by authz.Actor, unit int64) {
	c := m.c
	w, err := c.s.WhistleByNo(c.ctx, authz.System, k.no)
	if err != nil {
		m.Fatal(err)
	}
	a := workorder.WhistleAct{At: w.At(), Unit: unit, Words: rapid.SampledFrom([]string{"按约定办理", "按约定办理", "按约定办理", ""}).Draw(m.T, "words"),
		Verdict: rapid.SampledFrom([]workorder.Verdict{"needed", "doubtful", "abused", "x"}).Draw(m.T, "verdict"), Rates: map[int64]workorder.Rate{c.city: "good", c.water: "poor"}}
	stale := rapid.IntRange(0, 9).Draw(m.T, "stale") == 9
	if stale {
		a.At.Version--
	}
	move, lawful := workorder.WhistleFlow.Next(w.State, do)
	after, err := c.s.ActOnWhistle(c.ctx, by, c.key(), do, a)
	if err != nil {
		m.refused(string(do), err)
		return
	}
	if !lawful || stale && w.Version > 1 || after.State != move.To || move.Reason && a.Words == "" {
		m.Fatalf("%s of %s in %s was accepted (old page %v), now %s", do, k.no, w.State, stale, after.State)
	}
	if (do == authz.WhistleApprove || do == authz.WhistleBlow) && !k.kind.MayBlow(by) {
		m.Fatalf("%s: %s by %s", k.no, do, by.Name)
	}
	if do == authz.WhistleRaise {
		k.raised++
	}
	if do == authz.WhistleBlow {
		m.started(k, w.ID)
	}
	m.done[string(do)]++
	k.state = after.State
	k.entries++
}

const clocksOfOne = `SELECT kind || '/' || unit_id, due_at FROM work_clock WHERE whistle_id = $1 ORDER BY id`

func (m *whistleModel) clocks(id workorder.WhistleID) map[string]time.Time {
	rows, err := m.c.admin.Query(m.c.ctx, clocksOfOne, int64(id))
	if err != nil {
		m.Fatal(err)
	}
	defer rows.Close()
	out := map[string]time.Time{}
	for rows.Next() {
		var name string
		var due time.Time
		if err := rows.Scan(&name, &due); err != nil {
			m.Fatal(err)
		}
		if _, twice := out[name]; twice {
			m.Fatalf("two clocks %s", name)
		}
		out[name] = due
	}
	if err := rows.Err(); err != nil {
		m.Fatal(err)
	}
	return out
}

// reportDays are the ends of three and of five working days, counted from each day of the walk (11-18 is a Wednesday).
var reportDays = map[workorder.WhistleKind]map[string]string{
	workorder.WorkWhistle: {"11-18": "11-24", "11-19": "11-25", "11-20": "11-26", "11-21": "11-26", "11-22": "11-26", "11-23": "11-27", "11-24": "11-28", "11-25": "12-01"},
	workorder.HardWhistle: {"11-18": "11-26", "11-19": "11-27", "11-20": "11-28", "11-21": "11-28", "11-22": "11-28", "11-23": "12-01", "11-24": "12-02", "11-25": "12-03"},
}

// started holds the limits of §5.3 against the moment of the whistle: 1 h, 24 h, 3 or 5 working days, 30 minutes.
func (m *whistleModel) started(k *blown, id workorder.WhistleID) {
	k.due = m.clocks(id)
	for name, due := range k.due {
		after := due.Sub(m.c.now)
		switch kind, _, _ := strings.Cut(name, "/"); {
		case k.kind == workorder.EmergencyWhistle:
			if kind != "whistle_report" || after != 30*time.Minute {
				m.Errorf("%s: %s after %v", k.no, name, after)
			}
		case kind == "whistle_sign" && after != time.Hour, kind == "whistle_contact" && after != 24*time.Hour:
			m.Errorf("%s: %s after %v", k.no, name, after)
		case kind == "whistle_report":
			from, to := m.c.now.In(shanghai).Format("01-02"), due.In(shanghai).Format("01-02 15:04")
			if want, known := reportDays[k.kind][from]; !known || to != want+" 00:00" {
				m.Errorf("%s: blown %s, to report in until %s, want %s", k.no, from, to, want)
			}
		}
	}
}

var shanghai = time.FixedZone("UTC+8", 8*60*60)

const lookAtWhistle = `
SELECT w.state, w.blown_at IS NOT NULL, w.escalated_at IS NOT NULL,
    (SELECT count(*) FROM whistle_unit x WHERE x.whistle_id = w.id AND x.lead),
    (SELECT count(*) FROM whistle_unit x JOIN unit u ON u.id = x.unit_id WHERE x.whistle_id = w.id AND u.requester_kind = 'residents_committee'),
    (SELECT count(*) FROM whistle_unit x WHERE x.whistle_id = w.id AND (x.street_rates <> '' OR x.community_rates <> '' OR x.unit_rates <> '')),
    (SELECT count(*) FROM work_clock k WHERE k.whistle_id = w.id AND k.stopped_at IS NULL),
    (SELECT count(*) FROM audit_entry e WHERE e.object_kind = 'whistle' AND e.object_id = w.id),
    (SELECT count(*) FROM audit_entry e WHERE e.object_kind = 'whistle' AND e.object_id = w.id AND e.action = 'whistle.escalate'),
    (SELECT count(*) FROM whistle_unit x WHERE x.whistle_id = w.id AND (x.contacted_at < x.signed_at OR x.reported_at < x.signed_at))
FROM whistle w WHERE w.id = $1`

// invariants reads straight from the tables after every act.
func (m *whistleModel) invariants() {
	for _, k := range m.all {
		var state string
		var isBlown, raised bool
		var leads, bodies, rated, ticking, entries, raises, backward int64
		if err := m.c.admin.QueryRow(m.c.ctx, lookAtWhistle, int64(k.id)).Scan(&state, &isBlown, &raised, &leads, &bodies, &rated, &ticking, &entries, &raises, &backward); err != nil {
			m.Fatal(err)
		}
		s := workorder.WhistleState(state)
		if s.Label() == "" || s != k.state {
			m.Errorf("%s is %q, want %s", k.no, state, k.state)
		}
		if leads != 1 || bodies != 0 {
			m.Errorf("%s has %d leads and %d community bodies", k.no, leads, bodies)
		}
		if rated > 0 && slices.Contains(unended, s) {
			m.Errorf("%s is %s and %d departments are assessed", k.no, state, rated)
		}
		if backward != 0 {
			m.Errorf("%s: somebody came before signing", k.no)
		}
		over := s == workorder.WhistleConfirmed || s == workorder.WhistleClosed || s == workorder.WhistleOff
		if ticking != 0 && (!isBlown || over) {
			m.Errorf("%s is %s and %d clocks run", k.no, state, ticking)
		}
		if now := m.clocks(k.id); !maps.EqualFunc(now, k.due, time.Time.Equal) {
			m.Errorf("%s: a clock moved: %v, want %v", k.no, now, k.due)
		}
		if entries != k.entries {
			m.Errorf("%s: %d entries of the trail, want %d", k.no, entries, k.entries)
		}
		if raises != int64(k.raised) || raises > 1 || raised != (k.raised > 0) {
			m.Errorf("%s was raised to the district %d times, %d accepted", k.no, raises, k.raised)
		}
		m.missedOnce(k)
	}
}

// missedOnce: what was told to the district of a department keeps its moment (GRD-14).
func (m *whistleModel) missedOnce(k *blown) {
	w, err := m.c.s.WhistleByNo(m.c.ctx, authz.System, k.no)
	if err != nil {
		m.Fatal(err)
	}
	for _, u := range w.Units {
		was, told := k.missed[u.Unit]
		switch {
		case u.MissedAt == nil && told, u.MissedAt != nil && told && !was.Equal(*u.MissedAt):
			m.Errorf("%s: %s was told to the district at %v, now %v", k.no, u.Name, was, u.MissedAt)
		case u.MissedAt != nil && u.MissedAt.Before(k.due["whistle_report/"+m.unitText(u.Unit)]):
			m.Errorf("%s: %s was told to the district before its time", k.no, u.Name)
		case u.MissedAt != nil:
			k.missed[u.Unit] = *u.MissedAt
		}
	}
}

func (m *whistleModel) unitText(id int64) string {
	return m.c.text(`SELECT $1::bigint::text`, id)
}

// tick lets the runner pass: every line that it writes is one entry, and a second pass at once writes none.
func (m *whistleModel) tick() {
	for pass := range 2 {
		before := m.entries()
		if err := m.c.s.TickWhistles(m.c.ctx); err != nil {
			m.Fatal(err)
		}
		for id, n := range m.entries() {
			if pass == 1 && n != before[id] {
				m.Fatalf("the second runner wrote about %d", id)
			}
			for _, k := range m.all {
				if k.id == id {
					k.entries += n - before[id]
				}
			}
			if n > before[id] {
				m.done["tick"]++
			}
		}
	}
}

func (m *whistleModel) entries() map[workorder.WhistleID]int64 {
	out := map[workorder.WhistleID]int64{}
	for _, k := range m.all {
		out[k.id] = m.c.number(`SELECT count(*) FROM audit_entry WHERE object_kind = 'whistle' AND object_id = $1`, int64(k.id))
	}
	return out
}

// GRD-12, 13, 14, 15: whatever people do to whistles, in whatever order, each has one state of the table and one lead
// that is no community body; its clocks are those of §5.3 and never move; both sides are assessed after the end only;
// it is raised once and missed once; the trail has one entry for each change and none for a refusal.
func TestWhistlesKeepTheInvariants(t *testing.T) {
	few(t)
	c := newTown(t)
	lead := c.leader
	lead.Posts = []authz.Post{{Role: authz.Leader, Title: "党工委书记", Division: "320104900", UnitID: c.street}}
	done := map[string]int{}
	rapid.Check(t, func(rt *rapid.T) {
		c.clock(pgtest.Now)
		m := &whistleModel{T: rt, c: c, done: done, lead: lead}
		for i, kind := range workorder.WhistleKinds {
			w, err := c.s.DraftWhistle(c.ctx, c.secretary, c.key(), c.whistleDraft(kind))
			c.must(err)
			m.all = append(m.all, &blown{id: w.ID, no: w.No, kind: kind, state: w.State, entries: 1, due: map[string]time.Time{}, missed: map[int64]time.Time{}})
			if i > 0 { // two walks begin in the middle
				m.all[i].state = c.done(lead, authz.WhistleApprove, w).State
				m.all[i].entries++
			}
		}
		with := func(do func()) func(*rapid.T) { return func(rt *rapid.T) { m.T = rt; do() } }
		acts := map[string]func(*rapid.T){"": with(m.invariants), "draft": with(m.draft), "act": with(m.act), "tick": with(m.tick),
			"hours": with(func() {
				if c.now.Before(pgtest.Now.Add(6 * 24 * time.Hour)) {
					c.later(time.Duration(rapid.IntRange(1, 1500).Draw(m.T, "minutes")) * time.Minute)
				}
			})}
		for _, again := range strings.Fields("a b c d") { // what few states allow is tried more often
			acts["onward "+again] = with(m.onward)
		}
		rt.Repeat(acts)
	})
	t.Logf("accepted: %v", done)
	for _, what := range append([]string{"draft", "tick"}, names(whistleDoes)...) {
		if done[what] == 0 {
			t.Errorf("no %s was accepted: the walks show nothing of it", what)
		}
	}
}

func names(all []authz.Action) (out []string) {
	for _, a := range all {
		out = append(out, string(a))
	}
	return out
}
