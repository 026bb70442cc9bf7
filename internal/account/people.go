package account

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"

	"portal/internal/authz"
	"portal/internal/fault"
	"portal/internal/page"
	"portal/internal/pg"
	"portal/internal/workday"
)

// Everything in this file is for those who may manage people (authz.PeopleManage); anybody else
// gets NotFound. What changes a person's rights today ends the person's sessions at once (rule 12).

var errNobody = fault.NotFound("没有找到这个账号")

func mayManage(by authz.Actor) error { return authz.Check(by, authz.PeopleManage, authz.Object{}) }

const defaultPeople = 50

// People lists accounts with the posts they hold now or later, by login.
func (s *Service) People(ctx context.Context, by authz.Actor, f PeopleFilter) (page.Page[Person], error) {
	if err := mayManage(by); err != nil {
		return page.Page[Person]{}, err
	}
	at, err := page.Decode(f.Cursor, peopleSort, 1)
	if err != nil {
		return page.Page[Person]{}, fault.InvalidField("after", err.Error())
	}
	if f.Limit <= 0 || f.Limit > defaultPeople {
		f.Limit = defaultPeople
	}
	f.Words = strings.ToLower(strings.TrimSpace(f.Words))
	var out page.Page[Person]
	err = s.db.Read(ctx, func(q pg.Querier) error {
		rows, err := listPeople(ctx, q, f, at)
		if err != nil {
			return err
		}
		out = page.Cut(rows, f.Limit, at, func(p Person) page.Cursor {
			return page.Cursor{Sort: peopleSort, Keys: []string{p.Login}, ID: p.ID}
		})
		return s.fillPosts(ctx, q, out.Rows)
	})
	return out, err
}

// fillPosts adds the posts held today or later.
func (s *Service) fillPosts(ctx context.Context, q pg.Querier, people []Person) error {
	ids := make([]int64, len(people))
	place := map[int64]int{}
	for i, p := range people {
		ids[i], place[p.ID] = p.ID, i
	}
	posts, err := postsOf(ctx, q, ids)
	if err != nil {
		return err
	}
	today := workday.DayOf(s.db.Now())
	for _, p := range posts {
		if p.Until.IsZero() || !p.Until.Before(today) {
			i := place[p.AccountID]
			people[i].Posts = append(people[i].Posts, p)
		}
	}
	return nil
}

// PersonDetail is one account with every post it ever held.
type PersonDetail struct {
	Person
	AllPosts     []HeldPost
	OpenSessions int
	Today        workday.Day
}

// PersonOf shows one account by its login.
func (s *Service) PersonOf(ctx context.Context, by authz.Actor, login string) (PersonDetail, error) {
	if err := mayManage(by); err != nil {
		return PersonDetail{}, err
	}
	if !loginForm.MatchString(login) {
		return PersonDetail{}, errNobody
	}
	now := s.db.Now()
	out := PersonDetail{Today: workday.DayOf(now)}
	err := s.db.Read(ctx, func(q pg.Querier) (err error) {
		if out.Person, err = personOf(ctx, q, login); err != nil {
			return notFound(err)
		}
		if out.AllPosts, err = postsOf(ctx, q, []int64{out.ID}); err != nil {
			return err
		}
		out.OpenSessions, err = openSessions(ctx, q, out.ID, now.Add(-IdleLimit), now.Add(-AbsoluteLimit))
		return err
	})
	return out, err
}

func notFound(err error) error {
	if errors.Is(err, pg.ErrNoRows) {
		return errNobody
	}
	return err
}

// Choices are what the post form offers.
type Choices struct {
	Roles  []authz.Role
	Units  []UnitChoice
	Places []PlaceChoice
	Today  workday.Day
}

// PostChoices gives the roles, units and places a post may name.
func (s *Service) PostChoices(ctx context.Context, by authz.Actor) (Choices, error) {
	if err := mayManage(by); err != nil {
		return Choices{}, err
	}
	out := Choices{Roles: PostRoles, Today: workday.DayOf(s.db.Now())}
	err := s.db.Read(ctx, func(q pg.Querier) (err error) {
		if out.Units, err = listUnits(ctx, q); err != nil {
			return err
		}
		out.Places, err = listPlaces(ctx, q, out.Today)
		return err
	})
	return out, err
}

