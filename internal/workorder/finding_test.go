package workorder_test

import (
	"strings"
	"sync"
	"testing"

	"portal/internal/blob"
	"portal/internal/fault"
	"portal/internal/pg/pgtest"
	"portal/internal/workday"
	"portal/internal/workorder"
)

func (c *town) draft(how workorder.How) workorder.FindingDraft {
	return workorder.FindingDraft{How: how, Category: "0402", Grid: c.grid, Words: "三号路灯不亮"}
}

func after(sha string) []workorder.PhotoRef {
	return []workorder.PhotoRef{{Ref: blob.Ref{SHA256: strings.Repeat(sha, 64), Size: 10}, Name: "后.jpg", Media: "image/jpeg"}}
}

// §5.3: what was solved on the spot is recorded and done; what was reported goes to its lawful owner with its clock
// running from the report (GRD-10); title and place come from the category and the grid, so that three taps are enough.
func TestFind(t *testing.T) {
	t.Parallel()
	c := newTown(t)
	solved := c.got(c.s.Find(c.ctx, c.a, c.key(), c.draft(workorder.SolvedHere)))
	c.state(solved, workorder.Recorded)
	if solved.Title != "路灯不亮" || solved.Place != "槐荫社区第一网格" || solved.ClosedAt == nil || solved.Owner.Kind != workorder.Grid {
		t.Errorf("%+v", solved)
	}
	if n := c.number(`SELECT count(*) FROM work_clock WHERE order_id = $1 AND stopped_at IS NULL`, int64(solved.ID)); n != 0 {
		t.Errorf("%d clocks run for what is done", n)
	}
	up := c.got(c.s.Find(c.ctx, c.a, c.key(), c.draft(workorder.ReportedUp)))
	c.state(up, workorder.Dispatched)
	if up.Owner.Unit != c.city || !up.StartedAt.Equal(pgtest.Now) || up.No != "SJ-2026-2" {
		t.Errorf("%s to %s from %v", up.No, up.Owner.Words(), up.StartedAt)
	}
}

// A hazard is put right by its day and checked again by neither its handler nor its reporter (GRD-09).
func TestHazard(t *testing.T) {
	t.Parallel()
	c := newTown(t)
	d := c.draft(workorder.HazardSeen)
	_, err := c.s.Find(c.ctx, c.a, c.key(), d)
	c.refused(err, fault.KindInvalid, "整改期限")
	d.RectifyBy = workday.DayOf(pgtest.Now).Add(10)
	o := c.got(c.s.Find(c.ctx, c.a, c.key(), d))
	if o.Kind != workorder.Hazard || workday.DayOf(o.DueAt.Add(-1)).Sub(d.RectifyBy) > 0 && o.DueAt.Sub(d.RectifyBy.Add(1).Start()).Hours() >= 1 {
		t.Errorf("%s due %v", o.Kind, o.DueAt)
	}
	o = c.sign(c.cityman, o)
	o = c.photo(c.cityman, c.contact(c.cityman, o), "a")
	o = c.report(c.cityman, c.get(o))
	_, err = c.s.Verify(c.ctx, c.a, c.key(), workorder.Verify{At: o.At(), Pass: true})
	if err == nil {
		t.Error("GRD-09: the reporter verified")
	}
	o = c.got(c.s.Verify(c.ctx, c.secretary, c.key(), workorder.Verify{At: o.At(), Pass: true, Words: "已整改"}))
	c.state(o, workorder.Closed)
}

// GRD-16: enforcement is not a grid worker's; it is reported. Who is no grid worker reports nothing.
func TestFindRefuses(t *testing.T) {
	t.Parallel()
	c := newTown(t)
	d := c.draft(workorder.SolvedHere)
	d.Category = "1902"
	_, err := c.s.Find(c.ctx, c.a, c.key(), d)
	c.refused(err, fault.KindInvalid, "执法单位")
	_, err = c.s.Find(c.ctx, c.cityman, c.key(), c.draft(workorder.ReportedUp))
	c.refused(err, fault.KindForbidden, "网格员")
	_, err = c.s.Find(c.ctx, c.a, c.key(), workorder.FindingDraft{How: "x", Category: "99", Words: strings.Repeat("长", 501)})
	if n := len(fault.Fields(err)); n != 4 { // how, category, words, place: all at once
		t.Errorf("%d messages: %v", n, fault.Fields(err))
	}
	// GRD-09: management asks for the picture of afterwards.
	c.exec(`UPDATE request_category SET handling_class = 'management' WHERE code = '0402'`)
	_, err = c.s.Find(c.ctx, c.a, c.key(), c.draft(workorder.SolvedHere))
	c.refused(err, fault.KindInvalid, "照片")
	d = c.draft(workorder.SolvedHere)
	d.Photos = append(after("b"), after("b")...)
	o := c.got(c.s.Find(c.ctx, c.a, c.key(), d))
	if n := c.number(`SELECT count(*) FROM work_photo WHERE order_id = $1 AND stage = 'after'`, int64(o.ID)); n != 1 {
		t.Errorf("%d photos", n)
	}
}

// Reliability 1: a record of the phone is delivered once, whether its answer was lost, its form key is new, or two
// deliveries run side by side; nobody else's record answers to the same device key.
func TestDeliveredOnce(t *testing.T) {
	t.Parallel()
	c := newTown(t)
	d := c.draft(workorder.ReportedUp)
	d.DeviceKey = "device-0001"
	keys := []string{c.key(), c.key(), c.key(), c.key()}
	got := make([]workorder.Order, 4)
	errs := make([]error, 4)
	var wait sync.WaitGroup
	for i := range got {
		wait.Go(func() { got[i], errs[i] = c.s.Find(c.ctx, c.a, keys[i], d) })
	}
	wait.Wait()
	for i := range got {
		if errs[i] != nil || got[i].No != got[0].No {
			t.Errorf("%d: %s, %v", i, got[i].No, errs[i])
		}
	}
	if n := c.number(`SELECT count(*) FROM work_order WHERE source = 'finding'`); n != 1 {
		t.Errorf("%d cases", n)
	}
	_, err := c.s.Find(c.ctx, c.b, c.key(), d)
	c.refused(err, fault.KindConflict, "另一位")
}

// The grids of the person come first, with their houses.
func TestGrounds(t *testing.T) {
	t.Parallel()
	c := newTown(t)
	grounds, _, err := c.s.Grounds(c.ctx, c.a)
	c.must(err)
	if len(grounds) != 1 || grounds[0].Grid != c.grid || grounds[0].CommunityName != "槐荫社区" {
		t.Errorf("%+v", grounds)
	}
	if _, _, err := c.s.Grounds(c.ctx, c.cityman); err == nil {
		t.Error("a department has grounds to report from")
	}
}
