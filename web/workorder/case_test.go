package workorder

import (
	"net/http"
	"strings"
	"testing"

	"portal/internal/demo"
	"portal/internal/request"
	"portal/internal/workorder"
	"portal/web/form"
)

// ofGrid and ofUnit are categories that the rules of the demo send to a grid and to 区城市管理局.
const (
	ofGrid = "0105"
	ofUnit = "0401"
)

// J5 by its handlers: the case, the telephone with a purpose, the record of the call, the arrival, the report
// with a photo and a ready sentence. Five buttons after the row of 待办; nothing is asked twice.
func TestGridWorkerSettlesACase(t *testing.T) {
	t.Parallel()
	s := newStreet(t)
	no := s.file(ofGrid, "老人下不了楼，想请人上门帮忙填表。")
	worker := s.as("grid.huaiyin1")
	page := worker.Get(at(no, "")).Is(http.StatusOK).WellMade().Says("h1", "老人下不了楼").Says(".case-clocks", "联系时限", "办结时限", "剩", "为什么是这个时间").
		Says("main", "居民说的话", "老人下不了楼，想请人上门帮忙填表", "138****0462", "欧阳*").Says(".case-bar", "签收").Says(".case-quick", "签收并打电话")
	if strings.Contains(page.Body, "13800010462") || strings.Contains(page.Body, "欧阳试") {
		t.Error("the page holds what is to be masked")
	}
	call := worker.Post(at(no, "/calls/new")).Is(http.StatusOK).WellMade().Says("main", "13800010462", "居民可以要求查看", "记录联系")
	if call.Attr("main a[href^='tel:']", "href") != "tel:13800010462" || call.Header.Get("Cache-Control") != "no-store" {
		t.Errorf("tel link and cache: %q", call.Header.Get("Cache-Control"))
	}
	if got := s.order(no).State; got != workorder.Signed {
		t.Fatalf("after the call it is %s", got)
	}
	contact := []string{"version", call.Attr("main [name=version]", "value"), "do", "contact", "by_phone", "yes", "said", "打通了，已说明情况", "words", "约好 15:30<b>上门</b>", "form_key", form.NewKey()}
	for range 2 { // a double tap
		if to := worker.Post(at(no, "/visits/new"), contact...).Sees(); to != at(no, "") {
			t.Errorf("leads to %s", to)
		}
	}
	page = worker.Get(at(no, "")).WellMade().Says("#photos", "已联系", "约好 15:30<b>上门</b>").Says(".case-bar", "我已到现场", "附上现在的位置")
	if strings.Contains(page.Body, "<b>上门") {
		t.Error("words are not escaped")
	}
	to := worker.Post(at(no, "/arrivals/new"), "version", page.Attr(".case-bar [name=version]", "value"), "lng", "", "lat", "").Sees()
	if to != at(no, "/results/new") {
		t.Fatalf("after the arrival: %s", to)
	}
	page = worker.Get(to).Is(http.StatusOK).WellMade().Says("main", "现成的话", "办理后的照片")
	version := page.Attr("main [name=version]", "value")

	bad := worker.Post(to, "version", version, "words", "正在协调", "result", "solved").Is(http.StatusUnprocessableEntity).Says("#f-words-error", "不是办结")
	if bad.Text("#f-words") != "正在协调" || !strings.HasPrefix(bad.Text("title"), "有 1 处需要修改") {
		t.Errorf("what was typed is lost: %q, %q", bad.Text("#f-words"), bad.Text("title"))
	}
	worker.Upload(to, "photos", "现场.gif", []byte("GIF89a....."), "version", version, "words", "已到现场填好表格", "result", "solved").Is(http.StatusUnprocessableEntity).Says("#f-photos-error", "图片")
	worker.Upload(to, "photos", "现场.jpg", jpg(t), "version", version, "phrase", resultPhrases[0], "words", "表格当场填好", "result", "solved").Sees()
	o := s.order(no)
	if o.State != workorder.Handled || !strings.HasPrefix(o.Reply, resultPhrases[0]) || !strings.Contains(o.Reply, "表格当场填好") {
		t.Fatalf("%s, %q", o.State, o.Reply)
	}
	page = worker.Get(at(no, "")).WellMade().Says("main", "由办理单位以外的人回访", "办理后").SaysNot(".case-bar", "报办结")
	src := page.Attr(".case-photos img", "src")
	photo := worker.Get(src).Is(http.StatusOK)
	if photo.Header.Get("Content-Type") != "image/jpeg" || photo.Header.Get("X-Content-Type-Options") != "nosniff" || !strings.HasPrefix(photo.Header.Get("Content-Disposition"), "inline") {
		t.Errorf("photo headers %v", photo.Header)
	}
	s.as("worker.linhe").Get(src).Is(http.StatusNotFound)
	worker.Get(at(no, "/history")).Is(http.StatusOK).WellMade().Says("main", "报办结", "签收")
}

