package counter

import (
	"net/http"
	"slices"
	"strings"

	"portal/internal/request"
	"portal/internal/workorder"
	"portal/web/form"
	"portal/web/route"
	"portal/web/view"
)

// categoriesPage is the list of matters as the street keeps it.
type categoriesPage struct {
	Frame view.Page
	Form  filled
	Lead  string
	Rows  []categoryRow
}

type categoryRow struct {
	Code, Name, Parent, Departments, Hours, Class, Physical, Href string
	Off                                                           bool
}

// categoryPage changes one line of it.
type categoryPage struct {
	Frame      view.Page
	Form       filled
	Name, Lead string
	Action     string
	Version    string
	Classes    []view.Option
	Also       []view.Option
}

// mostFound is how many categories a search shows.
const mostFound = 60

func (h handlers) categories(w http.ResponseWriter, r *http.Request) error {
	ctx, q, x := r.Context(), h.f.DB.Q(), fresh(r, nil)
	var all []request.Category
	var err error
	if words := x.typed.Line("q", 30); words != "" {
		all, err = request.FindCategories(ctx, q, words, mostFound)
	} else {
		all, err = request.Categories(ctx, q)
	}
	if err != nil {
		return err
	}
	p := categoriesPage{Form: x, Lead: "居民怎么说、谁来办、多少小时办结；改动只影响以后登记的"}
	for _, c := range all {
		if c.Leaf() {
			p.Rows = append(p.Rows, categoryRowOf(c))
		}
	}
	p.Frame = h.staff(r, "维护 - 诉求分类", nil, view.Crumb{Text: "诉求分类"})
	return h.f.Render(w, r, http.StatusOK, showCategories(p))
}

func categoryRowOf(c request.Category) categoryRow {
	row := categoryRow{Code: c.Code, Name: c.Name, Parent: c.ParentName, Departments: c.Departments, Hours: itoa(c.DueHours),
		Class: workorder.Class(c.Class).Label(), Physical: "不要", Href: pathCategories + "/" + c.Code, Off: !c.Active}
	if c.Physical {
		row.Physical = "要"
	}
	return row
}

// Ticks of a category.
const (
	alsoPhysical = "physical"
	alsoActive   = "active"
)

var alsoOptions = []view.Option{
	{Value: alsoPhysical, Label: "看得见的事", Hint: "报办结要有办理后的照片（REQ-10）"},
	{Value: alsoActive, Label: "可以选", Hint: "去掉就停用，已登记的不受影响"},
}

var classes = []workorder.Class{workorder.ByService, workorder.Management, workorder.Enforcement}

// categoryOf finds a line that can be chosen.
func (h handlers) categoryOf(r *http.Request) (request.Category, error) {
	c, err := request.CategoryByCode(r.Context(), h.f.DB.Q(), route.Param(r, "code"))
	if err == nil && !c.Leaf() {
		err = errNothing
	}
	return c, err
}

func (h handlers) category(w http.ResponseWriter, r *http.Request) error {
	c, err := h.categoryOf(r)
	if err != nil {
		return err
	}
	x := fresh(r, map[string]string{"name": c.Name, "words": c.Words, "departments": c.Departments, "hours": itoa(c.DueHours), "class": c.Class})
	return h.showCategory(w, r, c, x)
}

func (h handlers) saveCategory(w http.ResponseWriter, r *http.Request) error {
	f, err := form.Read(r)
	if err != nil {
		return err
	}
	c, err := h.categoryOf(r)
	if err != nil {
		return err
	}
	in := c
	in.Name, in.Words, in.Departments = f.Line("name", 40), strings.Join(strings.FieldsFunc(f.Text("words", 300), apart), " "), f.Line("departments", 120)
	in.Class, in.Version = string(form.Choice(f, "class", classes)), version(f)
	also := form.Choices(f, "also", []string{alsoPhysical, alsoActive})
	in.Physical, in.Active = slices.Contains(also, alsoPhysical), slices.Contains(also, alsoActive)
	if hours := f.Int("hours", 1, 2000); hours != nil {
		in.DueHours = *hours
	} else {
		f.Add("hours", "填 1 到 2000 之间的整数")
	}
	if f.Valid() {
		if err = h.Requests.SaveCategory(r.Context(), route.Actor(r), f.Key(), in); err == nil {
			h.tell(r, "ok", "已保存分类 "+in.Name, "从现在起登记的诉求按新的算")
			return route.See(w, r, pathCategories)
		}
		if err = keep(f, err, "due_hours", "hours", "code", ""); err != nil {
			return err
		}
	}
	return h.showCategory(w, r, c, back(f, nil))
}

func (h handlers) showCategory(w http.ResponseWriter, r *http.Request, c request.Category, x filled) error {
	p := categoryPage{Form: x, Name: c.Name, Lead: c.ParentName + " · " + c.Code, Action: pathCategories + "/" + c.Code, Version: itoa(c.Version),
		Classes: x.pick("class", choices(classes...)), Also: slices.Clone(alsoOptions)}
	set := map[string]bool{alsoPhysical: c.Physical, alsoActive: c.Active}
	for i, o := range p.Also {
		p.Also[i].Chosen = set[o.Value]
		if len(x.told) > 0 {
			p.Also[i].Chosen = slices.Contains(x.typed.All("also"), o.Value)
		}
	}
	p.Frame = h.staff(r, "修改 - 诉求分类", x.told, view.Crumb{Href: pathCategories, Text: "诉求分类"}, view.Crumb{Text: c.Name})
	return h.f.Render(w, r, x.status(), showCategory(p))
}

// apart is what stands between two words of a list that people type.
func apart(c rune) bool { return strings.ContainsRune(" \n、，,；;", c) }

func hoursField(x filled) view.Field {
	f := x.hinted("hours", "办结时限", "从提交起算的自然小时", 0)
	f.Width, f.Mode, f.Unit = "s", "numeric", "小时"
	return f
}
