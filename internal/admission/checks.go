package admission

import (
	"fmt"
	"slices"
	"strings"

	"portal/internal/catalog"
	"portal/internal/workday"
)

// The five checks, in the order 负 重 费 量 期 (ux.md §2.4).
const (
	CheckNegative  = "negative"
	CheckDuplicate = "duplicate"
	CheckFunds     = "funds"
	CheckLoad      = "load"
	CheckAhead     = "ahead"
)

// CheckKinds lists the checks in their order.
var CheckKinds = []string{CheckNegative, CheckDuplicate, CheckFunds, CheckLoad, CheckAhead}

var checkLabels = map[string]string{CheckNegative: "负面清单", CheckDuplicate: "重复采集", CheckFunds: "经费", CheckLoad: "工作量", CheckAhead: "提前申请"}

// CheckLabel is the 中文 name of a check.
func CheckLabel(kind string) string { return checkLabels[kind] }

// Piece is a stretch of a finding; Hit marks words that were found.
type Piece struct {
	Text string `json:"text"`
	Hit  bool   `json:"hit,omitempty"`
}

// Evidence is what a finding rests on; it is stored with it as JSON.
type Evidence struct {
	Pieces    []Piece         `json:"pieces,omitempty"`
	Rules     []string        `json:"rules,omitempty"`    // the rules that speak: R1, R33 …
	Negative  []string        `json:"negative,omitempty"` // codes of entries hit
	Held      []HeldEvidence  `json:"held,omitempty"`
	Fresh     []string        `json:"fresh,omitempty"` // fields that nobody holds
	SameForms []string        `json:"same_forms,omitempty"`
	Loads     []CommunityLoad `json:"loads,omitempty"`
	NeedFen   int64           `json:"need_fen,omitempty"`
	Sum       string          `json:"sum,omitempty"` // the arithmetic in words
	Earliest  string          `json:"earliest,omitempty"`
	Workdays  int             `json:"workdays,omitempty"`
	Missing   int             `json:"missing_year,omitempty"`
}

// HeldEvidence is a field that somebody holds already.
type HeldEvidence struct {
	Name   string `json:"name"`
	Holder string `json:"holder"`
	AsOf   string `json:"as_of,omitempty"`
}

// Result is what one check found.
type Result struct {
	Kind     string
	Result   string // pass, explain or fail
	Headline string // 命中 1 条
	Finding  []Piece
	Evidence Evidence
	Points   []string // ready sentences for 退回补正
}

// Words gives the finding without marks.
func (r Result) Words() string {
	var b strings.Builder
	for _, p := range r.Finding {
		b.WriteString(p.Text)
	}
	return b.String()
}

func (r *Result) says(result, headline, format string, args ...any) {
	r.Result, r.Headline = result, headline
	r.add(format, args...)
}

func (r *Result) add(format string, args ...any) {
	r.Finding = append(r.Finding, Piece{Text: fmt.Sprintf(format, args...)})
}

// worsen sets the graver of two results; its headline stands where the first was only passed.
func (r *Result) worsen(result, headline string) {
	if weight[result] > weight[r.Result] {
		r.Result, r.Headline = result, headline
	}
}

var weight = map[string]int{resultPass: 0, resultExplain: 1, resultFail: 2}

// Facts are what the checks compare a form with.
type Facts struct {
	Ground
	Names     map[string]string // community code → name
	Negatives []catalog.NegativeEntry
	Held      []HeldField
	Reports   []ReportForm
	Fellows   []FellowForm
	Hours     map[string]catalog.Hours
	Cited     []catalog.Cited
	Calendar  *workday.Calendar
}

// Run makes the five checks. It is pure: the same form and facts give the same results.
func Run(f Form, x Facts) []Result {
	return []Result{checkNegative(f, x), checkDuplicate(f, x), checkFunds(f, x), checkLoad(f, x), checkAhead(f, x)}
}

// marks is the short form of the results for lists: p, e or f each, and the first failing headline.
func marks(results []Result) (letters, firstFailing string) {
	for _, r := range results {
		letters += r.Result[:1]
		if r.Result == resultFail && firstFailing == "" {
			firstFailing = r.Headline
		}
	}
	return letters, firstFailing
}

// listed writes names in a row, cut where a sentence would no longer be read.
func listed(names []string, most int) string {
	if len(names) > most {
		return strings.Join(names[:most], "、") + fmt.Sprintf("等 %d 项", len(names))
	}
	return strings.Join(names, "、")
}

// uniq keeps the first of each, in order.
func uniq(all []string) []string {
	var out []string
	for _, s := range all {
		if !slices.Contains(out, s) {
			out = append(out, s)
		}
	}
	return out
}
