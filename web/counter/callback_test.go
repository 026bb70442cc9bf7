package counter

import (
	"strings"
	"testing"

	"portal/internal/request"
	"portal/internal/workorder"
	"portal/web/form"
	"portal/web/webtest"
)

// answered is a request whose case the street's desk has handled for its owner, up to the reply.
func (d desk) answered(t *testing.T, pairs ...string) string {
	t.Helper()
	no := d.file(t, d.As(t, "clerk"), pairs...)
	d.reply(t, no)
	return no
}

// reply brings the case of a request to 报办结 once more.
func (d desk) reply(t *testing.T, no string) {
	t.Helper()
	ctx, by := t.Context(), d.As(t, "dispatcher").Actor
	o, err := d.Orders.Get(ctx, by, no)
	if err != nil {
		t.Fatal(err)
	}
	if o.State == workorder.Registered {
		unit := int64(d.count(t, "SELECT id FROM unit WHERE name = '区城市管理局'"))
		if o, err = d.Orders.Dispatch(ctx, by, form.NewKey(), workorder.Dispatch{At: o.At(), To: workorder.Target{Kind: workorder.Unit, Unit: unit}, Why: "按职责"}); err != nil {
			t.Fatal(err)
		}
	}
	if o.State == workorder.Dispatched {
		if o, err = d.Orders.Sign(ctx, by, form.NewKey(), o.At()); err != nil {
			t.Fatal(err)
		}
	}
	if o, err = d.Cases.Contact(ctx, by, form.NewKey(), workorder.Contact{At: o.At(), Words: "电话说明了安排", ByPhone: true}); err != nil {
		t.Fatal(err)
	}
	if _, err = d.Cases.Report(ctx, by, form.NewKey(), workorder.Report{At: o.At(), Words: "已经上门办好优待证，材料交给本人", Result: "solved"}); err != nil {
		t.Fatal(err)
	}
}

// REQ-11, REQ-12, §6.8, 10: a callback is made from outside the handling, kept as a draft and then locked;
// unsolved sends the case back by itself; the page shows nobody's number.
func testCallback(t *testing.T, d desk) {
	no := d.answered(t, "phone", "19900000463")
	caller := d.As(t, "callback")
	path := pathCallbacks + "/" + no
	list := caller.Get(pathCallbacks).Is(ok).WellMade().Says("table", no, "请上门办优待证", "还没打", "剩")
	list.SaysNot("main", "张三丰", "19900000463")

	page := caller.Get(path).Is(ok).WellMade().Says("main", "张**", "199****0463", "已经上门办好优待证", "看电话", "锁定回访").SaysNot("main", "张三丰", "19900000463", "502")
	stale := page.Attr("[name=version]", "value")
	send := func(pairs ...string) webtest.Answer {
		return caller.Post(path, append([]string{"version", caller.Get(path).Attr("[name=version]", "value")}, pairs...)...)
	}
	send("do", "lock").Is(wrong).Says("#f-reached-error", "选打通没有")
	send("do", "lock", "reached", "self", "solved", "solved").Is(wrong).Says("#f-satisfied-error", "照居民的话选")
	send("do", "lock", "reached", "maybe", "solved", "all").Is(wrong).Says("#f-reached-error", "从列出的选项里选")

	if to := send("do", "draft", "reached", "self", "solved", "partly", "words", "还差一张表").Sees(); to != path {
		t.Errorf("a draft was kept, and sent to %s", to)
	}
	if kept := caller.Get(path); kept.Attr("[name=solved][checked]", "value") != "partly" || kept.Text("#f-words") != "还差一张表" {
		t.Error("the draft does not come back")
	}
	if d.count(t, "SELECT count(*) FROM callback c JOIN request r ON r.id = c.request_id WHERE r.no = $1 AND c.locked_at IS NOT NULL", no) != 0 {
		t.Error("a draft is locked")
	}
	d.As(t, "dispatcher").Get(path).Is(ok).Says("main", "由没有经手的人来回访").SaysNot("main", "还差一张表")
	d.As(t, "dispatcher").Get(pathCallbacks).Is(ok).SaysNot("main", no)
	for _, login := range []string{"dept.chengguan", "worker.huaiyin", "clerk"} {
		d.As(t, login).Get(path).Is(absent)
	}

	if to := send("do", "lock", "reached", "self", "solved", "unsolved", "satisfied", "unsatisfied", "words", "没人来").Sees(); to != pathCallbacks {
		t.Errorf("locked, and sent to %s", to)
	}
	caller.Get(pathCallbacks).Says("main", "已经退回重办").SaysNot("table", no)
	o, err := d.Orders.Get(t.Context(), d.As(t, "dispatcher").Actor, no)
	if err != nil || o.Reopened != 1 || o.State.Done() {
		t.Errorf("the case is %s, reopened %d times, %v", o.State, o.Reopened, err)
	}
	caller.Post(path, "version", stale, "do", "lock", "reached", "self", "solved", "solved", "satisfied", "satisfied").Is(wrong)
	caller.Get(pathCallbacks + "/SQ-2026-999999").Is(absent)
}

