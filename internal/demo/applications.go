package demo

import (
	"context"
	"fmt"
	"strings"

	"portal/internal/admission"
	"portal/internal/authz"
	"portal/internal/legal"
	"portal/internal/place"
	"portal/internal/policy"
	"portal/internal/workday"
)

// plan is what becomes of an application, with the days after its submission.
type plan struct {
	do      authz.Action
	after   int
	by      string
	opinion string
}

var (
	accept   = plan{authz.AppAccept, 1, "reviewer", ""}
	approve  = plan{authz.AppApprove, 8, "reviewer", "依据有效，经费到位，准予准入"}
	byLead   = plan{authz.AppApprove, 10, "leader", "同意"}
	onTerms  = plan{authz.AppCondition, 9, "reviewer", "经费和培训到位后执行"}
	reject   = plan{authz.AppReject, 7, "reviewer", "这是部门自己的职责，没有法律、法规要求由社区做"}
	refuse   = plan{authz.AppNotAccept, 2, "reviewer", "依据是一次会议的要求，不符合申请条件"}
	sendBack = plan{authz.AppReturn, 3, "reviewer", "请补足经费，减少重复字段后重新提交"}
	takeBack = plan{authz.AppWithdraw, 3, "", ""}
)

// applied is one application of the demo. Fields that are empty have a sound default.
type applied struct {
	days   int // submitted so many days ago; below 0: a draft
	dept   string
	title  string
	law    string // doc_key#article
	where  []string
	starts int // days after submission
	lasts  int // days; 0 is long-term
	times  float64
	each   admission.Every
	hours  float64
	short  bool // funds fall short
	fields string
	early  string
	plans  []plan
}

var (
	both    = []string{Huaiyin, Linhe}
	allSix  = []string{Huaiyin, Shiqiao, Linhe, Zhonglou, Xuefu, Xinyuan}
	someTwo = []string{Shiqiao, Xuefu}
)

