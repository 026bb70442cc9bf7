package request

import (
	"slices"
	"strings"
)

// Matter is something that many people come with: a picture, plain words for it, and ready phrases (UX-K7).
type Matter struct {
	Code, Icon, Plain string
	Phrases           []string
}

// Matters are asked first, in this order, as long as the street keeps the category; the name is the street's
// own. 其他, the list of all, comes last.
var Matters = []Matter{
	{"0402", "contrast", "马路上的灯", []string{"灯不亮", "灯一直闪", "晚上看不清路", "灯杆歪了"}},
	{"0204", "house", "楼道灯、保洁、保安", []string{"楼道灯不亮", "没人打扫", "门卫不管事", "报修了没人来"}},
	{"0201", "arrow-up", "电梯坏了、停运", []string{"电梯停了", "门关不上", "上下有响声", "家里有老人下不了楼"}},
	{"0602", "trash-2", "垃圾满了没人拉", []string{"垃圾满了没人拉", "有臭味", "招蚊蝇", "已经好几天了"}},
	{"0301", "building-2", "漏水、渗水、墙裂", []string{"屋顶漏水", "墙面渗水", "墙有裂缝", "下雨就漏"}},
	{"0404", "arrow-down-to-line", "下水道堵、路上积水", []string{"下水道堵了", "污水往外冒", "下雨积水", "有臭味"}},
	{"0605", "archive", "楼道里堆东西", []string{"楼道堆了东西", "挡住走路", "怕着火", "说过了没人清"}},
	{"0203", "map-pin", "小区里停车难", []string{"车堵住了门口", "占了别人车位", "没有地方停", "挡住消防通道"}},
	{"0803", "volume-2", "楼上楼下太吵", []string{"半夜太吵", "装修时间太早", "天天都有", "老人睡不好"}},
	{"0609", "triangle-alert", "飞线、上楼充电", []string{"从窗户拉线充电", "电瓶车推上楼", "楼道里充电", "怕着火"}},
	{"1201", "hand-helping", "老人吃饭、照顾", []string{"老人独自在家", "想要人送饭", "想请人上门照顾", "行动不便"}},
	{"0102", "clipboard-list", "办事要带什么", []string{"要带哪些材料", "在哪里办", "几点上班", "能不能代办"}},
}

// usual are phrases for every other matter.
var usual = []string{"请尽快来看看", "已经好几天了", "影响走路", "有老人和孩子"}

// PhrasesOf are the ready phrases of a category.
func PhrasesOf(category string) []string {
	for _, c := range Matters {
		if c.Code == category {
			return c.Phrases
		}
	}
	return usual
}

// WithPhrase adds a phrase to what was said, or takes it out again.
func WithPhrase(words, phrase string) string {
	parts := strings.FieldsFunc(words, func(r rune) bool { return strings.ContainsRune("，,。\n", r) })
	for i, p := range parts {
		parts[i] = strings.TrimSpace(p)
	}
	if i := slices.Index(parts, phrase); i >= 0 {
		return strings.Join(slices.Delete(parts, i, i+1), "，")
	}
	if words = strings.TrimRight(strings.TrimSpace(words), "，,"); words == "" {
		return phrase
	}
	if strings.HasSuffix(words, "。") {
		return words + phrase
	}
	return words + "，" + phrase
}

// Said reports whether a phrase stands in the words by itself.
func Said(words, phrase string) bool {
	return slices.ContainsFunc(strings.FieldsFunc(words, func(r rune) bool { return strings.ContainsRune("，,。\n", r) }),
		func(p string) bool { return strings.TrimSpace(p) == phrase })
}

// KindWords are the kinds in the words of residents.
var KindWords = map[Kind]string{Help: "请人来处理（求助）", Consult: "问一问（咨询）", Complaint: "有人没做好（投诉）",
	Report: "有人违法违规（举报）", Suggestion: "提个建议（建议）", Praise: "表扬谁（表扬）"}

// KindOrder is how residents are asked: what most come for stands first.
var KindOrder = []Kind{Help, Consult, Complaint, Report, Suggestion, Praise}

// KindOf is what people mostly want with a category, until they say otherwise.
func KindOf(category string) Kind {
	switch {
	case category == "9902":
		return Praise
	case category == "1902":
		return Suggestion
	case strings.HasPrefix(category, "01") && category != "0104" && category != "0105":
		return Consult
	}
	return Help
}
