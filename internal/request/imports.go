package request

import (
	"context"
	"strconv"
	"strings"

	"portal/internal/authz"
	"portal/internal/intake"
	"portal/internal/pg"
	"portal/internal/place"
)

// CategoriesFile is the import of request_categories.csv: the categories with their usual departments and
// limits. Words and marks of evidence that the street has added to a line stay.
func CategoriesFile() intake.Kind {
	return intake.Kind{
		Name: "categories", Label: "诉求分类", Key: []string{"code"}, Do: authz.CategoryEdit, Plan: planCategories,
		Columns: []intake.Column{
			{Name: "code", Filled: true, Check: intake.Shape(`^[0-9]{2}([0-9]{2})?$`, "代码为两位或者四位数字")},
			{Name: "parent_code", Check: intake.Shape(`^[0-9]{2}$`, "上级代码为两位数字")},
			{Name: "name", Filled: true, Max: 40},
			{Name: "typical_department", Max: 120},
			{Name: "default_due_hours", Check: intake.Shape(`^([1-9][0-9]{0,2}|1[0-9]{3}|2000)$`, "办结时限为 1 到 2000 小时")},
			{Name: "handling_class", Check: intake.OneOf(Classes...)},
			{Name: "source", Max: 300},
			{Name: "synthetic", Filled: true, Check: intake.TrueFalse},
		},
	}
}

func planCategories(ctx context.Context, q pg.Querier, rows []intake.Row, _ intake.Options) (intake.Plan, error) {
	stored, err := categoryRows(ctx, q, selectCategories)
	if err != nil {
		return intake.Plan{}, err
	}
	known := map[string]categoryRow{}
	for _, c := range stored {
		known[c.Code] = c
	}
	inFile := map[string]bool{}
	for _, r := range rows {
		inFile[r.Text("code")] = true
	}
	var plan intake.Plan
	for _, r := range rows {
		before, there := known[r.Text("code")]
		c := categoryOf(r, before, there)
		if column, reason := c.wrong(inFile, known); reason != "" {
			plan.Problems = append(plan.Problems, r.Problem(column, reason))
			continue
		}
		step := intake.Step{Row: r, Act: intake.Added}
		if there {
			step.Act = intake.Updated
			c.Version, c.ParentName = before.Version, before.ParentName
			if c == before {
				step.Act = intake.Unchanged
			}
		}
		if step.Act != intake.Unchanged {
			step.Write = func(ctx context.Context, tx *pg.Tx) error { return storeCategory(ctx, tx, c) }
		}
		plan.Steps = append(plan.Steps, step)
	}
	return plan, nil
}

func categoryOf(r intake.Row, before categoryRow, there bool) categoryRow {
	hours, _ := strconv.Atoi(r.Text("default_due_hours")) // Column.Check has read it; a first-level line has none
	c := categoryRow{Source: r.Text("source"), Category: Category{Code: r.Text("code"), Parent: r.Text("parent_code"), Name: r.Text("name"),
		Departments: strings.ReplaceAll(r.Text("typical_department"), ";", "；"), DueHours: hours, Class: r.Text("handling_class"), Active: true}}
	c.Pinyin, c.Initials = place.Pinyin(c.Name)
	if there {
		c.Words, c.Physical, c.Active = before.Words, before.Physical, before.Active
	} else {
		c.Words, c.Physical = otherWords[c.Code], physical(c.Category)
	}
	return c
}

// wrong gives the column and what is wrong in it.
func (r categoryRow) wrong(inFile map[string]bool, known map[string]categoryRow) (column, reason string) {
	_, stored := known[r.Parent]
	switch {
	case (len(r.Code) == 4) != r.Leaf(), r.Leaf() && !strings.HasPrefix(r.Code, r.Parent):
		return "parent_code", "四位代码要写上级代码，且以它开头；两位代码没有上级"
	case r.Leaf() && !inFile[r.Parent] && !stored:
		return "parent_code", "上级代码不在文件里，也没有登记"
	case r.Leaf() != (r.DueHours > 0):
		return "default_due_hours", "四位代码要写办结时限；两位代码不写"
	}
	return "", ""
}

// physicalGroups are the first-level categories whose matters can be seen and photographed.
var physicalGroups = map[string]bool{"03": true, "04": true, "06": true, "07": true, "20": true}

// physicalCodes are the others, and notPhysical what in those groups is only words.
var (
	physicalCodes = map[string]bool{"0201": true, "0202": true, "0203": true, "0208": true, "0502": true, "0504": true, "0807": true, "0901": true,
		"0902": true, "0903": true, "0906": true, "0907": true, "1001": true, "1002": true, "1005": true}
	notPhysical = map[string]bool{"0303": true, "0304": true, "0306": true, "2005": true}
)

// physical marks what can be seen: such a matter is not done without evidence (REQ-10).
func physical(c Category) bool {
	return c.Leaf() && !notPhysical[c.Code] && (physicalGroups[c.Parent] || physicalCodes[c.Code])
}

