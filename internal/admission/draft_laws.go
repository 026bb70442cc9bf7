package admission

import (
	"context"
	"regexp"
	"strings"

	"portal/internal/legal"
	"portal/internal/place"
	"portal/internal/policy"
	"portal/internal/workday"
)

// Law is one line of the picker of citations: a document, or one of its articles, in force today.
type Law struct {
	DocKey       string
	Title        string
	VersionDate  workday.Day
	ArticleNo    string // "" where the register holds no text of the document
	ArticleLabel string
	Text         string
	Kind         legal.DocKind
	Status       legal.DocStatus
	Jurisdiction string
}

// Label is the citation in words.
func (l Law) Label() string { return "《" + l.Title + "》" + l.ArticleLabel }

// lawsShown is how many lines the picker shows.
const lawsShown = 12

var articleWord = regexp.MustCompile(`^第?([0-9]{1,4})条?$|^(第[〇零一二三四五六七八九十百千两]+条(?:之[一二三四五六七八九十]+)?)$`)
var articleIn = regexp.MustCompile(`第[〇零一二三四五六七八九十百千两0-9]+条`)

// FindLaws searches the register for 老年人权益保障法 第七条, 消防 32 or words of an article: what holds
// today in this place, titles before texts. A document without text answers with the number asked for.
func (s *Service) FindLaws(ctx context.Context, words string) ([]Law, error) {
	words = articleIn.ReplaceAllString(strings.NewReplacer("《", " ", "》", " ").Replace(words), " $0 ")
	var tokens []string
	number, label := "", ""
	for _, w := range strings.Fields(words) {
		if m := articleWord.FindStringSubmatch(w); m != nil {
			number, label = m[1], m[2]
			continue
		}
		tokens = append(tokens, w)
	}
	if len(tokens) == 0 {
		return nil, nil
	}
	today := workday.DayOf(s.db.Now())
	found, err := lawsNamed(ctx, s.db.Q(), tokens, number, label, today)
	if err != nil {
		return nil, err
	}
	v, err := policy.Load(ctx, s.db.Q(), today)
	if err != nil {
		return nil, err
	}
	here, err := place.JurisdictionOf(ctx, s.db.Q(), v.StreetCode)
	if err != nil {
		return nil, err
	}
	var out []Law
	for _, l := range found {
		if l.ArticleNo == "" && number != "" {
			l.ArticleNo, l.ArticleLabel = number, "第 "+number+" 条"
		}
		if here.Covers(l.Jurisdiction) && len(out) < lawsShown {
			out = append(out, l)
		}
	}
	return out, nil
}
