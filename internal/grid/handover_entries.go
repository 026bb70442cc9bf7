package grid

import (
	"context"

	"portal/internal/authz"
	"portal/internal/fault"
	"portal/internal/page"
	"portal/internal/pg"
)

// Handover gives one handover with its entries.
func (s *Service) Handover(ctx context.Context, by authz.Actor, id HandoverID) (Handover, error) {
	h, err := oneHandover(ctx, s.db.Q(), selectHandover, id)
	if err != nil {
		return h, err
	}
	if !h.visible(by) {
		return Handover{}, ErrNoHandover
	}
	h.Entries, err = entriesOf(ctx, s.db.Q(), id)
	return h, err
}

// Handovers lists open or closed handovers under a street or community, newest first, as far as the reader
// reaches; one's own are always among them.
func (s *Service) Handovers(ctx context.Context, by authz.Actor, community string, open bool, cursor string) (page.Page[Handover], error) {
	return listHandovers(ctx, s.db.Q(), authz.ReachOf(by, authz.HandoverView), community, open, cursor)
}

// MyHandovers lists the open handovers of the person, the next planned first.
func (s *Service) MyHandovers(ctx context.Context, by authz.Actor) ([]Handover, error) {
	if !by.SignedIn() {
		return nil, nil
	}
	return handovers(ctx, s.db.Q(), selectMyHandovers, by.AccountID)
}

// MayWrite reports whether the person may add entries: the giver, or the secretary of the place.
func (h Handover) MayWrite(by authz.Actor) bool {
	return h.Open() && authz.Allowed(by, authz.HandoverWrite, h.Objects()[0])
}

// MayRead reports whether the person may mark entries as read: the receiver alone.
func (h Handover) MayRead(by authz.Actor) bool {
	return h.Open() && h.Receiver.AccountID != 0 && authz.Allowed(by, authz.HandoverRead, authz.Object{Account: h.Receiver.AccountID})
}

// edit is the one shape of a change of the list.
func (s *Service) edit(ctx context.Context, by authz.Actor, key string, at HandoverStep, do authz.Action, may func(h Handover) error, change func(tx *pg.Tx, h Handover) (did string, err error)) error {
	return s.db.WriteKeyed(ctx, by, key, string(do), func(tx *pg.Tx) error {
		h, err := lockHandover(ctx, tx, at.ID)
		if err != nil {
			return err
		}
		if !h.Open() || at.Version != 0 && at.Version != h.Version {
			return overtaken(ctx, tx, HandoverKind, int64(h.ID))
		}
		if err := may(h); err != nil {
			return err
		}
		did, err := change(tx, h)
		if err != nil {
			return err
		}
		return record(ctx, tx, do, HandoverKind, int64(h.ID), h.GridCode, "", peopleTrace{Did: did, Role: h.Role, State: string(h.State)})
	})
}

func writes(by authz.Actor) func(Handover) error {
	return func(h Handover) error {
		if !h.MayWrite(by) {
			return fault.Forbidden("移交事项由移交人或者社区书记填写")
		}
		return nil
	}
}

// AddEntry adds a thing to be handed over. After the giver has signed it may still be added: the receiver
// must read it before signing.
func (s *Service) AddEntry(ctx context.Context, by authz.Actor, key string, at HandoverStep, e Entry) error {
	e, err := e.tidy()
	if err != nil {
		return err
	}
	at.Version = 0 // two persons may add at the same time
	return s.edit(ctx, by, key, at, authz.HandoverWrite, writes(by), func(tx *pg.Tx, h Handover) (string, error) {
		if err := insertEntry(ctx, tx, h.ID, e); err != nil {
			return "", err
		}
		return "添加了移交事项", saveHandover(ctx, tx, h, 0, 0)
	})
}

// RemoveEntry takes back an entry that nobody has read, before the giver has signed.
func (s *Service) RemoveEntry(ctx context.Context, by authz.Actor, key string, at HandoverStep, entry int64) error {
	return s.edit(ctx, by, key, at, authz.HandoverWrite, writes(by), func(tx *pg.Tx, h Handover) (string, error) {
		if h.State != Drawn {
			return "", fault.Conflict("移交人已经签字，移交事项不能再删。需要补充时请添加一条说明")
		}
		gone, err := deleteEntry(ctx, tx, h.ID, entry)
		if err != nil {
			return "", err
		}
		if !gone {
			return "", fault.Conflict("这条移交事项已经读过或者已经删去。打开最新的一页再办")
		}
		return "删去了移交事项", saveHandover(ctx, tx, h, 0, 0)
	})
}

// ReadEntries marks entries as read, by the receiver alone. Without ids all of them are meant: those of the
// version that the person saw.
func (s *Service) ReadEntries(ctx context.Context, by authz.Actor, key string, at HandoverStep, ids []int64) error {
	if len(ids) > 0 {
		at.Version = 0
	}
	only := func(h Handover) error {
		if !h.MayRead(by) {
			return fault.Forbidden("只有接收人" + h.Receiver.Name + "本人能标为已读")
		}
		return nil
	}
	return s.edit(ctx, by, key, at, authz.HandoverRead, only, func(tx *pg.Tx, h Handover) (string, error) {
		return "读了移交事项", markEntriesRead(ctx, tx, h.ID, ids)
	})
}
