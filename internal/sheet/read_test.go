package sheet

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

const table = "code,title,note\nNEG-001,招商引资,\"第一行\n第二行\"\n\nNEG-002,𠮷㛃,a;b\n"

var tableRows = []Row{
	{2, []string{"NEG-001", "招商引资", "第一行\n第二行"}},
	{4, []string{"NEG-002", "𠮷㛃", "a;b"}},
}

// However the same table was saved, it reads as the same rows with the
// numbers that a person sees.
func TestReadSpellings(t *testing.T) {
	cr := strings.ReplaceAll("code,title,note\nNEG-001,招商引资,x\n\nNEG-002,𠮷㛃,a;b\n", "\n", "\r")
	crRows := []Row{{2, []string{"NEG-001", "招商引资", "x"}}, tableRows[1]}
	cases := []struct {
		name, data string
		want       []Row
	}{
		{"UTF-8, LF", table, tableRows},
		{"UTF-8 with BOM", "\xef\xbb\xbf" + table, tableRows},
		{"CRLF", strings.ReplaceAll(table, "\n", "\r\n"), tableRows},
		{"BOM and CRLF", "\xef\xbb\xbf" + strings.ReplaceAll(table, "\n", "\r\n"), tableRows},
		{"GB18030", gb18030(t, table), tableRows},
		{"GB18030 and CRLF", gb18030(t, strings.ReplaceAll(table, "\n", "\r\n")), tableRows},
		{"CR", cr, crRows},
		{"no last line end", strings.TrimSuffix(table, "\n"), tableRows},
		{"blank cells row", strings.Replace(table, "\n\n", "\n,,\n", 1), tableRows},
		{"XLSX", xlsx(t, []string{"code", "title", "note"}, tableRows[0].Cells, nil, tableRows[1].Cells), tableRows},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			s := read(t, c.data, Limits{})
			if diff := cmp.Diff([]string{"code", "title", "note"}, s.Header); diff != "" {
				t.Error(diff)
			}
			if diff := cmp.Diff(c.want, s.Rows); diff != "" {
				t.Error(diff)
			}
			if len(s.Problems) != 0 {
				t.Errorf("problems %v", s.Problems)
			}
			if got := s.Get(s.Rows[1], " Title "); got != "𠮷㛃" || s.Get(s.Rows[1], "other") != "" || s.Has("other") {
				t.Errorf("Get = %q", got)
			}
		})
	}
}

// Blank rows above the header are counted, as the spreadsheet counts them.
func TestHeaderBelowBlankRows(t *testing.T) {
	for name, data := range map[string]string{
		"CSV":  "\n,,\na,b,\n1,2,\n",
		"XLSX": xlsx(t, nil, nil, []string{"a", "b"}, []string{"1", "2"}),
	} {
		s := read(t, data, Limits{})
		if len(s.Rows) != 1 || s.Rows[0].Number != 4 || s.Get(s.Rows[0], "b") != "2" {
			t.Errorf("%s: %+v", name, s.Rows)
		}
		if p := s.CheckHeader(Columns{Required: []string{"a", "b", "c"}}); len(p) != 1 || p[0].Row != 3 {
			t.Errorf("%s: %+v", name, p)
		}
	}
}

