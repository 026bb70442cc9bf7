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

	RequestFile   Action = "request.file"
	RequestTrack  Action = "request.track"
	RequestTake   Action = "request.take"
	RequestReveal Action = "request.reveal"
	RequestMerge  Action = "request.merge"
	CallbackMake  Action = "request.callback"
	RequestForget Action = "request.forget"
	CategoryEdit  Action = "request.category"
	FiguresView   Action = "request.figures"
	CauseView     Action = "cause.view"
	CauseDecide   Action = "cause.decide"
	LimitView     Action = "limit.view"
	LimitSet      Action = "limit.set"
	LimitAppeal   Action = "limit.appeal"
	LimitDecide   Action = "limit.decide_appeal"
	LimitLift     Action = "limit.lift"

	AgencyView     Action = "agency.view"
	AgencyOpen     Action = "agency.open"
	AgencyAct      Action = "agency.act"
	AgencyTakeOver Action = "agency.take_over"
	AgencyWithdraw Action = "agency.withdraw"
	AgencyLapse    Action = "agency.lapse"

	WorkList      Action = "work.list"
	WorkView      Action = "work.view"
	WorkDispatch  Action = "work.dispatch"
	WorkAnswer    Action = "work.answer"
	WorkDecline   Action = "work.decline"
	WorkDivert    Action = "work.divert"
	WorkSign      Action = "work.sign"
	WorkContact   Action = "work.contact"
	WorkArrive    Action = "work.arrive"
	WorkReport    Action = "work.report"
	WorkVerify    Action = "work.verify"
	WorkReopen    Action = "work.reopen"
	WorkDispute   Action = "work.dispute"
	WorkRule      Action = "work.rule"
	WorkAskHelp   Action = "work.ask_help"
	WorkHelped    Action = "work.helped"
	WorkExtend    Action = "work.extend"
	WorkExtendOK  Action = "work.decide_extension"
	WorkPark      Action = "work.park"
	WorkResume    Action = "work.resume"
	WorkExclude   Action = "work.exclude"
	WorkExcludeOK Action = "work.decide_exclusion"
	WorkReclass   Action = "work.category"
	WorkReclassOK Action = "work.decide_category"
	WorkClose     Action = "work.close"
	WorkRemind    Action = "work.remind"
	RouteEdit     Action = "work.route"
	FindingReport Action = "finding.report"

	WhistleView    Action = "whistle.view"
	WhistleDraft   Action = "whistle.draft"
	WhistleApprove Action = "whistle.approve"
	WhistleBlow    Action = "whistle.blow"
	WhistleCallOff Action = "whistle.call_off"
	WhistleSign    Action = "whistle.sign"
	WhistleContact Action = "whistle.contact"
	WhistleArrive  Action = "whistle.report_in"
	WhistleRefuse  Action = "whistle.refuse"
	WhistleSolve   Action = "whistle.solve"
	WhistleConfirm Action = "whistle.confirm"
	WhistleRate    Action = "whistle.rate"
	WhistleJudge   Action = "whistle.judge"
	WhistleClose   Action = "whistle.close"
	WhistleRaise   Action = "whistle.escalate"

	NoticeView     Action = "notice.view"
	NoticeDraft    Action = "notice.draft"
	NoticeIssue    Action = "notice.issue"
	NoticeChange   Action = "notice.change"
	NoticePosted   Action = "notice.posted"
	NoticeEnd      Action = "notice.end"
	NoticeLapse    Action = "notice.lapse"
	ObjectionFile  Action = "objection.file"
	ObjectionView  Action = "objection.view"
	ObjectionReply Action = "objection.reply"

	KioskUse    Action = "kiosk.use"
	KioskEnrol  Action = "kiosk.enrol"
	KioskCall   Action = "kiosk.call"
	KioskView   Action = "kiosk.view"
	KioskManage Action = "kiosk.manage"
	KioskTend   Action = "kiosk.tend"
	KioskHelp   Action = "kiosk.help"
	KioskLate   Action = "kiosk.help_late"
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

	workRead = who{Department: OwnUnit, Secretary: OwnDivision, Worker: OwnDivision, GridWorker: Own, Clerk: Own, Dispatcher: Everywhere,
		Callback: Everywhere, Reviewer: Everywhere, Leader: Everywhere, Auditor: Everywhere}
	// the owner of a case; the dispatcher records for units that have no account
	workDo     = who{Department: OwnUnit, Secretary: OwnDivision, Worker: OwnDivision, GridWorker: Own, Dispatcher: Everywhere}
	workDesk   = everyone(Dispatcher)
	workLead   = everyone(Dispatcher, Leader)
	whistleDo  = who{Department: OwnUnit, Dispatcher: Everywhere}
	noticeKeep = who{Secretary: OwnDivision, Worker: OwnDivision, Reviewer: Everywhere, Dispatcher: Everywhere}
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

	{RequestFile, "反映问题", anybody},
	{RequestTrack, "查进度", anybody},
	{RequestTake, "登记诉求", everyone(Clerk, Dispatcher, Secretary, Worker, GridWorker)},
	{RequestReveal, "看联系方式", who{Department: OwnUnit, Secretary: OwnDivision, Worker: OwnDivision, GridWorker: Own, Clerk: Own,
		Dispatcher: Everywhere, Callback: Everywhere}},
	{RequestMerge, "并案", workDesk},
	{RequestForget, "去除个人信息", who{}},
	{CallbackMake, "记录回访", everyone(Callback, Dispatcher)},
	{CategoryEdit, "维护诉求分类", workDesk},
	{FiguresView, "看三率", who{Dispatcher: Everywhere, Leader: Everywhere, Reviewer: Everywhere, Callback: Everywhere, Auditor: Everywhere,
		Secretary: OwnDivision, Department: OwnUnit}},
	{CauseView, "看多发问题", who{Dispatcher: Everywhere, Leader: Everywhere, Reviewer: Everywhere, Auditor: Everywhere, Secretary: OwnDivision}},
	{CauseDecide, "处理多发问题", who{Dispatcher: Everywhere, Secretary: OwnDivision}},
	{LimitView, "看使用限制", everyone(Leader, Legality, Dispatcher, Auditor)},
	{LimitSet, "限制使用", everyone(Leader)},
	{LimitAppeal, "申诉", anybody},
	{LimitDecide, "处理申诉", everyone(Leader, Legality)},
	{LimitLift, "解除限制", everyone(Leader)},

	// 全程代办 (REQ-16): what is in it opens for the named agent alone; the others see that it runs.
	{AgencyView, "看全程代办", who{Clerk: Own, Worker: Own, Secretary: OwnDivision, Dispatcher: Everywhere, Leader: Everywhere, Auditor: Everywhere}},
	{AgencyOpen, "开始全程代办", everyone(Clerk, Worker)},
	{AgencyAct, "办理全程代办", who{Clerk: Own, Worker: Own, Secretary: Own, Leader: Own}},
	{AgencyTakeOver, "接手代办", who{Secretary: OwnDivision, Leader: Everywhere}},
	{AgencyWithdraw, "登记撤回代办", who{Clerk: Own, Worker: Own, Secretary: OwnDivision, Dispatcher: Everywhere, Leader: Everywhere}},
	{AgencyLapse, "代办到期", who{}},

	{WorkList, "看诉求", workRead},
	{WorkView, "看诉求", workRead},
	{WorkDispatch, "派单", workDesk},
	{WorkAnswer, "当场答复", who{Dispatcher: Everywhere, Clerk: Own}},
	{WorkDecline, "不予受理", who{Dispatcher: Everywhere, Clerk: Own}},
	{WorkDivert, "告知渠道", who{Dispatcher: Everywhere, Clerk: Own}},
	{WorkSign, "签收", workDo},
	{WorkContact, "记录联系", workDo},
	{WorkArrive, "我已到现场", workDo},
	{WorkReport, "报办结", workDo},
	{WorkVerify, "核查", who{Secretary: OwnDivision, Worker: OwnDivision, Dispatcher: Everywhere}},
	{WorkReopen, "退回重办", everyone(Dispatcher, Callback)},
	{WorkDispute, "提出异议", who{Department: OwnUnit, Secretary: OwnDivision}},
	{WorkRule, "裁定", workLead},
	{WorkAskHelp, "请协办", workDo},
	{WorkHelped, "协办答复", who{Department: OwnUnit, Secretary: OwnDivision, Worker: OwnDivision}},
	{WorkExtend, "申请延期", workDo},
	{WorkExtendOK, "审批延期", everyone(Leader)},
	{WorkPark, "挂起", workLead},
	{WorkResume, "恢复办理", workDo},
	{WorkExclude, "申请剔除", workDesk},
	{WorkExcludeOK, "审批剔除", everyone(Leader)},
	{WorkReclass, "提出改分类", workDo},
	{WorkReclassOK, "决定改分类", everyone(Dispatcher, Leader)},
	{WorkClose, "结案", who{}},
	{WorkRemind, "提醒到期", who{}},
	{RouteEdit, "维护派单规则", workDesk},
	{FindingReport, "上报", everyone(GridWorker, Worker, Secretary)},

	{WhistleView, "看吹哨", who{Department: OwnUnit, Secretary: OwnDivision, Worker: OwnDivision, Dispatcher: Everywhere, Leader: Everywhere,
		Reviewer: Everywhere, Auditor: Everywhere}},
	{WhistleDraft, "拟吹哨", who{Secretary: OwnDivision, Dispatcher: Everywhere, Leader: Everywhere}},
	{WhistleApprove, "批准吹哨", everyone(Leader)},
	{WhistleBlow, "吹哨", workLead}, // GRD-12: which kind, and who of them, is a table of internal/workorder
	{WhistleCallOff, "撤销吹哨", everyone(Leader)},
	{WhistleSign, "签收吹哨", whistleDo},
	{WhistleContact, "联系街道", whistleDo},
	{WhistleArrive, "报到", whistleDo},
	{WhistleRefuse, "不能报到", desk},
	{WhistleSolve, "报解决", whistleDo},
	{WhistleConfirm, "确认解决", everyone(Leader)},
	{WhistleRate, "评价报到", who{Leader: Everywhere, Secretary: OwnDivision}},
	{WhistleJudge, "评价吹哨", desk},
	{WhistleClose, "结束吹哨", everyone(Leader)},
	{WhistleRaise, "报区协调", everyone(Leader)},

	{NoticeView, "看公示", who{Secretary: OwnDivision, Worker: OwnDivision, Supervisor: OwnDivision, Reviewer: Everywhere, Leader: Everywhere,
		Dispatcher: Everywhere, Clerk: Everywhere, Legality: Everywhere, Auditor: Everywhere}},
	{NoticeDraft, "新公示", noticeKeep},
	{NoticeIssue, "签发公示", who{Secretary: OwnDivision, Leader: Everywhere}},
	{NoticeChange, "修改公示", noticeKeep},
	{NoticePosted, "登记张贴", noticeKeep},
	{NoticeEnd, "撤下公示", who{Secretary: OwnDivision, Leader: Everywhere}},
	{NoticeLapse, "公示期满", who{}},
	{ObjectionFile, "提异议", anybody},
	{ObjectionView, "看异议", who{Secretary: OwnDivision, Worker: OwnDivision, Supervisor: OwnDivision, Reviewer: Everywhere, Leader: Everywhere, Auditor: Everywhere}},
	{ObjectionReply, "答复异议", who{Secretary: OwnDivision, Reviewer: Everywhere, Leader: Everywhere}},

	{KioskUse, "使用一体机", anybody},
	{KioskEnrol, "启用一体机", anybody},
	{KioskCall, "叫人帮忙", anybody},
	{KioskView, "看一体机", who{Admin: Everywhere, Dispatcher: Everywhere, Clerk: Everywhere, Secretary: OwnDivision, Worker: OwnDivision}},
	{KioskManage, "管理一体机", who{Admin: Everywhere, Secretary: OwnDivision}},
	{KioskTend, "登记换纸", who{Admin: Everywhere, Clerk: Everywhere, Secretary: OwnDivision, Worker: OwnDivision}},
	{KioskHelp, "去帮忙", who{Clerk: Everywhere, Secretary: OwnDivision, Worker: OwnDivision}},
	{KioskLate, "叫人无人应，报街道", who{}},
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
