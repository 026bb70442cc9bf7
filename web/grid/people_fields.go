package grid

import "portal/web/view"

func phoneField(x filled) view.Field {
	f := x.hinted("phone", "工作电话", "会公开在公示牌上，不要填私人号码", 20)
	f.Width, f.Mode = "m", "tel"
	return f
}

func communityField(x filled) view.Field {
	f := x.field("community", "社区")
	f.Width = "m"
	return f
}

func loginField(x filled) view.Field {
	f := x.optional("login", "登录名", "有账号才能自己在移交单上签字", 40)
	f.Width = "m"
	return f
}

func askedPlace(x filled) view.Field {
	f := x.hinted("q", "地址、楼栋或小区", "如 槐荫苑3幢，也可以写拼音", 60)
	f.Type = "search"
	return f
}
