package notice

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"portal/internal/account"
	"portal/internal/authz"
	"portal/internal/blob"
	"portal/internal/fault"
	"portal/internal/pg"
	"portal/internal/pg/pgtest"
	"portal/internal/secret"
	"portal/internal/workday"
)

const (
	streetCode = "320104900"
	huaiyin    = "320104900001"
	linhe      = "320104900003"
)

// office is a street with the people who publish.
type office struct {
	db                               *pg.DB
	s                                *Service
	now                              time.Time
	worker, secretary, other, leader authz.Actor
	reviewer, supervisor             authz.Actor
}

// opened is a working Tuesday: 2026-11-03.
var opened = workday.NewDay(2026, 11, 3).Start().Add(10 * time.Hour)

func newOffice(t testing.TB) *office {
	t.Helper()
	o := &office{db: pgtest.New(t), now: opened}
	o.db.Now = func() time.Time { return o.now }
	keys, err := secret.Temporary()
	if err != nil {
		t.Fatal(err)
	}
	o.s = New(o.db, keys, nil)
	err = o.db.Write(t.Context(), authz.System, func(tx *pg.Tx) error {
		for _, d := range [][3]string{{streetCode, "street", "梧桐里街道"}, {huaiyin, "community", "槐荫社区"}, {linhe, "community", "临河社区"}} {
			if _, err := tx.Exec(t.Context(), `INSERT INTO division (code, level, name, parent_code) VALUES ($1, $2, $3, $4)`, d[0], d[1], d[2], streetCode); err != nil {
				return err
			}
		}
		return tx.Record(t.Context(), pg.Change{Action: authz.ListImport, Kind: "division", No: "test"})
	})
	if err != nil {
		t.Fatal(err)
	}
	o.worker = o.person(t, "worker", authz.Worker, huaiyin)
	o.secretary = o.person(t, "secretary", authz.Secretary, huaiyin)
	o.other = o.person(t, "other", authz.Secretary, linhe)
	o.leader = o.person(t, "leader", authz.Leader, streetCode)
	o.reviewer = o.person(t, "reviewer", authz.Reviewer, streetCode)
	o.supervisor = o.person(t, "supervisor", authz.Supervisor, huaiyin)
	return o
}

func (o *office) person(t testing.TB, login string, role authz.Role, division string) authz.Actor {
	t.Helper()
	a := authz.Actor{Login: login, Name: login}
	err := o.db.Write(t.Context(), authz.System, func(tx *pg.Tx) error {
		var unit int64
		if err := tx.QueryRow(t.Context(), `INSERT INTO unit (name, requester_kind) VALUES ('社区居委会', 'residents_committee')
			ON CONFLICT (name) DO UPDATE SET active = true RETURNING id`).Scan(&unit); err != nil {
			return err
		}
		id, err := account.Insert(t.Context(), tx, account.NewAccount{Login: login, Name: login, PasswordHash: "x",
			Posts: []account.NewPost{{Role: string(role), UnitID: unit, Division: division, Title: role.Label(), From: workday.NewDay(2026, 1, 1)}}})
		a.AccountID = id
		a.Posts = []authz.Post{{Role: role, UnitID: unit, Title: role.Label(), Division: division}}
		if err != nil {
			return err
		}
		return tx.Record(t.Context(), pg.Change{Action: authz.PeopleManage, Kind: "account", ID: id})
	})
	if err != nil {
		t.Fatal(err)
	}
	return a
}

func words(days int) Text {
	return Text{Title: "关于第三季度居务经费收支的公示", PlainTitle: "第三季度的钱怎么花的", PlainSummary: "收入 8,400 元，花了 6,215 元。", Body: "第三季度收支如下：\n项目|金额\n楼道照明|4,160", Days: days}
}

func (o *office) draft(t testing.TB, by authz.Actor, in Sketch) Notice {
	t.Helper()
	if in.Kind == "" {
		in.Kind = Affairs
	}
	if in.Division == "" {
		in.Division = huaiyin
	}
	if in.Title == "" {
		in.Text = words(15)
	}
	slug, err := o.s.Draft(t.Context(), by, "", in)
	if err != nil {
		t.Fatalf("draft: %v", err)
	}
	return o.get(t, slug)
}

