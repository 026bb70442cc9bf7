package account

import (
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"portal/internal/authz"
	"portal/internal/fault"
	"portal/internal/workday"
)

func (s *street) post(role authz.Role, division string) NewPost {
	return NewPost{Role: string(role), UnitID: s.unit, Division: division}
}

// Only those who may manage people see or change anything; all others get not found and change nothing.
func TestOnlyManagers(t *testing.T) {
	t.Parallel()
	s := newStreet(t)
	before := s.count(t, auditRows)
	for name, by := range map[string]authz.Actor{"worker": s.worker, "public": authz.Anonymous} {
		_, list := s.People(t.Context(), by, PeopleFilter{})
		_, one := s.PersonOf(t.Context(), by, "admin")
		_, choices := s.PostChoices(t.Context(), by)
		_, add := s.AddPerson(t.Context(), by, AddPerson{Login: "x1", Name: "某", Post: s.post(authz.Admin, "")})
		_, reset := s.ResetPassword(t.Context(), by, "admin", "")
		for i, err := range []error{list, one, choices, add, reset,
			s.AddPost(t.Context(), by, "worker.huaiyin", "", s.post(authz.Admin, "")),
			s.EndPost(t.Context(), by, "admin", "", s.admin.Posts[0].ID, s.today()),
			s.Disable(t.Context(), by, "admin", ""), s.Enable(t.Context(), by, "admin", ""), s.ResetSecondFactor(t.Context(), by, "admin", "")} {
			if fault.KindOf(err) != fault.KindNotFound {
				t.Errorf("%s, call %d: %v", name, i, err)
			}
		}
	}
	if n := s.count(t, auditRows); n != before {
		t.Errorf("%d entries from those who may not", n-before)
	}
}

// A new account comes with a one-time password shown once, however often the form is sent.
func TestAddPerson(t *testing.T) {
	t.Parallel()
	s := newStreet(t)
	form := AddPerson{FormKey: "0123456789abcdef", Login: "Secretary.Huaiyin", Name: " 某书记𠮷 ", Post: s.post(authz.Secretary, "320104900001")}
	issued, err := s.AddPerson(t.Context(), s.admin, form)
	if err != nil || issued.Login != "secretary.huaiyin" || issued.Password == "" {
		t.Fatalf("issued %+v, %v", issued, err)
	}
	again, err := s.AddPerson(t.Context(), s.admin, form)
	if err != nil || again.Password != "" {
		t.Errorf("sent again: %+v, %v", again, err)
	}
	in, err := s.try(t.Context(), "secretary.huaiyin", issued.Password, "x")
	if err != nil || !in.MustChange {
		t.Fatalf("sign in: %+v, %v", in, err)
	}
	if a := s.actor(t, in.SigninID); a.Name != "某书记𠮷" || a.Posts[0].Title != "社区书记" {
		t.Errorf("actor %+v", a)
	}
	form.FormKey, form.Login = "0123456789abcdeg", "worker.huaiyin"
	_, err = s.AddPerson(t.Context(), s.admin, form)
	wantField(t, err, "login")
	const leaked = `SELECT count(*) FROM audit_entry e WHERE e::text LIKE '%' || $1 || '%'`
	if n := s.count(t, leaked, issued.Password); n != 0 {
		t.Error("the trail holds the password")
	}
}

