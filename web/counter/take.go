package counter

import (
	"context"
	"net/http"
	"strconv"
	"strings"

	"portal/internal/grid"
	"portal/internal/pg"
	"portal/internal/place"
	"portal/internal/request"
	"portal/web/form"
	"portal/web/route"
	"portal/web/view"
)

// Most of what a look-up shows.
const (
	mostCategories = 8
	mostPlaces     = 12
	mostSimilar    = 5
)

// takePage is 登记诉求: the window, paper and 代办 on one page.
type takePage struct {
	Frame        view.Page
	Form         filled
	Emergencies  []view.Banner
	Channels     []view.Option
	Kinds        []view.Option
	Categories   []view.Option
	CategoryNote string
	Places       []view.Option
	PlaceNote    string
	Communities  []view.Option
	Units        []view.Option
	Hidden       []view.Option
	Safety       []view.Option
	Agreed       []view.Option
	Recusal      bool
	Notice       string
	Consent      string
	AssistHint   string
	Running      bool
	Left         int
	EndKey       string
	Advice       []view.Term
	Similar      []view.Option
}

// deskChannels are the ways in which the desk takes a request.
var deskChannels = []request.Channel{request.Window, request.Paper, request.Assisted}

// Ticks of the third part and of the consent.
const (
	safeIdentity = "confidential"
	safeAgreed   = "reveal_agreed"
	safeMinor    = "minor"
	safeGuardian = "guardian"
)

var safetyOptions = []view.Option{
	{Value: safeIdentity, Label: "身份保密", Hint: "举报一律保密，承办单位看不到"},
	{Value: safeAgreed, Label: "本人同意承办单位知道", Hint: "要居民亲口同意"},
	{Value: safeMinor, Label: "未满 14 周岁"},
	{Value: safeGuardian, Label: "监护人同意", Hint: "没有监护人同意，不记姓名和电话"},
}

var agreedOptions = []view.Option{{Value: "yes", Label: "已念给居民听，居民同意"}}

func (h handlers) newRequest(w http.ResponseWriter, r *http.Request) error {
	typed, mine, err := h.kept(r)
	if err != nil {
		return err
	}
	if mine {
		return h.showTake(w, r, again(typed))
	}
	return h.showTake(w, r, fresh(r, map[string]string{"channel": string(request.Window)}))
}

func (h handlers) takeRequest(w http.ResponseWriter, r *http.Request) error {
	f, err := form.Read(r)
	if err != nil {
		return err
	}
	switch f.Raw("do") {
	case "assist":
		return h.startAssist(w, r, f)
	case "file":
		return h.file(w, r, f)
	case "clear":
		if err := h.dropDraft(w, r); err != nil {
			return err
		}
		return route.See(w, r, pathNew)
	case "look":
		return h.look(w, r, f)
	}
	f.Add("", "从这一页的按钮里选一个")
	return h.showTake(w, r, back(f, nil))
}

// look keeps what was typed and shows what it means so far.
func (h handlers) look(w http.ResponseWriter, r *http.Request, f *form.Form) error {
	if err := h.keepDraft(w, r); keep(f, err) != nil {
		return err
	}
	x := back(f, nil)
	x.told = nil // looking up is no sending: what is still empty is no fault
	return h.showTake(w, r, x)
}

// places finds what was typed, each building once.
func (h handlers) places(r *http.Request, words string) ([]grid.Place, error) {
	if words == "" {
		return nil, nil
	}
	found, err := h.Grids.Find(r.Context(), route.Actor(r), words, h.f.Today(), mostPlaces+1)
	if lost(err) {
		return nil, nil
	}
	var out []grid.Place
	seen := map[int64]bool{}
	for _, p := range found {
		if !seen[p.Building.ID] {
			seen[p.Building.ID] = true
			out = append(out, p)
		}
	}
	return out, err
}

func (h handlers) showTake(w http.ResponseWriter, r *http.Request, x filled) error {
	p := takePage{Form: x, EndKey: form.NewKey(), Agreed: x.pick("agreed", agreedOptions)}
	for _, fill := range []func(*http.Request, *takePage) error{h.fillChoices, fillEmergencies, h.fillCategories, h.fillPlaces, h.fillAssist, h.fillAdvice, h.fillSimilar} {
		if err := fill(r, &p); err != nil {
			return err
		}
	}
	p.Frame = h.staff(r, "登记 - 居民诉求", x.told, view.Crumb{Text: "登记诉求"})
	return h.f.Render(w, r, x.status(), showTake(p))
}

// hints answers with what the form means so far; nothing is kept.
func (h handlers) hints(w http.ResponseWriter, r *http.Request) error {
	f, err := form.Read(r)
	if err != nil {
		return err
	}
	p := takePage{Form: back(f, nil)}
	for _, fill := range []func(*http.Request, *takePage) error{h.fillCategories, h.fillPlaces, fillEmergencies, h.fillAdvice} {
		if err := fill(r, &p); err != nil {
			return err
		}
	}
	return h.f.Render(w, r, http.StatusOK, takeHints(p))
}

