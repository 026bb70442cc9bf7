package normal

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Error says in one Chinese sentence why a text is refused and what to do.
// At is the place of the offending character, counted from 1; 0 where the
// text as a whole is at fault.
type Error struct {
	Reason string
	At     int
}

// Error returns the sentence for the user.
func (e *Error) Error() string { return e.Reason }

// Clean returns a single-line text (a title, a name) as it is stored: trimmed
// of white space, otherwise unchanged. It refuses broken encoding, NUL and
// other control characters, line breaks, and the zero-width and bidirectional
// characters that make a title look like another one (reliability rule 14).
// Every error is an *Error with the sentence for the user.
func Clean(s string) (string, error) {
	return clean(s, titleRules)
}

// CleanText returns a text of several lines as it is stored: line breaks as
// \n, trimmed, and without the invisible characters that word processors
// leave behind (soft hyphens, byte order marks, zero-width spaces, direction
// marks). It refuses what could change how other words read: broken encoding,
// control characters, bidirectional overrides. Every error is an *Error.
func CleanText(s string) (string, error) {
	s = lineBreaks.Replace(s)
	return clean(s, textRules)
}

var lineBreaks = strings.NewReplacer("\r\n", "\n", "\r", "\n", "\u2028", "\n", "\u2029", "\n", "\u0085", "\n")

// rule is what happens to a class of characters: refused with the sentence
// (which takes the place), or dropped when there is none.
type rule struct {
	in     func(rune) bool
	reason string
}

const (
	reasonEncoding = "文字编码有误，无法识别。请重新输入或重新复制这段文字。"
	reasonDamaged  = "第 %d 个字是乱码，请删去后重新输入。"
	reasonControl  = "第 %d 个字符是不能显示的控制字符，请删去后重新输入。"
	reasonLine     = "这一栏只能写一行，第 %d 个字符处有换行或制表符，请删去。"
	reasonHidden   = "第 %d 个字符是看不见的排版字符，容易造成混淆，请删去前后几个字后重新输入。"
)

var (
	lineSigns = oneOf("\n\r\t\v\f\u0085\u2028\u2029")
	bidi      = oneOf("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
	pasted    = oneOf("\u00ad\u200b\u200e\u200f\u061c\u2060\ufeff\u180e")
)

// The first rule that names a character decides; a character that no rule
// names is kept.
var titleRules = []rule{
	{isDamage, reasonDamaged},
	{lineSigns, reasonLine},
	{isControl, reasonControl},
	{isHidden, reasonHidden},
}

var textRules = []rule{
	{isDamage, reasonDamaged},
	{func(r rune) bool { return r == '\n' || r == '\t' }, keep},
	{isControl, reasonControl},
	{bidi, reasonHidden},
	{isTag, reasonHidden},
	{pasted, ""},
}

// keep marks a rule that lets its characters through.
const keep = "keep"

func clean(s string, rules []rule) (string, error) {
	if !utf8.ValidString(s) {
		return "", &Error{Reason: reasonEncoding}
	}
	s = strings.TrimFunc(s, unicode.IsSpace)
	var b strings.Builder
	at := 0
	for _, r := range s {
		at++
		reason := verdict(r, rules)
		switch reason {
		case keep:
			b.WriteRune(r)
		case "":
		default:
			return "", &Error{Reason: fmt.Sprintf(reason, at), At: at}
		}
	}
	return strings.TrimFunc(b.String(), unicode.IsSpace), nil
}

func verdict(r rune, rules []rule) string {
	for _, rule := range rules {
		if rule.in(r) {
			return rule.reason
		}
	}
	return keep
}

// isDamage names the replacement character and the code points that are never
// characters.
func isDamage(r rune) bool {
	return r == utf8.RuneError || r&0xfffe == 0xfffe || r >= 0xfdd0 && r <= 0xfdef
}

func isControl(r rune) bool { return unicode.Is(unicode.Cc, r) }

// isHidden names format characters and blank letters. Variation selectors are
// not among them: they choose the shape of a character in a person's name.
func isHidden(r rune) bool {
	return unicode.Is(unicode.Cf, r) || fillers[r] || r == '\u034f'
}

func isTag(r rune) bool { return r >= 0xe0000 && r <= 0xe007f }

func oneOf(s string) func(rune) bool {
	set := runeSet(s)
	return func(r rune) bool { return set[r] }
}
