// Package listing is what the public site and the desk share when they show the lists: the filter in
// the address, the words and chips of an entry, the sheet of a day, and downloads. It decides
// nothing: internal/catalog and internal/legal do.
package listing

import (
	"context"
	"net/http"
	"net/url"
	"regexp"

	"portal/internal/catalog"
	"portal/internal/fault"
	"portal/internal/page"
	"portal/internal/pg"
	"portal/internal/place"
	"portal/internal/workday"
	"portal/web/form"
	"portal/web/view"
)

// Names of the parameters; the address is the state of a list.
const (
	ParamKind      = "kind"
	ParamWords     = "q"
	ParamCommunity = "community"
	ParamDay       = "on"
	ParamStanding  = "standing"
	ParamAfter     = "after"
)

const maxWords = 60

// Filter is what a reader asked of a list.
type Filter struct {
	Kind        catalog.ListKind // "": all
	Words       string
	Community   string
	Standing    catalog.Standing // "": what is effective here
	On          workday.Day      // always a day
	Today       workday.Day
	Cursor      page.Cursor
	Communities []place.Division // the choices
	Form        *form.Form       // what was typed, with messages
}

// Communities lists the communities of the street, for the choices of a filter.
func Communities(ctx context.Context, q pg.Querier, street string) ([]place.Division, error) {
	below, err := place.Children(ctx, q, street)
	if err != nil {
		return nil, err
	}
	var out []place.Division
	for _, d := range below {
		if d.Level == place.CommunityAt {
			out = append(out, d)
		}
	}
	return out, nil
}

// Read reads the filter of an address. What cannot be read has its sentence in Form and does not
// narrow.
func Read(r *http.Request, today workday.Day, communities []place.Division) Filter {
	fm := form.Query(r)
	f := Filter{Today: today, On: today, Communities: communities, Form: fm}
	if words := fm.Raw(ParamKind); words != "" {
		kind, ok := catalog.KindOf(words)
		if !ok {
			fm.Add(ParamKind, "没有这种清单，请从列出的清单里选")
		}
		f.Kind = kind
	}
	f.Words = fm.Line(ParamWords, maxWords)
	f.Community = f.readCommunity()
	if day := fm.Day(ParamDay, today); !day.IsZero() {
		f.On = day
	}
	f.Standing = form.Choice(fm, ParamStanding, Standings)
	cursor, err := catalog.ParseCursor(fm.Raw(ParamAfter))
	if err != nil {
		fm.Add(ParamAfter, err.Error())
	}
	f.Cursor = cursor
	return f
}

var twelve = regexp.MustCompile(`^[0-9]{12}$`)

func (f Filter) readCommunity() string {
	code := f.Form.Raw(ParamCommunity)
	switch {
	case code == "":
		return ""
	case !twelve.MatchString(code):
		f.Form.Add(ParamCommunity, "社区代码是十二位数字，如 320104900001")
		return ""
	case f.communityName(code) == "":
		f.Form.Add(ParamCommunity, "本街道没有这个社区，请从列出的社区里选")
		return ""
	}
	return code
}

func (f Filter) communityName(code string) string {
	for _, c := range f.Communities {
		if c.Code == code {
			return c.Name
		}
	}
	return ""
}

// CommunityName is the chosen community, or "".
func (f Filter) CommunityName() string { return f.communityName(f.Community) }

// Standings that a reader may ask for besides what is effective here.
var Standings = []catalog.Standing{catalog.NeedsReview, catalog.Suspended, catalog.Reference}

// Catalog is the filter as the lists understand it.
func (f Filter) Catalog(limit int) catalog.Filter {
	c := catalog.Filter{Words: f.Words, Community: f.Community, Day: f.On, Cursor: f.Cursor, Limit: limit}
	if f.Kind != "" {
		c.Kinds = []catalog.ListKind{f.Kind}
	}
	if f.Standing != "" {
		c.Standings = []catalog.Standing{f.Standing}
	}
	return c
}

