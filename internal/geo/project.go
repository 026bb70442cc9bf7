package geo

import (
	"math"

	"github.com/peterstace/simplefeatures/geom"
)

// plane measures degrees in metres around one latitude.
type plane struct {
	origin      Point
	east, north float64 // metres in one degree of longitude and of latitude
}

// planeOver lays a plane through the middle of the box. The series are those of the WGS-84
// ellipsoid; GCJ-02 differs from it by a shift, not in scale.
func planeOver(b box) plane {
	mid := Point{(b.low.Lng + b.high.Lng) / 2, (b.low.Lat + b.high.Lat) / 2}
	lat := mid.Lat * math.Pi / 180
	return plane{
		origin: Point{round(mid.Lng), round(mid.Lat)},
		east:   111412.84*math.Cos(lat) - 93.5*math.Cos(3*lat) + 0.118*math.Cos(5*lat),
		north:  111132.92 - 559.82*math.Cos(2*lat) + 1.175*math.Cos(4*lat),
	}
}

func (l plane) flat(p Point) geom.XY {
	return geom.XY{X: (p.Lng - l.origin.Lng) * l.east, Y: (p.Lat - l.origin.Lat) * l.north}
}

// units counts ten-millionths of a degree from the middle: whole numbers, with which the library
// reckons without rounding wherever two borders have their points in common.
func (l plane) units(p Point) geom.XY {
	return geom.XY{X: math.Round((p.Lng - l.origin.Lng) * 1e7), Y: math.Round((p.Lat - l.origin.Lat) * 1e7)}
}

// metres turns what was worked out in units into metres on the plane.
func (l plane) metres(g geom.Geometry) geom.Geometry {
	return g.TransformXY(func(xy geom.XY) geom.XY { return geom.XY{X: xy.X / 1e7 * l.east, Y: xy.Y / 1e7 * l.north} })
}

// square turns square degrees into square metres.
func (l plane) square(degrees float64) float64 { return degrees * l.east * l.north }

func (l plane) point(xy geom.XY) Point {
	return Point{l.origin.Lng + xy.X/l.east, l.origin.Lat + xy.Y/l.north}
}

// geometry gives the shape in units.
func (l plane) geometry(s Shape) geom.Geometry {
	parts := make([]geom.Polygon, len(s.parts))
	for i, g := range s.parts {
		parts[i] = g.polygon(l.units)
	}
	if len(parts) == 1 {
		return parts[0].AsGeometry()
	}
	return geom.NewMultiPolygon(parts).AsGeometry()
}

func asWritten(p Point) geom.XY { return geom.XY{X: p.Lng, Y: p.Lat} }

func (g polygon) polygon(to func(Point) geom.XY) geom.Polygon {
	rings := make([]geom.LineString, len(g))
	for i, r := range g {
		numbers := make([]float64, 0, 2*len(r))
		for _, p := range r {
			xy := to(p)
			numbers = append(numbers, xy.X, xy.Y)
		}
		rings[i] = geom.NewLineString(geom.NewSequence(numbers, geom.DimXY))
	}
	return geom.NewPolygon(rings)
}

// inner is a point inside the polygon, away from its border where it is wide.
func (g polygon) inner() Point {
	if xy, ok := g.polygon(asWritten).PointOnSurface().XY(); ok {
		if p := (Point{xy.X, xy.Y}); g.contains(p) {
			return p
		}
	}
	return g[0][0]
}
