package handoff_test

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"portal/internal/account"
	"portal/internal/authz"
	"portal/internal/demo"
	"portal/internal/demo/demotest"
	"portal/internal/fault"
	"portal/internal/grid"
	"portal/internal/handoff"
	"portal/internal/pg/pgtest"
	"portal/internal/request"
	"portal/internal/workday"
	"portal/internal/workorder"
)

// town is the demo street with its people, for crossings.
type town struct {
	*testing.T
	ctx      context.Context
	s        demotest.Street
	cases    *handoff.Cases
	orders   *workorder.Service
	requests *request.Service
	building grid.Place
	mu       sync.Mutex
	n        int
}

func newTown(t *testing.T) *town {
	t.Helper()
	s := demotest.Open(t)
	c := &town{T: t, ctx: t.Context(), s: s, orders: workorder.New(s.DB), requests: request.New(s.DB, s.Keys)}
	c.cases = handoff.New(s.DB, c.requests, c.orders)
	found, err := grid.New(s.DB).Find(c.ctx, authz.Anonymous, "槐香苑", workday.DayOf(pgtest.Now), 1)
	if err != nil || len(found) == 0 {
		t.Fatalf("a building: %v", err)
	}
	c.building = found[0]
	return c
}

func (c *town) key() string {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.n++
	return fmt.Sprintf("handoff-test-%032d", c.n)
}

// as signs somebody of the demo in.
func (c *town) as(login string) authz.Actor {
	c.Helper()
	accounts := account.New(c.s.DB, account.WithKeys(c.s.Keys))
	in, err := accounts.SignIn(c.ctx, account.Credentials{Login: login, Password: demo.Password, Device: "test"})
	c.must(err)
	by, err := accounts.Actor(c.ctx, in.SigninID)
	c.must(err)
	return by
}

func (c *town) must(err error) {
	c.Helper()
	if err != nil {
		c.Fatal(err)
	}
}

func (c *town) filing(phone string) request.Filing {
	return request.Filing{Kind: request.Complaint, Category: "0402", Title: "路灯不亮", Words: "西门外的路灯不亮，老人不敢走。", Building: c.building.Building.ID,
		Community: c.building.Grid.Community, Grid: int64(c.building.Grid.ID), Channel: request.Phone, NoticeVersion: "2026-1", Name: "测试居民", Phone: phone}
}

func (c *town) file(f request.Filing) request.Receipt {
	c.Helper()
	r, err := c.cases.File(c.ctx, authz.Anonymous, c.key(), f)
	c.must(err)
	return r
}

func (c *town) order(no string) workorder.Order {
	c.Helper()
	o, err := c.orders.Get(c.ctx, authz.System, no)
	c.must(err)
	return o
}

// under is the case a request is handled in now: its own, or the one it was merged into.
func (c *town) under(no string) workorder.Order {
	c.Helper()
	r, err := c.requests.ByNo(c.ctx, c.s.DB.Q(), no)
	c.must(err)
	o, err := workorder.ByID(c.ctx, c.s.DB.Q(), workorder.ID(r.OrderID))
	c.must(err)
	return o
}

// handle brings a case to 报办结 with a photo, as its owner would.
func (c *town) handle(no string, by authz.Actor, reply string) workorder.Order {
	c.Helper()
	o := c.order(no)
	if o.State == workorder.Dispatched {
		_, err := c.orders.Sign(c.ctx, by, c.key(), o.At())
		c.must(err)
	}
	_, err := c.cases.Contact(c.ctx, by, c.key(), workorder.Contact{At: c.order(no).At(), Words: "已电话联系，今天修。", Told: true, ByPhone: true})
	c.must(err)
	o, err = c.orders.AddPhoto(c.ctx, by, c.key(), c.order(no).At(), workorder.After, refOf(c, no), "after.png", "image/png")
	c.must(err)
	key, at := c.key(), o.At()
	for range 2 { // the same form twice counts once
		o, err = c.cases.Report(c.ctx, by, key, workorder.Report{At: at, Words: reply, Result: "solved"})
		c.must(err)
	}
	return o
}

