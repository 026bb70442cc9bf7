package catalog

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/url"
	"regexp"
	"strconv"

	"portal/internal/audit"
	"portal/internal/authz"
	"portal/internal/blob"
	"portal/internal/fault"
	"portal/internal/intake"
	"portal/internal/sheet"
	"portal/internal/workday"
	"portal/web/form"
	"portal/web/listing"
	"portal/web/route"
	"portal/web/session"
	"portal/web/view"
)

// An import is two steps: the file is kept under the hash of its content and looked at (dry run), then
// the same file is imported. The address of the second step carries what was chosen, so nothing is
// held between the two but the file; the same file twice changes nothing.

// importChoice is what was chosen for a file.
type importChoice struct {
	Kind, Name string
	Mode       intake.Mode
	Effective  workday.Day
	FileID     string // hash of the content

	file intake.Kind
}

var modes = []intake.Mode{intake.AddAndUpdate, intake.AddOnly, intake.UpdateOnly}

var modeLabels = map[intake.Mode]string{intake.AddAndUpdate: "新增和更新", intake.AddOnly: "只新增", intake.UpdateOnly: "只更新"}

func (c importChoice) label() string {
	return c.file.Label
}

func (c importChoice) options(dry bool) intake.Options {
	return intake.Options{DryRun: dry, Mode: c.Mode, Effective: c.Effective}
}

// path is the page of a file, or of something made from it.
func (c importChoice) path(file string) string {
	v := url.Values{"kind": {c.Kind}, "name": {c.Name}}
	if c.Mode != intake.AddAndUpdate {
		v.Set("mode", string(c.Mode))
	}
	if !c.Effective.IsZero() {
		v.Set("effective", c.Effective.String())
	}
	return listing.With(pathImports+"/"+c.FileID+file, v)
}

// readChoice reads the choice of a form or of an address.
func readChoice(fm *form.Form, kinds intake.Set, today workday.Day) importChoice {
	c := importChoice{Kind: fm.Raw("kind"), Name: blob.CleanName(fm.Raw("name"))}
	var ok bool
	if c.file, ok = kinds.Named(c.Kind); !ok {
		fm.Add("kind", "选择文件里是什么")
	}
	c.Mode = form.Choice(fm, "mode", modes)
	c.Effective = fm.Day("effective", today)
	return c
}

// importsPage is the form for a file, and what was imported before.
type importsPage struct {
	base
	Form  *form.Form
	Past  []view.Event
	Kinds intake.Set
}

const pastImports = 20

func (h handlers) imports(w http.ResponseWriter, r *http.Request) error {
	return h.showImports(w, r, http.StatusOK, form.Query(r))
}

func (h handlers) showImports(w http.ResponseWriter, r *http.Request, status int, fm *form.Form) error {
	p := importsPage{base: h.base(r, "导入 - 清单和法规", "lists", listsCrumb, view.Crumb{Text: "导入清单"}), Form: fm, Kinds: h.deps.Kinds.For(route.Actor(r))}
	past, err := audit.Search(r.Context(), h.DB.Q(), audit.Filter{Kind: "import"}, pastImports)
	if err != nil {
		return err
	}
	for _, e := range past.Rows {
		p.Past = append(p.Past, h.importEvent(e))
	}
	if status != http.StatusOK {
		p.bad(fm.Errors())
	}
	return h.Render(w, r, status, showImports(p))
}

// importEvent writes a past import.
func (h handlers) importEvent(e audit.Entry) view.Event {
	head := e.ObjectNo
	if k, ok := h.deps.Kinds.Named(e.ObjectNo); ok {
		head = k.Label
	}
	var n struct{ Read, Added, Updated, Flagged int }
	text := e.Actor + " " + e.Post
	if json.Unmarshal(e.After, &n) == nil {
		text += "；新增 " + strconv.Itoa(n.Added) + "，更新 " + strconv.Itoa(n.Updated) + "，带提示 " + strconv.Itoa(n.Flagged)
	}
	if e.Reason != "" {
		text += "；" + e.Reason
	}
	return view.Event{When: e.At.In(workday.Shanghai).Format("2006-01-02 15:04"), Head: head, Text: text}
}

