package workorder

import (
	"context"
	"slices"
	"strings"

	"portal/internal/authz"
	"portal/internal/catalog"
	"portal/internal/fault"
	"portal/internal/pg"
	"portal/internal/policy"
	"portal/internal/workday"
)

// handOver makes somebody the owner of a case that is to be signed: the window of the one dispute opens (REQ-08),
// the first unit is kept (REQ-02), whom the category names is asked to assist.
func handOver(ctx context.Context, tx *pg.Tx, o *Order, to Owner, p planOf, why string) error {
	v, err := policy.Load(ctx, tx, today(tx))
	if err != nil {
		return err
	}
	if err := giveTo(ctx, tx, o, to, why); err != nil {
		return err
	}
	if to.Kind == Grid {
		posts, err := holdersOf(ctx, tx, []int64{to.Grid}, today(tx))
		if err != nil {
			return err
		}
		o.holders = posts[to.Grid]
	}
	o.State, o.DispatchedAt, o.SignedAt, o.ItemCode, o.NeedsReview = Dispatched, &tx.Now, nil, p.to.Item, false
	if o.FirstUnit == 0 && to.Kind == Unit {
		o.FirstUnit = to.Unit
	}
	if err := stopClock(ctx, tx, o.ID, DisputeClock); err != nil {
		return err
	}
	if o.Disputes == 0 && to.Kind != Grid {
		if _, err := officeClock(ctx, tx, o.ID, DisputeClock, v.DisputeHours, policy.DisputeHours, v); err != nil {
			return err
		}
	}
	if p.assist && to.Kind == Unit && o.Community != "" && o.Community != o.HiddenFrom {
		if err := addHelper(ctx, tx, o.ID, 0, o.Community, "社区协助联系居民、核对情况", true); err != nil {
			return err
		}
	}
	return tell(ctx, tx, *o, "已派给你单位，请在时限内签收。办结时限"+moment(o.DueAt))
}

// Dispatch sends a case to an owner by hand (Q4). The shield refuses on the field "to" with NOT_ADMITTED and the
// rule (REQ-14); after a ruling nobody moves the case any more (REQ-08); a case that came back twice goes to another
// handler (REQ-11).
func (s *Service) Dispatch(ctx context.Context, by authz.Actor, key string, c Dispatch) (Order, error) {
	return s.keyed(ctx, by, key, authz.WorkDispatch, func(tx *pg.Tx) (Order, error) { return s.dispatch(ctx, tx, c, "") })
}

func (s *Service) dispatch(ctx context.Context, tx *pg.Tx, c Dispatch, auto string) (Order, error) {
	var to Owner
	var p planOf
	why := ""
	return s.step(ctx, tx, c.At, act{do: authz.WorkDispatch, on: desks,
		check: func(o Order) error {
			var err error
			if why, err = dispatchReason(o, c.Why, auto); err != nil {
				return err
			}
			if to, p, err = s.target(ctx, tx, o, c.To); err != nil {
				return err
			}
			return groundOn(tx, today(tx)).mayReceive(ctx, o, to)
		},
		change: func(o *Order) (note, error) {
			err := handOver(ctx, tx, o, to, p, why)
			return note{did: "派给" + to.Words(), words: why}, err
		}})
}

// desks are acts of the street: only a reach everywhere covers them.
func desks(Order) []authz.Object { return nil }

func dispatchReason(o Order, why, auto string) (string, error) {
	why = strings.TrimSpace(why)
	if why == "" {
		why = auto
	}
	least := 0
	if move, _ := Flow.Next(o.State, authz.WorkDispatch); move.Reason {
		least = 4
	}
	return clean("why", why, least, 200, "请写明为什么改派，4 到 200 个字")
}

