// Package legal decides what a cited article said on a day, whether it still holds, and where it
// went: laws and documents by version, article text, changes between versions, what an article does
// to the residents' committee (this project's reading, marked 本项目判断), and the clauses of this
// place that give a right to turn work away.
//
// Owns legal_document, legal_article, legal_change, legal_duty and local_clause. Ground that every
// domain may stand on.
package legal

import (
	"strings"

	"portal/internal/workday"
)

// DocStatus is what the register says of a version as of its status day.
type DocStatus string

// The states of a version. Unknown means not verified after its status day.
const (
	InForce    DocStatus = "in_force"
	Superseded DocStatus = "superseded"
	Repealed   DocStatus = "repealed"
	Unknown    DocStatus = "unknown"
)

var docStatusLabels = map[DocStatus]string{InForce: "现行有效", Superseded: "已被修订", Repealed: "已废止", Unknown: "效力待核"}

// Label is the state's 中文 name.
func (s DocStatus) Label() string { return docStatusLabels[s] }

// BasisStatus is what a cited article is worth on a day (domain/admission.md §2 依据状态).
type BasisStatus string

// The basis states; NotYet is only ever computed for days before a version begins.
const (
	BasisInForce    BasisStatus = "in_force"
	BasisRenumbered BasisStatus = "renumbered"
	BasisSuperseded BasisStatus = "superseded"
	BasisRepealed   BasisStatus = "repealed"
	BasisUnverified BasisStatus = "unverified"
	BasisNotYet     BasisStatus = "not_yet"
)

// BasisStatuses that can be stored, in the order of the glossary.
var BasisStatuses = []BasisStatus{BasisInForce, BasisRenumbered, BasisSuperseded, BasisRepealed, BasisUnverified}

var basisLabels = map[BasisStatus]string{
	BasisInForce: "现行有效", BasisRenumbered: "条文已调整", BasisSuperseded: "已被新规定取代", BasisRepealed: "已废止", BasisUnverified: "待核实", BasisNotYet: "尚未施行",
}

// Label is the state's 中文 name.
func (s BasisStatus) Label() string { return basisLabels[s] }

// DocKind is the rank of a document.
type DocKind string

// The kinds of documents.
const (
	Law           DocKind = "law"
	AdminReg      DocKind = "administrative_regulation"
	JudicialInt   DocKind = "judicial_interpretation"
	LocalReg      DocKind = "local_regulation"
	DeptRule      DocKind = "department_rule"
	PartyStateDoc DocKind = "party_state_document"
	Standard      DocKind = "standard"
)

// DocKinds in the order of rank.
var DocKinds = []DocKind{Law, AdminReg, JudicialInt, LocalReg, DeptRule, PartyStateDoc, Standard}

var docKindLabels = map[DocKind]string{
	Law: "法律", AdminReg: "行政法规", JudicialInt: "司法解释", LocalReg: "地方性法规", DeptRule: "部门规章", PartyStateDoc: "政策文件", Standard: "标准",
}

// Label is the kind's 中文 name.
func (k DocKind) Label() string { return docKindLabels[k] }

// IsLawOrRegulation reports whether the kind satisfies 第四十三条第二款 (符合法律、法规规定; R7).
func (k DocKind) IsLawOrRegulation() bool { return k == Law || k == AdminReg || k == LocalReg }

// Version is one version of a document.
type Version struct {
	ID                 int64
	DocKey             string
	Title              string
	ShortTitle         string
	Kind               DocKind
	Issuer             string
	VersionDate        workday.Day // no day: not known (条文未收录)
	EffectiveFrom      workday.Day
	EffectiveTo        workday.Day // last day
	Status             DocStatus
	Jurisdiction       string // national, or the name of the place
	Verified           bool
	Source             string
	Synthetic          bool
	StatusAsOf         workday.Day
	EffectiveFromBasis string
	ArticleCount       *int
	Note               string
}

// HoldsOn reports whether the version's days cover the day.
func (v Version) HoldsOn(day workday.Day) bool {
	if v.EffectiveFrom.IsZero() || day.Before(v.EffectiveFrom) {
		return false
	}
	return v.EffectiveTo.IsZero() && v.Status != Repealed && v.Status != Superseded || !v.EffectiveTo.IsZero() && !day.After(v.EffectiveTo)
}

// Doubtful reports whether nobody has verified that the version still holds.
func (v Version) Doubtful() bool { return v.Status == Unknown || !v.Verified }

// JurisdictionLabel is the place for readers.
func (v Version) JurisdictionLabel() string {
	if v.Jurisdiction == "national" {
		return "全国"
	}
	return v.Jurisdiction
}

// Article is the text of one article of one version.
type Article struct {
	ID           int64
	DocumentID   int64
	ArticleNo    string
	ArticleLabel string // 第四十三条
	Text         string // paragraphs on lines of their own
	Source       string
}

// Paragraphs splits the text for pages.
func (a Article) Paragraphs() []string { return strings.Split(a.Text, "\n") }

// Change tells that an article became another one, or none.
type Change struct {
	ID            int64
	ChangeKind    string // 中文, as in the source
	Relation      Relation
	Law           string
	DocKey        string
	OldVersion    string
	OldArticle    string
	OldArticleNos string // 55, or 8|14
	NewDocKey     string
	NewVersion    string
	NewArticle    string
	NewArticleNos string
	ChangedOn     string
	Summary       string
	Source        string
	Verified      bool
}

// Concerns reports whether the change is about that article of the old text.
func (c Change) Concerns(articleNo string) bool { return has(c.OldArticleNos, articleNo) }

// Brings reports whether the change is about that article of the new text.
func (c Change) Brings(articleNo string) bool { return has(c.NewArticleNos, articleNo) }

func has(list, no string) bool {
	for s := range strings.SplitSeq(list, "|") {
		if s == no && no != "" {
			return true
		}
	}
	return false
}

// Relation is what happened to an article.
type Relation string

// The relations of the change file.
const (
	Renumbered            Relation = "renumbered"
	Unchanged             Relation = "unchanged"
	ContentChanged        Relation = "content_changed"
	Added                 Relation = "added"
	Deleted               Relation = "deleted"
	RepealedOutright      Relation = "repealed"
	RepealedWithSuccessor Relation = "repealed_with_successor"
	ReplacedByNewLaw      Relation = "replaced_by_new_law"
	SuperiorLawAdded      Relation = "superior_law_added"
)

var relationLabels = map[Relation]string{
	Renumbered: "条号变化", Unchanged: "未变化", ContentChanged: "内容变化", Added: "新增", Deleted: "删除", RepealedOutright: "废止",
	RepealedWithSuccessor: "废止，有承接", ReplacedByNewLaw: "由新法取代", SuperiorLawAdded: "上位法新立",
}

// Label is the relation's 中文 name.
func (r Relation) Label() string { return relationLabels[r] }

// afterChange is what the old article is worth once the change took effect. A superior law leaves
// the older text standing but unverified (E34).
var afterChange = map[Relation]BasisStatus{
	Renumbered: BasisRenumbered, Unchanged: BasisRenumbered, ContentChanged: BasisSuperseded, Deleted: BasisRepealed,
	RepealedOutright: BasisRepealed, RepealedWithSuccessor: BasisRepealed, ReplacedByNewLaw: BasisRepealed, SuperiorLawAdded: BasisUnverified,
}
