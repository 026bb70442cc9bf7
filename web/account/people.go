package account

import (
	"net/http"
	"strconv"

	"portal/internal/account"
	"portal/internal/page"
	"portal/internal/workday"
	"portal/web/form"
	"portal/web/frame"
	"portal/web/route"
	"portal/web/session"
	"portal/web/view"
)

const peopleModule = "settings"

// peoplePage is the page 人员和岗位.
type peoplePage struct {
	base
	List  page.Page[account.Person]
	Words string
	State account.PersonState
}

var personStates = []account.PersonState{account.AllPeople, account.ActivePeople, account.DisabledPeople}

func (h handlers) peoplePage(w http.ResponseWriter, r *http.Request) error {
	q := r.URL.Query()
	filter := account.PeopleFilter{Words: typed(q.Get("q")), State: account.PersonState(q.Get("state")), Cursor: q.Get("after")}
	if filter.State.Label() == "" {
		filter.State = account.AllPeople
	}
	list, err := h.Accounts.People(r.Context(), route.Actor(r), filter)
	if err != nil {
		return err
	}
	p := peoplePage{base: h.staff(r, "人员和岗位", peopleModule, refused{}), List: list, Words: filter.Words, State: filter.State}
	return h.Pages.Render(w, r, p.code(), showPeople(p))
}

// postForm is the part of a form that describes a post, as typed.
type postForm struct {
	Role, Unit, Division, Title, From, Until string
	account.Choices
}

// newPersonPage is the page 新增账号.
type newPersonPage struct {
	base
	Login, Name string
	Post        postForm
	Issued      *account.Issued
}

func (h handlers) newPersonPage(w http.ResponseWriter, r *http.Request) error {
	return h.showNewPerson(w, r, newPersonPage{}, refused{})
}

func (h handlers) showNewPerson(w http.ResponseWriter, r *http.Request, p newPersonPage, bad refused) error {
	var err error
	if p.Post.Choices, err = h.Accounts.PostChoices(r.Context(), route.Actor(r)); err != nil {
		return err
	}
	p.base = h.staff(r, "新增账号", peopleModule, bad)
	return h.Pages.Render(w, r, p.code(), showNewPerson(p))
}

func (h handlers) addPerson(w http.ResponseWriter, r *http.Request) error {
	f, err := form.Read(r)
	if err != nil {
		return err
	}
	p := newPersonPage{Login: typed(f.Raw("login")), Name: typed(f.Raw("name"))}
	var post account.NewPost
	p.Post, post = readPost(f, workday.DayOf(h.Accounts.Now()))
	command := account.AddPerson{FormKey: f.Key(), Login: f.Line("login", 60), Name: f.Line("name", 30), Post: post}
	if f.Valid() {
		issued, err := h.Accounts.AddPerson(r.Context(), route.Actor(r), command)
		if err == nil {
			p.Issued = &issued
			return h.showNewPerson(w, r, p, refused{})
		}
		if err := f.Merge(err); err != nil {
			bad, err := refusal(w, err)
			if err != nil {
				return err
			}
			return h.showNewPerson(w, r, p, bad)
		}
	}
	return h.showNewPerson(w, r, p, refused{status: http.StatusUnprocessableEntity, fields: f.Errors()})
}

// readPost reads the fields of a post and what was typed.
func readPost(f *form.Form, today workday.Day) (postForm, account.NewPost) {
	typed := postForm{Role: f.Raw("role"), Unit: f.Raw("unit"), Division: f.Raw("division"), Title: f.Raw("title"), From: f.Raw("from"), Until: f.Raw("until")}
	p := account.NewPost{Role: string(form.Choice(f, "role", account.PostRoles)), Division: f.Raw("division"), Title: f.Line("title", 30),
		From: f.Day("from", today), Until: f.Day("until", today)}
	if typed.Unit != "" {
		id, err := strconv.ParseInt(typed.Unit, 10, 64)
		if err != nil {
			f.Add("unit", "从列出的单位里选")
		}
		p.UnitID = id
	}
	return typed, p
}

// personPage is the page of one account.
type personPage struct {
	base
	account.PersonDetail
	Self   bool
	Post   postForm
	Last   string // last day of a post, as typed
	LastOf string // the post it was typed for
	Issued *account.Issued
}

func (h handlers) personPage(w http.ResponseWriter, r *http.Request) error {
	return h.showPerson(w, r, personPage{}, refused{})
}