var applications = []applied{
	{days: 168, dept: "dept.minzheng", title: "高龄老人津贴发放信息核对", law: "elderly-rights-law#7", where: allSix, starts: 50, lasts: 60, times: 2, each: "month", hours: 3, plans: []plan{accept, approve}},
	{days: 160, dept: "dept.chengguan", title: "犬只免疫宣传和免疫点引导", law: "animal-epidemic-prevention-law#30", where: allSix, starts: 48, lasts: 75, times: 1, each: "month", hours: 4, plans: []plan{accept, approve}},
	{days: 152, dept: "dept.minzheng", title: "暑期困境儿童关爱探访", law: "protection-of-minors-law#43", where: both, starts: 46, lasts: 70, times: 2, each: "month", hours: 6, plans: []plan{accept, byLead}},
	{days: 140, dept: "dept.chengguan", title: "电动自行车充电设施位置公示张贴", law: "fire-services-law#32", where: allSix, starts: 47, lasts: 300, times: 1, each: "quarter", hours: 2, plans: []plan{accept, approve}},
	{days: 133, dept: "dept.minzheng", title: "残疾人辅助器具需求摸底", law: "disabled-persons-law#7", where: someTwo, starts: 48, lasts: 330, times: 1, each: "quarter", hours: 6, fields: "姓名\n残疾等级\n残疾类别\n联系电话\n辅具类型", short: false, plans: []plan{sendBack}},
	{days: 126, dept: "dept.chengguan", title: "沿街商户门前三包责任书签订", law: "fire-services-law#32", where: both, starts: 46, lasts: 60, times: 1, each: "month", hours: 8, short: true, plans: []plan{accept, reject}},
	{days: 120, dept: "dept.minzheng", title: "社区助餐点就餐意愿了解", law: "elderly-rights-law#7", where: both, starts: 60, lasts: 300, times: 1, each: "quarter", hours: 5, plans: []plan{accept, approve}},
	{days: 112, dept: "dept.minzheng", title: "精神障碍康复家庭联系走访", law: "mental-health-law#20", where: allSix, starts: 50, lasts: 320, times: 1, each: "month", hours: 3, plans: []plan{accept, byLead}},
	{days: 104, dept: "dept.chengguan", title: "共享单车停放秩序志愿引导", law: "fire-services-law#32", where: []string{Xuefu}, starts: 50, lasts: 150, times: 2, each: "month", hours: 4, short: true, plans: []plan{refuse}},
	{days: 98, dept: "dept.minzheng", title: "家庭教育指导进社区", law: "family-education-law#38", where: allSix, starts: 52, lasts: 330, times: 1, each: "month", hours: 4, plans: []plan{accept, approve}},
	{days: 91, dept: "dept.chengguan", title: "犬类文明饲养宣传", law: "animal-epidemic-prevention-law#30", where: someTwo, starts: 50, lasts: 200, times: 1, each: "month", hours: 3, plans: []plan{accept, takeBack}},
	{days: 84, dept: "dept.minzheng", title: "社会救助政策入户宣传", law: "social-assistance-law#8", where: allSix, starts: 48, lasts: 340, times: 1, each: "month", hours: 5, plans: []plan{accept, approve}},
	{days: 80, dept: "dept.minzheng", title: "低收入家庭冬季取暖需求登记", law: "social-assistance-law#5", where: both, starts: 48, lasts: 90, times: 2, each: "month", hours: 4, plans: []plan{accept, onTerms}},
	{days: 76, dept: "dept.chengguan", title: "楼道堆物集中清理动员", law: "fire-services-law#32", where: []string{Huaiyin, Zhonglou}, starts: 47, lasts: 180, times: 1, each: "month", hours: 6, plans: []plan{accept, onTerms}},
	{days: 70, dept: "dept.minzheng", title: "老年人防跌倒居家环境提示", law: "elderly-rights-law#7", where: allSix, starts: 50, lasts: 300, times: 1, each: "quarter", hours: 4, plans: []plan{accept, approve}},
	{days: 66, dept: "dept.chengguan", title: "生活垃圾分类入户考评", law: "fire-services-law#32", where: allSix, starts: 46, lasts: 120, times: 1, each: "month", hours: 10, short: true, plans: []plan{accept, reject}},
	{days: 60, dept: "dept.minzheng", title: "未成年人委托照护情况协助监督", law: "protection-of-minors-law#43", where: allSix, starts: 48, lasts: 350, times: 1, each: "month", hours: 2, plans: []plan{accept, approve}},
	{days: 56, dept: "dept.chengguan", title: "流浪犬猫线索发现报告", law: "animal-epidemic-prevention-law#30", where: allSix, starts: 46, lasts: 300, times: 2, each: "month", hours: 2, plans: []plan{accept, byLead}},
	{days: 52, dept: "dept.minzheng", title: "社区家长学校课程组织", law: "family-education-law#38", where: someTwo, starts: 50, lasts: 240, times: 1, each: "month", hours: 6, plans: []plan{refuse}},
	{days: 48, dept: "dept.minzheng", title: "孤独症儿童家庭支持走访", law: "disabled-persons-law#7", where: both, starts: 47, lasts: 200, times: 1, each: "month", hours: 5, plans: []plan{accept, onTerms}},
	{days: 44, dept: "dept.chengguan", title: "违规张贴小广告线索报告", law: "fire-services-law#32", where: allSix, starts: 46, lasts: 200, times: 2, each: "month", hours: 3, short: true, plans: []plan{accept, reject}},
	{days: 40, dept: "dept.minzheng", title: "敬老月活动组织动员", law: "elderly-rights-law#7", where: allSix, starts: 46, lasts: 20, times: 1, each: "once", hours: 12, plans: []plan{takeBack}},
	{days: 36, dept: "dept.minzheng", title: "经济困难老年人服务补贴宣传", law: "elderly-rights-law#7", where: allSix, starts: 48, lasts: 330, times: 1, each: "quarter", hours: 5, plans: []plan{accept, onTerms}},
	{days: 33, dept: "dept.chengguan", title: "充电桩安全使用宣传", law: "fire-services-law#32", where: allSix, starts: 50, lasts: 330, times: 1, each: "quarter", hours: 4, plans: []plan{accept, approve}},
	// Overdue: nobody has decided within 15 working days; never approved by that (R16).
	{days: 30, dept: "dept.chengguan", title: "餐饮单位隔油设施情况了解", law: "fire-services-law#32", where: both, starts: 50, lasts: 90, times: 1, each: "month", hours: 9, short: true},
	{days: 28, dept: "dept.minzheng", title: "独居老人信息月度更新", law: "elderly-rights-law#7", where: both, starts: 50, lasts: 300, times: 1, each: "month", hours: 4, fields: "姓名\n居住地址\n联系电话\n独居情况\n慢性病种类\n紧急联系人", plans: []plan{accept}},
	// With the street now, one for each check that speaks.
	{days: 16, dept: "dept.chengguan", title: "沿街餐饮单位油烟净化设施带路入户", law: "ecological-environment-code#549", where: allSix, starts: 48, lasts: 60, times: 2, each: "month", hours: 23, short: true, fields: "商户名称\n经营者姓名\n经营地址\n联系电话\n统一社会信用代码\n营业执照编号\n食品经营许可证号\n从业人数\n开业日期\n净化器型号\n清洗日期\n清洗单位\n油烟去向\n用电量", plans: []plan{accept}},
	{days: 14, dept: "dept.minzheng", title: "冬季流感疫苗接种意愿了解", law: "social-assistance-law#5", where: allSix, starts: 50, lasts: 40, times: 2, each: "month", hours: 6, fields: "姓名\n出生日期\n居住地址\n联系电话\n疫苗接种日期\n接种意愿"},
	{days: 12, dept: "dept.chengguan", title: "社区协助做好环境整治宣传", law: "ecological-environment-code#12", where: both, starts: 50, lasts: 120, times: 1, each: "month", hours: 5},
	{days: 10, dept: "dept.minzheng", title: "节前走访慰问对象信息核对", law: "social-assistance-law#5", where: allSix, starts: 20, lasts: 30, times: 1, each: "once", hours: 8, early: "春节慰问金须在节前发放"},
	{days: 9, dept: "dept.chengguan", title: "老旧小区管线资料收集", law: "fire-services-law#32", where: someTwo, starts: 48, lasts: 45, times: 1, each: "month", hours: 6, short: true},
	{days: 8, dept: "dept.minzheng", title: "残疾人两项补贴复核告知", law: "disabled-persons-law#7", where: allSix, starts: 50, lasts: 200, times: 1, each: "quarter", hours: 4, plans: []plan{accept}},
	{days: 6, dept: "dept.minzheng", title: "临时救助主动发现和转介", law: "social-assistance-law#39", where: allSix, starts: 15, lasts: 330, times: 2, each: "month", hours: 3},
	{days: 5, dept: "dept.chengguan", title: "冬季扫雪除冰志愿动员", law: "emergency-response-law#42", where: allSix, starts: 50, lasts: 70, times: 1, each: "month", hours: 30},
	{days: 3, dept: "dept.minzheng", title: "居家养老服务需求了解", law: "elderly-rights-law#7", where: both, starts: 52, lasts: 120, times: 1, each: "month", hours: 4},
	// Returned and waiting for the department.
	{days: 7, dept: "dept.chengguan", title: "店外经营情况入户登记", law: "fire-services-law#32", where: both, starts: 50, lasts: 90, times: 1, each: "month", hours: 10, short: true, fields: "商户名称\n经营者姓名\n经营地址\n联系电话\n店外面积", plans: []plan{sendBack}},
	{days: 6, dept: "dept.minzheng", title: "社区食堂就餐补贴对象核对", law: "elderly-rights-law#7", where: both, starts: 52, lasts: 200, times: 1, each: "month", hours: 5, short: true, plans: []plan{sendBack}},
	// Still being written.
	{days: -1, dept: "dept.chengguan", title: "早餐摊点环境卫生提示", law: "fire-services-law#32", where: both, starts: 60, lasts: 90, times: 1, each: "month", hours: 4},
	{days: -2, dept: "dept.minzheng", title: "适老化改造家庭联系", law: "elderly-rights-law#7", where: both, starts: 60, lasts: 120, times: 1, each: "month", hours: 3},
}

