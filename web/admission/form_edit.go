package admission

import (
	"encoding/json"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"portal/internal/admission"
	"portal/internal/blob"
	"portal/internal/fault"
	"portal/internal/workday"
	"portal/web/form"
	"portal/web/route"
)

// edit shows a step. What was left unfinished in a step that is done stands beside its field at once.
func (h forms) edit(w http.ResponseWriter, r *http.Request) error {
	a, err := h.own(r)
	if err != nil {
		return err
	}
	step := stepOf(r)
	if step == 0 {
		return fault.NotFound("没有这一步。申请一共五步，请从左边的步骤里选")
	}
	if !a.State.Editable() {
		return route.See(w, r, a.Path())
	}
	l, err := h.s.LookAt(r.Context(), route.Actor(r), a.ID, nil)
	if err != nil {
		return err
	}
	if step == admission.StepCheck {
		return h.showCheck(w, r, l, nil)
	}
	said := stored(l.Form)
	if done(l.Application, step) {
		said.errors = l.Fields(step)
	} else {
		said.prefill(l, route.Actor(r))
	}
	return h.showStep(w, r, http.StatusOK, l, step, said, r.URL.Query().Get("q"))
}

func done(a admission.Application, step int) bool {
	for _, s := range a.StepsDone {
		if s == step {
			return true
		}
	}
	return false
}

// save keeps the step and then does what the pressed button says.
func (h forms) save(w http.ResponseWriter, r *http.Request) error {
	f, err := form.Read(r)
	if err != nil {
		return err
	}
	a, err := h.own(r)
	if err != nil {
		return err
	}
	step := stepOf(r)
	if step == 0 || step == admission.StepCheck {
		return fault.NotFound("没有这一步。申请一共五步，请从左边的步骤里选")
	}
	do, arg, _ := strings.Cut(f.Raw("do"), ":")
	if do == "" {
		do = "next"
	}
	in, err := h.read(r, f, a, step, do, arg)
	if err != nil {
		return err
	}
	saved, err := h.s.Save(r.Context(), route.Actor(r), in)
	if fault.KindOf(err) == fault.KindConflict {
		return h.again(w, r, f, a, step, http.StatusConflict)
	}
	if err = f.Merge(err); err != nil {
		return err
	}
	if do == "upload" || step == admission.StepItem && hasFile(r) {
		if err := f.Merge(h.attach(r, a.ID, f.Key())); err != nil {
			return err
		}
	}
	if do == "unfile" && f.Valid() {
		if err := h.s.Detach(r.Context(), route.Actor(r), a.ID, arg); err != nil {
			return err
		}
	}
	if !f.Valid() {
		return h.again(w, r, f, saved, step, http.StatusUnprocessableEntity)
	}
	return h.follow(w, r, f, saved, step, do)
}

// read makes the save of what stands in the window, with the citations as the button changes them.
func (h forms) read(r *http.Request, f *form.Form, a admission.Application, step int, do, arg string) (admission.Save, error) {
	typed := typedIn(f, step, h.f.Today())
	in := admission.Save{ID: a.ID, Version: version(f), Step: step, Form: typed.Form, Done: do == "next"}
	var err error
	if step == admission.StepItem {
		in.Bases, err = h.bases(r, f, a, do, arg)
	}
	for _, e := range f.Errors() {
		in.Unread = append(in.Unread, e.Name)
	}
	return in, err
}

// bases gives the citations as they should be now; nil when they stay.
func (h forms) bases(r *http.Request, f *form.Form, a admission.Application, do, arg string) ([]admission.Basis, error) {
	l, err := h.s.LookAt(r.Context(), route.Actor(r), a.ID, nil)
	if err != nil {
		return nil, err
	}
	now := make([]admission.Basis, 0, len(l.Facts.Bases)+1)
	changed := false
	for i, b := range l.Facts.Bases {
		switch {
		case do == "uncite" && arg == itoa(i):
			changed = true
		case do == "heir" && arg == itoa(i) && b.Heir != "":
			now, changed = append(now, b.HeirTo), true
		default:
			now = append(now, b.Basis)
		}
	}
	if b, ok := citedBy(arg); ok && do == "cite" {
		now, changed = append(now, b), true
	}
	if words := f.Line("citation", admission.MaxCitation); words != "" && messageOf(f.Errors(), "citation") == "" {
		day := f.Day("citation_date", h.f.Today())
		if messageOf(f.Errors(), "citation_date") == "" {
			now, changed = append(now, admission.Basis{Citation: words, VersionDate: day}), true
		}
	}
	if !changed {
		return nil, nil
	}
	return now, nil
}

// citedBy reads doc|version|article of a picker's button.
func citedBy(arg string) (admission.Basis, bool) {
	parts := strings.Split(arg, "|")
	if len(parts) != 3 {
		return admission.Basis{}, false
	}
	day, err := workday.ParseDay(parts[1])
	return admission.Basis{DocKey: parts[0], VersionDate: day, ArticleNo: parts[2]}, err == nil && parts[0] != ""
}

// again shows the step with everything that was typed.
func (h forms) again(w http.ResponseWriter, r *http.Request, f *form.Form, a admission.Application, step, status int) error {
	typed := typedIn(f, step, h.f.Today())
	l, err := h.s.LookAt(r.Context(), route.Actor(r), a.ID, &typed)
	if err != nil {
		return err
	}
	said := sent(f, step, l.Form)
	said.errors = f.Errors()
	if status != http.StatusConflict && f.Raw("do") == "next" {
		for _, e := range l.Fields(step) {
			if messageOf(said.errors, e.Name) == "" {
				said.errors = append(said.errors, e)
			}
		}
	}
	if messageOf(said.errors, "citation") == "" && messageOf(said.errors, "citation_date") == "" && status != http.StatusConflict {
		said.one["citation"], said.one["citation_date"] = "", "" // it stands among the citations now
	}
	return h.showStep(w, r, status, l, step, said, f.Raw("find"))
}

