package frame

import (
	"net/http"

	"portal/internal/authz"
)

// Strip tells how many minutes of a 代办 are left to the person who asks; 0 when none runs. The feature that
// keeps 代办 sets it, and every page of the desk shows it (ux.md §2.4).
type Strip func(r *http.Request, by authz.Actor) (minutes int, err error)

// assist asks the strip; a page never fails for it.
func (f *Frame) assist(r *http.Request, by authz.Actor) int {
	if f.Strip == nil || !authz.Can(by, authz.RequestTake) {
		return 0
	}
	minutes, err := f.Strip(r, by)
	if err != nil {
		f.Log.Error("strip of assisted entry", "err", err)
		return 0
	}
	return minutes
}
