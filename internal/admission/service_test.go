package admission

import (
	"context"
	"testing"

	"github.com/google/go-cmp/cmp"

	"portal/internal/account"
	"portal/internal/authz"
	"portal/internal/fault"
	"portal/internal/pg"
	"portal/internal/pg/pgtest"
	"portal/internal/workday"
)

// street makes units and actors for a test: a department, another one, and the reviewing section.
func street(t *testing.T, db *pg.DB) (dept, other, reviewer authz.Actor) {
	t.Helper()
	ctx := t.Context()
	actor := func(login, unit, requester string, role authz.Role) authz.Actor {
		a := authz.Actor{Name: login}
		err := db.Write(ctx, authz.System, func(tx *pg.Tx) error {
			var unitID int64
			if err := tx.QueryRow(ctx, `INSERT INTO unit (name, requester_kind) VALUES ($1, $2)
				ON CONFLICT (name) DO UPDATE SET active = true RETURNING id`, unit, requester).Scan(&unitID); err != nil {
				return err
			}
			id, err := account.Insert(ctx, tx, account.NewAccount{Login: login, Name: login, PasswordHash: "x",
				Posts: []account.NewPost{{Role: string(role), UnitID: unitID, Title: role.Label(), From: workday.NewDay(2026, 1, 1)}}})
			if err != nil {
				return err
			}
			a.AccountID = id
			a.Posts = []authz.Post{{Role: role, UnitID: unitID, UnitName: unit, Title: role.Label(), Division: "320104900"}}
			return tx.Record(ctx, pg.Change{Action: authz.PeopleManage, Kind: "account", ID: id})
		})
		if err != nil {
			t.Fatal(err)
		}
		return a
	}
	return actor("dept.a", "区城市管理局", "district_department", authz.Department),
		actor("dept.b", "区民政局", "district_department", authz.Department),
		actor("reviewer", "社区建设部", "street_section", authz.Reviewer)
}

func ptr[T any](v T) *T { return &v }

// A draft keeps what was filled in, belongs to its unit alone, and a double click makes one draft.
func TestDraftRoundTrip(t *testing.T) {
	t.Parallel()
	db := pgtest.New(t)
	s := New(db)
	dept, other, reviewer := street(t, db)
	ctx := context.Background()
	const key = "form-key-0123456789"
	id, err := s.Begin(ctx, dept, key)
	if err != nil {
		t.Fatal(err)
	}
	again, err := s.Begin(ctx, dept, key)
	if err != nil || again != id {
		t.Fatalf("second click: draft %d, %v; want %d", again, err, id)
	}
	draft, err := s.ViewDraft(ctx, dept, id)
	if err != nil {
		t.Fatal(err)
	}
	draft.Form = Form{Title: "独居老人冬季取暖安全走访", TitleKey: "独居老人冬季取暖安全走访", ItemForm: "work_task", ListKind: "assist_government",
		Role: RoleAssist, AssistModes: []AssistMode{"contact", "escort_visit"}, Communities: []string{"320104900001"},
		Term: Temporary, StartOn: workday.NewDay(2027, 1, 11), EndOn: workday.NewDay(2027, 3, 1), Occurrences: ptr(2.5), OccurrenceUnit: "month",
		HoursPerOccurrence: ptr(18.0), PeopleNeeded: ptr(2), Flags: []Flag{"group"}, FundsFen: ptr(int64(1_518_000)), FormFields: []string{"姓名", "住址"}}
	err = db.Write(ctx, dept, func(tx *pg.Tx) error {
		if err := saveForm(ctx, tx, &draft); err != nil {
			return err
		}
		return tx.Record(ctx, pg.Change{Action: authz.AppDraft, Kind: Kind, ID: int64(id)})
	})
	if err != nil {
		t.Fatal(err)
	}
	got, err := s.ViewDraft(ctx, dept, id)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(draft.Form, got.Form, cmp.Comparer(func(a, b workday.Day) bool { return a == b })); diff != "" {
		t.Errorf("form changed on the way (-want +got):\n%s", diff)
	}
	for _, stranger := range []authz.Actor{other, reviewer, authz.Anonymous} {
		if _, err := s.ViewDraft(ctx, stranger, id); fault.KindOf(err) != fault.KindNotFound {
			t.Errorf("%s opened a foreign draft: %v", stranger.Name, err)
		}
	}
}
