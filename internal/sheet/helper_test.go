package sheet

import (
	"archive/zip"
	"bytes"
	"errors"
	"strings"
	"testing"

	"golang.org/x/text/encoding/simplifiedchinese"
)

func read(t *testing.T, data string, lim Limits) *Sheet {
	t.Helper()
	s, err := Read(t.Context(), strings.NewReader(data), "表.csv", lim)
	if err != nil {
		t.Fatalf("Read: %v (%v)", err, errors.Unwrap(err))
	}
	return s
}

// refused reads a file that must fail with the code, and a sentence.
func refused(t *testing.T, data string, lim Limits, want Code) {
	t.Helper()
	s, err := Read(t.Context(), strings.NewReader(data), "表", lim)
	var e *Error
	if !errors.As(err, &e) {
		t.Fatalf("got %+v, %v; want *Error %s", s, err, want)
	}
	if e.Code != want || !strings.HasSuffix(e.Error(), "。") {
		t.Errorf("got %s %q (%v), want %s", e.Code, e.Error(), e.Unwrap(), want)
	}
}

func gb18030(t *testing.T, s string) string {
	t.Helper()
	out, err := simplifiedchinese.GB18030.NewEncoder().String(s)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func xlsx(t *testing.T, rows ...[]string) string {
	t.Helper()
	var b bytes.Buffer
	if err := WriteXLSX(&b, "清单", rows[0], Rows(rows[1:])); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// zipped packs parts into an archive, as an attacker would.
func zipped(t *testing.T, parts map[string]string) string {
	t.Helper()
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	for name, text := range parts {
		w, err := z.Create(name)
		if err == nil {
			_, err = w.Write([]byte(text))
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// workbook is the least that is a workbook, with the given worksheet and any
// further parts.
func workbook(t *testing.T, sheetData string, more ...string) string {
	t.Helper()
	const ns = `xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"`
	const rel = `http://schemas.openxmlformats.org/officeDocument/2006/relationships`
	const pack = `http://schemas.openxmlformats.org/package/2006/`
	parts := map[string]string{
		"[Content_Types].xml": `<Types xmlns="` + pack + `content-types"><Override PartName="/xl/workbook.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/></Types>`,
		"_rels/.rels":         `<Relationships xmlns="` + pack + `relationships"><Relationship Id="rId1" Type="` + rel + `/officeDocument" Target="xl/workbook.xml"/></Relationships>`,
		"xl/workbook.xml":     `<workbook ` + ns + ` xmlns:r="` + rel + `"><sheets><sheet name="A" sheetId="1" r:id="rId1"/></sheets></workbook>`,
		"xl/_rels/workbook.xml.rels": `<Relationships xmlns="` + pack + `relationships"><Relationship Id="rId1" Type="` + rel +
			`/worksheet" Target="worksheets/sheet1.xml"/></Relationships>`,
		"xl/worksheets/sheet1.xml": `<worksheet ` + ns + `><sheetData>` + sheetData + `</sheetData></worksheet>`,
	}
	for i := 0; i+1 < len(more); i += 2 {
		parts[more[i]] = more[i+1]
	}
	return zipped(t, parts)
}
