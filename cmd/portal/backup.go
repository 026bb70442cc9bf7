package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"portal/internal/backup"
	"portal/internal/blob"
)

// backupFlags say where the daily backups of a serving portal go.
type backupFlags struct {
	BackupDir  string `name:"backup-dir" env:"PORTAL_BACKUP_DIR" help:"Folder of the daily backups; none are made when empty."`
	BackupKeep int    `name:"backup-keep" env:"PORTAL_BACKUP_KEEP" default:"7" help:"How many daily backups are kept."`
}

func (f backupFlags) schedule() backup.Schedule {
	return backup.Schedule{Dir: f.BackupDir, Keep: f.BackupKeep}
}

// backupCmd is `portal backup`.
type backupCmd struct {
	dataFlags
	To string `env:"PORTAL_BACKUP_DIR" help:"Folder of the archive; DATA-DIR/backups when empty."`
}

// Run writes a backup and prints its path and what is in it. The database is not migrated: what is
// backed up is what is there.
func (c backupCmd) Run(ctx context.Context, out io.Writer) error {
	o, err := c.reach(ctx, os.Stderr, true)
	if err != nil {
		return err
	}
	defer o.close()
	if err := c.connect(ctx, o); err != nil {
		return fmt.Errorf("no portal in this database: %w", err)
	}
	files, err := blob.NewDir(c.blobDir())
	if err != nil {
		return err
	}
	dir := c.To
	if dir == "" {
		dir = filepath.Join(c.DataDir, "backups")
	}
	made, err := backup.Make(ctx, o.db, files, dir)
	if err != nil {
		return err
	}
	fmt.Fprintf(out, "backup %s bytes=%d %s\n", made.Path, made.Bytes, made.Manifest)
	if n := len(made.Manifest.Missing); n > 0 {
		return fmt.Errorf("the backup is complete but for %d attached files that are missing or damaged in %s", n, c.blobDir())
	}
	return nil
}
