package web

import (
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/andybalholm/cascadia"
	"golang.org/x/net/html"

	"portal/internal/authz"
)

// input is one field of a form as the page shows it.
type input struct {
	name, kind, value string   // kind: text, textarea, password, hidden, select, radio, checkbox, file
	options           []string // lawful values of a choice
}

// typed tells a field that people write into.
func (i input) typed() bool { return i.kind == "text" || i.kind == "textarea" }

// choice tells a field whose values are listed.
func (i input) choice() bool { return i.kind == "select" || i.kind == "radio" || i.kind == "checkbox" }

// seenForm is one form on a page, with who saw it there.
type seenForm struct {
	who           identity
	page, action  string
	method, route string // where it leads
	multipart     bool
	inputs        []input
	buttons       []url.Values // what each button adds
	signature     string       // forms that ask for the same
}

// harvest is what a walk through the pages found.
type harvest struct {
	at    map[string]seenAt          // by pattern of a page
	names map[string]map[string]bool // query parameters by pattern of a page
	forms map[string][]seenForm      // by signature
}

type seenAt struct {
	who  identity
	path string
}

func (h *harvest) somebody(pattern string) (identity, string) {
	at := h.at[pattern]
	return at.who, at.path
}

// params are the query parameters of a page: from its filters and from the links that lead to it.
func (h *harvest) params(pattern string) []string {
	if len(h.names[pattern]) == 0 {
		return nil
	}
	h.names[pattern]["after"], h.names[pattern]["on"] = true, true // shown only where there is more
	return slices.Sorted(maps.Keys(h.names[pattern]))
}

// alive asks for the page of a form again: as it stands now, or the first of its kind that is still
// there, or none.
func (s *siege) alive(t *testing.T, pool []seenForm) (seenForm, bool) {
	t.Helper()
	for _, f := range pool {
		if strings.HasPrefix(f.action, "/requests/new") { // a form sent before has let go of the draft
			s.answered(t, f.who)
			s.written(t)
		}
		for _, n := range s.open(t, f.who, f.page).all("form") {
			if now := s.read(n, f.who, f.page); now.action == f.action && (now.signature == f.signature || f.route == editRoute || lenient[f.rule()]) {
				return now, true
			}
			if has(n, "data-autosave") && (attr(n, "data-autosave") == f.action || attr(n, "data-check-url") == f.action) {
				now := s.read(n, f.who, f.page)
				now.action, now.route, now.signature = f.action, f.route, f.signature
				return now, true
			}
		}
	}
	return seenForm{}, false
}

// walkers are the accounts that walk; between them they open every page. One of them gives its own
// password, second factor and sessions to the attack.
var walkers = []string{"dept.chengguan", "reviewer", "secretary.huaiyin", "admin", "legality", "leader", "worker.huaiyin", "", "dept.minzheng", "dispatcher", "grid.huaiyin1", "grid.huaiyin2", "clerk", "auditor", "callback"}

const (
	sacrificed = "auditor"      // whose own account is attacked
	victim     = "worker.linhe" // whom the administrator changes
)

// most is how many pages of one route a walker opens: records differ in what may be done to them.
func most(pattern string) int {
	if _, isNamed := missings[pattern]; isNamed {
		return 12
	}
	if strings.HasPrefix(pattern, "/requests/") || strings.HasPrefix(pattern, "/r/") || pattern == "/desk/requests/new" || strings.HasPrefix(pattern, "/desk/imports/") || strings.HasPrefix(pattern, "/desk/applications/{no}/edit") {
		return 5
	}
	return 2
}

// crawl walks through the portal by its links, and collects pages, parameters and forms.
func (s *siege) crawl(t *testing.T) *harvest {
	t.Helper()
	h := &harvest{at: map[string]seenAt{}, names: map[string]map[string]bool{}, forms: map[string][]seenForm{}}
	objects := s.objects(t)
	pages := s.prepared(t)
	for _, login := range walkers {
		who, opened, queue, late := s.who[login], map[string]int{}, slices.Clone(pages[login]), []string{}
		for _, route := range s.server.Routes {
			if route.Method != http.MethodGet || !authz.Can(who.actor, route.Action) {
				continue
			}
			record, isNamed := named(route.Pattern)
			if !isNamed {
				queue = append(queue, fill(route.Pattern))
			}
			for _, o := range objects[record] { // what no link leads to
				if o.inReach(who.actor, route.Action) {
					late = append(late, at(route.Pattern, record, o.slug))
				}
			}
		}
		seen := map[string]bool{}
		for len(queue) > 0 || len(late) > 0 {
			if len(queue) == 0 {
				queue, late = late, nil
			}
			path := queue[0]
			queue = queue[1:]
			pattern := s.routeOfPath(http.MethodGet, path)
			if seen[path] || pattern == "" || opened[pattern] >= most(pattern) {
				continue
			}
			seen[path] = true
			a := s.open(t, who, path)
			if a.status != http.StatusOK && a.status != http.StatusSeeOther {
				continue
			}
			opened[pattern]++
			if to := a.header.Get("Location"); to != "" {
				queue = append(queue, to)
			}
			if _, known := h.at[pattern]; !known {
				h.at[pattern] = seenAt{who, strings.Split(path, "?")[0]}
			}
			queue = append(queue, h.collect(s, who, path, pattern, a)...)
		}
	}
	return h
}

