// Package pinyin turns letters typed on the touch device into Chinese text (UX-K8).
package pinyin

import (
	"errors"
	"sync"
)

// Dictionary holds the words.
type Dictionary struct{}

// Candidate is one text that the typed letters may mean.
type Candidate struct {
	Text   string // what is put into the field
	Used   int    // how many of the typed letters it stands for, separators included
	Pinyin string // those letters by syllable: wei'xian
}

var load = sync.OnceValues(func() (*Dictionary, error) {
	return nil, errors.New("pinyin: the dictionary is not in this build")
})

// Load opens the embedded dictionary once.
func Load() (*Dictionary, error) { return load() }
