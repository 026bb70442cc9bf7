package backup

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"hash"
	"math/bits"
)

// tally counts and sums what flows through it: the text of COPY, where every row ends with a line
// feed and no row holds one. Two tables with the same rows have the same row sum in whatever order
// PostgreSQL gives them back: each row's hash is a number of 256 bits, and the numbers are added.
type tally struct {
	all  hash.Hash
	row  hash.Hash
	rows int64
	sum  [4]uint64 // lowest first
}

func newTally() *tally { return &tally{all: sha256.New(), row: sha256.New()} }

// Write never fails.
func (t *tally) Write(p []byte) (int, error) {
	t.all.Write(p)
	for rest := p; len(rest) > 0; {
		line, after, ended := bytes.Cut(rest, []byte{'\n'})
		t.row.Write(line)
		if ended {
			t.endRow()
		}
		rest = after
	}
	return len(p), nil
}

func (t *tally) endRow() {
	var digest [sha256.Size]byte
	t.row.Sum(digest[:0])
	t.row.Reset()
	t.rows++
	var carry uint64
	for i := range t.sum {
		t.sum[i], carry = bits.Add64(t.sum[i], binary.LittleEndian.Uint64(digest[i*8:]), carry)
	}
}

// result is the sum of everything written so far.
func (t *tally) result() Sum {
	var rowsum []byte
	for _, word := range t.sum {
		rowsum = binary.LittleEndian.AppendUint64(rowsum, word)
	}
	return Sum{Rows: t.rows, SHA256: hex.EncodeToString(t.all.Sum(nil)), Rowsum: hex.EncodeToString(rowsum)}
}