// Wrong fields of a new account each get their sentence, all at once, and nothing is stored.
func TestAddPersonFields(t *testing.T) {
	t.Parallel()
	s := newStreet(t)
	_, err := s.AddPerson(t.Context(), s.admin, AddPerson{Login: "-", Post: NewPost{Role: "worker", From: s.today().Add(-1), Until: s.today().Add(-2)}})
	for _, field := range []string{"login", "name", "unit", "division", "from", "until"} {
		wantField(t, err, field)
	}
	cases := map[string]struct {
		change func(*AddPerson)
		field  string
	}{
		"NUL name":       {func(c *AddPerson) { c.Name = "某\x00" }, "name"},
		"long name":      {func(c *AddPerson) { c.Name = strings.Repeat("长", 31) }, "name"},
		"bidi name":      {func(c *AddPerson) { c.Name = "某\u202e人" }, "name"},
		"public role":    {func(c *AddPerson) { c.Post.Role = "public" }, "role"},
		"unknown role":   {func(c *AddPerson) { c.Post.Role = "root'; --" }, "role"},
		"unknown unit":   {func(c *AddPerson) { c.Post.UnitID = 999_999 }, "unit"},
		"unknown place":  {func(c *AddPerson) { c.Post.Division = "999999999999" }, "division"},
		"hostile place":  {func(c *AddPerson) { c.Post.Division = "' OR 1=1" }, "division"},
		"worker nowhere": {func(c *AddPerson) { c.Post = s.post(authz.Worker, "") }, "division"},
		"long title":     {func(c *AddPerson) { c.Post.Title = strings.Repeat("长", 31) }, "title"},
		"script login":   {func(c *AddPerson) { c.Login = "<script>" }, "login"},
		"long login":     {func(c *AddPerson) { c.Login = strings.Repeat("a", 41) }, "login"},
	}
	before := s.count(t, auditRows)
	for name, c := range cases {
		form := AddPerson{Login: "new.one", Name: "某人", Post: s.post(authz.Reviewer, "")}
		c.change(&form)
		_, err := s.AddPerson(t.Context(), s.admin, form)
		t.Run(name, func(t *testing.T) { wantField(t, err, c.field) })
	}
	if s.count(t, auditRows) != before || s.count(t, `SELECT count(*) FROM account`) != 2 {
		t.Error("a refused form left something behind")
	}
}

// Several posts per person with dates: a post of today holds at once and ends the sessions, a
// future one begins on its day by itself, the same twice is refused, and nobody appoints themselves.
func TestPosts(t *testing.T) {
	t.Parallel()
	s := newStreet(t)
	later := s.post(authz.Reviewer, "")
	later.From, later.Until = s.today().Add(2), s.today().Add(3)
	if err := s.AddPost(t.Context(), s.admin, "worker.huaiyin", "", later); err != nil {
		t.Fatal(err)
	}
	if a := s.actor(t, s.worker.SigninID); !a.SignedIn() || a.Has(authz.Reviewer) {
		t.Errorf("a future post holds today or ended the session: %+v", a)
	}
	wantField(t, s.AddPost(t.Context(), s.admin, "worker.huaiyin", "", later), "role")
	if err := s.AddPost(t.Context(), s.admin, "worker.huaiyin", "0123456789abcdef", s.post(authz.Clerk, "")); err != nil {
		t.Fatal(err)
	}
	if err := s.AddPost(t.Context(), s.admin, "worker.huaiyin", "0123456789abcdef", s.post(authz.Clerk, "")); err != nil {
		t.Errorf("the same form again: %v", err)
	}
	if st, _ := s.Standing(t.Context(), s.worker.SigninID); st.Ended != EndedPosts {
		t.Errorf("after a new post today: %+v", st)
	}
	for day, want := range map[int]bool{0: false, 1: false, 2: true, 3: true, 4: false} {
		rows, err := actorRows(t.Context(), s.db.Q(), s.worker.SigninID, s.today().Add(day))
		if err != nil {
			t.Fatal(err)
		}
		has := false
		for _, r := range rows {
			has = has || *r.Role == string(authz.Reviewer)
		}
		if has != want {
			t.Errorf("day +%d: reviewer %v, want %v", day, has, want)
		}
	}
	wantKind(t, s.AddPost(t.Context(), s.admin, "admin", "", s.post(authz.Reviewer, "")), fault.KindForbidden)
	wantKind(t, s.AddPost(t.Context(), s.admin, "no.body", "", s.post(authz.Reviewer, "")), fault.KindNotFound)
}

