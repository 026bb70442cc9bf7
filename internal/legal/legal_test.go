package legal_test

import (
	"bytes"
	"context"
	"slices"
	"strings"
	"testing"
	"time"

	"portal/internal/authz"
	"portal/internal/demo/data"
	"portal/internal/fault"
	"portal/internal/intake"
	"portal/internal/legal"
	"portal/internal/pg"
	"portal/internal/pg/pgtest"
	"portal/internal/workday"
)

const (
	committee = "urban-residents-committee-organization-law"
	huaiyin   = "320104900001"
	linhe     = "320104900003"
)

var (
	today    = workday.NewDay(2026, time.November, 18)
	reviewer = authz.Actor{AccountID: 1, Name: "审核岗", Posts: []authz.Post{{Role: authz.Reviewer}}}
	legality = authz.Actor{AccountID: 2, Name: "司法所", Posts: []authz.Post{{Role: authz.Legality}}}
)

func day(y int, m time.Month, d int) workday.Day { return workday.NewDay(y, m, d) }

func register(t *testing.T) *pg.DB {
	t.Helper()
	db := pgtest.New(t)
	for _, k := range []intake.Kind{legal.Laws(), legal.ArticlesFile(), legal.ChangesFile()} {
		content, err := data.Bytes(k.Name)
		if err != nil {
			t.Fatal(err)
		}
		if s, err := intake.Run(context.Background(), db, reviewer, k, bytes.NewReader(content), k.Name, intake.Options{}); err != nil || !s.OK() {
			t.Fatalf("%s %v", s, err)
		}
	}
	return db
}

// R51: the version of a law is chosen by the date of the act, to the day.
func TestArticleAsItStoodOnADay(t *testing.T) {
	t.Parallel()
	db := register(t)
	for _, c := range []struct {
		name    string
		key, no string
		on      workday.Day
		version string
		known   bool
		words   string
		basis   legal.BasisStatus
	}{
		{"old gate on its last day", committee, "20", day(2025, 12, 31), "2018-12-29", true, "统一安排", legal.BasisInForce},
		{"new law on its first day", committee, "43", day(2026, 1, 1), "2025-10-28", true, "必要的经费和条件", legal.BasisInForce},
		{"new law today", committee, "6", today, "2025-10-28", true, "指导、支持和帮助", legal.BasisInForce},
		{"before any verified text", committee, "3", day(1995, 5, 1), "1989-12-26", false, "", legal.BasisUnverified},
		{"before the first version", committee, "3", day(1980, 1, 1), "1989-12-26", false, "", legal.BasisNotYet},
		{"repealed act", "noise-pollution-law", "70", today, "2021-12-24", true, "劝阻、调解", legal.BasisRepealed},
		{"its last day", "noise-pollution-law", "70", day(2026, 8, 14), "2021-12-24", true, "劝阻、调解", legal.BasisInForce},
		{"the code before its day", "ecological-environment-code", "599", day(2026, 8, 14), "2026-03-12", true, "劝阻、调解", legal.BasisNotYet},
		{"the code", "ecological-environment-code", "599", day(2026, 8, 15), "2026-03-12", true, "劝阻、调解", legal.BasisInForce},
		{"a local regulation not re-checked", "shanghai-residents-committee-regulations", "27", today, "2020-05-14", true, "", legal.BasisUnverified},
		{"no date at all", "minfa-2020-20", "1", today, "", false, "", legal.BasisUnverified},
	} {
		got, err := legal.ArticleOn(context.Background(), db.Q(), c.key, c.no, c.on)
		if err != nil {
			t.Errorf("%s: %v", c.name, err)
			continue
		}
		if got.VersionDate.String() != c.version || got.Known != c.known || !strings.Contains(got.Text, c.words) || got.Basis != c.basis {
			t.Errorf("%s: version %s known %v %s %q", c.name, got.VersionDate, got.Known, got.Basis, got.Text)
		}
	}
	if _, err := legal.ArticleOn(context.Background(), db.Q(), "no-such-law", "1", today); fault.KindOf(err) != fault.KindNotFound {
		t.Errorf("%v", err)
	}
}

