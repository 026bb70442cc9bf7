package backup

import (
	"archive/zip"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
)

// archive is a backup opened for reading.
type archive struct {
	zip      *zip.ReadCloser
	entries  map[string]*zip.File
	manifest Manifest
}

// manifestLimit is far beyond any true manifest: a million files take 150 MB of it.
const manifestLimit = 1 << 30

func openArchive(path string) (*archive, error) {
	r, err := zip.OpenReader(path)
	if err != nil {
		return nil, fmt.Errorf("%w: %s: %w", ErrBroken, path, err)
	}
	a := &archive{zip: r, entries: map[string]*zip.File{}}
	if err := a.readManifest(); err != nil {
		return nil, errors.Join(err, r.Close())
	}
	return a, nil
}

func (a *archive) close() { _ = a.zip.Close() }

func (a *archive) readManifest() error {
	for _, f := range a.zip.File {
		if a.entries[f.Name] != nil {
			return fmt.Errorf("%w: %s appears twice", ErrBroken, f.Name)
		}
		a.entries[f.Name] = f
	}
	in, err := a.open(manifestName)
	if err != nil {
		return err
	}
	defer in.Close()
	text, err := io.ReadAll(io.LimitReader(in, manifestLimit)) // to its end, where its own checksum stands
	if err == nil {
		err = json.Unmarshal(text, &a.manifest)
	}
	if err != nil {
		return fmt.Errorf("%w: manifest: %w", ErrBroken, err)
	}
	return nil
}

func (a *archive) open(name string) (io.ReadCloser, error) {
	f := a.entries[name]
	if f == nil {
		return nil, fmt.Errorf("%w: %s is not in it", ErrBroken, name)
	}
	in, err := f.Open()
	if err != nil {
		return nil, fmt.Errorf("%w: %s: %w", ErrBroken, name, err)
	}
	return in, nil
}

// check reads the whole archive and compares it with its manifest, before anything is touched.
func (a *archive) check(ctx context.Context) error {
	listed := map[string]bool{manifestName: true}
	for _, t := range a.manifest.Tables {
		listed[tablesFolder+t.Name] = true
		sum, _, err := a.sum(ctx, tablesFolder+t.Name)
		if err != nil {
			return err
		}
		if sum != t.Sum {
			return fmt.Errorf("%w: table %s is not what the manifest says", ErrBroken, t.Name)
		}
	}
	for _, f := range a.manifest.Files {
		listed[filesFolder+f.SHA256] = true
		sum, size, err := a.sum(ctx, filesFolder+f.SHA256)
		if err != nil {
			return err
		}
		if sum.SHA256 != f.SHA256 || size != f.Size {
			return fmt.Errorf("%w: file %s is not what the manifest says", ErrBroken, f.SHA256)
		}
	}
	for _, sha := range a.manifest.Missing {
		listed[filesFolder+sha] = true // it may be there, damaged
	}
	for name := range a.entries {
		if !listed[name] {
			return fmt.Errorf("%w: the manifest does not know %s", ErrBroken, strings.ToValidUTF8(name, "?"))
		}
	}
	return nil
}

func (a *archive) sum(ctx context.Context, name string) (Sum, int64, error) {
	in, err := a.open(name)
	if err != nil {
		return Sum{}, 0, err
	}
	defer in.Close()
	t := newTally()
	n, err := io.Copy(t, cancelled{ctx, in})
	if err != nil {
		return Sum{}, 0, fmt.Errorf("%w: %s: %w", ErrBroken, name, err)
	}
	return t.result(), n, nil
}

// cancelled ends reading with its context.
type cancelled struct {
	ctx context.Context
	r   io.Reader
}

func (c cancelled) Read(p []byte) (int, error) {
	if err := c.ctx.Err(); err != nil {
		return 0, err
	}
	return c.r.Read(p)
}
