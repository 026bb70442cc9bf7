package grid_test

import (
	"fmt"
	"math/rand/v2"
	"sync"
	"testing"

	"portal/internal/fault"
	"portal/internal/grid"
)

// Of many who change one post at the same moment one wins; the others are told who did what, and nothing
// is doubled (GRD-03, GRD-07).
func TestOneWinsThePost(t *testing.T) {
	t.Parallel()
	c := newTown(t)
	g := c.grid(1, "葛一", "葛二", 0)
	var acts []func() error
	for _, name := range []string{"葛三", "葛四", "葛五", "葛三"} {
		acts = append(acts, func() error {
			_, err := c.s.Appoint(c.ctx, c.secretary, c.key(), grid.Appointment{Grid: g, Role: grid.RoleA, Worker: c.worker[name]})
			return err
		}, func() error { return c.vacate(g, grid.RoleA, noDay, "退休") })
	}
	won := 0
	for _, err := range atOnce(acts) {
		switch {
		case err == nil:
			won++
		case fault.KindOf(err) != fault.KindConflict:
			t.Errorf("a loser reads %v", err)
		}
	}
	// Either a handover was drawn (and everybody else meets it), or the post fell vacant first and a handover
	// to the next A was drawn after that.
	var open, vacant int
	const count = `SELECT (SELECT count(*) FROM grid_handover), (SELECT count(*) FROM grid_assignment WHERE role = 'a' AND worker_id IS NULL)`
	c.must(c.admin.QueryRow(c.ctx, count).Scan(&open, &vacant))
	if won != open+vacant || open != 1 || vacant > 1 {
		t.Errorf("%d won, %d handovers, %d vacancies", won, open, vacant)
	}
	c.invariants()
}

func atOnce(acts []func() error) []error {
	out := make([]error, len(acts))
	var ready, done sync.WaitGroup
	ready.Add(1)
	for i, act := range acts {
		done.Go(func() {
			ready.Wait()
			out[i] = act()
		})
	}
	ready.Done()
	done.Wait()
	return out
}

// A signature races a call-off, a forced end, an added entry, and the same signature sent twice: one of them
// settles the handover, and never is it signed with an unread entry.
func TestOneSettlesTheHandover(t *testing.T) {
	t.Parallel()
	c := newTown(t)
	for i := range 6 {
		g := c.grid(i+1, "葛一", "葛二", 0)
		if i > 1 { // 葛三 can be A of two grids only
			c.exec(`UPDATE grid_assignment SET worker_id = $1 WHERE role = 'a' AND worker_id = $2`, int64(c.worker["葛一"]), int64(c.worker["葛三"]))
		}
		at := c.draw(g, "葛三", noDay)
		c.must(c.s.Give(c.ctx, c.who["葛一"], c.key(), at))
		at.Version++
		twice := c.key()
		receive := func() error { return c.s.Receive(c.ctx, c.who["葛三"], twice, at) }
		errs := atOnce([]func() error{receive, receive,
			func() error { return c.s.CallOff(c.ctx, c.secretary, c.key(), at, "人员另有安排") },
			func() error { return c.s.Force(c.ctx, c.leader, c.key(), at, "葛一已离职无法签字") },
			func() error {
				return c.s.AddEntry(c.ctx, c.who["葛一"], c.key(), at, grid.Entry{Kind: grid.NoteEntry, Words: "又想起一件事"})
			},
			func() error { return c.s.EndWorker(c.ctx, c.secretary, c.key(), c.worker["葛三"], today) },
			func() error {
				return c.s.TakeLeave(c.ctx, c.secretary, c.key(), grid.Leave{Worker: c.worker["葛三"], From: today.Add(9 * i), Until: today.Add(9*i + 2), Kind: grid.OtherLeave})
			}})
		left := errs[5] == nil // 葛三 ended on the register first: no leave for who is not there any more
		for k, err := range errs {
			if err != nil && fault.KindOf(err) != fault.KindConflict && (k != 6 || !left || fault.KindOf(err) != fault.KindInvalid) {
				t.Errorf("act %d: %v", k, err)
			}
		}
		if errs[6] != nil && !left {
			t.Errorf("leave: %v", errs[6])
		}
		h := c.handover(c.secretary, at.ID)
		posts, err := c.s.Posts(c.ctx, c.secretary, g, today)
		c.must(err)
		moved := posts[0].Worker.Name == "葛三"
		if moved != (h.State == grid.Signed || h.State == grid.Forced) || h.State == grid.Signed && h.Unread > 0 {
			t.Errorf("%s with %d unread, A is %s", h.State, h.Unread, posts[0].Worker.Name)
		}
		if h.Open() {
			c.must(c.s.CallOff(c.ctx, c.secretary, c.key(), grid.HandoverStep{ID: at.ID}, "人员另有安排"))
		}
		c.exec(`UPDATE grid_worker SET valid = '[2025-01-01,)'`)
	}
	c.invariants()
}

// GRD-06 under concurrency: three grids are promised to one person at the same moment, two go through.
func TestLimitHoldsUnderConcurrency(t *testing.T) {
	t.Parallel()
	c := newTown(t)
	var acts []func() error
	for i := range 4 {
		g := c.grid(i+1, "葛一", "葛二", 0)
		acts = append(acts, func() error {
			_, err := c.s.Appoint(c.ctx, c.secretary, c.key(), grid.Appointment{Grid: g, Role: grid.RoleA, Worker: c.worker["葛三"]})
			return err
		})
	}
	won := 0
	for _, err := range atOnce(acts) {
		if err == nil {
			won++
		} else if fault.KindOf(err) != fault.KindInvalid {
			t.Error(err)
		}
	}
	if won != 2 {
		t.Errorf("%d appointments of one person went through", won)
	}
}

