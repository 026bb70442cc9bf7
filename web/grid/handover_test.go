package grid

import (
	"net/http"
	"strings"
	"testing"

	"portal/internal/demo"
	"portal/internal/grid"
	"portal/web/form"
)

// GRD-07: the giver writes and signs, the receiver reads everything and signs; only then the post changes.
func TestHandoverSignedByBoth(t *testing.T) {
	t.Parallel()
	s := newStreet(t)
	one := s.handoverOf(waitingGrid)
	at := handoverPath(one.ID, "")
	giver, receiver := s.as("grid.huaiyin1"), s.as("grid.huaiyin2")

	giver.Get(pathHandovers).Is(http.StatusOK).WellMade().Says("tbody", "移交人签字", "葛一", "葛二")
	page := giver.Get(at).Is(http.StatusOK).WellMade().Says("h1", "B 岗移交单").Says(".decision", "移交人签字", "仍由葛一负责").Says("main", "铁匠营 3 幢楼道灯报修", "未读")
	if len(page.All(`form[action$="/receive"]`)) != 0 || len(page.All(`form[action$="/force"]`)) != 0 {
		t.Error("the giver is offered what is not the giver's")
	}
	version := page.Attr("[name=version]", "value")

	key := form.NewKey()
	for range 2 { // a double click adds one entry
		giver.Post(at+"/entries", "version", version, "do", "add", "kind", "note", "words", "门禁密码见<b>封条</b>", "form_key", key).Sees()
	}
	giver.Post(at+"/entries", "version", version, "do", "add", "kind", "note", "words", "").Is(http.StatusUnprocessableEntity).Says("#f-words-error", "200 个字")
	giver.Post(at+"/entries", "version", version, "do", "add", "kind", "", "words", "没有类别").Is(http.StatusUnprocessableEntity).Says("#f-kind-error", "哪一类")
	page = giver.Get(at).Says("main", "门禁密码见<b>封条</b>", "共 4 条")
	if strings.Contains(page.Body, "<b>封条") {
		t.Error("an entry is not escaped")
	}
	version = page.Attr("[name=version]", "value")
	last := page.All(`form.noprint[action$="/entries"] button[name=entry]`)
	giver.Post(at+"/entries", "version", version, "do", "remove", "entry", attrOf(last[len(last)-1], "value")).Sees()
	giver.Get(at).Says("main", "共 3 条")

	giver.Post(at+"/give", "version", version).Is(http.StatusUnprocessableEntity).Says(".errors", "已被他人处理")
	version = giver.Get(at).Attr("[name=version]", "value")
	receiver.Post(at+"/give", "version", version).Is(http.StatusForbidden)
	giver.Post(at+"/give", "version", version).Sees()
	giver.Post(at+"/give", "version", version).Is(http.StatusUnprocessableEntity).Says(".errors", "已被他人处理")

	page = receiver.Get(at).Is(http.StatusOK).WellMade().Says(".locked", "还有 3 条没有读").Says(".decision", "等接收人葛二读完清单")
	version = page.Attr("[name=version]", "value")
	receiver.Post(at+"/receive", "version", version).Is(http.StatusUnprocessableEntity).Says(".errors", "还有 3 条")
	receiver.Post(at+"/read", "version", version).Is(http.StatusUnprocessableEntity).Says(".errors", "勾选")
	boxes := page.All(`input[name=entry][checked]`)
	if len(boxes) != 3 {
		t.Fatalf("%d entries to read", len(boxes))
	}
	fields := []string{"version", version}
	for _, b := range boxes {
		fields = append(fields, "entry", attrOf(b, "value"))
	}
	receiver.Post(at+"/read", fields...).Sees()
	page = receiver.Get(at).Says("main", "已读").SaysNot("main", "未读")
	receiver.Post(at+"/receive", "version", page.Attr("[name=version]", "value")).Sees()
	page = receiver.Get(at).Is(http.StatusOK).Says(".decision", "已移交", "由葛二负责")
	if len(page.All("main form")) != 0 {
		t.Error("a closed handover still has a form")
	}
	receiver.Get(at+"/print").Is(http.StatusOK).Says(".paper", "B 岗移交单", "铁匠营 3 幢楼道灯报修", "葛一", "葛二")
	receiver.Get(at+"/history").Is(http.StatusOK).Says("main", "签字")
	posts, err := s.svc.Posts(t.Context(), receiver.Actor, one.GridID, one.Planned)
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range posts {
		if p.Role == grid.RoleB && p.Worker.Name != "葛二" {
			t.Errorf("B is %s", p.Worker.Name)
		}
	}
	receiver.Get(pathHandovers+"?state=closed").Is(http.StatusOK).WellMade().Says("tbody", "已移交")
}

