package pg

import (
	"context"
	"errors"
	"net"
	"slices"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"portal/internal/fault"
)

var errForeignKey = fault.Conflict("这一页已经用过了。请打开新的一页再填")

// ErrNoRows is what a single-row query gives when there is none.
var ErrNoRows = pgx.ErrNoRows

// Constraint turns a violated named constraint into the field message that stands beside it in
// the store's map; every other error passes unchanged.
func Constraint(err error, byName map[string]fault.Field) error {
	var pgErr *pgconn.PgError
	if errors.As(err, &pgErr) && pgErr.ConstraintName != "" {
		if f, ok := byName[pgErr.ConstraintName]; ok {
			return fault.Invalid(f)
		}
	}
	return err
}

// code gives the SQLSTATE inside err, or "".
func code(err error) string {
	var pgErr *pgconn.PgError
	if errors.As(err, &pgErr) {
		return pgErr.Code
	}
	return ""
}

func retryable(err error) bool { return slices.Contains([]string{"40001", "40P01"}, code(err)) }

// passing are the SQLSTATEs of trouble that a later try may not meet: lock and statement
// time-outs, shutdown, too many connections, disk full, read-only standby.
var passing = []string{"55P03", "57014", "57P01", "57P02", "57P03", "53000", "53100", "53200", "53300", "25006", "08000", "08003", "08006"}

// Trouble marks passing trouble of the database as such, so that the page says 「请过一会儿再点一次」
// with status 503 and keeps the filled form. Faults pass unchanged.
func Trouble(err error) error {
	if err == nil {
		return nil
	}
	if _, ok := fault.As(err); ok {
		return err
	}
	var netErr net.Error
	var connErr *pgconn.ConnectError
	switch {
	case slices.Contains(passing, code(err)), retryable(err),
		errors.As(err, &connErr), errors.As(err, &netErr), errors.Is(err, context.DeadlineExceeded), pgconn.SafeToRetry(err):
		return fault.Unavailable(err)
	case code(err) == "22021": // bytes that are no text; input is cleaned before, so this is the last wall
		return fault.InvalidField("", "有无法识别的字符，请删去后再试")
	}
	return err
}
