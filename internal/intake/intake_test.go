package intake

import (
	"bytes"
	"context"
	"encoding/csv"
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"portal/internal/authz"
	"portal/internal/fault"
	"portal/internal/pg"
	"portal/internal/pg/pgtest"
	"portal/internal/sheet"
)

var reviewer = authz.Actor{AccountID: 1, Name: "审核岗", Posts: []authz.Post{{Role: authz.Reviewer}}}

var sample = []Column{
	{Name: "code", Filled: true, Check: Shape(`^[A-Z]{2}-[0-9]+$`, "编号如 LZ-1")},
	{Name: "day", Check: Date},
	{Name: "kind", Check: OneOf("a", "b")},
	{Name: "note", Optional: true, Max: 5},
	{Name: "state", Ignored: true},
}

func kind(plan func(context.Context, pg.Querier, []Row, Options) (Plan, error)) Kind {
	return Kind{Name: "sample", Columns: sample, Key: []string{"code"}, Plan: plan}
}

func addAll(write func(ctx context.Context, tx *pg.Tx) error) func(context.Context, pg.Querier, []Row, Options) (Plan, error) {
	return func(_ context.Context, _ pg.Querier, rows []Row, _ Options) (Plan, error) {
		var p Plan
		for _, r := range rows {
			p.Steps = append(p.Steps, Step{Row: r, Act: Added, Write: write})
		}
		return p, nil
	}
}

// Every problem of a file is told at once, by the row as a person counts it and by column.
func TestEveryProblemAtOnce(t *testing.T) {
	t.Parallel()
	db := pgtest.New(t)
	file := "code,day,kind,note\nLZ-1,2026-11-18,a,好\nlz1,2026-02-30,c,六个字的备注\n\nLZ-1,,,\nLZ-2,2026-11-18\n"
	s, err := Run(context.Background(), db, reviewer, kind(addAll(nil)), strings.NewReader(file), "x.csv", Options{})
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, p := range s.Problems {
		got = append(got, strings.TrimSpace(strings.Join([]string{string(rune('0' + p.Row)), p.Column}, " ")))
	}
	if diff := cmp.Diff([]string{"6", "3 code", "3 day", "3 kind", "3 note", "5 code"}, got); diff != "" {
		t.Error(diff)
	}
	if s.String() != "sample: read=4 added=0 updated=0 unchanged=0 flagged=0 rejected=3" {
		t.Error(s)
	}
}

// A wrong column rejects every row, and no row is counted twice.
func TestWrongHeaderRejectsTheFile(t *testing.T) {
	t.Parallel()
	db := pgtest.New(t)
	s, err := Run(context.Background(), db, reviewer, kind(addAll(nil)), strings.NewReader("code,dya\nLZ-1,\n"), "x.csv", Options{})
	if err != nil || s.String() != "sample: read=1 added=0 updated=0 unchanged=0 flagged=0 rejected=1" || len(s.Problems) != 3 {
		t.Errorf("%s %v %v", s, s.Problems, err)
	}
}

// A write that fails in the middle leaves nothing behind (A3), and neither does a file with nothing new.
func TestAllOrNothing(t *testing.T) {
	t.Parallel()
	db := pgtest.New(t)
	ctx := context.Background()
	file := "code,day,kind\nLZ-1,,a\nLZ-2,,a\n"
	n := 0
	broken := errors.New("broken")
	_, err := Run(ctx, db, reviewer, kind(addAll(func(ctx context.Context, tx *pg.Tx) error {
		if n++; n == 2 {
			return broken
		}
		_, err := tx.Exec(ctx, `INSERT INTO write_probe (id, at) VALUES (1, $1)`, tx.Now)
		return err
	})), strings.NewReader(file), "x.csv", Options{})
	if !errors.Is(err, broken) {
		t.Fatal(err)
	}
	var left int
	if err := db.Q().QueryRow(ctx, `SELECT (SELECT count(*) FROM write_probe) + (SELECT count(*) FROM audit_entry)`).Scan(&left); err != nil || left != 0 {
		t.Errorf("%d rows left, %v", left, err)
	}
	if _, err := Run(ctx, db, authz.Actor{AccountID: 5}, kind(addAll(nil)), strings.NewReader(file), "x.csv", Options{DryRun: true}); fault.KindOf(err) != fault.KindNotFound {
		t.Errorf("anybody imports: %v", err)
	}
}

// Warnings stand in the report after the problems, marked as such.
func TestReportTellsProblemsFromWarnings(t *testing.T) {
	r := NewRow(7, map[string]string{"code": "=1+1"})
	s := Summary{Problems: []sheet.Problem{r.Problem("code", "写错了")}, Flags: []sheet.Problem{NewRow(8, map[string]string{"code": "LZ-1"}).Problem("code", "存疑")}}
	var out bytes.Buffer
	if err := s.WriteReport(&out); err != nil {
		t.Fatal(err)
	}
	lines, err := csv.NewReader(&out).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	var marked bytes.Buffer
	if err := s.WriteReportForExcel(&marked); err != nil || !strings.HasPrefix(marked.String(), "\ufeffrow,") {
		t.Errorf("%q %v", marked.String(), err)
	}
	want := [][]string{{"row", "column", "value", "reason"}, {"7", "code", "'=1+1", "写错了"}, {"8", "code", "LZ-1", "提示：存疑"}}
	if diff := cmp.Diff(want, lines); diff != "" {
		t.Error(diff)
	}
}

// FuzzRows: whatever a file holds, rows that pass have readable cells, and every other row is told.
func FuzzRows(f *testing.F) {
	for _, seed := range []string{
		"code,day,kind\nLZ-1,2026-11-18,a\n", "code,day,kind,note,state\nLZ-1,infinity,z,\x00,\n", "\xef\xbb\xbfcode;day\n", "code,day,kind\n\"LZ-1,,\n",
		"code,code,day,kind\nLZ-1,LZ-2,,\n", "\xd6\xd0\xce\xc4,day\n", "code,day,kind,问题\nLZ-1,,,旧问题\n",
	} {
		f.Add([]byte(seed))
	}
	k := kind(nil)
	f.Fuzz(func(t *testing.T, content []byte) {
		file, err := sheet.Read(context.Background(), bytes.NewReader(content), "x.csv", sheet.Limits{MaxBytes: 1 << 16})
		if err != nil {
			return
		}
		header := k.header(file)
		rows, problems := k.rows(file)
		if len(header) > 0 {
			return
		}
		told := map[int]bool{}
		for _, p := range problems {
			if p.Reason == "" {
				t.Fatalf("a problem without a reason: %+v", p)
			}
			told[p.Row] = true
		}
		for _, r := range rows {
			if told[r.Number] {
				continue
			}
			if r.Text("code") == "" || r.Text("day") != "" && r.Day("day").IsZero() || strings.ContainsRune(r.Text("note"), 0) {
				t.Fatalf("row %d passed: %v", r.Number, r.cells)
			}
		}
	})
}
