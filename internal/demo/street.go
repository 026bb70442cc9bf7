package demo

import (
	"context"
	"fmt"
	"slices"

	"portal/internal/authz"
	"portal/internal/catalog"
	"portal/internal/legal"
	"portal/internal/normal"
	"portal/internal/pg"
	"portal/internal/place"
	"portal/internal/policy"
	"portal/internal/workday"
)

// hoursPerWorker is the capacity of one worker in a month (product.md §8).
const hoursPerWorker = 80

var communities = []place.Community{
	{Code: Huaiyin, Households: 2680, Workers: 9, Address: "槐荫路 1 号（虚构）", DutyPhone: "0000-5550101"},
	{Code: Shiqiao, Households: 1420, Workers: 6, Address: "石桥巷 8 号（虚构）", DutyPhone: "0000-5550102"},
	{Code: Linhe, Households: 2950, Workers: 8, Address: "临河街 20 号（虚构）", DutyPhone: "0000-5550103"},
	{Code: Zhonglou, Households: 1860, Workers: 7, Address: "钟楼里 3 号（虚构）", DutyPhone: "0000-5550104"},
	{Code: Xuefu, Households: 2210, Workers: 8, Address: "学府路 66 号（虚构）", DutyPhone: "0000-5550105"},
	{Code: Xinyuan, Households: 1080, Workers: 6, Address: "新苑路 12 号（虚构）", DutyPhone: "0000-5550106"},
}

var listVersions = []catalog.ListVersion{
	{Title: "梧桐里街道社区工作事项清单（2025 年版）", DocNo: "梧办发〔2025〕1号（虚构）", EffectiveFrom: workday.NewDay(2025, 1, 1), Note: "依据当时有效的法律"},
	{Title: "梧桐里街道社区工作事项清单（2026 年版）", DocNo: "梧办发〔2026〕1号（虚构）", EffectiveFrom: workday.NewDay(2026, 1, 1), Note: "按 2025 年修订的居民委员会组织法调整"},
	{Title: "梧桐里街道社区工作事项清单（2026 年第二版）", DocNo: "梧办发〔2026〕9号（虚构）", EffectiveFrom: workday.NewDay(2026, 8, 15), Note: "按生态环境法典调整"},
}

// seedStreet adds communities, list versions and the units that the published file does not hold.
func seedStreet(ctx context.Context, s *seeder) error {
	return s.db.Write(ctx, authz.System, func(tx *pg.Tx) error {
		for _, c := range communities {
			c.CapacityHours = float64(c.Workers * hoursPerWorker)
			if err := place.AddCommunity(ctx, tx, c); err != nil {
				return err
			}
		}
		for _, v := range listVersions {
			if _, err := catalog.AddListVersion(ctx, tx, v); err != nil {
				return err
			}
		}
		all := slices.Clone(extraUnits)
		for _, name := range unitsByLaw {
			all = append(all, unitRow{name, string(place.UnitByLaw), "法律所称机关", ""})
		}
		for _, name := range courtsAndGroups {
			all = append(all, unitRow{name, string(place.CourtOrGroup), "法院、群团组织", ""})
		}
		for _, u := range all {
			unit := place.NewUnit{Name: u.name, Kind: place.RequesterKind(u.kind), Type: u.unitType, Division: u.division, Synthetic: true}
			if _, err := place.InsertUnit(ctx, tx, unit); err != nil {
				return fmt.Errorf("unit %s: %w", u.name, err)
			}
		}
		return tx.Record(ctx, pg.Change{Action: authz.ListImport, Kind: "unit", No: "demo", Reason: "演示"})
	})
}

// load is what a published entry costs a community: hours each time, times a year. The lists
// themselves do not say it; these are the demo's.
type load struct {
	code          string
	hours, yearly float64
	modes         []catalog.AssistMode
	requester     string
	payer         string
}