// fillEmergencies says whom to call before anything is written down (REQ-04).
func fillEmergencies(_ *http.Request, p *takePage) error {
	if calls, say := emergencyWords(p.Form.value("title") + " " + p.Form.value("words")); calls != "" {
		p.Emergencies = []view.Banner{{Tone: view.Danger, Lead: "先请居民拨打 " + calls + "。", Text: say + "。打完再登记，诉求照样留下"}}
	}
	return nil
}

func (h handlers) fillChoices(r *http.Request, p *takePage) error {
	ctx, q, x := r.Context(), h.f.DB.Q(), p.Form
	v, err := h.f.Settings(ctx)
	if err != nil {
		return err
	}
	communities, err := place.Communities(ctx, q, v.StreetCode)
	if err != nil {
		return err
	}
	units, err := place.Units(ctx, q)
	if err != nil {
		return err
	}
	p.Channels, p.Kinds = x.pick("channel", choices(deskChannels...)), x.pick("kind", choices(request.Kinds...))
	p.Communities = with("按地点定", x.pick("community", communityOptions(communities)))
	p.Hidden = with("没有", x.pick("hidden_from", communityOptions(communities)))
	p.Units = with("没有", x.pick("complained_unit", unitOptions(units)))
	p.Safety = x.pick("safety", safetyOptions)
	p.Recusal = x.value("complained_unit") != "" || x.value("hidden_from") != ""
	p.Notice = "先告诉居民：姓名、电话和门牌只用来办理和回复这件事，加密保存，办结后 " + itoa(v.RetentionMonths/12) + " 年去除；不留也能登记（告知版本 " + v.NoticeVersion + "）"
	return nil
}

func communityOptions(all []place.Community) []view.Option {
	out := make([]view.Option, len(all))
	for i, c := range all {
		out[i] = view.Option{Value: c.Code, Label: c.Name}
	}
	return out
}

func unitOptions(all []place.Unit) []view.Option {
	var out []view.Option
	for _, u := range all {
		if u.Active {
			out = append(out, view.Option{Value: strconv.FormatInt(u.ID, 10), Label: u.Name})
		}
	}
	return out
}

// fillCategories offers what the search words mean, and without any what the resident's own words mean.
func (h handlers) fillCategories(r *http.Request, p *takePage) error {
	ctx, q, x := r.Context(), h.f.DB.Q(), p.Form
	words, asked := x.value("category_words"), x.value("category_words") != ""
	found, err := findCategories(ctx, q, words)
	if err != nil {
		return err
	}
	if asked && len(found) == 0 {
		asked, p.CategoryNote = false, "没有找到“"+words+"”，换个说法，如 路灯、漏水、占道；实在说不清，选下面的"
	}
	if !asked {
		if found, err = findCategories(ctx, q, x.value("title")+" "+x.value("words")); err != nil {
			return err
		}
		if len(found) == 0 && (p.CategoryNote != "" || len(x.told) > 0) {
			if found, err = findCategories(ctx, q, unclear); err != nil {
				return err
			}
		}
	}
	if code := x.value("category"); code != "" {
		if c, err := request.CategoryByCode(ctx, q, code); err == nil && c.Leaf() {
			found = append([]request.Category{c}, without(found, c.Code)...)
		} else if err != nil && !lost(err) {
			return err
		}
	}
	for _, c := range found {
		p.Categories = append(p.Categories, view.Option{Value: c.Code, Label: c.Name, Hint: c.ParentName + " · " + itoa(c.DueHours) + " 小时内办结",
			Chosen: x.value("category") == c.Code || asked && len(found) == 1})
	}
	return nil
}

// unclear is the category of what nobody can place; there is always a way on.
const unclear = "职责不清"

func findCategories(ctx context.Context, q pg.Querier, words string) ([]request.Category, error) {
	if strings.TrimSpace(words) == "" {
		return nil, nil
	}
	return request.FindCategories(ctx, q, words, mostCategories)
}

func without(all []request.Category, code string) []request.Category {
	var out []request.Category
	for _, c := range all {
		if c.Code != code {
			out = append(out, c)
		}
	}
	return out
}

func (h handlers) fillPlaces(r *http.Request, p *takePage) error {
	x := p.Form
	found, err := h.places(r, x.value("place"))
	if err != nil {
		return err
	}
	for _, one := range found[:min(len(found), mostPlaces)] {
		id := strconv.FormatInt(one.Building.ID, 10)
		p.Places = append(p.Places, view.Option{Value: id, Label: one.Building.Label(), Hint: one.Grid.Name, Chosen: x.value("building") == id || len(found) == 1})
	}
	switch {
	case len(found) > mostPlaces:
		p.PlaceNote = "先列 " + itoa(mostPlaces) + " 处，多写几个字可以缩小范围"
	case x.value("place") != "" && len(found) == 0:
		p.PlaceNote = "没有登记这个地方。照居民说的留着，再在下面选社区"
	}
	return nil
}
