package counter

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/go-chi/chi/v5"

	"portal/internal/journey"
	"portal/internal/request"
	"portal/web/form"
	"portal/web/route"
	"portal/web/static"
	"portal/web/webtest"
)

const pestPhone = "19900007777"

// repeated files three of the same telephone and gives their numbers.
func (d desk) repeated(t *testing.T, phone string) []string {
	t.Helper()
	clerk := d.As(t, "clerk")
	var nos []string
	for range 3 {
		nos = append(nos, d.file(t, clerk, "phone", phone, "name", "吴启明", "kind", "complaint", "title", "又是同一句话", "words", "打19900007777骂人的话"))
	}
	return nos
}

const whyLimit = "同一句辱骂的话一天里说了三遍，核实过没有这件事"

// REQ-20: a leader limits with evidence and reason; another official decides the appeal; nobody's name, telephone or
// door stands on the pages, and who may not see them reads what a missing one reads.
func testLimits(t *testing.T, d desk) {
	nos := d.repeated(t, pestPhone)
	leader, legality := d.As(t, "leader"), d.As(t, "legality")
	leader.Get(pathLimits).Is(ok).WellMade().Says("main", "现在没有限制", "限制使用")
	page := leader.Get(pathLimits+"/new").Is(ok).WellMade().Says("main", "急事", "举报", "窗口", "至少 3 件", "30 天")
	key := page.Attr("form[action='/desk/limits/new'] [name=form_key]", "value")
	leader.Post(pathLimits+"/new").Is(wrong).WellMade().Says("#f-nos-error", "至少 3 件").Says("#f-days-error", "1 到 30 天").Says("#f-reason-error", "10 到 200")
	bad := leader.Post(pathLimits+"/new", "nos", nos[0]+"\n"+nos[1]+"\nSQ-2026-99999", "days", "31", "reason", `<b>"太短`).Is(wrong).WellMade()
	bad.Says("#f-days-error", "1 到 30 天").Says("#f-reason", `<b>"太短`)
	if got := bad.Text("#f-nos"); !strings.Contains(got, "99999") {
		t.Errorf("typed numbers came back as %q", got)
	}
	leader.Post(pathLimits+"/new", "nos", nos[0]+"\n"+nos[1]+"\nSQ-2026-99999", "days", "3", "reason", whyLimit).Is(wrong).Says("#f-nos-error", "没有找到 SQ-2026-99999")
	var path string
	for range 2 {
		path = leader.Post(pathLimits+"/new", "nos", strings.Join(nos, " "), "days", "20", "reason", whyLimit, form.KeyField, key).Sees()
	}
	if n := d.count(t, "SELECT count(*) FROM request_limit"); n != 1 || !strings.HasPrefix(path, pathLimits+"/") {
		t.Fatalf("%d limits, sent to %s", n, path)
	}
	leader.Get(pathLimits).Is(ok).WellMade().Says("table", nos[0], whyLimit, "限制中", "周岭").SaysNot("main", "吴", "1990000", "7777")
	leader.Get(path).Is(ok).WellMade().Says("main", nos[2], "街道主任", "周岭", "到期自动解除", "解除限制").SaysNot("main", "吴", pestPhone, "502", "处理申诉")
	for _, login := range []string{"clerk", "dept.chengguan", "secretary.huaiyin"} {
		one, none := d.As(t, login).Get(path), d.As(t, login).Get(pathLimits+"/99999")
		if one.Status != absent || none.Status != absent || one.Text("main") != none.Text("main") {
			t.Errorf("%s: %d and %d", login, one.Status, none.Status)
		}
	}
	d.As(t, "auditor").Get(path).Is(ok).SaysNot("main", "提前解除的理由")
	d.As(t, "dispatcher").Post(path+"/lift", "reason", "不用限制了").Is(absent)
	leader.Get(pathLimits + "/0x1").Is(absent)

	// Another official decides the appeal; who set the limit cannot.
	receipt, err := d.Requests.ReceiptTx(t.Context(), d.DB.Q(), nos[0])
	if err != nil {
		t.Fatal(err)
	}
	if err := d.Requests.Appeal(t.Context(), request.Key{Token: receipt.Token}, form.NewKey(), "三回说的是三件事"); err != nil {
		t.Fatal(err)
	}
	leader.Get(path).Is(ok).Says("main", "申诉等另一位负责人", "三回说的是三件事").SaysNot("main", "申诉成立，马上解除")
	leader.Post(path+"/decisions", "version", "2", "decision", "keep", "reason", "维持原来的").Is(wrong).WellMade().Says(".errors", "另一位负责人")
	legality.Get(pathLimits).Is(ok).Says("table", "处理申诉")
	page = legality.Get(path).Is(ok).WellMade().Says("main", "处理申诉", "又是同一句话").SaysNot("main", pestPhone, "吴")
	if n := len(page.All("main a[href^='/desk/requests/SQ']")); n != 0 {
		t.Errorf("%d links that 司法所 cannot open", n)
	}
	if n := len(page.All("a[href='/desk/requests']")); n != 0 {
		t.Errorf("%d ways for 司法所 to a list that is not theirs", n)
	}
	version := page.Attr("[name=version]", "value")
	legality.Post(path+"/decisions", "version", version).Is(wrong).WellMade().Says("#f-decision-error", "选解除还是维持")
	legality.Post(path+"/decisions", "version", version, "decision", "drop").Is(wrong).Says("#f-reason-error", "请写明原因")
	key = form.NewKey()
	for range 2 {
		legality.Post(path+"/decisions", "version", version, "decision", "drop", "reason", "三件是三处，不是恶意", form.KeyField, key).Sees()
	}
	legality.Get(path).Is(ok).WellMade().Says("main", "已解除", "申诉成立，解除限制", "电话已不再留存")
	leader.Post(path+"/lift", "version", "3", "reason", "已经讲清楚").Is(wrong).Says(".errors", "已经结束")
	leader.Get(pathLimits+"?state=over").Is(ok).WellMade().Says("table", "已解除")
	leader.Get(pathLimits + "?after=nonsense").Is(wrong)
}