// otherWords are what people call a matter, for finding it. They come with the first import and are the
// street's to edit.
var otherWords = map[string]string{
	"0101": "政策 法规 规定 怎么规定", "0102": "怎么办 要什么材料 办事 流程", "0103": "查进度 办好了吗", "0104": "帮忙办 代办 跑腿", "0105": "上门 行动不便 出不了门",
	"0106": "开证明 盖章 居住证明", "0201": "电梯坏 电梯停 电梯不动 电梯停运 电梯异响", "0202": "困在电梯 关在电梯里 电梯关人", "0203": "停车难 车位 停车费 乱停车 占车位",
	"0204": "物业不管 物业服务差 保洁 保安", "0205": "物业费 停车收费 乱收费", "0206": "公共收益 电梯广告 收益去哪", "0207": "业委会 业主大会 换物业",
	"0208": "门禁 单元门 监控 大门", "0209": "维修基金 大修", "0301": "漏水 渗水 墙裂 开裂 屋顶漏", "0302": "危房 房子要塌 墙歪", "0303": "老小区 改造 翻新",
	"0304": "装电梯 加梯", "0305": "群租 隔断房 租客太多", "0306": "公租房 廉租房 保障房", "0307": "墙皮掉 外墙掉 瓷砖掉", "0401": "路坑 路面坏 坑洼", "0402": "路灯 灯不亮 灯坏了 没有灯",
	"0403": "窨井盖 井盖 井盖没了", "0404": "下水道堵 堵塞 积水 污水 冒水", "0405": "人行道 地砖 盲道", "0406": "公厕 厕所 公共厕所", "0407": "长椅 健身器材 座椅",
	"0501": "停水 没水 水黄 水质", "0502": "水管爆 爆管 水管破", "0503": "停电 没电 跳闸", "0504": "漏气 煤气味 燃气味 天然气泄漏", "0505": "燃气检查 煤气安检",
	"0506": "暖气不热 供暖 暖气", "0507": "水费 电费 燃气费 水表 电表", "0601": "摆摊 占道 地摊 店外经营", "0602": "垃圾 垃圾没人收 垃圾桶满 垃圾臭",
	"0603": "垃圾分类 投放点 垃圾房", "0604": "装修垃圾 建筑垃圾 渣土", "0605": "楼道堆东西 楼道杂物 堵楼道", "0606": "小广告 牛皮癣", "0607": "广告牌 店招 招牌",
	"0608": "毁绿 种菜 绿化 绿地", "0609": "飞线 拉电线充电 电动车充电 电瓶车充电 楼道充电", "0701": "违建 搭建 违章建筑 正在搭", "0702": "老违建 违建", "0703": "住改商 改变用途",
	"0704": "开墙 破墙 打洞", "0801": "工地吵 施工吵 夜间施工", "0802": "广场舞 音响 唱歌吵", "0803": "邻居吵 楼上吵 跑跳 半夜吵", "0804": "油烟 饭店油烟", "0805": "扬尘 灰大 工地灰",
	"0806": "臭味 气味 难闻", "0807": "河臭 河道 水塘", "0901": "违停 乱停 堵路", "0902": "共享单车 单车乱放", "0903": "红绿灯 标线 斑马线", "0904": "公交 公交站",
	"0905": "黑车 非法营运", "0906": "车棚 自行车棚 充电桩", "0907": "僵尸车 废车", "1001": "消防通道 堵通道 消防车进不来", "1002": "消防栓 灭火器 消防设施", "1003": "高空抛物 楼上扔东西 坠物",
	"1004": "偷 小偷 治安 打架", "1005": "树要倒 枯树 危树", "1006": "狗 遛狗 狗叫 狗咬 不拴绳", "1007": "诈骗 骗子 电信诈骗", "1101": "低保 特困 困难户",
	"1102": "救助 生活困难 救急", "1103": "残疾 残疾证 残疾人", "1104": "小孩 留守儿童 孤儿", "1105": "丧葬 殡葬 火化", "1106": "流浪 乞讨 要饭", "1201": "养老 护理 上门照护",
	"1202": "养老院 敬老院", "1203": "老年食堂 助餐 送餐", "1204": "适老化 扶手 改造浴室", "1205": "独居老人 看望 孤寡", "1206": "时间银行 志愿", "1301": "社区医院 卫生服务 家庭医生",
	"1302": "医保 报销 看病报销", "1303": "异地就医 外地看病", "1304": "疫苗 打针", "1305": "抽烟 吸烟 二手烟", "1306": "老鼠 蚊子 蟑螂 消杀", "1401": "上学 学区 入学", "1402": "培训班 退学费 培训退费",
	"1403": "托育 托儿所", "1404": "校门口 放学堵车", "1501": "找工作 失业 就业", "1502": "社保 养老金 退休", "1503": "欠薪 不发工资 讨薪", "1504": "培训 学技术", "1601": "食品 吃坏 过期 变质",
	"1602": "预付卡 充值卡 跑路 退卡", "1603": "乱涨价 价格 标价", "1604": "无证 没有执照", "1605": "退货 换货 不退款", "1701": "邻居 纠纷 吵架", "1702": "家事 离婚 赡养",
	"1703": "物业纠纷", "1704": "法律 律师 打官司", "1705": "家暴 挨打 打老婆", "1801": "场地 健身 篮球场", "1802": "活动室 会议室", "1803": "图书 看书 书屋", "1804": "社团 队伍 舞蹈队",
	"1901": "居务公开 公开账目", "1902": "议题 商量 提议", "1903": "公约 居规民约", "1904": "社区干部 工作人员态度", "1905": "网格员 网格", "1906": "清单外 社区盖章",
	"2001": "树倒 倒树", "2002": "内涝 淹水 进水", "2003": "塌陷 路塌", "2004": "扫雪 结冰 积雪", "2005": "走失 走丢 找人", "9901": "不知道归谁 其他", "9902": "表扬 感谢 锦旗", "9903": "不归街道管",
}