// Somebody else's case reads like a missing one, whatever is asked of it (reliability rule 5).
func TestCaseOfOthersIsMissing(t *testing.T) {
	t.Parallel()
	s := newStreet(t)
	no := s.file(ofGrid, "老人下不了楼，想请人上门帮忙填表。")
	missing := "SQ-2026-999999"
	for _, login := range []string{"worker.linhe", "secretary.linhe", "dept.minzheng", "grid.huaiyin2"} {
		v := s.as(login)
		if login == "grid.huaiyin2" && len(s.order(no).Owned()) == 0 {
			t.Fatal("nobody owns the case")
		}
		if v.Get(at(no, "")).Status == http.StatusOK && login == "grid.huaiyin2" {
			continue // the B of the grid sees what the A has (GRD-04)
		}
		for _, below := range []string{"", "/history", "/clocks", "/photos/1"} {
			got, lost := v.Get(at(no, below)).Is(http.StatusNotFound), v.Get(at(missing, below)).Is(http.StatusNotFound)
			if got.Text("main") != lost.Text("main") {
				t.Errorf("%s %s: %q and %q", login, below, got.Text("main"), lost.Text("main"))
			}
		}
		for _, a := range acts {
			got, lost := v.Post(at(no, "/"+a.Path), "version", "1"), v.Post(at(missing, "/"+a.Path), "version", "1")
			if got.Status != http.StatusNotFound || got.Text("main") != lost.Text("main") {
				t.Errorf("%s %s: %d %q and %q", login, a.Path, got.Status, got.Text("main"), lost.Text("main"))
			}
		}
		v.Post(at(no, "/calls/new")).Is(http.StatusNotFound)
	}
	if o := s.order(no); o.Version != 1 && o.State != workorder.Dispatched {
		t.Errorf("a denied act changed the case: %s %d", o.State, o.Version)
	}
	dispatcher := s.as("dispatcher")
	dispatcher.Get(pathEvents + "/" + no).Is(http.StatusNotFound) // a request is no event
	for _, bad := range []string{"SQ-2026-0", "SQ-1", "abc", "SQ-2026-99999999999999", "%27", "SJ-2026-1"} {
		if got := dispatcher.Get(pathRequests + "/" + bad); got.Status != http.StatusNotFound && got.Status != http.StatusBadRequest {
			t.Errorf("%s: %d", bad, got.Status)
		}
	}
}

