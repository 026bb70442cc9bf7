package workorder

import (
	"github.com/a-h/templ"

	"portal/internal/authz"
	"portal/internal/fault"
	"portal/internal/request"
	"portal/internal/workorder"
	"portal/web/form"
	"portal/web/view"
)

// What the desk and the leaders do: dispatch, answer on the spot, rule, put aside, keep out of the rates.

var dispatching = act{Do: authz.WorkDispatch, Path: "dispatches/new", Title: "派单", After: "对方马上收到；居民的时钟从提交时算，派单、改派都不停",
	Fields: func(h handlers, in asked) ([]templ.Component, error) {
		all, err := h.targetsOf(in, "to")
		if err != nil {
			return nil, err
		}
		units, err := h.unitOptions(in, "other")
		if err != nil {
			return nil, err
		}
		var out []templ.Component
		if t, ok := targetOf(in.raw("to")); ok && in.message("to") != "" {
			if out, err = h.refusedBy(in, t, out); err != nil {
				return nil, err
			}
		}
		return append(out, targets(view.Field{Name: "to", Label: "派给谁", Hint: "按派单规则、主责部门、准入清单排出", Error: in.message("to")}, all),
			view.Select(view.Field{Name: "other", Label: "不在上面，派给", Optional: true, Error: in.message("other"), Hint: "选了这里，上面的不算"}, units),
			view.Area(optional(in.field("why", "派单说明", "写给承办单位，如 请先到现场看", 200)))), nil
	},
	Run: func(h handlers, in asked) (string, string, error) {
		to, err := chosenTarget(in)
		if err != nil {
			return "", "", err
		}
		o, err := send(in, workorder.Dispatch{At: in.at(), To: to, Why: in.f.Text("why", 200)}, h.s.Dispatch)
		return "已派给" + o.Owner.Words(), "已通知对方，时钟照走", err
	}}

// chosenTarget reads whom a form names: the lawful owner one click away, another unit, or one of the choices.
func chosenTarget(in asked) (workorder.Target, error) {
	if in.raw("lawful") == "" && in.raw("other") != "" {
		return workorder.Target{Kind: workorder.Unit, Unit: in.pick("other")}, in.f.Err()
	}
	text := in.raw("lawful")
	if text == "" {
		text = in.raw("to")
	}
	t, ok := targetOf(text)
	if !ok {
		return t, fault.InvalidField("to", "选派给谁")
	}
	return t, nil
}

// refusedBy puts the words of the shield before the form.
func (h handlers) refusedBy(in asked, t workorder.Target, out []templ.Component) ([]templ.Component, error) {
	s, err := h.s.Shield(in.r.Context(), in.by(), in.o.ID, t)
	if err != nil || s.Admitted {
		return out, err
	}
	v := shieldView{Lead: "准入清单里没有，不能派给社区", Words: plainWords(s.Words), Code: workorder.NotAdmitted}
	if s.Lawful.Kind != workorder.Desk && s.Lawful.Kind != "" {
		v.Value, v.Verb = written(toOwner(s.Lawful)), "改派给"+s.Lawful.Words()
	}
	return append(out, shieldBox(v)), nil
}

func optional(f view.Field) view.Field { f.Optional = true; return f }

// The ways to settle a case at the desk.
var settlings = []verb{{"answer", "当场答复", "btn-primary"}, {"decline", "不予受理", "btn-danger"}, {"divert", "告知渠道", ""}}

