package request

import (
	"slices"
	"strings"
	"testing"
	"time"

	"portal/internal/authz"
	"portal/internal/fault"
	"portal/internal/page"
	"portal/internal/pg"
	"portal/internal/secret"
)

// quarter fills the tables with the worked example of §6.4: 200 dispatched, 12 excluded, 180 contacted in
// time; 160 valid callbacks, 120 solved, 20 partly, 100 satisfied and 24 basically. Around it stands what
// must not count: not dispatched, another quarter, a contact still due, the same person again, answers not
// locked or not of the person, exclusions not approved.
func (h *house) quarter() Period {
	from := h.now.AddDate(0, -2, 0)
	h.exec(`INSERT INTO work_order (no, source, kind, category, title, community, urgency, state, owner_kind, owner_unit, first_unit, reply, started_at, contact_due, due_at, dispatched_at)
		SELECT 'SQ-2026-' || n, 'request', 'help', CASE WHEN n % 2 = 0 THEN '0402' ELSE '0201' END, '路灯不亮', CASE WHEN n % 4 = 0 THEN $2 ELSE $3 END, 'general', 'handled', 'unit', $4, $4, '好了',
			$1::timestamptz, $1::timestamptz + interval '1 day', $1::timestamptz + interval '3 days', CASE WHEN n <= 205 THEN $1::timestamptz END
		FROM generate_series(1, 210) n`, from.Add(time.Hour), wutong, huaiyin, h.dept)
	h.exec(`INSERT INTO request (no, order_id, home_order, kind, category, title, words, community, channel, notice_version, code_index, token_index, codes, submitted_at, contact_due, due_at, contacted_at, replied_at)
		SELECT o.no, o.id, o.id, 'help', o.category, o.title, '灯不亮', o.community, 'phone', '2026-1', sha256(('c' || n)::bytea), sha256(('t' || n)::bytea), '\x00', o.started_at,
			CASE WHEN n = 201 THEN $1::timestamptz ELSE o.contact_due END, GREATEST(o.due_at, $1::timestamptz),
			CASE WHEN n <= 180 THEN o.contact_due WHEN n <= 188 THEN o.contact_due + interval '1 second' WHEN n > 188 THEN o.contact_due END, o.due_at
		FROM (SELECT *, substr(no, 9)::int AS n FROM work_order) o ORDER BY n`, h.now.Add(time.Hour))
	h.exec(`UPDATE request SET same_as = (SELECT id FROM request WHERE no = 'SQ-2026-1') WHERE no = 'SQ-2026-202'`)
	h.exec(`UPDATE work_order SET dispatched_at = $1 WHERE no IN ('SQ-2026-203', 'SQ-2026-204')`, from.Add(-time.Hour))
	h.exec(`UPDATE work_order SET dispatched_at = $1 WHERE no = 'SQ-2026-205'`, h.now.AddDate(0, -1, 0))
	h.exec(`INSERT INTO work_exclusion (order_id, reason, asked_by, asked_at, approved_by, approved_at)
		SELECT id, CASE WHEN substr(no, 9)::int <= 192 THEN 'malicious' ELSE 'beyond_power' END, $1, $2, $3, $2 FROM work_order WHERE substr(no, 9)::int BETWEEN 189 AND 200`,
		h.dispatcher.AccountID, h.now, h.caller.AccountID)
	h.exec(`INSERT INTO work_exclusion (order_id, reason, asked_by, asked_at, approved_by, approved_at, refused)
		SELECT id, 'malicious', $1, $2::timestamptz, CASE WHEN no = 'SQ-2026-2' THEN $3::bigint END, CASE WHEN no = 'SQ-2026-2' THEN $2::timestamptz END, no = 'SQ-2026-2'
		FROM work_order WHERE no IN ('SQ-2026-2', 'SQ-2026-3')`, h.dispatcher.AccountID, h.now, h.caller.AccountID)
	h.exec(`INSERT INTO callback (request_id, order_id, round, source, at, reached, self, solved, satisfied, locked_at)
		SELECT r.id, r.order_id, 2, 'staff', $1, true, true, CASE WHEN n <= 120 THEN 'solved' WHEN n <= 140 THEN 'partly' ELSE 'unsolved' END,
			CASE WHEN n <= 100 THEN 'satisfied' WHEN n <= 124 THEN 'basically' ELSE 'unsatisfied' END, $1
		FROM (SELECT *, substr(no, 9)::int AS n FROM request) r WHERE n <= 160 OR n BETWEEN 190 AND 195`, h.now)
	// Earlier rounds, relatives, nobody reached, not locked.
	h.exec(`INSERT INTO callback (request_id, order_id, round, source, at, reached, self, solved, satisfied, locked_at)
		SELECT r.id, r.order_id, 1, 'staff', $1::timestamptz, n <> 162, n NOT IN (161, 162), CASE WHEN n IN (161, 162) THEN '' ELSE 'unsolved' END,
			CASE WHEN n IN (161, 162) THEN '' ELSE 'unsatisfied' END, CASE WHEN n <> 163 THEN $1::timestamptz END
		FROM (SELECT *, substr(no, 9)::int AS n FROM request) r WHERE n <= 10 OR n IN (161, 162, 163)`, h.now.Add(-time.Hour))
	h.exec(`UPDATE work_order SET relapse_of = (SELECT id FROM work_order WHERE no = 'SQ-2026-1') WHERE no IN ('SQ-2026-50', 'SQ-2026-51')`)
	return Period{from, h.now.AddDate(0, -1, 0)}
}

