package kiosk

import (
	"net/http"
	"strings"
	"testing"

	"portal/internal/demo"
	"portal/internal/request"
)

// TestTenTouches is J4, K-1 and UX-K6: no account, no typing, at most five screens and ten touches.
func TestTenTouches(t *testing.T) {
	m := device(t)
	before := m.requests(t)
	v := m.resident(t)
	v.touches++ // 反映问题
	v.answered("")
	if len(v.screens) > 5 {
		t.Errorf("%d screens before filing: %v", len(v.screens), v.screens)
	}
	v.page.Says("main", "物业服务质量", "槐安里", "楼道灯不亮", "不留电话", "请人来处理")
	v.touch(paramGo, goNext)
	v.page.Says("h1", "已收到").Says(".kno", "SQ-").Says("main", "办好", "您来确认", "没有手机也不要紧")
	if v.page.Path != pathReceipt {
		t.Fatalf("after filing comes %s", v.page.Path)
	}
	v.touches++
	if to := v.Post(pathLeave).Sees(); to != pathHome {
		t.Errorf("办完了 leads to %s", to)
	}
	if v.touches > 10 {
		t.Errorf("%d touches, J4 has 10", v.touches)
	}
	if got := m.requests(t) - before; got != 1 {
		t.Errorf("%d requests", got)
	}
	var channel, community string
	var building *int64
	if err := m.bench.DB.Q().QueryRow(t.Context(), `SELECT channel, community, building_id FROM request ORDER BY id DESC LIMIT 1`).Scan(&channel, &community, &building); err != nil {
		t.Fatal(err)
	}
	if channel != string(request.Kiosk) || community != demo.Huaiyin || building == nil {
		t.Errorf("filed as %s in %s at %v", channel, community, building)
	}
}

// TestDanger: REQ-04. The numbers stand first, and the request is taken all the same.
func TestDanger(t *testing.T) {
	m := device(t)
	v := m.resident(t)
	m.begins()
	v.open(m.Get(stepPath(stepWhat)+"?group=05")).touch(paramCategory, "0504")
	v.page.Says(".kdanger", "119", "照样收下")
	v.touch(paramCompound, v.first(paramCompound)).touch(paramBuilding, v.first(paramBuilding)).touch(paramUnit, unitUnknown)
	v.touch(paramPhrase, v.first(paramPhrase)).touch(paramGo, goNext).touch(paramGo, goSkip)
	v.page.Says(".kdanger", "119")
	v.touch(paramGo, goNext).page.Says("h1", "已收到").Says(".kdanger", "119")
}

// TestJoin: REQ-05, 一起跟进.
func TestJoin(t *testing.T) {
	m := device(t)
	first := m.resident(t).answered("13800138461").touch(paramGo, goNext)
	no := first.page.Text(".kno .kbig-no")
	m.prove(true)
	v := m.resident(t)
	v.open(m.Get(pathFile)).touch(paramCategory, "0204")
	v.touch(paramCompound, v.first(paramCompound)).touch(paramBuilding, v.first(paramBuilding)).touch(paramUnit, v.first(paramUnit))
	v.page.Says(".ksame", "一起跟进", "楼道灯不亮").SaysNot(".ksame", "138", "1单元")
	if got := m.Post(stepPath(stepSay), paramSame, "SQ-2020-000001"); got.Status != http.StatusUnprocessableEntity {
		t.Errorf("a request that was not offered is joined: %d", got.Status)
	}
	v.touch(paramSame, v.first(paramSame)).touch(paramPhrase, "报修了没人来").touch(paramGo, goNext).touch(paramGo, goSkip)
	joined := v.page.Text(".kcheck")
	if !strings.Contains(joined, "一起跟进") {
		t.Errorf("not joined: %s", joined)
	}
	v.touch(paramGo, goNext)
	var homes, orders int
	if err := m.bench.DB.Q().QueryRow(t.Context(), `SELECT count(*), count(DISTINCT order_id) FROM request WHERE order_id = (SELECT order_id FROM request WHERE no = $1)`, no).Scan(&homes, &orders); err != nil {
		t.Fatal(err)
	}
	if homes < 2 || orders != 1 {
		t.Errorf("%d requests on the case of %s", homes, no)
	}
}

