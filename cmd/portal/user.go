package main

import (
	"context"
	"fmt"
	"io"
	"os"

	"portal/internal/account"
	"portal/internal/authz"
)

// userCmd is `portal user add|reset`.
type userCmd struct {
	Add   userAddCmd   `cmd:"" help:"Add a person with a post; prints a one-time password. Makes the first administrator of an empty portal."`
	Reset userResetCmd `cmd:"" help:"Give a person a one-time password and end all sessions."`
}

type userAddCmd struct {
	dataFlags
	Login    string `arg:"" help:"Account name: lower-case letters, digits and dots."`
	Name     string `required:"" help:"The person's name."`
	Role     string `default:"admin" help:"Role of the post, as in the policy table."`
	Unit     string `required:"" help:"Unit of the post; made when it does not exist."`
	Division string `help:"National code whose prefix is the reach, e.g. 320104900001."`
	Title    string `help:"Name of the post; the role's own when empty."`
}

// Run adds the person.
func (c userAddCmd) Run(ctx context.Context, out io.Writer) error {
	o, err := c.open(ctx, os.Stderr, true)
	if err != nil {
		return err
	}
	defer o.close()
	password, err := account.Add(ctx, o.db, account.NewUser{Login: c.Login, Name: c.Name, Role: authz.Role(c.Role), Unit: c.Unit, Division: c.Division, Title: c.Title})
	if err != nil {
		return err
	}
	fmt.Fprintf(out, "account %s was added; one-time password (to be changed at the first sign-in): %s\n", c.Login, password)
	return nil
}

type userResetCmd struct {
	dataFlags
	Login        string `arg:"" help:"Account name."`
	SecondFactor bool   `help:"Take the second factor off, too (a lost phone)."`
	Enable       bool   `help:"Open a disabled account again."`
}

// Run resets the password.
func (c userResetCmd) Run(ctx context.Context, out io.Writer) error {
	o, err := c.open(ctx, os.Stderr, true)
	if err != nil {
		return err
	}
	defer o.close()
	password, err := account.Reset(ctx, o.db, c.Login, account.ResetOptions{SecondFactor: c.SecondFactor, Enable: c.Enable})
	if err != nil {
		return err
	}
	fmt.Fprintf(out, "account %s has a one-time password (to be changed at the next sign-in): %s\n", c.Login, password)
	return nil
}
