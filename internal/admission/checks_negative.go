package admission

import (
	"fmt"
	"strings"

	"portal/internal/catalog"
	"portal/internal/normal"
)

// texts are what the negative list is held against: title, content and steps, names and fields of
// forms (R4). What attachments say is not searched.
func texts(f Form) []catalog.Text {
	return []catalog.Text{{Field: "title", Words: f.Title, Title: true}, {Field: "content", Words: f.Content}, {Field: "authority", Words: f.Authority},
		{Field: "flag_notes", Words: f.FlagNotes}, {Field: "form_name", Words: f.FormName}, {Field: "form_fields", Words: strings.Join(f.FormFields, "\n")}}
}

var textNames = map[string]string{"title": "标题", "content": "工作内容", "authority": "授权内容", "flag_notes": "补充说明", "form_name": "表格名称", "form_fields": "表格字段"}

// hitsOf finds the phrases that stop or warn, with what a cited law lifts (R1–R4, R34).
func hitsOf(f Form, x Facts) []catalog.Hit {
	return catalog.Lift(catalog.Hits(x.Negatives, texts(f), string(f.Role), f.Term == Emergency), x.Cited)
}

// structural are the entries of the negative list that are no phrases: what a form asks for, whatever
// it calls it (E17). They never stop a submission; the street decides.
var structural = []struct {
	rule, result string
	found        func(f Form, x Facts) bool
	says, point  string
}{
	{"R33", resultFail, func(f Form, x Facts) bool {
		return x.entrusts() && (f.HasFlag("inspection") || f.HasFlag("assessment") || f.ItemForm == "inspection" || f.ItemForm == "assessment" ||
			listedAs[f.ListKind] == "inspection")
	}, "单个部门不得自行检查、考核社区，只能列入区里或街道的统一安排（R33）。", "检查、考核并入区里或街道的统一安排，本申请删去"},
	{"R32", resultExplain, func(f Form, _ Facts) bool {
		return f.HasFlag("signboard") || f.ItemForm == "signboard" || listedAs[f.ListKind] == "signboard"
	},
		"要挂牌子：只有清单里的牌子能挂在室外，其余挂室内并写明摘牌日期（R32）。", "写明牌子名称、位置、依据和摘牌日期"},
	{"R35", resultExplain, func(f Form, _ Facts) bool {
		return f.HasFlag("system") || f.HasFlag("group") || f.ItemForm == "system" || listedAs[f.ListKind] == "system"
	}, "要用系统或者建群：先登记归谁管、做什么用、用到哪天（R35）。", "登记系统或工作群的主管单位、用途和停用日期"},
	{"E15", resultExplain, func(f Form, _ Facts) bool {
		return normal.Contains(f.Content, "自愿") && (len(f.FormFields) > 0 || f.HasFlag("assessment"))
	}, "写了自愿参加，又要登记参加情况，按报表对待（E15）。", "自愿参加的，不登记、不统计参加情况"},
}

func checkNegative(f Form, x Facts) Result {
	r := Result{Kind: CheckNegative, Result: resultPass, Headline: "没有命中"}
	blocking := readHits(&r, f, x)
	for _, s := range structural {
		if !s.found(f, x) {
			continue
		}
		if s.result == resultFail {
			blocking++
		}
		r.worsen(s.result, "")
		r.add("%s", s.says)
		r.Points = append(r.Points, s.point)
		r.Evidence.Rules = append(r.Evidence.Rules, s.rule)
	}
	if entry, hit := catalog.CertificateHit(x.Negatives, f.Title); hit && f.ItemForm == "certificate" {
		blocking++
		r.worsen(resultFail, "")
		r.add("“%s”在不应出具的证明里：%s（%s，R36）。", entry.Phrase, entry.Description, entry.Source)
		r.Points = append(r.Points, "“"+entry.Phrase+"”社区不应出具，改由有权单位核实")
		r.Evidence.Negative, r.Evidence.Rules = append(r.Evidence.Negative, entry.Code), append(r.Evidence.Rules, "R36")
	}
	switch {
	case blocking > 0:
		r.Headline = fmt.Sprintf("命中 %d 条", blocking)
	case r.Result == resultExplain:
		r.Headline = "有提示"
	default:
		r.add("标题、内容和表格里没有负面清单的说法。附件不在检索范围内。")
	}
	r.Points, r.Evidence.Pieces = uniq(r.Points), r.Finding
	return r
}

// readHits writes each phrase that was found and counts the entries that block.
func readHits(r *Result, f Form, x Facts) int {
	words := map[string]string{}
	for _, t := range texts(f) {
		words[t.Field] = t.Words
	}
	seen, counted := map[string]bool{}, map[string]bool{}
	for _, h := range hitsOf(f, x) {
		once := h.Field + h.Entry.Code
		if seen[once] {
			continue
		}
		seen[once] = true
		r.Finding = append(r.Finding, around(words[h.Field], h)...)
		r.Evidence.Negative = append(r.Evidence.Negative, h.Entry.Code)
		switch {
		case h.LiftedBy != "":
			r.worsen(resultExplain, "")
			r.add("%s本身要求这样做，不算命中（R3）。", h.LiftedBy)
			r.Evidence.Rules = append(r.Evidence.Rules, "R3")
		case h.Warning:
			r.worsen(resultExplain, "")
			r.add("社区只是协助，可以；不得作为责任主体（%s，R2）。", h.Entry.Code)
			r.Evidence.Rules = append(r.Evidence.Rules, "R2")
		default:
			r.worsen(resultFail, "")
			counted[h.Entry.Code] = true
			r.add("触及 %s：%s。出处：%s。", h.Entry.Code, h.Entry.Description, h.Entry.Source)
			r.Points = append(r.Points, fmt.Sprintf("删去%s里的“%s”：%s", textNames[h.Field], h.Entry.Phrase, h.Entry.Description))
			r.Evidence.Rules = append(r.Evidence.Rules, "R1")
		}
	}
	r.Evidence.Negative, r.Evidence.Rules = uniq(r.Evidence.Negative), uniq(r.Evidence.Rules)
	return len(counted)
}

// around quotes the words that were found with a little of what stands beside them.
func around(words string, h catalog.Hit) []Piece {
	const beside = 8
	rs := []rune(words)
	from, to := max(0, h.Start-beside), min(len(rs), h.End+beside)
	flat := strings.NewReplacer("\n", " ")
	return []Piece{{Text: textNames[h.Field] + "写有“" + flat.Replace(string(rs[from:h.Start]))}, {Text: string(rs[h.Start:h.End]), Hit: true},
		{Text: flat.Replace(string(rs[h.End:to])) + "”，"}}
}
