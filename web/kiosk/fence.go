package kiosk

import (
	"net/http"
	"strings"

	"portal/internal/fault"
	"portal/internal/kiosk"
)

// beside are the addresses that a device in use may ask for beside its own pages.
var beside = []string{"/static/", "/healthz"}

// Fence keeps the browser of a working device to the pages of the device: nobody signs in on it, neither by
// hand nor by a forgotten session, and no page of the portal but its own comes up there (K-2). It stands before
// everything that knows sessions. Browsers without a device's cookie pass.
func (d Deps) Fence(fail func(http.ResponseWriter, *http.Request, error)) func(http.Handler) http.Handler {
	h := handlers{Deps: d}
	return func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			cookie := h.deviceCookie(r)
			if cookie == "" || ours(r.URL.Path) {
				next.ServeHTTP(w, r)
				return
			}
			dev, err := d.Kiosks.Known(r.Context(), cookie)
			switch {
			case fault.KindOf(err) == fault.KindNotFound, err == nil && dev.State != kiosk.Working:
				next.ServeHTTP(w, r)
			case err != nil:
				fail(w, r, err)
			case r.Method == http.MethodGet || r.Method == http.MethodHead:
				http.Redirect(w, r, pathHome, http.StatusSeeOther)
			default:
				fail(w, r, fault.NotFound("这台一体机只办居民的事，工作人员不在这里登录"))
			}
		})
	}
}

// ours reports whether an address belongs to the device.
func ours(path string) bool {
	if path == pathHome || strings.HasPrefix(path, pathHome+"/") {
		return true
	}
	for _, prefix := range beside {
		if strings.HasPrefix(path, prefix) {
			return true
		}
	}
	return false
}
