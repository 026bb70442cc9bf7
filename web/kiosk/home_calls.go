package kiosk

import (
	"encoding/json"
	"net/http"
	"strconv"
	"strings"

	"portal/internal/authz"
	"portal/internal/kiosk"
	"portal/web/form"
	"portal/web/route"
	"portal/web/view"
)

const pathCallNow = pathCalls + "/now"

// callWait is how often a page without script looks again, in seconds; the script asks every 3.
const callWait = 10

// callPage says who is coming.
type callPage struct {
	Frame view.Page
	Title string
	Now   callNow
	Phone string
	Back  string
	Again string // Back leads on in what one was doing
}

// callNow is a call in words.
type callNow struct {
	State string `json:"state"`
	Tone  string `json:"tone"`
	Lead  string `json:"lead"`
	Text  string `json:"text"`
}

func (h handlers) mountCalls(rt *route.Router) {
	rt.Post(pathCalls, authz.KioskCall, h.in(h.call))
	rt.Get(pathCalls, authz.KioskUse, h.in(h.calling))
	rt.Get(pathCallNow, authz.KioskUse, h.in(h.callNow))
}

// call asks for a person; what one was doing waits (ux.md §3, 叫人帮忙 on every screen).
func (h handlers) call(w http.ResponseWriter, r *http.Request, at *here) error {
	f, err := form.Read(r)
	if err != nil {
		return err
	}
	return h.callFrom(w, r, at, f.Key(), inside(f.Raw("back")))
}

// callFrom calls from a page and leads back to it when that is no call itself.
func (h handlers) callFrom(w http.ResponseWriter, r *http.Request, at *here, key, back string) error {
	if _, err := h.Kiosks.Call(r.Context(), key, at.Session.Device); err != nil {
		return err
	}
	if !strings.HasPrefix(back, pathCalls) {
		at.Pocket.Back = back
		if err := h.keep(r.Context(), at); err != nil {
			return err
		}
	}
	return route.See(w, r, pathCalls)
}

func (h handlers) calling(w http.ResponseWriter, r *http.Request, at *here) error {
	now, err := h.wordsOfCall(r, at)
	if err != nil {
		return err
	}
	page := callPage{Now: now, Title: "已经叫人了", Back: inside(at.Pocket.Back), Again: "接着办"}
	if now.State == "none" {
		page.Title = "叫人帮忙"
	}
	if page.Frame, err = h.frame(r, at, page.Title, "叫人帮忙", idleForm); err != nil {
		return err
	}
	if page.Back == pathHome {
		page.Again = "回首页"
	}
	page.Phone = page.Frame.Phone
	page.Frame.Path = pathCalls
	k := &page.Frame.Kiosk
	k.Form = false
	if n := looks(r); n*callWait < k.Idle { // a page that nobody touches does not look for ever
		k.Again, k.Looked = callWait, n+1
	}
	return h.f.Render(w, r, http.StatusOK, callView(page))
}

// looks is how often a page without script has looked again by itself.
func looks(r *http.Request) int {
	n, err := strconv.Atoi(r.URL.Query().Get("n"))
	if err != nil || n < 0 {
		return 0
	}
	return n
}

func (h handlers) callNow(w http.ResponseWriter, r *http.Request, at *here) error {
	now, err := h.wordsOfCall(r, at)
	if err != nil {
		return err
	}
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	return json.NewEncoder(w).Encode(now)
}

func (h handlers) wordsOfCall(r *http.Request, at *here) (callNow, error) {
	c, open, err := h.Kiosks.Calling(r.Context(), at.Session.Device)
	if err != nil {
		return callNow{}, err
	}
	return saying(c, open), nil
}

// saying puts a call into words: who was told, who is coming, who was there.
func saying(c kiosk.Call, open bool) callNow {
	switch {
	case !open:
		return callNow{"none", string(view.Info), "没有正在叫的人", "要人帮忙，按下面的“叫人帮忙”。"}
	case c.State == kiosk.CallComing:
		return callNow{"coming", string(view.OK), c.Who + "正在过来", "请在机器旁边等一等。"}
	case c.State == kiosk.CallDone && c.Who != "":
		return callNow{"done", string(view.OK), c.Who + "已经来过", "还要帮忙，再按一次“叫人帮忙”。"}
	case c.State == kiosk.CallDone:
		return callNow{"done", string(view.OK), "这次已经办好", "还要帮忙，再按一次“叫人帮忙”。"}
	case c.Late:
		return callNow{"late", string(view.Warn), "社区的人暂时走不开", "已经告诉街道窗口。着急请打值班电话。"}
	}
	return callNow{"waiting", string(view.Info), "已经告诉" + c.CommunityName + "的工作人员", "请在机器旁边等一等。谁来，这里会写出来。"}
}
