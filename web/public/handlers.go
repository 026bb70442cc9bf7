// Package public is the pages that everybody may read without an account: the lists with every
// entry, the sheet of a day, the same as open data, and the laws they rest on. It decides nothing:
// internal/catalog and internal/legal do. Nothing here shows a telephone, an account of funds or a
// person (R44).
package public

import (
	"io"
	"net/http"

	"portal/internal/authz"
	"portal/internal/catalog"
	"portal/internal/fault"
	"portal/web/frame"
	"portal/web/listing"
	"portal/web/route"
	"portal/web/view"
)

// Deps is what the pages need besides the frame.
type Deps struct {
	Secure bool // the portal stands behind TLS: addresses in QR codes begin with https
}

// Addresses of these pages.
const (
	pathItems    = "/items"
	pathDay      = "/items/day"
	pathNegative = "/items/negative"
	pathJSON     = "/items.json"
	pathCSV      = "/items.csv"
	pathLaws     = "/laws"
)

// Mount registers the pages.
func Mount(rt *route.Router, f *frame.Frame, d Deps) {
	h := handlers{f, d, catalog.NewCounter(f.DB)}
	rt.Get(pathItems, authz.PublicRead, h.items)
	rt.Get(pathJSON, authz.PublicRead, h.json)
	rt.Get(pathCSV, authz.PublicRead, h.csv)
	rt.Get(pathDay, authz.PublicRead, h.day)
	rt.Get(pathNegative, authz.PublicRead, h.negative)
	rt.Get(pathItems+"/{code}", authz.PublicRead, h.item)
	rt.Get(pathLaws, authz.LawView, h.laws)
	rt.Get(pathLaws+"/{doc}", authz.LawView, h.law)
	rt.Get(pathLaws+"/{doc}/{article}", authz.LawView, h.article)
}

type handlers struct {
	*frame.Frame
	deps    Deps
	counter *catalog.Counter
}

// onPage is how many entries stand on a page.
const onPage = 20

// filter reads the filter of the address with the street's communities.
func (h handlers) filter(r *http.Request) (listing.Filter, error) {
	v, err := h.Settings(r.Context())
	if err != nil {
		return listing.Filter{}, err
	}
	communities, err := listing.Communities(r.Context(), h.DB.Q(), v.StreetCode)
	if err != nil {
		return listing.Filter{}, err
	}
	return listing.Read(r, h.Today(), communities), nil
}

func (h handlers) items(w http.ResponseWriter, r *http.Request) error {
	f, err := h.filter(r)
	if err != nil {
		return err
	}
	p := itemsPage{Frame: h.Public(r, frame.Opts{Title: titleOf(f), Nav: "items"}), Filter: f}
	if err := f.Err(); err != nil {
		p.Frame.Errors = len(fault.Fields(err))
		return h.Render(w, r, route.Status(err), showItems(p))
	}
	ctx, q := r.Context(), h.DB.Q()
	if p.List, err = catalog.On(ctx, q, f.Catalog(onPage)); err != nil {
		return err
	}
	if p.Counts, err = h.counter.ByKind(ctx, f.Catalog(0)); err != nil {
		return err
	}
	if p.Total, p.More, err = h.counter.Total(ctx, f.Catalog(0), p.List); err != nil {
		return err
	}
	return h.Render(w, r, http.StatusOK, showItems(p))
}

// json and csv are the open data: the records of the filter, values as in the source.
func (h handlers) json(w http.ResponseWriter, r *http.Request) error {
	return h.open(w, r, listing.File{Type: "application/json; charset=utf-8"}, func(f catalog.Filter, out io.Writer) error {
		return listing.WriteJSON(r.Context(), h.DB.Q(), f, out)
	})
}

func (h handlers) csv(w http.ResponseWriter, r *http.Request) error {
	return h.open(w, r, listing.File{Type: "text/csv; charset=utf-8", Name: "items.csv"}, func(f catalog.Filter, out io.Writer) error {
		return listing.WriteCSV(r.Context(), h.DB.Q(), f, out)
	})
}