func (o *office) get(t testing.TB, slug string) Notice {
	t.Helper()
	r, err := o.s.Get(t.Context(), authz.System, slug)
	if err != nil {
		t.Fatalf("get %s: %v", slug, err)
	}
	return r.Notice
}

func (o *office) issue(t testing.TB, n Notice) Notice {
	t.Helper()
	slug, err := o.s.Issue(t.Context(), o.secretary, "", Signature{At: n.Step()})
	if err != nil {
		t.Fatalf("issue: %v", err)
	}
	return o.get(t, slug)
}

func (o *office) hung(t testing.TB) Notice { return o.issue(t, o.draft(t, o.worker, Sketch{})) }

// on moves the clock to a day and lets the jobs run.
func (o *office) on(t testing.TB, d workday.Day) {
	t.Helper()
	o.now = d.Start().Add(9 * time.Hour)
	if err := o.s.Tick(t.Context()); err != nil {
		t.Fatalf("tick: %v", err)
	}
}

func says(t *testing.T, err error, field, part string) {
	t.Helper()
	for _, f := range fault.Fields(err) {
		if f.Name == field && strings.Contains(f.Message, part) {
			return
		}
	}
	t.Errorf("%v: no message %q beside %s", err, part, field)
}

// 居委会组织法第三十四条: 15 days at least, the day of issue not counted; DL-17: nothing ends before the last day is over.
func TestWindowOfFifteenDays(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	for _, days := range []int{0, 14, 367} {
		_, err := o.s.Draft(t.Context(), o.worker, "", Sketch{Kind: Affairs, Division: huaiyin, Text: words(days)})
		says(t, err, "days", "公示")
	}
	n := o.hung(t)
	if n.State != Issued || n.FromOn != workday.NewDay(2026, 11, 4) || n.LastOn != workday.NewDay(2026, 11, 18) || !n.Exact {
		t.Fatalf("window %s to %s, %s", n.FromOn, n.LastOn, n.State)
	}
	if *n.Year != 2026 || *n.Seq != 1 || n.No("梧") != "梧公示〔2026〕1号" {
		t.Errorf("number %s", n.No("梧"))
	}
	o.on(t, workday.NewDay(2026, 11, 18))
	if got := o.get(t, n.Slug()); got.State != Issued {
		t.Errorf("on the last day: %s", got.State)
	}
	o.on(t, workday.NewDay(2026, 11, 19))
	if got := o.get(t, n.Slug()); got.State != Ended || got.EndReason != "公示期满" {
		t.Errorf("after the last day: %s %s", got.State, got.EndReason)
	}
}

// DL-17: new words wait beside those that hang; signed, they start the days anew, and both stay readable.
func TestNewWordsStartTheDaysAnew(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	ctx := t.Context()
	n := o.hung(t)
	o.on(t, workday.NewDay(2026, 11, 10))
	other := words(20)
	other.Body = "更正：楼道照明 4,610 元。"
	says(t, o.s.Rewrite(ctx, o.worker, "", Change{At: n.Step(), Text: other}), "reason", "为什么改")
	if err := o.s.Rewrite(ctx, o.worker, "", Change{At: n.Step(), Text: other, Reason: "金额写错"}); err != nil {
		t.Fatal(err)
	}
	read, err := o.s.Read(ctx, n.Slug())
	if err != nil || read.N != 1 || read.Waiting != nil || len(read.Versions) != 1 || read.LastOn != workday.NewDay(2026, 11, 18) {
		t.Fatalf("before the signature: %+v, %v", read.Notice, err)
	}
	if _, err := o.s.ReadVersion(ctx, n.Slug(), 2); fault.KindOf(err) != fault.KindNotFound {
		t.Errorf("unsigned words can be read: %v", err)
	}
	again := o.issue(t, o.get(t, n.Slug()))
	if again.N != 2 || again.Slug() != n.Slug() || again.FromOn != workday.NewDay(2026, 11, 11) || again.LastOn != workday.NewDay(2026, 11, 30) {
		t.Errorf("new window %s to %s, version %d, number %s", again.FromOn, again.LastOn, again.N, again.Slug())
	}
	first, err := o.s.ReadVersion(ctx, n.Slug(), 1)
	if err != nil || !strings.Contains(first.Body, "4,160") {
		t.Errorf("first words: %q, %v", first.Body, err)
	}
	if now, err := o.s.Read(ctx, n.Slug()); err != nil || now.Body != other.Body || len(now.Versions) != 2 || now.Versions[1].Reason != "金额写错" {
		t.Errorf("second words: %+v, %v", now.Version, err)
	}
	o.on(t, workday.NewDay(2026, 11, 19)) // the last day of the first window is over; the second still runs
	if got := o.get(t, n.Slug()); got.State != Issued {
		t.Errorf("ended with the old window: %s", got.State)
	}
}

