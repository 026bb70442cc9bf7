package refusal

import (
	"strings"

	"portal/internal/legal"
)

// matters of a clause: certificates have their own (Shanghai 28).
func aboutCertificates(c legal.Clause) bool { return strings.Contains(c.Words, "证明") }

// met says when the condition of a clause is fulfilled.
var met = map[legal.Condition]func(a Ask) bool{
	legal.NotListed:  func(a Ask) bool { return !a.listed() },
	legal.Unapproved: func(a Ask) bool { return !a.listed() },
	legal.NoConsent:  func(a Ask) bool { return a.seen() == department && !a.Consent },
	legal.Unfunded:   func(a Ask) bool { return !a.paid() },
}

// clauseRow is one line of the table of steps 3 and 4: the first that applies explains the clause.
type clauseRow struct {
	when    func(a Ask, c legal.Clause) bool
	finding string
	right   bool
}

var clauseRows = []clauseRow{
	{func(_ Ask, c legal.Clause) bool { return c.Status == legal.ClauseRepealed }, "已经停用，不能再引用", false},
	{func(a Ask, c legal.Clause) bool {
		return a.AskedOn.Before(c.From) || !c.Until.IsZero() && !a.AskedOn.Before(c.Until)
	}, "在要求提出的那天没有施行", false},
	{func(_ Ask, c legal.Clause) bool { return !c.GivesRefusal }, "只约束交办的一方，没有写居委会可以拒绝", false},
	{func(a Ask, c legal.Clause) bool { return aboutCertificates(c) != a.Certificate }, "管的不是这类事", false},
	{func(a Ask, c legal.Clause) bool { f := met[c.Condition]; return f == nil || !f(a) }, "规定的情形在这里没有出现", false},
	{func(_ Ask, c legal.Clause) bool { return c.NeedsConfirmation() }, "规定这种情况可以拒绝；条款还没有核实，函要等合法性审核岗核实后才发出（R52）", true},
	{func(Ask, legal.Clause) bool { return true }, "规定这种情况可以拒绝", true},
}

// reasonOf says which reason code a clause suggests.
func reasonOf(c legal.Condition) Reason {
	if c == legal.Unfunded {
		return NoFunds
	}
	return NotAdmitted
}

// ground turns a clause into the finding of its step.
func ground(a Ask, c legal.Clause, no int, gives Outcome) Ground {
	cite := Citation{DocKey: c.DocKey, Title: c.Title, Version: c.VersionDate, From: c.From, ArticleNo: c.ArticleNo, ArticleLabel: c.ArticleLabel,
		Jurisdiction: strings.Join(a.PlaceNames, ""), Text: c.Words, Known: c.Words != "", Verified: !c.NeedsConfirmation(), On: a.AskedOn}
	if !c.Until.IsZero() {
		cite.To = c.Until.Add(-1)
	}
	if c.DocNo != "" {
		cite.Title = c.Title + "（" + c.DocNo + "）"
	}
	g := Ground{Step: no, Citation: &cite}
	for _, r := range clauseRows {
		if !r.when(a, c) {
			continue
		}
		g.Finding = cite.Full() + r.finding
		if r.right {
			g.Outcome, g.ClauseID, g.Reason, g.Acts = gives, c.ID, reasonOf(c.Condition), []Kind{Refuse}
			g.Letter = "规定，" + c.Condition.Label() + "，居民委员会可以拒绝"
		}
		break
	}
	return g
}

// stepRegulation is step 3: does a local regulation of this place give the right?
func stepRegulation(a Ask, b Book) []Ground {
	var out []Ground
	for _, c := range a.Clauses {
		if c.Ground != legal.LocalRegulation {
			continue
		}
		g := ground(a, c, 3, ByRegulation)
		if g.Outcome != "" {
			g.Reading = "地方性法规和新法不抵触时继续有效；新法没有规定拒绝，没有看到抵触，为本项目判断"
		}
		out = append(out, g)
	}
	if len(out) == 0 {
		return []Ground{{Step: 3, Finding: "本街道（" + strings.Join(a.PlaceNames, "") + "）没有登记规定居委会可以拒绝的地方性法规"}}
	}
	for _, g := range out {
		if g.Outcome != "" && !a.AskedOn.Before(Revision) {
			return append(out, Ground{Step: 3, Citation: cited(b, refClash, a), Finding: "地方性法规同法律抵触的部分无效"})
		}
	}
	return out
}

// stepPolicy is step 4: does a policy in force here give it? A policy never names the outcome of a
// request older than the revision: then only a local regulation can (step 0).
func stepPolicy(a Ask, _ Book) []Ground {
	var out []Ground
	for _, c := range a.Clauses {
		if c.Ground != legal.Policy {
			continue
		}
		g := ground(a, c, 4, ByPolicy)
		if g.Outcome != "" {
			g.Reading = "政策只在采用它的地方有效，不是法律规定"
			if a.AskedOn.Before(Revision) {
				g.Outcome, g.ClauseID, g.Letter = "", 0, ""
				g.Reading = "要求提出于 2026年1月1日以前，只看当时的法律和地方性法规，政策作参考"
			}
		}
		out = append(out, g)
	}
	if len(out) == 0 {
		return []Ground{{Step: 4, Finding: "没有在本社区执行的准入政策"}}
	}
	return out
}
