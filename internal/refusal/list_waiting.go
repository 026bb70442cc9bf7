package refusal

import (
	"context"
	"fmt"
	"strings"

	"github.com/jackc/pgx/v5"

	"portal/internal/authz"
	"portal/internal/pg"
	"portal/internal/workday"
)

// Todo is one line of 待办 from this domain.
type Todo struct {
	Title  string      // what was asked
	Detail string      // 区城市管理局 · 工作群 · 林禾登记
	Answer Outcome     // of a task; "" for letters
	Button string      // the verb, named by the outcome
	Href   string      // opens the page where the same verb is one click
	DueOn  workday.Day // no day: no clock
	Kind   string      // TaskKind, RefusalKind or legal's clause
}

const waitingTasks = `
SELECT t.id, t.year, t.seq, t.community, d.name AS community_name, COALESCE(u.name, t.requester_words) AS requester_name, t.title, t.channel, t.asked_on,
    t.state, t.outcome, a.name AS logged_by_name, t.logged_at
FROM offlist_task t
JOIN division d ON d.code = t.community
JOIN account a ON a.id = t.logged_by
LEFT JOIN unit u ON u.id = t.requester_id
WHERE t.state = 'logged' AND t.community LIKE ANY($1)
ORDER BY t.id LIMIT 50`

const waitingReplies = `SELECT ` + refusalColumns + fromRefusal + ` WHERE r.state = 'issued' AND r.unit_id = ANY($1) ORDER BY r.due_on, r.id LIMIT 50`
const waitingHeld = `SELECT ` + refusalColumns + fromRefusal + ` WHERE r.state = 'held' ORDER BY r.id LIMIT 50`

// Waiting lists what waits for the actor here: tasks without an answer for the people of a community
// (with the button that the outcome names, J3), letters to answer for a department, held letters for
// the legality reviewer.
func Waiting(ctx context.Context, q pg.Querier, by authz.Actor) ([]Todo, error) {
	var out []Todo
	if prefixes := authz.ReachOf(by, authz.RefusalIssue).Prefixes; len(prefixes) > 0 {
		rows, err := q.Query(ctx, waitingTasks, startsWith(prefixes))
		if err != nil {
			return nil, fmt.Errorf("tasks that wait: %w", err)
		}
		all, err := pgx.CollectRows(rows, pgx.RowToStructByName[TaskLine])
		if err != nil {
			return nil, fmt.Errorf("tasks that wait: %w", err)
		}
		for _, t := range all {
			out = append(out, Todo{Title: t.Title, Detail: detail(t.RequesterName, t.Channel.Label(), t.LoggedByName+"登记"), Answer: t.Outcome,
				Button: t.Outcome.Acts()[0].Verb(), Href: "/desk/tasks/" + t.Slug() + "/responses/new", Kind: TaskKind})
		}
	}
	if units := authz.ReachOf(by, authz.RefusalReply).Units; len(units) > 0 {
		all, err := refusals(ctx, q, waitingReplies, units)
		if err != nil {
			return nil, err
		}
		for _, r := range all {
			out = append(out, Todo{Title: r.Title, Detail: detail(r.CommunityName, r.Kind.Done(), "理由 "+r.ReasonCode.Label()), Button: authz.RefusalReply.Label(),
				Href: href(r), DueOn: r.DueOn, Kind: RefusalKind})
		}
	}
	if authz.Can(by, authz.ClauseConfirm) {
		all, err := refusals(ctx, q, waitingHeld)
		if err != nil {
			return nil, err
		}
		for _, r := range all {
			out = append(out, Todo{Title: r.Title, Detail: detail(r.CommunityName, "函等条款核实后发出"), Button: authz.ClauseConfirm.Label(),
				Href: "/desk/settings/clauses", Kind: RefusalKind})
		}
	}
	return out, nil
}

func startsWith(prefixes []string) []string {
	out := make([]string, len(prefixes))
	for i, p := range prefixes {
		out[i] = p + "%"
	}
	return out
}

func detail(parts ...string) string { return strings.Join(parts, " · ") }