// seedApplications lives through the months: each application is written, handed in, reviewed and
// confirmed by the people whose work it is, with the clock at their moment.
func seedApplications(ctx context.Context, s *seeder) error {
	svc := admission.New(s.db)
	var err error
	if s.calendar, _, err = policy.Calendar(ctx, s.db.Q()); err != nil {
		return err
	}
	var events []event
	for i, a := range applications {
		if a.days < 0 {
			events = append(events, event{s.ago(-a.days, 16, i), func(ctx context.Context) error { _, err := s.write(ctx, svc, a, i); return err }})
			continue
		}
		var id admission.ID
		events = append(events, event{s.ago(a.days, 9, i), func(ctx context.Context) (err error) {
			if id, err = s.write(ctx, svc, a, i); err != nil {
				return err
			}
			return s.handIn(ctx, svc, a, id, i)
		}})
		for j, p := range a.plans {
			if p.after >= a.days {
				continue
			}
			events = append(events, event{s.ago(a.days-p.after, 14, i), func(ctx context.Context) error { return s.follow(ctx, svc, a, id, p, key("plan", i, j)) }})
		}
	}
	// The clocks are looked at once a week in the past, as the job does every ten minutes.
	for days := 160; days >= 0; days -= 4 {
		events = append(events, event{s.ago(days, 20, 0), func(ctx context.Context) error { _, err := svc.Tick(ctx); return err }})
	}
	// 槐荫 confirms the conditions of the older approvals; the others wait.
	events = append(events, event{s.ago(30, 11, 0), func(ctx context.Context) error { return s.confirm(ctx, svc, "secretary.huaiyin") }})
	return s.live(ctx, events)
}

