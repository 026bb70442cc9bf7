package grid_test

import (
	"maps"
	"slices"
	"strings"
	"testing"

	"portal/internal/authz"
	"portal/internal/fault"
	"portal/internal/grid"
)

// kept are the columns of the tables about grid workers. A column that is added here is a new thing kept of a person:
// it needs a place on the public task list first (GRD-16).
var kept = map[string]string{
	"grid_worker":     "account_id community employment id name phone valid version",
	"grid_assignment": "grid_id handover_id id made_at reason role valid worker_id",
	"grid_leave":      "id kind valid worker_id",
	"grid_team_post":  "grid_id id part phone post unit valid",
	"building":        "compound coord_system households id initials lat lng name name_key pinyin residents source valid",
	"address":         "building_id id initials pinyin text text_key",
}

// GRD-16: no field about a resident, and none about a worker beyond the post; GRD-20: no column that could hold a
// target, a mix or a score of a person.
func TestNothingMoreIsKept(t *testing.T) {
	t.Parallel()
	c := newTown(t)
	for _, table := range slices.Sorted(maps.Keys(kept)) {
		var got string
		c.must(c.admin.QueryRow(c.ctx, `SELECT string_agg(column_name, ' ' ORDER BY column_name) FROM information_schema.columns WHERE table_schema = 'public' AND table_name = $1`,
			table).Scan(&got))
		if want := strings.Fields(kept[table]); !slices.Equal(slices.Sorted(slices.Values(strings.Fields(got))), want) {
			t.Errorf("%s keeps %s", table, got)
		}
	}
}

// GRD-16: a grid worker looks, tells of the own leave, signs the own handovers, takes a word in, tells what was seen and
// handles the own cases, a wrong category of which others mend on the worker's word; nothing that decides, orders or enforces is open to a grid worker (no dispatch, no ruling, no
// verification, no whistle), and nothing that changes the grids.
const whatAGridWorkerDoes = "finding.report grid.export grid.leave grid.view request.reveal request.take work.arrive work.ask_help work.category work.contact " +
	"work.extend work.list work.report work.resume work.sign work.view"

func TestWhatAGridWorkerMayDo(t *testing.T) {
	t.Parallel()
	nobody := authz.Actor{AccountID: 1, Posts: []authz.Post{{Role: "none", Division: huaiyin}}}
	worker := authz.Actor{AccountID: 1, Posts: []authz.Post{{Role: authz.GridWorker, Division: huaiyin}}}
	var more []string
	for _, row := range authz.Policy {
		if authz.Can(worker, row.Do) && !authz.Can(nobody, row.Do) {
			more = append(more, string(row.Do))
		}
	}
	slices.Sort(more)
	if got := strings.Join(more, " "); got != whatAGridWorkerDoes {
		t.Errorf("a grid worker may %s", got)
	}
}

// Edge case 3: who goes to another community leaves no post behind, and nothing of the old one is kept open: neither
// its leave nor its people are in the hands of the new community's secretary before, or of the old one's after.
func TestTransferEndsReach(t *testing.T) {
	t.Parallel()
	c := newTown(t)
	g := c.grid(1, "葛一", "葛二", 0)
	w, err := c.s.WorkerOf(c.ctx, c.secretary, c.worker["葛三"])
	c.must(err)
	held, err := c.s.WorkerOf(c.ctx, c.secretary, c.worker["葛一"])
	c.must(err)
	held.Community = shiqiao
	held.Login = ""
	c.kind(c.s.ChangeWorker(c.ctx, c.dispatcher, c.key(), held), fault.KindConflict, "请先移交或者登记空缺")
	w.Community, w.Login = shiqiao, ""
	c.must(c.s.ChangeWorker(c.ctx, c.dispatcher, c.key(), w))
	if _, err := c.s.WorkerOf(c.ctx, c.secretary, w.ID); fault.KindOf(err) != fault.KindNotFound {
		t.Errorf("the old secretary: %v", err)
	}
	if _, err := c.s.WorkerOf(c.ctx, c.other, w.ID); err != nil {
		t.Errorf("the new secretary: %v", err)
	}
	c.kind(c.s.TakeLeave(c.ctx, c.secretary, c.key(), grid.Leave{Worker: w.ID, From: today, Until: today.Add(2), Kind: grid.SickLeave}), fault.KindNotFound, "没有这位网格员")
	_, err = c.s.Appoint(c.ctx, c.secretary, c.key(), grid.Appointment{Grid: g, Role: grid.RoleLead, Worker: w.ID})
	c.kind(err, fault.KindInvalid, "不在本社区的网格员名册上")
}
