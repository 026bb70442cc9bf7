package catalog

import (
	"strings"

	"portal/internal/legal"
	"portal/internal/place"
	"portal/internal/workday"
)

// judgement is what an import knows when it looks at a row.
type judgement struct {
	register  *legal.Register
	here      place.Jurisdiction
	negatives []NegativeEntry
	day       workday.Day
}

// warning is a flag with the column it stands in and the sentence of the report.
type warning struct {
	flag   Flag
	column string
	reason string
}

// catchAlls are the general clauses of the residents' committee law: 第六条 as an assist entry, and
// 第十条第一款第八项 by its words.
var catchAlls = []struct{ docKey, articleNo, words string }{
	{"urban-residents-committee-organization-law", "6", "协助不设区的市、市辖区的人民政府或者街道办事处开展工作"},
	{"urban-residents-committee-organization-law", "10", "与居民利益有关的其他工作"},
}

// warnings gives the open warnings of a row (R1, R3, R56; domain/admission.md §2). Nothing here
// rejects: published lists import as published.
func (j judgement) warnings(e Entry) []warning {
	var out []warning
	add := func(f Flag, column, reason string) { out = append(out, warning{f, column, reason}) }

	doc, known := j.register.Any(e.BasisDocKey)
	version, found := j.register.Find(e.BasisDocKey, e.BasisVersionDate)
	switch {
	case e.BasisDocKey == "":
		add(FlagBasisMissing, "basis_doc_key", "没有列明依据文件，入库并标记")
	case !known:
		add(FlagBasisMissing, "basis_doc_key", "法规目录里没有这份文件，入库并标记；请先导入法规目录")
	case !j.here.Covers(doc.Jurisdiction):
		add(FlagForeign, "basis_doc_key", doc.Jurisdiction+"的规定在本街道不适用，作为外地参考入库，不生效")
	}
	if e.BasisVersionDate.IsZero() || e.BasisArticleNo == "" || !found || !j.register.HasText(version, e.BasisArticleNo) {
		add(FlagArticleMissing, "basis_article_no", "条文未收录，入库并标记")
	}
	if reason := j.doubt(e, found); reason != "" {
		add(FlagBasisDoubtful, "basis_status_on_2026_11", reason)
	}
	for _, c := range catchAlls {
		if e.ListKind == AssistGovernment && e.BasisDocKey == c.docKey && e.BasisArticleNo == c.articleNo && strings.Contains(e.LegalText, c.words) {
			add(FlagCatchAll, "title", "总括条款，不是一项具体工作，不能单独作为任务依据（R56）")
		}
	}
	for _, h := range j.negative(e) {
		add(FlagNegative, "title", "触及负面清单“"+h.Entry.Phrase+"”："+h.Entry.Description)
		break
	}
	return out
}

func (j judgement) doubt(e Entry, found bool) string {
	if e.BasisStatus != legal.BasisInForce {
		return "依据" + e.BasisStatus.Label() + "（R56），入库并标记"
	}
	if !found {
		return ""
	}
	if now := j.register.Basis(e.BasisDocKey, e.BasisVersionDate, e.BasisArticleNo, j.day); now != legal.BasisInForce {
		return "依据在法规目录中已是“" + now.Label() + "”（R8），入库并标记"
	}
	return ""
}

// negative gives the hits that would block the row as an application; a phrase that the cited law
// itself requires is lifted (R3).
func (j judgement) negative(e Entry) []Hit {
	if e.ListKind.Negative() {
		return nil // it says what may not be asked
	}
	hits := Hits(j.negatives, []Text{{Field: "title", Words: e.Title, Title: true}}, string(e.Role), e.Period == "应急")
	doc, known := j.register.Any(e.BasisDocKey)
	hits = Lift(hits, []Cited{{Label: e.LegalBasis, Text: e.LegalText, Holds: e.BasisStatus == legal.BasisInForce, Law: known && doc.Kind.IsLawOrRegulation()}})
	var out []Hit
	for _, h := range hits {
		if h.Blocks() {
			out = append(out, h)
		}
	}
	return out
}

func flagsOf(ws []warning) []Flag {
	out := []Flag{}
	for _, w := range ws {
		out = append(out, w.flag)
	}
	return out
}
