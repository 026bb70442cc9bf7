package notice

import (
	"context"
	"net/http"
	"net/url"
	"regexp"
	"strconv"
	"strings"

	"portal/internal/fault"
	"portal/internal/notice"
	"portal/internal/page"
	"portal/internal/place"
	"portal/internal/workday"
	"portal/web/form"
	"portal/web/listing"
	"portal/web/route"
	"portal/web/view"
)

// Names of the parameters of the board; the address is the state of a list.
const (
	paramState = "state"
	paramKind  = "kind"
	paramPlace = "community"
	paramWords = "q"
	paramAfter = "after"
)

const onPage = 10

var divisionShape = regexp.MustCompile(`^[0-9]{9}([0-9]{3})?$`)

// asked is the filter of an address with what was typed.
type asked struct {
	notice.Filter
	Form   *form.Form
	Places []notice.Place
}

// places are the communities and the street itself, for the choices.
func (h handlers) places(ctx context.Context) ([]notice.Place, error) {
	v, err := h.f.Settings(ctx)
	if err != nil {
		return nil, err
	}
	communities, err := listing.Communities(ctx, h.f.DB.Q(), v.StreetCode)
	if err != nil {
		return nil, err
	}
	var out []notice.Place
	for _, c := range communities {
		out = append(out, notice.Place{Code: c.Code, Name: c.Name})
	}
	return append(out, notice.Place{Code: v.StreetCode, Name: v.StreetName}), nil
}

// filter reads an address; states are those a reader of the page may ask for.
func (h handlers) filter(r *http.Request, limit int, states ...notice.State) (asked, error) {
	places, err := h.places(r.Context())
	if err != nil {
		return asked{}, err
	}
	fm := form.Query(r)
	a := asked{Form: fm, Places: places, Filter: notice.Filter{Limit: limit, State: form.Choice(fm, paramState, states), Kind: form.Choice(fm, paramKind, notice.Kinds),
		Words: fm.Line(paramWords, 60), Cursor: fm.Raw(paramAfter)}}
	if a.State == "" {
		a.State = states[0]
	}
	if code := fm.Raw(paramPlace); code != "" {
		if a.placeName(code) == "" || !divisionShape.MatchString(code) {
			fm.Add(paramPlace, "本街道没有这个社区，请从列出的社区里选")
		} else {
			a.Division = code
		}
	}
	return a, nil
}

func (a asked) placeName(code string) string {
	for _, p := range a.Places {
		if p.Code == code {
			return p.Name
		}
	}
	return ""
}

// address gives path with the filter, changed by pairs of name and value; "" takes a parameter away.
func (a asked) address(path string, pairs ...string) string {
	v := url.Values{}
	for _, p := range [][2]string{{paramKind, string(a.Kind)}, {paramPlace, a.Division}, {paramWords, a.Words}} {
		if p[1] != "" {
			v.Set(p[0], p[1])
		}
	}
	if a.State == notice.Ended || a.State == notice.Withdrawn || strings.HasPrefix(path, pathDesk) {
		v.Set(paramState, string(a.State))
	}
	for i := 0; i+1 < len(pairs); i += 2 {
		if pairs[i+1] == "" {
			v.Del(pairs[i])
		} else {
			v.Set(pairs[i], pairs[i+1])
		}
	}
	return listing.With(path, v)
}

func (a asked) tags(path string) []view.Tag {
	var out []view.Tag
	for _, t := range []struct{ param, label, value string }{{paramKind, "类别", a.Kind.Label()}, {paramPlace, "社区", a.placeName(a.Division)}, {paramWords, "关键词", a.Words}} {
		if t.value != "" {
			out = append(out, view.Tag{Words: t.label + "：" + t.value, Href: a.address(path, t.param, "")})
		}
	}
	return out
}

func (a asked) errors() []view.FieldError { return listing.Summary(a.Form.Errors()) }

// open are the states that everybody may ask for.
var open = []notice.State{notice.Issued, notice.Ended}

// boardPage is 公示栏.
type boardPage struct {
	Frame view.Page
	asked
	List   page.Page[notice.Notice]
	Counts map[notice.Kind]int
	Hung   int // what the filter finds among what hangs
	Over   int // … and among what is over
	Today  workday.Day
	Word   string
}

func (h handlers) board(w http.ResponseWriter, r *http.Request) error {
	a, err := h.filter(r, onPage, open...)
	if err != nil {
		return err
	}
	p := boardPage{Frame: h.public(r, "查看 - 公示栏"), asked: a, Today: h.f.Today(), Word: h.f.Word(r.Context())}
	ctx := r.Context()
	if a.Form.Valid() {
		p.List, err = h.s.Board(ctx, a.Filter)
		if err := a.Form.Merge(err); err != nil {
			return err
		}
	}
	if !a.Form.Valid() {
		p.Frame.Errors = len(a.Form.Errors())
		return h.f.Render(w, r, http.StatusUnprocessableEntity, showBoard(p))
	}
	if p.Counts, err = h.s.BoardCounts(ctx, a.Filter); err != nil {
		return err
	}
	for state, into := range map[notice.State]*int{notice.Issued: &p.Hung, notice.Ended: &p.Over} {
		f := a.Filter
		f.State = state
		if *into, err = h.s.BoardCount(ctx, f); err != nil {
			return err
		}
	}
	return h.f.Render(w, r, http.StatusOK, showBoard(p))
}

