package main

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"portal/internal/demo"
	"portal/internal/pg/pgtest"
)

// command runs one command as a person would and gives its output and exit code.
func command(t *testing.T, args ...string) (string, int) {
	t.Helper()
	var out, errs bytes.Buffer
	code := exitCode(run(t.Context(), args, &out, &errs), &errs)
	return out.String() + errs.String(), code
}

// dataFile writes one of the embedded files to disk.
func dataFile(t *testing.T, name string) string {
	t.Helper()
	b, err := demo.Files.ReadFile("data/" + name)
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, b, 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

var imports = []struct{ kind, file, first, again string }{
	{"laws", "legal_documents.csv", "laws: read=162 added=162 updated=0 unchanged=0 flagged=", "unchanged=162"},
	{"articles", "legal_articles.csv", "articles: read=311 added=311 updated=0 unchanged=0 flagged=", "unchanged=311"},
	{"changes", "basis_change_samples.csv", "changes: read=58 added=58 updated=0 unchanged=0 flagged=", "unchanged=58"},
	{"divisions", "division_codes.csv", "divisions: read=61 added=61 updated=0 unchanged=0 flagged=5 rejected=0", "unchanged=61"},
	{"departments", "departments.csv", "departments: read=13 added=13 updated=0 unchanged=0 flagged=", "unchanged=13"},
	{"negative", "negative_list.csv", "negative: read=70 added=70 updated=0 unchanged=0 flagged=", "unchanged=70"},
	{"items", "admission_items.csv", "items: read=212 added=212 updated=0 unchanged=0 flagged=", "unchanged=212"},
	{"programme", "work_programme.csv", "programme: read=18 added=18 updated=0 unchanged=0 flagged=", "unchanged=18"},
}

// The eight published files go in with no row rejected, one summary line each, and a second time change nothing.
func TestImportCommands(t *testing.T) {
	t.Parallel()
	url := pgtest.URL(t)
	for _, again := range []bool{false, true} {
		for _, c := range imports {
			out, code := command(t, "import", c.kind, dataFile(t, c.file), "--database-url", url, "--data-dir", t.TempDir())
			if code != 0 || !strings.Contains(out, "rejected=0") {
				t.Fatalf("import %s: exit %d, %s", c.kind, code, out)
			}
			if want := c.first; !again && !strings.HasPrefix(strings.TrimSpace(out), want) {
				t.Errorf("import %s printed %q, want %q…", c.kind, out, want)
			}
			if again && (!strings.Contains(out, c.again) || !strings.Contains(out, "added=0 updated=0")) {
				t.Errorf("import %s a second time: %s", c.kind, out)
			}
		}
	}
}

// A file with a bad row writes nothing, exits 2 and names row, column, value and reason in the report.
func TestImportRejects(t *testing.T) {
	t.Parallel()
	url := pgtest.URL(t)
	dir := t.TempDir()
	file, report := filepath.Join(dir, "divisions.csv"), filepath.Join(dir, "report.csv")
	text := "code,level,name,parent_code,standard,status,synthetic,source\n320000,province,江苏省,,GB/T 2260,current,false,甲\n32010,city,南京市,320000,GB/T 2260,current,false,甲\n"
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	out, code := command(t, "import", "divisions", file, "--report", report, "--database-url", url)
	if code != 2 || !strings.Contains(out, "added=0") || !strings.Contains(out, "rejected=1") {
		t.Fatalf("exit %d: %s", code, out)
	}
	got, err := os.ReadFile(report)
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(string(got), "row,column,value,reason") || !strings.Contains(string(got), "3,code,32010,") {
		t.Errorf("report = %s", got)
	}
	if out, code = command(t, "import", "divisions", dataFile(t, "division_codes.csv"), "--database-url", url); code != 0 || !strings.Contains(out, "added=61") {
		t.Errorf("something of the rejected file was written: %d %s", code, out)
	}
}

// Commands that cannot work say so in one line and exit with 1.
func TestCommandsFailClearly(t *testing.T) {
	t.Parallel()
	for name, args := range map[string][]string{
		"unknown kind":       {"import", "unicorns", "x.csv"},
		"missing file":       {"import", "laws", filepath.Join(t.TempDir(), "none.csv")},
		"unknown database":   {"migrate", "--database-url", "postgres://nobody@127.0.0.1:1/none?connect_timeout=1"},
		"demo in production": {"seed", "--env", "production"},
	} {
		out, code := command(t, args...)
		if code != 1 || strings.Count(strings.TrimSpace(out), "\n") > 0 || !strings.Contains(out, "portal:") {
			t.Errorf("%s: exit %d, %q", name, code, out)
		}
	}
}

// A first administrator comes from the command line; a reset gives a new one-time password.
func TestUserCommands(t *testing.T) {
	t.Parallel()
	url := pgtest.URL(t)
	out, code := command(t, "user", "add", "root.admin", "--name", "管初", "--unit", "党政办公室", "--database-url", url)
	if code != 0 || !strings.Contains(out, "one-time password") {
		t.Fatalf("add: %d %s", code, out)
	}
	if again, code := command(t, "user", "add", "root.admin", "--name", "管初", "--unit", "党政办公室", "--database-url", url); code == 0 {
		t.Errorf("a second account of the same name: %s", again)
	}
	reset, code := command(t, "user", "reset", "root.admin", "--database-url", url)
	if code != 0 || reset == out {
		t.Errorf("reset: %d %s", code, reset)
	}
	if out, code := command(t, "user", "reset", "nobody.here", "--database-url", url); code != 1 {
		t.Errorf("reset of nobody: %d %s", code, out)
	}
}

// verify is content with an honest trail and locates a change made behind the portal's back.
func TestVerifyCommand(t *testing.T) {
	t.Parallel()
	s := onStreet(t)
	if out, code := command(t, "verify", "--database-url", s.open.url, "--data-dir", t.TempDir()); code != 0 || !strings.Contains(out, "problems=0") {
		t.Errorf("an honest trail: %d %s", code, out)
	}
	if err := run(t.Context(), []string{"verify", "--database-url", s.open.url, "--heads", dataFile(t, "SOURCES.txt")}, &bytes.Buffer{}, &bytes.Buffer{}); err == nil || errors.Is(err, errTampered) {
		t.Errorf("a file that holds no heads: %v", err)
	}
}