// E5, E6: a citation tells where its article went.
func TestWhereAnArticleWent(t *testing.T) {
	t.Parallel()
	db := register(t)
	for _, c := range []struct {
		key     string
		version workday.Day
		no      string
		status  legal.BasisStatus
		heir    string
	}{
		{"emergency-response-law", day(2007, 8, 30), "55", legal.BasisSuperseded, "emergency-response-law 77"},
		{"emergency-response-law", day(2007, 8, 30), "21", legal.BasisRenumbered, "emergency-response-law 34"},
		{"noise-pollution-law", day(2021, 12, 24), "70", legal.BasisRepealed, "ecological-environment-code 599"},
		{"noise-pollution-law", day(2021, 12, 24), "1", legal.BasisRepealed, ""},
		{committee, day(2018, 12, 29), "18", legal.BasisRepealed, ""},
		{committee, day(2018, 12, 29), "20", legal.BasisRepealed, ""},
		{committee, day(2018, 12, 29), "15", legal.BasisSuperseded, committee + " 11 30 31"},
		{"social-assistance-interim-measures", day(2019, 3, 2), "16", legal.BasisUnverified, "social-assistance-law 37"},
		{"floating-population-family-planning-regulations", day(2009, 5, 11), "8", legal.BasisRepealed, ""},
		{"protection-of-minors-law", day(2024, 4, 26), "43", legal.BasisInForce, ""},
		{"no-such-law", day(2020, 1, 1), "1", legal.BasisUnverified, ""},
	} {
		b, err := legal.BasisOn(context.Background(), db.Q(), c.key, c.version, c.no, today)
		if err != nil {
			t.Fatal(err)
		}
		got := ""
		for _, s := range b.Successors {
			got += s.DocKey + " " + strings.Join(s.ArticleNos, " ")
			if s.Title == "" || s.From.IsZero() {
				t.Errorf("%s %s: heir without title or day: %+v", c.key, c.no, s)
			}
		}
		if b.Status != c.status || got != c.heir {
			t.Errorf("%s %s: %s %q, want %s %q", c.key, c.no, b.Status, got, c.status, c.heir)
		}
	}
}

// What is published about the 212 items agrees with the register wherever the register can tell.
func TestPublishedStatesAgreeWithTheRegister(t *testing.T) {
	t.Parallel()
	db := register(t)
	r, err := legal.LoadRegister(context.Background(), db.Q())
	if err != nil {
		t.Fatal(err)
	}
	content, err := data.Bytes("items")
	if err != nil {
		t.Fatal(err)
	}
	checked := 0
	kind := intake.Kind{Name: "items", Plan: func(_ context.Context, _ pg.Querier, rows []intake.Row, _ intake.Options) (intake.Plan, error) {
		for _, row := range rows {
			key, version, no := row.Text("basis_doc_key"), row.Day("basis_version_date"), row.Text("basis_article_no")
			if key == "" || version.IsZero() {
				continue
			}
			checked++
			published := legal.BasisStatus(row.Text("basis_status_on_2026_11"))
			got := r.Basis(key, version, no, today)
			if (published == legal.BasisInForce) != (got == legal.BasisInForce) || (published == legal.BasisUnverified) != (got == legal.BasisUnverified) {
				t.Errorf("%s: published %s, register %s", row.Text("code"), published, got)
			}
		}
		return intake.Plan{}, nil
	}, Key: []string{"code"}}
	for _, c := range []string{"code", "basis_doc_key", "basis_version_date", "basis_article_no", "basis_status_on_2026_11"} {
		kind.Columns = append(kind.Columns, intake.Column{Name: c})
	}
	for _, c := range []string{"list_kind", "title", "category", "lead_department", "legal_basis", "period", "frequency", "source", "synthetic", "legal_text",
		"assigned_fields", "note", "successor_doc_key", "successor_version_date", "successor_article_nos"} {
		kind.Columns = append(kind.Columns, intake.Column{Name: c, Ignored: true})
	}
	if _, err := intake.Run(context.Background(), db, reviewer, kind, bytes.NewReader(content), "items", intake.Options{DryRun: true}); err != nil {
		t.Fatal(err)
	}
	if checked != 171 {
		t.Errorf("%d rows checked", checked)
	}
}

