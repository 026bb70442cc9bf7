package grid

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"portal/internal/authz"
	"portal/internal/fault"
	"portal/internal/pg"
	"portal/internal/policy"
	"portal/internal/workday"
)

// Bulk moves the posts of one person to others, in one go.
type Bulk struct {
	From   WorkerID
	Day    workday.Day
	Reason string
	To     map[ID]WorkerID // by grid; 0 is a vacancy, a grid that is not named stays as it is
	Role   Role            // empty: A posts
}

// BulkRow is one grid of a bulk move, before it is made.
type BulkRow struct {
	Grid            ID
	GridCode        string
	GridName        string
	Role            Role
	Now             Worker
	Then            Worker // zero: vacancy, or not chosen yet
	Chosen          bool
	HouseholdsAfter int
	Limit           int
	Problem         string // 中文; the row cannot be made
}

// BulkPreview is what a bulk move would do.
type BulkPreview struct {
	Rows    []BulkRow
	Blocked bool // some row has a problem, or nothing was chosen
}

// BulkPlan shows what moving a person's posts would mean, grid by grid, with what would be refused. Nothing
// is written.
func (s *Service) BulkPlan(ctx context.Context, by authz.Actor, b Bulk) (BulkPreview, error) {
	var out BulkPreview
	err := s.db.Read(ctx, func(q pg.Querier) (err error) {
		out, err = s.bulkPlan(ctx, q, by, b)
		return err
	})
	return out, err
}

func (s *Service) bulkPlan(ctx context.Context, q pg.Querier, by authz.Actor, b Bulk) (BulkPreview, error) {
	var out BulkPreview
	b = b.filled(workday.DayOf(s.db.Now()))
	from, err := workerByID(ctx, q, b.From)
	if err != nil {
		return out, err
	}
	if !authz.Allowed(by, authz.GridAssign, from.Object()) {
		return out, ErrNoWorker
	}
	v, err := policy.Load(ctx, q, b.Day)
	if err != nil {
		return out, err
	}
	mine, err := posts(ctx, q, selectPostsOfWorker, int64(b.From), b.Day)
	if err != nil {
		return out, err
	}
	var ids []ID
	for _, p := range mine {
		if p.Role == b.Role && p.On(b.Day) {
			ids = append(ids, p.GridID)
		}
	}
	found, err := seats(ctx, q, ids, b.Day)
	if err != nil {
		return out, err
	}
	lines, err := posts(ctx, q, selectPostsOfGrids, ids)
	if err != nil {
		return out, err
	}
	added := map[WorkerID][]aSpan{}
	for _, id := range ids {
		o := atPost{seat: found[id], day: b.Day}
		for _, p := range lines {
			if p.GridID == id {
				o.lines = append(o.lines, p)
			}
		}
		row := BulkRow{Grid: id, GridCode: o.Code, GridName: o.Name, Role: b.Role, Now: from, Limit: v.GridHouseholds}
		if err := b.fill(ctx, q, &row, o, v, added); err != nil {
			return out, err
		}
		out.Blocked = out.Blocked || row.Problem != ""
		out.Rows = append(out.Rows, row)
	}
	out.Blocked = out.Blocked || len(b.To) == 0
	for id := range b.To {
		if !slices.Contains(ids, id) {
			out.Blocked = true
		}
	}
	return out, nil
}

func (b Bulk) filled(today workday.Day) Bulk {
	if b.Role == "" {
		b.Role = RoleA
	}
	if b.Day.IsZero() {
		b.Day = today
	}
	b.Reason = strings.TrimSpace(b.Reason)
	return b
}

