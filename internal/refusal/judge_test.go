package refusal

import (
	"encoding/csv"
	"os"
	"strings"
	"testing"
	"time"

	"portal/internal/legal"
	"portal/internal/normal"
	"portal/internal/place"
	"portal/internal/workday"
)

// book reads the real articles that the table test rests on (testdata/law.csv, cut from the legal register).
func book(t *testing.T) Book {
	t.Helper()
	f, err := os.Open("testdata/law.csv")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	rows, err := csv.NewReader(f).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	var b Book
	for _, r := range rows[1:] {
		v := legal.Version{DocKey: r[0], ShortTitle: r[1], Title: r[1], Kind: legal.DocKind(r[2]), VersionDate: parsed(t, r[3]), EffectiveFrom: parsed(t, r[4]),
			EffectiveTo: parsed(t, r[5]), Status: legal.DocStatus(r[6]), Jurisdiction: r[7], Verified: r[8] == "true"}
		if n := len(b); n == 0 || b[n-1].DocKey != v.DocKey || b[n-1].VersionDate != v.VersionDate {
			b = append(b, Edition{Version: v, Articles: map[string]legal.Article{}})
		}
		if r[9] != "" {
			b[len(b)-1].Articles[r[9]] = legal.Article{ArticleNo: r[9], ArticleLabel: r[10], Text: strings.TrimSpace(r[11])}
		}
	}
	return b
}

