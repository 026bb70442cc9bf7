package workorder

import (
	"context"
	"errors"
	"time"

	"portal/internal/authz"
	"portal/internal/blob"
	"portal/internal/page"
	"portal/internal/pg"
	"portal/internal/workday"
)

var errSoon = errors.New("workorder: this part of the domain comes with the next commit")

// Open is described in its own file.
func Open(ctx context.Context, tx *pg.Tx, n Opening) (t Order, err error) { return t, errSoon }

// Route is described in its own file.
func Route(ctx context.Context, tx *pg.Tx, o Order) (t Order, u Routed, err error) {
	return t, u, errSoon
}

// Close is described in its own file.
func Close(ctx context.Context, tx *pg.Tx, id ID, result string) (err error) { return errSoon }

// Reopen is described in its own file.
func Reopen(ctx context.Context, tx *pg.Tx, id ID, why string) (t Order, err error) {
	return t, errSoon
}

// Fold is described in its own file.
func Fold(ctx context.Context, tx *pg.Tx, id, into ID, why string) (err error) { return errSoon }

// Unfold is described in its own file.
func Unfold(ctx context.Context, tx *pg.Tx, id ID, why string) (t Order, err error) {
	return t, errSoon
}

// Followers is described in its own file.
func Followers(ctx context.Context, tx *pg.Tx, id ID, n int) (err error) { return errSoon }

// Supplement is described in its own file.
func Supplement(ctx context.Context, tx *pg.Tx, id ID, words string) (err error) { return errSoon }

// Withdraw is described in its own file.
func Withdraw(ctx context.Context, tx *pg.Tx, id ID, dangerous bool) (err error) { return errSoon }

// Earlier is described in its own file.
func Earlier(ctx context.Context, tx *pg.Tx, id ID, contactDue, due time.Time) (err error) {
	return errSoon
}

// ByID is described in its own file.
func ByID(ctx context.Context, q pg.Querier, id ID) (t Order, err error) { return t, errSoon }

// Lock is described in its own file.
func Lock(ctx context.Context, tx *pg.Tx, id ID) (t Order, err error) { return t, errSoon }

// ReportTx is described in its own file.
func ReportTx(ctx context.Context, tx *pg.Tx, at Step, r Report) (t Order, err error) {
	return t, errSoon
}

// ContactTx is described in its own file.
func ContactTx(ctx context.Context, tx *pg.Tx, c Contact) (t Order, err error) { return t, errSoon }

// AnswerTx is described in its own file.
func AnswerTx(ctx context.Context, tx *pg.Tx, c Settle) (t Order, err error) { return t, errSoon }

// DeclineTx is described in its own file.
func DeclineTx(ctx context.Context, tx *pg.Tx, c Settle) (t Order, err error) { return t, errSoon }

// DivertTx is described in its own file.
func DivertTx(ctx context.Context, tx *pg.Tx, c Settle) (t Order, err error) { return t, errSoon }

// DecideExtensionTx is described in its own file.
func DecideExtensionTx(ctx context.Context, tx *pg.Tx, c DecideExtension) (t Order, u Extension, err error) {
	return t, u, errSoon
}

// ShieldOf is described in its own file.
func ShieldOf(ctx context.Context, q pg.Querier, o Order, to Target, day workday.Day) (t Shield, err error) {
	return t, errSoon
}

// OpenOfGrid is described in its own file.
func OpenOfGrid(ctx context.Context, q pg.Querier, grid, account int64) (t []Order, err error) {
	return t, errSoon
}

// RuleFor is described in its own file.
func RuleFor(ctx context.Context, q pg.Querier, category, community string, day workday.Day) (t RoutingRule, err error) {
	return t, errSoon
}

// Dispatch is described in its own file.
func (s *Service) Dispatch(ctx context.Context, by authz.Actor, key string, c Dispatch) (t Order, err error) {
	return t, errSoon
}

// Shield is described in its own file.
func (s *Service) Shield(ctx context.Context, by authz.Actor, id ID, to Target) (t Shield, err error) {
	return t, errSoon
}

// Suggest is described in its own file.
func (s *Service) Suggest(ctx context.Context, by authz.Actor, id ID) (t []Suggested, err error) {
	return t, errSoon
}

// BulkPlan is described in its own file.
func (s *Service) BulkPlan(ctx context.Context, by authz.Actor, at []Step) (t []BulkRow, err error) {
	return t, errSoon
}

// BulkApply is described in its own file.
func (s *Service) BulkApply(ctx context.Context, by authz.Actor, key string, rows []BulkRow) (t BulkResult, err error) {
	return t, errSoon
}

// Sign is described in its own file.
func (s *Service) Sign(ctx context.Context, by authz.Actor, key string, at Step) (t Order, err error) {
	return t, errSoon
}

// Contact is described in its own file.
func (s *Service) Contact(ctx context.Context, by authz.Actor, key string, c Contact) (t Order, err error) {
	return t, errSoon
}

// Arrive is described in its own file.
func (s *Service) Arrive(ctx context.Context, by authz.Actor, key string, c Arrive) (t Order, err error) {
	return t, errSoon
}

// Report is described in its own file.
func (s *Service) Report(ctx context.Context, by authz.Actor, key string, c Report) (t Order, err error) {
	return t, errSoon
}

// AskHelp is described in its own file.
func (s *Service) AskHelp(ctx context.Context, by authz.Actor, key string, c AskHelp) (t Order, err error) {
	return t, errSoon
}

