package bench

import (
	"bytes"
	"compress/gzip"
	"context"
	"fmt"
	"net/http"
	"regexp"
	"strings"

	"github.com/jackc/pgx/v5"

	"portal/internal/page"
)

// entryCode is the code of the n-th grown entry; they come before all published ones.
func entryCode(n int) string { return fmt.Sprintf("B%07d", n) }

// cursorAfter is the cursor of the page that follows the n-th grown entry.
func cursorAfter(n int) string {
	c := page.Cursor{Sort: "item.code", Keys: []string{entryCode(n)}, ID: int64(n)}
	return c.Encode()
}

// times are the waits of one stage of growth, one reader at a time.
type times struct {
	entries      int
	list, search result
}

// growth measures list and search with a single reader, so that the waits are the work's own.
func (r *run) growth(ctx context.Context, entries int) (times, error) {
	t := times{entries: entries}
	lists := make([]string, 16)
	for i := range lists {
		lists[i] = "/items?after=" + cursorAfter(1+i*(entries-100)/len(lists))
	}
	var err error
	cookies := r.people["reviewer"]
	if _, err = flood(ctx, host(r.portal), 4, r.flood/3, http.StatusOK, get(host(r.portal), cookies, lists...)); err != nil { // warm
		return t, err
	}
	if t.list, err = flood(ctx, host(r.portal), 1, r.flood, http.StatusOK, get(host(r.portal), cookies, lists...)); err != nil {
		return t, err
	}
	t.search, err = flood(ctx, host(r.portal), 1, r.flood, http.StatusOK, get(host(r.portal), cookies, queries("/items?q=%s")...))
	return t, err
}

// compare notes what growth costs.
func (r *run) compare(small, large times) {
	factor := large.list.at(50) / small.list.at(50)
	r.report.bar(line{fmt.Sprintf("list p50, %d entries against %d", large.entries, small.entries), "≤ 1.3 ×",
		fmt.Sprintf("%.2f × (%.1f ms, %.1f ms)", factor, large.list.at(50), small.list.at(50)), factor <= 1.3, ""})
	p95 := large.search.at(95)
	r.report.bar(line{fmt.Sprintf("search p95, %d entries", large.entries), "≤ 60 ms", fmt.Sprintf("%.1f ms", p95), p95 <= 60,
		fmt.Sprintf("p50 %.1f ms; at %d entries p95 %.1f ms", large.search.at(50), small.entries, small.search.at(95))})
}

// modest compares p95 at a rate at which neither side is busy.
func (r *run) modest(ctx context.Context, surfaces []surface) error {
	for _, s := range surfaces {
		if !strings.Contains(s.name, "list") {
			continue
		}
		portal, limit := s.requests(host(r.portal), r.people[s.login], host(r.limit))
		p, err := stroll(ctx, host(r.portal), r.perSecond, r.stroll, s.status, portal)
		if err != nil {
			return err
		}
		l, err := stroll(ctx, host(r.limit), r.perSecond, r.stroll, s.status, limit)
		if err != nil {
			return err
		}
		if p.Wrong > 0 {
			continue // said where it was driven hard
		}
		factor := p.at(95) / l.at(95)
		r.report.bar(line{fmt.Sprintf("p95 at %d a second: %s", r.perSecond, s.name), "≤ 3 × the limit's",
			fmt.Sprintf("%.1f × (%.1f ms, %.1f ms)", factor, p.at(95), l.at(95)), factor <= 3, fmt.Sprintf("p50 %.1f ms and %.1f ms", p.at(50), l.at(50))})
	}
	return nil
}

// weighed are pages whose weight has a bar, with everything a first visit loads.
var weighed = []struct {
	path, login string
	bar         float64 // KB gzipped
}{
	{"/", "", 35}, {"/items", "", 35}, {"/items/LZ-102", "", 35}, {"/sign-in", "", 35},
	{"/desk/todos", "reviewer", 45}, {"/desk/applications?tab=all", "reviewer", 45}, {"/desk/applications/2024-100", "reviewer", 45},
	{"/desk/tasks", "reviewer", 45}, {"/desk/lists", "reviewer", 45}, {"/desk/applications/new", "dept.chengguan", 45},
}

