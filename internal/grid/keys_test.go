package grid_test

import (
	"testing"

	"portal/internal/geo"
	"portal/internal/grid"
)

// A form key is one person's and one act's: whoever sends it as somebody else is refused and changes nothing;
// the same form again is the same act.
func TestKeysOfBulkEndAndChange(t *testing.T) {
	t.Parallel()
	c := newTown(t)
	g := c.grid(1, "葛一", "葛二", 300)
	end := c.key()
	acts := map[string]func(key string) error{
		"bulk": func(key string) error {
			_, err := c.s.BulkApply(c.ctx, c.dispatcher, key, grid.Bulk{From: c.worker["葛一"], Day: today.Add(7), To: map[grid.ID]grid.WorkerID{g: c.worker["葛三"]}, Reason: "轮换"})
			return err
		},
		"change": func(key string) error {
			_, err := c.s.Apply(c.ctx, c.dispatcher, key, grid.Change{Day: today, Reason: "改名", System: geo.WGS84, Redraw: []grid.Redraw{{ID: g, Version: 1, Name: "改名网格"}}})
			return err
		},
		"end": func(key string) error {
			return c.s.EndWorker(c.ctx, c.dispatcher, key, c.worker["葛四"], today.Add(5))
		},
	}
	count := func() (n int) {
		if err := c.admin.QueryRow(c.ctx, `SELECT count(*) FROM audit_entry`).Scan(&n); err != nil {
			c.Fatal(err)
		}
		return n
	}
	c.must(c.s.EndWorker(c.ctx, c.secretary, end, c.worker["葛五"], today.Add(5)))
	before := count()
	c.must(c.s.EndWorker(c.ctx, c.secretary, end, c.worker["葛五"], today.Add(5)))
	if after := count(); after != before {
		t.Errorf("the same ending again left %d entries", after-before)
	}
	for name, act := range acts {
		if err := act(end); err == nil {
			t.Errorf("%s with the key of another account was done", name)
		}
	}
	if after := count(); after != before {
		t.Errorf("refused acts left %d entries", after-before)
	}
	for name, act := range acts { // with a key of their own they are lawful
		if err := act(c.key()); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}
