package catalog

import (
	"context"
	"fmt"
	"regexp"
	"strings"

	"github.com/jackc/pgx/v5"

	"portal/internal/normal"
	"portal/internal/page"
	"portal/internal/pg"
	"portal/internal/place"
	"portal/internal/workday"
)

// Filter says which entries of which day. The zero value of a field does not narrow, except Day,
// which is required, and Standings: without one only what is effective here is listed.
type Filter struct {
	Kinds     []ListKind
	Words     string // a code, or words of the title in any width or script
	Community string // twelve digits; what could this community be asked on the day
	Day       workday.Day
	Standings []Standing
	Cursor    page.Cursor
	Limit     int
}

const itemSort = "item.code"

// MaxCount is where counting stops; pages show 999+.
const MaxCount = 999

// ParseCursor reads the cursor of a list's pages.
func ParseCursor(text string) (page.Cursor, error) { return page.Decode(text, itemSort, 1) }

// A search looks through the next entries in order first: a frequent word fills its page there. What
// that look found and how many candidates the bigram index knows tell which way is shorter for the
// rest: looking on costs about a page's share of scanFirst entries for each row found so far, the
// index costs a few times as much for each candidate as looking at an entry does (performance.md).
const (
	scanFirst     = 500
	fewCandidates = 5000
	scanFurther   = 20_000
	indexPrice    = 4 // entries looked at for the time of one candidate
)

// lookOn tells whether looking on in order is shorter than the index for a page of n rows.
func lookOn(found, candidates, n int) bool {
	if candidates > fewCandidates {
		return true
	}
	return found > 0 && n*scanFirst/found < indexPrice*candidates
}

// lastCode sorts after every code (databases are made with C.UTF-8, dependencies.md §6).
const lastCode = "\U0010ffff"

const entryFields = `
v.id, i.id AS item_id, i.code, i.list_kind, i.application_id, i.number, lower(v.valid) AS from, upper(v.valid) AS until, v.list_version_id, v.title,
v.title_key, v.category, v.lead_department, v.lead_unit_id, v.legal_basis, v.period, v.frequency, v.source, v.synthetic, v.legal_text,
v.assigned_fields, v.note, v.basis_doc_key, v.basis_version_date, v.basis_article_no, v.basis_status, v.successor_doc_key,
v.successor_version_date, v.successor_article_nos, v.flags, v.standing, v.role, v.assist_modes, v.requester, v.payer,
v.hours_per_occurrence::float8 AS hours_per_occurrence, v.occurrences_per_year::float8 AS occurrences_per_year`

// The days of the cited law stand beside each entry. Lists add them to the rows of their page, once
// these are found.
const entryColumns = entryFields + `, d.effective_from AS basis_from, d.effective_to AS basis_to`
const lawOpen = `SELECT e.*, d.effective_from AS basis_from, d.effective_to AS basis_to FROM (`
const lawClose = `) e LEFT JOIN legal_document d ON d.doc_key = e.basis_doc_key AND d.version_date = e.basis_version_date`
const forward = lawClose + ` ORDER BY e.code`
const back = lawClose + ` ORDER BY e.code DESC`

const fromEntries = `
FROM admission_item i
JOIN admission_item_version v ON v.item_id = i.id
LEFT JOIN legal_document d ON d.doc_key = v.basis_doc_key AND d.version_date = v.basis_version_date`

// $1 kinds, $2 standings, $3 day, $4 divisions that reach the community (empty: anywhere). IS TRUE
// keeps the index of the exclusion constraint out of it: most versions hold on most days.
const holds = `
(x.valid @> $3::date) IS TRUE AND x.standing = ANY($2)
AND EXISTS (SELECT 1 FROM admission_item_scope s WHERE s.version_id = x.id AND s.valid @> $3::date
            AND (cardinality($4::text[]) = 0 OR s.division = ANY($4)))`

// An entry has one version on a day at most. LIMIT 1 says so, and keeps the planner, which knows
// little of a prepared statement's arguments, on the walk from item to version: every list stops
// when its page is full.
const fromHolding = `
FROM admission_item i CROSS JOIN LATERAL (
    SELECT x.* FROM admission_item_version x
    WHERE x.item_id = i.id AND ` + holds + ` LIMIT 1) v`