// 民法典第二百零三条 and the unpublished year: a day off moves the last day, an unknown year leaves a bound.
func TestWindowsAndHolidays(t *testing.T) {
	t.Parallel()
	cal, err := workday.NewCalendar(workday.Published())
	if err != nil {
		t.Fatal(err)
	}
	day := workday.NewDay
	for _, c := range []struct {
		name         string
		issued, last workday.Day
		days         int
		exact        bool
		why          string
	}{
		{"working day", day(2026, 11, 3), day(2026, 11, 18), 15, true, "第 15 天是 11月18日"},
		{"a Saturday", day(2026, 11, 6), day(2026, 11, 23), 15, true, "顺延到下一个工作日（第二百零三条） 11月23日"},
		{"国庆节", day(2026, 9, 16), day(2026, 10, 8), 15, true, "国庆节"},
		{"year not published", day(2026, 12, 25), day(2027, 1, 9), 15, false, "2027 年放假安排尚未公布"},
		{"without an end", day(2026, 11, 3), workday.Day{}, 0, true, "长期公开"},
	} {
		if cal.Known(2027) && !c.exact {
			t.Fatalf("%s: choose a later year", c.name)
		}
		w := windowOf(cal, c.issued, c.days)
		if w.Last != c.last || w.Exact != c.exact || !strings.Contains(w.Why, c.why) {
			t.Errorf("%s: %s %v %s", c.name, w.Last, w.Exact, w.Why)
		}
		if c.days > 0 && w.Days() < c.days {
			t.Errorf("%s: %d days", c.name, w.Days())
		}
	}
}

// Who may do what: a worker writes, the secretary of that community or a leader signs; others find nothing.
func TestWhoSigns(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	ctx := t.Context()
	n := o.draft(t, o.worker, Sketch{})
	for _, a := range []authz.Actor{o.worker, o.other, o.supervisor, o.reviewer, authz.Anonymous} {
		if _, err := o.s.Issue(ctx, a, "", Signature{At: n.Step()}); fault.KindOf(err) != fault.KindNotFound {
			t.Errorf("%s signed: %v", a.Name, err)
		}
	}
	if _, err := o.s.Get(ctx, o.other, n.Slug()); fault.KindOf(err) != fault.KindNotFound {
		t.Errorf("another community reads the draft: %v", err)
	}
	_, err := o.s.Draft(ctx, o.worker, "", Sketch{Kind: Affairs, Division: linhe, Text: words(15)})
	says(t, err, "division", "本社区")
	_, err = o.s.Draft(ctx, o.secretary, "", Sketch{Kind: Affairs, Division: streetCode, Text: words(15)})
	says(t, err, "division", "本社区")
	own := o.draft(t, o.reviewer, Sketch{Division: streetCode, Kind: Admission})
	if own.Issuer() != "梧桐里街道办事处" || n.Issuer() != "槐荫社区居民委员会" {
		t.Errorf("issuers %s, %s", own.Issuer(), n.Issuer())
	}
	if _, err := o.s.Issue(ctx, o.leader, "", Signature{At: own.Step()}); err != nil {
		t.Errorf("leader: %v", err)
	}
	if _, err := o.s.Issue(ctx, o.leader, "", Signature{At: own.Step()}); fault.KindOf(err) != fault.KindConflict || !strings.Contains(err.Error(), "签发了公示") {
		t.Errorf("the second signature: %v", err)
	}
}

