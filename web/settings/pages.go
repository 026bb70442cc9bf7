package settings

import (
	"net/http"

	"github.com/a-h/templ"

	"portal/web/frame"
	"portal/web/view"
)

func (h handlers) frame(r *http.Request, title string) view.Page {
	o := frame.Opts{Title: title, Module: "settings"}
	if title != "系统设置" {
		o.Breadcrumbs = []view.Crumb{{Href: "/desk/settings", Text: "系统设置"}, {Text: title}}
	}
	return h.f.Staff(r, o)
}

func (h handlers) show(w http.ResponseWriter, r *http.Request, title string, content templ.Component) error {
	return h.f.Render(w, r, http.StatusOK, view.StaffWith(h.frame(r, title), content))
}
