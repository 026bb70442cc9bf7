package grid

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"

	"portal/internal/authz"
	"portal/internal/fault"
	"portal/internal/geo"
	"portal/internal/intake"
	"portal/internal/pg"
	"portal/internal/place"
)

// Who imports files of boundaries draws them, and no more: closing grids, moving doors and naming people is for
// those who keep the grids; a grid worker and the public change nothing (GRD-16).
func TestWhoImportsDoesNotKeep(t *testing.T) {
	t.Parallel()
	w := newTown(t)
	ids, houses := w.twoGrids(0, 0)
	ctx := t.Context()
	w.exec(`INSERT INTO address (building_id, text, text_key) VALUES ($1, '界河路1号', '界河路1号')`, houses[7])
	doors, err := place.AddressesOf(ctx, w.db.Q(), houses[7])
	if err != nil {
		t.Fatal(err)
	}
	whole := Change{Day: thisDay, Reason: "撤并", Close: ids[:1], Open: []NewGrid{{Kind: Ordinary, Community: huaiyin, Name: "槐荫社区新网格", From: ids[:1],
		Boundary: box(t, 0, 0, 10, 10), VacancyReason: "招录中"}}, System: geo.WGS84}
	acts := map[string]func(by authz.Actor) error{
		"close": func(by authz.Actor) error { _, err := w.Apply(ctx, by, "", whole); return err },
		"look":  func(by authz.Actor) error { _, err := w.Preview(ctx, by, whole); return err },
		"move": func(by authz.Actor) error {
			return w.MovePlaces(ctx, by, "", MovePlaces{Buildings: houses[:1], To: ids[1], Day: thisDay, Reason: "移动"})
		},
		"address": func(by authz.Actor) error {
			return w.PlaceAddress(ctx, by, "", doors[0].ID, ids[0], thisDay, "门开在路北")
		},
	}
	as := func(r authz.Role, division string) authz.Actor {
		return authz.Actor{AccountID: 2, Name: r.Label(), Posts: []authz.Post{{Role: r, Division: division}}}
	}
	for _, by := range []authz.Actor{as(authz.Admin, "320104900"), as(authz.GridWorker, huaiyin), as(authz.Worker, huaiyin), authz.Anonymous} {
		for name, act := range acts {
			if err := act(by); fault.KindOf(err) != fault.KindNotFound {
				t.Errorf("%s by %s: %v", name, by.Name, err)
			}
		}
	}
	redraw := Change{Day: thisDay, Reason: "从文件导入", System: geo.WGS84, Redraw: []Redraw{{ID: ids[0], Version: 1, Name: "槐荫社区西网格"}}}
	if _, err := w.Apply(ctx, as(authz.Admin, "320104900"), "", redraw); err != nil {
		t.Errorf("a file of boundaries: %v", err)
	}
}

// GRD-02: grids that open in one community at the same moment, by hand and from a file, never get one code
// twice; nobody who left the code to the portal reads that it is taken.
func TestCodesAtOnce(t *testing.T) {
	t.Parallel()
	w := newTown(t)
	w.twoGrids(0, 0)
	const hands = 6
	var all sync.WaitGroup
	var mu sync.Mutex
	var bad []error
	var ids []ID
	for i := range hands {
		all.Go(func() {
			opened, err := w.Apply(t.Context(), keeper, "", Change{Day: thisDay, Reason: "新设", Open: []NewGrid{
				{Kind: Ordinary, Community: huaiyin, Name: fmt.Sprintf("甲%d网格", i), VacancyReason: "招录中"},
				{Kind: Special, Community: huaiyin, Name: fmt.Sprintf("乙%d网格", i), VacancyReason: "招录中"}}})
			mu.Lock()
			defer mu.Unlock()
			ids, bad = append(ids, opened...), append(bad, err)
		})
		all.Go(func() { // the file names its code, and may come too late
			file := fmt.Sprintf("code,name,community,valid_from,kind\n%s%03d,丙%d网格,%s,2026-11-18,\n", huaiyin, 3+2*i, i, huaiyin)
			err := w.tryImport(GridsFile(), file)
			if f, told := fault.As(err); err != nil && (!told || !strings.Contains(f.Error(), "编码")) {
				mu.Lock()
				bad = append(bad, err)
				mu.Unlock()
			}
		})
	}
	all.Wait()
	if err := errors.Join(bad...); err != nil {
		t.Error(err)
	}
	slices.Sort(ids)
	if len(slices.Compact(ids)) != 2*hands {
		t.Errorf("opened %v", ids)
	}
	if n := w.one(`SELECT count(*) FROM (SELECT code FROM grid GROUP BY code HAVING count(*) > 1) x`); n != 0 {
		t.Errorf("%d codes twice", n)
	}
}

// tryImport loads a file, for those who expect a refusal.
func (w town) tryImport(k intake.Kind, file string) error {
	_, err := intake.Run(w.t.Context(), w.db, keeper, k, strings.NewReader(file), k.Name+".csv", intake.Options{})
	return err
}

// A file that has begun to open grids holds their community: who opens one meanwhile waits, and takes the next code.
func TestCodeAfterAFile(t *testing.T) {
	t.Parallel()
	w := newTown(t)
	w.twoGrids(0, 0)
	ctx := t.Context()
	row := intake.NewRow(2, map[string]string{"code": huaiyin + "003", "name": "丙网格", "community": huaiyin, "valid_from": "2026-11-18"})
	opened := make(chan error, 1)
	err := w.db.Write(ctx, keeper, func(tx *pg.Tx) error {
		plan, err := planGrids(ctx, tx, []intake.Row{row}, intake.Options{Today: thisDay})
		if err != nil || len(plan.Problems) > 0 {
			return fmt.Errorf("%v %w", plan.Problems, err)
		}
		if err := plan.After(ctx, tx); err != nil {
			return err
		}
		go func() {
			_, err := w.Apply(t.Context(), keeper, "", Change{Day: thisDay, Reason: "新设", Open: []NewGrid{{Kind: Ordinary, Community: huaiyin, Name: "丁网格", VacancyReason: "招录中"}}})
			opened <- err
		}()
		for w.one(`SELECT count(*) FROM pg_locks l JOIN pg_stat_activity a USING (pid) WHERE NOT l.granted AND a.datname = current_database()`) == 0 {
			if len(opened) > 0 {
				break // it did not wait, and says why below
			}
		}
		return recordGrid(ctx, tx, 1, nil, &trace{Code: huaiyin + "003"}, importReason)
	})
	if err := errors.Join(err, <-opened); err != nil {
		t.Fatal(err)
	}
	if g := w.grid(huaiyin+"004", thisDay); g.Name != "丁网格" {
		t.Errorf("%+v", g)
	}
}
