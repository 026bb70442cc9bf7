package admission

import (
	"slices"
	"strings"

	"portal/internal/legal"
	"portal/internal/normal"
)

// Judged is a cited basis with what it is worth on the day of submission (R8: the version of that day).
type Judged struct {
	Basis
	Title    string // of the document; "" outside the register
	Article  string // 第四十三条
	Kind     legal.DocKind
	Status   legal.BasisStatus // "" outside the register
	Found    bool              // in the register
	Foreign  bool              // a rule of another place
	CatchAll bool              // a general clause that names no task (R56)
	Text     string
	Heir     string // 《…》第十条, offered when the cited version is gone (R8)
	HeirTo   Basis  // what one press takes over
}

// Label is the citation in words.
func (j Judged) Label() string {
	if !j.Found {
		return j.Citation
	}
	return "《" + j.Title + "》" + j.Article
}

// gone are the states in which a cited version no longer carries a submission.
var gone = map[legal.BasisStatus]string{
	legal.BasisRenumbered: "条文号已变", legal.BasisSuperseded: "已被修订", legal.BasisRepealed: "已失效", legal.BasisNotYet: "还没有施行",
}

// Gone says why the citation cannot carry a submission on the day, or "" (R8, R51).
func (j Judged) Gone() string { return gone[j.Status] }

// lawful reports a law or regulation that reaches this place and holds on the day. One whose state
// nobody has verified counts here: it is shown as 待核实 on every view (R56) and the reviewer settles it.
func (j Judged) lawful() bool {
	return j.Found && !j.Foreign && j.Kind.IsLawOrRegulation() && (j.Status == legal.BasisInForce || j.Status == legal.BasisUnverified)
}

// orders are words that are no basis by themselves (§4 field 6).
var orders = []string{"会议要求", "会议精神", "会议纪要", "会议部署", "领导批示", "领导要求", "领导指示", "上级要求", "口头", "电话通知", "工作需要"}

// order reports a free citation that names no more than an order.
func (j Judged) order() bool {
	key := normal.Key(j.Citation)
	return j.DocKey == "" && slices.ContainsFunc(orders, func(o string) bool { return strings.Contains(key, o) }) && !strings.Contains(key, "号")
}

// names reports a free citation that names a document: its title in 书名号, its number or its article.
func (j Judged) names() bool {
	return size(j.Citation) >= minWords && strings.ContainsAny(normal.Key(j.Citation), "《号条")
}

// basisMissing is the first half of R7: document, article or number, and date.
func basisMissing(_ Form, g Ground) string {
	if len(g.Bases) == 0 {
		return "至少写一条依据：文件名称、条文或文号、版本日期（R7）"
	}
	onlyOrders := true
	for _, b := range g.Bases {
		onlyOrders = onlyOrders && b.order()
		switch {
		case b.DocKey == "" && !b.order() && (!b.names() || b.VersionDate.IsZero()):
			return "“" + b.Label() + "”要写明文件名称、文号和成文日期（R7）"
		case b.Found && b.Kind.IsLawOrRegulation() && b.ArticleNo == "":
			return "写明" + b.Label() + "的哪一条（R7）"
		}
	}
	return unless(!onlyOrders, "会议要求、领导批示不能单独作依据，请引法律、法规或者有文号的文件（R7）")
}

// basisGone is R8: what no longer holds on the day of submission fails, and its successor is offered.
func basisGone(_ Form, g Ground) string {
	var all []string
	for _, b := range g.Bases {
		switch why := b.Gone(); {
		case why == "":
		case b.Heir != "":
			all = append(all, b.Label()+why+"，请改引"+b.Heir+"（R8）")
		case b.Status == legal.BasisNotYet:
			all = append(all, b.Label()+why+"，请改引现在有效的规定（R8）")
		default:
			all = append(all, b.Label()+why+"，没有承接的条文，不能再作依据（R8）")
		}
	}
	return strings.Join(all, "；")
}

// basisTooWeak is the second half of R7: rules of another place carry nothing here, and a department needs at least one law or regulation
// (第四十三条第二款); a policy alone is enough for the district government and the street. The street may set
// the looser reading of 符合, under which a policy of this place will do for a department too.
func basisTooWeak(_ Form, g Ground) string {
	if !slices.ContainsFunc(g.Bases, func(b Judged) bool { return !b.Foreign && !b.order() }) {
		return "外地的规定不能作本地的依据，请引国家或者本地的规定（R7）"
	}
	if !g.entrusts() || !g.Values.StrictBasis || slices.ContainsFunc(g.Bases, Judged.lawful) {
		return ""
	}
	return "部门申请，至少要有一条有效的法律、法规，只有文件不够（第四十三条第二款，R7）"
}

// basisCatchAll is R56: a general clause names no task, so it cannot be the only basis.
func basisCatchAll(_ Form, g Ground) string {
	other := slices.ContainsFunc(g.Bases, func(b Judged) bool { return !b.CatchAll && !b.order() })
	return unless(len(g.Bases) == 0 || other, "总括条款没有写明具体工作，不能单独作依据（R56）。再引一条写明这件事的")
}
