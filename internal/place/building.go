package place

import (
	"context"
	"strings"

	"portal/internal/fault"
	"portal/internal/geo"
	"portal/internal/normal"
	"portal/internal/pg"
	"portal/internal/workday"
)

// Building is a building with the point it stands on, in the system the point was measured in.
type Building struct {
	ID         int64
	Compound   string
	Name       string
	Households int
	Residents  int
	Lng        float64
	Lat        float64
	System     geo.System
	From       workday.Day
	Until      workday.Day // zero: it stands
	Source     string
}

// Label is the building as people write it: 槐荫苑1幢.
func (b Building) Label() string { return b.Compound + b.Name }

// Point is where it stands.
func (b Building) Point() geo.Point { return geo.Point{Lng: b.Lng, Lat: b.Lat} }

// Address is a doorplate of a building.
type Address struct {
	ID         int64
	BuildingID int64
	Text       string
}

var (
	errNoBuilding = fault.NotFound("没有找到这幢楼。可能已经拆除，或者还没有登记，请换个写法再找")
	errNoAddress  = fault.NotFound("没有找到这个地址。请换个写法再找，或者按楼幢查找")
)

// BuildingByID gives one building; NotFound when there is none.
func BuildingByID(ctx context.Context, q pg.Querier, id int64) (Building, error) {
	rows, err := buildings(ctx, q, selectBuilding, id)
	if err != nil {
		return Building{}, err
	}
	if len(rows) == 0 {
		return Building{}, errNoBuilding
	}
	return rows[0], nil
}

// AddressByID gives one address; NotFound when there is none.
func AddressByID(ctx context.Context, q pg.Querier, id int64) (Address, error) {
	rows, err := addresses(ctx, q, selectAddress, id)
	if err != nil {
		return Address{}, err
	}
	if len(rows) == 0 {
		return Address{}, errNoAddress
	}
	return rows[0], nil
}

// AddressesOf lists the doorplates of a building.
func AddressesOf(ctx context.Context, q pg.Querier, building int64) ([]Address, error) {
	return addresses(ctx, q, selectAddressesOf, building)
}

// BuildingsOf lists the buildings of a compound that stand on a day.
func BuildingsOf(ctx context.Context, q pg.Querier, compound string, day workday.Day) ([]Building, error) {
	return buildings(ctx, q, selectBuildingsOf, compound, day)
}

// BuildingsIn lists every building that some compounds have or had, those that are gone first.
func BuildingsIn(ctx context.Context, q pg.Querier, compounds []string) ([]Building, error) {
	return buildings(ctx, q, selectBuildingsIn, compounds)
}

// AddressesWritten finds doorplates that are written so.
func AddressesWritten(ctx context.Context, q pg.Querier, texts []string) ([]Address, error) {
	return addresses(ctx, q, selectAddressesWritten, texts)
}

// sameHouse are ways of writing one thing: 3号楼 and 3栋 are 3幢.
var sameHouse = strings.NewReplacer("号楼", "幢", "栋", "幢")

// WordsKey is the form under which words of an address are stored and looked for.
func WordsKey(words string) string { return sameHouse.Replace(normal.Key(words)) }

// reading gives pinyin and initials of words with their width and writing made equal.
func (b Building) reading() (pinyin, initials string) { return Pinyin(WordsKey(b.Label())) }
