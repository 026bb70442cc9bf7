package blob

import (
	"archive/zip"
	"bytes"
	"context"
	"fmt"
	"io"
	"path"
	"slices"
	"strings"

	"portal/internal/fault"
)

// MaxSize is the limit of one attachment in bytes.
const MaxSize = 10 << 20

// Field is the name under which forms send an attachment and under which messages about it stand.
const Field = "attachment"

// Kind is one of the few kinds of files that may be attached. Plain text is not among them:
// browsers and office programs guess what is in it.
type Kind string

// The kinds.
const (
	PDF  Kind = "pdf"
	JPEG Kind = "jpeg"
	PNG  Kind = "png"
	DOCX Kind = "docx"
	XLSX Kind = "xlsx"
	OFD  Kind = "ofd" // GB/T 33190, the government's own page format
)

type kindRow struct {
	label, media string
	exts         []string // the first is the usual one
	image        bool
}

var kindTable = map[Kind]kindRow{
	PDF:  {"PDF 文件", "application/pdf", []string{".pdf"}, false},
	JPEG: {"JPG 图片", "image/jpeg", []string{".jpg", ".jpeg"}, true},
	PNG:  {"PNG 图片", "image/png", []string{".png"}, true},
	DOCX: {"Word 文件", "application/vnd.openxmlformats-officedocument.wordprocessingml.document", []string{".docx"}, false},
	XLSX: {"Excel 文件", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", []string{".xlsx"}, false},
	OFD:  {"OFD 文件", "application/ofd", []string{".ofd"}, false},
}

// Label is the kind's 中文 name.
func (k Kind) Label() string { return kindTable[k].label }

// MediaType is the type under which the file is served.
func (k Kind) MediaType() string { return kindTable[k].media }

// IsImage reports whether the file may be shown inside a page.
func (k Kind) IsImage() bool { return kindTable[k].image }

// Extensions lists what a file field accepts, for its `accept` attribute.
func Extensions() string {
	var all []string
	for _, k := range []Kind{PDF, JPEG, PNG, DOCX, XLSX, OFD} {
		all = append(all, kindTable[k].exts...)
	}
	return strings.Join(all, ",")
}

// File is an upload that may be kept.
type File struct {
	Name string // cleaned, with the extension of its kind
	Kind Kind
	Data []byte // images newly encoded, without metadata
}

var (
	errTooLarge = fault.InvalidField(Field, "文件超过 10 MB。请压缩或拆开后再上传")
	errEmpty    = fault.InvalidField(Field, "这个文件是空的。请检查后重新选择")
	errUnknown  = fault.InvalidField(Field, "不能上传这种文件。请上传 PDF、JPG、PNG、Word（.docx）、Excel（.xlsx）或 OFD 文件")
	errArchive  = fault.InvalidField(Field, "不能上传压缩包。请解压后逐个上传")
	errOffice   = fault.InvalidField(Field, "这是旧版 Office 或 WPS 文件。请另存为 .docx、.xlsx 或 PDF 后再上传")
	errMacro    = fault.InvalidField(Field, "这个文件带有宏。请另存为不带宏的 .docx 或 .xlsx 后再上传")
	errMarkup   = fault.InvalidField(Field, "不能上传网页或 SVG 文件。请打印成 PDF 后再上传")
	errPicture  = fault.InvalidField(Field, "这种图片格式不能上传。请另存为 JPG 或 PNG 后再上传")
	errHEIC     = fault.InvalidField(Field, "这是 HEIC 照片。请在手机相机设置里选「兼容性最佳」，或另存为 JPG 后再上传")
	errProgram  = fault.InvalidField(Field, "不能上传程序文件")
	errDamaged  = fault.InvalidField(Field, "文件打不开，可能已损坏或没有传完。请用原来的程序打开检查，再重新上传")
	errBomb     = fault.InvalidField(Field, "这个文件解开后太大。请拆成几个文件再上传")
)

// opening ties the first bytes of a file to what is done with it.
type opening struct {
	at     int
	magic  string
	accept func(data []byte) (Kind, []byte, error)
	refuse error
}

func plain(k Kind) func([]byte) (Kind, []byte, error) {
	return func(data []byte) (Kind, []byte, error) { return k, data, nil }
}

var openings = []opening{
	{magic: "%PDF-", accept: acceptPDF},
	{magic: "\xff\xd8\xff", accept: acceptJPEG},
	{magic: "\x89PNG\r\n\x1a\n", accept: acceptPNG},
	{magic: "PK\x03\x04", accept: acceptZip},
	{magic: "\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", refuse: errOffice},
	{at: 4, magic: "ftyphei", refuse: errHEIC},
	{at: 4, magic: "ftyphev", refuse: errHEIC},
	{at: 4, magic: "ftypmif1", refuse: errHEIC},
	{magic: "GIF8", refuse: errPicture},
	{magic: "BM", refuse: errPicture},
	{magic: "II*\x00", refuse: errPicture},
	{magic: "MM\x00*", refuse: errPicture},
	{at: 8, magic: "WEBP", refuse: errPicture},
	{magic: "Rar!", refuse: errArchive},
	{magic: "7z\xbc\xaf\x27\x1c", refuse: errArchive},
	{magic: "\x1f\x8b", refuse: errArchive},
	{magic: "PK", refuse: errArchive},
	{magic: "MZ", refuse: errProgram},
	{magic: "\x7fELF", refuse: errProgram},
	{magic: "#!", refuse: errProgram},
}

// Accept reads one upload of at most MaxSize, decides by its content what it is, and refuses
// everything that is not one of the kinds, in words beside the field "attachment". Images are
// decoded, turned upright and encoded anew, which drops place, device and anything hidden in
// them (reliability.md §2 rule 17). name is what the browser sent; it is never a path here.
func Accept(ctx context.Context, r io.Reader, name string) (File, error) {
	data, err := io.ReadAll(io.LimitReader(reader{ctx, r}, MaxSize+1))
	switch {
	case err != nil:
		return File{}, fmt.Errorf("read attachment: %w", err)
	case len(data) == 0:
		return File{}, errEmpty
	case len(data) > MaxSize:
		return File{}, errTooLarge
	}
	for _, o := range openings {
		if len(data) < o.at || !bytes.HasPrefix(data[o.at:], []byte(o.magic)) {
			continue
		}
		if o.refuse != nil {
			return File{}, o.refuse
		}
		kind, kept, err := o.accept(data)
		if err != nil {
			return File{}, err
		}
		name, err = nameFor(CleanName(name), kind)
		return File{Name: name, Kind: kind, Data: kept}, err
	}
	if looksLikeMarkup(data) {
		return File{}, errMarkup
	}
	return File{}, errUnknown
}

// nameFor gives the name the extension of its kind. A document that calls itself something else
// is refused, since one of the two is wrong; pictures are renamed quietly, phones mix them up.
func nameFor(name string, kind Kind) (string, error) {
	row := kindTable[kind]
	ext := strings.ToLower(path.Ext(name))
	if slices.Contains(row.exts, ext) {
		return name, nil
	}
	for k, other := range kindTable {
		if !slices.Contains(other.exts, ext) {
			continue
		}
		if other.image && row.image {
			return name[:len(name)-len(ext)] + row.exts[0], nil
		}
		return "", fault.InvalidField(Field, "文件名说这是 "+k.Label()+"，内容却是 "+kind.Label()+"。请核对后重新上传")
	}
	return name + row.exts[0], nil
}

func looksLikeMarkup(data []byte) bool {
	head := bytes.TrimLeft(bytes.TrimPrefix(data[:min(len(data), 1024)], []byte("\xef\xbb\xbf")), " \t\r\n\x00")
	return bytes.HasPrefix(head, []byte("<")) || bytes.Contains(bytes.ToLower(head), []byte("<html")) || bytes.Contains(bytes.ToLower(head), []byte("<svg"))
}

// pdfTail is how far from the end a whole PDF has its mark.
const pdfTail = 4096

func acceptPDF(data []byte) (Kind, []byte, error) {
	if !bytes.Contains(data[max(0, len(data)-pdfTail):], []byte("%%EOF")) {
		return "", nil, errDamaged
	}
	return plain(PDF)(data)
}

// Limits of a zipped document; only the directory is read, nothing but one small file is unpacked.
const (
	maxZipFiles    = 5000
	maxZipUnpacked = 200 << 20
	maxTypesFile   = 256 << 10
)

// documentMarks are found in [Content_Types].xml.
var documentMarks = map[Kind]string{
	DOCX: "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml",
	XLSX: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml",
}

func acceptZip(data []byte) (Kind, []byte, error) {
	z, err := zip.NewReader(bytes.NewReader(data), int64(len(data)))
	if err != nil {
		return "", nil, errDamaged
	}
	var unpacked uint64
	for _, f := range z.File {
		unpacked += f.UncompressedSize64
		if f.UncompressedSize64 > maxZipUnpacked || unpacked > maxZipUnpacked || len(z.File) > maxZipFiles {
			return "", nil, errBomb
		}
	}
	kind, err := zipKind(z)
	if err != nil {
		return "", nil, err
	}
	return plain(kind)(data)
}

func zipKind(z *zip.Reader) (Kind, error) {
	has := map[string]bool{}
	for _, f := range z.File {
		has[f.Name] = true
	}
	if has["OFD.xml"] {
		return OFD, nil
	}
	if !has["[Content_Types].xml"] {
		return "", errArchive
	}
	types, err := zipText(z, "[Content_Types].xml")
	if err != nil {
		return "", err
	}
	if strings.Contains(strings.ToLower(types), "macroenabled") || strings.Contains(types, "vbaProject") {
		return "", errMacro
	}
	var found []Kind
	for k, mark := range documentMarks {
		if strings.Contains(types, mark) {
			found = append(found, k)
		}
	}
	if len(found) != 1 {
		return "", errUnknown
	}
	return found[0], nil
}

func zipText(z *zip.Reader, name string) (string, error) {
	f, err := z.Open(name)
	if err != nil {
		return "", errDamaged
	}
	defer func() { _ = f.Close() }()
	text, err := io.ReadAll(io.LimitReader(f, maxTypesFile+1))
	if err != nil {
		return "", errDamaged
	}
	if len(text) > maxTypesFile {
		return "", errBomb
	}
	return string(text), nil
}
