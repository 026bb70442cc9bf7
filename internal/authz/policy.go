package authz

import (
	"fmt"
	"slices"
	"strings"
)

// Reach is how far a grant goes.
type Reach string

// The reaches, from everything to one's own.
const (
	Everywhere  Reach = "everywhere"
	OwnUnit     Reach = "own unit"
	OwnDivision Reach = "own division"
	Own         Reach = "own"
)

// Anyone in a row's Who stands for everybody who has signed in.
const Anyone Role = "anyone signed in"

// Action is a verb of the portal.
type Action string

// The actions. Each is the policy row, the route's guard, the transition, the audit
// action and the button.
const (
	HomeView      Action = "home.view"
	PublicRead    Action = "public.read"
	SignIn        Action = "account.sign_in"
	SignOut       Action = "account.sign_out"
	OwnSessions   Action = "account.own_sessions"
	OwnSecret     Action = "account.own_secret"
	OwnSettings   Action = "account.own_settings"
	ShareTheLook  Action = "look.choose"
	DeskView      Action = "desk.view"
	InboxRead     Action = "inbox.read"
	HelpRead      Action = "help.read"
	DeskSearch    Action = "desk.search"
	DeadlineView  Action = "deadline.view"
	GalleryView   Action = "settings.components"
	SettingsView  Action = "settings.view"
	PeopleManage  Action = "people.manage"
	CalendarView  Action = "calendar.view"
	CalendarLoad  Action = "calendar.import"
	AuditView     Action = "audit.view"
	PolicyView    Action = "policy.view"
	PolicyPropose Action = "policy.propose"
	PolicyConfirm Action = "policy.confirm"
	JobsView      Action = "jobs.view"
	LawView       Action = "legal.view"
	ClauseConfirm Action = "legal.confirm_clause"
	ListView      Action = "list.view"
	ListExport    Action = "list.export"
	ListImport    Action = "list.import"
	FileImport    Action = "file.import"
	ItemView      Action = "item.view"
	ItemReview    Action = "item.review"

	AppList       Action = "application.list"
	AppView       Action = "application.view"
	AppDraft      Action = "application.draft"
	AppSubmit     Action = "application.submit"
	AppWithdraw   Action = "application.withdraw"
	AppAccept     Action = "application.accept"
	AppNotAccept  Action = "application.not_accept"
	AppReturn     Action = "application.return"
	AppStart      Action = "application.start_review"
	AppOverride   Action = "application.override_check"
	AppApprove    Action = "application.approve"
	AppCondition  Action = "application.approve_with_conditions"
	AppReject     Action = "application.reject"
	AppLapse      Action = "application.lapse"
	CondConfirm   Action = "condition.confirm"
	AttachmentGet Action = "attachment.get"

	OfflistView    Action = "offlist.view"
	OfflistLog     Action = "offlist.log"
	RefusalIssue   Action = "refusal.issue"
	RefusalView    Action = "refusal.view"
	RefusalReply   Action = "refusal.reply"
	RefusalClose   Action = "refusal.close"
	OfflistRelease Action = "refusal.release_hold"

	GridView        Action = "grid.view"
	GridRedraw      Action = "grid.redraw"
	GridImport      Action = "grid.import"
	GridExport      Action = "grid.export"
	GridAssign      Action = "grid.assign"
	GridPeople      Action = "grid.people"
	GridLeave       Action = "grid.leave"
	GridTeam        Action = "grid.team"
	HandoverView    Action = "handover.view"
	HandoverWrite   Action = "handover.write"
	HandoverRead    Action = "handover.read"
	HandoverSign    Action = "handover.sign"
	HandoverForce   Action = "handover.force"
	HandoverCallOff Action = "handover.call_off"
)

// Row is one line of the table.
type Row struct {
	Do    Action
	Label string // 中文, the words of the button or page
	Who   map[Role]Reach
}

type who map[Role]Reach

func everyone(roles ...Role) map[Role]Reach {
	m := who{}
	for _, r := range roles {
		m[r] = Everywhere
	}
	return m
}

var (
	anybody  = who{Public: Everywhere}
	signedIn = who{Anyone: Everywhere}
	ownOnly  = who{Anyone: Own}
	appRead  = who{Department: OwnUnit, Reviewer: Everywhere, Leader: Everywhere, Finance: Everywhere, Legality: Everywhere,
		Auditor: Everywhere, Secretary: OwnDivision, Worker: OwnDivision}
	decide = everyone(Reviewer, Leader)
	desk   = who{Department: OwnUnit}
	answer = who{Secretary: OwnDivision, Worker: OwnDivision}

	gridRead = who{Secretary: OwnDivision, Worker: OwnDivision, Supervisor: OwnDivision, GridWorker: Everywhere, Reviewer: Everywhere,
		Leader: Everywhere, Dispatcher: Everywhere, Clerk: Everywhere, Callback: Everywhere, Auditor: Everywhere}
	gridKeep = who{Secretary: OwnDivision, Dispatcher: Everywhere}
)

