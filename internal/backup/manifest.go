package backup

import (
	"errors"
	"fmt"
	"runtime/debug"
	"strings"
	"time"
)

// format is the form of the archive; a later form gets the next number.
const format = 1

// Names of the entries of an archive. The manifest comes last, so that a torn archive has none.
const (
	manifestName = "manifest.json"
	tablesFolder = "tables/"
	filesFolder  = "files/"
)

// leftOut are lasting tables that are not in a backup, because migrating fills them.
var leftOut = []string{"goose_db_version", "river_migration"}

// Manifest says what an archive holds and what must be found again after a restore.
type Manifest struct {
	Format    int        `json:"format"`
	Portal    string     `json:"portal"`    // version of the program that made it
	Migration int64      `json:"migration"` // shape of the data
	Queue     int        `json:"queue"`     // shape of the job queue's tables
	At        time.Time  `json:"at"`
	Head      string     `json:"audit_head"` // newest head of the sealed history, "" before the first
	Tables    []Table    `json:"tables"`
	Sequences []Sequence `json:"sequences"`
	Files     []File     `json:"files"`
	Missing   []string   `json:"missing,omitempty"` // files that the database names and the disk did not have whole
}

// Table is one table in an archive.
type Table struct {
	Name    string   `json:"name"`
	Columns []string `json:"columns"`
	Sum     Sum      `json:"sum"`
}

// Sum is what is compared of a table.
type Sum struct {
	Rows   int64  `json:"rows"`
	SHA256 string `json:"sha256"`      // of the bytes in the archive
	Rowsum string `json:"rows_sha256"` // of the rows in whatever order: the sum of each row's hash
}

// sameRows reports whether two tables hold the same rows, in whatever order.
func (s Sum) sameRows(o Sum) bool { return s.Rows == o.Rows && s.Rowsum == o.Rowsum }

// Sequence is how far the numbers of one sequence were given out; nil is none yet.
type Sequence struct {
	Name string `json:"name"`
	Last *int64 `json:"last"`
}

func (s Sequence) same(o Sequence) bool {
	return s.Name == o.Name && (s.Last == nil) == (o.Last == nil) && (s.Last == nil || *s.Last == *o.Last)
}

// File is one attached file.
type File struct {
	SHA256 string `json:"sha256"`
	Size   int64  `json:"size"`
}

// Rows counts the rows of all tables.
func (m Manifest) Rows() int64 {
	var n int64
	for _, t := range m.Tables {
		n += t.Sum.Rows
	}
	return n
}

// String is one line for a person and for a log; it holds counts only.
func (m Manifest) String() string {
	return fmt.Sprintf("at=%s migration=%d tables=%d rows=%d sequences=%d files=%d missing=%d head=%s",
		m.At.UTC().Format(time.RFC3339), m.Migration, len(m.Tables), m.Rows(), len(m.Sequences), len(m.Files), len(m.Missing), m.Head)
}

// Why an archive is not restored. Each is wrapped with the particulars.
var (
	ErrBroken   = errors.New("the backup is broken, nothing was restored")
	ErrNewer    = errors.New("the backup was made by a newer portal, use that one to restore it")
	ErrNotEmpty = errors.New("the database is not empty, a backup is restored into a new one only")
	ErrDiffers  = errors.New("what was loaded differs from the backup, nothing was kept")
)

// fits checks what can be known from the manifest alone.
func (m Manifest) fits(newest int64) error {
	switch {
	case m.Format > format || m.Migration > newest:
		return fmt.Errorf("%w (backup: form %d, migration %d; this program: form %d, migration %d)", ErrNewer, m.Format, m.Migration, format, newest)
	case m.Format < 1 || m.Migration < 1 || len(m.Tables) == 0:
		return fmt.Errorf("%w: the manifest is incomplete", ErrBroken)
	}
	return nil
}

// program is the version of the running program, as it was built.
func program() string {
	info, ok := debug.ReadBuildInfo()
	if !ok || info.Main.Version == "" {
		return "(devel)"
	}
	return strings.TrimSpace(info.Main.Version)
}
