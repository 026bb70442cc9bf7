package request

import (
	"net/http"
	"strings"
	"testing"

	"portal/internal/grid"
	"portal/internal/handoff"
	"portal/internal/request"
	"portal/internal/workorder"
	"portal/web/form"
	"portal/web/webtest"
)

// bench is the pages over the demo street.
type bench struct {
	*webtest.Bench
	deps Deps
}

func street(t *testing.T) bench {
	t.Helper()
	b := webtest.Street(t)
	requests := request.New(b.DB, b.Keys)
	d := Deps{Requests: requests, Cases: handoff.New(b.DB, requests, workorder.New(b.DB)), Grids: grid.New(b.DB)}
	Mount(b.Router, b.Frame, d)
	return bench{b, d}
}

// TestPages runs over one street: seeding it takes longer than all of them.
func TestPages(t *testing.T) {
	b := street(t)
	for name, run := range map[string]func(*testing.T, bench){
		"WallIsNeverSkipped":        testWallIsNeverSkipped,
		"ChildInDanger":             testChildInDanger,
		"Light":                     testLight,
		"Rating":                    testRating,
		"TypedCode":                 testTypedCode,
		"UnknownCodes":              testUnknownCodes,
		"TrackActs":                 testTrackActs,
		"Reveals":                   testReveals,
		"Limited":                   testLimited,
		"StaffAreEverybody":         testStaffAreEverybody,
		"Joining":                   testJoining,
		"Figures":                   testFigures,
		"Hostile":                   testHostile,
		"FourQuestionsFileARequest": testFourQuestionsFileARequest,
		"NothingIsKept":             testNothingIsKept,
		"DraftIsKeptAndInOrder":     testDraftIsKeptAndInOrder,
		"TwoWindows":                testTwoWindows,
		"DangerFirst":               testDangerFirst,
		"MattersAreFound":           testMattersAreFound,
		"Places":                    testPlaces,
		"Phrases":                   testPhrases,
		"WallAndChild":              testWallAndChild,
		"Escaping":                  testEscaping,
	} {
		t.Run(name, func(t *testing.T) { run(t, b) })
	}
}

// count runs a query that gives one number.
func (b bench) count(t *testing.T, sql string, args ...any) int {
	t.Helper()
	var n int
	if err := b.DB.Q().QueryRow(t.Context(), sql, args...).Scan(&n); err != nil {
		t.Fatal(err)
	}
	return n
}

const countRequests = `SELECT count(*) FROM request`

// building is a button of the place question, touched after its compound.
func pickBuilding(t *testing.T, v *webtest.Visitor) {
	t.Helper()
	page := v.Get("/requests/new/where").Is(http.StatusOK).WellMade()
	compound := page.Attr("button[name=compound]", "value")
	v.Post("/requests/new/where", "compound", compound).Sees()
	page = v.Get("/requests/new/where").Is(http.StatusOK).WellMade()
	v.Post("/requests/new/where", "building", page.Attr("button[name=building]", "value")).Sees()
}

// upToCheck answers the four questions by touches and a few words, and gives the look over everything.
func upToCheck(t *testing.T, v *webtest.Visitor, words, phone string) webtest.Answer {
	t.Helper()
	v.Get("/requests/new/what").Is(http.StatusOK).WellMade()
	if to := v.Post("/requests/new/what", "category", "0204").Sees(); to != "/requests/new/where" {
		t.Fatalf("after the matter comes %s", to)
	}
	pickBuilding(t, v)
	if to := v.Post("/requests/new/where", "go", "next", "door", "2单元502室").Sees(); to != "/requests/new/say" {
		t.Fatalf("after the place comes %s", to)
	}
	v.Get("/requests/new/say").Is(http.StatusOK).WellMade()
	if to := v.Post("/requests/new/say", "words", words, "kind", "help", "go", "next").Sees(); to != "/requests/new/phone" {
		t.Fatalf("after the words comes %s", to)
	}
	v.Get("/requests/new/phone").Is(http.StatusOK).WellMade()
	if to := v.Post("/requests/new/phone", "phone", phone, "go", "next").Sees(); to != "/requests/new/check" {
		t.Fatalf("after the telephone comes %s", to)
	}
	return v.Get("/requests/new/check").Is(http.StatusOK).WellMade()
}

// filed files and gives the token of the receipt.
func filed(t *testing.T, v *webtest.Visitor, words, phone string) string {
	t.Helper()
	check := upToCheck(t, v, words, phone)
	to := v.Post("/requests/new/check", form.KeyField, check.Attr("main form [name=form_key]", "value")).Sees()
	token := strings.TrimSuffix(strings.TrimPrefix(to, "/r/"), "/receipt")
	if len(token) < 22 || !strings.HasSuffix(to, "/receipt") {
		t.Fatalf("filing leads to %s", to)
	}
	return token
}

