package request

import (
	"context"
	"net/http"

	"portal/internal/fault"
	"portal/internal/request"
	"portal/web/form"
)

const (
	paramWords    = "q"
	paramCategory = "category"
	maxAsked      = 60
	mostFound     = 8
)

// pick is a big button of a question.
type pick struct {
	Name, Value string
	Icon        string
	Text, Hint  string
	Chosen      bool
}

// pickGroup is a part of the whole list of matters.
type pickGroup struct {
	Name  string
	Picks []pick
}

// whatPage asks 什么事.
type whatPage struct {
	stepPage
	Found  []pick
	Common []pick
	Groups []pickGroup
	Notice string // version of the privacy words
	Office string
	Phone  string
}

func (h handlers) showWhat(w http.ResponseWriter, r *http.Request, p stepPage) error {
	ctx, q := r.Context(), h.f.DB.Q()
	set, err := h.f.Settings(ctx)
	if err != nil {
		return err
	}
	out := whatPage{stepPage: p, Notice: set.NoticeVersion, Office: set.StreetName + "办事处", Phone: set.StreetPhone}
	all, err := request.Categories(ctx, q)
	if err != nil {
		return err
	}
	out.Common, out.Groups = menus(all, p.Draft.Category)
	if p.Draft.Asked != "" && p.message(paramWords) == "" {
		found, err := request.FindCategories(ctx, q, p.Draft.Asked, mostFound)
		if err != nil {
			return err
		}
		for _, c := range found {
			out.Found = append(out.Found, pickOf(c, p.Draft.Category))
		}
	}
	return h.f.Render(w, r, status(p.Errors), showWhat(out))
}

func pickOf(c request.Category, chosen string) pick {
	return pick{Name: paramCategory, Value: c.Code, Text: c.Name, Hint: c.ParentName, Chosen: c.Code == chosen}
}

// menus are the common matters with their pictures, and all of them in groups.
func menus(all []request.Category, chosen string) (common []pick, groups []pickGroup) {
	leaf, at := map[string]request.Category{}, map[string]int{}
	for _, c := range all {
		switch {
		case !c.Active:
		case !c.Leaf():
			at[c.Code] = len(groups)
			groups = append(groups, pickGroup{Name: c.Name})
		default:
			leaf[c.Code] = c
			if i, known := at[c.Parent]; known {
				one := pickOf(c, chosen)
				one.Hint = ""
				groups[i].Picks = append(groups[i].Picks, one)
			}
		}
	}
	for _, one := range request.Matters {
		if c, kept := leaf[one.Code]; kept {
			common = append(common, pick{Name: paramCategory, Value: c.Code, Icon: one.Icon, Text: c.Name, Hint: one.Plain, Chosen: c.Code == chosen})
		}
	}
	return common, groups
}

// takeWhat takes a matter that was touched, or looks for the words that were typed.
func (h handlers) takeWhat(ctx context.Context, fm *form.Form, d draft) (taken, error) {
	set, err := h.f.Settings(ctx)
	if err != nil {
		return taken{}, err
	}
	d.Notice = set.NoticeVersion // these words stood on the page
	code := fm.Raw(paramCategory)
	if code == "" {
		d.Asked = fm.Line(paramWords, maxAsked)
		if fm.Valid() && d.Asked == "" {
			fm.Add(paramWords, "写几个字再找，或者直接点下面的图")
		}
		if !fm.Valid() {
			d.Asked = fm.Raw(paramWords)
		}
		return taken{d, stepWhat, fm.Errors()}, nil
	}
	c, err := request.CategoryByCode(ctx, h.f.DB.Q(), code)
	if kind := fault.KindOf(err); kind == fault.KindNotFound || err == nil && (!c.Leaf() || !c.Active) {
		fm.Add(paramWords, errNoPick)
		return taken{d, stepWhat, fm.Errors()}, nil
	}
	if err != nil {
		return taken{}, err
	}
	if d.Category != c.Code {
		d.Same = ""
		d = d.meaning(request.KindOf(c.Code))
	}
	d.Category, d.CategoryName = c.Code, c.Name
	return taken{Draft: d, Next: stepWhere}, nil
}
