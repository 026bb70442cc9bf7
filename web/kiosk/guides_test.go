package kiosk

import (
	"net/http"
	"slices"
	"strings"
	"testing"

	"portal/internal/catalog"
	"portal/internal/demo"
)

// R36: every certificate of the negative list is among those that the community does not issue; each names an
// office, its basis and a telephone, on the screen and on a slip of its own, and asks for no seal.
func TestForbiddenCertificatesNameOfficeAndBasis(t *testing.T) {
	b := device(t)
	b.prove(true)
	negatives, err := catalog.Negatives(t.Context(), b.bench.DB.Q(), b.bench.Frame.Today())
	if err != nil {
		t.Fatal(err)
	}
	set, err := b.bench.Frame.Settings(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	shown := b.turned(t, "/kiosk/guides/forbidden", ".kpick b", certificatesOnPage)
	n := 0
	for _, e := range negatives {
		if e.MatchMode != catalog.CertificateTitle {
			continue
		}
		n++
		if !slices.Contains(shown, e.Phrase) {
			t.Errorf("%s is not shown", e.Phrase)
			continue
		}
		a := wellKept(t, b.Get("/kiosk/guides/forbidden/"+e.Code).Is(http.StatusOK))
		if got := a.Text("main"); a.Text("h1") != e.Phrase || !strings.Contains(got, e.Source) || !strings.Contains(got, "社区不开，也不用社区盖章") || !strings.Contains(got, "去哪里") {
			t.Errorf("%s: %s", e.Phrase, got)
		}
		a.Says("form.kstep .knext", "打去向小票")
		printed := wellKept(t, b.Get(b.Post(a.Attr("form.kstep", "action"), paramPrint, "1").Sees()).Is(http.StatusOK))
		if len(printed.All("[data-print]")) != 1 {
			t.Errorf("the slip of %s is not printed", e.Phrase)
		}
		paper := printed.Text(".slip")
		if printed.Text(".slip dd b") == "" || !strings.Contains(paper, e.Phrase) || !strings.Contains(paper, e.Source) || !strings.Contains(paper, set.StreetPhone) || !strings.Contains(paper, "社区不开") {
			t.Errorf("the slip of %s: %s", e.Phrase, paper)
		}
	}
	if n != 20 {
		t.Errorf("%d certificates on the national list, want 20", n)
	}
}

// R36: an office that the editors read into the list is not told as the list's own word, and one that nobody
// names is the street's window, never an invented one.
func TestOfficeIsNeverInvented(t *testing.T) {
	b := device(t)
	b.prove(true)
	for code, want := range map[string][]string{
		"NEG-052": {"公安机关", "清单没有写明，一般归它办"},
		"NEG-051": {"办事处窗口", "清单没有写明归谁办"},
		"NEG-068": {"公证机构"},
		"NEG-054": {"公安机关", "另有一条规定说法不同", "《北京市养犬管理规定》第十二条", "街道法制审核"}, // E7: both are shown
	} {
		got := strings.Join(b.turned(t, "/kiosk/guides/forbidden/"+code, ".ktext p", 9), "\n")
		slip := b.Get("/kiosk/guides/forbidden/" + code + "/slip").Is(http.StatusOK).Text(".slip")
		for _, word := range want {
			if !strings.Contains(got, word) || !strings.Contains(slip, word) {
				t.Errorf("%s lacks %s: %s / %s", code, word, got, slip)
			}
		}
	}
}

// What may be issued is what holds here today; a list of another place is no list here (外地参考).
func TestAllowedCertificatesAreThoseOfHere(t *testing.T) {
	b := device(t)
	b.prove(true)
	got := b.turned(t, "/kiosk/guides/allowed", ".kpick b", certificatesOnPage)
	page, err := catalog.On(t.Context(), b.bench.DB.Q(), catalog.Filter{Kinds: []catalog.ListKind{catalog.CertificateAllowed}, Community: demo.Huaiyin, Day: b.bench.Frame.Today(), Limit: 200})
	if err != nil {
		t.Fatal(err)
	}
	var want []string
	for _, e := range page.Rows {
		want = append(want, e.Title)
		if e.Standing == catalog.Reference {
			t.Errorf("%s is of another place", e.Code)
		}
		a := wellKept(t, b.Get("/kiosk/guides/allowed/"+e.Code).Is(http.StatusOK))
		if got := a.Text("main"); !strings.Contains(got, "社区可以开") || !strings.Contains(got, "清单上没有写") {
			t.Errorf("%s: %s", e.Code, got)
		}
	}
	if len(want) == 0 || !slices.Equal(got, want) {
		t.Errorf("choices %q, want %q", got, want)
	}
	if slices.ContainsFunc(got, func(s string) bool { return strings.Contains(s, "居民在社区居住") }) {
		t.Error("another place's list counts here")
	}
}

// R37: what stands on neither list is not refused and not issued.
func TestUnlistedCertificateIsDecidedByTheStreet(t *testing.T) {
	b := device(t)
	b.prove(true)
	if got := b.Get("/kiosk/guides/unlisted").Is(http.StatusOK).Text("main"); !strings.Contains(got, "社区不能直接开，先登记，由街道定") {
		t.Errorf("%s", got)
	}
	start := b.Get("/kiosk/guides").Is(http.StatusOK)
	for _, to := range []string{"/kiosk/guides/allowed", "/kiosk/guides/forbidden", "/kiosk/guides/unlisted"} {
		if len(start.All(".kpick[href='"+to+"']")) != 1 {
			t.Errorf("no door to %s", to)
		}
	}
}

func TestCertificatesThatAreNone(t *testing.T) {
	b := device(t)
	b.prove(true)
	for _, code := range []string{"NEG-001", "ZK-001", "nothing", "%00", "%ff", "..%2f", strings.Repeat("x", 3000), "NEG-051%27"} {
		b.Get("/kiosk/guides/forbidden/" + code).Is(http.StatusNotFound)
		b.Get("/kiosk/guides/forbidden/" + code + "/slip").Is(http.StatusNotFound)
	}
	b.Get("/kiosk/guides/allowed/NEG-051").Is(http.StatusNotFound)
	for _, page := range []string{"x", "-1", "0", "999999"} {
		b.Get("/kiosk/guides/forbidden?page=" + page).Is(http.StatusOK)
	}
	for _, note := range []string{"", "没有说法", "存在冲突", "甲、乙存在冲突"} {
		if got := otherRule(note); strings.Contains(got, "冲突") {
			t.Errorf("%q gives %q", note, got)
		}
	}
}