// Three tries that do not find the person settle the request as 联系不上; a relative's word counts for nothing.
func testCallbackNobodyThere(t *testing.T, d desk) {
	no := d.answered(t)
	caller := d.As(t, "callback")
	path := pathCallbacks + "/" + no
	for i, reached := range []string{"none", "other", "none"} {
		page := caller.Get(path).Is(ok).Says("h2", "第 "+itoa(i+1)+" 次回访")
		caller.Post(path, "version", page.Attr("[name=version]", "value"), "do", "lock", "reached", reached, "solved", "solved", "satisfied", "satisfied").Sees()
	}
	if end := caller.Get(path).Is(ok).Says("main", "已锁定", "联系不上", "不是本人"); len(end.All("button[value=lock]")) != 0 {
		t.Error("a settled callback can be locked again")
	}
	if n := d.count(t, "SELECT count(*) FROM callback c JOIN request r ON r.id = c.request_id WHERE r.no = $1 AND (c.solved <> '' OR c.satisfied <> '')", no); n != 0 {
		t.Error("what a relative said is counted")
	}
}

// REQ-22: the number comes only after a purpose, each look is logged and shown; out of reach reads like missing.
func testReveal(t *testing.T, d desk) {
	no := d.answered(t, "phone", "19900000464")
	caller := d.As(t, "callback")
	path := casePath(no, "/reveal")
	asked := caller.Get(path+"?from=callback").Is(ok).WellMade().Says("main", "还没有人看过").SaysNot("body", "19900000464", "张三丰")
	if asked.Attr("[name=use][checked]", "value") != "回访" {
		t.Error("the purpose of a callback is not proposed")
	}
	caller.Post(path).Is(wrong).Says("#f-use-error", "选用来做什么").SaysNot("body", "19900000464")
	caller.Post(path, "use", "其他").Is(wrong).Says("#f-purpose-error", "写清用来做什么").SaysNot("body", "19900000464")
	caller.Post(path, "use", "好奇").Is(wrong).SaysNot("body", "19900000464")
	if n := d.count(t, "SELECT count(*) FROM reveal"); n != d.count(t, "SELECT count(*) FROM reveal WHERE request_id <> (SELECT id FROM request WHERE no = $1)", no) {
		t.Error("a refused look is logged as one")
	}
	shown := caller.Post(path, "use", "回访", "from", "callback").Is(ok).WellMade().Says("#shown", "19900000464", "张三丰", "502", "回到回访").Says(".trail", "回访")
	if shown.Header.Get("Cache-Control") != "no-store" || shown.Attr("#shown a[href^=tel]", "href") != "tel:19900000464" {
		t.Error("the page with the number may be stored, or cannot dial")
	}
	d.As(t, "dispatcher").Get(path).Is(ok).Says(".trail", "回访").SaysNot("body", "19900000464")
	for _, login := range []string{"dept.minzheng", "worker.linhe"} {
		v := d.As(t, login)
		for _, a := range []webtest.Answer{v.Get(path), v.Post(path, "use", "首次联系")} {
			if b := v.Get(casePath("SQ-2026-999999", "/reveal")).Is(absent); a.Status != absent || a.Text("main") != b.Text("main") {
				t.Errorf("%s: %d %s", login, a.Status, a.Text("main"))
			}
		}
	}
}

