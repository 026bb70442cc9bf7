package catalog

import (
	"cmp"
	"context"
	"fmt"
	"math"
	"slices"

	"github.com/jackc/pgx/v5"

	"portal/internal/pg"
	"portal/internal/workday"
)

// SimilarEntry is an entry with how much of its title is shared.
type SimilarEntry struct {
	Entry
	Score float64 // weight of the common character pairs among those of the title, 0 to 1
}

// nearLimit bounds how many titles are compared, however common their words are.
const nearLimit = 2000

// The bigram index gives entries that share a rare pair with the title: pairs that every second title
// holds would only walk the whole index. Which are rare, the planner's own statistics of that index say.
const selectNear = `
WITH wanted AS (SELECT DISTINCT unnest(search_bigrams($1)) AS pair),
known AS (SELECT unnest(most_common_elems::text::int[]) AS pair, unnest(most_common_elem_freqs) AS share
    FROM pg_stats WHERE schemaname = 'public' AND tablename = 'admission_item_version_words'),
rare AS (SELECT w.pair FROM wanted w LEFT JOIN known k ON k.pair = w.pair
    ORDER BY coalesce(k.share, 0), w.pair LIMIT (SELECT greatest(4, (count(*) + 1) / 2) FROM wanted))
SELECT v.id, v.title_key FROM admission_item_version v
WHERE search_bigrams(v.title_key) && (SELECT array_agg(pair) FROM rare)
  AND v.valid @> $2::date AND v.standing IN ('listed', 'needs_review')
LIMIT $3`

const selectByVersion = `SELECT ` + entryColumns + fromEntries + ` WHERE v.id = ANY($1)`

type nearTitle struct {
	ID       int64
	TitleKey string
}

// leastLikeness is the weight of common pairs from which two titles are shown as similar.
const leastLikeness = 0.3

// Similar lists admitted entries whose titles share words with a title key (normal.Key), the most
// alike first: shown while an applicant types. Pairs that many titles hold (协助、宣传) weigh little.
func Similar(ctx context.Context, q pg.Querier, titleKey string, day workday.Day, limit int) ([]SimilarEntry, error) {
	if len([]rune(titleKey)) < 2 {
		return nil, nil
	}
	rows, err := q.Query(ctx, selectNear, titleKey, day, nearLimit)
	if err != nil {
		return nil, fmt.Errorf("similar entries: %w", err)
	}
	near, err := pgx.CollectRows(rows, pgx.RowToStructByName[nearTitle])
	if err != nil {
		return nil, fmt.Errorf("similar entries: %w", err)
	}
	best := rank(titleKey, near, limit)
	if len(best) == 0 {
		return nil, nil
	}
	ids := make([]int64, 0, len(best))
	for id := range best {
		ids = append(ids, id)
	}
	found, err := entries(ctx, q, selectByVersion, ids)
	if err != nil {
		return nil, err
	}
	out := make([]SimilarEntry, len(found))
	for i, e := range found {
		out[i] = SimilarEntry{Entry: e, Score: best[e.ID]}
	}
	slices.SortFunc(out, func(a, b SimilarEntry) int {
		return cmp.Or(cmp.Compare(b.Score, a.Score), cmp.Compare(a.Code, b.Code))
	})
	return out, nil
}

// rank scores titles against one by the rarity of the pairs they share.
func rank(titleKey string, near []nearTitle, limit int) map[int64]float64 {
	wanted := pairs(titleKey)
	holders := make([]int, len(wanted))
	shared := make([][]int, len(near)) // which of the wanted pairs a title holds
	seen := make([]int, len(wanted))   // the last title that was found to hold a pair
	for i, n := range near {
		each(n.TitleKey, func(p pair) {
			at, is := wanted[p]
			if is && seen[at] != i+1 {
				seen[at] = i + 1
				holders[at]++
				shared[i] = append(shared[i], at)
			}
		})
	}
	weight, total := make([]float64, len(wanted)), 0.0
	for at := range weight {
		weight[at] = 1 / (1 + math.Log1p(float64(holders[at])))
		total += weight[at]
	}
	scored := make([]SimilarEntry, 0, len(near))
	for i, n := range near {
		score := 0.0
		for _, at := range shared[i] {
			score += weight[at]
		}
		if score /= total; score >= leastLikeness {
			scored = append(scored, SimilarEntry{Entry: Entry{ID: n.ID}, Score: score})
		}
	}
	slices.SortFunc(scored, func(a, b SimilarEntry) int { return cmp.Or(cmp.Compare(b.Score, a.Score), cmp.Compare(a.ID, b.ID)) })
	out := map[int64]float64{}
	for _, s := range scored[:min(limit, len(scored))] {
		out[s.ID] = s.Score
	}
	return out
}

// pair is two neighbouring characters of a key.
type pair [2]rune

// each gives the pairs of a key in order.
func each(key string, do func(pair)) {
	var before rune
	for at, r := range key {
		if at > 0 {
			do(pair{before, r})
		}
		before = r
	}
}

// pairs numbers the different pairs of a key.
func pairs(key string) map[pair]int {
	out := map[pair]int{}
	each(key, func(p pair) {
		if _, there := out[p]; !there {
			out[p] = len(out)
		}
	})
	return out
}
