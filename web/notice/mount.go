// Package notice is the pages of 公示栏: the board that everybody reads, with paper, feed, data and site map,
// objections and their answers, and the desk where notices are written, signed, posted and changed. It decides how
// these read; how long a notice hangs and who may read it is decided by internal/notice.
package notice

import (
	"net/http"
	"strconv"

	"portal/internal/authz"
	"portal/internal/blob"
	"portal/internal/fault"
	"portal/internal/handoff"
	"portal/internal/notice"
	"portal/web/form"
	"portal/web/frame"
	"portal/web/route"
	"portal/web/session"
	"portal/web/view"
)

// Deps is what the pages stand on.
type Deps struct {
	Notices *notice.Service
	Drafts  *handoff.Notices // nil: notices are only written freely
	Blobs   blob.Store
	Secure  bool // the portal stands behind TLS: addresses in codes and feeds begin with https
}

type handlers struct {
	f *frame.Frame
	s *notice.Service

	drafts *handoff.Notices
	blobs  blob.Store
	secure bool
}

// Addresses of these pages.
const (
	module         = "notices"
	pathBoard      = "/notices"
	pathJSON       = "/notices.json"
	pathSitemap    = "/notices/sitemap.xml"
	pathFeed       = "/feeds/notices.xml"
	pathDesk       = "/desk/notices"
	pathObjections = "/desk/objections"
)

// Mount registers the pages.
func Mount(rt *route.Router, f *frame.Frame, d Deps) {
	h := handlers{f: f, s: d.Notices, drafts: d.Drafts, blobs: d.Blobs, secure: d.Secure}
	rt.Get(pathBoard, authz.PublicRead, h.board)
	rt.Get(pathJSON, authz.PublicRead, h.boardJSON)
	rt.Get(pathSitemap, authz.PublicRead, h.sitemap)
	rt.Get(pathFeed, authz.PublicRead, h.feed)
	rt.Get(pathBoard+"/{no}", authz.PublicRead, h.notice)
	rt.Get(pathBoard+"/{no}/versions/{n}", authz.PublicRead, h.version)
	rt.Get(pathBoard+"/{no}/print", authz.PublicRead, h.print)
	rt.Get(pathBoard+"/{no}/files/{code}", authz.PublicRead, h.file)
	rt.Get(pathBoard+"/{no}/objections/new", authz.ObjectionFile, h.objecting)
	rt.Post(pathBoard+"/{no}/objections/new", authz.ObjectionFile, h.object)
	rt.Get(pathBoard+"/{no}/objections/{code}", authz.PublicRead, h.receipt)
	mountDesk(rt, h)
}

func mountDesk(rt *route.Router, h handlers) {
	rt.Get(pathDesk, authz.NoticeView, h.list)
	rt.Get(pathDesk+"/new", authz.NoticeDraft, h.newNotice)
	rt.Post(pathDesk+"/new", authz.NoticeDraft, h.draft)
	rt.Get(pathDesk+"/{no}", authz.NoticeView, h.desk)
	rt.Get(pathDesk+"/{no}/print", authz.NoticeView, h.deskPrint)
	rt.Get(pathDesk+"/{no}/history", authz.NoticeView, h.history)
	rt.Get(pathDesk+"/{no}/edit", authz.NoticeChange, h.edit)
	rt.Post(pathDesk+"/{no}/edit", authz.NoticeChange, h.rewrite)
	rt.Post(pathDesk+"/{no}/clearances/new", authz.NoticeChange, h.clear)
	rt.Post(pathDesk+"/{no}/issues/new", authz.NoticeIssue, h.issue)
	rt.Get(pathDesk+"/{no}/withdrawals/new", authz.NoticeEnd, h.withdrawing)
	rt.Post(pathDesk+"/{no}/withdrawals/new", authz.NoticeEnd, h.withdraw)
	rt.Get(pathDesk+"/{no}/postings/new", authz.NoticePosted, h.posting)
	rt.Post(pathDesk+"/{no}/postings/new", authz.NoticePosted, h.post)
	rt.Post(pathDesk+"/{no}/files/new", authz.NoticeChange, h.addFile)
	rt.Post(pathDesk+"/{no}/files/removals/new", authz.NoticeChange, h.removeFile)
	rt.Get(pathDesk+"/{no}/files/{code}", authz.NoticeView, h.deskFile)
	rt.Get(pathObjections, authz.ObjectionView, h.objections)
	rt.Get(pathObjections+"/{id}", authz.ObjectionView, h.objection)
	rt.Post(pathObjections+"/{id}", authz.ObjectionReply, h.reply)
	rt.Post(pathObjections+"/{id}/reveals/new", authz.ObjectionReply, h.reveal)
}

func no(r *http.Request) string { return route.Param(r, "no") }

// staff is the frame of a page below 公示栏; errors are counted in its title.
func (h handlers) staff(r *http.Request, title string, errors []fault.Field, crumbs ...view.Crumb) view.Page {
	o := frame.Opts{Title: title, Module: module}
	if len(crumbs) > 0 {
		o.Breadcrumbs = append([]view.Crumb{{Href: pathDesk, Text: "公示栏"}}, crumbs...)
	}
	p := h.f.Staff(r, o)
	p.Errors = len(errors)
	return p
}

func (h handlers) public(r *http.Request, title string, crumbs ...view.Crumb) view.Page {
	o := frame.Opts{Title: title, Nav: module}
	if len(crumbs) > 0 {
		o.Breadcrumbs = append([]view.Crumb{{Href: pathBoard, Text: "公示栏"}}, crumbs...)
	}
	return h.f.Public(r, o)
}

// tell leaves a banner for the next page.
func (h handlers) tell(r *http.Request, words, more string) {
	h.f.Sessions.Tell(r.Context(), session.Flash{Tone: "ok", Words: words, More: more})
}

// status of a form that came back.
func status(errors []fault.Field) int {
	if len(errors) > 0 {
		return http.StatusUnprocessableEntity
	}
	return http.StatusOK
}

// version is the version that the person saw; a broken one reads as stale.
func version(f *form.Form) int {
	n, err := strconv.Atoi(f.Raw("version"))
	if err != nil || n < 1 {
		return -1
	}
	return n
}

func itoa(n int) string { return strconv.Itoa(n) }