var answering = act{Do: authz.WorkAnswer, Path: "answers/new", Title: "答复或不受理", Lead: "能当场说清的当场答复；不予受理只能用列出的理由，并告诉居民该去哪里", Verbs: settlings,
	After: "居民马上能看到答复；办错窗口、不属于本部门不是不予受理的理由",
	Fields: func(h handlers, in asked) ([]templ.Component, error) {
		grounds := []view.Option{{Label: "不选"}}
		for _, g := range request.Grounds {
			grounds = append(grounds, view.Option{Value: g.Key, Label: g.Label, Chosen: in.raw("ground") == g.Key})
		}
		return []templ.Component{view.Area(in.field("words", "给居民的答复", "先说结论，再说怎么办；引用规定写明名称", 1000)),
			view.Select(view.Field{Name: "ground", Label: "不予受理、告知渠道的理由", Hint: "当场答复不用选", Optional: true, Error: in.message("ground")}, grounds),
			view.Text(optional(in.field("channel", "该去哪里", "不填用理由对应的渠道，如 110、信访接待窗口", 80)))}, nil
	},
	Run: func(h handlers, in asked) (string, string, error) {
		d := workorder.Settle{At: in.at(), Words: in.f.Text("words", 1000), Ground: in.raw("ground"), Channel: in.f.Line("channel", 80)}
		if g, ok := request.GroundByKey(d.Ground); ok {
			if d.Channel == "" {
				d.Channel = g.Channel
			}
		} else if d.Ground != "" {
			return "", "", fault.InvalidField("ground", "从列出的理由里选")
		}
		switch in.raw("do") {
		case "answer":
			_, err := send(in, d, h.cases.Answer)
			return "已当场答复", "居民在进度页上能看到", err
		case "decline":
			_, err := send(in, d, h.cases.Decline)
			return "已不予受理", "理由和该去的渠道已告诉居民", err
		case "divert":
			_, err := send(in, d, h.cases.Divert)
			return "已告知渠道", "居民在进度页上能看到", err
		}
		return "", "", fault.InvalidField("do", "选当场答复、不予受理或告知渠道")
	}}

// ruled on a dispute: the objection stands, or the case stays.
var ruling = act{Do: authz.WorkRule, Path: "rulings/new", Title: "裁定", Lead: "一件只裁一次，裁定以后不再退回", Verbs: []verb{{"keep", "维持原派单", "btn-primary"}, {"uphold", "异议成立，改派", ""}},
	After: "裁定写进办理经过；居民的时钟照走",
	Fields: func(h handlers, in asked) ([]templ.Component, error) {
		d, there, err := h.s.DisputeOf(in.r.Context(), in.by(), in.o)
		if err != nil {
			return nil, err
		}
		all, err := h.targetsOf(in, "to")
		if err != nil {
			return nil, err
		}
		units, err := h.unitOptions(in, "other")
		if err != nil {
			return nil, err
		}
		var out []templ.Component
		if there {
			out = append(out, view.Summary(disputeTerms(d)))
		}
		if t, ok := targetOf(in.raw("to")); ok && in.message("to") != "" {
			if out, err = h.refusedBy(in, t, out); err != nil {
				return nil, err
			}
		}
		return append(out, targets(view.Field{Name: "to", Label: "异议成立时改派给", Error: in.message("to")}, all),
			view.Select(view.Field{Name: "other", Label: "不在上面，改派给", Optional: true, Error: in.message("other")}, units),
			view.Area(in.field("ruling", "裁定的理由", "写清依据哪条职责，双方都能看到", 500)),
			view.Ticks(view.Field{Name: "make_rule", Label: "以后照此办理", Error: in.message("make_rule")},
				[]view.Option{{Value: "yes", Label: "留作派单规则", Hint: "同一分类、同一社区的诉求以后直接派给裁定的单位", Chosen: in.raw("make_rule") == "yes"}}),
			view.Date(view.Field{Name: "from", Label: "规则从哪天起", Hint: "留作派单规则时写，不填就是今天", Optional: true, Value: in.typed("from", ""), Error: in.message("from")})), nil
	},
	Run: func(h handlers, in asked) (string, string, error) {
		d := workorder.Rule{At: in.at(), Uphold: in.raw("do") == "uphold" || in.raw("lawful") != "", Ruling: in.f.Text("ruling", 500), MakeRule: in.tick("make_rule"),
			RuleFrom: in.f.Day("from", h.f.Today())}
		if d.Uphold {
			to, err := chosenTarget(in)
			if err != nil {
				return "", "", err
			}
			d.To = to
		}
		o, err := send(in, d, h.s.Rule)
		return "已裁定，由" + o.Owner.Words() + "办理", "双方都已收到，不能再退回", err
	}}

var parking = act{Do: authz.WorkPark, Path: "parkings/new", Title: "挂起", Lead: "客观上暂时办不了的才挂起；居民会看到理由和复查日期", After: "最长 90 天要复查一次；挂起不改变居民的时钟",
	Fields: func(h handlers, in asked) ([]templ.Component, error) {
		return []templ.Component{view.Area(in.field("reason", "为什么现在办不了", "如 主管网改造排在 2027 年 3 月", 300)), view.Date(in.field("review_on", "哪天复查", "", 0))}, nil
	},
	Run: func(h handlers, in asked) (string, string, error) {
		_, err := send(in, workorder.Park{At: in.at(), Reason: in.f.Text("reason", 300), ReviewOn: in.f.Day("review_on", h.f.Today())}, h.s.Park)
		return "已挂起", "到复查那天会提醒", err
	}}

