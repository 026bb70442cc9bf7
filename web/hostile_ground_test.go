package web

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"

	"portal/internal/blob"
	"portal/web/form"
)

// What the demo street does not hold, but pages need to show all their forms: a file that waits to be
// imported, changes of a rule that wait for a second person, an attachment, a letter that waits.

// given leaves a handover that its giver has signed, so that the receiver's signature is awaited.
func (s *siege) given(t *testing.T) {
	t.Helper()
	var receiver string
	if err := s.admin.QueryRow(t.Context(), `SELECT id::text FROM grid_worker WHERE name = '葛一'`).Scan(&receiver); err != nil {
		t.Fatal(err)
	}
	draw := seenForm{who: s.who["secretary.huaiyin"], action: "/desk/grids/320104900001901/assignments/new"}
	page := s.good(t, draw, url.Values{"role": {"b"}, "worker": {receiver}, "day": {"2026-11-18"}, "reason": {"两个网格合并办公"}})
	sign := seenForm{who: s.who["grid.huaiyin2"], action: page + "/give"}
	s.good(t, sign, url.Values{"version": {"1"}})
}

// negatives is a file with one good row.
func negatives(n int) string {
	return fmt.Sprintf("code,kind,phrase,match_mode,description,source,synthetic,assigned_fields\nNEG-%d,任务指标,新的说法%d,title_contains,说明,来源,false,\n", n, n)
}

// prepared sets the stage, and gives the pages that no link leads to.
func (s *siege) prepared(t *testing.T) map[string][]string {
	t.Helper()
	s.proposed(t)
	s.letters(t)
	s.given(t)
	pages := map[string][]string{"dept.chengguan": {s.attached(t)},
		"dispatcher": {"/desk/grids/320104900002001/assignments", "/desk/grids/answers?building=5&day=2021-06-01", "/desk/grids/answers/print?building=5&day=2021-06-01"}}
	s.casesWaiting(t, pages)
	s.residents(t, pages)
	s.notices(t, pages)
	s.whistles(t, pages)
	for n := 901; n <= 903; n++ {
		pages["reviewer"] = append(pages["reviewer"], s.uploaded(t, n)...)
	}
	return pages
}

// good sends what must go in, and gives where it leads.
func (s *siege) good(t *testing.T, f seenForm, v url.Values) string {
	t.Helper()
	v.Set(form.KeyField, newKey())
	a := s.submit(t, f, v)
	if a.status != http.StatusSeeOther {
		t.Errorf("%s: a good form was refused: %d %s", f.action, a.status, visible(a.body))
	}
	return a.header.Get("Location")
}

// uploaded gives the pages of a file that waits to be imported.
func (s *siege) uploaded(t *testing.T, n int) []string {
	t.Helper()
	f := seenForm{who: s.who["reviewer"], action: "/desk/imports", multipart: true, inputs: []input{{name: "file", kind: "file"}}}
	page := s.good(t, f, url.Values{"kind": {"negative"}, "file": {negatives(n)}})
	return []string{page, strings.Replace(page, "?", "/report.csv?", 1)}
}

// proposed leaves changes of a rule, some of them by somebody who is not the administrator.
func (s *siege) proposed(t *testing.T) {
	t.Helper()
	f := seenForm{who: s.who["admin"], action: "/desk/settings/limits/hour_price_fen"}
	for _, value := range []string{"61", "62", "63"} {
		s.good(t, f, url.Values{"value": {value}, "basis": {"街道办事处文件〔2026〕12号"}, "from": {"2027-01-04"}})
	}
	if _, err := s.admin.Exec(t.Context(), `UPDATE policy_setting SET proposed_by = (SELECT id FROM account WHERE login = 'auditor') WHERE value IN ('62', '63')`); err != nil {
		t.Fatal(err)
	}
}

// attached gives the page of a draft with an attachment.
func (s *siege) attached(t *testing.T) string {
	t.Helper()
	f := seenForm{who: s.who["dept.chengguan"], action: "/desk/applications/new"}
	page := s.good(t, f, url.Values{})
	f.action, f.multipart, f.inputs = page, true, []input{{name: blob.Field, kind: "file"}}
	s.good(t, f, url.Values{"version": {"1"}, "step": {"1"}, "do": {"upload"}, "title": {"边写边传"}, blob.Field: {picture()}})
	return page
}

const unanswered = `
SELECT t.year || '-' || t.seq FROM offlist_task t JOIN unit u ON u.id = t.requester_id
WHERE t.state = 'logged' AND u.name = '区城市管理局' AND t.community LIKE '320104900001%' ORDER BY t.id LIMIT 2`

// letters asks 区城市管理局 to answer.
func (s *siege) letters(t *testing.T) {
	t.Helper()
	rows, err := s.admin.Query(t.Context(), unanswered)
	if err != nil {
		t.Fatal(err)
	}
	tasks, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil || len(tasks) == 0 {
		t.Fatalf("no task waits: %v", err)
	}
	for _, no := range tasks {
		f := seenForm{who: s.who["secretary.huaiyin"], action: "/desk/tasks/" + no + "/responses/new"}
		s.good(t, f, url.Values{"version": {"1"}, "kind": {"return"}, "reason_code": {"not_admitted"}, "reason": {"没有准入"}})
	}
}
