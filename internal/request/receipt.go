package request

import (
	"crypto/rand"
	"encoding/base64"
	"fmt"
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// A receipt proves a request (REQ-01, reliability.md §2 rule 18): the QR carries 128 random bits, the
// typed code 11 random characters of Crockford's 32 (55 bits) and a check character of the same letters.
// The database keeps only blind indexes of both, and both sealed for a reprint.
const (
	letters32  = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
	codeLen    = 12
	codeGroup  = 4
	tokenBytes = 16
)

// newCodes makes the typed code and the QR's token.
func newCodes() (code, token string, err error) {
	raw := make([]byte, codeLen-1+tokenBytes)
	if _, err := rand.Read(raw); err != nil {
		return "", "", fmt.Errorf("receipt codes: %w", err)
	}
	var b strings.Builder
	for _, r := range raw[:codeLen-1] {
		b.WriteByte(letters32[r&31])
	}
	b.WriteByte(checkLetterOf(b.String()))
	return b.String(), base64.RawURLEncoding.EncodeToString(raw[codeLen-1:]), nil
}

// checkLetterOf weighs each character with a power of a generator of the field of 32 elements: every
// single wrong character and every swap of two shows.
func checkLetterOf(body string) byte {
	sum, weight := 0, 1
	for _, c := range []byte(body) {
		weight = times(weight, 2)
		sum ^= times(strings.IndexByte(letters32, c), weight)
	}
	return letters32[sum]
}

// times multiplies in the field of 32 elements, modulo x⁵+x²+1.
func times(a, b int) int {
	product := 0
	for ; b > 0; b >>= 1 {
		if b&1 == 1 {
			product ^= a
		}
		if a <<= 1; a&32 != 0 {
			a ^= 0b100101
		}
	}
	return product
}

// ShowCode writes a code in three groups: K7QF-2M9A-41X8.
func ShowCode(code string) string {
	var parts []string
	for i := 0; i < len(code); i += codeGroup {
		parts = append(parts, code[i:min(i+codeGroup, len(code))])
	}
	return strings.Join(parts, "-")
}

// ReadCode reads a code as people type it: any case and width, spaces and dashes anywhere, O for 0, I and
// L for 1. False when it cannot be a code.
func ReadCode(typed string) (string, bool) {
	var b strings.Builder
	for _, r := range strings.ToUpper(norm.NFKC.String(typed)) {
		switch {
		case r == 'O':
			r = '0'
		case r == 'I' || r == 'L':
			r = '1'
		case between(r) || unicode.IsPunct(r):
			continue
		}
		if !strings.ContainsRune(letters32, r) || b.Len() == codeLen {
			return "", false
		}
		b.WriteRune(r)
	}
	code := b.String()
	if len(code) != codeLen || checkLetterOf(code[:codeLen-1]) != code[codeLen-1] {
		return "", false
	}
	return code, true
}

// readToken reports whether a text can be the token of a QR.
func readToken(token string) bool {
	raw, err := base64.RawURLEncoding.Strict().DecodeString(token)
	return err == nil && len(raw) == tokenBytes
}
