package authz

import (
	"flag"
	"os"
	"testing"

	"portal/internal/fault"
)

var update = flag.Bool("update", false, "rewrite the golden matrix")

// Every role × action stands in the golden matrix; widening a row by one role turns this red.
func TestGoldenMatrix(t *testing.T) {
	const file = "testdata/matrix.md"
	got := Matrix()
	if *update {
		if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if got != string(want) {
		t.Errorf("the policy table changed; read the difference, then run: go test ./internal/authz -update\n%s", got)
	}
}

// Every action and role has a 中文 label.
func TestLabels(t *testing.T) {
	for _, row := range Policy {
		if row.Label == "" {
			t.Errorf("%s has no label", row.Do)
		}
	}
	for _, r := range Roles {
		if r.Label() == "" {
			t.Errorf("%s has no label", r)
		}
	}
}

func actor(role Role, unit int64, division string) Actor {
	return Actor{AccountID: 7, Name: "测试", Posts: []Post{{Role: role, UnitID: unit, Division: division}}}
}

// Reach decides: own unit, own division by prefix, own account; out of reach reads as not found.
func TestCheck(t *testing.T) {
	huaiyin := Object{Unit: 3, Divisions: []string{"320104900001"}}
	cases := []struct {
		name string
		who  Actor
		do   Action
		on   Object
		want bool
	}{
		{"department sees its own application", actor(Department, 3, ""), AppView, huaiyin, true},
		{"department does not see another's", actor(Department, 4, ""), AppView, huaiyin, false},
		{"worker sees what concerns the community", actor(Worker, 9, "320104900001"), AppView, huaiyin, true},
		{"worker of another community does not", actor(Worker, 9, "320104900003"), AppView, huaiyin, false},
		{"a street prefix covers its communities", actor(Secretary, 9, "320104900"), AppView, huaiyin, true},
		{"an empty division reaches nothing", actor(Secretary, 9, ""), AppView, huaiyin, false},
		{"reviewer decides everywhere", actor(Reviewer, 1, ""), AppApprove, huaiyin, true},
		{"department never approves", actor(Department, 3, ""), AppApprove, huaiyin, false},
		{"administrators read no applications", actor(Admin, 1, "320104900"), AppView, huaiyin, false},
		{"the public reads public pages", Anonymous, PublicRead, Object{}, true},
		{"the public has no desk", Anonymous, DeskView, Object{}, false},
		{"own sessions only", actor(Worker, 9, ""), OwnSessions, Object{Account: 8}, false},
		{"own sessions", actor(Worker, 9, ""), OwnSessions, Object{Account: 7}, true},
		{"unknown action", actor(Admin, 1, ""), "no.such", Object{}, false},
		{"the portal itself lapses", System, AppLapse, huaiyin, true},
		{"a name alone is not the portal", Actor{Name: System.Name}, AppLapse, huaiyin, false},
		{"nobody lapses by hand", actor(Reviewer, 1, ""), AppLapse, huaiyin, false},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			err := Check(c.who, c.do, c.on)
			if (err == nil) != c.want {
				t.Errorf("Check = %v, want allowed %v", err, c.want)
			}
			if err != nil && fault.KindOf(err) != fault.KindNotFound {
				t.Errorf("kind = %v, want not found", fault.KindOf(err))
			}
		})
	}
}

// A list scope says the same as Check, and an actor without a grant sees nothing.
func TestReachOf(t *testing.T) {
	if s := ReachOf(actor(Worker, 9, "320104900001"), AppList); s.All || len(s.Prefixes) != 1 {
		t.Errorf("worker scope = %+v", s)
	}
	if s := ReachOf(Anonymous, AppList); !s.Empty() {
		t.Errorf("public scope = %+v", s)
	}
	if s := ReachOf(actor(Leader, 1, ""), AppList); !s.All {
		t.Errorf("leader scope = %+v", s)
	}
}