// Policy is the table that a street-office lawyer can read.
var Policy = []Row{
	{HomeView, "首页", anybody},
	{PublicRead, "看公开内容", anybody},
	{SignIn, "登录", anybody},
	{ShareTheLook, "字号和长辈版", anybody},
	{LawView, "看法条", anybody},
	{SignOut, "退出登录", signedIn},
	{OwnSessions, "我的登录", ownOnly},
	{OwnSecret, "密码和第二验证", ownOnly},
	{OwnSettings, "我的设置", ownOnly},
	{DeskView, "待办", signedIn},
	{InboxRead, "消息", ownOnly},
	{HelpRead, "帮助", signedIn},
	{DeskSearch, "搜索", signedIn},
	{DeadlineView, "为什么是这天", signedIn},
	{GalleryView, "组件与状态", everyone(Admin, Auditor, Reviewer)},
	{SettingsView, "系统设置", everyone(Admin, Auditor)},
	{PeopleManage, "管理人员和岗位", everyone(Admin)},
	{CalendarView, "看工作日历", signedIn},
	{CalendarLoad, "导入放假安排", everyone(Admin)},
	{AuditView, "看操作记录", everyone(Auditor, Admin)},
	{PolicyView, "看规则和参数", everyone(Admin, Auditor, Reviewer, Leader, Legality)},
	{PolicyPropose, "提出修改规则", everyone(Admin)},
	{PolicyConfirm, "确认修改规则", everyone(Admin)},
	{JobsView, "看后台任务", everyone(Admin, Auditor)},
	{ClauseConfirm, "核实地方条款", everyone(Legality)},
	{ListView, "看清单", signedIn},
	{ListExport, "导出表格", signedIn},
	{ListImport, "导入清单", everyone(Reviewer, Admin)},
	{FileImport, "导入", everyone(Reviewer, Admin, Dispatcher)},
	{ItemView, "看清单里的事项", signedIn},
	{ItemReview, "复核依据", everyone(Reviewer, Legality)},

	{AppList, "看准入申请", appRead},
	{AppView, "看准入申请", appRead},
	{AppDraft, "申请准入", desk},
	{AppSubmit, "提交申请", desk},
	{AppWithdraw, "撤回申请", desk},
	{AppAccept, "受理", everyone(Reviewer)},
	{AppNotAccept, "不予受理", everyone(Reviewer)},
	{AppReturn, "退回补正", decide},
	{AppStart, "开始审核", decide},
	{AppOverride, "改判", decide},
	{AppApprove, "准予准入", decide},
	{AppCondition, "附条件准入", decide},
	{AppReject, "不予准入", decide},
	{AppLapse, "逾期未补正", who{}},
	{CondConfirm, "确认条件到位", who{Secretary: OwnDivision}},
	{AttachmentGet, "看附件", appRead},

	{OfflistView, "看清单外任务", who{Secretary: OwnDivision, Worker: OwnDivision, Reviewer: Everywhere, Leader: Everywhere,
		Legality: Everywhere, Auditor: Everywhere}},
	{OfflistLog, "登记清单外任务", answer},
	{RefusalIssue, "拒绝执行或退回街道", answer},
	{RefusalView, "看拒绝和退回", who{Secretary: OwnDivision, Worker: OwnDivision, Department: OwnUnit, Reviewer: Everywhere,
		Leader: Everywhere, Legality: Everywhere, Auditor: Everywhere}},
	{RefusalReply, "答复社区", desk},
	{RefusalClose, "逾期未答复，视为撤回", who{}},
	{OfflistRelease, "放行待核实的函", who{}},

	{GridView, "看网格", gridRead},
	{GridRedraw, "调整边界", gridKeep},
	{GridImport, "导入网格资料", everyone(Dispatcher, Admin)},
	{GridExport, "导出边界", gridRead},
	{GridAssign, "指定网格员", gridKeep},
	{GridPeople, "管理网格员名册", gridKeep},
	{GridLeave, "登记请假", who{Secretary: OwnDivision, Dispatcher: Everywhere, GridWorker: Own}},
	{GridTeam, "维护网格团队", gridKeep},
	{HandoverView, "看移交单", who{Secretary: OwnDivision, Worker: OwnDivision, Dispatcher: Everywhere, Leader: Everywhere,
		Auditor: Everywhere, Anyone: Own}},
	{HandoverWrite, "写移交事项", who{Secretary: OwnDivision, Anyone: Own}},
	{HandoverRead, "标为已读", ownOnly},
	{HandoverSign, "签字", ownOnly},
	{HandoverForce, "代为结束移交", who{Secretary: OwnDivision, Leader: Everywhere}},
	{HandoverCallOff, "撤销移交单", gridKeep},
}

var byAction = func() map[Action]Row {
	m := make(map[Action]Row, len(Policy))
	for _, r := range Policy {
		if _, twice := m[r.Do]; twice {
			panic("authz: " + string(r.Do) + " appears twice")
		}
		m[r.Do] = r
	}
	return m
}()

func rowOf(do Action) (Row, bool) { r, ok := byAction[do]; return r, ok }

// Known reports whether the action has a policy row; the router refuses any other.
func Known(do Action) bool { _, ok := byAction[do]; return ok }

// Label is the action's 中文 name; a button and the page it leads to share it.
func (do Action) Label() string { return byAction[do].Label }

// Matrix prints role × action for the golden file.
func Matrix() string {
	var b strings.Builder
	b.WriteString("| action | label |")
	roles := append(slices.Clone(Roles), Anyone)
	for _, r := range roles {
		fmt.Fprintf(&b, " %s |", r)
	}
	b.WriteString("\n|---|---|" + strings.Repeat("---|", len(roles)) + "\n")
	for _, row := range Policy {
		fmt.Fprintf(&b, "| %s | %s |", row.Do, row.Label)
		for _, r := range roles {
			fmt.Fprintf(&b, " %s |", row.Who[r])
		}
		b.WriteString("\n")
	}
	return b.String()
}
