package workorder

import (
	"github.com/a-h/templ"

	"portal/internal/authz"
	"portal/internal/request"
	"portal/internal/workorder"
	"portal/web/view"
)

// A category that was found wrong (§6.8, 6): who has the case proposes another, somebody else decides.

var recategorising = act{Do: authz.WorkReclass, Path: "categories/new", Only: pathRequests, Title: "改分类", Lead: "分类不对时提出，由提出以外的人决定",
	When: func(o workorder.Order, by authz.Actor, open pending) bool {
		return open.category == 0 && o.Source == workorder.FromRequest && o.Can(by, authz.WorkReclass)
	},
	After: "时限仍从居民提交时算，只会提前，不会推后；要更多时间的，另外申请延期",
	Fields: func(h handlers, in asked) ([]templ.Component, error) {
		all, err := request.Categories(in.r.Context(), h.f.DB.Q())
		if err != nil {
			return nil, err
		}
		options := []view.Option{{Label: "请选择"}}
		for _, c := range all {
			if c.Leaf() && c.Active && c.Code != in.o.Category {
				options = append(options, view.Option{Value: c.Code, Label: c.ParentName + "，" + c.Name, Chosen: in.raw("category") == c.Code})
			}
		}
		return []templ.Component{view.Summary([]view.Term{{Name: "现在的分类", Text: in.o.CategoryName}}),
			view.Select(view.Field{Name: "category", Label: "改为", Error: in.message("category")}, options),
			view.Area(in.field("reason", "为什么", "居民会看到，别写姓名、电话", 200))}, nil
	},
	Run: func(h handlers, in asked) (string, string, error) {
		_, err := send(in, workorder.NewCategory{At: in.at(), Category: in.raw("category"), Reason: in.f.Text("reason", 200)}, h.cases.AskCategory)
		return "已提出改分类", "等提出以外的人决定，时钟照走", err
	}}

var decidingCategory = act{Do: authz.WorkReclassOK, Path: "categories/decisions/new", Only: pathRequests, Title: "决定改分类",
	When: func(o workorder.Order, by authz.Actor, open pending) bool {
		return open.category != 0 && open.category != by.AccountID && o.Can(by, authz.WorkReclassOK)
	},
	Verbs: []verb{{"grant", "同意改分类", "btn-primary"}, {"refuse", "不同意", "btn-danger"}},
	After: "同意以后居民在进度页看到新分类和原因；时限只会提前，不会推后",
	Fields: func(h handlers, in asked) ([]templ.Component, error) {
		x, err := h.cases.CategoryAsked(in.r.Context(), in.o)
		if err != nil {
			return nil, err
		}
		var out []templ.Component
		if x != nil {
			out = append(out, view.Summary([]view.Term{{Name: "谁提出的", Text: x.AskedName + "，" + exact(x.AskedAt)}, {Name: "现在的分类", Text: x.FromName}, {Name: "改为", Text: x.ToName},
				{Name: "为什么", Text: x.Reason}}))
		}
		return append(out, view.Area(optional(in.field("words", "意见", "不同意的写明为什么", 200)))), nil
	},
	Run: func(h handlers, in asked) (string, string, error) {
		grant := in.raw("do") == "grant"
		_, err := send(in, workorder.DecideCategory{At: in.at(), Grant: grant, Words: in.f.Text("words", 200)}, h.cases.DecideCategory)
		if grant {
			return "已改分类", "居民能看到新分类和原因", err
		}
		return "没有改分类", "仍按原来的分类办", err
	}}
