package geo

import (
	"fmt"
	"math"
	"slices"
	"testing"
)

// street lays side × side grids whose common borders share every point; the upright ones wind.
func street(side, points int) []Area {
	const step = 0.003
	corner := func(i, j int) Point { return Point{round(118.7 + float64(i)*step), round(32.0 + float64(j)*step)} }
	var areas []Area
	for j := range side {
		for i := range side {
			a, b, c, d := corner(i, j), corner(i+1, j), corner(i+1, j+1), corner(i, j+1)
			r := slices.Concat(wind(a, b, points, 0), wind(b, c, points, 0.0002), back(wind(d, c, points, 0)), back(wind(a, d, points, 0.0002)))
			areas = append(areas, Area{fmt.Sprintf("320102001%03d%03d", j+1, i+1), newShape([]polygon{{slices.Compact(r)}})})
		}
	}
	return areas
}

func wind(a, b Point, points int, bend float64) ring {
	var all ring
	for k := range points + 1 {
		t := float64(k) / float64(points)
		all = append(all, Point{round(a.Lng + t*(b.Lng-a.Lng) + bend*math.Sin(2*math.Pi*t)), round(a.Lat + t*(b.Lat-a.Lat))})
	}
	return all
}

func back(r ring) ring {
	slices.Reverse(r)
	return r
}

// A street of 400 grids (domain/governance.md §5): nothing overlaps, and one grid left out is the one gap.
func TestStreetOf400(t *testing.T) {
	areas := street(20, 10)
	if found, err := Overlaps(areas); err != nil || len(found) != 0 {
		t.Fatalf("overlaps: %v %v", found, err)
	}
	if gaps, err := Gaps(areas, areas); err != nil || len(gaps) != 0 {
		t.Fatalf("nothing changed: %v %v", gaps, err)
	}
	gaps, err := Gaps(areas, slices.Delete(slices.Clone(areas), 210, 211))
	if err != nil || len(gaps) != 1 || !gaps[0].Enclosed || !areas[210].Shape.Contains(gaps[0].At) {
		t.Fatalf("one grid left out: %v %v", gaps, err)
	}
	if gaps, err = Gaps(areas, areas[1:]); err != nil || len(gaps) != 1 || gaps[0].Enclosed {
		t.Fatalf("the corner left out: %v %v", gaps, err)
	}
}

func BenchmarkOverlaps400(b *testing.B) {
	areas := street(20, 10)
	for b.Loop() {
		if _, err := Overlaps(areas); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkGaps400(b *testing.B) {
	areas := street(20, 10)
	for b.Loop() {
		if _, err := Gaps(areas, areas[1:]); err != nil {
			b.Fatal(err)
		}
	}
}

// Every border of the street is drawn anew, a little off the old one.
func BenchmarkGaps400AllRedrawn(b *testing.B) {
	before, after := street(20, 10), street(20, 11)
	for b.Loop() {
		if _, err := Gaps(before, after); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkMap400(b *testing.B) {
	var stored [][]byte
	for _, a := range street(20, 10) {
		stored = append(stored, a.Shape.GeoJSON())
	}
	for b.Loop() {
		shapes := make([]Shape, len(stored))
		for i, text := range stored {
			shapes[i], _ = StoredShape(text)
		}
		v := NewView(800, 600, 20, shapes...)
		for _, s := range shapes {
			v.Path(s)
		}
	}
}
