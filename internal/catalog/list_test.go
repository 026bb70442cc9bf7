package catalog_test

import (
	"bytes"
	"context"
	"encoding/csv"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"portal/internal/authz"
	"portal/internal/catalog"
	"portal/internal/fault"
	"portal/internal/intake"
	"portal/internal/legal"
	"portal/internal/normal"
	"portal/internal/pg"
	"portal/internal/workday"
)

const (
	street   = "320104900"
	huaiyin  = "320104900001"
	linhe    = "320104900003"
	elsewher = "320104001001"
)

var today = workday.NewDay(2026, time.November, 18)

func codes(t *testing.T, q pg.Querier, f catalog.Filter) []string {
	t.Helper()
	var out []string
	for {
		p, err := catalog.On(context.Background(), q, f)
		if err != nil {
			t.Fatal(err)
		}
		for _, e := range p.Rows {
			out = append(out, e.Code)
		}
		if !p.HasNext {
			return out
		}
		if f.Cursor, err = catalog.ParseCursor(p.Next); err != nil {
			t.Fatal(err)
		}
	}
}

// R43: any past day is reproduced: what the 2018 law carried is on the list until its last day, what the
// 2025 law carries from its first, and the environmental code's successors from 2026-08-15.
func TestSomeDayList(t *testing.T) {
	t.Parallel()
	db := all(t, intake.Options{Spread: true})
	ctx := context.Background()
	versions, err := catalog.ListVersions(ctx, db.Q())
	if err != nil || len(versions) != 3 {
		t.Fatalf("%v %v", versions, err)
	}
	days := []struct {
		day     workday.Day
		on, off []string
	}{
		{workday.NewDay(2024, 12, 31), nil, []string{"LZ-001", "XZ-002"}},
		{workday.NewDay(2025, 1, 1), []string{"LZ-001", "LZ-019", "XZ-001", "LZ-038", "XZ-002", "XZ-013"}, []string{"LZ-102", "XZ-110", "LZ-140", "XZ-069"}},
		{workday.NewDay(2025, 12, 31), []string{"LZ-001", "LZ-019", "LZ-038", "XZ-013"}, []string{"LZ-102", "XZ-101"}},
		{workday.NewDay(2026, 1, 1), []string{"LZ-102", "XZ-101", "JD-101", "XZ-110", "XZ-111", "LZ-038", "XZ-069"}, []string{"LZ-001", "LZ-019", "XZ-001", "XZ-013", "XZ-112", "LZ-140"}},
		{workday.NewDay(2026, 8, 14), []string{"LZ-038", "XZ-067", "XZ-068"}, []string{"LZ-140", "XZ-116"}},
		{workday.NewDay(2026, 8, 15), []string{"LZ-140", "LZ-141", "XZ-116", "XZ-117", "XZ-112", "LZ-139"}, []string{"LZ-038", "XZ-067", "XZ-068", "LZ-001"}},
	}
	for _, d := range days {
		got := codes(t, db.Q(), catalog.Filter{Day: d.day, Limit: 40})
		if !slices.IsSorted(got) || len(got) != len(slices.Compact(slices.Clone(got))) {
			t.Errorf("%s: not in order, or twice", d.day)
		}
		for _, c := range d.on {
			if !slices.Contains(got, c) {
				t.Errorf("%s: %s is missing", d.day, c)
			}
		}
		for _, c := range d.off {
			if slices.Contains(got, c) {
				t.Errorf("%s: %s is there", d.day, c)
			}
		}
		n, more, err := catalog.Count(ctx, db.Q(), catalog.Filter{Day: d.day})
		if err != nil || more || n != len(got) {
			t.Errorf("%s: counted %d, listed %d (R45), %v", d.day, n, len(got), err)
		}
	}
	// The day-spreading import is not undone by the ordinary one.
	if s := imported(t, db, "items", file(t, "items"), intake.Options{}); s.Unchanged != 212 {
		t.Errorf("plain import after it: %s", s)
	}
	diffs, more, err := catalog.Diff(ctx, db.Q(), workday.NewDay(2026, 8, 14), workday.NewDay(2026, 8, 15))
	if err != nil || more {
		t.Fatal(err)
	}
	kinds := map[string]string{}
	for _, d := range diffs {
		kinds[d.Code] = d.Kind()
	}
	for code, want := range map[string]string{"LZ-038": "退出", "XZ-067": "退出", "XZ-068": "退出", "LZ-140": "新增", "XZ-112": "新增"} {
		if kinds[code] != want {
			t.Errorf("%s: %q, want %q", code, kinds[code], want)
		}
	}
	if _, there := kinds["LZ-102"]; there {
		t.Error("LZ-102 did not change")
	}
	if same, _, err := catalog.Diff(ctx, db.Q(), today, today); err != nil || len(same) != 0 {
		t.Errorf("a day differs from itself: %v %v", same, err)
	}
}

