package admission

import (
	"portal/internal/admission"
	"portal/web/frame"
	"portal/web/route"
)

// Mount registers the pages of applications.
func Mount(rt *route.Router, f *frame.Frame, s *admission.Service) {
	mountReview(rt, f, s)
}
