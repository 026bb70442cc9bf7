package admission

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"

	"portal/internal/authz"
	"portal/internal/workday"
)

// Waits are the figures of the rail: what waits for one person, each cut at MaxCount + 1.
type Waits struct {
	Review     int // applications before the street
	Mine       int // drafts and returned applications of the own unit
	Conditions int // conditions to confirm
	Tasks      int // 清单外任务 without an answer
	Letters    int // refusals and returns to answer
	Held       int // letters that wait for a clause
	Signs      int // handovers of grids to sign next
	Vacant     int // vacant A and B posts of the grids that this person keeps
	Unread     int // lines of the inbox
}

// Todos is how many lines 待办 shows.
func (w Waits) Todos() int {
	return w.Review + w.Mine + w.Conditions + w.Tasks + w.Letters + w.Held + w.Signs + w.Vacant
}

// Everything that a rail shows in one trip; figures of other tables are only read here.
const selectWaits = `
SELECT
  CASE WHEN @decides THEN (SELECT count(*) FROM (SELECT 1 FROM application a
    WHERE a.state IN ('submitted', 'accepted', 'street_review') ORDER BY a.due_on, a.id LIMIT @most) n) ELSE 0 END::int AS review,
  (SELECT count(*) FROM (SELECT 1 FROM application a WHERE a.unit_id = ANY(@units) AND a.state IN ('draft', 'returned') LIMIT @most) n)::int AS mine,
  (SELECT count(*) FROM (SELECT 1 FROM application_condition c JOIN unnest(@confirms::text[]) p ON starts_with(c.division, p)
    WHERE c.confirmed_at IS NULL LIMIT @most) n)::int AS conditions,
  (SELECT count(*) FROM (SELECT 1 FROM offlist_task t JOIN unnest(@answers::text[]) p ON starts_with(t.community, p)
    WHERE t.state = 'logged' LIMIT @most) n)::int AS tasks,
  (SELECT count(*) FROM (SELECT 1 FROM refusal r WHERE r.state = 'issued' AND r.unit_id = ANY(@replies) LIMIT @most) n)::int AS letters,
  CASE WHEN @clauses THEN (SELECT count(*) FROM (SELECT 1 FROM refusal r WHERE r.state = 'held' LIMIT @most) n) ELSE 0 END::int AS held,
  (SELECT count(*) FROM (SELECT 1 FROM grid_handover h JOIN grid_worker w
    ON w.id = CASE WHEN h.state = 'drawn' AND h.giver_id IS NOT NULL THEN h.giver_id ELSE h.receiver_id END
    WHERE @signs AND h.state IN ('drawn', 'given') AND w.account_id = @account LIMIT @most) n)::int AS signs,
  (SELECT count(*) FROM (SELECT 1 FROM grid_assignment p JOIN grid g ON g.id = p.grid_id
    WHERE (@keepsall OR EXISTS (SELECT FROM unnest(@keeps::text[]) r WHERE starts_with(g.code, r)))
    AND p.worker_id IS NULL AND p.role IN ('a', 'b') AND p.valid @> @today::date LIMIT @most) n)::int AS vacant,
  (SELECT count(*) FROM (SELECT 1 FROM inbox_line l WHERE l.account_id = @account AND l.read_at IS NULL LIMIT @most) n)::int AS unread`

// Waits counts what waits for a person, in one query.
func (s *Service) Waits(ctx context.Context, by authz.Actor) (Waits, error) {
	keeps := authz.ReachOf(by, authz.GridAssign)
	args := pgx.NamedArgs{"signs": authz.Can(by, authz.HandoverSign), "keeps": keeps.Prefixes, "keepsall": keeps.All, "today": workday.DayOf(s.db.Now()),
		"decides": authz.Can(by, authz.AppApprove), "units": authz.ReachOf(by, authz.AppDraft).Units,
		"confirms": authz.ReachOf(by, authz.CondConfirm).Prefixes, "answers": authz.ReachOf(by, authz.RefusalIssue).Prefixes,
		"replies": authz.ReachOf(by, authz.RefusalReply).Units, "clauses": authz.Can(by, authz.ClauseConfirm), "account": by.AccountID, "most": MaxCount + 1}
	rows, err := s.db.Q().Query(ctx, selectWaits, args)
	if err != nil {
		return Waits{}, fmt.Errorf("what waits: %w", err)
	}
	w, err := pgx.CollectExactlyOneRow(rows, pgx.RowToStructByName[Waits])
	if err != nil {
		return Waits{}, fmt.Errorf("what waits: %w", err)
	}
	return w, nil
}

