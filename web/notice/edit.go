package notice

import (
	"bytes"
	"net/http"
	"slices"
	"strings"

	"portal/internal/authz"
	"portal/internal/blob"
	"portal/internal/fault"
	"portal/internal/handoff"
	"portal/internal/notice"
	"portal/internal/policy"
	"portal/web/form"
	"portal/web/listing"
	"portal/web/route"
	"portal/web/view"
)

// newPage is 新公示: results that are not published yet to choose from.
type newPage struct {
	Frame   view.Page
	Errors  []view.FieldError
	Results []view.Option
	Key     string
	Field   view.Field
}

// Addresses of the free form.
const (
	paramBlank  = "blank"
	paramPair   = "pair"
	paramSource = "source"
)

func (h handlers) newNotice(w http.ResponseWriter, r *http.Request) error {
	f := form.Query(r)
	if f.Has(paramBlank) || f.Has(paramPair) {
		return h.showEdit(w, r, editing{Form: f, Sketch: h.blank(r, f)}, nil)
	}
	return h.showNew(w, r, f, nil)
}

// blank is a free notice, or the result of a decision whose number stands in the address.
func (h handlers) blank(r *http.Request, f *form.Form) notice.Sketch {
	s := notice.Sketch{Kind: notice.Affairs, PairOf: f.Line(paramPair, 40)}
	if s.PairOf == "" {
		return s
	}
	s.Kind = notice.Handling
	if first, err := h.s.Get(r.Context(), route.Actor(r), s.PairOf); err == nil {
		s.Division = first.Division
		s.Title = "关于" + strings.TrimSuffix(heading(first.Title), "协商结果") + "办理结果的公示"
	}
	return s
}

func (h handlers) showNew(w http.ResponseWriter, r *http.Request, f *form.Form, errors []fault.Field) error {
	var results []handoff.Result
	if h.drafts != nil {
		var err error
		if results, err = h.drafts.Results(r.Context(), route.Actor(r)); err != nil {
			return err
		}
	}
	if len(results) == 0 && len(errors) == 0 {
		return h.showEdit(w, r, editing{Form: f, Sketch: h.blank(r, f)}, nil)
	}
	p := newPage{Frame: h.staff(r, "新公示 - 公示栏", errors, view.Crumb{Text: "新公示"}), Errors: listing.Summary(errors), Key: form.NewKey(),
		Field: view.Field{Name: paramSource, Label: "公示哪一件", Error: listing.MessageOf(errors, paramSource)}}
	for i, res := range results {
		p.Results = append(p.Results, view.Option{Value: res.Source, Label: res.Title, Hint: res.Kind.Label() + "，" + res.Words, Chosen: f.Raw(paramSource) == res.Source || i == 0 && f.Raw(paramSource) == ""})
	}
	return h.f.Render(w, r, status(errors), showNew(p))
}

// draft keeps a new notice: filled in from the chosen result, or as typed.
func (h handlers) draft(w http.ResponseWriter, r *http.Request) error {
	f, err := form.Read(r)
	if err != nil {
		return err
	}
	by := route.Actor(r)
	if !f.Has("title") {
		return h.draftFrom(w, r, f)
	}
	in := notice.Sketch{Kind: form.Choice(f, "kind", notice.Kinds), Division: f.Line("division", 12), Text: readText(f), PairOf: f.Line("pair_of", 40)}
	if f.Valid() {
		slug, err := h.s.Draft(r.Context(), by, f.Key(), in)
		if err == nil {
			return route.See(w, r, pathDesk+"/"+slug)
		}
		if err := f.Merge(err); err != nil {
			return err
		}
	}
	return h.showEdit(w, r, editing{Form: f, Sketch: in}, f.Errors())
}