// inTime is a little more than the working days that an application must lie ahead (R9).
const inTime = 32

// write fills the whole form in, step by step.
func (s *seeder) write(ctx context.Context, svc *admission.Service, a applied, i int) (admission.ID, error) {
	by, err := s.as(ctx, a.dept)
	if err != nil {
		return 0, err
	}
	id, err := svc.Begin(ctx, by, key("begin", i))
	if err != nil {
		return 0, err
	}
	unit, err := place.UnitByID(ctx, s.db.Q(), by.Posts[0].UnitID)
	if err != nil {
		return 0, err
	}
	draft, err := svc.ViewDraft(ctx, by, id)
	if err != nil {
		return 0, err
	}
	bases, err := s.cite(ctx, a)
	if err != nil {
		return 0, err
	}
	f := s.fill(a, unit)
	steps := admission.StepData
	if a.days < 0 {
		steps = admission.StepItem + i%2
	}
	for step := admission.StepItem; step <= steps; step++ {
		draft, err = svc.Save(ctx, by, admission.Save{ID: id, Version: draft.Version, Step: step, Form: f, Bases: bases, Done: true})
		if err != nil {
			return 0, fmt.Errorf("“%s” step %d: %w", a.title, step, err)
		}
	}
	return id, nil
}

// fill makes the form; the amount of money follows from the hours and the street's price.
func (s *seeder) fill(a applied, unit place.Unit) admission.Form {
	day := workday.DayOf(s.at)
	start := day.Add(a.starts)
	if ahead := workday.Count(s.calendar, day, inTime); a.starts >= inTime && ahead.Complete && ahead.Due.After(start) {
		start = ahead.Due // holidays lie between
	}
	people := 2
	f := admission.Form{Title: a.title, ItemForm: "work_task", ListKind: "entrusted", Role: admission.RoleAssist, AssistModes: []admission.AssistMode{"contact", "publicise"},
		LeadUnitID: &unit.ID, Communities: a.where, Term: admission.Phased, StartOn: start, EarlyReason: a.early, Occurrences: &a.times, OccurrenceUnit: a.each,
		HoursPerOccurrence: &a.hours, PeopleNeeded: &people, FundsPayerID: &unit.ID, FundsSource: "部门预算", FundsRule: "by_workload", FundsPayOn: start.Add(-3),
		ContactName: "联络员", ContactPhone: "0000-5550200", Support: "线上培训 1 次，提供宣传材料",
		Reason:    "居民对上门人员不熟悉，由社区工作者联系居民、说明来意，能减少打扰；办理、核查和处理都由本单位人员完成，已有的数据直接使用，不要求社区重复填报。",
		Content:   "一、本单位提前三天把名单和说明交给社区。二、社区联系居民并陪同一次。三、本单位当场办理并留存记录，社区不填表。",
		Authority: "无授权，只协助联系和陪同，不作检查、不作处理"}
	if len(a.where) < len(allSix) {
		f.ScopeReason = "其他社区没有这类对象"
	}
	if a.lasts > 0 {
		f.EndOn = f.StartOn.Add(a.lasts)
	} else {
		f.Term = admission.LongTerm
	}
	if a.fields != "" {
		f.ItemForm, f.FormName, f.FormFrequency, f.FormFields = "report", a.title+"表", "month", strings.Split(a.fields, "\n")
		f.PersonalInfo, f.PersonalPurpose, f.PersonalKeep = "姓名、联系电话", "只用于本次办理", "办结后三个月"
	}
	need := f.NeedFen(5500)
	if a.short {
		need = 0
		f.FundsReason = "本年度预算没有安排"
	}
	f.FundsFen = &need
	return f
}