// Four questions and a look over them file one request; number, code and QR stand on the receipt, and
// neither telephone nor door does (REQ-01, K-4).
func testFourQuestionsFileARequest(t *testing.T, b bench) {
	before := b.count(t, countRequests)
	v := b.Anybody(t)
	check := upToCheck(t, v, "楼道灯三天不亮", "13812345678")
	check.Says("dl.summary", "楼道灯三天不亮", "138****5678", "2单元502室").SaysNot("main", "13812345678")
	if n := len(check.All("dl.summary a")); n < 5 {
		t.Errorf("%d lines of the check can be changed", n)
	}
	key := check.Attr("main form [name=form_key]", "value")
	to := v.Post("/requests/new/check", form.KeyField, key).Sees()

	// A double touch, a reload, a lost answer: the same receipt, nothing more (reliability.md §2 rule 1).
	if again := v.Post("/requests/new/check", form.KeyField, key).Sees(); again != to {
		t.Errorf("sent again leads to %s, not %s", again, to)
	}
	if again := b.Anybody(t).Post("/requests/new/check", form.KeyField, key).Sees(); again != to {
		t.Errorf("sent again after the cookie is lost leads to %s", again)
	}
	if n := b.count(t, countRequests); n != before+1 {
		t.Errorf("%d requests, want %d", n, before+1)
	}
	receipt := v.Get(to).Is(http.StatusOK).WellMade()
	receipt.Says("main", "已收到", "SQ-", "请用手机拍下", "前有人打电话给您").SaysNot("main", "1381", "502", "5678")
	if code := receipt.Text(".bigcode"); len(code) != 14 || strings.Count(code, "-") != 2 {
		t.Errorf("code %q", code)
	}
	if len(receipt.All(".qrcode svg")) != 1 {
		t.Error("no QR code")
	}
	// The draft is gone: Back opens an empty question.
	v.Get("/requests/new/check").Is(http.StatusSeeOther)
}

// The pages of a person stay in no store, and no address holds what was typed.
func testNothingIsKept(t *testing.T, b bench) {
	v := b.Anybody(t)
	token := filed(t, v, "楼道灯三天不亮", "13812345678")
	for _, path := range []string{"/requests/new/what", "/requests/lookup", "/r/" + token, "/r/" + token + "/receipt", "/r/" + token + "/clock", "/r/nothing"} {
		if got := v.Get(path).Header.Get("Cache-Control"); got != "no-store" {
			t.Errorf("%s: Cache-Control %q", path, got)
		}
	}
	for _, to := range []string{
		v.Post("/requests/new/what", "q", "漏水 13812345678").Sees(),
		v.Post("/requests/new/what", "category", "0301").Sees(),
		v.Post("/requests/new/where", "go", "words", "place", "长江路 5 号").Sees(),
		v.Post("/requests/new/say", "words", "家里漏水", "go", "next").Sees(),
		v.Post("/requests/new/phone", "phone", "13812345678", "go", "next").Sees(),
	} {
		if strings.ContainsAny(to, "?&=") {
			t.Errorf("an address with %s", to)
		}
	}
}

// Back and reload keep what was answered; a step cannot be jumped over.
func testDraftIsKeptAndInOrder(t *testing.T, b bench) {
	v := b.Anybody(t)
	for _, s := range []string{"where", "say", "phone", "check"} {
		if to := v.Get("/requests/new/" + s).Sees(); to != "/requests/new/what" {
			t.Errorf("%s opens %s", s, to)
		}
	}
	upToCheck(t, v, "楼道灯三天不亮", "13812345678")
	v.Get("/requests/new/say").Says("textarea", "楼道灯三天不亮")
	if got := v.Get("/requests/new/phone").Attr("#f-phone", "value"); got != "13812345678" {
		t.Errorf("telephone %q", got)
	}
	// Going back from the words keeps what was typed, finished or not.
	v.Post("/requests/new/say", "words", "灯", "kind", "help", "go", "back").Sees()
	v.Get("/requests/new/say").Says("textarea", "灯")
	// Nothing is lost when something is wrong.
	page := v.Post("/requests/new/phone", "phone", "12345", "name", "张三丰", "go", "next").Is(http.StatusUnprocessableEntity)
	page.Says(".errors", "手机号").WellMade()
	if got := page.Attr("#f-name", "value"); got != "张三丰" {
		t.Errorf("name %q came back", got)
	}
	v.Post("/requests/new").Sees()
	v.Get("/requests/new/say").Is(http.StatusSeeOther)
	v.Get("/requests/new/what").SaysNot("main", "楼道灯三天不亮")
	v.Get("/requests/new/nothing").Is(http.StatusNotFound)
}

