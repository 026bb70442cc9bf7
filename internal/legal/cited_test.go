package legal_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"portal/internal/legal"
)

// REQ-25: rules that a text names are found with their article, opened as of the day, and refused when they are not in
// the register, out of force that day, or have no such article. Other titles are no rules.
func TestCitedIn(t *testing.T) {
	t.Parallel()
	db := register(t)
	for _, c := range []struct {
		name, text string
		on         time.Month // of 2025; 0: today
		path, says string
	}{
		{"full title", "依据《中华人民共和国城市居民委员会组织法》第四十三条办理。", 0, "/laws/" + committee + "/43?on=2026-11-18", ""},
		{"short title, figures", "按照《城市居民委员会组织法》第6条", 0, "/laws/" + committee + "/6?on=2026-11-18", ""},
		{"no article", "见《城市居民委员会组织法》。", 0, "/laws/" + committee, ""},
		{"the old text has fewer articles", "《城市居民委员会组织法》第四十三条", time.June, "/laws/" + committee + "/43?on=2025-06-18", "没有第四十三条"},
		{"no such law", "依据《楼道灯泡管理条例》第三条", 0, "", "法规目录里没有"},
		{"no rule", "居民公约见《槐安里小区手册》。", 0, "none", ""},
	} {
		on := today
		if c.on != 0 {
			on = day(2025, c.on, 18)
		}
		got, err := legal.CitedIn(context.Background(), db.Q(), c.text, on)
		if err != nil {
			t.Fatal(err)
		}
		if c.path == "none" {
			if len(got) != 0 {
				t.Errorf("%s: %+v", c.name, got)
			}
			continue
		}
		if len(got) != 1 || got[0].Path(on) != c.path || (got[0].Problem == "") != (c.says == "") || !strings.Contains(got[0].Problem, c.says) {
			t.Errorf("%s: %+v", c.name, got)
		}
	}
	var title string
	if err := db.Pool().QueryRow(context.Background(), `SELECT title FROM legal_document d WHERE status = 'repealed' AND NOT EXISTS
		(SELECT FROM legal_document n WHERE n.title = d.title AND n.status = 'in_force') ORDER BY id LIMIT 1`).Scan(&title); err != nil {
		t.Fatal(err)
	}
	got, err := legal.CitedIn(context.Background(), db.Q(), "依据《"+title+"》第一条", today)
	if err != nil || len(got) != 1 || !strings.Contains(got[0].Problem, "不是有效的依据") {
		t.Errorf("a repealed rule %s: %+v, %v", title, got, err)
	}
}
