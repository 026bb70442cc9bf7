// Package inbox tells people what concerns them: one line with a link for everybody whose post is
// in force today, written in the transaction of the change (issue item 4), and read on their own
// page. It decides nothing about the records it points at. Owns inbox_line.
package inbox

import (
	"context"
	"errors"
	"time"

	"portal/internal/authz"
	"portal/internal/fault"
	"portal/internal/page"
	"portal/internal/pg"
	"portal/internal/workday"
)

// Audience says whom a line is for. The fields narrow each other; at least one must be set.
type Audience struct {
	Role      authz.Role // who holds such a post today
	UnitID    int64      // … in this unit
	Division  string     // … whose reach covers this community
	AccountID int64      // or this one person
}

// Line is one message of a person.
type Line struct {
	ID    int64
	At    time.Time
	Words string
	Href  string
	Read  bool
}

// Tell leaves a line for everybody in the audience except the person who acts, in the transaction of
// the change. Words are at most 200 characters long; href is a path of this site.
func Tell(ctx context.Context, tx *pg.Tx, to Audience, words, href string) error {
	if to == (Audience{}) {
		return errNobody
	}
	return insertLines(ctx, tx, to, workday.DayOf(tx.Now), cut(words), href)
}

// Mine lists a person's lines, newest first.
func Mine(ctx context.Context, q pg.Querier, by authz.Actor, cursor string) (page.Page[Line], error) {
	at, err := page.Decode(cursor, sortNewest, 0)
	if err != nil {
		return page.Page[Line]{}, fault.InvalidField("", err.Error())
	}
	return listMine(ctx, q, by.AccountID, at)
}

// Service marks lines as read.
type Service struct{ db *pg.DB }

// New makes the service.
func New(db *pg.DB) *Service { return &Service{db: db} }

// Read marks the person's own lines up to and including one as read; a second time changes nothing.
func (s *Service) Read(ctx context.Context, by authz.Actor, upTo int64) error {
	if err := authz.Check(by, authz.InboxRead, authz.Object{Account: by.AccountID}); err != nil {
		return err
	}
	return s.db.Write(ctx, by, func(tx *pg.Tx) error {
		n, err := markRead(ctx, tx, by.AccountID, upTo)
		if err != nil || n == 0 {
			tx.Replayed()
			return err
		}
		return tx.Record(ctx, pg.Change{Action: authz.InboxRead, Kind: "inbox", ID: by.AccountID})
	})
}

const maxWords = 200

func cut(words string) string {
	if r := []rune(words); len(r) > maxWords {
		return string(r[:maxWords-1]) + "…"
	}
	return words
}

var errNobody = errors.New("inbox: a line for nobody")
