// Package home is the first page of the public site and the pages about the site itself: how it can
// be used by everybody, and what it keeps of its readers.
package home

import (
	"net/http"

	"portal/internal/authz"
	"portal/internal/catalog"
	"portal/internal/policy"
	"portal/web/frame"
	"portal/web/listing"
	"portal/web/route"
	"portal/web/view"
)

// Deps is what the pages need besides the frame; nothing yet.
type Deps struct{}

// Mount registers the pages.
func Mount(rt *route.Router, f *frame.Frame, _ Deps) {
	h := handlers{f, catalog.NewCounter(f.DB)}
	rt.Get("/", authz.HomeView, h.home)
	rt.Get("/accessibility", authz.PublicRead, h.accessibility)
	rt.Get("/privacy", authz.PublicRead, h.privacy)
}

type handlers struct {
	*frame.Frame
	counter *catalog.Counter
}

// homePage is the first page: doors, what is new, and whom to call.
type homePage struct {
	Frame   view.Page
	Street  policy.Values
	Version string // the list version of today
	Since   string
	Counts  map[catalog.ListKind]int
}

func (h handlers) home(w http.ResponseWriter, r *http.Request) error {
	ctx, q, today := r.Context(), h.DB.Q(), h.Today()
	p := homePage{Frame: h.Public(r, frame.Opts{Title: "首页 - 社区公开", Nav: "home"})}
	var err error
	if p.Street, err = h.Settings(ctx); err != nil {
		return err
	}
	versions, err := catalog.ListVersions(ctx, q)
	if err != nil {
		return err
	}
	if v, ok := catalog.VersionOn(versions, today); ok {
		p.Version, p.Since = listing.VersionTitle(v), v.EffectiveFrom.Chinese()
	}
	if p.Counts, err = h.counter.ByKind(ctx, catalog.Filter{Day: today}); err != nil {
		return err
	}
	return h.Render(w, r, http.StatusOK, showHome(p))
}

// door is one of the big links of the first page.
type door struct{ Icon, Title, Text, Href string }

// doors lead to what exists.
func (p homePage) doors() []door {
	kind := func(icon string, k catalog.ListKind) door {
		return door{icon, listing.PlainTitle(k), listing.PlainText(k), "/items?kind=" + string(k)}
	}
	return []door{
		{"message-square-text", "反映问题", "哪里坏了、谁扰民、有事想问，四步说完，不用注册", "/requests/new"},
		{"search", "查进度", "凭小票上的查询码，看办到哪一步", "/requests/lookup"},
		{"megaphone", "公示栏", "社区的钱、事和决定，公示期内可以提异议", "/notices"},
		{"user-search", "谁管我家这片", "找您家那栋楼的网格员，名字和电话", "/grids"},
		{"list-checks", "准入清单", "社区做什么、帮政府做什么，共 " + view.Bounded(p.total()) + " 项", "/items"},
		{"calendar-days", "某日清单", "查过去任何一天社区可以被要求做什么，可以打印", "/items/day"},
		kind("file-text", catalog.CertificateAllowed),
		kind("circle-x", catalog.CertificateForbidden),
		{"hand", "不得要求社区做的事", "负面清单，每一条写明出处", "/items/negative"},
		{"scale", "法律依据", "每一条依据的原文，哪一天有效，后来去了哪里", "/laws"},
	}
}

func (p homePage) total() int {
	n := 0
	for _, each := range p.Counts {
		n += each
	}
	return n
}

// aboutPage is a page of plain words.
type aboutPage struct {
	Frame  view.Page
	Street policy.Values
}

func (h handlers) about(r *http.Request, title string) (aboutPage, error) {
	p := aboutPage{Frame: h.Public(r, frame.Opts{Title: title, Breadcrumbs: []view.Crumb{{Href: "/", Text: "首页"}, {Text: title}}})}
	var err error
	p.Street, err = h.Settings(r.Context())
	return p, err
}

func (h handlers) accessibility(w http.ResponseWriter, r *http.Request) error {
	p, err := h.about(r, "查看 - 无障碍说明")
	if err != nil {
		return err
	}
	return h.Render(w, r, http.StatusOK, showAccessibility(p))
}

func (h handlers) privacy(w http.ResponseWriter, r *http.Request) error {
	p, err := h.about(r, "查看 - 个人信息保护")
	if err != nil {
		return err
	}
	return h.Render(w, r, http.StatusOK, showPrivacy(p))
}
