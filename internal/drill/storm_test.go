package drill

import (
	"context"
	"errors"
	"testing"
	"time"

	"portal/internal/authz"
	"portal/internal/handoff"
	"portal/internal/pg"
	"portal/internal/request"
	"portal/internal/secret"
	"portal/internal/workorder"
	"portal/web/form"
)

// taker takes requests over connections that wait for the disk, or over ones that do not.
type taker struct {
	db    *pg.DB
	cases *handoff.Cases
}

func newTaker(ctx context.Context, url string, keys *secret.Box) (*taker, error) {
	db, err := pg.Open(ctx, url, time.Now)
	if err != nil {
		return nil, err
	}
	return &taker{db, handoff.New(db, request.New(db, keys), workorder.New(db))}, nil
}

func (k *taker) file(ctx context.Context, key, mark string) (string, error) {
	receipt, err := k.cases.File(ctx, authz.Anonymous, key, request.Filing{Kind: request.Consult, Category: "0102", Words: mark + "，想问问怎么办理。",
		Community: "320104900001", Place: "长江路公交站旁边", Channel: request.Phone, NoticeVersion: "drill"})
	return receipt.No, err
}

const resultOfKey = `SELECT result FROM form_key WHERE key = $1`

// read answers a repetition as rule 1 forbids: from what a SELECT shows.
func (k *taker) read(ctx context.Context, key, _ string) (no string, err error) {
	return no, k.db.Q().QueryRow(ctx, resultOfKey, key).Scan(&no)
}

const lateMany = 20

// A submission whose answer was lost is sent again. The portal answers the repetition with a write, which
// waits for the disk and takes everything before it along; an answer from a SELECT shows what Postgres
// then loses (reliability.md §2 rules 1 and 2). The first submission does not wait for the disk here, as
// one whose answer is still on its way.
func answeringFromAReadLoses(t *testing.T, s *stage) {
	for _, c := range []struct {
		name  string
		again func(k *taker) func(ctx context.Context, key, mark string) (string, error)
		loses bool
	}{
		{"by a write", func(k *taker) func(context.Context, string, string) (string, error) { return k.file }, false},
		{"by a read", func(k *taker) func(context.Context, string, string) (string, error) { return k.read }, true},
	} {
		t.Run(c.name, func(t *testing.T) {
			ctx, cancel := context.WithTimeout(t.Context(), readyWait)
			defer cancel()
			s.portal.Kill() // its own writes would take others to the disk
			s.acts++
			l := newLedger(newPrefix(s.acts))
			if err := s.repeatLate(ctx, l, c.again); err != nil {
				t.Fatal(err)
			}
			if err := s.server.Restart(ctx); err != nil {
				t.Fatal(err)
			}
			is, err := s.look(ctx, file, l)
			if err != nil {
				t.Fatal(err)
			}
			f := l.compare(is.rows)
			t.Logf("told %d, lost %d", f.told, len(f.lost))
			if f.told != lateMany || (len(f.lost) > 0) != c.loses || !c.loses && !f.clean() {
				t.Errorf("%s", f)
			}
			if err := s.startPortal(ctx); err != nil {
				t.Fatal(err)
			}
		})
	}
}

// repeatLate files and repeats while nothing else brings the log to the disk, and then cuts the power.
func (s *stage) repeatLate(ctx context.Context, l *ledger, again func(k *taker) func(ctx context.Context, key, mark string) (string, error)) error {
	keys, err := secret.Temporary()
	if err != nil {
		return err
	}
	early, err := newTaker(ctx, s.server.URL()+"&synchronous_commit=off", keys)
	if err != nil {
		return err
	}
	defer early.db.Close()
	late, err := newTaker(ctx, s.server.URL(), keys)
	if err != nil {
		return err
	}
	defer late.db.Close()
	endWriter, err := asleep(ctx, s)
	if err != nil {
		return err
	}
	defer endWriter()
	for n := range lateMany {
		key, mark := form.NewKey(), l.prefix+names[0]+"第"+string(rune('A'+n))
		if _, err := early.file(ctx, key, mark); err != nil {
			return errors.Join(err, s.server.Kill())
		}
		no, err := again(late)(ctx, key, mark)
		if err != nil {
			return errors.Join(err, s.server.Kill())
		}
		l.answered(mark, no)
	}
	return s.server.Kill()
}
