package geo

import (
	"errors"
	"fmt"
	"math"
	"slices"

	"github.com/peterstace/simplefeatures/geom"
)

// errNoLand says that nothing was left of a boundary where there must be some.
var errNoLand = errors.New("geo: a cut left nothing on one side")

// inUnits writes a point in whole units of the seventh digit, in which boundaries are stored: what two
// shapes have in common stays exactly in common.
func inUnits(p Point) geom.XY {
	return geom.XY{X: math.Round(p.Lng * digits7), Y: math.Round(p.Lat * digits7)}
}

const digits7 = 1e7

// shapeOf turns polygons in whole units back into a shape; points and lines that an operation left are no land.
func shapeOf(g geom.Geometry) Shape {
	var parts []polygon
	for _, one := range polygons(g) {
		part := polygon{ringOf(one.ExteriorRing())}
		for i := range one.NumInteriorRings() {
			part = append(part, ringOf(one.InteriorRingN(i)))
		}
		part = slices.DeleteFunc(part, func(r ring) bool { return len(r) < 4 })
		if len(part) > 0 {
			parts = append(parts, part)
		}
	}
	return newShape(parts)
}

// ringOf reads a closed line; a point repeated at once after rounding is dropped.
func ringOf(line geom.LineString) ring {
	seq := line.Coordinates()
	out := make(ring, 0, seq.Length())
	for i := range seq.Length() {
		xy := seq.GetXY(i)
		p := Point{math.Round(xy.X) / digits7, math.Round(xy.Y) / digits7}
		if len(out) == 0 || out[len(out)-1] != p {
			out = append(out, p)
		}
	}
	return out
}

func (s Shape) inUnits() geom.Geometry {
	parts := make([]geom.Polygon, len(s.parts))
	for i, g := range s.parts {
		parts[i] = g.polygon(inUnits)
	}
	if len(parts) == 1 {
		return parts[0].AsGeometry()
	}
	return geom.NewMultiPolygon(parts).AsGeometry()
}

// Union is the land of all the shapes as one boundary, in several parts where they do not touch. Shapes
// without a boundary add nothing.
func Union(shapes ...Shape) (Shape, error) {
	var all []geom.Geometry
	for _, s := range shapes {
		if !s.IsZero() {
			all = append(all, s.inUnits())
		}
	}
	if len(all) == 0 {
		return Shape{}, nil
	}
	g, err := geom.UnionMany(all)
	if err != nil {
		return Shape{}, fmt.Errorf("join boundaries: %w", err)
	}
	return shapeOf(g), nil
}

// Divide cuts a shape in two along a straight line that leaves the first points in one part and the
// second ones in the other. It reports false when no straight line does that.
func Divide(s Shape, first, second []Point) (a, b Shape, ok bool, err error) {
	if s.IsZero() || len(first) == 0 || len(second) == 0 {
		return a, b, false, nil
	}
	on := planeOver(s.box)
	l, ok := between(flatAll(on, first), flatAll(on, second))
	if !ok {
		return a, b, false, nil
	}
	half := l.half(on, s.box)
	one, err := geom.Intersection(s.inUnits(), half)
	if err != nil {
		return a, b, false, fmt.Errorf("cut a boundary: %w", err)
	}
	other, err := geom.Difference(s.inUnits(), half)
	if err != nil {
		return a, b, false, fmt.Errorf("cut a boundary: %w", err)
	}
	if a, b = shapeOf(one), shapeOf(other); a.IsZero() || b.IsZero() {
		return a, b, false, errNoLand
	}
	return a, b, true, nil
}

func flatAll(on plane, points []Point) []geom.XY {
	out := make([]geom.XY, len(points))
	for i, p := range points {
		out[i] = on.flat(p)
	}
	return out
}

// line is the set of points with n·x = at; n has length one.
type line struct {
	n  geom.XY
	at float64
}

// leastRoom is the metres that must lie between two groups of points for a line to pass.
const leastRoom = 0.5

// between finds a line with the first points on its lower side and the second ones on its upper side: square
// to the way between their middles where that does, else any direction of a fan.
func between(first, second []geom.XY) (line, bool) {
	const fan = 360
	from, to := middle(first), middle(second)
	start := math.Atan2(to.Y-from.Y, to.X-from.X)
	var best line
	room := leastRoom
	for i := range fan {
		angle := start + float64(i)*2*math.Pi/fan
		n := geom.XY{X: math.Cos(angle), Y: math.Sin(angle)}
		low, high := math.Inf(-1), math.Inf(1)
		for _, p := range first {
			low = max(low, n.X*p.X+n.Y*p.Y)
		}
		for _, p := range second {
			high = min(high, n.X*p.X+n.Y*p.Y)
		}
		if high-low > room {
			room, best = high-low, line{n, (low + high) / 2}
		}
	}
	return best, room > leastRoom
}

func middle(points []geom.XY) geom.XY {
	var sum geom.XY
	for _, p := range points {
		sum.X, sum.Y = sum.X+p.X, sum.Y+p.Y
	}
	n := float64(len(points))
	return geom.XY{X: sum.X / n, Y: sum.Y / n}
}

// half is the lower side of the line as a polygon that reaches beyond the box.
func (l line) half(on plane, b box) geom.Geometry {
	far := 4 * math.Hypot((b.high.Lng-b.low.Lng)*on.east, (b.high.Lat-b.low.Lat)*on.north)
	corner := func(along, down float64) Point {
		return on.point(geom.XY{X: l.n.X*(l.at-down) - l.n.Y*along, Y: l.n.Y*(l.at-down) + l.n.X*along})
	}
	r := ring{corner(-far, 0), corner(far, 0), corner(far, far), corner(-far, far), corner(-far, 0)}
	return polygon{r}.polygon(inUnits).AsGeometry()
}
