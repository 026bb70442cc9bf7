package grid

import (
	"context"
	"fmt"
	"strings"
	"unicode/utf8"

	"portal/internal/authz"
	"portal/internal/fault"
	"portal/internal/normal"
	"portal/internal/pg"
	"portal/internal/workday"
)

const shortestReason = 5 // characters

var errShortReason = fault.InvalidField("reason", fmt.Sprintf("请写明理由，不少于 %d 个字", shortestReason))

// draw makes the handover of a post to a person (GRD-07). The post changes when it is closed.
func draw(ctx context.Context, tx *pg.Tx, g ground, o atPost, to Worker, in Appointment) (HandoverID, error) {
	away, err := leavesOn(ctx, tx, in.Day)
	if err != nil {
		return 0, err
	}
	from := giver(o, to, g.today, away)
	id, err := insertHandover(ctx, tx, o.ID, in.Role, from.ID, to.ID, in.Day, in.Reason)
	if err != nil {
		return 0, err
	}
	for _, e := range in.Entries {
		if e, err = e.tidy(); err == nil {
			err = insertEntry(ctx, tx, id, e)
		}
		if err != nil {
			return 0, err
		}
	}
	open, err := g.cases.unlisted(ctx, tx, o.ID, in.Entries)
	if err != nil {
		return 0, err
	}
	for _, e := range open {
		if err := insertEntry(ctx, tx, id, e); err != nil {
			return 0, err
		}
	}
	words := fmt.Sprintf("%s%s定于%s移交给%s", o.Name, in.Role.Label(), in.Day.Chinese(), to.Name)
	for account, ask := range map[int64]string{from.AccountID: "，请核对移交事项并签字", to.AccountID: "，请阅读移交事项后签字"} {
		if err := tellAccount(ctx, tx, account, words+ask, id.path()); err != nil {
			return 0, err
		}
	}
	return id, record(ctx, tx, authz.GridAssign, HandoverKind, int64(id), o.Code, in.Reason, peopleTrace{Did: "开了移交单，接收人" + to.Name, Role: in.Role,
		Worker: to.Name, From: in.Day.String(), State: string(Drawn)})
}

func (id HandoverID) path() string { return fmt.Sprintf("/desk/handovers/%d", id) }

// giver is who hands over: who holds the post on the day; where it is vacant by then, who still holds it
// today; else the B who stands in for a vacant A. Nobody gives to himself or while away.
func giver(o atPost, to Worker, today workday.Day, away map[WorkerID]Leave) Worker {
	if !o.line.Vacant() {
		return o.line.Worker
	}
	var now, b Worker
	for _, p := range o.lines {
		switch {
		case p.Role == o.line.Role && p.On(today):
			now = p.Worker
		case p.Role == RoleB && p.On(o.day):
			b = p.Worker
		}
	}
	if !now.IsZero() && now.ID != to.ID {
		return now
	}
	if _, gone := away[b.ID]; o.line.Role != RoleA || gone || b.ID == to.ID {
		return Worker{}
	}
	return b
}

func (e Entry) tidy() (Entry, error) {
	words, err := normal.Clean(e.Words)
	if err != nil {
		return e, fault.InvalidField("words", err.Error())
	}
	e.Words = strings.TrimSpace(words)
	if n := utf8.RuneCountInString(e.Words); n < 1 || n > 200 {
		return e, fault.InvalidField("words", "每条写 1 到 200 个字")
	}
	if e.Kind.Label() == "" {
		return e, fault.InvalidField("kind", "请选择未办完的事、钥匙或者说明")
	}
	return e, nil
}

// visible reports whether the reader may know of the handover.
func (h Handover) visible(by authz.Actor) bool { return h.allowed(by, authz.HandoverView) }

func (h Handover) allowed(by authz.Actor, do authz.Action) bool {
	for _, on := range h.Objects() {
		if authz.Allowed(by, do, on) {
			return true
		}
	}
	return false
}

