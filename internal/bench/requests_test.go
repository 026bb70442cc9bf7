package bench

import (
	"context"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"os"
	"slices"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"portal/internal/authz"
	"portal/internal/handoff"
	"portal/internal/pg"
	said "portal/internal/request"
	"portal/internal/secret"
	"portal/internal/workorder"
)

const dispatcher = "dispatcher"

// requestPage is a page about requests as somebody sees it.
type requestPage struct {
	name, login string
	paths       []string
}

// requestLists are the lists whose wait may not grow with what was ever asked.
var requestLists = []requestPage{
	{"cases to dispatch, dispatcher", dispatcher, []string{"/desk/requests"}},
	{"open cases by clock, dispatcher", dispatcher, []string{"/desk/requests?tab=open"}},
	{"open cases by clock, a department", department, []string{"/desk/requests?tab=open"}},
	{"open cases by clock, a community", secretary, []string{"/desk/requests?tab=open"}},
	{"all cases, newest first, dispatcher", dispatcher, []string{"/desk/requests?tab=all"}},
	{"all cases, newest first, a community", secretary, []string{"/desk/requests?tab=all"}},
}

// BenchmarkRequests is a street with a million requests: taking one in, the list, a case, and a search of
// two characters, with the plans of the portal's own statements.
func BenchmarkRequests(b *testing.B) {
	ctx := context.Background()
	s := sizesOf(b)
	r, err := start(ctx, s, b.TempDir(), cluster())
	if r != nil {
		defer func() {
			if err := r.end(); err != nil {
				b.Error(err)
			}
		}()
	}
	must(b, err)
	began := time.Now()
	must(b, r.street.growRequestsTo(ctx, 0, s.few))
	must(b, r.serve(ctx, dispatcher, department, secretary))
	small, err := r.requestLists(ctx)
	must(b, err)
	must(b, r.street.growRequestsTo(ctx, s.few, s.most))
	r.report.note("%d requests grown in %.0f s", s.most, time.Since(began).Seconds())
	must(b, r.compareLists(ctx, small))
	var cases []string
	for i := range 64 {
		cases = append(cases, fmt.Sprintf("/desk/requests/SQ-2020-%d", 1+i*(s.most-1)/64))
	}
	for _, c := range append(slices.Clone(requestLists), []requestPage{
		{"a case", dispatcher, cases},
		{"what waits for a dispatcher", dispatcher, []string{"/desk/todos"}},
		{"what waits for a department", department, []string{"/desk/todos"}},
		{"the three rates, dispatcher", dispatcher, []string{"/desk/requests/figures"}},
		{"rows of a rate, dispatcher", dispatcher, []string{"/desk/requests/figures/valid"}},
		{"callbacks to make", dispatcher, []string{"/desk/callbacks"}},
	}...) {
		must(b, r.page(ctx, c.name, c.login, 45, c.paths))
	}
	for _, kind := range slices.Sorted(maps.Keys(asked)) {
		for _, login := range []string{dispatcher, department, secretary} {
			must(b, r.searchRequests(ctx, kind, login))
		}
	}
	must(b, r.intake(ctx))
	must(b, r.lookAtRequests(ctx))
	r.report.write(os.Stdout)
}

// requestLists measures every list with a single reader.
func (r *run) requestLists(ctx context.Context) ([]result, error) {
	var out []result
	for _, c := range requestLists {
		load := get(host(r.portal), r.people[c.login], c.paths...)
		if _, err := flood(ctx, host(r.portal), 1, r.flood/3, http.StatusOK, load); err != nil { // warm
			return nil, err
		}
		got, err := flood(ctx, host(r.portal), 1, r.flood, http.StatusOK, load)
		if err != nil {
			return nil, err
		}
		out = append(out, got)
	}
	return out, nil
}

// compareLists notes what growth costs the lists; what runs on the machine beside it costs both.
func (r *run) compareLists(ctx context.Context, small []result) error {
	large, err := r.requestLists(ctx)
	if err != nil {
		return err
	}
	for i, c := range requestLists {
		factor := large[i].at(50) / small[i].at(50)
		r.report.bar(line{fmt.Sprintf("%s: p50 at %d requests against %d", c.name, r.most, r.few), "≤ 1.3 ×",
			fmt.Sprintf("%.2f × (%.1f ms, %.1f ms)", factor, large[i].at(50), small[i].at(50)), factor <= 1.3, ""})
	}
	return nil
}

// searchRequests looks for one word as one person, against the bar of 60 ms.
func (r *run) searchRequests(ctx context.Context, kind, login string) error {
	path := "/desk/requests?tab=all&q=" + url.QueryEscape(asked[kind])
	before := r.portalCPU.total()
	got, err := flood(ctx, host(r.portal), 1, r.flood, http.StatusOK, get(host(r.portal), r.people[login], path))
	if err != nil {
		return err
	}
	spent := perAnswer(r.portalCPU.total()-before, got)
	r.report.bar(line{fmt.Sprintf("search of two characters, %s word, %s", kind, login), "p95 ≤ 60 ms", fmt.Sprintf("p50 %.1f ms, p95 %.1f ms", got.at(50), got.at(95)),
		got.at(95) <= 60 && got.Wrong == 0, fmt.Sprintf("%.1f ms CPU; %d answered, %d wrong", spent, got.Answered, got.Wrong)})
	return nil
}

// intake takes requests in one after another through the use case that every page calls.
func (r *run) intake(ctx context.Context) error {
	db, err := pg.Open(ctx, r.street.url, time.Now)
	if err != nil {
		return err
	}
	defer db.Close()
	keys, err := secret.Temporary()
	if err != nil {
		return err
	}
	requests, orders := said.New(db, keys), workorder.New(db)
	svc := handoff.New(db, requests, orders)
	var building int64
	var community string
	err = r.street.admin.QueryRow(ctx, `SELECT building_id, community FROM work_order WHERE building_id IS NOT NULL ORDER BY id LIMIT 1`).Scan(&building, &community)
	if err != nil {
		return fmt.Errorf("a building: %w", err)
	}
	var took []float64
	for i := range 200 {
		at := time.Now()
		_, err := svc.File(ctx, authz.Anonymous, fmt.Sprintf("bench-intake-%032d", i), said.Filing{Kind: said.Complaint, Category: "0402", Title: "路灯不亮",
			Words: fmt.Sprintf("第 %d 盏路灯不亮", i), Building: building, Community: community, Channel: said.Phone, NoticeVersion: "2026-1", Phone: fmt.Sprintf("199%08d", i)})
		if err != nil {
			return fmt.Errorf("intake: %w", err)
		}
		took = append(took, float64(time.Since(at).Microseconds())/1000)
	}
	slices.Sort(took)
	r.report.bar(line{"taking a request in, the whole transaction", "measured", fmt.Sprintf("p50 %.1f ms, p95 %.1f ms", took[len(took)/2], took[len(took)*95/100]), true, ""})
	return nil
}

// lookAtRequests prints which indexes the statements of the list and the search walk.
func (r *run) lookAtRequests(ctx context.Context) error {
	for name, f := range map[string]workorder.Filter{"open cases": {Tab: workorder.TabOpen}, "search": {Tab: workorder.TabAll, Words: "路灯"}, "rare search": {Tab: workorder.TabAll, Words: "鱼缸"}} {
		err := r.explain(ctx, name, func(q *pgx.Conn) error { return workorder.Look(ctx, q, time.Now(), f) })
		if err != nil {
			return err
		}
	}
	return nil
}
