package backup

import (
	"archive/zip"
	"bufio"
	"compress/flate"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"portal/internal/blob"
	"portal/internal/pg"
)

// Made is a finished backup.
type Made struct {
	Path     string
	Bytes    int64
	Manifest Manifest
}

// Make writes a backup into dir and gives its path. The archive appears under its name when it is
// whole and on disk, never before; files that the disk has lost are named in the manifest, since
// one lost photograph must not end all backups.
func Make(ctx context.Context, db *pg.DB, files blob.Store, dir string) (Made, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return Made{}, fmt.Errorf("backup folder: %w", err)
	}
	s, err := openSnapshot(ctx, db)
	if err != nil {
		return Made{}, err
	}
	defer s.close(ctx)
	at := db.Now().UTC().Truncate(time.Second)
	if err := sweepTorn(dir, at); err != nil {
		return Made{}, err
	}
	made := Made{Path: filepath.Join(dir, nameOf(at)), Manifest: Manifest{Format: format, Portal: program(), At: at}}
	if _, err := os.Lstat(made.Path); err == nil {
		return Made{}, fmt.Errorf("there is a backup of the same second: %s", made.Path)
	}
	temp, err := os.CreateTemp(dir, tornPrefix+"*")
	if err != nil {
		return Made{}, fmt.Errorf("new backup: %w", err)
	}
	defer func() { _ = os.Remove(temp.Name()) }() // nothing after the rename
	err = writeArchive(ctx, temp, s, files, &made.Manifest)
	if err == nil {
		err = temp.Sync()
	}
	if err == nil {
		made.Bytes, err = temp.Seek(0, io.SeekEnd)
	}
	if err = errors.Join(err, temp.Close()); err != nil {
		return Made{}, fmt.Errorf("write backup: %w", err)
	}
	if err := os.Rename(temp.Name(), made.Path); err != nil {
		return Made{}, fmt.Errorf("put the backup in place: %w", err)
	}
	return made, syncFolder(dir)
}

func syncFolder(dir string) error {
	f, err := os.Open(dir)
	if err != nil {
		return fmt.Errorf("backup folder: %w", err)
	}
	defer f.Close()
	if err := f.Sync(); err != nil && !errors.Is(err, errors.ErrUnsupported) && !errors.Is(err, fs.ErrInvalid) {
		return fmt.Errorf("backup folder: %w", err)
	}
	return nil
}

// archiveWriter puts entries into an archive one after the other.
type archiveWriter struct {
	zip *zip.Writer
	at  time.Time
}

func (w archiveWriter) entry(name string, method uint16) (io.Writer, error) {
	return w.zip.CreateHeader(&zip.FileHeader{Name: name, Method: method, Modified: w.at})
}

func writeArchive(ctx context.Context, out io.Writer, s *snapshot, files blob.Store, m *Manifest) error {
	buffered := bufio.NewWriterSize(out, 1<<20)
	w := archiveWriter{zip.NewWriter(buffered), m.At}
	w.zip.RegisterCompressor(zip.Deflate, func(out io.Writer) (io.WriteCloser, error) { return flate.NewWriter(out, flate.BestSpeed) })
	if err := s.describe(ctx, m); err != nil {
		return err
	}
	if err := w.tables(ctx, s, m); err != nil {
		return err
	}
	var err error
	if m.Sequences, err = s.sequences(ctx); err != nil {
		return err
	}
	if err := w.files(ctx, s, files, m); err != nil {
		return err
	}
	entry, err := w.entry(manifestName, zip.Deflate)
	if err != nil {
		return err
	}
	words := json.NewEncoder(entry)
	words.SetIndent("", " ")
	return errors.Join(words.Encode(m), w.zip.Close(), buffered.Flush())
}

func (w archiveWriter) tables(ctx context.Context, s *snapshot, m *Manifest) error {
	tables, err := s.tables(ctx)
	if err != nil {
		return err
	}
	for _, t := range tables {
		entry, err := w.entry(tablesFolder+t.name, zip.Deflate)
		if err != nil {
			return err
		}
		sum := newTally()
		if err := s.read(ctx, t, io.MultiWriter(entry, sum)); err != nil {
			return err
		}
		m.Tables = append(m.Tables, Table{Name: t.name, Columns: t.columns, Sum: sum.result()})
	}
	return nil
}

// files adds what the database names. Pictures are packed already, so nothing is packed twice.
func (w archiveWriter) files(ctx context.Context, s *snapshot, files blob.Store, m *Manifest) error {
	named, err := s.files(ctx)
	if err != nil {
		return err
	}
	for _, f := range named {
		whole, err := w.file(ctx, files, f)
		if err != nil {
			return err
		}
		if whole {
			m.Files = append(m.Files, f)
		} else {
			m.Missing = append(m.Missing, f.SHA256)
		}
	}
	return nil
}

// file copies one file and reports whether it is what its name says.
func (w archiveWriter) file(ctx context.Context, files blob.Store, f File) (bool, error) {
	if err := ctx.Err(); err != nil {
		return false, err
	}
	in, err := files.Open(ctx, f.SHA256)
	if err != nil {
		return false, nil //nolint:nilerr // lost or not readable: named in the manifest, and the backup goes on
	}
	defer in.Close()
	entry, err := w.entry(filesFolder+f.SHA256, zip.Store)
	if err != nil {
		return false, err
	}
	sum := newTally()
	n, err := io.Copy(io.MultiWriter(entry, sum), in)
	if err != nil {
		return false, fmt.Errorf("file %s: %w", f.SHA256, err)
	}
	return n == f.Size && sum.result().SHA256 == f.SHA256, nil
}