// serve opens the pages to a browser as somebody, under the headers of the portal.
func (d desk) serve(t *testing.T, login string) string {
	t.Helper()
	by := d.As(t, login).Actor
	mux := chi.NewRouter()
	mux.Handle("/static/*", static.Handler())
	rt := route.New(mux.With(d.Frame.Sessions.Middleware(d.Frame.Fail), func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Content-Security-Policy", "default-src 'self'; object-src 'none'; base-uri 'none'; frame-ancestors 'none'; form-action 'self'")
			next.ServeHTTP(w, r.WithContext(route.WithActor(r.Context(), by)))
		})
	}), d.Frame.Fail, func(w http.ResponseWriter, r *http.Request) { http.NotFound(w, r) })
	Mount(rt, d.Frame, d.Deps)
	srv := httptest.NewServer(mux)
	t.Cleanup(srv.Close)
	return srv.URL
}

// The pages of limits pass axe at both sizes and never scroll sideways.
func TestLimitsInABrowser(t *testing.T) {
	d := open(t)
	nos := d.repeated(t, pestPhone)
	leader, legality := d.serve(t, "leader"), d.serve(t, "legality")
	who := map[string]*webtest.Visitor{"leader": d.As(t, "leader")}
	path := who["leader"].Post(pathLimits+"/new", "nos", strings.Join(nos, " "), "days", "20", "reason", whyLimit).Sees()
	look := func(base, name, page string) {
		for size, s := range map[string]journey.Size{"wide": journey.Staff, "phone": journey.Phone} {
			b := journey.Open(t, base, journey.Options{Size: s})
			b.Go(page)
			b.Axe()
			b.FitsSideways()
			b.Shot("limit-" + name + "-" + size)
		}
	}
	look(leader, "list", pathLimits)
	look(leader, "form", pathLimits+"/new")
	look(leader, "one", path)
	receipt, err := d.Requests.ReceiptTx(t.Context(), d.DB.Q(), nos[0])
	if err != nil {
		t.Fatal(err)
	}
	if err := d.Requests.Appeal(t.Context(), request.Key{Token: receipt.Token}, form.NewKey(), "三回说的是三件事，电梯、路灯和垃圾，我没有恶意"); err != nil {
		t.Fatal(err)
	}
	look(legality, "appeal", path)
}
