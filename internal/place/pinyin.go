package place

import (
	"strings"
	"unicode"

	"github.com/mozillazg/go-pinyin"
)

// placeReadings corrects what go-pinyin reads wrongly in names of places (dependencies.md §1). The
// longest entry wins.
var placeReadings = map[string]string{
	"重庆": "chong qing", "厦门": "xia men", "六合": "lu he", "六安": "lu an", "长沙": "chang sha", "长春": "chang chun", "长宁": "chang ning",
	"朝阳": "chao yang", "朝天": "chao tian", "乐清": "yue qing", "乐亭": "lao ting", "番禺": "pan yu", "蚌埠": "beng bu", "亳州": "bo zhou",
	"大埔": "da bu", "黄埔": "huang pu", "台州": "tai zhou", "天台": "tian tai", "丽水": "li shui", "铅山": "yan shan", "洪洞": "hong tong", "单县": "shan xian",
	"单": "shan", "曾": "zeng", "仇": "qiu", "解": "xie", "查": "zha", "朴": "piao", "缪": "miao", "覃": "qin", "尉迟": "yu chi", "区": "qu",
	"厦": "sha", "行": "hang", "都": "du", "重": "chong", "长": "chang",
}

const longestReading = 2 // characters

// Pinyin gives the reading of a name, syllables apart, and its initials. Letters and digits stay.
func Pinyin(name string) (full, initials string) {
	args := pinyin.NewArgs()
	runes := []rune(name)
	var syllables []string
	for i := 0; i < len(runes); {
		n, reading := reading(runes[i:])
		if reading == "" {
			reading, n = plain(runes[i], args), 1
		}
		if reading != "" {
			syllables = append(syllables, strings.Fields(reading)...)
		}
		i += n
	}
	var b strings.Builder
	for _, s := range syllables {
		b.WriteString(s[:1])
	}
	return strings.Join(syllables, " "), b.String()
}

func reading(runes []rune) (int, string) {
	for n := min(longestReading, len(runes)); n > 0; n-- {
		if r, ok := placeReadings[string(runes[:n])]; ok {
			return n, r
		}
	}
	return 1, ""
}

func plain(r rune, args pinyin.Args) string {
	if r < unicode.MaxASCII && (unicode.IsLetter(r) || unicode.IsDigit(r)) {
		return strings.ToLower(string(r))
	}
	if all := pinyin.SinglePinyin(r, args); len(all) > 0 {
		return all[0]
	}
	return ""
}