// §6.7: what looks like personal data waits for a second person; who wrote it is never the one.
func TestPersonalDataNeedsASecondPerson(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	ctx := t.Context()
	text := words(15)
	text.Body = "联系人电话 13800138000，住 3 幢 502 室。"
	own := o.draft(t, o.secretary, Sketch{Text: text})
	_, err := o.s.Issue(ctx, o.secretary, "", Signature{At: own.Step(), Looked: true})
	says(t, err, "cleared", "13800138000")
	says(t, o.s.Clear(ctx, o.secretary, "", own.Step()), "cleared", "另一位同事")
	if err := o.s.Clear(ctx, o.worker, "", own.Step()); err != nil {
		t.Fatal(err)
	}
	if err := o.s.Rewrite(ctx, o.secretary, "", Change{At: o.get(t, own.Slug()).Step(), Text: text}); err != nil {
		t.Fatal(err)
	}
	_, err = o.s.Issue(ctx, o.secretary, "", Signature{At: o.get(t, own.Slug()).Step()})
	says(t, err, "cleared", "13800138000") // new words, nobody has seen them
	if err := o.s.Clear(ctx, o.worker, "", o.get(t, own.Slug()).Step()); err != nil {
		t.Fatal(err)
	}
	o.issue(t, o.get(t, own.Slug()))

	theirs := o.draft(t, o.worker, Sketch{Text: text})
	_, err = o.s.Issue(ctx, o.secretary, "", Signature{At: theirs.Step()})
	says(t, err, "cleared", "我看过")
	if _, err := o.s.Issue(ctx, o.secretary, "", Signature{At: theirs.Step(), Looked: true}); err != nil {
		t.Errorf("the signer confirms: %v", err)
	}
}

func TestPersonal(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]int{
		"电话 13800138000": 1, "138 0013 8000": 1, "１３８００１３８０００": 1, "11010519491231002X": 1, "槐香苑3幢2单元501室": 1, "402室": 1,
		"应到 45 人，实到 41 人": 0, "值班电话 0000-5550101": 0, "收入 128,400 元": 0, "梧公示〔2026〕121号": 0, "2026年10月11日": 0,
	} {
		if got := Personal(text); (len(got) > 0) != (want > 0) {
			t.Errorf("%s: %v", text, got)
		}
	}
}

// DL-18: the result of a decision is asked for, found beside it, and there is one.
func TestDecisionAndResult(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	ctx := t.Context()
	lines := func() (n int) {
		if err := o.db.Q().QueryRow(ctx, `SELECT count(*) FROM inbox_line WHERE account_id = $1 AND words LIKE '%办理结果%'`, o.secretary.AccountID).Scan(&n); err != nil {
			t.Fatal(err)
		}
		return n
	}
	decision := o.issue(t, o.draft(t, o.worker, Sketch{Kind: Deliberation}))
	o.on(t, workday.NewDay(2026, 11, 18))
	if lines() != 0 {
		t.Error("asked for the result while the decision hangs")
	}
	o.on(t, workday.NewDay(2026, 11, 19))
	o.on(t, workday.NewDay(2026, 11, 20))
	if lines() != 1 {
		t.Errorf("%d reminders after the window", lines())
	}
	o.on(t, workday.NewDay(2026, 12, 19))
	o.on(t, workday.NewDay(2026, 12, 20))
	if lines() != 2 {
		t.Errorf("%d reminders after a month", lines())
	}
	for _, wrong := range []string{"2026-99", "x", "2026-0"} {
		_, err := o.s.Draft(ctx, o.worker, "", Sketch{Kind: Handling, Division: huaiyin, Text: words(15), PairOf: wrong})
		says(t, err, "pair_of", "没有找到")
	}
	result := o.issue(t, o.draft(t, o.worker, Sketch{Kind: Handling, PairOf: decision.No("梧")}))
	r, err := o.s.Read(ctx, result.Slug())
	if err != nil || r.First == nil || r.First.ID != decision.ID {
		t.Fatalf("the decision is not beside its result: %v", err)
	}
	if d, err := o.s.Read(ctx, decision.Slug()); err != nil || d.Result == nil || d.Result.ID != result.ID {
		t.Errorf("the result is not beside its decision: %v", err)
	}
	_, err = o.s.Draft(ctx, o.worker, "", Sketch{Kind: Handling, Division: huaiyin, Text: words(15), PairOf: decision.Slug()})
	says(t, err, "pair_of", "已经有一份")
	o.on(t, workday.NewDay(2027, 3, 1))
	if lines() != 2 {
		t.Error("asked again although the result is out")
	}
}

