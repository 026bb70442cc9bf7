package request

import (
	"regexp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// Span is a stretch of a text, in characters, that tells who somebody is.
type Span struct {
	Start, End int
	What       string // 中文
}

// What is looked for in free text before anybody else reads it (§6.7).
const (
	whatPhone  = "电话号码"
	whatID     = "身份证号"
	whatBank   = "银行卡号"
	whatNumber = "长串号码"
	whatRoom   = "门牌房号"
	whatPlate  = "车牌号"
	whatMail   = "电子邮箱"
)

// FindPersonal finds telephones, identity and bank numbers, doors, plates and addresses of mail, also when
// they are spread with spaces, written in full width, circled or in Chinese figures. Spans are in order
// and never overlap.
func FindPersonal(words string) []Span {
	all := []rune(words)
	found := digitRuns(all)
	found = append(found, shapes(all)...)
	slices.SortFunc(found, func(a, b Span) int {
		if a.Start != b.Start {
			return a.Start - b.Start
		}
		return b.End - a.End
	})
	var out []Span
	for _, s := range found {
		if last := len(out) - 1; last >= 0 && s.Start < out[last].End {
			if s.End > out[last].End { // two shapes over one stretch: hide both
				out[last].End, out[last].What = s.End, whatNumber
			}
			continue
		}
		out = append(out, s)
	}
	return out
}

var hanDigits = map[rune]byte{
	'〇': '0', '零': '0', '洞': '0', '一': '1', '幺': '1', '壹': '1', '二': '2', '两': '2', '贰': '2', '三': '3', '叁': '3', '四': '4', '肆': '4',
	'五': '5', '伍': '5', '六': '6', '陆': '6', '七': '7', '柒': '7', '拐': '7', '八': '8', '捌': '8', '九': '9', '玖': '9', '勾': '9',
}

// digitOf reads one character as a digit, whatever script it is written in.
func digitOf(r rune) (byte, bool) {
	if '0' <= r && r <= '9' {
		return byte(r), true
	}
	if r < unicode.MaxASCII {
		return 0, false
	}
	if d, ok := hanDigits[r]; ok {
		return d, true
	}
	if unicode.IsDigit(r) {
		return '0' + byte(digitValue(r)), true
	}
	if plain := norm.NFKC.String(string(r)); len(plain) == 1 && '0' <= plain[0] && plain[0] <= '9' {
		return plain[0], true
	}
	return 0, false
}

// digitValue: the digits of a script stand in runs of ten.
func digitValue(r rune) rune {
	for _, t := range unicode.Nd.R16 {
		if rune(t.Lo) <= r && r <= rune(t.Hi) {
			return (r - rune(t.Lo)) % 10
		}
	}
	for _, t := range unicode.Nd.R32 {
		if rune(t.Lo) <= r && r <= rune(t.Hi) {
			return (r - rune(t.Lo)) % 10
		}
	}
	return 0
}

// between reports what people put between the digits of one number.
func between(r rune) bool {
	return unicode.IsSpace(r) || unicode.In(r, unicode.Cf, unicode.Mn, unicode.Me, unicode.Z) || strings.ContainsRune("-－—–‐‑−.·・•_~～()（）+", r)
}

const (
	longestGap = 3  // characters between two digits of one number
	shortest   = 10 // digits of a landline with its area; everything else personal is longer
)

// digitRuns finds the numbers of ten and more digits.
func digitRuns(all []rune) []Span {
	var out []Span
	for i := 0; i < len(all); {
		if _, ok := digitOf(all[i]); !ok {
			i++
			continue
		}
		start, end := i, i+1
		for j := i + 1; j < len(all) && j-end <= longestGap; j++ {
			if _, ok := digitOf(all[j]); ok {
				end = j + 1
			} else if !between(all[j]) {
				break
			}
		}
		i = end
		digits := spanDigits(string(all[start:end]))
		if x := checkLetter(all, end); len(digits) == 17 && x > 0 {
			end, i = x, x
			digits += "X"
		}
		if what := whatNumberIs(digits, string(all[start:end])); what != "" {
			out = append(out, Span{start, end, what})
		}
	}
	return out
}

// checkLetter gives the place behind an X that ends an identity number, or 0.
func checkLetter(all []rune, at int) int {
	for j := at; j < len(all) && j-at <= longestGap; j++ {
		switch {
		case strings.ContainsRune("xXｘＸ×", all[j]):
			return j + 1
		case !between(all[j]):
			return 0
		}
	}
	return 0
}

func spanDigits(text string) string {
	var b strings.Builder
	for _, r := range text {
		if d, ok := digitOf(r); ok {
			b.WriteByte(d)
		} else if strings.ContainsRune("xXｘＸ×", r) && b.Len() == 17 {
			b.WriteByte('X')
		}
	}
	return b.String()
}

// days are dates and times one after the other: no number of anybody.
var days = regexp.MustCompile(`^(?:(?:19|20)[0-9]{2}[-.](?:0?[1-9]|1[0-2])[-.](?:[0-2]?[0-9]|3[01])(?:[\s~～—–-]+|$))+(?:[0-2]?[0-9])?$`)

func whatNumberIs(digits, text string) string {
	n := len(digits)
	switch {
	case n < shortest || days.MatchString(text):
		return ""
	case n == 11 && digits[0] == '1' && digits[1] >= '3', n == 13 && strings.HasPrefix(digits, "861"), n == 15 && strings.HasPrefix(digits, "00861"),
		n <= 12 && digits[0] == '0' && digits[1] != '0':
		return whatPhone
	case n == shortest:
		return ""
	case n == 18 || n == 15:
		return whatID
	case n == 16 || n == 17 || n == 19:
		return whatBank
	}
	return whatNumber
}

// The shapes that are more than digits, on the folded text. The first group, where there is one, is what
// is hidden.
var shapeTable = []struct {
	what string
	rule *regexp.Regexp
}{
	{whatRoom, regexp.MustCompile(`([0-9零〇一二三四五六七八九十百]{2,7})[ \t]*(?:室|房(?:间|号|$|[^屋子产东租价管])|号房|户室)`)},
	{whatRoom, regexp.MustCompile(`(?:单元|幢|栋|座|号楼)[ \t-]*([0-9零〇一二三四五六七八九]{3,4})(?:[^0-9零〇一二三四五六七八九年月日元个米人户次号]|$)`)},
	{whatRoom, regexp.MustCompile(`(?:^|[^0-9.-])([0-9]{1,3}(?:[ ]?-[ ]?[0-9]{1,2})?[ ]?-[ ]?[0-9]{3,4})(?:[^0-9.-]|$)`)},
	{whatRoom, regexp.MustCompile(`(?:路|街|巷|弄|里|村)[ \t]*([0-9零〇一二三四五六七八九十百]{1,5})[ \t]*号(?:[^楼线]|$)`)},
	{whatPlate, regexp.MustCompile(`[京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼使领][ ]?[A-Z](?:[ ·・•.-]{0,2}[A-HJ-NP-Z0-9]){4,5}[ ·・•.-]{0,2}[A-HJ-NP-Z0-9挂学警港澳]`)},
	{whatMail, regexp.MustCompile(`[A-Za-z0-9._%+-]+[ ]?@[ ]?[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+`)},
}

func shapes(all []rune) []Span {
	folded := make([]rune, len(all))
	for i, r := range all {
		folded[i] = foldRune(r)
	}
	text := string(folded)
	upper := strings.ToUpper(text)
	if len(upper) != len(text) { // some letters change their length; the plain text will do then
		upper = text
	}
	var out []Span
	for _, s := range shapeTable {
		in := text
		if s.what == whatPlate {
			in = upper
		}
		out = append(out, matches(in, s.rule, s.what)...)
	}
	return out
}

// matches looks again from inside what it passed, so that the character after one door may be the one
// before the next.
func matches(text string, rule *regexp.Regexp, what string) []Span {
	var out []Span
	for at := 0; at < len(text); {
		m := rule.FindStringSubmatchIndex(text[at:])
		if m == nil {
			break
		}
		from, to := m[0], m[1]
		if len(m) > 2 && m[2] >= 0 {
			from, to = m[2], m[3]
		}
		start := utf8.RuneCountInString(text[:at+from])
		out = append(out, Span{start, start + utf8.RuneCountInString(text[at+from:at+to]), what})
		at += max(to, 1)
	}
	return out
}