func (h handlers) open(w http.ResponseWriter, r *http.Request, file listing.File, write func(catalog.Filter, io.Writer) error) error {
	f, err := h.filter(r)
	if err != nil {
		return err
	}
	if err := f.Err(); err != nil {
		return err
	}
	return listing.Download(w, r, file, func(out io.Writer) error { return write(f.Catalog(0), out) })
}

func (h handlers) day(w http.ResponseWriter, r *http.Request) error {
	f, err := h.filter(r)
	if err != nil {
		return err
	}
	p := dayPage{Filter: f}
	p.Frame = h.Public(r, frame.Opts{Title: "某日清单 - " + f.On.Chinese(), Nav: "items", Breadcrumbs: []view.Crumb{{Href: pathItems, Text: "准入清单"}, {Text: "某日清单"}}})
	if err := f.Err(); err != nil {
		p.Frame.Errors = len(fault.Fields(err))
		return h.Render(w, r, route.Status(err), showDay(p))
	}
	if p.Sheet, err = listing.LoadDay(r.Context(), h.DB.Q(), f); err != nil {
		return err
	}
	p.Sheet.Issuer = p.Frame.Street + "办事处"
	p.Sheet.Permalink = listing.Address(r, h.deps.Secure, f.Address(pathDay, listing.ParamDay, f.On.String()))
	return h.Render(w, r, http.StatusOK, showDay(p))
}

func (h handlers) negative(w http.ResponseWriter, r *http.Request) error {
	f, err := h.filter(r)
	if err != nil {
		return err
	}
	p := negativePage{Filter: f, Frame: h.Public(r, frame.Opts{Title: "查看 - 负面清单", Nav: "items", Breadcrumbs: []view.Crumb{{Href: pathItems, Text: "准入清单"}, {Text: "负面清单"}}})}
	if err := f.Err(); err != nil {
		p.Frame.Errors = len(fault.Fields(err))
		return h.Render(w, r, route.Status(err), showNegative(p))
	}
	all, err := catalog.Negatives(r.Context(), h.DB.Q(), f.On)
	if err != nil {
		return err
	}
	p.Groups, p.Total = listing.GroupNegatives(all, f.Words)
	return h.Render(w, r, http.StatusOK, showNegative(p))
}

var errNoItem = fault.NotFound("清单里没有这个编号。可能少输了横线，如 LZ-102；也可以回到准入清单搜索名称")

func (h handlers) item(w http.ResponseWriter, r *http.Request) error {
	code := route.Param(r, "code")
	if !listing.CodeShape.MatchString(code) {
		return errNoItem
	}
	f, err := h.filter(r)
	if err != nil {
		return err
	}
	if err := f.Err(); err != nil {
		return err
	}
	street, err := h.Settings(r.Context())
	if err != nil {
		return err
	}
	it, err := listing.LoadItem(r.Context(), h.DB.Q(), code, f.On, f.Today, street.StreetCode)
	if fault.KindOf(err) == fault.KindNotFound {
		return errNoItem
	}
	if err != nil {
		return err
	}
	p := itemPage{Item: it, Permalink: listing.Address(r, h.deps.Secure, it.Path())}
	if !it.IsToday() {
		p.Permalink = listing.Address(r, h.deps.Secure, it.Dated(it.Path()))
	}
	p.Frame = h.Public(r, frame.Opts{Title: it.Title + " - 准入清单", Nav: "items", Breadcrumbs: []view.Crumb{
		{Href: pathItems, Text: "准入清单"}, {Href: pathItems + "?kind=" + string(it.ListKind), Text: it.ListKind.Label()}, {Text: listing.DocNo(it.Entry)}}})
	return h.Render(w, r, http.StatusOK, showItem(p))
}
