package request

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"portal/internal/authz"
	"portal/internal/fault"
	"portal/internal/pg"
	"portal/internal/workday"
)

type agencyRow struct {
	ID        int64
	RequestID ID
	No        string
	RequestNo string
	Agent     int64
	AgentName string
	Community string
	OpenedAt  time.Time
	Until     workday.Day
	How       AgencyHow
	SignedOn  workday.Day
	Ending    AgencyEnding
	EndedAt   *time.Time
	Entries   int
	Held      int
	Sealed    []byte
	Version   int
}

func (r agencyRow) agency() Agency {
	return Agency{ID: r.ID, RequestID: r.RequestID, No: r.No, RequestNo: r.RequestNo, Agent: r.Agent, AgentName: r.AgentName, Community: r.Community, OpenedAt: r.OpenedAt,
		Until: r.Until, How: r.How, SignedOn: r.SignedOn, Ending: r.Ending, EndedAt: r.EndedAt, Entries: r.Entries, Held: r.Held, Version: r.Version}
}

const (
	selectAgency = `
SELECT g.id, g.request_id, g.no, r.no AS request_no, g.agent, a.name AS agent_name, COALESCE(r.community, '') AS community, g.opened_at, g.until, g.how,
    g.signed_on, g.ending, g.ended_at, g.entries, (SELECT count(*) FROM agency_entry e WHERE e.agency_id = g.id AND e.kind = 'document' AND e.out_by IS NULL) AS held,
    g.sealed, g.version
FROM agency g JOIN request r ON r.id = g.request_id JOIN account a ON a.id = g.agent`
	agencyByNo     = selectAgency + ` WHERE g.no = $1`
	agencyLocked   = agencyByNo + ` FOR UPDATE OF g`
	agenciesOf     = selectAgency + ` WHERE g.request_id = $1 ORDER BY g.id`
	agenciesLapsed = selectAgency + ` WHERE g.ended_at IS NULL AND g.until < $1 ORDER BY g.id LIMIT 200 FOR UPDATE OF g SKIP LOCKED`
	agenciesNear   = selectAgency + ` WHERE g.ended_at IS NULL AND g.warned_at IS NULL AND g.until <= $1 ORDER BY g.id LIMIT 200 FOR UPDATE OF g SKIP LOCKED`
	// What runs or still holds documents stands first, by its last day; then what is over, the newest first. Who is
	// complained about sees none of it but what is in their own hands (REQ-13).
	agenciesIn = selectAgency + `
WHERE ($1 OR g.agent = $2 OR r.community LIKE ANY($3))
    AND (g.agent = $2 OR NOT EXISTS (SELECT FROM work_order o WHERE o.id IN (r.order_id, r.home_order)
        AND (o.complained_unit = ANY($5) OR o.hidden_from <> '' AND o.hidden_from = ANY($6))))
ORDER BY (g.ended_at IS NOT NULL AND NOT EXISTS (SELECT FROM agency_entry e WHERE e.agency_id = g.id AND e.kind = 'document' AND e.out_by IS NULL)),
    CASE WHEN g.ended_at IS NULL OR EXISTS (SELECT FROM agency_entry e WHERE e.agency_id = g.id AND e.kind = 'document' AND e.out_by IS NULL) THEN g.until END,
    g.ended_at DESC, g.id DESC LIMIT $4`
)

func oneAgency(ctx context.Context, q pg.Querier, sql, no string) (agencyRow, error) {
	rows, err := collect[agencyRow](ctx, q, sql, no)
	if err != nil {
		return agencyRow{}, err
	}
	if len(rows) == 0 {
		return agencyRow{}, ErrNoAgency
	}
	return rows[0], nil
}

func agenciesOfScope(ctx context.Context, q pg.Querier, by authz.Actor, s authz.Scope, most int) ([]agencyRow, error) {
	prefixes := make([]string, len(s.Prefixes))
	for i, p := range s.Prefixes {
		prefixes[i] = p + "%"
	}
	units, places := []int64{}, []string{}
	for _, p := range by.Posts {
		units, places = append(units, p.UnitID), append(places, p.Division)
	}
	return collect[agencyRow](ctx, q, agenciesIn, s.All, s.Account, prefixes, most, units, places)
}

