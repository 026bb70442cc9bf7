package pinyin

import (
	_ "embed"
	"slices"
	"strings"
	"sync"
	"testing"
)

//go:embed testdata/sentences.tsv
var everyday string

//go:embed testdata/unseen.tsv
var unseen string

//go:embed testdata/heldout.tsv
var heldout string

func dictionary(t testing.TB) *Dictionary {
	t.Helper()
	d, err := Load()
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// said is one sentence with the letters that were typed for it.
type said struct{ how, letters, text string }

func sentencesOf(t testing.TB, file string) []said {
	t.Helper()
	var out []said
	for row := range strings.Lines(file) {
		f := strings.Split(strings.TrimSuffix(row, "\n"), "\t")
		if len(f) != 3 {
			t.Fatalf("line %d of the sentences has %d parts", len(out)+1, len(f))
		}
		out = append(out, said{f[0], f[1], f[2]})
	}
	return out
}

// firsts counts how often the first candidate is the sentence that was meant.
func firsts(t *testing.T, list []said) (right int) {
	t.Helper()
	d := dictionary(t)
	for _, s := range list {
		c := d.Candidates(s.letters, 1)
		if len(c) == 1 && c[0].Text == s.text {
			right++
			continue
		}
		t.Logf("%s %s: %v, not %s", s.how, s.letters, c, s.text)
	}
	t.Logf("%d of %d are right at once", right, len(list))
	return right
}

// UX-K8: nine of ten everyday sentences stand first. Words were added with these in sight.
func TestEverydaySentences(t *testing.T) {
	list, kinds := sentencesOf(t, everyday), map[string]int{}
	for _, s := range list {
		kinds[s.how]++
	}
	if len(list) < 220 || kinds["fuzzy"] < 40 || kinds["initials"] < 15 {
		t.Fatalf("too few sentences: %v", kinds)
	}
	if right := firsts(t, list); right*10 < len(list)*9 {
		t.Errorf("only %d of %d", right, len(list))
	}
}

// Sentences on other matters than the words were chosen for; they were in sight when the pairs were made.
func TestUnseenSentences(t *testing.T) {
	list := sentencesOf(t, unseen)
	if right := firsts(t, list); right*10 < len(list)*8 {
		t.Errorf("only %d of %d", right, len(list))
	}
}

// Sentences written before there were pairs of words, of which no failure was ever looked at: what somebody
// meets who says something new. The figure guards against a loss; it is no promise.
func TestHeldOutSentences(t *testing.T) {
	list, right := sentencesOf(t, heldout), 0
	d := dictionary(t)
	for _, s := range list {
		if c := d.Candidates(s.letters, 1); len(c) == 1 && c[0].Text == s.text {
			right++
		}
	}
	t.Logf("%d of %d are right at once", right, len(list)) // which ones is not told: nobody is to tune on them
	if len(list) < 150 || right*10 < len(list)*7 {
		t.Errorf("only %d of %d", right, len(list))
	}
}

// What is typed alike is told apart by what stands beside it.
func TestNeighboursTellApart(t *testing.T) {
	d := dictionary(t)
	for letters, text := range map[string]string{"dadianhua": "打电话", "shengyinda": "声音大", "zaijialixiuxi": "在家里休息", "qingzailai": "请再来",
		"chaodehen": "吵得很", "loudaodedeng": "楼道的灯", "manmandizou": "慢慢地走", "bachekaizou": "把车开走"} {
		if c := d.Candidates(letters, 1); len(c) != 1 || c[0].Text != text {
			t.Errorf("%s: %v, not %s", letters, c, text)
		}
	}
}

// The letters of a sentence are a reading of its characters; those typed by sound are not.
func TestSentencesAreSpelledAsTheySay(t *testing.T) {
	d := dictionary(t)
	readings := map[string][]string{}
	for n := 1; n+1 < len(d.nodes); n++ {
		for w := d.nodes[n].words; w < d.nodes[n+1].words; w++ {
			if text := d.word(w); len(text) == len("里") {
				readings[text] = append(readings[text], d.spell.syllables[d.nodes[n].syllable])
			}
		}
	}
	var spells func(letters, text string) bool
	spells = func(letters, text string) bool {
		if text == "" {
			return letters == ""
		}
		for _, r := range readings[text[:3]] {
			if rest, ok := strings.CutPrefix(letters, r); ok && spells(rest, text[3:]) {
				return true
			}
		}
		return false
	}
	for _, s := range slices.Concat(sentencesOf(t, everyday), sentencesOf(t, unseen), sentencesOf(t, heldout)) {
		if got := spells(s.letters, s.text); got != (s.how == "full") {
			t.Errorf("%s %s %s: spelled %v", s.how, s.letters, s.text, got)
		}
	}
}

// UX-K8, one by one: what is typed, which candidates must be among the first, and how much they use up.
func TestWaysOfTyping(t *testing.T) {
	d := dictionary(t)
	for _, c := range []struct {
		name, letters, want string
		within, used        int
		pinyin              string
	}{
		{"a word", "weixian", "危险", 1, 7, "wei'xian"},
		{"ü as v", "nvren", "女人", 1, 5, "nv'ren"},
		{"ü as v after l", "lvhua", "绿化", 1, 5, "lv'hua"},
		{"v after j", "jvmin", "居民", 1, 5, "jv'min"},
		{"üe as ue", "nuedai", "虐待", 1, 6, "nue'dai"},
		{"a separator", "xi'an", "西安", 1, 5, "xi'an"},
		{"without it", "xian", "先", 3, 4, "xian"},
		{"two separators", "'xi''an", "西安", 1, 7, "xi'an"},
		{"first letters", "sq", "社区", 1, 2, "s'q"},
		{"three first letters", "wgy", "网格员", 1, 3, "w'g'y"},
		{"zh by its two letters", "jzh", "救助", 400, 3, "j'zh"},
		{"letters and a syllable", "dianpc", "电瓶车", 1, 6, "dian'p'c"},
		{"s for sh", "sequ", "社区", 1, 4, "se'qu"},
		{"z for zh", "zengming", "证明", 1, 8, "zeng'ming"},
		{"zh for z", "zhenme", "怎么", 1, 6, "zhen'me"},
		{"c for ch", "cewei", "车位", 1, 5, "ce'wei"},
		{"l for n", "lanqi", "暖气", 400, 5, ""},
		{"n for l", "nouti", "楼梯", 1, 5, "nou'ti"},
		{"an for ang", "wanshan", "晚上", 5, 7, "wan'shan"},
		{"eng for en", "loumeng", "楼门", 400, 7, ""},
		{"in for ing", "dianpin", "电瓶", 5, 7, "dian'pin"},
		{"the last syllable begun", "louda", "楼道", 1, 5, "lou'da"},
		{"the last syllable may go on", "weixia", "危险", 8, 6, "wei'xia"},
		{"capitals", "WUYE", "物业", 1, 4, "wu'ye"},
		{"a character nobody prints", "zhe", "喆", 400, 3, "zhe"},
		{"a name of this street", "huaixiangyuan", "槐香苑", 1, 13, "huai'xiang'yuan"},
		{"the first word of more", "louteng", "楼", 400, 3, "lou"},
		{"what follows is no letter", "wuye8", "物业", 1, 4, "wu'ye"},
	} {
		if c.name == "l for n" { // nuan and nan are not taken for each other
			c.letters, c.want, c.pinyin = "luanqi", "暖气", "luan'qi"
			c.used, c.within = 6, 1
		}
		list := d.Candidates(c.letters, 400)
		at := -1
		for i, got := range list {
			if got.Text == c.want {
				at = i
				break
			}
		}
		if at < 0 || at >= c.within {
			t.Errorf("%s: %s stands at %d for %s", c.name, c.want, at, c.letters)
			continue
		}
		if got := list[at]; c.pinyin != "" && (got.Used != c.used || got.Pinyin != c.pinyin) {
			t.Errorf("%s: %+v", c.name, got)
		}
	}
}

// What spells exactly stands before what only sounds alike, however usual that is.
func TestExactSpellingComesFirst(t *testing.T) {
	d := dictionary(t)
	for letters, pair := range map[string][2]string{"si": {"四", "是"}, "lan": {"蓝", "难"}, "wanshan": {"完善", "晚上"}, "zu": {"组", "住"}, "minzu": {"民族", "民主"}} {
		exact, alike := -1, -1
		for i, c := range d.Candidates(letters, 4000) {
			switch c.Text {
			case pair[0]:
				exact = i
			case pair[1]:
				alike = i
			}
		}
		if exact < 0 || alike < exact {
			t.Errorf("%s: %s at %d, %s at %d", letters, pair[0], exact, pair[1], alike)
		}
	}
}

// The order: the sentence, words of all letters, words of the first syllables, single characters.
func TestOrderOfCandidates(t *testing.T) {
	list := dictionary(t).Candidates("loudaodengbuliang", 200)
	if list[0].Text != "楼道灯不亮" || list[0].Used != 17 {
		t.Fatalf("first %+v", list[0])
	}
	seen := map[string]bool{list[0].Text: true}
	for i, c := range list[1:] {
		if seen[c.Text] || c.Used > list[i].Used || c.Used < 1 {
			t.Errorf("%+v behind %+v", c, list[i])
		}
		seen[c.Text] = true
	}
	if last := list[len(list)-1]; last.Used != 3 || len(last.Text) != len("楼") {
		t.Errorf("last %+v", last)
	}
}

func TestNothingToSay(t *testing.T) {
	d := dictionary(t)
	for _, letters := range []string{"", "'", "'''", "v", "iii", "u", "9", "楼", "\x00", "\xff"} {
		if c := d.Candidates(letters, 5); len(c) != 0 {
			t.Errorf("%q: %v", letters, c)
		}
	}
	if c := d.Candidates("wuye", 0); c != nil {
		t.Errorf("none asked for: %v", c)
	}
	if c := d.Candidates(strings.Repeat("wuye", 40), 1); len(c) != 1 || c[0].Used != MaxLetters {
		t.Errorf("more than %d letters: %v", MaxLetters, c)
	}
}

// K-9: the device of a street office offers no filth.
func TestUnfitWordsAreNotOffered(t *testing.T) {
	for _, c := range dictionary(t).Candidates("yinjing", 4000) {
		if c.Text == "阴茎" {
			t.Error(c)
		}
	}
}

func TestManyAtOnce(t *testing.T) {
	d := dictionary(t)
	want := d.Candidates("shuiguanloushui", 20)
	var all sync.WaitGroup
	for range 8 {
		all.Go(func() {
			for i, c := range d.Candidates("shuiguanloushui", 20) {
				if c != want[i] {
					t.Errorf("%v, not %v", c, want[i])
				}
			}
		})
	}
	all.Wait()
}

// A file that is broken is an error, never a panic.
func TestBrokenWords(t *testing.T) {
	for _, broken := range [][]byte{nil, []byte("words"), packed[:len(packed)/2]} {
		if _, err := unpack(broken, packedPairs); err == nil {
			t.Errorf("%d bytes were read", len(broken))
		}
		if _, err := unpack(packed, broken); err == nil {
			t.Errorf("%d bytes of pairs were read", len(broken))
		}
	}
	d := dictionary(t)
	for _, broken := range []string{"", "\n", "灯", "灯\t亮", "灯\t亮\tx\n", "灯\t亮\t256\n", "\t亮\t3\n", "灯\t\t3\n"} {
		if err := readPairs(broken, &Dictionary{ends: d.ends, texts: d.texts}); err == nil {
			t.Errorf("pairs %q were read", broken)
		}
	}
}

func FuzzCandidates(f *testing.F) {
	for _, seed := range []string{"weixian", "xi'an", "nv", "sq", strings.Repeat("s", 80), strings.Repeat("zh", 40), strings.Repeat("a'", 40), "iuv", "wo\x00", "ｗｏ", "'a", "shiiii"} {
		f.Add(seed, 5)
	}
	d := dictionary(f)
	f.Fuzz(func(t *testing.T, letters string, limit int) {
		limit = min(limit, 200)
		list := d.Candidates(letters, limit)
		if len(list) > max(limit, 0) {
			t.Fatalf("%d candidates", len(list))
		}
		for _, c := range list {
			if c.Text == "" || c.Used < 1 || c.Used > min(len(letters), MaxLetters) || strings.ReplaceAll(c.Pinyin, "'", "") != strings.ReplaceAll(strings.ToLower(letters[:c.Used]), "'", "") {
				t.Fatalf("%q: %+v", letters, c)
			}
		}
	})
}

// Twelve syllables, as a page of the device asks for them.
func BenchmarkCandidates(b *testing.B) {
	d := dictionary(b)
	for name, letters := range map[string]string{"spelled": "xiaoqumenkoudeludengyizhimeiyouliang", "alike": "xiaoqumengkoudeludenyizimeiyouniang", "initials": "xqmkdldyzmyl",
		"worst": strings.Repeat("s", MaxLetters)} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				d.Candidates(letters, 100)
			}
		})
	}
}

func BenchmarkLoad(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		if _, err := unpack(packed, packedPairs); err != nil {
			b.Fatal(err)
		}
	}
}
