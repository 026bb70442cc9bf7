package counter

import (
	"net/http"
	"strconv"
	"strings"

	"portal/internal/place"
	"portal/internal/request"
	"portal/internal/workday"
	"portal/internal/workorder"
	"portal/web/form"
	"portal/web/route"
	"portal/web/view"
)

// routesPage are the rules by which requests go to their owners by themselves.
type routesPage struct {
	Frame view.Page
	Form  filled
	Lead  string
	Rows  []routeRow
}

type routeRow struct {
	Category, Code, Community, Owner, Item, Days, Basis, Href string
	Ruling                                                    bool
}

// routePage writes a rule; the one that held until now ends.
type routePage struct {
	Frame       view.Page
	Form        filled
	Categories  []view.Option
	Communities []view.Option
	Owners      []view.Option
	Units       []view.Option
	Assist      []view.Option
}

func (h handlers) routes(w http.ResponseWriter, r *http.Request) error {
	x := fresh(r, nil)
	rules, err := h.Orders.Rules(r.Context(), route.Actor(r))
	if err != nil {
		return err
	}
	words := x.typed.Line("q", 30)
	p := routesPage{Form: x, Lead: "派单时先看本社区的规则，再看全街道的；没有规则的由调度员手工派"}
	for _, rule := range rules {
		if row := routeRowOf(rule, h.f.Today()); row.has(words) {
			p.Rows = append(p.Rows, row)
		}
	}
	p.Frame = h.staff(r, "维护 - 派单规则", nil, view.Crumb{Text: "派单规则"})
	return h.f.Render(w, r, http.StatusOK, showRoutes(p))
}

// routeRowOf is a rule as it stands in the list; one that begins on a later day says so, and its link proposes that day.
func routeRowOf(rule workorder.RoutingRule, today workday.Day) routeRow {
	row := routeRow{Category: rule.CategoryName, Code: rule.Category, Community: rule.CommunityName, Owner: rule.UnitName, Item: rule.Item,
		Days: between(rule.From, rule.Until), Basis: rule.Basis, Ruling: rule.Dispute != 0,
		Href: address(pathRoutes+"/new", "category", rule.Category, "community", rule.Community)}
	if later(rule, today) {
		row.Days = "将于" + rule.From.Chinese() + "生效"
		if !rule.Until.IsZero() {
			row.Days += "，到" + rule.Until.Add(-1).Chinese()
		}
		row.Href = address(pathRoutes+"/new", "category", rule.Category, "community", rule.Community, "from", rule.From.String())
	}
	if rule.Community == "" {
		row.Community = "全街道"
	}
	if rule.Kind != workorder.Unit {
		row.Owner = rule.Kind.Label()
	}
	if rule.AssistCommunity {
		row.Owner += "，社区协助"
	}
	return row
}

// later reports whether a rule has not begun.
func later(rule workorder.RoutingRule, today workday.Day) bool { return rule.From.After(today) }

func (row routeRow) has(words string) bool {
	return strings.Contains(strings.Join([]string{row.Category, row.Code, row.Community, row.Owner, row.Basis}, " "), words)
}

// newRoute proposes what holds now, or on the day of the address, so that a change shows what it changes.
func (h handlers) newRoute(w http.ResponseWriter, r *http.Request) error {
	x := fresh(r, map[string]string{"owner": string(workorder.Unit)})
	rules, err := h.Orders.Rules(r.Context(), route.Actor(r))
	if err != nil {
		return err
	}
	for _, rule := range rules {
		if rule.Category == x.value("category") && rule.Community == x.value("community") && (x.value("from") == rule.From.String() || x.value("from") == "" && !later(rule, h.f.Today())) {
			x.proposed = map[string]string{"owner": string(rule.Kind), "unit": idText(rule.Unit), "item": rule.Item, "rule": idText(rule.ID), "version": itoa(rule.Version)}
			if rule.AssistCommunity {
				x.proposed["assist"] = "yes"
			}
		}
	}
	return h.showRoute(w, r, x)
}