const fromHoldingWords = `
FROM admission_item i CROSS JOIN LATERAL (
    SELECT x.* FROM admission_item_version x
    WHERE x.item_id = i.id AND x.title_key LIKE '%' || $7 || '%' AND ` + holds + ` LIMIT 1) v`

// Without a choice of kinds the walk goes along the codes. With one, each kind gives one page along
// (list_kind, code) and the pages are merged, so a rare kind costs no walk through the others.
const walkAll = lawOpen + `SELECT ` + entryFields + fromHolding + ` WHERE i.list_kind = ANY($1)`
const allForward = walkAll + ` AND i.code > $5 ORDER BY i.code LIMIT $6` + forward
const allBack = walkAll + ` AND i.code < $5 ORDER BY i.code DESC LIMIT $6` + back

const perKind = `
FROM unnest($1::text[]) AS k (kind)
CROSS JOIN LATERAL (SELECT ` + entryFields
const onePerKind = perKind + fromHolding

// Both ends of a kind as a range, so that the walk goes along (list_kind, code) whatever the planner
// believes of the kinds.
const kindForward = ` WHERE (i.list_kind, i.code) > (k.kind, $5) AND i.list_kind <= k.kind`
const kindBack = ` WHERE (i.list_kind, i.code) < (k.kind, $5) AND i.list_kind >= k.kind`
const kindForwardEnd = ` ORDER BY i.list_kind, i.code LIMIT $6) f ORDER BY f.code LIMIT $6` + forward
const kindBackEnd = ` ORDER BY i.list_kind DESC, i.code DESC LIMIT $6) f ORDER BY f.code DESC LIMIT $6` + back

const listForward = lawOpen + `SELECT f.*` + onePerKind + kindForward + kindForwardEnd
const listBack = lawOpen + `SELECT f.*` + onePerKind + kindBack + kindBackEnd

// The first step of a search walks like a list, with the words, up to so many codes further; it stops
// as soon as the page is full.
const scanAllForward = lawOpen + `SELECT ` + entryFields + fromHoldingWords + `
WHERE i.list_kind = ANY($1) AND i.code > $5
  AND i.code <= coalesce((SELECT n.code FROM admission_item n WHERE n.code > $5 ORDER BY n.code OFFSET $8 LIMIT 1), '` + lastCode + `')
ORDER BY i.code LIMIT $6` + forward
const scanKindsForward = lawOpen + `SELECT f.*` + perKind + fromHoldingWords + kindForward + `
      AND i.code <= coalesce((SELECT min(w.code) FROM unnest($1::text[]) AS u (kind) CROSS JOIN LATERAL (
            SELECT y.code FROM admission_item y WHERE (y.list_kind, y.code) > (u.kind, $5) AND y.list_kind <= u.kind
            ORDER BY y.list_kind, y.code OFFSET $8 LIMIT 1) w), '` + lastCode + `')` + kindForwardEnd

// The second step: the bigram index names the candidates, LIKE makes sure.
const searchWhere = `
FROM (SELECT x.* FROM admission_item_version x
    WHERE search_bigrams(x.title_key) @> search_bigrams($8) AND x.title_key LIKE '%' || $7 || '%' AND ` + holds + `) v
JOIN admission_item i ON i.id = v.item_id
WHERE i.list_kind = ANY($1::text[])`
const searchForward = lawOpen + `SELECT ` + entryFields + searchWhere + ` AND i.code > $5 ORDER BY i.code LIMIT $6` + forward
const searchBack = lawOpen + `SELECT ` + entryFields + searchWhere + ` AND i.code < $5 ORDER BY i.code DESC LIMIT $6` + back

const countCandidates = `
SELECT count(*) FROM (SELECT 1 FROM admission_item_version x WHERE search_bigrams(x.title_key) @> search_bigrams($1) LIMIT $2) n`

// Counting stops at MaxCount + 1.
const countPlain = `SELECT count(*) FROM (SELECT 1` + fromHolding + ` WHERE i.list_kind = ANY($1::text[]) LIMIT $5) n`
const countWords = `
SELECT count(*) FROM (
    SELECT 1 FROM admission_item_version x JOIN admission_item i ON i.id = x.item_id
    WHERE search_bigrams(x.title_key) @> search_bigrams($7) AND x.title_key LIKE '%' || $6 || '%' AND i.list_kind = ANY($1::text[]) AND ` + holds + `
    LIMIT $5) n`