// Many hands on three grids at once, in any order: every answer is lawful, nothing fails in a way that nobody
// may read, and the two invariants hold at the end on every day of the history.
func TestManyHandsAtOnce(t *testing.T) {
	t.Parallel()
	c := newTown(t)
	grids := []grid.ID{c.grid(1, "葛一", "葛二", 100), c.grid(2, "葛三", "葛四", 100), c.grid(3, "", "葛一", 100)}
	dice := rand.New(rand.NewPCG(2026, 11)) // the same plan in every run
	people := []string{"葛一", "葛二", "葛三", "葛四"}
	var hands []func() error
	for range 8 {
		var deeds []func() error
		for range 12 {
			g, name, day := grids[dice.IntN(3)], people[dice.IntN(4)], today.Add(dice.IntN(3)*5)
			role := grid.PostRoles[dice.IntN(3)]
			deeds = append(deeds, []func() error{
				func() error {
					_, err := c.s.Appoint(c.ctx, c.secretary, c.key(), grid.Appointment{Grid: g, Role: role, Worker: c.worker[name], Day: day, Reason: "轮岗"})
					return err
				},
				func() error { return c.vacate(g, role, day, "调离") },
				func() error {
					return c.s.TakeLeave(c.ctx, c.secretary, c.key(), grid.Leave{Worker: c.worker[name], From: day, Until: day.Add(2), Kind: grid.OtherLeave})
				},
				func() error { return c.settleOne(name) },
				func() error { return c.settleOne(name) },
				func() error { return c.callOffOne(g) },
				func() error {
					_, err := c.s.BulkApply(c.ctx, c.secretary, c.key(), grid.Bulk{From: c.worker[name], Day: day, Reason: "轮岗",
						To: map[grid.ID]grid.WorkerID{grids[0]: c.worker["葛二"], grids[1]: 0}})
					return err
				},
			}[dice.IntN(7)])
		}
		hands = append(hands, func() error {
			for _, do := range deeds {
				if err := do(); fault.KindOf(err) == fault.KindInternal && err != nil || fault.KindOf(err) == fault.KindUnavailable {
					return err
				}
			}
			return nil
		})
	}
	for _, err := range atOnce(hands) {
		c.must(err)
	}
	c.invariants()
	var changes int
	c.must(c.admin.QueryRow(c.ctx, `SELECT count(*) FROM grid_assignment`).Scan(&changes))
	if changes < 12 {
		t.Errorf("only %d lines of posts: the hands did nothing", changes)
	}
}

// settleOne signs, or lets the leader end, the first open handover of a person.
func (c *town) settleOne(name string) error {
	mine, err := c.s.MyHandovers(c.ctx, c.who[name])
	if err != nil || len(mine) == 0 {
		return err
	}
	at := grid.HandoverStep{ID: mine[0].ID, Version: mine[0].Version}
	switch {
	case mine[0].Allowed(c.who[name], grid.GiveIt):
		return c.s.Give(c.ctx, c.who[name], c.key(), at)
	case mine[0].Allowed(c.who[name], grid.ReceiveIt):
		return c.s.Receive(c.ctx, c.who[name], c.key(), at)
	}
	return c.s.Force(c.ctx, c.leader, c.key(), at, "人已离开无法签字")
}

// callOffOne takes the last plan of a grid back.
func (c *town) callOffOne(g grid.ID) error {
	lines, err := c.s.PostHistory(c.ctx, c.secretary, g)
	if err != nil {
		return err
	}
	for _, p := range lines {
		if p.From.After(today) {
			return c.s.CallOffPlan(c.ctx, c.secretary, c.key(), p.ID, "计划有变不再调整")
		}
	}
	return nil
}

// A merge races the people of the grids that it closes: whoever comes second works on what is left, and no
// post of a closed or new grid hangs in the air (GRD-02, GRD-03).
func TestMergeAndPeopleAtOnce(t *testing.T) {
	t.Parallel()
	c := newTown(t)
	merged := 0
	for i := range 4 {
		g1, g2 := c.grid(100*i+1, "葛五", "葛二", 40), c.grid(100*i+2, "葛三", "葛四", 50)
		all, err := c.s.OnDay(c.ctx, c.secretary, huaiyin, today)
		c.must(err)
		var both []grid.Grid
		for _, g := range all {
			if g.ID == g1 || g.ID == g2 {
				both = append(both, g)
			}
		}
		merge := grid.MergePlan(both, grid.Part{Name: fmt.Sprintf("合并%d网格", i+1)}, today, "两格合并")
		errs := atOnce([]func() error{
			func() error { _, err := c.s.Apply(c.ctx, c.secretary, c.key(), merge); return err },
			func() error { return c.vacate(g1, grid.RoleA, noDay, "调离") },
			func() error { return c.vacate(g2, grid.RoleB, today.Add(3), "退休") },
			func() error {
				_, err := c.s.Appoint(c.ctx, c.secretary, c.key(), grid.Appointment{Grid: g2, Role: grid.RoleLead, Worker: c.worker["葛一"]})
				return err
			},
		})
		for k, err := range errs {
			if err != nil && fault.KindOf(err) != fault.KindConflict && fault.KindOf(err) != fault.KindInvalid {
				t.Errorf("act %d: %v", k, err)
			}
		}
		if errs[0] == nil {
			merged++
		} else {
			t.Logf("round %d: %v", i, errs[0])
		}
		c.exec(`UPDATE grid_assignment SET worker_id = NULL, reason = '清场' WHERE worker_id IS NOT NULL`) // so that limits do not tell the next round
	}
	if merged == 0 {
		t.Error("no merge went through")
	}
	c.invariants()
}