// Pages forward and backward give the same rows, for every kind, for some, and while searching.
func TestPagesForwardAndBackward(t *testing.T) {
	t.Parallel()
	db := all(t, intake.Options{})
	ctx := context.Background()
	filters := map[string]catalog.Filter{
		"every kind": {}, "two kinds": {Kinds: []catalog.ListKind{catalog.SelfGovernance, catalog.CertificateForbidden}},
		"words": {Words: "宣传"}, "words in a kind": {Words: "宣 傳", Kinds: []catalog.ListKind{catalog.AssistGovernment}}, "code": {Words: "xz-0"},
		"community": {Community: huaiyin},
	}
	for name, f := range filters {
		f.Day, f.Limit = today, 7
		var forward, back []string
		first, err := catalog.On(ctx, db.Q(), f)
		if err != nil {
			t.Fatal(err)
		}
		if first.HasPrev || !first.HasNext {
			t.Errorf("%s: first page prev=%v next=%v", name, first.HasPrev, first.HasNext)
		}
		p := first
		for {
			for _, e := range p.Rows {
				forward = append(forward, e.Code)
			}
			if !p.HasNext {
				break
			}
			if f.Cursor, err = catalog.ParseCursor(p.Next); err != nil {
				t.Fatal(err)
			}
			if p, err = catalog.On(ctx, db.Q(), f); err != nil {
				t.Fatal(err)
			}
		}
		for {
			for _, e := range slices.Backward(p.Rows) {
				back = append([]string{e.Code}, back...)
			}
			if !p.HasPrev {
				break
			}
			if f.Cursor, err = catalog.ParseCursor(p.Prev); err != nil {
				t.Fatal(err)
			}
			if p, err = catalog.On(ctx, db.Q(), f); err != nil {
				t.Fatal(err)
			}
		}
		if diff := cmp.Diff(forward, back); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
		f.Limit, f.Cursor = 0, p0
		n, _, err := catalog.Count(ctx, db.Q(), f)
		if err != nil || n != len(forward) {
			t.Errorf("%s: counted %d, listed %d, %v", name, n, len(forward), err)
		}
	}
	if _, err := catalog.ParseCursor("nonsense"); err == nil {
		t.Error("a nonsense cursor is taken")
	}
}

var p0 = catalog.Filter{}.Cursor

