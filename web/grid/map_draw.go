package grid

import (
	"slices"
	"unicode/utf8"

	"portal/internal/geo"
)

// The window of the map in units of the drawing. Zooming enlarges the drawing behind the window, so words
// and lines keep their size and the numbers stay whole and short.
const (
	chartWidth  = 800
	chartHeight = 560
	chartMargin = 24
	smallWidth  = 372
	smallHeight = 260
	smallMargin = 44
	mostZoom    = 4
	manyAreas   = 60  // from here on areas carry no words of their own, only those of their communities
	mostHouses  = 600 // building rectangles on one map
)

// drawing is the planar map: north up, whole numbers. All that it says stands in the list too.
type drawing struct {
	Label  string // one sentence for readers
	Box    string // viewBox
	X, Y   int    // corner of the window
	W, H   int    // and its size
	Areas  []area
	Houses []spot
	Places []spot // names of communities
	Faults []spot // numbered findings of a preview
	Metres int    // what the bar of the scale measures
	Bar    int    // and its length
	In     string // address one step nearer; "" at the end
	Out    string
}

// area is one grid on the map.
type area struct {
	Href, Name string // where it leads, and what a reader hears
	D          string
	Class      string // vacant, street, away, chosen, before, changed
	X, Y       int
	Words      string // written into the area
	Note       string // second line: what is the matter
	Warn       bool   // a triangle: over the line
	Chosen     bool
	Far        bool // its middle is outside the window: not a stop of the Tab key
}

// spot is a point with words.
type spot struct {
	X, Y  int
	Words string
}

// plane is a projection with the window that is looked through.
type plane struct {
	view          geo.View
	zoom          int
	few           bool // all areas are drawn, so that the keys can leave the window
	left, top     int
	width, height int
}

// newPlane fits shapes into the window and goes zoom-1 steps nearer to the middle of one of them.
func newPlane(zoom int, around geo.Shape, shapes ...geo.Shape) plane {
	p := plane{zoom: zoom, width: chartWidth, height: chartHeight, few: len(shapes) <= manyAreas}
	factor := 1 << (zoom - 1)
	p.view = geo.NewView(p.width*factor, p.height*factor, chartMargin, shapes...)
	x, y := p.width*factor/2, p.height*factor/2
	if !around.IsZero() {
		x, y = p.view.XY(around.Center())
	}
	p.left = min(max(0, x-p.width/2), p.width*(factor-1))
	p.top = min(max(0, y-p.height/2), p.height*(factor-1))
	return p
}

// smallPlane fits one shape into the window of the side column.
func smallPlane(s geo.Shape) plane {
	return plane{zoom: 1, width: smallWidth, height: smallHeight, view: geo.NewView(smallWidth, smallHeight, smallMargin, s)}
}

// box is the viewBox of the window.
func (p plane) box() string {
	return itoa(p.left) + " " + itoa(p.top) + " " + itoa(p.width) + " " + itoa(p.height)
}

// sees reports whether a point is within the window widened by a share of it.
func (p plane) sees(x, y, share int) bool {
	dx, dy := p.width*share/100, p.height*share/100
	return x >= p.left-dx && x <= p.left+p.width+dx && y >= p.top-dy && y <= p.top+p.height+dy
}

// drawing starts an empty drawing of the window.
func (p plane) drawing(label string) drawing {
	d := drawing{Label: label, Box: p.box(), X: p.left, Y: p.top, W: p.width, H: p.height}
	d.Metres, d.Bar = p.view.ScaleBar()
	return d
}

// place puts an area on the plane; false when it is far outside the window or has no boundary.
func (p plane) place(a area, s geo.Shape) (area, bool) {
	if s.IsZero() {
		return a, false
	}
	a.D = p.view.Path(s)
	a.X, a.Y = p.view.XY(s.Center())
	a.Far = !p.sees(a.X, a.Y, 0)
	return a, p.zoom == 1 || p.few || p.sees(a.X, a.Y, 60)
}

// spot puts a point on the plane; false when it is outside the window.
func (p plane) spot(at geo.Point, words string) (spot, bool) {
	x, y := p.view.XY(at)
	return spot{X: x, Y: y, Words: words}, p.sees(x, y, 0)
}

// at is the middle of an area for the keys.
func (a area) at() string { return itoa(a.X) + " " + itoa(a.Y) }

// bar is the scale's path in the lower left corner.
func (d drawing) bar() string {
	return "M" + itoa(d.X+20) + " " + itoa(d.Y+d.H-26) + "v8h" + itoa(d.Bar) + "v-8"
}

// clear moves the name of a community up or down to where it covers no words and no mark of an area.
func (d drawing) clear(s spot) spot {
	for _, dy := range [...]int{0, -24, 24, -48, 48, -72, 72} {
		at := spot{X: s.X, Y: s.Y + dy, Words: s.Words}
		if !slices.ContainsFunc(d.Areas, func(a area) bool { return a.covers(at) }) {
			return at
		}
	}
	return s
}

// covers reports whether a community's name would lie on the words or the mark of an area.
func (a area) covers(s spot) bool {
	const name, note, line = 19, 16, 22 // sizes of the letters, and the height of a line
	dx := max(a.X-s.X, s.X-a.X)
	over := func(y, half int) bool {
		return max(y-s.Y, s.Y-y) < line && dx < half+name*utf8.RuneCountInString(s.Words)/2
	}
	return a.Note != "" && over(a.Y+21, note*utf8.RuneCountInString(a.Note)/2) || a.Warn && over(a.Y-21, 12)
}

// metres are the words of the scale.
func (d drawing) metres() string {
	if d.Metres >= 1000 && d.Metres%1000 == 0 {
		return itoa(d.Metres/1000) + " 公里"
	}
	return itoa(d.Metres) + " 米"
}

// north is the arrow in the upper right corner.
func (d drawing) north() string {
	return "M" + itoa(d.X+d.W-30) + " " + itoa(d.Y+16) + "l10 30-10-7-10 7z"
}

// triangle is the warning mark above an area's words.
func (a area) triangle() string {
	return "M" + itoa(a.X) + " " + itoa(a.Y-38) + "l10 17h-20z"
}

// scrollsAlone reports a wide map without links: on a phone the keys must be able to move it by itself.
func (d drawing) scrollsAlone() bool { return d.W != smallWidth && !d.linked() }

// linked reports whether the areas lead somewhere.
func (d drawing) linked() bool { return len(d.Areas) > 0 && d.Areas[0].Href != "" }

// has reports whether the drawing uses a sign, for its key.
func (d drawing) has(class string) bool {
	for _, a := range d.Areas {
		if a.Class == class || class == "warn" && a.Warn || class == "chosen" && a.Chosen {
			return true
		}
	}
	return false
}