const tabCounts = `
SELECT
  (SELECT count(*) FROM (SELECT 1 FROM application a WHERE `
const tabCounts2 = ` ORDER BY a.due_on, a.id LIMIT @most) n)::int AS review,
  (SELECT count(*) FROM (SELECT 1 FROM application a WHERE a.unit_id = ANY(@units) AND a.state IN ('draft', 'returned') LIMIT @most) n)::int AS mine,
  (SELECT count(*) FROM (SELECT 1 FROM application a WHERE `
const tabCounts3 = ` ORDER BY a.id DESC LIMIT @most) n)::int AS "all",
  (SELECT count(*) FROM (SELECT 1 FROM application a WHERE `
const ofAdmitted = ` AND a.state IN ('approved', 'approved_with_conditions') AND `
const tabRunning = ofAdmitted + begun + ` AND a.start_on <= @today::date AND ` + last + ` >= @today::date ORDER BY ` + last + `, a.id LIMIT @most) n)::int AS running,
  (SELECT count(*) FROM (SELECT 1 FROM application a WHERE `
const tabExpiring = ofAdmitted + begun + ` AND ` + last + ` BETWEEN @today::date AND @soon::date ORDER BY ` + last + `, a.id LIMIT @most) n)::int AS expiring,
  (SELECT count(*) FROM (SELECT 1 FROM application a WHERE `
const tabLeft = ofAdmitted + last + ` < @today::date ORDER BY ` + last + `, a.id LIMIT @most) n)::int AS "left",
  (SELECT count(*) FROM (SELECT 1 FROM application a WHERE `
const tabRejected = ` AND a.state = 'rejected' ORDER BY a.id DESC LIMIT @most) n)::int AS rejected`

const anyTabs = tabCounts + anyReach + waits + tabCounts2 + anyReach + tabCounts3 + anyReach + tabRunning + anyReach + tabExpiring +
	anyReach + tabLeft + anyReach + tabRejected
const nearTabs = tabCounts + nearReach + waits + tabCounts2 + nearReach + tabCounts3 + nearReach + tabRunning + nearReach + tabExpiring +
	nearReach + tabLeft + nearReach + tabRejected

// TabCounts counts the tabs of a person without filters; a number above MaxCount means more.
func (s *Service) TabCounts(ctx context.Context, by authz.Actor, today workday.Day) (map[Tab]int, error) {
	reach := authz.ReachOf(by, authz.AppList)
	own := authz.ReachOf(by, authz.AppDraft).Units
	args := pgx.NamedArgs{"units": append(reach.Units, own...), "prefixes": reach.Prefixes, "today": today, "soon": today.Add(ExpiringDays), "most": MaxCount + 1}
	var review, mine, all, running, expiring, gone, rejected int
	var err error
	read := []any{&review, &mine, &all, &running, &expiring, &gone, &rejected}
	if reach.All {
		err = s.db.Q().QueryRow(ctx, anyTabs, args).Scan(read...)
	} else {
		err = s.db.Q().QueryRow(ctx, nearTabs, args).Scan(read...)
	}
	if err != nil {
		return nil, fmt.Errorf("count tabs: %w", err)
	}
	return map[Tab]int{TabReview: review, TabMine: mine, TabAll: all, TabRunning: running, TabExpiring: expiring, TabLeft: gone, TabRejected: rejected}, nil
}

// WaitingCondition is a condition to confirm with the application it belongs to.
type WaitingCondition struct {
	ID        int64
	Year, Seq int
	Title     string
	UnitName  string
	Community string
	Words     string
	Mandatory bool
}

// Path is the application's page, where the condition is confirmed.
func (c WaitingCondition) Path() string {
	return fmt.Sprintf("/desk/applications/%d-%d#condition-%d", c.Year, c.Seq, c.ID)
}

const selectWaitingConditions = `
SELECT c.id, a.year, a.seq, a.title, u.name AS unit_name, coalesce(d.name, c.division) AS community, c.words, c.mandatory
FROM application_condition c
JOIN unnest(@confirms::text[]) p ON starts_with(c.division, p)
JOIN application a ON a.id = c.application_id JOIN unit u ON u.id = a.unit_id LEFT JOIN division d ON d.code = c.division
WHERE c.confirmed_at IS NULL
ORDER BY c.id LIMIT @most`

