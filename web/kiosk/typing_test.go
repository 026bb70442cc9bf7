package kiosk

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strconv"
	"strings"
	"testing"
	"unicode/utf8"

	"portal/internal/fault"
)

// typed asks for the candidates of letters as the script does.
func typed(t *testing.T, v url.Values) (typedAnswer, *httptest.ResponseRecorder, error) {
	t.Helper()
	r := httptest.NewRequest(http.MethodPost, pathTyping, strings.NewReader(v.Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	w := httptest.NewRecorder()
	err := handlers{}.typing(w, r, nil)
	var out typedAnswer
	if err == nil {
		if err := json.Unmarshal(w.Body.Bytes(), &out); err != nil {
			t.Fatal(err)
		}
	}
	return out, w, err
}

func letters60() string { return strings.Repeat("wuye", 15) }

// UX-K8: the words of the picture, four or five a page, all of them other ones on the next page.
func TestTypingAnswers(t *testing.T) {
	if !(handlers{}).canType() {
		t.Fatal("the dictionary is missing")
	}
	out, w, err := typed(t, url.Values{"typed": {"weixian"}})
	if err != nil || out.Pinyin != "wei'xian" || out.Candidates[0] != (typedText{"危险", 7}) || !out.More {
		t.Fatalf("%+v %v", out, err)
	}
	if ct := w.Header().Get("Content-Type"); ct != "application/json; charset=utf-8" {
		t.Errorf("content type %q", ct)
	}
	seen := map[string]bool{}
	for page := range 4 {
		out, _, err := typed(t, url.Values{"typed": {"weixian"}, "page": {strconv.Itoa(page)}})
		if err != nil || len(out.Candidates) < 4 || len(out.Candidates) > 5 {
			t.Fatalf("page %d: %+v %v", page, out, err)
		}
		for _, c := range out.Candidates {
			if seen[c.Text] {
				t.Errorf("%s stands on two pages", c.Text)
			}
			seen[c.Text] = true
		}
	}
	if out, _, err := typed(t, url.Values{"typed": {"weixian"}, "page": {"19"}}); err != nil || out.More {
		t.Errorf("the last page: %+v %v", out, err)
	}
	if out, _, err := typed(t, url.Values{"typed": {"vvv"}}); err != nil || len(out.Candidates) != 0 || out.Pinyin != "vvv" || out.More {
		t.Errorf("letters that spell nothing: %+v %v", out, err)
	}
	out, _, err = typed(t, url.Values{"typed": {letters60()}})
	if err != nil || utf8.RuneCountInString(out.Candidates[0].Text) != 30 {
		t.Errorf("sixty letters: %+v %v", out, err)
	}
}

// What no key types is refused, and the refusal does not repeat it.
func TestTypingRefusesJunk(t *testing.T) {
	for name, v := range map[string]url.Values{
		"nothing": {}, "empty": {"typed": {""}}, "capitals": {"typed": {"WEI"}}, "Chinese": {"typed": {"危险"}}, "figures": {"typed": {"13800138000"}},
		"markup": {"typed": {"<b>"}}, "too long": {"typed": {letters60() + "a"}}, "no page": {"typed": {"wei"}, "page": {"x"}},
		"a page before the first": {"typed": {"wei"}, "page": {"-1"}}, "a page behind the last": {"typed": {"wei"}, "page": {"20"}}, "an empty page": {"typed": {"wei"}, "page": {""}},
	} {
		_, w, err := typed(t, v)
		if fault.KindOf(err) != fault.KindInvalid {
			t.Errorf("%s: %v", name, err)
		}
		if letters := v.Get("typed"); len(letters) > 3 && strings.Contains(w.Body.String()+err.Error(), letters) {
			t.Errorf("%s: the refusal says what was typed", name)
		}
	}
}
