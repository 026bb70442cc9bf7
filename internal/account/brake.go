package account

import (
	"context"
	"encoding/hex"
	"fmt"
	"net/netip"
	"strconv"
	"time"

	"portal/internal/fault"
	"portal/internal/workday"
)

// brake is one row of the table below: how many misses are free, how the waiting time grows from
// there (doubling from first up to longest), and after how long without a try all is forgotten.
type brake struct {
	kind           string
	free           int
	first, longest time.Duration
	forget         time.Duration
}

// The brakes (reliability.md §2 rule 11). What each is for:
//
//   - device: one account from one device. It may grow long, for it holds up nobody but that device.
//   - strangers: one account from all devices that never signed in to it. It stops guessing with
//     ever new devices, and is short on purpose: whoever tries to lock a victim out reaches at most
//     this delay, and only on a device that is new to the victim. A device that has signed in
//     before is counted by its own device brake alone.
//   - address: all accounts from one address. Wide, since a whole office shares one.
var (
	deviceBrake   = brake{kind: "device", free: 4, first: 10 * time.Second, longest: 15 * time.Minute, forget: time.Hour}
	strangerBrake = brake{kind: "strangers", free: 8, first: 5 * time.Second, longest: 30 * time.Second, forget: time.Hour}
	addressBrake  = brake{kind: "address", free: 80, first: 5 * time.Second, longest: time.Minute, forget: 15 * time.Minute}
	// codeBrake stands in for strangers at the second step: who comes that far holds the password,
	// and six digits must not be guessed in a few weeks.
	codeBrake = brake{kind: "code", free: 5, first: 30 * time.Second, longest: 15 * time.Minute, forget: 24 * time.Hour}
)

// locks gives the ends of the waits after the free misses are used up, shortest first.
func (b brake) locks(now time.Time) []time.Time {
	var out []time.Time
	for wait := b.first; ; wait *= 2 {
		out = append(out, now.Add(min(wait, b.longest)))
		if wait >= b.longest {
			return out
		}
	}
}

// hold is one key that a try is counted under, and the count it got.
type hold struct {
	brake
	key    string
	misses int
}

// Braked says that a try was not looked at, and until when; it reads as fault.TooMany.
type Braked struct {
	Until time.Time
	fault error
}

func (b *Braked) Error() string { return b.fault.Error() }

// Unwrap gives the fault that the page shows.
func (b *Braked) Unwrap() error { return b.fault }

func newBraked(now, until time.Time) *Braked {
	return &Braked{Until: until, fault: fault.TooMany(fmt.Sprintf("输错的次数有点多，先歇一下。请%s再试。忘记密码请找街道管理员重设", waitWords(now, until)))}
}

// waitWords says when to try again: in seconds while it is short, else with the time of day.
func waitWords(now, until time.Time) string {
	seconds := int((until.Sub(now) + time.Second - 1) / time.Second)
	if seconds < 60 {
		return strconv.Itoa(max(seconds, 1)) + " 秒后"
	}
	at := until.In(workday.Shanghai).Add(time.Minute - time.Nanosecond).Format("15:04")
	return fmt.Sprintf("在 %s 之后（约 %d 分钟）", at, (seconds+59)/60)
}

// who names a try: the account (a login as typed or an id), the device and the address.
type who struct {
	account, device, address string
	familiar                 bool // this device has signed in to this account before
}

// holdsFor lists the keys a try is counted under, always in the same order of kinds so that two
// tries never wait for each other in a circle. Keys are blind: what people type by mistake into the
// account field, often a password, is stored nowhere.
func (s *Service) holdsFor(w who, wide brake) []hold {
	key := func(b brake, value string) hold {
		return hold{brake: b, key: b.kind + ":" + hex.EncodeToString(s.keys.Index(value, "signin_brake."+b.kind))}
	}
	out := []hold{key(addressBrake, network(w.address))}
	if !w.familiar {
		out = append(out, key(wide, w.account))
	}
	device := deviceBrake
	device.kind += "." + wide.kind
	return append(out, key(device, w.account+"\x00"+w.device))
}

// network gives the address, or for IPv6 the /64 that one line owns.
func network(address string) string {
	ip, err := netip.ParseAddr(address)
	if err != nil || ip.Unmap().Is4() {
		return address
	}
	p, err := ip.Prefix(64)
	if err != nil {
		return address
	}
	return p.String()
}

// charge counts a try before it is looked at, so that tries at the same moment count as well; what
// turns out right is refunded. While one of the keys is locked nothing is counted and *Braked
// comes back.
func (s *Service) charge(ctx context.Context, holds []hold) ([]hold, error) {
	now := s.db.Now()
	until, err := chargeBrakes(ctx, s.db.Pool(), holds, now)
	if err != nil {
		return nil, err
	}
	if !until.IsZero() {
		return nil, newBraked(now, until)
	}
	return holds, nil
}
