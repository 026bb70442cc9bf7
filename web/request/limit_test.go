package request

import (
	"net/http"
	"testing"

	"portal/internal/journey"
	"portal/internal/request"
	"portal/web/form"
)

// limitOn files three requests with a telephone and has the street limit it; it gives the token of the last.
func (b bench) limitOn(t *testing.T, phone string) (token string) {
	t.Helper()
	var nos []string
	for _, words := range []string{"楼道灯又不亮了", "楼道灯还是不亮", "楼道灯真的不亮"} {
		token = filed(t, b.Anybody(t), words, phone)
		got, err := b.deps.Requests.Track(t.Context(), request.Key{Token: token})
		if err != nil {
			t.Fatal(err)
		}
		nos = append(nos, got.No)
	}
	by := b.As(t, "leader").Actor
	if _, err := b.deps.Requests.SetLimit(t.Context(), by, form.NewKey(), request.LimitDraft{Nos: nos, Days: 30, Reason: "同一盏灯一天里说了三遍，已经修好三回"}); err != nil {
		t.Fatal(err)
	}
	return token
}

// REQ-20: who files with a limited telephone is told what is limited, by whom, until when and how to appeal, and
// loses nothing; words of danger, 举报 and no telephone go through; the appeal is a touch on the receipt's page.
func testLimited(t *testing.T, b bench) {
	const phone = "13900009020"
	token := b.limitOn(t, phone)
	v := b.Anybody(t)
	check := upToCheck(t, v, "垃圾没人收", phone)
	key := check.Attr("main form [name=form_key]", "value")
	before := b.count(t, countRequests)
	for range 2 {
		page := v.Post("/requests/new/check", form.KeyField, key).Is(http.StatusConflict).WellMade()
		page.Says("h1", "暂时不能在网上反映").Says("main", "街道主任", "2026年12月", "举报", "窗口", "申诉", "没有提交").SaysNot("main", phone, "三遍", "SQ-2026")
	}
	if n := b.count(t, countRequests); n != before {
		t.Errorf("%d requests more", n-before)
	}
	v.Get("/requests/new/check").Is(http.StatusOK).Says("main", "垃圾没人收") // what was typed is still there
	v.Post("/requests/new/phone", "go", "skip").Sees()                   // nobody is never limited (REQ-17)
	v.Post("/requests/new/check", form.KeyField, v.Get("/requests/new/check").Attr("main form [name=form_key]", "value")).Sees()
	filed(t, b.Anybody(t), "厨房漏气，味道很大", phone)

	page := v.Get("/r/" + token).Is(http.StatusOK).WellMade()
	page.Says("main", "网上反映的限制", "限制中", "街道主任", "一天里说了三遍", "不同意，申诉").SaysNot("main", phone, "周岭")
	if len(page.All("form[action$=appeals]")) != 1 {
		t.Fatal("no way to appeal")
	}
	v.Post("/r/"+token+"/appeals", "appeal", "不").Is(http.StatusUnprocessableEntity).WellMade().Says("#f-appeal-error", "写几句")
	akey := page.Attr("form[action$=appeals] [name=form_key]", "value")
	for range 2 {
		to := v.Post("/r/"+token+"/appeals", form.KeyField, akey, "appeal", "<i>灯</i>是真的不亮").Sees()
		v.Get(to).Is(http.StatusOK).WellMade().Says(".banner", "申诉已经收到").Says("main", "已申诉，待决定", "由另一位负责人决定")
	}
	v.Post("/r/"+token+"/appeals", "appeal", "再说一遍").Is(http.StatusConflict).Says("main", "已经申诉过了")
	code := v.Get("/r/" + token + "/receipt").Text(".bigcode")
	v.Post("/requests/lookup", "code", code).Is(http.StatusOK).SaysNot("main", "限制")
	v.Post("/requests/lookup/appeals", "code", code, "appeal", "只凭查询码").Is(http.StatusNotFound)

	// The way with the typed code and the last four digits.
	second := b.limitOn(t, "13900009021")
	code = v.Get("/r/" + second + "/receipt").Text(".bigcode")
	v.Post("/requests/lookup/appeals", "code", code, "phone4", "9021", "appeal", "灯是真的不亮").Is(http.StatusOK).Says("main", "已申诉")
	other := b.slip(t, running)
	v.Post("/r/"+other.Token+"/appeals", "appeal", "没有限制").Is(http.StatusConflict).Says("main", "没有被限制")
}

// The page of the refusal and the receipt's page with a limit pass axe on the phone and wide.
func TestLimitedInABrowser(t *testing.T) {
	b := street(t)
	base := b.serve(t)
	const phone = "13900009022"
	token := b.limitOn(t, phone)
	for name, size := range map[string]journey.Size{"phone": journey.Phone, "wide": journey.Staff} {
		v := journey.Open(t, base, journey.Options{Size: size})
		look := func(page string) {
			v.Axe()
			v.FitsSideways()
			v.Shot("limited-" + page + "-" + name)
		}
		v.Go("/requests/new")
		v.Click(`button[name=category][value="0402"]`)
		v.Click(`button[name=compound]`)
		v.Click(`button[name=building]`)
		v.ClickText("下一步")
		v.ClickText("灯不亮")
		v.ClickText("说完了，下一步")
		v.Fill("[name=phone]", phone)
		v.Click(`button[value=next]`)
		v.ClickText("确认反映")
		v.See("暂时不能在网上反映")
		look("told")
		v.Go("/r/" + token)
		look("track")
	}
}
