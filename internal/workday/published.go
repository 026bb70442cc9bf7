package workday

import (
	_ "embed"
	"encoding/csv"
	"slices"
	"strings"
	"sync"
)

//go:embed calendar.csv
var calendarCSV string

const publishedSource = "npm chinese-days 1.5.7 (MIT)，并按国务院办公厅通知校正"

// Published gives the years that ship with the portal, 2004 to 2026, in order.
// The caller may change what it gets.
func Published() []YearTable {
	tables := slices.Clone(published())
	for i := range tables {
		tables[i].Days = slices.Clone(tables[i].Days)
	}
	return tables
}

// published reads the embedded file once. A file that does not read is a mistake
// made when building the program, which the tests of this package catch.
var published = sync.OnceValue(func() []YearTable {
	reader := csv.NewReader(strings.NewReader(calendarCSV))
	reader.Comment = '#'
	records, err := reader.ReadAll()
	if err != nil {
		panic("workday: calendar.csv: " + err.Error())
	}
	var tables []YearTable
	for _, rec := range records[1:] {
		day, err := ParseDay(rec[0])
		if err != nil {
			panic("workday: calendar.csv: " + rec[0])
		}
		if n := len(tables); n == 0 || tables[n-1].Year != day.Year() {
			tables = append(tables, YearTable{Year: day.Year(), Source: publishedSource})
		}
		last := &tables[len(tables)-1]
		last.Days = append(last.Days, SpecialDay{day, Kind(rec[1]), rec[2]})
	}
	for i := range tables {
		tables[i].Version = fingerprint(tables[i].Year, tables[i].Days)
	}
	return tables
})
