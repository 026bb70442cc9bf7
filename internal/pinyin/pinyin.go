// Package pinyin turns letters typed on the touch device into Chinese text (UX-K8). It decides which texts
// the letters may mean and in which order; it owns no table, learns nothing and keeps nothing of what
// anybody types (K-9). A Dictionary is never changed after Load and may be used by many at once.
//
// The best sentence is found by what each word costs and by which words follow each other. Where both come
// from is told in SOURCES.txt; internal/tools/pinyindict puts them together.
package pinyin

import (
	_ "embed"
	"sync"
)

//go:embed words.tsv.gz
var packed []byte

//go:embed pairs.tsv.gz
var packedPairs []byte

// MaxLetters is how many letters of one input are read; what follows is left alone.
const MaxLetters = 60

// Candidate is one text that the typed letters may mean.
type Candidate struct {
	Text   string
	Used   int    // how many of the typed letters it stands for, separators included
	Pinyin string // those letters by syllable: wei'xian
}

var load = sync.OnceValues(func() (*Dictionary, error) { return unpack(packed, packedPairs) })

// Load opens the embedded dictionary: once, in about a tenth of a second, and some 5 MB for good.
func Load() (*Dictionary, error) { return load() }