func parsed(t *testing.T, s string) workday.Day {
	t.Helper()
	if s == "" {
		return workday.Day{}
	}
	d, err := workday.ParseDay(s)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func day(y, m, d int) workday.Day { return workday.NewDay(y, time.Month(m), d) }

// duty builds what the service would find for an article on a day, from the same register.
func duty(b Book, doc, no string, on workday.Day, reading legal.DutyKind) Duty {
	best := -1
	for i, e := range b {
		if e.DocKey == doc && (best < 0 || e.HoldsOn(on)) {
			best = i
		}
	}
	e := b[best]
	d := Duty{Citation: e.cite(ref{doc: doc, no: no}, on), Kind: e.Kind, Reading: reading, Fit: FitCovers, Cited: true, Here: e.Jurisdiction == place.National}
	switch {
	case on.Before(e.EffectiveFrom):
		d.Basis = legal.BasisNotYet
	case !e.HoldsOn(on):
		d.Basis = legal.BasisRepealed
	case e.Doubtful():
		d.Basis = legal.BasisUnverified
	default:
		d.Basis = legal.BasisInForce
	}
	return d
}

// clause makes a clause of a place with the true words of its article.
func clause(b Book, id int64, doc, no string, cond legal.Condition, gives bool, status legal.ClauseStatus) legal.Clause {
	for _, e := range b {
		if a, ok := e.Articles[no]; ok && e.DocKey == doc {
			return legal.Clause{ID: id, Ground: legal.LocalRegulation, Title: e.ShortTitle, DocKey: doc, VersionDate: e.VersionDate, ArticleNo: no,
				ArticleLabel: a.ArticleLabel, Words: a.Text, GivesRefusal: gives, Condition: cond, From: e.EffectiveFrom, Status: status, DocStatus: string(e.Status)}
		}
	}
	panic("no such article: " + doc + " " + no)
}

func confirmed(c legal.Clause) legal.Clause {
	who := int64(1)
	c.Status, c.ConfirmedBy, c.ConfirmedOn = legal.ClauseInForce, &who, workday.NewDay(2026, 1, 15)
	return c
}

// The three places of the table: Shanghai and Beijing with their true clauses, and Jiangsu, where
// nothing is registered and one street policy holds in 槐荫.
func shanghai(b Book) []legal.Clause {
	doc := "shanghai-residents-committee-regulations"
	return []legal.Clause{confirmed(clause(b, 27, doc, "27", legal.NotListed, true, legal.ClauseUnverified)),
		confirmed(clause(b, 28, doc, "28", legal.NotListed, true, legal.ClauseUnverified))}
}

func beijing(b Book) []legal.Clause {
	return []legal.Clause{clause(b, 91, "beijing-residents-committee-measures", "28", legal.NoConsent, true, legal.ClauseUnverified),
		clause(b, 32, "beijing-subdistrict-office-regulations", "32", legal.NotListed, false, legal.ClauseUnverified),
		clause(b, 17, "beijing-complaint-response-regulations", "17", legal.NotListed, false, legal.ClauseUnverified)}
}

func henan(b Book) []legal.Clause {
	return []legal.Clause{clause(b, 23, "henan-residents-committee-measures", "23", legal.NoConsent, false, legal.ClauseUnverified)}
}

var huaiyin = []legal.Clause{{ID: 3, Ground: legal.Policy, Title: "梧桐里街道社区工作准入办法", DocNo: "梧办发〔2026〕3号", ArticleLabel: "第九条",
	Words: "未经准入的工作事项，社区可以不予承接并书面告知。", GivesRefusal: true, Condition: legal.Unapproved, From: workday.NewDay(2026, 3, 1), Status: legal.ClauseInForce}}

// §5 steps 0 to 5 with the real articles: dates on both sides of 2026-01-01, Shanghai, Beijing,
// Henan, Jiangsu and the policy of one community, every sort of asker.
func TestStepsTable(t *testing.T) {
	t.Parallel()
	b := book(t)
	const minors, aid, plague, code, noise, interim, city = "protection-of-minors-law", "social-assistance-law", "infectious-diseases-law",
		"ecological-environment-code", "noise-pollution-law", "social-assistance-interim-measures", "urban-residents-committee-organization-law"
	before, after := day(2025, 12, 30), day(2026, 11, 2)
	type in struct {
		asked, answered workday.Day
		who             place.RequesterKind
		payer           Payer
		consent         bool
		primary         bool
		certificate     bool
		village         bool
		duties          []Duty
		item            *Item
		negatives       []Negative
		clauses         []legal.Clause
	}
	dept, street, section, district, court := place.DistrictDepartment, place.StreetOffice, place.StreetSection, place.DistrictGovernment, place.CourtOrGroup
	law := func(doc, no string, on workday.Day, k legal.DutyKind) []Duty { return []Duty{duty(b, doc, no, on, k)} }
	beyond := law(minors, "43", after, legal.Must)
	beyond[0].Fit = FitBeyond
	unrelated := law(minors, "43", after, legal.Must)
	unrelated[0].Fit = FitUnrelated
	lawful := law(code, "599", after, legal.Power) // a basis that lets a department entrust, without being a duty
	listed := &Item{Code: "XZ-001", Title: "协助做好", List: "依法协助政府工作事项清单", Serves: true, InScope: true, OnDates: true}
	elsewhere := &Item{Code: "2026-9", Title: "入户登记", List: "协助政府", Serves: true, OnDates: true}
	ended := &Item{Code: "2026-9", Title: "入户登记", List: "协助政府", Serves: true, InScope: true}
	forbidden := &Item{Code: "ZB-001", Title: "亲属关系证明", List: "不应出具证明清单", InScope: true, OnDates: true}

	cases := []struct {
		name   string
		in     in
		want   Outcome
		step   int
		reason Reason
		held   bool
	}{
		// no local clause: the national law alone
		{"Jiangsu, department, no basis, no money", in{after, after, dept, PayerUnsaid, false, false, false, false, nil, nil, nil, nil}, ToStreet, 2, NoFunds, false},
		{"Jiangsu, department, basis but no money", in{asked: after, answered: after, who: dept, duties: lawful}, ToStreet, 2, NoFunds, false},
		{"Jiangsu, department, money but no basis", in{asked: after, answered: after, who: dept, payer: PayerAsker}, ToStreet, 2, NotAdmitted, false},
		{"R54 the payer is somebody else", in{asked: after, answered: after, who: dept, payer: PayerOther, duties: lawful}, ToStreet, 2, NoFunds, false},
		{"E33 a mass organisation counts as entrusting", in{asked: after, answered: after, who: court}, ToStreet, 2, NoFunds, false},
		{"a unit by law counts as entrusting", in{asked: after, answered: after, who: place.UnitByLaw, payer: PayerAsker, duties: lawful}, ToStreet, 5, NotAdmitted, false},
		{"Jiangsu, lawful and paid, step 5", in{asked: after, answered: after, who: dept, payer: PayerAsker, duties: lawful}, ToStreet, 5, NotAdmitted, false},
		{"the street without money", in{asked: after, answered: after, who: street}, ToStreet, 2, NoFunds, false},
		{"a section acts for the street", in{asked: after, answered: after, who: section, payer: PayerAsker}, ToStreet, 5, NotAdmitted, false},
		{"E11 the district with money", in{asked: after, answered: after, who: district, payer: PayerAsker}, ToStreet, 5, NotAdmitted, false},
		{"E29 a village: the same conditions by its own law", in{asked: after, answered: after, who: dept, village: true}, ToStreet, 2, NoFunds, false},
		{"E21 enforcement is no assistance", in{asked: after, answered: after, who: dept, primary: true}, ToStreet, 2, WrongPrimary, false},
		{"negative list", in{asked: after, answered: after, who: dept, negatives: []Negative{{"NEG-001", "招商引资", "指标一律取消", "民发〔2015〕136号"}}}, ToStreet, 2, NegativeList, false},

		// step 1
		{"未成年人保护法 43", in{asked: after, answered: after, who: dept, duties: law(minors, "43", after, legal.Must)}, MustDo, 1, NoFunds, false},
		{"未成年人保护法 11, asked by the street", in{asked: after, answered: after, who: street, duties: law(minors, "11", after, legal.Must)}, MustDo, 1, NoFunds, false},
		{"社会救助法 39 after it began", in{asked: after, answered: after, who: dept, duties: law(aid, "39", after, legal.Must)}, MustDo, 1, NoFunds, false},
		{"社会救助法 39 before it began", in{asked: day(2026, 6, 30), answered: day(2026, 6, 30), who: dept, duties: law(aid, "39", day(2026, 6, 30), legal.Must)}, ToStreet, 2, NoFunds, false},
		{"传染病防治法 15", in{asked: after, answered: after, who: district, duties: law(plague, "15", after, legal.Must)}, MustDo, 1, NoFunds, false},
		{"a duty before the revision is a duty", in{asked: before, answered: before, who: dept, duties: law(minors, "43", before, legal.Must)}, MustDo, 1, NoFunds, false},
		{"R53 even where Shanghai may refuse", in{asked: after, answered: after, who: dept, duties: law(minors, "43", after, legal.Must), clauses: shanghai(b)}, MustDo, 1, NoFunds, false},
		{"R56 catch-all: 组织法 6", in{asked: after, answered: after, who: street, duties: law(city, "6", after, legal.CatchAll)}, ToStreet, 2, NoFunds, false},
		{"R56 catch-all: 组织法 10(8), department, paid", in{asked: after, answered: after, who: dept, payer: PayerAsker, duties: law(city, "10", after, legal.CatchAll)}, ToStreet, 2, NotAdmitted, false},
		{"encourage: 生态环境法典 12", in{asked: after, answered: after, who: dept, payer: PayerAsker, duties: law(code, "12", after, legal.Encourage)}, ToStreet, 5, NotAdmitted, false},
		{"unverified: 社会救助暂行办法 4", in{asked: after, answered: after, who: dept, payer: PayerAsker, duties: law(interim, "4", after, legal.Must)}, ToStreet, 2, NotAdmitted, false},
		{"repealed: 噪声法 70 after 2026-08-15", in{asked: day(2026, 8, 15), answered: day(2026, 8, 15), who: dept, duties: law(noise, "70", day(2026, 8, 15), legal.Must)}, ToStreet, 2, NoFunds, false},
		{"in force: 噪声法 70 the day before", in{asked: day(2026, 8, 14), answered: day(2026, 8, 14), who: dept, duties: law(noise, "70", day(2026, 8, 14), legal.Must)}, MustDo, 1, NoFunds, false},
		{"nobody has read the article", in{asked: after, answered: after, who: dept, duties: law(minors, "43", after, "")}, ToStreet, 2, NoFunds, false},
		{"the article has nothing to do with it", in{asked: after, answered: after, who: dept, duties: unrelated}, ToStreet, 2, NoFunds, false},
		{"the rest beyond the article goes on", in{asked: after, answered: after, who: dept, duties: beyond}, MustDo, 1, NoFunds, false},

		// the list
		{"listed here today", in{asked: after, answered: after, who: dept, item: listed}, Listed, 1, NoFunds, false},
		{"listed, but asked to enforce (E21)", in{asked: after, answered: after, who: dept, item: listed, primary: true}, ToStreet, 2, WrongPrimary, false},
		{"listed for other communities", in{asked: after, answered: after, who: dept, item: elsewhere}, ToStreet, 2, OutOfScope, false},
		{"listed, but over", in{asked: after, answered: after, who: dept, item: ended}, ToStreet, 2, OutOfPeriod, false},
		{"a certificate that nobody may ask for", in{asked: after, answered: after, who: dept, item: forbidden, certificate: true}, ToStreet, 2, NoFunds, false},

		// step 3
		{"Shanghai 27, off the list", in{asked: after, answered: after, who: dept, clauses: shanghai(b)}, ByRegulation, 3, NotAdmitted, false},
		{"Shanghai 27 binds the street as well", in{asked: after, answered: after, who: street, payer: PayerAsker, clauses: shanghai(b)}, ByRegulation, 3, NotAdmitted, false},
		{"Shanghai 27 on a listed item", in{asked: after, answered: after, who: dept, item: listed, clauses: shanghai(b)}, Listed, 1, NoFunds, false},
		{"Shanghai 28, a certificate off its list", in{asked: after, answered: after, who: court, certificate: true, clauses: shanghai(b)[1:]}, ByRegulation, 3, NotAdmitted, false},
		{"Shanghai 28 is about certificates only", in{asked: after, answered: after, who: dept, clauses: shanghai(b)[1:]}, ToStreet, 2, NoFunds, false},
		{"Beijing 1991 28, no consent", in{asked: after, answered: after, who: dept, clauses: beijing(b)}, ByRegulation, 3, NotAdmitted, true},
		{"Beijing 1991 28, with consent", in{asked: after, answered: after, who: dept, consent: true, clauses: beijing(b)}, ToStreet, 2, NoFunds, false},
		{"Beijing, the street itself asks (E11)", in{asked: after, answered: after, who: street, clauses: beijing(b)}, ToStreet, 2, NoFunds, false},
		{"Beijing 街道条例 32 and 接诉即办 17 bind the sender only", in{asked: after, answered: after, who: dept, clauses: beijing(b)[1:]}, ToStreet, 2, NoFunds, false},
		{"Henan copies the gate without a right", in{asked: after, answered: after, who: dept, clauses: henan(b)}, ToStreet, 2, NoFunds, false},

		// step 4
		{"槐荫 has a policy", in{asked: after, answered: after, who: dept, clauses: huaiyin}, ByPolicy, 4, NotAdmitted, false},
		{"the policy had not begun", in{asked: day(2026, 2, 28), answered: after, who: dept, clauses: huaiyin}, ToStreet, 2, NoFunds, false},
		{"3 before 4", in{asked: after, answered: after, who: dept, clauses: append(shanghai(b), huaiyin...)}, ByRegulation, 3, NotAdmitted, false},
		{"自贡: powers or funds not delivered", in{asked: after, answered: after, who: dept, duties: lawful,
			clauses: []legal.Clause{{ID: 8, Ground: legal.Policy, Title: "办法", ArticleLabel: "第五条", Words: "经费不落实的，可以不予承接", GivesRefusal: true, Condition: legal.Unfunded, From: before, Status: legal.ClauseInForce}}}, ByPolicy, 4, NoFunds, false},

		// step 0: the version is chosen by the day of the request
		{"2025-12-30, department, no consent", in{asked: before, answered: before, who: dept}, ToStreet, 0, NoFunds, false},
		{"2025-12-30, department, with consent", in{asked: before, answered: before, who: dept, consent: true, payer: PayerAsker, duties: law(minors, "43", before, legal.Power)}, ToStreet, 0, NotAdmitted, false},
		{"2025-12-30, the street", in{asked: before, answered: before, who: street}, ToStreet, 0, NoFunds, false},
		{"2025-12-31 is still the old law", in{asked: day(2025, 12, 31), answered: day(2025, 12, 31), who: dept}, ToStreet, 0, NoFunds, false},
		{"2026-01-01 is the new law", in{asked: day(2026, 1, 1), answered: day(2026, 1, 1), who: dept}, ToStreet, 2, NoFunds, false},
		{"2025-12-30 in Shanghai", in{asked: before, answered: before, who: dept, clauses: shanghai(b)}, ByRegulation, 3, NotAdmitted, false},
		{"2025-12-30 in Beijing", in{asked: before, answered: before, who: dept, clauses: beijing(b)}, ByRegulation, 3, NotAdmitted, true},
		{"E31 asked before, answered after", in{asked: before, answered: day(2026, 1, 5), who: dept}, ToStreet, 0, NoFunds, false},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			a := Ask{AskedOn: c.in.asked, AnsweredOn: c.in.answered, Requester: c.in.who, RequesterName: "区某局", Village: c.in.village, Payer: c.in.payer,
				Consent: c.in.consent, Primary: c.in.primary, Certificate: c.in.certificate, Duties: c.in.duties, Item: c.in.item, Negatives: c.in.negatives,
				Clauses: c.in.clauses, PlaceNames: []string{"江苏省", "南京市"}}
			got := Judge(a, b)
			if got.Outcome != c.want || got.Step != c.step || got.Reason != c.reason || got.Held != c.held {
				t.Errorf("got %s at step %d, reason %s, held %v; want %s at step %d, reason %s, held %v\n%s",
					got.Outcome, got.Step, got.Reason, got.Held, c.want, c.step, c.reason, c.held, findings(got))
			}
			lettersHonest(t, got)
			stepsComplete(t, got)
		})
	}
}

