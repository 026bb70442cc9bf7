// Package docno decides how document numbers (文号) look and are read:
// 梧申〔2026〕47号, hexagonal brackets U+3014 and U+3015, no leading zeros, no
// 第. People type the brackets of their keyboard; Parse takes those too. The
// URL of a numbered record is the year and the number, 2026-47.
//
// Package docno allots no numbers and owns no table: each domain counts its
// own kind inside the transaction that creates the record.
package docno

import (
	"errors"
	"strconv"
	"strings"
	"unicode"
)

// Kinds (机关代字后的类别字) that the portal gives out.
const (
	Application = "申"  // an application, from submission
	Approval    = "准"  // an approved entry, from approval
	Refusal     = "拒"  // an item that is not taken on
	Return      = "退"  // an item handed back to the street
	Notice      = "公示" // a public notice
)

// labels names each kind for people. No kind ends in another, so that a
// prefix is split in one way only.
var labels = map[string]string{
	Application: "申请",
	Approval:    "准入",
	Refusal:     "拒绝",
	Return:      "退回",
	Notice:      "公示",
}

// Label returns the kind in words, or the kind itself when the portal does
// not give it out (民发, 梧办发 …).
func Label(kind string) string {
	if l, ok := labels[kind]; ok {
		return l
	}
	return kind
}

// Bounds of what counts as a document number.
const (
	minYear   = 1949
	maxYear   = 2199
	maxSeq    = 9_999_999
	maxPrefix = 12  // 机关代字 and kind together, in characters
	maxText   = 128 // bytes read before giving up
)

// The errors of this package. Their text may be shown to users.
var (
	ErrNo   = errors.New("没有这个文号。可能少输了年份，如 梧准〔2026〕47号")
	ErrSlug = errors.New("没有这个编号。编号由年份和序号组成，如 2026-47")
)

// No is a document number: 梧 + 申 + 2026 + 47.
type No struct {
	Word string // 机关代字, a setting of the street (梧)
	Kind string // 申 准 拒 退 公示 …
	Year int
	Seq  int
}

// Format returns the number as it is printed: 梧申〔2026〕47号.
func (n No) Format() string {
	return n.Word + n.Kind + "〔" + strconv.Itoa(n.Year) + "〕" + strconv.Itoa(n.Seq) + "号"
}

// String is Format, so that a number prints itself.
func (n No) String() string { return n.Format() }

// Slug returns the number as it stands in a URL: 2026-47.
func (n No) Slug() string { return strconv.Itoa(n.Year) + "-" + strconv.Itoa(n.Seq) }

// Valid reports whether Format writes a number that Parse reads back.
func (n No) Valid() bool {
	prefix := []rune(n.Word + n.Kind)
	return n.Word != "" && len(prefix) <= maxPrefix && allHan(prefix) &&
		inYears(n.Year) && n.Seq >= 1 && n.Seq <= maxSeq
}

// Parse reads a number as people write it: any common brackets, full-width
// digits, spaces, with or without 第 and 号, leading zeros. The kind is the
// one the portal knows at the end of the prefix, else its last character (民发〔2020〕20号 is 民 + 发). Everything else is ErrNo.
func Parse(s string) (No, error) {
	if len(s) > maxText {
		return No{}, ErrNo
	}
	text := strings.Map(plain, s)
	prefix, rest, ok1 := strings.Cut(text, "[")
	year, tail, ok2 := strings.Cut(rest, "]")
	if !ok1 || !ok2 {
		return No{}, ErrNo
	}
	tail = strings.TrimPrefix(tail, "第")
	tail = strings.TrimSuffix(tail, "号")
	n := No{Year: number(year, 4, 4), Seq: number(tail, 1, 12)}
	n.Word, n.Kind = split(prefix)
	if !n.Valid() {
		return No{}, ErrNo
	}
	return n, nil
}

// ParseSlug reads 2026-47. One record has one URL: leading zeros, signs and
// other dashes are ErrSlug.
func ParseSlug(s string) (year, seq int, err error) {
	y, q, ok := strings.Cut(s, "-")
	year, seq = number(y, 4, 4), number(q, 1, 7)
	if !ok || !inYears(year) || seq < 1 || q[0] == '0' {
		return 0, 0, ErrSlug
	}
	return year, seq, nil
}

// brackets maps every bracket seen around the year to [ or ].
var brackets = func() map[rune]rune {
	m := map[rune]rune{}
	for _, r := range "〔﹝[［(（【〖❲⦗{｛" {
		m[r] = '['
	}
	for _, r := range "〕﹞]］)）】〗❳⦘}｝" {
		m[r] = ']'
	}
	return m
}()

// plain drops spaces and invisible characters, narrows digits and unifies
// brackets and the traditional 號.
func plain(r rune) rune {
	switch b, ok := brackets[r]; {
	case ok:
		return b
	case r >= '０' && r <= '９':
		return r - '０' + '0'
	case r == '號':
		return '号'
	case unicode.IsSpace(r), unicode.Is(unicode.Cf, r):
		return -1
	}
	return r
}

// split divides 梧申 into 梧 and 申.
func split(prefix string) (word, kind string) {
	r := []rune(prefix)
	if len(r) < 2 {
		return prefix, ""
	}
	for kind := range labels {
		if word, ok := strings.CutSuffix(prefix, kind); ok && word != "" {
			return word, kind
		}
	}
	return string(r[:len(r)-1]), string(r[len(r)-1:])
}

// number reads ASCII digits, at least and at most so many; -1 is none.
func number(s string, least, most int) int {
	if len(s) < least || len(s) > most || strings.Trim(s, "0123456789") != "" {
		return -1
	}
	n, err := strconv.Atoi(s)
	if err != nil {
		return -1
	}
	return n
}

func inYears(y int) bool { return y >= minYear && y <= maxYear }

func allHan(rs []rune) bool {
	for _, r := range rs {
		if !unicode.Is(unicode.Han, r) {
			return false
		}
	}
	return true
}
