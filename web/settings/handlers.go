// Package settings is the pages of those who keep the portal: the index of settings, the record of
// everything that happened (X6), and the work in the background.
package settings

import (
	"net/http"
	"strconv"
	"time"

	"portal/internal/audit"
	"portal/internal/authz"
	"portal/internal/job"
	"portal/internal/pg"
	"portal/internal/workday"
	"portal/web/form"
	"portal/web/frame"
	"portal/web/route"
	"portal/web/view"
)

// pageSize is the rows of one screen.
const pageSize = 50

type handlers struct {
	f  *frame.Frame
	db *pg.DB
}

// Mount registers the pages.
func Mount(rt *route.Router, f *frame.Frame, db *pg.DB) {
	h := handlers{f, db}
	rt.Get("/desk/settings", authz.SettingsView, h.index)
	rt.Get("/desk/settings/components", authz.GalleryView, h.gallery)
	rt.Get("/desk/settings/audits", authz.AuditView, h.audits)
	rt.Get("/desk/settings/jobs", authz.JobsView, h.jobs)
	rt.Post("/me/alive", authz.OwnSettings, h.alive)
}

// alive extends the session: the request itself has touched it.
func (h handlers) alive(w http.ResponseWriter, _ *http.Request) error {
	w.WriteHeader(http.StatusNoContent)
	return nil
}

func (h handlers) gallery(w http.ResponseWriter, r *http.Request) error {
	return h.show(w, r, "组件与状态", view.Gallery())
}

// door is one entry of the index; it shows when the policy table opens it.
type door struct {
	Href, Title, Text string
	action            authz.Action
}

var doors = []door{
	{"/desk/settings/people", "人员和岗位", "账号、岗位起止、停用和重设密码", authz.PeopleManage},
	{"/desk/settings/calendars", "工作日历", "已导入的年份，导入新一年放假安排", authz.CalendarLoad},
	{"/desk/settings/limits", "规则和参数", "期限、单价、上限，两人确认才生效", authz.PolicyView},
	{"/desk/settings/clauses", "地方条款", "本街道适用的拒绝条款，由司法所核实", authz.ClauseConfirm},
	{"/desk/settings/kiosks", "一体机", "登记和启用，小票纸，最近联系，停用", authz.KioskView},
	{"/desk/imports", "导入清单", "法规、区划、单位、清单和工作方案", authz.ListImport},
	{"/desk/settings/audits", "操作记录", "谁在什么时候做了什么，只增不改", authz.AuditView},
	{"/desk/settings/jobs", "后台任务", "封存记录、清理会话、提醒期限", authz.JobsView},
	{"/desk/settings/components", "组件与状态", "页面由哪些组件拼成", authz.GalleryView},
}

func (h handlers) index(w http.ResponseWriter, r *http.Request) error {
	var open []door
	for _, d := range doors {
		if authz.Can(route.Actor(r), d.action) {
			open = append(open, d)
		}
	}
	return h.show(w, r, "系统设置", indexPage(open))
}

// auditRow is one line of the record, written out.
type auditRow struct{ When, Who, What, On, Reason string }

// auditsPage is the page of the record.
type auditsPage struct {
	Actor, No, From, To, Kind string
	Errors                    []view.FieldError
	Rows                      []auditRow
	Tags                      []view.Tag
	Pages                     view.Pages
	Kinds                     []view.Option
}

// kinds names the objects of the record.
var kinds = []struct{ key, label string }{
	{"application", "准入申请"}, {"admission_item", "清单事项"}, {"offlist_task", "清单外任务"}, {"refusal", "拒绝和退回"}, {"account", "账号"},
	{"policy_setting", "规则和参数"}, {"local_clause", "地方条款"}, {"unit", "单位"}, {"import", "导入"},
	{"grid", "网格"}, {"grid_handover", "网格移交单"}, {"grid_worker", "网格员名册"}, {"grid_reminder", "网格空缺提醒"}, {"grid_handover_reminder", "移交提醒"},
	{"kiosk_device", "一体机"}, {"kiosk_call", "叫人帮忙"},
}

func kindLabel(key string) string {
	for _, k := range kinds {
		if k.key == key {
			return k.label
		}
	}
	return key
}

