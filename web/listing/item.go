package listing

import (
	"context"
	"slices"
	"strings"

	"portal/internal/catalog"
	"portal/internal/fault"
	"portal/internal/legal"
	"portal/internal/pg"
	"portal/internal/workday"
	"portal/web/view"
)

// Item is an entry as pages show it: facts, basis as it stood, versions.
type Item struct {
	catalog.Detail
	Today    workday.Day
	Street   string
	Citation *legal.Citation // nil: no basis in the register
	Basis    legal.BasisStatus
}

// LoadItem opens an entry with the article it cites, on a day; NotFound when there is none.
func LoadItem(ctx context.Context, q pg.Querier, code string, day, today workday.Day, street string) (Item, error) {
	d, err := catalog.Item(ctx, q, code, day)
	if err != nil {
		return Item{}, err
	}
	it := Item{Detail: d, Today: today, Street: street, Basis: d.BasisOn(day)}
	if d.BasisDocKey == "" {
		return it, nil
	}
	c, err := legal.ArticleOf(ctx, q, d.BasisDocKey, d.BasisVersionDate, d.BasisArticleNo, day)
	switch {
	case fault.KindOf(err) == fault.KindNotFound:
		return it, nil // the document is not in the register
	case err != nil:
		return it, err
	}
	it.Citation = &c
	if it.Basis == legal.BasisInForce && c.Basis != legal.BasisInForce {
		it.Basis = c.Basis // the register knows more than the published list (R8)
	}
	return it, nil
}

// Facts is the summary list of an entry, for everybody: no telephones, accounts or persons (R44).
func (it Item) Facts() []view.Term {
	terms := []view.Term{
		{Name: "清单", Text: it.ListKind.Label() + "：" + PlainTitle(it.ListKind)},
		{Name: "编号", Text: it.Code},
		{Name: "类别", Text: it.Category},
		{Name: "牵头部门", Text: it.LeadDepartment},
		{Name: "提出机关", Text: it.Requester},
		{Name: "经费由谁出", Text: it.Payer},
		{Name: "社区角色", Text: it.roleWords()},
		{Name: "协助方式", Text: Modes(it.Entry)},
		{Name: "期限", Text: undashed(it.Period)},
		{Name: "频次", Text: undashed(it.Frequency)},
		{Name: "每个社区工时", Text: it.hoursWords()},
		{Name: "适用社区", Text: Scope(it.Detail, it.Street)},
		{Name: "执行日期", Text: Span(it.From, it.Last())},
		{Name: "来源", Text: it.Source},
		{Name: "备注", Text: it.Note},
	}
	if it.ApplicationID == nil {
		terms = append(terms, view.Term{Name: "编者填写", Text: it.assigned()})
	}
	return slices.DeleteFunc(terms, func(t view.Term) bool { return t.Text == "" })
}

func undashed(s string) string {
	if s == "—" {
		return ""
	}
	return s
}

func (it Item) roleWords() string {
	if it.ListKind.OfStreet() {
		return "不是社区的工作"
	}
	return it.Role.Label()
}

func (it Item) hoursWords() string {
	if it.HoursPerOccurrence == nil || it.OccurrencesPerYear == nil {
		return ""
	}
	return "每次 " + view.Hours(*it.HoursPerOccurrence) + " 小时，一年 " + view.Hours(*it.OccurrencesPerYear) + " 次，合每月 " + view.Hours(it.HoursMonth()) + " 小时"
}

// columnLabels are the 中文 names of the columns that an editor may have filled by judgement.
var columnLabels = func() map[string]string {
	m := make(map[string]string, len(catalog.RecordKeys))
	for i, k := range catalog.RecordKeys {
		m[k] = catalog.RecordLabels[i]
	}
	return m
}()

// assigned says which values are not of the source: title(概括自条文)|category → 事项名称（概括自条文）、类别.
func (it Item) assigned() string {
	var out []string
	for each := range strings.SplitSeq(it.AssignedFields, "|") {
		column, how, _ := strings.Cut(each, "(")
		label, ok := columnLabels[column]
		if !ok {
			continue
		}
		if how = strings.TrimSuffix(how, ")"); how != "" {
			label += "（" + how + "）"
		}
		out = append(out, label)
	}
	if len(out) == 0 {
		return ""
	}
	return strings.Join(out, "、") + "由编者整理，其余照录来源"
}

// Warnings are the open warnings in sentences.
func (it Item) Warnings() []string {
	var out []string
	for _, f := range it.Flags {
		if f == catalog.FlagBasisDoubtful && it.Basis == legal.BasisInForce {
			continue // it was in force on the day that is shown
		}
		out = append(out, FlagText(f))
	}
	return out
}

// Dated gives the address of a path as of the item's day; today needs no date.
func (it Item) Dated(path string) string { return Dated(path, it.Day, it.Today) }

// Dated gives a path as of a day; today needs no date.
func Dated(path string, day, today workday.Day) string {
	if day == today || day.IsZero() {
		return path
	}
	return path + "?" + ParamDay + "=" + day.String()
}