// collect notes the forms and parameters of a page and gives its links.
func (h *harvest) collect(s *siege, who identity, path, pattern string, a answer) []string {
	note := func(to, name string) {
		if h.names[to] == nil {
			h.names[to] = map[string]bool{}
		}
		h.names[to][name] = true
	}
	var links []string
	for _, n := range a.all("main a[href], nav a[href]") {
		u, err := url.Parse(attr(n, "href"))
		if err != nil || u.IsAbs() || u.Path == "" {
			continue
		}
		to := s.routeOfPath(http.MethodGet, u.EscapedPath())
		for name := range u.Query() {
			note(to, name)
		}
		links = append(links, u.RequestURI())
	}
	for _, n := range a.all("form") {
		f := s.read(n, who, path)
		if f.method == http.MethodGet {
			for _, in := range f.inputs {
				note(f.route, in.name)
			}
			continue
		}
		if h.spared(f) {
			continue
		}
		h.forms[f.signature] = append(h.forms[f.signature], f)
		for _, part := range []string{"data-autosave", "data-check-url"} { // where the script sends the same
			if again := f; has(n, part) {
				again.action = attr(n, part)
				again.route = s.routeOfPath(http.MethodPost, again.action)
				again.signature = again.route
				h.forms[again.signature] = append(h.forms[again.signature], again)
			}
		}
	}
	return links
}

// spared are forms that would end the attack itself.
func (h *harvest) spared(f seenForm) bool {
	switch {
	case f.route == "/look" || f.route == "/sign-out":
		return true
	case ofDevice(f.route): // see TestHostileDevice
		return true
	case strings.HasPrefix(f.route, "/me/"):
		return f.who.login != sacrificed
	case f.route == "/desk/settings/people/{login}":
		return !strings.HasSuffix(f.action, "/"+victim)
	}
	return false
}

// read reads a form from a page.
func (s *siege) read(n *html.Node, who identity, page string) seenForm {
	f := seenForm{who: who, page: page, action: attr(n, "action"), method: strings.ToUpper(attr(n, "method")), multipart: strings.HasPrefix(attr(n, "enctype"), "multipart")}
	if f.method == "" {
		f.method = http.MethodGet
	}
	f.route = s.routeOfPath(f.method, f.action)
	index := map[string]int{}
	for _, e := range cascadia.QueryAll(n, cascadia.MustCompile("input, textarea, select, button")) {
		f.add(e, index)
	}
	names := []string{f.method, f.route}
	for _, in := range f.inputs {
		names = append(names, in.name)
	}
	for _, b := range f.buttons {
		what, _, _ := strings.Cut(b.Encode(), "%3A") // do=drop:12 is do=drop
		names = append(names, what)
	}
	f.signature = strings.Join(names, " ")
	return f
}

func (f *seenForm) add(e *html.Node, index map[string]int) {
	name, kind := attr(e, "name"), attr(e, "type")
	if e.Data != "input" {
		kind = e.Data
	}
	switch {
	case e.Data == "button" || kind == "submit":
		v := url.Values{}
		if name != "" {
			v.Set(name, attr(e, "value"))
		}
		f.buttons = append(f.buttons, v)
		return
	case name == "":
		return
	case !slices.Contains([]string{"textarea", "password", "hidden", "select", "radio", "checkbox", "file"}, kind):
		kind = "text"
	}
	at, known := index[name]
	if !known {
		at = len(f.inputs)
		index[name] = at
		f.inputs = append(f.inputs, input{name: name, kind: kind})
	}
	in := &f.inputs[at]
	switch kind {
	case "radio", "checkbox":
		if !has(e, "disabled") {
			in.options = append(in.options, attr(e, "value"))
		}
		if has(e, "checked") {
			in.value = attr(e, "value")
		}
	case "select":
		for _, o := range cascadia.QueryAll(e, cascadia.MustCompile("option")) {
			in.options = append(in.options, attr(o, "value"))
			if has(o, "selected") {
				in.value = attr(o, "value")
			}
		}
	case "textarea":
		for c := range e.Descendants() {
			in.value += c.Data
		}
	default:
		in.value = attr(e, "value")
	}
}

func attr(n *html.Node, name string) string {
	for _, at := range n.Attr {
		if at.Key == name {
			return at.Val
		}
	}
	return ""
}

func has(n *html.Node, name string) bool {
	return slices.ContainsFunc(n.Attr, func(at html.Attribute) bool { return at.Key == name })
}
