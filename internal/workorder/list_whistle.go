package workorder

import (
	"context"
	"fmt"
	"time"

	"portal/internal/authz"
	"portal/internal/fault"
	"portal/internal/page"
)

// WhistleTab is a part of the list of whistles; the last two are the rows behind the figures (GRD-15).
type WhistleTab string

// The tabs.
const (
	WhistlesOpen   WhistleTab = "open"
	WhistlesAll    WhistleTab = "all"
	WhistlesMissed WhistleTab = "missed"
	WhistlesAbused WhistleTab = "abused"
)

// WhistleTabs in the order of the page.
var WhistleTabs = []WhistleTab{WhistlesOpen, WhistlesAll, WhistlesMissed, WhistlesAbused}

// Label is the tab's name.
func (t WhistleTab) Label() string {
	return map[WhistleTab]string{WhistlesOpen: "在办", WhistlesAll: "全部", WhistlesMissed: "未按时报到", WhistlesAbused: "被评为不该吹"}[t]
}

const whistleSort, whistlePage = "whistle", 30

// Departments know of a whistle once it is blown.
const whistleReach = `
WHERE ($1 OR EXISTS (SELECT FROM unnest($2::text[]) p WHERE w.community LIKE p || '%')
    OR w.blown_at IS NOT NULL AND EXISTS (SELECT FROM whistle_unit x WHERE x.whistle_id = w.id AND x.unit_id = ANY($3)))
AND CASE $4 WHEN 'open' THEN w.closed_at IS NULL AND w.state <> 'called_off'
    WHEN 'missed' THEN EXISTS (SELECT FROM whistle_unit x WHERE x.whistle_id = w.id AND x.missed_at IS NOT NULL)
    WHEN 'abused' THEN w.abused ELSE true END`

const whistlesDown = selectWhistle + whistleReach + ` AND w.id < $5 ORDER BY w.id DESC LIMIT $6`
const whistlesUp = selectWhistle + whistleReach + ` AND w.id > $5 ORDER BY w.id LIMIT $6`

// Whistles lists whistles in reach, newest first.
func (s *Service) Whistles(ctx context.Context, by authz.Actor, tab WhistleTab, cursor string) (page.Page[Whistle], error) {
	at, err := page.Decode(cursor, whistleSort, 0)
	if err != nil {
		return page.Page[Whistle]{}, fault.InvalidField("at", err.Error())
	}
	if tab.Label() == "" {
		tab = WhistlesOpen
	}
	from, sql := at.ID, whistlesDown
	if at.IsZero() {
		from = 1<<63 - 1
	}
	if at.Back {
		sql = whistlesUp
	}
	r := authz.ReachOf(by, authz.WhistleView)
	rows, err := whistles(ctx, s.db.Q(), sql, r.All, r.Prefixes, r.Units, string(tab), from, whistlePage+1)
	if err != nil {
		return page.Page[Whistle]{}, err
	}
	return page.Cut(rows, whistlePage, at, func(w Whistle) page.Cursor { return page.Cursor{Sort: whistleSort, ID: int64(w.ID)} }), nil
}

// WhistleByNo gives a whistle that the person may see; everything else is not found.
func (s *Service) WhistleByNo(ctx context.Context, by authz.Actor, no string) (Whistle, error) {
	w, err := oneWhistle(ctx, s.db.Q(), whistleByNo, no)
	if err != nil {
		return w, err
	}
	if !w.visible(by) {
		return Whistle{}, ErrNoWhistle
	}
	return w, nil
}

// WhistleClocks gives the clocks of every department, with the reason why each ends when it does.
func (s *Service) WhistleClocks(ctx context.Context, by authz.Actor, w Whistle) ([]Clock, error) {
	if !w.visible(by) {
		return nil, ErrNoWhistle
	}
	return clocks(ctx, s.db.Q(), clocksOfWhistle, int64(w.ID))
}

// WhistleFigures are the two sides of the assessment (GRD-15): of the report-ins whose time is over, how many came
// in time; of the whistles that departments judged, how many should not have been blown.
type WhistleFigures struct {
	Due, InTime    int
	Judged, Abused int
}

// ReportIn is the report-in rate: 95.00%, or — where nothing is due.
func (f WhistleFigures) ReportIn() string { return share(f.InTime, f.Due) }

// Abuse is the rate of whistles that should not have been blown.
func (f WhistleFigures) Abuse() string { return share(f.Abused, f.Judged) }

func share(part, whole int) string {
	if whole == 0 {
		return "—"
	}
	return fmt.Sprintf("%.2f%%", float64(part)*100/float64(whole))
}

const selectWhistleFigures = `
WITH seen AS (SELECT w.id, w.abused FROM whistle w ` + whistleReach + ` AND w.blown_at IS NOT NULL AND w.state <> 'called_off' AND w.blown_at >= $5 AND w.blown_at < $6),
part AS (SELECT x.reported_at, k.due_at FROM seen s JOIN whistle_unit x ON x.whistle_id = s.id
    JOIN work_clock k ON k.whistle_id = x.whistle_id AND k.unit_id = x.unit_id AND k.kind = 'whistle_report')
SELECT (SELECT count(*)::int FROM part WHERE reported_at IS NOT NULL OR due_at <= $7),
    (SELECT count(*)::int FROM part WHERE reported_at <= due_at),
    (SELECT count(*)::int FROM seen WHERE abused IS NOT NULL),
    (SELECT count(*)::int FROM seen WHERE abused)`

// WhistleRates gives the figures of the whistles in reach that were blown in a time.
func (s *Service) WhistleRates(ctx context.Context, by authz.Actor, from, until time.Time) (WhistleFigures, error) {
	r := authz.ReachOf(by, authz.WhistleView)
	all, err := collect[WhistleFigures](ctx, s.db.Q(), "figures of whistles", selectWhistleFigures, r.All, r.Prefixes, r.Units, string(WhistlesAll), from, until, s.db.Now())
	if err != nil || len(all) == 0 {
		return WhistleFigures{}, err
	}
	return all[0], nil
}

const selectWhistleSides = `SELECT id, name FROM unit WHERE requester_kind NOT IN ('residents_committee') ORDER BY name LIMIT 300`

// Side is a department that can be whistled for.
type Side struct {
	ID   int64
	Name string
}

// WhistleSides lists the departments that can be whistled for.
func (s *Service) WhistleSides(ctx context.Context, by authz.Actor) ([]Side, error) {
	if !authz.Can(by, authz.WhistleDraft) {
		return nil, ErrNoWhistle
	}
	return collect[Side](ctx, s.db.Q(), "departments", selectWhistleSides)
}

const selectWhistlePlaces = `
SELECT c.code, d.name FROM community c JOIN division d ON d.code = c.code
WHERE $1 OR EXISTS (SELECT FROM unnest($2::text[]) p WHERE c.code LIKE p || '%') ORDER BY c.code LIMIT 200`

// WhistlePlace is a community for which somebody may draft a whistle.
type WhistlePlace struct{ Code, Name string }

// WhistlePlaces lists them.
func (s *Service) WhistlePlaces(ctx context.Context, by authz.Actor) ([]WhistlePlace, error) {
	r := authz.ReachOf(by, authz.WhistleDraft)
	return collect[WhistlePlace](ctx, s.db.Q(), "communities", selectWhistlePlaces, r.All, r.Prefixes)
}
