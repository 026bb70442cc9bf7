package grid

import (
	"bytes"
	"fmt"
	"net/http"
	"strings"

	"portal/internal/authz"
	"portal/internal/fault"
	"portal/internal/geo"
	"portal/internal/grid"
	"portal/internal/workday"
	"portal/web/form"
	"portal/web/route"
	"portal/web/view"
)

// kindFile is a change that comes as a file of many grids.
var kindFile = changeKind{"file", "导入边界", "一份文件里有许多网格：编码已有的换边界，没有的新设"}

// importPage is the form for a file of boundaries with the faults found in it.
type importPage struct {
	Frame  view.Page
	Form   filled
	Faults []geo.Fault
	Export bool // the reader may take the present boundaries along
}

func (h handlers) importForm(w http.ResponseWriter, r *http.Request) error {
	return h.showImport(w, r, blank(r, map[string]string{"day": h.f.Today().String()}), nil)
}

func (h handlers) showImport(w http.ResponseWriter, r *http.Request, x filled, faults []geo.Fault) error {
	code := x.status()
	if len(faults) > 0 {
		code = http.StatusUnprocessableEntity
	}
	p := importPage{Frame: h.staff(r, "导入边界 - 网格", x.errors(), view.Crumb{Text: "导入边界"}), Form: x, Faults: faults,
		Export: authz.Can(route.Actor(r), authz.GridExport)}
	return h.f.Render(w, r, code, showImportForm(p))
}

// importFile reads a file; without faults it is shown as any change, to be made or left.
func (h handlers) importFile(w http.ResponseWriter, r *http.Request) error {
	f, err := form.Read(r)
	if err != nil {
		return err
	}
	if r.MultipartForm != nil {
		defer r.MultipartForm.RemoveAll()
	}
	a := wanted{Kind: kindFile}
	if a.Scope, err = h.scopeOf(r, authz.GridImport, "", true); err != nil {
		return err
	}
	day, reason := readWhen(f, h.f.Today())
	if a.Text, err = boundaryText(r, f, "boundary"); err != nil {
		return err
	}
	if a.Text == "" {
		f.Add("boundary", "选边界文件，或者把内容贴进来")
	}
	if f.Raw("step") == stepEdit {
		return h.showImport(w, r, filled{Key: form.NewKey(), f: f}, nil)
	}
	if f.Valid() {
		if err := h.readCollection(r, f, &a, day, reason); err != nil {
			return err
		}
	}
	if !f.Valid() || len(a.Faults) > 0 {
		return h.showImport(w, r, sent(f), a.Faults)
	}
	a.Change.GiveUp = f.Line("give_up", 200)
	if f.Raw("step") == stepApply {
		return h.apply(w, r, a, f)
	}
	return h.preview(w, r, a, f)
}

// export sends the boundaries of a street, a community or one grid as they stood on a day.
func (h handlers) export(w http.ResponseWriter, r *http.Request) error {
	fm := form.Query(r)
	day := fm.Day("day", h.f.Today())
	if err := fm.Err(); err != nil {
		return err
	}
	if day.IsZero() {
		day = h.f.Today()
	}
	prefix := fm.Raw("community")
	if prefix == "" {
		sc, err := h.scopeOf(r, authz.GridExport, "", true)
		if err != nil {
			return err
		}
		prefix = sc.prefix()
	}
	grids, err := h.s.OnDay(r.Context(), route.Actor(r), prefix, day)
	if err != nil {
		return err
	}
	if len(grids) == 0 {
		return errNoCommunity
	}
	system, features, err := featuresOf(grids, geo.System(fm.Raw("system")))
	if err != nil {
		return err
	}
	var out bytes.Buffer
	if err := geo.WriteFile(&out, system, features); err != nil {
		return fmt.Errorf("export boundaries: %w", err)
	}
	name := "网格边界-" + prefix + "-" + day.String() + ".geojson"
	return route.SendFile(w, r, route.File{Name: name, MediaType: "application/geo+json", Content: bytes.NewReader(out.Bytes())})
}

// featuresOf lists the boundaries in one coordinate system; a file cannot hold two.
func featuresOf(grids []grid.Grid, want geo.System) (geo.System, []geo.Feature, error) {
	var out []geo.Feature
	for _, g := range grids {
		if g.Boundary.IsZero() {
			continue
		}
		if want == "" {
			want = g.System
		}
		if g.System != want {
			return want, nil, fault.Conflict("这里的边界用了两种坐标系，不能放进一份文件。请按社区分别导出")
		}
		out = append(out, geo.Feature{Name: g.Name, Code: g.Code, Kind: g.Kind.Label(), Community: g.Community, Shape: g.Boundary, At: len(out) + 1})
	}
	return want, out, nil
}

// readCollection reads a file of many grids into a change.
func (h handlers) readCollection(r *http.Request, f *form.Form, a *wanted, day workday.Day, reason string) error {
	file, faults, err := geo.ReadFile(strings.NewReader(a.Text))
	if a.Faults = faults; err != nil || len(faults) > 0 {
		return err
	}
	a.Change, a.Faults, err = h.s.BoundaryChange(r.Context(), route.Actor(r), file, day, reason)
	return f.Merge(err)
}
