package demo

import (
	"context"
	"fmt"

	"portal/internal/account"
	"portal/internal/authz"
	"portal/internal/pg"
	"portal/internal/place"
	"portal/internal/workday"
)

// Password of every demo account (product.md §0). Demo data is refused in production.
const Password = "demo-wutong-2026"

// StreetCode is the fictional street of the demo.
const StreetCode = "320104900"

// Codes of the six communities.
const (
	Huaiyin  = "320104900001"
	Shiqiao  = "320104900002"
	Linhe    = "320104900003"
	Zhonglou = "320104900004"
	Xuefu    = "320104900005"
	Xinyuan  = "320104900006"
)

// unitRow is a unit that the published departments file does not hold.
type unitRow struct {
	name, kind, unitType, division string
}

var extraUnits = []unitRow{
	{"梧桐里街道办事处", "street_office", "街道办事处", StreetCode},
	{"司法所", "street_section", "街道内设部门或中心", StreetCode},
	{"党政办公室", "street_section", "街道内设部门或中心", StreetCode},
	{"区城市管理局", "district_department", "区级部门（虚构）", "320104"},
	{"区民政局", "district_department", "区级部门（虚构）", "320104"},
	{"区人民政府", "district_government", "区人民政府", "320104"},
	{"槐荫社区居委会", "residents_committee", "居民委员会", Huaiyin},
	{"石桥社区居委会", "residents_committee", "居民委员会", Shiqiao},
	{"临河社区居委会", "residents_committee", "居民委员会", Linhe},
	{"钟楼社区居委会", "residents_committee", "居民委员会", Zhonglou},
	{"学府社区居委会", "residents_committee", "居民委员会", Xuefu},
	{"新苑社区居委会", "residents_committee", "居民委员会", Xinyuan},
	{"梧桐巧手坊", "court_or_group", "社会组织（虚构）", Huaiyin},
}

// unitsByLaw are generic names of the published lists: units without accounts.
var unitsByLaw = []string{"公安机关", "民政部门", "卫生健康部门", "司法行政部门", "应急管理部门", "城市管理部门", "生态环境部门", "气象部门", "教育行政部门",
	"退役军人事务部门", "农业农村部门", "网格化服务管理机构", "住房城乡建设部门", "消防救援机构", "平安建设部门", "自然资源部门", "地方金融管理部门", "宗教事务部门",
	"人民武装部", "林业和园林部门", "外事部门", "医疗保障部门", "统计部门", "政务服务部门", "城市管理综合执法部门", "社会工作部门", "人力资源社会保障部门", "公证机构",
	"市场监督管理部门", "信访部门", "水务部门", "交通运输部门"}

// courtsAndGroups are the ones among them that the law does not call departments.
var courtsAndGroups = []string{"人民法院", "残疾人联合会", "妇女联合会", "科学技术协会"}

// accountRow is one demo account; names are invented.
type accountRow struct {
	login, name string
	role        authz.Role
	unit        string
	division    string
	title       string
}

// Accounts lists the demo accounts of the contract in the order they are printed.
var accounts = []accountRow{
	{"admin", "管平", authz.Admin, "党政办公室", StreetCode, "管理员"},
	{"admin2", "管安", authz.Admin, "党政办公室", StreetCode, "管理员"},
	{"reviewer", "许闻", authz.Reviewer, "社区建设部", StreetCode, "审核岗"},
	{"reviewer2", "许静", authz.Reviewer, "党群工作部", StreetCode, "审核岗"},
	{"leader", "周岭", authz.Leader, "梧桐里街道办事处", StreetCode, "街道主任"},
	{"finance", "钱清", authz.Finance, "街道财政", StreetCode, "财政岗"},
	{"legality", "程衡", authz.Legality, "司法所", StreetCode, "合法性审核岗"},
	{"dept.chengguan", "城小勤", authz.Department, "区城市管理局", "", "联络员"},
	{"dept.minzheng", "闵正", authz.Department, "区民政局", "", "联络员"},
	{"secretary.huaiyin", "槐秋", authz.Secretary, "槐荫社区居委会", Huaiyin, "社区书记"},
	{"secretary.linhe", "凌河", authz.Secretary, "临河社区居委会", Linhe, "社区书记"},
	{"worker.huaiyin", "林禾", authz.Worker, "槐荫社区居委会", Huaiyin, "社区工作者"},
	{"worker.linhe", "何岸", authz.Worker, "临河社区居委会", Linhe, "社区工作者"},
	{"dispatcher", "戴渡", authz.Dispatcher, "网格化服务中心(综治中心)", StreetCode, "调度员"},
	{"clerk", "桂台", authz.Clerk, "党群服务中心(社区中心)", StreetCode, "窗口人员"},
	{"callback", "回声", authz.Callback, "党群服务中心(社区中心)", StreetCode, "回访员"},
	{"grid.huaiyin1", "葛一", authz.GridWorker, "槐荫社区居委会", Huaiyin + "001", "网格员"},
	{"grid.huaiyin2", "葛二", authz.GridWorker, "槐荫社区居委会", Huaiyin + "002", "网格员"},
	{"org.contact", "乔手", authz.OrgContact, "梧桐巧手坊", "", "组织联系人"},
	{"supervisor.huaiyin", "槐监", authz.Supervisor, "槐荫社区居委会", Huaiyin, "监督委员"},
	{"auditor", "申计", authz.Auditor, "纪监委", StreetCode, "审计员"},
}

// Account is a line of the list printed at start and shown on the demo's sign-in page.
type Account struct{ Login, Post string }

// Accounts lists login and post of every demo account.
func Accounts() []Account {
	out := make([]Account, len(accounts))
	for i, a := range accounts {
		out[i] = Account{Login: a.login, Post: a.unit + " " + a.title}
	}
	return out
}

// seedAccounts adds the accounts, all with one password hash: hashing 21 times would only slow the first start.
func seedAccounts(ctx context.Context, s *seeder) error {
	hash, err := account.HashPassword(ctx, Password)
	if err != nil {
		return err
	}
	return s.db.Write(ctx, authz.System, func(tx *pg.Tx) error {
		from := workday.DayOf(tx.Now).AddMonths(-20)
		for _, a := range accounts {
			unit, err := place.UnitByName(ctx, tx, a.unit)
			if err != nil {
				return fmt.Errorf("account %s: %w", a.login, err)
			}
			id, err := account.Insert(ctx, tx, account.NewAccount{Login: a.login, Name: a.name, PasswordHash: hash,
				Posts: []account.NewPost{{Role: string(a.role), UnitID: unit.ID, Division: a.division, Title: a.title, From: from}}})
			if err != nil {
				return fmt.Errorf("account %s: %w", a.login, err)
			}
			if err := tx.Record(ctx, pg.Change{Action: authz.PeopleManage, Kind: "account", ID: id, No: a.login, Reason: "演示"}); err != nil {
				return err
			}
		}
		return nil
	})
}