func findings(a Answer) string {
	var s strings.Builder
	for _, g := range a.Grounds {
		s.WriteString(string(rune('0'+g.Step)) + " [" + string(g.Outcome) + "] " + g.Finding + "\n")
	}
	return s.String()
}

var facts = Facts{Issuer: "槐荫社区居民委员会", Street: "梧桐里街道", Requester: "区某局", Title: "商户油烟设施入户登记表", Channel: "工作群", Number: "梧退〔2026〕3号"}

// lettersHonest drafts every letter that the answer allows, and shows that it says no more than the
// law does: 拒绝 only by a clause of this place (R52), 依法拒绝 never, no version that no longer
// holds without today's beside it (R51), and the refused acts are refused.
func lettersHonest(t *testing.T, a Answer) {
	t.Helper()
	for _, k := range []Kind{Refuse, Return, Claim} {
		f := facts
		f.Reason, f.ReasonText, f.Day = a.Reason, a.ReasonText, a.AnsweredOn
		l, err := Draft(a, k, f)
		if a.Outcome.May(k) != (err == nil) {
			t.Errorf("%s upon %s: %v", k, a.Outcome, err)
		}
		if err != nil {
			continue
		}
		text := l.Text()
		if normal.Contains(text, "依法拒绝") || normal.Contains(a.Outcome.Summary()+a.Outcome.Label(), "依法拒绝") {
			t.Errorf("%s: 依法拒绝 in %s", k, text)
		}
		if says := normal.Contains(text, "拒绝"); says != (k == Refuse) {
			t.Errorf("%s upon %s says 拒绝: %v\n%s", k, a.Outcome, says, text)
		}
		if !a.AnsweredOn.Before(Revision) && a.OldLaw() && strings.Contains(text, "2018年12月29日文本") && !strings.Contains(text, "2025年10月28日文本") {
			t.Errorf("%s cites the old law alone (E31, R51):\n%s", k, text)
		}
		if !a.OldLaw() && strings.Contains(text, "2018年12月29日文本") {
			t.Errorf("%s cites the old law for a request of %s (R51)", k, a.AskedOn)
		}
	}
}

