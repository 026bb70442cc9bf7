package account

import (
	"strconv"

	"portal/internal/account"
	"portal/web/view"
)

// summary lists the messages for the box above the form.
func (r refused) summary() []view.FieldError {
	var out []view.FieldError
	for _, f := range r.fields {
		out = append(out, view.FieldError{Field: f.Name, Message: f.Message})
	}
	return out
}

var sizeWords = [][2]string{{"std", "标准"}, {"large", "大"}, {"xlarge", "特大"}}

func (p settingsPage) sizes() []view.Option {
	var out []view.Option
	for _, s := range sizeWords {
		out = append(out, view.Option{Value: s[0], Label: s[1], Chosen: p.Frame.FontSize == s[0]})
	}
	return out
}

func (p settingsPage) shortcutChoices() []view.Option {
	return []view.Option{{Value: "on", Label: "打开", Chosen: p.Shortcuts}, {Value: "off", Label: "关闭", Chosen: !p.Shortcuts}}
}

func (p peoplePage) states() []view.Option {
	var out []view.Option
	for _, s := range personStates {
		out = append(out, view.Option{Value: string(s), Label: s.Label(), Chosen: s == p.State})
	}
	return out
}

// tags are the applied filters, each with the list without it.
func (p peoplePage) tags() []view.Tag {
	var out []view.Tag
	if p.Words != "" {
		out = append(out, view.Tag{Words: p.Words, Href: query("", string(p.State), "")})
	}
	if p.State != account.AllPeople {
		out = append(out, view.Tag{Words: p.State.Label(), Href: query(p.Words, "", "")})
	}
	return out
}

func (p peoplePage) result() string {
	if p.List.HasNext || p.List.HasPrev {
		return "按账号排列"
	}
	return "共 " + strconv.Itoa(len(p.List.Rows)) + " 个账号，按账号排列"
}

func (p peoplePage) pages() view.Pages {
	out := view.Pages{Words: "按账号排列"}
	if p.List.HasPrev {
		out.First = query(p.Words, string(p.State), "")
		out.Prev = query(p.Words, string(p.State), p.List.Prev)
	}
	if p.List.HasNext {
		out.Next = query(p.Words, string(p.State), p.List.Next)
	}
	return out
}

func ask(words string) []view.Option { return []view.Option{{Label: words}} }

func (f postForm) roles() []view.Option {
	out := ask("请选择")
	for _, r := range f.Choices.Roles {
		out = append(out, view.Option{Value: string(r), Label: r.Label(), Chosen: f.Role == string(r)})
	}
	return out
}

func (f postForm) units() []view.Option {
	out := ask("请选择")
	for _, u := range f.Choices.Units {
		id := strconv.FormatInt(u.ID, 10)
		out = append(out, view.Option{Value: id, Label: u.Name, Chosen: f.Unit == id})
	}
	return out
}

func (f postForm) places() []view.Option {
	out := ask("不限社区，跟着岗位走")
	for _, d := range f.Choices.Places {
		out = append(out, view.Option{Value: d.Code, Label: d.Name + "（" + d.Code + "）", Chosen: f.Division == d.Code})
	}
	return out
}

// open lists the posts that may be ended: held today or later.
func (p personPage) open() []view.Option {
	var out []view.Option
	for _, post := range p.AllPosts {
		if post.Until.IsZero() || !post.Until.Before(p.Today) {
			id := strconv.FormatInt(post.ID, 10)
			out = append(out, view.Option{Value: id, Label: post.Title + "，" + reach(post) + "，" + span(post), Chosen: p.LastOf == id})
		}
	}
	return out
}
