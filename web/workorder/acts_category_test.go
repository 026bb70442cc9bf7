package workorder

import (
	"net/http"
	"testing"

	"portal/internal/journey"
	"portal/web/form"
)

// §6.8, 6 on the pages: the owner proposes, somebody else decides, and the case shows the new category and a clock that
// was not set anew. axe passes at both sizes.
func TestRecategoriseOnThePages(t *testing.T) {
	t.Parallel()
	s := newStreet(t)
	no := s.file(ofUnit, "电梯一会儿停一会儿走，不是路面的事。")
	owner, dispatcher := s.as("dept.chengguan"), s.as("dispatcher")
	started := s.order(no).StartedAt
	page := owner.Get(at(no, "/categories/new")).Is(http.StatusOK).WellMade().Says("main", "现在的分类", "电梯故障", "时限仍从居民提交时算")
	version := page.Attr("main [name=version]", "value")
	owner.Post(at(no, "/categories/new"), "version", version, "category", "99", "reason", "不").Is(http.StatusUnprocessableEntity).WellMade().Says("#f-category-error", "从列出的分类").Says("#f-reason-error", "4 到 200")
	key := form.NewKey()
	for range 2 {
		owner.Post(at(no, "/categories/new"), "version", version, "category", "0201", "reason", "现场看过，<b>是电梯</b>", form.KeyField, key).Sees()
	}
	owner.Get(at(no, "/categories/decisions/new")).Is(http.StatusNotFound)
	s.as("dept.minzheng").Post(at(no, "/categories/new"), "category", "0201", "reason", "现场看过，是电梯").Is(http.StatusNotFound)
	base, leader := s.serve("dispatcher"), s.serve("dept.chengguan")
	other := s.file(ofUnit, "电梯门关不上，一直在响。")
	for name, size := range map[string]journey.Size{"wide": journey.Staff, "phone": journey.Phone} {
		for what, where := range map[string][2]string{"decide": {base, at(no, "/categories/decisions/new")}, "propose": {leader, at(other, "/categories/new")}} {
			b := journey.Open(t, where[0], journey.Options{Size: size})
			b.Go(where[1])
			b.Axe()
			b.FitsSideways()
			b.Shot("recategorise-" + what + "-" + name)
		}
	}
	page = dispatcher.Get(at(no, "/categories/decisions/new")).Is(http.StatusOK).WellMade().Says("main", "谁提出的", "电梯故障", "现场看过，<b>是电梯</b>")
	dispatcher.Post(at(no, "/categories/decisions/new"), "version", page.Attr("main [name=version]", "value"), "do", "grant").Sees()
	dispatcher.Get(at(no, "")).Is(http.StatusOK).WellMade().Says("main", "电梯故障")
	if got := s.order(no); got.Category != "0201" || !got.StartedAt.Equal(started) {
		t.Errorf("%+v", got)
	}
}
