package admission

import (
	"portal/internal/admission"
	"portal/internal/blob"
	"portal/web/frame"
	"portal/web/route"
)

// Mount registers the pages of applications.
func Mount(rt *route.Router, f *frame.Frame, s *admission.Service, files blob.Store) {
	mountForm(rt, f, s, files)
	mountReview(rt, f, s)
}