// HelpDone is described in its own file.
func (s *Service) HelpDone(ctx context.Context, by authz.Actor, key string, c HelpDone) (t Order, err error) {
	return t, errSoon
}

// Dispute is described in its own file.
func (s *Service) Dispute(ctx context.Context, by authz.Actor, key string, c Dispute) (t Order, err error) {
	return t, errSoon
}

// Rule is described in its own file.
func (s *Service) Rule(ctx context.Context, by authz.Actor, key string, c Rule) (t Order, err error) {
	return t, errSoon
}

// Extend is described in its own file.
func (s *Service) Extend(ctx context.Context, by authz.Actor, key string, c Extend) (t Order, err error) {
	return t, errSoon
}

// DecideExtension is described in its own file.
func (s *Service) DecideExtension(ctx context.Context, by authz.Actor, key string, c DecideExtension) (t Order, err error) {
	return t, errSoon
}

// Park is described in its own file.
func (s *Service) Park(ctx context.Context, by authz.Actor, key string, c Park) (t Order, err error) {
	return t, errSoon
}

// Resume is described in its own file.
func (s *Service) Resume(ctx context.Context, by authz.Actor, key string, c Resume) (t Order, err error) {
	return t, errSoon
}

// Verify is described in its own file.
func (s *Service) Verify(ctx context.Context, by authz.Actor, key string, c Verify) (t Order, err error) {
	return t, errSoon
}

// Answer is described in its own file.
func (s *Service) Answer(ctx context.Context, by authz.Actor, key string, c Settle) (t Order, err error) {
	return t, errSoon
}

// Decline is described in its own file.
func (s *Service) Decline(ctx context.Context, by authz.Actor, key string, c Settle) (t Order, err error) {
	return t, errSoon
}

// Divert is described in its own file.
func (s *Service) Divert(ctx context.Context, by authz.Actor, key string, c Settle) (t Order, err error) {
	return t, errSoon
}

// ExcludeAsk is described in its own file.
func (s *Service) ExcludeAsk(ctx context.Context, by authz.Actor, key string, c ExcludeAsk) (t Order, err error) {
	return t, errSoon
}

// ExcludeDecide is described in its own file.
func (s *Service) ExcludeDecide(ctx context.Context, by authz.Actor, key string, c ExcludeDecide) (t Order, err error) {
	return t, errSoon
}

// AddPhoto is described in its own file.
func (s *Service) AddPhoto(ctx context.Context, by authz.Actor, key string, at Step, stage Stage, ref blob.Ref, name, media string) (t Order, err error) {
	return t, errSoon
}

// Get is described in its own file.
func (s *Service) Get(ctx context.Context, by authz.Actor, no string) (t Order, err error) {
	return t, errSoon
}

// Steps is described in its own file.
func (s *Service) Steps(ctx context.Context, by authz.Actor, o Order) (t []StepRow, err error) {
	return t, errSoon
}

// Clocks is described in its own file.
func (s *Service) Clocks(ctx context.Context, by authz.Actor, o Order) (t []Clock, err error) {
	return t, errSoon
}

// ClockByID is described in its own file.
func (s *Service) ClockByID(ctx context.Context, by authz.Actor, id int64) (t Clock, u Order, err error) {
	return t, u, errSoon
}

// Photos is described in its own file.
func (s *Service) Photos(ctx context.Context, by authz.Actor, o Order) (t []Photo, err error) {
	return t, errSoon
}

// DisputeOf is described in its own file.
func (s *Service) DisputeOf(ctx context.Context, by authz.Actor, o Order) (t DisputeRow, u bool, err error) {
	return t, u, errSoon
}

// ExtensionOf is described in its own file.
func (s *Service) ExtensionOf(ctx context.Context, by authz.Actor, o Order) (t Extension, u bool, err error) {
	return t, u, errSoon
}

// ExclusionOf is described in its own file.
func (s *Service) ExclusionOf(ctx context.Context, by authz.Actor, o Order) (t Exclusion, u bool, err error) {
	return t, u, errSoon
}

// HelpsOf is described in its own file.
func (s *Service) HelpsOf(ctx context.Context, by authz.Actor, o Order) (t []HelpRow, err error) {
	return t, errSoon
}

// Owners is described in its own file.
func (s *Service) Owners(ctx context.Context, by authz.Actor, o Order) (t []HeldBy, err error) {
	return t, errSoon
}

// Rules is described in its own file.
func (s *Service) Rules(ctx context.Context, by authz.Actor) (t []RoutingRule, err error) {
	return t, errSoon
}

// SaveRule is described in its own file.
func (s *Service) SaveRule(ctx context.Context, by authz.Actor, key string, r RoutingRule) (err error) {
	return errSoon
}

// List is described in its own file.
func (s *Service) List(ctx context.Context, by authz.Actor, f Filter) (t page.Page[Order], err error) {
	return t, errSoon
}

// CountTabs is described in its own file.
func (s *Service) CountTabs(ctx context.Context, by authz.Actor, f Filter) (t map[Tab]int, err error) {
	return t, errSoon
}

// Waiting is described in its own file.
func (s *Service) Waiting(ctx context.Context, by authz.Actor, limit int) (t []Wait, err error) {
	return t, errSoon
}

// Tick is described in its own file.
func (s *Service) Tick(ctx context.Context) (err error) { return errSoon }

// Can is for buttons.
func (o Order) Can(by authz.Actor, do authz.Action) bool { return false }