type query struct {
	kinds, standings, divisions []string
	day                         workday.Day
	from, upTo                  string // the beginning of a code, and what sorts after all that begin so
	before                      string // what sorts before them
	key, like                   string // normalised words
}

var codeWords = regexp.MustCompile(`^[A-Za-z]{2,4}-?[0-9]{0,4}$|^[0-9]{4}-[0-9]{1,6}$`)

func (f Filter) query() query {
	q := query{day: f.Day, upTo: lastCode, divisions: []string{}}
	for _, k := range f.kinds() {
		q.kinds = append(q.kinds, string(k))
	}
	for _, s := range f.standings() {
		q.standings = append(q.standings, string(s))
	}
	if f.Community != "" {
		q.divisions = place.Chain(f.Community)
	}
	words := strings.TrimSpace(f.Words)
	if key := normal.Key(words); key != "" && !codeWords.MatchString(key) {
		q.key, q.like = key, strings.NewReplacer(`\`, `\\`, `%`, `\%`, `_`, `\_`).Replace(key)
	} else if key != "" {
		q.from, q.upTo = strings.ToUpper(key), strings.ToUpper(key)+lastCode
		q.before = justBefore(q.from)
	}
	return q
}

// justBefore gives a text that sorts before s and after every shorter one of use: the last letter
// one lower, then the last code.
func justBefore(s string) string {
	last := len(s) - 1
	return s[:last] + string(rune(s[last]-1)) + lastCode
}

func (f Filter) kinds() []ListKind {
	if len(f.Kinds) > 0 {
		return f.Kinds
	}
	return ListKinds
}

func (f Filter) standings() []Standing {
	if len(f.Standings) > 0 {
		return f.Standings
	}
	return []Standing{Listed, NeedsReview}
}

// On lists what holds on the day in order of code (R20, R43): 「某日清单」. Rows of other places
// are listed only when Standings asks for them.
func On(ctx context.Context, q pg.Querier, f Filter) (page.Page[Entry], error) {
	if f.Limit <= 0 || f.Limit > 500 {
		f.Limit = 50
	}
	rows, err := entriesOn(ctx, q, f)
	if err != nil {
		return page.Page[Entry]{}, err
	}
	return page.Cut(rows, f.Limit, f.Cursor, func(e Entry) page.Cursor {
		return page.Cursor{Sort: itemSort, Keys: []string{e.Code}, ID: e.ItemID}
	}), nil
}

func entriesOn(ctx context.Context, db pg.Querier, f Filter) ([]Entry, error) {
	p := f.query()
	at, n := p.from, f.Limit+1
	if len(f.Cursor.Keys) > 0 {
		at = f.Cursor.Keys[0]
	}
	switch {
	case p.upTo != lastCode:
		return byPrefix(ctx, db, p, f.Cursor, n)
	case p.key == "":
		return walk(ctx, db, p, len(f.Kinds) == 0, f.Cursor.Back, at, n)
	case f.Cursor.Back:
		return entries(ctx, db, searchBack, p.kinds, p.standings, p.day, p.divisions, at, n, p.like, p.key)
	}
	return search(ctx, db, p, len(f.Kinds) == 0, at, n)
}

func search(ctx context.Context, db pg.Querier, p query, all bool, at string, n int) ([]Entry, error) {
	rows, err := scan(ctx, db, p, all, at, n, scanFirst)
	if err != nil || len(rows) == n {
		return rows, err
	}
	var candidates int
	if err := db.QueryRow(ctx, countCandidates, p.key, fewCandidates+1).Scan(&candidates); err != nil {
		return nil, fmt.Errorf("candidates: %w", err)
	}
	if lookOn(len(rows), candidates, n) {
		if rows, err = scan(ctx, db, p, all, at, n, scanFurther); err != nil || len(rows) == n {
			return rows, err
		}
	}
	return entries(ctx, db, searchForward, p.kinds, p.standings, p.day, p.divisions, at, n, p.like, p.key)
}

func walk(ctx context.Context, db pg.Querier, p query, all, back bool, at string, n int) ([]Entry, error) {
	if back && at == "" {
		at = lastCode
	}
	switch {
	case all && back:
		return entries(ctx, db, allBack, p.kinds, p.standings, p.day, p.divisions, at, n)
	case all:
		return entries(ctx, db, allForward, p.kinds, p.standings, p.day, p.divisions, at, n)
	case back:
		return entries(ctx, db, listBack, p.kinds, p.standings, p.day, p.divisions, at, n)
	}
	return entries(ctx, db, listForward, p.kinds, p.standings, p.day, p.divisions, at, n)
}

func scan(ctx context.Context, db pg.Querier, p query, all bool, at string, n, window int) ([]Entry, error) {
	if all {
		return entries(ctx, db, scanAllForward, p.kinds, p.standings, p.day, p.divisions, at, n, p.like, window)
	}
	return entries(ctx, db, scanKindsForward, p.kinds, p.standings, p.day, p.divisions, at, n, p.like, window)
}

// A code or the beginning of one.
const prefixForward = lawOpen + `SELECT f.*` + onePerKind + kindForward + ` AND i.code < $7` + kindForwardEnd
const prefixBack = lawOpen + `SELECT f.*` + onePerKind + kindBack + ` AND i.code >= $7` + kindBackEnd

func byPrefix(ctx context.Context, db pg.Querier, p query, at page.Cursor, n int) ([]Entry, error) {
	if at.Back {
		return entries(ctx, db, prefixBack, p.kinds, p.standings, p.day, p.divisions, at.Keys[0], n, p.from)
	}
	mark := p.before
	if len(at.Keys) > 0 {
		mark = at.Keys[0]
	}
	return entries(ctx, db, prefixForward, p.kinds, p.standings, p.day, p.divisions, mark, n, p.upTo)
}

// Count counts what On lists, up to MaxCount; more reports that there are more.
func Count(ctx context.Context, q pg.Querier, f Filter) (n int, more bool, err error) {
	p := f.query()
	switch {
	case p.upTo != lastCode:
		rows, err := byPrefix(ctx, q, p, page.Cursor{}, MaxCount+1)
		return min(len(rows), MaxCount), len(rows) > MaxCount, err
	case p.key == "":
		err = q.QueryRow(ctx, countPlain, p.kinds, p.standings, p.day, p.divisions, MaxCount+1).Scan(&n)
	default:
		err = q.QueryRow(ctx, countWords, p.kinds, p.standings, p.day, p.divisions, MaxCount+1, p.like, p.key).Scan(&n)
	}
	if err != nil {
		return 0, false, fmt.Errorf("count entries: %w", err)
	}
	return min(n, MaxCount), n > MaxCount, nil
}

func entries(ctx context.Context, q pg.Querier, sql string, args ...any) ([]Entry, error) {
	rows, err := q.Query(ctx, sql, args...)
	if err != nil {
		return nil, fmt.Errorf("entries: %w", err)
	}
	out, err := pgx.CollectRows(rows, pgx.RowToStructByName[Entry])
	if err != nil {
		return nil, fmt.Errorf("entries: %w", err)
	}
	return out, nil
}

// Each kind is counted along (list_kind, code), so a rare kind costs no walk through the others.
const countKinds = `
SELECT k.kind, (SELECT count(*) FROM (SELECT 1` + fromHolding + `
    WHERE (i.list_kind, i.code) > (k.kind, '') AND i.list_kind <= k.kind ORDER BY i.list_kind, i.code LIMIT $5) n)::int AS n
FROM unnest($1::text[]) AS k (kind)`

// CountByKind counts what On lists without words, kind by kind, for the tabs of the public page; a
// number above MaxCount means more.
func CountByKind(ctx context.Context, q pg.Querier, f Filter) (map[ListKind]int, error) {
	p := f.query()
	rows, err := q.Query(ctx, countKinds, p.kinds, p.standings, p.day, p.divisions, MaxCount+1)
	if err != nil {
		return nil, fmt.Errorf("count kinds: %w", err)
	}
	out := map[ListKind]int{}
	var kind ListKind
	var n int
	if _, err := pgx.ForEachRow(rows, []any{&kind, &n}, func() error { out[kind] = n; return nil }); err != nil {
		return nil, fmt.Errorf("count kinds: %w", err)
	}
	return out, nil
}
