package normal

import (
	"errors"
	"strings"
	"testing"
	"unicode/utf8"
)

// R4: the negative phrase 招商引资 is found however it is written.
func TestContainsHits(t *testing.T) {
	for name, s := range map[string]string{
		"plain":               "完成招商引资任务",
		"spaces":              "招 商 引 资",
		"traditional":         "招商引資",
		"ideographic spaces":  "招　商　引　资",
		"middle dots":         "招·商·引·资",
		"zero width":          "招\u200b商引资",
		"byte order mark":     "招\ufeff商引资",
		"bidi override":       "招商\u202e引资",
		"no-break and thin":   "招\u00a0商\u2009引\u202f资",
		"line break":          "招商\r\n引资",
		"variation selector":  "招商\ufe00引\U000e0100资",
		"strike-through":      "招\u0336商\u0336引\u0336资\u0336",
		"hyphens":             "招-商–引‐资",
		"dots and underscore": "招．商_引*资",
		"mixed run":           "招 · 商 - 引 ... 资",
		"radical form":        "招商引⾃招商引资",
		"braille blank":       "招\u2800商引资",
		"hangul filler":       "招\u3164商引资",
	} {
		if !Contains(s, "招商引资") {
			t.Errorf("%s: %q does not hit (key %q)", name, s, Key(s))
		}
	}
}

// What separates sentences or the parts of a list keeps words apart.
func TestContainsMisses(t *testing.T) {
	for name, s := range map[string]string{
		"full stop":   "欢迎投诉招商。引资由区里负责",
		"comma":       "招商，引资",
		"enumeration": "招商、引资",
		"semicolon":   "招商；引资",
		"exclamation": "招商！引资",
		"other order": "引资招商",
		"one missing": "招商引",
		"empty":       "",
	} {
		if Contains(s, "招商引资") {
			t.Errorf("%s: %q hits", name, s)
		}
	}
	if Contains("anything", "") || Contains("anything", " \u200b") {
		t.Error("an empty phrase hits")
	}
}

func TestKey(t *testing.T) {
	cases := map[string]string{
		"":                "",
		"ＡＰＰ":             "app",
		"新建 App":          "新建app",
		"Ａ－３号楼":           "a-3号楼",
		"3.5 元":           "3.5元",
		"協稅護稅":            "协税护税",
		"報刊雜誌訂閱":          "报刊杂志订阅",
		"衞生／衛生":           "卫生/卫生",
		"臺賬":              "台账",
		"𠮷㛃":              "𠮷㛃",
		"㈱①":              "(株)1",
		"é":               "é",
		"e\u200d\u0301":   "é",
		"\u00a8x":         "x",
		"·招商·":            "·招商·",
		"招·a":             "招·a",
		"\x00招\x07":       "招",
		"责任 状（2026年）":     "责任状(2026年)",
		"\u1100\u1161":    "가",
		"ΑΣ":              "ας"[:2] + "σ",
		"\u202e\u2066\n ": "",
	}
	for in, want := range cases {
		if got := Key(in); got != want {
			t.Errorf("Key(%q) = %q, want %q", in, got, want)
		}
	}
}

// No simplified form is itself in the table, and no form is wider than NFKC
// leaves it: one pass is enough.
func TestTable(t *testing.T) {
	if len(simplified) < 3000 {
		t.Fatalf("only %d pairs", len(simplified))
	}
	for a, b := range simplified {
		if _, again := simplified[b]; again {
			t.Errorf("%c -> %c -> %c", a, b, simplified[b])
		}
		if got := Key(string(a)); got != string(b) {
			t.Errorf("Key(%c) = %s, want %c", a, got, b)
		}
	}
	for _, r := range "社区居民委员会招商引资负面清单准入事项打卡接龙留痕点赞" {
		if s, ok := simplified[r]; ok {
			t.Errorf("%c is simplified already and becomes %c", r, s)
		}
	}
}

// The hit is marked in the words of the author, hiding characters included.
func TestFind(t *testing.T) {
	cases := []struct{ original, phrase, want string }{
		{"完成招 商·引\u200b資任务", "招商引资", "招 商·引\u200b資"},
		{"每日打卡", "打卡", "打卡"},
		{"𠮷家 点　赞 吗", "点赞", "点　赞"},
		{"安装ＡＰＰ后", "app", "ＡＰＰ"},
		{"見㍿社", "株式", "㍿"},
		{"e\u200d\u0301x", "é", "e\u200d\u0301"},
	}
	for _, c := range cases {
		start, end, ok := Find(c.original, c.phrase)
		if !ok {
			t.Errorf("Find(%q, %q): no hit", c.original, c.phrase)
			continue
		}
		if got := string([]rune(c.original)[start:end]); got != c.want {
			t.Errorf("Find(%q, %q) = %q, want %q", c.original, c.phrase, got, c.want)
		}
	}
	if _, _, ok := Find("每日签到", "打卡"); ok {
		t.Error("a hit where there is none")
	}
}

func TestFindAll(t *testing.T) {
	got := Index("打卡、打 卡，再打卡").FindAll("打卡")
	want := []Span{{0, 2}, {3, 6}, {8, 10}}
	if len(got) != len(want) {
		t.Fatalf("got %v, want %v", got, want)
	}
	for i := range want {
		if got[i] != want[i] {
			t.Errorf("hit %d = %v, want %v", i, got[i], want[i])
		}
	}
	// Two hits inside one sign are one mark.
	if got := Index("㌀").FindAll("ー"); len(got) > 1 {
		t.Errorf("㌀: %v", got)
	}
}

