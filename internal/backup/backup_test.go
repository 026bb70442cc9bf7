package backup_test

import (
	"archive/zip"
	"bytes"
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/jackc/pgx/v5"

	"portal/internal/audit"
	"portal/internal/authz"
	"portal/internal/backup"
	"portal/internal/blob"
	"portal/internal/pg"
	"portal/internal/pg/devdb"
	"portal/internal/pg/pgtest"
)

func make1(t *testing.T, h *house) backup.Made {
	t.Helper()
	made, err := backup.Make(t.Context(), h.db, h.files, t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	return made
}

func restore(t *testing.T, path, url string) *blob.Dir {
	t.Helper()
	files, err := blob.NewDir(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	if _, err := backup.Restore(t.Context(), path, url, files); err != nil {
		t.Fatal(err)
	}
	return files
}

// Backup means restore (reliability.md §1): the whole demo street, restored into another database, is
// equal in every row, number, reference, trigger and grant, its files are there, its history verifies,
// and it goes on working as the portal's own role.
func TestRestoredIsTheSame(t *testing.T) {
	t.Parallel()
	h := street(t)
	sha := h.attach(t, "整改后的照片")
	if _, _, err := audit.Seal(t.Context(), h.db.Pool(), h.db.Now()); err != nil {
		t.Fatal(err)
	}
	made := make1(t, h)
	url := blank(t)
	files := restore(t, made.Path, url)
	sameDatabase(t, h.url, url)
	if made.Manifest.Rows() < 1000 || made.Manifest.Head == "" || len(made.Manifest.Missing) > 0 {
		t.Errorf("manifest %s", made.Manifest)
	}
	in, err := files.Open(t.Context(), sha)
	if err != nil {
		t.Fatal(err)
	}
	defer in.Close()
	if b, err := io.ReadAll(in); err != nil || string(b) != "整改后的照片" {
		t.Errorf("the file reads %q, %v", b, err)
	}
	head, err := audit.ParseHead(made.Manifest.Head)
	if err != nil {
		t.Fatal(err)
	}
	there := open(t, url)
	report, err := audit.Verify(t.Context(), there.db.Q(), head)
	if err != nil || !report.Clean() || report.Sealed == 0 {
		t.Errorf("the history of the restored portal: %+v, %v", report, err)
	}
	there.attach(t, "还原以后的第一件事") // numbers go on where they were, nothing collides
}

// Another cluster has never heard of the portal's role: restoring makes it, and its grants.
func TestIntoAnotherCluster(t *testing.T) {
	t.Parallel()
	server, err := devdb.Start(t.Context(), devdb.Options{Ephemeral: true, Fast: true})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := server.Stop(); err != nil {
			t.Error(err)
		}
	})
	h := bare(t)
	restore(t, make1(t, h).Path, server.URL())
	sameDatabase(t, h.url, server.URL())
	open(t, server.URL()).attach(t, "另一台机器上的第一件事")
}

// A street at work: what a backup holds is one moment, never half a change (R49: a change and its
// entry come together).
func TestBackupIsOneMoment(t *testing.T) {
	t.Parallel()
	h := open(t, pgtest.URL(t))
	for n := range 3 {
		stop := h.busy(t)
		made := make1(t, h)
		stop()
		url := blank(t)
		restore(t, made.Path, url)
		there := open(t, url)
		var numbers, entries int
		const look = `SELECT coalesce((SELECT last FROM case_number), 0), (SELECT count(*) FROM audit_entry)`
		if err := there.db.Q().QueryRow(t.Context(), look).Scan(&numbers, &entries); err != nil {
			t.Fatal(err)
		}
		if numbers != entries || n > 0 && entries == 0 {
			t.Errorf("%d numbers, %d entries: the backup holds half a change", numbers, entries)
		}
	}
}

