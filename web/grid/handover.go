package grid

import (
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"

	"portal/internal/authz"
	"portal/internal/fault"
	"portal/internal/grid"
	"portal/internal/workday"
	"portal/web/form"
	"portal/web/frame"
	"portal/web/route"
	"portal/web/view"
)

// handoverPage is one 移交单 as one person sees it.
type handoverPage struct {
	Frame       view.Page
	Messages    []view.FieldError
	Title, Lead string
	Base        string
	Version     string
	Head        string
	State       view.Chipped
	Next        string
	Facts       []view.Term
	Groups      []entryGroup
	Count       string
	EmptyWhy    string
	Reads       bool // this person still has entries to read
	ReadKey     string
	Writes      bool
	Add         filled
	Kinds       []view.Option
	WordsHint   string
	Signs       []sign
	Force       *closingForm
	CallOff     *closingForm
}

type entryGroup struct {
	Head string
	Rows []entryRow
}

type entryRow struct {
	ID, Words, Key string
	Read, Removes  bool
}

// sign is one signature this person gives, or why not yet.
type sign struct{ Act, Verb, Hint, Key, Locked string }

// closingForm ends a handover with a reason.
type closingForm struct {
	Act, Verb, Hint, Key string
	Open                 bool
	Reason               view.Field
}

// The acts that end a handover with a reason, as this page names them.
type closingAct struct {
	do         grid.HandoverDo
	action     authz.Action
	act        string
	verb, hint string
	done, more string
}

var (
	forceAct = closingAct{grid.ForceIt, authz.HandoverForce, "force", "代为结束移交", "一方无法签字时使用，写明原因。结束后由接收人负责", "已代为结束移交", "从生效日起由接收人负责"}
	offAct   = closingAct{grid.CallItOff, authz.HandoverCallOff, "call-off", "撤销移交单", "写明为什么不移交了。撤销后仍由原来的人负责", "已撤销移交单", "仍由原来的人负责"}
)

func (a closingAct) field() string { return "reason_" + a.act }

func handoverPath(id grid.HandoverID, below string) string {
	return pathHandovers + "/" + strconv.FormatInt(int64(id), 10) + below
}

var stateTones = map[grid.HandoverState]view.Tone{grid.Drawn: view.Warn, grid.Given: view.Info, grid.Signed: view.OK, grid.Forced: view.Neutral, grid.CalledOff: view.Neutral}

func stateOf(s grid.HandoverState) view.Chipped {
	return view.Chipped{Tone: stateTones[s], Words: s.Label()}
}

func (h people) handoverOf(r *http.Request) (grid.Handover, error) {
	id, err := idOf(r, "id", "")
	if err != nil {
		return grid.Handover{}, grid.ErrNoHandover
	}
	return h.s.Handover(r.Context(), route.Actor(r), grid.HandoverID(id))
}

func (h people) handover(w http.ResponseWriter, r *http.Request) error {
	one, err := h.handoverOf(r)
	if err != nil {
		return err
	}
	return h.showHandover(w, r, one, "", filled{})
}

// showHandover draws the page; which says whose form came back.
func (h people) showHandover(w http.ResponseWriter, r *http.Request, one grid.Handover, which string, x filled) error {
	by := route.Actor(r)
	p := handoverPage{Title: one.GridName + " " + one.Role.Label() + "移交单", Lead: one.CommunityName + " · " + partiesOf(one), Base: handoverPath(one.ID, ""), Version: itoa(one.Version),
		Head: "签字", State: stateOf(one.State), Next: nextOf(one), Facts: handoverFacts(one), Messages: x.summary()}
	p.Frame = h.staff(r, "办理移交单 - "+one.GridName+" "+one.Role.Label(), x.errors(), view.Crumb{Href: pathHandovers, Text: "移交单"}, view.Crumb{Text: one.GridName + " " + one.Role.Label()})
	p.Reads = one.MayRead(by) && one.Unread > 0
	p.ReadKey, p.WordsHint = form.NewKey(), "如 3幢弱电间钥匙 1 把；12幢电梯维修等物业回话"
	p.Writes = one.MayWrite(by)
	p.Groups, p.Count = groupsOf(one, p.Writes && !p.Reads && one.State == grid.Drawn)
	p.EmptyWhy = "移交人和社区书记可以添加"
	if !one.Open() {
		p.EmptyWhy = "没有要移交的事项"
	}
	p.Add = filled{Key: form.NewKey()}
	if which == "entries" {
		p.Add = x
	}
	p.Kinds = p.Add.options("kind", kindOptions)
	p.Signs = signsOf(one, by)
	for _, c := range []struct {
		act closingAct
		to  **closingForm
	}{{forceAct, &p.Force}, {offAct, &p.CallOff}} {
		if one.Allowed(by, c.act.do) {
			*c.to = closingOf(c.act, which == c.act.act, x)
		}
	}
	return h.f.Render(w, r, x.status(), showHandover(p))
}