// §5 step 1: only a verified law or regulation in force that is read as must obliges; general clauses,
// encouragement and unverified texts never do.
func TestMustDo(t *testing.T) {
	t.Parallel()
	db := register(t)
	ctx := context.Background()
	for _, c := range []struct {
		key, no string
		on      workday.Day
		want    bool
	}{
		{"protection-of-minors-law", "43", today, true},
		{"protection-of-minors-law", "11", today, true},
		{"social-assistance-law", "39", today, true},
		{"social-assistance-law", "39", day(2026, 6, 30), false},
		{"infectious-diseases-law", "15", today, true},
		{committee, "6", today, false},
		{committee, "10(8)", today, false},
		{committee, "10", today, false},
		{committee, "10(4)", today, true},
		{"ecological-environment-code", "12", today, false},
		{"ecological-environment-code", "599", today, true},
		{"noise-pollution-law", "70", today, false},
		{"noise-pollution-law", "70", day(2026, 8, 1), true},
		{"illegal-fundraising-regulations", "17", today, false},
		{"public-health-emergency-regulations", "40", today, false},
	} {
		cited, err := legal.ArticleOn(ctx, db.Q(), c.key, c.no, c.on)
		if err != nil {
			t.Fatal(err)
		}
		duty, found, err := legal.DutyOf(ctx, db.Q(), c.key, cited.VersionDate, c.no)
		if err != nil {
			t.Fatal(err)
		}
		if got := legal.MustDo(cited, duty, found); got != c.want {
			t.Errorf("%s %s on %s: must %v (%+v, %s)", c.key, c.no, c.on, got, duty, cited.Basis)
		}
	}
	// Every reading is of an article in the register, in a known kind, and says whose reading it is.
	shipped, err := legal.ShippedDuties()
	if err != nil {
		t.Fatal(err)
	}
	r, err := legal.LoadRegister(ctx, db.Q())
	if err != nil {
		t.Fatal(err)
	}
	for _, d := range shipped {
		no, _, _ := strings.Cut(d.ArticleNo, "(")
		v, ok := r.Find(d.DocKey, d.VersionDate)
		if !ok || !r.HasText(v, no) || d.Duty.Label() == "" || !strings.HasPrefix(d.Note, "本项目判断") {
			t.Errorf("%+v", d)
		}
		if d.Duty == legal.Must && v.Doubtful() {
			t.Errorf("an unverified basis is never must: %+v", d)
		}
	}
	if stored, err := legal.Duties(ctx, db.Q()); err != nil || len(stored) != len(shipped) {
		t.Errorf("%d stored, %d shipped, %v", len(stored), len(shipped), err)
	}
}

