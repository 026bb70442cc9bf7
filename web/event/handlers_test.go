package event

import (
	"bytes"
	"image"
	"image/jpeg"
	"net/http"
	"strings"
	"testing"

	"portal/internal/blob"
	"portal/internal/demo"
	"portal/internal/workorder"
	"portal/web/form"
	"portal/web/webtest"
)

type street struct {
	*webtest.Bench
	t     *testing.T
	s     *workorder.Service
	files blob.Store
}

func newStreet(t *testing.T) street {
	t.Helper()
	b := webtest.Street(t)
	files, err := blob.NewDir(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	s := street{Bench: b, t: t, s: workorder.New(b.DB), files: files}
	Mount(b.Router, b.Frame, Deps{Orders: s.s, Blobs: files})
	return s
}

func (s street) as(login string) *webtest.Visitor { return s.As(s.t, login) }

func (s street) count(sql string, args ...any) (n int) {
	s.t.Helper()
	if err := s.DB.Q().QueryRow(s.t.Context(), sql, args...).Scan(&n); err != nil {
		s.t.Fatal(err)
	}
	return n
}

func jpg(t *testing.T) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := jpeg.Encode(&b, image.NewRGBA(image.Rect(0, 0, 16, 12)), nil); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// G4: three taps, since how and where are chosen already; without script an ordinary form; sent twice it counts once.
func TestThreeTaps(t *testing.T) {
	t.Parallel()
	s := newStreet(t)
	worker := s.as("grid.huaiyin1")
	page := worker.Get(pathNew).Is(http.StatusOK).WellMade()
	if page.Attr("[name=grid] option[selected]", "value") == "" || page.Attr("[name=how][checked]", "value") != "solved" || page.Attr("[name=photos]", "capture") != "environment" {
		t.Error("how and where are not chosen already")
	}
	had := s.count(`SELECT count(*) FROM finding`)
	fields := []string{"how", "solved", "category", "0105", "grid", page.Attr("[name=grid] option[selected]", "value"), "building", "0", "device", page.Attr("[name=device]", "value"),
		"words", "<b>清理</b>了楼道", "form_key", form.NewKey()}
	to := worker.Post(pathNew, fields...).Sees()
	fields[len(fields)-1] = form.NewKey() // the phone lost the answer and sends again
	if again := worker.Post(pathNew, fields...).Sees(); again != to || !strings.HasPrefix(to, pathEvents+"/SJ-") {
		t.Errorf("%s, then %s", to, again)
	}
	if n := s.count(`SELECT count(*) FROM finding`); n != had+1 {
		t.Errorf("%d findings", n-had)
	}
	worker.Get(pathEvents+"?tab=all").Is(http.StatusOK).WellMade().Says("table", strings.TrimPrefix(to, pathEvents+"/"), "当场解决")
	s.as("dept.chengguan").Post(pathNew, fields...).Is(http.StatusNotFound)
}

// Errors stand beside their fields, and what was typed comes back.
func TestFindErrors(t *testing.T) {
	t.Parallel()
	s := newStreet(t)
	worker := s.as("grid.huaiyin1")
	page := worker.Post(pathNew, "how", "hazard", "category", "0105", "grid", "999999999", "building", "0", "words", "电线<script>垂落", "rectify", "", "form_key", form.NewKey()).
		Is(http.StatusUnprocessableEntity).WellMade().Says("#f-rectify-error", "整改期限")
	if page.Text("#f-words") != "电线<script>垂落" || page.Attr("[name=how][checked]", "value") != "hazard" {
		t.Errorf("what was typed is lost: %q", page.Text("#f-words"))
	}
	worker.Upload(pathNew, "photos", "x.gif", []byte("GIF89a....."), "how", "reported", "category", "0105", "form_key", form.NewKey()).
		Is(http.StatusUnprocessableEntity).Says("#f-photos-error", "图片")
	grid := worker.Get(pathNew).Attr("[name=grid] option[selected]", "value")
	worker.Upload(pathNew, "photos", "x.jpg", jpg(t), "how", "reported", "category", "0105", "grid", grid, "device", "a'b", "lng", "", "lat", "", "form_key", form.NewKey()).Sees()
	if n := s.count(`SELECT count(*) FROM work_photo WHERE name = 'x.jpg'`); n != 1 {
		t.Errorf("%d photos", n)
	}
}

// A whistle from the draft to the report-in by its pages (GRD-12–14); who it does not concern finds nothing.
func TestWhistlePages(t *testing.T) {
	t.Parallel()
	s := newStreet(t)
	secretary, leader, dept := s.as("secretary.huaiyin"), s.as("leader"), s.as("dept.chengguan")
	unit := id64(dept.Actor.Posts[0].UnitID)
	secretary.Get(pathWhistles + "/new").Is(http.StatusOK).WellMade()
	fields := []string{"kind", "work", "community", demo.Huaiyin, "title", "菜场<i>占道", "facts", "菜场外长期占道，多次劝导无效", "effort", "", "place", "菜场北门", "units", unit, "form_key", form.NewKey()}
	page := secretary.Post(pathWhistles+"/new", fields...).Is(http.StatusUnprocessableEntity).WellMade().Says("#f-effort-error", "街道已经做了什么")
	if page.Attr("[name=title]", "value") != "菜场<i>占道" || page.Attr("[name=units][checked]", "value") != unit {
		t.Error("what was typed is lost")
	}
	fields[9] = "街道已劝导三次"
	one := secretary.Post(pathWhistles+"/new", fields...).Sees()
	for _, who := range []string{"dept.chengguan", "worker.linhe"} {
		s.as(who).Get(one).Is(http.StatusNotFound)
	}
	version := func() string { return leader.Get(one).Attr("main [name=version]", "value") }
	page = leader.Get(one).Is(http.StatusOK).WellMade().Says("h1", "菜场<i>占道").Says(".decision", "批准吹哨")
	if len(page.All("h1 i")) != 0 {
		t.Error("words are not escaped")
	}
	secretary.Post(one+"/approvals", "version", version(), "form_key", form.NewKey()).Is(http.StatusNotFound)
	leader.Post(one+"/approvals", "version", version(), "form_key", form.NewKey()).Sees()
	leader.Post(one+"/blows", "version", version(), "form_key", form.NewKey()).Sees()
	dept.Get(one).Is(http.StatusOK).WellMade().Says("main", "签收", "联系街道", "报到", "工作日", "依据")
	dept.Post(one+"/arrivals", "version", version(), "unit", unit, "words", "", "form_key", form.NewKey()).Is(http.StatusUnprocessableEntity).WellMade().Says("#f-words-error", "谁到了现场")
	dept.Post(one+"/arrivals", "version", version(), "unit", unit, "words", "程管带三人到场", "form_key", form.NewKey()).Sees()
	dept.Post(one+"/arrivals", "version", "1", "unit", unit, "words", "又到了一次", "form_key", form.NewKey()).Is(http.StatusConflict)
	leader.Get(pathWhistles).Is(http.StatusOK).WellMade().Says("main", "报到率", "100.00%", "现场办理")
	leader.Get(one + "/history").Is(http.StatusOK).WellMade()
	leader.Get(pathWhistles + "?tab=%27&at=x").Is(http.StatusUnprocessableEntity)
}

// A whistle drafted from a case leads back to it; a department that was whistled for and may not see the case reads
// its number and finds no link.
func TestWhistleLeadsToItsCase(t *testing.T) {
	t.Parallel()
	s := newStreet(t)
	worker := s.as("grid.huaiyin1")
	grid := worker.Get(pathNew).Attr("[name=grid] option[selected]", "value")
	at := worker.Post(pathNew, "how", "reported", "category", "0105", "grid", grid, "building", "0", "device", "d1", "words", "楼道<b>堆物</b>", "form_key", form.NewKey()).Sees()
	no := strings.TrimPrefix(at, pathEvents+"/")
	secretary, leader := s.as("secretary.huaiyin"), s.as("leader")
	page := secretary.Get(pathWhistles+"/new?order="+no).Is(http.StatusOK).WellMade().Says("main form", "由 "+no+" 拟的")
	if page.Attr("[name=order]", "value") != no || page.Attr("[name=title]", "value") == "" {
		t.Error("the form is not filled from the case")
	}
	secretary.Get(pathWhistles + "/new?order=SJ-2026-999999").Is(http.StatusNotFound)
	dept := s.as("dept.minzheng")
	one := secretary.Post(pathWhistles+"/new", "order", no, "kind", "work", "community", demo.Huaiyin, "title", "楼道堆物", "facts", "多次清理又堆上", "effort", "已上门三次",
		"place", "3 号楼", "units", id64(dept.Actor.Posts[0].UnitID), "form_key", form.NewKey()).Sees()
	page = leader.Get(one).Is(http.StatusOK).WellMade().Says("main .summary", no, "上门办理预约")
	if len(page.All("main .summary a[href='"+at+"']")) != 1 {
		t.Error("the whistle does not lead to its case")
	}
	for _, act := range []string{"/approvals", "/blows"} {
		leader.Post(one+act, "version", leader.Get(one).Attr("main [name=version]", "value"), "form_key", form.NewKey()).Sees()
	}
	if page = dept.Get(one).Is(http.StatusOK).WellMade().Says("main .summary", no); len(page.All("a[href='"+at+"']")) != 0 {
		t.Error("a link to what the department may not open")
	}
}

// An emergency whistle from the desk at night: one page, one button (GRD-12).
func TestDispatcherWhistlesByPages(t *testing.T) {
	t.Parallel()
	s := newStreet(t)
	desk := s.as("dispatcher")
	unit := id64(s.as("dept.chengguan").Actor.Posts[0].UnitID)
	desk.Get(pathWhistles+"/new").Is(http.StatusOK).WellMade().Says("main", "值班的调度员")
	one := desk.Post(pathWhistles+"/new", "kind", "emergency", "community", demo.Huaiyin, "title", "燃气泄漏", "facts", "菜场旁闻到燃气味", "effort", "", "place", "菜场北门", "units", unit,
		"form_key", form.NewKey()).Sees()
	page := desk.Get(one).Is(http.StatusOK).WellMade().Says(".decision", "吹哨").SaysNot("main", "批准吹哨")
	desk.Post(one+"/blows", "version", page.Attr("main [name=version]", "value"), "form_key", form.NewKey()).Sees()
	desk.Get(one).Is(http.StatusOK).WellMade().Says("main", "已吹哨", "30 分钟内报到")
}
