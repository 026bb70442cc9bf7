//go:build ignore

package main

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// small is a maker that knows a few words, and what a file of one own line makes of them.
func small(t *testing.T, own string) *maker {
	t.Helper()
	m := &maker{modern: map[string]string{"楼": "lou", "灯": "deng", "等": "deng", "楼道": "lou dao", "不": "bu", "亮": "liang", "的": "de", "得": "de"}, costs: map[entry]int{}}
	for word, reading := range m.modern {
		m.add(word, reading, 80)
	}
	path := filepath.Join(t.TempDir(), "own.txt")
	if err := os.WriteFile(path, []byte(own), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := m.addOwn(path); err != nil {
		t.Fatal(err)
	}
	return m
}

// The test runs in the folder of its files; the paths of the program begin at the root.
func TestMain(m *testing.M) {
	if err := os.Chdir(os.Getenv("ROOT")); err != nil {
		panic(err)
	}
	os.Exit(m.Run())
}

func TestOwnWords(t *testing.T) {
	m := small(t, "# of this house\n= 1000\n楼道灯 着火/zhao'huo\n@a 不\n@b 亮\n+ 500 @a @b\n! 灯 33\n")
	for e, want := range map[entry]int{
		{"楼道灯", "lou dao deng"}: 69, // a thousand in a million
		{"着火", "zhao huo"}:      69,
		{"不亮", "bu liang"}:      76,
		{"灯", "deng"}:           33,
		{"楼道", "lou dao"}:       80,
	} {
		if got, ok := m.costs[e]; !ok || got != want {
			t.Errorf("%v costs %d, not %d", e, got, want)
		}
	}
}

func TestReadings(t *testing.T) {
	for from, want := range map[string]string{"lǜ huà": "lv huà", "dēng": "deng", "nǚ ér": "nv er", "hm": "", "lóu1": ""} {
		if got := plain(from); got != strings.ReplaceAll(want, "à", "a") {
			t.Errorf("%s: %q, not %q", from, got, want)
		}
	}
	if got := small(t, "").read("楼道灯"); got != "lou dao deng" {
		t.Errorf("read %q", got)
	}
	if m := small(t, "= 9\n做爱\n"); m.costs[entry{"做爱", " "}] != 0 {
		t.Error("an unfit word was taken")
	}
}

func TestPatterns(t *testing.T) {
	lists := map[string][]string{"@thing": {"灯", "门"}}
	got, err := expand("[楼道|家]的[@thing]坏", lists)
	if want := []string{"楼道的灯坏", "楼道的门坏", "家的灯坏", "家的门坏"}; err != nil || !slices.Equal(got, want) {
		t.Errorf("%v %v", got, err)
	}
	for _, broken := range []string{"[灯|门", "[@nobody]坏", "灯[]"} {
		if _, err := expand(broken, lists); err == nil {
			t.Errorf("%s was taken", broken)
		}
	}
}

// What was said makes 灯 likelier behind 楼道 than 等, and 亮 likelier at the end.
func TestPairsOfSpeech(t *testing.T) {
	tell := newTeller(small(t, ""))
	for range 50 {
		tell.count("楼道的灯不亮", speechSource)
	}
	tell.count("灯得", collocSource)
	p := func(a, b string) float64 { return tell.pair[[2]string{a, b}] }
	if p("的", "灯") < 49 || p("的", "等") != 0 || p(mark, "楼道") < 49 || p("亮", mark) < 49 || p("得", mark) != 0 {
		t.Errorf("counted %v", tell.pair)
	}
	if tell.share("灯", 80) <= tell.share("等", 80) {
		t.Error("a word that is said is no likelier than one that is not")
	}
	tell.count("楼道䶮", speechSource) // an unknown character: nothing is counted
	if p("楼道", "䶮") != 0 {
		t.Error("an unknown character was counted")
	}
	path := filepath.Join(t.TempDir(), "pairs")
	if err := tell.write(path); err != nil {
		t.Fatal(err)
	}
	first, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := tell.write(path); err != nil {
		t.Fatal(err)
	}
	if second, err := os.ReadFile(path); err != nil || !slices.Equal(first, second) {
		t.Error("the same count gives other bytes")
	}
}

// The files as they stand are read to their end, and no sentence of the tests is among them.
func TestFilesOfSpeech(t *testing.T) {
	tell := newTeller(small(t, ""))
	for name, from := range map[string]source{"speech": speechSource, "collocations": collocSource, "classes": classSource} {
		if err := tell.readSpeech("internal/tools/pinyindict/"+name+".txt", from); err != nil {
			t.Error(err)
		}
	}
	said := map[string]bool{}
	for _, name := range []string{"sentences", "unseen", "heldout"} {
		text, err := os.ReadFile("internal/pinyin/testdata/" + name + ".tsv")
		if err != nil {
			t.Fatal(err)
		}
		for line := range strings.Lines(string(text)) {
			said[strings.TrimSpace(line[strings.LastIndexByte(line, '\t')+1:])] = true
		}
	}
	text, err := os.ReadFile("internal/tools/pinyindict/speech.txt")
	if err != nil {
		t.Fatal(err)
	}
	for _, one := range strings.Fields(string(text)) {
		if said[one] {
			t.Errorf("%s is counted and tested", one)
		}
	}
}
