package account

import (
	"net/http"
	"net/url"

	"portal/internal/account"
	"portal/web/form"
	"portal/web/route"
	"portal/web/session"
)

// signInPage is the page 登录.
type signInPage struct {
	base
	Next  string
	Login string
	Demo  []account.DemoLogin
}

func (h handlers) signInPage(w http.ResponseWriter, r *http.Request) error {
	to := next(r.URL.Query().Get("next"))
	if pay := session.PayPage(session.Owes(r)); pay != "" {
		return route.See(w, r, withNext(pay, to))
	}
	if route.Actor(r).SignedIn() {
		return route.See(w, r, orHome(to))
	}
	h.Sessions.Device(w, r)
	return h.showSignIn(w, r, signInPage{Next: to}, refused{})
}

func (h handlers) showSignIn(w http.ResponseWriter, r *http.Request, p signInPage, bad refused) error {
	p.base = h.public(r, "登录", bad)
	if h.Demo {
		var err error
		if p.Demo, err = h.Accounts.DemoLogins(r.Context()); err != nil {
			return err
		}
	}
	w.Header().Set("Cache-Control", "no-store")
	return h.Pages.Render(w, r, p.code(), showSignIn(p))
}

func (h handlers) signIn(w http.ResponseWriter, r *http.Request) error {
	f, err := form.Read(r)
	if err != nil {
		return err
	}
	to := next(f.Raw("next"))
	if err := h.leave(r); err != nil {
		return err
	}
	in, err := h.Accounts.SignIn(r.Context(), account.Credentials{
		Login: f.Raw("login"), Password: f.Raw("password"), FormKey: f.Key(),
		Device: session.DeviceWords(r.UserAgent()), DeviceID: h.Sessions.Device(w, r), Address: session.Address(r),
		RequestID: route.Actor(r).RequestID,
	})
	if err != nil {
		bad, err := refusal(w, err)
		if err != nil {
			return err
		}
		return h.showSignIn(w, r, signInPage{Next: to, Login: typed(f.Raw("login"))}, bad)
	}
	if in.SecondStep {
		if err := h.Sessions.SetPending(r.Context(), in.AccountID); err != nil {
			return err
		}
		return route.See(w, r, withNext(pathSecond, to))
	}
	return h.open(w, r, in, to)
}

// leave ends the session this browser has, when somebody signs in over it.
func (h handlers) leave(r *http.Request) error {
	if a := route.Actor(r); a.SignedIn() {
		return h.Accounts.SignOut(r.Context(), a)
	}
	return nil
}

func (h handlers) open(w http.ResponseWriter, r *http.Request, in account.SignedIn, to string) error {
	if err := h.Sessions.Begin(r.Context(), in.SigninID); err != nil {
		return err
	}
	if in.MustChange {
		return route.See(w, r, withNext(pathPassword, to))
	}
	return route.See(w, r, orHome(to))
}

// typed is the login as shown again: never more than a login may be long.
func typed(s string) string {
	const most = 60
	if runes := []rune(s); len(runes) > most {
		return string(runes[:most])
	}
	return s
}

func withNext(path, to string) string {
	if to == "" {
		return path
	}
	return path + "?" + url.Values{"next": {to}}.Encode()
}

// secondPage is the page 第二步验证.
type secondPage struct {
	base
	Next string
}

func (h handlers) secondPage(w http.ResponseWriter, r *http.Request) error {
	to := next(r.URL.Query().Get("next"))
	if route.Actor(r).SignedIn() {
		return route.See(w, r, orHome(to))
	}
	if h.Sessions.Pending(r.Context()) == 0 {
		return route.See(w, r, withNext(pathSignIn, to))
	}
	return h.showSecond(w, r, secondPage{Next: to}, refused{})
}

func (h handlers) showSecond(w http.ResponseWriter, r *http.Request, p secondPage, bad refused) error {
	p.base = h.public(r, "输入验证码", bad)
	w.Header().Set("Cache-Control", "no-store")
	return h.Pages.Render(w, r, p.code(), showSecond(p))
}

func (h handlers) second(w http.ResponseWriter, r *http.Request) error {
	f, err := form.Read(r)
	if err != nil {
		return err
	}
	to := next(f.Raw("next"))
	if route.Actor(r).SignedIn() { // pressed twice: the first press opened the session
		return route.See(w, r, orHome(to))
	}
	in, err := h.Accounts.SecondStep(r.Context(), account.StepTwo{
		AccountID: h.Sessions.Pending(r.Context()), PassedAt: h.Sessions.PassedAt(r.Context()), Code: f.Raw("code"),
		Device: session.DeviceWords(r.UserAgent()), DeviceID: h.Sessions.Device(w, r), Address: session.Address(r),
		RequestID: route.Actor(r).RequestID,
	})
	if err == nil {
		return h.open(w, r, in, to)
	}
	bad, err := refusal(w, err)
	if err != nil {
		return err
	}
	if bad.status == http.StatusForbidden { // too long ago: from the beginning
		h.Sessions.Tell(r.Context(), session.Flash{Tone: "info", Words: "隔得有点久，请重新输入账号和密码"})
		return route.See(w, r, withNext(pathSignIn, to))
	}
	return h.showSecond(w, r, secondPage{Next: to}, bad)
}

func (h handlers) signOut(w http.ResponseWriter, r *http.Request) error {
	if err := h.Accounts.SignOut(r.Context(), route.Actor(r)); err != nil {
		return err
	}
	if err := h.Sessions.End(r.Context()); err != nil {
		return err
	}
	return route.See(w, r, pathSignIn)
}
