package admission

import (
	"net/http"
	"strconv"

	"portal/internal/admission"
	"portal/internal/authz"
	"portal/internal/blob"
	"portal/web/frame"
	"portal/web/route"
	"portal/web/view"
)

// forms are the pages on which a department writes and hands in an application.
type forms struct {
	handlers
	files blob.Store
}

// mountForm registers the five steps, what helps while typing, and what follows.
func mountForm(rt *route.Router, f *frame.Frame, s *admission.Service, files blob.Store) {
	h := forms{handlers: handlers{f: f, s: s}, files: files}
	rt.Get(pathList+"/new", authz.AppDraft, h.intro)
	rt.Post(pathList+"/new", authz.AppDraft, h.begin)
	rt.Get(pathList+"/{no}/edit/{step}", authz.AppDraft, h.edit)
	rt.Post(pathList+"/{no}/edit/{step}", authz.AppDraft, h.save)
	rt.Post(pathList+"/{no}/edit/{step}/autosave", authz.AppDraft, h.autosave)
	rt.Post(pathList+"/{no}/check", authz.AppDraft, h.live)
	rt.Post(pathList+"/{no}/submissions/new", authz.AppSubmit, h.submit)
	rt.Get(pathList+"/{no}/submitted", authz.AppSubmit, h.submitted)
	rt.Get(pathList+"/{no}/withdrawals/new", authz.AppWithdraw, h.askWithdraw)
	rt.Post(pathList+"/{no}/withdrawals/new", authz.AppWithdraw, h.withdraw)
	rt.Get(pathList+"/{no}/attachments/{code}", authz.AttachmentGet, h.attachment)
}

// own opens the application of the address for its own unit.
func (h forms) own(r *http.Request) (admission.Application, error) {
	return h.s.ByPath(r.Context(), route.Actor(r), route.Param(r, "no"))
}

// stepOf reads the step of the address; 0 for none.
func stepOf(r *http.Request) int {
	text := route.Param(r, "step")
	n, err := strconv.Atoi(text)
	if err != nil || n < admission.StepItem || n > admission.StepCheck || len(text) != 1 {
		return 0
	}
	return n
}

func editPath(a admission.Application, step int) string { return a.Path() + "/edit/" + itoa(step) }

// page is the frame of a form page.
func (h forms) page(r *http.Request, title string, errors int) view.Page {
	p := h.staff(r, title, nil, view.Crumb{Text: "申请准入"})
	p.Errors = errors
	return p
}
