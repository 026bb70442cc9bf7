package bench

import (
	"context"
	"fmt"
	"net/url"
	"os"
	"strconv"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"portal/internal/catalog"
	"portal/internal/page"
	"portal/internal/workday"
)

// sizesOf reads how much is measured: PORTAL_BENCH_ROWS is the largest number of entries.
func sizesOf(b *testing.B) sizes {
	s := sizes{few: 10_000, many: 100_000, most: 1_000_000, applications: 100_000, flood: 3 * time.Second, stroll: 5 * time.Second,
		rounds: 2, perSecond: 25, starts: 5}
	if text := os.Getenv("PORTAL_BENCH_ROWS"); text != "" {
		n, err := strconv.Atoi(text)
		if err != nil || n < 1000 {
			b.Fatalf("PORTAL_BENCH_ROWS=%q: a number of at least 1000", text)
		}
		s.most = n
		s.many = min(s.many, n)
		s.few = min(s.few, max(s.many/10, 1000))
		s.applications = min(s.applications, n)
	}
	return s
}

const (
	reviewer   = "reviewer"
	department = "dept.chengguan"
)

// shown is how many rows a page of the portal's lists holds; the limit shows as many.
const shown = 20

func (r *run) entrySurfaces(n int) []surface {
	var lists, plainLists, items, plainItems, plainWords []string
	for i := range 32 {
		at := 1 + i*(n-100)/32
		lists = append(lists, "/items?after="+cursorAfter(at))
		plainLists = append(plainLists, fmt.Sprintf("/entries?n=%d&after=%s", shown, entryCode(at)))
		items = append(items, "/items/"+entryCode(at))
		plainItems = append(plainItems, "/entries/"+entryCode(at))
	}
	for _, w := range words {
		plainWords = append(plainWords, fmt.Sprintf("/entries?n=%d&q=%s", shown, url.QueryEscape(w)))
	}
	return []surface{
		{name: "public list of 20 entries", login: reviewer, paths: lists, limit: plainLists, status: 200, bar: 40, better: 60},
		{name: "public entry", login: reviewer, paths: items, limit: plainItems, status: 200, bar: 30},
		{name: "public search, two characters", login: reviewer, paths: queries("/items?q=%s"), limit: plainWords, status: 200, bar: 40},
	}
}

func (r *run) applicationSurfaces(ctx context.Context, b *testing.B) []surface {
	var items, plainItems, plainWords []string
	for i := range 32 {
		no := fmt.Sprintf("2024-%d", 1+i*(r.applications-1)/32)
		items = append(items, "/desk/applications/"+no)
		plainItems = append(plainItems, "/applications/"+no)
	}
	for _, w := range words {
		plainWords = append(plainWords, fmt.Sprintf("/applications?n=%d&q=%s", shown, url.QueryEscape(w)))
	}
	var account, unit int64
	err := r.street.admin.QueryRow(ctx, `SELECT a.id, p.unit_id FROM account a JOIN account_post p ON p.account_id = a.id WHERE a.login = $1`, department).Scan(&account, &unit)
	if err != nil {
		b.Fatal(err)
	}
	plainCreate := url.Values{"title": {"夏季用电安全宣传"}, "unit": {fmt.Sprint(unit)}, "account": {fmt.Sprint(account)}}.Encode()
	return []surface{
		{name: "list of 20 applications", login: reviewer, paths: []string{"/desk/applications?tab=all"}, limit: []string{fmt.Sprintf("/applications?n=%d", shown)}, status: 200, bar: 40, better: 60},
		{name: "application", login: reviewer, paths: items, limit: plainItems, status: 200, bar: 30},
		{name: "search in applications, two characters", login: reviewer, paths: queries("/desk/applications?tab=all&q=%s"), limit: plainWords, status: 200, bar: 40},
		{name: "create (draft of an application)", login: department, paths: []string{"/desk/applications/new"}, limit: []string{"/applications"}, status: 303, bar: 25,
			body: func(int) string { return key(url.Values{}) }, plain: func(int) string { return plainCreate }},
	}
}