// A row that is wrong is reported by its number; the others are read.
func TestRowProblems(t *testing.T) {
	long := strings.Repeat("长", 21)
	cases := []struct {
		name, data, reason string
		row                int
		column             string
	}{
		{"short row", "a,b\n1,2\n3\n4,5\n", "对不上", 3, ""},
		{"long row", "a,b\n1,2\n3,4,5\n", "对不上", 3, ""},
		{"bare quote", "a,b\n1,2\nx\"y,4\n5,6\n", "双引号", 3, ""},
		{"open quote", "a,b\n1,2\n\"x,4\n5,6\n", "双引号", 3, ""},
		{"after a quoted line break", "a,b\n\"1\n1\n1\",2\n3\n", "对不上", 3, ""},
		{"after empty lines", "a,b\n\n\r\n1,2\n\n3\n", "对不上", 6, ""},
		{"cell under no name", "a,\n1,\n2,x\n", "没有列名", 3, ""},
		{"control character", "a,b\n1,x\x07y\n3,4\n5,6\n7,8\n9,10\n", "控制字符", 2, "b"},
		{"replacement character", "a,b\n1,\ufffd\n", "乱码", 2, "b"},
		{"overlong cell", "a,b\n1," + long + "\n", "20 字", 2, "b"},
		{"damaged number", "a,b\n1,3.20104E+11\n", "改写", 2, "b"},
		{"failed formula", "a,b\n1,#REF!\n", "公式", 2, "b"},
		{"NUL in XLSX", workbook(t, `<row r="1"><c t="inlineStr"><is><t>a</t></is></c><c t="inlineStr"><is><t>b</t></is></c></row>`+
			`<row r="2"><c t="inlineStr"><is><t>1</t></is></c><c t="inlineStr"><is><t>x_x0000_y</t></is></c></row>`), "控制字符", 2, "b"},
		{"XLSX cell beyond the header", xlsx(t, []string{"a", "b"}, []string{"1", "2", "3"}), "对不上", 2, ""},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			s := read(t, c.data, Limits{MaxCell: 20})
			if len(s.Problems) != 1 {
				t.Fatalf("problems %+v", s.Problems)
			}
			p := s.Problems[0]
			if p.Row != c.row || p.Column != c.column || !strings.Contains(p.Reason, c.reason) {
				t.Errorf("got %+v", p)
			}
		})
	}
}

// A file of nothing but errors does not fill the memory with them.
func TestProblemsAreBounded(t *testing.T) {
	s := read(t, "a,b\n"+strings.Repeat("x\n", 5000), Limits{})
	if len(s.Problems) != maxProblems || !strings.Contains(s.Problems[maxProblems-1].Reason, "问题太多") {
		t.Errorf("%d problems, last %+v", len(s.Problems), s.Problems[len(s.Problems)-1])
	}
}

func TestCheckHeader(t *testing.T) {
	s := read(t, "Code,title,title,备注,\n1,2,3,4,\n", Limits{})
	got := s.CheckHeader(Columns{Required: []string{"code", "title", "kind"}, Optional: []string{"note"}})
	var brief []string
	for _, p := range got {
		if p.Row != 1 {
			t.Errorf("row %d", p.Row)
		}
		brief = append(brief, p.Column+":"+p.Reason[:len("表头有重复")])
	}
	want := []string{"title:表头有重复", "备注:表头有不认", "kind:表头缺少这"}
	if diff := cmp.Diff(want, brief); diff != "" {
		t.Error(diff)
	}
	if p := s.CheckHeader(Columns{Required: []string{"code", "title", "备注"}}); len(p) != 1 {
		t.Errorf("only the double column is wrong: %+v", p)
	}
}

func TestSplitMulti(t *testing.T) {
	cases := map[string][]string{
		"":              nil,
		" ; ":           nil,
		"甲":             {"甲"},
		"甲|乙、丙;丁；戊":     {"甲", "乙", "丙", "丁", "戊"},
		" 甲 、、 乙部，丙科 ；": {"甲", "乙部，丙科"},
		"网格化服务中心（综治中心）":    {"网格化服务中心（综治中心）"},
		"party,building|x": {"party,building", "x"},
	}
	for in, want := range cases {
		if diff := cmp.Diff(want, SplitMulti(in)); diff != "" {
			t.Errorf("SplitMulti(%q): %s", in, diff)
		}
	}
}