// WaitingConditions lists the conditions that a secretary has to confirm, oldest first.
func (s *Service) WaitingConditions(ctx context.Context, by authz.Actor) ([]WaitingCondition, error) {
	prefixes := authz.ReachOf(by, authz.CondConfirm).Prefixes
	if len(prefixes) == 0 {
		return nil, nil
	}
	rows, err := s.db.Q().Query(ctx, selectWaitingConditions, pgx.NamedArgs{"confirms": prefixes, "most": 50})
	if err != nil {
		return nil, fmt.Errorf("waiting conditions: %w", err)
	}
	out, err := pgx.CollectRows(rows, pgx.RowToStructByName[WaitingCondition])
	if err != nil {
		return nil, fmt.Errorf("waiting conditions: %w", err)
	}
	return out, nil
}

// Beside are the neighbours of an application in the queue, nil where there is none.
type Beside struct {
	Position       int // in the queue, 0 when it does not wait; counted to MaxCount
	PrevYear       *int
	PrevSeq        *int
	NextYear       *int
	NextSeq        *int
	FirstYear      *int // of the whole queue, for 看下一件 at its end
	FirstSeq       *int
	FirstIsAnother bool
}

const selectBeside = `
WITH me AS (SELECT @day::date AS due_on, @id::bigint AS id)
SELECT CASE WHEN @waits THEN 1 + (SELECT count(*) FROM (SELECT 1 FROM application a, me WHERE (a.due_on, a.id) < (me.due_on, me.id)
         AND a.state IN ('submitted', 'accepted', 'street_review') LIMIT @most) n) ELSE 0 END::int AS position,
       p.year AS prev_year, p.seq AS prev_seq, n.year AS next_year, n.seq AS next_seq, f.year AS first_year, f.seq AS first_seq,
       coalesce(f.id <> me.id, false) AS first_is_another
FROM me
LEFT JOIN LATERAL (SELECT a.year, a.seq FROM application a WHERE (a.due_on, a.id) < (me.due_on, me.id) AND a.state IN ('submitted', 'accepted', 'street_review')
  ORDER BY a.due_on DESC, a.id DESC LIMIT 1) p ON true
LEFT JOIN LATERAL (SELECT a.year, a.seq FROM application a WHERE (a.due_on, a.id) > (me.due_on, me.id) AND a.state IN ('submitted', 'accepted', 'street_review')
  ORDER BY a.due_on, a.id LIMIT 1) n ON true
LEFT JOIN LATERAL (SELECT a.id, a.year, a.seq FROM application a WHERE a.state IN ('submitted', 'accepted', 'street_review')
  ORDER BY a.due_on, a.id LIMIT 1) f ON true`

// BesideInQueue finds the neighbours in the queue of those who decide (ux.md §7 j/k, J2). A decided
// application keeps its place, so the next one after it is found as well.
func (s *Service) BesideInQueue(ctx context.Context, by authz.Actor, a Application) (Beside, error) {
	if !authz.Can(by, authz.AppApprove) || a.DueOn.IsZero() {
		return Beside{}, nil
	}
	rows, err := s.db.Q().Query(ctx, selectBeside, pgx.NamedArgs{"day": a.DueOn, "id": a.ID, "waits": underReview(a.State), "most": MaxCount})
	if err != nil {
		return Beside{}, fmt.Errorf("neighbours: %w", err)
	}
	b, err := pgx.CollectExactlyOneRow(rows, pgx.RowToStructByName[Beside])
	if err != nil {
		return Beside{}, fmt.Errorf("neighbours: %w", err)
	}
	return b, nil
}

// Prev and Next are the pages of the neighbours, "" where there is none; after the last one the
// queue begins again.
func (b Beside) Prev() string { return pathOf(b.PrevYear, b.PrevSeq) }

// Next is the page of the one that follows.
func (b Beside) Next() string {
	if p := pathOf(b.NextYear, b.NextSeq); p != "" || !b.FirstIsAnother {
		return p
	}
	return pathOf(b.FirstYear, b.FirstSeq)
}

func pathOf(year, seq *int) string {
	if year == nil || seq == nil {
		return ""
	}
	return Application{Year: year, Seq: seq}.Path()
}
