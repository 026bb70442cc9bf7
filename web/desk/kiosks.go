package desk

import (
	"context"
	"fmt"
	"strings"
	"time"

	"portal/internal/authz"
	"portal/internal/kiosk"
	"portal/internal/pg"
	"portal/internal/policy"
	"portal/internal/workday"
)

// pathHelp is where one says that one goes, and that it is done.
const pathHelp = "/desk/help-calls"

// Kiosks is the source of residents who ask for a person at a touch device (K-2), and of devices without paper
// or without a sign of life. The people of the community see them at once; whoever helps in the whole street
// sees what nobody took in time.
func Kiosks(db *pg.DB, s *kiosk.Service) Source {
	return func(ctx context.Context, by authz.Actor) ([]Row, error) {
		if !authz.Can(by, authz.KioskHelp) {
			return nil, nil
		}
		calls, err := callRows(ctx, db, s, by)
		if err != nil || authz.ReachOf(by, authz.KioskTend).All {
			return calls, err
		}
		devices, err := s.Devices(ctx, by)
		for _, d := range devices {
			if row, waits := deviceRow(d, db.Now()); waits {
				calls = append(calls, row)
			}
		}
		return calls, err
	}
}

func callRows(ctx context.Context, db *pg.DB, s *kiosk.Service, by authz.Actor) ([]Row, error) {
	calls, err := s.Waiting(ctx, by)
	if err != nil || len(calls) == 0 {
		return nil, err
	}
	v, err := policy.Load(ctx, db.Q(), workday.DayOf(db.Now()))
	if err != nil {
		return nil, err
	}
	everywhere := authz.ReachOf(by, authz.KioskHelp).All
	var out []Row
	for _, c := range calls {
		if row, waits := callRow(c, by, v.KioskCallMinutes); waits && (!everywhere || c.Late || c.TakenBy == by.AccountID) {
			out = append(out, row)
		}
	}
	return out, nil
}

// callRow is what this person does about a call; one to which somebody else goes is no row.
func callRow(c kiosk.Call, by authz.Actor, minutes int) (Row, bool) {
	row := Row{Title: "一体机有人叫帮忙", Detail: strings.Join(compact(c.CommunityName, c.Place, c.Device), " · "), Verb: "我去", Href: pathHelp, Icon: "hand-helping",
		DueAt: c.At.Add(time.Duration(minutes) * time.Minute)}
	switch {
	case c.State == kiosk.CallWaiting && c.Late:
		row.Title = "一体机有人叫帮忙，一直没人去"
	case c.State == kiosk.CallComing && c.TakenBy == by.AccountID:
		row.Verb = "已帮好"
	case c.State != kiosk.CallWaiting:
		return row, false
	}
	row.DueOn = workday.DayOf(row.DueAt)
	return row, true
}

// deviceRow is a device that somebody must look at: a slip that does not come out stands before a lost line.
func deviceRow(d kiosk.Device, now time.Time) (Row, bool) {
	row := Row{Detail: d.CommunityName + " · " + d.Place, Href: "/desk/settings/kiosks/" + d.No, Unclocked: "一体机"}
	switch {
	case d.State != kiosk.Working:
		return row, false
	case d.Paper == kiosk.PaperOut:
		row.Title, row.Verb, row.Icon = "一体机 "+d.No+" 小票没纸", "去换纸", "printer"
	case d.Silent(now):
		row.Title, row.Verb, row.Icon = "一体机 "+d.No+" 没有联系", "去看看", "wifi-off"
		if d.Kept > 0 {
			row.Detail += fmt.Sprintf(" · 存着 %d 件没送到", d.Kept)
		}
	default:
		return row, false
	}
	return row, true
}