// Names keep their characters; what hides or harms is refused with a sentence
// that says where (reliability rule 14).
func TestClean(t *testing.T) {
	kept := map[string]string{
		"  网格巡查　":        "网格巡查",
		"𠮷㛃":             "𠮷㛃",
		"葛\U000e0100城社区": "葛\U000e0100城社区",
		"Ａ栋（3号）":         "Ａ栋（3号）",
		"招 商 引 资":        "招 商 引 资",
		"":               "",
		"<script>'\"&;=": "<script>'\"&;=",
	}
	for in, want := range kept {
		if got, err := Clean(in); err != nil || got != want {
			t.Errorf("Clean(%q) = %q, %v; want %q", in, got, err, want)
		}
	}
	refused := map[string]int{
		"巡\x00查": 2, "巡\x1b查": 2, "巡\u0085查": 2, "巡\n查": 2, "巡\t查": 2, "\u200b巡查": 1, "巡查\u202e": 3,
		"巡\u2066查": 2, "巡\ufeff查": 2, "巡\ufffd查": 2, "巡\uffff查": 2, "巡\u3164查": 2, "巡\U000e0041查": 2,
		"\xff巡查": 0, "\xed\xa0\x80": 0, "\xc0\xaf": 0, "巡查\xe6\x9f": 0,
	}
	for in, at := range refused {
		got, err := Clean(in)
		var e *Error
		if !errors.As(err, &e) || got != "" {
			t.Errorf("Clean(%q) = %q, %v; want an *Error", in, got, err)
			continue
		}
		if e.At != at || !strings.HasSuffix(e.Reason, "。") || strings.Contains(e.Reason, "%") {
			t.Errorf("Clean(%q): at %d, %q; want at %d", in, e.At, e.Reason, at)
		}
	}
}

func TestCleanText(t *testing.T) {
	kept := map[string]string{
		"第一段\r\n第二段\r第三段\n":       "第一段\n第二段\n第三段",
		"\ufeff从文\u00ad档粘\u200b贴": "从文档粘贴",
		"列一\t列二":                  "列一\t列二",
		"👨\u200d👩\u200d👧":         "👨\u200d👩\u200d👧",
		" \u200b ":                "",
	}
	for in, want := range kept {
		if got, err := CleanText(in); err != nil || got != want {
			t.Errorf("CleanText(%q) = %q, %v; want %q", in, got, err, want)
		}
	}
	for _, in := range []string{"a\x00b", "a\u202eb", "a\u2067b", "a\x08b", "\xfe", "a\ufffdb", "a\U000e0020b"} {
		var e *Error
		if got, err := CleanText(in); !errors.As(err, &e) || got != "" {
			t.Errorf("CleanText(%q) = %q, %v; want an *Error", in, got, err)
		}
	}
}

var seeds = []string{
	"", "招 商·引\u200b資", "ＡＰＰ", "㍿ﷺ", "e\u200d\u0301", "\u00a8\u0345", "İıſKÅ", "가\u1100\u1161\u11a8",
	"\xff招\xed\xa0\x80", "ΐ\u0390ϒ\u0301", strings.Repeat("\u0301", 40) + "a", "招.-a·商", "﷽ǅǆ",
}

// FuzzKey: a key is its own key, valid, and without anything invisible.
func FuzzKey(f *testing.F) {
	for _, s := range seeds {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		k := Key(s)
		if again := Key(k); again != k {
			t.Fatalf("Key(%q) = %q, then %q", s, k, again)
		}
		if !utf8.ValidString(k) || strings.ContainsFunc(k, unseen) {
			t.Fatalf("Key(%q) = %q holds what it should drop", s, k)
		}
	})
}

// FuzzFind: the places found lie inside the original, do not overlap, and the
// words there do hold the phrase.
func FuzzFind(f *testing.F) {
	for _, s := range seeds {
		f.Add(s, "招商引资")
		f.Add("x"+s+s+"y", s)
	}
	f.Fuzz(func(t *testing.T, original, phrase string) {
		runes, last := []rune(original), 0
		spans := Index(original).FindAll(phrase)
		if (len(spans) > 0) != Contains(original, phrase) {
			t.Fatalf("Find and Contains disagree on %q in %q", phrase, original)
		}
		for _, s := range spans {
			if s.Start < last || s.End <= s.Start || s.End > len(runes) {
				t.Fatalf("%q in %q: bad span %v", phrase, original, spans)
			}
			last = s.End
			if hit := string(runes[s.Start:s.End]); !strings.Contains(Key(hit), Key(phrase)) {
				t.Fatalf("%q in %q: the hit %q does not hold it", phrase, original, hit)
			}
		}
	})
}

// FuzzClean: what is kept is valid, trimmed, needs no second cleaning and
// holds no NUL; refusals carry a sentence.
func FuzzClean(f *testing.F) {
	for _, s := range seeds {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		for _, fn := range []func(string) (string, error){Clean, CleanText} {
			got, err := fn(s)
			if err != nil {
				if err.Error() == "" {
					t.Fatal("no sentence")
				}
				continue
			}
			again, err := fn(got)
			if err != nil || again != got || !utf8.ValidString(got) || strings.ContainsRune(got, 0) {
				t.Fatalf("%q -> %q -> %q, %v", s, got, again, err)
			}
		}
	})
}

func BenchmarkKeyTitle(b *testing.B) {
	for b.Loop() {
		Key("关于开展２０２６年度社區 招商引資 工作的通知")
	}
}
