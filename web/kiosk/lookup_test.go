package kiosk

import (
	"math"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"golang.org/x/net/html"

	"portal/internal/authz"
	"portal/internal/demo"
	"portal/internal/request"
	"portal/web/form"
	"portal/web/webtest"
)

// slipped is the receipt of a request of the demo street.
func (b *machine) slipped(t *testing.T, where string) request.Receipt {
	t.Helper()
	var no string
	if err := b.bench.DB.Q().QueryRow(t.Context(), `SELECT r.no FROM request r JOIN work_order o ON o.id = r.order_id WHERE r.settled_at IS NULL AND `+where+` ORDER BY r.id LIMIT 1`).Scan(&no); err != nil {
		t.Fatalf("no request with %s: %v", where, err)
	}
	out, err := b.deps.Requests.ReceiptTx(t.Context(), b.bench.DB.Q(), no)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

const (
	answered = `o.state = 'handled' AND o.reopened = 0 AND r.replied_at IS NOT NULL AND r.phone_index IS NOT NULL AND r.order_id = r.home_order`
	waits    = `o.state IN ('dispatched', 'signed', 'handling') AND r.phone_index IS NOT NULL AND r.order_id = r.home_order`
)

// filing is a word whose telephone the tests know.
func filing(words, phone string) request.Filing {
	return request.Filing{Kind: request.Help, Category: "0204", Words: words, Community: demo.Huaiyin, Place: "槐荫社区门口", Channel: request.Kiosk, Phone: phone,
		NoticeVersion: "1"}
}

// filed files a word as the device does.
func (b *machine) filed(t *testing.T, words, phone string) request.Receipt {
	t.Helper()
	out, err := b.deps.Cases.File(t.Context(), authz.Anonymous, form.NewKey(), filing(words, phone))
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func (b *machine) number(t *testing.T, sql string, args ...any) (n int) {
	t.Helper()
	if err := b.bench.DB.Q().QueryRow(t.Context(), sql, args...).Scan(&n); err != nil {
		t.Fatal(err)
	}
	return n
}

// wellKept checks what holds for every page here: nothing is stored or remembered by the browser (rule 19),
// and no address holds what only the resident knows.
func wellKept(t *testing.T, a webtest.Answer, secrets ...string) webtest.Answer {
	t.Helper()
	if got := a.Header.Get("Cache-Control"); got != "no-store" {
		t.Errorf("%s may be kept: %q", a.Path, got)
	}
	addresses := a.Path + " " + a.Header.Get("Location")
	for _, n := range a.All("form, input:not([type=hidden])") {
		if attr(n, "autocomplete") != "off" {
			t.Errorf("%s: a %s that the browser completes", a.Path, n.Data)
		}
	}
	for _, n := range a.All("[href], [action], [formaction]") {
		addresses += " " + attr(n, "href") + " " + attr(n, "action") + " " + attr(n, "formaction")
	}
	for _, s := range secrets {
		if s != "" && strings.Contains(addresses, s) {
			t.Errorf("%s: an address holds %q", a.Path, s)
		}
	}
	return a
}

func attr(n *html.Node, name string) string {
	for _, a := range n.Attr {
		if a.Key == name {
			return a.Val
		}
	}
	return ""
}

// byCode types a code and the digits, or skips them, and gives the page it leads to.
func (b *machine) byCode(t *testing.T, code, phone4 string) webtest.Answer {
	t.Helper()
	wellKept(t, b.Get("/kiosk/lookups").Is(http.StatusOK))
	if to := wellKept(t, b.Post("/kiosk/lookups", "code", code), code).Sees(); to != "/kiosk/lookups/phone" {
		t.Fatalf("a whole code leads to %s", to)
	}
	wellKept(t, b.Get("/kiosk/lookups/phone").Is(http.StatusOK), code)
	fields := []string{"phone4", phone4}
	if phone4 == "" {
		fields = []string{"phone4", "", "skip", "1"}
	}
	a := wellKept(t, b.Post("/kiosk/lookups/phone", fields...), code, phone4)
	if a.Status != http.StatusSeeOther {
		return a
	}
	if to := a.Sees(); to != "/kiosk/lookups/progress" {
		t.Fatalf("leads to %s", to)
	}
	return wellKept(t, b.Get("/kiosk/lookups/progress"), code, phone4)
}

// reliability.md §2 rule 18: the code alone shows status and times; with the last four digits, or from the QR,
// everything; never a telephone (K-4).
func TestCodeAloneShowsStatusTheDigitsEverything(t *testing.T) {
	b := device(t)
	r := b.filed(t, "楼道灯三天不亮，打我电话 13812345678", "13812345678")
	b.prove(true)

	a := b.byCode(t, strings.ToLower(strings.ReplaceAll(r.Code, "-", " ")), "").Is(http.StatusOK)
	if got := a.Text("h1"); got != "进度 "+r.No {
		t.Errorf("h1 %q", got)
	}
	for _, word := range []string{"楼道灯", "槐荫社区门口", "5678", r.Code} {
		if strings.Contains(a.Text("main"), word) {
			t.Errorf("with the code alone the page shows %q", word)
		}
	}
	b.Get("/kiosk/lookups/progress/said").Is(http.StatusNotFound)
	wellKept(t, b.Get("/kiosk/lookups/progress/steps").Is(http.StatusOK), r.Code, r.Token)

	a = b.byCode(t, r.Code, "5678").Is(http.StatusOK)
	if !strings.Contains(a.Text("h1"), "楼道灯三天不亮") {
		t.Errorf("with the digits h1 is %q", a.Text("h1"))
	}
	said := strings.Join(b.turned(t, "/kiosk/lookups/progress/said", ".ktext p", 99), "\n")
	for _, word := range []string{"楼道灯三天不亮", "槐荫社区门口", "还没有人看过您的电话"} {
		if !strings.Contains(said, word) {
			t.Errorf("您说的 lacks %q: %s", word, said)
		}
	}
	if strings.Contains(said+a.Body, "13812345678") {
		t.Error("a telephone stands on the screen (K-4)")
	}
}

// UX J8: a scanner types the link of the slip and Enter; the token stands in no address.
func TestScannedSlipShowsEverything(t *testing.T) {
	b := device(t)
	r := b.filed(t, "楼道灯三天不亮", "13812345678")
	b.prove(true)
	for _, typed := range []string{"https://portal.example/r/" + r.Token, "http://10.0.0.7:8080/r/" + r.Token + "/", r.Token} {
		to := wellKept(t, b.Post("/kiosk/lookups", "code", typed), r.Token).Sees()
		a := wellKept(t, b.Get(to).Is(http.StatusOK), r.Token, r.Code)
		if to != "/kiosk/lookups/progress" || !strings.Contains(a.Text("h1"), "楼道灯三天不亮") {
			t.Errorf("%s leads to %s and shows %q", typed, to, a.Text("h1"))
		}
	}
	a := b.Post("/kiosk/lookups", "code", "https://portal.example/r/"+strings.Repeat("A", 22)).Is(http.StatusNotFound)
	if !strings.Contains(a.Text("main"), saidMissing) {
		t.Errorf("an unknown QR reads %q", a.Text("main"))
	}
}

// UX-K10: the pads are plain buttons; what was touched stands in the pocket, in no address.
func TestPadsWorkWithoutScript(t *testing.T) {
	b := device(t)
	r := b.filed(t, "楼道灯三天不亮", "13812345678")
	b.prove(true)
	value := ""
	touch := func(path, name, key string) {
		t.Helper()
		if to := wellKept(t, b.Post(path, name, value, "key", key), "?").Sees(); to != path {
			t.Fatalf("a key leads to %s", to)
		}
		value = b.Get(path).Is(http.StatusOK).Attr("input[name="+name+"]", "value")
	}
	for _, key := range []string{"A", "clear", "9", "back", "<b>", "AB", "key", "!", "\x00"} {
		touch("/kiosk/lookups", "code", key)
	}
	if value != "" {
		t.Fatalf("after keys that are taken back and keys that are none the field holds %q", value)
	}
	code := strings.ReplaceAll(r.Code, "-", "")
	for _, key := range strings.Split(code+"Z", "") { // one too many
		touch("/kiosk/lookups", "code", key)
	}
	if value != code {
		t.Fatalf("the field holds %q, want %q", value, code)
	}
	b.Post("/kiosk/lookups", "code", value).Sees()
	value = ""
	for _, key := range []string{"5", "6", "7", "8", "9", "x"} {
		touch("/kiosk/lookups/phone", "phone4", key)
	}
	if value != "5678" {
		t.Fatalf("the field of the digits holds %q", value)
	}
	if to := b.Post("/kiosk/lookups/phone", "phone4", value).Sees(); to != "/kiosk/lookups/progress" {
		t.Errorf("leads to %s", to)
	}
}

// No oracle: a code that nobody has, one whose request still waits on a device for the line, and wrong digits
// read the same; what cannot be a code at all is told by its own form alone.
func TestWhatOpensNothingReadsTheSame(t *testing.T) {
	b := device(t)
	r := b.filed(t, "楼道灯三天不亮", "13812345678")
	kept, err := b.deps.Requests.Keep(t.Context(), b.no, form.NewKey(), filing("门卫不管事", "13812345679"))
	if err != nil {
		t.Fatal(err)
	}
	nobody, err := b.deps.Requests.Keep(t.Context(), b.no, form.NewKey(), filing("没有送到", ""))
	if err != nil {
		t.Fatal(err)
	}
	b.prove(true)
	alone, both := map[string]bool{}, map[string]bool{}
	for _, code := range []string{kept.Code, nobody.Code} {
		alone[b.byCode(t, code, "").Is(http.StatusNotFound).Text(".khead .lead")] = true
		both[b.byCode(t, code, "5679").Is(http.StatusNotFound).Text(".khead .lead")] = true
	}
	both[b.byCode(t, r.Code, "0000").Is(http.StatusNotFound).Text(".khead .lead")] = true
	if !alone[saidMissing] || len(alone) != 1 || !both[saidNoMatch] || len(both) != 1 {
		t.Errorf("what opens nothing reads differently: %v %v", alone, both)
	}
	for typed, want := range map[string]string{kept.Provisional: saidHeld, strings.TrimPrefix(kept.Provisional, "临-"): saidHeld, "K7QF": saidShort, "": saidShort,
		"K7QF-2M9A-41X8-9": saidTypo, "<script>": saidHeld, strings.Repeat("9", 299): saidTypo, "编号": saidShort} {
		if got := b.Post("/kiosk/lookups", "code", typed).Is(http.StatusUnprocessableEntity).Text(".khead .lead"); got != want {
			t.Errorf("%q reads %q, want %q", typed, got, want)
		}
	}

	// Delivered, the code of the provisional slip works like any other (UX-K12).
	key, f, err := b.deps.Requests.Unseal(t.Context(), b.no, kept.Sealed)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := b.deps.Cases.File(t.Context(), authz.Anonymous, key, f); err != nil {
		t.Fatal(err)
	}
	if a := b.byCode(t, kept.Code, "5679").Is(http.StatusOK); !strings.Contains(a.Text("h1"), "门卫不管事") {
		t.Errorf("the delivered one shows %q", a.Text("h1"))
	}
}

// reliability.md §2 rule 18: guesses are braked per code and per device, right and wrong answers alike, and the
// QR is never braked.
func TestGuessesAreBraked(t *testing.T) {
	b := device(t)
	r := b.filed(t, "楼道灯三天不亮", "13812345678")
	b.prove(true)
	for i := range 5 {
		if a := b.byCode(t, r.Code, "000"+string(rune('0'+i))); a.Status != http.StatusNotFound {
			t.Fatalf("guess %d answers %d", i, a.Status)
		}
	}
	a := b.byCode(t, r.Code, "5678")
	if a.Status != http.StatusTooManyRequests || !strings.Contains(a.Text(".khead .lead"), "先歇一下") {
		t.Errorf("the sixth try of a code answers %d %q", a.Status, a.Text("main"))
	}
	to := b.Post("/kiosk/lookups", "code", "/r/"+r.Token).Sees()
	if a := b.Get(to).Is(http.StatusOK); !strings.Contains(a.Text("h1"), "楼道灯") {
		t.Error("guesses of others shut out whoever holds the slip")
	}
	for i := 0; ; i++ { // different codes from one device: twenty misses an hour, five are used
		kept, err := b.deps.Requests.Keep(t.Context(), b.no, form.NewKey(), filing("没有送到", ""))
		if err != nil {
			t.Fatal(err)
		}
		if a := b.byCode(t, kept.Code, ""); a.Status == http.StatusTooManyRequests {
			if i != 15 {
				t.Errorf("the device is braked after %d misses, want 20", 5+i)
			}
			return
		} else if a.Status != http.StatusNotFound || i > 30 {
			t.Fatalf("miss %d answers %d", i, a.Status)
		}
	}
}

// reliability.md §2 rule 18, the odds: 55 random bits behind the code and the brakes of request.Resolve.
//
//	One device tries 20 codes an hour. With 100,000 live requests the chance that it meets any of them within
//	ten years is 20·24·3652·100,000 / 2^55 ≈ 5 in a million. All devices and telephones together are held to 3,000 an
//	hour: 7 in ten thousand in ten years. Whoever knows a code has 15 tries a day at 10,000 endings of a
//	telephone: 1 in 667 a day.
func TestOddsOfGuessing(t *testing.T) {
	const hours, live = 10 * 24 * 365.25, 100_000
	codes := math.Pow(32, 11)
	if p := 20 * hours * live / codes; p > 1e-5 {
		t.Errorf("one device guesses a code in ten years with %.1g", p)
	}
	if p := 3000 * hours * live / codes; p > 1e-3 {
		t.Errorf("all together guess a code in ten years with %.1g", p)
	}
	if p := 15.0 / 10_000; p > 1.0/600 {
		t.Errorf("the digits of a known code are guessed within a day with %.1g", p)
	}
	if picture := 3000 * hours * live / math.Pow(32, 8); picture < 1 {
		t.Errorf("eight characters, as the picture has them, would do: %.1g", picture)
	}
}

// J8: one touch says that it is well, one sends it back, with the code alone too; a form that comes twice counts
// once, and what was answered elsewhere is told.
func TestRatingByCode(t *testing.T) {
	b := device(t)
	r := b.slipped(t, answered)
	b.prove(true)
	a := b.byCode(t, r.Code, "").Is(http.StatusOK)
	if got := a.Text("form[action='/kiosk/lookups/ratings'] button"); !strings.Contains(got, "满意") || !strings.Contains(got, "没解决，退回重办") {
		t.Fatalf("asks %q", got)
	}
	key := a.Attr("form[action='/kiosk/lookups/ratings'] [name=form_key]", "value")
	for range 2 {
		to := wellKept(t, b.Post("/kiosk/lookups/ratings", form.KeyField, key, "answer", "unsolved"), r.Code, r.Token).Sees()
		if got := wellKept(t, b.Get(to).Is(http.StatusOK)).Text(".khead .lead"); !strings.Contains(got, "已经退回重办") {
			t.Errorf("told %q", got)
		}
	}
	if n := b.number(t, `SELECT count(*) FROM callback c JOIN request r ON r.id = c.request_id WHERE r.no = $1 AND c.source = 'resident' AND c.locked_at IS NOT NULL`, r.No); n != 1 {
		t.Errorf("%d answers after the same form twice", n)
	}
	if n := b.number(t, `SELECT o.reopened FROM work_order o JOIN request r ON r.order_id = o.id WHERE r.no = $1`, r.No); n != 1 {
		t.Errorf("reopened %d times (REQ-11)", n)
	}

	r = b.slipped(t, answered)
	b.byCode(t, r.Code, "").Is(http.StatusOK)
	b.Post("/kiosk/lookups/ratings", "answer", "solved").Sees()
	late := b.Post("/kiosk/lookups/ratings", "answer", "unsolved").Is(http.StatusConflict) // from another window
	if late.Text("h1") != "进度 "+r.No {
		t.Errorf("a late answer shows %q", late.Text("h1"))
	}
	for _, answer := range []string{"", "perhaps", "solved'--", "\x00"} {
		if a := b.Post("/kiosk/lookups/ratings", "answer", answer); a.Status < 400 || a.Status >= 500 {
			t.Errorf("answer %q: %d", answer, a.Status)
		}
	}
}

// K-4: number, code, matter, community, times and telephone of the duty; never a name, a telephone or a door.
// With the code alone the slip holds no more than the screen.
func TestReprintedSlip(t *testing.T) {
	b := device(t)
	r := b.filed(t, "三楼张秀英家门口的灯不亮，13812345678", "13812345678")
	b.prove(true)
	b.byCode(t, r.Code, "").Is(http.StatusOK)
	to := wellKept(t, b.Post("/kiosk/lookups/prints"), r.Code, r.Token).Sees()
	alone := wellKept(t, b.Get(to).Is(http.StatusOK), r.Code, r.Token)
	slip := alone.Text(".slip")
	if !strings.Contains(slip, r.No) || !strings.Contains(slip, r.Code) || strings.Contains(slip, r.Category) || strings.Contains(alone.Body, r.Token) || len(alone.All(".slip svg")) != 0 {
		t.Errorf("by the code alone: %s", slip)
	}
	b.byCode(t, r.Code, "5678").Is(http.StatusOK)
	full := b.Get(b.Post("/kiosk/lookups/prints").Sees()).Is(http.StatusOK)
	slip = full.Text(".slip")
	for _, word := range []string{r.No, r.Code, r.Category, "槐荫", "提交", "办好"} {
		if !strings.Contains(slip, word) {
			t.Errorf("the slip lacks %s: %s", word, slip)
		}
	}
	if len(full.All(".slip svg")) != 1 {
		t.Error("the slip has no QR")
	}
	for _, word := range []string{"13812345678", "5678", "张秀英", "三楼", "槐荫社区门口"} {
		if strings.Contains(full.Body, word) {
			t.Errorf("the page of the slip holds %q", word)
		}
	}
}

// K-9: the next resident finds nothing of what the one before has opened.
func TestNextResidentFindsNothing(t *testing.T) {
	b := device(t)
	r := b.slipped(t, waits)
	b.prove(true)
	b.byCode(t, r.Code, "").Is(http.StatusOK)
	b.prove(true)
	for _, path := range []string{"/kiosk/lookups/progress", "/kiosk/lookups/progress/said", "/kiosk/lookups/progress/slip", "/kiosk/lookups/phone"} {
		if to := wellKept(t, b.Get(path), r.Code).Sees(); to != "/kiosk/lookups" {
			t.Errorf("%s leads to %s", path, to)
		}
	}
	for _, path := range []string{"/kiosk/lookups/ratings", "/kiosk/lookups/prints"} {
		if to := b.Post(path, "answer", "solved").Sees(); to != "/kiosk/lookups" {
			t.Errorf("%s leads to %s", path, to)
		}
	}
	if got := b.Get("/kiosk/lookups").Is(http.StatusOK).Attr("input[name=code]", "value"); got != "" {
		t.Errorf("the field holds %q", got)
	}
}

var letterCode = regexp.MustCompile(`[0-9A-HJKMNP-TV-Z]{4}-[0-9A-HJKMNP-TV-Z]{4}-`)

// Hostile words are answered with a sentence, never with a fault of the server, and never come back as markup.
func TestHostileWordsInLookups(t *testing.T) {
	b := device(t)
	r := b.slipped(t, waits)
	b.prove(true)
	hostile := []string{"", "\x00", "\xff\xfe", strings.Repeat("9", 100_000), "<script>alert(1)</script>", `"><img src=x onerror=alert(1)>`, "' OR 1=1 --", "../../etc/passwd", "𠮷𠮷", "\u202eabc", "/r/../../"}
	for _, h := range hostile {
		for _, fields := range [][]string{{"code", h}, {"code", "K", "key", h}, {"code", h, "key", "7"}} {
			a := b.Post("/kiosk/lookups", fields...)
			if a.Status >= 500 || strings.Contains(a.Body, "<script>alert") || strings.Contains(a.Body, "<img src=x") {
				t.Errorf("%.20q in a code: %d", h, a.Status)
			}
		}
		b.Post("/kiosk/lookups", "code", r.Code)
		for _, fields := range [][]string{{"phone4", h}, {"phone4", "12", "key", h}, {"phone4", h, "skip", h}} {
			if a := b.Post("/kiosk/lookups/phone", fields...); a.Status >= 500 {
				t.Errorf("%.20q in the digits: %d", h, a.Status)
			}
		}
	}
	b.byCode(t, r.Code, "")
	for _, part := range []string{"nothing", "%00", "..%2f", "said", "TRAIL", "slip%3Fx"} {
		if a := b.Get("/kiosk/lookups/progress/" + part); a.Status >= 500 || letterCode.MatchString(a.Text("main")) {
			t.Errorf("part %q: %d", part, a.Status)
		}
	}
	for _, page := range []string{"0", "-1", "x", "999999999999", url.QueryEscape("1 OR 1=1")} {
		b.Get("/kiosk/lookups/progress/steps?page=" + page).Is(http.StatusOK)
	}
}
