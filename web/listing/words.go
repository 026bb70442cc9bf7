package listing

import (
	"strings"

	"portal/internal/catalog"
	"portal/internal/legal"
	"portal/internal/workday"
	"portal/web/view"
)

// plainKinds says in plain words what a list is, for residents and the 长辈版.
var plainKinds = map[catalog.ListKind]struct{ title, text string }{
	catalog.SelfGovernance:       {"社区自己该做的事", "法律规定由居委会组织居民办理的事"},
	catalog.AssistGovernment:     {"社区帮政府做的事", "政府负责，居委会按法律规定协助；需要协助的一方提供经费和条件"},
	catalog.Entrusted:            {"部门委托社区做的事", "委托的部门要有法律、法规依据，并承担经费"},
	catalog.CertificateAllowed:   {"社区可以开的证明", "居委会可以为居民开具的证明"},
	catalog.CertificateForbidden: {"社区不该开的证明", "不该由居委会开具，每一条都写明依据和该找谁"},
	catalog.LedgerKept:           {"社区保留的台账", "清理以后仍然保留的台账和报表"},
	catalog.SignboardAllowed:     {"社区门口可以挂的牌子", "对外只挂这些，其他的牌子不挂在门口"},
	catalog.Inspection:           {"对社区的检查考核", "经过批准、可以进行的检查和考核"},
	catalog.AssessmentAbolished:  {"已经取消的考核评比", "不得再用来要求社区"},
	catalog.System:               {"社区要用的系统", "社区工作需要使用的系统和公众号"},
	catalog.GridTask:             {"网格员要做的事", "列入网格的采集和排查事项"},
	catalog.StreetBasic:          {"街道自己该做的事", "由街道办事处承担，不交给社区"},
	catalog.StreetCooperate:      {"街道配合上级做的事", "上级部门负责，街道配合，不交给社区"},
	catalog.RecalledByUpper:      {"上级部门收回的事", "由上级部门自己做，不交给街道和社区"},
}

// PlainTitle is a list in words that everybody understands.
func PlainTitle(k catalog.ListKind) string { return plainKinds[k].title }

// PlainText says in one sentence what stands on a list.
func PlainText(k catalog.ListKind) string { return plainKinds[k].text }

// tones of the states that Entry.State names.
var stateTones = map[string]view.Tone{
	"生效": view.OK, "待复核": view.Warn, "不得要求": view.Danger, "已暂停": view.Warn, "未生效": view.Info, "已退出": view.Neutral, "外地参考": view.Neutral,
}

// stateWords are the labels of ux.md §2.4 where the export's word is another.
var stateWords = map[string]string{"生效": "执行中"}

// nearDays is when an entry counts as 快到期.
const nearDays = 30

// StateChip is the state of an entry on a day.
func StateChip(e catalog.Entry, day workday.Day) view.Chipped {
	state := e.State(day)
	if last := e.Last(); state == "生效" && !last.IsZero() && last.Sub(day) < nearDays {
		return view.Chipped{Tone: view.Warn, Words: "快到期"}
	}
	words := state
	if w, ok := stateWords[state]; ok {
		words = w
	}
	return view.Chipped{Tone: stateTones[state], Words: words}
}

var basisTones = map[legal.BasisStatus]view.Tone{
	legal.BasisInForce: view.OK, legal.BasisRenumbered: view.Info, legal.BasisSuperseded: view.Warn, legal.BasisRepealed: view.Danger,
	legal.BasisUnverified: view.Warn, legal.BasisNotYet: view.Info,
}

// basisWords are short enough for a chip.
var basisWords = map[legal.BasisStatus]string{
	legal.BasisInForce: "依据有效", legal.BasisRenumbered: "条文已调整", legal.BasisSuperseded: "依据已被取代", legal.BasisRepealed: "依据已废止",
	legal.BasisUnverified: "依据待核实", legal.BasisNotYet: "依据尚未施行",
}

// BasisChip is what a basis is worth (R56).
func BasisChip(s legal.BasisStatus) view.Chipped {
	return view.Chipped{Tone: basisTones[s], Words: basisWords[s]}
}

// flagWords say in a sentence what an open warning means.
var flagWords = map[catalog.Flag]string{
	catalog.FlagForeign:        "这是外地的规定，在本街道不适用，只作参考，不生效",
	catalog.FlagCatchAll:       "这是总括条款，不是一项具体工作，不能单独作为向社区派任务的依据",
	catalog.FlagBasisDoubtful:  "公布时所列的依据有变化或者还没有核实，见下面的依据",
	catalog.FlagBasisMissing:   "公布的清单没有列明依据文件，或者文件还没有收进法规目录",
	catalog.FlagArticleMissing: "条文未收录：法规目录里还没有所引条文的原文",
	catalog.FlagNegative:       "名称触及负面清单，以负面清单为准",
}

// FlagText says what an open warning means.
func FlagText(f catalog.Flag) string { return flagWords[f] }

// Flags shown as chips beside a title: those that change what the entry is.
func FlagChips(e catalog.Entry) []view.Chipped {
	var out []view.Chipped
	for _, f := range e.Flags {
		if f == catalog.FlagCatchAll || f == catalog.FlagForeign && e.Standing != catalog.Reference || f == catalog.FlagNegative || f == catalog.FlagArticleMissing || f == catalog.FlagBasisMissing {
			out = append(out, view.Chipped{Tone: view.Neutral, Words: f.Label()})
		}
	}
	return out
}

// Chips are state, basis where it is not simply in force, and warnings of an entry on a day.
func Chips(e catalog.Entry, day workday.Day) []view.Chipped {
	out := []view.Chipped{StateChip(e, day)}
	if e.CatchAll() && e.State(day) == "生效" {
		out = nil // a general clause carries no task that could be under way (R56)
	}
	if s := e.BasisOn(day); s != legal.BasisInForce && s != "" {
		out = append(out, BasisChip(s))
	}
	return append(out, FlagChips(e)...)
}

// DocNo is the number that people see: 梧准〔2026〕12号, or the code on its list.
func DocNo(e catalog.Entry) string {
	if e.Number != "" {
		return e.Number
	}
	return e.Code
}

// Span writes the days of a version.
func Span(from, last workday.Day) string {
	if last.IsZero() {
		return from.Chinese() + "起"
	}
	return from.Chinese() + "至" + last.Chinese()
}

// Scope writes where an entry holds: names, with 待社区确认 where conditions wait (R18).
func Scope(d catalog.Detail, street string) string {
	var parts []string
	for _, s := range d.Scopes {
		name := s.Name
		if s.Division == street {
			name = "全街道各社区"
		}
		switch {
		case !s.Open:
			name += "（待社区确认）"
		case s.From != d.From || s.Until != d.Until:
			last := s.Until
			if !last.IsZero() {
				last = last.Add(-1)
			}
			name += "（" + Span(s.From, last) + "）"
		}
		parts = append(parts, name)
	}
	return strings.Join(parts, "、")
}

// Modes writes the ways of assisting.
func Modes(e catalog.Entry) string {
	words := make([]string, len(e.AssistModes))
	for i, m := range e.AssistModes {
		words[i] = m.Label()
	}
	return strings.Join(words, "、")
}

// Dash writes — for nothing.
func Dash(s string) string {
	if s == "" {
		return "—"
	}
	return s
}
