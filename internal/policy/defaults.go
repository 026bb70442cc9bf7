package policy

import (
	"errors"
	"regexp"
	"strconv"
	"unicode/utf8"
)

// Default is one row of the table of defaults.
type Default struct {
	Key   Key
	Label string // 中文, as on the settings page
	Value string
	Unit  string // 元、个工作日、% …
	Tag   string // [D] [G] [V] [L] and the rule it belongs to
	Basis string // 中文, shown beside the value

	set func(*Values, string) error
}

var (
	errNotNumber = errors.New("请填写数字")
	errRange     = errors.New("数值超出允许的范围")
	errText      = errors.New("请填写 1 到 60 个字")
	errYesNo     = errors.New("请填写 是 或 否")
)

func number(least, most int, into func(*Values) *int) func(*Values, string) error {
	return func(v *Values, s string) error {
		n, err := strconv.Atoi(s)
		if err != nil {
			return errNotNumber
		}
		if n < least || n > most {
			return errRange
		}
		*into(v) = n
		return nil
	}
}

func text(pattern string, into func(*Values) *string) func(*Values, string) error {
	allowed := regexp.MustCompile(pattern)
	return func(v *Values, s string) error {
		if n := utf8.RuneCountInString(s); n < 1 || n > 60 || !allowed.MatchString(s) {
			return errText
		}
		*into(v) = s
		return nil
	}
}

func yesNo(into func(*Values) *bool) func(*Values, string) error {
	return func(v *Values, s string) error {
		switch s {
		case "是":
			*into(v) = true
		case "否":
			*into(v) = false
		default:
			return errYesNo
		}
		return nil
	}
}

// fen reads 55 or 55.50 yuan into fen.
func fen(into func(*Values) *int64) func(*Values, string) error {
	shape := regexp.MustCompile(`^(\d{1,6})(?:\.(\d{1,2}))?$`)
	return func(v *Values, s string) error {
		m := shape.FindStringSubmatch(s)
		if m == nil {
			return errNotNumber
		}
		yuan, _ := strconv.ParseInt(m[1], 10, 64) // at most six digits
		cents := (m[2] + "00")[:2]
		c, _ := strconv.ParseInt(cents, 10, 64) // exactly two digits
		*into(v) = yuan*100 + c
		return nil
	}
}

const anyText = `^[^\x00-\x1f]*$`

