package refusal_test

import (
	"context"
	"strings"
	"sync"
	"testing"
	"time"

	"portal/internal/audit"
	"portal/internal/authz"
	"portal/internal/demo"
	"portal/internal/demo/demotest"
	"portal/internal/fault"
	"portal/internal/legal"
	"portal/internal/pg"
	"portal/internal/pg/pgtest"
	"portal/internal/place"
	"portal/internal/policy"
	"portal/internal/refusal"
	"portal/internal/workday"
)

// street is the demo street with its laws, lists, posts and the one policy of 槐荫.
type street struct {
	*testing.T
	db  *pg.DB
	s   *refusal.Service
	ctx context.Context
	mu  sync.Mutex
	key int
}

func newStreet(t *testing.T) *street {
	t.Helper()
	db := demotest.Open(t).DB
	clearAttempts(t, db)
	return &street{T: t, db: db, s: refusal.New(db), ctx: t.Context()}
}

// clearAttempts takes the demo's own attempts away, so that each test counts its own.
func clearAttempts(t *testing.T, db *pg.DB) {
	t.Helper()
	for _, sql := range []string{`DELETE FROM refusal`, `DELETE FROM offlist_task`, `DELETE FROM inbox_line`, `DELETE FROM deadline_pause`, `DELETE FROM deadline WHERE object_kind = 'refusal'`,
		`DELETE FROM case_number WHERE kind IN ('拒', '退', '请', '清单外')`} {
		if _, err := pgtest.Admin(t, db).Exec(t.Context(), sql); err != nil {
			t.Fatal(err)
		}
	}
}

// actor reads a demo post as the session does.
func (s *street) actor(login string) authz.Actor {
	s.Helper()
	a := authz.Actor{Login: login}
	p := authz.Post{}
	const who = `SELECT a.id, a.name, p.role, p.unit_id, u.name, p.division, p.title FROM account a JOIN account_post p ON p.account_id = a.id
		JOIN unit u ON u.id = p.unit_id WHERE a.login = $1`
	if err := s.db.Q().QueryRow(s.ctx, who, login).Scan(&a.AccountID, &a.Name, &p.Role, &p.UnitID, &p.UnitName, &p.Division, &p.Title); err != nil {
		s.Fatalf("%s: %v", login, err)
	}
	a.Posts = []authz.Post{p}
	return a
}

func (s *street) newKey() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.key++
	return "refusal-test-key-" + time.Duration(s.key).String()
}

var oil = refusal.Asked{Requester: "区城市管理局", Channel: "chat_group", Words: "周五前把辖区商户油烟设施入户登记表报上来。按户填写。"}

func (s *street) log(by authz.Actor, in refusal.Asked) refusal.Seen {
	s.Helper()
	year, seq, err := s.s.Log(s.ctx, by, in, s.newKey())
	if err != nil {
		s.Fatal(err)
	}
	seen, err := s.s.View(s.ctx, by, year, seq)
	if err != nil {
		s.Fatal(err)
	}
	return seen
}

// issue does what the page does: the first act that the answer names, with the reason pre-filled.
func (s *street) issue(by authz.Actor, t refusal.Seen) (refusal.Refusal, error) {
	return s.issueAs(by, t, t.Outcome.Acts()[0])
}

func (s *street) issueAs(by authz.Actor, t refusal.Seen, k refusal.Kind) (refusal.Refusal, error) {
	slug, err := s.s.Issue(s.ctx, by, refusal.IssueCmd{TaskStep: refusal.TaskStep{ID: t.ID, Version: t.Version}, Kind: k,
		Reason: t.Now.Reason, ReasonText: t.Now.ReasonText}, s.newKey())
	if err != nil {
		return refusal.Refusal{}, err
	}
	r, err := s.s.OfTask(s.ctx, by, t.ID)
	if err == nil && r.Slug() != slug {
		s.Errorf("slug %s, record %s", slug, r.Slug())
	}
	return r, err
}

func (s *street) mustIssue(by authz.Actor, t refusal.Seen) refusal.Refusal {
	s.Helper()
	r, err := s.issue(by, t)
	if err != nil {
		s.Fatal(err)
	}
	return r
}

