package counter

import (
	"encoding/json"
	"net/http"
	"net/url"
	"strconv"

	"portal/internal/fault"
	"portal/internal/workday"
	"portal/web/form"
	"portal/web/route"
	"portal/web/view"
)

// What is typed at the window is kept for a day, sealed, so that it is there after a sign-out (ux.md §8). The
// cookie holds its random name; whose it is stands in it, for a window's computer is shared.
const (
	draftCookie  = "desk_draft"
	draftAccount = "account"
)

// noDraft are the fields that belong to one sending and not to what was said.
var noDraft = []string{form.KeyField, "do", "agreed"}

// kept gives what this person left unfinished, as the parameters of an address.
func (h handlers) kept(r *http.Request) (url.Values, bool, error) {
	c, err := r.Cookie(draftCookie)
	if err != nil {
		return nil, false, nil //nolint:nilerr // no cookie, no draft
	}
	body, err := h.Requests.Draft(r.Context(), c.Value)
	if lost(err) {
		return nil, false, nil
	}
	if err != nil {
		return nil, false, err
	}
	typed, err := url.ParseQuery(string(body))
	if err != nil || typed.Get(draftAccount) != strconv.FormatInt(route.Actor(r).AccountID, 10) {
		return nil, false, nil //nolint:nilerr // what cannot be read is no draft
	}
	typed.Del(draftAccount)
	return typed, true, nil
}

// keepDraft keeps what was typed so far.
func (h handlers) keepDraft(w http.ResponseWriter, r *http.Request) error {
	typed := url.Values{}
	for name, values := range r.PostForm {
		typed[name] = values
	}
	for _, name := range noDraft {
		typed.Del(name)
	}
	typed.Set(draftAccount, strconv.FormatInt(route.Actor(r).AccountID, 10))
	id := ""
	if c, err := r.Cookie(draftCookie); err == nil {
		if _, mine, err := h.kept(r); err == nil && mine {
			id = c.Value
		}
	}
	id, err := h.Requests.SaveDraft(r.Context(), id, []byte(typed.Encode()))
	if err != nil {
		return err
	}
	h.setDraft(w, id, 24*60*60)
	return nil
}

func (h handlers) setDraft(w http.ResponseWriter, id string, age int) {
	http.SetCookie(w, &http.Cookie{Name: draftCookie, Value: id, Path: pathNew, MaxAge: age, HttpOnly: true, Secure: h.Secure, SameSite: http.SameSiteLaxMode})
}

// dropDraft forgets it: the request is filed, or the next resident stands at the window.
func (h handlers) dropDraft(w http.ResponseWriter, r *http.Request) error {
	_, mine, err := h.kept(r)
	if err != nil || !mine {
		return err
	}
	c, err := r.Cookie(draftCookie)
	if err != nil {
		return nil //nolint:nilerr // kept has just read it
	}
	h.setDraft(w, "", -1)
	return h.Requests.DropDraft(r.Context(), c.Value)
}

// autosave answers the script with a line of words.
func (h handlers) autosave(w http.ResponseWriter, r *http.Request) error {
	if _, err := form.Read(r); err != nil {
		return err
	}
	answer, status := struct {
		Words string `json:"words"`
		Retry bool   `json:"retry,omitempty"`
	}{Words: "已暂存 " + h.f.DB.Now().In(workday.Shanghai).Format("15:04") + "，24 小时内有效"}, http.StatusOK
	if err := h.keepDraft(w, r); err != nil {
		answer.Words, answer.Retry, status = "没有暂存成功，内容还在，稍后会再试", true, route.Status(err)
		if flt, ok := fault.As(err); ok && len(flt.Fields) > 0 {
			answer.Words, answer.Retry = flt.Fields[0].Message, false
		}
	}
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.WriteHeader(status)
	return json.NewEncoder(w).Encode(answer)
}

// again is the form of a page that was opened while something unfinished is there.
func again(typed url.Values) filled {
	x := fresh(&http.Request{URL: &url.URL{RawQuery: typed.Encode()}}, nil)
	x.again = &view.Banner{Tone: view.Info, Lead: "上次没登记完的内容还在。", Text: "可以接着填；换了一位居民，请先清空"}
	return x
}
