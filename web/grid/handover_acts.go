package grid

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"strconv"

	"portal/internal/authz"
	"portal/internal/grid"
	"portal/web/form"
	"portal/web/route"
)

// mayOn refuses what is out of reach before a form is looked at: it reads like a missing handover.
func mayOn(r *http.Request, one grid.Handover, do authz.Action) error {
	if slices.ContainsFunc(one.Objects(), func(on authz.Object) bool { return authz.Allowed(route.Actor(r), do, on) }) {
		return nil
	}
	return grid.ErrNoHandover
}

// posted reads a form about a handover, the handover, and the version that the person saw.
func (h people) posted(r *http.Request, do authz.Action) (*form.Form, grid.Handover, grid.HandoverStep, error) {
	f, err := form.Read(r)
	if err != nil {
		return nil, grid.Handover{}, grid.HandoverStep{}, err
	}
	one, err := h.handoverOf(r)
	if err == nil {
		err = mayOn(r, one, do)
	}
	return f, one, grid.HandoverStep{ID: one.ID, Version: versionOf(f)}, err
}

// neverShown reports a version that no page of the handover has shown.
func neverShown(at grid.HandoverStep, one grid.Handover) bool {
	return at.Version < 1 || at.Version > one.Version
}

func (h people) changeEntries(w http.ResponseWriter, r *http.Request) error {
	f, one, at, err := h.posted(r, authz.HandoverWrite)
	if err != nil {
		return err
	}
	if do := f.Raw("do"); do != "" && do != "add" && do != "remove" {
		return errNoEntry
	} else if do == "remove" {
		ids := entryIDs(f)
		if len(ids) != 1 {
			return errNoEntry
		}
		if err := h.s.RemoveEntry(r.Context(), route.Actor(r), f.Key(), at, ids[0]); err != nil {
			return err
		}
		h.tell(r, "ok", "已删去一条", "")
		return route.See(w, r, handoverPath(one.ID, ""))
	}
	e := grid.Entry{Kind: form.Choice(f, "kind", grid.EntryKinds), Words: f.Line("words", entryWords)}
	if e.Kind == "" {
		f.Add("kind", "选这一条是哪一类")
	}
	if neverShown(at, one) {
		f.Add("", "这张移交单已经变动。请打开最新的一页再添加")
	}
	if f.Valid() {
		if err = h.s.AddEntry(r.Context(), route.Actor(r), f.Key(), at, e); err == nil {
			h.tell(r, "ok", "已添加一条", "")
			return route.See(w, r, handoverPath(one.ID, ""))
		}
		if err = f.Merge(err); err != nil {
			return err
		}
	}
	return h.showHandover(w, r, one, "entries", sent(f))
}

// entryIDs are the ticked entries; what is no number is left out, and none of them is no request.
func entryIDs(f *form.Form) []int64 {
	var out []int64
	for _, v := range f.All("entry") {
		id, err := strconv.ParseInt(v, 10, 64)
		if err != nil || id < 1 {
			return nil // what no page offers was chosen by nobody
		}
		out = append(out, id)
	}
	return out
}

func (h people) readEntries(w http.ResponseWriter, r *http.Request) error {
	f, one, at, err := h.posted(r, authz.HandoverRead)
	if err != nil {
		return err
	}
	ids := entryIDs(f)
	if len(ids) == 0 || neverShown(at, one) {
		if !one.MayRead(route.Actor(r)) {
			return errNoEntry
		}
		f.Add("entry", "勾选已经读过的条目，再点标为已读")
		return h.showHandover(w, r, one, "read", sent(f))
	}
	if err := h.s.ReadEntries(r.Context(), route.Actor(r), f.Key(), at, ids); err != nil {
		return err
	}
	h.tell(r, "ok", fmt.Sprintf("已读 %d 条", len(ids)), "")
	return route.See(w, r, handoverPath(one.ID, ""))
}

func (h people) give(w http.ResponseWriter, r *http.Request) error {
	return h.sign(w, r, h.s.Give, "移交人已签字", "已通知接收人")
}

func (h people) receive(w http.ResponseWriter, r *http.Request) error {
	return h.sign(w, r, h.s.Receive, "接收人已签字，移交完成", "从生效日起由接收人负责")
}

func (h people) sign(w http.ResponseWriter, r *http.Request, do func(context.Context, authz.Actor, string, grid.HandoverStep) error, words, more string) error {
	f, one, at, err := h.posted(r, authz.HandoverSign)
	if err != nil {
		return err
	}
	if err := do(r.Context(), route.Actor(r), f.Key(), at); err != nil {
		if err = beside(f, err, map[string]string{"entries": "entry"}); err != nil {
			return err
		}
		return h.showHandover(w, r, one, "sign", sent(f))
	}
	h.tell(r, "ok", words, more)
	return route.See(w, r, handoverPath(one.ID, ""))
}

func (h people) force(w http.ResponseWriter, r *http.Request) error {
	return h.closeHandover(w, r, forceAct, h.s.Force)
}

func (h people) callOffHandover(w http.ResponseWriter, r *http.Request) error {
	return h.closeHandover(w, r, offAct, h.s.CallOff)
}

func (h people) closeHandover(w http.ResponseWriter, r *http.Request, a closingAct, do func(context.Context, authz.Actor, string, grid.HandoverStep, string) error) error {
	f, one, at, err := h.posted(r, a.action)
	if err != nil {
		return err
	}
	reason := f.Line(a.field(), 200)
	if f.Valid() {
		if err = do(r.Context(), route.Actor(r), f.Key(), at, reason); err == nil {
			h.tell(r, "ok", a.done, a.more)
			return route.See(w, r, handoverPath(one.ID, ""))
		}
		if err = beside(f, err, map[string]string{"reason": a.field()}); err != nil {
			return err
		}
	}
	return h.showHandover(w, r, one, a.act, sent(f))
}