// follow goes where the button leads after the step was kept.
func (h forms) follow(w http.ResponseWriter, r *http.Request, f *form.Form, a admission.Application, step int, do string) error {
	switch do {
	case "exit":
		h.tell(r, "草稿已保存", "随时可以回来接着写", editPath(a, step), "接着写")
		return route.See(w, r, pathList+"?tab=mine")
	case "prev":
		return route.See(w, r, editPath(a, max(step-1, admission.StepItem)))
	case "find":
		return route.See(w, r, editPath(a, step)+"?q="+url.QueryEscape(f.Line("find", 60))+"#f-basis")
	case "cite", "uncite", "heir", "free":
		return route.See(w, r, editPath(a, step)+"#f-basis")
	case "upload", "unfile":
		return route.See(w, r, editPath(a, step)+"#f-attachment")
	}
	l, err := h.s.LookAt(r.Context(), route.Actor(r), a.ID, nil)
	if err != nil {
		return err
	}
	if len(l.Fields(step)) == 0 {
		return route.See(w, r, editPath(a, step+1))
	}
	said := stored(l.Form)
	said.errors = l.Fields(step)
	return h.showStep(w, r, http.StatusUnprocessableEntity, l, step, said, "")
}

// autosave answers the script with the new version and a line of words.
func (h forms) autosave(w http.ResponseWriter, r *http.Request) error {
	f, err := form.Read(r)
	if err != nil {
		return err
	}
	a, err := h.own(r)
	if err != nil {
		return err
	}
	step := stepOf(r)
	typed := typedIn(f, step, h.f.Today())
	saved, err := h.s.Save(r.Context(), route.Actor(r), admission.Save{ID: a.ID, Version: version(f), Step: step, Form: typed.Form, Unread: typed.Unread})
	answer, status := answerOf(saved, err, len(typed.Unread)), http.StatusOK
	if answer.Version == 0 {
		status = route.Status(err)
	}
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.WriteHeader(status)
	return json.NewEncoder(w).Encode(answer)
}

// autosaved is what the script reads.
type autosaved struct {
	Version int    `json:"version,omitempty"`
	Words   string `json:"words"`
	Retry   bool   `json:"retry,omitempty"`
}

func answerOf(a admission.Application, err error, unread int) autosaved {
	unread += len(fault.Fields(err))
	switch {
	case err == nil && unread == 0:
		return autosaved{Version: a.Version, Words: "已自动保存 " + a.SavedAt.In(workday.Shanghai).Format("15:04")}
	case err == nil || len(fault.Fields(err)) > 0:
		return autosaved{Version: a.Version, Words: "已自动保存，有 " + strconv.Itoa(unread) + " 处没有读懂，提交前要改"}
	case fault.KindOf(err) == fault.KindInternal || fault.KindOf(err) == fault.KindUnavailable:
		return autosaved{Words: "没有保存成功，内容还在，稍后会再试", Retry: true}
	}
	fa, _ := fault.As(err)
	return autosaved{Words: fa.Message}
}

// live answers the script with what the checks say of the words in the window; nothing is kept.
func (h forms) live(w http.ResponseWriter, r *http.Request) error {
	f, err := form.Read(r)
	if err != nil {
		return err
	}
	a, err := h.own(r)
	if err != nil {
		return err
	}
	step, _ := strconv.Atoi(f.Raw("step")) // a broken one is no step: what is stored is checked
	typed := typedIn(f, step, h.f.Today())
	l, err := h.s.LookAt(r.Context(), route.Actor(r), a.ID, &typed)
	if err != nil {
		return err
	}
	return h.f.Render(w, r, http.StatusOK, showLive(liveOf(l)))
}

func hasFile(r *http.Request) bool {
	return r.MultipartForm != nil && len(r.MultipartForm.File[blob.Field]) > 0
}

// attach takes the file of the form: is it what it says, on disk, on the application.
func (h forms) attach(r *http.Request, id admission.ID, key string) error {
	if !hasFile(r) {
		return fault.InvalidField(blob.Field, "先选一个文件，再点上传")
	}
	head := r.MultipartForm.File[blob.Field][0]
	body, err := head.Open()
	if err != nil {
		return err
	}
	defer body.Close()
	file, err := blob.Accept(r.Context(), body, head.Filename)
	if err != nil {
		return err
	}
	ref, err := h.files.Put(r.Context(), strings.NewReader(string(file.Data)), blob.MaxSize)
	if err != nil {
		return err
	}
	_, err = h.s.Attach(r.Context(), route.Actor(r), admission.NewFile{ID: id, Key: key, Name: file.Name, MediaType: file.Kind.MediaType(), Ref: ref})
	return err
}

// attachment serves a file of an application to those who may see it.
func (h forms) attachment(w http.ResponseWriter, r *http.Request) error {
	f, err := h.s.Attachment(r.Context(), route.Actor(r), route.Param(r, "no"), route.Param(r, "code"))
	if err != nil {
		return err
	}
	content, err := h.files.Open(r.Context(), f.SHA256)
	if err != nil {
		return err
	}
	defer content.Close()
	return route.SendFile(w, r, route.File{Name: f.Name, MediaType: f.MediaType, Image: strings.HasPrefix(f.MediaType, "image/"), Hash: f.SHA256, Content: content})
}
