package backup

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"time"

	"portal/internal/blob"
	"portal/internal/job"
	"portal/internal/pg"
)

// Names in the backup folder: what is finished, and what is being written or was torn.
const (
	namePrefix = "portal-"
	nameSuffix = ".zip"
	nameMoment = "20060102T150405Z"
	tornPrefix = ".portal-part-"
	tornAfter  = 24 * time.Hour
)

func nameOf(at time.Time) string { return namePrefix + at.UTC().Format(nameMoment) + nameSuffix }

// momentOf is when the backup of that name was made; other names are none.
func momentOf(name string) (time.Time, bool) {
	moment, isOne := strings.CutPrefix(name, namePrefix)
	moment, ends := strings.CutSuffix(moment, nameSuffix)
	if !isOne || !ends {
		return time.Time{}, false
	}
	at, err := time.Parse(nameMoment, moment)
	return at, err == nil
}

// Kept are the finished backups of a folder, oldest first.
func Kept(dir string) ([]string, error) {
	entries, err := os.ReadDir(dir)
	if errors.Is(err, os.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("backup folder: %w", err)
	}
	var names []string
	for _, e := range entries { // names sort by their moment
		if _, ok := momentOf(e.Name()); ok && e.Type().IsRegular() {
			names = append(names, filepath.Join(dir, e.Name()))
		}
	}
	return names, nil
}

// sweepTorn removes what a backup left that was killed a day ago or longer.
func sweepTorn(dir string, now time.Time) error {
	torn, err := filepath.Glob(filepath.Join(dir, tornPrefix+"*"))
	if err != nil {
		return err
	}
	for _, path := range torn {
		if info, err := os.Lstat(path); err == nil && now.Sub(info.ModTime()) > tornAfter {
			if err := os.Remove(path); err != nil {
				return fmt.Errorf("torn backup: %w", err)
			}
		}
	}
	return nil
}

// Schedule says where daily backups go and how many are kept. Without a folder there are none.
type Schedule struct {
	Dir  string
	Keep int // 0 is DefaultKeep
}

// DefaultKeep is a week of daily backups.
const DefaultKeep = 7

// Limits of the daily backup.
const (
	lookEvery = time.Hour // for the moment, so that a portal that was down at night makes up for it
	makeLimit = 6 * time.Hour
	hour      = 2 // in the night of the street, when nobody waits for the disk
)

var street = time.FixedZone("Asia/Shanghai", 8*60*60)

// due is the last moment before now at which a backup should have been made.
func due(now time.Time) time.Time {
	d := now.In(street)
	at := time.Date(d.Year(), d.Month(), d.Day(), hour, 0, 0, 0, street)
	if at.After(now) {
		at = at.AddDate(0, 0, -1)
	}
	return at
}

// Periodic is the daily backup as a job of the portal, or nothing when no folder is set.
func Periodic(db *pg.DB, files blob.Store, log *slog.Logger, s Schedule) []job.Periodic {
	if s.Dir == "" {
		return nil
	}
	if s.Keep < 1 {
		s.Keep = DefaultKeep
	}
	return []job.Periodic{{Name: "backup", Every: lookEvery, Run: func(ctx context.Context) error { return s.run(ctx, db, files, log) }}}
}

func (s Schedule) run(ctx context.Context, db *pg.DB, files blob.Store, log *slog.Logger) error {
	kept, err := Kept(s.Dir)
	if err != nil {
		return err
	}
	if len(kept) > 0 {
		if at, _ := momentOf(filepath.Base(kept[len(kept)-1])); !at.Before(due(db.Now())) {
			return nil
		}
	}
	ctx, cancel := unhurried(ctx)
	defer cancel()
	made, err := Make(ctx, db, files, s.Dir)
	if errors.Is(err, errOther) {
		return nil // a person or another portal was faster
	}
	if err != nil {
		return err
	}
	log.InfoContext(ctx, "backup made", "file", filepath.Base(made.Path), "bytes", made.Bytes, "rows", made.Manifest.Rows(), "files", len(made.Manifest.Files))
	if n := len(made.Manifest.Missing); n > 0 {
		log.ErrorContext(ctx, "backup made, but attached files are missing or damaged on disk", "missing", n)
	}
	return s.prune()
}

// unhurried outlives the queue's limit for one run, which is meant for chores, and still ends when
// the portal does.
func unhurried(ctx context.Context) (context.Context, context.CancelFunc) {
	own, cancel := context.WithTimeout(context.WithoutCancel(ctx), makeLimit)
	stop := context.AfterFunc(ctx, func() {
		if errors.Is(ctx.Err(), context.Canceled) {
			cancel()
		}
	})
	return own, func() { stop(); cancel() }
}

// prune removes the oldest backups beyond Keep, after a new one is on disk.
func (s Schedule) prune() error {
	kept, err := Kept(s.Dir)
	if err != nil {
		return err
	}
	for _, old := range kept[:max(0, len(kept)-s.Keep)] {
		if err := os.Remove(old); err != nil {
			return fmt.Errorf("old backup: %w", err)
		}
	}
	return nil
}
