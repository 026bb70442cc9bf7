package admission

import (
	"bytes"
	"context"
	"strings"
	"testing"

	"portal/internal/authz"
	"portal/internal/catalog"
	"portal/internal/demo/data"
	"portal/internal/intake"
	"portal/internal/legal"
	"portal/internal/pg"
	"portal/internal/place"
	"portal/internal/workday"
)

// newCounter is an office that stands on the real registers: divisions, laws, articles, changes, the
// negative list, the kinds of duties and three communities.
func newCounter(t testing.TB) *office {
	t.Helper()
	o := newOffice(t)
	for _, k := range []intake.Kind{place.Divisions(), legal.Laws(), legal.ArticlesFile(), legal.ChangesFile(), catalog.NegativeList()} {
		content, err := data.Bytes(k.Name)
		if err != nil {
			t.Fatal(err)
		}
		if s, err := intake.Run(context.Background(), o.db, authz.System, k, bytes.NewReader(content), k.Name, intake.Options{}); err != nil || !s.OK() {
			t.Fatalf("%s: %v, %v", k.Name, s, err)
		}
	}
	o.write(t, func(ctx context.Context, tx *pg.Tx) error {
		for code, name := range map[string]string{huaiyin: "槐荫社区", shiqiao: "石桥社区", linhe: "临河社区"} {
			if err := place.AddCommunity(ctx, tx, place.Community{Code: code, Name: name, Workers: 6, CapacityHours: 480}); err != nil {
				return err
			}
		}
		return legal.InstallDuties(ctx, tx)
	})
	return o
}

const (
	committeeLaw = "urban-residents-committee-organization-law"
	oldText      = "2018-12-29"
	newText      = "2025-10-28"
)

func citing(t testing.TB, doc, version, article string) Basis {
	t.Helper()
	b := Basis{DocKey: doc, ArticleNo: article}
	if version != "" {
		var err error
		if b.VersionDate, err = workday.ParseDay(version); err != nil {
			t.Fatal(err)
		}
	}
	return b
}

// R8 and R51 over the real register: a citation is judged as it stands on the day of submission, before
// and after 2026-01-01 and 2026-08-15, and what replaced it is offered.
func TestBasesOfADay(t *testing.T) {
	t.Parallel()
	o := newCounter(t)
	on := workday.NewDay
	lastOld, firstNew, noiseLast, codeFirst := on(2025, 12, 31), on(2026, 1, 1), on(2026, 8, 14), on(2026, 8, 15)
	for _, c := range []struct {
		name                  string
		doc, version, article string
		day                   workday.Day
		rule, says            string
		takes                 string // doc_key article of the citation that is offered
	}{
		{"the old law on its last day", committeeLaw, oldText, "12", lastOld, "", "", ""},
		{"the old law on the new one's first day", committeeLaw, oldText, "12", firstNew, "R8", "《城市居民委员会组织法》第十二条已被修订，请改引《城市居民委员会组织法》第十一条（R8）", committeeLaw + " 11"},
		{"the old tasks went to several articles", committeeLaw, oldText, "4", wednesday, "R8", "请改引《城市居民委员会组织法》第十条、第十二条、第三十四条", committeeLaw + " 10"},
		{"the old gate has no heir", committeeLaw, oldText, "20", wednesday, "R8", "没有承接的条文，不能再作依据", ""},
		{"the old gate while it held", committeeLaw, oldText, "20", lastOld, "", "", ""},
		{"the new law before its day", committeeLaw, newText, "43", lastOld, "R8", "还没有施行", ""},
		{"the new law on its day", committeeLaw, newText, "43", firstNew, "", "", ""},
		{"the noise law on its last day", "noise-pollution-law", "2021-12-24", "70", noiseLast, "", "", ""},
		{"the noise law went into the code", "noise-pollution-law", "2021-12-24", "70", codeFirst, "R8", "《噪声污染防治法》第七十条已失效，请改引《生态环境法典》第五百九十九条（R8）", "ecological-environment-code 599"},
		{"the code before its day", "ecological-environment-code", "2026-03-12", "599", noiseLast, "R8", "还没有施行", ""},
		{"the code on its day", "ecological-environment-code", "2026-03-12", "599", codeFirst, "", "", ""},
		{"E5 renumbered and changed", "emergency-response-law", "2007-08-30", "55", wednesday, "R8", "请改引《突发事件应对法》第七十七条", "emergency-response-law 77"},
		{"E5 only renumbered", "emergency-response-law", "2007-08-30", "21", wednesday, "R8", "第三十四条", "emergency-response-law 34"},
		{"R7 the regulation of another place", "shanghai-residents-committee-regulations", "2020-05-14", "27", wednesday, "R7", "外地的规定", ""},
		{"R7 a policy alone", "minfa-2020-20", "", "", wednesday, "R7", "只有文件不够", ""},
		{"R56 the general clause", committeeLaw, newText, "6", wednesday, "R56", "总括条款", ""},
		{"R56 the catch-all of the duties", committeeLaw, newText, "10(8)", wednesday, "R56", "总括条款", ""},
	} {
		bases, err := judge(t.Context(), o.db.Q(), []Basis{citing(t, c.doc, c.version, c.article)}, "320104900", c.day)
		if err != nil {
			t.Fatalf("%s: %v", c.name, err)
		}
		f, g := sound(), footing()
		g.Today, g.Bases, f.StartOn, f.EndOn = c.day, bases, c.day.Add(60), c.day.Add(90)
		got := Problems(f, g)
		if c.rule == "" {
			if len(got) != 0 {
				t.Errorf("%s: %+v", c.name, got)
			}
			continue
		}
		if len(got) != 1 || got[0].Rule != c.rule || got[0].Field != fieldBasis || !strings.Contains(got[0].Message, c.says) {
			t.Errorf("%s: %+v; want %s %s", c.name, got, c.rule, c.says)
		}
		if took := strings.TrimSpace(bases[0].HeirTo.DocKey + " " + bases[0].HeirTo.ArticleNo); took != c.takes {
			t.Errorf("%s: one press takes over %q, want %q", c.name, took, c.takes)
		}
	}
}

// §11: an application with the title of LZ-030 that cites the law itself is not stopped; the same title
// citing another law is (R3).
func TestLawThatRequiresThePhrase(t *testing.T) {
	t.Parallel()
	o := newCounter(t)
	for article, stops := range map[string]int{"43": 0, "11": 1} {
		a := o.draft(t, o.dept, func(f *Form) { f.Title = "设置专人专岗负责未成年人保护工作" }, citing(t, "protection-of-minors-law", "2024-04-26", article))
		l, err := o.LookAt(t.Context(), o.dept, a.ID, nil)
		if err != nil {
			t.Fatal(err)
		}
		if got := l.stops(); len(got) != stops {
			t.Errorf("第 %s 条: stopped by %v", article, got)
		}
		if lifted := strings.Contains(l.Results[0].Words(), "《未成年人保护法》第四十三条本身要求这样做"); lifted != (stops == 0) {
			t.Errorf("第 %s 条: %s", article, l.Results[0].Words())
		}
	}
}
