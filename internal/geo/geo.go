// Package geo decides what a boundary (边界) is and what may be asked of one: whether it is well
// formed, which point lies in it, where two of them overlap, what land a change leaves to nobody,
// and how it is drawn. It reads and writes GeoJSON (RFC 7946) and owns no table.
//
// Coordinates are longitude and latitude in degrees and always travel with the name of their
// system; nothing here turns one system into another. Areas and distances are measured on a plane
// laid through the middle of the shapes at hand, which is right to about one part in ten thousand
// over a street (街道).
//
// Shapes are mended silently only where nothing is decided by it: winding is put right, a point
// repeated at once is dropped, a height is ignored, digits after the seventh (one centimetre) are
// rounded away. Everything else is a Fault: one sentence that names the grid and the place.
package geo

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strings"
)

// System names the coordinate system of a set of points.
type System string

// The systems that are stored. Phones give WGS-84; the web maps of this country show GCJ-02.
const (
	WGS84 System = "WGS-84"
	GCJ02 System = "GCJ-02"
)

// Label gives the name of the system as a page shows it.
func (s System) Label() string {
	switch s {
	case WGS84:
		return "WGS-84（手机定位）"
	case GCJ02:
		return "GCJ-02（国内网络地图）"
	}
	return "坐标系未知"
}

// systems are the spellings met in files, in small letters without separators.
var systems = map[string]System{
	"wgs84": WGS84, "epsg4326": WGS84, "crs84": WGS84,
	"urnogcdefcrsogc13crs84": WGS84, "urnogcdefcrsogccrs84": WGS84, "urnogcdefcrsepsg4326": WGS84,
	"gcj02": GCJ02, "国测局坐标": GCJ02, "火星坐标": GCJ02, "火星坐标系": GCJ02,
}

// ParseSystem reads the name of a coordinate system in any of its usual spellings.
func ParseSystem(text string) (System, bool) {
	key := strings.Map(func(r rune) rune {
		if strings.ContainsRune("-_:/. \t", r) {
			return -1
		}
		return r
	}, strings.ToLower(text))
	s, ok := systems[key]
	return s, ok
}

// Point is one place. It carries no system of its own; who holds it says which.
type Point struct{ Lng, Lat float64 }

// Place says where the point is, as a sentence for the user does: 东经118.7956，北纬32.0311.
func (p Point) Place() string { return fmt.Sprintf("东经%.4f，北纬%.4f", p.Lng, p.Lat) }

// ring is a closed line: its last point is its first.
type ring []Point

// polygon is an outer ring, counter-clockwise, and its holes, clockwise.
type polygon []ring

// Shape is a boundary: one polygon or several, with their holes. The zero Shape says that no
// boundary has been drawn. A Shape is never changed after it was made.
type Shape struct {
	parts []polygon
	box   box
}

// IsZero reports that no boundary has been drawn.
func (s Shape) IsZero() bool { return len(s.parts) == 0 }

// onLine is how near to a line, in degrees, a point counts as lying on it: about one millimetre.
const onLine = 1e-8

// Contains reports whether the point lies in the shape or on its border; the border of a hole is a
// border too. Two neighbours therefore both contain a point of their common border: Locate says
// which of them it belongs to.
func (s Shape) Contains(p Point) bool {
	if s.IsZero() || !s.box.grown(onLine).holds(p) {
		return false
	}
	return slices.ContainsFunc(s.parts, func(part polygon) bool { return part.contains(p) })
}

// Locate gives the position of the area that the point belongs to, or -1 when none contains it.
// The rule for a point on a common border is: the area whose name (the grid's code) comes first.
// So every point belongs to one area at most, whatever the order in which the areas are listed.
func Locate(areas []Area, p Point) int {
	found := -1
	for i, a := range areas {
		if (found < 0 || a.Name < areas[found].Name) && a.Shape.Contains(p) {
			found = i
		}
	}
	return found
}

func (g polygon) contains(p Point) bool {
	for i, r := range g {
		switch where := r.where(p); {
		case where == onBorder:
			return true
		case (where == inside) != (i == 0):
			return false
		}
	}
	return true
}

type side int

const (
	outside side = iota
	inside
	onBorder
)