// A result gets one notice; withdrawn, it may get another, and what was withdrawn counts as not published (R55).
func TestSources(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	ctx := t.Context()
	n := o.draft(t, o.worker, Sketch{Source: "admission:2026-47"})
	_, err := o.s.Draft(ctx, o.worker, "", Sketch{Kind: Admission, Division: huaiyin, Text: words(15), Source: "admission:2026-47"})
	says(t, err, "source", "已经有一份")
	published := func() bool {
		ok, err := o.s.Published(ctx, "admission:2026-47")
		if err != nil {
			t.Fatal(err)
		}
		return ok
	}
	if published() {
		t.Error("a draft counts as published")
	}
	n = o.issue(t, n)
	if !published() {
		t.Error("not published")
	}
	says(t, o.s.Withdraw(ctx, o.secretary, "", n.Step(), ""), "reason", "为什么")
	if err := o.s.Withdraw(ctx, o.secretary, "", n.Step(), "社区名写错"); err != nil {
		t.Fatal(err)
	}
	if published() {
		t.Error("what was withdrawn counts as published")
	}
	o.draft(t, o.worker, Sketch{Source: "admission:2026-47"})
}

// Files hang with the words they were added to; pictures of boards are for the desk.
func TestFilesAndPostings(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	ctx := t.Context()
	file := func(sha string) NewFile {
		return NewFile{Name: "明细.pdf", MediaType: "application/pdf", Ref: blob.Ref{SHA256: strings.Repeat(sha, 64), Size: 1}}
	}
	n := o.draft(t, o.worker, Sketch{})
	if err := o.s.AddFile(ctx, o.worker, "", n.Step(), file("a")); err != nil {
		t.Fatal(err)
	}
	n = o.issue(t, o.get(t, n.Slug()))
	if err := o.s.AddFile(ctx, o.worker, "", n.Step(), file("b")); !errors.Is(err, errNoPending) {
		t.Errorf("a file joins words that hang: %v", err)
	}
	if err := o.s.Rewrite(ctx, o.worker, "", Change{At: n.Step(), Text: n.Text, Reason: "换附件"}); err != nil {
		t.Fatal(err)
	}
	r, err := o.s.Get(ctx, o.worker, n.Slug())
	if err != nil || len(r.Files) != 1 {
		t.Fatalf("%d files wait, %v", len(r.Files), err)
	}
	old := r.Files[0].Code
	if err := o.s.RemoveFile(ctx, o.worker, "", r.Step(), old); err != nil {
		t.Fatal(err)
	}
	if err := o.s.AddFile(ctx, o.worker, "", o.get(t, n.Slug()).Step(), file("c")); err != nil {
		t.Fatal(err)
	}
	waiting, err := o.s.Get(ctx, o.worker, n.Slug())
	if err != nil || len(waiting.Files) != 1 || waiting.Files[0].Code == old {
		t.Fatalf("files that wait: %+v, %v", waiting.Files, err)
	}
	secretCode := waiting.Files[0].Code
	if _, err := o.s.PublicFile(ctx, n.Slug(), secretCode); fault.KindOf(err) != fault.KindNotFound {
		t.Errorf("a file of unsigned words is open: %v", err)
	}
	if f, err := o.s.PublicFile(ctx, n.Slug(), old); err != nil || f.Name != "明细.pdf" {
		t.Errorf("the file that hangs: %v", err)
	}
	o.issue(t, o.get(t, n.Slug()))
	if first, err := o.s.ReadVersion(ctx, n.Slug(), 1); err != nil || len(first.Files) != 1 || first.Files[0].Code != old {
		t.Errorf("files of the first words: %+v, %v", first.Files, err)
	}
	now := o.get(t, n.Slug())
	photo := NewFile{Name: "东门.jpg", MediaType: "image/jpeg", Ref: blob.Ref{SHA256: strings.Repeat("d", 64), Size: 1}}
	today := workday.DayOf(o.now)
	says(t, o.s.Post(ctx, o.worker, "", now.Step(), today.Add(1), "槐香苑东门", photo), "on", "今天以前")
	says(t, o.s.Post(ctx, o.worker, "", now.Step(), today, "槐香苑东门", file("e")), blob.Field, "照片")
	says(t, o.s.Post(ctx, o.worker, "", now.Step(), today, "", photo), "place", "贴在哪里")
	if err := o.s.Post(ctx, o.worker, "", now.Step(), today, "槐香苑东门公告栏", photo); err != nil {
		t.Fatal(err)
	}
	desk, err := o.s.Get(ctx, o.worker, n.Slug())
	if err != nil || len(desk.Postings) != 1 {
		t.Fatalf("postings %+v, %v", desk.Postings, err)
	}
	if f, err := o.s.DeskFile(ctx, o.worker, n.Slug(), desk.Postings[0].Code); err != nil || f.MediaType != "image/jpeg" {
		t.Errorf("picture at the desk: %v", err)
	}
	if _, err := o.s.PublicFile(ctx, n.Slug(), desk.Postings[0].Code); fault.KindOf(err) != fault.KindNotFound {
		t.Errorf("the picture is open to all: %v", err)
	}
	if read, err := o.s.Read(ctx, n.Slug()); err != nil || read.Postings[0].Code != "" || read.Postings[0].Place != "槐香苑东门公告栏" {
		t.Errorf("postings for all: %+v, %v", read.Postings, err)
	}
}

