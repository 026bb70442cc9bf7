package blob

import (
	"archive/zip"
	"bytes"
	"encoding/binary"
	"errors"
	"hash/crc32"
	"image"
	"image/color"
	"image/jpeg"
	"image/png"
	"io"
	"strings"
	"testing"

	"portal/internal/fault"
)

// picture is red on the left half and blue on the right.
func picture(w, h int) image.Image {
	m := image.NewNRGBA(image.Rect(0, 0, w, h))
	for y := range h {
		for x := range w {
			c := color.NRGBA{255, 0, 0, 255}
			if x >= w/2 {
				c = color.NRGBA{0, 0, 255, 255}
			}
			m.Set(x, y, c)
		}
	}
	return m
}

func jpegOf(t testing.TB, m image.Image) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := jpeg.Encode(&b, m, &jpeg.Options{Quality: 95}); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func pngOf(t testing.TB, m image.Image) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := png.Encode(&b, m); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// exif is a segment with an orientation and words that stand for a place.
func exif(order binary.AppendByteOrder, orientation uint16) []byte {
	body := []byte("Exif\x00\x00MM\x00*")
	if order == binary.AppendByteOrder(binary.LittleEndian) {
		body = []byte("Exif\x00\x00II*\x00")
	}
	body = order.AppendUint32(body, 8)
	body = order.AppendUint16(body, 2)
	for _, tag := range [][2]uint16{{0x010e, 1}, {tagOrientation, orientation}} {
		body = order.AppendUint16(body, tag[0])
		body = order.AppendUint16(body, 3)
		body = order.AppendUint32(body, 1)
		body = order.AppendUint16(body, tag[1])
		body = order.AppendUint16(body, 0)
	}
	body = append(body, "GPSLatitude 32.0603N 118.7969E 林禾的手机"...)
	seg := binary.BigEndian.AppendUint16([]byte{0xff, 0xe1}, uint16(len(body)+2))
	return append(seg, body...)
}

// withSegment puts a segment right behind the start of a JPEG.
func withSegment(data, seg []byte) []byte {
	return append(append(append([]byte{}, data[:2]...), seg...), data[2:]...)
}

