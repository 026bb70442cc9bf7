package notice

import (
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestBlocks(t *testing.T) {
	t.Parallel()
	got := Blocks("结果如下：\n\n| 方案 | 得票 |\n|甲|24|多|\n乙\n丙|4\n弃权｜2\n\n<b>附件</b>")
	want := []Block{{Text: "结果如下："}, {Rows: [][]string{{"方案", "得票"}, {"甲", "24 多"}}}, {Text: "乙"}, {Rows: [][]string{{"丙", "4"}, {"弃权", "2"}}}, {Text: "<b>附件</b>"}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

// Whatever is typed, every row of a table has as many cells as its head, and no word is lost.
func FuzzBlocks(f *testing.F) {
	for _, s := range []string{"", "|", "||\n|", "a|b\nc", "a|b\n|c|d|e", "｜\n｜｜｜"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, body string) {
		for _, b := range Blocks(body) {
			for _, row := range b.Rows {
				if len(row) != len(b.Rows[0]) || len(row) == 0 {
					t.Fatalf("%q: row %q", body, row)
				}
			}
			if !b.Table() && (b.Text == "" || strings.Contains(b.Text, "\n")) {
				t.Fatalf("%q: paragraph %q", body, b.Text)
			}
		}
	})
}

// The table of transitions is kept under review.
func TestFlow(t *testing.T) {
	t.Parallel()
	const file = "testdata/flow.md"
	got := Flow.Markdown()
	want, err := os.ReadFile(file)
	if os.Getenv("UPDATE") != "" {
		if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	if err != nil || string(want) != got {
		t.Errorf("%s is not the table (UPDATE=1 writes it): %v\n%s", file, err, got)
	}
}