// The same form twice is one notice, one signature.
func TestFormKeys(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	ctx := context.Background()
	const key = "form-key-0123456789"
	a, err := o.s.Draft(ctx, o.worker, key, Sketch{Kind: Affairs, Division: huaiyin, Text: words(15)})
	if err != nil {
		t.Fatal(err)
	}
	b, err := o.s.Draft(ctx, o.worker, key, Sketch{Kind: Affairs, Division: huaiyin, Text: words(15)})
	if err != nil || a != b {
		t.Errorf("drafts %s and %s, %v", a, b, err)
	}
	sign := Signature{At: o.get(t, a).Step()}
	first, err := o.s.Issue(ctx, o.secretary, key+"s", sign)
	if err != nil {
		t.Fatal(err)
	}
	if again, err := o.s.Issue(ctx, o.secretary, key+"s", sign); err != nil || again != first {
		t.Errorf("signed twice: %s %s %v", first, again, err)
	}
}

// REQ-21: what was answered to residents is released by a second person even where no detector finds anything, for a
// name in a sentence none does; a notice of another kind needs one only where something is found.
func TestResultsNeedASecondPerson(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	ctx := t.Context()
	text := words(15)
	text.Body = "邬隐名家门口的路灯已经修好。"
	own := o.draft(t, o.secretary, Sketch{Kind: Handling, Text: text})
	_, err := o.s.Issue(ctx, o.secretary, "", Signature{At: own.Step(), Looked: true})
	says(t, err, "cleared", "另一位同事")
	if _, err := o.s.Issue(ctx, o.leader, "", Signature{At: own.Step()}); err != nil {
		t.Errorf("the leader, who did not write it: %v", err)
	}
}