func (p importsPage) kinds() []view.Option {
	out := []view.Option{{Label: "请选择"}}
	for _, k := range p.Kinds {
		out = append(out, view.Option{Value: k.Name, Label: k.Label, Chosen: k.Name == p.Form.Raw("kind")})
	}
	return out
}

func (p importsPage) modes() []view.Option {
	var out []view.Option
	for _, m := range modes {
		out = append(out, view.Option{Value: string(m), Label: modeLabels[m], Chosen: string(m) == p.Form.Raw("mode")})
	}
	return out
}

// upload keeps the file and goes to look at it.
func (h handlers) upload(w http.ResponseWriter, r *http.Request) error {
	fm, err := form.Read(r)
	if err != nil {
		return err
	}
	c := readChoice(fm, h.deps.Kinds.For(route.Actor(r)), h.Today())
	file, head, err := r.FormFile("file")
	switch {
	case errors.Is(err, http.ErrMissingFile) || errors.Is(err, http.ErrNotMultipart):
		fm.Add("file", "选择要导入的 XLSX 或 CSV 文件")
	case err != nil:
		return err
	default:
		defer file.Close()
		defer r.MultipartForm.RemoveAll()
	}
	if !fm.Valid() {
		return h.showImports(w, r, http.StatusUnprocessableEntity, fm)
	}
	ref, err := h.deps.Blobs.Put(r.Context(), file, sheet.DefaultLimits.MaxBytes)
	if err != nil {
		return err
	}
	c.FileID, c.Name = ref.SHA256, blob.CleanName(head.Filename)
	return route.See(w, r, c.path(""))
}

// importPage is what a file would do, or why it does nothing.
type importPage struct {
	base
	Choice  importChoice
	Summary intake.Summary
}

var fileShape = regexp.MustCompile(`^[0-9a-f]{64}$`)

var errNoFile = fault.NotFound("没有找到这个文件，可能已经清理。请回到导入清单重新选择文件")

// run looks at a kept file, or imports it.
func (h handlers) run(ctx context.Context, by authz.Actor, c importChoice, dry bool) (intake.Summary, error) {
	if !fileShape.MatchString(c.FileID) {
		return intake.Summary{}, errNoFile
	}
	file, err := h.deps.Blobs.Open(ctx, c.FileID)
	if fault.KindOf(err) == fault.KindNotFound {
		return intake.Summary{}, errNoFile
	}
	if err != nil {
		return intake.Summary{}, err
	}
	defer file.Close()
	return intake.Run(ctx, h.DB, by, c.file, file, c.Name, c.options(dry))
}

// chosen reads the choice of an address; a bad one is the fault of the address.
func (h handlers) chosen(r *http.Request) (importChoice, *form.Form, error) {
	fm := form.Query(r)
	c := readChoice(fm, h.deps.Kinds.For(route.Actor(r)), h.Today())
	c.FileID = route.Param(r, "id")
	return c, fm, fm.Err()
}

func (h handlers) dryRun(w http.ResponseWriter, r *http.Request) error {
	c, fm, err := h.chosen(r)
	if err != nil {
		return err
	}
	s, err := h.run(r.Context(), route.Actor(r), c, true)
	if err := fm.Merge(err); err != nil {
		return err
	}
	if !fm.Valid() { // no table at all: the form again, with the sentence beside the file
		return h.showImports(w, r, http.StatusUnprocessableEntity, fm)
	}
	return h.showImport(w, r, http.StatusOK, c, s)
}

func (h handlers) showImport(w http.ResponseWriter, r *http.Request, status int, c importChoice, s intake.Summary) error {
	p := importPage{Choice: c, Summary: s}
	p.base = h.base(r, "核对 - "+c.label(), "lists", listsCrumb, view.Crumb{Href: pathImports, Text: "导入清单"}, view.Crumb{Text: "核对"})
	p.Frame.Errors = len(s.Problems)
	return h.Render(w, r, status, showImport(p))
}

