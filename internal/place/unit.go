package place

import (
	"context"

	"portal/internal/fault"
	"portal/internal/normal"
	"portal/internal/pg"
)

// RequesterKind is what the law sees in somebody who asks a community for work: a department may
// only entrust (第四十三条第二款), the district government and the street may ask (第六条).
type RequesterKind string

// The kinds of requesters.
const (
	DistrictGovernment RequesterKind = "district_government"
	DistrictDepartment RequesterKind = "district_department"
	StreetOffice       RequesterKind = "street_office"
	StreetSection      RequesterKind = "street_section"
	CourtOrGroup       RequesterKind = "court_or_group"
	ResidentsCommittee RequesterKind = "residents_committee"
	UnitByLaw          RequesterKind = "unit_by_law"
)

// RequesterKinds in the order of choice.
var RequesterKinds = []RequesterKind{DistrictGovernment, DistrictDepartment, StreetOffice, StreetSection, CourtOrGroup, ResidentsCommittee, UnitByLaw}

var requesterLabels = map[RequesterKind]string{
	DistrictGovernment: "区人民政府", DistrictDepartment: "区级部门", StreetOffice: "街道办事处", StreetSection: "街道内设部门或中心",
	CourtOrGroup: "法院、群团组织", ResidentsCommittee: "居民委员会", UnitByLaw: "法律所称机关（无账号）",
}

// Label is the kind's 中文 name.
func (k RequesterKind) Label() string { return requesterLabels[k] }

// MayAsk reports whether 第六条 lets the requester ask for assistance: the district government and
// the street, with the sections that act for it.
func (k RequesterKind) MayAsk() bool {
	return k == DistrictGovernment || k == StreetOffice || k == StreetSection
}

// Entrusts reports whether the requester is treated as a department that entrusts work
// (第四十三条第二款, E33): it needs a law or regulation, and it pays.
func (k RequesterKind) Entrusts() bool {
	return k == DistrictDepartment || k == CourtOrGroup || k == UnitByLaw
}

// Unit is a department, section or group.
type Unit struct {
	ID             int64
	Name           string
	UnitType       string
	RequesterKind  RequesterKind
	DivisionCode   string
	IsGroup        bool
	Active         bool
	RoleLabel      string
	Programmes     []string
	Works          []string
	Source         string
	Synthetic      bool
	AssignedFields string
	Aliases        []string
}

var errNoUnit = fault.NotFound("没有这个单位。请核对名称，或者请街道管理员添加")

// Units lists the units in order of id. With kinds only those kinds; groups come last.
func Units(ctx context.Context, q pg.Querier, kinds ...RequesterKind) ([]Unit, error) {
	return units(ctx, q, selectUnits, kindTexts(kinds))
}

// UnitByID gives one unit.
func UnitByID(ctx context.Context, q pg.Querier, id int64) (Unit, error) {
	return oneUnit(ctx, q, selectUnit, id)
}

// UnitByName finds a unit by its name or by any other way in which it is written (E2); width,
// script, brackets and spaces do not matter.
func UnitByName(ctx context.Context, q pg.Querier, name string) (Unit, error) {
	return oneUnit(ctx, q, selectUnitByName, NameKey(name))
}

// UnitsByID gives many units at once; who is not there is left out.
func UnitsByID(ctx context.Context, q pg.Querier, ids []int64) (map[int64]Unit, error) {
	all, err := units(ctx, q, selectUnitsByID, ids)
	out := make(map[int64]Unit, len(all))
	for _, u := range all {
		out[u.ID] = u
	}
	return out, err
}

// UnitsByName is UnitByName for many names at once; names that nobody has are left out.
func UnitsByName(ctx context.Context, q pg.Querier, names []string) (map[string]Unit, error) {
	keys := make([]string, len(names))
	for i, n := range names {
		keys[i] = NameKey(n)
	}
	all, err := units(ctx, q, selectUnitsByName, keys)
	if err != nil {
		return nil, err
	}
	byKey := map[string]Unit{}
	for _, own := range []bool{true, false} { // a name of its own goes before another writing
		for _, u := range all {
			writings := u.Aliases
			if own {
				writings = []string{u.Name}
			}
			for _, w := range writings {
				if key := NameKey(w); byKey[key].ID == 0 {
					byKey[key] = u
				}
			}
		}
	}
	out := make(map[string]Unit, len(names))
	for i, n := range names {
		if u := byKey[keys[i]]; u.ID != 0 {
			out[n] = u
		}
	}
	return out, nil
}

// NewUnit is a unit that no file brings.
type NewUnit struct {
	Name      string
	Kind      RequesterKind
	Type      string // 中文, as shown
	Division  string // the community of a residents' committee
	Synthetic bool
}

// InsertUnit stores a unit, or gives the one that has the name already.
func InsertUnit(ctx context.Context, tx *pg.Tx, u NewUnit) (int64, error) {
	return addUnit(ctx, tx, Unit{Name: u.Name, RequesterKind: u.Kind, UnitType: u.Type, DivisionCode: u.Division, Synthetic: u.Synthetic})
}

// AddAlias lets a unit be found under another writing.
func AddAlias(ctx context.Context, tx *pg.Tx, unitID int64, alias, source string) error {
	return addAlias(ctx, tx, aliasRow{Alias: alias, UnitID: unitID, Source: source})
}

// AddCommunity stores what a community can carry; its division must be in the register.
func AddCommunity(ctx context.Context, tx *pg.Tx, c Community) error {
	return addCommunity(ctx, tx, c)
}

// NameKey is the form under which names of units are compared.
func NameKey(name string) string { return normal.Key(name) }

func kindTexts(kinds []RequesterKind) []string {
	out := make([]string, len(kinds))
	for i, k := range kinds {
		out[i] = string(k)
	}
	return out
}
