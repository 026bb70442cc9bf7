package catalog

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/jackc/pgx/v5"

	"portal/internal/pg"
	"portal/internal/place"
	"portal/internal/workday"
)

// Admitted tells whether a community's list of the day holds an item (REQ-14, GRD-21): an entry that is in force
// and reaches the community, is no entry of the negative list and not the street's own. It gives the entry of the
// day with it; where the list does not hold it, the newest version, so that a page can say what it is.
func Admitted(ctx context.Context, q pg.Querier, code, community string, day workday.Day) (Entry, bool, error) {
	at := Asked{Code: code, Community: community}
	all, err := AdmittedAll(ctx, q, []Asked{at}, day)
	return all[at].Entry, all[at].Listed, err
}

// Asked is an item that a community is asked for.
type Asked struct{ Code, Community string }

// Held is what the list of a community says of an item.
type Held struct {
	Entry  Entry
	Listed bool
}

const selectHeld = `
SELECT k.n::int - 1, v.id
FROM unnest($1::text[], $2::text[]) WITH ORDINALITY AS k (code, chain, n)
JOIN admission_item i ON i.code = k.code
JOIN admission_item_version v ON v.item_id = i.id AND v.valid @> $3::date AND v.standing = ANY($4)
WHERE EXISTS (SELECT FROM admission_item_scope s WHERE s.version_id = v.id AND s.valid @> $3::date AND s.division = ANY(string_to_array(k.chain, ' ')))
ORDER BY k.n, v.id DESC`
const selectVersions = `SELECT ` + entryColumns + fromEntries + ` WHERE v.id = ANY($1)`

// AdmittedAll is Admitted for many items and communities, in as many trips as for one.
func AdmittedAll(ctx context.Context, q pg.Querier, asked []Asked, day workday.Day) (map[Asked]Held, error) {
	codes, chains := make([]string, len(asked)), make([]string, len(asked))
	for i, a := range asked {
		codes[i], chains[i] = a.Code, strings.Join(place.Chain(a.Community), " ")
	}
	versions := map[Asked]int64{}
	rows, err := q.Query(ctx, selectHeld, codes, chains, day, []string{string(Listed), string(NeedsReview)})
	if err != nil {
		return nil, fmt.Errorf("items in lists: %w", err)
	}
	var n int
	var version int64
	if _, err := pgx.ForEachRow(rows, []any{&n, &version}, func() error { versions[asked[n]] = version; return nil }); err != nil {
		return nil, fmt.Errorf("items in lists: %w", err)
	}
	held, err := entries(ctx, q, selectVersions, slices.Collect(maps.Values(versions)))
	if err != nil {
		return nil, err
	}
	byVersion := make(map[int64]Entry, len(held))
	for _, e := range held {
		byVersion[e.ID] = e
	}
	newest := map[string]Entry{}
	if len(versions) < len(asked) {
		if newest, err = latest(ctx, q, codes); err != nil {
			return nil, err
		}
	}
	out := make(map[Asked]Held, len(asked))
	for _, a := range asked {
		e, there := byVersion[versions[a]]
		switch {
		case there:
			out[a] = Held{e, !e.ListKind.Negative() && !e.ListKind.OfStreet()}
		case newest[a.Code].Code != "":
			out[a] = Held{Entry: newest[a.Code]}
		default:
			out[a] = Held{Entry: Entry{Code: a.Code}}
		}
	}
	return out, nil
}
