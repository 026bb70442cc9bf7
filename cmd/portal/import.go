package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"portal/internal/authz"
	"portal/internal/intake"
	"portal/internal/workday"
	"portal/web"
)

// importCmd is `portal import KIND FILE`.
type importCmd struct {
	dataFlags
	Kind      string `arg:"" help:"What the file holds: ${file_kinds}."`
	File      string `arg:"" type:"existingfile" help:"XLSX or CSV (UTF-8 or GB18030)."`
	DryRun    bool   `help:"Check only; nothing is written."`
	Report    string `help:"Write row,column,value,reason of every problem and warning to this CSV file."`
	Mode      string `default:"" enum:",add,update" help:"add refuses rows that exist, update refuses rows that do not; empty does both."`
	Effective string `help:"First day of new or changed rows (YYYY-MM-DD); today when empty."`
}

// fileKinds are the words for kinds of files, for help and complaints.
func fileKinds() string { return strings.Join(web.Files().Names(), ", ") }

// exitRejected is the exit code when rows were rejected and therefore nothing was written.
const exitRejected = 2

// Run imports the file and prints one summary line.
func (c importCmd) Run(ctx context.Context, out io.Writer) error {
	kind, ok := web.Files().Named(c.Kind)
	if !ok {
		return fmt.Errorf("%s is no kind of file; one of %s", c.Kind, fileKinds())
	}
	opts := intake.Options{DryRun: c.DryRun, Mode: intake.Mode(c.Mode)}
	if c.Effective != "" {
		day, err := workday.ParseDay(c.Effective)
		if err != nil {
			return fmt.Errorf("--effective %s: write it as 2026-01-01", c.Effective)
		}
		opts.Effective = day
	}
	file, err := os.Open(c.File)
	if err != nil {
		return err
	}
	defer file.Close()
	o, err := c.open(ctx, os.Stderr, true)
	if err != nil {
		return err
	}
	defer o.close()
	sum, err := intake.Run(ctx, o.db, authz.System, kind, file, filepath.Base(c.File), opts)
	if err != nil {
		return err
	}
	if c.Report != "" {
		if err := writeReport(c.Report, sum); err != nil {
			return err
		}
	}
	fmt.Fprintln(out, sum)
	if !sum.OK() {
		return exitError{exitRejected}
	}
	return nil
}

func writeReport(path string, sum intake.Summary) error {
	f, err := os.Create(path)
	if err != nil {
		return err
	}
	if err := sum.WriteReport(f); err != nil {
		f.Close()
		return fmt.Errorf("report: %w", err)
	}
	return f.Close()
}