// inbox counts the lines of a person that hold the words.
func (s *street) inbox(who authz.Actor, words string) (n int) {
	s.Helper()
	const lines = `SELECT count(*) FROM inbox_line WHERE account_id = $1 AND words LIKE '%' || $2 || '%'`
	if err := s.db.Q().QueryRow(s.ctx, lines, who.AccountID, words).Scan(&n); err != nil {
		s.Fatal(err)
	}
	return n
}

func (s *street) wantKind(err error, k fault.Kind, what string) {
	s.Helper()
	if fault.KindOf(err) != k {
		s.Errorf("%s: %v", what, err)
	}
}

// The same task in two communities of one street: 槐荫 has a policy and may refuse, 临河 has none and
// hands back (§5 steps 4 and 2). R21: both are kept as attempts; R22: the answer locks the task.
func TestTwoCommunities(t *testing.T) {
	t.Parallel()
	s := newStreet(t)
	huaiyin, linhe, dept := s.actor("worker.huaiyin"), s.actor("worker.linhe"), s.actor("dept.chengguan")
	for _, c := range []struct {
		who     authz.Actor
		outcome refusal.Outcome
		number  string
		says    string
	}{
		{huaiyin, refusal.ByPolicy, "梧拒〔2026〕1号", "拒绝执行"},
		{linhe, refusal.ToStreet, "梧退〔2026〕1号", "退回梧桐里街道"},
	} {
		task := s.log(c.who, oil)
		if task.Outcome != c.outcome || task.Title != "周五前把辖区商户油烟设施入户登记表报上来" || task.RequesterKind != place.DistrictDepartment {
			t.Fatalf("%s: %s, %q by %s\n%+v", c.who.Name, task.Outcome, task.Title, task.RequesterKind, task.Now.Grounds)
		}
		r := s.mustIssue(c.who, task)
		l, err := r.Paper()
		if err != nil || r.No("梧") != c.number || l.Number != c.number || r.State != refusal.Issued || r.DueOn != workday.NewDay(2026, 11, 25) {
			t.Errorf("%s in the letter %s, state %s, due %s, %v", r.No("梧"), l.Number, r.State, r.DueOn, err)
		}
		if text := l.Text(); !strings.Contains(text, c.says) || !strings.Contains(text, "2026年11月25日") || !strings.Contains(text, r.CommunityName+"居民委员会") {
			t.Errorf("the letter:\n%s", text)
		}
		again, err := s.s.View(s.ctx, c.who, task.Year, task.Seq)
		if err != nil || again.State != refusal.Answered {
			t.Errorf("the task is %s, %v", again.State, err)
		}
		s.wantKind(s.s.Match(s.ctx, c.who, refusal.TaskStep{ID: task.ID}, "LZ-030", s.newKey()), fault.KindConflict, "R22: a locked task was changed")
		s.wantKind(s.s.TakeOn(s.ctx, c.who, refusal.TaskStep{ID: task.ID}, s.newKey()), fault.KindConflict, "R22: a locked task was taken on")
	}
	if n := s.inbox(dept, "请答复"); n != 2 {
		t.Errorf("the department has %d lines", n)
	}
	if n := s.inbox(s.actor("reviewer"), "未准入") + s.inbox(s.actor("reviewer"), "无经费或条件"); n != 2 {
		t.Errorf("the reviewer has %d lines", n)
	}
	if s.inbox(s.actor("secretary.huaiyin"), "商户油烟") != 1 || s.inbox(s.actor("secretary.linhe"), "商户油烟") != 1 {
		t.Error("each secretary hears of the own community's act")
	}
}

