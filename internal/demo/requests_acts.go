package demo

import (
	"context"

	"portal/internal/authz"
	"portal/internal/place"
	"portal/internal/request"
	"portal/internal/workorder"
)

// taker is who writes the word down: nobody for the phone and the kiosk, a clerk at the window.
func (q *requestSeed) taker(ctx context.Context, i int) (authz.Actor, error) {
	switch q.filing(i).Channel {
	case request.Window, request.Paper:
		return q.as(ctx, "clerk")
	}
	return authz.Anonymous, nil
}

// owners are the demo accounts behind units; the dispatcher records for units without an account.
var owners = map[string]string{"区城市管理局": "dept.chengguan", "区民政局": "dept.minzheng"}

// owner is who acts on a case.
func (q *requestSeed) owner(ctx context.Context, o workorder.Order) (authz.Actor, error) {
	login := "dispatcher"
	switch o.Owner.Kind {
	case workorder.Unit:
		if known := owners[o.Owner.UnitName]; known != "" {
			login = known
		}
	case workorder.Community, workorder.Grid:
		switch {
		case o.Owner.Community == Huaiyin:
			login = "worker.huaiyin"
		case o.Owner.Community == Linhe:
			login = "worker.linhe"
		}
	}
	return q.as(ctx, login)
}

// decided is where the dispatcher sends by hand what no rule sends.
var decided = map[string]string{"9901": "城市管理部", "1906": "社区建设部"}

// dispatch sends what the rules left at the desk.
func (q *requestSeed) dispatch(ctx context.Context, i any, o workorder.Order) error {
	name := decided[o.Category]
	if o.State != workorder.Registered || name == "" {
		return nil
	}
	by, err := q.as(ctx, "dispatcher")
	if err != nil {
		return err
	}
	unit, err := place.UnitByName(ctx, q.db.Q(), name)
	if err != nil {
		return err
	}
	_, err = q.orders.Dispatch(ctx, by, key("dispatch", i), workorder.Dispatch{At: o.At(), To: workorder.Target{Kind: workorder.Unit, Unit: unit.ID}, Why: "研判后由该单位牵头"})
	return err
}

// sign signs what was dispatched.
func (q *requestSeed) sign(ctx context.Context, i any, o workorder.Order) error {
	if o.State != workorder.Dispatched {
		return nil // joined to another one
	}
	by, err := q.owner(ctx, o)
	if err != nil {
		return err
	}
	_, err = q.orders.Sign(ctx, by, key("sign", i), o.At())
	return err
}

func (q *requestSeed) contact(ctx context.Context, i any, o workorder.Order) error {
	if o.State != workorder.Signed {
		return nil
	}
	by, err := q.owner(ctx, o)
	if err != nil {
		return err
	}
	_, err = q.cases.Contact(ctx, by, key("contact", i), workorder.Contact{At: o.At(), Words: "已电话联系，约好时间上门查看。", Told: true, ByPhone: true})
	return err
}

// replies answer in a way that says what was done.
var replies = []string{"已到现场处理完毕，请您留意后续使用情况。", "已联系责任单位修好，现场已恢复。", "已当面说明政策并帮助办理，材料齐全后三个工作日办结。", "已劝导清理，并约定每周复看一次。"}

func (q *requestSeed) report(ctx context.Context, n int, i any, o workorder.Order) error {
	if o.State != workorder.Handling {
		return nil
	}
	by, err := q.owner(ctx, o)
	if err != nil {
		return err
	}
	if o.Physical {
		if o, err = q.photo(ctx, by, i, o); err != nil {
			return err
		}
	}
	_, err = q.cases.Report(ctx, by, key("report", i), workorder.Report{At: o.At(), Words: replies[n%len(replies)], Result: "solved"})
	return err
}

func (q *requestSeed) call(ctx context.Context, i any, no string, o workorder.Order, c request.Callback) error {
	if o.State != workorder.Handled || o.No != no {
		return nil
	}
	by, err := q.as(ctx, "callback")
	if err != nil {
		return err
	}
	if o.Owner.UnitName == "党群服务中心(社区中心)" { // callbacks come from outside the handling unit (REQ-12)
		return nil
	}
	return q.cases.Callback(ctx, by, key("callback", i), c)
}
