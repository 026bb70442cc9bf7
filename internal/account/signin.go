package account

import (
	"context"
	"errors"
	"regexp"
	"strconv"
	"strings"
	"time"

	"golang.org/x/text/width"

	"portal/internal/authz"
	"portal/internal/fault"
	"portal/internal/pg"
)

// Credentials are what the sign-in form sends. Device and Address serve the session list, DeviceID
// (the long-lived random cookie) and Address the brakes.
type Credentials struct {
	Login, Password string
	Device, Address string
	DeviceID        string
	FormKey         string
	RequestID       string
}

// SignedIn is the outcome of a right password or a right second step.
type SignedIn struct {
	SigninID   int64 // 0 while the second step is owed
	AccountID  int64
	MustChange bool
	SecondStep bool // a code is owed before the session opens
}

const (
	oneTimeLife   = 7 * 24 * time.Hour  // of a password given out by an administrator
	familiarFor   = 90 * 24 * time.Hour // since a device last signed in
	maxLogin      = 40
	maxDeviceText = 200
)

var (
	errWrong     = fault.InvalidField("password", "账号或密码不对。忘记密码请找街道管理员重设")
	errRanOut    = fault.InvalidField("password", "一次性密码满 7 天，已经过期。请找街道管理员重设")
	errNoPassing = fault.Forbidden("请先输入账号和密码")
)

// What a miss is called in the audit trail; never with the words that were typed.
const (
	missUnknown  = "没有这个账号"
	missPassword = "密码不对"
	missDisabled = "账号已停用"
	missRanOut   = "一次性密码已过期"
	missCode     = "验证码不对"
)

var loginForm = regexp.MustCompile(`^[a-z0-9][a-z0-9.]{1,39}$`)

// tidyLogin forgives full-width letters, capitals and spaces around the name.
func tidyLogin(s string) string { return strings.ToLower(strings.TrimSpace(width.Narrow.String(s))) }

// SignIn checks a password and opens a session, or leaves the second step owed. Every miss gets the
// same words after the same work, whether the account is unknown, disabled or the password wrong
// (rule 11); too many of them come back as *Braked.
func (s *Service) SignIn(ctx context.Context, c Credentials) (SignedIn, error) {
	login := tidyLogin(c.Login)
	deviceKey := s.deviceKey(c.DeviceID)
	row, err := s.credentials(ctx, login, deviceKey)
	if err != nil {
		return SignedIn{}, err
	}
	holds, err := s.charge(ctx, s.holdsFor(who{account: login, device: deviceKey, address: c.Address, familiar: row.Familiar}, strangerBrake))
	if err != nil {
		return SignedIn{}, err
	}
	ok, err := passwordMatches(ctx, row.PasswordHash, c.Password)
	if err != nil {
		return SignedIn{}, err
	}
	if miss, answer := s.missOf(row, ok); miss != "" {
		return SignedIn{}, s.recordMiss(ctx, row, c.RequestID, miss, answer)
	}
	return s.admit(ctx, c, row, holds, deviceKey)
}

// credentials never says that an account is missing: the row then carries a hash nothing matches.
func (s *Service) credentials(ctx context.Context, login, deviceKey string) (credentialRow, error) {
	nobody := credentialRow{PasswordHash: dummyHash}
	if !loginForm.MatchString(login) {
		return nobody, nil
	}
	row, err := credentialsOf(ctx, s.db.Q(), login, deviceKey, s.db.Now().Add(-familiarFor))
	if errors.Is(err, pg.ErrNoRows) {
		return nobody, nil
	}
	return row, pg.Trouble(err)
}

func (s *Service) missOf(row credentialRow, ok bool) (miss string, answer error) {
	switch {
	case row.ID == 0:
		return missUnknown, errWrong
	case !ok:
		return missPassword, errWrong
	case row.DisabledAt != nil:
		return missDisabled, errWrong
	case row.MustChange && row.PasswordAt != nil && s.db.Now().Sub(*row.PasswordAt) > oneTimeLife:
		return missRanOut, errRanOut
	}
	return "", nil
}

// recordMiss keeps a miss in the trail and gives the answer for the page.
func (s *Service) recordMiss(ctx context.Context, row credentialRow, requestID, miss string, answer error) error {
	by := authz.Actor{Name: "未登录", RequestID: requestID}
	err := s.db.Write(ctx, by, func(tx *pg.Tx) error {
		return tx.Record(ctx, pg.Change{Action: authz.SignIn, Kind: Kind, ID: row.ID, No: row.Login, Reason: miss})
	})
	if err != nil {
		return err
	}
	return answer
}

// admit opens the session, or notes that the password was right and a code is owed.
func (s *Service) admit(ctx context.Context, c Credentials, row credentialRow, holds []hold, deviceKey string) (SignedIn, error) {
	out := SignedIn{AccountID: row.ID, MustChange: row.MustChange, SecondStep: row.SecondFactor}
	by := authz.Actor{AccountID: row.ID, Login: row.Login, Name: row.Name, RequestID: c.RequestID}
	err := s.db.Write(ctx, by, func(tx *pg.Tx) error {
		if err := refund(ctx, tx, holds); err != nil {
			return err
		}
		change := pg.Change{Action: authz.SignIn, Kind: Kind, ID: row.ID, No: row.Login}
		if out.SecondStep {
			change.Reason = "密码正确，等第二步"
			return tx.Record(ctx, change)
		}
		fresh := func() (string, error) {
			id, err := insertSignin(ctx, tx, newSignin{row.ID, short(c.Device), c.Address, deviceKey})
			if err != nil {
				return "", err
			}
			return strconv.FormatInt(id, 10), tx.Record(ctx, change)
		}
		id, err := tx.Once(ctx, c.FormKey, string(authz.SignIn), fresh)
		if err != nil {
			return err
		}
		if out.SigninID, err = strconv.ParseInt(id, 10, 64); err != nil {
			return err
		}
		return s.reopen(ctx, tx, &out, fresh)
	})
	return out, err
}

// reopen makes a new session when the form was sent before and its session has ended since, as
// with a sign-in page brought back by the browser's Back.
func (s *Service) reopen(ctx context.Context, tx *pg.Tx, out *SignedIn, fresh func() (string, error)) error {
	open, err := signinOpen(ctx, tx, out.SigninID)
	if err != nil || open {
		return err
	}
	id, err := fresh()
	if err != nil {
		return err
	}
	out.SigninID, err = strconv.ParseInt(id, 10, 64)
	return err
}

// deviceKey is the blind index of the device cookie; "" for a browser that sent none.
func (s *Service) deviceKey(id string) string {
	if id == "" || len(id) > maxDeviceText {
		return ""
	}
	return blindText(s.keys, id)
}

func short(words string) string {
	if r := []rune(words); len(r) > maxDeviceText {
		return string(r[:maxDeviceText])
	}
	return words
}
