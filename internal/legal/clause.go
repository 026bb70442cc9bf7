package legal

import (
	"context"
	"encoding/json"
	"slices"

	"portal/internal/authz"
	"portal/internal/fault"
	"portal/internal/pg"
	"portal/internal/place"
	"portal/internal/workday"
)

// Ground of a clause: which step of §5 it answers.
type Ground string

// The grounds.
const (
	LocalRegulation Ground = "local_regulation"
	Policy          Ground = "policy"
)

var groundLabels = map[Ground]string{LocalRegulation: "地方性法规", Policy: "本地政策文件"}

// Label is the ground's 中文 name.
func (g Ground) Label() string { return groundLabels[g] }

// Condition says when a clause gives the right.
type Condition string

// The conditions: Shanghai 27 not listed, Beijing 1991 办法 28 without consent, policies unapproved
// or unfunded.
const (
	NotListed  Condition = "not_listed"
	NoConsent  Condition = "no_consent"
	Unapproved Condition = "unapproved"
	Unfunded   Condition = "unfunded"
)

var conditionLabels = map[Condition]string{NotListed: "清单以外的", NoConsent: "未经区政府或者街道同意的", Unapproved: "未经准入的", Unfunded: "经费或者条件没有落实的"}

// Label is the condition's 中文 name.
func (c Condition) Label() string { return conditionLabels[c] }

// ClauseStatus is what is known of a clause.
type ClauseStatus string

// The states of a clause.
const (
	ClauseInForce    ClauseStatus = "in_force"
	ClauseUnverified ClauseStatus = "unverified"
	ClauseRepealed   ClauseStatus = "repealed"
)

var clauseLabels = map[ClauseStatus]string{ClauseInForce: "有效", ClauseUnverified: "待核实", ClauseRepealed: "已停用"}

// Label is the state's 中文 name.
func (s ClauseStatus) Label() string { return clauseLabels[s] }

// ClauseKind is the object kind of clauses in the trail.
const ClauseKind = "local_clause"

// Clause is a rule of this place about turning work away.
type Clause struct {
	ID           int64
	Ground       Ground
	Title        string
	DocNo        string
	DocKey       string
	VersionDate  workday.Day
	ArticleNo    string
	ArticleLabel string
	Words        string
	GivesRefusal bool // false: it forbids the sender only (Beijing 街道条例 32)
	Condition    Condition
	Divisions    []string
	From         workday.Day
	Until        workday.Day
	Status       ClauseStatus
	ConfirmedBy  *int64
	ConfirmedOn  workday.Day
	DocStatus    string // of the document in the register, "" when it is not there
}

// NeedsConfirmation reports whether a letter that rests on the clause must wait (R52, E32): the
// clause is unverified or its document's state unknown, and legality has not confirmed it yet.
func (c Clause) NeedsConfirmation() bool {
	return (c.Status == ClauseUnverified || c.DocStatus == string(Unknown)) && c.ConfirmedOn.IsZero()
}

// ClausesOn lists the clauses that reach a division on a day, strongest ground first. Retired ones
// are left out from the day they end.
func ClausesOn(ctx context.Context, q pg.Querier, division string, day workday.Day) ([]Clause, error) {
	return clauses(ctx, q, selectClausesOn, place.Chain(division), day)
}

// ClausesOnAll is ClausesOn for many divisions at once.
func ClausesOnAll(ctx context.Context, q pg.Querier, divisions []string, day workday.Day) (map[string][]Clause, error) {
	var chains []string
	for _, d := range divisions {
		chains = append(chains, place.Chain(d)...)
	}
	all, err := clauses(ctx, q, selectClausesOn, chains, day)
	out := make(map[string][]Clause, len(divisions))
	for _, d := range divisions {
		chain := place.Chain(d)
		for _, c := range all {
			if slices.ContainsFunc(c.Divisions, func(at string) bool { return slices.Contains(chain, at) }) {
				out[d] = append(out[d], c)
			}
		}
	}
	return out, err
}

// Clauses lists all clauses, for the settings page.
func Clauses(ctx context.Context, q pg.Querier) ([]Clause, error) {
	return clauses(ctx, q, selectClauses)
}

// ClauseByID gives one clause.
func ClauseByID(ctx context.Context, q pg.Querier, id int64) (Clause, error) {
	return oneClause(ctx, q, selectClause, id)
}

// AddClause stores a clause; for seeding and for imports of settings.
func AddClause(ctx context.Context, tx *pg.Tx, c Clause) (int64, error) {
	return insertClause(ctx, tx, c)
}

// Service changes clauses.
type Service struct {
	db *pg.DB
	// OnConfirmed is told in the same transaction, so that letters held for this clause can go.
	OnConfirmed func(ctx context.Context, tx *pg.Tx, c Clause) error
}

// New makes the service.
func New(db *pg.DB) *Service { return &Service{db: db} }

// ConfirmClause records that the legality reviewer has verified a clause, with today's date (R52).
func (s *Service) ConfirmClause(ctx context.Context, by authz.Actor, id int64, note, key string) error {
	return s.settle(ctx, by, id, ClauseInForce, note, key)
}

// RetireClause records that a clause no longer holds: it ends today (E32).
func (s *Service) RetireClause(ctx context.Context, by authz.Actor, id int64, note, key string) error {
	return s.settle(ctx, by, id, ClauseRepealed, note, key)
}

func (s *Service) settle(ctx context.Context, by authz.Actor, id int64, to ClauseStatus, note, key string) error {
	if err := authz.Check(by, authz.ClauseConfirm, authz.Object{}); err != nil {
		return err
	}
	return s.db.WriteKeyed(ctx, by, key, string(authz.ClauseConfirm), func(tx *pg.Tx) error {
		before, err := oneClause(ctx, tx, lockClause, id)
		if err != nil {
			return err
		}
		if before.Status == ClauseRepealed || before.Status == to && !before.ConfirmedOn.IsZero() {
			return fault.Conflict("这一条款已经由他人核实为“%s”", before.Status.Label())
		}
		after := before
		after.Status, after.ConfirmedBy, after.ConfirmedOn = to, &by.AccountID, workday.DayOf(tx.Now)
		if err := storeClause(ctx, tx, after); err != nil {
			return err
		}
		if err := tx.Record(ctx, pg.Change{Action: authz.ClauseConfirm, Kind: ClauseKind, ID: id, No: before.Title, Before: asJSON(before), After: asJSON(after), Reason: note}); err != nil {
			return err
		}
		if to == ClauseInForce && s.OnConfirmed != nil {
			return s.OnConfirmed(ctx, tx, after)
		}
		return nil
	})
}

// asJSON is for the trail; the types here always encode.
func asJSON(v any) []byte {
	b, err := json.Marshal(v)
	if err != nil {
		return nil
	}
	return b
}
