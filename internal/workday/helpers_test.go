package workday

import (
	"encoding/csv"
	"os"
	"testing"
)

// day reads a day of a test table, which must be right.
func day(t testing.TB, s string) Day {
	t.Helper()
	d, err := ParseDay(s)
	if err != nil {
		t.Fatalf("test day %q: %v", s, err)
	}
	return d
}

// shipped is the calendar of the years that ship with the portal.
func shipped(t testing.TB) *Calendar {
	t.Helper()
	cal, err := NewCalendar(Published())
	if err != nil {
		t.Fatalf("published years: %v", err)
	}
	return cal
}

// rowsOf reads a table of testdata.
func rowsOf(t testing.TB, path string) [][]string {
	t.Helper()
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	reader := csv.NewReader(f)
	reader.Comment = '#'
	rows, err := reader.ReadAll()
	if err != nil {
		t.Fatalf("%s: %v", path, err)
	}
	return rows[1:]
}