// stepsComplete: steps 2 to 4 are all evaluated unless 0 and 1 decide, and every finding that rests
// on a law names version and place.
func stepsComplete(t *testing.T, a Answer) {
	t.Helper()
	seen := map[int]bool{}
	for _, g := range a.Grounds {
		seen[g.Step] = true
		if g.Finding == "" {
			t.Errorf("step %d says nothing", g.Step)
		}
		if c := g.Citation; c != nil && c.Known && (c.Jurisdiction == "" || c.Text == "" || c.ArticleLabel == "") {
			t.Errorf("step %d cites without place or text: %+v", g.Step, c)
		}
	}
	want := []int{0, 1}
	if a.Outcome != MustDo && a.Outcome != Listed {
		want = append(want, 3, 4)
	}
	for _, n := range want {
		if !seen[n] {
			t.Errorf("step %d is missing:\n%s", n, findings(a))
		}
	}
}

// The fit of a cited article decides what happens to the rest: what goes beyond it is judged on its
// own and handed to the street, while the duty itself stays (§5 step 1).
func TestBeyondTheArticle(t *testing.T) {
	t.Parallel()
	b := book(t)
	on := day(2026, 11, 2)
	d := duty(b, "protection-of-minors-law", "43", on, legal.Must)
	d.Fit = FitBeyond
	a := Judge(Ask{AskedOn: on, AnsweredOn: on, Requester: place.DistrictDepartment, RequesterName: "区某局", Duties: []Duty{d}, PlaceNames: []string{"江苏省"}}, b)
	if a.Outcome != MustDo || a.Surplus != ToStreet {
		t.Fatalf("outcome %s, beyond it %s", a.Outcome, a.Surplus)
	}
	f := facts
	f.Reason, f.ReasonText, f.Day = a.Reason, a.ReasonText, on
	l, err := Draft(a, Claim, f)
	if err != nil {
		t.Fatal(err)
	}
	if text := l.Text(); !strings.Contains(text, "超出上述规定的部分") || !strings.Contains(text, "第四十三条") {
		t.Errorf("the letter does not part the duty from the rest:\n%s", text)
	}
}

