package refusal

import (
	"context"
	"regexp"
	"strconv"
	"strings"

	"portal/internal/fault"
	"portal/internal/legal"
	"portal/internal/pg"
)

// citing finds 《未成年人保护法》第四十三条, 组织法第10条第（八）项 and the like in what somebody wrote.
var citing = regexp.MustCompile(`《?([\p{Han}（）]{2,40}?(?:法典|法|条例|办法|规定|决定|细则))》?[^第]{0,20}?第([〇零一二三四五六七八九十百千两0-9]+)条(?:第[^第项]{1,4}款)?(?:第?[（(]?([一二三四五六七八九十0-9]+)[）)]?项)?`)

// citationIn reads the first article that a text names; ok is false when it names none.
func citationIn(words string) (law, article string, ok bool) {
	m := citing.FindStringSubmatch(strings.Join(strings.Fields(words), ""))
	if m == nil {
		return "", "", false
	}
	n := chineseNumber(m[2])
	if n == 0 {
		return "", "", false
	}
	article = strconv.Itoa(n)
	if item := chineseNumber(m[3]); item > 0 {
		article += "(" + strconv.Itoa(item) + ")"
	}
	return strings.TrimPrefix(m[1], "依据"), article, true
}

var digits = map[rune]int{'零': 0, '〇': 0, '一': 1, '二': 2, '两': 2, '三': 3, '四': 4, '五': 5, '六': 6, '七': 7, '八': 8, '九': 9}
var units = map[rune]int{'十': 10, '百': 100, '千': 1000}

// chineseNumber reads 四十三, 一千二百四十二 and 43; 0 is no number.
func chineseNumber(s string) int {
	if n, err := strconv.Atoi(s); err == nil {
		return min(max(n, 0), 9999)
	}
	total, digit := 0, 0
	for _, r := range s {
		if u, ok := units[r]; ok {
			if digit == 0 {
				digit = 1 // 十三
			}
			total, digit = total+digit*u, 0
			continue
		}
		d, ok := digits[r]
		if !ok {
			return 0
		}
		digit = d
	}
	return total + digit
}

// byKey is a citation by the register's own key, as pickers of articles and imports give it:
// social-assistance-law#39.
var byKey = regexp.MustCompile(`^([a-z0-9][a-z0-9-]{1,99})#([0-9]{1,4}(?:\([0-9]{1,2}\))?)$`)

// resolveBasis finds the cited article in the register; what is not found stays as words.
func resolveBasis(ctx context.Context, q pg.Querier, t *Task) error {
	if m := byKey.FindStringSubmatch(t.BasisWords); m != nil {
		c, err := legal.ArticleOn(ctx, q, m[1], m[2], t.AskedOn)
		if fault.KindOf(err) == fault.KindNotFound {
			return nil
		}
		if err != nil {
			return err
		}
		t.BasisDocKey, t.BasisArticle, t.BasisWords = m[1], m[2], c.Full()
		return nil
	}
	law, article, ok := citationIn(t.BasisWords)
	if !ok {
		return nil
	}
	found, err := legal.Documents(ctx, q, legal.DocFilter{Words: law, Limit: 20})
	if err != nil {
		return err
	}
	best := ""
	for _, d := range found.Rows {
		switch {
		case d.ShortTitle == law, d.Title == law, d.Title == "中华人民共和国"+law:
			t.BasisDocKey, t.BasisArticle = d.DocKey, article
			return nil
		case strings.HasSuffix(d.ShortTitle, law) && best == "":
			best = d.DocKey
		case strings.HasSuffix(d.ShortTitle, law):
			best = "?" // two laws end like this: neither is meant for certain
		}
	}
	if best != "" && best != "?" {
		t.BasisDocKey, t.BasisArticle = best, article
	}
	return nil
}
