package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"portal/internal/audit"
	"portal/internal/backup"
	"portal/internal/blob"
	"portal/internal/secret"
)

// restoreCmd is `portal restore FILE`.
type restoreCmd struct {
	dataFlags
	File string `arg:"" type:"existingfile" help:"Archive that portal backup wrote."`
}

// Run restores into an empty database, verifies the history against the head that the backup noted,
// and keeps that head outside the database as serving does.
func (c restoreCmd) Run(ctx context.Context, out io.Writer) error {
	o, err := c.reach(ctx, os.Stderr, true)
	if err != nil {
		return err
	}
	defer o.close()
	files, err := blob.NewDir(c.blobDir())
	if err != nil {
		return err
	}
	m, err := backup.Restore(ctx, c.File, o.url, files)
	if err != nil {
		return err
	}
	fmt.Fprintf(out, "restored %s\nrows, checksums and sequences of all tables are those of the backup\n", m)
	if err := c.connect(ctx, o); err != nil {
		return err
	}
	if err := c.verifyAgainst(ctx, o, m.Head, out); err != nil {
		return err
	}
	if _, err := os.Stat(filepath.Join(c.keyFile(), secret.FileName)); errors.Is(err, fs.ErrNotExist) {
		fmt.Fprintf(out, "keys are not part of a backup: put %s of the old portal into %s before it serves, or sealed fields do not open\n", secret.FileName, c.keyFile())
	}
	return nil
}

func (c restoreCmd) verifyAgainst(ctx context.Context, o *opened, noted string, out io.Writer) error {
	var heads []audit.Head
	if noted != "" {
		h, err := audit.ParseHead(noted)
		if err != nil {
			return err
		}
		heads = append(heads, h)
	}
	report, err := audit.Verify(ctx, o.db.Q(), heads...)
	if err != nil {
		return err
	}
	fmt.Fprintf(out, "history: sealed=%d unsealed=%d problems=%d\n", report.Sealed, report.Unsealed, len(report.Problems)+report.More)
	if !report.Clean() {
		return errTampered
	}
	for _, h := range heads {
		if err := keepHead(c.DataDir)(h); err != nil {
			return err
		}
	}
	return nil
}