// E31: asked on 2025-12-30, answered on 2026-01-05: the gate by the old text, money and publication
// of work in 2026 by the new one, both named with their periods.
func TestTwoVersions(t *testing.T) {
	t.Parallel()
	b := book(t)
	a := Judge(Ask{AskedOn: day(2025, 12, 30), AnsweredOn: day(2026, 1, 5), Requester: place.DistrictDepartment, RequesterName: "区某局", PlaceNames: []string{"江苏省"}}, b)
	f := facts
	f.Reason, f.ReasonText, f.Day = a.Reason, a.ReasonText, a.AnsweredOn
	l, err := Draft(a, Return, f)
	if err != nil {
		t.Fatal(err)
	}
	text := l.Text()
	for _, want := range []string{"第二十条", "施行至2025年12月31日", "第四十三条", "2026年1月1日起施行"} {
		if !strings.Contains(text, want) {
			t.Errorf("the letter lacks %s:\n%s", want, text)
		}
	}
	// R51: the same letter without today's text is refused, and a letter of 2025-12-31 may cite the old one alone.
	old := l.Cites[:1]
	if err := checkVersions(day(2026, 1, 5), day(2026, 1, 2), old); err == nil {
		t.Error("a letter of 2026-01-05 about a request of 2026-01-02 cites the text of 2018")
	}
	if err := checkVersions(day(2026, 1, 5), day(2025, 12, 30), old); err == nil {
		t.Error("the old text stands without the new one beside it")
	}
	if err := checkVersions(day(2025, 12, 31), day(2025, 12, 30), old); err != nil {
		t.Errorf("a letter of 2025-12-31: %v", err)
	}
}