func (h handlers) draftFrom(w http.ResponseWriter, r *http.Request, f *form.Form) error {
	by, source := route.Actor(r), f.Line(paramSource, 80)
	if source == "" || h.drafts == nil {
		f.Add(paramSource, "选一件要公示的结果，或者写一份空白公示")
		return h.showNew(w, r, f, f.Errors())
	}
	sketch, err := h.drafts.Sketch(r.Context(), by, source)
	if err != nil {
		return err
	}
	slug, err := h.s.Draft(r.Context(), by, f.Key(), sketch)
	if err == nil {
		return route.See(w, r, pathDesk+"/"+slug)
	}
	if err := f.Merge(err); err != nil {
		return err
	}
	if listing.MessageOf(f.Errors(), "source") != "" {
		return h.showNew(w, r, f, f.Errors())
	}
	return h.showEdit(w, r, editing{Form: f, Sketch: sketch}, f.Errors())
}

// readText reads the words of a notice.
func readText(f *form.Form) notice.Text {
	t := notice.Text{Title: f.Line("title", 60), PlainTitle: f.Line("plain_title", 40), PlainSummary: f.Line("plain_summary", 120), Body: f.Text("body", notice.MaxBody)}
	if n := f.Int("days", 0, notice.MaxDays); n != nil {
		t.Days = *n
	}
	return t
}

// editing is what the form shows: what was typed, else what is known.
type editing struct {
	Form    *form.Form
	Sketch  notice.Sketch
	Of      *notice.Record // nil: a new one
	Version string
}

// editPage is the form of a notice's words.
type editPage struct {
	Frame  view.Page
	Errors []view.FieldError
	editing
	Key    string
	Places []view.Option
	Kinds  []view.Option
	Action string
	Least  string
}

func (h handlers) showEdit(w http.ResponseWriter, r *http.Request, e editing, errors []fault.Field) error {
	ctx := r.Context()
	v, err := h.f.Settings(ctx)
	if err != nil {
		return err
	}
	p := editPage{editing: e, Errors: listing.Summary(errors), Key: form.NewKey(), Action: pathDesk + "/new", Least: leastWords(v)}
	title, crumbs := "新公示 - 公示栏", []view.Crumb{{Text: "新公示"}}
	if e.Of != nil {
		name := heading(e.Of.Words().Title)
		p.Action, title = e.Of.DeskPath()+"/edit", "修改 - "+name
		crumbs = []view.Crumb{{Href: e.Of.DeskPath(), Text: name}, {Text: "修改"}}
	} else if err := h.choices(r, &p, v); err != nil {
		return err
	}
	p.Frame = h.staff(r, title, errors, crumbs...)
	return h.f.Render(w, r, status(errors), showEdit(p))
}

func (h handlers) choices(r *http.Request, p *editPage, v policy.Values) error {
	places, err := h.s.Places(r.Context(), route.Actor(r), v.StreetCode)
	if err != nil {
		return err
	}
	chosen := p.typed("division", p.Sketch.Division)
	for _, c := range places {
		p.Places = append(p.Places, view.Option{Value: c.Code, Label: c.Name, Chosen: c.Code == chosen})
	}
	kind := p.typed("kind", string(p.Sketch.Kind))
	for _, k := range notice.Kinds {
		p.Kinds = append(p.Kinds, view.Option{Value: string(k), Label: k.Label(), Chosen: string(k) == kind})
	}
	return nil
}

// leastWords says how many days the kinds ask for.
func leastWords(v policy.Values) string {
	var law, other []string
	for _, k := range notice.Kinds {
		switch least := k.Least(v); {
		case k.Standing():
			other = append(other, k.Label()+"可以填 0，长期公开")
		case least == v.PublicationDays:
			law = append(law, k.Label())
		default:
			other = append(other, k.Label()+"不少于 "+itoa(least)+" 天")
		}
	}
	return strings.Join(law, "、") + "不少于 " + itoa(v.PublicationDays) + " 天（居民委员会组织法第三十四条）；" + strings.Join(other, "；") + "。签发当日不算"
}

