package catalog

import (
	"context"

	"portal/internal/pg"
	"portal/internal/place"
	"portal/internal/workday"
)

const selectAdmitted = `
SELECT ` + entryColumns + fromEntries + `
WHERE i.code = $1 AND v.valid @> $3::date AND v.standing = ANY($4)
  AND EXISTS (SELECT FROM admission_item_scope s WHERE s.version_id = v.id AND s.valid @> $3::date AND s.division = ANY($2))`

// Admitted tells whether a community's list of the day holds an item (REQ-14, GRD-21): an entry that is in force
// and reaches the community, is no entry of the negative list and not the street's own. It gives the entry of the
// day with it; where the list does not hold it, the newest version, so that a page can say what it is.
func Admitted(ctx context.Context, q pg.Querier, code, community string, day workday.Day) (Entry, bool, error) {
	held, err := entries(ctx, q, selectAdmitted, code, place.Chain(community), day, []string{string(Listed), string(NeedsReview)})
	if err != nil {
		return Entry{}, false, err
	}
	if len(held) > 0 {
		e := held[0]
		return e, !e.ListKind.Negative() && !e.ListKind.OfStreet(), nil
	}
	all, err := entries(ctx, q, selectNewest, code)
	if err != nil || len(all) == 0 {
		return Entry{Code: code}, false, err
	}
	return all[0], false, nil
}

const selectNewest = `SELECT ` + entryColumns + fromEntries + ` WHERE i.code = $1 ORDER BY lower(v.valid) DESC LIMIT 1`
