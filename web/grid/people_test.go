package grid

import (
	"net/http"
	"strconv"
	"strings"
	"testing"

	"golang.org/x/net/html"

	"portal/internal/demo"
	"portal/internal/grid"
	"portal/internal/workday"
	"portal/web/form"
	"portal/web/webtest"
)

// street is the pages over the demo street.
type street struct {
	*webtest.Bench
	t   *testing.T
	svc *grid.Service
}

func newStreet(t *testing.T) street {
	t.Helper()
	b := webtest.Street(t)
	svc := grid.New(b.DB)
	Mount(b.Router, b.Frame, Deps{Grids: svc})
	return street{b, t, svc}
}

func (s street) as(login string) *webtest.Visitor { return s.As(s.t, login) }

func (s street) today() workday.Day { return s.Frame.Today() }

// worker finds a person of the demo register.
func (s street) worker(name string) grid.Worker {
	s.t.Helper()
	all, err := s.svc.Workers(s.t.Context(), s.as("dispatcher").Actor, demo.StreetCode, s.today())
	if err != nil {
		s.t.Fatal(err)
	}
	for _, w := range all {
		if w.Name == name {
			return w
		}
	}
	s.t.Fatalf("no worker %s", name)
	return grid.Worker{}
}

// handoverOf finds the open handover of a grid.
func (s street) handoverOf(code string) grid.Handover {
	s.t.Helper()
	open, err := s.svc.Handovers(s.t.Context(), s.as("dispatcher").Actor, code[:12], true, "")
	if err != nil {
		s.t.Fatal(err)
	}
	for _, h := range open.Rows {
		if h.GridCode == code {
			full, err := s.svc.Handover(s.t.Context(), s.as("dispatcher").Actor, h.ID)
			if err != nil {
				s.t.Fatal(err)
			}
			return full
		}
	}
	s.t.Fatalf("no open handover of %s", code)
	return grid.Handover{}
}

// The grids of the demo: one whose A post is vacant, one with a handover that waits, one elsewhere.
const (
	vacantGrid  = demo.Huaiyin + "003"
	waitingGrid = demo.Huaiyin + "004"
	linheGrid   = demo.Linhe + "001"
)

func attrOf(n *html.Node, name string) string {
	for _, a := range n.Attr {
		if a.Key == name {
			return a.Val
		}
	}
	return ""
}

// GRD-03, 06, 07; ux.md §5: from the landing page to a drawn handover in at most four clicks; a double
// click draws one handover.
func TestAppointInFourClicks(t *testing.T) {
	t.Parallel()
	s := newStreet(t)
	secretary := s.as("secretary.huaiyin")
	landing := secretary.Get(pathGrids).Is(http.StatusOK)
	link, clicks := "", 0
	for _, a := range landing.All("main a") {
		if to := attrOf(a, "href"); strings.HasPrefix(to, gridPath(vacantGrid, "/assignments/new")) {
			link, clicks = to, 1
		}
	}
	if link == "" { // the grid is chosen on the map or in the list first
		for _, a := range secretary.Get(pathGrids + "?grid=" + vacantGrid).Is(http.StatusOK).All("main a") {
			if to := attrOf(a, "href"); strings.HasPrefix(to, gridPath(vacantGrid, "/assignments/new")) {
				link, clicks = to, 2
			}
		}
	}
	if link == "" {
		t.Fatal("neither the landing page nor the chosen grid leads to 指定 A 岗")
	}
	page := secretary.Get(link).Is(http.StatusOK).WellMade()
	page.Says("h1", "指定 A 岗").Says(".decision", "空缺", "移交清单").Says("button[data-primary]", "生成移交单").Says("fieldset .pick", "先由 B 岗代理", "已用")
	if len(page.All("fieldset .pick .ruler")) < 2 {
		t.Errorf("no rulers: %s", page.Text("fieldset"))
	}
	to := s.worker("葛二")
	fields := []string{"form_key", page.Attr("main form [name=form_key]", "value"), "role", "a", "worker", idText(to.ID), "day", s.today().Add(1).String(), "reason", "岗位调整",
		"entries_task", "3幢楼道灯报修\n<script>alert(1)</script>", "entries_key", "弱电间钥匙"}
	there := secretary.Post(gridPath(vacantGrid, "/assignments/new"), fields...).Sees()
	again := secretary.Post(gridPath(vacantGrid, "/assignments/new"), fields...).Sees()
	if clicks++; clicks > 4 || !strings.HasPrefix(there, pathHandovers+"/") || again != there {
		t.Errorf("%d clicks lead to %s, the second time to %s", clicks, there, again)
	}
	drawn := secretary.Get(there).Is(http.StatusOK).WellMade().Says("h1", "A 岗移交单").Says("main", "3幢楼道灯报修", "<script>alert(1)</script>", "弱电间钥匙", "接收人签字")
	if strings.Contains(drawn.Body, "<script>alert") {
		t.Error("an entry is not escaped")
	}
	secretary.Get(link).Says(".banner", "还没办完")
	refused := secretary.Post(gridPath(vacantGrid, "/assignments/new"), "role", "a", "worker", idText(to.ID), "day", s.today().Add(2).String(), "reason", "再来一次").Is(http.StatusUnprocessableEntity)
	refused.Says(".errors", "移交正在办理").Says("textarea[name=reason]", "再来一次")
}

