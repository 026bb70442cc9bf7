package request

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"

	"portal/internal/pg"
)

// By place and category where they are known; by words otherwise, and then inside the community when one
// is named. Newest first: who joins wants the case that runs.
const selectSimilar = `
SELECT o.no, o.title, o.place, c.name AS category, o.started_at AS since, o.state AS state_words, o.followers, o.id AS "order"
FROM work_order o JOIN request_category c ON c.code = o.category
WHERE o.source = 'request' AND o.closed_at IS NULL AND NOT o.confidential AND o.kind NOT IN ('report', 'praise')
  AND (@category = '' OR o.category = @category) AND (@building = 0 OR o.building_id = @building)
  AND (@community = '' OR o.community = @community OR @building <> 0)
  AND (@building <> 0 OR @category <> '' AND @community <> ''
    OR search_bigrams(o.search_key) @> search_bigrams(@key) AND o.search_key LIKE '%' || @like || '%')
ORDER BY o.started_at DESC, o.id DESC LIMIT @limit`

func similar(ctx context.Context, q pg.Querier, like Like, key string, limit int) ([]SimilarRow, error) {
	rows, err := q.Query(ctx, selectSimilar, pgx.NamedArgs{"category": like.Category, "building": like.Building, "community": like.Community,
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