var loads = []load{
	{"LZ-029", 8, 12, nil, "", ""}, {"LZ-030", 20, 12, nil, "", ""}, {"LZ-036", 12, 12, nil, "", ""}, {"LZ-102", 10, 12, nil, "", ""},
	{"LZ-105", 40, 12, nil, "", ""}, {"LZ-106", 36, 12, nil, "", ""}, {"LZ-107", 48, 12, nil, "", ""}, {"LZ-108", 30, 12, nil, "", ""},
	{"LZ-111", 12, 12, nil, "", ""}, {"LZ-123", 16, 2, nil, "", ""}, {"LZ-127", 14, 12, nil, "", ""}, {"LZ-130", 8, 12, nil, "", ""},
	{"LZ-136", 10, 12, nil, "", ""}, {"LZ-140", 8, 12, nil, "", ""},
	{"XZ-002", 6, 12, modes("publicise"), "区人民政府", "区人民政府"},
	{"XZ-003", 8, 4, modes("publicise", "mobilise"), "区人民政府", "区人民政府"},
	{"XZ-043", 10, 12, modes("contact", "persuade"), "区人民政府", "区人民政府"},
	{"XZ-047", 6, 12, modes("publicise"), "区人民政府", "区人民政府"},
	{"XZ-050", 8, 12, modes("publicise"), "梧桐里街道办事处", "梧桐里街道办事处"},
	{"XZ-102", 40, 12, modes("mobilise", "discover_report"), "梧桐里街道办事处", "梧桐里街道办事处"},
	{"XZ-103", 16, 12, modes("persuade"), "梧桐里街道办事处", "梧桐里街道办事处"},
	{"XZ-106", 14, 12, modes("contact"), "梧桐里街道办事处", "梧桐里街道办事处"},
	{"XZ-107", 18, 12, modes("persuade"), "梧桐里街道办事处", "梧桐里街道办事处"},
	{"XZ-112", 36, 12, modes("escort_visit", "contact"), "区民政局", "区民政局"},
	{"XZ-115", 6, 12, modes("discover_report"), "区民政局", "区民政局"},
}

func modes(names ...catalog.AssistMode) []catalog.AssistMode { return names }

// seedRules installs the settings and local clauses of the street, the readings of cited articles
// and what the published entries cost.
func seedRules(ctx context.Context, s *seeder) error {
	return s.db.Write(ctx, authz.System, func(tx *pg.Tx) error {
		if err := legal.InstallDuties(ctx, tx); err != nil {
			return err
		}
		// No local regulation of refusal: the street lies in Jiangsu. One policy, in 槐荫 only, so that
		// both outcomes can be seen.
		clause := legal.Clause{Ground: legal.Policy, Title: "梧桐里街道社区工作事项准入办法（试行，虚构）", DocNo: "梧办发〔2026〕3号", ArticleLabel: "第八条",
			Words:        "未经准入的工作事项，试点社区可以不予承接，并书面告知下发部门。（演示文件，虚构）",
			GivesRefusal: true, Condition: legal.Unapproved, Divisions: []string{Huaiyin}, From: workday.NewDay(2026, 3, 1), Status: legal.ClauseInForce}
		if _, err := legal.AddClause(ctx, tx, clause); err != nil {
			return err
		}
		for _, p := range []policy.Proposal{
			{Key: policy.NumberWord, Value: "梧"}, {Key: policy.StreetName, Value: "梧桐里街道"}, {Key: policy.StreetCode, Value: StreetCode},
			{Key: policy.StreetPhone, Value: "0000-5550100"}, {Key: policy.SupervisionPhone, Value: "0000-5550112"}, {Key: policy.StreetOfficeTime, Value: "工作日 9:00—12:00，13:30—17:30"},
			{Key: policy.StreetAddress, Value: "梧桐里大街 9 号（虚构）"},
		} {
			p.Basis, p.From = "演示街道设置", workday.NewDay(2025, 1, 1)
			if err := policy.Install(ctx, tx, p); err != nil {
				return fmt.Errorf("setting %s: %w", p.Key, err)
			}
		}
		for _, l := range loads {
			hours, yearly := l.hours, l.yearly
			if err := catalog.SetLoad(ctx, tx, l.code, catalog.Load{HoursPerOccurrence: &hours, OccurrencesPerYear: &yearly,
				AssistModes: l.modes, Requester: l.requester, Payer: l.payer}); err != nil {
				return fmt.Errorf("load of %s: %w", l.code, err)
			}
		}
		return tx.Record(ctx, pg.Change{Action: authz.PolicyConfirm, Kind: "policy_setting", No: "demo", Reason: "演示"})
	})
}

