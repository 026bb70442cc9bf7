package main

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"

	"portal/internal/authz"
	"portal/internal/demo/demotest"
	"portal/internal/handoff"
	"portal/internal/request"
	"portal/internal/workorder"
)

const (
	subjectPhone = "13851770045"
	subjectName  = "欧阳静默"
	subjectWords = "三楼的灯坏了半个月"
)

// subject is somebody whose word the street holds.
func subject(t *testing.T) (flags []string, no string, change func(sql string)) {
	t.Helper()
	s := demotest.Open(t)
	cases := handoff.New(s.DB, request.New(s.DB, s.Keys), workorder.New(s.DB))
	receipt, err := cases.File(t.Context(), authz.Anonymous, "subject-test-key-0001", request.Filing{Kind: request.Help, Category: "0102", Words: subjectWords, Place: "长江路公交站旁边",
		Community: "320104900001", Door: "7幢2单元301室", Channel: request.Phone, Name: subjectName, Phone: subjectPhone, NoticeVersion: "1"})
	if err != nil {
		t.Fatal(err)
	}
	change = func(sql string) {
		t.Helper()
		conn, err := pgx.Connect(t.Context(), s.URL)
		if err != nil {
			t.Fatal(err)
		}
		defer conn.Close(context.WithoutCancel(t.Context()))
		if _, err := conn.Exec(t.Context(), sql, receipt.No); err != nil {
			t.Fatal(err)
		}
	}
	return []string{"--database-url", s.URL, "--data-dir", s.Dir}, receipt.No, change
}

// A person gets everything that is held about them and may have it taken away once it is settled; the
// number comes from a file or standard input and stands in no output that stays (REQ-22, 个人信息保护法).
func TestSubjectCommands(t *testing.T) {
	t.Parallel()
	flags, no, change := subject(t)
	file := filepath.Join(t.TempDir(), "phone")
	if err := os.WriteFile(file, []byte(subjectPhone+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	run := func(args ...string) (string, int) {
		t.Helper()
		return command(t, append(append([]string{"subject"}, args...), flags...)...)
	}
	out, code := run("export", "--phone", "@"+file)
	for _, want := range []string{no, subjectName, subjectPhone, subjectWords, "7幢2单元301室"} {
		if code != 0 || !strings.Contains(out, want) {
			t.Errorf("export: %d, without %s: %.300s", code, want, out)
		}
	}
	answer := filepath.Join(t.TempDir(), "answer.json")
	if out, code := run("export", "--phone", "@"+file, "--out", answer); code != 0 || strings.Contains(out, subjectPhone) {
		t.Errorf("export to a file: %d %s", code, out)
	}
	if info, err := os.Stat(answer); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("the answer may be read by others: %v %v", info, err)
	}
	if out, code := run("erase", "--phone", "@"+file, "--reason", "本人申请，收文 12 号"); code == 0 || !strings.Contains(out, no) || strings.Contains(out, subjectPhone) {
		t.Errorf("erase of a running request: %d %s", code, out)
	}
	change(`UPDATE request SET settled_at = submitted_at WHERE no = $1`)
	if out, code := run("erase", "--phone", "@"+file, "--reason", "本人申请，收文 12 号"); code != 0 || !strings.Contains(out, "erased=1 "+no) || strings.Contains(out, subjectPhone) {
		t.Errorf("erase: %d %s", code, out)
	}
	if out, code := run("export", "--phone", "@"+file); code != 1 || strings.Contains(out, subjectName) {
		t.Errorf("export after the erasure: %d %s", code, out)
	}
	if out, code := run("erase", "--phone", "@"+file); code != 1 || !strings.Contains(out, "reason") {
		t.Errorf("erase without a reason: %d %s", code, out)
	}
}

// Standard input is one line; nothing at all is said so.
func TestSubjectAsksForTheNumber(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{"13851770045\n": subjectPhone, "  13851770045 ": subjectPhone, "13851770045\n13851770046\n": subjectPhone, "\n": "", "": ""} {
		got, err := phoneFlag{Phone: "-", In: bytes.NewBufferString(in)}.number()
		if got != want || (err == nil) != (want != "") {
			t.Errorf("%q reads as %q, %v", in, got, err)
		}
	}
	if _, err := (phoneFlag{Phone: "@" + filepath.Join(t.TempDir(), "none")}).number(); err == nil {
		t.Error("a file that is not there gave a number")
	}
}
