package request

import (
	"fmt"
	"time"
)

// Period is a span of moments: From is in it, Until is not.
type Period struct{ From, Until time.Time }

// FigureScope narrows the rates; the zero scope is the whole street.
type FigureScope struct {
	Unit      int64
	Community string
	Category  string // a code or its beginning
}

// Figure names one number of the rates, which opens its rows.
type Figure string

// The figures.
const (
	FigDispatched Figure = "dispatched"
	FigExcluded   Figure = "excluded"
	FigBase       Figure = "base"
	FigInTime     Figure = "in_time"
	FigValid      Figure = "valid"
	FigSolved     Figure = "solved"
	FigPartly     Figure = "partly"
	FigSatisfied  Figure = "satisfied"
	FigBasically  Figure = "basically"
	FigUnreached  Figure = "unreached"
	FigRelapses   Figure = "relapses"
)

// Figures in the order of pages.
var Figures = []Figure{FigDispatched, FigExcluded, FigBase, FigInTime, FigValid, FigSolved, FigPartly, FigSatisfied, FigBasically, FigUnreached, FigRelapses}

var figureLabels = map[Figure]string{
	FigDispatched: "派出且首次联系期限已过", FigExcluded: "经审批剔除", FigBase: "计入三率", FigInTime: "按时联系", FigValid: "有效回访",
	FigSolved: "解决", FigPartly: "部分解决", FigSatisfied: "满意", FigBasically: "基本满意", FigUnreached: "没有有效回访", FigRelapses: "问题复发",
}

// Label is the figure in 中文.
func (f Figure) Label() string { return figureLabels[f] }

// Rates are the counts behind the three rates (§6.4). A request counts once; one of the same person in
// the same matter does not count (REQ-05).
type Rates struct {
	Dispatched int // dispatched, and its time for the first contact is over
	Excluded   int // approved exclusions among them
	InTime     int // contacted by then
	Valid      int // the last locked callback reached the person, who answered
	Solved     int
	Partly     int // never as solved
	Satisfied  int
	Basically  int
	Unreached  int // counted, without a valid callback: the other side of the coverage
	Relapses   int // same place, same matter within RelapseDays after closing; old answers stay (§6.8, 11)
	Exclusions []ExclusionCount
}

// ExclusionCount is the public count of one reason.
type ExclusionCount struct {
	Reason string
	Count  int
}

var exclusionLabels = map[string]string{
	"duplicate_channel": "其他渠道已重复反映", "beyond_power": "超出街道职权", "malicious": "恶意反复提交",
	"petition_running": "信访程序已在进行", "withdrawn_by_resident": "居民撤回",
}

// Label is the reason in 中文.
func (e ExclusionCount) Label() string { return exclusionLabels[e.Reason] }

// Base is what the response rate and the coverage divide by.
func (r Rates) Base() int { return r.Dispatched - r.Excluded }

// Response is 响应率.
func (r Rates) Response() string { return Percent(r.InTime, r.Base()) }

// Resolution is 解决率.
func (r Rates) Resolution() string { return Percent(r.Solved, r.Valid) }

// Satisfaction is 满意率.
func (r Rates) Satisfaction() string { return Percent(r.Satisfied+r.Basically, r.Valid) }

// Coverage is the share of counted requests with a valid callback; it stands beside the rates.
func (r Rates) Coverage() string { return Percent(r.Valid, r.Base()) }

// Percent is a share with two decimals, rounded half up; nothing out of nothing is 「—」.
func Percent(part, of int) string {
	if of <= 0 {
		return "—"
	}
	hundredths := (int64(part)*20000 + int64(of)) / (2 * int64(of))
	return fmt.Sprintf("%d.%02d%%", hundredths/100, hundredths%100)
}

// RateRow is a request behind a figure.
type RateRow struct {
	No, Title, Category, Community string
	Order                          int64
	OrderNo                        string
	Owner                          string
	DispatchedAt, ContactDue       time.Time
	ContactedAt                    *time.Time
	Exclusion                      string // reason in 中文
	Solved                         Solved
	Satisfied                      Satisfied
	RelapseOf                      string
}
