package main

import (
	"bytes"
	"fmt"
	"image"
	"image/jpeg"
	"strings"
	"sync"
	"testing"
	"time"

	"portal/internal/account"
	"portal/internal/authz"
	"portal/internal/blob"
	"portal/internal/demo"
	"portal/internal/grid"
	"portal/internal/handoff"
	"portal/internal/pg"
	"portal/internal/policy"
	"portal/internal/request"
	"portal/internal/secret"
	"portal/internal/workday"
	"portal/internal/workorder"
	"portal/web/form"
)

// hands reach the services of the street, for what a journey or a tour finds there already.
type hands struct {
	t      testing.TB
	s      *street
	keys   *secret.Box
	asks   *request.Service
	orders *workorder.Service
	cases  *handoff.Cases
	files  blob.Store
}

func (s *street) hands(t testing.TB) hands {
	t.Helper()
	keys, err := secret.OpenDir(s.at.keyFile())
	if err != nil {
		t.Fatal(err)
	}
	files, err := blob.NewDir(s.at.blobDir())
	if err != nil {
		t.Fatal(err)
	}
	h := hands{t: t, s: s, keys: keys, asks: request.New(s.open.db, keys), orders: workorder.New(s.open.db), files: files}
	h.cases = handoff.New(s.open.db, h.asks, h.orders)
	return h
}

var (
	actorsLock sync.Mutex
	actors     = map[string]authz.Actor{}
)

// as is a demo account, signed in once.
func (h hands) as(login string) authz.Actor {
	h.t.Helper()
	actorsLock.Lock()
	defer actorsLock.Unlock()
	if a, known := actors[login]; known {
		return a
	}
	people := account.New(h.s.open.db, account.WithKeys(h.keys), account.WithSecondFactor(false))
	in := must(people.SignIn(h.t.Context(), account.Credentials{Login: login, Password: demo.Password, Device: "journey"}))(h.t, login)
	actors[login] = must(people.Actor(h.t.Context(), in.SigninID))(h.t, login)
	return actors[login]
}

// must ends the test when what was done for it went wrong.
func must[T any](v T, err error) func(t testing.TB, what string) T {
	return func(t testing.TB, what string) T {
		t.Helper()
		if err != nil {
			t.Fatalf("%s: %v", what, err)
		}
		return v
	}
}

// one reads a single text of the database.
func (h hands) one(sql string, args ...any) (text string) {
	h.t.Helper()
	if err := h.s.open.db.Q().QueryRow(h.t.Context(), sql, args...).Scan(&text); err != nil {
		h.t.Fatalf("%s %v: %v", sql, args, err)
	}
	return text
}

func (h hands) order(no string) workorder.Order {
	h.t.Helper()
	return must(h.orders.Get(h.t.Context(), authz.System, no))(h.t, no)
}

// file takes a request in at the window of 槐荫社区, in the grid of that name; it stands where the rules put it.
func (h hands) file(category, words, phone, gridCode string) request.Receipt {
	h.t.Helper()
	ctx := h.t.Context()
	v := must(policy.Load(ctx, h.s.open.db.Q(), workday.DayOf(h.s.open.db.Now())))(h.t, "settings")
	f := request.Filing{Kind: request.Help, Category: category, Words: words, Community: demo.Huaiyin, Channel: request.Window, Phone: phone, Place: "槐香苑东门", NoticeVersion: v.NoticeVersion}
	if phone != "" {
		f.Name = "居民甲"
	}
	for _, g := range must(grid.New(h.s.open.db).OnDay(ctx, authz.System, demo.Huaiyin, workday.DayOf(h.s.open.db.Now())))(h.t, "grids") {
		if g.Code == gridCode {
			f.Grid = int64(g.ID)
			in := must(grid.New(h.s.open.db).Buildings(ctx, authz.System, g.ID, workday.DayOf(h.s.open.db.Now()), ""))(h.t, "buildings")
			f.Building, f.Place = in.Rows[0].Building.ID, ""
		}
	}
	return must(h.cases.File(ctx, h.as("clerk"), form.NewKey(), f))(h.t, "file "+words)
}

// handled brings a case to 报办结 by its owner.
func (h hands) handled(login, no string) {
	h.t.Helper()
	ctx, by := h.t.Context(), h.as(login)
	o := h.inHand(login, no)
	if o.NeedsPhoto() {
		ref := must(h.files.Put(ctx, bytes.NewReader(jpg(h.t)), blob.MaxSize))(h.t, "photo")
		o = must(h.orders.AddPhoto(ctx, by, form.NewKey(), o.At(), workorder.After, ref, "办好以后.jpg", "image/jpeg"))(h.t, "photo")
	}
	must(h.cases.Report(ctx, by, form.NewKey(), workorder.Report{At: o.At(), Words: "已经上门修好，现场恢复，和居民当面核对过", Result: "solved"}))(h.t, "report "+no)
}