// Defaults is the one table of values that hold until two persons set others.
var Defaults = []Default{
	{HourPrice, "社区协助工作单价", "55", "元/小时", "[D]", "本街道参考价；组织法第四十三条只规定由需要协助的一方提供经费，没有规定单价",
		fen(func(v *Values) *int64 { return &v.HourPriceFen })},
	{ApplyAhead, "提前申请", "30", "个工作日", "[V] R9", "参照北京市西城区 2018 年准入办法：开展前 30 个工作日提出",
		number(0, 250, func(v *Values) *int { return &v.ApplyAhead })},
	{Completeness, "完整性审查", "2", "个工作日", "[D]", "本街道默认",
		number(1, 60, func(v *Values) *int { return &v.Completeness })},
	{Correction, "补正期限", "5", "个工作日", "[D]", "本街道默认；逾期未补正，申请失效",
		number(1, 60, func(v *Values) *int { return &v.Correction })},
	{Decision, "办理总时限", "15", "个工作日", "[V] R15、R16", "参照北京市西城区 2018 年准入办法；退回补正期间不计",
		number(1, 120, func(v *Values) *int { return &v.Decision })},
	{StreetReview, "街道审核", "3", "个工作日", "[D]", "本街道默认",
		number(1, 60, func(v *Values) *int { return &v.StreetReview })},
	{RefusalAnswer, "部门答复期限", "5", "个工作日", "[D] R23", "本街道默认；逾期未答复视为撤回",
		number(1, 60, func(v *Values) *int { return &v.RefusalAnswer })},
	{RefusalRepeat, "同因重复拒绝提醒", "3", "次", "[D] R24", "本街道默认；达到次数通知纪检监察机构",
		number(2, 50, func(v *Values) *int { return &v.RefusalRepeat })},
	{RefusalWindow, "同因重复拒绝计算期", "90", "天", "[D] R24", "本街道默认",
		number(1, 366, func(v *Values) *int { return &v.RefusalWindow })},
	{DuplicateShare, "重复采集比例", "60", "%", "[D] R30", "表格字段已有数据达到此比例，须预填或者退回",
		number(1, 100, func(v *Values) *int { return &v.DuplicateShare })},
	{TemporaryMonths, "临时事项最长期限", "12", "个月", "[D] R11", "本街道默认",
		number(1, 36, func(v *Values) *int { return &v.TemporaryMonths })},
	{EmergencyDays, "应急登记最长期限", "30", "天", "[D] R25", "本街道默认",
		number(1, 90, func(v *Values) *int { return &v.EmergencyDays })},
	{PublicationDays, "协助政府情况公布期限", "15", "天", "[L] R55", "城市居民委员会组织法（2025 年修订）第三十四条：不得少于十五日",
		number(15, 366, func(v *Values) *int { return &v.PublicationDays })},
	{CeilingShare, "社区工作量上限", "100", "%", "[D]", "占社区可用工时的比例；超过时新增事项须说明减去什么（进一退一）",
		number(10, 200, func(v *Values) *int { return &v.CeilingShare })},
	{WorkerHours, "每名工作者可用工时", "80", "小时/月", "[D]", "可用于协助事项的工时，其余留给居民服务",
		number(1, 250, func(v *Values) *int { return &v.WorkerHours })},
	{StrictBasis, "部门事项须有法律、法规依据", "是", "", "[D] R7", "组织法第四十三条第二款：委托事项应当符合法律、法规规定；从严理解",
		yesNo(func(v *Values) *bool { return &v.StrictBasis })},
	{ReportsPerUnit, "一个部门对一个社区的定期报表", "1", "张", "[V] R29", "参照北京市东城区 2019 年表格清理规范",
		number(0, 50, func(v *Values) *int { return &v.ReportsPerUnit })},
	{GridLimitA, "一人任 A 岗的网格上限", "2", "个", "[D] GRD-06", "本街道默认；超过时不能再指定",
		number(1, 10, func(v *Values) *int { return &v.GridLimitA })},
	{GridHouseholds, "一人任 A 岗的户数提醒线", "800", "户", "[D]", "本街道默认；超过时须写明理由。网格规模参照 300—500 户的一般做法",
		number(50, 5000, func(v *Values) *int { return &v.GridHouseholds })},
	{ActingDays, "A 岗空缺由 B 岗代理的最长天数", "14", "天", "[D] GRD-03", "本街道默认；超过后在网格页和待办中标红",
		number(1, 90, func(v *Values) *int { return &v.ActingDays })},
	{ContactShare, "首次联系占办结时限", "25", "%", "[D] §6.2", "本街道默认：首次联系不超过办结时限的四分之一",
		number(5, 100, func(v *Values) *int { return &v.ContactShare })},
	{ContactHours, "首次联系最长时限", "24", "小时", "[D] §6.2", "本街道默认；自然小时",
		number(1, 72, func(v *Values) *int { return &v.ContactHours })},
	{WarnShare, "快到期提醒", "80", "%", "[D]", "时限用去此比例时提醒承办人",
		number(50, 99, func(v *Values) *int { return &v.WarnShare })},
	{DisputeHours, "提出异议时限", "4", "个工作小时", "[D] REQ-08", "派单后 4 个工作小时内提一次；裁定后不得再退（参照潍坊市条例第二十二条）",
		number(1, 40, func(v *Values) *int { return &v.DisputeHours })},
	{RulingHours, "裁定时限", "4", "个工作小时", "[D] §6.3", "本街道默认；裁定期间居民时限照算",
		number(1, 40, func(v *Values) *int { return &v.RulingHours })},
	{CallbackHours, "回访时限", "72", "小时", "[D]", "本街道默认；报办结后起算，自然小时",
		number(4, 720, func(v *Values) *int { return &v.CallbackHours })},
	{ParkDays, "挂起最长复查间隔", "90", "天", "[D] REQ-19", "本街道默认；到期须复查",
		number(1, 180, func(v *Values) *int { return &v.ParkDays })},
	{RelapseDays, "问题复发关联期", "30", "天", "[D] §6.8", "结案后同一处同一类再发生，关联原件，原评价不变",
		number(1, 365, func(v *Values) *int { return &v.RelapseDays })},
	{CauseCount, "多发问题起报件数", "5", "件", "[D] REQ-15", "同一地点同一类别；达到后提议吹哨或协商",
		number(2, 100, func(v *Values) *int { return &v.CauseCount })},
	{CauseDays, "多发问题计算期", "30", "天", "[D] REQ-15", "本街道默认",
		number(7, 365, func(v *Values) *int { return &v.CauseDays })},
	{EscalateLeader, "超期后报街道领导", "24", "小时", "[D]", "超期即报调度员，再过此时限报街道领导",
		number(1, 240, func(v *Values) *int { return &v.EscalateLeader })},
	{EscalateDistrict, "超期后提请区级督办", "72", "小时", "[D]", "本街道默认",
		number(2, 720, func(v *Values) *int { return &v.EscalateDistrict })},
	{WhistleSignMinutes, "吹哨签收", "60", "分钟", "[V] GRD-12", "参照南京市鼓楼区做法：1 小时内签收",
		number(5, 480, func(v *Values) *int { return &v.WhistleSignMinutes })},
	{WhistleContactHours, "吹哨联系街道", "24", "小时", "[V]", "参照南京市鼓楼区做法：24 小时内联系街道",
		number(1, 72, func(v *Values) *int { return &v.WhistleContactHours })},
	{WhistleWorkDays, "工作推进哨报到", "3", "个工作日", "[V]", "参照南京市鼓楼区做法",
		number(1, 30, func(v *Values) *int { return &v.WhistleWorkDays })},
	{WhistleHardDays, "攻坚克难哨报到", "5", "个工作日", "[V]", "参照南京市鼓楼区做法",
		number(1, 30, func(v *Values) *int { return &v.WhistleHardDays })},
	{WhistleEmergencyMinutes, "应急哨到场", "30", "分钟", "[D] §5.3", "本街道默认",
		number(5, 240, func(v *Values) *int { return &v.WhistleEmergencyMinutes })},
	{AssistMinutes, "代办时长", "30", "分钟", "[D] Q3", "居民当场同意后起算，到时自动结束",
		number(5, 60, func(v *Values) *int { return &v.AssistMinutes })},
	{AgencyDays, "全程代办最长期限", "90", "天", "[D] REQ-16", "本街道默认；民法典第一百六十五条：授权委托书应当载明代理事项、权限和期限",
		number(1, 365, func(v *Values) *int { return &v.AgencyDays })},
	{AgencyWarnDays, "代办到期提醒", "7", "天", "[D] REQ-16", "本街道默认；到期前提醒代办人，到期后只能归还材料",
		number(1, 30, func(v *Values) *int { return &v.AgencyWarnDays })},
	{RetentionMonths, "诉求个人信息保存期", "36", "个月", "[D] §6.7", "办结后 3 年，期满去除个人信息",
		number(6, 120, func(v *Values) *int { return &v.RetentionMonths })},
	{LimitDays, "反复恶意使用的最长限制", "30", "天", "[D] REQ-20", "本街道默认；最长 30 天，到期自动解除；急事和举报不受限制",
		number(1, 30, func(v *Values) *int { return &v.LimitDays })},
	{LimitRequests, "作出限制至少依据的诉求", "3", "件", "[D] REQ-20", "本街道默认；同一电话留下的，每件只能用一次",
		number(2, 20, func(v *Values) *int { return &v.LimitRequests })},
	{LimitAppealDays, "限制的申诉处理期限", "3", "天", "[D] REQ-20", "本街道默认；由另一位负责人决定，到期没有决定的，限制自动结束",
		number(1, 7, func(v *Values) *int { return &v.LimitAppealDays })},
	{ObjectionDays, "异议答复期限", "5", "个工作日", "[D]", "本街道默认",
		number(1, 30, func(v *Values) *int { return &v.ObjectionDays })},
	{KioskIdle, "一体机无人操作", "60", "秒", "[D] UX-K5", "看内容的页面和回执页；之后开始倒数，一按就延长",
		number(60, 600, func(v *Values) *int { return &v.KioskIdle })},
	{KioskIdleForm, "一体机填写时无人操作", "90", "秒", "[D] UX-K5", "填写问题的页面；之后开始倒数，一按就延长",
		number(90, 900, func(v *Values) *int { return &v.KioskIdleForm })},
	{KioskWarn, "一体机倒数", "20", "秒", "[G] K-3", "WCAG 2.2.1：至少给 20 秒反应，可以无限次延长",
		number(20, 120, func(v *Values) *int { return &v.KioskWarn })},
	{KioskWarnForm, "一体机填写时倒数", "30", "秒", "[G] K-3", "WCAG 2.2.1：至少给 20 秒反应，可以无限次延长",
		number(20, 120, func(v *Values) *int { return &v.KioskWarnForm })},
	{KioskProof, "一体机核验间隔", "120", "秒", "[D]", "本街道默认：开始使用时核验一次，之后按此间隔核验本机密钥",
		number(30, 600, func(v *Values) *int { return &v.KioskProof })},
	{KioskInviteMinutes, "一体机启用码有效期", "30", "分钟", "[D]", "本街道默认；用一次即失效",
		number(5, 240, func(v *Values) *int { return &v.KioskInviteMinutes })},
	{KioskCallMinutes, "叫人帮忙无人应", "5", "分钟", "[D] K-2", "本街道默认；到时报街道窗口",
		number(1, 30, func(v *Values) *int { return &v.KioskCallMinutes })},
	{WorkHours, "工作时间", "9:00-12:00,14:00-17:30", "", "[D] REQ-08", "本街道默认；只用来计算工作小时",
		text(`^\d{1,2}:\d{2}-\d{1,2}:\d{2}(,\d{1,2}:\d{2}-\d{1,2}:\d{2})?$`, func(v *Values) *string { return &v.WorkHours })},
	{NoticeVersion, "个人信息告知版本", "2026-1", "", "[L] §6.7", "个人信息保护法第十七条、第三十五条；文字改动时换版本",
		text(`^\d{4}-\d{1,2}$`, func(v *Values) *string { return &v.NoticeVersion })},
	{NumberWord, "文号代字", "梧", "", "[D]", "本街道文号用字",
		text(`^\p{Han}{1,4}$`, func(v *Values) *string { return &v.NumberWord })},
	{StreetCode, "街道代码", "320104900", "", "[D]", "GB/T 2260 与 GB/T 10114 的编码体例；演示街道为虚构代码",
		text(`^\d{9}$`, func(v *Values) *string { return &v.StreetCode })},
	{StreetName, "街道名称", "梧桐里街道", "", "[D]", "演示街道",
		text(anyText, func(v *Values) *string { return &v.StreetName })},
	{StreetPhone, "街道电话", "0000-12345678", "", "[D]", "演示号码",
		text(`^[0-9 （）()+-]+$`, func(v *Values) *string { return &v.StreetPhone })},
	{SupervisionPhone, "监督电话", "0000-12345679", "", "[D] G6", "演示号码；写在网格公示牌和楼道公示牌上",
		text(`^[0-9 （）()+-]+$`, func(v *Values) *string { return &v.SupervisionPhone })},
	{StreetOfficeTime, "办公时间", "工作日 9:00—12:00，13:30—17:30", "", "[D]", "本街道默认",
		text(anyText, func(v *Values) *string { return &v.StreetOfficeTime })},
	{StreetAddress, "街道地址", "梧桐里 1 号", "", "[D]", "演示地址",
		text(anyText, func(v *Values) *string { return &v.StreetAddress })},
}

var byKey = func() map[Key]Default {
	m := make(map[Key]Default, len(Defaults))
	for _, d := range Defaults {
		m[d.Key] = d
	}
	return m
}()

// Label is the setting's 中文 name.
func (k Key) Label() string { return byKey[k].Label }

// Check says in Chinese what is wrong with a value for the key, or nil.
func (k Key) Check(value string) error {
	d, ok := byKey[k]
	if !ok {
		return errors.New("没有这项设置")
	}
	return d.set(new(Values), value)
}
