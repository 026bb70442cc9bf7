package catalog

import (
	"slices"
	"strings"

	"portal/internal/normal"
	"portal/internal/workday"
)

// MatchMode says where a phrase of the negative list is looked for (R4).
type MatchMode string

// The modes. A mode that ends in _rule is shown as text and enforced by the R number it names.
const (
	TitleContains        MatchMode = "title_contains"
	TitleContainsPrimary MatchMode = "title_contains_and_role_primary"
	TextContains         MatchMode = "text_contains"
	TextContainsNoAlarm  MatchMode = "text_contains_except_emergency"
	CertificateTitle     MatchMode = "certificate_title"
)

// modeRow says in words what a mode does.
type modeRow struct {
	label     string
	title     bool // only texts that are titles
	text      bool // every text
	primary   bool // blocks only where the community is 主责; else a warning (R2)
	emergency bool // not for emergencies
	rule      string
}

var modes = map[MatchMode]modeRow{
	TitleContains:        {label: "名称中不得出现", title: true},
	TitleContainsPrimary: {label: "社区主责时名称中不得出现", title: true, primary: true},
	TextContains:         {label: "名称和内容中不得出现", text: true},
	TextContainsNoAlarm:  {label: "应急以外，名称和内容中不得出现", text: true, emergency: true},
	CertificateTitle:     {label: "不得开具的证明", rule: "R36"},
	"role_rule":          {label: "按角色审查", rule: "R5"},
	"list_rule":          {label: "按清单审查", rule: "R20、R21"},
	"assessment_rule":    {label: "按检查考核规则审查", rule: "R33"},
	"duplicate_rule":     {label: "按重复采集规则审查", rule: "R30"},
	"frequency_rule":     {label: "按报表频次规则审查", rule: "R28"},
	"report_rule":        {label: "按报表规则审查", rule: "R29、R31"},
	"signboard_rule":     {label: "按挂牌规则审查", rule: "R32"},
	"system_rule":        {label: "按系统规则审查", rule: "R35"},
	"funding_rule":       {label: "按经费规则审查", rule: "R7、R54"},
}

// Label says in 中文 where the phrase counts.
func (m MatchMode) Label() string { return modes[m].label }

// Rule is the rule that enforces a mode which is not a matter of words, or "".
func (m MatchMode) Rule() string { return modes[m].rule }

// Known reports a mode of the table.
func (m MatchMode) Known() bool { _, ok := modes[m]; return ok }

// NegativeEntry is a line of the negative list.
type NegativeEntry struct {
	ID             int64
	Code           string
	Kind           string // 中文
	Phrase         string
	PhraseKey      string
	MatchMode      MatchMode
	Description    string
	Source         string
	Synthetic      bool
	AssignedFields string
	From           workday.Day
	Until          workday.Day
}

// Text is something an applicant wrote. Title marks the name of the item itself.
type Text struct {
	Field string // the form field, for the place of the message
	Words string
	Title bool
}

// Hit is a phrase found. Start and End are places in the original, in characters. A warning does not
// block (R2); a lifted hit does not block either, and names the article that lifts it (R3).
type Hit struct {
	Entry    NegativeEntry
	Field    string
	Start    int
	End      int
	Warning  bool
	LiftedBy string
}

// Blocks reports whether the hit stops a submission (R1).
func (h Hit) Blocks() bool { return !h.Warning && h.LiftedBy == "" }

// ResponsibleUnit is 责任单位, which the negative list treats like primary (R2, E1).
const ResponsibleUnit = "responsible_unit"

// Hits holds texts against the negative list (R1, R2, R4, R33, R34). role is what the community is:
// primary or responsible_unit block where another role only warns. Phrases are found whatever
// width, script or spacing hides them. Certificates are only checked by R36 (CertificateHit), rules
// never by phrase.
func Hits(entries []NegativeEntry, texts []Text, role string, emergency bool) []Hit {
	var out []Hit
	for _, t := range texts {
		words := normal.Index(t.Words)
		for _, e := range entries {
			m := modes[e.MatchMode]
			if m.emergency && emergency || !m.text && !(m.title && t.Title) {
				continue
			}
			for _, span := range words.FindAll(e.Phrase) {
				out = append(out, Hit{Entry: e, Field: t.Field, Start: span.Start, End: span.End,
					Warning: m.primary && role != string(Primary) && role != ResponsibleUnit})
			}
		}
	}
	return out
}

// liftable are the phrases a law itself may require (R3).
var liftable = []string{"专人专岗"}

// Cited is an article that an applicant cites, with its text.
type Cited struct {
	Label string // 《未成年人保护法》第四十三条
	Text  string
	Holds bool // in force and verified on the day
	Law   bool // a law or regulation
}

// Lift marks hits that a cited law article itself requires (R3); the override of the check records
// who decided.
func Lift(hits []Hit, cited []Cited) []Hit {
	out := slices.Clone(hits)
	for i := range out {
		if !slices.Contains(liftable, out[i].Entry.Phrase) {
			continue
		}
		for _, c := range cited {
			if c.Holds && c.Law && normal.Contains(c.Text, out[i].Entry.Phrase) {
				out[i].LiftedBy = c.Label
				break
			}
		}
	}
	return out
}

// Blocked reports whether any hit stops the submission.
func Blocked(hits []Hit) bool { return slices.ContainsFunc(hits, Hit.Blocks) }

// CertificateHit finds the forbidden certificate that a request names (R36); a title that holds the
// phrase or is held by it counts, so that 亲属关系 and 亲属关系证明材料 both find 亲属关系证明.
func CertificateHit(entries []NegativeEntry, title string) (NegativeEntry, bool) {
	key := normal.Key(title)
	for _, e := range entries {
		if e.MatchMode == CertificateTitle && (strings.Contains(key, e.PhraseKey) || len([]rune(key)) >= 4 && strings.Contains(e.PhraseKey, key)) {
			return e, true
		}
	}
	return NegativeEntry{}, false
}
