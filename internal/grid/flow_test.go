package grid_test

import (
	"os"
	"testing"

	"portal/internal/grid"
)

// The table of a handover stays under review (GRD-07), and every state, kind and post has its word.
func TestHandoverFlow(t *testing.T) {
	t.Parallel()
	want, err := os.ReadFile("testdata/handover_flow.md")
	if err != nil || string(want) != grid.HandoverFlow.Markdown() {
		t.Errorf("testdata/handover_flow.md differs (%v) from\n%s", err, grid.HandoverFlow.Markdown())
	}
	for _, s := range grid.HandoverFlow.States() {
		if s.Label() == "" {
			t.Errorf("%s has no word", s)
		}
		if final := s == grid.Signed || s == grid.Forced || s == grid.CalledOff; final != grid.HandoverFlow.Final(s) {
			t.Errorf("%s: final %v", s, !final)
		}
	}
	for _, r := range grid.PostRoles {
		if r.Label() == "" || !r.Known() {
			t.Errorf("%s has no word", r)
		}
	}
	for _, k := range grid.LeaveKinds {
		if k.Label() == "" {
			t.Errorf("%s has no word", k)
		}
	}
}
