package request

import (
	"slices"
	"strings"

	"portal/internal/normal"
)

// Emergency is what is said before anything else when words tell of danger (REQ-04). The request is
// taken all the same, and nothing ever holds it up (REQ-20).
type Emergency struct {
	Word string // what was read
	Call string // 110, 119 …
	Say  string
}

// emergencies: the words of one danger, whom to call, and what to do meanwhile. A number comes once.
var emergencies = []struct {
	words []string
	call  string
	say   string
}{
	{[]string{"漏气", "燃气泄漏", "煤气泄漏", "天然气泄漏", "煤气味", "燃气味", "天然气味", "液化气味"}, "119",
		"先开窗、关阀门，不要开关电灯和电器，离开房间后在室外拨打 119 和燃气公司抢修电话"},
	{[]string{"着火", "起火", "失火", "火灾", "冒烟", "浓烟", "爆炸", "自燃"}, "119", "请先离开火场，拨打 119，不要乘电梯"},
	{[]string{"困人", "被困", "困在电梯", "关在电梯", "坍塌", "倒塌", "塌陷", "要塌", "墙倒", "埋在"}, "119", "请先拨打 119；被困电梯请按报警按钮，不要扒门"},
	{[]string{"溺水", "落水", "掉进河", "掉河里", "掉水里"}, "119", "请先拨打 119 和 120，不要下水硬救"},
	{[]string{"坠楼", "跳楼", "轻生", "自杀", "不想活", "寻短见", "割腕"}, "110", "请先拨打 110，身边的人不要离开；心理援助热线 12356"},
	{[]string{"坠落", "高空坠物", "砸伤", "砸到人", "外墙脱落"}, "110", "请先离开危险区域；有人受伤拨打 120，需要封路拨打 110"},
	{[]string{"抢劫", "持刀", "砍人", "打架", "斗殴", "入室", "行凶", "绑架", "拐走", "走失", "走丢"}, "110", "请先拨打 110"},
	{[]string{"家暴", "家庭暴力", "被打", "殴打", "虐待", "性侵", "猥亵"}, "110", "请先到安全的地方，拨打 110；也可以拨打妇女维权热线 12338"},
	{[]string{"昏迷", "晕倒", "没有呼吸", "没呼吸", "胸痛", "大出血", "中毒", "抽搐", "心脏病发", "中风", "触电", "摔伤", "烫伤"}, "120", "请先拨打 120，说清地点，等候时不要挪动病人"},
	{[]string{"车祸", "撞车", "撞人", "交通事故"}, "122", "请先拨打 122；有人受伤同时拨打 120"},
	{[]string{"电线断", "电线掉", "漏电", "电线落地"}, "95598", "请离开掉落的电线至少 8 米，拨打 95598；有人触电拨打 120"},
}

// Emergencies reads words for danger, each number once, in the order of the table.
func Emergencies(words string) []Emergency {
	key := normal.Key(words)
	var out []Emergency
	for _, e := range emergencies {
		i := slices.IndexFunc(e.words, func(w string) bool { return strings.Contains(key, w) })
		if i < 0 || slices.ContainsFunc(out, func(o Emergency) bool { return o.Call == e.call }) {
			continue
		}
		out = append(out, Emergency{Word: e.words[i], Call: e.call, Say: e.say})
	}
	return out
}

// urgentHours is the limit of categories that are emergencies themselves (§6.2).
const urgentHours = 2

// Dangerous reports whether a matter goes on although its author withdraws it (§6.8, 7), and whether a
// child's data may be kept without a guardian (REQ-18).
func Dangerous(words string, c Category) bool {
	return len(Emergencies(words)) > 0 || c.DueHours > 0 && c.DueHours <= urgentHours
}
