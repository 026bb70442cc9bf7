package inbox

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"

	"portal/internal/account"
	"portal/internal/authz"
	"portal/internal/fault"
	"portal/internal/pg"
	"portal/internal/pg/pgtest"
	"portal/internal/workday"
)

const huaiyin = "320104900001"

// staff makes people in posts; the last one left the post yesterday.
func staff(t *testing.T, db *pg.DB) map[string]authz.Actor {
	t.Helper()
	out := map[string]authz.Actor{}
	err := db.Write(t.Context(), authz.System, func(tx *pg.Tx) error {
		units := map[string]int64{}
		for _, p := range []struct {
			login, unit, division string
			role                  authz.Role
			until                 workday.Day
		}{
			{"dept.a", "区城市管理局", "", authz.Department, workday.Day{}}, {"dept.b", "区民政局", "", authz.Department, workday.Day{}},
			{"reviewer", "社区建设部", "320104900", authz.Reviewer, workday.Day{}}, {"secretary.huaiyin", "槐荫居委会", huaiyin, authz.Secretary, workday.Day{}},
			{"secretary.linhe", "临河居委会", "320104900003", authz.Secretary, workday.Day{}}, {"secretary.street", "街道党建办", "320104900", authz.Secretary, workday.Day{}},
			{"secretary.nowhere", "没有片区的单位", "", authz.Secretary, workday.Day{}}, {"secretary.former", "槐荫居委会", huaiyin, authz.Secretary, workday.NewDay(2026, 11, 17)},
		} {
			if units[p.unit] == 0 {
				var id int64
				if err := tx.QueryRow(t.Context(), `INSERT INTO unit (name, requester_kind) VALUES ($1, 'street_section') RETURNING id`, p.unit).Scan(&id); err != nil {
					return err
				}
				units[p.unit] = id
			}
			id, err := account.Insert(t.Context(), tx, account.NewAccount{Login: p.login, Name: p.login, PasswordHash: "x",
				Posts: []account.NewPost{{Role: string(p.role), UnitID: units[p.unit], Division: p.division, Title: "岗", From: workday.NewDay(2026, 1, 1), Until: p.until}}})
			if err != nil {
				return err
			}
			out[p.login] = authz.Actor{AccountID: id, Login: p.login, Name: p.login, Posts: []authz.Post{{Role: p.role, UnitID: units[p.unit], Division: p.division}}}
		}
		return tx.Record(t.Context(), pg.Change{Action: authz.PeopleManage, Kind: "account", ID: 1})
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func send(t *testing.T, db *pg.DB, by authz.Actor, to Audience, words string) error {
	t.Helper()
	return db.Write(t.Context(), by, func(tx *pg.Tx) error {
		if err := Tell(t.Context(), tx, to, words, "/desk/applications/2026-1"); err != nil {
			return err
		}
		return tx.Record(t.Context(), pg.Change{Action: authz.AppReturn, Kind: "application", ID: 1})
	})
}

// A line reaches whoever holds a fitting post today, and nobody else; who acts is not told.
func TestAudience(t *testing.T) {
	t.Parallel()
	db := pgtest.New(t)
	people := staff(t, db)
	cases := []struct {
		name string
		by   string
		to   Audience
		want string
	}{
		{"a role in a unit", "reviewer", Audience{Role: authz.Department, UnitID: people["dept.a"].Posts[0].UnitID}, "dept.a"},
		{"a role everywhere", "secretary.huaiyin", Audience{Role: authz.Reviewer}, "reviewer"},
		{"whose reach covers a community", "reviewer", Audience{Role: authz.Secretary, Division: huaiyin}, "secretary.huaiyin secretary.street"},
		{"one person", "reviewer", Audience{AccountID: people["dept.b"].AccountID}, "dept.b"},
		{"not the one who acts", "reviewer", Audience{Role: authz.Reviewer}, ""},
		{"a role of another unit", "reviewer", Audience{Role: authz.Secretary, UnitID: people["dept.a"].Posts[0].UnitID}, ""},
	}
	for i, c := range cases {
		words := fmt.Sprintf("第 %d 条", i)
		if err := send(t, db, people[c.by], c.to, words); err != nil {
			t.Fatal(err)
		}
		var got []string
		for login, who := range people {
			page, err := Mine(t.Context(), db.Q(), who, "")
			if err != nil {
				t.Fatal(err)
			}
			if slices.ContainsFunc(page.Rows, func(l Line) bool { return l.Words == words && !l.Read }) {
				got = append(got, login)
			}
		}
		slices.Sort(got)
		if strings.Join(got, " ") != c.want {
			t.Errorf("%s: told %v, want %s", c.name, got, c.want)
		}
	}
	if err := send(t, db, people["reviewer"], Audience{}, "没有人"); err == nil {
		t.Error("a line for nobody was taken")
	}
}

// Lines come newest first in pages, long words are cut, a broken cursor is bad input, and reading
// concerns the reader alone.
func TestMineAndRead(t *testing.T) {
	t.Parallel()
	db := pgtest.New(t)
	people := staff(t, db)
	s, reader, other := New(db), people["dept.a"], people["dept.b"]
	for i := range pageSize + 5 {
		if err := send(t, db, people["reviewer"], Audience{AccountID: reader.AccountID}, fmt.Sprint(i, strings.Repeat("长", 300))); err != nil {
			t.Fatal(err)
		}
	}
	first, err := Mine(t.Context(), db.Q(), reader, "")
	if err != nil || len(first.Rows) != pageSize || !first.HasNext || first.HasPrev || !strings.HasPrefix(first.Rows[0].Words, "34") {
		t.Fatalf("first page: %d rows, %v", len(first.Rows), err)
	}
	if n := len([]rune(first.Rows[0].Words)); n != maxWords {
		t.Errorf("%d characters", n)
	}
	second, err := Mine(t.Context(), db.Q(), reader, first.Next)
	if err != nil || len(second.Rows) != 5 || second.HasNext {
		t.Errorf("second page: %d rows, %v", len(second.Rows), err)
	}
	if back, err := Mine(t.Context(), db.Q(), reader, second.Prev); err != nil || back.Rows[0].ID != first.Rows[0].ID {
		t.Errorf("back: %v", err)
	}
	if _, err := Mine(t.Context(), db.Q(), reader, "x"); fault.KindOf(err) != fault.KindInvalid {
		t.Errorf("broken cursor: %v", err)
	}
	if err := s.Read(t.Context(), other, first.Rows[0].ID); err != nil {
		t.Fatal(err)
	}
	unread := func() (n int) {
		if err := db.Q().QueryRow(context.Background(), `SELECT count(*) FROM inbox_line WHERE account_id = $1 AND read_at IS NULL`, reader.AccountID).Scan(&n); err != nil {
			t.Fatal(err)
		}
		return n
	}
	if unread() != pageSize+5 {
		t.Error("somebody else marked the lines")
	}
	for range 2 { // a second time changes nothing
		if err := s.Read(t.Context(), reader, first.Rows[1].ID); err != nil || unread() != 1 {
			t.Errorf("%d unread, %v", unread(), err)
		}
	}
	if err := s.Read(t.Context(), authz.Anonymous, first.Rows[0].ID); err == nil {
		t.Error("the public marked lines")
	}
}
