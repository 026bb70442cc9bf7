package request

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"

	"portal/internal/pg"
)

// By place and category where they are known; by words otherwise, and then inside the community when one
// is named. Newest first: who joins wants the case that runs. Each way has its own text, so that each
// walks its own index of what is open.
const (
	similarHead = `
SELECT o.no, o.title, o.place, c.name AS category, o.started_at AS since, o.state AS state_words, o.followers, o.id AS "order"
FROM work_order o JOIN request_category c ON c.code = o.category
WHERE o.source = 'request' AND o.closed_at IS NULL AND NOT o.confidential AND o.kind NOT IN ('report', 'praise')`
	similarTail = ` ORDER BY o.started_at DESC, o.id DESC LIMIT @limit`

	similarHere      = similarHead + ` AND o.category = @category AND o.building_id = @building` + similarTail
	similarBuilding  = similarHead + ` AND o.building_id = @building` + similarTail
	similarCommunity = similarHead + ` AND o.category = @category AND o.community = @community` + similarTail
	similarWords     = similarHead + ` AND (@category = '' OR o.category = @category) AND (@community = '' OR o.community = @community)
  AND search_bigrams(o.search_key) @> search_bigrams(@key) AND o.search_key LIKE '%' || @like || '%'` + similarTail
)

func similar(ctx context.Context, q pg.Querier, like Like, key string, limit int) ([]SimilarRow, error) {
	sql := similarWords
	switch {
	case like.Building != 0 && like.Category != "":
		sql = similarHere
	case like.Building != 0:
		sql = similarBuilding
	case like.Category != "" && like.Community != "":
		sql = similarCommunity
	}
	rows, err := q.Query(ctx, sql, pgx.NamedArgs{"category": like.Category, "building": like.Building, "community": like.Community,
		"key": key, "like": likeOf(key), "limit": limit})
	if err != nil {
		return nil, fmt.Errorf("similar requests: %w", err)
	}
	out, err := pgx.CollectRows(rows, pgx.RowToStructByName[SimilarRow])
	if err != nil {
		return nil, fmt.Errorf("similar requests: %w", err)
	}
	return out, nil
}
