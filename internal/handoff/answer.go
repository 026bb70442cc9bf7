package handoff

import (
	"context"

	"portal/internal/authz"
	"portal/internal/fault"
	"portal/internal/pg"
	"portal/internal/request"
	"portal/internal/workorder"
)

// keyed runs an act on a case once per form key and gives the case as it is afterwards.
func (c *Cases) keyed(ctx context.Context, by authz.Actor, key string, do authz.Action, at workorder.Step, act func(tx *pg.Tx) (workorder.Order, error)) (workorder.Order, error) {
	var out workorder.Order
	err := c.db.Write(ctx, by, func(tx *pg.Tx) error {
		out = workorder.Order{}
		_, err := tx.Once(ctx, key, string(do), func() (string, error) {
			o, err := act(tx)
			out = o
			return "", err
		})
		if err == nil && out.ID == 0 { // a repetition
			out, err = workorder.ByID(ctx, tx, at.ID)
		}
		return err
	})
	return out, err
}

// Contact records that the owner spoke with the resident; every request of the case keeps the moment. Who may: WorkContact.
func (c *Cases) Contact(ctx context.Context, by authz.Actor, key string, in workorder.Contact) (workorder.Order, error) {
	return c.keyed(ctx, by, key, authz.WorkContact, in.At, func(tx *pg.Tx) (workorder.Order, error) {
		o, err := workorder.ContactTx(ctx, tx, in)
		if err != nil {
			return o, err
		}
		return o, c.requests.Contacted(ctx, tx, int64(o.ID), tx.Now)
	})
}

// Report is the owner's 报办结: the reply answers every resident who asked (REQ-05, REQ-10). Who may: WorkReport.
func (c *Cases) Report(ctx context.Context, by authz.Actor, key string, in workorder.Report) (workorder.Order, error) {
	return c.keyed(ctx, by, key, authz.WorkReport, in.At, func(tx *pg.Tx) (workorder.Order, error) {
		in.NoContact = in.NoContact || c.unreachable(ctx, tx, in.At.ID)
		o, err := workorder.ReportTx(ctx, tx, in.At, in)
		if err != nil || o.Source != workorder.FromRequest {
			return o, err
		}
		_, err = c.requests.Answer(ctx, tx, int64(o.ID), o.Reply)
		return o, err
	})
}

// unreachable reports whether nobody who asked left a telephone (REQ-17): then no contact can be asked for.
func (c *Cases) unreachable(ctx context.Context, tx *pg.Tx, id workorder.ID) bool {
	all, err := c.requests.Attached(ctx, tx, int64(id))
	if err != nil || len(all) == 0 {
		return false
	}
	for _, r := range all {
		if r.HasPhone {
			return false
		}
	}
	return true
}

// Answer, Decline and Divert end a case at the desk (REQ-03); every resident is told the words, the ground and the
// right channel. Who may: WorkAnswer, WorkDecline, WorkDivert.
func (c *Cases) Answer(ctx context.Context, by authz.Actor, key string, in workorder.Settle) (workorder.Order, error) {
	return c.settle(ctx, by, key, authz.WorkAnswer, in, workorder.AnswerTx)
}

// Decline: see Answer.
func (c *Cases) Decline(ctx context.Context, by authz.Actor, key string, in workorder.Settle) (workorder.Order, error) {
	return c.settle(ctx, by, key, authz.WorkDecline, in, workorder.DeclineTx)
}

// Divert: see Answer.
func (c *Cases) Divert(ctx context.Context, by authz.Actor, key string, in workorder.Settle) (workorder.Order, error) {
	return c.settle(ctx, by, key, authz.WorkDivert, in, workorder.DivertTx)
}

func (c *Cases) settle(ctx context.Context, by authz.Actor, key string, do authz.Action, in workorder.Settle,
	act func(context.Context, *pg.Tx, workorder.Settle) (workorder.Order, error)) (workorder.Order, error) {
	return c.keyed(ctx, by, key, do, in.At, func(tx *pg.Tx) (workorder.Order, error) {
		o, err := act(ctx, tx, in)
		if err != nil {
			return o, err
		}
		_, err = c.requests.Settle(ctx, tx, int64(o.ID), in.Words)
		return o, err
	})
}

// DecideExtension grants or refuses more time; every resident is told until when and why (REQ-09). Who may: WorkExtendOK.
func (c *Cases) DecideExtension(ctx context.Context, by authz.Actor, key string, in workorder.DecideExtension) (workorder.Order, error) {
	return c.keyed(ctx, by, key, authz.WorkExtendOK, in.At, func(tx *pg.Tx) (workorder.Order, error) {
		o, x, err := workorder.DecideExtensionTx(ctx, tx, in)
		if err != nil || !in.Grant || o.Source != workorder.FromRequest {
			return o, err
		}
		return o, c.requests.Extended(ctx, tx, int64(o.ID), x.Until, x.Reason)
	})
}

// Reveal opens name, telephone and door for somebody who handles the case, with a purpose that the resident
// can read (REQ-22). The reporter of a 举报 stays hidden from those who handle it (REQ-13). Who may:
// RequestReveal over the owner of the case, who took the request, and callback and dispatch.
func (c *Cases) Reveal(ctx context.Context, by authz.Actor, no, purpose string) (request.Person, error) {
	var out request.Person
	err := c.db.Write(ctx, by, func(tx *pg.Tx) error {
		r, err := c.requests.ByNo(ctx, tx, no)
		if err != nil {
			return err
		}
		o, err := workorder.ByID(ctx, tx, workorder.ID(r.OrderID))
		if err != nil {
			return err
		}
		if !mayReveal(by, o, r) {
			return workorder.ErrNoOrder
		}
		hands, units, err := workorder.HandledBy(ctx, tx, o.ID)
		if err != nil {
			return err
		}
		out, err = c.requests.RevealTx(ctx, tx, no, purpose, hands, units)
		return err
	})
	return out, err
}

func mayReveal(by authz.Actor, o workorder.Order, r request.Request) bool {
	return o.Visible(by) && allowed(by, authz.RequestReveal, append(o.Owned(), r.Object()))
}

// MayReveal reports whether the actor may ask for the contact of one request of the case: who owns the case, who took
// the request, callback and dispatch. What the wall of a 举报 hides is decided by Reveal (REQ-13).
func (c Case) MayReveal(by authz.Actor, no string) bool {
	for _, r := range c.Requests {
		if r.No == no {
			return mayReveal(by, c.Order, r.Request)
		}
	}
	return false
}

func allowed(by authz.Actor, do authz.Action, on []authz.Object) bool {
	for _, o := range append(on, authz.Object{}) {
		if authz.Allowed(by, do, o) {
			return true
		}
	}
	return false
}

var errNotYours = fault.NotFound("没有找到这件诉求")
