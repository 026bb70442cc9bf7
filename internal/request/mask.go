package request

import (
	"regexp"
	"slices"
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// The masks of domain §6.7. They are made here, on the server: what a page gets is masked already.

// doubled are the surnames of two characters that keep both.
var doubled = []string{"欧阳", "太史", "端木", "上官", "司马", "东方", "独孤", "南宫", "万俟", "闻人", "夏侯", "诸葛", "尉迟", "公羊", "赫连", "澹台",
	"皇甫", "宗政", "濮阳", "公冶", "太叔", "申屠", "公孙", "慕容", "仲孙", "钟离", "长孙", "宇文", "司徒", "鲜于", "司空", "闾丘", "子车", "亓官",
	"司寇", "巫马", "公西", "颛孙", "壤驷", "公良", "漆雕", "乐正", "宰父", "谷梁", "拓跋", "夹谷", "轩辕", "令狐", "段干", "百里", "呼延", "东郭",
	"南门", "羊舌", "微生", "公户", "公玉", "公仪", "梁丘", "公仲", "公上", "公门", "公山", "公坚", "左丘", "公伯", "西门", "公祖", "第五", "公乘",
	"贯丘", "公皙", "南荣", "东里", "东宫", "仲长", "子书", "子桑", "即墨", "达奚", "褚师"}

// MaskName keeps the surname and puts one star for each further character, at most two: 张*, 张**, 欧阳**.
func MaskName(name string) string {
	all := []rune(strings.TrimSpace(name))
	if len(all) == 0 {
		return ""
	}
	if len(all) == 1 {
		return "*"
	}
	kept := 1
	if len(all) > 2 && slices.Contains(doubled, string(all[:2])) {
		kept = 2
	}
	return string(all[:kept]) + strings.Repeat("*", min(len(all)-kept, 2))
}

// MaskPhone keeps what tells two telephones apart: 138****5678, 025-****5678.
func MaskPhone(phone string) string {
	p := PhoneDigits(phone)
	switch {
	case p == "":
		return ""
	case len(p) == 11 && p[0] == '1':
		return p[:3] + "****" + p[7:]
	case p[0] == '0' && len(p) >= 10:
		n := areaDigits(p)
		return p[:n] + "-****" + p[len(p)-4:]
	case len(p) >= 7:
		return "****" + p[len(p)-4:]
	}
	return "****"
}

// areaDigits: 010 and 02x are three digits long, the others four.
func areaDigits(p string) int {
	if p[1] <= '2' {
		return 3
	}
	return 4
}

// PhoneDigits is a telephone as it is compared: digits alone, without the country's 86.
func PhoneDigits(phone string) string {
	var b strings.Builder
	for _, r := range phone {
		if d, ok := digitOf(r); ok && !unicode.Is(unicode.Han, r) {
			b.WriteByte(d)
		}
	}
	p := strings.TrimPrefix(b.String(), "00")
	if len(p) == 13 && strings.HasPrefix(p, "861") {
		return p[2:]
	}
	return b.String()
}

var phoneShape = regexp.MustCompile(`^(1[3-9][0-9]{9}|0[0-9]{9,11}|[2-9][0-9]{6,7})$`)

// phoneWritten allows what people put between digits, and nothing else.
var phoneWritten = regexp.MustCompile(`^\+?[0-9 ()-]{7,24}$`)

// validPhone reports whether somebody could be called there.
func validPhone(phone string) bool {
	return phoneWritten.MatchString(norm.NFKC.String(phone)) && phoneShape.MatchString(PhoneDigits(phone))
}

var (
	placeRoom  = regexp.MustCompile(`(?:-|[0-9一二三四五六七八九十百零〇]{1,4}[层楼]?)?[0-9A-Z]*[0-9一二三四五六七八九十百零〇]{2,6}(?:室|房|户|号房).*$`)
	placeHyped = regexp.MustCompile(`[0-9]+(?:-[0-9]+)+.*$`)
	placeCount = regexp.MustCompile(`[0-9A-Za-z一二三四五六七八九十百零〇]+(幢|栋|座|号楼|单元|号|弄)`)
	placeRest  = regexp.MustCompile(`[0-9]+`)
)

// MaskPlace brings an address down to its 小区: 槐荫苑3幢2单元502室 becomes 槐荫苑*幢*单元.
func MaskPlace(place string) string {
	p := strings.TrimSpace(fold(place))
	p = placeRoom.ReplaceAllString(p, "")
	p = placeHyped.ReplaceAllString(p, "*")
	p = placeCount.ReplaceAllString(p, "*$1")
	return placeRest.ReplaceAllString(p, "*")
}

// fold brings every character to its plain form, one for one, so that places in the text stay.
func fold(s string) string {
	var b strings.Builder
	for _, r := range s {
		b.WriteRune(foldRune(r))
	}
	return b.String()
}

func foldRune(r rune) rune {
	if r < unicode.MaxASCII {
		return r
	}
	if d, ok := digitOf(r); ok && !unicode.Is(unicode.Han, r) && r != '〇' {
		return rune(d)
	}
	plain := []rune(norm.NFKC.String(string(r)))
	if len(plain) == 1 {
		return plain[0]
	}
	return r
}

// MaskWords hides in free text what FindPersonal finds; what is hidden once is not found again.
func MaskWords(words string) string {
	for range 4 {
		spans := FindPersonal(words)
		if len(spans) == 0 {
			return words
		}
		words = maskSpans(words, spans)
	}
	return starDigits(words, FindPersonal(words))
}

func maskSpans(words string, spans []Span) string {
	all := []rune(words)
	var b strings.Builder
	at := 0
	for _, s := range spans {
		b.WriteString(string(all[at:s.Start]))
		b.WriteString(maskOne(s, string(all[s.Start:s.End])))
		at = s.End
	}
	b.WriteString(string(all[at:]))
	return b.String()
}

func maskOne(s Span, text string) string {
	switch digits := spanDigits(text); s.What {
	case whatPhone:
		return MaskPhone(digits)
	case whatID:
		return string(digits[0]) + strings.Repeat("*", len(digits)-2) + digits[len(digits)-1:]
	case whatBank:
		return "****" + digits[len(digits)-4:]
	case whatPlate:
		plain := []rune(strings.Map(letterOrDigit, strings.ToUpper(fold(text))))
		return string(plain[:2]) + "***" + string(plain[len(plain)-2:])
	case whatMail:
		return "***@***"
	}
	return starDigits(text, []Span{{0, len([]rune(text)), s.What}})
}

func letterOrDigit(r rune) rune {
	if unicode.IsLetter(r) || unicode.IsDigit(r) {
		return r
	}
	return -1
}

// starDigits puts a star for every digit of the spans, Latin or Chinese.
func starDigits(words string, spans []Span) string {
	all := []rune(words)
	for _, s := range spans {
		for i := s.Start; i < s.End; i++ {
			if _, ok := digitOf(all[i]); ok || strings.ContainsRune("十百xXｘＸ", all[i]) {
				all[i] = '*'
			}
		}
	}
	return string(all)
}