// R53: what a law itself puts on the committee cannot be refused, only claimed for; R56: a catch-all
// clause carries nothing; the entry of the list and its article are found by the words.
func TestDutyAndList(t *testing.T) {
	t.Parallel()
	s := newStreet(t)
	who := s.actor("secretary.huaiyin")
	minors := oil
	minors.Words, minors.Basis = "请确定一名未成年人保护专门人员并报名单", "《未成年人保护法》第四十三条"
	task := s.log(who, minors)
	if task.Outcome != refusal.MustDo || task.BasisArticle != "43" {
		t.Fatalf("%s by article %q\n%+v", task.Outcome, task.BasisArticle, task.Now.Grounds)
	}
	_, err := s.issueAs(who, task, refusal.Refuse)
	s.wantKind(err, fault.KindInvalid, "R53: a duty was refused")
	_, err = s.issueAs(who, task, refusal.Return)
	s.wantKind(err, fault.KindInvalid, "R53: a duty was handed back")
	r := s.mustIssue(who, task)
	if r.No("梧") != "梧请〔2026〕1号" {
		t.Errorf("the claim is %s: a refused act took a number", r.No("梧"))
	}

	unrelated := minors
	unrelated.Fit = refusal.FitUnrelated
	if task := s.log(who, unrelated); task.Outcome != refusal.ByPolicy {
		t.Errorf("an article that has nothing to do with it gives %s", task.Outcome)
	}
	catchAll := oil
	catchAll.Basis = "居民委员会组织法第十条第（八）项"
	if task := s.log(who, catchAll); task.Outcome != refusal.ByPolicy || task.BasisArticle != "10(8)" {
		t.Errorf("R56: %s by %q", task.Outcome, task.BasisArticle)
	}
	byKey := oil
	byKey.Basis = "social-assistance-law#39"
	if task := s.log(who, byKey); task.Outcome != refusal.MustDo || task.BasisWords != "《中华人民共和国社会救助法》第三十九条" {
		t.Errorf("by key: %s, %q", task.Outcome, task.BasisWords)
	}
	listed := oil
	listed.Words = "发现生产经营单位事故隐患或安全生产违法行为时报告"
	task = s.log(who, listed)
	if task.ItemCode != "XZ-006" || task.Outcome != refusal.MustDo {
		t.Errorf("the same words as the list: %q, %s", task.ItemCode, task.Outcome)
	}
	if err := s.s.Match(s.ctx, who, refusal.TaskStep{ID: task.ID, Version: task.Version}, "", s.newKey()); err != nil {
		t.Fatal(err)
	}
	if task, err = s.s.View(s.ctx, who, task.Year, task.Seq); err != nil || task.Outcome != refusal.ByPolicy {
		t.Errorf("it is something else after all: %s, %v", task.Outcome, err)
	}
	if err := s.s.Match(s.ctx, who, refusal.TaskStep{ID: task.ID, Version: task.Version}, "XZ-006", s.newKey()); err != nil {
		t.Fatal(err)
	}
	if err := s.s.TakeOn(s.ctx, who, refusal.TaskStep{ID: task.ID}, s.newKey()); err != nil {
		t.Errorf("a duty can be taken on: %v", err)
	}
	off := s.log(who, oil)
	s.wantKind(s.s.TakeOn(s.ctx, who, refusal.TaskStep{ID: off.ID}, s.newKey()), fault.KindInvalid, "R20: off the list and taken on by a click")
	s.wantKind(s.s.Match(s.ctx, who, refusal.TaskStep{ID: off.ID}, "NO-SUCH", s.newKey()), fault.KindNotFound, "an entry that is not there")
}

// A request is judged by the law of its day: 2025-12-30, answered in 2026, stands under both texts (E31).
func TestAskedBeforeTheRevision(t *testing.T) {
	t.Parallel()
	s := newStreet(t)
	who := s.actor("worker.huaiyin")
	old := oil
	old.AskedOn = workday.NewDay(2025, 12, 30)
	task := s.log(who, old)
	if task.Outcome != refusal.ToStreet || task.Now.Step != 0 || !task.Now.TwoVersions() {
		t.Fatalf("%s at step %d", task.Outcome, task.Now.Step)
	}
	r := s.mustIssue(who, task)
	l, err := r.Paper()
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"2018年12月29日文本", "第二十条", "2025年10月28日文本", "第四十三条"} {
		if !strings.Contains(l.Text(), want) {
			t.Errorf("no %s in\n%s", want, l.Text())
		}
	}
}

