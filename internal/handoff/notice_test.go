package handoff_test

import (
	"strings"
	"testing"

	"portal/internal/admission"
	"portal/internal/authz"
	"portal/internal/demo/demotest"
	"portal/internal/fault"
	"portal/internal/grid"
	"portal/internal/handoff"
	"portal/internal/notice"
	"portal/internal/request"
	"portal/internal/workorder"
)

const personSQL = `
SELECT a.id, a.name, p.id, p.role, p.unit_id, u.name, p.division, p.title
FROM account a JOIN account_post p ON p.account_id = a.id JOIN unit u ON u.id = p.unit_id WHERE a.login = $1 ORDER BY p.id LIMIT 1`

// Every result that is offered fills a notice in that may be drafted as it stands; what a case says is masked, a case
// of somebody who asked to stay unknown is never told (§6.7, REQ-13), and nobody publishes for another place.
func TestResultsBecomeNotices(t *testing.T) {
	t.Parallel()
	street := demotest.Open(t)
	ctx, db := t.Context(), street.DB
	person := func(login string) authz.Actor {
		a := authz.Actor{Login: login, Posts: make([]authz.Post, 1)}
		p := &a.Posts[0]
		if err := db.Q().QueryRow(ctx, personSQL, login).Scan(&a.AccountID, &a.Name, &p.ID, &p.Role, &p.UnitID, &p.UnitName, &p.Division, &p.Title); err != nil {
			t.Fatal(err)
		}
		return a
	}
	notices := notice.New(db, street.Keys, nil)
	n := handoff.NewNotices(db, notices, admission.New(db), grid.New(db), workorder.New(db))
	secretary, other, dispatcher := person("secretary.huaiyin"), person("secretary.linhe"), person("dispatcher")
	seen := map[notice.Kind]int{}
	var cases []string
	for _, by := range []authz.Actor{secretary, dispatcher} {
		results, err := n.Results(ctx, by)
		if err != nil {
			t.Fatal(err)
		}
		for _, r := range results {
			seen[r.Kind]++
			sketch, err := n.Sketch(ctx, by, r.Source)
			if err != nil {
				t.Errorf("%s: %v", r.Source, err)
				continue
			}
			if sketch.Kind != r.Kind || sketch.Source != r.Source || len([]rune(sketch.PlainTitle)) > notice.MaxPlainTitle || len([]rune(sketch.PlainSummary)) > notice.MaxPlainSummary {
				t.Errorf("%s: %+v", r.Source, sketch)
			}
			if r.Kind == notice.Handling {
				if found := request.FindPersonal(sketch.Body + sketch.Title + sketch.PlainSummary); len(found) > 0 {
					t.Errorf("%s tells of a person: %+v in %s", r.Source, found, sketch.Body)
				}
				cases = append(cases, r.Source)
			}
			if _, err := n.Sketch(ctx, other, r.Source); fault.KindOf(err) != fault.KindNotFound {
				t.Errorf("%s for another community: %v", r.Source, err)
			}
		}
	}
	if seen[notice.Admission] == 0 || len(cases) == 0 {
		t.Fatalf("offered: %v", seen)
	}
	first, err := n.Results(ctx, secretary)
	if err != nil {
		t.Fatal(err)
	}
	sketch, err := n.Sketch(ctx, secretary, first[0].Source)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := notices.Draft(ctx, secretary, "", sketch); err != nil {
		t.Fatalf("draft: %v", err)
	}
	after, err := n.Results(ctx, secretary)
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range after {
		if r.Source == first[0].Source {
			t.Errorf("%s is offered again", r.Source)
		}
	}
	no, _, _ := strings.Cut(strings.TrimPrefix(cases[0], "order:"), "@")
	if _, err := db.Pool().Exec(ctx, `UPDATE work_order SET confidential = true WHERE no = $1`, no); err != nil {
		t.Fatal(err)
	}
	for _, by := range []authz.Actor{secretary, dispatcher} {
		if _, err := n.Sketch(ctx, by, cases[0]); fault.KindOf(err) != fault.KindNotFound {
			t.Errorf("a confidential case is told: %v", err)
		}
	}
	if _, err := n.Results(ctx, person("clerk")); fault.KindOf(err) != fault.KindNotFound {
		t.Errorf("a clerk is offered results: %v", err)
	}
}
