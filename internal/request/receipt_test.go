package request

import (
	"strings"
	"testing"
)

// reliability.md §2 rule 18: 12 Crockford characters; every single wrong character and every swap of two
// shows, and people may type as they like.
func TestCodes(t *testing.T) {
	seen := map[string]bool{}
	for range 200 {
		code, token, err := newCodes()
		if err != nil {
			t.Fatal(err)
		}
		if len(code) != 12 || len(token) != 22 || !readToken(token) || seen[code] || seen[token] {
			t.Fatalf("code %q, token %q", code, token)
		}
		seen[code], seen[token] = true, true
		shown := ShowCode(code)
		if len(shown) != 14 || shown[4] != '-' || shown[9] != '-' {
			t.Fatalf("shown %q", shown)
		}
		for _, typed := range []string{code, shown, strings.ToLower(shown), " " + strings.ReplaceAll(shown, "-", " — ") + " ",
			strings.NewReplacer("0", "O", "1", "l").Replace(shown), strings.NewReplacer("0", "o", "1", "I").Replace(code)} {
			if got, ok := ReadCode(typed); !ok || got != code {
				t.Fatalf("ReadCode(%q) = %q, %v; want %q", typed, got, ok, code)
			}
		}
		for i := range code {
			for _, other := range letters32 {
				if wrong := code[:i] + string(other) + code[i+1:]; wrong != code {
					if _, ok := ReadCode(wrong); ok {
						t.Fatalf("%q passes for %q", wrong, code)
					}
				}
			}
			if i > 0 && code[i] != code[i-1] {
				if _, ok := ReadCode(code[:i-1] + code[i:i+1] + code[i-1:i] + code[i+1:]); ok {
					t.Fatalf("a swap at %d of %q passes", i, code)
				}
			}
		}
	}
	for _, bad := range []string{"", "K7QF", "K7QF-2M9A-41X8-2", "U7QF-2M9A-41X8", "查询码"} {
		if _, ok := ReadCode(bad); ok {
			t.Errorf("%q is read as a code", bad)
		}
	}
	for _, bad := range []string{"", "abc", strings.Repeat("A", 21) + "B", strings.Repeat("A", 22) + "=", strings.Repeat("A", 400)} {
		if readToken(bad) {
			t.Errorf("%q is read as a token", bad)
		}
	}
}

func FuzzReadCode(f *testing.F) {
	f.Add("K7QF-2M9A-41X8")
	f.Add("ｋ７ｑｆ")
	f.Fuzz(func(t *testing.T, typed string) {
		code, ok := ReadCode(typed)
		if ok && (len(code) != codeLen || strings.Trim(code, letters32) != "") {
			t.Fatalf("ReadCode(%q) = %q", typed, code)
		}
		if again, same := ReadCode(code); ok && (!same || again != code) {
			t.Fatalf("%q reads as %q", code, again)
		}
	})
}
