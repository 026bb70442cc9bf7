package catalog

import (
	"context"
	"io"
	"slices"

	"portal/internal/authz"
	"portal/internal/fault"
	"portal/internal/intake"
	"portal/internal/legal"
	"portal/internal/pg"
	"portal/internal/place"
	"portal/internal/workday"
)

// Kinds are the eight kinds of files, in the order in which an empty register takes them: what is
// cited before what cites it.
func Kinds() []intake.Kind {
	return []intake.Kind{withRecheck(legal.Laws()), legal.ArticlesFile(), withRecheck(legal.ChangesFile()), place.Divisions(), place.Departments(),
		NegativeList(), Items(), Programme()}
}

// KindNamed finds a kind of file by its word on the command line.
func KindNamed(name string) (intake.Kind, bool) {
	return intake.Set(Kinds()).Named(name)
}

// Import brings a file of a kind in: `portal import items FILE` and the page do the same. With
// rejected rows nothing is written and the summary tells why.
func Import(ctx context.Context, db *pg.DB, by authz.Actor, kind string, r io.Reader, fileName string, o intake.Options) (intake.Summary, error) {
	k, ok := KindNamed(kind)
	if !ok {
		return intake.Summary{Kind: kind}, fault.InvalidField("kind", "没有这种导入。可选：laws、articles、changes、divisions、departments、negative、items、programme")
	}
	return intake.Run(ctx, db, by, k, r, fileName, o)
}

// withRecheck lights up entries whose basis the file took away (R8).
func withRecheck(k intake.Kind) intake.Kind {
	plan := k.Plan
	k.Plan = func(ctx context.Context, q pg.Querier, rows []intake.Row, o intake.Options) (intake.Plan, error) {
		p, err := plan(ctx, q, rows, o)
		first := p.After
		p.After = func(ctx context.Context, tx *pg.Tx) error {
			if first != nil {
				if err := first(ctx, tx); err != nil {
					return err
				}
			}
			_, err := Recheck(ctx, tx, o.Today)
			return err
		}
		return p, err
	}
	return k
}

// Recheck lets every listed entry whose published basis was in force, and is not on the day, wait
// for review (R8, R56, E5–E7). It runs after imports of laws and changes, and daily, because laws
// also end by themselves. It returns the codes that lit up; each has its audit entry.
func Recheck(ctx context.Context, tx *pg.Tx, day workday.Day) ([]string, error) {
	register, err := legal.LoadRegister(ctx, tx)
	if err != nil {
		return nil, err
	}
	listed, err := entries(ctx, tx, selectLit, day, register.Ended(day))
	if err != nil {
		return nil, err
	}
	var lit []string
	for _, e := range listed {
		status := register.Basis(e.BasisDocKey, e.BasisVersionDate, e.BasisArticleNo, day)
		if status == legal.BasisInForce || status == legal.BasisNotYet {
			continue
		}
		after := e
		after.Standing = NeedsReview
		if !after.Has(FlagBasisDoubtful) {
			after.Flags = append(slices.Clone(e.Flags), FlagBasisDoubtful)
		}
		if err := rewriteVersion(ctx, tx, after); err != nil {
			return nil, err
		}
		err := tx.Record(ctx, pg.Change{Action: authz.ItemReview, Kind: ItemKind, ID: e.ItemID, No: e.Code, Reason: "依据" + status.Label() + "，待复核（R8）",
			Before: asJSON(map[string]string{"standing": string(e.Standing)}), After: asJSON(map[string]string{"standing": string(NeedsReview)})})
		if err != nil {
			return nil, err
		}
		lit = append(lit, e.Code)
	}
	return lit, nil
}
