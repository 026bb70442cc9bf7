package refusal

import (
	"net/http"

	"portal/internal/refusal"
	"portal/web/frame"
	"portal/web/route"
	"portal/web/view"
)

// taskHistory is everything that happened to a task, for whoever may see the task.
func (h handlers) taskHistory(w http.ResponseWriter, r *http.Request) error {
	year, seq, err := number(r)
	if err != nil {
		return err
	}
	t, err := h.s.View(r.Context(), route.Actor(r), year, seq)
	if err != nil {
		return err
	}
	return h.history(w, r, t.Title, pathTasks+"/"+t.Slug(), refusal.TaskKind, int64(t.ID))
}

// refusalHistory is the same for a letter.
func (h handlers) refusalHistory(w http.ResponseWriter, r *http.Request) error {
	rec, err := h.loadRefusal(r)
	if err != nil {
		return err
	}
	return h.history(w, r, rec.Title, pathRefusals+"/"+rec.Slug(), refusal.RefusalKind, int64(rec.ID))
}

func (h handlers) history(w http.ResponseWriter, r *http.Request, title, of, kind string, id int64) error {
	o := frame.Opts{Title: "查看记录 - " + title, Module: module, Breadcrumbs: []view.Crumb{{Href: pathTasks, Text: "清单外任务"}, {Href: of, Text: title}, {Text: "全部记录"}}}
	return h.f.History(w, r, o, title, kind, id)
}
