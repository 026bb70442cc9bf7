package request

import (
	"context"
	"crypto/rand"
	"fmt"

	"portal/internal/authz"
	"portal/internal/fault"
	"portal/internal/pg"
)

// Retain takes the personal data out of requests that were settled more than RetentionMonths ago (§6.7)
// and gives their orders, whose titles and search words handoff cleans. The receipt opens nothing
// afterwards; the rates stay as they were.
func (s *Service) Retain(ctx context.Context, tx *pg.Tx, limit int) ([]int64, error) {
	v, err := policyOf(ctx, tx)
	if err != nil {
		return nil, err
	}
	old, err := requests(ctx, tx, requestsSettled, tx.Now.AddDate(0, -v.RetentionMonths, 0), limit)
	if err != nil {
		return nil, err
	}
	var orders []int64
	for _, r := range old {
		if err := s.anonymise(ctx, tx, r); err != nil {
			return nil, err
		}
		if err := record(ctx, tx, authz.RequestForget, r, "保存期满，去除个人信息", ""); err != nil {
			return nil, err
		}
		orders = append(orders, r.HomeOrder)
	}
	return orders, nil
}

// anonymise takes out name, telephone, door, receipt, and whatever of the words tells who somebody is.
func (s *Service) anonymise(ctx context.Context, tx *pg.Tx, r Request) error {
	codes, err := s.seal(sealedCodes{}, aboutCodes+r.No)
	if err != nil {
		return err
	}
	gone := make([]byte, 64) // nothing indexes to it: the receipt is dead
	if _, err := rand.Read(gone); err != nil {
		return fmt.Errorf("anonymise: %w", err)
	}
	if err := storeAnonymous(ctx, tx, r, codes, gone[:32], gone[32:]); err != nil {
		return err
	}
	if err := forgetAgencies(ctx, tx, r.ID); err != nil {
		return err
	}
	return maskTexts(ctx, tx, r.ID)
}

// Tick does what needs nobody: old drafts and counters go, assisted entries and errands end at their time, repeated
// troubles are found (REQ-15). Any number of runners may call it. What reaches into orders (Lapse, Retain)
// is handoff's.
func (s *Service) Tick(ctx context.Context) error {
	err := s.db.Write(ctx, authz.System, func(tx *pg.Tx) error {
		if err := lockTick(ctx, tx); err != nil {
			return err
		}
		if err := sweep(ctx, tx, tx.Now); err != nil {
			return err
		}
		if err := endLapsedAssists(ctx, tx, 0); err != nil {
			return err
		}
		if err := s.endLapsedAgencies(ctx, tx); err != nil {
			return err
		}
		if err := s.warnAgencies(ctx, tx); err != nil {
			return err
		}
		found, err := s.FindCauses(ctx, tx)
		if err == nil && len(found) == 0 {
			tx.Replayed() // nothing of record changed
		}
		return err
	})
	if fault.KindOf(err) == fault.KindUnavailable {
		return fmt.Errorf("tick of requests: %w", err)
	}
	return err
}