// Two windows with two drafts do not mix: a form names its own.
func testTwoWindows(t *testing.T, b bench) {
	v := b.Anybody(t)
	v.Post("/requests/new/what", "category", "0204").Sees()
	first := v.Get("/requests/new/where").Attr("[name=draft]", "value")
	v.Post("/requests/new", "draft", "").Sees() // the second window begins anew
	v.Post("/requests/new/what", "category", "0402").Sees()
	second := v.Get("/requests/new/where").Attr("[name=draft]", "value")
	if first == second || len(first) < 22 {
		t.Fatalf("drafts %q and %q", first, second)
	}
	if to := v.Post("/requests/new/where", "draft", second, "go", "words", "place", "长江路路口").Sees(); to != "/requests/new/say" {
		t.Fatal(to)
	}
	v.Get("/requests/new/say").Says(".chosen-line", "路灯不亮", "长江路路口")
}

// Words of danger show whom to call before anything else, and the matter goes on (REQ-04, REQ-20).
func testDangerFirst(t *testing.T, b bench) {
	v := b.Anybody(t)
	v.Post("/requests/new/what", "q", "电梯困人").Sees()
	page := v.Get("/requests/new/what").Is(http.StatusOK).WellMade()
	page.Says(".danger", "119")
	if tel := page.Attr(".danger a", "href"); tel != "tel:119" {
		t.Errorf("call leads to %s", tel)
	}
	if first := page.All("main h2"); len(first) == 0 || !strings.Contains(webtest.TextOf(first[0]), "先打电话") {
		t.Error("danger does not stand first")
	}
	page.Says("#found ~ ul", "电梯困人")
	v.Post("/requests/new/what", "category", "0202").Sees()
	v.Get("/requests/new/where").Is(http.StatusOK).Says(".danger", "119")
}

// Matters are found by words, pinyin and initials; what is no matter is refused beside its field.
func testMattersAreFound(t *testing.T, b bench) {
	v := b.Anybody(t)
	for _, words := range []string{"路灯", "ludeng", "ldbl"} {
		v.Post("/requests/new/what", "q", words).Sees()
		v.Get("/requests/new/what").Says("#found ~ ul", "路灯不亮")
	}
	v.Post("/requests/new/what", "q", "").Is(http.StatusUnprocessableEntity).Says(".errors", "写几个字")
	v.Post("/requests/new/what", "q", strings.Repeat("长", 61)).Is(http.StatusUnprocessableEntity)
	v.Post("/requests/new/what", "category", "04").Is(http.StatusUnprocessableEntity)
	v.Post("/requests/new/what", "category", "9999").Is(http.StatusUnprocessableEntity)
	page := v.Get("/requests/new/what")
	for _, f := range page.All("main input, main select, main button") {
		for _, a := range f.Attr {
			if a.Key == "name" && (strings.Contains(a.Val, "unit") || strings.Contains(a.Val, "department") || strings.Contains(a.Val, "id_card")) {
				t.Errorf("residents are asked for %s (REQ-24)", a.Val)
			}
		}
	}
	page.Says(".privacy", "不要身份证号", "看全文", "2026-1 版")
}

// A place is found by words and pinyin, or told in words; a building that is none is refused.
func testPlaces(t *testing.T, b bench) {
	v := b.Anybody(t)
	v.Post("/requests/new/what", "category", "0402").Sees()
	v.Post("/requests/new/where", "q", "huaiyin").Sees()
	page := v.Get("/requests/new/where").WellMade()
	if len(page.All("button[name=building]")) == 0 {
		t.Fatal("nothing found by pinyin")
	}
	v.Post("/requests/new/where", "building", "999999").Is(http.StatusUnprocessableEntity)
	v.Post("/requests/new/where", "building", "x").Is(http.StatusUnprocessableEntity)
	v.Post("/requests/new/where", "compound", "没有的小区").Is(http.StatusUnprocessableEntity)
	v.Post("/requests/new/where", "go", "words", "place", "").Is(http.StatusUnprocessableEntity).Says(".errors", "写清楚")
	v.Post("/requests/new/where", "go", "words", "place", "路口", "community", "1").Is(http.StatusUnprocessableEntity)
	v.Post("/requests/new/where", "building", page.Attr("button[name=building]", "value")).Sees()
	v.Get("/requests/new/where").Is(http.StatusOK).WellMade().Says(".chosen-line", "幢")
	v.Post("/requests/new/where", "go", "clear").Sees()
	if len(v.Get("/requests/new/where").All("button[name=compound]")) == 0 {
		t.Error("the compounds do not come back")
	}
}

