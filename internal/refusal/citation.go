package refusal

import (
	"net/url"

	"portal/internal/fault"
	"portal/internal/legal"
	"portal/internal/workday"
)

// Citation is an article as it stood on a day, kept as it was seen (R51).
type Citation struct {
	DocKey       string      `json:"doc_key"`
	Title        string      `json:"title"` // short title, or 文号 of a policy
	Version      workday.Day `json:"version"`
	From         workday.Day `json:"from"`
	To           workday.Day `json:"to"` // last day in force; no day: open
	ArticleNo    string      `json:"article_no"`
	ArticleLabel string      `json:"article_label"` // 第四十三条
	Jurisdiction string      `json:"jurisdiction"`  // 全国, or the place
	Text         string      `json:"text"`
	Known        bool        `json:"known"`          // false: 条文未收录
	Verified     bool        `json:"verified"`       // false: 效力待核
	On           workday.Day `json:"on"`             // the day on which it was opened
	Heir         string      `json:"heir,omitempty"` // document that took over, noHeir when none did, "" for the same document
}

const noHeir = "-"

// Full is the citation in words: 《城市居民委员会组织法》（2025年10月28日文本）第四十三条.
func (c Citation) Full() string {
	s := "《" + c.Title + "》"
	if !c.Version.IsZero() {
		s += "（" + c.Version.Chinese() + "文本）"
	}
	return s + c.ArticleLabel
}

// Period is when the version holds: 2026年1月1日起施行, or 施行至2025年12月31日.
func (c Citation) Period() string {
	switch {
	case !c.To.IsZero():
		return "施行至" + c.To.Chinese()
	case !c.From.IsZero():
		return c.From.Chinese() + "起施行"
	}
	return "施行日期未收录"
}

// Href opens the article at the version of its day, or is "" when the register does not hold it.
func (c Citation) Href() string {
	if c.DocKey == "" {
		return ""
	}
	path := "/laws/" + url.PathEscape(c.DocKey)
	if c.ArticleNo != "" {
		path += "/" + url.PathEscape(c.ArticleNo)
	}
	return path + "?on=" + c.On.String()
}

// ref names an article that the steps rest on.
type ref struct{ doc, no, label string }

// The articles of the table in domain/admission.md §5. The village law answers for villages (E29).
var (
	cityLaw    = "urban-residents-committee-organization-law"
	villageLaw = "villagers-committee-organization-law"

	refGate    = ref{cityLaw, "20", "第二十条"} // to 2025-12-31 only
	refOldTask = ref{cityLaw, "3", "第三条"}   // to 2025-12-31
	refAssist  = ref{cityLaw, "6", "第六条"}
	refTasks   = ref{cityLaw, "10", "第十条"}
	refPublish = ref{cityLaw, "34", "第三十四条"}
	refCorrect = ref{cityLaw, "40", "第四十条"}
	refFunds   = ref{cityLaw, "43", "第四十三条"}
	refStreet  = ref{"local-organization-law", "86", "第八十六条"}
	refClash   = ref{"legislation-law", "82", "第八十二条"}
	refRelief  = ref{"minfa-2015-136", "", ""}
	refForms   = ref{"minfa-2020-20", "", ""}

	refVillageAssist  = ref{villageLaw, "6", "第六条"}
	refVillageCorrect = ref{villageLaw, "41", "第四十一条"}
	refVillageFunds   = ref{villageLaw, "43", "第四十三条"}
	refVillageOldPay  = ref{villageLaw, "37", "第三十七条"}
)

// needed lists every article a judgement may open, for the one query that loads them.
func needed() (docs, articles []string) {
	for _, r := range []ref{refGate, refOldTask, refAssist, refTasks, refPublish, refCorrect, refFunds, refStreet, refClash, refRelief, refForms,
		refVillageAssist, refVillageCorrect, refVillageFunds, refVillageOldPay} {
		docs, articles = append(docs, r.doc), append(articles, r.no)
	}
	return docs, articles
}

// Edition is one version of a document with the articles at hand, by number.
type Edition struct {
	legal.Version
	Articles map[string]legal.Article
}

// Book holds the editions a judgement may open.
type Book []Edition

// at opens an article as it stood on the day. What the register does not hold is cited all the
// same, as 条文未收录.
func (b Book) at(r ref, day workday.Day) Citation {
	c := Citation{DocKey: r.doc, Title: r.doc, ArticleNo: r.no, ArticleLabel: r.label, On: day}
	best := -1
	for i, e := range b {
		if e.DocKey != r.doc {
			continue
		}
		if best < 0 || e.HoldsOn(day) || !b[best].HoldsOn(day) && !e.EffectiveFrom.IsZero() && !e.EffectiveFrom.After(day) {
			best = i
		}
	}
	if best < 0 {
		return c
	}
	return b[best].cite(r, day)
}

func (e Edition) cite(r ref, day workday.Day) Citation {
	c := Citation{DocKey: e.DocKey, Title: e.ShortTitle, Version: e.VersionDate, From: e.EffectiveFrom, To: e.EffectiveTo, ArticleNo: r.no,
		ArticleLabel: r.label, Jurisdiction: e.JurisdictionLabel(), Verified: !e.Doubtful(), On: day}
	if a, ok := e.Articles[r.no]; ok {
		c.Text, c.ArticleLabel, c.Known = a.Text, a.ArticleLabel, true
	}
	return c
}

// holds reports whether the cited version is in force on the day; documents without dates are not judged.
func (c Citation) holds(day workday.Day) bool {
	return (c.From.IsZero() || !day.Before(c.From)) && (c.To.IsZero() || !day.After(c.To))
}

// checkVersions is R51: a letter may not cite a version that no longer holds on its day, unless the
// request is itself older; then the version of the request and the version of today both stand in it.
func checkVersions(letterOn, askedOn workday.Day, cites []Citation) error {
	for _, c := range cites {
		if c.holds(letterOn) {
			continue
		}
		heir := c.Heir
		if heir == "" {
			heir = c.DocKey
		}
		if !c.holds(askedOn) || heir != noHeir && !alsoToday(cites, heir, letterOn) {
			return fault.InvalidField("reason", c.Full()+"在"+letterOn.Chinese()+"已不是现行文本，函里不能单独引用（R51）。请改引现行条文")
		}
	}
	return nil
}

func alsoToday(cites []Citation, doc string, day workday.Day) bool {
	for _, c := range cites {
		if c.DocKey == doc && c.holds(day) {
			return true
		}
	}
	return false
}