// Err gives the messages as one fault, or nil.
func (f Filter) Err() error { return f.Form.Err() }

// Message gives the sentence beside a field, or "".
func (f Filter) Message(name string) string { return MessageOf(f.Form.Errors(), name) }

// MessageOf finds the sentence of one field.
func MessageOf(fields []fault.Field, name string) string {
	for _, e := range fields {
		if e.Name == name {
			return e.Message
		}
	}
	return ""
}

// Summary lists the messages for the top of the page.
func Summary(fields []fault.Field) []view.FieldError {
	var out []view.FieldError
	for _, e := range fields {
		out = append(out, view.FieldError{Field: e.Name, Message: e.Message})
	}
	return out
}

// Values are the parameters of the filter, without the place in the list; today is no parameter.
func (f Filter) Values() url.Values {
	v := url.Values{}
	set := func(name, value string) {
		if value != "" {
			v.Set(name, value)
		}
	}
	set(ParamKind, string(f.Kind))
	set(ParamWords, f.Words)
	set(ParamCommunity, f.Community)
	set(ParamStanding, string(f.Standing))
	if f.On != f.Today {
		set(ParamDay, f.On.String())
	}
	return v
}

// Address gives path with the filter, changed by pairs of name and value; "" takes a parameter away.
func (f Filter) Address(path string, pairs ...string) string {
	v := f.Values()
	for i := 0; i+1 < len(pairs); i += 2 {
		if pairs[i+1] == "" {
			v.Del(pairs[i])
		} else {
			v.Set(pairs[i], pairs[i+1])
		}
	}
	return With(path, v)
}

// With joins a path and its parameters.
func With(path string, v url.Values) string {
	if len(v) == 0 {
		return path
	}
	return path + "?" + v.Encode()
}

// Tags are the applied filters; hidden names parameters that the page shows otherwise.
func (f Filter) Tags(path string, hidden ...string) []view.Tag {
	words := map[string]string{
		ParamKind: f.Kind.Label(), ParamWords: f.Words, ParamCommunity: f.CommunityName(), ParamStanding: f.Standing.Label(), ParamDay: f.On.Chinese(),
	}
	names := []struct{ param, label string }{
		{ParamKind, "清单"}, {ParamWords, "关键词"}, {ParamCommunity, "社区"}, {ParamStanding, "状态"}, {ParamDay, "日期"},
	}
	set := f.Values()
	for _, h := range hidden {
		set.Del(h)
	}
	var out []view.Tag
	for _, n := range names {
		if set.Has(n.param) {
			out = append(out, view.Tag{Words: n.label + "：" + words[n.param], Href: f.Address(path, n.param, "")})
		}
	}
	return out
}

// CommunityOptions are the choices of community.
func (f Filter) CommunityOptions() []view.Option {
	out := []view.Option{{Value: "", Label: "全部社区"}}
	for _, c := range f.Communities {
		out = append(out, view.Option{Value: c.Code, Label: c.Name, Chosen: c.Code == f.Community})
	}
	return out
}

// KindOptions are the choices of list.
func (f Filter) KindOptions() []view.Option {
	out := []view.Option{{Value: "", Label: "全部清单"}}
	for _, k := range catalog.ListKinds {
		out = append(out, view.Option{Value: string(k), Label: k.Label(), Chosen: k == f.Kind})
	}
	return out
}

// DayTyped is what stands in the day field: as typed, or the day when it is not today.
func (f Filter) DayTyped() string {
	if f.Form.Raw(ParamDay) != "" {
		return f.Form.Raw(ParamDay)
	}
	if f.On == f.Today {
		return ""
	}
	return f.On.String()
}

// Pages are the doors of a keyset list at an address.
func Pages[T any](p page.Page[T], address func(cursor string) string, words string) view.Pages {
	out := view.Pages{Words: words}
	if p.HasPrev {
		out.First, out.Prev = address(""), address(p.Prev)
	}
	if p.HasNext {
		out.Next = address(p.Next)
	}
	return out
}