// fill says what one row would mean: the same questions as an appointment, with what the rows above it add.
func (b Bulk) fill(ctx context.Context, q pg.Querier, row *BulkRow, o atPost, v policy.Values, added map[WorkerID][]aSpan) error {
	to, chosen := b.To[o.ID]
	if row.Chosen = chosen; !chosen {
		return nil
	}
	h, err := openHandover(ctx, q, o.ID, b.Role)
	if err != nil {
		return err
	}
	if h.ID != 0 {
		row.Problem = "移交单正在办理，接收人 " + h.Receiver.Name
		return nil
	}
	if row.Problem = words(o.find(b.Role)); row.Problem != "" {
		return nil
	}
	if to == 0 {
		if utf8.RuneCountInString(b.Reason) < 2 {
			row.Problem = "没有接任的人时，请写明空缺的原因"
		}
		return nil
	}
	if row.Then, err = workerByID(ctx, q, to); err != nil {
		row.Problem = words(err)
		return missingAs(err, nil)
	}
	if row.Problem = words(o.takes(row.Then, b.Role, b.Day)); row.Problem != "" || b.Role != RoleA {
		return nil
	}
	spans, err := aSpansOf(ctx, q, to, b.Day, true)
	if err != nil {
		return err
	}
	load := weigh(append(spans, added[to]...), o.seat, b.Day, o.line.Until, v, false)
	added[to] = append(added[to], aSpan{GridID: o.ID, From: b.Day, Households: o.Households})
	row.HouseholdsAfter = load.After
	row.Problem = words(load.refuse(row.Then.Name, v.GridLimitA, b.Reason))
	return nil
}

// words gives the sentence of a fault, for a row of the preview.
func words(err error) string {
	if fields := fault.Fields(err); len(fields) > 0 {
		return fields[0].Message
	}
	if f, ok := fault.As(err); ok {
		return f.Message
	}
	if err != nil {
		return "这一行现在不能办理，请稍后再试"
	}
	return ""
}

// BulkApply makes all appointments of a bulk move in one transaction, or none.
func (s *Service) BulkApply(ctx context.Context, by authz.Actor, key string, b Bulk) ([]HandoverID, error) {
	var out []HandoverID
	err := s.db.Write(ctx, by, func(tx *pg.Tx) error {
		b = b.filled(workday.DayOf(tx.Now))
		ids := slices.Sorted(maps.Keys(b.To))
		result, err := tx.Once(ctx, key, "grid.bulk", func() (string, error) {
			people := append(slices.Collect(maps.Values(b.To)), b.From)
			if err := lockPosts(ctx, tx, ids, people); err != nil {
				return "", err
			}
			plan, err := s.bulkPlan(ctx, tx, by, b)
			if err != nil {
				return "", err
			}
			if err := plan.refuse(b); err != nil {
				return "", err
			}
			return b.apply(ctx, tx, s.Cases, ids)
		})
		if err != nil {
			return err
		}
		out = nil
		for _, word := range strings.Fields(result) {
			id, err := strconv.ParseInt(word, 10, 64)
			if err != nil {
				return fmt.Errorf("handovers of a bulk move: %w", err)
			}
			out = append(out, HandoverID(id))
		}
		return nil
	})
	return out, err
}

// refuse names the first thing that stands against a bulk move.
func (p BulkPreview) refuse(b Bulk) error {
	for _, row := range p.Rows {
		if row.Problem != "" {
			return fault.Conflict("%s：%s", row.GridName, row.Problem)
		}
	}
	if len(b.To) == 0 {
		return fault.InvalidField("to", "请至少为一个网格选择接任的人")
	}
	if p.Blocked {
		return fault.Conflict("其中有网格已经不由这位同志负责。打开最新的一页再办")
	}
	return nil
}

func (b Bulk) apply(ctx context.Context, tx *pg.Tx, cases CasesOf, ids []ID) (string, error) {
	g, err := groundOf(ctx, tx)
	if err != nil {
		return "", err
	}
	g.cases = cases
	var drawn []string
	for _, id := range ids {
		h, err := appoint(ctx, tx, g, Appointment{Grid: id, Role: b.Role, Worker: b.To[id], Day: b.Day, Reason: b.Reason})
		if err != nil {
			return "", err
		}
		if h != 0 {
			drawn = append(drawn, strconv.FormatInt(int64(h), 10))
		}
	}
	return strings.Join(drawn, " "), nil
}