// apply imports the same file.
func (h handlers) apply(w http.ResponseWriter, r *http.Request) error {
	fm, err := form.Read(r)
	if err != nil {
		return err
	}
	c := readChoice(fm, h.deps.Kinds.For(route.Actor(r)), h.Today())
	c.FileID = route.Param(r, "id")
	if err := fm.Err(); err != nil {
		return err
	}
	s, err := h.run(r.Context(), route.Actor(r), c, false)
	if err != nil {
		return err
	}
	if !s.OK() { // the register moved on since the dry run
		return h.showImport(w, r, http.StatusUnprocessableEntity, c, s)
	}
	words := "已导入" + c.label()
	if s.Added+s.Updated == 0 {
		words = c.label() + "没有变化"
	}
	return h.tell(w, r, c.path(""), session.Flash{Tone: "ok", Words: words, More: s.String()})
}

// importFile gives the report, or the rows to correct.
func (h handlers) importFile(w http.ResponseWriter, r *http.Request) error {
	c, _, err := h.chosen(r)
	if err != nil {
		return err
	}
	write, ok := map[string]func(intake.Summary, io.Writer) error{"report.csv": intake.Summary.WriteReport, "corrected.csv": intake.Summary.WriteCorrected}[route.Param(r, "file")]
	if !ok {
		return errNoFile
	}
	s, err := h.run(r.Context(), route.Actor(r), c, true)
	if err != nil {
		return err
	}
	name := c.Kind + "-" + route.Param(r, "file")
	return listing.Download(w, r, listing.File{Type: "text/csv; charset=utf-8", Name: name}, func(out io.Writer) error { return write(s, out) })
}

// shownProblems is how many lines the page lists; the report has them all.
const shownProblems = 200

func first(list []sheet.Problem) []sheet.Problem { return list[:min(len(list), shownProblems)] }

// words say the conclusion first.
func (p importPage) words() string {
	s := p.Summary
	switch {
	case !s.OK():
		return "有 " + strconv.Itoa(s.Rejected) + " 行不能导入，改正以前一行也不会写入"
	case s.Added+s.Updated == 0:
		return "这份文件已经全部在册，没有要改的"
	}
	return "可以导入：新增 " + strconv.Itoa(s.Added) + " 行，更新 " + strconv.Itoa(s.Updated) + " 行"
}

func (p importPage) facts() []view.Term {
	s := p.Summary
	terms := []view.Term{{Name: "文件", Text: p.Choice.Name}, {Name: "内容", Text: p.Choice.label()}, {Name: "方式", Text: modeLabels[p.Choice.Mode]}}
	if !p.Choice.Effective.IsZero() {
		terms = append(terms, view.Term{Name: "从哪天起", Text: p.Choice.Effective.Chinese()})
	}
	figures := []struct {
		name string
		n    int
	}{{"读到", s.Read}, {"新增", s.Added}, {"更新", s.Updated}, {"没有变化", s.Unchanged}, {"带提示", s.Flagged}, {"不能导入", s.Rejected}}
	for _, f := range figures {
		terms = append(terms, view.Term{Name: f.name, Text: strconv.Itoa(f.n) + " 行"})
	}
	return append(terms, view.Term{Name: "汇总", Text: s.String()})
}

// mayApply reports whether there is something to import.
func (p importPage) mayApply() bool { return p.Summary.OK() && p.Summary.Added+p.Summary.Updated > 0 }

// problemWords says how many there are, and where the rest is.
func problemWords(n int) string {
	if n > shownProblems {
		return "共 " + strconv.Itoa(n) + " 处，这里列前 " + strconv.Itoa(shownProblems) + " 处，其余见核对报告"
	}
	return "共 " + strconv.Itoa(n) + " 处"
}

// rowWords is the row as a person counts it; 0 is the file as a whole.
func rowWords(n int) string {
	if n == 0 {
		return "—"
	}
	return strconv.Itoa(n)
}
