package request

import (
	"net/http"
	"strings"
	"testing"

	"portal/internal/request"
	"portal/web/form"
)

// slip is the receipt of a request of the demo street.
func (b bench) slip(t *testing.T, where string) request.Receipt {
	t.Helper()
	var no string
	if err := b.DB.Q().QueryRow(t.Context(), `SELECT r.no FROM request r JOIN work_order o ON o.id = r.order_id WHERE r.settled_at IS NULL AND `+where+` ORDER BY r.id LIMIT 1`).Scan(&no); err != nil {
		t.Fatalf("no request with %s: %v", where, err)
	}
	out, err := b.deps.Requests.ReceiptTx(t.Context(), b.DB.Q(), no)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

const (
	answered = `o.state = 'handled' AND o.reopened = 0 AND r.replied_at IS NOT NULL AND r.phone_index IS NOT NULL AND r.order_id = r.home_order`
	running  = `o.state IN ('dispatched', 'signed', 'handling') AND r.phone_index IS NOT NULL AND r.order_id = r.home_order`
)

// J8: from the QR, one touch says that it is well, one sends it back, and neither counts twice.
func testRating(t *testing.T, b bench) {
	v := b.Anybody(t)
	r := b.slip(t, answered)
	page := v.Get("/r/" + r.Token).Is(http.StatusOK).WellMade()
	page.Says(".rate", "满意", "没解决，退回重办")
	key := page.Attr(".rate [name=form_key]", "value")
	for range 2 {
		to := v.Post("/r/"+r.Token+"/ratings", form.KeyField, key, "answer", "unsolved", "reason", "灯还是不亮").Sees()
		if to != "/r/"+r.Token+"?done=unsolved" {
			t.Errorf("leads to %s", to)
		}
		v.Get(to).Is(http.StatusOK).WellMade().Says(".banner", "已经退回重办")
	}
	if n := b.count(t, `SELECT count(*) FROM callback c JOIN request r ON r.id = c.request_id WHERE r.no = $1 AND c.source = 'resident' AND c.locked_at IS NOT NULL`, r.No); n != 1 {
		t.Errorf("%d answers", n)
	}
	if n := b.count(t, `SELECT o.reopened FROM work_order o JOIN request r ON r.order_id = o.id WHERE r.no = $1`, r.No); n != 1 {
		t.Errorf("reopened %d times (REQ-11)", n)
	}
	if len(v.Get("/r/"+r.Token).All(".rate")) != 0 {
		t.Error("a reopened request can be rated again")
	}
	v.Post("/r/"+r.Token+"/ratings", "answer", "perhaps").Is(http.StatusUnprocessableEntity)

	r = b.slip(t, answered)
	v.Post("/r/"+r.Token+"/ratings", "answer", "solved").Sees()
	v.Get("/r/"+r.Token).Says("main", "解决，满意")
	if n := len(v.Get("/r/" + r.Token).All("form[action$=supplements], form[action$=withdrawals]")); n != 0 {
		t.Errorf("an ended request offers %d acts", n)
	}
	late := v.Post("/r/"+r.Token+"/ratings", "answer", "unsolved").Is(http.StatusConflict).WellMade() // from another window
	late.Says("h1", v.Get("/r/"+r.Token).Text("h1")).SaysNot("main", "已被他人处理")
}

// The typed code alone shows how far it is and lets its holder answer; words, place and notes come with the
// last four digits of the telephone (reliability.md §2 rule 18).
func testTypedCode(t *testing.T, b bench) {
	v := b.Anybody(t)
	token := filed(t, v, "楼道灯三天不亮", "13812345678")
	code := v.Get("/r/" + token + "/receipt").Text(".bigcode")
	v.Get("/requests/lookup").Is(http.StatusOK).WellMade()
	page := v.Post("/requests/lookup", "code", strings.ToLower(strings.ReplaceAll(code, "-", " "))).Is(http.StatusOK).WellMade()
	page.Says("h1", "进度 SQ-").Says("main", "办到哪一步", "加上电话后四位").SaysNot("main", "楼道灯", "502", "幢", "5678", code)
	page = v.Post("/requests/lookup", "code", code, "phone4", "5678").Is(http.StatusOK).WellMade()
	page.Says("h1", "楼道灯三天不亮").SaysNot("main", "13812345678", "502", "张")

	// An act with the typed code shows the progress again; nothing stands in the address.
	key := page.Attr("form[action='/requests/lookup/supplements'] [name=form_key]", "value")
	for range 2 {
		page = v.Post("/requests/lookup/supplements", form.KeyField, key, "code", code, "phone4", "5678", "words", "四楼也不亮了").Is(http.StatusOK)
		page.Says(".banner", "已经补充").Says(".notes", "四楼也不亮了")
	}
	if n := strings.Count(page.Text(".notes"), "您补充"); n != 1 {
		t.Errorf("%d notes after the same form twice", n)
	}
	v.Post("/requests/lookup/supplements", "code", code, "words", "四楼也不亮了").Is(http.StatusNotFound)
	v.Post("/requests/lookup/nothing", "code", code, "phone4", "5678").Is(http.StatusNotFound)
}

// Whatever opens nothing reads the same, and guessing is braked in words that tell nothing.
func testUnknownCodes(t *testing.T, b bench) {
	v := b.Anybody(t)
	token := filed(t, v, "楼道灯三天不亮", "13812345678")
	code := v.Get("/r/" + token + "/receipt").Text(".bigcode")
	said := map[string]bool{}
	for _, typed := range [][2]string{{"K7QF-2M9A-41X8", ""}, {"nonsense", ""}, {"<b>", ""}, {code, "0000"}, {code, "x"}} {
		page := v.Post("/requests/lookup", "code", typed[0], "phone4", typed[1]).Is(http.StatusNotFound).WellMade()
		said[page.Text(".errors a")] = true
		if got := page.Attr("#f-code", "value"); got != typed[0] {
			t.Errorf("typed %q came back as %q", typed[0], got)
		}
	}
	if len(said) != 1 {
		t.Errorf("unknown codes read differently: %v", said)
	}
	v.Post("/requests/lookup", "code", "").Is(http.StatusUnprocessableEntity)
	other, unknown := v.Get("/r/"+strings.Repeat("A", 22)), v.Get("/r/short")
	if other.Status != http.StatusNotFound || unknown.Status != http.StatusNotFound || other.Text("main") != unknown.Text("main") {
		t.Errorf("unknown tokens answer %d %q and %d %q", other.Status, other.Text("main"), unknown.Status, unknown.Text("main"))
	}
	for range 12 {
		v.Post("/requests/lookup", "code", code, "phone4", "1111")
	}
	right, wrong := v.Post("/requests/lookup", "code", code, "phone4", "5678"), v.Post("/requests/lookup", "code", code, "phone4", "1111")
	if right.Status != http.StatusTooManyRequests || wrong.Status != right.Status || right.Text(".errors") != wrong.Text(".errors") {
		t.Errorf("braked: %d %q and %d %q", right.Status, right.Text(".errors"), wrong.Status, wrong.Text(".errors"))
	}
	v.Get("/r/" + token).Is(http.StatusOK) // the QR is never shut out
}

// 补充, 撤回, who read the telephone, and why this time.
func testTrackActs(t *testing.T, b bench) {
	v := b.Anybody(t)
	token := filed(t, v, "楼道灯三天不亮", "13812345678")
	page := v.Get("/r/" + token).Is(http.StatusOK).WellMade()
	page.Says("main", "收到您的问题", "最晚", "办好", "谁看过您的电话", "还没有人看过").SaysNot("main", "13812345678", "502")
	if len(page.All("img")) != 0 {
		t.Error("a photograph on the public page")
	}
	v.Get("/r/"+token+"/clock").Is(http.StatusOK).WellMade().Says("main", "最晚联系您", "最晚办好", "收到以后", "不会。转给别的单位")
	long := strings.Repeat("很", 501)
	page = v.Post("/r/"+token+"/supplements", "words", long).Is(http.StatusUnprocessableEntity).WellMade()
	page.Says("textarea", long)
	v.Post("/r/"+token+"/supplements", "words", "").Is(http.StatusUnprocessableEntity)
	v.Post("/r/" + token + "/nothing").Is(http.StatusNotFound)
	to := v.Post("/r/"+token+"/supplements", "words", `四楼也不亮了<img src=x onerror=alert(1)>`).Sees()
	page = v.Get(to).Says(".notes", "您补充", "<img src=x")
	if len(page.All(".notes img")) != 0 {
		t.Error("words became markup")
	}
	v.Get(v.Post("/r/"+token+"/withdrawals").Sees()).Is(http.StatusOK).WellMade().Says("main", "已撤回").SaysNot("main", "最晚")
}

// Whoever reads the telephone is told to its owner with the purpose, not by full name (REQ-22).
func testReveals(t *testing.T, b bench) {
	r := b.slip(t, running)
	var name string
	caller := b.As(t, "dispatcher")
	name = caller.Actor.Name
	if _, err := b.deps.Cases.Reveal(t.Context(), caller.Actor, r.No, "核对地点"); err != nil {
		t.Fatal(err)
	}
	page := b.Anybody(t).Get("/r/" + r.Token).Is(http.StatusOK).WellMade()
	page.Says("section[aria-labelledby=read]", "用途：核对地点", request.MaskName(name)).SaysNot("section[aria-labelledby=read]", name)
}

// Who signs in is still everybody here: the request keeps no trace of an account.
func testStaffAreEverybody(t *testing.T, b bench) {
	v := b.As(t, "dispatcher")
	token := filed(t, v, "下班路上看到灯不亮", "")
	no := v.Get("/r/" + token + "/receipt").Text(".bigno")
	if n := b.count(t, `SELECT count(*) FROM request r JOIN work_order o ON o.id = r.home_order WHERE r.no = $1 AND r.taken_by IS NULL AND o.first_account IS NULL`, no); n != 1 {
		t.Errorf("%s keeps who filed it", no)
	}
}

// Similar requests of the place can be joined, and left again (REQ-05).
func testJoining(t *testing.T, b bench) {
	v := b.Anybody(t)
	filed(t, v, "楼道灯三天不亮", "13812340001")
	other := b.Anybody(t)
	other.Post("/requests/new/what", "category", "0204").Sees()
	pickBuilding(t, other)
	other.Post("/requests/new/where", "go", "next").Sees()
	page := other.Get("/requests/new/say").Is(http.StatusOK).WellMade()
	no := page.Attr("button[name=same]", "value")
	other.Post("/requests/new/say", "words", "楼道黑", "same", no).Sees()
	other.Get("/requests/new/say").Says(".same", "一起跟进", "不是同一件").Says("textarea", "楼道黑")
	other.Post("/requests/new/say", "words", "楼道黑", "same", "clear").Sees()
	other.Get("/requests/new/say").SaysNot(".same", "不是同一件")
	other.Post("/requests/new/say", "words", "楼道黑", "same", "SQ-2020-1").Is(http.StatusUnprocessableEntity)
	other.Post("/requests/new/say", "words", "楼道黑", "same", no).Sees()
	other.Post("/requests/new/say", "words", "楼道黑", "go", "next").Sees()
	other.Post("/requests/new/phone", "go", "skip").Sees()
	check := other.Get("/requests/new/check")
	check.Says("main", "一起跟进", no, "不留电话")
	to := other.Post("/requests/new/check", form.KeyField, check.Attr("main form [name=form_key]", "value")).Sees()
	other.Get(to).Is(http.StatusOK).WellMade().Says("main", "同一件事")
}

// The three rates stand by quarter with their coverage and the count of exclusions (§6.4).
func testFigures(t *testing.T, b bench) {
	page := b.Anybody(t).Get("/requests/figures").Is(http.StatusOK).WellMade()
	page.Says("main", "响应率", "解决率", "满意率", "回访覆盖", "剔除了哪些", "部分解决”不算解决")
	if n := len(page.All("#rates")); n != 1 {
		t.Error("no table of rates")
	}
	if n := len(page.All("section[aria-labelledby=rates] tbody tr")); n != quarters {
		t.Errorf("%d quarters", n)
	}
	if !strings.Contains(page.Text("section[aria-labelledby=rates] tbody"), "%") {
		t.Error("no rate was counted")
	}
	page.SaysNot("main", "NaN")
	if got := page.Header.Get("Cache-Control"); got == "no-store" {
		t.Error("figures of everybody are kept from everybody")
	}
}

// Hostile bodies are refused in words, never with a fault of ours.
func testHostile(t *testing.T, b bench) {
	v := b.Anybody(t)
	for _, path := range []string{"/requests/new/what", "/requests/new/where", "/requests/new/say", "/requests/new/phone", "/requests/new/check", "/requests/lookup", "/requests/lookup/ratings"} {
		for _, bad := range []string{"a\x00b", "\xff\xfe", strings.Repeat("𠮷", 5000), "‮abc", "'; DROP TABLE request; --"} {
			got := v.Post(path, "q", bad, "category", bad, "compound", bad, "place", bad, "go", "words", "words", bad, "kind", bad, "phone", bad, "name", bad, "code", bad, "phone4", bad, "answer", bad)
			if got.Status >= 500 {
				t.Errorf("%s with %.12q: %d %s", path, bad, got.Status, got.Text("main"))
			}
		}
	}
	v.Post("/requests/new/check", form.KeyField, form.NewKey()).Is(http.StatusNotFound) // a draft that is over
	v.Post("/requests/new/check", form.KeyField, "short").Is(http.StatusUnprocessableEntity)
}
