package kiosk

import (
	"net/http"
	"slices"
	"strings"
	"testing"

	"portal/internal/demo"
	"portal/internal/kiosk"
	"portal/internal/notice"
	"portal/web/webtest"
)

// words of every match of a selector.
func each(a webtest.Answer, selector string) []string {
	var out []string
	for _, n := range a.All(selector) {
		out = append(out, webtest.TextOf(n))
	}
	return out
}

// turned gives what a selector finds on all pages of a list, by touching 下一页.
func (b *machine) turned(t *testing.T, path, selector string, most int) []string {
	t.Helper()
	var out []string
	for range 50 {
		a := wellKept(t, b.Get(path).Is(http.StatusOK))
		rows := each(a, selector)
		if len(rows) > most {
			t.Errorf("%s: %d choices on a screen, at most %d (UX-K1)", path, len(rows), most)
		}
		out, path = append(out, rows...), ""
		for _, n := range a.All(".kpager a") {
			if strings.Contains(webtest.TextOf(n), "下一页") {
				path = attr(n, "href")
			}
		}
		if path == "" {
			return out
		}
	}
	t.Fatal("the list does not end")
	return nil
}

const hangsHere = ` FROM notice n JOIN notice_version v ON v.notice_id = n.id AND v.n = n.shown WHERE n.state = 'issued' AND n.division IN ($1, left($1, 9))`

// 看公示: what hangs in this community and its street, the newest first, in plain words, five on a screen.
func TestNoticesOfHere(t *testing.T) {
	b := device(t)
	b.prove(true)
	rows, err := b.bench.DB.Q().Query(t.Context(), `SELECT v.plain_title`+hangsHere+` ORDER BY v.issued_at DESC, n.division DESC, n.id`, demo.Huaiyin)
	if err != nil {
		t.Fatal(err)
	}
	var want []string
	for rows.Next() {
		var title string
		if err := rows.Scan(&title); err != nil {
			t.Fatal(err)
		}
		want = append(want, title)
	}
	got := b.turned(t, "/kiosk/notices", ".kpick b", noticesOnPage)
	if len(want) < 2 || len(got) != len(want) || got[0] != want[0] {
		t.Errorf("shown %q, want %q", got, want)
	}
	slices.Sort(got)
	slices.Sort(want)
	if !slices.Equal(got, want) {
		t.Errorf("shown %q, want %q", got, want)
	}
	for _, title := range got {
		if n := len([]rune(title)); n > notice.MaxPlainTitle {
			t.Errorf("%q has %d characters", title, n)
		}
	}
	var far string
	if err := b.bench.DB.Q().QueryRow(t.Context(), `SELECT v.plain_title FROM notice n JOIN notice_version v ON v.notice_id = n.id AND v.n = n.shown WHERE n.state = 'issued' AND length(n.division) = 12 AND n.division <> $1 LIMIT 1`, demo.Huaiyin).Scan(&far); err == nil && slices.Contains(got, far) {
		t.Errorf("another community's notice hangs here: %s", far)
	}
}

// The tile of the start page tells what came within a week, here and in the street.
func TestNewNotices(t *testing.T) {
	b := device(t)
	h := b.h
	at := &here{Session: kiosk.Session{Device: kiosk.Device{Community: demo.Huaiyin}}}
	got, err := h.newNotices(t.Context(), at)
	if err != nil {
		t.Fatal(err)
	}
	if want := b.number(t, `SELECT count(*)`+hangsHere+` AND v.issued_at > $2`, demo.Huaiyin, b.bench.DB.Now().Add(-newFor)); got != want || want == 0 {
		t.Errorf("%d new notices, want %d", got, want)
	}
	at.Session.Device.Community = demo.Linhe
	elsewhere, err := h.newNotices(t.Context(), at)
	if err != nil {
		t.Fatal(err)
	}
	if want := b.number(t, `SELECT count(*)`+hangsHere+` AND v.issued_at > $2`, demo.Linhe, b.bench.DB.Now().Add(-newFor)); elsewhere != want {
		t.Errorf("%d new notices elsewhere, want %d", elsewhere, want)
	}
}

// A notice says in plain words what it comes to, until when one may object and whom to call; its own words follow
// on screens of their own.
func TestNoticeInPlainWords(t *testing.T) {
	b := device(t)
	b.prove(true)
	var no, title, summary, body string
	if err := b.bench.DB.Q().QueryRow(t.Context(), `SELECT n.year || '-' || n.seq, v.plain_title, v.plain_summary, v.body`+hangsHere+` AND v.last_on IS NOT NULL AND n.division = $1 ORDER BY length(v.body) DESC LIMIT 1`, demo.Huaiyin).Scan(&no, &title, &summary, &body); err != nil {
		t.Fatal(err)
	}
	a := wellKept(t, b.Get("/kiosk/notices/"+no).Is(http.StatusOK))
	if a.Text("h1") != title || !strings.Contains(a.Text("main"), strings.TrimSpace(summary)) {
		t.Errorf("%s: %s", a.Text("h1"), a.Text("main"))
	}
	var duty string
	if err := b.bench.DB.Q().QueryRow(t.Context(), `SELECT duty_phone FROM community WHERE code = $1`, demo.Huaiyin).Scan(&duty); err != nil {
		t.Fatal(err)
	}
	for _, word := range []string{"有不同意见", "以前都可以提", "打电话", duty, "居民委员会"} {
		if !strings.Contains(a.Text("main"), word) {
			t.Errorf("the notice lacks %s: %s", word, a.Text("main"))
		}
	}
	full := strings.Join(b.turned(t, "/kiosk/notices/"+no+"?full=1", ".kbody p", 99), "")
	for _, block := range notice.Blocks(body) {
		if !block.Table() && !strings.Contains(full, strings.ReplaceAll(strings.Join(strings.Fields(block.Text), " "), "\n", "")) {
			t.Errorf("the full text lacks %q: %s", block.Text, full)
		}
		for _, row := range block.Rows {
			for _, cell := range row {
				if !strings.Contains(full, cell) {
					t.Errorf("the full text lacks the cell %q", cell)
				}
			}
		}
	}
}

// A draft, a notice that was taken down, and nothing at all read the same.
func TestNoticesThatNobodyMayRead(t *testing.T) {
	b := device(t)
	b.prove(true)
	said := map[string]bool{}
	paths := []string{"draft-1", "draft-99999", "2026-999999", "0-0", "..%2f..%2fetc", "%00", "2026-121%27--", strings.Repeat("9", 4000)}
	rows, err := b.bench.DB.Q().Query(t.Context(), `SELECT year || '-' || seq FROM notice WHERE state = 'withdrawn' AND seq IS NOT NULL`)
	if err != nil {
		t.Fatal(err)
	}
	for rows.Next() {
		var no string
		if err := rows.Scan(&no); err != nil {
			t.Fatal(err)
		}
		paths = append(paths, no)
	}
	for _, p := range paths {
		said[b.Get("/kiosk/notices/"+p).Is(http.StatusNotFound).Text("main")] = true
	}
	if len(said) != 1 {
		t.Errorf("missing notices read differently: %v", said)
	}
}
