// Package refusal is the pages of 清单外任务 and of 「这件事能拒绝吗？」: logging what was asked, the answer
// with every ground, the letter, the other side's reply, and the clauses that the legality reviewer
// confirms. It decides nothing: outcomes, buttons and words come from internal/refusal.
package refusal

import (
	"net/http"
	"strconv"
	"strings"

	"portal/internal/authz"
	"portal/internal/docno"
	"portal/internal/fault"
	"portal/internal/legal"
	"portal/internal/refusal"
	"portal/web/form"
	"portal/web/frame"
	"portal/web/route"
	"portal/web/session"
	"portal/web/view"
)

// Deps is what the pages stand on.
type Deps struct {
	Refusals *refusal.Service
	Laws     *legal.Service
}

type handlers struct {
	f    *frame.Frame
	s    *refusal.Service
	laws *legal.Service
}

// Mount registers the pages.
func Mount(rt *route.Router, f *frame.Frame, d Deps) {
	h := handlers{f: f, s: d.Refusals, laws: d.Laws}
	rt.Get("/desk/tasks", authz.OfflistView, h.tasks)
	rt.Get("/desk/tasks/new", authz.OfflistLog, h.newTask)
	rt.Post("/desk/tasks/new", authz.OfflistLog, h.logTask)
	rt.Get("/desk/tasks/{no}", authz.OfflistView, h.task)
	rt.Get("/desk/tasks/{no}/responses/new", authz.RefusalIssue, h.task)
	rt.Post("/desk/tasks/{no}/responses/new", authz.RefusalIssue, h.respond)
	rt.Post("/desk/tasks/{no}/matches/new", authz.OfflistLog, h.match)
	rt.Post("/desk/tasks/{no}/acceptances/new", authz.OfflistLog, h.takeOn)
	rt.Get("/desk/tasks/{no}/history", authz.OfflistView, h.taskHistory)
	rt.Get("/desk/refusals/{no}/history", authz.RefusalView, h.refusalHistory)
	rt.Get("/desk/refusal-check", authz.OfflistLog, h.check)
	rt.Get("/desk/refusals", authz.RefusalView, h.refusals)
	rt.Get("/desk/refusals/{no}", authz.RefusalView, h.refusal)
	rt.Get("/desk/refusals/{no}/print", authz.RefusalView, h.print)
	rt.Post("/desk/refusals/{no}/replies/new", authz.RefusalReply, h.reply)
	rt.Get("/desk/settings/clauses", authz.PolicyView, h.clauses)
	rt.Post("/desk/settings/clauses/{id}/decisions/new", authz.ClauseConfirm, h.settleClause)
}

// The railway key of these pages, and their addresses.
const (
	module       = "admission"
	pathTasks    = "/desk/tasks"
	pathCheck    = "/desk/refusal-check"
	pathRefusals = "/desk/refusals"
	pathClauses  = "/desk/settings/clauses"
)

func (h handlers) staff(r *http.Request, title string, errors []fault.Field, crumbs ...view.Crumb) view.Page {
	p := h.f.Staff(r, frame.Opts{Title: title, Module: module, Breadcrumbs: append([]view.Crumb{{Href: pathTasks, Text: "清单外任务"}}, crumbs...)})
	p.Errors = len(errors)
	return p
}

func status(errors []fault.Field) int {
	if len(errors) > 0 {
		return http.StatusUnprocessableEntity
	}
	return http.StatusOK
}

func (h handlers) tell(r *http.Request, tone, words, more string) {
	h.f.Sessions.Tell(r.Context(), session.Flash{Tone: tone, Words: words, More: more})
}

// number reads 2026-3 of the address; anything else is a missing page.
func number(r *http.Request) (year, seq int, err error) {
	year, seq, err = docno.ParseSlug(route.Param(r, "no"))
	if err != nil {
		return 0, 0, fault.NotFound("没有这件清单外任务。编号由年份和序号组成，如 2026-3")
	}
	return year, seq, nil
}

// letterNumber reads refuse-2026-3.
func letterNumber(r *http.Request) (k refusal.Kind, year, seq int, err error) {
	kind, slug, ok := strings.Cut(route.Param(r, "no"), "-")
	year, seq, err = docno.ParseSlug(slug)
	if !ok || err != nil || refusal.Kind(kind).Number() == "" {
		return "", 0, 0, fault.NotFound("没有这个编号的函。可能是编号不完整，或者不在你的职责范围内")
	}
	return refusal.Kind(kind), year, seq, nil
}

// version is the version that the person saw; a broken one reads as stale.
func version(f *form.Form) int {
	n, err := strconv.Atoi(f.Raw("version"))
	if err != nil || n < 1 {
		return -1
	}
	return n
}