// Files that are no use as a whole are refused with a sentence that says what
// to do, whatever their name.
func TestRefused(t *testing.T) {
	ole := string(oleMagic) + strings.Repeat("\x00", 600)
	cases := []struct {
		name, data string
		want       Code
	}{
		{"nothing", "", Empty},
		{"BOM only", "\xef\xbb\xbf", Empty},
		{"blank lines", "\r\n\n  \n", Empty},
		{"commas only", ",,,\n,,\n", Empty},
		{"workbook without rows", workbook(t, ""), Empty},
		{"old Excel", ole + string(wide("Workbook")), OldExcel},
		{"older Excel", ole + string(wide("Book")), OldExcel},
		{"Excel 4", "\x09\x04\x06\x00\x00\x00\x10\x00", OldExcel},
		{"password", ole + string(wide("EncryptionInfo")) + string(wide("EncryptedPackage")), Encrypted},
		{"Word 97", ole + string(wide("WordDocument")), NotTable},
		{"Word", zipped(t, map[string]string{"word/document.xml": "<w/>"}), NotTable},
		{"empty archive", zipped(t, nil), NotTable},
		{"binary workbook", zipped(t, map[string]string{"xl/workbook.bin": "x"}), OtherWorkbook},
		{"OpenDocument", zipped(t, map[string]string{"content.xml": "<x/>"}), OtherWorkbook},
		{"HTML", "<html><table><tr><td>1</table>", OtherWorkbook},
		{"PDF", "%PDF-1.7\n", NotTable},
		{"picture", "\x89PNG\r\n\x1a\n\x00\x00", NotTable},
		{"control characters", "\x01\x02\x03\x04,\x05\x06", NotTable},
		{"quote in the header", "a,\"b\nc,d", NotTable},
		{"UTF-16", "\xff\xfea\x00,\x00b\x00", WideEncoding},
		{"NUL", "a,b\n1,x\x00y\n", NUL},
		{"broken after BOM", "\xef\xbb\xbfa,b\n1,\xff\n", BadEncoding},
		{"cut inside a character", "标题,说明\n招商引资,社区承担\xe7\x9a", BadEncoding},
		{"cut, yet also GB18030", "社区,社区,社区\n社区,社区,社区"[2:], BadEncoding},
		{"surrogate", "标题,说明\n招商引资,\xed\xa0\x80社区", BadEncoding},
		{"overlong", "标题,说明\n招商引资,社区承担的任务\xc0\xaf", BadEncoding},
		{"random bytes", "a,b\n\xff\xff\x80\xff,\xfe\n", BadEncoding},
		{"cut archive", table2(t)[:300], Damaged},
		{"broken workbook", zipped(t, map[string]string{"xl/workbook.xml": "<workbook"}), Damaged},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) { refused(t, c.data, Limits{}, c.want) })
	}
}

func table2(t *testing.T) string {
	return xlsx(t, []string{"a"}, []string{"1"})
}

func TestLimits(t *testing.T) {
	wide := strings.Repeat("x,", 10) + "x\n"
	deep := "a,b\n" + strings.Repeat("1,2\n", 11)
	deepX := [][]string{{"a", "b"}}
	for range 11 {
		deepX = append(deepX, []string{"1", "2"})
	}
	cases := []struct {
		name, data string
		lim        Limits
		want       Code
	}{
		{"bytes", deep, Limits{MaxBytes: 20}, TooBig},
		{"rows", deep, Limits{MaxRows: 10}, TooManyRows},
		{"rows XLSX", xlsx(t, deepX...), Limits{MaxRows: 10}, TooManyRows},
		{"cells", deep, Limits{MaxCells: 20}, TooManyRows},
		{"columns", wide, Limits{MaxColumns: 10}, TooManyColumns},
		{"columns below", "a\n" + wide, Limits{MaxColumns: 10}, TooManyColumns},
		{"columns XLSX", xlsx(t, strings.Split(wide, ",")), Limits{MaxColumns: 10}, TooManyColumns},
		{"time", deep, Limits{Timeout: time.Nanosecond}, TookTooLong},
		{"time XLSX", xlsx(t, deepX...), Limits{Timeout: time.Nanosecond}, TookTooLong},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) { refused(t, c.data, c.lim, c.want) })
	}
	if s := read(t, deep, Limits{MaxRows: 11, MaxCells: 22, MaxColumns: 2}); len(s.Rows) != 11 {
		t.Errorf("just within the limits: %d rows", len(s.Rows))
	}
}

// The person who went away stops the reading; a failing upload is its own
// error, not the file's.
func TestReadStops(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := Read(ctx, strings.NewReader(table), "", Limits{}); !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled: %v", err)
	}
	broken := errors.New("connection lost")
	var e *Error
	if _, err := Read(t.Context(), failing{broken}, "", Limits{}); !errors.Is(err, broken) || errors.As(err, &e) {
		t.Errorf("broken upload: %v", err)
	}
}

type failing struct{ err error }

func (f failing) Read([]byte) (int, error) { return 0, f.err }
