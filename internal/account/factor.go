package account

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
	"encoding/base32"
	"encoding/hex"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/pquerna/otp/hotp"
	"github.com/pquerna/otp/totp"
	"golang.org/x/text/width"

	"portal/internal/authz"
	"portal/internal/fault"
	"portal/internal/pg"
	"portal/internal/secret"
)

// The second factor: codes of six digits that change every 30 seconds (RFC 6238). One step of clock
// difference either way is forgiven, and a step that was used, or any before it, never works again.
const (
	codeDigits    = 6
	stepSeconds   = 30
	secretBytes   = 20
	recoveryCodes = 10
	recoveryRunes = 10 // of 32: 50 random bits
	passedFor     = 10 * time.Minute
)

// codeAlphabet has no letters that are read as digits (Crockford).
const codeAlphabet = "0123456789abcdefghjkmnpqrstvwxyz"

var (
	errCode      = fault.InvalidField("code", "验证码不对或已经用过。等手机上出现下一个 6 位数再填，或用一个备用码")
	errNotReady  = fault.Forbidden("这里还没有配置密钥文件，暂时不能开启第二验证。请联系系统管理员")
	errNoPending = fault.Conflict("这次绑定已经完成或取消了。要换手机请重新开始")
	errMust      = fault.Forbidden("按规定必须使用第二验证，不能关闭。换手机请选“换一部手机”")
)

// StepTwo is what the second page of the sign-in sends. PassedAt is when the password was right.
type StepTwo struct {
	AccountID int64
	PassedAt  time.Time
	Code      string // six digits, or a recovery code
	Device    string
	Address   string
	DeviceID  string
	RequestID string
}

// SecondStep checks a code and opens the session. A wrong or used code reads as Invalid beside
// "code", too many as *Braked, and a password that was right too long ago, or was changed since, as
// Forbidden.
func (s *Service) SecondStep(ctx context.Context, c StepTwo) (SignedIn, error) {
	if c.AccountID == 0 || s.db.Now().Sub(c.PassedAt) > passedFor {
		return SignedIn{}, errNoPassing
	}
	deviceKey := s.deviceKey(c.DeviceID)
	familiar, err := deviceKnown(ctx, s.db.Q(), c.AccountID, deviceKey, s.db.Now().Add(-familiarFor))
	if err != nil {
		return SignedIn{}, pg.Trouble(err)
	}
	name := "#" + strconv.FormatInt(c.AccountID, 10)
	holds, err := s.charge(ctx, s.holdsFor(who{account: name, device: deviceKey, address: c.Address, familiar: familiar}, codeBrake))
	if err != nil {
		return SignedIn{}, err
	}
	var row factorRow
	out := SignedIn{AccountID: c.AccountID}
	by := authz.Actor{AccountID: c.AccountID, RequestID: c.RequestID}
	err = s.db.Write(ctx, by, func(tx *pg.Tx) error {
		if row, err = lockFactor(ctx, tx, c.AccountID); err != nil {
			return err
		}
		if row.DisabledAt != nil || !row.Enabled || (row.PasswordAt != nil && row.PasswordAt.After(c.PassedAt)) {
			return errNoPassing
		}
		tx.Actor.Login, tx.Actor.Name, out.MustChange = row.Login, row.Name, row.MustChange
		how, err := s.useCode(ctx, tx, row, c.Code)
		if err != nil {
			return err
		}
		if err := refund(ctx, tx, holds); err != nil {
			return err
		}
		if out.SigninID, err = insertSignin(ctx, tx, newSignin{c.AccountID, short(c.Device), c.Address, deviceKey}); err != nil {
			return err
		}
		return tx.Record(ctx, pg.Change{Action: authz.SignIn, Kind: Kind, ID: row.ID, No: row.Login, Reason: how})
	})
	if errors.Is(err, errCode) {
		err = s.recordMiss(ctx, credentialRow{ID: row.ID, Login: row.Login}, c.RequestID, missCode, errCode)
	}
	return out, err
}

// useCode takes a code of the phone or a recovery code, so that it cannot be taken again, and names
// which it was. The caller holds the row of the account.
func (s *Service) useCode(ctx context.Context, tx *pg.Tx, row factorRow, typed string) (string, error) {
	code := tidyCode(typed)
	if len(code) == recoveryRunes {
		used, err := useRecovery(ctx, tx, row.ID, s.recoveryHash(row.ID, code), tx.Now)
		if err != nil || used {
			return "第二验证：备用码", err
		}
		return "", errCode
	}
	raw, err := s.keys.Open(row.Secret, factorPlace(row.ID))
	if err != nil {
		return "", fmt.Errorf("second factor of account %d: %w", row.ID, err)
	}
	step, ok := stepOf(raw, code, tx.Now)
	if !ok || step <= row.LastStep {
		return "", errCode
	}
	return "第二验证：手机验证码", setLastStep(ctx, tx, row.ID, step)
}