// The secretary or a leader ends a handover with a reason; the dispatcher takes one back.
func TestHandoverForcedAndCalledOff(t *testing.T) {
	t.Parallel()
	s := newStreet(t)
	one := s.handoverOf(waitingGrid)
	at := handoverPath(one.ID, "")
	secretary := s.as("secretary.huaiyin")
	page := secretary.Get(at).Is(http.StatusOK).WellMade().Says(".decision", "代为结束移交", "撤销移交单")
	version := page.Attr("[name=version]", "value")
	secretary.Post(at+"/force", "version", version, "reason_force", "").Is(http.StatusUnprocessableEntity).Says("#f-reason_force-error", "理由")
	back := secretary.Post(at+"/force", "version", version, "reason_force", "短").Is(http.StatusUnprocessableEntity)
	if back.Text("#f-reason_force") != "短" || len(back.All("details[open] #f-reason_force")) != 1 {
		t.Errorf("what was typed is lost: %q", back.Text("#f-reason_force"))
	}
	s.as("dispatcher").Post(at+"/force", "version", version, "reason_force", "对方住院，由社区办理").Is(http.StatusNotFound)
	s.as("grid.huaiyin1").Post(at+"/call-off", "version", version, "reason_call-off", "不想移交了，撤销").Is(http.StatusNotFound)
	for _, login := range []string{"worker.huaiyin", "dispatcher", "leader"} { // they see it, and it is not theirs to sign or to write
		for _, act := range []string{"entries", "read", "give", "receive"} {
			s.as(login).Post(at+"/"+act, "version", version, "do", "add", "kind", "", "words", "", "entry", "1").Is(http.StatusNotFound)
		}
	}
	secretary.Post(at+"/call-off", "version", "99", "reason_call-off", "人选另行商定，先撤销").Is(http.StatusUnprocessableEntity).Says(".errors", "已被他人处理")
	secretary.Post(at+"/call-off", "version", version, "reason_call-off", "人选另行商定，先撤销").Sees()
	secretary.Get(at).Says(".decision", "已撤销").Says("main", "人选另行商定，先撤销")
}

// Somebody else's handover reads like a missing one, whatever is asked of it.
func TestHandoverOfOthersIsMissing(t *testing.T) {
	t.Parallel()
	s := newStreet(t)
	one := s.handoverOf(waitingGrid)
	for _, login := range []string{"secretary.linhe", "worker.linhe", "clerk", "org.contact", "dept.chengguan"} {
		v := s.as(login)
		for _, below := range []string{"", "/print", "/history"} {
			got, lost := v.Get(handoverPath(one.ID, below)).Is(http.StatusNotFound), v.Get(handoverPath(987654, below)).Is(http.StatusNotFound)
			if got.Text("main") != lost.Text("main") {
				t.Errorf("%s %s: %q and %q", login, below, got.Text("main"), lost.Text("main"))
			}
		}
		for _, act := range []string{"entries", "read", "give", "receive", "force", "call-off"} {
			v.Post(handoverPath(one.ID, "/"+act), "version", "1", "do", "add", "kind", "note", "words", "看看", "entry", "1", "reason_force", "按规定办理", "reason_call-off", "按规定办理").Is(http.StatusNotFound)
		}
		v.Get(pathHandovers).Is(http.StatusOK).SaysNot("main", "葛一", "铁匠营")
	}
	dispatcher := s.as("dispatcher")
	for _, id := range []string{"0", "-1", "abc", "99999999999999999999", "1%00"} {
		if got := dispatcher.Get(pathHandovers + "/" + id); got.Status != http.StatusNotFound && got.Status != http.StatusBadRequest {
			t.Errorf("%s: %d", id, got.Status)
		}
	}
	after := s.handoverOf(waitingGrid)
	if after.Version != one.Version || len(after.Entries) != len(one.Entries) {
		t.Error("a denied act changed the handover")
	}
	dispatcher.Get(pathHandovers+"?community="+demo.Huaiyin).Is(http.StatusOK).Says("tbody", "葛一")
	dispatcher.Get(pathHandovers+"?community="+demo.Linhe).Is(http.StatusOK).SaysNot("main", "葛一")
	for _, q := range []string{"?community=%27%20OR%201=1", "?community=000", "?at=xxxx", "?state=%3Cscript%3E"} {
		if got := dispatcher.Get(pathHandovers + q); got.Status >= 500 {
			t.Errorf("%s: %d", q, got.Status)
		}
	}
}