func partiesOf(one grid.Handover) string {
	if one.Giver.IsZero() {
		return "空缺，由" + one.Receiver.Name + "接任"
	}
	return one.Giver.Name + "移交给" + one.Receiver.Name
}

// nextOf says what happens now and who answers until then (GRD-07).
func nextOf(one grid.Handover) string {
	switch one.State {
	case grid.Drawn:
		if one.Giver.IsZero() {
			return "没有移交人，接收人读完清单签字后生效。生效前由代理的人负责。" + paperOnly(one.Receiver)
		}
		return "等移交人" + one.Giver.Name + "签字，然后由接收人签字。" + answersUntil(one) + paperOnly(one.Giver)
	case grid.Given:
		if one.Unread > 0 {
			return fmt.Sprintf("等接收人%s读完清单（还有 %d 条）并签字。", one.Receiver.Name, one.Unread) + answersUntil(one) + paperOnly(one.Receiver)
		}
		return "等接收人" + one.Receiver.Name + "签字。" + answersUntil(one) + paperOnly(one.Receiver)
	case grid.CalledOff:
		return "移交单已撤销，岗位没有变动。"
	}
	return "从" + one.Effective.Chinese() + "起由" + one.Receiver.Name + "负责。"
}

func answersUntil(one grid.Handover) string { return "生效前仍由" + one.Giver.Name + "负责。" }

// paperOnly tells what to do about somebody who cannot sign here.
func paperOnly(w grid.Worker) string {
	if w.AccountID != 0 {
		return ""
	}
	return w.Name + "没有系统账号：打印移交单请本人签字，再由社区书记或者街道领导代为结束。"
}

func handoverFacts(one grid.Handover) []view.Term {
	out := []view.Term{
		{Name: "网格", Text: one.GridName + "（" + one.GridCode + "）", Href: gridPath(one.GridCode, "")},
		{Name: "岗位", Text: one.Role.Label()},
		{Name: "移交人", Text: partyOf(one.Giver, "空缺，没有移交人")},
		{Name: "接收人", Text: partyOf(one.Receiver, "")},
		{Name: "计划日期", Text: one.Planned.Chinese()},
		{Name: "理由", Text: dash(one.Reason)},
		{Name: "移交人签字", Text: signature(one.GivenBy, one.GivenAt, one.Giver.IsZero())},
		{Name: "接收人签字", Text: signature(one.ReceivedBy, one.ReceivedAt, false)},
	}
	if !one.Effective.IsZero() {
		out = append(out, view.Term{Name: "生效日期", Text: one.Effective.Chinese()})
	}
	if one.CloseReason != "" {
		out = append(out, view.Term{Name: strings.TrimPrefix(one.State.Label(), "已") + "的原因", Text: one.CloseReason})
	}
	return out
}

func dash(s string) string {
	if s == "" {
		return "没有写"
	}
	return s
}

func partyOf(w grid.Worker, none string) string {
	if w.IsZero() {
		return none
	}
	return w.Name + "，" + w.Phone
}

func signature(name string, at *time.Time, none bool) string {
	switch {
	case at != nil:
		return name + "，" + momentOf(*at)
	case none:
		return "不用签"
	}
	return "没有签"
}

func momentOf(t time.Time) string {
	return workday.DayOf(t).Chinese() + " " + t.In(workday.Shanghai).Format("15:04")
}

var kindOptions = func() []view.Option {
	out := make([]view.Option, len(grid.EntryKinds))
	for i, k := range grid.EntryKinds {
		out[i] = view.Option{Value: string(k), Label: k.Label()}
	}
	return out
}()

