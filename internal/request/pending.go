package request

import (
	"context"
	"errors"

	"portal/internal/authz"
	"portal/internal/fault"
	"portal/internal/page"
	"portal/internal/pg"
)

var errPending = fault.Unavailable(errors.New("request: this body comes with the next commit"))

// tx-level, for handoff

func (s *Service) Retain(ctx context.Context, tx *pg.Tx, limit int) (orders []int64, err error) {
	return nil, errPending
}
func (s *Service) FindCauses(ctx context.Context, tx *pg.Tx) ([]Cause, error) { return nil, errPending }
func (s *Service) DecideCause(ctx context.Context, tx *pg.Tx, id CauseID, version int, to CauseState, whistle int64, reason string) (Cause, error) {
	return Cause{}, errPending
}

// Use cases
func (s *Service) Similar(ctx context.Context, by authz.Actor, like Like) ([]SimilarRow, error) {
	return nil, errPending
}
func (s *Service) Resolve(ctx context.Context, k Key) (ID, Level, error) { return 0, "", errPending }
func (s *Service) Track(ctx context.Context, k Key) (Tracked, error)     { return Tracked{}, errPending }
func (s *Service) CallbacksDue(ctx context.Context, by authz.Actor, cursor string, limit int) (page.Page[Due], error) {
	return page.Page[Due]{}, errPending
}
func (s *Service) Rates(ctx context.Context, by authz.Actor, p Period, sc FigureScope) (Rates, error) {
	return Rates{}, errPending
}
func (s *Service) PublicRates(ctx context.Context, p Period) (Rates, error) {
	return Rates{}, errPending
}
func (s *Service) RateRows(ctx context.Context, by authz.Actor, fig Figure, p Period, sc FigureScope, cursor string, limit int) (page.Page[RateRow], error) {
	return page.Page[RateRow]{}, errPending
}
func (s *Service) Causes(ctx context.Context, by authz.Actor, state CauseState, cursor string, limit int) (page.Page[Cause], error) {
	return page.Page[Cause]{}, errPending
}
func (s *Service) CauseOf(ctx context.Context, by authz.Actor, id CauseID) (Cause, error) {
	return Cause{}, errPending
}
func (s *Service) SetAsideCause(ctx context.Context, by authz.Actor, key string, id CauseID, version int, reason string) error {
	return errPending
}
func (s *Service) Tick(ctx context.Context) error { return errPending }
func (s *Service) Export(ctx context.Context, phone string) ([]byte, error) {
	return nil, errPending
}

// Erased tells what an erasure did
type Erased struct {
	Requests []string
	Orders   []int64
	Refused  []string
}

func (s *Service) Erase(ctx context.Context, phone, reason string) (Erased, error) {
	return Erased{}, errPending
}
func (s *Service) Reseal(ctx context.Context, limit int) (n int, err error) { return 0, errPending }
