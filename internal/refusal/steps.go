package refusal

import (
	"fmt"

	"portal/internal/legal"
	"portal/internal/place"
)

// readingDuty stands beside every finding of step 2: the law does not say 拒绝 (§5 step 2, [D]).
const readingDuty = "条件不具备就没有先接下来的义务，是本项目对法律的理解；法律没有写居委会可以拒绝"

func cited(b Book, r ref, a Ask) *Citation {
	c := b.at(r, a.AskedOn)
	return &c
}

// citedNow opens an article on the day of the answer: what governs money and publication of work
// that is done from then on (E31).
func citedNow(b Book, r ref, a Ask) *Citation {
	c := b.at(r, a.AnsweredOn)
	return &c
}

// lawOf chooses between the law for residents' committees and the one for villages (E29).
func (a Ask) lawOf(city, village ref) ref {
	if a.Village {
		return village
	}
	return city
}

// stepDate is step 0: the version is chosen by the day of the request.
func stepDate(a Ask, b Book) []Ground {
	day := a.AskedOn.Chinese()
	if !a.AskedOn.Before(Revision) {
		g := Ground{Step: 0, Citation: cited(b, a.lawOf(refAssist, refVillageAssist), a),
			Finding: "要求提出于" + day + "，适用 2026年1月1日起施行的文本。全国的法律没有规定同意程序，也没有规定清单和拒绝"}
		return []Ground{g}
	}
	var out []Ground
	switch {
	case a.Village:
		out = append(out, Ground{Step: 0, Outcome: ToStreet, Citation: cited(b, refVillageOldPay, a),
			Finding: "要求提出于" + day + "，适用当时的村民委员会组织法：部门委托村委会办事需要经费的，由委托部门承担",
			Letter:  "该要求提出时，部门委托开展工作需要经费的，由委托部门承担"})
	case a.seen() == government:
		out = append(out, Ground{Step: 0, Outcome: ToStreet, Citation: cited(b, refOldTask, a),
			Finding: "要求提出于" + day + "，适用 2018 年文本。旧法第二十条约束的是部门；区政府和街道要协助的，依第三条",
			Letter:  "该要求提出时，居民委员会的任务按当时的法律确定"})
	default:
		finding := "要求提出于" + day + "，适用 2018 年文本。部门要居委会协助，应当经区政府或者街道同意并统一安排；目前没有看到同意"
		letter := "部门需要居民委员会协助的工作，应当经区人民政府或者街道办事处同意并统一安排；我社区没有收到统一安排的通知"
		if a.Consent {
			finding = "要求提出于" + day + "，适用 2018 年文本。部门要居委会协助，应当经区政府或者街道同意并统一安排；对方说已经同意，由街道统一安排"
			letter = "部门需要居民委员会协助的工作，应当经区人民政府或者街道办事处同意并统一安排；请街道办理统一安排"
		}
		out = append(out, Ground{Step: 0, Outcome: ToStreet, Citation: cited(b, refGate, a), Finding: finding, Letter: letter})
	}
	if !a.AnsweredOn.Before(Revision) {
		out = append(out, Ground{Step: 0, Citation: citedNow(b, a.lawOf(refFunds, refVillageFunds), a),
			Finding: "答复已在 2026 年：要求本身按当时的法律判断，2026年1月1日以后做的部分，经费按新法，协助情况按新法公布",
			Letter:  "2026年1月1日以后实际开展的部分，所需经费和条件按照现行法律由提出要求的一方提供"})
		if !a.Village {
			out = append(out, Ground{Step: 0, Citation: citedNow(b, refPublish, a), Finding: "2026年1月1日以后协助政府开展工作的情况，公布不少于十五日"})
		}
	}
	return out
}

// dutyRow is one line of the table of step 1: the first that applies explains the article.
type dutyRow struct {
	when    func(d Duty) bool
	finding string
	reading string
}

var dutyRows = []dutyRow{
	{func(d Duty) bool { return d.Fit == FitUnrelated }, "和要求的事没有关系，不能当依据", ""},
	{func(d Duty) bool { return !d.Here }, "是外地的规定，在本街道没有效力", ""},
	{func(d Duty) bool { return !d.Kind.IsLawOrRegulation() }, "是政策文件，不是法律、法规；不能单独让居委会承担义务", ""},
	{func(d Duty) bool { return d.Basis == legal.BasisNotYet }, "当天还没有施行", ""},
	{func(d Duty) bool { return d.Basis == legal.BasisRepealed }, "当天已经废止", ""},
	{func(d Duty) bool { return d.Basis == legal.BasisSuperseded || d.Basis == legal.BasisRenumbered }, "当天已被新的条文取代", ""},
	{func(d Duty) bool { return d.Reading == legal.CatchAll }, "是总括条款，没有写明具体工作，不能单独当依据（R56）", "是否总括条款为本项目判断"},
	{func(d Duty) bool { return d.Reading == legal.Encourage }, "写的是鼓励、可以，不是必须办", "是否强制为本项目判断"},
	{func(d Duty) bool { return d.Reading == legal.Power }, "没有给居委会规定要办的工作", "条文性质为本项目判断"},
	{func(d Duty) bool { return d.Reading == "" }, "还没有人判断它是不是居委会的法定义务，请合法性审核岗核对", "未判断的条文不作为必须办理的依据"},
	{func(d Duty) bool { return d.Basis != legal.BasisInForce }, "现在的效力没有核实，不能当必须办理的依据（R53）", "未核实的依据不作为必须办理的依据"},
	{func(d Duty) bool { return d.Fit == FitBeyond }, "直接规定居委会办这件事；超出这一条的部分另行判断", "规定了义务为本项目判断"},
	{func(Duty) bool { return true }, "直接规定居委会办这件事", "规定了义务为本项目判断"},
}

