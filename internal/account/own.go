package account

import (
	"context"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	_ "embed" // the list of common passwords

	"portal/internal/authz"
	"portal/internal/fault"
	"portal/internal/pg"
)

// own checks an action on the actor's own account.
func own(by authz.Actor, do authz.Action) error {
	return authz.Check(by, do, authz.Object{Account: by.AccountID})
}

func (s *Service) recordOwn(ctx context.Context, tx *pg.Tx, what string) error {
	return tx.Record(ctx, pg.Change{Action: authz.OwnSecret, Kind: Kind, ID: tx.Actor.AccountID, No: tx.Actor.Login, Reason: what})
}

// ownHolds brakes guesses from inside an open session.
func (s *Service) ownHolds(by authz.Actor) []hold {
	b := deviceBrake
	b.kind += ".own"
	return []hold{{brake: b, key: b.kind + ":" + strconv.FormatInt(by.AccountID, 10)}}
}

// provePassword asks for the actor's password again before something that matters; a wrong one is
// counted and recorded, and reads as Invalid beside the field.
func (s *Service) provePassword(ctx context.Context, by authz.Actor, field, typed string) (stored string, err error) {
	if err := own(by, authz.OwnSecret); err != nil {
		return "", err
	}
	holds, err := s.charge(ctx, s.ownHolds(by))
	if err != nil {
		return "", err
	}
	stored, err = passwordHashOf(ctx, s.db.Q(), by.AccountID)
	if err != nil {
		return "", pg.Trouble(err)
	}
	ok, err := passwordMatches(ctx, stored, typed)
	if err != nil {
		return "", err
	}
	if !ok {
		err := s.db.Write(ctx, by, func(tx *pg.Tx) error { return s.recordOwn(ctx, tx, missPassword) })
		if err != nil {
			return "", err
		}
		return "", fault.InvalidField(field, "现在的密码不对")
	}
	return stored, pg.Trouble(refund(ctx, s.db.Q(), holds))
}

// NewPassword is the form of /me/password.
type NewPassword struct{ Old, New string }

// ChangePassword sets the actor's own password; the old one is needed. It ends the person's other
// sessions and pays off a forced change. All field messages come at once.
func (s *Service) ChangePassword(ctx context.Context, by authz.Actor, n NewPassword) error {
	if err := own(by, authz.OwnSecret); err != nil {
		return err
	}
	if err := passwordRules("new", n.New, by.Login); err != nil {
		return err
	}
	stored, err := s.provePassword(ctx, by, "old", n.Old)
	if err != nil {
		return err
	}
	if n.New == n.Old {
		return fault.InvalidField("new", "新密码要和现在的不一样")
	}
	hash, err := HashPassword(ctx, n.New)
	if err != nil {
		return err
	}
	return s.db.Write(ctx, by, func(tx *pg.Tx) error {
		changed, err := setOwnPassword(ctx, tx, by.AccountID, stored, hash, tx.Now)
		if err != nil {
			return err
		}
		if !changed {
			return fault.Conflict("密码刚刚在另一处改过。请退出后用新密码登录")
		}
		if _, err := endSignins(ctx, tx, by.AccountID, by.SigninID, tx.Now, EndedPassword); err != nil {
			return err
		}
		return s.recordOwn(ctx, tx, "改密码")
	})
}

// Rules of a password that a person chooses (rule 11; ASVS 5.0 §6.2): length, not the account's
// name, not among the commonest. No rule about kinds of characters and no expiry.
const (
	minPassword = 10
	maxPassword = 128
)

//go:embed common.txt
var commonText string

var common = func() map[string]bool {
	m := map[string]bool{}
	for _, word := range strings.Fields(commonText) {
		m[word] = true
	}
	return m
}()

