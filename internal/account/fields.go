package account

import "portal/internal/fault"

// accountFields maps violated constraints to the field they belong to.
var accountFields = map[string]fault.Field{
	"account_login_key":           {Name: "login", Message: "这个账号名已经有人用了，换一个"},
	"account_login_check":         {Name: "login", Message: "账号名用小写字母、数字和点，2 到 40 个字符"},
	"account_name_check":          {Name: "name", Message: "姓名 1 到 30 个字"},
	"account_post_once":           {Name: "role", Message: "这个人在这段时间已经有同样的岗位"},
	"account_post_title_check":    {Name: "title", Message: "岗位名称 1 到 30 个字"},
	"account_post_division_check": {Name: "division", Message: "没有这个区划代码。从列出的社区里选"},
	"account_post_unit_id_fkey":   {Name: "unit", Message: "没有这个单位。从列出的单位里选"},
}