func groupsOf(one grid.Handover, removes bool) (groups []entryGroup, count string) {
	for _, k := range grid.EntryKinds {
		g := entryGroup{Head: k.Label()}
		for _, e := range one.Entries {
			if e.Kind == k {
				g.Rows = append(g.Rows, entryRow{ID: strconv.FormatInt(e.ID, 10), Words: e.Words, Key: form.NewKey(), Read: e.ReadAt != nil, Removes: removes && e.ReadAt == nil})
			}
		}
		if len(g.Rows) > 0 {
			groups = append(groups, g)
		}
	}
	count = fmt.Sprintf("共 %d 条", len(one.Entries))
	if one.Unread > 0 {
		count += fmt.Sprintf("，接收人还有 %d 条未读", one.Unread)
	}
	return groups, count
}

func signsOf(one grid.Handover, by authz.Actor) []sign {
	var out []sign
	if one.Allowed(by, grid.GiveIt) {
		out = append(out, sign{Act: "give", Verb: "移交人签字", Hint: "签字后可以补充，不能再删", Key: form.NewKey()})
	}
	if one.Allowed(by, grid.ReceiveIt) {
		s := sign{Act: "receive", Verb: "接收人签字", Hint: "签字后从计划日期起由你负责", Key: form.NewKey()}
		if one.Unread > 0 {
			s.Locked = fmt.Sprintf("还有 %d 条没有读，读完才能签字", one.Unread)
		}
		out = append(out, s)
	}
	return out
}

func closingOf(a closingAct, cameBack bool, x filled) *closingForm {
	if !cameBack {
		x = filled{Key: form.NewKey()}
	}
	return &closingForm{Act: a.act, Verb: a.verb, Hint: a.hint, Key: x.Key, Open: cameBack, Reason: x.hinted(a.field(), "原因", "", 200)}
}

// handoverPaper is the 移交单 for print.
type handoverPaper struct {
	Frame                 view.Page
	Issuer, Number, Title string
	Sentence              string
	Rows                  []paperRow
	Signs                 []view.Term
}

type paperRow struct{ Kind, Words, Read string }

func (h people) handoverPaper(w http.ResponseWriter, r *http.Request) error {
	one, err := h.handoverOf(r)
	if err != nil {
		return err
	}
	p := handoverPaper{Frame: h.f.Public(r, frame.Opts{Title: "打印移交单 - " + one.GridName + " " + one.Role.Label()}), Issuer: one.CommunityName, Number: "移交单 " + strconv.FormatInt(int64(one.ID), 10),
		Title: one.GridName + " " + one.Role.Label() + "移交单"}
	p.Sentence = partiesOf(one) + "，计划从" + one.Planned.Chinese() + "起生效。" + nextOf(one)
	for _, k := range grid.EntryKinds {
		for _, e := range one.Entries {
			if e.Kind == k {
				row := paperRow{Kind: k.Label(), Words: e.Words, Read: "未读"}
				if e.ReadAt != nil {
					row.Read = momentOf(*e.ReadAt)
				}
				p.Rows = append(p.Rows, row)
			}
		}
	}
	p.Signs = []view.Term{{Name: "移交人", Text: partyOf(one.Giver, "空缺，没有移交人") + "；" + signature(one.GivenBy, one.GivenAt, one.Giver.IsZero())},
		{Name: "接收人", Text: partyOf(one.Receiver, "") + "；" + signature(one.ReceivedBy, one.ReceivedAt, false)}}
	if one.CloseReason != "" {
		p.Signs = append(p.Signs, view.Term{Name: one.State.Label(), Text: one.CloseReason})
	}
	return h.f.Render(w, r, http.StatusOK, showHandoverPaper(p))
}

func (h people) handoverHistory(w http.ResponseWriter, r *http.Request) error {
	one, err := h.handoverOf(r)
	if err != nil {
		return err
	}
	title := one.GridName + " " + one.Role.Label() + "移交单"
	o := frame.Opts{Title: "查看记录 - " + title, Module: module, Breadcrumbs: []view.Crumb{{Href: pathHandovers, Text: "移交单"}, {Href: handoverPath(one.ID, ""), Text: title}, {Text: "全部记录"}}}
	return h.f.History(w, r, o, title, grid.HandoverKind, int64(one.ID))
}

var errNoEntry = fault.NotFound("没有这条移交事项。请刷新移交单")
