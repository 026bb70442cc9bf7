package audit

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"strconv"
	"strings"
)

// Words that keep the three hashes apart, so that one can never be passed off as another.
const (
	entryDomain = "portal.audit.entry.1"
	linkDomain  = "portal.audit.link.1"
	headDomain  = "portal.audit.head.1"
)

// momentLayout is how a moment enters a hash; the SQL side writes the same with to_char.
const momentLayout = "2006-01-02 15:04:05.000000 AD"

// Hash is a SHA-256 value; the zero Hash stands before the first link.
type Hash [sha256.Size]byte

// String gives the hash in hexadecimal.
func (h Hash) String() string { return hex.EncodeToString(h[:]) }

// Head is the end of the chain at one moment. Kept outside the database it proves, later on,
// that not even the owner of the database rewrote what came before.
type Head struct {
	Seq   int64
	At    string // UTC, as hashed
	Chain Hash
}

// String prints the head for keeping outside: the number of the last seal and the hash.
func (h Head) String() string { return strconv.FormatInt(h.Seq, 10) + ":" + h.Chain.String() }

var errHead = errors.New("audit: a head reads like 1234:<64 hexadecimal digits>")

// ParseHead reads what String printed.
func ParseHead(text string) (Head, error) {
	seq, chain, ok := strings.Cut(strings.TrimSpace(text), ":")
	raw, err := hex.DecodeString(chain)
	if !ok || err != nil || len(raw) != sha256.Size {
		return Head{}, errHead
	}
	h := Head{Chain: Hash(raw)}
	if h.Seq, err = strconv.ParseInt(seq, 10, 64); err != nil || h.Seq < 1 {
		return Head{}, errHead
	}
	return h, nil
}

// encode writes the columns of one entry so that no two different entries give the same bytes:
// each is preceded by a mark for NULL and by its length.
func encode(buf []byte, columns [][]byte) []byte {
	buf = append(buf, entryDomain...)
	for _, c := range columns {
		if c == nil {
			buf = append(buf, 0)
			continue
		}
		buf = append(buf, 1)
		buf = binary.BigEndian.AppendUint64(buf, uint64(len(c)))
		buf = append(buf, c...)
	}
	return buf
}

// link is the chain value of an entry behind the chain value before it.
func link(prev Hash, digest []byte) Hash {
	buf := append([]byte(linkDomain), prev[:]...)
	return sha256.Sum256(append(buf, digest...))
}

// headHash covers the head before, the moment, and the seal that the head stands on, so that
// heads cannot be edited, dropped or moved in time either.
func headHash(prev Hash, at string, seq int64, chain []byte) Hash {
	buf := append([]byte(headDomain), prev[:]...)
	buf = binary.BigEndian.AppendUint64(buf, uint64(seq))
	buf = binary.BigEndian.AppendUint64(buf, uint64(len(at)))
	buf = append(buf, at...)
	return sha256.Sum256(append(buf, chain...))
}