func (p boardPage) elder() bool { return p.Frame.Mode == "elder" }

// side is one line of the list of kinds or places.
type side struct {
	Label, Href, Count string
	Current            bool
}

// kinds counts what each link opens (R45); with words in the search nothing is counted.
func (p boardPage) kinds() []side {
	total := 0
	var out []side
	for _, k := range notice.Kinds {
		total += p.Counts[k]
		out = append(out, side{Label: k.Label(), Href: p.address(pathBoard, paramKind, string(k), paramWords, ""), Count: view.Bounded(p.Counts[k]), Current: p.Kind == k})
	}
	return append([]side{{Label: "全部", Href: p.address(pathBoard, paramKind, "", paramWords, ""), Count: view.Bounded(total), Current: p.Kind == ""}}, out...)
}

func (p boardPage) communities() []side {
	out := []side{{Label: "全部社区", Href: p.address(pathBoard, paramPlace, ""), Current: p.Division == ""}}
	for _, c := range p.Places {
		out = append(out, side{Label: c.Name, Href: p.address(pathBoard, paramPlace, c.Code), Current: p.Division == c.Code})
	}
	return out
}

func (p boardPage) result() string {
	if p.State == notice.Ended {
		return "，从最近结束的排起"
	}
	return "，按截止日期从近到远"
}

// other is the door to what is over, or back to what hangs.
func (p boardPage) other() view.Link {
	if p.State == notice.Ended {
		return view.Link{Href: p.address(pathBoard, paramState, ""), Text: "看公示中 " + view.Bounded(p.Hung) + " 件"}
	}
	return view.Link{Href: p.address(pathBoard, paramState, string(notice.Ended)), Text: "看已结束 " + view.Bounded(p.Over) + " 件"}
}

func (p boardPage) found() string {
	if p.State == notice.Ended {
		return "已结束 " + view.Bounded(p.Over) + " 件"
	}
	return "公示中 " + view.Bounded(p.Hung) + " 件"
}

func (p boardPage) pages() view.Pages {
	return listing.Pages(p.List, func(cursor string) string { return p.address(pathBoard, paramAfter, cursor) }, "每页 "+itoa(onPage)+" 件")
}

// noticePage is one notice, or an earlier text of it.
type noticePage struct {
	Frame view.Page
	notice.Record
	Today workday.Day
	Word  string
	Phone string
	Old   bool   // an earlier text
	Link  string // the permanent address
}

func (h handlers) notice(w http.ResponseWriter, r *http.Request) error {
	slug, asJSON := strings.CutSuffix(no(r), ".json")
	rec, err := h.s.Read(r.Context(), slug)
	if err != nil {
		return err
	}
	if asJSON {
		return h.oneJSON(w, r, rec)
	}
	return h.show(w, r, rec, false)
}

func (h handlers) version(w http.ResponseWriter, r *http.Request) error {
	n, err := strconv.Atoi(route.Param(r, "n"))
	if err != nil {
		n = 0
	}
	rec, err := h.s.ReadVersion(r.Context(), no(r), n)
	if err != nil {
		return err
	}
	return h.show(w, r, rec, rec.N != rec.Shown)
}

func (h handlers) show(w http.ResponseWriter, r *http.Request, rec notice.Record, old bool) error {
	p := noticePage{Record: rec, Today: h.f.Today(), Word: h.f.Word(r.Context()), Old: old, Link: listing.Address(r, h.secure, rec.Path())}
	var err error
	if p.Phone, err = h.phone(r.Context(), rec.Notice); err != nil {
		return err
	}
	title := heading(rec.Title) + " - 公示栏"
	crumb := []view.Crumb{{Text: rec.No(p.Word)}}
	if old {
		title = "第 " + itoa(rec.N) + " 版 - " + title
		crumb = []view.Crumb{{Href: rec.Path(), Text: rec.No(p.Word)}, {Text: "第 " + itoa(rec.N) + " 版"}}
	}
	p.Frame = h.public(r, title, crumb...)
	return h.f.Render(w, r, http.StatusOK, showNotice(p))
}

// phone is the duty telephone of whoever published.
func (h handlers) phone(ctx context.Context, n notice.Notice) (string, error) {
	if !n.OfStreet() {
		c, err := place.CommunityByCode(ctx, h.f.DB.Q(), n.Division)
		if err != nil && fault.KindOf(err) != fault.KindNotFound {
			return "", err
		}
		if c.DutyPhone != "" {
			return c.DutyPhone, nil
		}
	}
	v, err := h.f.Settings(ctx)
	return v.StreetPhone, err
}

