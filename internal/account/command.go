package account

import (
	"context"

	"portal/internal/authz"
	"portal/internal/fault"
	"portal/internal/normal"
	"portal/internal/pg"
	"portal/internal/workday"
)

// operator stands in the audit trail for whoever runs the portal's commands on its machine.
var operator = authz.Actor{Name: "命令行"}

// NewUser is what `portal user add` takes. Unit is a name; on a portal without any unit the first
// account brings the street office along.
type NewUser struct {
	Login, Name    string
	Role           authz.Role
	Unit, Division string
	Title          string
	From, Until    workday.Day
}

// Add makes an account from the command line, also the first administrator of an empty portal, and
// gives the one-time password, which must be changed at the first sign-in.
func Add(ctx context.Context, db *pg.DB, u NewUser) (password string, err error) {
	unit, err := normal.Clean(u.Unit)
	if err != nil {
		return "", fault.InvalidField("unit", err.Error())
	}
	if unit == "" {
		unit = "街道办事处"
	}
	c := AddPerson{Login: u.Login, Name: u.Name,
		Post: NewPost{Role: string(u.Role), Division: u.Division, Title: u.Title, From: u.From, Until: u.Until}}
	issued, err := addPerson(ctx, db, operator, c, func(tx *pg.Tx, p *NewPost) (err error) {
		p.UnitID, err = findUnit(ctx, tx, unit)
		return err
	})
	return issued.Password, err
}

// ResetOptions is what `portal user reset` may do besides giving a new password.
type ResetOptions struct {
	SecondFactor bool // take the second factor off, for a lost phone
	Enable       bool // open a disabled account again
}

// Reset gives an account a one-time password from the command line and ends its sessions.
// It is the way back in for the only administrator.
func Reset(ctx context.Context, db *pg.DB, login string, o ResetOptions) (password string, err error) {
	password, hash, err := oneTimePassword(ctx)
	if err != nil {
		return "", err
	}
	err = db.Write(ctx, operator, func(tx *pg.Tx) error {
		person, err := lockPerson(ctx, tx, tidyLogin(login))
		if err != nil {
			return err
		}
		if o.Enable {
			if err := setDisabled(ctx, tx, person.ID, false); err != nil {
				return err
			}
		}
		if o.SecondFactor {
			if err := clearFactor(ctx, tx, person.ID); err != nil {
				return err
			}
		}
		return resetPassword(ctx, tx, person, hash)
	})
	if err != nil {
		return "", err
	}
	return password, nil
}
