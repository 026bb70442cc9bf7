package refusal

import (
	"strings"

	"portal/internal/refusal"
	"portal/web/view"
)

func words(a asked) view.Field {
	f := a.field("words", "原话")
	f.Hint, f.Max = "照着说的、写的记，如 周五前把商户油烟设施登记表交上来", 1000
	return f
}

func dated(a asked) view.Field {
	f := a.field("asked_on", "什么时候")
	if f.Value == "" && !a.Form.Has("asked_on") {
		f.Value = a.Today.String()
	}
	return f
}

func timed(a asked) view.Field {
	f := a.optional("asked_time", "几点", "如 14:30", 5)
	f.Width = "s"
	return f
}

func described(f view.Field) string {
	if f.Error != "" {
		return "f-requester-hint f-requester-error"
	}
	return "f-requester-hint"
}

func copies(l refusal.Letter) string { return strings.Join(l.Copies, "、") }

// next says what happens now, by when, in one sentence.
func next(p refusalPage) string {
	switch p.R.State {
	case refusal.Held:
		return "函已写好，等合法性审核岗核实条款以后自动发出。"
	case refusal.Void:
		return "所引条款核实后停用，函已作废。请回到任务重新答复。"
	case refusal.Issued:
		by := "五个工作日内"
		if !p.R.DueOn.IsZero() {
			by = p.R.DueOn.Chinese() + "以前"
		}
		if p.Reply != nil {
			return p.R.CommunityName + p.R.Kind.Done() + "。请在" + by + p.R.Kind.Wanted() + "。"
		}
		return "已发给" + p.Letter.To + "。对方应在" + by + p.R.Kind.Wanted() + "。不计入考核。"
	case refusal.Told:
		return p.R.RequesterName + "已答复：" + p.R.Answer.Label() + "。"
	}
	return p.R.AnswerWords + "。"
}

func clauseTerms(c clauseView) []view.Term {
	out := []view.Term{{Name: "种类", Text: c.Ground.Label()}, {Name: "条文", Text: c.Words}, {Name: "作用", Text: c.Right}, {Name: "在哪里有效", Text: c.Places},
		{Name: "有效期", Text: c.Period}}
	if c.DocNo != "" {
		out = append(out, view.Term{Name: "文号", Text: c.DocNo})
	}
	if !c.ConfirmedOn.IsZero() {
		out = append(out, view.Term{Name: "核实日期", Text: c.ConfirmedOn.Chinese()})
	}
	return out
}