// where counts the edges to the right of the point. Every edge is looked at from its lower end, so
// that two neighbours reckon their common edge with the same numbers and never both disown a point.
func (r ring) where(p Point) side {
	in := false
	for i := 1; i < len(r); i++ {
		a, b := r[i-1], r[i]
		if a.Lat > b.Lat || a.Lat == b.Lat && a.Lng > b.Lng {
			a, b = b, a
		}
		if p.Lat < a.Lat-onLine || p.Lat > b.Lat+onLine {
			continue
		}
		if toSegment(p, a, b) <= onLine {
			return onBorder
		}
		if (a.Lat > p.Lat) != (b.Lat > p.Lat) && turn(a, b, p) > 0 {
			in = !in
		}
	}
	if in {
		return inside
	}
	return outside
}

// turn is positive when c lies to the left of the way from a to b.
func turn(a, b, c Point) float64 {
	return (b.Lng-a.Lng)*(c.Lat-a.Lat) - (b.Lat-a.Lat)*(c.Lng-a.Lng)
}

// toSegment is the distance in degrees of p from the line between a and b.
func toSegment(p, a, b Point) float64 {
	dx, dy := b.Lng-a.Lng, b.Lat-a.Lat
	t := 0.0
	if long := dx*dx + dy*dy; long > 0 {
		t = min(1, max(0, ((p.Lng-a.Lng)*dx+(p.Lat-a.Lat)*dy)/long))
	}
	return math.Hypot(p.Lng-a.Lng-t*dx, p.Lat-a.Lat-t*dy)
}

// area is the signed area of the ring in square degrees: positive when counter-clockwise.
func (r ring) area() float64 {
	sum := 0.0
	for i := 1; i < len(r); i++ {
		a, b := r[i-1], r[i]
		sum += (a.Lng-r[0].Lng)*(b.Lat-r[0].Lat) - (b.Lng-r[0].Lng)*(a.Lat-r[0].Lat)
	}
	return sum / 2
}

func (g polygon) area() float64 {
	sum := 0.0
	for _, r := range g {
		sum += r.area()
	}
	return sum
}

// SquareMetres is the area of the shape without its holes.
func (s Shape) SquareMetres() float64 {
	if s.IsZero() {
		return 0
	}
	return planeOver(s.box).square(s.area())
}

func (s Shape) area() float64 {
	sum := 0.0
	for _, g := range s.parts {
		sum += g.area()
	}
	return sum
}

// Center is a point well inside the largest part of the shape: the place of its label.
func (s Shape) Center() Point {
	if s.IsZero() {
		return Point{}
	}
	largest := slices.MaxFunc(s.parts, func(a, b polygon) int { return cmp.Compare(a.area(), b.area()) })
	return largest.inner()
}

// box is the rectangle around a shape; the empty box lies nowhere.
type box struct{ low, high Point }

func emptyBox() box {
	far := math.Inf(1)
	return box{low: Point{far, far}, high: Point{-far, -far}}
}

func (b box) with(p Point) box {
	return box{
		low:  Point{min(b.low.Lng, p.Lng), min(b.low.Lat, p.Lat)},
		high: Point{max(b.high.Lng, p.Lng), max(b.high.Lat, p.Lat)},
	}
}

func (b box) grown(by float64) box {
	return box{Point{b.low.Lng - by, b.low.Lat - by}, Point{b.high.Lng + by, b.high.Lat + by}}
}

func (b box) holds(p Point) bool {
	return b.low.Lng <= p.Lng && p.Lng <= b.high.Lng && b.low.Lat <= p.Lat && p.Lat <= b.high.Lat
}

func (b box) meets(o box) bool {
	return b.low.Lng <= o.high.Lng && o.low.Lng <= b.high.Lng && b.low.Lat <= o.high.Lat && o.low.Lat <= b.high.Lat
}

// newShape winds every ring as RFC 7946 asks and measures the box.
func newShape(parts []polygon) Shape {
	s := Shape{parts: parts, box: emptyBox()}
	for _, g := range parts {
		for i, r := range g {
			if (r.area() > 0) != (i == 0) {
				slices.Reverse(r)
			}
			for _, p := range r {
				s.box = s.box.with(p)
			}
		}
	}
	if s.IsZero() {
		return Shape{}
	}
	return s
}