// typed is what was typed, else what is known.
func (e editing) typed(name, known string) string {
	if e.Form != nil && e.Form.Has(name) && e.Form.Has("title") {
		return e.Form.Raw(name)
	}
	return known
}

func (e editing) field(name, label, hint, known string, max int) view.Field {
	f := view.Field{Name: name, Label: label, Hint: hint, Value: shown(e.typed(name, known)), Max: max}
	if e.Form != nil {
		f.Error = listing.MessageOf(e.Form.Errors(), name)
	}
	return f
}

func (e editing) days() view.Field {
	known := itoa(e.Sketch.Days)
	if e.Of == nil && e.Sketch.Days == 0 {
		known = "15"
	}
	f := e.field("days", "公示天数", "", known, 0)
	f.Width, f.Mode, f.Unit = "s", "numeric", "天"
	return f
}

func (e editing) optional(f view.Field) view.Field {
	f.Optional = true
	return f
}

// hangs reports whether earlier words are public, so that a reason is asked.
func (e editing) hangs() bool { return e.Of != nil && e.Of.Shown > 0 }

func (h handlers) edit(w http.ResponseWriter, r *http.Request) error {
	rec, err := h.editable(r)
	if err != nil {
		return err
	}
	return h.showEdit(w, r, editing{Form: form.Query(r), Of: &rec, Sketch: sketchOf(rec), Version: itoa(rec.RowVersion)}, nil)
}

// editable is a notice whose words the reader may change.
func (h handlers) editable(r *http.Request) (notice.Record, error) {
	rec, err := h.s.Get(r.Context(), route.Actor(r), no(r))
	if err == nil && !rec.Can(route.Actor(r), authz.NoticeChange) {
		err = fault.Forbidden("这份公示现在不能修改。可能已经撤下，或者不在你的职责范围内")
	}
	return rec, err
}

func sketchOf(rec notice.Record) notice.Sketch {
	s := notice.Sketch{Kind: rec.Kind, Division: rec.Division, Text: rec.Words().Text}
	if rec.First != nil {
		s.PairOf = rec.First.Slug()
	}
	return s
}

func (h handlers) rewrite(w http.ResponseWriter, r *http.Request) error {
	f, err := form.Read(r)
	if err != nil {
		return err
	}
	rec, err := h.editable(r)
	if err != nil {
		return err
	}
	c := notice.Change{At: notice.Step{ID: rec.ID, Version: version(f)}, Text: readText(f), Reason: f.Line("reason", 200), PairOf: f.Line("pair_of", 40)}
	if f.Valid() {
		err := h.s.Rewrite(r.Context(), route.Actor(r), f.Key(), c)
		if err == nil {
			h.tell(r, "已保存", "签发以后大家才看得到")
			return route.See(w, r, rec.DeskPath())
		}
		if err := f.Merge(err); err != nil {
			return err
		}
	}
	return h.showEdit(w, r, editing{Form: f, Of: &rec, Sketch: sketchOf(rec), Version: f.Raw("version")}, f.Errors())
}

// upload accepts one file of a form and puts it on disk.
func (h handlers) upload(r *http.Request) (notice.NewFile, error) {
	body, head, err := r.FormFile(blob.Field)
	if err != nil {
		return notice.NewFile{}, fault.InvalidField(blob.Field, "选择一个文件再上传")
	}
	defer func() { _ = body.Close() }()
	file, err := blob.Accept(r.Context(), body, head.Filename)
	if err != nil {
		return notice.NewFile{}, err
	}
	ref, err := h.blobs.Put(r.Context(), bytes.NewReader(file.Data), blob.MaxSize)
	return notice.NewFile{Name: file.Name, MediaType: file.Kind.MediaType(), Ref: ref}, err
}

// actPage is a small form about one notice: 撤下, 登记张贴.
type actPage struct {
	Frame  view.Page
	Errors []view.FieldError
	notice.Record
	Form    *form.Form
	Key     string
	Version string
	Word    string
}

