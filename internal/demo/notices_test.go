package demo

import (
	"testing"
	"time"

	"portal/internal/authz"
	"portal/internal/notice"
	"portal/internal/pg/pgtest"
	"portal/internal/secret"
	"portal/internal/workday"
)

// The board of the demo street has something true to show in every state: what hangs, what is over, a text that was
// changed, a decision with its result, an objection with and one without an answer.
func TestSeedNotices(t *testing.T) {
	t.Parallel()
	db := pgtest.New(t)
	keys, err := secret.Temporary()
	if err != nil {
		t.Fatal(err)
	}
	street := &seeder{now: db.Now(), at: db.Now(), today: workday.DayOf(db.Now()), Stores: Stores{Files: t.TempDir(), Keys: keys}}
	own := *db
	own.Now = func() time.Time { return street.at }
	street.db = &own
	for _, st := range append(stepsUpTo("账号"), step{"公示", seedNotices}) {
		street.at = street.now
		if err := st.do(t.Context(), street); err != nil {
			t.Fatalf("%s: %v", st.words, err)
		}
	}
	s := notice.New(db, keys, nil)
	count := map[notice.State]int{}
	var changed, results, answered, open, posted int
	for _, state := range notice.States {
		p, err := s.List(t.Context(), authz.System, notice.Filter{State: state, Limit: 100})
		if err != nil {
			t.Fatal(err)
		}
		for _, n := range p.Rows {
			count[state]++
			r, err := s.Get(t.Context(), authz.System, n.Slug())
			if err != nil {
				t.Fatal(err)
			}
			if r.Shown > 1 {
				changed++
			}
			if r.First != nil {
				results++
			}
			posted += len(r.Postings)
			for _, o := range r.Objections {
				if o.Answered() {
					answered++
				} else {
					open++
				}
			}
			if n.State == notice.Issued && !n.LastOn.IsZero() && n.LastOn.Before(workday.DayOf(db.Now())) {
				t.Errorf("%s hangs after its last day %s", n.Title, n.LastOn)
			}
		}
	}
	if count[notice.Issued] < 10 || count[notice.Ended] < 8 || count[notice.Draft] != 2 || count[notice.Withdrawn] != 1 {
		t.Errorf("states %v", count)
	}
	if changed != 1 || results != 2 || answered < 1 || open < 1 || posted != 2 {
		t.Errorf("changed %d, results %d, answered %d, open %d, posted %d", changed, results, answered, open, posted)
	}
}

// stepsUpTo gives the steps that a later one stands on.
func stepsUpTo(last string) []step {
	for i, st := range steps {
		if st.words == last {
			return append([]step{}, steps[:i+1]...)
		}
	}
	return nil
}
