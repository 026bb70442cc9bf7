package admission

import (
	"fmt"
	"slices"

	"portal/internal/normal"
)

// fellowDays is how far back the same survey of another department counts as the same month (E24).
const fellowDays = 31

// checkDuplicate compares fields and rhythm, never names (R30, E17): from the set share on, the form
// is a duplicate. R29, R31 and E24 only ask for a word.
func checkDuplicate(f Form, x Facts) Result {
	r := Result{Kind: CheckDuplicate, Result: resultPass, Headline: "不填表"}
	fields := uniqueFields(f.FormFields)
	if len(fields) == 0 {
		r.add("这件事不要社区填表。")
		return r
	}
	readHeld(&r, fields, x)
	known, total := len(r.Evidence.Held), len(fields)
	r.Headline = fmt.Sprintf("%d / %d 个字段", known, total)
	share := known * 100 / total
	switch {
	case share >= x.Values.DuplicateShare:
		r.Result = resultFail
		r.add("%d 个字段里 %d 个已有数据，重合 %d%%，过了 %d%% 的线，应预填或者退回（R30）：%s。", total, known, share, x.Values.DuplicateShare, heldWords(r.Evidence.Held))
		if known == total {
			r.Points = append(r.Points, "全部字段改用已有数据，不再填表")
			break
		}
		r.Points = append(r.Points, fmt.Sprintf("%d 个重复字段改用已有数据，只采集其余 %d 个", known, total-known))
	case known > 0:
		r.Result = resultExplain
		r.add("%d 个字段里 %d 个已有数据，可以预填：%s。", total, known, heldWords(r.Evidence.Held))
		r.Points = append(r.Points, fmt.Sprintf("%d 个重复字段改用已有数据", known))
	default:
		r.Headline = "没有重合"
		r.add("%d 个字段都没有现成数据。", total)
	}
	if len(r.Evidence.Fresh) > 0 && known > 0 {
		r.add("真正新增 %d 个：%s。", len(r.Evidence.Fresh), listed(r.Evidence.Fresh, 6))
	}
	for _, say := range []func(*Result, Form, Facts, []string){sayOwnReport, sayAssistForm, sayFellow} {
		say(&r, f, x, fields)
	}
	return r
}

func uniqueFields(names []string) []string {
	var out, keys []string
	for _, n := range names {
		if k := normal.Key(n); k != "" && !slices.Contains(keys, k) {
			keys, out = append(keys, k), append(out, n)
		}
	}
	return out
}

// readHeld finds each field in the data dictionary, or in a form that communities fill already.
func readHeld(r *Result, fields []string, x Facts) {
	held := map[string]HeldEvidence{}
	for _, form := range x.Reports {
		same := 0
		for _, name := range uniqueFields(form.Fields) {
			held[normal.Key(name)] = HeldEvidence{Holder: form.Unit + "“" + form.Name + "”"}
			if slices.ContainsFunc(fields, func(f string) bool { return normal.Key(f) == normal.Key(name) }) {
				same++
			}
		}
		if same > 1 && same*2 >= min(len(fields), len(form.Fields)) {
			r.Evidence.SameForms = append(r.Evidence.SameForms, fmt.Sprintf("%s“%s”（%s，%d 个字段相同）", form.Unit, form.Name, form.Frequency.Label(), same))
		}
	}
	for _, h := range x.Held {
		held[h.NameKey] = HeldEvidence{Holder: h.Holder, AsOf: h.AsOf.String()}
	}
	for _, name := range fields {
		h, ok := held[normal.Key(name)]
		if !ok {
			r.Evidence.Fresh = append(r.Evidence.Fresh, name)
			continue
		}
		h.Name = name
		r.Evidence.Held = append(r.Evidence.Held, h)
	}
}

func heldWords(held []HeldEvidence) string {
	var words []string
	for _, h := range held {
		w := h.Name + "（" + h.Holder
		if h.AsOf != "" {
			w += "，截至 " + h.AsOf
		}
		words = append(words, w+"）")
	}
	return listed(words, 5)
}

// sayOwnReport is E17 for what communities fill already, and R29: a department's second recurring
// report asks to be merged.
func sayOwnReport(r *Result, f Form, x Facts, _ []string) {
	if len(r.Evidence.SameForms) > 0 {
		r.worsen(resultExplain, r.Headline)
		r.add("社区已经在填：%s。", listed(r.Evidence.SameForms, 3))
	}
	own := 0
	for _, form := range x.Reports {
		if form.UnitID == x.Unit.ID && form.Frequency != "once" {
			own++
		}
	}
	if f.FormFrequency != "once" && own >= x.Values.ReportsPerUnit && own > 0 {
		r.worsen(resultExplain, r.Headline)
		r.add("本单位在社区已有 %d 张定期报表，规定最多 %d 张，应合并（R29）。", own, x.Values.ReportsPerUnit)
		r.Points = append(r.Points, "与本单位已有的定期报表合并")
		r.Evidence.Rules = append(r.Evidence.Rules, "R29")
	}
}

// sayAssistForm is R31: a form on an assist item needs the street's own decision.
func sayAssistForm(r *Result, f Form, _ Facts, _ []string) {
	if f.ListKind == assistKind {
		r.worsen(resultExplain, r.Headline)
		r.add("协助政府的事项原则上不填表，要填须街道研究同意（R31）。")
		r.Points = append(r.Points, "协助事项取消填表，由申请单位自己登记")
		r.Evidence.Rules = append(r.Evidence.Rules, "R31")
	}
}

// sayFellow is E24: two departments that ask for the same within a month are asked to go together;
// who came first does not win.
func sayFellow(r *Result, _ Form, x Facts, fields []string) {
	var units, titles []string
	for _, other := range x.Fellows {
		same := 0
		for _, name := range uniqueFields(other.Fields) {
			if slices.ContainsFunc(fields, func(f string) bool { return normal.Key(f) == normal.Key(name) }) {
				same++
			}
		}
		if same*2 >= len(fields) {
			units, titles = append(units, other.Unit), append(titles, "“"+other.Title+"”")
		}
	}
	if units = uniq(units); len(units) == 0 {
		return
	}
	r.worsen(resultExplain, r.Headline)
	r.add("一个月内%s也申请了字段相近的%s，建议联合开展（E24）。", listed(units, 3), listed(titles, 2))
	r.Points = append(r.Points, "与"+listed(units, 3)+"联合开展，只填一次")
	r.Evidence.Rules = append(r.Evidence.Rules, "E24")
}