// busy lets two people take numbers, each with its entry, until stop.
func (h *house) busy(t *testing.T) (stop func()) {
	end := make(chan struct{})
	var wg sync.WaitGroup
	for range 2 {
		wg.Go(func() {
			for {
				select {
				case <-end:
					return
				default:
				}
				err := h.db.Write(t.Context(), authz.System, func(tx *pg.Tx) error {
					if _, err := tx.Number(t.Context(), "练", 2026); err != nil {
						return err
					}
					return tx.Record(t.Context(), pg.Change{Action: authz.ListImport, Kind: "one-moment", ID: 1})
				})
				if err != nil {
					t.Error(err)
					return
				}
			}
		})
	}
	return func() { close(end); wg.Wait() }
}

// What cannot be trusted is refused before the database is touched; each case is one way to be wrong.
func TestRefused(t *testing.T) {
	t.Parallel()
	h := bare(t)
	made := make1(t, h)
	whole, err := os.ReadFile(made.Path)
	if err != nil {
		t.Fatal(err)
	}
	flipped := bytes.Clone(whole)
	flipped[inside(t, made.Path, "tables/audit_entry")+8] ^= 1
	replace := func(name, from, to string) string {
		return rewrite(t, made.Path, func(n string, b []byte) []byte {
			if n == name {
				if !bytes.Contains(b, []byte(from)) {
					t.Fatalf("%s does not hold %q: %.300s", n, from, b)
				}
				return bytes.Replace(b, []byte(from), []byte(to), 1)
			}
			return b
		})
	}
	without := func(prefix string) string {
		return rewrite(t, made.Path, func(n string, b []byte) []byte {
			if strings.HasPrefix(n, prefix) {
				return nil
			}
			return b
		})
	}
	for name, c := range map[string]struct {
		path string
		want error
	}{
		"torn":              {write(t, whole[:len(whole)*2/3]), backup.ErrBroken},
		"empty":             {write(t, nil), backup.ErrBroken},
		"a bit flipped":     {write(t, flipped), backup.ErrBroken},
		"no backup":         {write(t, []byte("SELECT 1;")), backup.ErrBroken},
		"a word changed":    {replace("tables/audit_entry", "list.import", "list.export"), backup.ErrBroken},
		"a table lost":      {without("tables/audit_entry"), backup.ErrBroken},
		"a file lost":       {without("files/"), backup.ErrBroken},
		"no manifest":       {without("manifest.json"), backup.ErrBroken},
		"a manifest's lie":  {replace("manifest.json", `"rows": 1,`, `"rows": 2,`), backup.ErrBroken},
		"a newer migration": {replace("manifest.json", `"migration": 2026`, `"migration": 3026`), backup.ErrNewer},
		"a newer form":      {replace("manifest.json", `"format": 1`, `"format": 2`), backup.ErrNewer},
		"an unknown column": {replace("manifest.json", `"request_id"`, `"request_ix"`), backup.ErrDiffers},
		"a sequence ahead":  {replace("manifest.json", `"name": "audit_entry_id_seq"`, `"name": "audit_entry_id_sex"`), backup.ErrDiffers},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			url := blank(t)
			_, err := backup.Restore(t.Context(), c.path, url, h.files)
			if !errors.Is(err, c.want) {
				t.Fatalf("restore said %v, want %v", err, c.want)
			}
			conn, err := pgx.Connect(t.Context(), url)
			if err != nil {
				t.Fatal(err)
			}
			defer conn.Close(context.WithoutCancel(t.Context()))
			for _, table := range column(t, conn, `SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relname = 'audit_entry'`) {
				if !errors.Is(c.want, backup.ErrDiffers) {
					t.Errorf("a refused archive made the table %s", table)
				}
				if rows := column(t, conn, `SELECT actor FROM audit_entry`); len(rows) > 0 {
					t.Errorf("a refused archive left %d rows", len(rows))
				}
			}
		})
	}
}

