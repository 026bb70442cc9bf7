package sheet

import (
	"bytes"
	"errors"
	"strings"
	"testing"
	"time"
	"unicode/utf8"
)

var small = Limits{
	MaxBytes: 1 << 20, MaxUnzip: 4 << 20, MaxRows: 200, MaxColumns: 20, MaxCells: 2000, MaxCell: 500, Timeout: 5 * time.Second,
}

// FuzzReadCSV: any bytes are a table within the limits or a sentence, rows
// rise, and what was read survives being written and read again.
func FuzzReadCSV(f *testing.F) {
	f.Add([]byte(table))
	f.Add([]byte("\xef\xbb\xbfa,b\r\n\r\n1,\"x\r\ny\"\r\n"))
	f.Add([]byte("\xd6\xd0,\xce\xc4\n1,2\n"))
	f.Add([]byte("a,b\n'=1,''+2\n\"x\n"))
	f.Fuzz(func(t *testing.T, data []byte) {
		if kind, _ := sniff(data); kind == kindCSV {
			check(t, data)
		}
	})
}

// FuzzReadXLSX: the same for whatever stands in the worksheet of a workbook.
func FuzzReadXLSX(f *testing.F) {
	f.Add(`<row r="1"><c r="A1" t="inlineStr"><is><t>a</t></is></c><c r="B1"><v>1</v></c></row><row r="3"><c r="B3" t="s"><v>0</v></c></row>`)
	f.Add(`<row r="1"><c t="str"><v>a</v></c></row><row><c s="1"><v>45000</v></c></row><row r="2"><c r="A1" t="d"><v>2026-10-18</v></c></row>`)
	f.Fuzz(func(t *testing.T, sheetData string) {
		check(t, []byte(workbook(t, sheetData)))
	})
}

func check(t *testing.T, data []byte) {
	s, err := Read(t.Context(), bytes.NewReader(data), "", small)
	if err != nil {
		var e *Error
		if !errors.As(err, &e) || e.Error() == "" {
			t.Fatalf("untyped error %v", err)
		}
		return
	}
	if len(s.Rows) > small.MaxRows || len(s.Header) > small.MaxColumns {
		t.Fatalf("%d rows, %d columns", len(s.Rows), len(s.Header))
	}
	last, cells := s.headerRow, [][]string{}
	for _, r := range s.Rows {
		if r.Number <= last || len(r.Cells) != len(s.Header) {
			t.Fatalf("row %d after %d, %d cells for %d columns", r.Number, last, len(r.Cells), len(s.Header))
		}
		last, cells = r.Number, append(cells, r.Cells)
	}
	again(t, s, cells)
}

// again writes and reads the rows once more; a sheet with problems may hold
// what no file keeps, and is left out.
func again(t *testing.T, s *Sheet, cells [][]string) {
	var b bytes.Buffer
	if err := WriteCSV(&b, s.Header, Rows(cells), CSV{}); err != nil {
		t.Fatal(err)
	}
	if len(s.Problems) > 0 || b.Len() > int(small.MaxBytes) || !utf8.Valid(b.Bytes()) {
		return
	}
	back, err := Read(t.Context(), &b, "", small)
	if err != nil || len(back.Rows) != len(cells) {
		t.Fatalf("read back: %v", err)
	}
	for i, r := range back.Rows {
		for j, c := range r.Cells {
			if want := strings.ReplaceAll(cells[i][j], "\r\n", "\n"); c != want {
				t.Fatalf("cell %d/%d: %q, was %q", i, j, c, want)
			}
		}
	}
}
