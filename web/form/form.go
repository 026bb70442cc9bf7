// Package form reads what people send and makes the keys that let a form count once.
//
// Parsing never fails silently: each method collects a sentence beside its field, what was typed
// stays available for showing the form again, and domain rules add their sentences to the same list.
package form

import (
	"crypto/rand"
	"encoding/base64"
	"errors"
	"fmt"
	"math"
	"net/http"
	"regexp"
	"strconv"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/width"

	"portal/internal/fault"
	"portal/internal/normal"
	"portal/internal/workday"
)

// KeyField is the hidden field that carries the form key.
const KeyField = "form_key"

const maxMemory = 1 << 20

// keyShape is what a form key looks like; a form without one could count twice (reliability.md §2 rule 1).
var keyShape = regexp.MustCompile(`^[A-Za-z0-9_-]{16,64}$`)

// NewKey makes a form key: 128 random bits.
func NewKey() string {
	var b [16]byte
	_, _ = rand.Read(b[:]) // never fails (crypto/rand)
	return base64.RawURLEncoding.EncodeToString(b[:])
}

// Form is one submitted form with the messages found so far.
type Form struct {
	r      *http.Request
	errors []fault.Field
}

// Read parses a submitted form; a body that is too large or broken, or without a key, is a fault.
func Read(r *http.Request) (*Form, error) {
	err := r.ParseForm()
	if err == nil && strings.HasPrefix(r.Header.Get("Content-Type"), "multipart/form-data") {
		err = r.ParseMultipartForm(maxMemory)
	}
	var tooLarge *http.MaxBytesError
	switch {
	case errors.As(err, &tooLarge):
		return nil, fault.TooLarge("内容太大，没有收下。请分开提交，或者换小一点的文件")
	case err != nil:
		return nil, &fault.Fault{Kind: fault.KindInvalid, Message: "没有读懂这份表单。请回到上一页再提交一次"}
	}
	f := &Form{r: r}
	if !keyShape.MatchString(f.Key()) {
		return nil, &fault.Fault{Kind: fault.KindInvalid, Message: "这一页过期了。请刷新后再提交"}
	}
	return f, nil
}

// Key gives the form key.
func (f *Form) Key() string { return f.r.PostFormValue(KeyField) }

// Raw gives a value exactly as sent, for showing it again.
func (f *Form) Raw(name string) string { return f.r.PostFormValue(name) }

// All gives every value of a multiple field, as sent.
func (f *Form) All(name string) []string { return f.r.PostForm[name] }

// Has reports whether the field was sent at all.
func (f *Form) Has(name string) bool { _, ok := f.r.PostForm[name]; return ok }

// Add notes a message beside a field; the first message of a field stands.
func (f *Form) Add(name, message string) {
	for _, e := range f.errors {
		if e.Name == name {
			return
		}
	}
	f.errors = append(f.errors, fault.Field{Name: name, Message: message})
}

// Merge adds the messages of a domain's Invalid fault and gives any other error back.
func (f *Form) Merge(err error) error {
	fields := fault.Fields(err)
	if err == nil || len(fields) == 0 {
		return err
	}
	for _, e := range fields {
		f.Add(e.Name, e.Message)
	}
	return nil
}

// Errors lists the messages in the order found.
func (f *Form) Errors() []fault.Field { return f.errors }

// Valid reports whether nothing was found.
func (f *Form) Valid() bool { return len(f.errors) == 0 }

// Err gives all messages as one fault, or nil.
func (f *Form) Err() error { return fault.Invalid(f.errors...) }

// Line reads a single line (a title, a name) of at most max characters.
func (f *Form) Line(name string, max int) string { return f.text(name, max, normal.Clean) }

// Text reads a text of several lines of at most max characters.
func (f *Form) Text(name string, max int) string { return f.text(name, max, normal.CleanText) }

func (f *Form) text(name string, max int, clean func(string) (string, error)) string {
	kept, err := clean(f.Raw(name))
	if err != nil {
		f.Add(name, err.Error())
		return ""
	}
	if n := utf8.RuneCountInString(kept); n > max {
		f.Add(name, fmt.Sprintf("最多 %d 个字，现在有 %d 个字", max, n))
	}
	return kept
}