// BenchmarkPortal prints the bars of performance.md. It is red only when something cannot be
// measured; how fast a machine is, is no fault of the code that runs on it.
func BenchmarkPortal(b *testing.B) {
	ctx := context.Background()
	began := time.Now()
	r, err := start(ctx, sizesOf(b), b.TempDir(), cluster())
	if r != nil {
		defer func() {
			if err := r.end(); err != nil {
				b.Error(err)
			}
		}()
	}
	must(b, err)
	step := func(format string, args ...any) {
		fmt.Fprintf(os.Stderr, "bench %4.0f s: %s\n", time.Since(began).Seconds(), fmt.Sprintf(format, args...))
	}
	step("grow to %d entries", r.few)
	must(b, r.street.growEntriesTo(ctx, 0, r.few))
	step("cold starts")
	must(b, r.coldStart(ctx))
	must(b, r.serve(ctx, reviewer, department))
	step("list and search at %d", r.few)
	small, err := r.growth(ctx, r.few)
	must(b, err)

	step("grow to %d entries and %d applications", r.many, r.applications)
	must(b, r.street.growEntriesTo(ctx, r.few, r.many))
	must(b, r.street.growApplicationsTo(ctx, 0, r.applications))
	surfaces := append(r.applicationSurfaces(ctx, b), r.entrySurfaces(r.many)...)
	for _, s := range surfaces {
		step("%s", s.name)
		must(b, r.measure(ctx, s))
	}
	step("lists at a modest rate, page sizes")
	must(b, r.modest(ctx, surfaces))
	must(b, r.weigh(ctx))

	step("grow to %d entries", r.most)
	must(b, r.street.growEntriesTo(ctx, r.many, r.most))
	step("list and search at %d", r.most)
	large, err := r.growth(ctx, r.most)
	must(b, err)
	r.compare(small, large)
	must(b, r.look(ctx))
	r.report.bar(line{"memory of the portal, peak over all loads", "≤ 100 MB", f0(peakMB(r.portal.PID())) + " MB", peakMB(r.portal.PID()) <= 100, ""})
	must(b, r.facts(ctx))
	r.report.note("measured in %.0f s", time.Since(began).Seconds())
	r.report.write(os.Stdout)
}

func must(b *testing.B, err error) {
	b.Helper()
	if err != nil {
		b.Fatal(err)
	}
}

// today is a day on which all grown entries hold.
var today = workday.DayOf(time.Now())

// look prints which indexes the portal's own statements walk at the largest size.
func (r *run) look(ctx context.Context) error {
	for _, c := range []struct {
		what string
		run  func(q *pgx.Conn) error
	}{
		{"list, first page", func(q *pgx.Conn) error {
			_, err := catalog.On(ctx, q, catalog.Filter{Day: today, Limit: 50})
			return err
		}},
		{"list, far in", func(q *pgx.Conn) error {
			at := page.Cursor{Sort: "item.code", Keys: []string{entryCode(r.most / 2)}, ID: 1}
			_, err := catalog.On(ctx, q, catalog.Filter{Day: today, Limit: 50, Cursor: at})
			return err
		}},
		{"search, frequent word", func(q *pgx.Conn) error {
			_, err := catalog.On(ctx, q, catalog.Filter{Day: today, Limit: 50, Words: "宣传"})
			return err
		}},
		{"search, rare word", func(q *pgx.Conn) error {
			_, err := catalog.On(ctx, q, catalog.Filter{Day: today, Limit: 50, Words: "鱼缸"})
			return err
		}},
		{"detail", func(q *pgx.Conn) error { _, err := catalog.Item(ctx, q, entryCode(r.most/2), today); return err }},
		{"counts", func(q *pgx.Conn) error {
			_, err := catalog.CountByKind(ctx, q, catalog.Filter{Day: today})
			return err
		}},
	} {
		if err := r.explain(ctx, c.what, c.run); err != nil {
			return err
		}
	}
	return nil
}