// inHand signs and, for a request, contacts the resident.
func (h hands) inHand(login, no string) workorder.Order {
	h.t.Helper()
	ctx, by := h.t.Context(), h.as(login)
	o := must(h.orders.Sign(ctx, by, form.NewKey(), h.order(no).At()))(h.t, "sign "+no)
	if o.Source == workorder.FromFinding {
		return o
	}
	return must(h.cases.Contact(ctx, by, form.NewKey(), workorder.Contact{At: o.At(), Words: "已电话联系，约好上门时间", Told: true, ByPhone: true}))(h.t, "contact "+no)
}

func jpg(t testing.TB) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := jpeg.Encode(&b, image.NewRGBA(image.Rect(0, 0, 64, 48)), nil); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// Categories of the demo street by who they go to.
const (
	ofUnit   = "0601" // 区城市管理局, seen on the spot
	ofGrid   = "0105" // the grid
	ofTown   = "0106" // the community
	ofNobody = "9901" // the desk
)

// Grids of 槐荫社区.
const (
	firstGrid  = demo.Huaiyin + "001"
	secondGrid = demo.Huaiyin + "002"
)

var (
	recordsOnce sync.Once
	records     *strings.Replacer
)

// known gives the records that the tours name in braces; they come about once, by the acts of those who may.
func (s *street) known(t *testing.T) *strings.Replacer {
	t.Helper()
	recordsOnce.Do(func() { records = s.hands(t).live() })
	if records == nil {
		t.Fatal("the records of the tours did not come about")
	}
	return records
}

// errands are those of the demo, by how far they have come (REQ-16).
func (h hands) errands(out map[string]string) {
	h.t.Helper()
	today := workday.DayOf(h.s.open.db.Now())
	for _, login := range []string{"clerk", "worker.huaiyin"} {
		for _, a := range must(h.asks.Agencies(h.t.Context(), h.as(login)))(h.t, "errands") {
			out["errand-"+login+"-"+string(a.State(today))], out["errandcase"] = a.No, a.RequestNo
		}
	}
}