// One submission is one request, however often it arrives and however many at once: the receipt is the same.
func TestFileOnce(t *testing.T) {
	t.Parallel()
	c := newTown(t)
	key, f := c.key(), c.filing("19900000001")
	got := make([]request.Receipt, 8)
	var all sync.WaitGroup
	for i := range got {
		all.Go(func() {
			var err error
			if got[i], err = c.cases.File(c.ctx, authz.Anonymous, key, f); err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
	for _, r := range got {
		if r.No != got[0].No || r.Code != got[0].Code || r.Token != got[0].Token || r.No == "" {
			t.Fatalf("two receipts for one submission: %+v and %+v", got[0], r)
		}
	}
	if o := c.order(got[0].No); o.Owner.UnitName != "区城市管理局" || !o.StartedAt.Equal(pgtest.Now) {
		t.Errorf("owner %s, started %s", o.Owner.Words(), o.StartedAt)
	}
}

// REQ-05, REQ-06: another person's word about the same matter joins, is answered and called back; taken out again it
// has its own clock. The same person's second word is told, not counted twice.
func TestMergeAndBack(t *testing.T) {
	t.Parallel()
	c := newTown(t)
	first := c.file(c.filing("19900000001"))
	c.s.DB.Now = func() time.Time { return pgtest.Now.Add(2 * time.Hour) }
	join := c.filing("19900000002")
	join.AsSame = first.No
	second := c.file(join)
	again := c.file(c.filing("19900000001"))
	if o := c.under(second.No); o.No != first.No || o.Followers < 2 {
		t.Fatalf("the second stands at %s with %d followers", o.No, o.Followers)
	}
	if o := c.under(again.No); o.No != first.No {
		t.Errorf("the same person's second word stands at %s", o.No)
	}
	c.must(c.cases.Unmerge(c.ctx, c.as("dispatcher"), c.key(), second.No, "不是同一盏路灯"))
	own := c.under(second.No)
	if own.No != second.No || !own.StartedAt.Equal(pgtest.Now.Add(2*time.Hour)) || !own.DueAt.Equal(second.DueAt) {
		t.Errorf("taken out: %s, started %s, due %s", own.No, own.StartedAt, own.DueAt)
	}
	mergeKey, dispatcher := c.key(), c.as("dispatcher")
	for range 2 { // the same form twice counts once
		c.must(c.cases.Merge(c.ctx, dispatcher, mergeKey, []string{second.No}, first.No, "核实后是同一处"))
	}
	c.handle(first.No, c.as("dept.chengguan"), "三盏路灯已经换好，今晚会亮。")
	for _, r := range []request.Receipt{first, second} {
		tracked, err := c.requests.Track(c.ctx, request.Key{Token: r.Token})
		c.must(err)
		if tracked.Reply != "三盏路灯已经换好，今晚会亮。" || !tracked.CanRate {
			t.Errorf("%s was not answered: %+v", r.No, tracked.Reply)
		}
	}
}

// REQ-11, REQ-12: unsolved goes back once to its owner and the second time to a reviewer; satisfied by everybody
// closes it; the handling unit calls nobody back.
func TestAnswersCloseOrReopen(t *testing.T) {
	t.Parallel()
	c := newTown(t)
	r := c.file(c.filing("19900000003"))
	dept := c.as("dept.chengguan")
	c.handle(r.No, dept, "已派人检修，今晚恢复。")
	c.must(c.cases.Rate(c.ctx, request.Key{Token: r.Token}, c.key(), false, "还是不亮"))
	o := c.order(r.No)
	if o.Reopened != 1 || o.State.Done() || o.Owner.UnitName != "区城市管理局" || !o.DueAt.Equal(r.DueAt) {
		t.Fatalf("first reopening: %d, %s, %s, due %s", o.Reopened, o.State, o.Owner.Words(), o.DueAt)
	}
	c.s.DB.Now = func() time.Time { return pgtest.Now.Add(time.Hour) }
	c.handle(r.No, dept, "更换了灯头和线路，已经亮了。")
	c.must(c.cases.Callback(c.ctx, c.as("callback"), c.key(), request.Callback{No: r.No, Reached: true, Self: true, Solved: request.Unsolved, Satisfied: request.Unsatisfied}))
	if o = c.order(r.No); o.Reopened != 2 || !o.NeedsReview || o.Owner.Kind != workorder.Desk {
		t.Fatalf("second reopening: %d, review %v, %s", o.Reopened, o.NeedsReview, o.Owner.Words())
	}
	other := c.file(c.filing("19900000004"))
	c.handle(other.No, dept, "已换灯泡，现场已经亮了。")
	c.must(c.cases.Callback(c.ctx, c.as("callback"), c.key(), request.Callback{No: other.No, Reached: true, Self: true, Solved: request.IsSolved, Satisfied: request.IsSatisfied}))
	if o = c.order(other.No); o.State != workorder.Closed {
		t.Errorf("satisfied: %s", o.State)
	}
}

// §6.8, 7: a word taken back ends its case, but not where there is danger.
func TestWithdraw(t *testing.T) {
	t.Parallel()
	c := newTown(t)
	plain := c.file(c.filing("19900000005"))
	c.must(c.cases.Withdraw(c.ctx, request.Key{Token: plain.Token}, c.key()))
	if o := c.order(plain.No); o.State != workorder.Withdrawn {
		t.Errorf("taken back: %s", o.State)
	}
	f := c.filing("19900000006")
	f.Category, f.Words = "0504", "楼道里燃气味很重，怀疑漏气。"
	danger := c.file(f)
	c.must(c.cases.Withdraw(c.ctx, request.Key{Token: danger.Token}, c.key()))
	if o := c.order(danger.No); o.State.Done() {
		t.Errorf("danger ended with its author: %s", o.State)
	}
}

// GRD-07: the open cases of a grid are named for its handover; GRD-08: a case keeps the grid it began in.
func TestCasesOfAGrid(t *testing.T) {
	t.Parallel()
	c := newTown(t)
	f := c.filing("19900000007")
	f.Category, f.Title = "1205", "请看看独居老人"
	r := c.file(f)
	o := c.order(r.No)
	if o.Owner.Kind != workorder.Grid || o.GridAtCreation != int64(c.building.Grid.ID) || o.ItemCode != "LZ-107" {
		t.Fatalf("owner %s, grid %d, item %s", o.Owner.Words(), o.GridAtCreation, o.ItemCode)
	}
	open, err := handoff.OfGrid(c.ctx, c.s.DB.Q(), c.building.Grid.ID)
	c.must(err)
	named := false
	for _, one := range open {
		named = named || one.No == r.No && strings.Contains(one.Words, "请看看独居老人")
	}
	if !named {
		t.Errorf("%s is not among %v", r.No, open)
	}
}

// REQ-15: a repeated cause becomes a whistle of its lawful department, once.
func TestWhistleFromCause(t *testing.T) {
	t.Parallel()
	c := newTown(t)
	for i := range 5 {
		f := c.filing(fmt.Sprintf("1990000001%d", i))
		f.Category, f.Title, f.Words = "0404", "下水道堵了", fmt.Sprintf("污水往外冒，第 %d 次了。", i+1)
		c.file(f)
	}
	c.must(c.cases.Tick(c.ctx))
	secretary := c.as("secretary.huaiyin")
	causes, err := c.requests.Causes(c.ctx, secretary, request.Proposed, "", 50)
	c.must(err)
	var mine request.Cause
	for _, one := range causes.Rows {
		if one.Category == "0404" && one.BuildingID == c.building.Building.ID {
			mine = one
		}
	}
	if mine.ID == 0 || mine.Requests < 5 || strings.Contains(mine.Evidence, "1990000") {
		t.Fatalf("no cause among %d, or it names people: %+v", len(causes.Rows), mine)
	}
	key := c.key()
	for range 2 {
		no, err := c.cases.WhistleFromCause(c.ctx, secretary, key, mine.ID, mine.Version, "排水管老化，需要部门到场")
		c.must(err)
		if !strings.HasPrefix(no, "CS-2026-") {
			t.Fatalf("whistle %q", no)
		}
	}
	_, err = c.cases.WhistleFromCause(c.ctx, secretary, c.key(), mine.ID, mine.Version, "再来一次")
	if fault.KindOf(err) != fault.KindConflict {
		t.Errorf("a second whistle about one cause: %v", err)
	}
}
