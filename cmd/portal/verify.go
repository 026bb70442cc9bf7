package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"portal/internal/audit"
)

// verifyCmd is `portal verify`.
type verifyCmd struct {
	dataFlags
	Heads string `help:"File with heads kept outside, one a line; DATA-DIR/audit-heads when empty."`
}

// errTampered is the one clear line when the trail is not what it was.
var errTampered = errors.New("the history is not what was sealed")

// Run verifies the trail against its seals and against the heads that were kept outside the database.
func (c verifyCmd) Run(ctx context.Context, out io.Writer) error {
	path := c.Heads
	if path == "" {
		path = headsFile(c.DataDir)
	}
	heads, err := readHeads(path)
	if err != nil {
		return err
	}
	o, err := c.open(ctx, os.Stderr, true)
	if err != nil {
		return err
	}
	defer o.close()
	report, err := audit.Verify(ctx, o.db.Q(), heads...)
	if err != nil {
		return err
	}
	fmt.Fprintf(out, "sealed=%d unsealed=%d heads-outside=%d problems=%d head=%s\n", report.Sealed, report.Unsealed, len(heads), len(report.Problems)+report.More, report.Head)
	for _, p := range report.Problems {
		fmt.Fprintf(out, "%s seq=%d entry=%d %s\n", p.Kind, p.Seq, p.EntryID, p.Line)
	}
	if !report.Clean() {
		return errTampered
	}
	return nil
}

func headsFile(dataDir string) string { return filepath.Join(dataDir, "audit-heads") }

// keepHead appends a head to the file outside the database.
func keepHead(dataDir string) func(audit.Head) error {
	return func(h audit.Head) error {
		f, err := os.OpenFile(headsFile(dataDir), os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
		if err != nil {
			return err
		}
		if _, err := fmt.Fprintln(f, h); err != nil {
			f.Close()
			return err
		}
		return f.Close()
	}
}

func readHeads(path string) ([]audit.Head, error) {
	f, err := os.Open(path)
	if errors.Is(err, os.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	defer f.Close()
	var heads []audit.Head
	for lines := bufio.NewScanner(f); lines.Scan(); {
		text := strings.TrimSpace(lines.Text())
		if text == "" {
			continue
		}
		h, err := audit.ParseHead(text)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", path, err)
		}
		heads = append(heads, h)
	}
	return heads, nil
}
