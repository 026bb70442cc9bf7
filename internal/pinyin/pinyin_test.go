package pinyin

import (
	"os"
	"strings"
	"testing"
)

func dictionary(t testing.TB) *Dictionary {
	t.Helper()
	d, err := Load()
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func TestEverydaySentences(t *testing.T) {
	d := dictionary(t)
	for _, f := range []string{"sentences", "unseen", "third"} {
		everyday, _ := os.ReadFile("testdata/" + f + ".tsv")
		right, all := map[string]int{}, map[string]int{}
		for row := range strings.Lines(string(everyday)) {
			f := strings.Split(strings.TrimSpace(row), "\t")
			all[f[0]]++
			c := d.Candidates(f[1], 5)
			if len(c) > 0 && c[0].Text == f[2] {
				right[f[0]]++
			} else if len(c) > 0 {
				t.Logf("%s %s: %s, not %s", f[0], f[1], c[0].Text, f[2])
			}
		}
		t.Log(right, all)
	}
}
