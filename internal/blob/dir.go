package blob

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"portal/internal/fault"
)

// Dir is a Store in a folder: two characters of the hash make a subfolder, the whole hash the
// file. Files appear under their name only when they are whole and on disk.
type Dir struct{ root string }

// NewDir opens or makes the folder.
func NewDir(root string) (*Dir, error) {
	if err := os.MkdirAll(filepath.Join(root, "tmp"), 0o700); err != nil {
		return nil, fmt.Errorf("file folder: %w", err)
	}
	return &Dir{root: root}, nil
}

func (d *Dir) path(sha string) string { return filepath.Join(d.root, sha[:2], sha) }

// Put implements Store.
func (d *Dir) Put(ctx context.Context, r io.Reader, limit int64) (Ref, error) {
	tmp, err := os.CreateTemp(filepath.Join(d.root, "tmp"), "in-*")
	if err != nil {
		return Ref{}, fault.Unavailable(fmt.Errorf("store file: %w", err))
	}
	defer func() { _ = os.Remove(tmp.Name()) }() // nothing after the rename
	ref, err := fill(ctx, tmp, r, limit)
	if e := tmp.Close(); err == nil && e != nil {
		err = fault.Unavailable(fmt.Errorf("store file: %w", e))
	}
	if err != nil {
		return Ref{}, err
	}
	if err := d.settle(tmp.Name(), d.path(ref.SHA256)); err != nil {
		return Ref{}, fault.Unavailable(fmt.Errorf("store file: %w", err))
	}
	return ref, nil
}

// fill copies at most limit bytes into the file and to disk.
func fill(ctx context.Context, tmp *os.File, r io.Reader, limit int64) (Ref, error) {
	sum := sha256.New()
	n, err := io.Copy(io.MultiWriter(tmp, sum), io.LimitReader(reader{ctx, r}, limit+1))
	switch {
	case errors.As(err, new(*fs.PathError)):
		return Ref{}, fault.Unavailable(fmt.Errorf("store file: %w", err))
	case err != nil:
		return Ref{}, fmt.Errorf("read file: %w", err)
	case n > limit:
		return Ref{}, errTooLarge
	}
	if err := tmp.Sync(); err != nil {
		return Ref{}, fault.Unavailable(fmt.Errorf("store file: %w", err))
	}
	return Ref{SHA256: hex.EncodeToString(sum.Sum(nil)), Size: n}, nil
}

// settle moves a whole file to its place and makes the move durable.
func (d *Dir) settle(from, to string) error {
	folder := filepath.Dir(to)
	if err := os.MkdirAll(folder, 0o700); err != nil {
		return err
	}
	if err := os.Rename(from, to); err != nil {
		return err
	}
	for _, dir := range []string{folder, d.root} {
		if err := syncDir(dir); err != nil {
			return err
		}
	}
	return nil
}

func syncDir(path string) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	defer func() { _ = f.Close() }()
	return f.Sync()
}

// Open implements Store.
func (d *Dir) Open(_ context.Context, sha string) (io.ReadSeekCloser, error) {
	if !refOK(sha) {
		return nil, errLost
	}
	f, err := os.Open(d.path(sha))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, errLost
	}
	if err != nil {
		return nil, fmt.Errorf("open file: %w", err)
	}
	return f, nil
}

// reader stops when the request is gone.
type reader struct {
	ctx context.Context
	r   io.Reader
}

func (r reader) Read(p []byte) (int, error) {
	if err := r.ctx.Err(); err != nil {
		return 0, err
	}
	return r.r.Read(p)
}
