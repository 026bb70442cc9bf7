package geo

import (
	"errors"
	"math"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// field is a rectangle of so many thousandths of a degree, counted from one corner of the city.
func field(west, south, east, north float64) Shape {
	at := func(x, y float64) Point { return Point{round(118.79 + x/1000), round(32.03 + y/1000)} }
	return newShape([]polygon{{{at(west, south), at(east, south), at(east, north), at(west, north), at(west, south)}}})
}

func named(shapes ...Shape) []Area {
	var all []Area
	for i, s := range shapes {
		all = append(all, Area{string(rune('A' + i)), s})
	}
	return all
}

// A thousandth of a degree by another is this many square metres here.
const thousandth = 10_474

func TestOverlaps(t *testing.T) {
	ringed := mustParse(t, area(square, hole))
	cases := []struct {
		name  string
		areas []Area
		want  []string
		size  float64 // of the first, in thousandths squared
		at    Point
	}{
		{"none", nil, nil, 0, Point{}},
		{"no boundary", named(Shape{}, field(0, 0, 1, 1), Shape{}), nil, 0, Point{}},
		{"neighbours and corners", named(field(0, 0, 1, 1), field(1, 0, 2, 1), field(1, 1, 2, 2)), nil, 0, Point{}},
		{"far apart", named(field(0, 0, 1, 1), field(9, 9, 10, 10)), nil, 0, Point{}},
		{"the same twice", named(field(0, 0, 1, 1), field(0, 0, 1, 1)), []string{"A-B"}, 1, Point{118.7905, 32.0305}},
		{"one in the other", named(field(0, 0, 3, 3), field(1, 1, 2, 2)), []string{"A-B"}, 1, Point{118.7915, 32.0315}},
		{"a strip", named(field(0, 0, 2, 1), field(1, 0, 3, 1)), []string{"A-B"}, 1, Point{118.7915, 32.0305}},
		{"three claim one place", named(field(2, 0, 4, 1), field(0, 0, 3, 1), field(1, 0, 3, 1)), []string{"A-B", "A-C", "B-C"}, 1, Point{118.7925, 32.0305}},
		{"a special grid cut out", named(ringed, mustParse(t, area(hole))), nil, 0, Point{}},
		{"a special grid not cut out", named(mustParse(t, area(square)), mustParse(t, area(hole))), []string{"A-B"}, 1, Point{118.791, 32.031}},
		{"rounding: a sliver of two centimetres along the whole side", named(field(0, 0, 1, 1), field(0.9998, 0, 2, 1)), nil, 0, Point{}},
		{"half a metre along the whole side", named(field(0, 0, 1, 1), field(0.995, 0, 2, 1)), []string{"A-B"}, 0.005, Point{118.7909975, 32.0305}},
		{"less than a square metre", named(field(0, 0, 1, 1), field(0.995, 0.995, 2, 2)), nil, 0, Point{}},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			found, err := Overlaps(c.areas)
			if err != nil {
				t.Fatal(err)
			}
			var pairs []string
			for _, o := range found {
				pairs = append(pairs, o.A+"-"+o.B)
			}
			if !slices.Equal(pairs, c.want) {
				t.Fatalf("got %v, want %v", found, c.want)
			}
			if len(found) == 0 {
				return
			}
			if o := found[0]; math.Abs(o.SquareMetres-c.size*thousandth) > 5 || math.Hypot(o.At.Lng-c.at.Lng, o.At.Lat-c.at.Lat) > 1e-6 {
				t.Errorf("%+v", o)
			}
		})
	}
}

