package geo

import (
	"errors"
	"math"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

func TestParseSystem(t *testing.T) {
	for text, want := range map[string]System{
		"WGS-84": WGS84, "wgs84": WGS84, "EPSG:4326": WGS84, "urn:ogc:def:crs:OGC:1.3:CRS84": WGS84, "urn:ogc:def:crs:EPSG::4326": WGS84,
		"GCJ-02": GCJ02, "gcj 02": GCJ02, "火星坐标系": GCJ02,
		"": "", "BD-09": "", "CGCS2000": "", "EPSG:4490": "",
	} {
		if got, ok := ParseSystem(text); got != want || ok != (want != "") {
			t.Errorf("%q: %q %v", text, got, ok)
		}
	}
	if WGS84.Label() != "WGS-84（手机定位）" || GCJ02.Label() != "GCJ-02（国内网络地图）" || System("x").Label() != "坐标系未知" {
		t.Error("labels")
	}
}

// One boundary posted alone: nothing is no boundary, a fault is an error with its sentence.
func TestParseShape(t *testing.T) {
	for _, none := range []string{"", " \n", "null"} {
		if s, err := ParseShape([]byte(none)); err != nil || !s.IsZero() || s.GeoJSON() != nil {
			t.Errorf("%q: %v %v", none, s, err)
		}
	}
	for text, want := range map[string]string{
		area(strings.Replace(square, "[118.790,32.030]]", "[118.791,32.030]]", 1)): "边界从东经118.7900，北纬32.0300处起没有闭合。请让最后一个点与第一个点相同后再提交。",
		strings.Repeat("[", 50):             "边界数据的括号套得太深，不是 GeoJSON 图形。请重新导出后再提交。",
		strings.Repeat("x", mostBytes+1):    "边界数据超过5 MB。请减少边界上的点后再提交。",
		`{"type":"Polygon","coordinates":0`: "边界不是 GeoJSON 图形，读不出来。请重新导出后再提交。",
	} {
		var fault Fault
		if s, err := ParseShape([]byte(text)); !errors.As(err, &fault) || fault.Words != want || !s.IsZero() {
			t.Errorf("%.60s: %v", text, err)
		}
	}
	bowTie := area(`[[118.790,32.030],[118.792,32.032],[118.792,32.030],[118.790,32.032],[118.790,32.030]]`)
	if _, err := StoredShape([]byte(bowTie)); err != nil {
		t.Errorf("what is stored was checked before: %v", err)
	}
}

// Border points belong to both neighbours; Locate gives them to the lower code, whatever the order.
func TestContainsAndLocate(t *testing.T) {
	ordinary, special, neighbour := mustParse(t, area(square, hole)), mustParse(t, area(hole)), mustParse(t, area(eastern))
	grids := []Area{{"320102001001901", special}, {"320102001001002", neighbour}, {"320102001001001", ordinary}, {"320102001001003", Shape{}}}
	cases := []struct {
		name string
		p    Point
		in   []bool // special, neighbour, ordinary
		code string
	}{
		{"inside", Point{118.7902, 32.0310}, []bool{false, false, true}, "320102001001001"},
		{"in the hole", Point{118.7910, 32.0310}, []bool{true, false, false}, "320102001001901"},
		{"on the border of the hole", Point{118.7905, 32.0310}, []bool{true, false, true}, "320102001001001"},
		{"on the common border", Point{118.7920, 32.0311}, []bool{false, true, true}, "320102001001001"},
		{"a common corner", Point{118.7920, 32.0300}, []bool{false, true, true}, "320102001001001"},
		{"the far corner of the neighbour", Point{118.7940, 32.0320}, []bool{false, true, false}, "320102001001002"},
		{"outside, level with a side", Point{118.7960, 32.0300}, []bool{false, false, false}, ""},
		{"north", Point{118.7910, 32.0330}, []bool{false, false, false}, ""},
		{"nowhere", Point{math.NaN(), math.Inf(1)}, []bool{false, false, false}, ""},
	}
	for _, c := range cases {
		for i, want := range c.in {
			if got := grids[i].Shape.Contains(c.p); got != want {
				t.Errorf("%s: %s contains it: %v", c.name, grids[i].Name, got)
			}
		}
		for range grids {
			code := ""
			if i := Locate(grids, c.p); i >= 0 {
				code = grids[i].Name
			}
			if code != c.code {
				t.Errorf("%s: lies in %q, want %q", c.name, code, c.code)
			}
			grids = append(grids[1:], grids[0])
		}
	}
}

func TestSquareMetres(t *testing.T) {
	// 0.002° × 0.002° at 32.031° north: 188.92 m × 221.78 m; the hole takes a quarter.
	whole := mustParse(t, area(square)).SquareMetres()
	if math.Abs(whole-41_898) > 2 {
		t.Errorf("square: %f", whole)
	}
	if left := mustParse(t, area(square, hole)).SquareMetres(); math.Abs(left/whole-0.75) > 1e-4 {
		t.Errorf("with its hole: %f", left)
	}
	if both := mustParse(t, areas(square, hole2())).SquareMetres(); math.Abs(both/whole-1.25) > 1e-4 {
		t.Errorf("two parts: %f", both)
	}
	if (Shape{}).SquareMetres() != 0 {
		t.Error("no boundary has no area")
	}
}

// hole2 is a square a quarter as large as square, east of it.
func hole2() string {
	return `[[118.793,32.030],[118.794,32.030],[118.794,32.031],[118.793,32.031],[118.793,32.030]]`
}

// The label of a shape lies in it, also of a ring and of a horseshoe whose middle is outside.
func TestCenter(t *testing.T) {
	for _, geometry := range []string{
		area(square), area(square, hole), areas(square, hole2()),
		area(`[[118.79,32.03],[118.80,32.03],[118.80,32.04],[118.79,32.04],[118.79,32.039],[118.799,32.039],[118.799,32.031],[118.79,32.031],[118.79,32.03]]`),
	} {
		s := mustParse(t, geometry)
		if !s.Contains(s.Center()) {
			t.Errorf("%s: %v", geometry, s.Center())
		}
	}
	if (Shape{}).Center() != (Point{}) {
		t.Error("no boundary has no centre")
	}
}

// blob draws a star-shaped ring of up to 24 corners around a place in the city.
func blob(t *rapid.T, name string) Shape {
	n := rapid.IntRange(3, 24).Draw(t, name+" corners")
	lng := rapid.Float64Range(118.75, 118.80).Draw(t, name+" lng")
	lat := rapid.Float64Range(32.00, 32.05).Draw(t, name+" lat")
	var r ring
	for i := range n {
		far := rapid.Float64Range(0.0005, 0.01).Draw(t, "reach")
		at := 2 * math.Pi * float64(i) / float64(n)
		r = append(r, Point{round(lng + far*math.Cos(at)), round(lat + far*math.Sin(at))})
	}
	r = append(r, r[0])
	return newShape([]polygon{{r}})
}

// cut divides a convex quarter along a winding line: two neighbours that share every point of it.
func cut(t *rapid.T) (west, east Shape, line []Point) {
	n := rapid.IntRange(1, 20).Draw(t, "turns")
	for i := range n + 1 {
		lng := round(118.78 + rapid.Float64Range(-0.004, 0.004).Draw(t, "turn"))
		line = append(line, Point{lng, round(32.00 + 0.02*float64(i)/float64(n))})
	}
	back := slices.Clone(line)
	slices.Reverse(back)
	w := append(ring{{118.77, 32.00}}, line...)
	w = append(w, Point{118.77, 32.02}, Point{118.77, 32.00})
	e := append(ring{{118.79, 32.02}}, back...)
	e = append(e, Point{118.79, 32.00}, Point{118.79, 32.02})
	return newShape([]polygon{{w}}), newShape([]polygon{{e}}), line
}

// GRD-01: two neighbours leave no point to nobody, and only points of the common line to both;
// Locate gives every point to exactly one.
func TestNeighboursCoverOnce(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		west, east, line := cut(t)
		grids := []Area{{"001", west}, {"002", east}}
		i := rapid.IntRange(1, len(line)-1).Draw(t, "piece")
		share := rapid.Float64Range(0, 1).Draw(t, "share")
		a, b := line[i-1], line[i]
		on := Point{a.Lng + share*(b.Lng-a.Lng), a.Lat + share*(b.Lat-a.Lat)}
		if !west.Contains(on) || !east.Contains(on) || Locate(grids, on) != 0 {
			t.Fatalf("%v on the common line: %v %v", on, west.Contains(on), east.Contains(on))
		}
		p := Point{rapid.Float64Range(118.77, 118.79).Draw(t, "lng"), rapid.Float64Range(32.00, 32.02).Draw(t, "lat")}
		if inW, inE := west.Contains(p), east.Contains(p); !inW && !inE || Locate(grids, p) < 0 {
			t.Fatalf("%v belongs to nobody", p)
		} else if inW && inE && !slices.ContainsFunc(west.edgesIn(east.box), func(e edge) bool { return toSegment(p, e.a, e.b) <= onLine }) {
			t.Fatalf("%v belongs to both and is on no border", p)
		}
		both, err := Overlaps(grids)
		if err != nil || len(both) != 0 || !Adjacent(west, east, 0) {
			t.Fatalf("neighbours: %v %v", both, err)
		}
		whole := newShape([]polygon{{{{118.77, 32.00}, {118.79, 32.00}, {118.79, 32.02}, {118.77, 32.02}, {118.77, 32.00}}}})
		if gaps, err := Gaps([]Area{{"001", whole}}, grids); err != nil || len(gaps) != 0 {
			t.Fatalf("a split leaves nothing to nobody: %v %v", gaps, err)
		}
		if gaps, err := Gaps(grids, []Area{{"001", whole}}); err != nil || len(gaps) != 0 {
			t.Fatalf("a merge leaves nothing to nobody: %v %v", gaps, err)
		}
	})
}

// Written and read again a shape is the same; its label lies in it; it covers itself and no more.
func TestShapeProperties(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := blob(t, "blob")
		again, err := ParseShape(s.GeoJSON())
		if err != nil || !again.same(s) {
			t.Fatalf("read again: %v", err)
		}
		stored, err := StoredShape(s.GeoJSON())
		if err != nil || !stored.same(s) {
			t.Fatalf("read from the store: %v", err)
		}
		if !s.Contains(s.Center()) {
			t.Fatalf("the label %v lies outside", s.Center())
		}
		if s.SquareMetres() <= 0 {
			t.Fatalf("area %f", s.SquareMetres())
		}
	})
}