// stepDuty is step 1: does a law or regulation in force itself put the act on the committee?
func stepDuty(a Ask, b Book) []Ground {
	var out []Ground
	anyMust := false
	for _, d := range a.Duties {
		c := d.Citation
		g := Ground{Step: 1, Citation: &c}
		for _, r := range dutyRows {
			if r.when(d) {
				g.Finding, g.Reading = c.Full()+r.finding, r.reading
				break
			}
		}
		if d.Must() {
			anyMust = true
			g.Outcome, g.Acts = MustDo, []Kind{Claim}
			g.Letter = "直接规定居民委员会办理该项工作，我社区依照规定办理"
		} else if d.Cited {
			g.Reason = BasisMismatch
		}
		out = append(out, g)
		if d.Today != nil {
			out = append(out, Ground{Step: 1, Citation: d.Today, Acts: []Kind{Claim}, Finding: "这一条后来由" + d.Today.Full() + "承接", Letter: "上述规定现由本条承接"})
		}
	}
	switch {
	case anyMust && !a.AnsweredOn.Before(Revision):
		out = append(out, Ground{Step: 1, Citation: citedNow(b, a.lawOf(refCorrect, refVillageCorrect), a),
			Finding: "法定义务不办的，由区政府或者街道责令改正"})
	case len(a.Duties) == 0 && a.BasisWords != "":
		out = append(out, Ground{Step: 1, Finding: "对方说的依据“" + a.BasisWords + "”在法规目录里没有找到，不能当必须办理的依据", Reason: BasisMismatch})
	case len(a.Duties) == 0:
		out = append(out, Ground{Step: 1, Finding: "对方没有说依据哪部法律、法规，也没有认定是清单里的哪一项"})
	}
	return out
}

// stepList says how the task stands to the lists (R20, R21).
func stepList(a Ask, _ Book) []Ground {
	it := a.Item
	switch {
	case it == nil:
		return []Ground{{Step: 1, Finding: "当天的清单里没有认定为同一件事的事项，按清单外任务处理（R21）", Reason: NotAdmitted}}
	case !it.Serves:
		return []Ground{{Step: 1, Finding: fmt.Sprintf("列在“%s”：%s %s。这份清单没有让社区承接", it.List, it.Code, it.Title), Reason: NotAdmitted}}
	case !it.InScope:
		return []Ground{{Step: 1, Finding: fmt.Sprintf("清单事项 %s %s 不包括本社区", it.Code, it.Title), Reason: OutOfScope}}
	case !it.OnDates:
		return []Ground{{Step: 1, Finding: fmt.Sprintf("清单事项 %s %s 当天不在起止日期内", it.Code, it.Title), Reason: OutOfPeriod}}
	case !a.listed():
		return []Ground{{Step: 1, Finding: fmt.Sprintf("清单里有 %s %s，但要求超出清单允许的做法，超出部分按清单外处理", it.Code, it.Title), Reason: WrongPrimary}}
	}
	return []Ground{{Step: 1, Outcome: Listed, Finding: fmt.Sprintf("是清单事项：%s %s（%s），当天在本社区有效", it.Code, it.Title, it.List),
		Letter: fmt.Sprintf("该工作属于清单事项 %s“%s”，我社区按清单办理", it.Code, it.Title), Acts: []Kind{Claim}}}
}

// claimFunds is what is owed to a community that does the work: by a government first paragraph, by
// a department second paragraph of 第四十三条.
func claimFunds(a Ask, b Book) []Ground {
	g := Ground{Step: 2, Citation: citedNow(b, a.lawOf(refFunds, refVillageFunds), a), Acts: []Kind{Claim}, Reason: NoFunds}
	if a.AnsweredOn.Before(Revision) {
		return nil // the text of 2018 has no such article
	}
	switch {
	case a.paid():
		g.Finding = "对方说了经费由自己出；经费和条件到位前，可以书面要求落实"
	case a.seen() == government:
		g.Finding = "区政府和街道需要居委会协助的，应当提供必要的经费和条件；现在没有落实"
	default:
		g.Finding = "部门委托的事项，经费由委托部门承担；区政府和街道也应当提供必要的经费和条件。现在没有落实"
	}
	g.Letter = "需要居民委员会协助开展工作的，应当提供必要的经费和条件；部门委托的事项，所需经费由委托部门承担"
	return []Ground{g}
}

