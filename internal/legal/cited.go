package legal

import (
	"context"
	"fmt"
	"regexp"
	"strconv"
	"strings"

	"portal/internal/page"
	"portal/internal/pg"
	"portal/internal/workday"
)

// Cited is a rule that a text names: 《…》第四十三条.
type Cited struct {
	Words     string // as it stands in the text
	DocKey    string // "": not in the register
	ArticleNo string // "": the document as a whole
	Problem   string // 中文; why a text of that day may not rest on it
}

// Path is where the rule is read as of a day; "" where the register does not hold it.
func (c Cited) Path(day workday.Day) string {
	switch {
	case c.DocKey == "":
		return ""
	case c.ArticleNo == "":
		return "/laws/" + c.DocKey
	}
	return "/laws/" + c.DocKey + "/" + c.ArticleNo + "?on=" + day.String()
}

var (
	citedShape = regexp.MustCompile(`《([^《》\n]{2,60})》(?:\s*[（(][^（）()\n]{1,30}[）)])?(?:\s*第([零〇一二两三四五六七八九十百千0-9]{1,9})条)?`)
	ruleNames  = regexp.MustCompile(`(?:法|法典|条例|办法|规定|细则|规则)(?:[（(][^（）()]*[）)])?$`)
)

const mostCited = 20

// CitedIn finds the rules that a text names, and says of each what speaks against resting on it on a day (REQ-25):
// it is not in the register, was not in force, or has no such article. Other titles in 《》 are no rules.
func CitedIn(ctx context.Context, q pg.Querier, text string, day workday.Day) ([]Cited, error) {
	var out []Cited
	for _, m := range citedShape.FindAllStringSubmatch(text, mostCited) {
		if m[2] == "" && !ruleNames.MatchString(m[1]) {
			continue
		}
		c := Cited{Words: m[0]}
		if n := numberOf(m[2]); n > 0 {
			c.ArticleNo = strconv.Itoa(n)
		}
		v, found, err := versionTitled(ctx, q, m[1], day)
		if err != nil {
			return nil, err
		}
		switch {
		case !found:
			c.Problem = "法规目录里没有" + c.Words + "。请核对名称；确有这份文件的，先请管理员补录，再引用"
		case !v.HoldsOn(day):
			c.DocKey = v.DocKey
			c.Problem = fmt.Sprintf("%s在%s不是有效的依据（%s）。请引用现行规定", c.Words, day.Chinese(), v.stateOn(day))
		case c.ArticleNo != "" && v.ArticleCount != nil && numberOf(m[2]) > *v.ArticleCount:
			c.DocKey = v.DocKey
			c.Problem = fmt.Sprintf("现行的《%s》只有 %d 条，没有%s。请核对条文号", v.Title, *v.ArticleCount, "第"+m[2]+"条")
		default:
			c.DocKey = v.DocKey
		}
		out = append(out, c)
	}
	return out, nil
}

func (v Version) stateOn(day workday.Day) string {
	if v.EffectiveFrom.IsZero() || day.Before(v.EffectiveFrom) {
		return BasisNotYet.Label()
	}
	return v.Status.Label()
}

// versionTitled gives the version of the document of a title that held on a day, or the nearest; the full and the
// short title are both right, with or without 中华人民共和国.
func versionTitled(ctx context.Context, q pg.Querier, title string, day workday.Day) (Version, bool, error) {
	bare := func(s string) string {
		return strings.TrimPrefix(strings.Join(strings.Fields(s), ""), "中华人民共和国")
	}
	rows, err := listDocuments(ctx, q, DocFilter{Words: bare(title), Cursor: page.Cursor{}, Limit: 50})
	if err != nil {
		return Version{}, false, err
	}
	var near Version
	found := false
	for _, r := range rows {
		if bare(r.Title) != bare(title) && bare(r.ShortTitle) != bare(title) {
			continue
		}
		versions, err := versionsOf(ctx, q, r.DocKey)
		if err != nil {
			return Version{}, false, err
		}
		v := versions[pick(versions, day)]
		if !found || v.HoldsOn(day) && !near.HoldsOn(day) {
			near, found = v, true
		}
	}
	return near, found, nil
}

// numberOf reads 四十三, 一百零二 or 43; 0 when there is none.
func numberOf(words string) int {
	if n, err := strconv.Atoi(words); err == nil {
		return n
	}
	total, digit := 0, 0
	for _, r := range words {
		at := strings.IndexRune("零一二三四五六七八九", r)
		switch {
		case r == '〇':
			digit = 0
		case r == '两':
			digit = 2
		case at >= 0:
			digit = at / len("零")
		default:
			unit := map[rune]int{'十': 10, '百': 100, '千': 1000}[r]
			total += max(digit, 1) * unit
			digit = 0
		}
	}
	return total + digit
}