// Lines reads a field with one entry a line, or separated by 、；|; empty entries vanish.
func (f *Form) Lines(name string, maxEntries, maxEach int) []string {
	text := f.Text(name, maxEntries*(maxEach+1))
	var out []string
	for _, line := range strings.FieldsFunc(text, func(r rune) bool { return strings.ContainsRune("\n、;；|", r) }) {
		if line = strings.TrimSpace(line); line != "" {
			out = append(out, line)
			if utf8.RuneCountInString(line) > maxEach {
				f.Add(name, fmt.Sprintf("每项最多 %d 个字：%s", maxEach, line))
			}
		}
	}
	if len(out) > maxEntries {
		f.Add(name, fmt.Sprintf("最多填 %d 项", maxEntries))
	}
	return out
}

// Values reads a group of tick boxes whose values are sentences of the page; each is cleaned like a line.
func (f *Form) Values(name string, max int) []string {
	var out []string
	for _, v := range f.All(name) {
		kept, err := normal.Clean(v)
		switch {
		case err != nil:
			f.Add(name, err.Error())
		case utf8.RuneCountInString(kept) > max:
			f.Add(name, fmt.Sprintf("每项最多 %d 个字", max))
		case kept != "":
			out = append(out, kept)
		}
	}
	return out
}

// Choices reads a group of tick boxes, keeping only lawful values.
func Choices[T ~string](f *Form, name string, lawful []T) []T {
	var out []T
	for _, v := range f.All(name) {
		if !contains(lawful, T(v)) {
			f.Add(name, "从列出的选项里选")
			continue
		}
		if !contains(out, T(v)) {
			out = append(out, T(v))
		}
	}
	return out
}

// Choice reads one of several, or "" when nothing was chosen.
func Choice[T ~string](f *Form, name string, lawful []T) T {
	v := T(f.Raw(name))
	if v == "" || contains(lawful, v) {
		return v
	}
	f.Add(name, "从列出的选项里选")
	return ""
}

func contains[T comparable](list []T, v T) bool {
	for _, x := range list {
		if x == v {
			return true
		}
	}
	return false
}

func plain(s string) string {
	return strings.NewReplacer(",", "", "，", "", " ", "", "元", "", "小时", "").Replace(width.Narrow.String(strings.TrimSpace(s)))
}

// Int reads a whole number between lo and hi; nil when the field is empty.
func (f *Form) Int(name string, lo, hi int) *int {
	text := plain(f.Raw(name))
	if text == "" {
		return nil
	}
	n, err := strconv.Atoi(text)
	if err != nil || n < lo || n > hi {
		f.Add(name, fmt.Sprintf("填 %d 到 %d 之间的整数", lo, hi))
		return nil
	}
	return &n
}

// Decimal reads a number with at most two decimals between lo and hi; nil when empty.
func (f *Form) Decimal(name string, lo, hi float64) *float64 {
	text := plain(f.Raw(name))
	if text == "" {
		return nil
	}
	n, err := strconv.ParseFloat(text, 64)
	if err != nil || math.IsNaN(n) || n < lo || n > hi || strings.ContainsAny(text, "eExXpP_") {
		f.Add(name, fmt.Sprintf("填 %g 到 %g 之间的数字，如 1.5", lo, hi))
		return nil
	}
	n = math.Round(n*100) / 100
	return &n
}

// Fen reads an amount in 元 as 分; nil when empty.
func (f *Form) Fen(name string) *int64 {
	n := f.Decimal(name, 0, 99_999_999)
	if n == nil {
		return nil
	}
	fen := int64(math.Round(*n * 100))
	return &fen
}

// Day reads a date in the spellings people use; the zero Day when empty.
func (f *Form) Day(name string, today workday.Day) workday.Day {
	text := strings.TrimSpace(f.Raw(name))
	if text == "" {
		return workday.Day{}
	}
	d, err := workday.ParseLoose(text, today)
	if err != nil {
		f.Add(name, "日期写成 2026-11-18 或 11月18日")
		return workday.Day{}
	}
	return d
}
