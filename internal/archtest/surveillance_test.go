package archtest

import (
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// watched are the words of features that this portal does not have (GRD-17): no check-in, points, ranking,
// time online or trail of a person.
var watched = []string{"打卡", "积分", "排名", "在线时长", "轨迹", "步数", "考勤"}

// GRD-17: no route, page, script, setting or message speaks of watching people.
func TestNobodyIsWatched(t *testing.T) {
	looked := 0
	for _, root := range []string{"../../web", "../../internal", "../../cmd", "../../migrations"} {
		err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
			if err != nil || d.IsDir() {
				return err
			}
			name := filepath.ToSlash(strings.TrimPrefix(path, "../../"))
			if ext := filepath.Ext(name); ext != ".go" && ext != ".templ" && ext != ".js" && ext != ".sql" || strings.HasSuffix(name, "_test.go") {
				return nil
			}
			text, err := os.ReadFile(path)
			if err != nil {
				return err
			}
			looked++
			for _, w := range watched {
				if strings.Contains(string(text), w) {
					t.Errorf("%s speaks of %s", name, w)
				}
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	if looked < 200 {
		t.Errorf("only %d files were looked at", looked)
	}
}