// target checks a chosen target and completes it with the item that the rules name.
func (s *Service) target(ctx context.Context, q pg.Querier, o Order, t Target) (Owner, planOf, error) {
	day := dayOf(q, s)
	t = t.tidy()
	g := groundOn(q, day)
	to, shield, problem, err := g.receive(ctx, o, t)
	if err != nil {
		return to, planOf{}, err
	}
	if problem != "" {
		return to, planOf{}, fault.InvalidField("to", problem)
	}
	if t.Kind != Unit {
		t.Item = shield.Item.Code
	}
	p := planOf{to: t}
	if usual, err := g.plan(ctx, o); err == nil && usual.to.same(t) {
		p.assist, p.why = usual.assist, usual.why
	} else if err != nil {
		return to, p, err
	}
	return to, p, nil
}

func dayOf(q pg.Querier, s *Service) workday.Day {
	if tx, ok := q.(*pg.Tx); ok {
		return today(tx)
	}
	return workday.DayOf(s.db.Now())
}

func (t Target) same(u Target) bool {
	return t.Kind == u.Kind && t.Unit == u.Unit && t.Community == u.Community && t.Grid == u.Grid
}

var errRuled = fault.Forbidden("这件诉求的异议已经裁定，由裁定的单位办到底，不能再改派")

// mayReceive are the rules of a dispatch besides the list.
func (g *ground) mayReceive(ctx context.Context, o Order, to Owner) error {
	switch {
	case o.Disputes > 0 && o.State != Registered:
		return errRuled
	case o.State != Registered && o.Owner.same(to):
		return fault.InvalidField("to", "现在就由"+to.Words()+"办理，不用再派")
	case !o.NeedsReview:
		return nil
	}
	if err := g.learnLast(ctx, o.ID); err != nil {
		return err
	}
	if g.last[o.ID].same(to) {
		return fault.InvalidField("to", "居民两次表示没有解决，第二次重办不能再由原单位办理。请派给其上级或者其他单位")
	}
	return nil
}

// Suggest gives the dispatcher's choices: what the rule says, the department of the category, the grid and the
// community of the place. What the list forbids stands there with the rule that says so and the lawful owner.
func (s *Service) Suggest(ctx context.Context, by authz.Actor, id ID) ([]Suggested, error) {
	day, q := workday.DayOf(s.db.Now()), s.db.Q()
	o, err := oneOrder(ctx, q, day, orderByID, int64(id))
	if err != nil {
		return nil, err
	}
	if !o.visible(by) || !authz.Can(by, authz.WorkDispatch) {
		return nil, ErrNoOrder
	}
	g := groundOn(q, day)
	p, err := g.plan(ctx, o)
	if err != nil {
		return nil, err
	}
	lawful, err := g.lawful(ctx, o, catalog.Entry{})
	if err != nil {
		return nil, err
	}
	choices := []Suggested{{Target: p.to, Why: p.why}, {Target: Target{Kind: lawful.Kind, Unit: lawful.Unit}, Why: "这一类的主管部门"},
		{Target: Target{Kind: Grid, Grid: o.GridAtCreation}, Why: "发生地的网格"}, {Target: Target{Kind: Community, Community: o.Community}, Why: "发生地的社区"}}
	var out []Suggested
	for _, c := range choices {
		known := slices.ContainsFunc(out, func(x Suggested) bool { return x.Target.same(c.Target) })
		if known || c.Kind == Desk || c.Kind == Grid && c.Grid == 0 || c.Kind == Community && c.Community == "" {
			continue
		}
		to, shield, problem, err := g.receive(ctx, o, c.Target)
		if err != nil {
			return nil, err
		}
		c.Words = to.Words()
		switch {
		case !shield.Admitted:
			c.Refused = &shield
		case problem != "":
			continue
		case c.Kind != Unit:
			c.Item = shield.Item.Code
		}
		out = append(out, c)
	}
	return out, nil
}

const mostBulk = 200

var errBulk = fault.InvalidField("rows", "一次最多派 200 件，请分几次办理")

// BulkPlan says what a bulk dispatch would do to each case: where the rule or the category sends it, or what is in
// the way. It changes nothing.
func (s *Service) BulkPlan(ctx context.Context, by authz.Actor, at []Step) ([]BulkRow, error) {
	return s.BulkPreview(ctx, by, at, nil)
}

