package request

import (
	"context"
	"errors"
	"time"

	"portal/internal/authz"
	"portal/internal/fault"
	"portal/internal/intake"
	"portal/internal/page"
	"portal/internal/pg"
	"portal/internal/policy"
)

var errPending = fault.Unavailable(errors.New("request: this body comes with the next commit"))

// Categories
func Categories(ctx context.Context, q pg.Querier) ([]Category, error) { return nil, errPending }
func CategoryByCode(ctx context.Context, q pg.Querier, code string) (Category, error) {
	return Category{}, errPending
}
func FindCategories(ctx context.Context, q pg.Querier, words string, limit int) ([]Category, error) {
	return nil, errPending
}
func (s *Service) SaveCategory(ctx context.Context, by authz.Actor, key string, c Category) error {
	return errPending
}
func CategoriesFile() intake.Kind { return intake.Kind{} }

// Emergencies (REQ-04)
type Emergency struct{ Word, Call, Say string }

func Emergencies(words string) []Emergency { return nil }

// Ground is a listed ground of not accepting (REQ-03)
type Ground struct{ Key, Label, Channel string }

var Grounds []Ground

// GroundByKey …
func GroundByKey(key string) (Ground, bool) { return Ground{}, false }

// Clocks …
func Clocks(c Category, v policy.Values, at time.Time) (contact, due time.Time) { return at, at }

// Check cleans and checks everything at once; field names kind category title words place name phone …
func (f *Filing) Check(ctx context.Context, q pg.Querier, now time.Time) (Category, error) {
	return Category{}, errPending
}

// SearchWords are the masked words by which the order is found
func (f Filing) SearchWords() string { return "" }

// PlaceWords is the place for the order: 小区 and 楼, or the words, masked
func (f Filing) PlaceWords() string { return "" }

// tx-level, for handoff
func (s *Service) NextNo(ctx context.Context, tx *pg.Tx) (string, error) { return "", errPending }
func (s *Service) SamePerson(ctx context.Context, tx *pg.Tx, f Filing) (*Request, error) {
	return nil, errPending
}
func (s *Service) Relapse(ctx context.Context, q pg.Querier, f Filing, now time.Time) (order int64, err error) {
	return 0, errPending
}
func (s *Service) Enter(ctx context.Context, tx *pg.Tx, no string, f Filing, c Category, home int64) (Request, Receipt, error) {
	return Request{}, Receipt{}, errPending
}
func (s *Service) ReceiptTx(ctx context.Context, q pg.Querier, no string) (Receipt, error) {
	return Receipt{}, errPending
}
func (s *Service) ByNo(ctx context.Context, q pg.Querier, no string) (Request, error) {
	return Request{}, errPending
}
func (s *Service) ByID(ctx context.Context, q pg.Querier, id ID) (Request, error) {
	return Request{}, errPending
}
func (s *Service) Attached(ctx context.Context, q pg.Querier, order int64) ([]Request, error) {
	return nil, errPending
}
func (s *Service) Summaries(ctx context.Context, q pg.Querier, order int64) ([]Summary, error) {
	return nil, errPending
}
func (s *Service) Answer(ctx context.Context, tx *pg.Tx, order int64, reply string) (n int, err error) {
	return 0, errPending
}
func (s *Service) Settle(ctx context.Context, tx *pg.Tx, order int64, reply string) (n int, err error) {
	return 0, errPending
}
func (s *Service) Contacted(ctx context.Context, tx *pg.Tx, order int64, at time.Time) error {
	return errPending
}
func (s *Service) Extended(ctx context.Context, tx *pg.Tx, order int64, until time.Time, words string) error {
	return errPending
}
func (s *Service) Told(ctx context.Context, tx *pg.Tx, order int64, words string) error {
	return errPending
}
func (s *Service) Attach(ctx context.Context, tx *pg.Tx, id ID, order int64) error { return errPending }

// Moved is a request that changed its order
type Moved struct {
	Request  Request
	From, To int64
}

func (s *Service) Merge(ctx context.Context, tx *pg.Tx, nos []string, into, reason string) ([]Moved, error) {
	return nil, errPending
}
func (s *Service) Unmerge(ctx context.Context, tx *pg.Tx, no, reason string) (Moved, error) {
	return Moved{}, errPending
}
func (s *Service) LockCallback(ctx context.Context, tx *pg.Tx, c Callback) (Outcome, error) {
	return Outcome{}, errPending
}
func (s *Service) Lapse(ctx context.Context, tx *pg.Tx, limit int) ([]Outcome, error) {
	return nil, errPending
}
func (s *Service) Supplement(ctx context.Context, tx *pg.Tx, id ID, words string) (order int64, err error) {
	return 0, errPending
}

// Left is what a withdrawal means for the order
type Left struct {
	Order     int64
	Others    int
	Dangerous bool
}

func (s *Service) Withdraw(ctx context.Context, tx *pg.Tx, id ID) (Left, error) {
	return Left{}, errPending
}
func (s *Service) Recategorise(ctx context.Context, tx *pg.Tx, id ID, c Category) (contact, due time.Time, err error) {
	return time.Time{}, time.Time{}, errPending
}
func (s *Service) RevealTx(ctx context.Context, tx *pg.Tx, no, purpose string, hands, units []int64) (Person, error) {
	return Person{}, errPending
}
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
func (s *Service) Reveals(ctx context.Context, by authz.Actor, no string) ([]RevealRow, error) {
	return nil, errPending
}
func (s *Service) StartAssist(ctx context.Context, by authz.Actor, key, consent string) (Assist, error) {
	return Assist{}, errPending
}
func (s *Service) AssistOf(ctx context.Context, by authz.Actor) (Assist, bool, error) {
	return Assist{}, false, errPending
}
func (s *Service) EndAssist(ctx context.Context, by authz.Actor, key string) error { return errPending }
func (s *Service) SaveDraft(ctx context.Context, id string, body []byte) (string, error) {
	return "", errPending
}
func (s *Service) Draft(ctx context.Context, id string) ([]byte, error) { return nil, errPending }
func (s *Service) DropDraft(ctx context.Context, id string) error       { return errPending }
func (s *Service) CallbacksDue(ctx context.Context, by authz.Actor, cursor string, limit int) (page.Page[Due], error) {
	return page.Page[Due]{}, errPending
}
func (s *Service) SaveCallback(ctx context.Context, by authz.Actor, key string, c Callback) error {
	return errPending
}
func (s *Service) CallbacksOf(ctx context.Context, by authz.Actor, no string, hands, units []int64) ([]Callback, error) {
	return nil, errPending
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
func Percent(part, of int) string { return "—" }
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
func (s *Service) ReceiptOf(ctx context.Context, by authz.Actor, no string) (Receipt, error) {
	return Receipt{}, errPending
}

// Masks
type Span struct {
	Start, End int
	What       string
}

func MaskName(name string) string      { return "*" }
func MaskPhone(phone string) string    { return "*" }
func MaskPlace(place string) string    { return "*" }
func FindPersonal(words string) []Span { return nil }
func MaskWords(words string) string    { return "*" }
