package main

import (
	"strings"
	"testing"

	"github.com/chromedp/chromedp/kb"

	"portal/internal/journey"
)

// From the map to a drawn handover in at most 4 clicks: the grid, 指定 A 岗, the person, 生成移交单; in every
// way people work. Each way has a grid of its own, because a post has one open handover at a time.
func TestAppointWithHandover(t *testing.T) {
	s := onStreet(t)
	codes := []string{"320104900001003", "320104900001001", "320104900001002", "320104900001004", "320104900001901"}
	for i, way := range ways {
		t.Run(way.name, func(t *testing.T) {
			b := s.signedIn(t, "secretary.huaiyin", way.opts)
			b.Go("/desk/grids")
			b.Axe()
			b.FitsSideways()
			b.Shot("grid-map-" + way.name)
			b.Start()
			press(b, way.keyboard, "table a[href*='"+codes[i]+"']") // 1: the grid, in the list that says the same as the map
			b.See("谁负责")
			b.Axe()
			b.Shot("grid-chosen-" + way.name)
			press(b, way.keyboard, "a.btn-primary[href*='"+codes[i]+"/assignments/new']") // 2: 指定 A 岗
			b.See("由谁负责", "移交清单")
			b.Axe()
			b.FitsSideways()
			b.Tick("input[name=worker]:not([disabled])")
			b.Fill("textarea[name=reason]", "按楼栋远近轮换，已征得本人同意")
			press(b, way.keyboard, "button[data-primary]") // 3: 生成移交单
			b.See("移交单", "签字")
			b.Axe()
			b.FitsSideways()
			b.Shot("grid-handover-" + way.name)
			if b.Clicks() > 4 {
				t.Errorf("%d clicks, want at most 4", b.Clicks())
			}
		})
	}
}

// Both sign on their phones: the giver first; the receiver cannot sign before every entry is read (GRD-07).
func TestHandoverIsSignedByBoth(t *testing.T) {
	s := onStreet(t)
	row := "main a[href^='/desk/handovers/4']" // the one that the demo street has waiting
	giver := s.signedIn(t, "grid.huaiyin1", journey.Options{Size: journey.Phone})
	giver.Go("/desk/todos")
	giver.Axe()
	giver.Click(row)
	giver.See("移交清单", "铁匠营活动室钥匙一把")
	giver.Click("form[action$='/give'] button")
	giver.See("待接收人签字")
	giver.Axe()
	receiver := s.signedIn(t, "grid.huaiyin2", journey.Options{Size: journey.Phone, NoScript: true})
	receiver.Go("/desk/todos")
	receiver.Click(row)
	receiver.See("未读")
	if receiver.Has("form[action$='/receive'] button[type=submit]:not([disabled])") {
		t.Error("the receiver could sign with unread entries")
	}
	receiver.Click("form[action$='/read'] button")
	receiver.Click("form[action$='/receive'] button")
	receiver.See("移交完成")
	receiver.Axe()
	receiver.FitsSideways()
	receiver.Shot("grid-signed")
}

// A resident finds who answers for the door with three touches and no typing: 谁管我家这片, the compound, the
// building; on a phone, at the kiosk's size, with and without script (GRD-19).
func TestFindMyGridWorker(t *testing.T) {
	s := onStreet(t)
	for _, way := range []struct {
		name string
		opts journey.Options
	}{{"phone", journey.Options{Size: journey.Phone}}, {"kiosk", journey.Options{Size: journey.Kiosk}}, {"without script", journey.Options{Size: journey.Staff, NoScript: true}}} {
		t.Run(way.name, func(t *testing.T) {
			b := s.browser(t, way.opts)
			b.Go("/")
			b.Start()
			b.Click("main a[href='/grids']")
			b.Axe()
			b.Shot("find-1-" + way.name)
			b.Click("main a[href^='/grids/compounds']")
			b.Axe()
			b.FitsSideways()
			b.Shot("find-2-" + way.name)
			b.Click("main a[href^='/grids/buildings/']")
			if !b.Has("main a.btn-primary[href^='tel:']") {
				t.Error("no telephone to press")
			}
			b.See("网格员", "街道值班电话")
			b.Axe()
			b.FitsSideways()
			b.Shot("find-3-" + way.name)
			if b.Clicks() > 3 {
				t.Errorf("%d touches, want at most 3", b.Clicks())
			}
		})
	}
}

// The map by keyboard: Tab to a grid, arrows to its neighbour, Enter chooses it.
func TestMapByKeyboard(t *testing.T) {
	s := onStreet(t)
	b := s.signedIn(t, "worker.huaiyin", journey.Options{Size: journey.Staff})
	b.Go("/desk/grids")
	b.TabTo("a[data-at][href*='320104900001001']")
	b.Key(kb.ArrowDown) //: 第三网格 lies below 第一网格
	b.Enter()
	if !strings.Contains(b.Path(), "320104900001003") {
		t.Errorf("arrow down and Enter lead to %s", b.Path())
	}
	b.See("A 岗空缺")
}