// REQ-08: one dispute with a reason, one ruling that may become a rule; the clock is the same before and after.
func TestDisputeAndRuling(t *testing.T) {
	t.Parallel()
	s := newStreet(t)
	no := s.file(ofUnit, "路面塌了一块，晚上看不见。")
	before := s.order(no)
	dept := s.as("dept.chengguan")
	page := dept.Get(at(no, "")).Is(http.StatusOK).WellMade().Says(".case-bar", "签收", "提出异议")
	version := page.Attr(".case-bar [name=version]", "value")
	dept.Get(at(no, "/disputes/new")).Is(http.StatusOK).WellMade().Says("main", "只能提一次")
	bad := dept.Post(at(no, "/disputes/new"), "version", version, "reason", "否").Is(http.StatusUnprocessableEntity).Says("#f-reason-error", "字")
	if bad.Text("#f-reason") != "否" {
		t.Error("the reason is lost")
	}
	dept.Post(at(no, "/disputes/new"), "version", version, "reason", "这条路由住建部门养护，有移交协议").Sees()
	dept.Get(at(no, "")).WellMade().Says("main", "异议和裁定", "住建部门养护", "裁定时限").SaysNot(".case-bar", "提出异议")

	desk := s.as("dispatcher")
	desk.Get(at(no, "")).WellMade().Says(".case-bar", "裁定")
	page = desk.Get(at(no, "/rulings/new")).Is(http.StatusOK).WellMade().Says("main", "住建部门养护", "留作派单规则", "维持原派单")
	version = page.Attr("main [name=version]", "value")
	desk.Post(at(no, "/rulings/new"), "version", version, "do", "uphold", "ruling", "按移交协议由住建部门办").Is(http.StatusUnprocessableEntity).Says("#f-to-error", "选派给谁")
	desk.Post(at(no, "/rulings/new"), "version", version, "do", "keep", "ruling", "").Is(http.StatusUnprocessableEntity).Says("#f-ruling-error", "裁定")
	keep := []string{"version", version, "do", "keep", "ruling", "协议已到期，仍由城管局办理", "make_rule", "yes", "from", "昨天吧"}
	from := s.Frame.Today().Add(10)
	for _, day := range []string{"昨天吧", s.Frame.Today().Add(-1).String()} {
		keep[len(keep)-1] = day
		if bad := desk.Post(at(no, "/rulings/new"), keep...).Is(http.StatusUnprocessableEntity).WellMade(); bad.Text("#f-from-error") == "" || bad.Attr("[name=from]", "value") != day {
			t.Errorf("%s: %q", day, bad.Text("#f-from-error"))
		}
	}
	keep[len(keep)-1] = from.String()
	desk.Post(at(no, "/rulings/new"), keep...).Sees()
	desk.Get(at(no, "")).Says("main", "并作为派单规则，将于"+from.Chinese()+"生效")
	var kept int
	if err := s.DB.Q().QueryRow(t.Context(), `SELECT count(*) FROM routing_rule WHERE category = $1 AND dispute_id IS NOT NULL AND lower(valid) = $2::date`, ofUnit, from.String()).Scan(&kept); err != nil || kept != 1 {
		t.Errorf("%d rules begin on %s: %v", kept, from, err)
	}
	page = dept.Get(at(no, "")).WellMade().Says("main", "维持原派单", "协议已到期")
	dept.Post(at(no, "/disputes/new"), "version", s.version(no), "reason", "还是认为不归本局办理").Is(http.StatusForbidden)
	if after := s.order(no); !after.DueAt.Equal(before.DueAt) || !after.StartedAt.Equal(before.StartedAt) {
		t.Error("a dispute moved the resident's clock (REQ-07)")
	}
	_ = page
}

