package kiosk

import (
	"context"
	"crypto/ecdsa"
	"crypto/sha256"
	"math/big"
	"time"

	"portal/internal/fault"
	"portal/internal/policy"
	"portal/internal/workday"
)

const (
	challengeLife = 30 * time.Second
	graceOfProof  = 30 * time.Second // beyond the interval, for a slow line
	graceOfToken  = 15 * time.Second // for what was under way when the token changed
	signatureLen  = 64               // r and s of P-256, as browsers give them
	longestScreen = 20
)

// errNoVisit reads the same for every cookie, token and proof that opens nothing.
var errNoVisit = fault.NotFound("这次使用已经结束。请从首页重新开始")

// Known gives the device of a cookie, also a revoked one while its page still has to say so; NotFound for a
// cookie that belongs to none.
func (s *Service) Known(ctx context.Context, cookie string) (Device, error) {
	if cookie == "" {
		return Device{}, ErrNoDevice
	}
	return oneDevice(ctx, s.db.Q(), selectByCookie, hashOf(cookie))
}

func (s *Service) working(ctx context.Context, cookie string) (Device, error) {
	d, err := s.Known(ctx, cookie)
	if err != nil || d.State != Working {
		return d, notVisit(err)
	}
	return d, nil
}

// notVisit keeps faults of the database and makes one answer of everything else.
func notVisit(err error) error {
	if err != nil && fault.KindOf(err) != fault.KindNotFound {
		return err
	}
	return errNoVisit
}

// Message is what a device signs for a challenge.
func Message(no, nonce string) []byte { return []byte("portal-kiosk\n" + no + "\n" + nonce) }

// Challenge gives a device something to sign, once and within half a minute.
func (s *Service) Challenge(ctx context.Context, cookie string) (string, error) {
	d, err := s.working(ctx, cookie)
	if err != nil {
		return "", err
	}
	nonce, hash, err := random()
	if err != nil {
		return "", err
	}
	return nonce, putChallenge(ctx, s.db, d.ID, hash, s.db.Now().Add(challengeLife))
}

// Proof is a signed challenge, and what the device says of its health.
type Proof struct {
	Cookie, Nonce string
	Signature     []byte
	Token         string // of the visit that goes on, or that ends
	Fresh         bool   // the start page: the visit before ends and another begins
	Kept          int
	Screen, Agent string
}

// Prove checks a signature with the key of the device. Fresh, it ends the visit of the token and opens
// another; otherwise the visit goes on under a new token (the old one holds fifteen seconds for what is under
// way), so that a copied token dies with the next proof. NotFound for everything that proves nothing.
func (s *Service) Prove(ctx context.Context, p Proof) (token string, err error) {
	d, err := s.working(ctx, p.Cookie)
	if err != nil {
		return "", err
	}
	ours, err := takeChallenge(ctx, s.db, d.ID, hashOf(p.Nonce), s.db.Now())
	if err != nil {
		return "", err
	}
	public, err := publicKey(ctx, s.db.Q(), d.ID)
	if err != nil {
		return "", notVisit(err)
	}
	key, err := readKey(public)
	if err != nil || !ours || !signed(key, Message(d.No, p.Nonce), p.Signature) {
		return "", errNoVisit
	}
	if err := seen(ctx, s.db, d.ID, max(p.Kept, 0), cut(p.Screen, longestScreen), cut(p.Agent, longestAgent)); err != nil {
		return "", err
	}
	token, hash, err := random()
	if err != nil {
		return "", err
	}
	if !p.Fresh {
		now := s.db.Now()
		v, err := policy.Load(ctx, s.db.Q(), workday.DayOf(now))
		if err != nil {
			return "", err
		}
		return token, rotate(ctx, s.db, d.ID, hashOf(p.Token), hash, now.Add(graceOfToken), now.Add(-patience(v)))
	}
	return token, openSession(ctx, s.db, d.ID, p.Token, hash, s.db.Now())
}

func signed(key *ecdsa.PublicKey, message, signature []byte) bool {
	if len(signature) != signatureLen {
		return false
	}
	sum := sha256.Sum256(message)
	r, s := new(big.Int).SetBytes(signature[:signatureLen/2]), new(big.Int).SetBytes(signature[signatureLen/2:])
	return ecdsa.Verify(key, sum[:], r, s)
}
