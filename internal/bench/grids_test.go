package bench

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"testing"
	"time"

	"portal/internal/workday"
)

const secretary = "secretary.huaiyin"

// BenchmarkGrids is a street of 400 grids, 5,000 buildings and 12 years of versions: the pages that ask who
// answered for a door on a day, and the map, with their weight.
func BenchmarkGrids(b *testing.B) {
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
	must(b, r.street.growGrids(ctx))
	must(b, r.serve(ctx, reviewer, secretary))
	ids, err := r.street.someBuildings(ctx, 64)
	must(b, err)
	var answers, doors, maps, past, words []string
	for i, id := range ids {
		day := workday.NewDay(2015+i%12, time.Month(1+i%11), 1+i%27)
		answers = append(answers, fmt.Sprintf("/desk/grids/answers?building=%d&day=%s", id, day))
		doors = append(doors, fmt.Sprintf("/grids/buildings/%d", id))
		past = append(past, fmt.Sprintf("/desk/grids?day=%s", day))
		words = append(words, "/grids?q="+url.QueryEscape(fmt.Sprintf("长街%d号院", i*6)))
		maps = append(maps, fmt.Sprintf("/desk/grids?community=32010490000%d", 1+i%6))
	}
	for _, c := range []struct {
		name, login string
		bar         float64
		paths       []string
	}{
		{"map of the whole street, 400 grids", reviewer, 45, []string{"/desk/grids"}},
		{"map of the whole street, as of a past day", reviewer, 45, past},
		{"map of a community, 67 grids", reviewer, 45, maps},
		{"who answered for a door on a day", reviewer, 45, answers},
		{"public: who answers for my door", "", 35, doors},
		{"public: look for an address", "", 35, words},
		{"public: map of the street", "", 35, []string{"/grids/map"}},
	} {
		must(b, r.page(ctx, c.name, c.login, c.bar, c.paths))
	}
	r.report.write(os.Stdout)
}

// page drives a page with one reader and weighs it.
func (r *run) page(ctx context.Context, name, login string, bar float64, paths []string) error {
	a, err := r.ask(ctx, r.portal.Base, login, paths[0], "")
	if err != nil {
		return err
	}
	if a.status != http.StatusOK {
		r.report.bar(line{name, "answered", fmt.Sprintf("status %d", a.status), false, paths[0]})
		return nil
	}
	kb, err := r.withParts(ctx, a.body)
	if err != nil {
		return err
	}
	before := r.portalCPU.total()
	got, err := flood(ctx, host(r.portal), 1, r.flood, http.StatusOK, get(host(r.portal), r.people[login], paths...))
	if err != nil {
		return err
	}
	spent := perAnswer(r.portalCPU.total()-before, got)
	r.report.bar(line{name, fmt.Sprintf("≤ %.0f KB", bar), fmt.Sprintf("%.1f KB, p50 %.1f ms, p95 %.1f ms", kb, got.at(50), got.at(95)), kb <= bar && got.Wrong == 0,
		fmt.Sprintf("%.1f KB of it the page itself; %.1f ms CPU; %d answered, %d wrong", zipped(a.body), spent, got.Answered, got.Wrong)})
	return nil
}
