// Package frame is the frame around every page: masthead, rail with what waits, banner, footer,
// error pages, and the choices of 字号 and 长辈版. Features ask it for a view.Page and hand their
// content to Render.
package frame

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/a-h/templ"
	"github.com/go-chi/chi/v5/middleware"

	"portal/internal/authz"
	"portal/internal/fault"
	"portal/internal/pg"
	"portal/internal/policy"
	"portal/internal/workday"
	"portal/web/route"
	"portal/web/session"
	"portal/web/view"
)

// Counts tells how many things wait for an actor, by rail key; unread lines stand under "inbox".
type Counts func(ctx context.Context, by authz.Actor) (map[string]int, error)

// Frame builds pages around content.
type Frame struct {
	DB       *pg.DB
	Sessions *session.Store
	Counts   Counts
	Strip    Strip // minutes left of a 代办
	Demo     bool
	Log      *slog.Logger

	mu       sync.Mutex
	values   policy.Values
	valuesAt time.Time
}

// Opts say what a page is.
type Opts struct {
	Title       string // 动作 - 对象, without the site's name
	Module      string // rail key of a staff page: todos, admission, settings …
	Nav         string // bar key of a public page: items …
	Breadcrumbs []view.Crumb
	Wide        bool  // a page without the reading width
	Unnamed     int64 // an account that a history does not name (REQ-13)
}

// settingsAge is how long the street's name, telephone and thresholds may be remembered between requests.
const settingsAge = 10 * time.Second

// Settings gives today's settings; they are remembered for a few seconds, so a change by two persons
// shows on every replica soon without a trip to the database on each page.
func (f *Frame) Settings(ctx context.Context) (policy.Values, error) {
	now := f.DB.Now()
	f.mu.Lock()
	v, at := f.values, f.valuesAt
	f.mu.Unlock()
	if !at.IsZero() && now.Sub(at) < settingsAge && now.Sub(at) >= 0 && v.Day == workday.DayOf(now) {
		return v, nil
	}
	v, err := policy.Load(ctx, f.DB.Q(), workday.DayOf(now))
	if err != nil {
		return v, pg.Trouble(err)
	}
	f.mu.Lock()
	f.values, f.valuesAt = v, now
	f.mu.Unlock()
	return v, nil
}

// settingsOrDefaults never fails: an error page must come even without a database.
func (f *Frame) settingsOrDefaults(ctx context.Context) policy.Values {
	v, err := f.Settings(ctx)
	if err != nil {
		v = policy.DefaultValues(workday.DayOf(f.DB.Now()))
	}
	return v
}

// Today is the day in Shanghai.
func (f *Frame) Today() workday.Day { return workday.DayOf(f.DB.Now()) }

// Word is the street's number word, 梧.
func (f *Frame) Word(ctx context.Context) string { return f.settingsOrDefaults(ctx).NumberWord }

// Render writes a page into a buffer first, so that a fault in a template becomes an error page
// and not half a page.
func (f *Frame) Render(w http.ResponseWriter, r *http.Request, status int, c templ.Component) error {
	var buf bytes.Buffer
	if err := c.Render(r.Context(), &buf); err != nil {
		return err
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	if w.Header().Get("Cache-Control") == "" {
		w.Header().Set("Cache-Control", "no-cache")
	}
	w.WriteHeader(status)
	_, err := buf.WriteTo(w)
	if err != nil { // the reader has left; nobody is there to be told
		f.Log.Debug("page not delivered", "err", err)
	}
	return nil
}

// Fail is the only mapping from an error to a page.
func (f *Frame) Fail(w http.ResponseWriter, r *http.Request, err error) {
	err = pg.Trouble(err)
	status := route.Status(err)
	id := middleware.GetReqID(r.Context())
	if errors.Is(err, context.Canceled) && r.Context().Err() != nil {
		return // the reader has left
	}
	if status >= http.StatusInternalServerError { // the line of the request tells the route; an address may hold a code that opens something
		f.Log.Error("request failed", "request_id", id, "err", err)
	}
	if status == http.StatusServiceUnavailable || status == http.StatusTooManyRequests {
		w.Header().Set("Retry-After", "5")
	}
	head, text := words(status, err, onKiosk(r))
	if onKiosk(r) {
		w.Header().Set("Cache-Control", "no-store") // it may speak of what somebody did there (K-3)
	}
	if strings.HasSuffix(r.URL.Path, ".json") || strings.HasSuffix(r.URL.Path, ".csv") {
		http.Error(w, head+"。"+text, status)
		return
	}
	page := f.errorPage(r, head)
	if e := f.Render(w, r, status, view.ErrorPage(page, status, head, text, id, back(r))); e != nil {
		f.Log.Error("error page", "request_id", id, "err", e)
		http.Error(w, head, status)
	}
}

func (f *Frame) errorPage(r *http.Request, title string) view.Page {
	if onKiosk(r) {
		set := f.settingsOrDefaults(r.Context())
		return f.Kiosk(r, Opts{Title: title}, view.KioskLook{Heading: "便民一体机", Idle: set.KioskIdle, Warn: set.KioskWarn, Proof: set.KioskProof})
	}
	if route.Actor(r).SignedIn() && slices.ContainsFunc(staffPaths, func(p string) bool { return strings.HasPrefix(r.URL.Path, p) }) {
		return f.Staff(r, Opts{Title: title})
	}
	return f.Public(r, Opts{Title: title})
}

// onKiosk tells the pages of the touch device; those of staff about it stand under /desk.
func onKiosk(r *http.Request) bool {
	return r.URL.Path == kioskHome || strings.HasPrefix(r.URL.Path, kioskHome+"/")
}

const kioskHome = "/kiosk"

// staffPaths are the addresses whose pages have the staff frame.
var staffPaths = []string{"/desk", "/deadlines", "/me"}

var headlines = map[int]string{
	http.StatusBadRequest:            "没有读懂这次请求",
	http.StatusForbidden:             "这一步不能由你来办",
	http.StatusNotFound:              "没有找到这一页",
	http.StatusMethodNotAllowed:      "没有找到这一页",
	http.StatusConflict:              "已被他人处理",
	http.StatusRequestEntityTooLarge: "内容太大",
	http.StatusUnprocessableEntity:   "有内容需要修改",
	http.StatusTooManyRequests:       "试得太快了",
	http.StatusServiceUnavailable:    "系统暂时忙不过来",
	http.StatusInternalServerError:   "系统出了问题",
}

func words(status int, err error, kiosk bool) (head, text string) {
	head = headlines[status]
	if fa, ok := fault.As(err); ok {
		text = fa.Message
		for _, field := range fa.Fields {
			text = strings.TrimSpace(text + " " + field.Message)
		}
	}
	switch {
	case text != "":
	case kiosk && status >= http.StatusInternalServerError:
		text = "已经记下这次问题。请回首页再试一次，还不行请叫人帮忙。"
	case kiosk && status == http.StatusNotFound:
		text = "请回首页再选一次。"
	case status == http.StatusNotFound:
		text = "可能是地址不完整，或者内容不在你的职责范围内"
	case status >= http.StatusInternalServerError:
		text = "已经记下这次问题。请回到上一页再试一次；还不行，把下面的编号告诉管理员"
	}
	return head, text
}

// back gives the one action of an error page.
func back(r *http.Request) []view.Link {
	if onKiosk(r) {
		return []view.Link{{Href: kioskHome, Text: "回首页"}}
	}
	if route.Actor(r).SignedIn() {
		return []view.Link{{Href: "/desk/todos", Text: "回到待办"}}
	}
	return []view.Link{{Href: "/", Text: "回到首页"}}
}
