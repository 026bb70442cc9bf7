package session

import (
	"testing"
	"time"

	"github.com/alexedwards/scs/v2"
	"github.com/google/go-cmp/cmp"
)

// A session comes back as it went; a key without a place is refused, and an older spelling is a
// session without anything in it.
func TestCodec(t *testing.T) {
	deadline := time.Date(2026, 11, 18, 22, 0, 0, 123, time.UTC)
	for name, values := range map[string]map[string]any{
		"empty":     {},
		"signed in": {keySignin: int64(7), keyFlash: Flash{Tone: "ok", Words: "已登记“<b>”", Href: "/desk/tasks"}},
		"halfway":   {keyPending: int64(3), keyPassed: int64(1795329645922579832)},
	} {
		b, err := codec{}.Encode(deadline, values)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		at, back, err := codec{}.Decode(b)
		if err != nil || !at.Equal(deadline) || !cmp.Equal(back, values) {
			t.Errorf("%s: %v %v %s", name, err, at, cmp.Diff(values, back))
		}
	}
	for name, values := range map[string]map[string]any{"unknown key": {"cart": int64(1)}, "another type": {keySignin: "7"}, "flash elsewhere": {keySignin: Flash{}}} {
		if b, err := (codec{}).Encode(deadline, values); err == nil {
			t.Errorf("%s was stored as %s", name, b)
		}
	}
	old, err := scs.GobCodec{}.Encode(deadline, map[string]any{keySignin: int64(7)})
	if err != nil {
		t.Fatal(err)
	}
	if _, values, err := (codec{}).Decode(old); err != nil || len(values) != 0 {
		t.Errorf("an older spelling: %v %v", values, err)
	}
}