var agencyFields = map[string]fault.Field{
	"agency_entry_pages_check": {Name: "pages", Message: "页数写 1 到 999"},
	"agency_entry_nth_check":   {Name: "", Message: "这件代办的记录已满。请先办结，再开一件新的"},
}

const (
	nextAgency   = `SELECT COALESCE(max(nth), 0) + 1 FROM agency WHERE request_id = $1`
	insertAgency = `
INSERT INTO agency (request_id, nth, no, agent, opened_at, until, sealed) VALUES ($1, $2, $3, $4, $5, $6, $7)
ON CONFLICT (request_id) WHERE ended_at IS NULL DO NOTHING RETURNING id`
)

func nextAgencyOf(ctx context.Context, tx *pg.Tx, id ID) (n int, err error) {
	if err = tx.QueryRow(ctx, nextAgency, int64(id)).Scan(&n); err != nil {
		return 0, fmt.Errorf("number of an agency: %w", err)
	}
	return n, nil
}

func storeAgency(ctx context.Context, tx *pg.Tx, a *Agency, nth int, sealed []byte) error {
	err := tx.QueryRow(ctx, insertAgency, int64(a.RequestID), nth, a.No, a.Agent, a.OpenedAt, a.Until, sealed).Scan(&a.ID)
	if errors.Is(err, pgx.ErrNoRows) {
		return errAgencyOpen
	}
	if err != nil {
		return pg.Constraint(fmt.Errorf("store agency: %w", err), agencyFields)
	}
	return nil
}

const updateAgency = `
UPDATE agency SET agent = $3, how = $4, signed_on = $5, ending = $6, ended_at = $7, entries = $8, sealed = $9, version = version + 1
WHERE id = $1 AND version = $2`

func saveAgency(ctx context.Context, tx *pg.Tx, a *Agency, sealed []byte) error {
	tag, err := tx.Exec(ctx, updateAgency, a.ID, a.Version, a.Agent, string(a.How), a.SignedOn, string(a.Ending), a.EndedAt, a.Entries, sealed)
	if err != nil {
		return pg.Constraint(fmt.Errorf("save agency: %w", err), agencyFields)
	}
	if tag.RowsAffected() != 1 {
		return errAgencyStale
	}
	a.Version++
	return nil
}

const markWarned = `UPDATE agency SET warned_at = $2 WHERE id = $1`

func storeWarned(ctx context.Context, tx *pg.Tx, id int64) error {
	if _, err := tx.Exec(ctx, markWarned, id, tx.Now); err != nil {
		return fmt.Errorf("warned: %w", err)
	}
	return nil
}

// entryRow is one line of what happened on an errand; its words or photograph are sealed.
type entryRow struct {
	Nth      int
	Kind     string
	At       time.Time
	By       string
	Original bool
	Pages    *int
	Way      AgencyWay
	Day      workday.Day
	OutBy    *int
	Belongs  int
	Sealed   []byte
}

const (
	// Photographs are large: a page needs only that they are there.
	selectEntries = `
SELECT e.nth, e.kind, e.at, a.name AS by, e.original, e.pages, e.way, e.day, e.out_by, e.belongs, CASE WHEN e.kind <> 'photo' THEN e.sealed END AS sealed
FROM agency_entry e JOIN account a ON a.id = e.account_id WHERE e.agency_id = $1 ORDER BY e.nth`
	selectPhoto = `SELECT sealed FROM agency_entry WHERE agency_id = $1 AND nth = $2 AND kind = 'photo' AND sealed IS NOT NULL`
	insertEntry = `
INSERT INTO agency_entry (agency_id, nth, kind, at, account_id, original, pages, way, day, belongs, sealed)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)`
	giveOut = `UPDATE agency_entry SET out_by = $3 WHERE agency_id = $1 AND nth = ANY($2) AND kind = 'document' AND out_by IS NULL`
)

func entriesOf(ctx context.Context, q pg.Querier, agency int64) ([]entryRow, error) {
	return collect[entryRow](ctx, q, selectEntries, agency)
}

