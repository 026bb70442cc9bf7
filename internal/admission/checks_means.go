package admission

import (
	"fmt"
	"math"
	"strings"

	"portal/internal/workday"
)

// MonthlyHours is what one community spends in a month of the item: the same figure that the lists
// show once the item is admitted.
func (f Form) MonthlyHours() float64 {
	times := yearly(f)
	if times == nil || f.HoursPerOccurrence == nil {
		return 0
	}
	return *times * *f.HoursPerOccurrence / 12
}

// TotalHours is what all communities spend together over the item's life, at most a year of it.
func (f Form) TotalHours() float64 {
	one := f.MonthlyHours() * 12
	if !f.StartOn.IsZero() && !f.EndOn.IsZero() {
		one = f.MonthlyHours() * float64(months(f.StartOn, f.EndOn))
	}
	return math.Round(one*float64(len(f.Communities))*100) / 100
}

// NeedFen is what the work costs at the street's hourly price, exact to the fen for hours of two
// decimals; beyond mostHours no form is handed in.
func (f Form) NeedFen(priceFen int64) int64 {
	hundredths := int64(math.Round(min(f.TotalHours(), mostHours) * 100))
	return (hundredths*priceFen + 50) / 100
}

// Estimate is the work and the money of a form, for its pages.
type Estimate struct {
	Hours, Monthly    float64
	NeedFen, PriceFen int64
	Ready             bool // work and communities are filled in
}

func estimate(f Form, priceFen int64) Estimate {
	e := Estimate{Hours: f.TotalHours(), Monthly: f.MonthlyHours(), NeedFen: f.NeedFen(priceFen), PriceFen: priceFen}
	e.Ready = e.Hours > 0
	return e
}

// checkFunds computes hours × price and invents nothing (第四十三条: who asks or entrusts pays). A
// shortfall fails, also with a reason; only the district government and the street may bring
// conditions in kind instead of money, which then has to be explained.
func checkFunds(f Form, x Facts) Result {
	r := Result{Kind: CheckFunds, Evidence: Evidence{Rules: []string{"R54"}}}
	e := estimate(f, x.Values.HourPriceFen)
	r.Evidence.NeedFen = e.NeedFen
	r.Evidence.Sum = fmt.Sprintf("%s 小时 × %s 元 = %s 元", hours(e.Hours), money(e.PriceFen), money(e.NeedFen))
	switch {
	case f.FundsFen == nil || !e.Ready:
		r.says(resultExplain, "还没填", "填了工作量、社区和经费，才能按每小时 %s 元测算。", money(e.PriceFen))
	case *f.FundsFen >= e.NeedFen:
		r.says(resultPass, money(*f.FundsFen)+" 元", "申报 %s 元，不低于测算的 %s 元（%s）。", money(*f.FundsFen), money(e.NeedFen), r.Evidence.Sum)
	case *f.FundsFen == 0 && !x.entrusts() && size(f.FundsReason) >= minWords:
		r.says(resultExplain, "没有经费", "按街道标准测算应为 %s 元（%s）。由区里或街道提供条件，说明是：%s", money(e.NeedFen), r.Evidence.Sum, f.FundsReason)
		r.Points = []string{"写明提供哪些条件代替经费 " + money(e.NeedFen) + " 元"}
	default:
		r.says(resultFail, "缺 "+money(e.NeedFen-*f.FundsFen)+" 元", "申报 %s 元。按街道标准测算应随事项拨付 %s 元（%s）。", money(*f.FundsFen), money(e.NeedFen), r.Evidence.Sum)
		if f.FundsReason != "" {
			r.add("申请单位说明：%s", f.FundsReason)
		}
		r.Points = []string{"随事项拨付经费 " + money(e.NeedFen) + " 元"}
	}
	return r
}

// checkLoad lays the item over what each community carries already in a month. Over the ceiling it
// asks which item leaves or waits (进一退一); it never fails by itself.
func checkLoad(f Form, x Facts) Result {
	r := Result{Kind: CheckLoad, Evidence: Evidence{Loads: layered(f, x)}}
	e := estimate(f, x.Values.HourPriceFen)
	if !e.Ready {
		r.says(resultExplain, "还没填", "填了次数、小时和社区，才能和社区已有的工作量比较。")
		return r
	}
	var over []string
	for _, l := range r.Evidence.Loads {
		if l.Planned+l.Added > l.Ceiling+0.05 {
			over = append(over, fmt.Sprintf("%s（%s + %s，上限 %s）", l.Name, hours(l.Planned), hours(l.Added), hours(l.Ceiling)))
		}
	}
	total := fmt.Sprintf("共 %s 小时，每个社区每月 %s 小时。", hours(e.Hours), hours(e.Monthly))
	if len(over) == 0 {
		r.says(resultPass, "没有超上限", "%s叠加后都在每月上限以内。", total)
		return r
	}
	r.says(resultExplain, fmt.Sprintf("%d 个社区超上限", len(over)), "%s叠加后超过每月上限：%s。要说明哪件事退出或者错开（进一退一）。", total, listed(over, 6))
	r.Points = []string{"错开时间，或者写明哪件事退出：" + listed(names(r.Evidence.Loads), 6)}
	return r
}

