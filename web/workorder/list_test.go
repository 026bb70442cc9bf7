package workorder

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"portal/internal/demo"
	"portal/internal/workorder"
	"portal/web/form"
)

// The list is in the order of the clock; tabs, filters and words narrow it, and any address opens.
func TestListByClock(t *testing.T) {
	t.Parallel()
	s := newStreet(t)
	no := s.file(ofUnit, "龙门吊下路面塌陷，晚上看不见。")
	desk := s.as("dispatcher")
	for _, tab := range workorder.Tabs(desk.Actor) {
		desk.Get(pathRequests+"?tab="+string(tab)).Is(http.StatusOK).WellMade().Says(".tabs [aria-current]", tab.Label())
	}
	desk.Get(pathRequests+"?tab=all&q="+url.QueryEscape("龙门")).Is(http.StatusOK).WellMade().Says("tbody", no).Says(".applied", "关键词：龙门")
	desk.Get(pathRequests+"?tab=all&q="+url.QueryEscape("龙门")+"&community="+demo.Linhe).Is(http.StatusOK).WellMade().SaysNot("main", no).Says(".empty", "没有符合条件的诉求", "去掉")
	desk.Get(pathRequests+"?tab=all&q="+url.QueryEscape("龙")).Is(http.StatusOK).Says("#f-q-error", "两个字")
	desk.Get(pathRequests+"?tab=all&category="+ofUnit+"&source=request").Is(http.StatusOK).WellMade().Says("tbody", no)
	desk.Get(pathRequests+"?tab=all&source=finding&q="+url.QueryEscape("龙门")).Is(http.StatusOK).SaysNot("main tbody", no)
	s.as("dept.chengguan").Get(pathRequests).Is(http.StatusOK).WellMade().Says("tbody", no, "签收")
	s.as("worker.linhe").Get(pathRequests+"?tab=all&q="+url.QueryEscape("龙门")).Is(http.StatusOK).WellMade().SaysNot("main", no)
	for _, q := range []string{"?tab=%3Cscript%3E", "?category=%27%20OR%201=1", "?community=000000000000", "?q=%25%25%25", "?source=x&urgency=y", "?q=" + strings.Repeat("长", 400)} {
		if got := desk.Get(pathRequests + q); got.Status != http.StatusOK {
			t.Errorf("%s: %d", q, got.Status)
		}
	}
	if got := desk.Get(pathRequests + "?at=xxxx"); got.Status >= 500 {
		t.Errorf("a broken cursor: %d", got.Status)
	}
	s.as("org.contact").Get(pathRequests).Is(http.StatusNotFound)
}

// The shield: a community whose list does not hold the matter cannot have it; the rule stands there in words,
// and the lawful owner is one button away (REQ-14, GRD-21).
func TestShieldOnDispatch(t *testing.T) {
	t.Parallel()
	s := newStreet(t)
	no := s.toDesk("路灯杆歪了，请派人看看。")
	desk := s.as("dispatcher")
	page := desk.Get(at(no, "/dispatches/new")).Is(http.StatusOK).WellMade().Says("main", "派给谁", "不能派给社区")
	if len(page.All("input[name=to][disabled]")) == 0 {
		t.Error("what the shield refuses can be chosen")
	}
	to := written(workorder.Target{Kind: workorder.Community, Community: demo.Huaiyin})
	bad := desk.Post(at(no, "/dispatches/new"), "version", s.version(no), "to", to, "why", "请社区看看<i>").Is(http.StatusUnprocessableEntity).Says("#f-to-error", workorder.NotAdmitted).
		Says("main .banner", "准入清单里没有，不能派给社区", "清单")
	if bad.Text("#f-why") != "请社区看看<i>" {
		t.Errorf("the reason is lost: %q", bad.Text("#f-why"))
	}
	lawful := bad.All("button[name=lawful]")
	if len(lawful) == 1 {
		desk.Post(at(no, "/dispatches/new"), "version", s.version(no), "lawful", attrOf(lawful[0], "value"), "why", "按职责办").Sees()
		if o := s.order(no); o.State != workorder.Dispatched || o.Owner.Kind != workorder.Unit {
			t.Errorf("%s, %s", o.State, o.Owner.Words())
		}
	}
	for _, value := range []string{"", "unit", "unit~x~~0~", "desk~0~~0~", "community~0~32<~0~", strings.Repeat("x", 300)} {
		if got := desk.Post(at(no, "/dispatches/new"), "version", s.version(no), "to", value, "why", "试一试这个"); got.Status != http.StatusUnprocessableEntity && got.Status != http.StatusForbidden {
			t.Errorf("%q: %d", value, got.Status)
		}
	}
	s.as("worker.huaiyin").Post(at(no, "/dispatches/new"), "version", s.version(no), "to", to).Is(http.StatusNotFound)
}