// tidyCode drops the spaces and dashes people type between the groups.
func tidyCode(s string) string {
	if len(s) > 100 {
		return ""
	}
	return strings.NewReplacer(" ", "", "-", "", "　", "").Replace(strings.ToLower(width.Narrow.String(s)))
}

// stepOf finds the 30-second step a code belongs to.
func stepOf(raw []byte, code string, now time.Time) (int64, bool) {
	if len(code) != codeDigits {
		return 0, false
	}
	words := base32.StdEncoding.WithPadding(base32.NoPadding).EncodeToString(raw)
	current := now.Unix() / stepSeconds
	for _, step := range []int64{current, current - 1, current + 1} {
		want, err := hotp.GenerateCode(words, uint64(step))
		if err == nil && subtle.ConstantTimeCompare([]byte(want), []byte(code)) == 1 {
			return step, true
		}
	}
	return 0, false
}

func factorPlace(account int64) string { return "account.totp:" + strconv.FormatInt(account, 10) }

func (s *Service) recoveryHash(account int64, code string) []byte {
	return s.keys.Index(code, "recovery_code:"+strconv.FormatInt(account, 10))
}

func blindText(keys *secret.Box, value string) string {
	return hex.EncodeToString(keys.Index(value, "signin.device"))
}

// Enrolment is what the page shows while a phone is being bound.
type Enrolment struct {
	URL    string // otpauth://…, for the QR picture
	Secret string // the same to type, in groups of four
}

// FactorState is the second factor of one account as its owner sees it.
type FactorState struct {
	Enabled   bool
	Since     time.Time
	CodesLeft int        // recovery codes not used yet
	Pending   *Enrolment // a phone is being bound
	Required  bool
}

// SecondFactor shows the actor's own second factor.
func (s *Service) SecondFactor(ctx context.Context, by authz.Actor) (FactorState, error) {
	if err := own(by, authz.OwnSecret); err != nil {
		return FactorState{}, err
	}
	row, err := factorOf(ctx, s.db.Q(), by.AccountID)
	if err != nil {
		return FactorState{}, pg.Trouble(err)
	}
	out := FactorState{Enabled: row.Enabled, CodesLeft: row.CodesLeft, Required: s.required}
	if row.EnabledAt != nil {
		out.Since = *row.EnabledAt
	}
	if row.Pending == nil {
		return out, nil
	}
	raw, err := s.keys.Open(row.Pending, factorPlace(by.AccountID))
	if err != nil {
		return out, nil //nolint:nilerr // sealed with keys that are gone: begin anew
	}
	out.Pending, err = s.enrolment(by, raw)
	return out, err
}

func (s *Service) enrolment(by authz.Actor, raw []byte) (*Enrolment, error) {
	key, err := totp.Generate(totp.GenerateOpts{Issuer: s.issuer, AccountName: by.Login, Secret: raw})
	if err != nil {
		return nil, fmt.Errorf("enrolment: %w", err)
	}
	return &Enrolment{URL: key.URL(), Secret: groups(key.Secret(), 4, " ")}, nil
}

// BeginSecondFactor starts binding a phone, with the password as proof; the old phone, if any,
// works on until the new one is confirmed.
func (s *Service) BeginSecondFactor(ctx context.Context, by authz.Actor, password string) error {
	if !s.lasting {
		return errNotReady
	}
	if _, err := s.provePassword(ctx, by, "password", password); err != nil {
		return err
	}
	raw := make([]byte, secretBytes)
	if _, err := rand.Read(raw); err != nil {
		return fmt.Errorf("new secret: %w", err)
	}
	sealed, err := s.keys.Seal(raw, factorPlace(by.AccountID))
	if err != nil {
		return err
	}
	return s.db.Write(ctx, by, func(tx *pg.Tx) error {
		if err := setPending(ctx, tx, by.AccountID, sealed); err != nil {
			return err
		}
		return s.recordOwn(ctx, tx, "开始绑定第二验证")
	})
}

