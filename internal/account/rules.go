package account

import (
	"context"
	"unicode/utf8"

	"portal/internal/authz"
	"portal/internal/fault"
	"portal/internal/normal"
	"portal/internal/workday"
)

const maxName = 30 // characters of a name and of a title, as in the table

// PostRoles are the roles a post may carry: all but the public's.
var PostRoles = func() []authz.Role {
	var out []authz.Role
	for _, r := range authz.Roles {
		if r != authz.Public {
			out = append(out, r)
		}
	}
	return out
}()

// placed are the roles whose reach the policy table ties to a division, so that their posts must
// name one.
var placed = func() map[authz.Role]bool {
	m := map[authz.Role]bool{}
	for _, row := range authz.Policy {
		for role, reach := range row.Who {
			if reach == authz.OwnDivision {
				m[role] = true
			}
		}
	}
	return m
}()

// NeedsPlace reports whether a post of the role must name a division.
func NeedsPlace(r authz.Role) bool { return placed[r] }

func checkPerson(c *AddPerson) []fault.Field {
	var out []fault.Field
	if !loginForm.MatchString(c.Login) {
		out = append(out, accountFields["account_login_check"])
	}
	return append(out, checkName("name", &c.Name, "填写姓名")...)
}

func checkName(field string, value *string, empty string) []fault.Field {
	kept, err := normal.Clean(*value)
	if err != nil {
		return []fault.Field{{Name: field, Message: err.Error()}}
	}
	*value = kept
	switch n := utf8.RuneCountInString(kept); {
	case n == 0:
		return []fault.Field{{Name: field, Message: empty}}
	case n > maxName:
		return []fault.Field{{Name: field, Message: "最多 30 个字"}}
	}
	return nil
}

// checkPost reports everything that is wrong with a post and fills in the usual title and first day.
func checkPost(p *NewPost, today workday.Day) []fault.Field {
	var out []fault.Field
	role := authz.Role(p.Role)
	if role == authz.Public || role.Label() == "" {
		out = append(out, fault.Field{Name: "role", Message: "选择岗位"})
	}
	if p.UnitID == 0 {
		out = append(out, fault.Field{Name: "unit", Message: "选择所在单位"})
	}
	if NeedsPlace(role) && p.Division == "" {
		out = append(out, fault.Field{Name: "division", Message: "这个岗位只管自己的社区，选择是哪个社区"})
	}
	if p.Title == "" {
		p.Title = role.Label()
	}
	out = append(out, checkName("title", &p.Title, "填写岗位名称")...)
	if p.From.IsZero() {
		p.From = today
	}
	if p.From.Before(today) {
		out = append(out, fault.Field{Name: "from", Message: "开始日期最早填今天 " + today.Chinese()})
	}
	if !p.Until.IsZero() && p.Until.Before(p.From) {
		out = append(out, fault.Field{Name: "until", Message: "结束日期不能早于开始日期 " + p.From.Chinese()})
	}
	return out
}

// oneTimePassword draws 80 random bits in four groups, easy to read out over the telephone.
func oneTimePassword(ctx context.Context) (password, hash string, err error) {
	word, err := randomWord(16)
	if err != nil {
		return "", "", err
	}
	password = groups(word, 4, "-")
	hash, err = HashPassword(ctx, password)
	return password, hash, err
}
