package geo

import (
	"math"
	"strconv"
)

// View draws shapes into a picture of width × height whole units, north up, the same scale in both
// directions. The zero View, and a view of no shapes, puts everything into its middle.
type View struct {
	width, height int
	on            plane
	perMetre      float64 // units of the picture in one metre
}

// farOut bounds what is drawn outside of the picture, so that numbers stay short.
const farOut = 100_000

// NewView fits the shapes into the picture, leaving a margin on every side.
func NewView(width, height, margin int, shapes ...Shape) View {
	v := View{width: max(1, width), height: max(1, height)}
	all := emptyBox()
	for _, s := range shapes {
		if !s.IsZero() {
			all = all.with(s.box.low).with(s.box.high)
		}
	}
	if all.low.Lng > all.high.Lng {
		return v
	}
	v.on = planeOver(all)
	margin = max(0, min(margin, (min(v.width, v.height)-1)/2))
	wide := (all.high.Lng - all.low.Lng) * v.on.east
	high := (all.high.Lat - all.low.Lat) * v.on.north
	v.perMetre = min(float64(v.width-2*margin)/max(wide, 1), float64(v.height-2*margin)/max(high, 1))
	return v
}

// XY gives the place of the point in the picture; a point far outside stays within short numbers.
func (v View) XY(p Point) (x, y int) {
	if v.perMetre == 0 {
		return v.width / 2, v.height / 2
	}
	flat := v.on.flat(p)
	return whole(float64(v.width)/2 + flat.X*v.perMetre), whole(float64(v.height)/2 - flat.Y*v.perMetre)
}

func whole(f float64) int {
	if math.IsNaN(f) {
		return 0
	}
	return int(math.Round(max(-farOut, min(farOut, f))))
}

// Path gives the d attribute of an SVG path: whole numbers only. Holes run against their outer
// ring, so either fill rule draws them. A part too small for the picture becomes one unit square:
// a grid never vanishes from the map.
func (v View) Path(s Shape) string {
	var d []byte
	for _, g := range s.parts {
		for i, r := range g {
			d = v.ring(d, r, i == 0)
		}
	}
	return string(d)
}

func (v View) ring(d []byte, r ring, outer bool) []byte {
	type spot struct{ x, y int }
	spots := make([]spot, 0, len(r))
	for _, p := range r[:len(r)-1] {
		x, y := v.XY(p)
		if n := len(spots); n == 0 || spots[n-1] != (spot{x, y}) {
			spots = append(spots, spot{x, y})
		}
	}
	for len(spots) > 1 && spots[0] == spots[len(spots)-1] {
		spots = spots[:len(spots)-1]
	}
	if len(spots) < 3 {
		if !outer {
			return d
		}
		at := spots[0]
		spots = []spot{at, {at.x + 1, at.y}, {at.x + 1, at.y + 1}, {at.x, at.y + 1}}
	}
	letter := byte('M')
	for _, at := range spots {
		d = append(d, letter)
		d = strconv.AppendInt(d, int64(at.x), 10)
		d = append(d, ' ')
		d = strconv.AppendInt(d, int64(at.y), 10)
		letter = 'L'
	}
	return append(d, 'Z')
}

// ScaleBar gives a round number of metres (1, 2 or 5 with noughts) and its length in the picture,
// at most a quarter of the width. A view of nothing has none: 0, 0.
func (v View) ScaleBar() (metres, length int) {
	if v.perMetre == 0 {
		return 0, 0
	}
	room := float64(v.width) / 4 / v.perMetre
	metres = 1
	for step := 0; ; step++ {
		next := []int{1, 2, 5}[step%3]
		for range step / 3 {
			next *= 10
		}
		if float64(next) > room || step > 24 {
			break
		}
		metres = next
	}
	return metres, max(1, whole(float64(metres)*v.perMetre))
}