// DemoLogins lists the accounts of the demo for its sign-in page, which is public: callers ask only
// where PORTAL_ENV is demo.
func (s *Service) DemoLogins(ctx context.Context) ([]DemoLogin, error) {
	list, err := listDemoLogins(ctx, s.db.Q(), workday.DayOf(s.db.Now()))
	return list, pg.Trouble(err)
}

// AddPost appoints somebody from a day on, which may lie ahead. Nobody appoints themselves.
func (s *Service) AddPost(ctx context.Context, by authz.Actor, login, formKey string, p NewPost) error {
	if err := mayManage(by); err != nil {
		return err
	}
	today := workday.DayOf(s.db.Now())
	if faults := checkPost(&p, today); len(faults) > 0 {
		return fault.Invalid(faults...)
	}
	return s.db.Write(ctx, by, func(tx *pg.Tx) error {
		_, err := tx.Once(ctx, formKey, string(authz.PeopleManage)+".post", func() (string, error) {
			person, err := lockPerson(ctx, tx, login)
			if err != nil {
				return "", err
			}
			if person.ID == by.AccountID {
				return "", fault.Forbidden("不能给自己加岗位。请另一位管理员来加")
			}
			if err := placeExists(ctx, tx, p.Division); err != nil {
				return "", err
			}
			if _, err := insertPost(ctx, tx, person.ID, p); err != nil {
				return "", err
			}
			if !p.From.After(today) { // a later post counts by itself from its day
				if _, err := endSignins(ctx, tx, person.ID, 0, tx.Now, EndedPosts); err != nil {
					return "", err
				}
			}
			return login, record(ctx, tx, person.ID, person.Login, "新增岗位", postJSON(p))
		})
		return err
	})
}

// EndPost sets the last day of a post. Yesterday means at once; a post that has not begun, or would
// not hold a single day, is taken back whole. What was held before stays as it was.
func (s *Service) EndPost(ctx context.Context, by authz.Actor, login, formKey string, postID int64, last workday.Day) error {
	if err := mayManage(by); err != nil {
		return err
	}
	today := workday.DayOf(s.db.Now())
	if last.IsZero() {
		return fault.InvalidField("last_on", "填写最后一天，如 "+today.String())
	}
	if last.Before(today.Add(-1)) {
		return fault.InvalidField("last_on", "最后一天最早填昨天 "+today.Add(-1).Chinese()+"，表示马上结束")
	}
	return s.db.WriteKeyed(ctx, by, formKey, string(authz.PeopleManage)+".end:"+login, func(tx *pg.Tx) error {
		if err := lockPeople(ctx, tx); err != nil {
			return err
		}
		person, err := lockPerson(ctx, tx, login)
		if err != nil {
			return err
		}
		p, err := postOf(ctx, tx, person.ID, postID)
		if err != nil {
			return err
		}
		if !p.Until.IsZero() && p.Until.Before(today) {
			return fault.Conflict("这个岗位 %s 已经结束", p.Until.Chinese())
		}
		if err := endPost(ctx, tx, p, last); err != nil {
			return err
		}
		if p.Role == authz.Admin {
			if err := adminRemains(ctx, tx, today); err != nil {
				return err
			}
		}
		if p.Holds(today) && last.Before(today) {
			if _, err := endSignins(ctx, tx, person.ID, 0, tx.Now, EndedPosts); err != nil {
				return err
			}
		}
		after := postJSON(NewPost{Role: string(p.Role), Division: p.Division, Title: p.Title, UnitID: p.UnitID, From: p.From, Until: last})
		return record(ctx, tx, person.ID, person.Login, "结束岗位", after)
	})
}

// Disable closes an account and ends its sessions at once; not one's own, and not the last
// administrator's.
func (s *Service) Disable(ctx context.Context, by authz.Actor, login, formKey string) error {
	return s.change(ctx, by, login, formKey, "停用账号", func(ctx context.Context, tx *pg.Tx, p Person) error {
		if p.ID == by.AccountID {
			return fault.Forbidden("不能停用自己的账号。请另一位管理员来停用")
		}
		if p.DisabledAt != nil {
			return fault.Conflict("这个账号已经停用了")
		}
		if err := setDisabled(ctx, tx, p.ID, true); err != nil {
			return err
		}
		posts, err := postsOf(ctx, tx, []int64{p.ID})
		if err != nil {
			return err
		}
		if slices.ContainsFunc(posts, func(h HeldPost) bool { return h.Role == authz.Admin }) {
			if err := adminRemains(ctx, tx, workday.DayOf(tx.Now)); err != nil {
				return err
			}
		}
		_, err = endSignins(ctx, tx, p.ID, 0, tx.Now, EndedDisabled)
		return err
	})
}

