package desk

import (
	"net/http"
	"net/url"
	"strings"
	"unicode/utf8"

	"portal/internal/admission"
	"portal/internal/authz"
	"portal/internal/catalog"
	"portal/internal/legal"
	"portal/web/frame"
	"portal/web/route"
	"portal/web/view"
)

// searchPage is what a word finds, kind by kind, all in reach.
type searchPage struct {
	Frame  view.Page
	Words  string
	Groups []found
	Short  bool // fewer than two characters: nothing was looked for
}

type found struct {
	Head, More string
	Lines      []foundLine
}

type foundLine struct{ Title, Detail, Href string }

const (
	searchMost  = 60
	searchShown = 10
)

func (h handlers) search(w http.ResponseWriter, r *http.Request) error {
	words := tidy(r.URL.Query().Get("q"))
	p := searchPage{Frame: h.Staff(r, frame.Opts{Title: "搜索 - " + words}), Words: words, Short: utf8.RuneCountInString(words) < 2}
	p.Frame.Search = words
	if words == "" {
		p.Frame.Title = "搜索 - 文号和事项"
	}
	if !p.Short {
		for _, look := range []func(*http.Request, string) (found, error){h.inApplications, h.inItems, h.inLaws} {
			g, err := look(r, words)
			if err != nil {
				return err
			}
			if len(g.Lines) > 0 {
				p.Groups = append(p.Groups, g)
			}
		}
	}
	return h.Render(w, r, http.StatusOK, showSearch(p))
}

// tidy keeps what is text, up to a length.
func tidy(s string) string {
	kept := strings.Map(func(c rune) rune {
		if c < ' ' || c == 0x7f || c == utf8.RuneError {
			return -1
		}
		return c
	}, s)
	if r := []rune(kept); len(r) > searchMost {
		kept = string(r[:searchMost])
	}
	return strings.TrimSpace(kept)
}

func (h handlers) inApplications(r *http.Request, words string) (found, error) {
	g := found{Head: "准入申请"}
	by := route.Actor(r)
	if !authz.Can(by, authz.AppList) {
		return g, nil
	}
	page, err := h.apps.List(r.Context(), by, admission.Filter{Tab: admission.TabAll, Words: words, Today: h.Today(), Limit: searchShown})
	if err != nil {
		return g, err
	}
	word := h.Word(r.Context())
	for _, l := range page.Rows {
		no := l.No(word)
		if no == "" {
			no = "草稿"
		}
		g.Lines = append(g.Lines, foundLine{Title: l.Title, Detail: no + " · " + l.UnitName + " · " + l.Standing(h.Today()), Href: l.Path()})
	}
	if page.HasNext {
		g.More = "/desk/applications?tab=all&q=" + url.QueryEscape(words)
	}
	return g, nil
}

func (h handlers) inItems(r *http.Request, words string) (found, error) {
	g := found{Head: "清单里的事项"}
	page, err := catalog.On(r.Context(), h.DB.Q(), catalog.Filter{Words: words, Day: h.Today(), Limit: searchShown})
	if err != nil {
		return g, err
	}
	for _, e := range page.Rows {
		detail := e.Code + " · " + e.ListKind.Label()
		if e.LeadDepartment != "" {
			detail += " · " + e.LeadDepartment
		}
		g.Lines = append(g.Lines, foundLine{Title: e.Title, Detail: detail, Href: "/desk/items/" + e.Code})
	}
	if page.HasNext {
		g.More = "/desk/lists/all?q=" + url.QueryEscape(words)
	}
	return g, nil
}

func (h handlers) inLaws(r *http.Request, words string) (found, error) {
	g := found{Head: "法律和文件"}
	page, err := legal.Documents(r.Context(), h.DB.Q(), legal.DocFilter{Words: words, Limit: searchShown})
	if err != nil {
		return g, err
	}
	for _, d := range page.Rows {
		g.Lines = append(g.Lines, foundLine{Title: d.Title, Detail: d.Kind.Label() + " · " + d.Status.Label(), Href: "/laws/" + d.DocKey})
	}
	if page.HasNext {
		g.More = "/laws?q=" + url.QueryEscape(words)
	}
	return g, nil
}

// helpPage says which keys there are and whom to call.
type helpPage struct {
	Frame  view.Page
	Phone  string
	Hours  string
	Office string
	Off    bool
}

func (h handlers) help(w http.ResponseWriter, r *http.Request) error {
	v, err := h.Settings(r.Context())
	if err != nil {
		return err
	}
	p := helpPage{Frame: h.Staff(r, frame.Opts{Title: "看帮助 - 快捷键和电话"}), Phone: v.StreetPhone, Hours: v.StreetOfficeTime, Office: v.StreetName + "办事处，" + v.StreetAddress}
	p.Off = p.Frame.ShortcutsOff
	return h.Render(w, r, http.StatusOK, showHelp(p))
}

// shortcuts are the keys of the desk (ux.md §7), each with the button that does the same.
var shortcuts = []struct{ keys, does string }{
	{"/", "搜文号、事项"}, {"?", "打开这一页"}, {"g 再按 1 到 8", "打开目录里的第几项"}, {"j 和 k", "下一件、上一件"}, {"Enter", "打开选中的一件"},
	{"n", "新建，如申请准入、登记清单外任务"}, {"Ctrl+Enter", "办这一页的主要事情，如退回补正"}, {"Ctrl+S", "保存草稿"}, {"Esc", "收起菜单"},
}
