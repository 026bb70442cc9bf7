package geo

import (
	"math"
	"regexp"
	"testing"

	"pgregory.net/rapid"
)

func TestPath(t *testing.T) {
	cases := []struct {
		name  string
		view  View
		shape Shape
		want  string
	}{
		{"a square, as wide as it is on the ground", NewView(240, 240, 20, field(0, 0, 1, 1)), field(0, 0, 1, 1), "M35 220L205 220L205 20L35 20Z"},
		{"no boundary", NewView(100, 100, 10, field(0, 0, 1, 1)), Shape{}, ""},
		{"a hole runs against its border", NewView(120, 120, 10, mustParse(t, area(square, hole))), mustParse(t, area(square, hole)), "M17 110L103 110L103 10L17 10ZM39 85L39 35L81 35L81 85Z"},
		{"too small to see", NewView(100, 100, 10, field(0, 0, 1, 1), field(500, 500, 501, 501)), field(0, 0, 1, 1), "M16 90L17 90L17 91L16 91Z"},
		{"far outside", NewView(100, 100, 0, field(0, 0, 1, 1)), field(9000, 0, 9001, 1), "M100000 100L100001 100L100001 101L100000 101Z"},
		{"a view of nothing", NewView(100, 60, 10), field(0, 0, 1, 1), "M50 30L51 30L51 31L50 31Z"},
		{"a picture without room", NewView(0, -5, 10, field(0, 0, 1, 1)), field(0, 0, 1, 1), "M0 1L1 1L1 0L0 0Z"},
	}
	for _, c := range cases {
		if got := c.view.Path(c.shape); got != c.want {
			t.Errorf("%s: %s, want %s", c.name, got, c.want)
		}
	}
}

func TestScaleBar(t *testing.T) {
	for _, c := range []struct {
		view           View
		metres, length int
	}{
		{NewView(800, 600, 20, field(0, 0, 1, 1)), 20, 101},
		{NewView(800, 600, 20, field(0, 0, 100, 100)), 2000, 101},
		{NewView(360, 300, 10, field(0, 0, 7, 3)), 100, 51},
		{NewView(800, 600, 20), 0, 0},
		{View{}, 0, 0},
	} {
		if metres, length := c.view.ScaleBar(); metres != c.metres || length != c.length {
			t.Errorf("%d m in %d, want %d in %d", metres, length, c.metres, c.length)
		}
	}
}

var whole5 = regexp.MustCompile(`^(M-?\d{1,6} -?\d{1,6}(L-?\d{1,6} -?\d{1,6}){2,}Z)+$`)

// For any shapes and any picture: whole numbers, everything between the margins, north up, east
// right, the same scale in both directions, and a scale bar that measures.
func TestViewProperties(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		width, height := rapid.IntRange(60, 4000).Draw(t, "width"), rapid.IntRange(60, 4000).Draw(t, "height")
		margin := rapid.IntRange(0, 25).Draw(t, "margin")
		a, b := blob(t, "a"), blob(t, "b")
		v := NewView(width, height, margin, a, Shape{}, b)
		for _, s := range []Shape{a, b} {
			if d := v.Path(s); !whole5.MatchString(d) {
				t.Fatalf("path %q", d)
			}
			for _, p := range s.parts[0][0] {
				if x, y := v.XY(p); x < margin || x > width-margin || y < margin || y > height-margin {
					t.Fatalf("%v is drawn at %d,%d of %d×%d, margin %d", p, x, y, width, height, margin)
				}
			}
		}
		p := Point{rapid.Float64Range(118.7, 118.85).Draw(t, "lng"), rapid.Float64Range(31.95, 32.1).Draw(t, "lat")}
		x, y := v.XY(p)
		if ex, ey := v.XY(Point{p.Lng + 0.001, p.Lat}); ex < x || ey != y {
			t.Fatalf("east of %d,%d is %d,%d", x, y, ex, ey)
		}
		if nx, ny := v.XY(Point{p.Lng, p.Lat + 0.001}); nx != x || ny > y {
			t.Fatalf("north of %d,%d is %d,%d", x, y, nx, ny)
		}
		metres, length := v.ScaleBar()
		if metres < 1 || length < 1 || length > width/4+1 {
			t.Fatalf("scale bar of %d m is %d long in %d", metres, length, width)
		}
		x1, _ := v.XY(Point{v.on.origin.Lng + float64(metres)/v.on.east, v.on.origin.Lat})
		x0, _ := v.XY(v.on.origin)
		if math.Abs(float64(x1-x0-length)) > 1 {
			t.Fatalf("%d m measure %d, the bar %d", metres, x1-x0, length)
		}
	})
}

// Numbers that are none come out as numbers all the same.
func TestXYOfNoNumber(t *testing.T) {
	v := NewView(100, 100, 10, field(0, 0, 1, 1))
	if x, y := v.XY(Point{math.NaN(), math.Inf(-1)}); x != 0 || y != farOut {
		t.Errorf("%d %d", x, y)
	}
}
