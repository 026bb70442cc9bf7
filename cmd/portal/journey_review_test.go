package main

import (
	"strings"
	"testing"

	"portal/internal/journey"
)

// ways are how people work: mouse at the usual window, at 200 % zoom, keyboard alone, without script.
var ways = []struct {
	name     string
	opts     journey.Options
	keyboard bool
}{
	{"staff size", journey.Options{Size: journey.Staff}, false},
	{"zoom 200", journey.Options{Size: journey.Zoomed}, false},
	{"keyboard", journey.Options{Size: journey.Staff}, true},
	{"without script", journey.Options{Size: journey.Staff, NoScript: true}, false},
	{"phone", journey.Options{Size: journey.Phone}, false},
}

// press activates the first element that matches, with the mouse or by Tab and Enter.
func press(b *journey.Browser, keyboard bool, selector string) {
	if keyboard {
		b.TabTo(selector)
		b.Enter()
		return
	}
	b.Click(selector)
}

// J2: from the 待办 row to the decision and on to the next application in at most 4 clicks; the page
// holds everything, the points are filled in, and the one button says what it does.
func TestJ2OfficeDecides(t *testing.T) {
	s := onStreet(t)
	for _, way := range ways {
		t.Run(way.name, func(t *testing.T) {
			b := s.signedIn(t, "reviewer", way.opts)
			b.Go("/desk/todos")
			b.Axe()
			b.Shot("j2-todos-" + way.name)
			b.Start()
			press(b, way.keyboard, ".todo a.btn") // 1: the row's verb
			b.See("五项检查", "叠加后的每月负担", "审核决定", "为什么是")
			b.Axe()
			b.FitsSideways()
			b.Shot("j2-review-" + way.name)
			done := "已退回补正"
			switch {
			case b.Has("input#do-approve:not([disabled])"): // every check has passed
				b.Tick("input#do-approve")
				done = "已准予准入"
			case way.keyboard:
				b.TabTo("input[name=do]:checked")
			default:
				b.Tick("input#do-return")
			}
			b.Fill("textarea[name=opinion]", "请按以上内容修改后重新提交，入户由你单位带队。")
			press(b, way.keyboard, "button[data-primary]") // 2: the verb
			b.See(done, "看下一件")
			b.Axe()
			press(b, way.keyboard, ".banner a") // 3: the next one
			if !strings.HasPrefix(b.Path(), "/desk/applications/2026-") {
				t.Errorf("看下一件 leads to %s", b.Path())
			}
			if b.Clicks() > 4 {
				t.Errorf("%d clicks, want at most 4", b.Clicks())
			}
		})
	}
}

// J3: a community turns a task outside the list away in at most 3 clicks from 待办; the button is named
// by the outcome, the letter is made, the department is told. Logging it takes at most 3 more.
func TestJ3CommunityTurnsAway(t *testing.T) {
	s := onStreet(t)
	for i, way := range ways {
		t.Run(way.name, func(t *testing.T) {
			login, verb := "worker.huaiyin", "拒绝执行" // the policy of 槐荫 gives a right
			if i%2 == 1 {
				login, verb = "worker.linhe", "退回街道" // in 临河 nothing does
			}
			b := s.signedIn(t, login, way.opts)
			b.Go("/desk/todos")
			b.Start()
			press(b, way.keyboard, "a[href='/desk/tasks/new']") // 1: 登记一件
			b.Axe()
			b.Fill("input[name=requester]", "区城市管理局")
			b.Tick("input[name=channel][value=chat_group]")
			b.Fill("textarea[name=words]", "周五前报送"+way.name+"商户油烟设施入户登记表，一户一表")
			press(b, way.keyboard, "main form button[type=submit]") // 2: 登记并看答案
			b.See("退回街道")
			b.Axe()
			b.FitsSideways()
			b.Shot("j3-answer-" + way.name)
			if b.Clicks() > 3 {
				t.Errorf("logging took %d clicks, want at most 3", b.Clicks())
			}
			if verb == "退回街道" && strings.Contains(b.Text("main"), "依法拒绝") {
				t.Error("the page says 依法拒绝 where the law does not")
			}
			b.Go("/desk/todos")
			b.Start()
			press(b, way.keyboard, "li.todo:last-child a[href^='/desk/tasks/']") // 1: the button named by the outcome
			b.See(verb)
			press(b, way.keyboard, "button[name=kind][data-primary], main form button[data-primary]") // 2: the same verb
			b.See("文号", "区城市管理局")
			b.Axe()
			b.Shot("j3-receipt-" + way.name)
			if b.Clicks() > 3 {
				t.Errorf("%d clicks, want at most 3", b.Clicks())
			}
		})
	}
}
