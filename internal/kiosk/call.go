package kiosk

import (
	"context"
	"errors"
	"strconv"
	"time"

	"portal/internal/authz"
	"portal/internal/fault"
	"portal/internal/inbox"
	"portal/internal/pg"
	"portal/internal/policy"
	"portal/internal/workday"
)

// Call is a resident who asked for a person at a device (K-2). It names nobody.
type Call struct {
	ID            CallID
	Device, Place string
	Community     string
	CommunityName string
	At            time.Time
	State         CallState
	TakenBy       int64
	Who           string // 张三 社区工作者
	TakenAt       *time.Time
	DoneAt        *time.Time
	Late          bool // the street was told that nobody came
	Version       int
}

const (
	pathCalls   = "/desk/help-calls"
	pathDevices = "/desk/settings/kiosks/"
	doneShown   = 10 * time.Minute
)

var (
	errNoCall  = fault.NotFound("没有找到这次求助。可能已经帮好了，或者不在你的职责范围内")
	errNoSpool = errors.New("no spool for slips")
)

// Call asks for a person; the workbenches of the community see it at once. While one is open on the device it
// is the same call. Who may: whoever stands at the device.
func (s *Service) Call(ctx context.Context, key string, d Device) (Call, error) {
	var id CallID
	err := s.db.WriteKeyed(ctx, authz.Anonymous, key, string(authz.KioskCall), func(tx *pg.Tx) error {
		var made bool
		var err error
		if id, made, err = openCall(ctx, tx, d); err != nil {
			return err
		}
		if !made {
			tx.Replayed()
			return nil
		}
		for _, role := range []authz.Role{authz.Secretary, authz.Worker} {
			if err := inbox.Tell(ctx, tx, inbox.Audience{Role: role, Division: d.Community}, "有居民在一体机旁叫人帮忙："+d.Place+"（"+d.No+"）", pathCalls); err != nil {
				return err
			}
		}
		return tx.Record(ctx, pg.Change{Action: authz.KioskCall, Kind: KindCall, ID: int64(id), No: d.No, Reason: "叫人帮忙"})
	})
	if err != nil {
		return Call{}, err
	}
	c, _, err := s.Calling(ctx, d)
	return c, err
}

// Calling gives the open call of a device, or the last one that ended within ten minutes; false for none.
func (s *Service) Calling(ctx context.Context, d Device) (Call, bool, error) {
	found, err := calls(ctx, s.db.Q(), callOfDevice, int64(d.ID), s.db.Now().Add(-doneShown))
	if err != nil || len(found) == 0 {
		return Call{}, false, err
	}
	return found[0], true, nil
}

// Take says who goes; a second person is told who was first. Who may: KioskHelp of the community.
func (s *Service) Take(ctx context.Context, by authz.Actor, key string, id CallID) error {
	return s.answer(ctx, by, key, id, "去帮忙", func(tx *pg.Tx, c Call) error {
		if c.State == CallDone {
			return fault.Conflict("这次求助已经帮好了")
		}
		if c.State == CallComing {
			return fault.Conflict("已有人去了：%s", c.Who)
		}
		return takeCall(ctx, tx, id, by.AccountID)
	})
}

// Finish says that the resident was helped. Who may: KioskHelp of the community.
func (s *Service) Finish(ctx context.Context, by authz.Actor, key string, id CallID) error {
	return s.answer(ctx, by, key, id, "已帮好", func(tx *pg.Tx, c Call) error {
		if c.State == CallDone {
			return fault.Conflict("这次求助已经帮好了")
		}
		return finishCall(ctx, tx, id)
	})
}

func (s *Service) answer(ctx context.Context, by authz.Actor, key string, id CallID, words string, act func(tx *pg.Tx, c Call) error) error {
	return s.db.WriteKeyed(ctx, by, key, string(authz.KioskHelp)+" "+strconv.FormatInt(int64(id), 10)+" "+words, func(tx *pg.Tx) error {
		c, err := lockCall(ctx, tx, id)
		if err != nil {
			return err
		}
		if !authz.Allowed(by, authz.KioskHelp, authz.Object{Divisions: []string{c.Community}}) {
			return errNoCall
		}
		if err := act(tx, c); err != nil {
			return err
		}
		return tx.Record(ctx, pg.Change{Action: authz.KioskHelp, Kind: KindCall, ID: int64(id), No: c.Device, Reason: words})
	})
}

// Waiting lists the open calls in reach, the oldest first. Who may: KioskHelp.
func (s *Service) Waiting(ctx context.Context, by authz.Actor) ([]Call, error) {
	return openCalls(ctx, s.db.Q(), authz.ReachOf(by, authz.KioskHelp))
}

// Tick tells the street's window and dispatcher of calls that nobody took in time, once.
func (s *Service) Tick(ctx context.Context) error {
	now := s.db.Now()
	v, err := policy.Load(ctx, s.db.Q(), workday.DayOf(now))
	if err != nil {
		return err
	}
	late, err := calls(ctx, s.db.Q(), lateCalls, now.Add(-time.Duration(v.KioskCallMinutes)*time.Minute))
	if err != nil {
		return err
	}
	for _, c := range late {
		if err := s.escalate(ctx, c); err != nil {
			return err
		}
	}
	return nil
}

func (s *Service) escalate(ctx context.Context, c Call) error {
	return s.db.Write(ctx, authz.System, func(tx *pg.Tx) error {
		ours, err := markLate(ctx, tx, c.ID)
		if err != nil {
			return err
		}
		if !ours {
			tx.Replayed()
			return nil
		}
		for _, role := range []authz.Role{authz.Clerk, authz.Dispatcher} {
			if err := inbox.Tell(ctx, tx, inbox.Audience{Role: role}, "一体机旁有居民叫人，社区还没有人去："+c.CommunityName+" "+c.Place+"（"+c.Device+"）", pathCalls); err != nil {
				return err
			}
		}
		return tx.Record(ctx, pg.Change{Action: authz.KioskLate, Kind: KindCall, ID: int64(c.ID), No: c.Device, Reason: "叫人无人应"})
	})
}

// PaperGone is said by the printer or by a resident whose slip did not come out; the community is told once,
// until paper was put in. Who may: whoever stands at the device.
func (s *Service) PaperGone(ctx context.Context, d Device, key string) error {
	return s.db.WriteKeyed(ctx, authz.Anonymous, key, string(authz.KioskCall)+" paper", func(tx *pg.Tx) error {
		first, err := paperGone(ctx, tx, d.ID)
		if err != nil {
			return err
		}
		if !first {
			tx.Replayed()
			return nil
		}
		for _, role := range []authz.Role{authz.Secretary, authz.Worker} {
			if err := inbox.Tell(ctx, tx, inbox.Audience{Role: role, Division: d.Community}, "一体机打不出小票，请去看纸："+d.Place+"（"+d.No+"）", pathDevices+d.No); err != nil {
				return err
			}
		}
		return tx.Record(ctx, pg.Change{Action: authz.KioskTend, Kind: Kind, ID: int64(d.ID), No: d.No, Reason: "打不出小票"})
	})
}

// Print sends a slip to the printer of the device. A printer that does not take it counts as out of paper: the
// community is told, and the fault comes back.
func (s *Service) Print(ctx context.Context, d Device, slip Printable) error {
	err := errNoSpool
	if s.spool != nil {
		err = s.spool.Put(ctx, d.No, slip.ESCPOS())
	}
	if err == nil {
		return nil
	}
	if gone := s.PaperGone(ctx, d, ""); gone != nil {
		return gone
	}
	return err
}