func (h hands) live() *strings.Replacer {
	h.t.Helper()
	ctx, key := h.t.Context(), form.NewKey
	phones := 19900000460 // everybody has one of their own: the same person and category would be one case (REQ-05)
	file := func(category, words string) string {
		phones++
		return h.file(category, words, fmt.Sprint(phones), firstGrid).No
	}
	unit := h.as("dept.chengguan").Posts[0].UnitID
	out := map[string]string{}

	asked := h.file(ofUnit, "东门外摆摊占了盲道，轮椅过不去。", "19900000451", firstGrid)
	out["unit"], out["token"] = asked.No, asked.Token
	h.inHand("dept.chengguan", asked.No)
	out["new"] = file(ofUnit, "店门口的桌椅摆到人行道上了。")
	out["grid"] = file(ofGrid, "老人下不了楼，想请人上门帮忙填表。")
	out["town"] = file(ofTown, "孩子上学要开居住证明，要带什么。")
	out["desk"] = file(ofNobody, "两边都说不归自己管，不知道找谁。")

	done := h.file(ofUnit, "夜里有人在路口烧烤，油烟大。", "19900000452", firstGrid)
	h.handled("dept.chengguan", done.No)
	out["done"], out["donetoken"] = done.No, done.Token
	h.errands(out)
	over := h.file(ofUnit, "花坛边上晒满了衣服被子。", "19900000453", firstGrid)
	h.handled("dept.chengguan", over.No)
	if err := h.cases.Callback(ctx, h.as("callback"), key(), request.Callback{No: over.No, Reached: true, Self: true, Solved: request.IsSolved, Satisfied: request.IsSatisfied}); err != nil {
		h.t.Fatal(err)
	}
	out["over"], out["overtoken"] = over.No, over.Token

	no := file(ofUnit, "小区里的公共晾衣架倒了。")
	must(h.orders.Dispute(ctx, h.as("dept.chengguan"), key(), workorder.Dispute{At: h.order(no).At(), Reason: "晾衣架是小区共有部分，应由物业服务企业维修"}))(h.t, "dispute")
	out["disputed"] = no
	no = file(ofUnit, "围挡占了半条路，施工很久了。")
	o := h.inHand("dept.chengguan", no)
	must(h.orders.Extend(ctx, h.as("dept.chengguan"), key(), workorder.Extend{At: o.At(), Until: o.DueAt.Add(48 * time.Hour), Reason: "围挡要等管线单位验收以后才能拆"}))(h.t, "extend")
	out["longer"] = no
	no = file(ofUnit, "路口的早点摊要等新市场开了才能搬。")
	must(h.orders.Park(ctx, h.as("dispatcher"), key(), workorder.Park{At: h.inHand("dept.chengguan", no).At(), Reason: "新市场下月才开业，眼下没有地方可搬", ReviewOn: workday.DayOf(h.s.open.db.Now()).Add(20)}))(h.t, "park")
	out["parked"] = no
	no = file(ofUnit, "广告牌的铁架子松了，刮风响。")
	must(h.orders.AskHelp(ctx, h.as("dept.chengguan"), key(), workorder.AskHelp{At: h.inHand("dept.chengguan", no).At(), Unit: h.as("dept.minzheng").Posts[0].UnitID, Words: "请协助联系店主，约好停业半天"}))(h.t, "help")
	out["helped"] = no
	no = file(ofNobody, "一天里同样的话说了二十遍。")
	must(h.orders.ExcludeAsk(ctx, h.as("dispatcher"), key(), workorder.ExcludeAsk{At: h.order(no).At(), Reason: "duplicate_channel", Words: "12345 热线已经在办，编号一致"}))(h.t, "exclude")
	out["excluded"] = no

	for i := range 5 {
		h.file("0602", fmt.Sprintf("垃圾点第 %d 回满出来，没有人拉。", i+1), fmt.Sprintf("1990000048%d", i), secondGrid)
	}
	if err := h.s.open.db.Write(ctx, authz.System, func(tx *pg.Tx) error { _, err := h.asks.FindCauses(ctx, tx); return err }); err != nil {
		h.t.Fatal(err)
	}
	out["cause"] = h.one(`SELECT max(id)::text FROM cause`)

	where := must1(h.orders.Grounds(ctx, h.as("grid.huaiyin1")))(h.t, "grounds")
	found := func(how workorder.How, words string) string {
		f := workorder.FindingDraft{How: how, Category: map[workorder.How]string{workorder.SolvedHere: ofGrid, workorder.ReportedUp: ofUnit, workorder.HazardSeen: "1003"}[how], Words: words, Place: "东门外", Grid: where[0].Grid, SeenAt: h.s.open.db.Now(), DeviceKey: key()}
		if how == workorder.HazardSeen {
			f.RectifyBy = workday.DayOf(h.s.open.db.Now()).Add(7)
		}
		return must(h.orders.Find(ctx, h.as("grid.huaiyin1"), key(), f))(h.t, words).No
	}
	out["solved"] = found(workorder.SolvedHere, "楼道口堆的纸箱已经请住户搬走")
	out["hazard"] = found(workorder.HazardSeen, "电动车飞线充电，插座挂在窗外")
	no = found(workorder.ReportedUp, "路边围栏断了一截，钢筋露在外面")
	h.handled("dept.chengguan", no)
	out["finding"] = no

	w := must(h.orders.DraftWhistle(ctx, h.as("secretary.huaiyin"), key(), workorder.WhistleDraft{Kind: workorder.WorkWhistle, Community: demo.Huaiyin, Title: "菜场外长期占道", Facts: "菜场外长期占道，多次劝导无效",
		Effort: "社区和街道已劝导三次", Place: "菜场北门", Units: []int64{unit}, Lead: unit}))(h.t, "whistle")
	out["draftwhistle"] = w.No
	w = must(h.orders.DraftWhistle(ctx, h.as("secretary.huaiyin"), key(), workorder.WhistleDraft{Kind: workorder.WorkWhistle, Community: demo.Huaiyin, Title: "河边违建挡了消防通道", Facts: "河边搭建挡住消防通道，几家都不认",
		Effort: "街道已开两次协调会", Place: "临河步道", Units: []int64{unit}, Lead: unit}))(h.t, "whistle")
	for _, do := range []authz.Action{authz.WhistleApprove, authz.WhistleBlow} {
		w = must(h.orders.ActOnWhistle(ctx, h.as("leader"), key(), do, workorder.WhistleAct{At: workorder.WhistleStep{ID: w.ID, Version: w.Version}}))(h.t, string(do))
	}
	out["whistle"] = w.No

	out["clock"] = h.one(`SELECT min(c.id)::text FROM work_clock c JOIN work_order o ON o.id = c.order_id WHERE o.no = $1`, out["unit"])
	out["notice"] = h.one(`SELECT n.year || '-' || n.seq FROM notice n WHERE n.state = 'issued' AND n.division = $1 AND n.kind = 'affairs' ORDER BY n.id DESC LIMIT 1`, demo.Huaiyin)
	out["changed"] = h.one(`SELECT n.year || '-' || n.seq FROM notice n WHERE n.state = 'issued' AND n.division = $1 AND n.kind = 'affairs' ORDER BY n.id LIMIT 1`, demo.Linhe)
	out["draft"] = "draft-" + h.one(`SELECT max(id)::text FROM notice WHERE state = 'draft' AND division = $1`, demo.Huaiyin)
	out["objection"] = h.one(`SELECT max(o.id)::text FROM objection o JOIN notice n ON n.id = o.notice_id WHERE n.division = $1`, demo.Huaiyin)
	var pairs []string
	for name, value := range out {
		pairs = append(pairs, "{"+name+"}", value)
	}
	return strings.NewReplacer(pairs...)
}

// must1 is must for what gives two things, of which the first is wanted.
func must1[T, U any](v T, _ U, err error) func(t testing.TB, what string) T { return must(v, err) }