// R52: an unverified clause or an unknown document holds the letter until legality has confirmed
// the clause once; a repealed one gives no right; a second, confirmed clause sets the letter free.
func TestHeldUntilConfirmed(t *testing.T) {
	t.Parallel()
	b := book(t)
	on := day(2026, 11, 2)
	raw := clause(b, 27, "shanghai-residents-committee-regulations", "27", legal.NotListed, true, legal.ClauseInForce)
	repealed := raw
	repealed.Status = legal.ClauseRepealed
	other := confirmed(raw)
	other.ID = 99
	for _, c := range []struct {
		name    string
		clauses []legal.Clause
		outcome Outcome
		held    bool
	}{
		{"unknown document", []legal.Clause{raw}, ByRegulation, true},
		{"confirmed", []legal.Clause{confirmed(raw)}, ByRegulation, false},
		{"repealed", []legal.Clause{repealed}, ToStreet, false},
		{"two clauses, one confirmed", []legal.Clause{raw, other}, ByRegulation, false},
	} {
		a := Judge(Ask{AskedOn: on, AnsweredOn: on, Requester: place.DistrictDepartment, Clauses: c.clauses, PlaceNames: []string{"上海市"}}, b)
		if a.Outcome != c.outcome || a.Held != c.held || a.Held != (a.HeldClause == 27) {
			t.Errorf("%s: %s held %v by %d", c.name, a.Outcome, a.Held, a.HeldClause)
		}
	}
}