func (h handlers) showPerson(w http.ResponseWriter, r *http.Request, p personPage, bad refused) error {
	by := route.Actor(r)
	var err error
	if p.PersonDetail, err = h.Accounts.PersonOf(r.Context(), by, route.Param(r, "login")); err != nil {
		return err
	}
	if p.Post.Choices, err = h.Accounts.PostChoices(r.Context(), by); err != nil {
		return err
	}
	p.Self = p.ID == by.AccountID
	p.base = h.staff(r, p.Name+" - 人员和岗位", peopleModule, bad)
	return h.Pages.Render(w, r, p.code(), showPerson(p))
}

// personAct is one button of the page of a person.
type personAct func(h handlers, r *http.Request, f *form.Form, p *personPage) (told string, err error)

var personActs = map[string]personAct{
	"add_post": func(h handlers, r *http.Request, f *form.Form, p *personPage) (string, error) {
		var post account.NewPost
		p.Post, post = readPost(f, workday.DayOf(h.Accounts.Now()))
		if err := f.Err(); err != nil {
			return "", err
		}
		return "岗位已加上", h.Accounts.AddPost(r.Context(), route.Actor(r), route.Param(r, "login"), f.Key(), post)
	},
	"end_post": func(h handlers, r *http.Request, f *form.Form, p *personPage) (string, error) {
		p.Last, p.LastOf = f.Raw("last_on"), f.Raw("post")
		last := f.Day("last_on", workday.DayOf(h.Accounts.Now()))
		if err := f.Err(); err != nil {
			return "", err
		}
		id, _ := strconv.ParseInt(p.LastOf, 10, 64) // 0 is no post
		return "岗位的最后一天已定", h.Accounts.EndPost(r.Context(), route.Actor(r), route.Param(r, "login"), f.Key(), id, last)
	},
	"disable": func(h handlers, r *http.Request, f *form.Form, _ *personPage) (string, error) {
		return "账号已停用，登录已结束", h.Accounts.Disable(r.Context(), route.Actor(r), route.Param(r, "login"), f.Key())
	},
	"enable": func(h handlers, r *http.Request, f *form.Form, _ *personPage) (string, error) {
		return "账号已恢复", h.Accounts.Enable(r.Context(), route.Actor(r), route.Param(r, "login"), f.Key())
	},
	"reset_factor": func(h handlers, r *http.Request, f *form.Form, _ *personPage) (string, error) {
		return "第二验证已重设", h.Accounts.ResetSecondFactor(r.Context(), route.Actor(r), route.Param(r, "login"), f.Key())
	},
	"reset_password": func(h handlers, r *http.Request, f *form.Form, p *personPage) (string, error) {
		issued, err := h.Accounts.ResetPassword(r.Context(), route.Actor(r), route.Param(r, "login"), f.Key())
		if err == nil {
			p.Issued = &issued
		}
		return "", err
	},
}

func (h handlers) changePerson(w http.ResponseWriter, r *http.Request) error {
	f, err := form.Read(r)
	if err != nil {
		return err
	}
	var p personPage
	told, err := "", error(errUnknownButton)
	if act := personActs[f.Raw("do")]; act != nil {
		told, err = act(h, r, f, &p)
	}
	switch {
	case err != nil:
		bad, err := refusal(w, err)
		if err != nil {
			return err
		}
		return h.showPerson(w, r, p, bad)
	case p.Issued != nil: // shown once, so not after a redirect
		return h.showPerson(w, r, p, refused{})
	}
	h.Sessions.Tell(r.Context(), session.Flash{Tone: "ok", Words: told})
	return route.See(w, r, pathPeople+"/"+route.Param(r, "login"))
}

// personHistory is everything that happened to an account.
func (h handlers) personHistory(w http.ResponseWriter, r *http.Request) error {
	d, err := h.Accounts.PersonOf(r.Context(), route.Actor(r), route.Param(r, "login"))
	if err != nil {
		return err
	}
	o := frame.Opts{Title: "查看记录 - " + d.Name, Module: peopleModule, Breadcrumbs: []view.Crumb{{Href: pathPeople, Text: "人员和岗位"}, {Href: pathPeople + "/" + d.Login, Text: d.Name}, {Text: "全部记录"}}}
	return h.Pages.History(w, r, o, d.Name, account.Kind, d.ID)
}