// Errors stand beside their fields with what was typed; nothing is made.
func TestAppointRefusals(t *testing.T) {
	t.Parallel()
	s := newStreet(t)
	secretary := s.as("secretary.huaiyin")
	at := gridPath(demo.Huaiyin+"002", "/assignments/new")
	someone := idText(s.worker("商安").ID)
	for name, c := range map[string]struct {
		fields []string
		beside string
	}{
		"nobody chosen":     {[]string{"role", "a", "day", s.today().Add(1).String()}, "#f-worker-error"},
		"no day":            {[]string{"role", "a", "worker", someone, "day", ""}, "#f-day-error"},
		"a day long past":   {[]string{"role", "a", "worker", someone, "day", "2019-05-01"}, "#f-day-error"},
		"no day at all":     {[]string{"role", "a", "worker", someone, "day", "昨天前后"}, "#f-day-error"},
		"vacant, no reason": {[]string{"role", "a", "worker", "0", "day", s.today().Add(1).String()}, "#f-reason-error"},
		"an entry too long": {[]string{"role", "a", "worker", someone, "day", s.today().Add(1).String(), "entries_note", strings.Repeat("长", 300)}, "#f-entries_note-error"},
		"a control sign":    {[]string{"role", "a", "worker", someone, "day", s.today().Add(1).String(), "reason", "a\x00b"}, "#f-reason-error"},
		"no such person":    {[]string{"role", "a", "worker", "-7", "day", s.today().Add(1).String()}, "#f-worker-error"},
		"no such post":      {[]string{"role", "boss", "worker", someone, "day", s.today().Add(1).String()}, ".errors"},
	} {
		answer := secretary.Post(at, c.fields...).Is(http.StatusUnprocessableEntity)
		if answer.Text(c.beside) == "" || len(answer.All(".errors li")) == 0 || !strings.HasPrefix(answer.Text("title"), "有 ") {
			t.Errorf("%s: beside %s stands %q, on top %q", name, c.beside, answer.Text(c.beside), answer.Text(".errors"))
		}
	}
	kept := secretary.Post(at, "role", "b", "worker", "0", "day", "12月31日", "entries_key", "钥匙两把").Is(http.StatusUnprocessableEntity)
	if kept.Attr("#f-day", "value") != "12月31日" || kept.Text("#f-entries_key") != "钥匙两把" || len(kept.All("input[name=worker][value=\"0\"][checked]")) != 1 {
		t.Errorf("typed values are lost: %s", kept.Text("main form"))
	}
	if kept.Attr("main form [name=role]", "value") != "b" {
		t.Error("the post is lost")
	}
	open, err := s.svc.Handovers(t.Context(), secretary.Actor, demo.Huaiyin, true, "")
	if err != nil || len(open.Rows) != 1 { // the one of the demo
		t.Errorf("%d open handovers, %v", len(open.Rows), err)
	}
}

// A vacancy takes effect on its day with B acting (GRD-03); what is planned can be taken back.
func TestPlanAndCallOff(t *testing.T) {
	t.Parallel()
	s := newStreet(t)
	secretary := s.as("secretary.huaiyin")
	code := demo.Huaiyin + "002"
	there := secretary.Post(gridPath(code, "/assignments/new"), "role", "a", "worker", "0", "day", s.today().Add(3).String(), "reason", "葛二参加脱产培训").Sees()
	page := secretary.Get(there).Is(http.StatusOK).WellMade().Says("main", "葛二参加脱产培训", "空缺", "撤回变动")
	action := page.Attr(`form[action$="/call-off"]`, "action")
	name := page.Attr(`form[action$="/call-off"] input[type=text]`, "name")
	secretary.Post(action, name, "短").Is(http.StatusUnprocessableEntity).Says("#f-"+name+"-error", "理由")
	key := form.NewKey()
	if to := secretary.Post(action, name, "培训取消，照常在岗", "form_key", key).Sees(); to != there {
		t.Errorf("leads to %s", to)
	}
	secretary.Post(action, name, "培训取消，照常在岗", "form_key", key).Sees()
	secretary.Get(there).SaysNot("main", "撤回变动")
	s.as("worker.huaiyin").Get(there).Is(http.StatusOK).SaysNot("main", "撤回变动")
}

// What is out of reach reads like what is missing, for grids and for forms.
func TestAssignmentsOutOfReach(t *testing.T) {
	t.Parallel()
	s := newStreet(t)
	fields := []string{"role", "a", "worker", "1", "day", s.today().Add(1).String(), "reason", "按规定办理"}
	for _, login := range []string{"worker.huaiyin", "grid.huaiyin1", "leader", "clerk", "secretary.linhe"} {
		v := s.as(login)
		got, lost := v.Get(gridPath(vacantGrid, "/assignments/new")).Is(http.StatusNotFound), v.Get(gridPath(demo.Huaiyin+"899", "/assignments/new")).Is(http.StatusNotFound)
		if got.Text("main") != lost.Text("main") && login != "secretary.linhe" {
			t.Errorf("%s: %q and %q", login, got.Text("main"), lost.Text("main"))
		}
		v.Post(gridPath(vacantGrid, "/assignments/new"), fields...).Is(http.StatusNotFound)
		v.Post(gridPath(vacantGrid, "/assignments/"+strconv.Itoa(1)+"/call-off"), "why_1", "按规定办理").Is(http.StatusNotFound)
		v.Post(gridPath(vacantGrid, "/team"), "part", "helper", "post", "志愿者", "unit", "社区").Is(http.StatusNotFound)
	}
	s.Anybody(t).Get(gridPath(vacantGrid, "/assignments/new")).Is(http.StatusSeeOther)
}
