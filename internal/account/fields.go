package account

import "portal/internal/fault"

// accountFields maps violated constraints to the field they belong to.
var accountFields = map[string]fault.Field{
	"account_login_key":   {Name: "login", Message: "这个账号名已经有人用了，换一个"},
	"account_post_once":   {Name: "role", Message: "这个人在这段时间已经有同样的岗位"},
	"account_login_check": {Name: "login", Message: "账号名用小写字母、数字和点，2 到 40 个字符"},
}