func zipOf(t testing.TB, files map[string]string) []byte {
	t.Helper()
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	for name, text := range files {
		w, err := z.Create(name)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := io.WriteString(w, text); err != nil {
			t.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func types(marks ...string) string {
	return `<Types><Override ContentType="` + strings.Join(marks, `"/><Override ContentType="`) + `"/></Types>`
}

const pdfText = "%PDF-1.7\n1 0 obj<<>>endobj\ntrailer<<>>\n%%EOF\n"

func accept(t *testing.T, data []byte, name string) (File, error) {
	t.Helper()
	return Accept(t.Context(), bytes.NewReader(data), name)
}

// Good files pass under a clean name with the extension of their kind; documents keep their bytes.
func TestAcceptGood(t *testing.T) {
	docx := zipOf(t, map[string]string{"[Content_Types].xml": types(documentMarks[DOCX]), "word/document.xml": "<w/>"})
	xlsx := zipOf(t, map[string]string{"[Content_Types].xml": types(documentMarks[XLSX]), "xl/workbook.xml": "<x/>"})
	ofd := zipOf(t, map[string]string{"OFD.xml": "<ofd:OFD/>", "Doc_0/Document.xml": "<d/>"})
	cases := []struct {
		name, sent string
		data       []byte
		kind       Kind
		want       string
	}{
		{"pdf", "关于居民议事的通知.pdf", []byte(pdfText), PDF, "关于居民议事的通知.pdf"},
		{"upper case", "通知.PDF", []byte(pdfText), PDF, "通知.PDF"},
		{"no extension", "通知", []byte(pdfText), PDF, "通知.pdf"},
		{"a date is no extension", "2026.3月报告", []byte(pdfText), PDF, "2026.3月报告.pdf"},
		{"foreign extension gets the right one behind it", "通知.html", []byte(pdfText), PDF, "通知.html.pdf"},
		{"docx", "方案.docx", docx, DOCX, "方案.docx"},
		{"xlsx", "台账.xlsx", xlsx, XLSX, "台账.xlsx"},
		{"ofd", "批复.ofd", ofd, OFD, "批复.ofd"},
		{"jpeg", "现场.jpeg", jpegOf(t, picture(32, 16)), JPEG, "现场.jpeg"},
		{"png", "截图.png", pngOf(t, picture(32, 16)), PNG, "截图.png"},
		{"phones mix pictures up", "现场.png", jpegOf(t, picture(32, 16)), JPEG, "现场.jpg"},
		{"path in the name", `C:\用户\..\..\..\etc\passwd`, []byte(pdfText), PDF, "passwd.pdf"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			f, err := accept(t, c.data, c.sent)
			if err != nil {
				t.Fatal(err)
			}
			if f.Kind != c.kind || f.Name != c.want {
				t.Errorf("got %s %q, want %s %q", f.Kind, f.Name, c.kind, c.want)
			}
			if !f.Kind.IsImage() && !bytes.Equal(f.Data, c.data) {
				t.Error("the document's bytes changed")
			}
			if f.Kind.Label() == "" || f.Kind.MediaType() == "" {
				t.Error("kind without label or media type")
			}
		})
	}
}

// Everything else is refused beside the field, in Chinese, each for its reason.
func TestAcceptRefuses(t *testing.T) {
	bigName := map[string]string{"[Content_Types].xml": types(documentMarks[DOCX])}
	many := map[string]string{"[Content_Types].xml": types(documentMarks[DOCX])}
	for i := range maxZipFiles + 1 {
		many["f"+strings.Repeat("x", i%7)+string(rune('a'+i%26))+itoa(i)] = ""
	}
	cases := []struct {
		name, sent string
		data       []byte
		want       error
	}{
		{"empty", "a.pdf", nil, errEmpty},
		{"too large", "a.pdf", append([]byte(pdfText), make([]byte, MaxSize)...), errTooLarge},
		{"pdf cut off", "a.pdf", []byte("%PDF-1.7\n1 0 obj"), errDamaged},
		{"html before a pdf", "a.pdf", []byte("<script>alert(1)</script>" + pdfText), errMarkup},
		{"svg", "a.svg", []byte(`<?xml version="1.0"?><svg onload="alert(1)"/>`), errMarkup},
		{"svg with a byte order mark", "a.png", []byte("\xef\xbb\xbf  <svg/>"), errMarkup},
		{"html as png", "a.png", []byte("<!DOCTYPE html><html></html>"), errMarkup},
		{"html behind words", "a.txt", []byte("hello <HTML>"), errMarkup},
		{"plain text", "a.txt", []byte("你好"), errUnknown},
		{"gif with script", "a.gif", []byte("GIF89a/*<svg/onload=alert(1)>*/"), errPicture},
		{"webp", "a.webp", []byte("RIFF\x00\x00\x00\x00WEBPVP8 "), errPicture},
		{"heic", "IMG_0001.HEIC", []byte("\x00\x00\x00\x18ftypheic\x00\x00"), errHEIC},
		{"old word", "a.doc", []byte("\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1\x00"), errOffice},
		{"program", "a.pdf", []byte("MZ\x90\x00"), errProgram},
		{"script", "a.pdf", []byte("#!/bin/sh\nrm -rf"), errProgram},
		{"archive", "a.zip", zipOf(t, map[string]string{"a.txt": "x"}), errArchive},
		{"rar", "a.rar", []byte("Rar!\x1a\x07\x00"), errArchive},
		{"empty archive", "a.docx", []byte("PK\x05\x06" + strings.Repeat("\x00", 18)), errArchive},
		{"broken zip", "a.docx", []byte("PK\x03\x04nonsense"), errDamaged},
		{"html before a zip", "a.docx", append([]byte("<html>"), zipOf(t, bigName)...), errMarkup},
		{"macros", "a.docx", zipOf(t, map[string]string{"[Content_Types].xml": types("application/vnd.ms-word.document.macroEnabled.main+xml")}), errMacro},
		{"two documents in one", "a.docx", zipOf(t, map[string]string{"[Content_Types].xml": types(documentMarks[DOCX], documentMarks[XLSX])}), errUnknown},
		{"slides", "a.pptx", zipOf(t, map[string]string{"[Content_Types].xml": types("presentation")}), errUnknown},
		{"zip bomb", "a.docx", declaring(t, 300<<20), errBomb},
		{"bomb in the types", "a.docx", zipOf(t, map[string]string{"[Content_Types].xml": strings.Repeat(" ", maxTypesFile+1)}), errBomb},
		{"thousands of files", "a.xlsx", zipOf(t, many), errBomb},
		{"png bomb", "a.png", pngHeader(50000, 50000, 0), errPixels},
		{"interlaced png bomb", "a.png", pngHeader(6000, 6000, 1), errPixels},
		{"png of zeros", "a.png", pngHeader(0, 10, 0), errDamaged},
		{"jpeg bomb", "a.jpg", jpegHeader(0xc0, 20000, 20000), errPixels},
		{"progressive jpeg bomb", "a.jpg", jpegHeader(0xc2, 5000, 5000), errPixels},
		{"jpeg without a frame", "a.jpg", []byte("\xff\xd8\xff\xe0\x00\x04ab\xff\xd9"), errDamaged},
		{"jpeg cut off", "a.jpg", jpegOf(t, picture(64, 64))[:300], errDamaged},
		{"segment longer than the file", "a.jpg", []byte("\xff\xd8\xff\xe1\xff\xff"), errDamaged},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			_, err := accept(t, c.data, c.sent)
			if !errors.Is(err, c.want) {
				t.Errorf("got %v, want %v", err, c.want)
			}
			if f := fault.Fields(err); len(f) != 1 || f[0].Name != Field {
				t.Errorf("fields = %v", f)
			}
		})
	}
}