// §6.4: the rates of the worked example, counted from rows; only locked answers of the person count, the
// last of each request. Every figure opens exactly the rows it counted (R45).
func TestRatesFromRows(t *testing.T) {
	t.Parallel()
	h := open(t)
	ctx := t.Context()
	p := h.quarter()
	got, err := h.s.Rates(ctx, h.dispatcher, p, FigureScope{})
	if err != nil {
		t.Fatal(err)
	}
	words := []string{got.Response(), got.Resolution(), got.Satisfaction(), got.Coverage()}
	if strings.Join(words, " ") != "95.74% 75.00% 77.50% 85.11%" || got.Dispatched != 200 || got.Excluded != 12 || got.Partly != 20 || got.Unreached != 28 || got.Relapses != 2 {
		t.Fatalf("%v: %+v", words, got)
	}
	if x := got.Exclusions; len(x) != 2 || x[0] != (ExclusionCount{"beyond_power", 8}) || x[1].Count != 4 || x[1].Label() == "" {
		t.Errorf("exclusions in public: %+v", x)
	}
	if public, err := h.s.PublicRates(ctx, p); err != nil || public.Response() != got.Response() || len(public.Exclusions) != 2 {
		t.Errorf("public: %+v, %v", public, err)
	}
	h.exec(`UPDATE request SET contacted_at = contact_due WHERE no = 'SQ-2026-188'`)
	if kept, err := h.s.PublicRates(ctx, p); err != nil || kept.InTime != 180 {
		t.Errorf("counted again at once: %+v, %v", kept, err)
	}
	h.now = h.now.Add(11 * time.Minute)
	if fresh, err := h.s.PublicRates(ctx, p); err != nil || fresh.InTime != 181 {
		t.Errorf("after ten minutes: %+v, %v", fresh, err)
	}
	h.exec(`UPDATE request SET contacted_at = contact_due + interval '1 second' WHERE no = 'SQ-2026-188'`)
	counts := map[Figure]int{FigDispatched: got.Dispatched, FigExcluded: got.Excluded, FigBase: got.Base(), FigInTime: got.InTime, FigValid: got.Valid,
		FigSolved: got.Solved, FigPartly: got.Partly, FigSatisfied: got.Satisfied, FigBasically: got.Basically, FigUnreached: got.Unreached, FigRelapses: got.Relapses}
	for _, fig := range Figures {
		seen := map[string]bool{}
		for cursor := ""; ; {
			rows, err := h.s.RateRows(ctx, h.dispatcher, fig, p, FigureScope{}, cursor, 70)
			if err != nil {
				t.Fatal(err)
			}
			for _, r := range rows.Rows {
				if seen[r.No] || r.Owner != "区城市管理局" {
					t.Errorf("%s: %+v twice or nobody's", fig, r)
				}
				seen[r.No] = true
			}
			if cursor = rows.Next; !rows.HasNext {
				break
			}
		}
		if len(seen) != counts[fig] {
			t.Errorf("%s counts %d and opens %d rows", fig, counts[fig], len(seen))
		}
	}
	_, err = h.s.RateRows(ctx, h.dispatcher, "everything", p, FigureScope{}, "", 10)
	wantKind(t, err, fault.KindNotFound)
}