// REQ-13: the reporter of a 举报 stays hidden from its handler: no name, no number, no reveal.
func testReporterWall(t *testing.T, d desk) {
	no := d.answered(t, "phone", "19900000465", "kind", "report", "category", "0802", "title", "夜里有人扰民", "words", "半夜放音响")
	caller := d.As(t, "callback")
	caller.Get(pathCallbacks+"/"+no).Is(ok).Says("main", "保密").SaysNot("body", "张**", "0465")
	d.As(t, "dispatcher").Post(casePath(no, "/reveal"), "use", "核实情况").Is(wrong).Says(".errors", "保密").SaysNot("body", "19900000465", "张三丰")
	got, err := d.Cases.Find(t.Context(), caller.Actor, no)
	if err != nil || len(got.Requests) != 1 || got.Requests[0].Kind != request.Report || strings.Contains(got.Requests[0].Name, "张") {
		t.Errorf("%+v, %v", got.Requests, err)
	}
}

// REQ-05, REQ-06: requests of the same matter merge with a reason, each reporter masked with an own clock, and
// come apart again.
func testMerge(t *testing.T, d desk) {
	clerk, dispatcher := d.As(t, "clerk"), d.As(t, "dispatcher")
	leak := []string{"category", "0301", "kind", "complaint", "title", "顶楼漏水", "words", "顶楼下雨就漏", "place", "槐安里6幢"}
	first := d.file(t, clerk, leak...)
	second := d.file(t, clerk, append(leak, "name", "李四光", "phone", "19900000778", "title", "屋顶又漏了")...)
	path := casePath(first, "/merge")
	dispatcher.Get(path).Is(ok).WellMade().Says("table", first, "张**").Says("#f-no", second, "屋顶又漏了").SaysNot("body", "李四光", "19900000778", "张三丰")
	dispatcher.Post(path).Is(wrong).Says("#f-no-error", "勾选至少 1 件").Says("#f-reason-error", "写清为什么")
	if kept := dispatcher.Post(path, "no", second).Is(wrong); len(kept.All("#f-no [checked]")) != 1 {
		t.Error("the tick is lost with the error")
	}
	dispatcher.Post(path, "no", "SQ-2026-999999", "reason", "同一处漏水").Is(absent)
	if to := dispatcher.Post(path, "no", second, "reason", "同一处漏水").Sees(); to != path {
		t.Errorf("merged, and sent to %s", to)
	}
	dispatcher.Get(path).Is(ok).WellMade().Says("table", first, "张**", second, "李**", "拆开单独办").SaysNot("#f-no", second)
	undo := casePath(second, "/unmerge")
	dispatcher.Post(undo, "from", first).Is(wrong).Says(".errors", "为什么把 "+second+" 拆开")
	if to := dispatcher.Post(undo, "from", first, "reason", "不是同一户").Sees(); to != casePath(second, "") {
		t.Errorf("taken apart, and sent to %s", to)
	}
	dispatcher.Get(path).Is(ok).SaysNot("table", second)
	for _, login := range []string{"clerk", "leader", "secretary.huaiyin", "auditor"} {
		d.As(t, login).Get(path).Is(absent)
		d.As(t, login).Post(path, "no", second, "reason", "同一处漏水").Is(absent)
	}
}