// A document whose name says another kind than its content is refused in words that name both.
func TestAcceptWrongExtension(t *testing.T) {
	_, err := accept(t, []byte(pdfText), "方案.docx")
	f := fault.Fields(err)
	if len(f) != 1 || !strings.Contains(f[0].Message, "Word 文件") || !strings.Contains(f[0].Message, "PDF 文件") {
		t.Errorf("got %v", err)
	}
	if _, err := accept(t, jpegOf(t, picture(8, 8)), "方案.pdf"); fault.KindOf(err) != fault.KindInvalid {
		t.Errorf("picture as pdf: %v", err)
	}
}

// A picture loses place, device, comments and whatever hangs behind it (reliability.md §2 rule 17).
func TestPicturesLoseMetadata(t *testing.T) {
	tail := []byte("<script>alert(document.cookie)</script>PK\x03\x04")
	comment := append([]byte{0xff, 0xfe, 0, 26}, "<html>GPSLatitude 118.79"...)
	secrets := []string{"GPS", "林禾", "118.79", "<script", "<html", "Exif", "PK\x03\x04", "tEXt"}
	text := append([]byte("tEXt"), "Comment\x00GPSLatitude 118.7969<html>林禾"...)
	chunk := binary.BigEndian.AppendUint32(nil, uint32(len(text)-4))
	chunk = append(chunk, text...)
	chunk = binary.BigEndian.AppendUint32(chunk, crc32.ChecksumIEEE(text))
	p := pngOf(t, picture(32, 16))
	cases := map[string][]byte{
		"jpeg": append(withSegment(withSegment(jpegOf(t, picture(32, 16)), comment), exif(binary.BigEndian, 1)), tail...),
		"png":  append(append(append(append([]byte{}, p[:33]...), chunk...), p[33:]...), tail...),
	}
	for name, data := range cases {
		f, err := accept(t, data, "a."+name)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		for _, s := range secrets {
			if !bytes.Contains(data, []byte(s)) && name == "jpeg" && s != "tEXt" {
				t.Fatalf("the test's own picture lacks %q", s)
			}
			if bytes.Contains(f.Data, []byte(s)) {
				t.Errorf("%s still holds %q", name, s)
			}
		}
	}
}