// BulkPreview is BulkPlan with another owner for some of the cases. However many cases there are, it asks the
// database as often as for a few.
func (s *Service) BulkPreview(ctx context.Context, by authz.Actor, at []Step, chosen map[ID]Target) ([]BulkRow, error) {
	if err := authz.Check(by, authz.WorkDispatch, authz.Object{}); err != nil {
		return nil, err
	}
	if len(at) == 0 || len(at) > mostBulk {
		return nil, errBulk
	}
	ids := make([]int64, len(at))
	for i, a := range at {
		ids[i] = int64(a.ID)
	}
	return bulkRows(ctx, s.db.Q(), workday.DayOf(s.db.Now()), ids, chosen)
}

func bulkRows(ctx context.Context, q pg.Querier, day workday.Day, ids []int64, chosen map[ID]Target) ([]BulkRow, error) {
	all, err := orders(ctx, q, day, ordersByID, ids)
	if err != nil {
		return nil, err
	}
	g := groundOn(q, day)
	if err := g.gather(ctx, all, chosen); err != nil {
		return nil, err
	}
	var out []BulkRow
	for _, o := range all {
		row, err := g.bulkRow(ctx, o, chosen)
		if err != nil {
			return nil, err
		}
		out = append(out, row)
	}
	return out, nil
}

func (g *ground) bulkRow(ctx context.Context, o Order, chosen map[ID]Target) (BulkRow, error) {
	row := BulkRow{Order: o}
	if o.State != Registered {
		row.Problem = "已经" + o.State.Label() + "，不用再派"
		return row, nil
	}
	p, err := g.plan(ctx, o)
	if err != nil {
		return row, err
	}
	row.Target = p.to
	if t, other := chosen[o.ID]; other {
		row.Target = t.tidy()
	}
	if row.Target.Kind == Desk {
		row.Problem = "没有派单规则，也没有对应的部门，请单独派单"
		return row, nil
	}
	var shield Shield
	if row.To, shield, row.Problem, err = g.receive(ctx, o, row.Target); err == nil && row.Problem == "" {
		err = g.mayReceive(ctx, o, row.To)
	}
	if !shield.Admitted && row.Problem != "" {
		row.Refused = &shield
	}
	for _, f := range fault.Fields(err) {
		row.Problem, err = f.Message, nil
	}
	return row, err
}

// BulkApply dispatches what a plan showed, in one transaction with an entry of the trail for each case. What changed
// since the preview is left as it is and named in the answer.
func (s *Service) BulkApply(ctx context.Context, by authz.Actor, key string, rows []BulkRow) (BulkResult, error) {
	var out BulkResult
	if err := authz.Check(by, authz.WorkDispatch, authz.Object{}); err != nil {
		return out, err
	}
	if len(rows) == 0 || len(rows) > mostBulk {
		return out, errBulk
	}
	rows = slices.Clone(rows)
	slices.SortFunc(rows, func(a, b BulkRow) int { return int(a.Order.ID - b.Order.ID) })
	err := s.db.Write(ctx, by, func(tx *pg.Tx) error {
		out = BulkResult{}
		done, err := tx.Once(ctx, key, "work.dispatch.bulk", func() (string, error) {
			for _, r := range rows {
				o, err := s.dispatch(ctx, tx, Dispatch{At: r.Order.At(), To: r.Target}, "批量派单")
				if err == nil {
					out.Done = append(out.Done, o.No)
					continue
				}
				f, said := fault.As(err)
				if !said || f.Kind == fault.KindUnavailable {
					return "", err
				}
				r.Problem = f.Error()
				if len(f.Fields) > 0 {
					r.Problem = f.Fields[0].Message
				}
				out.Skipped = append(out.Skipped, r)
			}
			if len(out.Done) == 0 {
				return "", fault.Conflict("选中的诉求都已经由他人办过，或者不能这样派单。打开最新的列表再办")
			}
			return strings.Join(out.Done, " "), nil
		})
		if err == nil && len(out.Done) == 0 {
			out.Done = strings.Fields(done)
		}
		return err
	})
	if err != nil {
		return BulkResult{}, err
	}
	return out, nil
}