// Help, more time, putting aside: each is a form of its own with its messages beside the fields.
func TestOtherActs(t *testing.T) {
	t.Parallel()
	s := newStreet(t)
	bare := s.file(ofUnit, "路面塌了一块，晚上看不见。")
	city := s.as("dept.chengguan")
	city.Post(at(bare, "/signatures/new"), "version", s.version(bare)).Sees()
	city.Post(at(bare, "/helps/new"), "version", s.version(bare), "community", demo.Huaiyin, "words", "请带路并通知楼组长").Is(http.StatusUnprocessableEntity) // the list holds nothing of it (GRD-21)
	no := s.file("2004", "楼前台阶结冰，老人不敢出门。")                                                                                                            // the rule says that the community assists
	dept := s.as("dept.chengguan")
	dept.Post(at(no, "/signatures/new"), "version", s.version(no)).Sees()

	dept.Get(at(no, "/helps/new")).Is(http.StatusOK).WellMade()
	dept.Post(at(no, "/helps/new"), "version", s.version(no), "words", "请带路").Is(http.StatusUnprocessableEntity).Says("#f-unit-error", "选择")
	dept.Post(at(no, "/helps/new"), "version", s.version(no), "community", demo.Huaiyin, "words", "请带路并通知楼组长").Is(http.StatusUnprocessableEntity).Says("#f-unit-error", "已经请过")
	dept.Get(at(no, "")).WellMade().Says("main", "协办", "等答复") // asked by the rule itself
	helper := s.as("secretary.huaiyin")
	helper.Get(at(no, "")).Is(http.StatusOK).WellMade().Says(".case-bar", "答复协办")
	helper.Get(at(no, "/helps/answers/new")).Is(http.StatusOK).WellMade()
	helper.Post(at(no, "/helps/answers/new"), "version", s.version(no), "words", "已带到现场").Sees()
	dept.Get(at(no, "")).Says("main", "已答复", "已带到现场")

	no = bare

	dept.Get(at(no, "/extensions/new")).Is(http.StatusOK).WellMade().Says("main", "只有一次")
	dept.Post(at(no, "/extensions/new"), "version", s.version(no), "until", "", "reason", "材料要等").Is(http.StatusUnprocessableEntity).Says("#f-until-error", "哪天")
	until := s.order(no).DueAt.AddDate(0, 0, 2)
	dept.Post(at(no, "/extensions/new"), "version", s.version(no), "until", until.Format("2006-01-02"), "reason", "沥青要隔天才能到货").Sees()
	leader := s.as("leader")
	leader.Get(at(no, "")).Is(http.StatusOK).WellMade().Says(".case-bar", "审批延期")
	leader.Get(at(no, "/extensions/decisions/new")).Is(http.StatusOK).WellMade().Says("main", "沥青要隔天")
	leader.Post(at(no, "/extensions/decisions/new"), "version", s.version(no), "do", "grant", "words", "同意").Sees()
	if o := s.order(no); !o.Extended {
		t.Error("not extended")
	}
	dept.Get(at(no, "/extensions/new")).Is(http.StatusForbidden) // once (REQ-09)

	desk := s.as("dispatcher")
	desk.Get(at(no, "/parkings/new")).Is(http.StatusOK).WellMade()
	desk.Post(at(no, "/parkings/new"), "version", s.version(no), "reason", "", "review_on", "").Is(http.StatusUnprocessableEntity)
	desk.Post(at(no, "/parkings/new"), "version", s.version(no), "reason", "主管网改造排在下月", "review_on", s.Frame.Today().Add(20).String()).Sees()
	dept.Get(at(no, "")).WellMade().Says("main", "已挂起", "主管网改造排在下月")
	dept.Get(at(no, "/resumptions/new")).Is(http.StatusOK).WellMade()
	dept.Post(at(no, "/resumptions/new"), "version", s.version(no), "words", "改造提前完工").Sees()

	desk.Get(at(no, "/exclusions/new")).Is(http.StatusOK).WellMade()
	desk.Post(at(no, "/exclusions/new"), "version", s.version(no), "reason", "").Is(http.StatusUnprocessableEntity)
	desk.Post(at(no, "/exclusions/new"), "version", s.version(no), "reason", "duplicate_channel", "words", "热线同案已办").Sees()
	leader.Get(at(no, "/exclusions/decisions/new")).Is(http.StatusOK).WellMade().Says("main", "热线同案已办")
	leader.Post(at(no, "/exclusions/decisions/new"), "version", s.version(no), "do", "refuse", "words", "两件事不同").Sees()
}

// REQ-03: answered on the spot, or not accepted with a listed ground and the right channel.
func TestAnswersAtTheDesk(t *testing.T) {
	t.Parallel()
	s := newStreet(t)
	desk := s.as("dispatcher")
	no := s.toDesk("想问加装电梯要哪些材料。")
	desk.Get(at(no, "/answers/new")).Is(http.StatusOK).WellMade().Says("main", "当场答复", "不予受理", "告知渠道")
	bad := desk.Post(at(no, "/answers/new"), "version", s.version(no), "do", "decline", "words", "这一类不受理").Is(http.StatusUnprocessableEntity)
	if bad.Text("#f-words") != "这一类不受理" || bad.Text(".errors") == "" {
		t.Error("the words are lost, or no message")
	}
	desk.Post(at(no, "/answers/new"), "version", s.version(no), "do", "", "words", "这样办").Is(http.StatusUnprocessableEntity)
	desk.Post(at(no, "/answers/new"), "version", s.version(no), "do", "answer", "words", "材料清单已当面给您，三个工作日内办结。").Sees()
	desk.Get(at(no, "")).WellMade().Says("main", "材料清单已当面给您", "已办结")

	no = s.toDesk("法院判了还没有执行。")
	ground := request.Grounds[0]
	desk.Post(at(no, "/answers/new"), "version", s.version(no), "do", "divert", "words", "这件事由别的渠道办理，已为您写明去处。", "ground", ground.Key).Sees()
	desk.Get(at(no, "")).WellMade().Says("main", ground.Label)
}

// toDesk files a request that no rule sends away: it complains about the unit to which it would go (REQ-13).
func (s street) toDesk(words string) string {
	s.t.Helper()
	unit := s.as("dept.chengguan").Actor.Posts[0].UnitID
	no := s.file(ofUnit, words, func(f *request.Filing) { f.ComplainedUnit = unit })
	if got := s.order(no).State; got != workorder.Registered {
		s.t.Fatalf("%s is %s, not at the desk", no, got)
	}
	return no
}