// Photographs are turned upright by their EXIF orientation, in both byte orders.
func TestPicturesAreTurned(t *testing.T) {
	const w, h = 64, 32 // red left, blue right
	cases := []struct {
		orientation  uint16
		wide         bool
		redX, redY   float64 // where red is, as a share of the sides
		blueX, blueY float64
	}{
		{1, true, .1, .5, .9, .5}, {2, true, .9, .5, .1, .5}, {3, true, .9, .5, .1, .5}, {4, true, .1, .5, .9, .5},
		{5, false, .5, .1, .5, .9}, {6, false, .5, .1, .5, .9}, {7, false, .5, .9, .5, .1}, {8, false, .5, .9, .5, .1},
	}
	for _, c := range cases {
		for _, order := range []binary.AppendByteOrder{binary.BigEndian, binary.LittleEndian} {
			f, err := accept(t, withSegment(jpegOf(t, picture(w, h)), exif(order, c.orientation)), "a.jpg")
			if err != nil {
				t.Fatal(err)
			}
			m, err := jpeg.Decode(bytes.NewReader(f.Data))
			if err != nil {
				t.Fatal(err)
			}
			b := m.Bounds()
			if (b.Dx() > b.Dy()) != c.wide {
				t.Errorf("orientation %d: %v", c.orientation, b)
			}
			at := func(x, y float64) (r, blue uint32) {
				r, _, blue, _ = m.At(int(x*float64(b.Dx())), int(y*float64(b.Dy()))).RGBA()
				return r, blue
			}
			if r, blue := at(c.redX, c.redY); r < 0xc000 || blue > 0x4000 {
				t.Errorf("orientation %d: no red at %v,%v", c.orientation, c.redX, c.redY)
			}
			if r, blue := at(c.blueX, c.blueY); blue < 0xc000 || r > 0x4000 {
				t.Errorf("orientation %d: no blue at %v,%v", c.orientation, c.blueX, c.blueY)
			}
		}
	}
}

// Each orientation maps every corner of the stored picture where the EXIF standard wants it.
func TestTurnsCorners(t *testing.T) {
	// the stored corner that ends up top left, by orientation (CIPA DC-008 §4.6.4)
	topLeft := map[int][2]int{2: {3, 0}, 3: {3, 1}, 4: {0, 1}, 5: {0, 0}, 6: {0, 1}, 7: {3, 1}, 8: {3, 0}}
	for o, want := range topLeft {
		if x, y := turns[o](0, 0, 3, 1); x != want[0] || y != want[1] {
			t.Errorf("orientation %d: top left comes from %d,%d, want %v", o, x, y, want)
		}
	}
}

// Large photographs are scaled to print size.
func TestPicturesShrink(t *testing.T) {
	f, err := accept(t, jpegOf(t, picture(4000, 1000)), "a.jpg")
	if err != nil {
		t.Fatal(err)
	}
	cfg, err := jpeg.DecodeConfig(bytes.NewReader(f.Data))
	if err != nil || cfg.Width != maxSide || cfg.Height != maxSide/4 {
		t.Errorf("size %d×%d, %v", cfg.Width, cfg.Height, err)
	}
}

func itoa(n int) string { return string(binary.BigEndian.AppendUint32(nil, uint32(n)|0x61000000)[1:]) }

// declaring makes a document whose directory declares a file of that size.
func declaring(t *testing.T, size uint32) []byte {
	t.Helper()
	data := zipOf(t, map[string]string{"[Content_Types].xml": types(documentMarks[DOCX])})
	at := bytes.LastIndex(data, []byte("PK\x01\x02"))
	binary.LittleEndian.PutUint32(data[at+24:], size)
	return data
}

func pngHeader(w, h uint32, interlace byte) []byte {
	body := binary.BigEndian.AppendUint32([]byte("IHDR"), w)
	body = binary.BigEndian.AppendUint32(body, h)
	body = append(body, 8, 6, 0, 0, interlace)
	out := append([]byte("\x89PNG\r\n\x1a\n"), 0, 0, 0, 13)
	out = append(out, body...)
	return binary.BigEndian.AppendUint32(out, crc32.ChecksumIEEE(body))
}

func jpegHeader(kind byte, w, h uint16) []byte {
	out := []byte{0xff, 0xd8, 0xff, kind, 0, 17, 8}
	out = binary.BigEndian.AppendUint16(out, h)
	out = binary.BigEndian.AppendUint16(out, w)
	return append(out, 3, 1, 0x22, 0, 2, 0x22, 1, 3, 0x22, 1, 0xff, 0xda)
}