// R52: a letter on an unverified clause is held and not sent; confirming the clause once lets it go
// with the date of that day; retiring the clause makes it void and opens the task again.
func TestHeldLetters(t *testing.T) {
	t.Parallel()
	s := newStreet(t)
	who, dept, lawyer := s.actor("worker.linhe"), s.actor("dept.chengguan"), s.actor("legality")
	clause := legal.Clause{Ground: legal.LocalRegulation, Title: "上海市居民委员会工作条例", DocKey: "shanghai-residents-committee-regulations",
		VersionDate: workday.NewDay(2020, 5, 14), ArticleNo: "27", ArticleLabel: "第二十七条", Words: "对清单以外的协助行政事项，居民委员会有权拒绝办理。",
		GivesRefusal: true, Condition: legal.NotListed, Divisions: []string{demo.Linhe}, From: workday.NewDay(2020, 5, 14), Status: legal.ClauseUnverified}
	add := func() (id int64) {
		err := s.db.Write(s.ctx, authz.System, func(tx *pg.Tx) error {
			var err error
			if id, err = legal.AddClause(s.ctx, tx, clause); err != nil {
				return err
			}
			return tx.Record(s.ctx, pg.Change{Action: authz.ClauseConfirm, Kind: "local_clause", ID: id})
		})
		if err != nil {
			t.Fatal(err)
		}
		return id
	}
	laws := legal.New(s.db)
	laws.OnConfirmed = s.s.Released

	first := add()
	task := s.log(who, oil)
	if task.Outcome != refusal.ByRegulation || !task.Now.Held {
		t.Fatalf("%s, held %v", task.Outcome, task.Now.Held)
	}
	r := s.mustIssue(who, task)
	if r.State != refusal.Held || !r.DueOn.IsZero() || s.inbox(dept, "请答复") != 0 || s.inbox(lawyer, "等条款核实") != 1 {
		t.Fatalf("state %s, due %s, told %d", r.State, r.DueOn, s.inbox(dept, "请答复"))
	}
	_, err := s.s.ViewRefusal(s.ctx, dept, r.Kind, r.Year, r.Seq)
	s.wantKind(err, fault.KindNotFound, "the department reads a letter that was not sent")
	if n, err := s.s.SettleHeld(s.ctx); n != 0 || err != nil {
		t.Errorf("nothing was confirmed, and %d went out, %v", n, err)
	}
	s.db.Now = func() time.Time { return pgtest.Now.AddDate(0, 0, 1) }
	if err := laws.ConfirmClause(s.ctx, lawyer, first, "核对原文，现行有效", ""); err != nil {
		t.Fatal(err)
	}
	r, err = s.s.ViewRefusal(s.ctx, dept, r.Kind, r.Year, r.Seq)
	if err != nil {
		t.Fatal(err)
	}
	l, err := r.Paper()
	if err != nil || r.State != refusal.Issued || l.Day != workday.NewDay(2026, 11, 19) || r.DueOn != workday.NewDay(2026, 11, 26) {
		t.Errorf("state %s, letter of %s, due %s, %v", r.State, l.Day, r.DueOn, err)
	}
	if s.inbox(dept, "请答复") != 1 || s.inbox(who, "已发出") != 1 {
		t.Error("the department and the community hear that the letter is out")
	}
	second := s.log(who, oil)
	if second.Now.Held {
		t.Error("after one confirmation letters flow")
	}

	clause.Title, clause.ArticleNo, clause.ArticleLabel = "另一条例", "", "第一条"
	clause.Divisions = []string{demo.Xinyuan}
	other := add()
	xinyuan := authz.Actor{AccountID: who.AccountID, Name: "新苑", Posts: []authz.Post{{Role: authz.Worker, UnitID: 1, Division: demo.Xinyuan}}}
	waiting := s.log(xinyuan, oil)
	held := s.mustIssue(xinyuan, waiting)
	if err := laws.RetireClause(s.ctx, lawyer, other, "已废止", ""); err != nil {
		t.Fatal(err)
	}
	if n, err := s.s.SettleHeld(s.ctx); n != 1 || err != nil {
		t.Fatalf("%d settled, %v", n, err)
	}
	held, err = s.s.ViewRefusal(s.ctx, xinyuan, held.Kind, held.Year, held.Seq)
	if err != nil || held.State != refusal.Void {
		t.Errorf("state %s, %v", held.State, err)
	}
	again, err := s.s.View(s.ctx, xinyuan, waiting.Year, waiting.Seq)
	if err != nil || again.State != refusal.Logged || again.Outcome != refusal.ToStreet {
		t.Errorf("task %s, %s, %v", again.State, again.Outcome, err)
	}
	if back := s.mustIssue(xinyuan, again); back.Kind != refusal.Return {
		t.Errorf("the second answer is %s", back.Kind)
	}
}