// A post ends on a day, at once, or is taken back before it began; the past stays.
func TestEndPost(t *testing.T) {
	t.Parallel()
	s := newStreet(t)
	post := s.worker.Posts[0].ID
	end := func(id int64, last workday.Day) error {
		return s.EndPost(t.Context(), s.admin, "worker.huaiyin", "", id, last)
	}
	wantField(t, end(post, workday.Day{}), "last_on")
	wantField(t, end(post, s.today().Add(-2)), "last_on")
	wantKind(t, end(s.admin.Posts[0].ID, s.today()), fault.KindNotFound) // another person's post
	s.pass(24 * 3600e9)
	admin := s.enter(t, "admin")
	worker := s.enter(t, "worker.huaiyin")
	if err := s.EndPost(t.Context(), admin, "worker.huaiyin", "", post, s.today()); err != nil {
		t.Fatal(err)
	}
	if a := s.actor(t, worker.SigninID); !a.Has(authz.Worker) {
		t.Error("a post ending tonight is gone already")
	}
	if err := s.EndPost(t.Context(), admin, "worker.huaiyin", "", post, s.today().Add(-1)); err != nil {
		t.Fatal(err)
	}
	if st, _ := s.Standing(t.Context(), worker.SigninID); st.Ended != EndedPosts {
		t.Errorf("after ending at once: %+v", st)
	}
	wantKind(t, s.EndPost(t.Context(), admin, "worker.huaiyin", "", post, s.today()), fault.KindConflict)
	p, err := s.PersonOf(t.Context(), admin, "worker.huaiyin")
	if err != nil || len(p.AllPosts) != 1 || p.AllPosts[0].Until != s.today().Add(-1) || p.AllPosts[0].Holds(s.today()) || !p.AllPosts[0].Holds(s.today().Add(-1)) {
		t.Errorf("history %+v, %v", p.AllPosts, err)
	}
	later := s.post(authz.Clerk, "")
	later.From = s.today().Add(9)
	if err := s.AddPost(t.Context(), admin, "worker.huaiyin", "", later); err != nil {
		t.Fatal(err)
	}
	p, _ = s.PersonOf(t.Context(), admin, "worker.huaiyin")
	if err := s.EndPost(t.Context(), admin, "worker.huaiyin", "", p.AllPosts[1].ID, s.today()); err != nil {
		t.Fatal(err)
	}
	if p, _ = s.PersonOf(t.Context(), admin, "worker.huaiyin"); len(p.AllPosts) != 1 {
		t.Errorf("a post that never began is still there: %+v", p.AllPosts)
	}
}

// Nobody disables themselves, and one administrator without a last day always remains.
func TestLastAdministrator(t *testing.T) {
	t.Parallel()
	s := newStreet(t)
	wantKind(t, s.Disable(t.Context(), s.admin, "admin", ""), fault.KindForbidden)
	wantKind(t, s.EndPost(t.Context(), s.admin, "admin", "", s.admin.Posts[0].ID, s.today().Add(30)), fault.KindForbidden)
	s.person(t, "admin2", authz.Admin, "")
	admin2 := s.enter(t, "admin2")
	if err := s.EndPost(t.Context(), s.admin, "admin2", "", admin2.Posts[0].ID, s.today().Add(30)); err != nil {
		t.Fatal(err)
	}
	wantKind(t, s.Disable(t.Context(), admin2, "admin", ""), fault.KindForbidden) // admin2 leaves in a month
	if err := s.Disable(t.Context(), s.admin, "admin2", ""); err != nil {
		t.Fatal(err)
	}
	if st, _ := s.Standing(t.Context(), admin2.SigninID); st.Ended != EndedDisabled {
		t.Errorf("a disabled administrator is still in: %+v", st)
	}
	wantKind(t, s.Disable(t.Context(), s.admin, "admin2", ""), fault.KindConflict)
	if _, err := s.try(t.Context(), "admin2", goodPassword, "x"); fault.KindOf(err) != fault.KindInvalid {
		t.Errorf("a disabled account signs in: %v", err)
	}
	if err := s.Enable(t.Context(), s.admin, "admin2", ""); err != nil {
		t.Fatal(err)
	}
	wantKind(t, s.Enable(t.Context(), s.admin, "admin2", ""), fault.KindConflict)
	s.enter(t, "admin2")
}

