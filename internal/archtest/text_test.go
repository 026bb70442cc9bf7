package archtest

import (
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// sources walks the files that people write.
func sources(t *testing.T, exts ...string) map[string]string {
	t.Helper()
	out := map[string]string{}
	err := filepath.WalkDir("../..", func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		rel := filepath.ToSlash(strings.TrimPrefix(path, "../../"))
		if d.IsDir() {
			if strings.HasPrefix(d.Name(), ".") && d.Name() != ".." && d.Name() != ".ci" || d.Name() == "bin" {
				return filepath.SkipDir
			}
			return nil
		}
		for _, e := range exts {
			if strings.HasSuffix(rel, e) && !strings.HasPrefix(rel, "internal/archtest/") {
				b, err := os.ReadFile(path)
				if err != nil {
					return err
				}
				out[rel] = string(b)
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// templ cleans href and action only; places that it does not clean are not used at all
// (reliability.md §2 rule 8), and no page carries inline script or style (rule 7).
func TestTemplatesAvoidUncleanPlaces(t *testing.T) {
	unclean := regexp.MustCompile(`(?i)<iframe|formaction=|http-equiv="?refresh"?\s+content=\{|hx-[a-z:-]+=\{|\sstyle=|\son[a-z]+=|\{ *[a-z.A-Z]+\.\.\. *\}[^)]*>|<script>|templ\.SafeURL|templ\.JS|templ\.Raw\((?:[^i]|i[^c])`)
	files := sources(t, ".templ")
	if len(files) < 5 {
		t.Fatalf("only %d templates found", len(files))
	}
	for name, text := range files {
		for i, line := range strings.Split(text, "\n") {
			if unclean.MatchString(line) {
				t.Errorf("%s:%d: %s", name, i+1, strings.TrimSpace(line))
			}
		}
	}
}

// Nothing refers to places outside the repository, and no unfinished marks are left.
func TestNothingPointsOutside(t *testing.T) {
	outside := regexp.MustCompile(`\.\./shared|/work/|/home/[a-z]+/|\bTO` + `DO\b|\bFIX` + `ME\b|\bXX` + `X\b`)
	for name, text := range sources(t, ".go", ".templ", ".sql", ".css", ".js", ".md", ".sh", "Makefile", ".yml") {
		for i, line := range strings.Split(text, "\n") {
			if outside.MatchString(line) && !strings.Contains(line, "《XX") {
				t.Errorf("%s:%d: %s", name, i+1, strings.TrimSpace(line))
			}
		}
	}
}

// Nothing counts, trails or ranks persons (product.md G4, R48).
func TestNoSurveillance(t *testing.T) {
	routes := regexp.MustCompile(`(?i)"/[a-z/{}:-]*(check-?ins?|ranking|leaderboard|trail|quota|points)[a-z/{}:-]*"`)
	for name, text := range sources(t, ".go") {
		if strings.HasPrefix(name, "web/") && routes.MatchString(text) {
			t.Errorf("%s: a route of surveillance: %s", name, routes.FindString(text))
		}
	}
	words := regexp.MustCompile(`打卡|积分|排名|在线时长|轨迹`)
	for name, text := range sources(t, ".templ") {
		if w := words.FindString(text); w != "" {
			t.Errorf("%s: %s", name, w)
		}
	}
}
