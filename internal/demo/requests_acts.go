package demo

import (
	"context"

	"portal/internal/authz"
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

// sign sends what still lies at the desk where it belongs, and signs.
func (q *requestSeed) sign(ctx context.Context, i int, o workorder.Order) error {
	if o.State == workorder.Registered {
		return nil // the dispatcher decides by hand
	}
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

func (q *requestSeed) contact(ctx context.Context, i int, o workorder.Order) error {
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

func (q *requestSeed) report(ctx context.Context, i int, o workorder.Order) error {
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
	_, err = q.cases.Report(ctx, by, key("report", i), workorder.Report{At: o.At(), Words: replies[i%len(replies)], Result: "solved"})
	return err
}

func (q *requestSeed) call(ctx context.Context, i int, no string, o workorder.Order, c request.Callback) error {
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