// R23: the department answers; silence for five working days closes as withdrawn, one day less does
// not, and a claim for funds goes to the street instead.
func TestReplyAndSilence(t *testing.T) {
	t.Parallel()
	s := newStreet(t)
	who, dept, other := s.actor("worker.huaiyin"), s.actor("dept.chengguan"), s.actor("dept.minzheng")
	answered, silent := s.mustIssue(who, s.log(who, oil)), s.mustIssue(who, s.log(who, oil))
	minors := oil
	minors.Basis = "未成年人保护法第43条"
	claim := s.mustIssue(who, s.log(who, minors))

	reply := func(by authz.Actor, r refusal.Refusal, a refusal.Reply, words string) error {
		return s.s.Reply(s.ctx, by, refusal.ReplyCmd{Step: refusal.Step{ID: r.ID, Version: r.Version}, Reply: a, Words: words}, s.newKey())
	}
	s.wantKind(reply(other, answered, refusal.Apply, ""), fault.KindNotFound, "another department answered")
	s.wantKind(reply(who, answered, refusal.Apply, ""), fault.KindNotFound, "the community answered itself")
	s.wantKind(reply(dept, answered, refusal.Silent, ""), fault.KindInvalid, "silence was chosen")
	s.wantKind(reply(dept, answered, refusal.Appeal, ""), fault.KindInvalid, "an appeal without words")
	s.wantKind(reply(dept, claim, refusal.Withdraw, ""), fault.KindInvalid, "a duty was withdrawn")
	if err := reply(dept, answered, refusal.Appeal, "该项工作有省级文件依据"); err != nil {
		t.Fatal(err)
	}
	s.wantKind(reply(dept, answered, refusal.Withdraw, ""), fault.KindConflict, "answered twice")
	if s.inbox(who, "提出异议") != 1 || s.inbox(s.actor("reviewer"), "请街道研究") != 1 {
		t.Error("the community and the street hear of the appeal")
	}

	on := func(d int) {
		s.db.Now = func() time.Time { return time.Date(2026, 11, d, 9, 0, 0, 0, workday.Shanghai) }
	}
	on(25)
	if n, err := s.s.CloseSilent(s.ctx); n != 0 || err != nil {
		t.Fatalf("closed %d on the last day, %v", n, err)
	}
	on(26)
	if n, err := s.s.CloseSilent(s.ctx); n != 2 || err != nil {
		t.Fatalf("closed %d, %v", n, err)
	}
	if n, err := s.s.CloseSilent(s.ctx); n != 0 || err != nil {
		t.Fatalf("closed again: %d, %v", n, err)
	}
	for r, words := range map[refusal.ID]string{silent.ID: "撤回", claim.ID: "街道协调"} {
		var got, state string
		if err := s.db.Q().QueryRow(s.ctx, `SELECT answer_words, state FROM refusal WHERE id = $1`, r).Scan(&got, &state); err != nil {
			t.Fatal(err)
		}
		if state != "closed" || !strings.Contains(got, words) {
			t.Errorf("%s: %s", state, got)
		}
	}
	var open int
	if err := s.db.Q().QueryRow(s.ctx, `SELECT count(*) FROM deadline WHERE object_kind = 'refusal' AND stopped_on IS NULL`).Scan(&open); err != nil || open != 0 {
		t.Errorf("%d clocks still run, %v", open, err)
	}
}

// Issue item 7: where the calendar of the year is not published, the clock closes nothing and the
// letter promises no day.
func TestUnpublishedYear(t *testing.T) {
	t.Parallel()
	s := newStreet(t)
	s.db.Now = func() time.Time { return time.Date(2026, 12, 30, 9, 0, 0, 0, workday.Shanghai) }
	who := s.actor("worker.linhe")
	r := s.mustIssue(who, s.log(who, oil))
	d, err := policy.Of(s.ctx, s.db.Q(), refusal.RefusalKind, int64(r.ID), refusal.DeadlineKind)
	if err != nil || !d.NotBefore {
		t.Fatalf("%+v %v", d, err)
	}
	l, err := r.Paper()
	if err != nil || !strings.Contains(l.Text(), "在五个工作日内") {
		t.Errorf("%v\n%s", err, l.Text())
	}
	s.db.Now = func() time.Time { return time.Date(2027, 2, 1, 9, 0, 0, 0, workday.Shanghai) }
	if n, err := s.s.CloseSilent(s.ctx); n != 0 || err != nil {
		t.Errorf("closed %d on a guess, %v", n, err)
	}
}

