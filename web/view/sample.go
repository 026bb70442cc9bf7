package view

// swatch is one colour of the gallery; a test holds Hex against the style sheet.
type swatch struct{ name, token, hex, words string }

var swatches = []swatch{
	{"墨", "ink-900", "#17201f", "#ffffff"}, {"黛青", "brand", "#12505f", "#ffffff"}, {"朱", "seal", "#b3202a", "#ffffff"}, {"月白", "page", "#eef2f2", "#17201f"},
	{"好", "ok-bg", "#e2f1e7", "#1d6440"}, {"留意", "warn-bg", "#fbf0da", "#7a4b00"}, {"危急", "danger-bg", "#fbe8e6", "#9b1c24"}, {"说明", "info-bg", "#e0eef3", "#17566b"},
	{"一般", "neutral-bg", "#e7eded", "#475558"}, {"协商", "violet-bg", "#ede9f5", "#55407f"}, {"选中", "brand-100", "#dbeaec", "#12505f"}, {"槽", "sunken", "#e3eaea", "#17201f"},
}

// sampleChips are the states of ux.md §2.4 with the icon that each of them keeps.
var sampleChips = []struct {
	tone        Tone
	icon, words string
}{
	{Neutral, "pencil", "草稿"}, {Info, "send", "已提交"}, {Info, "circle-dot", "已受理"}, {Warn, "undo-2", "退回补正"}, {Danger, "circle-x", "不予受理"},
	{Info, "message-square-text", "征求意见"}, {Info, "circle-dot", "街道审核"}, {Info, "users", "联席审议"}, {OK, "circle-check", "准予准入"}, {OK, "list-checks", "附条件准入"},
	{Danger, "circle-x", "不予准入"}, {Info, "scroll-text", "公示中"}, {Info, "play", "执行中"}, {Warn, "circle-pause", "已暂停"}, {Warn, "calendar-clock", "快到期"},
	{Neutral, "log-out", "已退出"}, {Danger, "circle-minus", "已撤销"}, {Neutral, "rotate-ccw", "已撤回"}, {Warn, "eye", "待复核"}, {Warn, "eye", "待核实"},
	{Neutral, "clock", "逾期未补正"}, {Warn, "clipboard-check", "待社区确认"}, {Danger, "hand", "社区拒绝"}, {Danger, "alarm-clock", "超期 5 小时"}, {Violet, "messages-square", "协商中"},
	{Neutral, "archive", "已归档"}, {Neutral, "circle-minus", "未反馈"},
}

var sampleLoads = []Load{
	{Name: "梧桐里社区", Planned: 150, Added: 26, Cap: 160}, {Name: "南塘社区", Planned: 110, Added: 15, Cap: 160}, {Name: "清湾社区", Planned: 171, Cap: 160}, {Name: "柳岸社区", Planned: 90, Cap: 160},
}

var sampleChecks = []Check{
	{Name: "负面清单", Headline: "命中 1 条", Tone: Danger, Finding: []Piece{{Text: "附件第 2 页写有"}, {Text: "“由社区责令限期整改”", Hit: true}, {Text: "，触及第 3 条。"}}, Links: []Link{{"#checks", "看清单第 3 条"}}, Override: "#checks"},
	{Name: "重复采集", Headline: "9 / 14 个字段", Tone: Danger, Finding: []Piece{{Text: "已有数据重合 64%，过了 60% 的线，应预填或退回。"}}, Links: []Link{{"#checks", "并排对比字段"}}, Override: "#checks"},
	{Name: "经费", Headline: "缺 18,600 元", Tone: Danger, Finding: []Piece{{Text: "申报 0 元。按街道标准测算应随事项拨付 18,600 元。"}}, Override: "#checks"},
	{Name: "工作量", Headline: "3 个社区超上限", Tone: Warn, Finding: []Piece{{Text: "共 276 小时，三个社区叠加后超过上限。"}}, Override: "#checks"},
	{Name: "提前申请", Headline: "提前 33 个工作日", Tone: OK, Finding: []Piece{{Text: "要求提前 30 个工作日。"}}, Overridden: "许闻 11月17日改判：依据文号已核对"},
}

var sampleSteps = []StepMark{
	{"提事", "已完成", "done"}, {"审事", "已完成", "done"}, {"议事", "已完成", "done"}, {"定事", "进行中", "now"}, {"办事", "未开始", "later"}, {"公示", "未开始", "later"},
}

var sampleTasks = []Task{
	{Numeral: "一", Label: "事项和依据", Href: "#tasks", State: "已完成", Done: true}, {Numeral: "二", Label: "请社区做什么", Href: "#tasks", State: "已完成", Done: true},
	{Numeral: "三", Label: "人、钱、物", State: "有 3 处需要修改", Now: true, Bad: true}, {Numeral: "四", Label: "要采集的数据", Href: "#tasks", State: "未填"}, {Numeral: "五", Label: "核对并提交", State: "前四步完成后可用"},
}

var sampleEvents = []Event{
	{When: "今天 14:00", Head: "街道审核", Text: "许闻打开了申请", Now: true}, {When: "11月16日 10:42", Head: "提交", Text: "区生态环境分局 大气科"}, {When: "11月12日", Head: "存为草稿"},
}

func sampleDays() []DayCell {
	cells := make([]DayCell, 15)
	for i := range cells {
		cells[i].Label = "第 " + itoa(i+1) + " 个工作日"
		if i < 4 {
			cells[i].State = "past"
		}
	}
	cells[4].State = "today"
	return cells
}
