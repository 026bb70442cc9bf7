// Package secret seals fields of personal data and secrets before they reach Postgres
// (reliability.md §2 rule 20): AES-256-GCM per field with the id of its key in front, and an HMAC
// blind index for exact search. It decides which key seals and which may still open.
//
// The keys live in one file of the data folder, outside the database and outside its backups:
// whoever holds only a dump reads nothing, and whoever loses the file loses the fields. It owns no table.
package secret

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
)

// A sealed field is: form (1 byte), key id (4 bytes, big endian), nonce (12), cipher text and tag.
const (
	form     = 1
	idBytes  = 4
	headLen  = 1 + idBytes
	nonceLen = 12
	tagLen   = 16
	keyBytes = 32
)

// ErrSealed means that a field cannot be opened: made for another place, changed, or its key is gone.
var ErrSealed = errors.New("secret: the field does not open; its key is missing or it was changed")

// key is one line of the key file.
type key struct {
	id   uint32
	kind string // seal or index
	raw  []byte
}

// Box seals and opens. It is safe for use by many goroutines and never changes.
type Box struct {
	newest  uint32
	ciphers map[uint32]cipher.AEAD
	index   [][]byte // newest first
}

func newBox(keys []key) (*Box, error) {
	b := &Box{ciphers: map[uint32]cipher.AEAD{}}
	for _, k := range keys {
		switch k.kind {
		case kindSeal:
			block, err := aes.NewCipher(k.raw)
			if err != nil {
				return nil, fmt.Errorf("secret: key %d: %w", k.id, err)
			}
			aead, err := cipher.NewGCM(block)
			if err != nil {
				return nil, fmt.Errorf("secret: key %d: %w", k.id, err)
			}
			b.ciphers[k.id] = aead
			b.newest = max(b.newest, k.id)
		case kindIndex:
			b.index = append([][]byte{k.raw}, b.index...)
		}
	}
	if b.newest == 0 || len(b.index) == 0 {
		return nil, errors.New("secret: the key file holds no sealing key or no index key")
	}
	return b, nil
}

// Seal encrypts a field with the newest key. about names the place it belongs to (table, column and
// row), so that a sealed field copied into another row does not open there.
func (b *Box) Seal(plain []byte, about string) ([]byte, error) {
	out := make([]byte, headLen+nonceLen, headLen+nonceLen+len(plain)+tagLen)
	out[0] = form
	binary.BigEndian.PutUint32(out[1:headLen], b.newest)
	nonce := out[headLen : headLen+nonceLen]
	if _, err := rand.Read(nonce); err != nil {
		return nil, fmt.Errorf("secret: nonce: %w", err)
	}
	return b.ciphers[b.newest].Seal(out, nonce, plain, bound(out[:headLen], about)), nil
}

// Open decrypts a field sealed under the same about with any key of the file, else ErrSealed.
func (b *Box) Open(sealed []byte, about string) ([]byte, error) {
	if len(sealed) < headLen+nonceLen+tagLen || sealed[0] != form {
		return nil, ErrSealed
	}
	aead, ok := b.ciphers[binary.BigEndian.Uint32(sealed[1:headLen])]
	if !ok {
		return nil, ErrSealed
	}
	nonce, body := sealed[headLen:headLen+nonceLen], sealed[headLen+nonceLen:]
	plain, err := aead.Open(nil, nonce, body, bound(sealed[:headLen], about))
	if err != nil {
		return nil, ErrSealed
	}
	return plain, nil
}

// Stale reports whether a field was sealed with an older key and should be sealed anew when it is
// next written.
func (b *Box) Stale(sealed []byte) bool {
	return len(sealed) >= headLen && binary.BigEndian.Uint32(sealed[1:headLen]) != b.newest
}

// bound ties form, key id and place to the cipher text.
func bound(head []byte, about string) []byte {
	return append(append(make([]byte, 0, len(head)+len(about)), head...), about...)
}

// Index is the blind index of a value for exact search: equal values of the same about are equal,
// and nothing else can be read from it without the key file.
func (b *Box) Index(value, about string) []byte { return blind(b.index[0], value, about) }

// Indexes gives the blind index under every index key, newest first, for searching rows written
// before a rotation.
func (b *Box) Indexes(value, about string) [][]byte {
	out := make([][]byte, len(b.index))
	for i, k := range b.index {
		out[i] = blind(k, value, about)
	}
	return out
}

func blind(k []byte, value, about string) []byte {
	mac := hmac.New(sha256.New, k)
	mac.Write(binary.BigEndian.AppendUint64(nil, uint64(len(about)))) // so that ("ab","c") and ("a","bc") differ
	mac.Write([]byte(about))
	mac.Write([]byte(value))
	return mac.Sum(nil)
}