// R52, E32: a clause reaches the communities under its divisions on its days; an unverified one holds
// letters until legality has confirmed it once, with the date, and a retired one ends that day.
func TestClauses(t *testing.T) {
	t.Parallel()
	db := register(t)
	ctx := context.Background()
	var told []int64
	s := legal.New(db)
	s.OnConfirmed = func(_ context.Context, _ *pg.Tx, c legal.Clause) error { told = append(told, c.ID); return nil }
	var policy, regulation int64
	err := db.Write(ctx, reviewer, func(tx *pg.Tx) error {
		var err error
		policy, err = legal.AddClause(ctx, tx, legal.Clause{Ground: legal.Policy, Title: "梧办发〔2026〕3号", Words: "未经准入的可以不予承接", GivesRefusal: true,
			Condition: legal.Unapproved, Divisions: []string{huaiyin}, From: day(2026, 3, 1), Status: legal.ClauseInForce})
		if err != nil {
			return err
		}
		regulation, err = legal.AddClause(ctx, tx, legal.Clause{Ground: legal.LocalRegulation, Title: "上海市居民委员会工作条例", DocKey: "shanghai-residents-committee-regulations",
			VersionDate: day(2020, 5, 14), ArticleNo: "27", Words: "有权拒绝办理", GivesRefusal: true, Condition: legal.NotListed,
			Divisions: []string{"320000"}, From: day(2020, 5, 14), Status: legal.ClauseInForce})
		if err != nil {
			return err
		}
		return tx.Record(ctx, pg.Change{Action: authz.ClauseConfirm, Kind: "test"})
	})
	if err != nil {
		t.Fatal(err)
	}
	ids := func(division string, on workday.Day) []int64 {
		got, err := legal.ClausesOn(ctx, db.Q(), division, on)
		if err != nil {
			t.Fatal(err)
		}
		out := []int64{}
		for _, c := range got {
			out = append(out, c.ID)
		}
		return out
	}
	for _, c := range []struct {
		division string
		on       workday.Day
		want     []int64
	}{
		{huaiyin, today, []int64{regulation, policy}},
		{linhe, today, []int64{regulation}},
		{huaiyin, day(2026, 2, 28), []int64{regulation}},
		{"310104900001", today, []int64{}},
	} {
		if got := ids(c.division, c.on); !slices.Equal(got, c.want) {
			t.Errorf("%s on %s: %v, want %v", c.division, c.on, got, c.want)
		}
	}
	c, err := legal.ClauseByID(ctx, db.Q(), regulation)
	if err != nil || !c.NeedsConfirmation() || c.DocStatus != string(legal.Unknown) {
		t.Fatalf("a clause of a document whose state is unknown holds letters: %+v %v", c, err)
	}
	if err := s.ConfirmClause(ctx, reviewer, regulation, "已核对", ""); fault.KindOf(err) != fault.KindNotFound {
		t.Errorf("the reviewer confirms: %v", err)
	}
	if err := s.ConfirmClause(ctx, legality, regulation, "已与官方文本核对", ""); err != nil {
		t.Fatal(err)
	}
	if err := s.ConfirmClause(ctx, legality, regulation, "再来", ""); fault.KindOf(err) != fault.KindConflict {
		t.Errorf("twice: %v", err)
	}
	if c, err = legal.ClauseByID(ctx, db.Q(), regulation); err != nil || c.NeedsConfirmation() || c.ConfirmedOn != today || !slices.Equal(told, []int64{regulation}) {
		t.Errorf("%+v %v %v", c, told, err)
	}
	if err := s.RetireClause(ctx, legality, regulation, "已被修订", ""); err != nil {
		t.Fatal(err)
	}
	if got := ids(linhe, today); len(got) != 0 {
		t.Errorf("retired and still there: %v", got)
	}
}

// The register lists one line per document, page by page, and finds by words.
func TestDocuments(t *testing.T) {
	t.Parallel()
	db := register(t)
	ctx := context.Background()
	f := legal.DocFilter{Limit: 40}
	seen := map[string]bool{}
	for {
		p, err := legal.Documents(ctx, db.Q(), f)
		if err != nil {
			t.Fatal(err)
		}
		for _, r := range p.Rows {
			if seen[r.DocKey] {
				t.Errorf("%s twice", r.DocKey)
			}
			seen[r.DocKey] = true
			if r.DocKey == committee && (r.Versions != 3 || r.Articles != 50 || r.VersionDate != day(2025, 10, 28)) {
				t.Errorf("%+v", r)
			}
		}
		if !p.HasNext {
			break
		}
		if f.Cursor, err = legal.ParseCursor(p.Next); err != nil {
			t.Fatal(err)
		}
	}
	if len(seen) != 147 {
		t.Errorf("%d documents, want 147", len(seen))
	}
	p, err := legal.Documents(ctx, db.Q(), legal.DocFilter{Words: "居民委员会", Kind: legal.LocalReg})
	if err != nil || len(p.Rows) != 3 {
		t.Errorf("%d rows, %v", len(p.Rows), err)
	}
	d, err := legal.DocumentByKey(ctx, db.Q(), committee)
	if err != nil || len(d.Versions) != 3 || d.On(day(2025, 12, 31)).VersionDate != day(2018, 12, 29) {
		t.Fatalf("%v", err)
	}
	articles, err := legal.Articles(ctx, db.Q(), d.Newest().ID)
	if err != nil || len(articles) != 50 || articles[1].ArticleNo != "2" || articles[9].ArticleNo != "10" {
		t.Errorf("%d articles, %v", len(articles), err)
	}
}
