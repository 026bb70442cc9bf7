package desk

import (
	"strings"
	"testing"

	"portal/internal/admission"
	"portal/internal/grid"
	"portal/web/webtest"
)

// Handovers stand in 待办 of who signs next, vacancies in that of who keeps the grids; nobody else sees them.
// The figure of the rail counts the same rows.
func TestGridsSource(t *testing.T) {
	t.Parallel()
	b := webtest.Street(t)
	waiting, rail := Grids(grid.New(b.DB)), admission.New(b.DB)
	for login, want := range map[string]string{"grid.huaiyin1": "核对并签字", "grid.huaiyin2": "", "secretary.huaiyin": "指定 A 岗", "secretary.linhe": "", "worker.huaiyin": "", "clerk": "", "dispatcher": "指定 A 岗"} {
		rows, err := waiting(t.Context(), b.As(t, login).Actor)
		if err != nil {
			t.Fatalf("%s: %v", login, err)
		}
		if w, err := rail.Waits(t.Context(), b.As(t, login).Actor); err != nil || w.Signs+w.Vacant != len(rows) {
			t.Errorf("%s: the rail counts %d + %d of %d rows, %v", login, w.Signs, w.Vacant, len(rows), err)
		}
		var verbs []string
		for _, row := range rows {
			verbs = append(verbs, row.Verb)
			if row.Title == "" || row.Detail == "" || !strings.HasPrefix(row.Href, "/desk/") || row.DueOn.IsZero() && row.Unclocked == "" {
				t.Errorf("%s: %+v", login, row)
			}
		}
		if got := strings.Join(verbs, " "); got != want {
			t.Errorf("%s: %q, want %q", login, got, want)
		}
	}
}
