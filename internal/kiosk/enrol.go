package kiosk

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"fmt"
	"math/big"
	"strings"
	"time"
	"unicode"

	"golang.org/x/text/unicode/norm"

	"portal/internal/authz"
	"portal/internal/fault"
	"portal/internal/pg"
	"portal/internal/policy"
	"portal/internal/workday"
)

// An enrolment code is twelve digits, good for minutes and for one device once. Misses are braked, so that the
// odds of a guess stay below 1 in 10,000,000,000 whatever is tried while a code is good.
const (
	codeDigits    = 12
	codeGroup     = 4
	missesOrigin  = 10  // an hour of one address
	missesAll     = 100 // an hour altogether
	missWindow    = time.Hour
	aboutInvite   = "kiosk.invite"
	aboutInviteOf = "kiosk.invite:"
	longestSPKI   = 200
	longestAgent  = 200
	longestOrigin = 100
	randomBytes   = 16
)

var (
	errNoCode  = fault.Invalid(fault.Field{Name: "code", Message: "启用码不对，或者已经过期、用过。请在工作端重新发一个"})
	errBraked  = fault.TooMany("试得太多了。请一小时后再试")
	errBadKey  = fault.Invalid(fault.Field{Name: "code", Message: "这个浏览器没有交来能用的密钥。请换成 Chromium，并用 https 打开"})
	errRevoked = fault.Conflict("这台一体机已经停用，不能再启用。请登记一台新的")
)

// Invite makes a code for a device, in place of one that was made before; the same form shows the same code
// again. A working device stays bound until the code is used. Who may: KioskManage.
func (s *Service) Invite(ctx context.Context, by authz.Actor, key, no string) (code string, until time.Time, err error) {
	err = s.change(ctx, by, key, authz.KioskManage, no, "发了启用码", func(tx *pg.Tx, d Device) error {
		if d.State == Revoked {
			return errRevoked
		}
		v, err := policy.Load(ctx, tx, workday.DayOf(tx.Now))
		if err != nil {
			return err
		}
		fresh, err := newCode()
		if err != nil {
			return err
		}
		sealed, err := s.keys.Seal([]byte(fresh), aboutInviteOf+d.No)
		if err != nil {
			return err
		}
		return putInvite(ctx, tx, d.ID, s.keys.Index(fresh, aboutInvite), sealed, tx.Now.Add(time.Duration(v.KioskInviteMinutes)*time.Minute))
	})
	if err != nil {
		return "", until, err
	}
	sealed, until, err := inviteOf(ctx, s.db.Q(), no)
	if err != nil {
		return "", until, err
	}
	plain, err := s.keys.Open(sealed, aboutInviteOf+no)
	return showCode(string(plain)), until, err
}

func newCode() (string, error) {
	n, err := rand.Int(rand.Reader, new(big.Int).Exp(big.NewInt(10), big.NewInt(codeDigits), nil))
	if err != nil {
		return "", fmt.Errorf("enrolment code: %w", err)
	}
	return fmt.Sprintf("%0*d", codeDigits, n), nil
}

// showCode writes a code in three groups: 4821-0937-5526.
func showCode(code string) string {
	var parts []string
	for i := 0; i < len(code); i += codeGroup {
		parts = append(parts, code[i:min(i+codeGroup, len(code))])
	}
	return strings.Join(parts, "-")
}

// readCode reads a code as people type it: any width, spaces and dashes anywhere.
func readCode(typed string) (string, bool) {
	var b strings.Builder
	for _, r := range norm.NFKC.String(typed) {
		switch {
		case r >= '0' && r <= '9' && b.Len() < codeDigits:
			b.WriteRune(r)
		case unicode.IsSpace(r) || unicode.IsPunct(r):
		default:
			return "", false
		}
	}
	return b.String(), b.Len() == codeDigits
}

// Enrol binds a browser to the device of a code: its public key (SubjectPublicKeyInfo of an ECDSA P-256 key)
// and a cookie, which is given back once. Whatever the device was bound to before ends. Who may: everybody
// who holds a code; wrong ones are braked by origin and altogether.
func (s *Service) Enrol(ctx context.Context, code string, spki []byte, agent, origin string) (Device, string, error) {
	origin = cut(origin, longestOrigin)
	if err := chargeMiss(ctx, s.db, origin); err != nil {
		return Device{}, "", err
	}
	if _, err := readKey(spki); err != nil {
		return Device{}, "", errBadKey
	}
	typed, ok := readCode(code)
	if !ok {
		return Device{}, "", errNoCode
	}
	cookie, hash, err := random()
	if err != nil {
		return Device{}, "", err
	}
	var no string
	err = s.db.Write(ctx, authz.Anonymous, func(tx *pg.Tx) error {
		id, err := useInvite(ctx, tx, s.keys.Indexes(typed, aboutInvite))
		if err != nil {
			return err
		}
		if no, err = bind(ctx, tx, id, spki, hash, cut(agent, longestAgent)); err != nil {
			return err
		}
		return tx.Record(ctx, pg.Change{Action: authz.KioskEnrol, Kind: Kind, ID: int64(id), No: no, Reason: "启用了一体机"})
	})
	if err != nil {
		return Device{}, "", err
	}
	if err := refundMiss(ctx, s.db, origin); err != nil {
		return Device{}, "", err
	}
	d, err := oneDevice(ctx, s.db.Q(), selectByNo, no)
	return d, cookie, err
}

// readKey reads a public key; only ECDSA on P-256 is taken.
func readKey(spki []byte) (*ecdsa.PublicKey, error) {
	if len(spki) > longestSPKI {
		return nil, errBadKey
	}
	parsed, err := x509.ParsePKIXPublicKey(spki)
	if err != nil {
		return nil, errBadKey
	}
	key, ok := parsed.(*ecdsa.PublicKey)
	if !ok || key.Curve != elliptic.P256() {
		return nil, errBadKey
	}
	return key, nil
}

// random makes a token of 128 bits and what is stored of it.
func random() (token string, hash []byte, err error) {
	raw := make([]byte, randomBytes)
	if _, err := rand.Read(raw); err != nil {
		return "", nil, fmt.Errorf("token: %w", err)
	}
	token = base64.RawURLEncoding.EncodeToString(raw)
	return token, hashOf(token), nil
}

func hashOf(token string) []byte {
	sum := sha256.Sum256([]byte(token))
	return sum[:]
}

func cut(words string, most int) string {
	r := []rune(strings.ToValidUTF8(strings.ReplaceAll(words, "\x00", ""), ""))
	return string(r[:min(most, len(r))])
}