// condition is one line of the table of step 2.
type condition struct {
	who     func(a Ask) bool
	when    func(a Ask) bool
	ref     func(a Ask) ref
	finding string
	letter  string
	reading string
	reason  Reason
}

func entrusts(a Ask) bool        { return a.seen() == department }
func asksAsGov(a Ask) bool       { return a.seen() == government }
func anybody(Ask) bool           { return true }
func funds(a Ask) ref            { return a.lawOf(refFunds, refVillageFunds) }
func always(r ref) func(Ask) ref { return func(Ask) ref { return r } }

var conditions = []condition{
	{entrusts, func(a Ask) bool { return !a.conforms() }, funds,
		"部门委托的事项应当符合法律、法规规定。现在没有看到能支持这件事的现行法律、法规",
		"有关部门委托居民委员会协助开展工作的事项，应当符合法律、法规规定；目前没有收到能够支持该事项的现行法律、法规依据",
		readingDuty, BasisMismatch},
	{entrusts, func(a Ask) bool { return a.Payer == PayerOther }, funds,
		"部门委托的事项，经费由委托部门承担。对方让别的单位或者社区出钱（R54）",
		"所需经费由委托部门承担，不能转由他人承担", readingDuty, NoFunds},
	{entrusts, func(a Ask) bool { return !a.paid() && a.Payer != PayerOther }, funds,
		"部门委托的事项，经费由委托部门承担。对方没有说经费由谁出",
		"所需经费由委托部门承担；目前没有收到经费安排", readingDuty, NoFunds},
	{asksAsGov, func(a Ask) bool { return !a.paid() }, funds,
		"区政府和街道可以要求协助，但应当提供必要的经费和条件。现在没有落实",
		"需要居民委员会协助开展工作的，应当提供必要的经费和条件；目前没有收到安排", readingDuty, NoFunds},
	{anybody, func(a Ask) bool { return a.Primary }, always(refRelief),
		"要求社区当责任主体或者执法。居委会没有执法权，协助政府的工作由政府负责",
		"居民委员会没有执法权，协助开展工作不能作为责任主体", "政策文件只读到节选，条文未收录", WrongPrimary},
	{anybody, func(a Ask) bool { return a.Certificate && !a.Item.Fits() }, always(refForms),
		"要求开的证明不在可出具的清单里，没有依据的证明不开", "没有法律、法规依据又不在保留清单内的证明，不由居民委员会出具",
		"政策文件只读到节选，条文未收录", NotAdmitted},
}

// stepAsker is step 2: who asks, and are the conditions of 第四十三条 met? Before the revision that
// article did not exist; then only what is not law of 2025 is asked.
func stepAsker(a Ask, b Book) []Ground {
	old := a.AskedOn.Before(Revision)
	var out []Ground
	if !old {
		out = append(out, whoAsks(a, b))
	}
	for _, c := range conditions {
		r := c.ref(a)
		if !c.who(a) || !c.when(a) || old && (r == refFunds || r == refVillageFunds) {
			continue
		}
		out = append(out, Ground{Step: 2, Outcome: ToStreet, Citation: cited(b, r, a), Finding: c.finding, Letter: c.letter, Reading: c.reading, Reason: c.reason})
	}
	for _, n := range a.Negatives {
		out = append(out, Ground{Step: 2, Outcome: ToStreet, Reason: NegativeList, Reading: "负面清单约束的是交办的一方，本身没有给居委会拒绝的权利",
			Finding: fmt.Sprintf("负面清单 %s“%s”：%s（%s）", n.Code, n.Phrase, n.Description, n.Source),
			Letter:  fmt.Sprintf("该要求涉及负面清单“%s”：%s", n.Phrase, n.Description)})
	}
	return out
}

func whoAsks(a Ask, b Book) Ground {
	g := Ground{Step: 2, Citation: cited(b, a.lawOf(refAssist, refVillageAssist), a)}
	name := a.RequesterName
	if name == "" {
		name = "对方"
	}
	if a.seen() == government {
		g.Finding = name + "（" + a.Requester.Label() + "）可以请居委会协助，法律写明了协助的对象是区政府和街道"
		if a.Village {
			g.Reading = "村民委员会组织法写的是乡镇政府；街道参照适用为本项目判断（E29）"
		}
		return g
	}
	g.Finding = name + "（" + a.Requester.Label() + "）不是法律写明的协助对象，只能依法委托，并且自己出钱"
	if a.Requester != place.DistrictDepartment {
		g.Reading = "不是区政府、街道的，一律按委托处理，为本项目判断（E33）"
	}
	return g
}

// stepAgree is step 5: lawful, paid, no local clause.
func stepAgree(a Ask, b Book) []Ground {
	return []Ground{{Step: 5, Outcome: ToStreet, Citation: cited(b, refStreet, a), Reason: NotAdmitted,
		Finding: "有依据，也说了经费；法律没有禁止，也没有写可以拒绝。要不要接，由街道和居委会书面商定",
		Letter:  "该事项未列入准入清单，承接与否由街道和居民委员会书面商定", Reading: "委托要经居委会接受，为本项目判断"}}
}
