package backup_test

import (
	"bytes"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"portal/internal/backup"
	"portal/internal/pg/pgtest"
)

// One backup a day, from two in the morning on, made up for when the portal was down; the last ones
// are kept and other people's files in the folder are left alone.
func TestPeriodic(t *testing.T) {
	t.Parallel()
	h := bare(t)
	dir := t.TempDir()
	others := filepath.Join(dir, "portal-notes.zip")
	if err := os.WriteFile(others, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	torn := filepath.Join(dir, ".portal-part-123")
	if err := os.WriteFile(torn, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Chtimes(torn, pgtest.Now, pgtest.Now.AddDate(0, 0, -2)); err != nil {
		t.Fatal(err)
	}
	var log bytes.Buffer
	now := pgtest.Now // 10:00
	h.db.Now = func() time.Time { return now }
	jobs := backup.Periodic(h.db, h.files, slog.New(slog.NewTextHandler(&log, nil)), backup.Schedule{Dir: dir, Keep: 3})
	if len(jobs) != 1 || jobs[0].Every != time.Hour {
		t.Fatalf("%+v", jobs)
	}
	for _, c := range []struct {
		after time.Duration
		want  int // backups there afterwards
	}{
		{0, 1},              // the first start
		{time.Hour, 1},      // the same day
		{14 * time.Hour, 1}, // 01:00 of the next day
		{1 * time.Hour, 2},  // 02:00
		{1 * time.Hour, 2},
		{72 * time.Hour, 3}, // down for three days: one, not three
		{24 * time.Hour, 3}, // the oldest goes
	} {
		now = now.Add(c.after)
		if err := jobs[0].Run(t.Context()); err != nil {
			t.Fatal(err)
		}
		kept, err := backup.Kept(dir)
		if err != nil || len(kept) != c.want {
			t.Fatalf("at %s there are %v (%v), want %d", now, kept, err, c.want)
		}
	}
	kept, _ := backup.Kept(dir)
	if want := "portal-" + now.UTC().Format("20060102T150405Z") + ".zip"; filepath.Base(kept[2]) != want {
		t.Errorf("the newest is %s, want %s", kept[2], want)
	}
	if _, err := backup.Look(t.Context(), kept[2]); err != nil {
		t.Error(err)
	}
	if _, err := os.Stat(others); err != nil {
		t.Error("somebody else's file is gone")
	}
	if _, err := os.Stat(torn); err == nil {
		t.Error("the torn backup of yesterday is still there")
	}
	if !strings.Contains(log.String(), "backup made") {
		t.Errorf("log: %s", log.String())
	}
	if jobs := backup.Periodic(h.db, h.files, slog.Default(), backup.Schedule{}); len(jobs) != 0 {
		t.Error("without a folder there is a job")
	}
}