// A page of rows that looks through the nearest cases first shows the same rows as one that looks through the whole
// period, forwards and backwards, from everywhere; whether the figure is frequent or rare.
func TestRowsOfTheNearest(t *testing.T) {
	t.Parallel()
	h := open(t)
	p := h.quarter()
	for _, fig := range Figures {
		rows := func(at page.Cursor, nearest int) (out []string) {
			args := h.s.rateArgs(p, authz.Scope{All: true}, FigureScope{})
			args["figure"], args["limit"] = string(fig), 8
			if err := fromWhere(args, p, at); err != nil {
				t.Fatal(err)
			}
			got, err := figureRowsOf(t.Context(), h.db.Q(), args, at.Back, nearest)
			if err != nil {
				t.Fatal(err)
			}
			for _, r := range got {
				out = append(out, r.No)
			}
			return out
		}
		all, err := h.s.RateRows(t.Context(), h.dispatcher, fig, p, FigureScope{}, "", mostRows)
		if err != nil {
			t.Fatal(err)
		}
		starts := []page.Cursor{{}}
		for i := 0; i < len(all.Rows); i += 1 + len(all.Rows)/9 {
			r := all.Rows[i]
			var id int64
			if err := h.db.Q().QueryRow(t.Context(), `SELECT id FROM request WHERE no = $1`, r.No).Scan(&id); err != nil {
				t.Fatal(err)
			}
			for _, back := range []bool{false, true} {
				starts = append(starts, page.Cursor{Keys: []string{r.DispatchedAt.Format(time.RFC3339Nano)}, ID: id, Back: back})
			}
		}
		for _, at := range starts {
			whole := rows(at, 10_000)
			for _, nearest := range []int{1, 15, 60} {
				if got := rows(at, nearest); !slices.Equal(got, whole) {
					t.Errorf("%s from %v, nearest %d: %v, of the whole period %v", fig, at, nearest, got, whole)
				}
			}
			if !at.IsZero() && !at.Back && len(whole) == 0 && at.ID != starts[len(starts)-1].ID {
				t.Errorf("%s from %v: nothing follows", fig, at)
			}
		}
	}
}

// Rates are narrowed by place, matter and unit, and nobody sees those of others.
func TestRatesInReach(t *testing.T) {
	t.Parallel()
	h := open(t)
	ctx := t.Context()
	p := h.quarter()
	secretary := authz.Actor{AccountID: 900, Posts: []authz.Post{{Role: authz.Secretary, Division: wutong}}}
	elsewhere := authz.Actor{AccountID: 901, Posts: []authz.Post{{Role: authz.Department, UnitID: h.dept + 1}}}
	for _, c := range []struct {
		what  string
		by    authz.Actor
		scope FigureScope
		want  int
	}{
		{"own unit", h.handler, FigureScope{}, 200}, {"own community", secretary, FigureScope{}, 50}, {"another unit", elsewhere, FigureScope{}, 0},
		{"another community", secretary, FigureScope{Community: huaiyin}, 0}, {"a community", h.dispatcher, FigureScope{Community: wutong}, 50},
		{"a matter", h.dispatcher, FigureScope{Category: "0402"}, 100}, {"a group of matters", h.dispatcher, FigureScope{Category: "02"}, 100},
		{"a unit", h.dispatcher, FigureScope{Unit: h.dept}, 200}, {"a unit without any", h.dispatcher, FigureScope{Unit: h.dept + 1}, 0},
	} {
		if got, err := h.s.Rates(ctx, c.by, p, c.scope); err != nil || got.Dispatched != c.want {
			t.Errorf("%s: %d, %v; want %d", c.what, got.Dispatched, err, c.want)
		}
	}
	_, err := h.s.Rates(ctx, h.clerk, p, FigureScope{})
	wantKind(t, err, fault.KindNotFound)
	_, err = h.s.RateRows(ctx, h.clerk, FigValid, p, FigureScope{}, "", 5)
	wantKind(t, err, fault.KindNotFound)
}

