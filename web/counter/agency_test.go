package counter

import (
	"bytes"
	"image"
	"image/png"
	"testing"

	"portal/internal/blob"
)

func scan(t *testing.T) []byte {
	t.Helper()
	var out bytes.Buffer
	if err := png.Encode(&out, image.NewGray(image.Rect(0, 0, 8, 8))); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

// 全程代办 from the case page to the signed list (REQ-16): authorization before anything else, documents listed and
// given back with the photograph of a signed list; only the agent reads, and every look at a photograph is told (REQ-22).
func TestErrandPages(t *testing.T) {
	d := open(t)
	clerk := d.As(t, "clerk")
	no := d.file(t, clerk)
	begin := casePath(no, "/agency")
	clerk.Get(begin).Is(ok).WellMade().Says("main", "代办事项", "最长 90 天")
	clerk.Post(begin, "matter", "", "scope", "递交", "until", "明年").Is(wrong).WellMade().Says(".errors", "写成")
	clerk.Post(begin, "matter", "", "scope", "", "until", d.Frame.Today().Add(91).String()).Is(wrong).WellMade().Says(".errors", "有 3 处需要修改", "写清代办什么事")
	page := clerk.Post(begin, "matter", "代办<b>居住证", "scope", "递交材料、领取证件", "until", d.Frame.Today().Add(5).String()).Sees()
	if page != pathAgencies+"/"+no+"-1" {
		t.Fatalf("leads to %s", page)
	}
	at := func() string { return clerk.Get(page).Attr("input[name=version]", "value") }
	waits := clerk.Get(page).Is(ok).WellMade().Says("main", "待签授权，快到期", "代办<b>居住证", "还剩 5 天", "登记授权").SaysNot("main", "收一份材料")
	if waits.Header.Get("Cache-Control") != "no-store" || bytes.Contains([]byte(waits.Body), []byte("代办<b>")) {
		t.Error("the page may be stored, or is not escaped")
	}
	clerk.Get(page+"/letter").Is(ok).Says("article", "授权委托书", "递交材料、领取证件", "委托人签字", "民法典", "撤回").SaysNot("article", "张三丰")

	sign, day := page+"/signatures/new", d.Frame.Today().String()
	clerk.Post(sign, "version", at(), "how", "written", "signer", "张三丰", "day", day).Is(wrong).WellMade().Says("#f-"+blob.Field+"-error", "授权委托书的照片")
	bad := clerk.Upload(sign, blob.Field, "a.pdf", []byte("%PDF-1.7\n%%EOF"), "version", at(), "how", "written", "signer", "张三丰", "day", day).Is(wrong).WellMade()
	if bad.Says("#f-"+blob.Field+"-error", "只收照片"); bad.Attr("#f-signer", "value") != "张三丰" {
		t.Error("what was typed is lost")
	}
	clerk.Post(page+"/documents/new", "version", at(), "name", "户口簿", "kind", "original", "pages", "4").Is(wrong).Says(".errors", "授权还没有签")
	if to := clerk.Upload(sign, blob.Field, "a.png", scan(t), "version", at(), "how", "written", "signer", "张三丰", "day", day).Sees(); to != page {
		t.Fatalf("leads to %s", to)
	}
	clerk.Post(page+"/documents/new", "version", at(), "name", "户口簿", "kind", "", "pages", "x").Is(wrong).WellMade().Says(".errors", "有 2 处需要修改", "选原件还是复印件")
	clerk.Post(page+"/documents/new", "version", at(), "name", "户口簿", "kind", "original", "pages", "4").Sees()
	clerk.Post(page+"/steps/new", "version", at(), "words", "到派出所递交").Sees()
	runs := clerk.Get(page).Is(ok).WellMade().Says("main", "代办中", "户口簿", "在代办人手里", "到派出所递交", "张**").SaysNot("main", "张三丰")
	clerk.Get(page+"/documents").Is(ok).Says("article", "材料交接清单", "户口簿", "原件", "归还")
	clerk.Get(pathAgencies).Is(ok).WellMade().Says("main", no+"-1", "代办<b>居住证", "1 份", "还剩 5 天")
	clerk.Get(casePath(no, "/agency")).Is(ok)

	testErrandOfOthers(t, d, page, no)

	clerk.Post(page+"/reveals/new", "photo", "1", "look", "").Is(wrong).WellMade().Says("#f-look-error", "写明用途")
	clerk.Post(page+"/reveals/new", "photo", "7", "look", "核对签字").Is(wrong).Says("#f-photo-error", "从列出的照片里选")
	if shown := clerk.Post(page+"/reveals/new", "photo", "1", "look", "核对签字").Is(ok); shown.Header.Get("Content-Type") != "image/png" || shown.Header.Get("Cache-Control") != "private, no-store" {
		t.Errorf("a photograph comes as %v", shown.Header)
	}
	if n := d.count(t, "SELECT count(*) FROM reveal v JOIN request r ON r.id = v.request_id WHERE r.no = $1 AND v.purpose = '看代办照片：核对签字'", no); n != 1 {
		t.Errorf("the look is logged %d times", n)
	}

	held := runs.Attr("input[name=documents]", "value")
	out := []string{"version", at(), "documents", held, "way", "returned", "signer", "张三丰", "day", day}
	clerk.Post(page+"/handovers/new", out...).Is(wrong).WellMade().Says("#f-"+blob.Field+"-error", "清单照片")
	clerk.Post(page+"/results/new", "version", at(), "result", "居住证已领到").Sees()
	clerk.Get(page).Is(ok).WellMade().Says("main", "待归还材料", "还有 1 份材料没有交还").SaysNot("main", "收一份材料", "递交受理单位")
	out[1] = at()
	clerk.Upload(page+"/handovers/new", blob.Field, "a.png", scan(t), out...).Sees()
	clerk.Get(page).Is(ok).WellMade().Says("main", "已办结", "交还本人", "清单").SaysNot("main", "登记居民撤回")
}

// testErrandOfOthers: who is not the agent reads the outline or nothing at all, and what is out of reach is missing.
func testErrandOfOthers(t *testing.T, d desk, page, no string) {
	t.Helper()
	for _, login := range []string{"secretary.huaiyin", "dispatcher", "leader", "auditor"} {
		d.As(t, login).Get(page).Is(ok).WellMade().Says("main", "只有代办人看得到", "手里的材料", "1 份").SaysNot("main", "户口簿", "居住证", "派出所", "张*")
		d.As(t, login).Get(pathAgencies).Is(ok).Says("main", no+"-1", "只有代办人看得到").SaysNot("main", "居住证")
		missing := d.As(t, login).Get(pathAgencies + "/SQ-2026-999999-1/letter").Is(absent)
		if got := d.As(t, login).Get(page + "/letter").Is(absent); got.Text("main") != missing.Text("main") {
			t.Errorf("%s: a letter out of reach does not read like none", login)
		}
		d.As(t, login).Post(page+"/reveals/new", "photo", "1", "look", "看看").Is(absent)
	}
	d.As(t, "auditor").Get(page).SaysNot("main", "接手代办", "登记居民撤回")
	d.As(t, "dispatcher").Get(page).Says("main", "登记居民撤回").SaysNot("main", "接手代办")
	for _, login := range []string{"secretary.linhe", "worker.huaiyin", "worker.linhe", "callback", "dept.minzheng", "grid.huaiyin1"} {
		d.As(t, login).Get(page).Is(absent)
		d.As(t, login).Post(page+"/withdrawals/new", "version", "1").Is(absent)
	}
	secretary := d.As(t, "secretary.huaiyin")
	secretary.Post(page+"/agents/new", "version", secretary.Get(page).Attr("input[name=version]", "value"), "purpose", "").Is(wrong).WellMade().Says("#f-purpose-error", "写明用途")
}
