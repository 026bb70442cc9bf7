package sheet

import (
	"archive/zip"
	"bufio"
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/xuri/excelize/v2"
	"golang.org/x/net/html/charset"
)

// What the parts of a workbook may measure unpacked. A part that is not a
// worksheet or the table of strings is parsed into memory as a whole, where
// five bytes of XML can cost two hundred.
const (
	maxParts    = 3000
	maxPart     = 4 << 20  // parts that are parsed as a whole
	maxStrings  = 24 << 20 // xl/sharedStrings.xml
	maxInMemory = 48 << 20 // everything but worksheets, pictures included
	spillOver   = 4 << 20  // worksheets beyond this are read from disk
)

// checkParts looks at the directory of the archive before anything is kept,
// then at each worksheet. Stated sizes can lie; archive/zip holds a part to
// the size it states.
func checkParts(b *builder, data []byte) error {
	zr, err := zip.NewReader(bytes.NewReader(data), int64(len(data)))
	if err != nil {
		return fail(Damaged, err)
	}
	if len(zr.File) > maxParts {
		return fail(Bomb, nil)
	}
	limit, inMemory := uint64(b.lim.MaxUnzip), uint64(0)
	total, workbook, other := uint64(0), false, false
	var sheets []*zip.File
	for _, f := range zr.File {
		name, size := strings.ToLower(strings.ReplaceAll(f.Name, "\\", "/")), f.UncompressedSize64
		if f.Flags&1 != 0 {
			return fail(Encrypted, nil)
		}
		if size > limit || total+size > limit {
			return fail(Bomb, nil)
		}
		total += size
		workbook = workbook || name == "xl/workbook.xml"
		other = other || name == "xl/workbook.bin" || name == "content.xml"
		if strings.HasPrefix(name, "xl/worksheets/sheet") {
			sheets = append(sheets, f)
			continue
		}
		inMemory += size
		most := uint64(maxPart)
		if name == "xl/sharedstrings.xml" {
			most = maxStrings
		} else if !strings.HasSuffix(name, ".xml") && !strings.HasSuffix(name, ".rels") {
			most = maxInMemory
		}
		if size > most || inMemory > maxInMemory {
			return fail(Bomb, nil)
		}
	}
	switch {
	case other && !workbook: // .xlsb, .ods
		return fail(OtherWorkbook, nil)
	case !workbook:
		return fail(NotTable, nil)
	}
	for _, f := range sheets {
		if err := checkWorksheet(b, f); err != nil {
			return err
		}
	}
	return nil
}

// checkWorksheet reads a worksheet once before excelize does. excelize takes
// broken XML or a broken archive for the end of the table, so that rows would
// be lost without a word; and it gathers a row before it returns it, so that
// one endless row would fill the memory where no limit looks.
func checkWorksheet(b *builder, f *zip.File) error {
	part, err := f.Open()
	if err != nil {
		return fail(Damaged, err)
	}
	defer func() { _ = part.Close() }()
	tokens := xml.NewDecoder(bufio.NewReaderSize(part, 64<<10))
	tokens.CharsetReader = charset.NewReaderLabel
	for n, cells := 0, 0; ; n++ {
		token, err := tokens.Token()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return fail(Damaged, err)
		}
		if start, ok := token.(xml.StartElement); ok && start.Name.Local == "c" {
			cells++
		}
		if cells > 2*b.lim.MaxCells { // blank cells with a border count here
			return fail(TooManyRows, nil)
		}
		if n%4096 == 0 {
			if err := b.alive(); err != nil {
				return err
			}
		}
	}
}

// readXLSX reads the first worksheet row by row. Dates come as 2026-10-18
// when the cell has the short date format of the machine; long numbers keep
// all the digits that the file has.
func readXLSX(b *builder, data []byte) (err error) {
	// A workbook is a stranger's: whatever trips over it is the file's fault.
	defer func() {
		if r := recover(); r != nil {
			err = fail(Damaged, fmt.Errorf("reading the workbook panicked: %v", r))
		}
	}()
	if err := checkParts(b, data); err != nil {
		return err
	}
	// A folder of its own: excelize forgets its temporary files when opening
	// fails half-way.
	dir, err := os.MkdirTemp("", "sheet-")
	if err != nil {
		return err
	}
	defer func() { _ = os.RemoveAll(dir) }()
	f, err := excelize.OpenReader(bytes.NewReader(data), excelize.Options{
		UnzipSizeLimit:    b.lim.MaxUnzip,
		UnzipXMLSizeLimit: min(spillOver, b.lim.MaxUnzip),
		TmpDir:            dir,
		ShortDatePattern:  "yyyy-mm-dd",
		LongDatePattern:   "yyyy-mm-dd",
	})
	if f != nil {
		defer func() { _ = f.Close() }()
	}
	if err != nil {
		return fail(Damaged, err)
	}
	showAllDigits(f)
	sheets := f.GetSheetList()
	if len(sheets) == 0 {
		return fail(Empty, nil)
	}
	rows, err := f.Rows(sheets[0])
	if err != nil {
		return fail(Damaged, err)
	}
	defer func() { _ = rows.Close() }()
	return eachRow(b, rows)
}

// showAllDigits takes the format "General" off every cell that has it: excelize
// would shorten 320104900001 to 3.201049E+11, as a narrow column does.
func showAllDigits(f *excelize.File) {
	const noFormat = 1 << 20 // neither built in nor custom: the value as it is
	if f.Styles == nil || f.Styles.CellXfs == nil {
		return
	}
	general := map[int]bool{0: true}
	if f.Styles.NumFmts != nil {
		for _, n := range f.Styles.NumFmts.NumFmt {
			general[n.NumFmtID] = strings.EqualFold(n.FormatCode, "General")
		}
	}
	id := noFormat
	for i, xf := range f.Styles.CellXfs.Xf {
		if xf.NumFmtID == nil || general[*xf.NumFmtID] {
			f.Styles.CellXfs.Xf[i].NumFmtID = &id
		}
	}
}

// eachRow hands the rows on. Rows above the header may be blank; the rows that
// formatting leaves below the last one do not count against the limit.
func eachRow(b *builder, rows *excelize.Rows) error {
	for number := 1; rows.Next(); number++ {
		cells, err := rows.Columns()
		if err != nil {
			return fail(Damaged, err)
		}
		if err := b.alive(); err != nil {
			return err
		}
		if number > excelize.TotalRows {
			return fail(TooManyRows, nil)
		}
		if blank(cells) {
			continue
		}
		for i, c := range cells {
			cells[i] = strings.ReplaceAll(c, "\r\n", "\n")
		}
		if b.sheet.index == nil {
			err = b.header(number, cells)
		} else {
			err = b.row(number, cells)
		}
		if err != nil {
			return err
		}
	}
	if err := rows.Error(); err != nil {
		return fail(TooManyRows, err)
	}
	return nil
}