// REQ-15: five requests of one place and category in thirty days propose a cause with evidence that names
// nobody; the same person again, praise, 举报 and what was withdrawn do not count. Decided once, by whom it
// reaches; afterwards only new ones count.
func TestCauses(t *testing.T) {
	t.Parallel()
	h := open(t)
	ctx := t.Context()
	person := 0
	some := func(n int, change func(f *Filing)) {
		for range n {
			person++
			h.file(authz.Anonymous, func(f *Filing) {
				f.Phone, f.Title = "139000"+itoa(10000+person), "路灯不亮打13900001111"
				if change != nil {
					change(f)
				}
			})
		}
	}
	causes := func(by authz.Actor, state CauseState) []Cause {
		t.Helper()
		if err := h.s.Tick(ctx); err != nil {
			t.Fatal(err)
		}
		got, err := h.s.Causes(ctx, by, state, "", 10)
		if err != nil {
			t.Fatal(err)
		}
		return got.Rows
	}
	some(4, nil)
	some(2, func(f *Filing) { f.Phone = "13800005678" }) // one person
	h.now = h.now.Add(time.Hour)
	some(1, func(f *Filing) { f.Kind = Report })
	some(1, func(f *Filing) { f.Kind = Praise })
	some(4, func(f *Filing) { f.Building = h.buildings[1] })
	if got := causes(h.dispatcher, Proposed); len(got) != 1 || got[0].Requests != 5 || got[0].Place != "槐荫苑1幢" || got[0].Community != huaiyin {
		t.Fatalf("%+v", got)
	}
	some(1, nil)
	before := h.entries()
	got := causes(h.dispatcher, "")
	if len(got) != 1 || got[0].Requests != 6 || strings.Count(got[0].Evidence, "\n") != 5 || strings.Contains(got[0].Evidence, "0000") || h.entries() != before {
		t.Fatalf("grown: %+v", got)
	}
	c := got[0]
	theirs := authz.Actor{AccountID: h.clerk.AccountID, Posts: []authz.Post{{Role: authz.Secretary, Division: huaiyin}}}
	others := authz.Actor{AccountID: h.clerk.AccountID, Posts: []authz.Post{{Role: authz.Secretary, Division: wutong}}}
	if n := len(causes(others, "")); n != 0 {
		t.Errorf("another community sees %d", n)
	}
	_, err := h.s.CauseOf(ctx, others, c.ID)
	wantKind(t, err, fault.KindNotFound)
	wantKind(t, h.s.SetAsideCause(ctx, others, "key-of-the-cause-01", c.ID, c.Version, "已经安排大修"), fault.KindNotFound)
	wantKind(t, h.s.SetAsideCause(ctx, theirs, "key-of-the-cause-02", c.ID, c.Version, ""), fault.KindInvalid)
	wantKind(t, h.s.SetAsideCause(ctx, theirs, "key-of-the-cause-04", c.ID, c.Version+1, "已经安排大修"), fault.KindConflict)
	if err := h.s.SetAsideCause(ctx, theirs, "key-of-the-cause-03", c.ID, c.Version, "已经安排大修"); err != nil {
		t.Fatal(err)
	}
	err = h.in(h.dispatcher, func(tx *pg.Tx) error { _, err := h.s.DecideCause(ctx, tx, c.ID, 0, TopicDraft, 0, ""); return err })
	wantKind(t, err, fault.KindConflict)
	if c, err = h.s.CauseOf(ctx, theirs, c.ID); err != nil || c.State != SetAside || c.DecidedBy != "李窗口" {
		t.Errorf("%+v, %v", c, err)
	}
	h.now = h.now.Add(time.Hour)
	some(4, nil)
	if n := len(causes(h.dispatcher, Proposed)); n != 0 {
		t.Errorf("%d proposed anew by old requests", n)
	}
	some(1, nil)
	if n := len(causes(h.dispatcher, Proposed)); n != 1 {
		t.Errorf("%d proposed by five new ones", n)
	}
	h.now = h.now.AddDate(0, 2, 0)
	if n := len(causes(h.dispatcher, "")); n != 2 {
		t.Errorf("%d in all", n)
	}
}

