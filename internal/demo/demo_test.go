package demo

import (
	"io"
	"testing"

	"portal/internal/pg/pgtest"
)

// An empty database is seeded whole, and a second start changes nothing.
func TestSeed(t *testing.T) {
	t.Parallel()
	db := pgtest.New(t)
	seeded, err := EnsureSeeded(t.Context(), db, "", Stores{Files: t.TempDir()}, io.Discard)
	if err != nil || !seeded {
		t.Fatalf("seeded %v, %v", seeded, err)
	}
	again, err := EnsureSeeded(t.Context(), db, "", Stores{Files: t.TempDir()}, io.Discard)
	if err != nil || again {
		t.Errorf("second start seeded %v, %v", again, err)
	}
}