// inside is the place of the first byte of an entry's packed content.
func inside(t *testing.T, path, name string) int64 {
	t.Helper()
	in, err := zip.OpenReader(path)
	if err != nil {
		t.Fatal(err)
	}
	defer in.Close()
	for _, f := range in.File {
		if f.Name == name {
			at, err := f.DataOffset()
			if err != nil {
				t.Fatal(err)
			}
			return at
		}
	}
	t.Fatalf("%s is not in the archive", name)
	return 0
}

// Wherever a bit of the archive flips, it is refused or means the same as before (such as the
// second copy of an entry's name and time, which nobody reads); it is never read as something else.
func TestEveryFlipIsSeen(t *testing.T) {
	t.Parallel()
	made := make1(t, bare(t))
	whole, err := os.ReadFile(made.Path)
	if err != nil {
		t.Fatal(err)
	}
	refused, tried := 0, 0
	for at := 0; at < len(whole); at += 211 {
		b := bytes.Clone(whole)
		b[at] ^= 1 << (at % 8)
		m, err := backup.Look(t.Context(), write(t, b))
		switch tried++; {
		case err != nil:
			refused++
		case !cmp.Equal(m, made.Manifest):
			t.Errorf("a flip at %d reads as another backup: %s", at, m)
		}
	}
	if tried < 50 || refused == 0 {
		t.Errorf("%d of %d flips refused", refused, tried)
	}
	t.Logf("%d of %d flips refused", refused, tried)
}

// A database that somebody uses is never written over; one that was only migrated is as good as new.
func TestOnlyIntoEmpty(t *testing.T) {
	t.Parallel()
	h := bare(t)
	made := make1(t, h)
	used := bare(t)
	foreign := blank(t)
	exec(t, foreign, `CREATE TABLE somebody_elses (id int)`)
	further := pgtest.URL(t)
	exec(t, further, `INSERT INTO goose_db_version (version_id, is_applied) VALUES (30261101000000, true)`)
	for name, url := range map[string]string{"used": used.url, "foreign": foreign, "migrated further": further} {
		before := ""
		if name == "used" {
			before = strings.Join(portrait(t, url), "\n")
		}
		if _, err := backup.Restore(t.Context(), made.Path, url, h.files); !errors.Is(err, backup.ErrNotEmpty) {
			t.Errorf("%s: %v", name, err)
		}
		if name == "used" && strings.Join(portrait(t, url), "\n") != before {
			t.Error("the used database was changed")
		}
	}
	migrated := pgtest.URL(t)
	restore(t, made.Path, migrated)
	sameDatabase(t, h.url, migrated)
}

// A file that the disk lost or spoiled is named, and does not end the backup of everything else.
func TestLostFiles(t *testing.T) {
	t.Parallel()
	h := bare(t)
	lost, spoiled := h.attach(t, "丢了的"), h.attach(t, "坏了的")
	if err := os.Remove(filepath.Join(h.dir, lost[:2], lost)); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(h.dir, spoiled[:2], spoiled), []byte("坏掉了"), 0o600); err != nil {
		t.Fatal(err)
	}
	made := make1(t, h)
	if m := made.Manifest; len(m.Files) != 1 || len(m.Missing) != 2 {
		t.Fatalf("files %v, missing %v", m.Files, m.Missing)
	}
	restore(t, made.Path, blank(t))
}

// The archive holds no key and nothing but tables, files and the manifest; only its owner may read it.
func TestNothingElseIsInside(t *testing.T) {
	t.Parallel()
	h := bare(t)
	made := make1(t, h)
	in, err := zip.OpenReader(made.Path)
	if err != nil {
		t.Fatal(err)
	}
	defer in.Close()
	for _, f := range in.File {
		if f.Name != "manifest.json" && !strings.HasPrefix(f.Name, "tables/") && !strings.HasPrefix(f.Name, "files/") {
			t.Errorf("%s in a backup", f.Name)
		}
	}
	info, err := os.Stat(made.Path)
	if err != nil || info.Mode().Perm() != 0o600 || info.Size() != made.Bytes {
		t.Errorf("%v %v, %d bytes said", info.Mode(), err, made.Bytes)
	}
}