// Ready phrases are touches that write and take away, without script.
func testPhrases(t *testing.T, b bench) {
	v := b.Anybody(t)
	v.Post("/requests/new/what", "category", "0402").Sees()
	v.Post("/requests/new/where", "go", "words", "place", "长江路路口").Sees()
	v.Post("/requests/new/say", "words", "", "phrase", "灯不亮").Sees()
	v.Post("/requests/new/say", "words", "灯不亮", "phrase", "晚上看不清路").Sees()
	page := v.Get("/requests/new/say")
	page.Says("textarea", "灯不亮，晚上看不清路")
	if n := len(page.All("button[name=phrase][aria-pressed=true]")); n != 2 {
		t.Errorf("%d phrases stand pressed", n)
	}
	v.Post("/requests/new/say", "words", "灯不亮，晚上看不清路", "phrase", "灯不亮").Sees()
	if got := v.Get("/requests/new/say").Text("textarea"); got != "晚上看不清路" {
		t.Errorf("left: %q", got)
	}
	v.Post("/requests/new/say", "words", "灯", "go", "next").Is(http.StatusUnprocessableEntity)
}

// Whoever reports wrongdoing is asked in plain words who may learn it, and is hidden unless they agree
// (REQ-13); a child without a guardian's word leaves no personal data (REQ-18).
func testWallAndChild(t *testing.T, b bench) {
	v := b.Anybody(t)
	upToCheck(t, v, "门卫不管事", "13812345678")
	v.Get("/requests/new/phone").SaysNot("main", "要不要让办理的人知道")
	v.Post("/requests/new/say", "words", "有人私搭", "kind", "report", "go", "next").Sees()
	page := v.Get("/requests/new/phone")
	page.Says("fieldset", "要不要让办理的人知道是您说的")
	v.Post("/requests/new/phone", "phone", "13812345678", "secret", "yes", "minor", "yes", "go", "next").Sees()
	check := v.Get("/requests/new/check")
	check.Says("main", "不让办理的人知道是您", "没有家长同意")
	v.Post("/requests/new/check", form.KeyField, check.Attr("main form [name=form_key]", "value")).Sees()
	if n := b.count(t, `SELECT count(*) FROM request WHERE title = '有人私搭' AND confidential AND NOT reveal_agreed AND phone_index IS NULL AND minor`); n != 1 {
		t.Errorf("%d requests behind the wall", n)
	}
}

// A matter that becomes a 举报 after the telephone was answered is asked again, and silence keeps it hidden (REQ-13).
func testWallIsNeverSkipped(t *testing.T, b bench) {
	v := b.Anybody(t)
	upToCheck(t, v, "门口有人违规收费", "13812345678")
	v.Post("/requests/new/say", "words", "门口有人违规收费", "kind", "report", "go", "next").Sees()
	if to := v.Get("/requests/new/check").Sees(); to != "/requests/new/phone" {
		t.Errorf("the check opens %s", to)
	}
	if got := v.Get("/requests/new/phone").Attr("[name=secret][checked]", "value"); got != "yes" {
		t.Errorf("a 举报 begins with %q", got)
	}
	v.Post("/requests/new/phone", "phone", "13812345678", "go", "next").Sees()
	v.Get("/requests/new/check").Says("main", "不让办理的人知道是您")
	v.Post("/requests/new/phone", "phone", "13812345678", "secret", "no", "go", "next").Sees()
	v.Get("/requests/new/check").Says("main", "办理的人可以知道是您")
}

// A child in danger is called back all the same (REQ-18).
func testChildInDanger(t *testing.T, b bench) {
	v := b.Anybody(t)
	upToCheck(t, v, "我在家里被打", "13812345678")
	v.Post("/requests/new/phone", "phone", "13812345678", "minor", "yes", "go", "next").Sees()
	check := v.Get("/requests/new/check")
	check.Says(".danger", "110").SaysNot("main", "没有家长同意")
	v.Post("/requests/new/check", form.KeyField, check.Attr("main form [name=form_key]", "value")).Sees()
	if n := b.count(t, `SELECT count(*) FROM request WHERE title = '我在家里被打' AND phone_index IS NOT NULL`); n != 1 {
		t.Errorf("%d children can be called", n)
	}
}

// What people type is shown as text.
func testEscaping(t *testing.T, b bench) {
	v := b.Anybody(t)
	token := filed(t, v, `<script>alert(1)</script>楼道灯不亮`, "")
	for _, path := range []string{"/r/" + token, "/r/" + token + "/receipt"} {
		page := v.Get(path).Is(http.StatusOK)
		for _, n := range page.All("main script") {
			t.Errorf("%s: a script from words: %s", path, webtest.TextOf(n))
		}
		page.Says("main", "<script>alert(1)</sc") // a title is the first twenty characters
	}
}