var decidingExtension = act{Do: authz.WorkExtendOK, Path: "extensions/decisions/new", Title: "审批延期",
	When: func(o workorder.Order, by authz.Actor, open pending) bool {
		return open.extension && o.Can(by, authz.WorkExtendOK)
	},
	Verbs: []verb{{"grant", "同意延期", "btn-primary"}, {"refuse", "不同意", "btn-danger"}},
	After: "同意以后办结时限改到新的时间，理由告诉居民；一件只能延一次",
	Fields: func(h handlers, in asked) ([]templ.Component, error) {
		e, there, err := h.s.ExtensionOf(in.r.Context(), in.by(), in.o)
		if err != nil {
			return nil, err
		}
		var out []templ.Component
		if there {
			out = append(out, view.Summary([]view.Term{{Name: "谁申请", Text: e.AskedBy + "，" + exact(e.AskedAt)}, {Name: "延到", Text: exact(e.Until)}, {Name: "理由", Text: e.Reason}}))
		}
		return append(out, view.Area(optional(in.field("words", "审批意见", "不同意的写明为什么", 200)))), nil
	},
	Run: func(h handlers, in asked) (string, string, error) {
		grant := in.raw("do") == "grant"
		_, err := send(in, workorder.DecideExtension{At: in.at(), Grant: grant, Words: in.f.Text("words", 200)}, h.cases.DecideExtension)
		if grant {
			return "已同意延期", "居民会收到理由和新的时间", err
		}
		return "已不同意延期", "按原来的时限办", err
	}}

var excluding = act{Do: authz.WorkExclude, Path: "exclusions/new", Only: pathRequests, Title: "申请剔除",
	When: func(o workorder.Order, by authz.Actor, open pending) bool {
		return !open.excluded && o.Source == workorder.FromRequest && o.Can(by, authz.WorkExclude)
	},
	Lead: "剔除的不计入三率，件数和理由对外公布", After: "要由另一个人审批才算数",
	Fields: func(h handlers, in asked) ([]templ.Component, error) {
		return []templ.Component{
			view.Radios(view.Field{Name: "reason", Label: "理由", Error: in.message("reason")}, choices(in.raw("reason"), workorder.ExcludeReasons, workorder.ExcludeReason.Label)),
			view.Area(in.field("words", "说明", "写清凭什么，如 另案编号、文书名称", 300))}, nil
	},
	Run: func(h handlers, in asked) (string, string, error) {
		_, err := send(in, workorder.ExcludeAsk{At: in.at(), Reason: form.Choice(in.f, "reason", workorder.ExcludeReasons), Words: in.f.Text("words", 300)}, h.s.ExcludeAsk)
		return "已申请剔除", "等街道领导审批", err
	}}

var decidingExclusion = act{Do: authz.WorkExcludeOK, Path: "exclusions/decisions/new", Only: pathRequests, Title: "审批剔除",
	When: func(o workorder.Order, by authz.Actor, open pending) bool {
		return open.exclusion && o.Can(by, authz.WorkExcludeOK)
	},
	Verbs: []verb{{"grant", "同意剔除", "btn-primary"}, {"refuse", "不同意", "btn-danger"}},
	Fields: func(h handlers, in asked) ([]templ.Component, error) {
		x, there, err := h.s.ExclusionOf(in.r.Context(), in.by(), in.o)
		if err != nil {
			return nil, err
		}
		var out []templ.Component
		if there {
			out = append(out, view.Summary([]view.Term{{Name: "谁申请", Text: x.AskedBy + "，" + exact(x.AskedAt)}, {Name: "理由", Text: x.Reason.Label()}, {Name: "说明", Text: x.Words}}))
		}
		return append(out, view.Area(optional(in.field("words", "审批意见", "", 200)))), nil
	},
	Run: func(h handlers, in asked) (string, string, error) {
		grant := in.raw("do") == "grant"
		_, err := send(in, workorder.ExcludeDecide{At: in.at(), Grant: grant, Words: in.f.Text("words", 200)}, h.s.ExcludeDecide)
		if grant {
			return "已同意剔除", "不计入三率，计入对外公布的剔除件数", err
		}
		return "已不同意剔除", "照常计入三率", err
	}}
