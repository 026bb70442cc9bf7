package sheet

import (
	"archive/zip"
	"bufio"
	"bytes"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/xuri/excelize/v2"
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
	countFrom   = 16 << 20 // worksheets beyond this have their cells counted first
)

// checkParts looks at the directory of the archive before anything is
// unpacked. The sizes there can lie; archive/zip stops at the stated size.
func checkParts(data []byte, lim Limits) error {
	zr, err := zip.NewReader(bytes.NewReader(data), int64(len(data)))
	if err != nil {
		return fail(Damaged, err)
	}
	if len(zr.File) > maxParts {
		return fail(Bomb, nil)
	}
	limit, inMemory := uint64(lim.MaxUnzip), uint64(0)
	total, workbook, other := uint64(0), false, false
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
			if size > countFrom {
				if err := countCells(f, 2*lim.MaxCells); err != nil {
					return err
				}
			}
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
	case workbook:
		return nil
	case other: // .xlsb, .ods
		return fail(OtherWorkbook, nil)
	}
	return fail(NotTable, nil)
}

// countCells refuses a worksheet with more cell elements than most. excelize
// gathers a row before it returns it, so a crafted file of one endless row
// would fill the memory where no limit looks.
func countCells(f *zip.File, most int) error {
	part, err := f.Open()
	if err != nil {
		return fail(Damaged, err)
	}
	defer func() { _ = part.Close() }()
	in := bufio.NewReaderSize(part, 64<<10)
	for cells := 0; cells <= most; {
		tag, err := in.ReadSlice('>')
		if err == io.EOF {
			return nil
		}
		if err != nil && err != bufio.ErrBufferFull {
			return fail(Damaged, err)
		}
		if isCell(tag) {
			cells++
		}
	}
	return fail(TooManyRows, nil)
}

// isCell reports whether the text up to > ends in the tag <c …>, with or
// without a prefix.
func isCell(text []byte) bool {
	i := bytes.LastIndexByte(text, '<')
	if i < 0 {
		return false
	}
	name := text[i+1:]
	if end := bytes.IndexAny(name, " \t\r\n/>"); end >= 0 {
		name = name[:end]
	}
	return string(name[bytes.IndexByte(name, ':')+1:]) == "c"
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
	if err := checkParts(data, b.lim); err != nil {
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