// In bulk: a preview with owner and reason for each row, then all of them with one button; the same form twice
// dispatches once, and what was overtaken is named.
func TestBulkDispatch(t *testing.T) {
	t.Parallel()
	s := newStreet(t)
	desk := s.as("dispatcher")
	var nos []string
	for _, words := range []string{"井盖响，车一过就响。", "人行道砖松动，老人绊倒。", "路口护栏倒了一段。"} {
		nos = append(nos, s.toDesk(words))
	}
	list := desk.Get(pathRequests+"?tab=desk").Is(http.StatusOK).WellMade().Says("tbody", nos...)
	q := url.Values{}
	for _, n := range list.All("tbody input[name=pick]") {
		q.Add("pick", attrOf(n, "value"))
	}
	address := pathBulk + "?" + q.Encode()
	desk.Get(address).Is(http.StatusOK).WellMade().Says("tbody", nos...).Says(".lead", "件可以派")
	for _, no := range nos {
		u, err := url.Parse(address)
		if err != nil {
			t.Fatal(err)
		}
		v := u.Query()
		unit := s.otherUnit(no)
		v.Add("to", id64(s.order(no).ID)+"="+written(workorder.Target{Kind: workorder.Unit, Unit: unit}))
		address = pathBulk + "?" + v.Encode()
	}
	page := desk.Get(address).Is(http.StatusOK).WellMade().Says(".sheet-foot", "派出")
	fields := []string{"form_key", form.NewKey()}
	for _, n := range page.All("input[name=row]") {
		fields = append(fields, "row", attrOf(n, "value"))
	}
	for range 2 {
		if to := desk.Post(pathBulk, fields...).Sees(); !strings.HasPrefix(to, pathRequests) {
			t.Errorf("leads to %s", to)
		}
	}
	for _, no := range nos {
		if o := s.order(no); o.State != workorder.Dispatched {
			t.Errorf("%s is %s", no, o.State)
		}
	}
	desk.Post(pathBulk, fields[2:]...).Is(http.StatusConflict)
	desk.Post(pathBulk).Is(http.StatusUnprocessableEntity).Says(".errors", "没有可以派的")
	desk.Get(pathBulk + "?pick=abc&pick=1-1&to=9=desk").Is(http.StatusOK)
	s.as("worker.huaiyin").Get(address).Is(http.StatusNotFound)
	s.as("worker.huaiyin").Post(pathBulk, fields...).Is(http.StatusNotFound)
}

// otherUnit is a unit that may have a case.
func (s street) otherUnit(no string) int64 {
	s.t.Helper()
	for _, v := range []string{"dept.minzheng", "dept.chengguan"} {
		if unit := s.as(v).Actor.Posts[0].UnitID; unit != s.order(no).ComplainedUnit {
			return unit
		}
	}
	s.t.Fatal("no unit")
	return 0
}

// Whatever stands in somebody's list opens for them, in every state of the demo street.
func TestEveryListedCaseOpens(t *testing.T) {
	t.Parallel()
	s := newStreet(t)
	states := map[string]bool{}
	for _, login := range []string{"dispatcher", "leader", "callback", "auditor", "reviewer", "clerk", "worker.huaiyin", "secretary.linhe", "dept.chengguan", "grid.huaiyin1"} {
		v := s.as(login)
		opened := 0
		for _, tab := range workorder.Tabs(v.Actor) {
			for _, link := range v.Get(pathRequests + "?tab=" + string(tab)).Is(http.StatusOK).All("tbody a[data-row]") {
				if opened++; opened > 25 {
					break
				}
				page := v.Get(attrOf(link, "href")).Is(http.StatusOK).WellMade()
				states[page.Text(".case-head .chip:first-child")] = true
				if strings.Contains(page.Body, "1380000") && strings.Contains(page.Body, "tel:138") {
					t.Errorf("%s reads a telephone at %s", login, attrOf(link, "href"))
				}
			}
		}
	}
	if len(states) < 4 {
		t.Errorf("only the states %v were seen", states)
	}
}

// Urgency is a filter of the list, and a mark of the row in words and shape, each its own (UX-C3).
func TestListByUrgency(t *testing.T) {
	t.Parallel()
	s := newStreet(t)
	urgent, usual := s.file("0403", "井盖没了，晚上看不见。"), s.file(ofUnit, "路面塌了一块。")
	u, o := s.order(urgent), s.order(usual)
	if u.Urgency == o.Urgency {
		t.Fatalf("both are %s", u.Urgency)
	}
	desk := s.as("dispatcher")
	page := desk.Get(pathRequests+"?tab=all&urgency="+string(u.Urgency)).Is(http.StatusOK).WellMade().Says("tbody", urgent, u.Urgency.Label()).SaysNot("tbody", usual).
		Says(".applied", "缓急："+u.Urgency.Label())
	if page.Attr("[name=urgency] [selected]", "value") != string(u.Urgency) {
		t.Error("the filter forgets what was chosen")
	}
	if n := len(page.All("tbody tr:first-child th .chip svg")); n == 0 {
		t.Error("the mark has no shape")
	}
	desk.Get(pathRequests+"?tab=all&urgency="+string(o.Urgency)).Is(http.StatusOK).WellMade().Says("tbody", usual).SaysNot("tbody", urgent)
	desk.Get(pathRequests+"?tab=all&urgency=%27x").Is(http.StatusOK).Says("tbody", urgent, usual).SaysNot(".applied", "缓急")
	shapes := map[string]bool{}
	for _, one := range workorder.Urgencies {
		if mark, marked := urgencyMarks[one]; marked && (shapes[mark.Icon] || one.Label() == "") {
			t.Errorf("%s has the shape of another, or no words", one)
		} else if marked {
			shapes[mark.Icon] = true
		}
	}
}
