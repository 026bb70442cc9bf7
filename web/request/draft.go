package request

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"

	"portal/internal/fault"
	"portal/internal/request"
	"portal/web/form"
)

// draft is what was answered so far. It lies sealed on the server for 24 hours; the browser has only its
// unguessable name: in a cookie that ends with the browser, and in every form, so that two windows with
// two drafts do not mix.
type draft struct {
	Key string // the form key under which it is filed: the same from every window, so that it counts once

	Asked        string // step 1, as typed
	Category     string
	CategoryName string

	Looked    string // step 2, as typed
	Compound  string
	Building  int64
	Label     string // 小区 and 楼
	Door      string
	Place     string // in words
	Community string
	Grid      int64

	Kind  request.Kind // step 3
	Words string
	Same  string // number of the running request to follow

	Phone, Name string // step 4
	Secret      bool   // whoever handles it does not learn who said it
	Minor       bool
	Guardian    bool
	Asked4      bool // step 4 was answered, perhaps with nothing

	Notice string // version of the privacy words that were shown
}

const (
	cookieDraft = "request_draft"
	fieldDraft  = "draft"
)

// load reads the draft named by the form, else by the cookie; none is an empty one.
func (h handlers) load(ctx context.Context, r *http.Request) (id string, d draft, err error) {
	id = r.PostFormValue(fieldDraft)
	if id == "" {
		if c, err := r.Cookie(cookieDraft); err == nil {
			id = c.Value
		}
	}
	if id == "" {
		return "", draft{}, nil
	}
	body, err := h.Requests.Draft(ctx, id)
	if kind := fault.KindOf(err); kind == fault.KindNotFound || kind == fault.KindInvalid || err == nil && len(body) == 0 {
		return "", draft{}, nil // over after 24 hours, filed, or never one
	}
	if err != nil {
		return "", draft{}, err
	}
	if err := json.Unmarshal(body, &d); err != nil {
		return "", draft{}, fmt.Errorf("draft: %w", err)
	}
	return id, d, nil
}

// keep saves the draft and names it to the browser.
func (h handlers) keep(ctx context.Context, w http.ResponseWriter, id string, d draft) error {
	if d.Key == "" {
		d.Key = form.NewKey()
	}
	body, err := json.Marshal(d)
	if err != nil {
		return fmt.Errorf("draft: %w", err)
	}
	if id, err = h.Requests.SaveDraft(ctx, id, body); err != nil {
		return err
	}
	h.name(w, id)
	return nil
}

// name hands the draft's name to the browser; an empty one takes it back.
func (h handlers) name(w http.ResponseWriter, id string) {
	c := &http.Cookie{Name: cookieDraft, Value: id, Path: pathNew, HttpOnly: true, Secure: h.Secure, SameSite: http.SameSiteLaxMode}
	if id == "" {
		c.MaxAge = -1
	}
	http.SetCookie(w, c)
}

// answered reports whether a step has its answer.
func (d draft) answered(s string) bool {
	switch s {
	case stepWhat:
		return d.Category != ""
	case stepWhere:
		return d.Building != 0 || d.Place != "" || d.Community != ""
	case stepSay:
		return d.Words != "" && d.Kind != ""
	case stepPhone:
		return d.Asked4
	}
	return true
}

// open is the step that may be shown when one asks for s: the first without an answer before it.
func (d draft) open(s string) string {
	for _, before := range steps[:max(slices.Index(steps, s), 0)] {
		if !d.answered(before) {
			return before
		}
	}
	return s
}

// meaning changes the kind; who may know who said it is another question then, and is asked again (REQ-13).
func (d draft) meaning(k request.Kind) draft {
	if d.Kind != k {
		d.Kind, d.Asked4, d.Secret = k, false, false
	}
	return d
}

// place is where it is, in words.
func (d draft) place() string {
	switch {
	case d.Label != "" && d.Door != "":
		return d.Label + " " + d.Door
	case d.Label != "":
		return d.Label
	}
	return d.Place
}

// danger is what the words tell of (REQ-04).
func (d draft) danger() []request.Emergency {
	return request.Emergencies(d.Asked + " " + d.CategoryName + " " + d.Words)
}

// filing is the draft as a resident's word. Nobody is asked which unit is responsible (REQ-24).
func (d draft) filing() request.Filing {
	walled := d.Secret && (d.Kind == request.Report || d.Kind == request.Complaint)
	return request.Filing{Kind: d.Kind, Category: d.Category, Words: d.Words, Building: d.Building, Door: d.Door, Place: d.Place, Community: d.Community,
		Grid: d.Grid, Channel: request.Phone, Name: d.Name, Phone: d.Phone, Confidential: walled, RevealAgreed: d.Kind == request.Report && !d.Secret,
		Minor: d.Minor, Guardian: d.Guardian, NoticeVersion: d.Notice, AsSame: d.Same}
}