// Two administrators who remove each other at the same moment do not both succeed.
func TestAdministratorsRace(t *testing.T) {
	t.Parallel()
	s := newStreet(t)
	s.person(t, "admin2", authz.Admin, "")
	admin2 := s.enter(t, "admin2")
	for range 12 {
		var done atomic.Int32
		var wg sync.WaitGroup
		gate := make(chan struct{})
		for _, c := range []struct {
			by    authz.Actor
			login string
		}{{s.admin, "admin2"}, {admin2, "admin"}} {
			wg.Go(func() {
				<-gate
				if err := s.Disable(t.Context(), c.by, c.login, ""); err == nil {
					done.Add(1)
				}
			})
		}
		close(gate)
		wg.Wait()
		if done.Load() != 1 {
			t.Fatalf("%d of two administrators were removed", done.Load())
		}
		const both = `UPDATE account SET disabled_at = NULL`
		if _, err := s.db.Q().Exec(t.Context(), both); err != nil {
			t.Fatal(err)
		}
	}
}

// The list pages by login in both directions, searches names and logins literally, and shows posts.
func TestPeopleList(t *testing.T) {
	t.Parallel()
	s := newStreet(t)
	for i := range 7 {
		s.person(t, fmt.Sprintf("clerk%d", i), authz.Clerk, "")
	}
	if err := s.Disable(t.Context(), s.admin, "clerk3", ""); err != nil {
		t.Fatal(err)
	}
	logins := func(f PeopleFilter) (string, string, string) {
		p, err := s.People(t.Context(), s.admin, f)
		if err != nil {
			t.Fatal(err)
		}
		var out []string
		for _, r := range p.Rows {
			out = append(out, r.Login)
			if len(r.Posts) != 1 || r.Posts[0].UnitName != "街道办事处" {
				t.Errorf("posts of %s: %+v", r.Login, r.Posts)
			}
		}
		return strings.Join(out, " "), p.Prev, p.Next
	}
	first, _, next := logins(PeopleFilter{Limit: 4})
	second, prev, end := logins(PeopleFilter{Limit: 4, Cursor: next})
	back, _, _ := logins(PeopleFilter{Limit: 4, Cursor: prev})
	if first != "admin clerk0 clerk1 clerk2" || second != "clerk3 clerk4 clerk5 clerk6" || back != first || end == "" {
		t.Errorf("pages %q, %q, back %q", first, second, back)
	}
	for words, want := range map[string]string{"huai": "worker.huaiyin", "某ADMIN": "admin", "%": "", "_": "", "' OR 1=1": "", "clerk3": "clerk3"} {
		if got, _, _ := logins(PeopleFilter{Words: words}); got != want {
			t.Errorf("search %q: %q, want %q", words, got, want)
		}
	}
	if got, _, _ := logins(PeopleFilter{State: DisabledPeople}); got != "clerk3" {
		t.Errorf("disabled: %q", got)
	}
	if got, _, _ := logins(PeopleFilter{State: ActivePeople, Words: "clerk"}); strings.Contains(got, "clerk3") || got == "" {
		t.Errorf("active: %q", got)
	}
	_, err := s.People(t.Context(), s.admin, PeopleFilter{Cursor: "garbage"})
	wantKind(t, err, fault.KindInvalid)
	if c, err := s.PostChoices(t.Context(), s.admin); err != nil || len(c.Units) != 1 || len(c.Places) != 1 || len(c.Roles) != len(authz.Roles)-1 {
		t.Errorf("choices %+v, %v", c, err)
	}
	if list, err := s.DemoLogins(t.Context()); err != nil || len(list) != 8 || list[0].Login != "admin" {
		t.Errorf("demo logins %+v, %v", list, err)
	}
}

// A lost phone: an administrator takes the second factor off, and the sessions end.
func TestResetSecondFactor(t *testing.T) {
	t.Parallel()
	s := newStreet(t)
	s.bind(t, s.worker)
	wantKind(t, s.ResetSecondFactor(t.Context(), s.admin, "admin", ""), fault.KindForbidden)
	if err := s.ResetSecondFactor(t.Context(), s.admin, "worker.huaiyin", ""); err != nil {
		t.Fatal(err)
	}
	if st, _ := s.Standing(t.Context(), s.worker.SigninID); st.Ended != EndedFactor {
		t.Errorf("session: %+v", st)
	}
	s.enter(t, "worker.huaiyin")
	_, err := s.ResetPassword(t.Context(), s.admin, "admin", "")
	wantKind(t, err, fault.KindForbidden)
}
