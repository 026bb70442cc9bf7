package geo

import (
	"cmp"
	"fmt"
	"slices"

	"github.com/peterstace/simplefeatures/geom"
)

// Area is a shape under a name, which for a grid is its code.
type Area struct {
	Name  string
	Shape Shape
}

// Overlap is land that two areas both claim.
type Overlap struct {
	A, B         string // the names, in the order in which the areas were given
	SquareMetres float64
	At           Point // inside the largest piece of it
}

// Gap is land that no area claims.
type Gap struct {
	SquareMetres float64
	At           Point
	Enclosed     bool // areas lie all round it
}

// A piece of land counts from 1 m² on, unless it is a sliver: thinner on average than ten
// centimetres, which is what rounding leaves where a corner of one grid stands on the side of
// another. No door is that narrow.
const (
	leastArea  = 1.0
	leastWidth = 0.1
)

// Overlaps finds every two areas that share land, in the order of the list. Areas without a
// boundary are passed over. The error is a Fault when borders cross each other so often that the
// land between them cannot be worked out.
func Overlaps(areas []Area) ([]Overlap, error) {
	var found []Overlap
	err := eachOverlap(areas, func(i, j int, squareMetres float64, at Point) {
		found = append(found, Overlap{areas[i].Name, areas[j].Name, squareMetres, at})
	})
	return found, err
}

func eachOverlap(areas []Area, tell func(i, j int, squareMetres float64, at Point)) error {
	on := planeOverAll(areas)
	return eachPair(areas, func(i, j int) error {
		common, err := steady(areas[i], func(fix fixing) (geom.Geometry, error) {
			return geom.Intersection(fix(on.geometry(areas[i].Shape)), fix(on.geometry(areas[j].Shape)))
		})
		if err != nil {
			return err
		}
		if total, largest := sum(on.metres(common)); total > 0 {
			tell(i, j, total, on.within(largest))
		}
		return nil
	})
}

// fixing prepares a geometry for an operation.
type fixing func(geom.Geometry) geom.Geometry

// steady tries an operation on the numbers as they are, then rounded to a tenth of a millimetre, a
// millimetre and a centimetre: lines that almost lie on each other can defeat it at one of them.
func steady(a Area, do func(fixing) (geom.Geometry, error)) (geom.Geometry, error) {
	g, err := do(func(g geom.Geometry) geom.Geometry { return g })
	for digits := 4; err != nil && digits >= 2; digits-- {
		g, err = do(func(g geom.Geometry) geom.Geometry { return g.SnapToGrid(digits) })
	}
	if err != nil {
		at := a.Shape.Center()
		return geom.Geometry{}, Fault{Name: a.Name, Place: at.Place(), Words: fmt.Sprintf(
			"“%s”（%s附近）与相邻网格的公共边界过于接近又不一致，无法比较。请让公共边界上的点完全相同。", a.Name, at.Place())}
	}
	return g, nil
}

// Gaps finds the land that the areas covered before and cover no longer, and every hole that the
// areas enclose afterwards, whether it is new or not. A piece is told once: as enclosed where it is.
func Gaps(before, after []Area) ([]Gap, error) {
	on := planeOverAll(slices.Concat(before, after))
	holes, err := enclosed(on, after)
	if err != nil {
		return nil, err
	}
	var found []Gap
	for _, hole := range holes {
		found = append(found, Gap{hole.Area(), on.within(hole), true})
	}
	lost, err := lostLand(on, before, after)
	if err != nil {
		return nil, err
	}
	for _, piece := range lost {
		inPiece := piece.PointOnSurface().AsGeometry()
		if !slices.ContainsFunc(holes, func(h geom.Polygon) bool { return geom.Intersects(inPiece, h.AsGeometry()) }) {
			found = append(found, Gap{piece.Area(), on.within(piece), false})
		}
	}
	slices.SortStableFunc(found, func(a, b Gap) int { return cmp.Compare(b.SquareMetres, a.SquareMetres) })
	return found, nil
}

// enclosed gives the holes that the areas leave together.
func enclosed(on plane, areas []Area) ([]geom.Polygon, error) {
	areas = drawn(areas)
	if err := eachPair(areas, func(_, _ int) error { return nil }); err != nil || len(areas) == 0 {
		return nil, err
	}
	all, err := united(on, areas)
	if err != nil {
		return nil, err
	}
	var holes []geom.Polygon
	for _, g := range polygons(on.metres(all)) {
		for n := range g.NumInteriorRings() {
			if hole := geom.NewPolygon([]geom.LineString{g.InteriorRingN(n)}); counts(hole) {
				holes = append(holes, hole)
			}
		}
	}
	return holes, nil
}