func TestGaps(t *testing.T) {
	type gap struct {
		size     float64
		enclosed bool
	}
	frame := named(field(0, 0, 3, 1), field(0, 2, 3, 3), field(0, 1, 1, 2), field(2, 1, 3, 2))
	cases := []struct {
		name          string
		before, after []Area
		want          []gap
	}{
		{"nothing at all", nil, nil, nil},
		{"the first boundaries", nil, named(field(0, 0, 1, 1)), nil},
		{"not drawn yet", named(Shape{}), named(Shape{}), nil},
		{"as before", named(field(0, 0, 1, 1)), named(field(0, 0, 1, 1)), nil},
		{"split", named(field(0, 0, 2, 1)), named(field(0, 0, 1, 1), field(1, 0, 2, 1)), nil},
		{"merge", named(field(0, 0, 1, 1), field(1, 0, 2, 1)), named(field(0, 0, 2, 1)), nil},
		{"all given up, told grid by grid", named(field(0, 0, 2, 1), field(2, 0, 4, 1)), nil, []gap{{2, false}, {2, false}}},
		{"a strip at the edge", named(field(0, 0, 2, 1)), named(field(0, 0, 1, 1)), []gap{{1, false}}},
		{"a strip between two", named(field(0, 0, 2, 1), field(2, 0, 4, 1)), named(field(0, 0, 1, 1), field(2, 0, 4, 1)), []gap{{1, false}}},
		{"the middle left out, told once", append(named(field(1, 1, 2, 2)), frame...), frame, []gap{{1, true}}},
		{"a hole that was always there", frame, frame, []gap{{1, true}}},
		{"a lake with an island", nil, append(named(field(2, 2, 3, 3)), named(field(0, 0, 5, 1), field(0, 4, 5, 5), field(0, 1, 1, 4), field(4, 1, 5, 4))...), []gap{{8, true}}},
		{"a lake in one grid", nil, named(mustParse(t, area(square, hole))), []gap{{1, true}}},
		{"two gaps, the larger first", named(field(0, 0, 1, 1), field(5, 0, 8, 1)), nil, []gap{{3, false}, {1, false}}},
		{"a sliver is rounding", named(field(0, 0, 1, 1)), named(field(0.0005, 0, 1, 1)), nil},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			found, err := Gaps(c.before, c.after)
			if err != nil || len(found) != len(c.want) {
				t.Fatalf("%v %v", found, err)
			}
			for i, g := range found {
				if math.Abs(g.SquareMetres-c.want[i].size*thousandth) > 5 || g.Enclosed != c.want[i].enclosed {
					t.Errorf("%d: %+v, want %v", i, g, c.want[i])
				}
				if Locate(c.after, g.At) >= 0 {
					t.Errorf("%d: %v is covered", i, g.At)
				}
			}
		})
	}
}

func TestAdjacent(t *testing.T) {
	a := field(0, 0, 1, 1)
	cases := []struct {
		name   string
		b      Shape
		metres float64
		want   bool
	}{
		{"a common side", field(1, 0, 2, 1), 0, true},
		{"a common corner", field(1, 1, 2, 2), 0, true},
		{"inside", field(0.4, 0.4, 0.6, 0.6), 0, true},
		{"across a road of 19 m", field(1.2, 0, 2, 1), 10, false},
		{"across a road of 19 m, 20 m allowed", field(1.2, 0, 2, 1), 20, true},
		{"across a road to the north of 22 m", field(0, 1.2, 1, 2), 20, false},
		{"no boundary", Shape{}, 1000, false},
	}
	for _, c := range cases {
		if Adjacent(a, c.b, c.metres) != c.want || Adjacent(c.b, a, c.metres) != c.want {
			t.Errorf("%s: want %v", c.name, c.want)
		}
	}
}

// comb has n teeth across the field; two of them, one turned, cross each other in every tooth.
func comb(n int, turned bool) Shape {
	at := func(x, y float64) Point {
		if turned {
			x, y = y, x
		}
		return Point{round(118.79 + x/100), round(32.03 + y/100)}
	}
	r := ring{at(-0.1, -0.1), at(1.1, -0.1)}
	for i := n; i > 0; i-- {
		x := float64(i) / float64(n)
		r = append(r, at(x, -0.05), at(x, 1.1), at(x-0.5/float64(n), 1.1), at(x-0.5/float64(n), -0.05))
	}
	return newShape([]polygon{{append(r, at(-0.1, -0.05), r[0])}})
}

// Crafted shapes are refused with a sentence before they keep a processor busy.
func TestBoundsOfComparison(t *testing.T) {
	combs := named(comb(600, false), comb(600, true))
	for name, try := range map[string]func() error{
		"overlaps": func() error { _, err := Overlaps(combs); return err },
		"gaps":     func() error { _, err := Gaps(combs[:1], combs[1:]); return err },
	} {
		var fault Fault
		if err := try(); !errors.As(err, &fault) || !strings.Contains(fault.Words, "反复穿插") || fault.Place == "" {
			t.Errorf("%s: %v", name, err)
		}
	}
	var fan []Area
	for i := range 400 {
		at, next := 2*math.Pi*float64(i)/400, 2*math.Pi*(float64(i)+0.9)/400
		fan = append(fan, Area{"扇", newShape([]polygon{{{{118.79, 32.03}, {118.79 + math.Cos(at)/100, 32.03 + math.Sin(at)/100}, {118.79 + math.Cos(next)/100, 32.03 + math.Sin(next)/100}, {118.79, 32.03}}}})})
	}
	var strips []Area
	for i := range 1500 {
		at := func(x, y float64) Point { return Point{round(118 + float64(i)*1e-4 + x), round(32 + y)} }
		strips = append(strips, Area{"斜条", newShape([]polygon{{{at(0, 0), at(0.00005, 0), at(1.00005, 1), at(1, 1), at(0, 0)}}})})
	}
	for _, crowd := range [][]Area{fan, strips} {
		var fault Fault
		if _, err := Overlaps(crowd); !errors.As(err, &fault) || !strings.Contains(fault.Words, "互相接触、交错或重叠的网格太多") {
			t.Errorf("%s: %v", crowd[0].Name, err)
		}
	}
}