// reliability.md §2 rule 20: after a rotation everything still opens; resealing brings it to the newest key
// in steps, and stops when all is done.
func TestReseal(t *testing.T) {
	t.Parallel()
	h := open(t)
	ctx := t.Context()
	dir := t.TempDir()
	old, err := secret.OpenDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	h.s = New(h.db, old)
	r, receipt := h.file(authz.Anonymous, nil)
	h.file(authz.Anonymous, func(f *Filing) { f.Phone, f.Name, f.Door = "", "", "" })
	h.file(authz.Anonymous, func(f *Filing) { f.Phone = "13900001111" })
	fresh, err := secret.Rotate(dir)
	if err != nil {
		t.Fatal(err)
	}
	h.s = New(h.db, fresh)
	for _, want := range []int{2, 1, 0, 0} {
		if n, err := h.s.Reseal(ctx, 2); err != nil || n != want {
			t.Fatalf("resealed %d, %v; want %d", n, err, want)
		}
	}
	person, codes, err := sealedOf(ctx, h.db.Q(), r.ID)
	if err != nil || fresh.Stale(person) || fresh.Stale(codes) {
		t.Errorf("stale still: %v", err)
	}
	if _, err := old.Open(person, aboutPerson+r.No); err == nil {
		t.Error("the old key opens what was sealed anew")
	}
	if got, err := h.s.Track(ctx, Key{Token: receipt.Token}); err != nil || got.Code != receipt.Code {
		t.Errorf("%+v, %v", got, err)
	}
	if same, _ := h.file(authz.Anonymous, nil); same.SameAs != r.ID {
		t.Error("the telephone is not found after a rotation")
	}
}

// What residents read of another's order begins when theirs joined it; parked cases say why and until when
// (REQ-19), and no name of staff is shown.
func TestTrackTellsOnlyWhatIsTold(t *testing.T) {
	t.Parallel()
	h := open(t)
	ctx := t.Context()
	first, _ := h.file(authz.Anonymous, nil)
	step := func(order int64, words string, told bool) {
		h.exec(`INSERT INTO work_step (order_id, at, did, account_id, words, told) VALUES ($1, $2, 'contact', $3, $4, $5)`, order, h.now, h.handler.AccountID, words, told)
	}
	step(first.OrderID, "告诉张三丰明天上门", true)
	second, receipt := h.file(authz.Anonymous, func(f *Filing) { f.Phone = "13900001111" })
	step(second.OrderID, "已派到城管局", true)
	h.now = h.now.Add(time.Minute)
	h.do(h.dispatcher, func(tx *pg.Tx) error {
		_, err := h.s.Merge(ctx, tx, []string{second.No}, first.No, "同一盏灯")
		return err
	})
	h.now = h.now.Add(time.Minute)
	step(first.OrderID, "灯具已订货", true)
	step(first.OrderID, "内部：催了厂家", false)
	h.exec(`UPDATE work_order SET state = 'parked', parked_reason = '等配件', review_on = '2026-12-20', owner_kind = 'unit', owner_unit = $2 WHERE id = $1`, first.OrderID, h.dept)
	got, err := h.s.Track(ctx, Key{Token: receipt.Token})
	if err != nil {
		t.Fatal(err)
	}
	var told []string
	for _, s := range got.Steps {
		told = append(told, s.Words)
	}
	if strings.Join(told, "|") != "已派到城管局|灯具已订货" || got.ParkedReason != "等配件" || !strings.Contains(got.ReviewOn, "2026年12月20日") || !got.Joined ||
		got.Owner != "区城市管理局" || !strings.Contains(got.Now, "区城市管理局") {
		t.Errorf("%v\n%+v", told, got)
	}
	if got, err = h.s.Track(ctx, Key{Code: receipt.Code}); err != nil || got.ParkedReason != "" || strings.Contains(got.Now, "城市管理") {
		t.Errorf("the code alone: %+v, %v", got, err)
	}
}

// REQ-18 at the counter of the database: a child's filing without consent keeps nothing personal.
func TestMinorIsStoredWithoutPerson(t *testing.T) {
	t.Parallel()
	h := open(t)
	r, receipt := h.file(authz.Anonymous, func(f *Filing) { f.Minor = true })
	if r.HasPerson || r.HasPhone || !r.Minor || !receipt.NoReply {
		t.Errorf("%+v, %+v", r, receipt)
	}
}