// R24: the third equal refusal within 90 days creates one notice for the discipline office; other
// reasons, communities and older ones do not count, and claims never do.
func TestRepeatedRefusals(t *testing.T) {
	t.Parallel()
	s := newStreet(t)
	who, linhe, auditor := s.actor("worker.huaiyin"), s.actor("worker.linhe"), s.actor("auditor")
	s.db.Now = func() time.Time { return pgtest.Now.AddDate(0, 0, -91) }
	s.mustIssue(who, s.log(who, oil))
	s.db.Now = func() time.Time { return pgtest.Now }
	s.mustIssue(who, s.log(who, oil))
	s.mustIssue(who, s.log(who, oil))
	s.mustIssue(linhe, s.log(linhe, oil))
	minors := oil
	minors.Basis = "未成年人保护法第四十三条"
	s.mustIssue(who, s.log(who, minors))
	if n := s.inbox(auditor, "第 3 次"); n != 0 {
		t.Fatalf("%d notices before the third", n)
	}
	s.mustIssue(who, s.log(who, oil))
	if n := s.inbox(auditor, "第 3 次"); n != 1 {
		t.Errorf("%d notices after the third", n)
	}
	s.mustIssue(who, s.log(who, oil))
	if n := s.inbox(auditor, "城市管理局"); n != 1 {
		t.Errorf("%d notices after the fourth: one is enough", n)
	}
}

// Two people answer the same task at once: one wins, the other reads who did what. A double click is
// one act with one number.
func TestTwoAtOnce(t *testing.T) {
	t.Parallel()
	s := newStreet(t)
	secretary, worker := s.actor("secretary.huaiyin"), s.actor("worker.huaiyin")
	for range 5 {
		task := s.log(worker, oil)
		var wg sync.WaitGroup
		errs := make([]error, 2)
		for i, by := range []authz.Actor{secretary, worker} {
			wg.Go(func() { _, errs[i] = s.issue(by, task) })
		}
		wg.Wait()
		won, lost := errs[0], errs[1]
		if won != nil {
			won, lost = lost, won
		}
		if won != nil || fault.KindOf(lost) != fault.KindConflict || !strings.Contains(lost.Error(), "已被他人处理") || !strings.Contains(lost.Error(), "答复了这件事") {
			t.Fatalf("%v / %v", won, lost)
		}
	}
	task := s.log(worker, oil)
	cmd := refusal.IssueCmd{TaskStep: refusal.TaskStep{ID: task.ID, Version: task.Version}, Kind: refusal.Refuse, Reason: task.Now.Reason, ReasonText: task.Now.ReasonText}
	key := s.newKey()
	first, err := s.s.Issue(s.ctx, worker, cmd, key)
	if err != nil {
		t.Fatal(err)
	}
	second, err := s.s.Issue(s.ctx, worker, cmd, key)
	if err != nil || first != second {
		t.Errorf("double click: %s, then %s, %v", first, second, err)
	}
	y1, n1, _ := s.s.Log(s.ctx, worker, oil, "one-form-one-task-1")
	y2, n2, err := s.s.Log(s.ctx, worker, oil, "one-form-one-task-1")
	if err != nil || y1 != y2 || n1 != n2 {
		t.Errorf("one form became %d-%d and %d-%d, %v", y1, n1, y2, n2, err)
	}
}

