package frame

import (
	"net/http"
	"net/url"

	"portal/internal/authz"
	"portal/web/form"
	"portal/web/route"
	"portal/web/session"
	"portal/web/view"
)

// module is one line of the rail; the numerals stay the same for everybody, so shortcuts are stable.
type module struct {
	key, numeral, label, href string
	action                    authz.Action
}

// modules lists what exists; later issues add theirs. A line shows when the policy table grants its action.
var modules = []module{
	{"todos", "一", "待办", "/desk/todos", authz.DeskView},
	{"admission", "二", "准入清单", "/desk/applications", authz.AppList},
	{"lists", "二", "准入清单", "/desk/lists", authz.ListView},
	{"grids", "五", "网格", "/desk/grids", authz.GridView},
	{"requests", "六", "居民诉求", "/desk/requests", authz.WorkList},
	{"notices", "七", "公示栏", "/desk/notices", authz.NoticeView},
}

var extras = []module{
	{"inbox", "附", "消息", "/desk/inbox", authz.InboxRead},
	{"kiosks", "附", "一体机", "/desk/settings/kiosks", authz.KioskView},
	{"settings", "附", "系统设置", "/desk/settings", authz.SettingsView},
}

// Cookies of the look; they hold no more than the choice.
const (
	cookieMode = "look_mode"
	cookieSize = "look_size"
)

// Staff is the frame of a desk page.
func (f *Frame) Staff(r *http.Request, o Opts) view.Page {
	p := f.base(r, o)
	a := route.Actor(r)
	counts := map[string]int{}
	if f.Counts != nil {
		var err error
		if counts, err = f.Counts(r.Context(), a); err != nil {
			f.Log.Error("rail figures", "err", err)
			counts = map[string]int{}
		}
	}
	p.Rail = rail(a, modules, counts, o.Module)
	p.RailExtra = rail(a, extras, counts, o.Module)
	p.PhoneBar = phoneBar(a, r.URL.Path)
	p.UnreadInbox = counts["inbox"]
	p.Assist = f.assist(r, a)
	return p
}

// Public is the frame of a page that everybody may read.
func (f *Frame) Public(r *http.Request, o Opts) view.Page { return f.base(r, o) }

// Kiosk is the frame of a page of the touch device: no account, no cookie of the look; both end with the
// resident's session.
func (f *Frame) Kiosk(r *http.Request, o Opts, look view.KioskLook) view.Page {
	v := f.settingsOrDefaults(r.Context())
	look.Key = form.NewKey()
	return view.Page{Title: o.Title, Street: v.StreetName, Phone: v.StreetPhone, Hours: v.StreetOfficeTime, Wordmark: wordmark(v.StreetName), Demo: f.Demo,
		Path: r.URL.RequestURI(), FontSize: look.Size, Kiosk: look}
}

func rail(a authz.Actor, from []module, counts map[string]int, current string) []view.RailEntry {
	var out []view.RailEntry
	seen := map[string]bool{}
	for _, m := range from {
		if !authz.Can(a, m.action) || m.numeral != "附" && seen[m.numeral] {
			continue
		}
		seen[m.numeral] = true
		out = append(out, view.RailEntry{Numeral: m.numeral, Label: m.label, Href: m.href, Count: counts[m.key],
			Current: m.key == current || m.numeral != "附" && current != "" && sameModule(m, current)})
	}
	return out
}

// sameModule lets the two doors of module 二 share one line.
func sameModule(m module, current string) bool {
	for _, other := range modules {
		if other.key == current {
			return other.numeral == m.numeral
		}
	}
	return false
}

func (f *Frame) base(r *http.Request, o Opts) view.Page {
	v := f.settingsOrDefaults(r.Context())
	a := route.Actor(r)
	p := view.Page{
		Title: o.Title, Street: v.StreetName, Phone: v.StreetPhone, Hours: v.StreetOfficeTime, Wordmark: wordmark(v.StreetName), Demo: f.Demo,
		SignedIn: a.SignedIn(), ActorName: a.Name, ActorPost: a.PostLabel(), Path: r.URL.RequestURI(), Nav: o.Nav,
		Mode: choice(r, cookieMode, "mode", "normal", "elder"), FontSize: choice(r, cookieSize, "size", "std", "large", "xlarge"),
		Breadcrumbs: o.Breadcrumbs, Wide: o.Wide, ShortcutsOff: session.ShortcutsOff(r),
	}
	if flash, ok := f.told(r); ok {
		p.Flash = &flash
	}
	return p
}

func (f *Frame) told(r *http.Request) (view.Banner, bool) {
	if r.Method != http.MethodGet || f.Sessions == nil {
		return view.Banner{}, false
	}
	t, ok := f.Sessions.Told(r.Context())
	if !ok {
		return view.Banner{}, false
	}
	return view.Banner{Tone: view.Tone(t.Tone), Lead: t.Words, Text: t.More, Href: t.Href, Link: t.Link}, true
}

// wordmark takes the two characters of the red square from the street's name.
func wordmark(street string) string {
	runes := []rune(street)
	return string(runes[:min(2, len(runes))])
}

// choice reads a look from the address, then from the cookie; the first value is the default.
func choice(r *http.Request, cookie, param string, values ...string) string {
	asked := r.URL.Query().Get(param)
	if asked == "" {
		if c, err := r.Cookie(cookie); err == nil {
			asked = c.Value
		}
	}
	for _, v := range values {
		if v == asked {
			return v
		}
	}
	return values[0]
}

// Look answers POST /look: it keeps the choice in a cookie and returns to the page.
func (f *Frame) Look(w http.ResponseWriter, r *http.Request) error {
	set := func(name, value string, values ...string) {
		for _, v := range values {
			if v == value {
				http.SetCookie(w, &http.Cookie{Name: name, Value: v, Path: "/", MaxAge: 365 * 24 * 3600, SameSite: http.SameSiteLaxMode, HttpOnly: true})
			}
		}
	}
	set(cookieMode, r.PostFormValue("mode"), "normal", "elder")
	set(cookieSize, r.PostFormValue("size"), "std", "large", "xlarge")
	return route.See(w, r, Local(r.PostFormValue("back"), "/"))
}

// Local keeps an address only when it is a path of this site without look parameters; anything else gives fallback.
func Local(address, fallback string) string {
	u, err := url.Parse(address)
	if err != nil || u.IsAbs() || u.Host != "" || u.Opaque != "" || len(u.Path) == 0 || u.Path[0] != '/' ||
		len(address) > 1 && (address[1] == '/' || address[1] == '\\') {
		return fallback
	}
	q := u.Query()
	q.Del("mode")
	q.Del("size")
	u.RawQuery = q.Encode()
	return u.RequestURI()
}
