package catalog_test

import (
	"bytes"
	"context"
	"encoding/csv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/text/encoding/simplifiedchinese"

	"portal/internal/authz"
	"portal/internal/catalog"
	"portal/internal/demo/data"
	"portal/internal/fault"
	"portal/internal/intake"
	"portal/internal/pg"
	"portal/internal/pg/pgtest"
	"portal/internal/place"
	"portal/internal/sheet"
	"portal/internal/workday"
)

var reviewer = authz.Actor{AccountID: 1, Name: "审核岗", Posts: []authz.Post{{Role: authz.Reviewer}}}

func file(t testing.TB, kind string) []byte {
	t.Helper()
	b, err := data.Bytes(kind)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func imported(t testing.TB, db *pg.DB, kind string, content []byte, o intake.Options) intake.Summary {
	t.Helper()
	s, err := catalog.Import(context.Background(), db, reviewer, kind, bytes.NewReader(content), kind+".csv", o)
	if err != nil {
		t.Fatalf("%s: %v", kind, err)
	}
	return s
}

// all fills an empty database with the eight files.
func all(t testing.TB, o intake.Options) *pg.DB {
	t.Helper()
	db := pgtest.New(t)
	if o.Spread {
		write(t, db, func(tx *pg.Tx) error {
			for _, day := range []workday.Day{workday.NewDay(2025, 1, 1), workday.NewDay(2026, 1, 1), workday.NewDay(2026, 8, 15)} {
				if _, err := catalog.AddListVersion(context.Background(), tx, catalog.ListVersion{Title: "清单", EffectiveFrom: day}); err != nil {
					return err
				}
			}
			return nil
		})
	}
	for _, f := range data.Files {
		if s := imported(t, db, f.Kind, file(t, f.Kind), o); !s.OK() {
			t.Fatalf("%s %v", s, s.Problems)
		}
	}
	return db
}

func count(t testing.TB, q pg.Querier, sql string) (n int) {
	t.Helper()
	if err := q.QueryRow(context.Background(), sql).Scan(&n); err != nil {
		t.Fatal(err)
	}
	return n
}

// Issue item 10: the eight files go in with no row rejected, and the same files again change nothing.
func TestEightFiles(t *testing.T) {
	t.Parallel()
	db := pgtest.New(t)
	want := []struct {
		kind, first, again string
	}{
		{"laws", "laws: read=162 added=162 updated=0 unchanged=0 flagged=0 rejected=0", "laws: read=162 added=0 updated=0 unchanged=162 flagged=0 rejected=0"},
		{"articles", "articles: read=311 added=311 updated=0 unchanged=0 flagged=0 rejected=0", "articles: read=311 added=0 updated=0 unchanged=311 flagged=0 rejected=0"},
		{"changes", "changes: read=58 added=58 updated=0 unchanged=0 flagged=0 rejected=0", "changes: read=58 added=0 updated=0 unchanged=58 flagged=0 rejected=0"},
		{"divisions", "divisions: read=61 added=61 updated=0 unchanged=0 flagged=5 rejected=0", "divisions: read=61 added=0 updated=0 unchanged=61 flagged=5 rejected=0"},
		{"departments", "departments: read=13 added=13 updated=0 unchanged=0 flagged=0 rejected=0", "departments: read=13 added=0 updated=0 unchanged=13 flagged=0 rejected=0"},
		{"negative", "negative: read=70 added=70 updated=0 unchanged=0 flagged=0 rejected=0", "negative: read=70 added=0 updated=0 unchanged=70 flagged=0 rejected=0"},
		{"items", "items: read=212 added=212 updated=0 unchanged=0 flagged=108 rejected=0", "items: read=212 added=0 updated=0 unchanged=212 flagged=108 rejected=0"},
		{"programme", "programme: read=18 added=18 updated=0 unchanged=0 flagged=1 rejected=0", "programme: read=18 added=0 updated=0 unchanged=18 flagged=1 rejected=0"},
	}
	for _, w := range want {
		if s := imported(t, db, w.kind, file(t, w.kind), intake.Options{DryRun: true}); s.String() != w.first {
			t.Errorf("dry run: %s", s)
		}
		if s := imported(t, db, w.kind, file(t, w.kind), intake.Options{}); s.String() != w.first {
			t.Errorf("first: %s\n want: %s\n%v", s, w.first, s.Problems)
		}
	}
	entries := count(t, db.Q(), `SELECT count(*) FROM audit_entry`)
	if entries != 8 {
		t.Errorf("%d audit entries for eight imports", entries)
	}
	for _, w := range want {
		if s := imported(t, db, w.kind, file(t, w.kind), intake.Options{}); s.String() != w.again {
			t.Errorf("again: %s", s)
		}
	}
	if n := count(t, db.Q(), `SELECT count(*) FROM audit_entry`); n != entries {
		t.Errorf("imports that changed nothing left %d entries", n-entries)
	}
	if n := count(t, db.Q(), `SELECT count(*) FROM unit WHERE NOT is_group`); n != 11 {
		t.Errorf("%d units, want 11", n)
	}
	if n := count(t, db.Q(), `SELECT count(*) FROM unit WHERE is_group`); n != 1 {
		t.Errorf("%d groups, want 1", n)
	}
	if n := count(t, db.Q(), `SELECT count(*) FROM unit_alias`); n != 1 {
		t.Errorf("%d aliases, want 1", n)
	}
}

// variants are the ways in which people save one table.
func variants(t *testing.T, content []byte) map[string][]byte {
	t.Helper()
	content = bytes.ReplaceAll(content, []byte("\r\n"), []byte("\n"))
	gb, err := simplifiedchinese.GB18030.NewEncoder().Bytes(content)
	if err != nil {
		t.Fatal(err)
	}
	records, err := csv.NewReader(bytes.NewReader(content)).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	var book bytes.Buffer
	if err := sheet.WriteXLSX(&book, "表", records[0], sheet.Rows(records[1:])); err != nil {
		t.Fatal(err)
	}
	return map[string][]byte{
		"BOM":     append([]byte("\xef\xbb\xbf"), content...),
		"CRLF":    bytes.ReplaceAll(content, []byte("\n"), []byte("\r\n")),
		"GB18030": gb,
		"XLSX":    book.Bytes(),
	}
}

// Width of line ends, encoding and kind of file do not matter: each variant of each file is the same file.
func TestEveryWayOfSavingIsTheSameFile(t *testing.T) {
	t.Parallel()
	db := all(t, intake.Options{})
	for _, f := range data.Files {
		for name, content := range variants(t, file(t, f.Kind)) {
			s := imported(t, db, f.Kind, content, intake.Options{})
			if s.Added+s.Updated+s.Rejected != 0 || s.Unchanged != s.Read {
				t.Errorf("%s as %s: %s %v", f.Kind, name, s, s.Problems[:min(3, len(s.Problems))])
			}
		}
	}
}

// A3: nothing is half-imported; every problem is told by row and column, and the corrected file comes
// back with the rows to repair.
func TestRejectedRowsWriteNothing(t *testing.T) {
	t.Parallel()
	db := pgtest.New(t)
	head := strings.SplitN(string(file(t, "negative")), "\n", 2)[0]
	bad := head + "\n" +
		"NEG-901,问责方式,军令状,text_contains,不得签订军令状,本街道,false,\n" +
		"NEG-902,问责方式,军,text_contains,太短,本街道,false,\n" +
		"NEG 903,问责方式,军令状,anything,,本街道,maybe,\n" +
		"NEG-901,问责方式,军令状,text_contains,重复,本街道,false,\n"
	s := imported(t, db, "negative", []byte(bad), intake.Options{})
	if s.String() != "negative: read=4 added=0 updated=0 unchanged=0 flagged=0 rejected=3" || s.OK() {
		t.Fatalf("%s", s)
	}
	if n := count(t, db.Q(), `SELECT count(*) FROM negative_entry`); n != 0 {
		t.Fatalf("%d rows written", n)
	}
	var report bytes.Buffer
	if err := s.WriteReport(&report); err != nil {
		t.Fatal(err)
	}
	lines, err := csv.NewReader(strings.NewReader(strings.TrimPrefix(report.String(), "\ufeff"))).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, l := range lines {
		got = append(got, l[0]+" "+l[1])
	}
	want := []string{"row column", "3 phrase", "4 code", "4 match_mode", "4 description", "4 synthetic", "5 code"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	var fix bytes.Buffer
	if err := s.WriteCorrected(&fix); err != nil {
		t.Fatal(err)
	}
	back, err := sheet.Read(context.Background(), bytes.NewReader(fix.Bytes()), "x.csv", sheet.Limits{})
	if err != nil || len(back.Rows) != 3 || back.Header[len(back.Header)-1] != intake.ProblemColumn || back.Get(back.Rows[0], intake.ProblemColumn) == "" {
		t.Fatalf("corrected file: %v %v", back, err)
	}
	again := imported(t, db, "negative", fix.Bytes(), intake.Options{DryRun: true})
	if again.Read != 3 {
		t.Fatalf("the corrected file is read again with its extra column: %s %v", again, again.Problems)
	}
}

// Files that are no tables, and hands that may not import, get a sentence and change nothing.
func TestHostileFiles(t *testing.T) {
	t.Parallel()
	db := pgtest.New(t)
	ctx := context.Background()
	for name, content := range map[string]string{
		"empty": "", "NUL": "code,kind\x00\n", "image": "\x89PNG\r\n\x1a\n00000000", "old Excel": "\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + strings.Repeat("x", 600),
	} {
		_, err := catalog.Import(ctx, db, reviewer, "items", strings.NewReader(content), name, intake.Options{})
		if fault.KindOf(err) != fault.KindInvalid {
			t.Errorf("%s: %v", name, err)
		}
	}
	for name, content := range map[string]string{
		"other columns":   "a,b,c\n1,2,3\n",
		"column missing":  strings.Replace(string(file(t, "items")), "title,", "tittle,", 1),
		"infinity":        string(file(t, "laws"))[:strings.Index(string(file(t, "laws")), "\n")+1] + "x-law,标题,标题,law,国务院,infinity,,,unknown,national,true,s,false,,,,\n",
		"formula no text": "=1+1\n",
	} {
		kind := "items"
		if name == "infinity" {
			kind = "laws"
		}
		s, err := catalog.Import(ctx, db, reviewer, kind, strings.NewReader(content), name, intake.Options{})
		if err != nil && fault.KindOf(err) != fault.KindInvalid || err == nil && s.OK() {
			t.Errorf("%s: %s %v", name, s, err)
		}
	}
	clerk := authz.Actor{AccountID: 9, Posts: []authz.Post{{Role: authz.Department}}}
	if _, err := catalog.Import(ctx, db, clerk, "items", bytes.NewReader(file(t, "items")), "x", intake.Options{}); fault.KindOf(err) != fault.KindNotFound {
		t.Errorf("a clerk imports: %v", err)
	}
	if _, err := catalog.Import(ctx, db, reviewer, "cats", strings.NewReader("x"), "x", intake.Options{}); fault.KindOf(err) != fault.KindInvalid {
		t.Errorf("an unknown kind: %v", err)
	}
	for _, table := range []string{`SELECT count(*) FROM admission_item`, `SELECT count(*) FROM legal_document`, `SELECT count(*) FROM audit_entry`} {
		if n := count(t, db.Q(), table); n != 0 {
			t.Errorf("%s: %d", table, n)
		}
	}
}

// E1, E2, R50: the street's own plan comes in with its departments resolved, and 大共治 flagged with
// what is proposed instead; nothing else is flagged.
func TestProgramme(t *testing.T) {
	t.Parallel()
	db := all(t, intake.Options{})
	ctx := context.Background()
	works, err := catalog.Works(ctx, db.Q())
	if err != nil {
		t.Fatal(err)
	}
	grid, err := place.UnitByName(ctx, db.Q(), "网格化服务中心（综管中心）")
	if err != nil || grid.Name != "网格化服务中心(综治中心)" {
		t.Fatalf("alias: %+v %v", grid, err)
	}
	for _, w := range works {
		governance := strings.Contains(w.Work, "大共治")
		if w.Flagged != governance {
			t.Errorf("%s flagged: %v", w.Work, w.Flagged)
		}
		if w.LeadDepartments != "" && len(w.LeadUnitIDs) != len(sheet.SplitMulti(w.LeadDepartments)) {
			t.Errorf("%s: %q resolved to %v", w.Work, w.LeadDepartments, w.LeadUnitIDs)
		}
		if governance && (w.ProposedRole != catalog.Assist || !cmp.Equal(w.ProposedModes, []catalog.AssistMode{catalog.DiscoverReport}) ||
			!strings.Contains(w.FlagReason, "综合执法") || w.LeadUnitIDs[0] != grid.ID) {
			t.Errorf("%+v", w)
		}
	}
	group, err := place.UnitByName(ctx, db.Q(), "相关社区居委会")
	if err != nil || !group.IsGroup || group.RequesterKind != place.ResidentsCommittee {
		t.Errorf("%+v %v", group, err)
	}
}
