package geo

import (
	"cmp"
	"fmt"
	"math"
	"slices"

	"github.com/peterstace/simplefeatures/geom"
)

// Bounds of what is worked out, so that no crafted file keeps a processor busy: borders that cross
// more often than a boundary of land ever does, and areas that touch more others than fit round them.
const (
	mostCrossings = 500
	mostMeetings  = 12  // that touch, for each area on average
	mostBoxes     = 100 // whose boxes meet, for each area on average
)

// eachPair calls look for every two areas that may share land, in the order of the list. Boxes are
// compared first, then borders; only what touches is looked at.
func eachPair(areas []Area, look func(i, j int, cuts []float64) error) error {
	order := make([]int, 0, len(areas))
	for i, a := range areas {
		if !a.Shape.IsZero() {
			order = append(order, i)
		}
	}
	slices.SortFunc(order, func(i, j int) int {
		return cmp.Compare(areas[i].Shape.box.low.Lng, areas[j].Shape.box.low.Lng)
	})
	type pair struct {
		i, j int
		cuts []float64
	}
	var pairs []pair
	boxes := 0
	for k, i := range order {
		a := areas[i]
		for _, j := range order[k+1:] {
			b := areas[j]
			if b.Shape.box.low.Lng > a.Shape.box.high.Lng {
				break
			}
			if !a.Shape.box.meets(b.Shape.box) {
				continue
			}
			boxes++
			touch, cuts, err := closely(a, b)
			if err != nil {
				return err
			}
			if touch {
				pairs = append(pairs, pair{min(i, j), max(i, j), cuts})
			}
			if len(pairs) > mostMeetings*len(order)+100 || boxes > mostBoxes*len(order)+1000 {
				return Fault{Name: a.Name, Place: a.Shape.Center().Place(),
					Words: "互相接触、交错或重叠的网格太多，无法逐一比较。请检查是否重复收入了同一批网格。"}
			}
		}
	}
	slices.SortFunc(pairs, func(p, q pair) int { return cmp.Or(p.i-q.i, p.j-q.j) })
	for _, p := range pairs {
		if err := look(p.i, p.j, p.cuts); err != nil {
			return err
		}
	}
	return nil
}

// edge is one straight piece of a border.
type edge struct {
	a, b Point
	box  box
}

// edgesIn gives the edges of the shape that come into the box.
func (s Shape) edgesIn(limit box) []edge {
	var all []edge
	for _, g := range s.parts {
		all = append(all, slices.DeleteFunc(g.edges(), func(e edge) bool { return !e.box.meets(limit) })...)
	}
	return all
}

func (g polygon) edges() []edge {
	var all []edge
	for _, r := range g {
		for i := 1; i < len(r); i++ {
			all = append(all, edge{r[i-1], r[i], emptyBox().with(r[i-1]).with(r[i]).grown(onLine)})
		}
	}
	return all
}

// closely reports whether the borders touch or one shape lies in the other, and the latitudes at
// which borders cross. It refuses borders that cross more often than mostCrossings.
func closely(a, b Area) (touch bool, cuts []float64, err error) {
	theirs := b.Shape.edgesIn(a.Shape.box.grown(onLine))
	for _, e := range a.Shape.edgesIn(b.Shape.box.grown(onLine)) {
		for _, f := range theirs {
			if !e.box.meets(f.box) {
				continue
			}
			meets, crosses := e.against(f)
			touch = touch || meets
			if !crosses {
				continue
			}
			if cuts = append(cuts, e.common(f).Lat); len(cuts) > mostCrossings {
				return false, nil, Fault{Name: a.Name, Place: e.a.Place(), Words: fmt.Sprintf(
					"“%s”与“%s”的边界在%s附近反复穿插，无法算出重叠。请检查这两个网格的边界。", a.Name, b.Name, e.a.Place())}
			}
		}
	}
	return touch || a.Shape.holdsPartOf(b.Shape) || b.Shape.holdsPartOf(a.Shape), cuts, nil
}

func (s Shape) holdsPartOf(o Shape) bool {
	return slices.ContainsFunc(o.parts, func(g polygon) bool { return s.Contains(g[0][0]) })
}

// against tells whether two edges come together at all and whether they cross in one clean point.
func (e edge) against(f edge) (meets, crosses bool) {
	apart1, cross1 := e.divides(f)
	apart2, cross2 := f.divides(e)
	return !apart1 && !apart2, cross1 && cross2
}

// divides looks from the line through e: both ends of f clearly on one side, or one on each.
func (e edge) divides(f edge) (apart, across bool) {
	clear := onLine * math.Hypot(e.b.Lng-e.a.Lng, e.b.Lat-e.a.Lat)
	p, q := turn(e.a, e.b, f.a), turn(e.a, e.b, f.b)
	return p > clear && q > clear || p < -clear && q < -clear, p > clear && q < -clear || p < -clear && q > clear
}

// Adjacent reports whether the two shapes come as near to each other as that many metres; shapes
// that touch in one corner do.
func Adjacent(a, b Shape, metres float64) bool {
	if a.IsZero() || b.IsZero() {
		return false
	}
	on := planeOver(a.box.with(b.box.low).with(b.box.high))
	reach := max(metres, 0.01)
	if !a.box.grown(reach / min(on.east, on.north)).meets(b.box) {
		return false
	}
	far, ok := geom.Distance(on.metres(on.geometry(a)), on.metres(on.geometry(b)))
	return ok && far <= reach
}