// The clocks open their reasons, one by one and together (REQ-07).
func TestClocks(t *testing.T) {
	t.Parallel()
	s := newStreet(t)
	no := s.file(ofUnit, "路面塌了一块，晚上看不见。")
	dept := s.as("dept.chengguan")
	page := dept.Get(at(no, "/clocks")).Is(http.StatusOK).WellMade().Says("main", "首次联系", "办结时限", "依据", "提出异议", "时钟照走", "经批准的延期")
	one := page.Attr("main a[href^='/desk/clocks/']", "href")
	dept.Get(one).Is(http.StatusOK).WellMade().Says("main", "从什么时候算", "依据")
	s.as("worker.linhe").Get(one).Is(http.StatusNotFound)
	for _, bad := range []string{"/desk/clocks/0", "/desk/clocks/abc", "/desk/clocks/99999999"} {
		dept.Get(bad).Is(http.StatusNotFound)
	}
}

// The dispatcher records for units that have no account: each act is there, marked 代录, and none is the next step.
func TestDispatcherRecordsForOthers(t *testing.T) {
	t.Parallel()
	s := newStreet(t)
	no := s.toDesk("路灯杆歪了，请派人看看。")
	desk := s.as("dispatcher")
	unit := s.as("dept.minzheng").Actor.Posts[0].UnitID
	desk.Post(at(no, "/dispatches/new"), "version", s.version(no), "other", id64(unit), "why", "按职责派单").Sees()
	page := desk.Get(at(no, "")).Is(http.StatusOK).WellMade().Says("#more", "代录：签收").SaysNot(".case-bar .btn-primary", "签收").SaysNot(".case-quick", "签收并打电话")
	if len(page.All("#more a[href$='/signatures/new']")) != 1 {
		t.Error("no way to sign for a unit without an account")
	}
	form := desk.Get(at(no, "/signatures/new")).Is(http.StatusOK).WellMade().Says("main", "代录")
	desk.Post(at(no, "/signatures/new"), "version", form.Attr("main [name=version]", "value")).Sees()
	desk.Get(at(no, "")).Says("#trail + *, main", "代录").Says("#more", "代录：报办结")
	// Calling does not sign by the way.
	call := desk.Post(at(no, "/calls/new"), "purpose", purposes[1]).Is(http.StatusOK).Says("main", purposes[1])
	if len(call.All("main a[href^='tel:']")) != 1 {
		t.Error("no telephone")
	}
	desk.Post(at(no, "/calls/new"), "purpose", "随便看看").Is(http.StatusUnprocessableEntity).Says(".errors", "从列出的选项里选")
	desk.Get(at(no, "/calls/new")).Is(http.StatusOK).WellMade().Says("main", "每次都会记下")
	s.as("worker.linhe").Get(at(no, "/calls/new")).Is(http.StatusNotFound)
}

// A whistle drafted from a case stands on the case's page, for those who may see it.
func TestCaseShowsItsWhistles(t *testing.T) {
	t.Parallel()
	s := newStreet(t)
	no := s.file(ofUnit, "路面塌了一块，晚上看不见。")
	desk, dept, other := s.as("dispatcher"), s.as("dept.chengguan"), s.as("dept.minzheng")
	desk.Get(at(no, "")).Is(http.StatusOK).SaysNot("main", "由这一件拟的")
	o := s.order(no)
	w, err := s.deps.Orders.DraftWhistle(t.Context(), desk.Actor, form.NewKey(), workorder.WhistleDraft{Kind: workorder.WorkWhistle, Order: o.ID, Community: o.Community,
		Title: "路面<i>塌陷", Facts: "反复塌陷，要几家一起看", Effort: "已填两次", Place: "路口", Units: []int64{other.Actor.Posts[0].UnitID}})
	if err != nil {
		t.Fatal(err)
	}
	page := desk.Get(at(no, "")).Is(http.StatusOK).WellMade().Says("[aria-labelledby=whistles]", w.No, "路面<i>塌陷", "工作推进哨", "待批准")
	if len(page.All("[aria-labelledby=whistles] a[href='"+w.Path()+"']")) != 1 || len(page.All("[aria-labelledby=whistles] i")) != 0 {
		t.Error("no link to the whistle, or its words are not escaped")
	}
	dept.Get(at(no, "")).Is(http.StatusOK).SaysNot("main", "由这一件拟的") // it is not among those whistled for
}