// may says why a person may not do an act to a handover that the person sees. A signature is tied to the
// person's own account; who forces a handover closed is neither of the two.
func (h Handover) may(by authz.Actor, do HandoverDo) error {
	mine := func(w Worker) bool {
		return w.AccountID != 0 && w.AccountID == by.AccountID && authz.Allowed(by, authz.HandoverSign, authz.Object{Account: w.AccountID})
	}
	place := authz.Object{Divisions: []string{h.Community, h.GridCode}}
	switch do {
	case GiveIt:
		if h.Giver.IsZero() {
			return fault.Forbidden("这个岗位没有移交人，由接收人签字即可")
		}
		if !mine(h.Giver) {
			return fault.Forbidden("只有移交人" + h.Giver.Name + "本人能签字移交")
		}
	case ReceiveIt:
		if !mine(h.Receiver) {
			return fault.Forbidden("只有接收人" + h.Receiver.Name + "本人能签字接收")
		}
		if h.State == Drawn && !h.Giver.IsZero() {
			return fault.Forbidden("移交人" + h.Giver.Name + "还没有签字。等对方签字后再接收")
		}
	case ForceIt:
		if !authz.Allowed(by, authz.HandoverForce, place) {
			return fault.Forbidden("只有社区书记或者街道领导可以代为结束移交")
		}
		if by.AccountID != 0 && (by.AccountID == h.Giver.AccountID || by.AccountID == h.Receiver.AccountID) {
			return fault.Forbidden("你是移交的一方，不能代为结束。请由另一位有权限的人办理")
		}
	case CallItOff:
		if !authz.Allowed(by, authz.HandoverCallOff, place) {
			return fault.Forbidden("只有社区书记或者街道调度员可以撤销移交单")
		}
	}
	return nil
}

// lockHandover takes the grid, both persons and then the handover, and reads it.
func lockHandover(ctx context.Context, tx *pg.Tx, id HandoverID) (Handover, error) {
	h, err := oneHandover(ctx, tx, selectHandover, id)
	if err != nil {
		return h, err
	}
	if !h.visible(tx.Actor) {
		return h, ErrNoHandover
	}
	if err := lockPosts(ctx, tx, []ID{h.GridID}, []WorkerID{h.Giver.ID, h.Receiver.ID}); err != nil {
		return h, err
	}
	return oneHandover(ctx, tx, lockHandoverRow, id)
}

// act is the one shape of a handover's transition: lock, authorize with the loaded row, look the flow table
// up, change, save, record.
func (s *Service) act(ctx context.Context, by authz.Actor, key string, at HandoverStep, do HandoverDo, reason string, change func(tx *pg.Tx, h *Handover) (did string, err error)) error {
	return s.db.WriteKeyed(ctx, by, key, "handover."+string(do), func(tx *pg.Tx) error {
		h, err := lockHandover(ctx, tx, at.ID)
		if err != nil {
			return err
		}
		move, lawful := HandoverFlow.Next(h.State, do)
		if !lawful || at.Version != 0 && at.Version != h.Version {
			return overtaken(ctx, tx, HandoverKind, int64(h.ID))
		}
		if err := h.may(by, do); err != nil {
			return err
		}
		reason = strings.TrimSpace(reason)
		if move.Reason && utf8.RuneCountInString(reason) < shortestReason {
			return errShortReason
		}
		h.State = move.To
		if HandoverFlow.Final(h.State) {
			h.ClosedAt, h.CloseReason = &tx.Now, reason
		}
		did, err := change(tx, &h)
		if err != nil {
			return err
		}
		var gave, received int64
		switch do {
		case GiveIt:
			gave = by.AccountID
		case ReceiveIt:
			received = by.AccountID
		}
		if err := saveHandover(ctx, tx, h, gave, received); err != nil {
			return err
		}
		return record(ctx, tx, doneAs[do], HandoverKind, int64(h.ID), h.GridCode, reason, peopleTrace{Did: did, Role: h.Role, Worker: h.Receiver.Name,
			From: h.Effective.String(), State: string(h.State)})
	})
}

var doneAs = map[HandoverDo]authz.Action{GiveIt: authz.HandoverSign, ReceiveIt: authz.HandoverSign, ForceIt: authz.HandoverForce, CallItOff: authz.HandoverCallOff}

// Give is the giver's signature.
func (s *Service) Give(ctx context.Context, by authz.Actor, key string, at HandoverStep) error {
	if err := s.bringUp(ctx, by, at.ID); err != nil {
		return err
	}
	return s.act(ctx, by, key, at, GiveIt, "", func(tx *pg.Tx, h *Handover) (string, error) {
		h.GivenAt = &tx.Now
		return "签字移交了" + h.Role.Label(), tellAccount(ctx, tx, h.Receiver.AccountID, h.words()+"，移交人已签字，请阅读移交事项后签字", h.ID.path())
	})
}

