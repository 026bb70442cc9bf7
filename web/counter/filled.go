package counter

import (
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"portal/internal/fault"
	"portal/internal/normal"
	"portal/internal/page"
	"portal/internal/workday"
	"portal/web/form"
	"portal/web/route"
	"portal/web/view"
)

// filled is a form as it stands on a page: what was typed, or what the page proposes, and the messages.
type filled struct {
	Key       string
	typed     *form.Form
	proposed  map[string]string
	overrides map[string]string // what the page sets whatever was typed
	told      []fault.Field
	again     *view.Banner // something unfinished was there
}

// fresh is the form of a page that was opened; the address may carry values.
func fresh(r *http.Request, proposed map[string]string) filled {
	return filled{Key: form.NewKey(), typed: form.Query(r), proposed: proposed}
}

// back is a form that comes back with its messages; it keeps its key, so that sending it again counts once.
func back(f *form.Form, proposed map[string]string) filled {
	return filled{Key: f.Key(), typed: f, proposed: proposed, told: f.Errors()}
}

// value gives what was typed, without characters that no page can hold.
func (x filled) value(name string) string {
	if v, set := x.overrides[name]; set {
		return v
	}
	if !x.typed.Has(name) {
		return x.proposed[name]
	}
	typed := x.typed.Raw(name)
	if clean, err := normal.CleanText(typed); err == nil {
		return clean
	}
	return strings.Map(func(c rune) rune {
		if c < ' ' && c != '\n' {
			return -1
		}
		return c
	}, strings.ToValidUTF8(typed, ""))
}

func (x filled) chosen(name, value string) bool {
	if _, set := x.overrides[name]; set {
		return x.value(name) == value
	}
	return x.value(name) == value || slices.Contains(x.typed.All(name), value)
}

func (x filled) field(name, label string) view.Field {
	out := view.Field{Name: name, Label: label, Value: x.value(name)}
	for _, e := range x.told {
		if e.Name == name {
			out.Error = e.Message
		}
	}
	return out
}

func (x filled) hinted(name, label, hint string, most int) view.Field {
	f := x.field(name, label)
	f.Hint, f.Max = hint, most
	return f
}

func (x filled) optional(name, label, hint string, most int) view.Field {
	f := x.hinted(name, label, hint, most)
	f.Optional = true
	return f
}

// short is a field whose answer is short: s or m.
func short(f view.Field, width string) view.Field {
	f.Width = width
	return f
}

func phoneField(f view.Field) view.Field {
	f.Width, f.Mode, f.Complete = "m", "tel", "off"
	return f
}

func searchField(f view.Field) view.Field {
	f.Type = "search"
	return f
}

// pick marks what is chosen among choices.
func (x filled) pick(name string, all []view.Option) []view.Option {
	out := slices.Clone(all)
	for i, o := range out {
		out[i].Chosen = o.Value != "" && x.chosen(name, o.Value)
	}
	return out
}

func (x filled) summary() []view.FieldError {
	out := make([]view.FieldError, len(x.told))
	for i, e := range x.told {
		out[i] = view.FieldError{Field: e.Name, Message: e.Message}
	}
	return out
}

func (x filled) status() int {
	if len(x.told) > 0 {
		return http.StatusUnprocessableEntity
	}
	return http.StatusOK
}

// labelled is a value of a domain that has its words.
type labelled interface {
	~string
	Label() string
}

// choices turns values into options.
func choices[T labelled](values ...T) []view.Option {
	out := make([]view.Option, len(values))
	for i, v := range values {
		out[i] = view.Option{Value: string(v), Label: v.Label()}
	}
	return out
}

// with puts a first option without value before the choices of a list.
func with(first string, all []view.Option) []view.Option {
	return append([]view.Option{{Label: first}}, all...)
}

// keep puts the messages of a domain beside their fields, and a refusal of the whole act above the form, so
// that nothing typed is lost. What cannot be told on a form is given back.
// Some fields have another name on this page; pairs of the domain's name and the page's say which.
func keep(f *form.Form, err error, names ...string) error {
	flt, known := fault.As(err)
	switch {
	case !known || flt.Kind != fault.KindInvalid && flt.Kind != fault.KindConflict && flt.Kind != fault.KindForbidden:
		return err
	case len(flt.Fields) == 0:
		f.Add("", flt.Message)
		return nil
	}
	for _, e := range flt.Fields {
		if i := slices.Index(names, e.Name); i >= 0 && i%2 == 0 {
			e.Name = names[i+1]
		}
		f.Add(e.Name, e.Message)
	}
	return nil
}

// number reads a positive number of a form; nothing typed is 0.
func number(f *form.Form, name, words string) int64 {
	typed := f.Raw(name)
	if typed == "" {
		return 0
	}
	n, err := strconv.ParseInt(typed, 10, 64)
	if err != nil || n < 1 {
		f.Add(name, words)
		return 0
	}
	return n
}

// version is the version that the person saw; a broken one reads as stale.
func version(f *form.Form) int {
	n, err := strconv.Atoi(f.Raw("version"))
	if err != nil || n < 1 {
		return -1
	}
	return n
}

var errNothing = fault.NotFound("没有找到这一件。可能是编号不完整，或者不在你的职责范围内")

// idOf reads a number of the address; a broken one is a missing record.
func idOf(r *http.Request, param string) (int64, error) {
	id, err := strconv.ParseInt(route.Param(r, param), 10, 64)
	if err != nil || id < 1 {
		return 0, errNothing
	}
	return id, nil
}

// lost tells whether an error says that something is not there for this person.
func lost(err error) bool {
	return errors.Is(err, errNothing) || fault.KindOf(err) == fault.KindNotFound
}

// placed tells a mistyped place in a list as bad input; every other error stays what it is.
func placed(err error) error {
	if errors.Is(err, page.ErrCursor) {
		return fault.InvalidField("after", page.ErrCursor.Error())
	}
	return err
}

// address joins a path with pairs of name and value; empty values are left out.
func address(path string, pairs ...string) string {
	v := url.Values{}
	for i := 0; i+1 < len(pairs); i += 2 {
		if pairs[i+1] != "" {
			v.Set(pairs[i], pairs[i+1])
		}
	}
	if len(v) == 0 {
		return path
	}
	return path + "?" + v.Encode()
}

// casePath is the address of a request's case, or of a page below it.
func casePath(no, below string) string { return pathRequests + "/" + no + below }

func itoa(n int) string { return strconv.Itoa(n) }

// between is a span of days in words; an open end says so.
func between(from, until workday.Day) string {
	if until.IsZero() {
		return "自" + from.Chinese() + "起"
	}
	return from.Chinese() + "至" + until.Add(-1).Chinese()
}
