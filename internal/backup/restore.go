package backup

import (
	"context"
	"fmt"

	"portal/internal/blob"
	"portal/migrations"
)

// Look opens a backup, reads all of it and gives its manifest; a broken one is ErrBroken.
func Look(ctx context.Context, path string) (Manifest, error) {
	a, err := openArchive(path)
	if err != nil {
		return Manifest{}, err
	}
	defer a.close()
	return a.manifest, a.check(ctx)
}

// Restore loads a backup into the empty database at url and its files into files, and compares rows,
// checksums and sequences with the manifest before anything is kept. The user of url owns the
// database, as for migrating. References between tables are made anew and thereby checked. A
// database that is not empty, a newer backup and a broken one are refused before anything is
// changed. Afterwards the database has the newest shape, as if this program had always run.
func Restore(ctx context.Context, path, url string, files blob.Store) (Manifest, error) {
	a, err := openArchive(path)
	if err != nil {
		return Manifest{}, err
	}
	defer a.close()
	newest, err := migrations.Newest()
	if err != nil {
		return a.manifest, err
	}
	if err := a.manifest.fits(newest); err != nil {
		return a.manifest, err
	}
	if err := a.check(ctx); err != nil {
		return a.manifest, err
	}
	if err := mustBeEmpty(ctx, url, a.manifest.Migration); err != nil {
		return a.manifest, err
	}
	if err := migrations.To(ctx, url, a.manifest.Migration); err != nil {
		return a.manifest, err
	}
	if err := a.putFiles(ctx, files); err != nil {
		return a.manifest, err
	}
	if err := a.load(ctx, url); err != nil {
		return a.manifest, err
	}
	return a.manifest, migrations.Up(ctx, url)
}

// putFiles comes before the rows: a file that no row names harms nobody, a row without its file does.
func (a *archive) putFiles(ctx context.Context, files blob.Store) error {
	for _, f := range a.manifest.Files {
		if err := a.putFile(ctx, files, f); err != nil {
			return err
		}
	}
	return nil
}

func (a *archive) putFile(ctx context.Context, files blob.Store, f File) error {
	in, err := a.open(filesFolder + f.SHA256)
	if err != nil {
		return err
	}
	defer in.Close()
	ref, err := files.Put(ctx, in, f.Size)
	if err != nil {
		return fmt.Errorf("file %s: %w", f.SHA256, err)
	}
	if ref.SHA256 != f.SHA256 {
		return fmt.Errorf("%w: file %s", ErrDiffers, f.SHA256)
	}
	return nil
}