func (h handlers) audits(w http.ResponseWriter, r *http.Request) error {
	q := form.Query(r)
	p := auditsPage{Actor: q.Line("actor", 30), No: q.Line("no", 30), From: q.Raw("from"), To: q.Raw("to"), Kind: q.Line("kind", 30)}
	today := h.f.Today()
	filter := audit.Filter{Actor: p.Actor, No: p.No, Kind: p.Kind, Cursor: q.Raw("cursor")}
	if d := q.Day("from", today); !d.IsZero() {
		filter.From = d.Start()
	}
	if d := q.Day("to", today); !d.IsZero() {
		filter.To = d.Add(1).Start()
	}
	status := http.StatusOK
	if q.Valid() {
		found, err := audit.Search(r.Context(), h.db.Q(), filter, pageSize)
		if err := q.Merge(err); err != nil {
			return err
		}
		for _, e := range found.Rows {
			p.Rows = append(p.Rows, rowOf(e))
		}
		p.Pages = view.Pages{Prev: address(r, found.HasPrev, found.Prev), Next: address(r, found.HasNext, found.Next), Words: "每页 " + strconv.Itoa(pageSize) + " 条，新的在前"}
	}
	for _, e := range q.Errors() {
		status = http.StatusUnprocessableEntity
		p.Errors = append(p.Errors, view.FieldError{Field: e.Name, Message: e.Message})
	}
	p.Kinds = append(p.Kinds, view.Option{Label: "全部"})
	for _, k := range kinds {
		p.Kinds = append(p.Kinds, view.Option{Value: k.key, Label: k.label, Chosen: k.key == p.Kind})
	}
	page := h.frame(r, "操作记录")
	page.Errors = len(p.Errors)
	return h.f.Render(w, r, status, view.StaffWith(page, auditsBody(p)))
}

func rowOf(e audit.Entry) auditRow {
	label := kindLabel(e.ObjectKind)
	row := auditRow{When: moment(e.At), Who: e.Actor + " " + e.Post, What: authz.Action(e.Action).Label(), On: label + " " + e.ObjectNo, Reason: e.Reason}
	if row.What == "" {
		row.What = e.Action
	}
	return row
}

func moment(t time.Time) string { return t.In(workday.Shanghai).Format("2006-01-02 15:04:05") }

// address keeps the filters and changes the cursor; "" where there is no such page.
func address(r *http.Request, there bool, cursor string) string {
	if !there {
		return ""
	}
	q := r.URL.Query()
	q.Set("cursor", cursor)
	return r.URL.Path + "?" + q.Encode()
}

// jobRow is one job, written out.
type jobRow struct {
	Name, State, When, Done string
	Tone                    view.Tone
}

var jobNames = map[string]string{"seal-audit": "封存操作记录", "sweep-sessions": "清理过期会话", "sweep-form-keys": "清理表单凭据",
	"sweep-accounts": "清理登录记录", "clocks": "核对期限和提醒", "fix-deadlines": "补算期限", "close-silent": "未答复的视为撤回", "settle-held": "放行已核实的函",
	"kiosk-calls": "叫人帮忙无人应报街道", "kiosk-visits": "清理一体机会话"}

var jobTones = map[job.State]view.Tone{job.Completed: view.OK, job.Running: view.Info, job.Discarded: view.Danger, job.Retryable: view.Warn, job.Cancelled: view.Neutral}

func (h handlers) jobs(w http.ResponseWriter, r *http.Request) error {
	depth, err := job.Depth(r.Context(), h.db.Q())
	if err != nil {
		return err
	}
	lines, err := job.Recent(r.Context(), h.db.Q(), "", 0, pageSize)
	if err != nil {
		return err
	}
	var waiting int64
	for _, n := range depth {
		waiting += n
	}
	rows := make([]jobRow, len(lines))
	for i, l := range lines {
		rows[i] = jobRow{Name: nameOf(l.Name), State: l.State.Label(), When: moment(l.CreatedAt), Tone: view.Info}
		if tone, ok := jobTones[l.State]; ok {
			rows[i].Tone = tone
		}
		if l.FinalizedAt != nil {
			rows[i].Done = moment(*l.FinalizedAt)
		}
	}
	return h.show(w, r, "后台任务", jobsBody(rows, waiting))
}

func nameOf(key string) string {
	if n, ok := jobNames[key]; ok {
		return n
	}
	return key
}
