package kiosk

import (
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/text/encoding/simplifiedchinese"

	"portal/internal/authz"
	"portal/internal/kiosk"
	"portal/web/form"
	"portal/web/webtest"
)

// spooled is a proven device whose slips the server prints into a folder.
func spooled(t *testing.T) (m *machine, dir string) {
	t.Helper()
	dir = filepath.Join(t.TempDir(), "spool")
	if err := os.Mkdir(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	spool, err := kiosk.NewFolder(dir)
	if err != nil {
		t.Fatal(err)
	}
	m = withPrinter(t, webtest.Street(t), "WTL-01", kiosk.BySpool, spool)
	m.prove(true)
	return m, dir
}

// papers are the texts of what lies in the folder for the printer, without line ends: a line may break anywhere.
func papers(t *testing.T, dir string) (texts []string) {
	t.Helper()
	names, err := filepath.Glob(filepath.Join(dir, "*"))
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range names {
		if base := filepath.Base(name); !strings.HasPrefix(base, "WTL-01-") || !strings.HasSuffix(base, ".escpos") {
			t.Errorf("the folder holds %s", base)
		}
		data, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		text, err := simplifiedchinese.GB18030.NewDecoder().Bytes(data)
		if err != nil {
			t.Fatal(err)
		}
		texts = append(texts, strings.ReplaceAll(string(text), "\n", ""))
	}
	return texts
}

// broken takes the folder away, as a disk that fails does.
func broken(t *testing.T, dir string) {
	t.Helper()
	if err := os.RemoveAll(dir); err != nil {
		t.Fatal(err)
	}
}

func (m *machine) paper(t *testing.T) kiosk.Paper {
	t.Helper()
	d, err := m.deps.Kiosks.Known(t.Context(), m.cookie)
	if err != nil {
		t.Fatal(err)
	}
	return d.Paper
}

// A filing on a machine whose slips the server prints writes one slip, and the same filing again none, however it
// comes: the same form, another window, reload. 再打一张 and a reprint by code write one more each. None holds a
// name, a number or an address (K-4), and the browser prints nothing besides.
func TestSpoolPrintsEachSlipOnce(t *testing.T) {
	m, dir := spooled(t)
	const phone = "13800138462"
	v := m.resident(t).answered(phone)
	page := v.page
	printed := func(when string, want int) []string {
		t.Helper()
		got := papers(t, dir)
		if len(got) != want {
			t.Fatalf("%s: %d slips, want %d", when, len(got), want)
		}
		return got
	}
	printed("before filing", 0)
	v.open(v.send(page, paramGo, goNext))
	receipt := v.page
	if receipt.Path != pathReceipt || len(receipt.All("[data-print]")) != 0 {
		t.Errorf("%s prints by the browser too", receipt.Path)
	}
	no, code := receipt.Text(".kbig-no"), receipt.Text(".slip-code b")
	slip := printed("filed", 1)[0]
	for _, words := range []string{"诉求回执", no, code, "查询码", "提交", "办好"} {
		if words == "" || !strings.Contains(slip, words) {
			t.Errorf("the slip does not say %q: %s", words, slip)
		}
	}
	v.open(v.send(page, paramGo, goNext))
	v.open(m.Get(pathReceipt))
	v.open(m.Get(pathReceipt))
	printed("the same filing again, and reload", 1)
	v.open(m.Post(pathReprint))
	printed("再打一张", 2)

	m.prove(true) // another day, with the slip in hand
	digits := phone[len(phone)-4:]
	if len(m.byCode(t, code, digits).All("form[action='"+pathLookupPrints+"']")) != 1 {
		t.Fatal("打小票 is not offered")
	}
	to := m.Post(pathLookupPrints).Sees()
	printed("reprint by code", 3)
	again := m.Get(to).Is(http.StatusOK).Says(".khead", "小票在下面出来")
	m.Get(to).Is(http.StatusOK)
	if printed("reload of the reprint", 3); len(again.All("[data-print]")) != 0 {
		t.Error("the browser prints the reprint too")
	}
	for _, text := range papers(t, dir) {
		for _, private := range []string{phone, digits, "138****8462", "幢", "单元"} {
			if strings.Contains(strings.NewReplacer(no, "", code, "").Replace(text), private) {
				t.Errorf("a slip tells %q: %s", private, text)
			}
		}
	}
	if m.paper(t) != kiosk.PaperOK {
		t.Error("a printer that prints counts as empty")
	}
}

// A folder that takes nothing is a printer without paper: the request is filed all the same, the number stands
// large with 请用手机拍下, and the community is told once (UX-K12). With the folder back a slip comes again.
func TestSpoolThatTakesNothing(t *testing.T) {
	m, dir := spooled(t)
	v := m.resident(t).answered("")
	before := m.requests(t)
	broken(t, dir)
	v.open(v.send(v.page, paramGo, goNext))
	if v.page.Path != pathReceipt || m.requests(t) != before+1 {
		t.Fatalf("at %s with %d requests more", v.page.Path, m.requests(t)-before)
	}
	v.page.Says("main", "小票机没纸了。请用手机拍下编号，或按“叫人帮忙”", "工作人员已经知道了").Says(".kbig", "SQ-", "查询码")
	if len(v.page.All(".kout .kbig")) != 1 || len(v.page.All(".slip, [data-print]")) != 0 {
		t.Error("the number is not large, or a slip is shown")
	}
	told := func() int {
		return m.number(t, `SELECT count(*) FROM inbox_line WHERE words LIKE '%打不出小票%WTL-01%' AND href LIKE '%/WTL-01'`)
	}
	lines := told()
	if m.paper(t) != kiosk.PaperOut || lines == 0 {
		t.Errorf("paper is %s and %d lines tell of it", m.paper(t), lines)
	}
	v.open(m.Post(pathReprint))
	v.page.Says("main", "请用手机拍下编号")
	code := each(v.page, ".kbig .kbig-no")[1]
	m.prove(true)
	m.byCode(t, code, "")
	m.Get(m.Post(pathLookupPrints).Sees()).Is(http.StatusOK).Says(".khead", "请用手机拍下", "小票机没纸了。请用手机拍下编号，或者按“叫人帮忙”").Says(".kbig", "SQ-")
	if again := told(); again != lines {
		t.Errorf("the community is told again: %d lines, before %d", again, lines)
	}

	if err := os.Mkdir(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	if err := m.deps.Kiosks.SetPaper(t.Context(), authz.System, form.NewKey(), m.no, kiosk.PaperOK); err != nil {
		t.Fatal(err)
	}
	m.Get(m.Post(pathLookupPrints).Sees()).Is(http.StatusOK).Says(".khead", "请拿好小票")
	if n := len(papers(t, dir)); n != 1 {
		t.Errorf("%d slips with the folder back", n)
	}
}

// 去向小票 comes from the server's printer where the device has one: each touch one slip that says what the screen
// says, reload none; without paper the page asks to be photographed and the community knows (R36, UX-K12).
func TestSpoolPrintsReferrals(t *testing.T) {
	m, dir := spooled(t)
	const at = "/kiosk/guides/forbidden/NEG-054"
	page := wellKept(t, m.Get(at).Is(http.StatusOK))
	act := page.Attr("form.kstep", "action")
	if act != at+"/slip" || !strings.Contains(page.Text("form.kstep .knext"), "打去向小票") {
		t.Fatalf("%q is sent to %s", page.Text("form.kstep"), act)
	}
	to := m.Post(act, paramPrint, "1").Sees()
	shown := wellKept(t, m.Get(to).Is(http.StatusOK).Says(".khead", "小票在下面出来"))
	m.Get(to).Is(http.StatusOK)
	got := papers(t, dir)
	if len(got) != 1 || len(shown.All("[data-print]")) != 0 {
		t.Fatalf("%d slips, by the browser too: %v", len(got), len(shown.All("[data-print]")) != 0)
	}
	for _, words := range []string{"办证去向", "WTL-01", page.Text("h1"), "社区不开，也不用社区盖章", "公安机关", "街道值班电话"} {
		if !strings.Contains(got[0], words) {
			t.Errorf("the slip does not say %q: %s", words, got[0])
		}
	}
	broken(t, dir)
	out := m.Get(m.Post(act, paramPrint, "1").Sees()).Is(http.StatusOK)
	out.Says(".khead", "小票机没纸了。请用手机拍下这一页").SaysNot(".khead", "小票在下面出来")
	if m.paper(t) != kiosk.PaperOut {
		t.Error("nobody is told that the printer takes nothing")
	}
	m.Post("/kiosk/guides/forbidden/NEG-001/slip", paramPrint, "1").Is(http.StatusNotFound)
}