// layered lays the item over what each community carries already, against its ceiling.
func layered(f Form, x Facts) []CommunityLoad {
	var out []CommunityLoad
	for _, code := range f.Communities {
		h := x.Hours[code]
		out = append(out, CommunityLoad{Code: code, Name: x.Names[code], Planned: h.Hours, Added: f.MonthlyHours(), Ceiling: h.Capacity * float64(x.Values.CeilingShare) / 100})
	}
	return out
}

func names(loads []CommunityLoad) []string {
	var out []string
	for _, l := range loads {
		if l.Planned+l.Added > l.Ceiling+0.05 {
			out = append(out, l.Name)
		}
	}
	return out
}

// checkAhead counts the working days from today to the start (R9, R10). A count that enters a year
// whose calendar is not published asks for an explanation and never fails.
func checkAhead(f Form, x Facts) Result {
	r := Result{Kind: CheckAhead, Evidence: Evidence{Rules: []string{"R9", "R10"}}}
	ask := x.Values.ApplyAhead
	switch {
	case f.Term == Emergency:
		r.says(resultPass, "应急", "应急事项不要求提前（R9）。")
		return r
	case f.StartOn.IsZero():
		r.says(resultExplain, "还没填", "要求提前 %d 个工作日申请（R9）。", ask)
		return r
	}
	tally := workday.Between(x.Calendar, x.Today, f.StartOn)
	earliest := workday.Count(x.Calendar, x.Today, ask)
	tally.Counted = max(0, tally.Counted) // a start in the past is no lead
	r.Evidence.Workdays, r.Evidence.Earliest, r.Evidence.Missing = tally.Counted, earliest.Due.String(), earliest.MissingYear
	later := "开始日期推迟到 " + earliest.Due.Chinese() + " 或以后"
	switch {
	case earliest.Complete && !f.StartOn.Before(earliest.Due):
		r.says(resultPass, fmt.Sprintf("提前 %d 个工作日", tally.Counted), "要求提前 %d 个工作日（R9）。", ask)
		if !tally.Complete {
			r.Headline = fmt.Sprintf("至少提前 %d 个工作日", tally.Counted)
		}
	case !earliest.Complete:
		until := fmt.Sprintf("%d 年底", earliest.MissingYear-1)
		if tally.Complete {
			until = f.StartOn.Chinese()
		}
		r.says(resultExplain, fmt.Sprintf("已数到 %d 个工作日", tally.Counted), "%s。到%s已数 %d 个工作日，要求 %d 个，不作推算（R10）。",
			earliest.Sentence(), until, tally.Counted, ask)
		if size(f.EarlyReason) > 0 {
			r.add("申请单位说明：%s", f.EarlyReason)
		}
		r.Points = []string{"放假安排公布后核对开始日期"}
	case size(f.EarlyReason) >= minWords:
		r.says(resultExplain, fmt.Sprintf("只提前 %d 个工作日", tally.Counted), "要求提前 %d 个工作日，最早 %s 开始（R9）。申请单位说明：%s", ask, earliest.Due.Chinese(), f.EarlyReason)
		r.Points = []string{later}
	default:
		r.says(resultFail, fmt.Sprintf("只提前 %d 个工作日", tally.Counted), "要求提前 %d 个工作日，今天提交最早 %s 开始（R9）。要早开始，写明原因，或者按应急登记。", ask, earliest.Due.Chinese())
		r.Points = []string{later}
	}
	return r
}

// hours writes hours with up to two decimals, so that the arithmetic shown is the one that was made.
func hours(h float64) string {
	return strings.TrimSuffix(strings.TrimRight(fmt.Sprintf("%.2f", h), "0"), ".")
}

// money writes 分 as 元 with thousands: 1518000 is 15,180.
func money(fen int64) string {
	whole := fmt.Sprint(fen / 100)
	for i := len(whole) - 3; i > 0; i -= 3 {
		whole = whole[:i] + "," + whole[i:]
	}
	if fen%100 != 0 {
		whole += fmt.Sprintf(".%02d", fen%100)
	}
	return whole
}
