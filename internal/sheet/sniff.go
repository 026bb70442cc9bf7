package sheet

import (
	"bytes"
	"strings"
	"unicode/utf16"
)

type kind int

const (
	kindCSV kind = iota
	kindXLSX
)

var (
	oleMagic  = []byte("\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1")
	zipMagics = [][]byte{[]byte("PK\x03\x04"), []byte("PK\x05\x06"), []byte("PK\x07\x08")}
)

// magics are files that people upload by mistake and what they are told.
// Texts are compared in lower case.
var magics = []struct {
	prefix string
	code   Code
}{
	{"\xff\xfe", WideEncoding},
	{"\xfe\xff", WideEncoding},
	{"%pdf-", NotTable},
	{"{\\rtf", NotTable},
	{"\x89png", NotTable},
	{"gif8", NotTable},
	{"\xff\xd8\xff", NotTable},
	{"rar!\x1a", NotTable},
	{"7z\xbc\xaf", NotTable},
	{"\x1f\x8b", NotTable},
	{"<!doctype", OtherWorkbook}, // some systems export HTML under the name .xls
	{"<html", OtherWorkbook},
	{"<table", OtherWorkbook},
	{"<meta", OtherWorkbook},
	{"<?xml", OtherWorkbook},
	{"\x09\x08", OldExcel}, // Excel 2 to 4 without a container
	{"\x09\x04", OldExcel},
	{"\x09\x02", OldExcel},
	{"\x09\x00", OldExcel},
}

// sniff tells what the file is by its first bytes, never by its name.
func sniff(data []byte) (kind, Code) {
	trimmed := bytes.TrimLeft(bytes.TrimPrefix(data, utf8BOM), " \r\n")
	if len(trimmed) == 0 {
		return 0, Empty
	}
	for _, m := range zipMagics {
		if bytes.HasPrefix(data, m) {
			return kindXLSX, ""
		}
	}
	if bytes.HasPrefix(data, oleMagic) {
		return 0, sniffOLE(data)
	}
	head := lowerASCII(trimmed[:min(len(trimmed), 16)])
	for _, m := range magics {
		if strings.HasPrefix(head, m.prefix) {
			return 0, m.code
		}
	}
	return kindCSV, ""
}

// lowerASCII leaves bytes that are no UTF-8 alone, unlike strings.ToLower.
func lowerASCII(b []byte) string {
	out := bytes.Clone(b)
	for i, c := range out {
		if c >= 'A' && c <= 'Z' {
			out[i] = c + 'a' - 'A'
		}
	}
	return string(out)
}

// sniffOLE looks at the stream names of the old container format: a workbook
// with a password hides in it too.
func sniffOLE(data []byte) Code {
	for _, s := range []struct {
		name string
		code Code
	}{
		{"EncryptedPackage", Encrypted},
		{"EncryptionInfo", Encrypted},
		{"Workbook", OldExcel},
		{"Book", OldExcel},
	} {
		if bytes.Contains(data, wide(s.name)) {
			return s.code
		}
	}
	return NotTable
}

// wide spells a name the way the container does, UTF-16 little-endian.
func wide(s string) []byte {
	var b []byte
	for _, u := range utf16.Encode([]rune(s)) {
		b = append(b, byte(u), byte(u>>8))
	}
	return b
}
