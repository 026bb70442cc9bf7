package devdb

import (
	"context"
	"os"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"
)

// The server's own log tells that a row was refused, and nothing of the row (reliability.md §2 rule 21).
func TestServerLogIsQuiet(t *testing.T) {
	t.Parallel()
	s, err := Start(t.Context(), Options{Ephemeral: true, Fast: true})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Stop() })
	conn, err := pgx.Connect(t.Context(), s.URL())
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(context.WithoutCancel(t.Context()))
	const table = `CREATE TABLE person (phone text UNIQUE CHECK (char_length(phone) < 12))`
	if _, err := conn.Exec(t.Context(), table); err != nil {
		t.Fatal(err)
	}
	const insert, known, unread = `INSERT INTO person VALUES ($1)`, "13851770001", "138517700021"
	for _, phone := range []string{known, known, unread} {
		_, _ = conn.Exec(t.Context(), insert, phone)
	}
	if _, err := conn.CopyFrom(t.Context(), pgx.Identifier{"person"}, []string{"phone"}, pgx.CopyFromRows([][]any{{unread}})); err == nil {
		t.Fatal("the row was taken")
	}
	log, err := os.ReadFile(s.spot.log())
	if err != nil {
		t.Fatal(err)
	}
	if got := string(log); !strings.Contains(got, "person_phone_key") || strings.Contains(got, known) || strings.Contains(got, unread) {
		t.Errorf("log:\n%s", got)
	}
}
