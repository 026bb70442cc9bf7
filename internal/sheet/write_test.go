package sheet

import (
	"bytes"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/xuri/excelize/v2"
	"pgregory.net/rapid"
)

var dangerous = []string{
	"=1+1", "+1", "-1", "@SUM(1)", "\t=1", "\r=1", "\n=1", "＝1", "＋1", "－1", "＠x",
	"=HYPERLINK(\"http://x\",\"点我\")", "'=1", "''=1", "-",
}

// No cell that leaves for people starts with a sign that a spreadsheet runs.
func TestWriteCSVDefuses(t *testing.T) {
	for _, v := range dangerous {
		var b bytes.Buffer
		if err := WriteCSV(&b, []string{"a", "b"}, Rows([][]string{{v, "x"}}), CSV{}); err != nil {
			t.Fatal(err)
		}
		text, bom := strings.CutPrefix(b.String(), "\xef\xbb\xbf")
		line, _ := strings.CutPrefix(text, "a,b\n")
		if cell := strings.TrimPrefix(line, `"`); !bom || !strings.HasPrefix(cell, "'") {
			t.Errorf("%q is written as %q", v, b.String())
		}
	}
	for _, v := range []string{"招商引资", "'引'", "a=b", "1-2", ""} {
		if got := defuse(v); got != v {
			t.Errorf("%q becomes %q", v, got)
		}
	}
}

func TestWriteCSVExact(t *testing.T) {
	var b bytes.Buffer
	err := WriteCSV(&b, []string{"a"}, Rows([][]string{{"=1"}, {"-x"}, {"甲,乙"}}), CSV{Exact: true, NoBOM: true})
	if want := "a\n=1\n-x\n\"甲,乙\"\n"; err != nil || b.String() != want {
		t.Errorf("got %q, %v; want %q", b.String(), err, want)
	}
}

func TestWriteReport(t *testing.T) {
	var b bytes.Buffer
	err := WriteReport(&b, []Problem{{3, "code", "=cmd|' /C calc'!A1", "编号重复，请改正。"}})
	want := "\xef\xbb\xbfrow,column,value,reason\n3,code,'=cmd|' /C calc'!A1,编号重复，请改正。\n"
	if err != nil || b.String() != want {
		t.Errorf("got %q, %v; want %q", b.String(), err, want)
	}
}

// A list that fails half-way does not pass for a whole one.
func TestWriteStopsOnError(t *testing.T) {
	broken := errors.New("database gone")
	rows := func(yield func([]string, error) bool) {
		_ = yield([]string{"1"}, nil) && yield(nil, broken)
	}
	if err := WriteCSV(&bytes.Buffer{}, []string{"a"}, rows, CSV{}); !errors.Is(err, broken) {
		t.Errorf("csv: %v", err)
	}
	if err := WriteXLSX(&bytes.Buffer{}, "清单", []string{"a"}, rows); !errors.Is(err, broken) {
		t.Errorf("xlsx: %v", err)
	}
	if err := WriteCSV(full{broken}, []string{"a"}, Rows(nil), CSV{}); !errors.Is(err, broken) {
		t.Errorf("full disk: %v", err)
	}
}

type full struct{ err error }

func (f full) Write([]byte) (int, error) { return 0, f.err }

// The workbook holds text cells only, a bold header and a frozen first row.
func TestWriteXLSX(t *testing.T) {
	data := xlsx(t, []string{"code", "=title"}, []string{"007", "=1+1"})
	f, err := excelize.OpenReader(strings.NewReader(data))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = f.Close() }()
	for _, at := range []string{"A2", "B1", "B2"} {
		formula, err1 := f.GetCellFormula("清单", at)
		kind, err2 := f.GetCellType("清单", at)
		if formula != "" || kind != excelize.CellTypeInlineString || err1 != nil || err2 != nil {
			t.Errorf("%s: formula %q, type %v, %v %v", at, formula, kind, err1, err2)
		}
	}
	id, _ := f.GetCellStyle("清单", "A1")
	style, err := f.GetStyle(id)
	if err != nil || style.Font == nil || !style.Font.Bold {
		t.Errorf("header style %+v, %v", style, err)
	}
	panes, err := f.GetPanes("清单")
	if err != nil || !panes.Freeze || panes.YSplit != 1 {
		t.Errorf("panes %+v, %v", panes, err)
	}
}

// What is exported for people and read back holds the same values: dangerous
// starts, quotes, line breaks, rare characters and all.
func TestRoundTrip(t *testing.T) {
	cell := rapid.Custom(func(t *rapid.T) string {
		s := rapid.SampledFrom(append(dangerous, "", "'", "''", "\"", "，")).Draw(t, "start") +
			rapid.StringOf(rapid.SampledFrom([]rune("甲𠮷㛃a1=+-@'\",;|\n\t 　，。㈱é"))).Draw(t, "rest")
		return strings.ReplaceAll(s, "\r", "\n")
	})
	writers := map[string]func(*bytes.Buffer, []string, [][]string) error{
		"csv": func(b *bytes.Buffer, h []string, r [][]string) error { return WriteCSV(b, h, Rows(r), CSV{}) },
		"xlsx": func(b *bytes.Buffer, h []string, r [][]string) error {
			return WriteXLSX(b, "清单", h, Rows(r))
		},
	}
	for name, write := range writers {
		t.Run(name, func(t *testing.T) {
			rapid.Check(t, func(t *rapid.T) {
				rows := rapid.SliceOfN(rapid.SliceOfN(cell, 3, 3), 0, 6).Draw(t, "rows")
				for i := range rows {
					rows[i] = append(rows[i], fmt.Sprint(i)) // no row is blank
				}
				var b bytes.Buffer
				if err := write(&b, []string{"=a", "'b", "c", "n"}, rows); err != nil {
					t.Fatal(err)
				}
				s, err := Read(t.Context(), &b, "", Limits{})
				if err != nil {
					t.Fatal(err)
				}
				got := make([][]string, 0, len(rows))
				for _, r := range s.Rows {
					got = append(got, r.Cells)
				}
				if diff := cmp.Diff(append([][]string{}, rows...), got); diff != "" || len(s.Problems) != 0 {
					t.Fatalf("%s\n%v", diff, s.Problems)
				}
				if diff := cmp.Diff([]string{"=a", "'b", "c", "n"}, s.Header); diff != "" {
					t.Fatal(diff)
				}
			})
		})
	}
}

// A defused CSV that a person opens and saves as a workbook keeps its
// apostrophes as text; reading it takes them off all the same.
func TestDefusedCSVSavedAsWorkbook(t *testing.T) {
	f := excelize.NewFile()
	defer func() { _ = f.Close() }()
	var b bytes.Buffer
	err := errors.Join(f.SetSheetRow("Sheet1", "A1", &[]string{"a"}), f.SetSheetRow("Sheet1", "A2", &[]string{"'=1"}), f.Write(&b))
	if err != nil {
		t.Fatal(err)
	}
	if s := read(t, b.String(), Limits{}); s.Rows[0].Cells[0] != "=1" {
		t.Errorf("got %q", s.Rows[0].Cells[0])
	}
}
