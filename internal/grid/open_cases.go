package grid

import (
	"context"
	"slices"
	"strings"
	"unicode/utf8"

	"portal/internal/authz"
	"portal/internal/pg"
)

// OpenCase is a case that somebody answerable for a grid has not finished: its number, and in words what
// and by when.
type OpenCase struct{ No, Words string }

func (c OpenCase) entry() Entry {
	words := []rune(c.No + " " + c.Words)
	return Entry{Kind: TaskEntry, Words: string(words[:min(len(words), longestEntry)])}
}

const longestEntry = 200 // characters, as in the table

// CasesOf lists the open cases of a grid; the cases belong to another domain, so the wiring gives it.
type CasesOf func(ctx context.Context, q pg.Querier, grid ID) ([]OpenCase, error)

// unlisted are the open cases of the grid that the list of a handover does not name yet (GRD-07).
func (cases CasesOf) unlisted(ctx context.Context, q pg.Querier, grid ID, listed []Entry) ([]Entry, error) {
	if cases == nil {
		return nil, nil
	}
	open, err := cases(ctx, q, grid)
	if err != nil {
		return nil, err
	}
	var out []Entry
	for _, c := range open {
		named := func(e Entry) bool { return e.Kind == TaskEntry && strings.HasPrefix(e.Words, c.No+" ") }
		if c.No != "" && utf8.RuneCountInString(c.Words) > 0 && !slices.ContainsFunc(listed, named) {
			out = append(out, c.entry())
		}
	}
	return out, nil
}

// bringUp puts the cases that came after the list was made onto it, in a transaction of its own: a
// signature over an incomplete list is refused afterwards because they are unread.
func (s *Service) bringUp(ctx context.Context, by authz.Actor, id HandoverID) error {
	if s.Cases == nil {
		return nil
	}
	h, err := oneHandover(ctx, s.db.Q(), selectHandover, id)
	if err != nil {
		return err
	}
	if !h.visible(by) || !h.Open() {
		return nil // the act itself says why it is refused
	}
	missing, err := s.missing(ctx, s.db.Q(), h)
	if err != nil || len(missing) == 0 {
		return err
	}
	return s.db.Write(ctx, authz.System, func(tx *pg.Tx) error {
		h, err := lockHandover(ctx, tx, id)
		if err != nil {
			return err
		}
		missing, err := s.missing(ctx, tx, h) // again, under the lock
		if err != nil {
			return err
		}
		for _, e := range missing {
			if err := insertEntry(ctx, tx, id, e); err != nil {
				return err
			}
		}
		return record(ctx, tx, authz.HandoverWrite, HandoverKind, int64(id), h.GridCode, "", peopleTrace{Did: "补列了未办结的事", Role: h.Role, State: string(h.State)})
	})
}

func (s *Service) missing(ctx context.Context, q pg.Querier, h Handover) ([]Entry, error) {
	listed, err := entriesOf(ctx, q, h.ID)
	if err != nil {
		return nil, err
	}
	return s.Cases.unlisted(ctx, q, h.GridID, listed)
}