// Another community's task is a missing task, word for word; departments log nothing; who may look
// at everything may not act.
func TestAccess(t *testing.T) {
	t.Parallel()
	s := newStreet(t)
	worker, linhe, dept, reviewer := s.actor("worker.huaiyin"), s.actor("worker.linhe"), s.actor("dept.chengguan"), s.actor("reviewer")
	task := s.log(worker, oil)
	_, missing := s.s.View(s.ctx, linhe, 2026, 999)
	for _, by := range []authz.Actor{linhe, dept, s.actor("admin"), authz.Anonymous} {
		_, err := s.s.View(s.ctx, by, task.Year, task.Seq)
		if err == nil || err.Error() != missing.Error() {
			t.Errorf("%s: %v", by.Login, err)
		}
	}
	for _, by := range []authz.Actor{linhe, dept, reviewer, s.actor("leader"), s.actor("auditor"), authz.Anonymous} {
		_, err := s.issue(by, task)
		s.wantKind(err, fault.KindNotFound, by.Login+" answered for a community")
	}
	for _, by := range []authz.Actor{dept, reviewer, authz.Anonymous} {
		_, _, err := s.s.Log(s.ctx, by, oil, s.newKey())
		s.wantKind(err, fault.KindNotFound, by.Login+" logged")
	}
	foreign := oil
	foreign.Community = demo.Linhe
	_, _, err := s.s.Log(s.ctx, worker, foreign, s.newKey())
	s.wantKind(err, fault.KindNotFound, "logged for another community")
	list, err := s.s.Tasks(s.ctx, linhe, refusal.TaskFilter{})
	if err != nil || len(list.Rows) != 0 {
		t.Errorf("临河 sees %d tasks of 槐荫, %v", len(list.Rows), err)
	}
	r := s.mustIssue(worker, task)
	for _, by := range []authz.Actor{linhe, s.actor("dept.minzheng"), s.actor("admin")} {
		_, err := s.s.ViewRefusal(s.ctx, by, r.Kind, r.Year, r.Seq)
		s.wantKind(err, fault.KindNotFound, by.Login+" read the letter")
	}
	for _, by := range []authz.Actor{worker, dept, reviewer} {
		rs, err := s.s.Refusals(s.ctx, by, refusal.RefusalFilter{})
		if err != nil || len(rs.Rows) != 1 {
			t.Errorf("%s sees %d letters, %v", by.Login, len(rs.Rows), err)
		}
	}
}

// Hostile and careless input gets a sentence beside its field, never an error of ours, and a wrong
// form writes nothing.
func TestInput(t *testing.T) {
	t.Parallel()
	s := newStreet(t)
	who := s.actor("worker.huaiyin")
	change := func(f func(*refusal.Asked)) refusal.Asked { in := oil; f(&in); return in }
	for _, c := range []struct {
		name, field string
		in          refusal.Asked
	}{
		{"nobody asked", "requester", change(func(a *refusal.Asked) { a.Requester = " " })},
		{"a unit that nobody knows", "kind", change(func(a *refusal.Asked) { a.Requester = "某某办公室" })},
		{"a kind that does not exist", "kind", change(func(a *refusal.Asked) { a.Requester, a.Kind = "某某办公室", "king" })},
		{"no words", "words", change(func(a *refusal.Asked) { a.Words = "" })},
		{"too many words", "words", change(func(a *refusal.Asked) { a.Words = strings.Repeat("𠮷", 1001) })},
		{"no channel", "channel", change(func(a *refusal.Asked) { a.Channel = "telepathy" })},
		{"tomorrow", "asked_on", change(func(a *refusal.Asked) { a.AskedOn = workday.NewDay(2026, 11, 19) })},
		{"before the register", "asked_on", change(func(a *refusal.Asked) { a.AskedOn = workday.NewDay(1990, 1, 1) })},
		{"an hour that is none", "asked_time", change(func(a *refusal.Asked) { a.AskedTime = "25:00" })},
		{"a long title", "title", change(func(a *refusal.Asked) { a.Title = strings.Repeat("表", 61) })},
	} {
		_, _, err := s.s.Log(s.ctx, who, c.in, s.newKey())
		fields := fault.Fields(err)
		if len(fields) == 0 || fields[0].Name != c.field {
			t.Errorf("%s: %v", c.name, err)
		}
	}
	for _, words := range []string{`'; DROP TABLE offlist_task; --`, `<script>alert(1)</script>`, "%_\\", "𠮷㛃社区", "第条第条第九千九百九十九条"} {
		in := oil
		in.Words, in.Basis, in.Requester, in.Kind = words, words, words, place.UnitByLaw
		if _, _, err := s.s.Log(s.ctx, who, in, s.newKey()); err != nil {
			t.Errorf("%q: %v", words, err)
		}
	}
	var n int
	if err := s.db.Q().QueryRow(s.ctx, `SELECT count(*) FROM offlist_task`).Scan(&n); err != nil || n != 5 {
		t.Errorf("%d tasks, %v", n, err)
	}
	task := s.log(who, oil)
	for _, reason := range []string{"", "我们依法拒绝", strings.Repeat("长", 501)} {
		_, err := s.s.Issue(s.ctx, who, refusal.IssueCmd{TaskStep: refusal.TaskStep{ID: task.ID}, Kind: refusal.Return, Reason: refusal.NotAdmitted, ReasonText: reason}, s.newKey())
		s.wantKind(err, fault.KindInvalid, "reason "+reason)
	}
}