var loaded = regexp.MustCompile(`(?:src|href)="(/static/[^"]+\.(?:css|js|svg|woff2|png))"`)

// weigh notes the weight of the pages.
func (r *run) weigh(ctx context.Context) error {
	var worst = map[float64]line{}
	var heaviest = map[float64]float64{}
	for _, p := range weighed {
		a, err := r.ask(ctx, r.portal.Base, p.login, p.path, "")
		if err != nil {
			return err
		}
		if a.status != http.StatusOK {
			r.report.bar(line{"weight of " + p.path, fmt.Sprintf("≤ %.0f KB", p.bar), "not measured", false, fmt.Sprintf("status %d", a.status)})
			continue
		}
		kb, err := r.withParts(ctx, a.body)
		if err != nil {
			return err
		}
		if kb > heaviest[p.bar] {
			heaviest[p.bar] = kb
			worst[p.bar] = line{"heaviest page gzipped, CSS and JS included: " + p.path, fmt.Sprintf("≤ %.0f KB", p.bar), f1(kb) + " KB", kb <= p.bar,
				fmt.Sprintf("%.1f KB of it the page itself", zipped(a.body))}
		}
	}
	for _, bar := range []float64{35, 45} {
		if l, there := worst[bar]; there {
			r.report.bar(l)
		}
	}
	return nil
}

// withParts adds what the page loads.
func (r *run) withParts(ctx context.Context, page []byte) (float64, error) {
	parts, err := r.parts(ctx, page)
	return zipped(page) + parts, err
}

// parts weighs what a page loads, as the server sends it to a browser that takes gzip.
func (r *run) parts(ctx context.Context, page []byte) (total float64, err error) {
	seen := map[string]bool{}
	for _, m := range loaded.FindAllSubmatch(page, -1) {
		path := string(m[1])
		if seen[path] {
			continue
		}
		seen[path] = true
		req, err := http.NewRequestWithContext(ctx, http.MethodGet, r.portal.Base+path, nil)
		if err != nil {
			return 0, err
		}
		req.Header.Set("Accept-Encoding", "gzip")
		part, err := fetch(req)
		if err != nil {
			return 0, err
		}
		if part.status != http.StatusOK {
			return 0, fmt.Errorf("%s: status %d", path, part.status)
		}
		if part.header.Get("Content-Encoding") == "gzip" {
			total += float64(len(part.body)) / 1024
		} else {
			total += zipped(part.body)
		}
	}
	return total, nil
}

func zipped(b []byte) float64 {
	var out bytes.Buffer
	w := gzip.NewWriter(&out)
	_, _ = w.Write(b) // into memory
	_ = w.Close()
	return float64(out.Len()) / 1024
}

// explain notes which indexes a query function walks and which big tables it reads whole.
func (r *run) explain(ctx context.Context, what string, run func(q *pgx.Conn) error) error {
	plans, err := explained(ctx, r.street.url, run)
	if err != nil {
		return err
	}
	for _, p := range plans {
		walks, reads, ms := readPlan(p)
		text := fmt.Sprintf("  plan, %s: %s ms, indexes %s", what, ms, strings.Join(walks, ", "))
		if len(reads) > 0 {
			text += "; READS WHOLE " + strings.Join(reads, ", ")
		}
		r.report.plans = append(r.report.plans, text)
	}
	return nil
}

// facts notes on what was measured.
func (r *run) facts(ctx context.Context) error {
	var version, fsync, commit string
	for name, into := range map[string]*string{"server_version": &version, "fsync": &fsync, "synchronous_commit": &commit} {
		if err := r.street.admin.QueryRow(ctx, `SELECT current_setting($1)`, name).Scan(into); err != nil {
			return err
		}
	}
	r.report.note("PostgreSQL %s, fsync %s, synchronous_commit %s; load generator beside both on the same machine", version, fsync, commit)
	r.report.note("ratios from %d rounds of %s in turn, at %d entries and %d applications", r.rounds, r.flood, r.many, r.applications)
	return nil
}