// LawPath is where an article, or with no number a document, is shown.
func LawPath(docKey, articleNo string) string {
	if articleNo == "" {
		return "/laws/" + docKey
	}
	return "/laws/" + docKey + "/" + articleNo
}

// Law is the cited article as it stood, ready for view.Article.
func (it Item) Law() view.LawText {
	if it.Citation == nil {
		return view.LawText{}
	}
	return LawText(*it.Citation, it.Basis, LawPath(it.BasisDocKey, it.BasisArticleNo)+"?"+ParamDay+"="+it.lawDay().String())
}

// lawDay is a day on which the cited version held, so that the link opens the same words.
func (it Item) lawDay() workday.Day {
	v := it.Citation.Version
	switch {
	case v.HoldsOn(it.Day) || v.EffectiveFrom.IsZero():
		return it.Day
	case !v.EffectiveTo.IsZero() && it.Day.After(v.EffectiveTo):
		return v.EffectiveTo
	}
	return v.EffectiveFrom
}

// LawText draws a citation; without text it says so (条文未收录).
func LawText(c legal.Citation, status legal.BasisStatus, href string) view.LawText {
	t := view.LawText{Law: c.Title, Label: c.ArticleLabel, Href: href, State: BasisChip(status), Period: VersionWords(c.Version)}
	if t.Label == "" && c.ArticleNo != "" {
		t.Label = "第 " + c.ArticleNo + " 条"
	}
	if c.Known {
		t.Paragraphs = c.Paragraphs()
	} else {
		t.Paragraphs = []string{"条文未收录：法规目录里还没有这一条的原文。"}
	}
	return t
}

// VersionWords says which version it is and when it holds.
func VersionWords(v legal.Version) string {
	var parts []string
	if !v.VersionDate.IsZero() {
		parts = append(parts, v.VersionDate.String()+" 版本")
	} else {
		parts = append(parts, "版本日期未收录")
	}
	switch {
	case !v.EffectiveFrom.IsZero() && !v.EffectiveTo.IsZero():
		parts = append(parts, Span(v.EffectiveFrom, v.EffectiveTo)+"施行")
	case !v.EffectiveFrom.IsZero():
		parts = append(parts, "自"+v.EffectiveFrom.Chinese()+"起施行")
	}
	if v.Status == legal.Unknown && !v.StatusAsOf.IsZero() {
		parts = append(parts, "效力核到"+v.StatusAsOf.Chinese())
	}
	return strings.Join(parts, "，")
}

// Heir is where an article went, in words with its address.
type Heir struct{ Words, Text, Href, Note string }

// Heirs tells where the basis went (R56, E5, E6): from the register, else as the published list says.
func (it Item) Heirs() []Heir {
	if it.Citation != nil && len(it.Citation.Successors) > 0 {
		return HeirsOf(it.Citation.Successors)
	}
	if it.SuccessorDocKey == "" {
		return nil
	}
	var out []Heir
	for _, no := range it.Successors() {
		out = append(out, Heir{Words: "清单所列承接条文", Text: "第 " + no + " 条", Href: LawPath(it.SuccessorDocKey, no)})
	}
	if len(out) == 0 {
		out = []Heir{{Words: "清单所列承接文件", Text: it.SuccessorDocKey, Href: LawPath(it.SuccessorDocKey, "")}}
	}
	return out
}

// HeirsOf writes successors: one line for each article that took over.
func HeirsOf(successors []legal.Successor) []Heir {
	var out []Heir
	for _, s := range successors {
		words := s.Relation.Label()
		if !s.From.IsZero() {
			words = "自" + s.From.Chinese() + "起，" + words
		}
		for i, no := range s.ArticleNos {
			label := "第 " + no + " 条"
			if len(s.ArticleNos) == 1 && s.ArticleText != "" {
				label = s.ArticleText
			}
			h := Heir{Words: words, Text: "《" + s.Title + "》" + label, Href: Dated(LawPath(s.DocKey, no), s.From, workday.Day{})}
			if i == len(s.ArticleNos)-1 {
				h.Note = s.Summary
			}
			out = append(out, h)
		}
	}
	return out
}

// Gone says what became of the basis when nothing took over.
func (it Item) Gone() string {
	if len(it.Heirs()) > 0 {
		return ""
	}
	switch it.Basis {
	case legal.BasisRepealed:
		return "这一条已经废止，没有承接的条文"
	case legal.BasisSuperseded, legal.BasisRenumbered:
		return "这一条已有变化，承接的条文还没有收进法规目录"
	case legal.BasisUnverified:
		return "还没有核实这一依据今天是否有效，引用前请先核对原文"
	case legal.BasisNotYet:
		return "这一依据在这一天还没有施行"
	}
	return ""
}

// IsToday reports whether the item is shown as it stands now.
func (it Item) IsToday() bool { return it.Day == it.Today }
