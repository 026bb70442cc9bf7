package geo

import (
	"cmp"
	"fmt"
	"math"
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
	return eachPair(areas, func(i, j int, cuts []float64) error {
		a, b := areas[i], areas[j]
		expected := on.square(coveredArea(a.Shape, []Shape{b.Shape}, cuts))
		if expected < leastArea/2 {
			return nil
		}
		shared, err := steady(on, a, expected, func(fix fixing) (geom.Geometry, error) {
			return geom.Intersection(fix(on.geometry(a.Shape)), fix(on.geometry(b.Shape)))
		})
		if err != nil {
			return err
		}
		if total, largest := sum(shared); total > 0 {
			tell(i, j, total, on.within(largest))
		}
		return nil
	})
}

// fixing prepares a geometry for an operation.
type fixing func(geom.Geometry) geom.Geometry

// steady tries an operation on the numbers as they are and then on numbers with one and two digits
// less, until the area of the result is the expected one. It gives the result in metres.
func steady(on plane, a Area, squareMetres float64, do func(fixing) (geom.Geometry, error)) (geom.Geometry, error) {
	for digits := 0; digits >= -2; digits-- {
		g, err := do(func(g geom.Geometry) geom.Geometry {
			if digits == 0 {
				return g
			}
			return g.SnapToGrid(digits)
		})
		if err != nil {
			continue
		}
		g = on.metres(g)
		if math.Abs(g.Area()-squareMetres) <= leastArea+squareMetres*math.Pow10(-4-digits) {
			return g, nil
		}
	}
	at := a.Shape.Center()
	return geom.Geometry{}, Fault{Name: a.Name, Place: at.Place(), Words: fmt.Sprintf(
		"“%s”（%s附近）与相邻网格的公共边界过于接近又不一致，无法比较。请让公共边界上的点完全相同。", a.Name, at.Place())}
}

// Gaps finds the land that the areas covered before and cover no longer, and every hole that the
// areas enclose afterwards, whether it is new or not. A piece is told once: as enclosed where it is;
// what several areas lose is told for each of them.
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
	if len(areas) == 0 {
		return nil, nil
	}
	earlier, cuts := make([][]Shape, len(areas)), make([][]float64, len(areas))
	err := eachPair(areas, func(i, j int, at []float64) error {
		earlier[j], cuts[j] = append(earlier[j], areas[i].Shape), append(cuts[j], at...)
		return nil
	})
	if err != nil {
		return nil, err
	}
	expected := 0.0
	for i, a := range areas {
		expected += on.square(a.Shape.area() - coveredArea(a.Shape, earlier[i], cuts[i]))
	}
	all, err := steady(on, Area{"本次核对的网格", areas[0].Shape}, expected, func(fix fixing) (geom.Geometry, error) {
		return geom.UnionMany(geometries(on, areas, fix))
	})
	if err != nil {
		return nil, err
	}
	return holesOf(polygons(all)), nil
}

// holesOf gives the holes of the bodies, each without the bodies that lie in it like islands.
func holesOf(bodies []geom.Polygon) []geom.Polygon {
	var holes []geom.Polygon
	for _, g := range bodies {
		for n := range g.NumInteriorRings() {
			rings := []geom.LineString{g.InteriorRingN(n)}
			lake := geom.NewPolygon(rings).AsGeometry()
			for _, other := range bodies {
				if geom.Intersects(other.PointOnSurface().AsGeometry(), lake) {
					rings = append(rings, other.ExteriorRing())
				}
			}
			if hole := geom.NewPolygon(rings); counts(hole) {
				holes = append(holes, hole)
			}
		}
	}
	return holes
}

// lostLand gives what was covered and is no more, area by area. Areas that stay as they were are
// passed over, so that a change of a few grids looks only at these and those around them.
func lostLand(on plane, before, after []Area) ([]geom.Polygon, error) {
	var lost []geom.Polygon
	after = drawn(after)
	for _, was := range drawn(before) {
		if slices.ContainsFunc(after, func(a Area) bool { return a.Shape.same(was.Shape) }) {
			continue
		}
		left, err := uncovered(on, was, after)
		if err != nil {
			return nil, err
		}
		lost = append(lost, pieces(left)...)
	}
	return lost, nil
}

// uncovered gives the land of one area that lies in none of the others.
func uncovered(on plane, was Area, areas []Area) (geom.Geometry, error) {
	var near []Area
	var shapes []Shape
	var cuts []float64
	for _, a := range areas {
		if !a.Shape.box.meets(was.Shape.box) {
			continue
		}
		touch, at, err := closely(was, a)
		if err != nil {
			return geom.Geometry{}, err
		}
		if touch {
			near, shapes, cuts = append(near, a), append(shapes, a.Shape), append(cuts, at...)
		}
	}
	err := eachPair(near, func(_, _ int, at []float64) error {
		cuts = append(cuts, at...)
		return nil
	})
	if err != nil {
		return geom.Geometry{}, err
	}
	expected := on.square(was.Shape.area() - coveredArea(was.Shape, shapes, cuts))
	if expected < leastArea/2 {
		return geom.Geometry{}, nil
	}
	return steady(on, was, expected, func(fix fixing) (geom.Geometry, error) {
		left := fix(on.geometry(was.Shape))
		cover, err := geom.UnionMany(geometries(on, near, fix))
		if err != nil || len(near) == 0 {
			return left, err
		}
		return geom.Difference(left, cover)
	})
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