// TestKindAndWall: REQ-13. What one wants is changed from the look over everything; a 举报 is hidden at first.
func TestKindAndWall(t *testing.T) {
	m := device(t)
	v := m.resident(t).answered("13800138462")
	v.follow(stepPath(stepKind)).touch(paramKind, string(request.Report))
	if v.page.Path != stepPath(stepWall) {
		t.Fatalf("after 举报 comes %s", v.page.Path)
	}
	v.open(m.Get(stepPath(stepCheck))).page.Says(".kcheck", "不让办理的人知道是您")
	v.follow(stepPath(stepWall)).touch(paramSecret, no).page.Says(".kcheck", "办理的人可以知道是您")
	v.follow(stepPath(stepKind)).touch(paramKind, string(request.Complaint)).touch(paramSecret, yes)
	v.touch(paramGo, goNext)
	var confidential bool
	if err := m.bench.DB.Q().QueryRow(t.Context(), `SELECT confidential FROM request ORDER BY id DESC LIMIT 1`).Scan(&confidential); err != nil {
		t.Fatal(err)
	}
	if !confidential {
		t.Error("the wall was not kept")
	}
}

// TestEveryMatter: K-1 and UX-K7. Every matter of the street is reached by touches, seven choices a screen.
func TestEveryMatter(t *testing.T) {
	m := device(t)
	all, err := request.Categories(t.Context(), m.bench.DB.Q())
	if err != nil {
		t.Fatal(err)
	}
	m.begins()
	found, seen := map[string]bool{}, map[string]bool{}
	todo := []string{stepPath(stepWhat)}
	for len(todo) > 0 {
		at := todo[0]
		todo = todo[1:]
		if seen[at] {
			continue
		}
		seen[at] = true
		page := m.Get(at).Is(http.StatusOK).WellMade()
		if n := len(page.All(".kpick")); n > 7 || n == 0 {
			t.Errorf("%s: %d choices", at, n)
		}
		for _, n := range page.All("button[name=category]") {
			found[attr(n, "value")] = true
		}
		for _, n := range page.All(".kpick[href], .kpager a") {
			todo = append(todo, attr(n, "href"))
		}
	}
	for _, c := range all {
		if c.Leaf() && c.Active && !found[c.Code] {
			t.Errorf("%s %s cannot be reached", c.Code, c.Name)
		}
	}
	m.Get(stepPath(stepWhat)).Says(".kprivacy", "看全文", "电话可以不留")
	m.Get(stepPath(stepPrivacy)).Is(http.StatusOK).Says(".knotice", "谁在收", "留多久", "不满 14 周岁")
}

// TestOtherPlaces: public places and other communities.
func TestOtherPlaces(t *testing.T) {
	m := device(t)
	v := m.resident(t)
	v.open(m.Get(pathFile)).touch(paramCategory, "0402").follow(wherePath(askPublic)).touch(paramSpot, "马路边")
	v.touch(paramPhrase, "灯不亮").touch(paramGo, goNext).touch(paramGo, goSkip).page.Says(".kcheck", "槐荫社区 马路边")
	v.follow(wherePath(askCompound)).follow(wherePath(askCommunity))
	var other string
	for _, n := range v.page.All("button[name=community]") {
		if code := attr(n, "value"); code != demo.Huaiyin {
			other = code
		}
	}
	v.touch(paramCommunity, other)
	if len(v.page.All("button[name=compound]")) > 0 {
		v.touch(paramCompound, v.first(paramCompound))
	}
	v.touch(paramBuilding, v.first(paramBuilding)).touch(paramUnit, unitUnknown)
	if v.page.Path != stepPath(stepCheck) {
		t.Fatalf("a change from 核对 leads to %s", v.page.Path)
	}
	v.touch(paramGo, goNext)
	var community string
	if err := m.bench.DB.Q().QueryRow(t.Context(), `SELECT community FROM request ORDER BY id DESC LIMIT 1`).Scan(&community); err != nil {
		t.Fatal(err)
	}
	if community != other {
		t.Errorf("filed in %s, not %s", community, other)
	}
}
