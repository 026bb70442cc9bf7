package workorder_test

import (
	"context"
	"fmt"
	"testing"

	"github.com/jackc/pgx/v5"

	"portal/internal/pg"
	"portal/internal/workday"
	"portal/internal/workorder"
)

// tally counts what is asked of the database; a batch is one question.
type tally struct {
	pg.Querier
	n int
}

func (q *tally) Query(ctx context.Context, sql string, args ...any) (pgx.Rows, error) {
	q.n++
	return q.Querier.Query(ctx, sql, args...)
}

func (q *tally) QueryRow(ctx context.Context, sql string, args ...any) pgx.Row {
	q.n++
	return q.Querier.QueryRow(ctx, sql, args...)
}

func (q *tally) SendBatch(ctx context.Context, b *pgx.Batch) pgx.BatchResults {
	q.n++
	return q.Querier.(interface {
		SendBatch(ctx context.Context, b *pgx.Batch) pgx.BatchResults
	}).SendBatch(ctx, b)
}

// A preview of fifty asks the database as often as one of ten, though each case has a category, a rule, a unit, a
// grid or an item of its own; and each row says what the page of that one case says.
func TestPreviewAsksAFixedNumberOfTimes(t *testing.T) {
	t.Parallel()
	c := newTown(t)
	var ids []int64
	chosen := map[workorder.ID]workorder.Target{}
	for i := range 50 {
		category, item := fmt.Sprintf("30%02d", i), fmt.Sprintf("ZZ-1%02d", i)
		unit := c.unit(fmt.Sprintf("区第%d局", i), "district_department", "")
		c.exec(`INSERT INTO unit_alias (alias, alias_key, unit_id, source) VALUES ($1, $1, $2, 't')`, fmt.Sprintf("第%d局", i), unit)
		c.exec(`INSERT INTO request_category (code, parent_code, name, departments, due_hours, handling_class) VALUES ($1, '04', '一类事', $2, 24, 'service')`,
			category, fmt.Sprintf("第%d局；社区居委会", i))
		kind, role := "self_governance", "primary"
		if i%10 == 3 {
			kind, role = "assist_government", "assist"
		}
		c.item(item, kind, role, "一件事", huaiyin)
		switch i % 5 {
		case 1:
			c.rule(category, workorder.Unit, unit, "")
		case 2, 3:
			c.rule(category, workorder.Community, 0, item)
		case 4:
			c.rule(category, workorder.Grid, 0, item)
		}
		o := c.open(func(n *workorder.Opening) { n.Category = category })
		ids = append(ids, int64(o.ID))
		switch i % 10 {
		case 5:
			chosen[o.ID] = workorder.Target{Kind: workorder.Community, Community: shiqiao, Item: item} // not on the list of that community
		case 6:
			chosen[o.ID] = to(c.water)
		case 7:
			c.exec(`UPDATE work_order SET needs_review = true WHERE id = $1`, int64(o.ID))
		}
	}
	day := workday.DayOf(c.now)
	asked := map[int]int{}
	for _, many := range []int{10, 50} {
		q := &tally{Querier: c.db.Q()}
		rows, err := workorder.BulkRows(c.ctx, q, day, ids[:many], chosen)
		c.must(err)
		asked[many] = q.n
		if len(rows) != many {
			t.Fatalf("%d rows of %d", len(rows), many)
		}
		for i, r := range rows {
			one, err := c.s.BulkPreview(c.ctx, c.dispatcher, []workorder.Step{r.Order.At()}, chosen)
			c.must(err)
			if one[0].To.Words() != r.To.Words() || one[0].Problem != r.Problem || (one[0].Refused == nil) != (r.Refused == nil) {
				t.Errorf("row %d: %q %q, alone %q %q", i, r.To.Words(), r.Problem, one[0].To.Words(), one[0].Problem)
			}
			if want := i%10 == 3 || i%10 == 5; (r.Refused != nil) != want || want && r.Refused.Lawful.Words() != fmt.Sprintf("区第%d局", i) {
				t.Errorf("row %d refused: %+v", i, r.Refused)
			}
		}
	}
	if asked[50] != asked[10] || asked[50] > 16 {
		t.Errorf("%d questions for ten cases, %d for fifty", asked[10], asked[50])
	}
}
