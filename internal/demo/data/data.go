// Package data holds the eight published files that the demo street starts from and that the tests
// of the imports read, byte for byte as they were published. SOURCES.txt says where each comes
// from. Owns no table.
package data

import (
	"embed"
	"io"
)

//go:embed *.csv SOURCES.txt
var files embed.FS

// File is one embedded file with the kind of import that takes it.
type File struct {
	Kind string // as in `portal import KIND`
	Name string
}

// Files are the eight files, what is cited before what cites it.
var Files = []File{
	{"laws", "legal_documents.csv"},
	{"articles", "legal_articles.csv"},
	{"changes", "basis_change_samples.csv"},
	{"divisions", "division_codes.csv"},
	{"departments", "departments.csv"},
	{"negative", "negative_list.csv"},
	{"items", "admission_items.csv"},
	{"programme", "work_programme.csv"},
}

// Open opens one of the files by name.
func Open(name string) (io.ReadCloser, error) { return files.Open(name) }

// Bytes gives the file of a kind of import.
func Bytes(kind string) ([]byte, error) {
	for _, f := range Files {
		if f.Kind == kind {
			return files.ReadFile(f.Name)
		}
	}
	return nil, &missing{kind}
}

type missing struct{ kind string }

func (m *missing) Error() string { return "data: no file of kind " + m.kind }
