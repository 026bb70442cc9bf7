package account

import (
	"context"

	"portal/internal/authz"
	"portal/internal/fault"
	"portal/internal/pg"
	"portal/internal/workday"
)

// AddPerson is the form of a new account with its first post.
type AddPerson struct {
	FormKey     string
	Login, Name string
	Post        NewPost
}

// Issued is an account with the one-time password to hand over. Password is "" when the same form
// was sent before: it is shown only once.
type Issued struct {
	Login, Name, Password string
}

// AddPerson makes an account with a one-time password that runs out after 7 days and must be changed.
func (s *Service) AddPerson(ctx context.Context, by authz.Actor, c AddPerson) (Issued, error) {
	if err := mayManage(by); err != nil {
		return Issued{}, err
	}
	return addPerson(ctx, s.db, by, c, nil)
}

// addPerson is shared with the command line; prepare may settle the unit inside the transaction.
func addPerson(ctx context.Context, db *pg.DB, by authz.Actor, c AddPerson, prepare func(*pg.Tx, *NewPost) error) (Issued, error) {
	c.Login = tidyLogin(c.Login)
	faults := checkPerson(&c)
	if prepare != nil {
		c.Post.UnitID = -1 // prepare will know it
	}
	faults = append(faults, checkPost(&c.Post, workday.DayOf(db.Now()))...)
	if len(faults) > 0 {
		return Issued{}, fault.Invalid(faults...)
	}
	password, hash, err := oneTimePassword(ctx)
	if err != nil {
		return Issued{}, err
	}
	out := Issued{Login: c.Login, Name: c.Name}
	err = db.Write(ctx, by, func(tx *pg.Tx) error {
		out.Password = "" // an earlier sending of the form has shown it
		_, err := tx.Once(ctx, c.FormKey, string(authz.PeopleManage)+".add", func() (string, error) {
			if prepare != nil {
				if err := prepare(tx, &c.Post); err != nil {
					return "", err
				}
			}
			if err := placeExists(ctx, tx, c.Post.Division); err != nil {
				return "", err
			}
			id, err := Insert(ctx, tx, NewAccount{Login: c.Login, Name: c.Name, PasswordHash: hash, MustChange: true, Posts: []NewPost{c.Post}})
			if err != nil {
				return "", err
			}
			out.Password = password
			return c.Login, record(ctx, tx, id, c.Login, "新增账号", postJSON(c.Post))
		})
		return err
	})
	return out, err
}