func (h Handover) words() string {
	return fmt.Sprintf("%s%s移交给%s", h.GridName, h.Role.Label(), h.Receiver.Name)
}

// Receive is the receiver's signature; refused while an entry is unread. The post changes with it, on the
// planned day or today, whichever is later.
func (s *Service) Receive(ctx context.Context, by authz.Actor, key string, at HandoverStep) error {
	if err := s.bringUp(ctx, by, at.ID); err != nil {
		return err
	}
	return s.act(ctx, by, key, at, ReceiveIt, "", func(tx *pg.Tx, h *Handover) (string, error) {
		if h.Unread > 0 {
			return "", fault.InvalidField("entries", fmt.Sprintf("还有 %d 条移交事项没有读。读完并标为已读后再签字", h.Unread))
		}
		h.ReceivedAt = &tx.Now
		if err := settle(ctx, tx, h); err != nil {
			return "", err
		}
		words := h.words() + "，双方已签字，" + h.Effective.Chinese() + "起生效"
		if err := tellAccount(ctx, tx, h.Giver.AccountID, words, h.ID.path()); err != nil {
			return "", err
		}
		return "签字接收了" + h.Role.Label(), tellSecretary(ctx, tx, h.Community, words, h.ID.path())
	})
}

// Force ends a handover without the missing signatures, by the secretary or a leader, with the reason.
func (s *Service) Force(ctx context.Context, by authz.Actor, key string, at HandoverStep, reason string) error {
	return s.act(ctx, by, key, at, ForceIt, reason, func(tx *pg.Tx, h *Handover) (string, error) {
		if err := settle(ctx, tx, h); err != nil {
			return "", err
		}
		words := h.words() + "，已由" + by.Name + "代为结束，" + h.Effective.Chinese() + "起生效"
		return "代为结束了移交", h.tellBoth(ctx, tx, words)
	})
}

// CallOff takes a handover back; the post stays as it is.
func (s *Service) CallOff(ctx context.Context, by authz.Actor, key string, at HandoverStep, reason string) error {
	return s.act(ctx, by, key, at, CallItOff, reason, func(tx *pg.Tx, h *Handover) (string, error) {
		return "撤销了移交", h.tellBoth(ctx, tx, h.words()+"已撤销（"+strings.TrimSpace(reason)+"）")
	})
}

func (h Handover) tellBoth(ctx context.Context, tx *pg.Tx, words string) error {
	for _, w := range []Worker{h.Giver, h.Receiver} {
		if err := tellAccount(ctx, tx, w.AccountID, words, h.ID.path()); err != nil {
			return err
		}
	}
	return nil
}

// settle makes the post change as the handover says. What was lawful when it was drawn is looked at again.
func settle(ctx context.Context, tx *pg.Tx, h *Handover) error {
	g, err := groundOf(ctx, tx)
	if err != nil {
		return err
	}
	if h.Effective = h.Planned; h.Effective.Before(g.today) {
		h.Effective = g.today
	}
	found, err := seats(ctx, tx, []ID{h.GridID}, h.Effective)
	if err != nil {
		return err
	}
	o := atPost{seat: found[h.GridID], day: h.Effective}
	if o.lines, err = posts(ctx, tx, selectPostsOfGrids, []ID{h.GridID}); err != nil {
		return err
	}
	for _, p := range o.lines {
		if p.Role == h.Role && p.On(o.day) {
			o.line = p
		}
	}
	if o.line.ID == 0 {
		return fault.Conflict("%s在%s已不是有效的网格。请撤销这张移交单", h.GridName, o.day.Chinese())
	}
	if err := o.takes(h.Receiver, h.Role, o.day); err != nil {
		return err
	}
	if h.Role == RoleA {
		spans, err := aSpansOf(ctx, tx, h.Receiver.ID, o.day, false)
		if err != nil {
			return err
		}
		b := weigh(spans, o.seat, o.day, o.line.Until, g.values, true)
		b.OverHouses = false // the reason was asked when the handover was drawn
		if err := b.refuse(h.Receiver.Name, g.values.GridLimitA, h.Reason); err != nil {
			return err
		}
	}
	return seatWorker(ctx, tx, o, h.Receiver, o.day, h.Reason, h.ID)
}