// For any two shapes: what both claim, what one lost to the other and what is left add up, and the
// place named lies where it is said to lie.
func TestOverlayProperties(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a, b := blob(t, "a"), blob(t, "b")
		both, err := Overlaps([]Area{{"a", a}, {"b", b}})
		if err != nil {
			t.Fatal(err)
		}
		turned, err := Overlaps([]Area{{"b", b}, {"a", a}})
		if err != nil || len(turned) != len(both) {
			t.Fatalf("turned round: %v %v", turned, err)
		}
		common := 0.0
		for _, o := range both {
			common += o.SquareMetres
			if !a.Contains(o.At) || !b.Contains(o.At) {
				t.Fatalf("%v is not in both", o.At)
			}
		}
		gaps, err := Gaps([]Area{{"a", a}}, []Area{{"b", b}})
		if err != nil {
			t.Fatal(err)
		}
		left := 0.0
		for _, g := range gaps {
			left += g.SquareMetres
			if !a.Contains(g.At) || b.Contains(g.At) {
				t.Fatalf("%v is not in a alone", g.At)
			}
		}
		if whole := a.SquareMetres(); math.Abs(whole-common-left) > 1e-3*whole+50 {
			t.Fatalf("%f is not %f + %f", whole, common, left)
		}
	})
}

// lattice draws a small town of side × side grids with crooked common borders. With loose, every
// grid was drawn by itself and its points differ from its neighbours' by a few centimetres.
func lattice(t *rapid.T, side int, loose bool) []Area {
	off := rapid.Float64Range(-0.0008, 0.0008)
	near := rapid.IntRange(-3, 3) // two of them stay below leastWidth, whatever the border's direction
	points := map[[2]int]Point{}  // corners at even places, the middles of borders between them
	for y := range 2*side + 1 {
		for x := range 2*side + 1 {
			points[[2]int{x, y}] = Point{round(118.79 + float64(x)*0.002 + off.Draw(t, "x")), round(32.03 + float64(y)*0.002 + off.Draw(t, "y"))}
		}
	}
	var all []Area
	for y := 0; y < 2*side; y += 2 {
		for x := 0; x < 2*side; x += 2 {
			var r ring
			for _, step := range [][2]int{{0, 0}, {1, 0}, {2, 0}, {2, 1}, {2, 2}, {1, 2}, {0, 2}, {0, 1}} {
				p := points[[2]int{x + step[0], y + step[1]}]
				if loose {
					p = Point{round(p.Lng + float64(near.Draw(t, "dx"))*1e-7), round(p.Lat + float64(near.Draw(t, "dy"))*1e-7)}
				}
				r = append(r, p)
			}
			all = append(all, Area{string(rune('A' + len(all))), newShape([]polygon{{append(r, r[0])}})})
		}
	}
	return all
}

// Leave any grids of a town out: the gaps together are exactly these, each named place lies in one.
func TestGapsAreWhatWasLeftOut(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		town := lattice(t, 5, false)
		if found, err := Overlaps(town); err != nil || len(found) > 0 {
			t.Fatalf("overlaps: %v %v", found, err)
		}
		var kept, out []Area
		for _, a := range town {
			if rapid.Bool().Draw(t, "kept") {
				kept = append(kept, a)
			} else {
				out = append(out, a)
			}
		}
		gaps, err := Gaps(town, kept)
		if err != nil {
			t.Fatal(err)
		}
		missing := 0.0
		for _, a := range out {
			missing += a.Shape.SquareMetres()
		}
		for _, g := range gaps {
			missing -= g.SquareMetres
			if Locate(kept, g.At) >= 0 || Locate(out, g.At) < 0 {
				t.Fatalf("%v is no gap", g.At)
			}
		}
		if math.Abs(missing) > 300 {
			t.Fatalf("%f m² are not told of", missing)
		}
	})
}

// Borders drawn twice, a few centimetres apart, are compared all the same and count as one.
func TestBordersDrawnTwice(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		before, after := lattice(t, 3, false), lattice(t, 3, true)
		if found, err := Overlaps(after); err != nil || len(found) > 0 {
			t.Fatalf("overlaps: %v %v", found, err)
		}
		if _, err := Gaps(before, after); err != nil {
			t.Fatal(err)
		}
		if gaps, err := Gaps(after, after); err != nil || len(gaps) > 0 {
			t.Fatalf("%v %v", gaps, err)
		}
	})
}