func (h handlers) actPage(r *http.Request, verb string, do authz.Action, f *form.Form, errors []fault.Field) (actPage, error) {
	rec, err := h.s.Get(r.Context(), route.Actor(r), no(r))
	if err != nil {
		return actPage{}, err
	}
	if !rec.Can(route.Actor(r), do) {
		return actPage{}, fault.Forbidden("这份公示现在不能" + verb + "。可能已经由他人办过，或者不在你的职责范围内")
	}
	name := heading(rec.Words().Title)
	p := actPage{Record: rec, Errors: listing.Summary(errors), Form: f, Key: form.NewKey(), Version: itoa(rec.RowVersion), Word: h.f.Word(r.Context())}
	if r.Method == http.MethodPost {
		p.Version = f.Raw("version")
	}
	p.Frame = h.staff(r, verb+" - "+name, errors, view.Crumb{Href: rec.DeskPath(), Text: name}, view.Crumb{Text: verb})
	return p, nil
}

func (h handlers) withdrawing(w http.ResponseWriter, r *http.Request) error {
	return h.showWithdraw(w, r, form.Query(r), nil)
}

func (h handlers) showWithdraw(w http.ResponseWriter, r *http.Request, f *form.Form, errors []fault.Field) error {
	p, err := h.actPage(r, "撤下公示", authz.NoticeEnd, f, errors)
	if err != nil {
		return err
	}
	return h.f.Render(w, r, status(errors), showWithdraw(p))
}

func (h handlers) withdraw(w http.ResponseWriter, r *http.Request) error {
	f, err := form.Read(r)
	if err != nil {
		return err
	}
	by := route.Actor(r)
	rec, err := h.s.Get(r.Context(), by, no(r))
	if err != nil {
		return err
	}
	reason := f.Text("reason", 300)
	if f.Valid() {
		err := h.s.Withdraw(r.Context(), by, f.Key(), notice.Step{ID: rec.ID, Version: version(f)}, reason)
		if err == nil {
			h.tell(r, "已撤下公示", "外面看不到了，记录还在")
			return route.See(w, r, rec.DeskPath())
		}
		if err := f.Merge(err); err != nil {
			return err
		}
	}
	return h.showWithdraw(w, r, f, f.Errors())
}

func (h handlers) posting(w http.ResponseWriter, r *http.Request) error {
	return h.showPosting(w, r, form.Query(r), nil)
}

func (h handlers) showPosting(w http.ResponseWriter, r *http.Request, f *form.Form, errors []fault.Field) error {
	p, err := h.actPage(r, "登记张贴", authz.NoticePosted, f, errors)
	if err != nil {
		return err
	}
	return h.f.Render(w, r, status(errors), showPosting(p, h.f.Today().String()))
}

func (h handlers) post(w http.ResponseWriter, r *http.Request) error {
	f, err := form.Read(r)
	if err != nil {
		return err
	}
	by := route.Actor(r)
	rec, err := h.s.Get(r.Context(), by, no(r))
	if err != nil {
		return err
	}
	on, where := f.Day("on", h.f.Today().Add(-364)), f.Line("place", 60)
	photo, err := h.upload(r)
	if err = f.Merge(err); err != nil {
		return err
	}
	if f.Valid() {
		err := h.s.Post(r.Context(), by, f.Key(), notice.Step{ID: rec.ID, Version: version(f)}, on, where, photo)
		if err == nil {
			h.tell(r, "已登记张贴", "")
			return route.See(w, r, rec.DeskPath())
		}
		if err := f.Merge(err); err != nil {
			return err
		}
	}
	return h.showPosting(w, r, f, f.Errors())
}

// later lists versions with the newest first.
func later(vs []notice.Version) []notice.Version {
	out := slices.Clone(vs)
	slices.Reverse(out)
	return out
}
