package blob

import (
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"
)

// Names keep their characters and lose their tricks.
func TestCleanName(t *testing.T) {
	cases := []struct{ name, in, want string }{
		{"plain", "居务公开.pdf", "居务公开.pdf"},
		{"rare characters stay", "𠮷田㛃.pdf", "𠮷田㛃.pdf"},
		{"unix path", "../../etc/passwd", "passwd"},
		{"windows path", `C:\fakepath\现场.jpg`, "现场.jpg"},
		{"bidi override", "报告\u202efdp.exe", "报告fdp.exe"},
		{"zero width", "报\u200b告\ufeff.pdf", "报告.pdf"},
		{"control and line break", "a\r\nSet-Cookie: x\x00.pdf", "aSet-Cookie_ x.pdf"},
		{"quotes", `a";filename="b.pdf`, "a_;filename=_b.pdf"},
		{"no valid text", "\xff\xfe.pdf", "pdf"},
		{"only dots", "...", "附件"},
		{"hidden", ".htaccess", "htaccess"},
		{"empty", "", "附件"},
		{"trailing slash", "a/", "附件"},
		{"windows device", "CON.pdf", "_CON.pdf"},
		{"ideographic space", "　通知　.pdf", "通知.pdf"},
		{"trailing dots", "a.pdf. . ", "a.pdf"},
	}
	for _, c := range cases {
		if got := CleanName(c.in); got != c.want {
			t.Errorf("%s: CleanName(%q) = %q, want %q", c.name, c.in, got, c.want)
		}
	}
	long := CleanName(strings.Repeat("长", 300) + ".docx")
	if utf8.RuneCountInString(long) != maxName+5 || !strings.HasSuffix(long, ".docx") {
		t.Errorf("long name: %q", long)
	}
}

// Whatever is sent, a name is short, valid, visible and no path.
func FuzzCleanName(f *testing.F) {
	for _, s := range []string{"", "a.pdf", "..", "/", `\`, "\u202e", "a\x00b", "con", strings.Repeat("长.", 200), "\xc0\xaf..\xc0\xaf", "a.\u200b"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, in string) {
		got := CleanName(in)
		n := utf8.RuneCountInString(got)
		if !utf8.ValidString(got) || n == 0 || n > 100-len(".docx") {
			t.Errorf("CleanName(%q) = %q, %d characters", in, got, n)
		}
		if strings.ContainsAny(got, `/\<>:"|?*`) || got[0] == '.' || strings.HasSuffix(got, ".") || strings.HasSuffix(got, " ") {
			t.Errorf("CleanName(%q) = %q", in, got)
		}
		for _, r := range got {
			if unicode.IsControl(r) || unicode.Is(unicode.Cf, r) || r == utf8.RuneError {
				t.Errorf("CleanName(%q) = %q holds %U", in, got, r)
			}
		}
	})
}

// No photograph's header makes the reader of segments fall over.
func FuzzReadJPEG(f *testing.F) {
	f.Add(jpegHeader(0xc0, 10, 10))
	f.Add(withSegment(jpegHeader(0xc2, 10, 10), []byte("\xff\xe1\x00\x10Exif\x00\x00II*\x00\x08\x00\x00\x00")))
	f.Fuzz(func(t *testing.T, data []byte) {
		h, ok := readJPEG(data)
		if ok && (h.cost() < 0 || h.orientation < 1 || h.orientation > 8) {
			t.Errorf("%+v", h)
		}
	})
}