// lostLand gives what was covered and is no more. Areas that stay as they were are passed over, so
// that a change of a few grids looks only at these and those around them.
func lostLand(on plane, before, after []Area) ([]geom.Polygon, error) {
	var lost []geom.Geometry
	for _, was := range drawn(before) {
		var near []Area
		stays := false
		for _, a := range drawn(after) {
			if stays = a.Shape.same(was.Shape); stays {
				break
			}
			if a.Shape.box.meets(was.Shape.box) {
				if _, err := closely(was, a); err != nil {
					return nil, err
				}
				near = append(near, a)
			}
		}
		if stays {
			continue
		}
		left, err := steady(was, func(fix fixing) (geom.Geometry, error) {
			cover, err := geom.UnionMany(geometries(on, near, fix))
			if err != nil {
				return cover, err
			}
			return geom.Difference(fix(on.geometry(was.Shape)), cover)
		})
		if err != nil {
			return nil, err
		}
		for _, p := range polygons(left) {
			lost = append(lost, p.AsGeometry())
		}
	}
	if len(lost) == 0 {
		return nil, nil
	}
	joined, err := steady(before[0], func(fix fixing) (geom.Geometry, error) {
		fixed := make([]geom.Geometry, len(lost))
		for i, g := range lost {
			fixed[i] = fix(g)
		}
		return geom.UnionMany(fixed)
	})
	return pieces(on.metres(joined)), err
}

func drawn(areas []Area) []Area {
	var all []Area
	for _, a := range areas {
		if !a.Shape.IsZero() {
			all = append(all, a)
		}
	}
	return all
}

func geometries(on plane, areas []Area, fix fixing) []geom.Geometry {
	all := make([]geom.Geometry, len(areas))
	for i, a := range areas {
		all[i] = fix(on.geometry(a.Shape))
	}
	return all
}

func united(on plane, areas []Area) (geom.Geometry, error) {
	return steady(areas[0], func(fix fixing) (geom.Geometry, error) {
		return geom.UnionMany(geometries(on, areas, fix))
	})
}

// Adjacent reports whether the two shapes come as near to each other as that many metres; shapes
// that touch in one corner do.
func Adjacent(a, b Shape, metres float64) bool {
	if a.IsZero() || b.IsZero() {
		return false
	}
	at := planeOver(a.box.with(b.box.low).with(b.box.high))
	reach := max(metres, 0.01)
	if !a.box.grown(reach / min(at.east, at.north)).meets(b.box) {
		return false
	}
	far, ok := geom.Distance(at.metres(at.geometry(a)), at.metres(at.geometry(b)))
	return ok && far <= reach
}

func planeOverAll(areas []Area) plane {
	all := emptyBox()
	for _, a := range areas {
		if !a.Shape.IsZero() {
			all = all.with(a.Shape.box.low).with(a.Shape.box.high)
		}
	}
	if all.low.Lng > all.high.Lng {
		all = box{}
	}
	return planeOver(all)
}

func (s Shape) same(o Shape) bool {
	return slices.EqualFunc(s.parts, o.parts, func(g, h polygon) bool {
		return slices.EqualFunc(g, h, func(r, q ring) bool { return slices.Equal(r, q) })
	})
}

// polygons takes the polygons out of what an operation gave; points and lines are no land.
func polygons(g geom.Geometry) []geom.Polygon {
	var all []geom.Polygon
	for _, part := range g.Dump() {
		if one, ok := part.AsPolygon(); ok && !one.IsEmpty() {
			all = append(all, one)
		}
	}
	return all
}

func counts(g geom.Polygon) bool {
	area := g.Area()
	return area >= leastArea && area >= leastWidth*g.Boundary().Length()/2
}

func pieces(g geom.Geometry) []geom.Polygon {
	return slices.DeleteFunc(polygons(g), func(p geom.Polygon) bool { return !counts(p) })
}

func sum(g geom.Geometry) (total float64, largest geom.Polygon) {
	for _, p := range pieces(g) {
		total += p.Area()
		if largest.IsEmpty() || p.Area() > largest.Area() {
			largest = p
		}
	}
	return total, largest
}

func (l plane) within(g geom.Polygon) Point {
	xy, _ := g.PointOnSurface().XY()
	return l.point(xy)
}
