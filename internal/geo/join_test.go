package geo

import (
	"fmt"
	"testing"
)

// block is a rectangle of the test street, some hundred metres wide.
func block(t *testing.T, west, south, east, north float64) Shape {
	t.Helper()
	s, err := ParseShape([]byte(fmt.Sprintf(`{"type":"Polygon","coordinates":[[[%[1]f,%[2]f],[%[3]f,%[2]f],[%[3]f,%[4]f],[%[1]f,%[4]f],[%[1]f,%[2]f]]]}`,
		west, south, east, north)))
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// Two neighbours become one boundary without a gap, and it is as well formed as one that was posted.
func TestUnion(t *testing.T) {
	a, b := block(t, 118.790, 32.030, 118.794, 32.034), block(t, 118.794, 32.030, 118.798, 32.033)
	both, err := Union(a, Shape{}, b)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := ParseShape(both.GeoJSON()); err != nil {
		t.Error(err)
	}
	if d := both.SquareMetres() - a.SquareMetres() - b.SquareMetres(); d > 1 || d < -1 {
		t.Errorf("the union is %.1f m² off", d)
	}
	gaps, err := Gaps([]Area{{"a", a}, {"b", b}}, []Area{{"ab", both}})
	if err != nil || len(gaps) != 0 {
		t.Errorf("gaps %v, %v", gaps, err)
	}
	if none, err := Union(Shape{}); err != nil || !none.IsZero() {
		t.Errorf("nothing joined gives %v, %v", none, err)
	}
}

// A cut leaves each building on its side, loses no land, and is not made up where no straight line passes.
func TestDivide(t *testing.T) {
	s := block(t, 118.790, 32.030, 118.798, 32.034)
	west := []Point{{118.7905, 32.0305}, {118.793, 32.0335}, {118.7915, 32.032}}
	east := []Point{{118.797, 32.031}, {118.7945, 32.0335}, {118.796, 32.0325}}
	a, b, ok, err := Divide(s, west, east)
	if err != nil || !ok {
		t.Fatalf("not divided: %v", err)
	}
	for _, p := range west {
		if !a.Contains(p) || b.Contains(p) {
			t.Errorf("%v is not in the first part alone", p)
		}
	}
	for _, p := range east {
		if a.Contains(p) || !b.Contains(p) {
			t.Errorf("%v is not in the second part alone", p)
		}
	}
	gaps, err := Gaps([]Area{{"s", s}}, []Area{{"a", a}, {"b", b}})
	if err != nil || len(gaps) != 0 {
		t.Errorf("gaps %v, %v", gaps, err)
	}
	overlaps, err := Overlaps([]Area{{"a", a}, {"b", b}})
	if err != nil || len(overlaps) != 0 {
		t.Errorf("overlaps %v, %v", overlaps, err)
	}
	for _, cut := range []Shape{a, b} {
		if _, err := ParseShape(cut.GeoJSON()); err != nil {
			t.Error(err)
		}
	}
	mixed := []Point{{118.792, 32.032}, {118.796, 32.032}}
	if _, _, ok, err := Divide(s, mixed, []Point{{118.794, 32.032}}); ok || err != nil {
		t.Errorf("a building between two others was cut off: %v, %v", ok, err)
	}
	if _, _, ok, _ := Divide(Shape{}, west, east); ok {
		t.Error("nothing was cut in two")
	}
}
