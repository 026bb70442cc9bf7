package request

import (
	"context"
	"slices"
	"unicode/utf8"

	"portal/internal/authz"
	"portal/internal/fault"
	"portal/internal/normal"
	"portal/internal/pg"
)

// Moved is a request that changed its order.
type Moved struct {
	Request  Request
	From, To int64
}

func checkReason(reason string) (string, error) {
	reason, err := normal.Clean(reason)
	if err != nil {
		return "", fault.InvalidField("reason", err.Error())
	}
	if n := utf8.RuneCountInString(reason); n < 2 || n > 200 {
		return "", fault.InvalidField("reason", "请写明原因，2 到 200 个字")
	}
	return reason, nil
}

// Merge puts requests of others in the same matter under the order of one of them (REQ-05). Each keeps its
// own receipt, clock, reply and callback; the act is reversible (REQ-06). The caller may (RequestMerge),
// and folds the home orders.
func (s *Service) Merge(ctx context.Context, tx *pg.Tx, nos []string, into, reason string) ([]Moved, error) {
	reason, err := checkReason(reason)
	if err != nil {
		return nil, err
	}
	nos = slices.DeleteFunc(slices.Compact(slices.Sorted(slices.Values(nos))), func(no string) bool { return no == into })
	if len(nos) == 0 {
		return nil, fault.InvalidField("nos", "请至少勾选一件要并入的诉求")
	}
	all, err := requests(ctx, tx, requestsNamed, append(slices.Clone(nos), into))
	if err != nil {
		return nil, err
	}
	if len(all) != len(nos)+1 {
		return nil, ErrNoRequest
	}
	at := slices.IndexFunc(all, func(r Request) bool { return r.No == into })
	target := all[at]
	reply, answered, err := carrier(ctx, tx, target)
	if err != nil {
		return nil, err
	}
	var moved []Moved
	for _, r := range slices.Delete(all, at, at+1) {
		m, err := mergeOne(ctx, tx, r, target, reason)
		if err != nil {
			return nil, err
		}
		if answered { // the others have their reply already: so does this one
			m.Request.Reply, m.Request.RepliedAt = reply, &tx.Now
			if err := saveRequest(ctx, tx, &m.Request); err != nil {
				return nil, err
			}
		}
		moved = append(moved, m)
	}
	return moved, nil
}

// carrier checks that the order of a request still runs, and gives the reply that its reporters have had: a
// request that is itself merged stands for the order it is under. The requests are locked already.
func carrier(ctx context.Context, tx *pg.Tx, target Request) (reply string, answered bool, err error) {
	open, err := orderOpen(ctx, tx, target.OrderID)
	if err != nil {
		return "", false, err
	}
	if !open {
		return "", false, fault.Conflict("%s 已经办结，不能再并入；问题复发请单独登记，系统会关联", target.No)
	}
	all, err := lockOrder(ctx, tx, target.OrderID)
	if err != nil {
		return "", false, err
	}
	for _, r := range all {
		if r.RepliedAt != nil {
			return r.Reply, true, nil
		}
	}
	return "", false, nil
}

func mergeOne(ctx context.Context, tx *pg.Tx, r, target Request, reason string) (Moved, error) {
	m := Moved{From: r.OrderID, To: target.OrderID}
	switch {
	case r.Merged() || m.From == m.To:
		return m, fault.Conflict("%s 已经并案，请打开最新的一页再办", r.No)
	case r.WithdrawnAt != nil || r.SettledAt != nil:
		return m, fault.Conflict("%s 已经办结或者撤回，不能并案", r.No)
	}
	others, err := requests(ctx, tx, requestsOf, r.HomeOrder)
	if err != nil {
		return m, err
	}
	if len(others) > 1 {
		return m, fault.Conflict("%s 名下还有并入的诉求，请反过来并案，或者先把它们分开", r.No)
	}
	if err := storeMerge(ctx, tx, r.ID, m.From, m.To, reason); err != nil {
		return m, err
	}
	r.OrderID, r.RepliedAt = m.To, nil
	if err := saveRequest(ctx, tx, &r); err != nil {
		return m, err
	}
	if err := addNote(ctx, tx, r.ID, false, "同一处的同一问题已有人反映，现在一起办理；办理结果会单独答复您"); err != nil {
		return m, err
	}
	m.Request = r
	return m, record(ctx, tx, authz.RequestMerge, r, "并入 "+target.No, reason)
}

// Unmerge takes a request out again: back to its own order, with its own clock (REQ-06). The caller may
// (RequestMerge), and unfolds the home order.
func (s *Service) Unmerge(ctx context.Context, tx *pg.Tx, no, reason string) (Moved, error) {
	reason, err := checkReason(reason)
	if err != nil {
		return Moved{}, err
	}
	r, err := oneRequest(ctx, tx, requestByNo, no)
	if err != nil {
		return Moved{}, err
	}
	if r, err = oneRequest(ctx, tx, requestLocked, int64(r.ID)); err != nil {
		return Moved{}, err
	}
	if !r.Merged() {
		return Moved{}, fault.Conflict("%s 没有并案，或者刚才已经由他人分开", r.No)
	}
	if r.SettledAt != nil {
		return Moved{}, fault.Conflict("%s 已经办结，不能再分开；仍有问题请单独登记", r.No)
	}
	m := Moved{From: r.OrderID, To: r.HomeOrder}
	if err := undoMerge(ctx, tx, r.ID, reason); err != nil {
		return m, err
	}
	r.OrderID, r.RepliedAt, r.Reply = r.HomeOrder, nil, ""
	if r.ContactDue, r.DueAt, err = ownClock(ctx, tx, r.HomeOrder); err != nil {
		return m, err
	}
	if err := saveRequest(ctx, tx, &r); err != nil {
		return m, err
	}
	if err := addNote(ctx, tx, r.ID, false, "这件诉求改为单独办理，办理时限从您当初提交时算起，没有变化"); err != nil {
		return m, err
	}
	m.Request = r
	return m, record(ctx, tx, authz.RequestMerge, r, "单独办理", reason)
}