func (h handlers) match(w http.ResponseWriter, r *http.Request) error {
	f, t, err := h.posted(r)
	if err != nil {
		return err
	}
	item := f.Line("item", 30)
	if err := f.Err(); err != nil {
		return err
	}
	if err := h.s.Match(r.Context(), route.Actor(r), refusal.TaskStep{ID: t.ID, Version: version(f)}, item, f.Key()); err != nil {
		return err
	}
	h.tell(r, "info", "已重新判断", "")
	return route.See(w, r, pathTasks+"/"+t.Slug())
}

func (h handlers) takeOn(w http.ResponseWriter, r *http.Request) error {
	f, t, err := h.posted(r)
	if err != nil {
		return err
	}
	if err := h.s.TakeOn(r.Context(), route.Actor(r), refusal.TaskStep{ID: t.ID, Version: version(f)}, f.Key()); err != nil {
		if err = f.Merge(err); err != nil {
			return err
		}
		return h.showTask(w, r, t, f)
	}
	h.tell(r, "ok", "已接受办理", "协助政府开展工作的情况要公布不少于十五日，并存入居务档案")
	return route.See(w, r, pathTasks+"/"+t.Slug())
}

// posted reads a form about a task and the task itself.
func (h handlers) posted(r *http.Request) (*form.Form, refusal.Seen, error) {
	f, err := form.Read(r)
	if err != nil {
		return nil, refusal.Seen{}, err
	}
	year, seq, err := number(r)
	if err != nil {
		return nil, refusal.Seen{}, err
	}
	t, err := h.s.View(r.Context(), route.Actor(r), year, seq)
	return f, t, err
}

func (h handlers) respond(w http.ResponseWriter, r *http.Request) error {
	f, t, err := h.posted(r)
	if err != nil {
		return err
	}
	cmd := refusal.IssueCmd{TaskStep: refusal.TaskStep{ID: t.ID, Version: version(f)}, Kind: refusal.Kind(f.Raw("kind")),
		Reason: form.Choice(f, "reason_code", refusal.Reasons()), ReasonText: f.Text("reason", 500)}
	if f.Valid() {
		slug, err := h.s.Issue(r.Context(), route.Actor(r), cmd, f.Key())
		if err == nil {
			h.tell(r, "ok", cmd.Kind.Done(), "已通知对方和街道，不计入考核")
			return route.See(w, r, pathRefusals+"/"+slug)
		}
		if err := f.Merge(err); err != nil {
			return err
		}
	}
	return h.showTask(w, r, t, f)
}

func (h handlers) reply(w http.ResponseWriter, r *http.Request) error {
	f, err := form.Read(r)
	if err != nil {
		return err
	}
	k, year, seq, err := letterNumber(r)
	if err != nil {
		return err
	}
	rec, err := h.s.ViewRefusal(r.Context(), route.Actor(r), k, year, seq)
	if err != nil {
		return err
	}
	cmd := refusal.ReplyCmd{Step: refusal.Step{ID: rec.ID, Version: version(f)}, Reply: form.Choice(f, "reply", k.Replies()), Words: f.Text("words", 500)}
	if f.Valid() {
		err := h.s.Reply(r.Context(), route.Actor(r), cmd, f.Key())
		if err == nil {
			h.tell(r, "ok", "已答复："+cmd.Reply.Label(), "已通知社区")
			return route.See(w, r, pathRefusals+"/"+rec.Slug())
		}
		if err := f.Merge(err); err != nil {
			return err
		}
	}
	return h.showRefusal(w, r, rec, f)
}

// decisions on a clause, by the value of the button.
var decisions = map[string]string{"confirm": "条款已核实", "retire": "条款已停用"}

// settleClause confirms or retires a clause; letters that waited for it go out or become void.
func (h handlers) settleClause(w http.ResponseWriter, r *http.Request) error {
	f, err := form.Read(r)
	if err != nil {
		return err
	}
	id, err := strconv.ParseInt(route.Param(r, "id"), 10, 64)
	if err != nil {
		return fault.NotFound("没有这一条款。请回到地方条款页查看")
	}
	name := noteName(id)
	note, words := f.Text(name, 300), decisions[f.Raw("do")]
	if len([]rune(note)) < 2 {
		f.Add(name, "写明核对了什么，如 查国家法律法规数据库，现行有效")
	}
	if words == "" {
		f.Add(name, "选核实有效，或者停用条款")
	}
	if !f.Valid() {
		return h.showClauses(w, r, id, f)
	}
	settle := h.laws.ConfirmClause
	if f.Raw("do") == "retire" {
		settle = h.laws.RetireClause
	}
	if err := settle(r.Context(), route.Actor(r), id, note, f.Key()); err != nil {
		return err
	}
	if _, err := h.s.SettleHeld(r.Context()); err != nil {
		return err
	}
	h.tell(r, "ok", words, "等这一条的函已经处理")
	return route.See(w, r, pathClauses)
}