// heldFields is the data dictionary: what the street already holds, who holds it, and how many days old it is.
var heldFields = []struct {
	holder string
	age    int
	names  []string
}{
	{"区公安分局人口库", 20, []string{"姓名", "性别", "民族", "出生日期", "身份证号码", "户籍地址", "居住地址", "户主姓名", "与户主关系", "家庭人口数", "联系电话", "婚姻状况"}},
	{"区民政局救助台账", 35, []string{"低保类别", "低保金额", "特困人员类别", "临时救助次数", "救助开始日期", "残疾等级", "残疾类别", "残疾证号", "监护人姓名", "监护人电话", "独居情况", "高龄津贴发放情况"}},
	{"区人社局就业库", 60, []string{"就业状态", "工作单位", "职业技能等级", "社会保险参保情况", "退休时间"}},
	{"区卫生健康局", 45, []string{"家庭医生签约情况", "慢性病种类", "疫苗接种日期", "孕产妇建档情况"}},
	{"区市场监管局企业库", 30, []string{"商户名称", "统一社会信用代码", "经营者姓名", "经营地址", "经营范围", "营业执照编号", "食品经营许可证号", "从业人数", "开业日期"}},
	{"街道网格化服务中心", 10, []string{"楼栋编号", "单元号", "房屋用途", "房屋产权性质", "出租情况", "承租人姓名", "租住人数", "网格编号", "网格员姓名"}},
	{"街道城市管理部", 50, []string{"充电桩数量", "电动自行车停放点", "垃圾分类投放点", "油烟净化设施类型", "灭火器数量", "消防通道情况", "物业服务企业名称", "物业联系电话", "业委会成立情况"}},
}

// reports are the forms that communities fill today (product.md §8).
var reports = []struct {
	unit, name, frequency string
	fields                []string
}{
	{"区民政局", "独居老人走访登记表", "month", []string{"姓名", "居住地址", "联系电话", "独居情况", "走访日期", "身体状况"}},
	{"区民政局", "困境儿童关爱台账", "quarter", []string{"姓名", "出生日期", "监护人姓名", "监护人电话", "困境类型"}},
	{"区民政局", "社会救助主动发现月报", "month", []string{"发现人数", "转介人数", "救助开始日期"}},
	{"区城市管理局", "沿街商户信息登记表", "quarter", []string{"商户名称", "经营者姓名", "经营地址", "营业执照编号", "联系电话"}},
	{"区城市管理局", "垃圾分类投放点巡查表", "month", []string{"垃圾分类投放点", "巡查日期", "问题描述"}},
	{"平安建设部", "矛盾纠纷排查月报", "month", []string{"纠纷类型", "当事人户数", "调解结果"}},
	{"平安建设部", "出租房屋信息表", "quarter", []string{"楼栋编号", "单元号", "出租情况", "承租人姓名", "租住人数"}},
	{"社会事务部", "残疾人服务需求表", "year", []string{"姓名", "残疾等级", "残疾类别", "服务需求"}},
	{"社会事务部", "老年人能力情况表", "year", []string{"姓名", "出生日期", "慢性病种类", "独居情况"}},
	{"党群工作部", "社区活动登记表", "month", []string{"活动名称", "活动日期", "参加人数"}},
	{"社区建设部", "居民协商情况表", "quarter", []string{"协商议题", "参加人数", "协商结果"}},
	{"网格化服务中心(综治中心)", "网格事件汇总表", "month", []string{"网格编号", "事件类型", "办结数量"}},
}

// seedDictionary fills what is held already and the forms in use.
func seedDictionary(ctx context.Context, s *seeder) error {
	return s.db.Write(ctx, authz.System, func(tx *pg.Tx) error {
		for _, g := range heldFields {
			for _, name := range g.names {
				if _, err := tx.Exec(ctx, insertHeld, name, normal.Key(name), g.holder, s.today.Add(-g.age)); err != nil {
					return fmt.Errorf("held field %s: %w", name, err)
				}
			}
		}
		for _, r := range reports {
			unit, err := place.UnitByName(ctx, tx, r.unit)
			if err != nil {
				return fmt.Errorf("report of %s: %w", r.unit, err)
			}
			if _, err := tx.Exec(ctx, insertReport, r.name, unit.ID, "", r.frequency, r.fields); err != nil {
				return fmt.Errorf("report %s: %w", r.name, err)
			}
		}
		return tx.Record(ctx, pg.Change{Action: authz.ListImport, Kind: "held_field", No: "demo", Reason: "演示"})
	})
}