// Search finds two characters, in any width and script, and a code; wildcards mean themselves.
func TestSearch(t *testing.T) {
	t.Parallel()
	db := all(t, intake.Options{})
	for words, want := range map[string]string{"禁毒": "XZ-047", "禁　毒": "XZ-047", "ｌｚ－１０２": "LZ-102", "lz-102": "LZ-102", "噪聲污染": "XZ-116"} {
		if got := codes(t, db.Q(), catalog.Filter{Day: today, Words: words}); !slices.Contains(got, want) {
			t.Errorf("%q: %v", words, got)
		}
	}
	for _, words := range []string{"%", "_", `\`, "没有这样的事项", "'; DROP TABLE admission_item; --"} {
		if got := codes(t, db.Q(), catalog.Filter{Day: today, Words: words}); len(got) != 0 {
			t.Errorf("%q finds %v", words, got)
		}
	}
}

// A law of another place is kept as 外地参考 and never effective; an abolished assessment is never
// admitted; general clauses, missing articles and doubtful bases are flags on stored rows (§2, R56).
func TestFlagsOnStoredRows(t *testing.T) {
	t.Parallel()
	db := all(t, intake.Options{})
	ctx := context.Background()
	flags := map[string][]catalog.Flag{
		"XZ-078": {catalog.FlagForeign, catalog.FlagBasisDoubtful},
		"WG-001": {catalog.FlagForeign, catalog.FlagBasisDoubtful},
		"JD-002": {catalog.FlagForeign, catalog.FlagBasisDoubtful}, // §11: not blocked by 城市管理
		"XZ-101": {catalog.FlagCatchAll},
		"XZ-108": {catalog.FlagCatchAll},
		"JD-102": {}, // the same article 6, but the street's duty
		"LZ-030": {}, // §11: 专人专岗 is required by the law itself (R3)
		"XZ-006": {}, // §11: 安全生产, report only (R2)
		"LZ-102": {},
		"ZB-001": {catalog.FlagArticleMissing, catalog.FlagBasisDoubtful},
		"ZK-009": {catalog.FlagBasisMissing, catalog.FlagArticleMissing, catalog.FlagBasisDoubtful},
		"LZ-019": {catalog.FlagBasisDoubtful},
	}
	for code, want := range flags {
		d, err := catalog.Item(ctx, db.Q(), code, today)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want, d.Flags); diff != "" {
			t.Errorf("%s: %s", code, diff)
		}
		if foreign := d.Has(catalog.FlagForeign); foreign != (d.Standing == catalog.Reference) || foreign && d.State != "外地参考" {
			t.Errorf("%s: standing %s, state %s", code, d.Standing, d.State)
		}
	}
	listed := codes(t, db.Q(), catalog.Filter{Day: today})
	reference := codes(t, db.Q(), catalog.Filter{Day: today, Standings: []catalog.Standing{catalog.Reference}})
	for _, code := range []string{"XZ-078", "WG-001", "JD-002"} {
		if slices.Contains(listed, code) || !slices.Contains(reference, code) {
			t.Errorf("%s among what is effective here", code)
		}
	}
	if n := len(listed) + len(reference); n != 212 {
		t.Errorf("%d effective and %d reference rows", len(listed), len(reference))
	}
	if d, err := catalog.Item(ctx, db.Q(), "KH-002", today); err != nil || d.State != "不得要求" || !d.ListKind.Negative() {
		t.Errorf("%+v %v", d.State, err)
	}
	if _, err := catalog.Item(ctx, db.Q(), "LZ-999", today); fault.KindOf(err) != fault.KindNotFound {
		t.Errorf("%v", err)
	}
}

// A community sees what holds in the whole street and what was admitted for it; a scope that waits for
// its conditions holds nowhere until it is opened (R18, R20, E10).
func TestAdmittedEntryAndItsScopes(t *testing.T) {
	t.Parallel()
	db := all(t, intake.Options{})
	ctx := context.Background()
	hours, times := 2.0, 24.0
	admit := catalog.Admission{Code: "2026-47", Number: "梧准〔2026〕12号", Kind: catalog.AssistGovernment, ApplicationID: 47, Title: "楼道飞线充电排查提醒",
		LeadName: "平安建设部", Role: catalog.Assist, AssistModes: []catalog.AssistMode{catalog.DiscoverReport}, Hours: &hours, Occurrences: &times,
		From: today.Add(1), Until: today.Add(101), Scopes: []catalog.AdmittedScope{{Division: huaiyin, Open: true}, {Division: linhe}}}
	write(t, db, func(tx *pg.Tx) error { _, err := catalog.Admit(ctx, tx, admit); return err })
	on := func(day workday.Day, community string) bool {
		return slices.Contains(codes(t, db.Q(), catalog.Filter{Day: day, Community: community}), "2026-47")
	}
	if on(today, huaiyin) || !on(today.Add(1), huaiyin) || !on(today.Add(100), huaiyin) || on(today.Add(101), huaiyin) {
		t.Error("holds from its first day to its last (item 14)")
	}
	if on(today.Add(5), linhe) || !on(today.Add(5), "") {
		t.Error("a waiting community is not asked; the list as a whole has the entry")
	}
	write(t, db, func(tx *pg.Tx) error { return catalog.OpenScope(ctx, tx, "2026-47", linhe, today.Add(10)) })
	if on(today.Add(9), linhe) || !on(today.Add(10), linhe) {
		t.Error("opened from its own day")
	}
	if on(today.Add(10), elsewher) {
		t.Error("another street")
	}
	if got := len(codes(t, db.Q(), catalog.Filter{Day: today, Community: elsewher})); got != 0 {
		t.Errorf("%d entries in another street", got)
	}
	d, err := catalog.Item(ctx, db.Q(), "2026-47", today.Add(5))
	if err != nil || len(d.Scopes) != 2 || d.Number != "梧准〔2026〕12号" || d.State != "生效" {
		t.Errorf("%+v %v", d, err)
	}
	// The file may not change what came out of an application (R40).
	var out bytes.Buffer
	if err := catalog.WriteCSV(ctx, db.Q(), catalog.Filter{Day: today.Add(5)}, &out, true); err != nil {
		t.Fatal(err)
	}
	if s := imported(t, db, "items", out.Bytes(), intake.Options{}); !s.OK() || s.Added+s.Updated != 0 {
		t.Errorf("an export read back changes %s %v", s, s.Problems)
	}
	s := imported(t, db, "items", bytes.ReplaceAll(out.Bytes(), []byte("飞线充电排查提醒"), []byte("飞线充电执法")), intake.Options{})
	if s.Rejected != 1 || !strings.Contains(s.Problems[0].Reason, "R40") {
		t.Errorf("%s %v", s, s.Problems)
	}
	err = db.Write(ctx, reviewer, func(tx *pg.Tx) error {
		again := admit
		again.Role = catalog.Primary
		again.Code = "2026-48"
		_, err := catalog.Admit(ctx, tx, again)
		return err
	})
	if fault.KindOf(err) != fault.KindInvalid {
		t.Errorf("R5: %v", err)
	}
}

func write(t testing.TB, db *pg.DB, fn func(tx *pg.Tx) error) {
	t.Helper()
	err := db.Write(context.Background(), reviewer, func(tx *pg.Tx) error {
		if err := fn(tx); err != nil {
			return err
		}
		return tx.Record(context.Background(), pg.Change{Action: authz.AppApprove, Kind: "test"})
	})
	if err != nil {
		t.Fatal(err)
	}
}

// Hours per community and month are Σ hours × occurrences ÷ 12 of what holds there that day.
func TestHoursByCommunity(t *testing.T) {
	t.Parallel()
	db := all(t, intake.Options{})
	ctx := context.Background()
	h, n, m := 3.0, 12.0, 24.0
	admin := []string{
		`INSERT INTO community (code, households, workers, capacity_hours) VALUES ('320104900001', 2000, 8, 640), ('320104900003', 1500, 6, 480)`,
	}
	write(t, db, func(tx *pg.Tx) error {
		for _, sql := range admin {
			if _, err := tx.Exec(ctx, sql); err != nil {
				return err
			}
		}
		if err := catalog.SetLoad(ctx, tx, "LZ-102", catalog.Load{HoursPerOccurrence: &h, OccurrencesPerYear: &n}); err != nil {
			return err
		}
		if err := catalog.SetLoad(ctx, tx, "JD-102", catalog.Load{HoursPerOccurrence: &h, OccurrencesPerYear: &n}); err != nil { // the street's own
			return err
		}
		_, err := catalog.Admit(ctx, tx, catalog.Admission{Code: "2026-1", Kind: catalog.AssistGovernment, ApplicationID: 1, Title: "测试事项", Hours: &h,
			Occurrences: &m, From: today, Scopes: []catalog.AdmittedScope{{Division: huaiyin, Open: true}, {Division: linhe}}})
		return err
	})
	got, err := catalog.HoursByCommunity(ctx, db.Q(), today)
	if err != nil {
		t.Fatal(err)
	}
	if a, b := got[huaiyin], got[linhe]; a.Hours != 9 || a.Entries != 2 || a.Capacity != 640 || b.Hours != 3 {
		t.Errorf("%+v %+v", a, b)
	}
}

// While a title is typed, entries with like titles come first.
func TestSimilar(t *testing.T) {
	t.Parallel()
	db := all(t, intake.Options{})
	got, err := catalog.Similar(context.Background(), db.Q(), normal.Key("协助開展 禁毒宣传教育"), today, 5)
	if err != nil || len(got) == 0 || got[0].Code != "XZ-047" || got[0].Score <= 0.5 || len(got) > 5 {
		t.Errorf("%v %v", got, err)
	}
	if none, err := catalog.Similar(context.Background(), db.Q(), normal.Key("鱼塘清淤"), today, 5); err != nil || len(none) != 0 {
		t.Errorf("%v %v", none, err)
	}
}

// Export values are exactly those of the file, with number, state and days after them; the file that
// people open in a spreadsheet is defused and reads back the same.
func TestExportHasTheValuesOfTheFile(t *testing.T) {
	t.Parallel()
	db := all(t, intake.Options{})
	ctx := context.Background()
	var out bytes.Buffer
	if err := catalog.WriteCSV(ctx, db.Q(), catalog.Filter{Day: today, Standings: []catalog.Standing{catalog.Listed, catalog.Reference}}, &out, true); err != nil {
		t.Fatal(err)
	}
	table := func(b []byte) map[string]map[string]string {
		rows, err := csv.NewReader(bytes.NewReader(bytes.TrimPrefix(b, []byte("\ufeff")))).ReadAll()
		if err != nil {
			t.Fatal(err)
		}
		m := map[string]map[string]string{}
		for _, r := range rows[1:] {
			row := map[string]string{}
			for i, h := range rows[0] {
				row[h] = r[i]
			}
			m[row["code"]] = row
		}
		return m
	}
	source, exported := table(file(t, "items")), table(out.Bytes())
	if len(exported) != 212 {
		t.Fatalf("%d rows", len(exported))
	}
	for code, row := range source {
		for key, value := range row {
			if exported[code][key] != value {
				t.Errorf("%s %s: %q, want %q", code, key, exported[code][key], value)
			}
		}
		if exported[code]["state"] == "" || exported[code]["effective_from"] != today.String() || exported[code]["effective_to"] != "" {
			t.Errorf("%s: %v", code, exported[code])
		}
	}
	var book bytes.Buffer
	if err := catalog.WriteXLSX(ctx, db.Q(), catalog.Filter{Day: today}, &book); err != nil {
		t.Fatal(err)
	}
	if s := imported(t, db, "items", book.Bytes(), intake.Options{}); s.Unchanged != s.Read || s.Read == 0 {
		t.Errorf("the workbook read back: %s %v", s, s.Problems)
	}
}

// A changed row makes a new version from its day on; earlier days read as before, and the difference
// names the field. On the version's first day the row is corrected in place.
func TestChangedRowKeepsThePast(t *testing.T) {
	t.Parallel()
	db := all(t, intake.Options{Effective: workday.NewDay(2026, 1, 1)})
	ctx := context.Background()
	renamed := bytes.Replace(file(t, "items"), []byte("调解民间纠纷，促进家庭和睦"), []byte("调解民间纠纷，促进家庭和美"), 1)
	if s := imported(t, db, "items", renamed, intake.Options{Mode: intake.AddOnly}); s.Rejected != 1 {
		t.Fatalf("add only: %s", s)
	}
	if s := imported(t, db, "items", renamed, intake.Options{}); s.Updated != 1 || s.Unchanged != 211 {
		t.Fatalf("%s", s)
	}
	before, err := catalog.Item(ctx, db.Q(), "LZ-108", today.Add(-1))
	if err != nil {
		t.Fatal(err)
	}
	after, err := catalog.Item(ctx, db.Q(), "LZ-108", today)
	if err != nil || len(after.Versions) != 2 {
		t.Fatalf("%v %v", after.Versions, err)
	}
	if !strings.Contains(before.Title, "和睦") || !strings.Contains(after.Title, "和美") || before.Last() != today.Add(-1) {
		t.Errorf("%s until %s, then %s", before.Title, before.Last(), after.Title)
	}
	diffs, _, err := catalog.Diff(ctx, db.Q(), today.Add(-1), today)
	if err != nil || len(diffs) != 1 || diffs[0].Kind() != "修改" || len(diffs[0].Fields()) != 1 || diffs[0].Fields()[0].Label != "事项名称" {
		t.Errorf("%+v %v", diffs, err)
	}
	for _, day := range []workday.Day{today.Add(-1), today} {
		if got := codes(t, db.Q(), catalog.Filter{Day: day, Community: huaiyin, Words: "LZ-108"}); len(got) != 1 {
			t.Errorf("%s: %v", day, got)
		}
	}
	again := bytes.Replace(renamed, []byte("和美"), []byte("和乐"), 1)
	if s := imported(t, db, "items", again, intake.Options{}); s.Updated != 1 {
		t.Fatalf("%s", s)
	}
	if d, err := catalog.Item(ctx, db.Q(), "LZ-108", today); err != nil || len(d.Versions) != 2 || !strings.Contains(d.Title, "和乐") {
		t.Errorf("corrected on the same day: %d versions, %v", len(d.Versions), err)
	}
}

// R8, E6: when the register says that a law is gone, what rests on it waits for review, once, and a
// person settles it.
func TestLawGoneLightsUpItsItems(t *testing.T) {
	t.Parallel()
	db := all(t, intake.Options{})
	ctx := context.Background()
	old := "anti-drug-law,中华人民共和国禁毒法,禁毒法,law,全国人民代表大会常务委员会,2007-12-29,2008-06-01,,in_force"
	laws := string(file(t, "laws"))
	if !strings.Contains(laws, old) {
		t.Fatal("the sample row is not in the file")
	}
	gone := strings.Replace(laws, old, strings.Replace(old, ",,in_force", ",2026-10-31,repealed", 1), 1)
	if s := imported(t, db, "laws", []byte(gone), intake.Options{}); s.Updated != 1 {
		t.Fatalf("%s", s)
	}
	d, err := catalog.Item(ctx, db.Q(), "XZ-047", today)
	if err != nil || d.Standing != catalog.NeedsReview || !d.Has(catalog.FlagBasisDoubtful) || d.State != "待复核" {
		t.Fatalf("%+v %v", d.Entry, err)
	}
	s := catalog.New(db)
	if err := s.Review(ctx, reviewer, "XZ-047", false, "禁毒法已废止，停止派发任务", ""); err != nil {
		t.Fatal(err)
	}
	if err := s.Review(ctx, reviewer, "XZ-047", false, "禁毒法已废止，停止派发任务", ""); fault.KindOf(err) != fault.KindConflict {
		t.Errorf("twice: %v", err)
	}
	if slices.Contains(codes(t, db.Q(), catalog.Filter{Day: today}), "XZ-047") {
		t.Error("a suspended entry is effective")
	}
	cited, err := catalog.CitedBy(ctx, db.Q(), "anti-drug-law", "17")
	if err != nil || len(cited) != 1 || cited[0].Code != "XZ-047" {
		t.Errorf("%v %v", cited, err)
	}
}

// R56: an item shows what its basis is worth on the day looked at.
func TestBasisOfAnEntryOnADay(t *testing.T) {
	t.Parallel()
	db := all(t, intake.Options{})
	for _, c := range []struct {
		code string
		day  workday.Day
		want legal.BasisStatus
	}{
		{"LZ-038", workday.NewDay(2026, 8, 14), legal.BasisInForce},
		{"LZ-038", workday.NewDay(2026, 8, 15), legal.BasisRepealed},
		{"LZ-001", workday.NewDay(2025, 12, 31), legal.BasisInForce},
		{"LZ-001", today, legal.BasisRenumbered},
		{"LZ-102", workday.NewDay(2025, 12, 31), legal.BasisNotYet},
		{"LZ-102", today, legal.BasisInForce},
		{"XZ-024", workday.NewDay(2025, 12, 31), legal.BasisUnverified},
	} {
		d, err := catalog.Item(context.Background(), db.Q(), c.code, c.day)
		if err != nil || d.BasisOn(c.day) != c.want {
			t.Errorf("%s on %s: %s, want %s (%v)", c.code, c.day, d.BasisOn(c.day), c.want, err)
		}
	}
}
