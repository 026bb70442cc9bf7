package workorder_test

import (
	"flag"
	"os"
	"testing"

	"portal/internal/authz"
	"portal/internal/workorder"
)

var update = flag.Bool("update", false, "rewrite the golden files")

// The table of moves is under review: a change shows as a difference of this file.
func TestFlowGolden(t *testing.T) {
	const path = "testdata/flow.md"
	got := "# A case\n\n" + workorder.Flow.Markdown()
	if *update {
		if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if string(want) != got {
		t.Errorf("the table differs from %s; run the test with -update and look at the difference", path)
	}
}

// Every state that ends a case is one from which nothing leads on, and has words.
func TestStates(t *testing.T) {
	for _, s := range workorder.States {
		if s.Done() != workorder.Flow.Final(s) {
			t.Errorf("%s: done %v, final %v", s, s.Done(), workorder.Flow.Final(s))
		}
		if s.Label() == "" {
			t.Errorf("%s has no name", s)
		}
	}
	for _, r := range workorder.Flow.Rows() {
		if !authz.Known(r.Do) {
			t.Errorf("%s has no row in the policy", r.Do)
		}
	}
}