func photoOf(ctx context.Context, q pg.Querier, agency int64, nth int) (sealed []byte, err error) {
	err = q.QueryRow(ctx, selectPhoto, agency, nth).Scan(&sealed)
	if errors.Is(err, pgx.ErrNoRows) {
		return nil, ErrNoAgency
	}
	if err != nil {
		return nil, fmt.Errorf("photo of an agency: %w", err)
	}
	return sealed, nil
}

func storeEntry(ctx context.Context, tx *pg.Tx, agency int64, e entryRow) error {
	_, err := tx.Exec(ctx, insertEntry, agency, e.Nth, e.Kind, tx.Now, tx.Actor.AccountID, e.Original, e.Pages, string(e.Way), e.Day, e.Belongs, e.Sealed)
	return pg.Constraint(err, agencyFields)
}

func storeOut(ctx context.Context, tx *pg.Tx, agency int64, documents []int, by int) (int64, error) {
	tag, err := tx.Exec(ctx, giveOut, agency, documents, by)
	if err != nil {
		return 0, fmt.Errorf("documents out: %w", err)
	}
	return tag.RowsAffected(), nil
}

// What is left of an errand when the time of keeping is over: its days, never its words.
const (
	forgetEntries  = `UPDATE agency_entry SET sealed = NULL WHERE agency_id IN (SELECT id FROM agency WHERE request_id = $1)`
	forgetAgency   = `UPDATE agency SET sealed = NULL, version = version + 1 WHERE request_id = $1`
	selectUnended  = `SELECT EXISTS (SELECT FROM agency g WHERE g.request_id = $1 AND (g.ended_at IS NULL ` + orHolds + `))`
	orHolds        = `OR EXISTS (SELECT FROM agency_entry e WHERE e.agency_id = g.id AND e.kind = 'document' AND e.out_by IS NULL)`
	unendedOfR     = `EXISTS (SELECT FROM agency g WHERE g.request_id = r.id AND (g.ended_at IS NULL ` + orHolds + `))`
	selectStaleOfA = `
SELECT g.no, 0 AS nth, g.sealed FROM agency g WHERE substring(g.sealed FROM 1 FOR 5) <> $1
UNION ALL
SELECT g.no, e.nth, e.sealed FROM agency_entry e JOIN agency g ON g.id = e.agency_id WHERE substring(e.sealed FROM 1 FOR 5) <> $1
ORDER BY 1, 2 LIMIT $2`
	resealAgency = `UPDATE agency SET sealed = $2 WHERE no = $1`
	resealEntry  = `UPDATE agency_entry SET sealed = $3 WHERE agency_id = (SELECT id FROM agency WHERE no = $1) AND nth = $2`
)

func forgetAgencies(ctx context.Context, tx *pg.Tx, id ID) error {
	if _, err := tx.Exec(ctx, forgetEntries, int64(id)); err != nil {
		return fmt.Errorf("forget agencies: %w", err)
	}
	if _, err := tx.Exec(ctx, forgetAgency, int64(id)); err != nil {
		return fmt.Errorf("forget agencies: %w", err)
	}
	return nil
}

// agencyUnended reports whether an errand for a request runs, or somebody still holds its documents.
func agencyUnended(ctx context.Context, q pg.Querier, id ID) (yes bool, err error) {
	if err = q.QueryRow(ctx, selectUnended, int64(id)).Scan(&yes); err != nil {
		return false, fmt.Errorf("running agency: %w", err)
	}
	return yes, nil
}

type staleAgency struct {
	No     string
	Nth    int
	Sealed []byte
}

func staleAgencies(ctx context.Context, q pg.Querier, head []byte, limit int) ([]staleAgency, error) {
	return collect[staleAgency](ctx, q, selectStaleOfA, head, limit)
}

func storeResealed(ctx context.Context, tx *pg.Tx, r staleAgency) (err error) {
	if r.Nth == 0 {
		_, err = tx.Exec(ctx, resealAgency, r.No, r.Sealed)
	} else {
		_, err = tx.Exec(ctx, resealEntry, r.No, r.Nth, r.Sealed)
	}
	if err != nil {
		return fmt.Errorf("reseal agency: %w", err)
	}
	return nil
}
