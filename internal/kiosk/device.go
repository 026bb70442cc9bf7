package kiosk

import (
	"context"
	"regexp"
	"time"

	"portal/internal/authz"
	"portal/internal/fault"
	"portal/internal/normal"
	"portal/internal/pg"
	"portal/internal/secret"
)

// DeviceID, SessionID and CallID are rows of their tables.
type (
	DeviceID  int64
	SessionID int64
	CallID    int64
)

// Kind is the object kind of devices in the trail; KindCall of calls.
const (
	Kind     = "kiosk_device"
	KindCall = "kiosk_call"
)

// Device is a touch device with what is known of its health.
type Device struct {
	ID            DeviceID
	No            string // HYL-01
	Community     string
	CommunityName string
	Place         string
	State         State
	Printer       Printer
	Paper         Paper
	PaperAt       *time.Time
	LastSeen      *time.Time
	Kept          int // requests that wait on the device for the line
	Agent, Screen string
	EnrolledAt    *time.Time
	RevokedAt     *time.Time
	Reason        string
	Version       int
	HasInvite     bool // a code that is still good
}

const silentAfter = 10 * time.Minute

// Silent reports a working device that has not been heard of for ten minutes.
func (d Device) Silent(now time.Time) bool {
	return d.State == Working && (d.LastSeen == nil || now.Sub(*d.LastSeen) > silentAfter)
}

func (d Device) object() authz.Object { return authz.Object{Divisions: []string{d.Community}} }

// NewDevice is what staff write of a new one.
type NewDevice struct {
	No, Community, Place string
	Printer              Printer
}

// Service is the use cases.
type Service struct {
	db    *pg.DB
	keys  *secret.Box
	spool Spool
}

// New makes the service. Without a spool every slip of a device that prints by it fails, and its paper counts
// as out.
func New(db *pg.DB, keys *secret.Box, spool Spool) *Service {
	return &Service{db: db, keys: keys, spool: spool}
}

// ErrNoDevice reads the same for a device that is missing and one out of reach.
var ErrNoDevice = fault.NotFound("没有找到这台一体机。可能编号写错了，或者不在你的职责范围内")

var (
	numbers  = regexp.MustCompile(`^[A-Z]{2,4}-[0-9]{2}$`)
	errTaken = fault.Field{Name: "no", Message: "这个编号已经有了，换一个"}
)

const (
	longestPlace  = 40
	longestReason = 200
)

// clean finds everything wrong with a new device at once; fields are no, community, place and printer.
func (n *NewDevice) clean() error {
	var bad []fault.Field
	if !numbers.MatchString(n.No) {
		bad = append(bad, fault.Field{Name: "no", Message: "编号写成 2 到 4 个大写字母、短横线、两位数字，如 HYL-01"})
	}
	place, err := normal.Clean(n.Place)
	if l := len([]rune(place)); err != nil || l < 2 || l > longestPlace {
		bad = append(bad, fault.Field{Name: "place", Message: "用 2 到 40 个字写明放在哪里，如 槐荫社区党群服务中心一楼"})
	}
	n.Place = place
	if n.Community == "" {
		bad = append(bad, fault.Field{Name: "community", Message: "请选择社区"})
	}
	if n.Printer.Label() == "" {
		bad = append(bad, fault.Field{Name: "printer", Message: "请选择打印方式"})
	}
	if len(bad) > 0 {
		return fault.Invalid(bad...)
	}
	return nil
}

// Register adds a device. Who may: KioskManage in its community.
func (s *Service) Register(ctx context.Context, by authz.Actor, key string, n NewDevice) (Device, error) {
	err := s.db.WriteKeyed(ctx, by, key, string(authz.KioskManage), func(tx *pg.Tx) error {
		if err := n.clean(); err != nil {
			return err
		}
		if !authz.Allowed(by, authz.KioskManage, authz.Object{Divisions: []string{n.Community}}) {
			return fault.InvalidField("community", "只能登记自己社区的一体机")
		}
		id, err := insertDevice(ctx, tx, n)
		if err != nil {
			return err
		}
		return tx.Record(ctx, pg.Change{Action: authz.KioskManage, Kind: Kind, ID: int64(id), No: n.No, Reason: "登记了一体机"})
	})
	if err != nil {
		return Device{}, err
	}
	return s.DeviceOf(ctx, by, n.No)
}

// change locks a device and does something to it; out of reach reads like missing.
func (s *Service) change(ctx context.Context, by authz.Actor, key string, do authz.Action, no, words string, act func(tx *pg.Tx, d Device) error) error {
	return s.db.WriteKeyed(ctx, by, key, string(do)+" "+no, func(tx *pg.Tx) error {
		d, err := oneDevice(ctx, tx, lockByNo, no)
		if err != nil {
			return err
		}
		if !authz.Allowed(by, do, d.object()) {
			return ErrNoDevice
		}
		if err := act(tx, d); err != nil {
			return err
		}
		return tx.Record(ctx, pg.Change{Action: do, Kind: Kind, ID: int64(d.ID), No: d.No, Reason: words})
	})
}

// Revoke shuts a device off at once: its key, its cookie, its code and its visits end. Who may: KioskManage.
func (s *Service) Revoke(ctx context.Context, by authz.Actor, key, no, reason string) error {
	reason, err := normal.Clean(reason)
	if l := len([]rune(reason)); err != nil || l < 2 || l > longestReason {
		return fault.InvalidField("reason", "用 2 到 200 个字写明停用原因，如 机器送修")
	}
	return s.change(ctx, by, key, authz.KioskManage, no, "停用："+reason, func(tx *pg.Tx, d Device) error {
		if d.State == Revoked {
			return fault.Conflict("这台一体机已经停用")
		}
		return revoke(ctx, tx, d.ID, reason)
	})
}

// SetPaper says that paper was put in, or is out. Who may: KioskTend.
func (s *Service) SetPaper(ctx context.Context, by authz.Actor, key, no string, p Paper) error {
	if p.Label() == "" {
		return fault.InvalidField("paper", "从列出的选项里选")
	}
	return s.change(ctx, by, key, authz.KioskTend, no, "小票纸："+p.Label(), func(tx *pg.Tx, d Device) error {
		return setPaper(ctx, tx, d.ID, p)
	})
}

// Devices lists the devices in reach by community and number. Who may: KioskView.
func (s *Service) Devices(ctx context.Context, by authz.Actor) ([]Device, error) {
	return listDevices(ctx, s.db.Q(), authz.ReachOf(by, authz.KioskView), s.db.Now())
}

// DeviceOf gives one device; out of reach is ErrNoDevice. Who may: KioskView.
func (s *Service) DeviceOf(ctx context.Context, by authz.Actor, no string) (Device, error) {
	d, err := oneDevice(ctx, s.db.Q(), selectByNo, no)
	if err != nil {
		return Device{}, err
	}
	if !authz.Allowed(by, authz.KioskView, d.object()) {
		return Device{}, ErrNoDevice
	}
	d.HasInvite, err = hasInvite(ctx, s.db.Q(), d.ID, s.db.Now())
	return d, err
}
