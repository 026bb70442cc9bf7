package geo

import (
	"cmp"
	"slices"
)

// The library's overlay builds a net of points and lines, and where lines all but lie on each other
// the net can come out wrong without an error. So every result is held against an area worked out
// in another way that has no such cases: both shapes are cut into level slabs at each corner and
// each crossing, and in a slab only lengths are added up.

// coveredArea is the land of one shape that lies in any of the others, in square degrees. The cuts
// are the latitudes at which borders cross.
func coveredArea(of Shape, by []Shape, cuts []float64) float64 {
	all := make([][]edge, 1+len(by))
	levels := slices.Clone(cuts)
	for i, s := range append([]Shape{of}, by...) {
		for _, g := range s.parts {
			for _, e := range g.edges() {
				if e.a.Lat > e.b.Lat {
					e.a, e.b = e.b, e.a
				}
				levels = append(levels, e.a.Lat, e.b.Lat)
				if e.a.Lat < e.b.Lat && e.a.Lat <= of.box.high.Lat && e.b.Lat >= of.box.low.Lat {
					all[i] = append(all[i], e)
				}
			}
		}
		slices.SortFunc(all[i], func(e, f edge) int { return cmp.Compare(e.a.Lat, f.a.Lat) })
	}
	levels = slices.DeleteFunc(levels, func(y float64) bool { return y < of.box.low.Lat || y > of.box.high.Lat })
	slices.Sort(levels)
	levels = slices.Compact(levels)
	sweeps := make([]sweep, len(all))
	for i := range all {
		sweeps[i].rest = all[i]
	}
	total := 0.0
	for k := 1; k < len(levels); k++ {
		mid := (levels[k-1] + levels[k]) / 2
		mine := sweeps[0].at(mid)
		var theirs []span
		for i := range by {
			theirs = append(theirs, sweeps[i+1].at(mid)...)
		}
		total += common(mine, joined(theirs)) * (levels[k] - levels[k-1])
	}
	return total
}

// sweep goes up through the edges of one shape.
type sweep struct{ rest, active []edge }

type span struct{ from, to float64 }

// at gives the spans of the shape at a latitude not below the last one asked for.
func (s *sweep) at(lat float64) []span {
	for len(s.rest) > 0 && s.rest[0].a.Lat < lat {
		s.active = append(s.active, s.rest[0])
		s.rest = s.rest[1:]
	}
	s.active = slices.DeleteFunc(s.active, func(e edge) bool { return e.b.Lat <= lat })
	xs := make([]float64, len(s.active))
	for i, e := range s.active {
		xs[i] = e.a.Lng + (e.b.Lng-e.a.Lng)*(lat-e.a.Lat)/(e.b.Lat-e.a.Lat)
	}
	slices.Sort(xs)
	spans := make([]span, 0, len(xs)/2)
	for i := 1; i < len(xs); i += 2 {
		spans = append(spans, span{xs[i-1], xs[i]})
	}
	return spans
}

// joined puts spans in order and makes one of those that meet.
func joined(spans []span) []span {
	slices.SortFunc(spans, func(a, b span) int { return cmp.Compare(a.from, b.from) })
	out := spans[:0]
	for _, s := range spans {
		if n := len(out); n > 0 && s.from <= out[n-1].to {
			out[n-1].to = max(out[n-1].to, s.to)
		} else {
			out = append(out, s)
		}
	}
	return out
}

// common is the length that two rows of spans share; each row is in order and does not overlap.
func common(a, b []span) float64 {
	total := 0.0
	for len(a) > 0 && len(b) > 0 {
		total += max(0, min(a[0].to, b[0].to)-max(a[0].from, b[0].from))
		if a[0].to < b[0].to {
			a = a[1:]
		} else {
			b = b[1:]
		}
	}
	return total
}
