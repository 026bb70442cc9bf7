package refusal

import (
	"strings"

	"portal/internal/fault"
	"portal/internal/normal"
	"portal/internal/workday"
)

// Facts are what a letter needs besides the judgement.
type Facts struct {
	Issuer     string // 槐荫社区居民委员会
	Street     string // 梧桐里街道
	Requester  string
	Title      string // what was asked, in the community's words
	Channel    string // 工作群
	Reason     Reason
	ReasonText string
	Number     string
	Day        workday.Day // the day of the letter
	AnswerBy   workday.Day // R23; no day: the year's calendar is not published yet
}

// Letter is the snapshot that is stored and printed; it never changes after it was issued.
type Letter struct {
	Kind       Kind        `json:"kind"`
	Issuer     string      `json:"issuer"`
	Number     string      `json:"number"`
	Title      string      `json:"title"`
	To         string      `json:"to"`
	Copies     []string    `json:"copies,omitempty"`
	Paragraphs []string    `json:"paragraphs"`
	Day        workday.Day `json:"day"`
	Cites      []Citation  `json:"cites"`
}

// frameOf is one line of the table of letters.
type frameOf struct {
	kind    Kind
	title   string // %s is what was asked
	intro   string
	because string
	act     func(ans Answer, f Facts) string
	expects string
	silence string
}

var frames = []frameOf{
	{Refuse, "关于拒绝执行“%s”的函", "我社区核对了清单和规定，答复如下。", "理由：", refusing,
		"申请准入、撤回要求，或者向街道提出异议", "逾期没有答复的，按撤回处理"},
	{Return, "关于退回“%s”的函", "我社区核对了清单和规定，情况如下。", "理由：", returning,
		"申请准入、撤回要求，或者向街道提出异议", "逾期没有答复的，按撤回处理"},
	{Claim, "关于落实“%s”经费和条件的函", "我社区承办该项工作，现提出以下要求。", "说明：", claiming,
		"书面告知经费和条件的来源、数额和到位时间", "逾期没有答复的，报街道协调"},
}

func refusing(ans Answer, _ Facts) string {
	if ans.Outcome == ByPolicy {
		return "我社区按照上述在本社区执行的政策，拒绝执行这一要求。"
	}
	return "我社区按照上述地方性法规，拒绝执行这一要求。"
}

func returning(_ Answer, f Facts) string {
	return "现将这一要求退回" + f.Street + "，请街道研究，并与居民委员会书面商定。商定以前，我社区暂不安排。"
}

func claiming(ans Answer, _ Facts) string {
	s := "请提供该项工作必要的经费和条件。"
	if ans.Surplus != "" {
		s += "要求中超出上述规定的部分，如另填表格、承担执法，不在规定之内，提请街道研究商定。"
	}
	return s
}

// Draft writes the letter of an act upon a judgement: all grounds that belong in it, each article
// with its version and period, the act in the words that the law allows (R52) and nothing that no
// longer holds (R51).
func Draft(ans Answer, k Kind, f Facts) (Letter, error) {
	if !ans.Outcome.May(k) {
		return Letter{}, fault.InvalidField("kind", ans.Outcome.Label()+"，不能“"+k.Verb()+"”。"+ans.Outcome.Summary())
	}
	l := Letter{Kind: k, Issuer: f.Issuer, Number: f.Number, Day: f.Day, To: f.Requester, Cites: ans.Citations(k)}
	if k == Return {
		l.To = f.Street + "办事处"
		if f.Requester != l.To {
			l.Copies = []string{f.Requester}
		}
	} else if f.Requester != f.Street+"办事处" {
		l.Copies = []string{f.Street + "办事处"}
	}
	fr := frameFor(k)
	l.Title = strings.ReplaceAll(fr.title, "“%s”", quote(f.Title))
	l.Paragraphs = append(l.Paragraphs, f.opening(ans, k)+fr.intro)
	l.Paragraphs = append(l.Paragraphs, groundSentences(ans, k)...)
	l.Paragraphs = append(l.Paragraphs, fr.because+f.Reason.Label()+"。"+period(f.ReasonText)+fr.act(ans, f))
	l.Paragraphs = append(l.Paragraphs, "请"+by(f.AnswerBy)+fr.expects+"；"+fr.silence+"。本函不作为考核社区的依据。")
	if err := checkVersions(l.Day, ans.AskedOn, l.Cites); err != nil {
		return l, err
	}
	return l, l.checkWords(ans, f.Title)
}

func frameFor(k Kind) frameOf {
	for _, fr := range frames {
		if fr.kind == k {
			return fr
		}
	}
	return frameOf{}
}

func (f Facts) opening(ans Answer, k Kind) string {
	who := "贵单位"
	if k == Return {
		who = f.Requester
	}
	if f.Channel != "" {
		who += "以" + f.Channel + "方式"
	}
	return ans.AskedOn.Chinese() + "，" + who + "要求我社区" + quote(f.Title) + "。"
}

// quote puts words into quotation marks; marks inside become the inner ones.
func quote(words string) string {
	return "“" + strings.NewReplacer("“", "‘", "”", "’").Replace(words) + "”"
}

func by(day workday.Day) string {
	if day.IsZero() {
		return "在五个工作日内"
	}
	return "在" + day.Chinese() + "以前"
}

func period(s string) string {
	s = strings.TrimRight(strings.TrimSpace(s), "。；，")
	if s == "" {
		return ""
	}
	return s + "。"
}

var numerals = []string{"一", "二", "三", "四", "五", "六", "七", "八", "九", "十"}

// groundSentences numbers the grounds. What goes beyond a duty is said in the act, not here.
func groundSentences(ans Answer, k Kind) []string {
	var out []string
	for _, g := range ans.Grounds {
		if !g.in(k) || g.Surplus {
			continue
		}
		head := "（" + at(numerals, len(out)) + "）"
		out = append(out, head+sentence(g)+"。")
	}
	return out
}

func at(list []string, i int) string {
	if i < len(list) {
		return list[i]
	}
	return list[len(list)-1]
}

func sentence(g Ground) string {
	c := g.Citation
	switch {
	case c == nil:
		return g.Letter
	case g.ClauseID != 0:
		return c.Full() + "（" + c.Period() + "）规定：" + quote(strings.TrimRight(strings.TrimSpace(c.Text), "。"))
	case !c.Known:
		return g.Letter + "（" + c.Full() + "，条文未收录）"
	}
	return g.Letter + "（" + c.Full() + "，" + c.Period() + "）"
}

// Text is the whole letter, for checks and for plain-text copies.
func (l Letter) Text() string {
	return strings.Join(append([]string{l.Issuer, l.Number, l.Title, l.To + "："}, append(l.Paragraphs, l.Issuer, l.Day.Chinese())...), "\n")
}

// checkWords is R52: the word 拒绝 stands in a letter only where a clause of this place gives the
// right, and 依法拒绝 nowhere. What was asked is quoted as it was asked.
func (l Letter) checkWords(ans Answer, title string) error {
	text := strings.ReplaceAll(l.Text(), quote(title), "")
	if normal.Contains(text, "依法拒绝") {
		return fault.InvalidField("reason", "函里不写“依法拒绝”。写明是哪一条规定可以拒绝，或者写“退回街道”")
	}
	right := l.Kind == Refuse && (ans.Outcome == ByRegulation || ans.Outcome == ByPolicy)
	if !right && normal.Contains(text, "拒绝") {
		return fault.InvalidField("reason", "这封函里不能写“拒绝”（R52）。请改成“退回街道”或者“提请街道研究”")
	}
	return nil
}
