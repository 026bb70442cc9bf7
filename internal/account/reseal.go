package account

import (
	"context"
	"errors"
	"fmt"

	"portal/internal/authz"
	"portal/internal/pg"
)

const resealed = "更换密钥：用新密钥重新加密第二验证"

// Reseal seals up to limit second factors with the newest key that were sealed with an older one,
// one transaction and one audit entry each, and says how many it did: call it until it says 0. What
// no key opens stays as it is and is told at the end.
func (s *Service) Reseal(ctx context.Context, limit int) (int, error) {
	rows, err := sealedFactors(ctx, s.db.Q())
	if err != nil {
		return 0, pg.Trouble(err)
	}
	done, lost := 0, 0
	for _, r := range rows {
		if done == limit {
			break
		}
		if !s.keys.Stale(r.Secret) && !s.keys.Stale(r.Pending) {
			continue
		}
		err := s.resealOne(ctx, r.ID)
		switch {
		case errors.Is(err, errNoKey):
			lost++
		case err != nil:
			return done, err
		default:
			done++
		}
	}
	if done == 0 && lost > 0 {
		return 0, fmt.Errorf("%d second factors: %w", lost, errNoKey)
	}
	return done, nil
}

var errNoKey = errors.New("no key of the key file opens them")

func (s *Service) resealOne(ctx context.Context, id int64) error {
	return s.db.Write(ctx, authz.System, func(tx *pg.Tx) error {
		row, err := lockFactor(ctx, tx, id)
		if err != nil {
			return err
		}
		secret, err := s.sealAgain(row.Secret, id)
		if err != nil {
			return err
		}
		pending, err := s.sealAgain(row.Pending, id)
		if err != nil {
			return err
		}
		if err := storeSealed(ctx, tx, id, secret, pending); err != nil {
			return err
		}
		return tx.Record(ctx, pg.Change{Action: authz.PeopleManage, Kind: Kind, ID: id, No: row.Login, Reason: resealed})
	})
}

func (s *Service) sealAgain(sealed []byte, id int64) ([]byte, error) {
	if sealed == nil {
		return nil, nil
	}
	raw, err := s.keys.Open(sealed, factorPlace(id))
	if err != nil {
		return nil, errNoKey
	}
	return s.keys.Seal(raw, factorPlace(id))
}