// cite names the article as it stood on the day of writing.
func (s *seeder) cite(ctx context.Context, a applied) ([]admission.Basis, error) {
	doc, article, _ := strings.Cut(a.law, "#")
	day := workday.DayOf(s.at)
	c, err := legal.ArticleOn(ctx, s.db.Q(), doc, article, day)
	if err != nil || !c.Holds() {
		doc, article = "elderly-rights-law", "7"
		if c, err = legal.ArticleOn(ctx, s.db.Q(), doc, article, day); err != nil {
			return nil, fmt.Errorf("basis of “%s”: %w", a.title, err)
		}
	}
	return []admission.Basis{{DocKey: doc, VersionDate: c.VersionDate, ArticleNo: article}}, nil
}

func (s *seeder) handIn(ctx context.Context, svc *admission.Service, a applied, id admission.ID, i int) error {
	by, err := s.as(ctx, a.dept)
	if err != nil {
		return err
	}
	draft, err := svc.ViewDraft(ctx, by, id)
	if err != nil {
		return err
	}
	if _, err := svc.Submit(ctx, by, admission.Submission{ID: id, Version: draft.Version, Key: key("submit", i)}); err != nil {
		return fmt.Errorf("“%s”: %w", a.title, err)
	}
	return nil
}

// follow lets one planned step happen.
func (s *seeder) follow(ctx context.Context, svc *admission.Service, a applied, id admission.ID, p plan, key string) error {
	login := p.by
	if login == "" {
		login = a.dept
	}
	by, err := s.as(ctx, login)
	if err != nil {
		return err
	}
	owner, err := s.as(ctx, a.dept)
	if err != nil {
		return err
	}
	now, err := svc.ViewDraft(ctx, owner, id)
	if err != nil {
		return err
	}
	if p.do == authz.AppWithdraw {
		_, err = svc.Withdraw(ctx, by, admission.Step{ID: id, Version: now.Version}, key)
	} else {
		d := admission.Decision{ID: id, Version: now.Version, Key: key, Do: p.do, Opinion: p.opinion}
		if p.do == authz.AppReturn {
			d.Points = []string{"按测算补足随事项拨付的经费", "已有数据的字段改为预填"}
		}
		if p.do == authz.AppCondition {
			d.Conditions = []admission.NewCondition{{Words: "经费在开始执行前拨到社区", Mandatory: true}, {Words: "执行前培训社区工作者一次", Mandatory: true}}
		}
		_, err = svc.Decide(ctx, by, d)
	}
	if err != nil {
		return fmt.Errorf("“%s” %s: %w", a.title, p.do, err)
	}
	return nil
}

// confirm confirms everything that waits for one secretary.
func (s *seeder) confirm(ctx context.Context, svc *admission.Service, login string) error {
	by, err := s.as(ctx, login)
	if err != nil {
		return err
	}
	waiting, err := svc.WaitingConditions(ctx, by)
	if err != nil {
		return err
	}
	for i, c := range waiting {
		a, err := svc.View(ctx, by, c.Year, c.Seq)
		if err != nil {
			return err
		}
		if _, err := svc.Confirm(ctx, by, a.ID, c.ID, key("confirm", i)); err != nil {
			return err
		}
	}
	return nil
}
