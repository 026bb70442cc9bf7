package notice

import (
	"context"
	"fmt"
	"strings"

	"github.com/jackc/pgx/v5"

	"portal/internal/authz"
	"portal/internal/fault"
	"portal/internal/page"
)

const objectionList = selectObjection + `
WHERE (@all::bool OR EXISTS (SELECT FROM unnest(@prefixes::text[]) p WHERE n.division LIKE p || '%')) AND (o.replied_at IS NOT NULL) = @answered::bool`
const objectionsDown = objectionList + ` AND (@id::bigint = 0 OR o.id < @id::bigint) ORDER BY o.id DESC LIMIT @limit`
const objectionsUp = objectionList + ` AND o.id > @id::bigint ORDER BY o.id LIMIT @limit`
const countObjections = `
SELECT count(*) FROM (SELECT FROM objection o JOIN notice n ON n.id = o.notice_id
    WHERE o.replied_at IS NULL AND (@all::bool OR EXISTS (SELECT FROM unnest(@prefixes::text[]) p WHERE n.division LIKE p || '%')) LIMIT 1000) x`

const sortObjections = "objection.newest"

func objectionReach(by authz.Actor, do authz.Action) pgx.NamedArgs {
	scope := authz.ReachOf(by, do)
	return pgx.NamedArgs{"all": scope.All, "prefixes": append([]string{}, scope.Prefixes...)}
}

// Objections lists the objections of a person's reach, newest first: those that wait for an answer, or those
// that have one.
func (s *Service) Objections(ctx context.Context, by authz.Actor, answered bool, cursor string, limit int) (page.Page[Objection], error) {
	at, err := page.Decode(cursor, sortObjections, 0)
	if err != nil {
		return page.Page[Objection]{}, fault.InvalidField("after", err.Error())
	}
	limit = Filter{Limit: limit}.limit()
	args := objectionReach(by, authz.ObjectionView)
	args["answered"], args["id"], args["limit"] = answered, at.ID, limit+1
	var rows []Objection
	if at.Back {
		rows, err = objections(ctx, s.db.Q(), objectionsUp, args)
	} else {
		rows, err = objections(ctx, s.db.Q(), objectionsDown, args)
	}
	if err != nil {
		return page.Page[Objection]{}, err
	}
	return page.Cut(rows, limit, at, func(o Objection) page.Cursor { return page.Cursor{Sort: sortObjections, ID: int64(o.ID)} }), nil
}

// Waits is what waits for somebody: signatures and answers.
type Waits struct{ ToIssue, ToAnswer int }

const countToIssue = `
SELECT count(*) FROM (SELECT FROM notice_version v JOIN notice n ON n.id = v.notice_id
    WHERE v.issued_at IS NULL AND v.n > n.shown AND n.state <> 'withdrawn'
      AND (@all::bool OR EXISTS (SELECT FROM unnest(@prefixes::text[]) p WHERE n.division LIKE p || '%')) LIMIT 1000) x`

// Waits counts for the rail and for 待办.
func (s *Service) Waits(ctx context.Context, by authz.Actor) (w Waits, err error) {
	for _, c := range []struct {
		do   authz.Action
		into *int
	}{{authz.NoticeIssue, &w.ToIssue}, {authz.ObjectionReply, &w.ToAnswer}} {
		if !authz.Can(by, c.do) {
			continue
		}
		args := objectionReach(by, c.do)
		if c.do == authz.NoticeIssue {
			err = s.db.Q().QueryRow(ctx, countToIssue, args).Scan(c.into)
		} else {
			err = s.db.Q().QueryRow(ctx, countObjections, args).Scan(c.into)
		}
		if err != nil {
			return w, fmt.Errorf("what waits: %w", err)
		}
	}
	return w, nil
}

const selectSourced = `SELECT source FROM notice WHERE source = ANY($1) AND state <> 'withdrawn'`

// Sourced tells which of the results have a notice already.
func (s *Service) Sourced(ctx context.Context, sources []string) (map[string]bool, error) {
	rows, err := s.db.Q().Query(ctx, selectSourced, append([]string{}, sources...))
	if err != nil {
		return nil, fmt.Errorf("sources of notices: %w", err)
	}
	all, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		return nil, fmt.Errorf("sources of notices: %w", err)
	}
	out := make(map[string]bool, len(all))
	for _, source := range all {
		out[source] = true
	}
	return out, nil
}

const selectPublished = `SELECT EXISTS (SELECT FROM notice n WHERE n.source = $1 AND ` + publicOnly + `)`

// Published reports whether a result was published (R55: the item cannot be closed before).
func (s *Service) Published(ctx context.Context, source string) (out bool, err error) {
	if err := s.db.Q().QueryRow(ctx, selectPublished, strings.TrimSpace(source)).Scan(&out); err != nil {
		return false, fmt.Errorf("published: %w", err)
	}
	return out, nil
}
