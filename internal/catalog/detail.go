package catalog

import (
	"context"

	"portal/internal/authz"
	"portal/internal/fault"
	"portal/internal/pg"
	"portal/internal/workday"
)

// ItemKind is the object kind of entries in the trail.
const ItemKind = "admission_item"

// Scope is where a version holds and from when; Open is false while conditions wait (R18).
type Scope struct {
	Division string
	Name     string
	From     workday.Day
	Until    workday.Day
	Open     bool
}

// Detail is an entry on a day, with all its versions, newest first.
type Detail struct {
	Entry
	Day      workday.Day
	State    string // of the day
	Scopes   []Scope
	Versions []Entry
}

var errNoItem = fault.NotFound("清单里没有这个编号。可能少输了横线，如 LZ-102")

// Item opens an entry as it stood on the day; where it did not hold then, its nearest version. An
// unknown code is NotFound.
func Item(ctx context.Context, q pg.Querier, code string, day workday.Day) (Detail, error) {
	versions, err := versionsOf(ctx, q, code)
	if err != nil {
		return Detail{}, err
	}
	if len(versions) == 0 {
		return Detail{}, errNoItem
	}
	d := Detail{Entry: nearest(versions, day), Day: day, Versions: versions}
	d.State = d.Entry.State(day)
	d.Scopes, err = scopesOf(ctx, q, d.Entry.ID)
	return d, err
}

// nearest chooses the version of the day, else the last one that had begun, else the first.
func nearest(versions []Entry, day workday.Day) Entry {
	for _, v := range versions {
		if !v.From.After(day) {
			return v
		}
	}
	return versions[len(versions)-1]
}

// ScopeStates of a Detail: the communities that still wait for their conditions.
func (d Detail) Waiting() []Scope {
	var out []Scope
	for _, s := range d.Scopes {
		if !s.Open {
			out = append(out, s)
		}
	}
	return out
}

// CitedBy lists the entries that rest on a document, or on one of its articles (A1: what cites it).
func CitedBy(ctx context.Context, q pg.Querier, docKey, articleNo string) ([]Entry, error) {
	return citing(ctx, q, docKey, articleNo)
}

// Service changes entries one at a time; lists come in through Import.
type Service struct{ db *pg.DB }

// New makes the service.
func New(db *pg.DB) *Service { return &Service{db: db} }

// Review settles an entry that needs review: it stays listed, or it is suspended (R8, R46, R56).
// Reviewer and legality; Conflict when somebody else was first. A repetition under the same form key
// changes nothing.
func (s *Service) Review(ctx context.Context, by authz.Actor, code string, keep bool, reason, key string) error {
	if err := authz.Check(by, authz.ItemReview, authz.Object{}); err != nil {
		return err
	}
	if len([]rune(reason)) < 4 || len([]rune(reason)) > 300 {
		return fault.InvalidField("reason", "请写明复核意见，4 到 300 个字")
	}
	return s.db.WriteKeyed(ctx, by, key, string(authz.ItemReview), func(tx *pg.Tx) error {
		d, err := Item(ctx, tx, code, workday.DayOf(tx.Now))
		if err != nil {
			return err
		}
		to := Suspended
		if keep {
			to = Listed
		}
		if d.Standing == Reference || d.Standing == to {
			return fault.Conflict("这一事项现在是“%s”，不需要再复核", d.Standing.Label())
		}
		done, err := storeStanding(ctx, tx, d.ID, to, d.Standing)
		if err != nil {
			return err
		}
		if !done {
			return fault.Conflict("这一事项刚刚由他人处理，请刷新后查看")
		}
		return tx.Record(ctx, pg.Change{Action: authz.ItemReview, Kind: ItemKind, ID: d.ItemID, No: code,
			Before: asJSON(map[string]string{"standing": string(d.Standing)}), After: asJSON(map[string]string{"standing": string(to)}), Reason: reason})
	})
}
