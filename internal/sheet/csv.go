package sheet

import (
	"bytes"
	"encoding/csv"
	"errors"
	"io"
	"unicode/utf8"

	"golang.org/x/text/encoding/simplifiedchinese"
)

var utf8BOM = []byte("\xef\xbb\xbf")

// readCSV reads UTF-8 with or without BOM or GB18030, with LF, CRLF or CR at
// the ends of lines. Line breaks inside quotes are kept as \n. Quotes that do
// not match and rows of another width are problems of their row.
func readCSV(b *builder, data []byte) error {
	data, err := decodeText(data)
	if err != nil {
		return err
	}
	b.ragged = true
	r := csv.NewReader(bytes.NewReader(data))
	r.FieldsPerRecord = -1
	for number := 1; ; number++ {
		// encoding/csv passes over empty lines; a spreadsheet shows them.
		number += emptyLines(data[r.InputOffset():])
		cells, err := r.Read()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if b.sheet.index == nil {
			if err == nil && !blank(cells) {
				err = b.header(number, cells)
			}
		} else if err == nil {
			err = b.row(number, cells)
		}
		if err := b.quoteProblem(number, err); err != nil {
			return err
		}
	}
}

// quoteProblem turns a parse error into a problem of its row and lets every
// other error pass. Without a header nothing can follow.
func (b *builder) quoteProblem(number int, err error) error {
	var bad *csv.ParseError
	if !errors.As(err, &bad) {
		return err
	}
	if b.sheet.index == nil {
		return fail(NotTable, err)
	}
	b.problem(number, "", "", "这一行的双引号不成对，可能连带后面的行。请用表格软件重新保存为 CSV。")
	return b.alive()
}

// emptyLines counts the line ends at the start of data.
func emptyLines(data []byte) int {
	n := 0
	for {
		switch {
		case bytes.HasPrefix(data, []byte("\n")):
			data = data[1:]
		case bytes.HasPrefix(data, []byte("\r\n")):
			data = data[2:]
		default:
			return n
		}
		n++
	}
}

// decodeText brings the file to UTF-8 without BOM.
func decodeText(data []byte) ([]byte, error) {
	if bytes.IndexByte(data, 0) >= 0 {
		return nil, fail(NUL, nil)
	}
	text, bom := bytes.CutPrefix(data, utf8BOM)
	if !utf8.Valid(text) {
		if bom || mostlyUTF8(text) {
			return nil, fail(BadEncoding, nil)
		}
		decoded, err := simplifiedchinese.GB18030.NewDecoder().Bytes(text)
		if err != nil || bytes.ContainsRune(decoded, utf8.RuneError) {
			return nil, fail(BadEncoding, err)
		}
		text = decoded
	}
	if controls(text) {
		return nil, fail(NotTable, nil)
	}
	if bytes.IndexByte(text, '\n') < 0 {
		text = bytes.ReplaceAll(text, []byte("\r"), []byte("\n"))
	}
	return text, nil
}

// mostlyUTF8 recognises a UTF-8 file with a few broken bytes (cut off, or
// joined from two): read as GB18030 it would be silent nonsense. Chinese in
// GB18030 almost never forms valid three-byte sequences.
func mostlyUTF8(text []byte) bool {
	good, bad := 0, 0
	for len(text) > 0 {
		r, n := utf8.DecodeRune(text)
		if r == utf8.RuneError && n == 1 {
			bad++
		} else if n >= 3 {
			good++
		}
		text = text[n:]
	}
	return good > 4*bad
}

// controls reports whether the head of the file holds more control characters
// than a text with one damaged cell would.
func controls(text []byte) bool {
	head, n := text[:min(len(text), 4096)], 0
	for _, c := range head {
		if c < 0x20 && c != '\t' && c != '\n' && c != '\r' {
			n++
		}
	}
	return n*20 > len(head)
}
