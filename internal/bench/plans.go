package bench

import (
	"context"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
)

// explained runs the portal's own query functions and gives the plan of every statement they sent,
// as auto_explain saw it; nobody has to copy a statement here to look at it.
func explained(ctx context.Context, url string, run func(q *pgx.Conn) error) (plans []string, err error) {
	cfg, err := pgx.ParseConfig(url)
	if err != nil {
		return nil, err
	}
	cfg.OnNotice = func(_ *pgconn.PgConn, n *pgconn.Notice) {
		if strings.Contains(n.Message, "plan:") {
			plans = append(plans, n.Message)
		}
	}
	conn, err := pgx.ConnectConfig(ctx, cfg)
	if err != nil {
		return nil, err
	}
	defer conn.Close(context.WithoutCancel(ctx))
	for _, sql := range []string{`LOAD 'auto_explain'`, `SET auto_explain.log_level = notice`, `SET auto_explain.log_analyze = on`,
		`SET auto_explain.log_timing = off`, `SET auto_explain.log_min_duration = 0`, `SET client_min_messages = notice`} {
		if _, err := conn.Exec(ctx, sql); err != nil {
			return nil, fmt.Errorf("%s: %w", sql, err)
		}
	}
	err = run(conn)
	return plans, err
}

// big are the tables that no page may read from end to end.
var big = []string{"admission_item", "admission_item_version", "admission_item_scope", "application", "application_check", "audit_entry"}

var (
	scanNode = regexp.MustCompile(`((?:Index Only Scan|Index Scan|Bitmap Index Scan)(?: Backward)? (?:using|on) \w+|Seq Scan on \w+)`)
	tookLine = regexp.MustCompile(`duration: ([0-9.]+) ms`)
)

// readPlan names the indexes that a plan walks, and the big tables it reads from end to end.
func readPlan(plan string) (walks, reads []string, ms string) {
	for _, m := range scanNode.FindAllString(plan, -1) {
		if table, whole := strings.CutPrefix(m, "Seq Scan on "); whole {
			if slices.Contains(big, table) {
				reads = append(reads, table)
			}
			continue
		}
		name := m[strings.LastIndexByte(m, ' ')+1:]
		if !slices.Contains(walks, name) {
			walks = append(walks, name)
		}
	}
	if m := tookLine.FindStringSubmatch(plan); m != nil {
		ms = m[1]
	}
	return walks, reads, ms
}