// Every change leaves one entry per record in the trail, with who, what and why (R49); trying without
// logging leaves nothing (「这件事能拒绝吗？」).
func TestTrail(t *testing.T) {
	t.Parallel()
	s := newStreet(t)
	who := s.actor("worker.huaiyin")
	var before, after int
	count := func(n *int) {
		if err := s.db.Q().QueryRow(s.ctx, `SELECT count(*) FROM audit_entry`).Scan(n); err != nil {
			t.Fatal(err)
		}
	}
	count(&before)
	seen, err := s.s.Try(s.ctx, who, oil)
	if err != nil || seen.Outcome != refusal.ByPolicy {
		t.Fatalf("%s %v", seen.Outcome, err)
	}
	count(&after)
	if before != after {
		t.Error("a try left a trace")
	}
	r := s.mustIssue(who, s.log(who, oil))
	for kind, id := range map[string]int64{refusal.TaskKind: int64(r.TaskID), refusal.RefusalKind: int64(r.ID)} {
		h, err := audit.History(s.ctx, s.db.Q(), kind, id, 0, 10)
		if err != nil || len(h) == 0 || h[0].Actor != who.Name || h[0].Reason == "" || h[0].After == nil {
			t.Errorf("%s: %+v %v", kind, h, err)
		}
	}
}

// 待办 shows what waits, with the button that the outcome names (J3).
func TestWaiting(t *testing.T) {
	t.Parallel()
	s := newStreet(t)
	huaiyin, linhe := s.actor("worker.huaiyin"), s.actor("worker.linhe")
	task := s.log(huaiyin, oil)
	s.log(linhe, oil)
	for _, c := range []struct {
		login, button string
	}{{"worker.huaiyin", "拒绝执行"}, {"secretary.linhe", "退回街道"}, {"dept.chengguan", ""}, {"reviewer", ""}, {"legality", ""}} {
		todo, err := refusal.Waiting(s.ctx, s.db.Q(), s.actor(c.login))
		if err != nil {
			t.Fatal(err)
		}
		if (c.button == "") != (len(todo) == 0) || len(todo) > 0 && todo[0].Button != c.button {
			t.Errorf("%s: %+v", c.login, todo)
		}
	}
	s.mustIssue(huaiyin, task)
	todo, err := refusal.Waiting(s.ctx, s.db.Q(), s.actor("dept.chengguan"))
	if err != nil || len(todo) != 1 || todo[0].Button != "答复社区" || todo[0].DueOn.IsZero() {
		t.Errorf("%+v %v", todo, err)
	}
}

// Lists page by keyset, newest first, and come back the same way.
func TestPages(t *testing.T) {
	t.Parallel()
	s := newStreet(t)
	who := s.actor("worker.huaiyin")
	for range 5 {
		s.log(who, oil)
	}
	first, err := s.s.Tasks(s.ctx, who, refusal.TaskFilter{Limit: 2})
	if err != nil || len(first.Rows) != 2 || !first.HasNext || first.Rows[0].Seq != 5 {
		t.Fatalf("%+v %v", first, err)
	}
	at, err := refusal.ParseTaskCursor(first.Next)
	if err != nil {
		t.Fatal(err)
	}
	second, err := s.s.Tasks(s.ctx, who, refusal.TaskFilter{Limit: 2, Cursor: at})
	if err != nil || len(second.Rows) != 2 || second.Rows[0].Seq != 3 {
		t.Fatalf("%+v %v", second, err)
	}
	if at, err = refusal.ParseTaskCursor(second.Prev); err != nil {
		t.Fatal(err)
	}
	back, err := s.s.Tasks(s.ctx, who, refusal.TaskFilter{Limit: 2, Cursor: at})
	if err != nil || len(back.Rows) != 2 || back.Rows[0].Seq != 5 {
		t.Fatalf("%+v %v", back, err)
	}
	none, err := s.s.Tasks(s.ctx, who, refusal.TaskFilter{State: refusal.Answered})
	if err != nil || len(none.Rows) != 0 {
		t.Errorf("%+v %v", none, err)
	}
}