// Enable opens a disabled account again, with the password it had.
func (s *Service) Enable(ctx context.Context, by authz.Actor, login, formKey string) error {
	return s.change(ctx, by, login, formKey, "恢复账号", func(ctx context.Context, tx *pg.Tx, p Person) error {
		if p.DisabledAt == nil {
			return fault.Conflict("这个账号没有停用")
		}
		return setDisabled(ctx, tx, p.ID, false)
	})
}

// ResetSecondFactor takes the second factor off somebody who lost the phone; the sessions end.
func (s *Service) ResetSecondFactor(ctx context.Context, by authz.Actor, login, formKey string) error {
	return s.change(ctx, by, login, formKey, "重设第二验证", func(ctx context.Context, tx *pg.Tx, p Person) error {
		if p.ID == by.AccountID {
			return fault.Forbidden("自己的第二验证在“我的第二验证”里改")
		}
		if err := clearFactor(ctx, tx, p.ID); err != nil {
			return err
		}
		_, err := endSignins(ctx, tx, p.ID, 0, tx.Now, EndedFactor)
		return err
	})
}

// ResetPassword gives somebody a one-time password and ends the sessions at once.
func (s *Service) ResetPassword(ctx context.Context, by authz.Actor, login, formKey string) (Issued, error) {
	if err := mayManage(by); err != nil {
		return Issued{}, err
	}
	password, hash, err := oneTimePassword(ctx)
	if err != nil {
		return Issued{}, err
	}
	out := Issued{}
	err = s.db.Write(ctx, by, func(tx *pg.Tx) error {
		out.Password = ""
		person, err := lockPerson(ctx, tx, login)
		if err != nil {
			return err
		}
		if person.ID == by.AccountID {
			return fault.Forbidden("自己的密码在“我的密码”里改")
		}
		out.Login, out.Name = person.Login, person.Name
		_, err = tx.Once(ctx, formKey, string(authz.PeopleManage)+".reset:"+person.Login, func() (string, error) {
			out.Password = password
			return person.Login, resetPassword(ctx, tx, person, hash)
		})
		return err
	})
	return out, err
}

func resetPassword(ctx context.Context, tx *pg.Tx, p Person, hash string) error {
	if err := setOneTime(ctx, tx, p.ID, hash); err != nil {
		return err
	}
	if _, err := endSignins(ctx, tx, p.ID, 0, tx.Now, EndedReset); err != nil {
		return err
	}
	return record(ctx, tx, p.ID, p.Login, "重设密码", nil)
}

// change is the shape of every small change of an account.
func (s *Service) change(ctx context.Context, by authz.Actor, login, formKey, what string, do func(context.Context, *pg.Tx, Person) error) error {
	if err := mayManage(by); err != nil {
		return err
	}
	return s.db.WriteKeyed(ctx, by, formKey, string(authz.PeopleManage)+"."+what+":"+login, func(tx *pg.Tx) error {
		if err := lockPeople(ctx, tx); err != nil {
			return err
		}
		person, err := lockPerson(ctx, tx, login)
		if err != nil {
			return err
		}
		if err := do(ctx, tx, person); err != nil {
			return err
		}
		return record(ctx, tx, person.ID, person.Login, what, nil)
	})
}

// adminRemains refuses to leave the portal without an administrator who holds the post today and
// without end. The caller has locked the people.
func adminRemains(ctx context.Context, tx *pg.Tx, today workday.Day) error {
	n, err := countAdmins(ctx, tx, today)
	if err != nil {
		return err
	}
	if n == 0 {
		return fault.Forbidden("至少要留一位在用、没有期满日的管理员。请先给别人加上管理员岗位")
	}
	return nil
}

func record(ctx context.Context, tx *pg.Tx, id int64, login, what string, after []byte) error {
	return tx.Record(ctx, pg.Change{Action: authz.PeopleManage, Kind: Kind, ID: id, No: login, Reason: what, After: after})
}

// postJSON is a post as the audit trail keeps it.
func postJSON(p NewPost) []byte {
	raw, err := json.Marshal(map[string]any{"role": p.Role, "unit_id": p.UnitID, "division": p.Division, "title": p.Title,
		"from": p.From, "until": p.Until})
	if err != nil {
		return []byte(fmt.Sprintf("%q", err.Error()))
	}
	return raw
}
