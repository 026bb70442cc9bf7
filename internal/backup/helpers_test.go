package backup_test

import (
	"archive/zip"
	"bytes"
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/jackc/pgx/v5"

	"portal/internal/authz"
	"portal/internal/blob"
	"portal/internal/demo/demotest"
	"portal/internal/pg"
	"portal/internal/pg/pgtest"
)

// house is a portal's database and files.
type house struct {
	db    *pg.DB
	url   string
	files *blob.Dir
	dir   string
}

func open(t *testing.T, url string) *house {
	t.Helper()
	db, err := pg.Open(t.Context(), url, pgtest.New(t).Now)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(db.Close)
	h := &house{db: db, url: url, dir: t.TempDir()}
	if h.files, err = blob.NewDir(h.dir); err != nil {
		t.Fatal(err)
	}
	return h
}

// street is the demo street with a copy of its files.
func street(t *testing.T) *house {
	t.Helper()
	made := demotest.Open(t)
	h := open(t, made.URL)
	if err := os.CopyFS(h.dir, os.DirFS(made.Stores.Files)); err != nil {
		t.Fatal(err)
	}
	return h
}

// bare is a migrated portal in which nothing happened but one attachment.
func bare(t *testing.T) *house {
	t.Helper()
	h := open(t, pgtest.URL(t))
	h.attach(t, "一张照片")
	return h
}

// attach keeps a file as the portal does, and gives its hash.
func (h *house) attach(t *testing.T, words string) string {
	t.Helper()
	ref, err := h.files.Put(t.Context(), bytes.NewReader([]byte(words)), 1000)
	if err != nil {
		t.Fatal(err)
	}
	err = h.db.Write(t.Context(), authz.System, func(tx *pg.Tx) error {
		if err := blob.Remember(t.Context(), tx, ref, "text/plain", tx.Now); err != nil {
			return err
		}
		return tx.Record(t.Context(), pg.Change{Action: authz.ListImport, Kind: "blob", ID: 1})
	})
	if err != nil {
		t.Fatal(err)
	}
	return ref.SHA256
}

// blank is a new database without any table.
func blank(t *testing.T) string {
	t.Helper()
	url := pgtest.URL(t)
	exec(t, url, `DROP SCHEMA public CASCADE; CREATE SCHEMA public`)
	return url
}

func exec(t *testing.T, url, sql string) {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(context.WithoutCancel(t.Context()))
	if _, err := conn.Exec(t.Context(), sql); err != nil {
		t.Fatal(err)
	}
}

// shape is everything that must be equal besides rows: references, checks, triggers, grants and numbers.
const shape = `
SELECT 'constraint ' || conrelid::regclass || ' ' || conname || ' ' || pg_get_constraintdef(oid) || ' ' || convalidated FROM pg_constraint WHERE connamespace = 'public'::regnamespace
UNION ALL SELECT 'trigger ' || tgrelid::regclass || ' ' || tgname || ' ' || tgenabled::text FROM pg_trigger WHERE NOT tgisinternal
UNION ALL SELECT 'grant ' || oid::regclass || ' ' || coalesce(relacl::text, '') FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r','S')
UNION ALL SELECT 'sequence ' || sequencename || ' ' || coalesce(last_value::text, 'none') FROM pg_sequences
ORDER BY 1`

const tableNames = `SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind = 'r' AND relpersistence = 'p' ORDER BY 1`

// portrait reads a database in a way of its own, not the backup's: what is printed is equal when the databases are.
func portrait(t *testing.T, url string) []string {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(context.WithoutCancel(t.Context()))
	lines := column(t, conn, shape)
	for _, name := range column(t, conn, tableNames) {
		if name == "goose_db_version" || name == "river_migration" { // they hold the moment of migrating
			continue
		}
		sql := fmt.Sprintf(`SELECT '%[1]s ' || count(*) || ' ' || coalesce(md5(string_agg(r::text, E'\n' ORDER BY r::text COLLATE "C")), '') FROM %[1]q r`, name)
		lines = append(lines, column(t, conn, sql)...)
	}
	if len(lines) < 200 {
		t.Fatalf("only %d lines: the portrait has lost sight of the database", len(lines))
	}
	return lines
}

func column(t *testing.T, conn *pgx.Conn, sql string) []string {
	t.Helper()
	rows, err := conn.Query(t.Context(), sql)
	if err != nil {
		t.Fatal(err)
	}
	out, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func sameDatabase(t *testing.T, from, to string) {
	t.Helper()
	if diff := cmp.Diff(portrait(t, from), portrait(t, to)); diff != "" {
		t.Errorf("the databases differ:\n%.3000s", diff)
	}
}

// rewrite copies an archive entry by entry through change, which may drop one (nil) or change its bytes.
func rewrite(t *testing.T, path string, change func(name string, body []byte) []byte) string {
	t.Helper()
	in, err := zip.OpenReader(path)
	if err != nil {
		t.Fatal(err)
	}
	defer in.Close()
	var b bytes.Buffer
	out := zip.NewWriter(&b)
	for _, f := range in.File {
		r, err := f.Open()
		if err != nil {
			t.Fatal(err)
		}
		body, err := io.ReadAll(r)
		if err != nil {
			t.Fatal(err)
		}
		if body = change(f.Name, body); body == nil {
			continue
		}
		w, err := out.Create(f.Name)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := w.Write(body); err != nil {
			t.Fatal(err)
		}
	}
	if err := out.Close(); err != nil {
		t.Fatal(err)
	}
	return write(t, b.Bytes())
}

func write(t *testing.T, b []byte) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "changed.zip")
	if err := os.WriteFile(path, b, 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}