// idText writes a number of a record; none is nothing.
func idText(id int64) string {
	if id == 0 {
		return ""
	}
	return strconv.FormatInt(id, 10)
}

// ruleOwners are those to whom a rule may point; the desk is where a case without a rule stays.
var ruleOwners = []workorder.OwnerKind{workorder.Unit, workorder.Community, workorder.Grid}

func (h handlers) saveRoute(w http.ResponseWriter, r *http.Request) error {
	f, err := form.Read(r)
	if err != nil {
		return err
	}
	in := workorder.RoutingRule{Category: f.Line("category", 4), Community: f.Line("community", 12), Kind: form.Choice(f, "owner", ruleOwners),
		Unit: number(f, "unit", "从列出的单位里选"), Item: f.Line("item", 30), Basis: f.Line("basis", 200),
		AssistCommunity: len(form.Choices(f, "assist", []string{"yes"})) > 0, ID: number(f, "rule", "这条规则刚才改过了，请回到派单规则再改")}
	in.From = f.Day("from", h.f.Today())
	if in.ID != 0 {
		in.Version = version(f)
	}
	checkRoute(f, in)
	if f.Valid() {
		if err = h.Orders.SaveRule(r.Context(), route.Actor(r), f.Key(), in); err == nil {
			if later(in, h.f.Today()) {
				h.tell(r, "ok", "已保存规则", "将于"+in.From.Chinese()+"生效，到那天以前照现在的规则派")
			} else {
				h.tell(r, "ok", "已保存规则", "从现在起派单按它走，已经派出的不变")
			}
			return route.See(w, r, pathRoutes)
		}
		if err = keep(f, err, "to", "unit", "valid", ""); err != nil {
			return err
		}
	}
	return h.showRoute(w, r, back(f, nil))
}

// checkRoute asks for what only a choice on this page can leave out.
func checkRoute(f *form.Form, in workorder.RoutingRule) {
	for _, c := range []struct {
		missing     bool
		field, says string
	}{
		{in.Category == "", "category", "选一个分类"},
		{in.Kind == "", "owner", "选派给谁"},
		{in.Kind == workorder.Unit && in.Unit == 0, "unit", "选派给哪个单位"},
		{in.Kind != "" && in.Kind != workorder.Unit && in.Item == "", "item", "写清单里的事项代码；清单里没有的，不能派给社区和网格"},
		{in.Basis == "", "basis", "写明依据"},
	} {
		if c.missing {
			f.Add(c.field, c.says)
		}
	}
}

func (h handlers) showRoute(w http.ResponseWriter, r *http.Request, x filled) error {
	ctx, q := r.Context(), h.f.DB.Q()
	v, err := h.f.Settings(ctx)
	if err != nil {
		return err
	}
	categories, err := request.Categories(ctx, q)
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
	var leaves []view.Option
	for _, c := range categories {
		if c.Leaf() && c.Active {
			leaves = append(leaves, view.Option{Value: c.Code, Label: c.Code + " " + c.Name + "（" + c.ParentName + "）"})
		}
	}
	p := routePage{Form: x, Categories: with("请选择", x.pick("category", leaves)), Communities: with("全街道", x.pick("community", communityOptions(communities))),
		Owners: x.pick("owner", choices(ruleOwners...)), Units: with("请选择", x.pick("unit", unitOptions(units))),
		Assist: x.pick("assist", []view.Option{{Value: "yes", Label: "社区协助", Hint: "派给单位时，社区一起看得到"}})}
	p.Frame = h.staff(r, "新规则 - 派单规则", x.told, view.Crumb{Href: pathRoutes, Text: "派单规则"}, view.Crumb{Text: "新规则"})
	return h.f.Render(w, r, x.status(), showRoute(p))
}