// heading is the title of the page: plain words in the 长辈版.
func (p noticePage) heading() string {
	if p.Frame.Mode == "elder" {
		return p.PlainTitle
	}
	return heading(p.Title)
}

func (h handlers) file(w http.ResponseWriter, r *http.Request) error {
	f, err := h.s.PublicFile(r.Context(), no(r), route.Param(r, "code"))
	if err != nil {
		return err
	}
	return h.send(w, r, f)
}

func (h handlers) deskFile(w http.ResponseWriter, r *http.Request) error {
	f, err := h.s.DeskFile(r.Context(), route.Actor(r), no(r), route.Param(r, "code"))
	if err != nil {
		return err
	}
	return h.send(w, r, f)
}

func (h handlers) send(w http.ResponseWriter, r *http.Request, f notice.File) error {
	content, err := h.blobs.Open(r.Context(), f.SHA)
	if err != nil {
		return err
	}
	defer func() { _ = content.Close() }()
	return route.SendFile(w, r, route.File{Name: f.Name, MediaType: f.MediaType, Image: strings.HasPrefix(f.MediaType, "image/"), Hash: f.SHA, Content: content})
}

// print is the A4 sheet for everybody.
func (h handlers) print(w http.ResponseWriter, r *http.Request) error {
	rec, err := h.s.Read(r.Context(), no(r))
	if err != nil {
		return err
	}
	return h.paper(w, r, rec, rec.Path())
}

func (h handlers) deskPrint(w http.ResponseWriter, r *http.Request) error {
	rec, err := h.s.Get(r.Context(), route.Actor(r), no(r))
	if err != nil {
		return err
	}
	return h.paper(w, r, rec, rec.DeskPath())
}

// sheet is a notice as it is printed.
type sheet struct {
	Head   view.PaperHead
	Blocks []notice.Block
	Window string // ends before the telephone number
	Phone  string
	Files  string
}

// printPage is the sheet alone.
type printPage struct {
	Frame view.Page
	Sheet sheet
}

func (h handlers) paper(w http.ResponseWriter, r *http.Request, rec notice.Record, back string) error {
	s, err := h.sheet(r, rec)
	if err != nil {
		return err
	}
	p := printPage{Sheet: s, Frame: h.public(r, "打印 - "+heading(rec.Title))}
	p.Frame.Breadcrumbs = []view.Crumb{{Href: back, Text: "公示"}}
	return h.f.Render(w, r, http.StatusOK, showPrint(p))
}

// sheet lays out the words that the reader works on: those that wait at the desk, else those that hang.
func (h handlers) sheet(r *http.Request, rec notice.Record) (sheet, error) {
	v := rec.Words()
	phone, err := h.phone(r.Context(), rec.Notice)
	if err != nil {
		return sheet{}, err
	}
	number := rec.No(h.f.Word(r.Context()))
	if number == "" {
		number = "（签发时编文号）"
	}
	s := sheet{Head: view.PaperHead{Issuer: rec.Issuer(), Number: number, Title: v.Title, Signed: rec.Issuer(), Date: issuedOn(v).Chinese()}, Blocks: notice.Blocks(v.Body)}
	if v.IssuedAt != nil {
		s.Head.QR, s.Head.QRWords = listing.Address(r, h.secure, rec.Path()), "扫码看原文、附件，或提异议"
	}
	s.Window, s.Phone = objectWords(v, rec.Exact), phone
	var names []string
	for i, f := range rec.Files {
		names = append(names, itoa(i+1)+". "+strings.TrimSuffix(f.Name, extension(f.Name)))
	}
	if len(names) > 0 {
		s.Files = "附件：" + strings.Join(names, "　")
	}
	return s, nil
}

func extension(name string) string {
	if i := strings.LastIndexByte(name, '.'); i > 0 {
		return name[i:]
	}
	return ""
}

// objectWords is the paragraph that every sheet ends with, up to the telephone number.
func objectWords(v notice.Version, exact bool) string {
	const where = "到社区窗口提出，或者拨打 "
	switch {
	case v.Days == 0:
		return "本公示长期公开，内容有变化时随时更新。发现有误，请" + where
	case v.IssuedAt == nil:
		return "公示期 " + itoa(v.Days) + " 天，自签发次日起算。有异议的，请在公示期内" + where
	case !exact:
		return "公示期自 " + v.FromOn.Chinese() + "起，不早于 " + v.LastOn.Chinese() + "结束。有异议的，请在公示期内" + where
	}
	return "公示期 " + itoa(v.LastOn.Sub(v.FromOn)+1) + " 天，自 " + v.FromOn.Chinese() + "至 " + v.LastOn.Chinese() + "。有异议的，请在公示期内" + where
}