// R52: words that people type go into the letter only where the letter may hold them.
func TestLetterWords(t *testing.T) {
	t.Parallel()
	b := book(t)
	on := day(2026, 11, 2)
	a := Judge(Ask{AskedOn: on, AnsweredOn: on, Requester: place.DistrictDepartment, PlaceNames: []string{"江苏省"}}, b)
	for _, c := range []struct {
		reason string
		ok     bool
	}{
		{"没有列入准入清单", true}, {"我们拒绝", false}, {"依法拒绝", false}, {"我们拒 绝", false}, {"我們拒絕", false}, {"拒\u200b绝", false},
	} {
		f := facts
		f.Reason, f.ReasonText, f.Day = NotAdmitted, c.reason, on
		if _, err := Draft(a, Return, f); (err == nil) != c.ok {
			t.Errorf("%q: %v", c.reason, err)
		}
	}
	f := facts
	f.Reason, f.ReasonText, f.Day, f.Title = NotAdmitted, "没有列入准入清单", on, "“拒绝酒驾”宣传"
	if _, err := Draft(a, Return, f); err != nil {
		t.Errorf("what was asked may be quoted: %v", err)
	}
}

// Every value has its 中文 name, every act its verb of two to six characters (ux.md §6).
func TestLabels(t *testing.T) {
	t.Parallel()
	for _, o := range Outcomes() {
		if o.Label() == "" || o.Summary() == "" || len(o.Acts()) == 0 {
			t.Errorf("%s lacks words", o)
		}
		for _, k := range o.Acts() {
			if n := len([]rune(k.Verb())); n < 2 || n > 7 || k.Done() == "" {
				t.Errorf("%s: verb %q", k, k.Verb())
			}
		}
	}
	for _, r := range Reasons() {
		if r.Label() == "" {
			t.Errorf("%s has no label", r)
		}
	}
	if len(Reasons()) != 7 {
		t.Errorf("%d reasons, R22 has seven", len(Reasons()))
	}
}