// ConfirmSecondFactor ends the binding with a code of the new phone. It gives fresh recovery codes,
// shown once, and ends the person's other sessions.
func (s *Service) ConfirmSecondFactor(ctx context.Context, by authz.Actor, typed string) ([]string, error) {
	if err := own(by, authz.OwnSecret); err != nil {
		return nil, err
	}
	holds, err := s.charge(ctx, s.ownHolds(by))
	if err != nil {
		return nil, err
	}
	codes, err := newRecoveryCodes()
	if err != nil {
		return nil, err
	}
	err = s.db.Write(ctx, by, func(tx *pg.Tx) error {
		row, err := lockFactor(ctx, tx, by.AccountID)
		if err != nil {
			return err
		}
		if row.Pending == nil {
			return errNoPending
		}
		raw, err := s.keys.Open(row.Pending, factorPlace(by.AccountID))
		if err != nil {
			return errNoPending
		}
		step, ok := stepOf(raw, tidyCode(typed), tx.Now)
		if !ok {
			return errCode
		}
		if err := enableFactor(ctx, tx, by.AccountID, step); err != nil {
			return err
		}
		if err := s.replaceCodes(ctx, tx, by.AccountID, codes); err != nil {
			return err
		}
		if _, err := endSignins(ctx, tx, by.AccountID, by.SigninID, tx.Now, EndedFactor); err != nil {
			return err
		}
		if err := refund(ctx, tx, holds); err != nil {
			return err
		}
		return s.recordOwn(ctx, tx, "开启第二验证")
	})
	return shown(codes, err)
}

// shown keeps codes that were not stored from being shown.
func shown(codes []string, err error) ([]string, error) {
	if err != nil {
		return nil, err
	}
	return codes, nil
}

// RenewRecoveryCodes makes the old recovery codes void and gives new ones, shown once.
func (s *Service) RenewRecoveryCodes(ctx context.Context, by authz.Actor, password string) ([]string, error) {
	if _, err := s.provePassword(ctx, by, "password", password); err != nil {
		return nil, err
	}
	codes, err := newRecoveryCodes()
	if err != nil {
		return nil, err
	}
	err = s.db.Write(ctx, by, func(tx *pg.Tx) error {
		row, err := lockFactor(ctx, tx, by.AccountID)
		if err != nil {
			return err
		}
		if !row.Enabled {
			return fault.Conflict("第二验证还没有开启，先绑定手机")
		}
		if err := s.replaceCodes(ctx, tx, by.AccountID, codes); err != nil {
			return err
		}
		return s.recordOwn(ctx, tx, "换发备用码")
	})
	return shown(codes, err)
}

// DropSecondFactor switches the actor's own second factor off, with the password as proof, where
// it is not a must.
func (s *Service) DropSecondFactor(ctx context.Context, by authz.Actor, password string) error {
	if s.required {
		return errMust
	}
	if _, err := s.provePassword(ctx, by, "password", password); err != nil {
		return err
	}
	return s.db.Write(ctx, by, func(tx *pg.Tx) error {
		if err := clearFactor(ctx, tx, by.AccountID); err != nil {
			return err
		}
		if _, err := endSignins(ctx, tx, by.AccountID, by.SigninID, tx.Now, EndedFactor); err != nil {
			return err
		}
		return s.recordOwn(ctx, tx, "关闭第二验证")
	})
}

func (s *Service) replaceCodes(ctx context.Context, tx *pg.Tx, account int64, codes []string) error {
	hashes := make([][]byte, len(codes))
	for i, c := range codes {
		hashes[i] = s.recoveryHash(account, tidyCode(c))
	}
	return storeRecovery(ctx, tx, account, hashes, tx.Now)
}

func newRecoveryCodes() ([]string, error) {
	out := make([]string, recoveryCodes)
	for i := range out {
		word, err := randomWord(recoveryRunes)
		if err != nil {
			return nil, err
		}
		out[i] = groups(word, 5, "-")
	}
	return out, nil
}

// randomWord draws n characters of 5 random bits each.
func randomWord(n int) (string, error) {
	raw := make([]byte, n)
	if _, err := rand.Read(raw); err != nil {
		return "", fmt.Errorf("random word: %w", err)
	}
	for i, b := range raw {
		raw[i] = codeAlphabet[b%32]
	}
	return string(raw), nil
}

func groups(word string, size int, between string) string {
	var parts []string
	for ; len(word) > size; word = word[size:] {
		parts = append(parts, word[:size])
	}
	return strings.Join(append(parts, word), between)
}
