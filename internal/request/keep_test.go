package request

import (
	"strings"
	"testing"
	"time"

	"portal/internal/authz"
	"portal/internal/fault"
)

// Q2, UX-K12: what a device keeps through a cut line is one request with the receipt that its provisional
// slip already showed; its clock starts at the server's time of that moment, not of the delivery, and only
// the device it was sealed for can hand it in.
func TestKeptFiling(t *testing.T) {
	t.Parallel()
	h := open(t)
	said := filing(func(f *Filing) {
		f.Building, f.Place, f.Community, f.Channel = h.buildings[0], "", huaiyin, Kiosk
		f.Phone, f.Words = "13800005678", "楼道灯不亮了，晚上看不清"
	})
	kept, err := h.s.Keep(t.Context(), "HYL-01", "key-of-the-kept-filing-0001", said)
	if err != nil {
		t.Fatal(err)
	}
	if strings.Contains(kept.Sealed, "13800005678") || !strings.HasPrefix(kept.Provisional, "临-") || len([]rune(kept.Provisional)) != 8 {
		t.Errorf("%+v", kept)
	}
	changed := "A" + kept.Sealed[1:]
	if kept.Sealed[0] == 'A' {
		changed = "B" + kept.Sealed[1:]
	}
	for name, c := range map[string][2]string{"another device": {"HYL-02", kept.Sealed}, "cut short": {"HYL-01", kept.Sealed[:len(kept.Sealed)-4]},
		"one letter changed": {"HYL-01", changed}, "nothing": {"HYL-01", ""}, "no base64": {"HYL-01", "灯"}, "too long": {"HYL-01", strings.Repeat("A", longestKept+1)}} {
		if _, _, err := h.s.Unseal(t.Context(), c[0], c[1]); fault.KindOf(err) != fault.KindInvalid {
			t.Errorf("%s: %v", name, err)
		}
	}
	sealedAt := h.now
	h.now = h.now.Add(5 * time.Hour)
	key, f, err := h.s.Unseal(t.Context(), "HYL-01", kept.Sealed)
	if err != nil || key != "key-of-the-kept-filing-0001" {
		t.Fatalf("%q, %v", key, err)
	}
	r, receipt, err := h.tryFile(authz.Anonymous, func(into *Filing) { *into = f })
	if err != nil {
		t.Fatal(err)
	}
	if receipt.Code != kept.Code || receipt.Token != kept.Token || !r.SubmittedAt.Equal(sealedAt) || !receipt.ContactDue.Equal(sealedAt.Add(18*time.Hour)) {
		t.Errorf("%+v %+v", receipt, r)
	}
	if Provisional(receipt.Code) != kept.Provisional {
		t.Errorf("the slip said %s", kept.Provisional)
	}
	h.now = h.now.Add(8 * 24 * time.Hour) // a device that stood in a cupboard: the word counts, from now
	late, err := h.s.Keep(t.Context(), "HYL-01", "key-of-the-kept-filing-0002", said)
	if err != nil {
		t.Fatal(err)
	}
	h.now = h.now.Add(paperAge + time.Minute)
	_, f, err = h.s.Unseal(t.Context(), "HYL-01", late.Sealed)
	if err != nil {
		t.Fatal(err)
	}
	if r, _, err = h.tryFile(authz.Anonymous, func(into *Filing) { *into = f }); err != nil || !r.SubmittedAt.Equal(h.now) {
		t.Errorf("%v, %v", r.SubmittedAt, err)
	}
}
