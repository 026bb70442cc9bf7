package grid

import (
	"cmp"
	"context"
	"fmt"

	"portal/internal/authz"
	"portal/internal/fault"
	"portal/internal/geo"
	"portal/internal/pg"
	"portal/internal/workday"
)

// BoundaryChange turns a file of boundaries into a change: an unknown code is a new grid, a known one is
// redrawn, one that is as the file says is left alone. A feature without a code is found by its name in
// its community. What cannot be read so is told by feature; the change then still holds the others.
func (s *Service) BoundaryChange(ctx context.Context, by authz.Actor, file geo.File, day workday.Day, reason string) (Change, []geo.Fault, error) {
	c := Change{Day: day, Reason: reason, System: file.System}
	if !authz.Can(by, authz.GridRedraw) && !authz.Can(by, authz.GridImport) {
		return c, nil, errNoGrid
	}
	if day.IsZero() {
		return c, nil, fault.InvalidField("day", "请填写从哪一天起调整")
	}
	var faults []geo.Fault
	err := s.db.Read(ctx, func(q pg.Querier) error {
		var codes, communities []string
		for _, f := range file.Features {
			codes = append(codes, f.Code)
			communities = append(communities, communityOf(f))
		}
		known, err := knownOf(ctx, q, communities, codes, day)
		if err != nil {
			return err
		}
		for _, f := range file.Features {
			if words := known.add(&c, f); words != "" {
				faults = append(faults, geo.Fault{At: f.At, Name: f.Name, Words: fmt.Sprintf("第%d个图形“%s”：%s", f.At, cmp.Or(f.Name, f.Code), words)})
			}
		}
		return nil
	})
	return c, faults, err
}

// known is what a file of grids is compared with.
type known struct {
	byCode map[string]Grid
	byName map[string]Grid // community and name
	taken  map[string]string
}

func knownOf(ctx context.Context, q pg.Querier, communities, codes []string, day workday.Day) (known, error) {
	k := known{byCode: map[string]Grid{}, byName: map[string]Grid{}, taken: map[string]string{}}
	var standing []Grid
	var err error
	if communities = unique(communities); len(communities) > 0 {
		if standing, err = gridsStanding(ctx, q, day, communities...); err != nil {
			return k, err
		}
	}
	for _, g := range standing {
		k.byCode[g.Code] = g
		k.byName[g.Community+g.Name] = g
	}
	var code, name string
	err = each(ctx, q, "codes", []any{&code, &name}, func() { k.taken[code] = name }, selectTaken, some(codes))
	return k, err
}

// communityOf is the community of a feature: the beginning of its code, else the one it names by code.
func communityOf(f geo.Feature) string {
	if len(f.Code) >= 12 {
		return f.Code[:12]
	}
	return f.Community
}

// add puts a feature into the change, or says why not.
func (k known) add(c *Change, f geo.Feature) string {
	g, there := k.byCode[f.Code]
	if f.Code == "" {
		g, there = k.byName[f.Community+f.Name]
	}
	if there {
		redraw := Redraw{ID: g.ID, Version: g.Version, Boundary: f.Shape}
		if f.Name != "" && f.Name != g.Name {
			redraw.Name = f.Name
		}
		if redraw.Name == "" && g.System == c.System && string(g.Boundary.GeoJSON()) == string(f.Shape.GeoJSON()) {
			return ""
		}
		c.Redraw = append(c.Redraw, redraw)
		return ""
	}
	if name, used := k.taken[f.Code]; used {
		return fmt.Sprintf("编码 %s 曾经用于%s，这一天已经没有这个网格。编码不重复使用，请删去编码或者改用新的", f.Code, name)
	}
	o := NewGrid{Kind: kindOf(f), Community: communityOf(f), Name: f.Name, Code: f.Code, Boundary: f.Shape}
	kind, community, parent := readCode(f.Code)
	switch {
	case f.Code != "" && kind == "":
		return "网格编码应为十五位或者十七位数字，请改正"
	case f.Code != "" && (kind != o.Kind || community != o.Community):
		return "网格编码与类型或者社区不符，请改正"
	case o.Name == "":
		return "没有写网格名称，请补上"
	case o.Kind == Micro && parent == "":
		return "新的微网格要写明十七位编码，前十五位是所属的网格"
	case o.Kind == Micro:
		p, stands := k.byCode[parent]
		if !stands {
			return fmt.Sprintf("所属的网格 %s 在这一天没有设立，请先导入它", parent)
		}
		o.Parent = p.ID
	}
	c.Open = append(c.Open, o)
	return ""
}

func kindOf(f geo.Feature) Kind {
	for _, k := range Kinds {
		if f.Kind == string(k) || f.Kind == k.Label() {
			return k
		}
	}
	if kind, _, _ := readCode(f.Code); kind != "" {
		return kind
	}
	return Ordinary
}
