package admission

import (
	"context"

	"portal/internal/authz"
	"portal/internal/pg"
)

// View opens an application by its number for somebody in reach; a draft is seen by its unit alone.
func (s *Service) View(ctx context.Context, by authz.Actor, year, seq int) (Application, error) {
	a, err := one(ctx, s.db.Q(), byNumber, year, seq)
	if err != nil {
		return a, err
	}
	if !authz.Allowed(by, authz.AppView, a.Object()) {
		return Application{}, ErrNoSuch
	}
	return a, nil
}

// ViewDraft opens a draft for its unit.
func (s *Service) ViewDraft(ctx context.Context, by authz.Actor, id ID) (Application, error) {
	a, err := one(ctx, s.db.Q(), byID, id)
	if err != nil {
		return a, err
	}
	if !authz.Allowed(by, authz.AppDraft, a.Object()) {
		return Application{}, ErrNoSuch
	}
	return a, nil
}

// Begin makes an empty draft for the actor's unit. key makes a double click one draft.
func (s *Service) Begin(ctx context.Context, by authz.Actor, key string) (ID, error) {
	var id ID
	err := s.db.Write(ctx, by, func(tx *pg.Tx) error {
		unit, err := applicantUnit(by)
		if err != nil {
			return err
		}
		result, err := tx.Once(ctx, key, string(authz.AppDraft), func() (string, error) {
			var err error
			if id, err = insert(ctx, tx, unit); err != nil {
				return "", err
			}
			return idText(id), tx.Record(ctx, pg.Change{Action: authz.AppDraft, Kind: Kind, ID: int64(id)})
		})
		if err != nil {
			return err
		}
		id, err = parseID(result)
		return err
	})
	return id, err
}