func passwordRules(field, password, login string) error {
	low := strings.ToLower(strings.TrimSpace(password))
	n := utf8.RuneCountInString(password)
	switch {
	case password == "":
		return fault.InvalidField(field, "填写新密码，至少 10 个字符")
	case !utf8.ValidString(password):
		return fault.InvalidField(field, "密码里有无法识别的字符，换一个")
	case n < minPassword:
		return fault.InvalidField(field, "密码至少 10 个字符。几个不相干的词连起来最好记")
	case n > maxPassword:
		return fault.InvalidField(field, "密码最多 128 个字符")
	case low == login || (len(login) >= 4 && strings.Contains(low, login)):
		return fault.InvalidField(field, "密码里不要有账号名，换一个")
	case common[low] || monotonous(low):
		return fault.InvalidField(field, "这个密码太常见，别人一猜就中。换一个")
	}
	return nil
}

// monotonous finds passwords of one repeated piece of up to four characters, and runs up or down.
func monotonous(s string) bool {
	r := []rune(s)
	for size := 1; size <= 4; size++ {
		if strings.Trim(strings.ReplaceAll(s, string(r[:min(size, len(r))]), ""), string(r[:1])) == "" {
			return true
		}
	}
	up, down := true, true
	for i := 1; i < len(r); i++ {
		up = up && (r[i] == r[i-1]+1 || (r[i-1] == '9' && r[i] == '0'))
		down = down && (r[i] == r[i-1]-1 || (r[i-1] == '0' && r[i] == '9'))
	}
	return up || down
}

// Session is one open sign-in of a person.
type Session struct {
	ID         int64
	Device     string
	Address    string
	At         time.Time
	LastSeenAt time.Time
	Current    bool `db:"-"`
}

// Sessions lists the actor's own open sign-ins, the newest first.
func (s *Service) Sessions(ctx context.Context, by authz.Actor) ([]Session, error) {
	if err := own(by, authz.OwnSessions); err != nil {
		return nil, err
	}
	now := s.db.Now()
	out, err := listSessions(ctx, s.db.Q(), by.AccountID, now.Add(-IdleLimit), now.Add(-AbsoluteLimit))
	for i := range out {
		out[i].Current = out[i].ID == by.SigninID
	}
	return out, pg.Trouble(err)
}

// EndSession ends one of the actor's own sign-ins at once; another person's is NotFound.
func (s *Service) EndSession(ctx context.Context, by authz.Actor, id int64) error {
	return s.db.Write(ctx, by, func(tx *pg.Tx) error {
		if err := own(by, authz.OwnSessions); err != nil {
			return err
		}
		ended, err := endSignin(ctx, tx, id, by.AccountID, tx.Now, EndedElsewhere)
		if err != nil {
			return err
		}
		if !ended {
			return fault.NotFound("没有找到这次登录，可能已经结束了")
		}
		return tx.Record(ctx, pg.Change{Action: authz.OwnSessions, Kind: Kind, ID: by.AccountID, No: by.Login, Reason: "结束一处登录"})
	})
}

// EndOtherSessions ends every own sign-in besides this one and says how many.
func (s *Service) EndOtherSessions(ctx context.Context, by authz.Actor) (int, error) {
	var n int
	err := s.db.Write(ctx, by, func(tx *pg.Tx) (err error) {
		if err := own(by, authz.OwnSessions); err != nil {
			return err
		}
		if n, err = endSignins(ctx, tx, by.AccountID, by.SigninID, tx.Now, EndedElsewhere); err != nil {
			return err
		}
		return tx.Record(ctx, pg.Change{Action: authz.OwnSessions, Kind: Kind, ID: by.AccountID, No: by.Login, Reason: "结束其他登录"})
	})
	return n, err
}

// SetShortcuts switches the single-key shortcuts of the actor's own pages (ux.md §7).
func (s *Service) SetShortcuts(ctx context.Context, by authz.Actor, on bool) error {
	return s.db.Write(ctx, by, func(tx *pg.Tx) error {
		if err := own(by, authz.OwnSettings); err != nil {
			return err
		}
		if err := setShortcuts(ctx, tx, by.AccountID, !on); err != nil {
			return err
		}
		return tx.Record(ctx, pg.Change{Action: authz.OwnSettings, Kind: Kind, ID: by.AccountID, No: by.Login,
			Reason: map[bool]string{true: "打开快捷键", false: "关闭快捷键"}[on]})
	})
}
