package account

import (
	"net/http"
	"strconv"

	"portal/internal/account"
	"portal/internal/fault"
	"portal/web/form"
	"portal/web/route"
	"portal/web/session"
)

// passwordPage is the page 改密码.
type passwordPage struct {
	base
	Next   string
	Forced bool // a one-time password, to be changed before anything else
}

func (h handlers) passwordPage(w http.ResponseWriter, r *http.Request) error {
	return h.showPassword(w, r, next(r.URL.Query().Get("next")), refused{})
}

func (h handlers) showPassword(w http.ResponseWriter, r *http.Request, to string, bad refused) error {
	p := passwordPage{Next: to, Forced: session.Owes(r) == account.OwesPassword}
	p.base = h.own(r, "改密码", p.Forced, bad)
	return h.Pages.Render(w, r, p.code(), showPassword(p))
}

// own frames a page of one's own; while something is owed the desk stays out of sight.
func (h handlers) own(r *http.Request, title string, forced bool, bad refused) base {
	if forced {
		return h.public(r, title, bad)
	}
	return h.staff(r, title, "", bad)
}

func (h handlers) changePassword(w http.ResponseWriter, r *http.Request) error {
	f, err := form.Read(r)
	if err != nil {
		return err
	}
	to := next(f.Raw("next"))
	err = h.Accounts.ChangePassword(r.Context(), route.Actor(r), account.NewPassword{Old: f.Raw("old"), New: f.Raw("new")})
	if err != nil {
		bad, err := refusal(w, err)
		if err != nil {
			return err
		}
		return h.showPassword(w, r, to, bad)
	}
	if err := h.Sessions.Renew(r.Context()); err != nil {
		return err
	}
	h.Sessions.Tell(r.Context(), session.Flash{Tone: "ok", Words: "密码已改好", More: "别处的登录都已结束"})
	return route.See(w, r, orHome(to))
}

// factorPage is the page 第二验证.
type factorPage struct {
	base
	account.FactorState
	Next   string
	Forced bool
	Since  string
	Codes  []string // recovery codes, shown this once
}

func (h handlers) factorPage(w http.ResponseWriter, r *http.Request) error {
	return h.showFactor(w, r, nil, refused{})
}

func (h handlers) showFactor(w http.ResponseWriter, r *http.Request, codes []string, bad refused) error {
	st, err := h.Accounts.SecondFactor(r.Context(), route.Actor(r))
	if err != nil {
		return err
	}
	p := factorPage{FactorState: st, Codes: codes, Next: next(r.URL.Query().Get("next"))}
	p.Forced = session.Owes(r) == account.OwesSecondFactor
	if st.Enabled {
		p.Since = momentWords(h.Accounts.Now(), st.Since)
	}
	p.base = h.own(r, "第二验证", p.Forced, bad)
	return h.Pages.Render(w, r, p.code(), showFactor(p))
}

// changeFactor answers the four buttons of the page.
func (h handlers) changeFactor(w http.ResponseWriter, r *http.Request) error {
	f, err := form.Read(r)
	if err != nil {
		return err
	}
	var codes []string
	by := route.Actor(r)
	switch f.Raw("do") {
	case "start":
		err = h.Accounts.BeginSecondFactor(r.Context(), by, f.Raw("password"))
	case "confirm":
		codes, err = h.Accounts.ConfirmSecondFactor(r.Context(), by, f.Raw("code"))
	case "codes":
		codes, err = h.Accounts.RenewRecoveryCodes(r.Context(), by, f.Raw("password"))
	case "drop":
		err = h.Accounts.DropSecondFactor(r.Context(), by, f.Raw("password"))
	default:
		err = errUnknownButton
	}
	switch {
	case err != nil:
		bad, err := refusal(w, err)
		if err != nil {
			return err
		}
		return h.showFactor(w, r, nil, bad)
	case codes != nil: // shown once, so not after a redirect
		if err := h.Sessions.Renew(r.Context()); err != nil {
			return err
		}
		return h.showFactor(w, r, codes, refused{})
	case f.Raw("do") == "drop":
		h.Sessions.Tell(r.Context(), session.Flash{Tone: "ok", Words: "第二验证已关闭"})
	}
	return route.See(w, r, withNext(pathFactor, next(r.URL.Query().Get("next"))))
}

var errUnknownButton = &fault.Fault{Kind: fault.KindInvalid, Message: "没有这个操作。请刷新这一页再试"}

// sessionsPage is the page 我的登录.
type sessionsPage struct {
	base
	Rows   []sessionRow
	Others int
}

type sessionRow struct {
	ID              string
	Device, Address string
	Started, Seen   string
	Current         bool
}

func (h handlers) sessionsPage(w http.ResponseWriter, r *http.Request) error {
	list, err := h.Accounts.Sessions(r.Context(), route.Actor(r))
	if err != nil {
		return err
	}
	p := sessionsPage{base: h.staff(r, "我的登录", "", refused{})}
	now := h.Accounts.Now()
	for _, s := range list {
		p.Rows = append(p.Rows, sessionRow{ID: strconv.FormatInt(s.ID, 10), Device: s.Device, Address: s.Address, Current: s.Current,
			Started: momentWords(now, s.At), Seen: momentWords(now, s.LastSeenAt)})
		if !s.Current {
			p.Others++
		}
	}
	return h.Pages.Render(w, r, p.code(), showSessions(p))
}

func (h handlers) endSessions(w http.ResponseWriter, r *http.Request) error {
	f, err := form.Read(r)
	if err != nil {
		return err
	}
	by := route.Actor(r)
	words := "这一处登录已结束"
	switch f.Raw("do") {
	case "end":
		id, bad := strconv.ParseInt(f.Raw("id"), 10, 64)
		if bad != nil {
			return fault.NotFound("没有找到这次登录，可能已经结束了")
		}
		err = h.Accounts.EndSession(r.Context(), by, id)
	case "others":
		var n int
		n, err = h.Accounts.EndOtherSessions(r.Context(), by)
		words = "别处的 " + strconv.Itoa(n) + " 次登录已结束"
	default:
		err = errUnknownButton
	}
	if err != nil {
		return err
	}
	h.Sessions.Tell(r.Context(), session.Flash{Tone: "ok", Words: words})
	return route.See(w, r, pathSessions)
}

// settingsPage is the page 我的设置. The size of the type is a cookie, kept by /look.
type settingsPage struct {
	base
	Shortcuts bool
}

func (h handlers) settingsPage(w http.ResponseWriter, r *http.Request) error {
	p := settingsPage{base: h.staff(r, "我的设置", "", refused{}), Shortcuts: !session.ShortcutsOff(r)}
	return h.Pages.Render(w, r, p.code(), showSettings(p))
}

func (h handlers) changeSettings(w http.ResponseWriter, r *http.Request) error {
	f, err := form.Read(r)
	if err != nil {
		return err
	}
	on := form.Choice(f, "shortcuts", []string{"on", "off"})
	if err := f.Err(); err != nil {
		return err
	}
	if err := h.Accounts.SetShortcuts(r.Context(), route.Actor(r), on == "on"); err != nil {
		return err
	}
	h.Sessions.Tell(r.Context(), session.Flash{Tone: "ok", Words: "设置已保存"})
	return route.See(w, r, pathSettings)
}
