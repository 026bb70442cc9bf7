package refusal

import (
	"context"

	"portal/internal/authz"
	"portal/internal/inbox"
	"portal/internal/pg"
)

// tellRole puts a line into the inbox of everybody who holds a role today; division narrows it to
// the posts that reach a community.
func tellRole(ctx context.Context, tx *pg.Tx, role authz.Role, division, words, href string) error {
	return inbox.Tell(ctx, tx, inbox.Audience{Role: role, Division: division}, words, href)
}

// tellUnit tells the contact persons of a unit.
func tellUnit(ctx context.Context, tx *pg.Tx, unit int64, words, href string) error {
	return inbox.Tell(ctx, tx, inbox.Audience{Role: authz.Department, UnitID: unit}, words, href)
}

// tellPerson tells one person.
func tellPerson(ctx context.Context, tx *pg.Tx, account int64, words, href string) error {
	return inbox.Tell(ctx, tx, inbox.Audience{AccountID: account}, words, href)
}
