package geo

import (
	"fmt"
	"math"

	"github.com/peterstace/simplefeatures/geom"
)

// Fault is one thing wrong with a boundary. Words is a whole sentence that names the grid and the
// place and says what to do. It is an error too, so that one boundary posted alone can be refused.
type Fault struct { //nolint:errname // a fault of a boundary, as in internal/fault; it is an error only when one is posted alone
	At    int    // the position of the feature in the file, from 1; 0 when the whole file is meant
	Name  string // the grid, as the file names it
	Place string // 东经118.7956，北纬32.0311; empty when the fault has no place
	Words string
}

// Error gives the sentence.
func (f Fault) Error() string { return f.Words }

// checker collects what is wrong with one boundary.
type checker struct {
	who    string
	faults []Fault
}

func (c *checker) say(words string) { c.faults = append(c.faults, Fault{Words: c.subject() + words}) }

// sayAt puts the place into the words, which hold one %s for it.
func (c *checker) sayAt(p Point, words string) {
	c.faults = append(c.faults, Fault{Place: p.Place(), Words: c.subject() + fmt.Sprintf(words, p.Place())})
}

func (c *checker) subject() string {
	if c.who == "" {
		return ""
	}
	return c.who + "："
}

// shape checks ring by ring, then how the rings of a part and the parts lie to each other.
func (c *checker) shape(parts [][][][]*float64, throughout bool) Shape {
	all := make([]polygon, 0, len(parts))
	for _, rings := range parts {
		var g polygon
		for _, positions := range rings {
			if r, ok := c.ring(positions); ok {
				g = append(g, r)
			}
		}
		if len(rings) == 0 && len(c.faults) == 0 {
			c.say("边界里没有坐标。请补画边界后再提交。")
		}
		all = append(all, g)
	}
	if len(parts) == 0 {
		c.say("边界里没有坐标。请补画边界后再提交。")
	}
	if len(c.faults) > 0 {
		return Shape{}
	}
	if throughout {
		c.lie(all)
	}
	if len(c.faults) > 0 {
		return Shape{}
	}
	return newShape(all)
}

// The land of this country lies within these degrees.
const (
	west, east   = 73, 136
	south, north = 3, 54
)

// ring reads one ring; it tells the first thing wrong with it.
func (c *checker) ring(positions [][]*float64) (ring, bool) {
	r := make(ring, 0, len(positions))
	for i, position := range positions {
		if len(position) < 2 || position[0] == nil || position[1] == nil {
			if len(r) == 0 {
				c.say(fmt.Sprintf("边界的第%d个点缺经度或纬度。请补上后再提交。", i+1))
			} else {
				c.sayAt(r[len(r)-1], "边界上%s之后的一个点缺经度或纬度。请补上后再提交。")
			}
			return nil, false
		}
		p := Point{round(*position[0]), round(*position[1])}
		if words := misplaced(p); words != "" {
			c.say(fmt.Sprintf("边界的第%d个点写成经度%s、纬度%s，%s", i+1, number(p.Lng), number(p.Lat), words))
			return nil, false
		}
		if len(r) == 0 || r[len(r)-1] != p {
			r = append(r, p)
		}
	}
	switch {
	case len(r) == 0:
		c.say("边界里有一圈没有坐标。请补画后再提交。")
	case len(r) < 3 || len(r) == 3 && r[0] == r[2]:
		c.sayAt(r[0], "边界在%s处的一圈不足三个不同的点，围不成面。请补画后再提交。")
	case r[0] != r[len(r)-1]:
		c.sayAt(r[0], "边界从%s处起没有闭合。请让最后一个点与第一个点相同后再提交。")
	default:
		return r, true
	}
	return nil, false
}

func number(f float64) string {
	if math.Abs(f) < 1e9 {
		return fmt.Sprintf("%.4f", f)
	}
	return fmt.Sprintf("%.3g", f)
}

// misplaced tells why a point is not one of this country; "" when it is.
func misplaced(p Point) string {
	switch {
	case p.Lng >= west && p.Lng <= east && p.Lat >= south && p.Lat <= north:
		return ""
	case p.Lat >= west && p.Lat <= east && p.Lng >= south && p.Lng <= north:
		return "经度和纬度写反了。请把经度写在前面后再提交。"
	case math.Abs(p.Lng) > 180 || math.Abs(p.Lat) > 90:
		return "不是经纬度。请把坐标转成以度为单位的经纬度后再提交。"
	}
	return "不在我国范围内。请核对坐标后再提交。"
}

// lie looks at how rings and parts lie to each other. The library judges; the place is looked for
// only in what it refuses.
func (c *checker) lie(all []polygon) {
	bodies := make([]geom.Polygon, len(all))
	for i, g := range all {
		if bodies[i] = g.polygon(asWritten); bodies[i].Validate() != nil {
			c.rings(g)
		}
	}
	if len(c.faults) > 0 || len(all) < 2 || geom.NewMultiPolygon(bodies).Validate() == nil {
		return
	}
	for i, g := range all {
		for _, h := range all[:i] {
			if p, ok := crossing(h[0], g[0]); ok {
				c.sayAt(p, "几块范围在%s处重叠或共用一段边界。请合并成一块或分开后再提交。")
				return
			}
			for _, r := range []struct{ of, in polygon }{{g, h}, {h, g}} {
				if r.in.contains(r.of[0][0]) {
					c.sayAt(r.of[0][0], "几块范围在%s处重叠。请合并成一块或分开后再提交。")
					return
				}
			}
		}
	}
	c.sayAt(all[0][0][0], "从%s处起的几块范围互相重叠。请合并成一块或分开后再提交。")
}

// rings says why a part is not well formed.
func (c *checker) rings(g polygon) {
	for _, r := range g {
		if p, ok := r.knot(); ok {
			c.sayAt(p, "边界在%s处自相交叉或来回重叠。请改正后再提交。")
			return
		}
	}
	for i, hole := range g[1:] {
		for j, other := range g[:i+1] {
			if p, ok := crossing(other, hole); ok && j == 0 {
				c.sayAt(p, "空洞在%s处碰到外边界。请让空洞完全在边界以内后再提交。")
				return
			} else if ok {
				c.sayAt(p, "两个空洞在%s处相交。请合并成一个空洞后再提交。")
				return
			}
			if in := other.where(hole[0]); in == outside && j == 0 {
				c.sayAt(hole[0], "%s处的空洞在边界以外。请移到边界以内或删去后再提交。")
				return
			} else if j > 0 && (in == inside || hole.where(other[0]) == inside) {
				c.sayAt(hole[0], "%s处的空洞套着另一个空洞。请只留一个后再提交。")
				return
			}
		}
	}
	c.sayAt(g[0][0], "从%s处起的边界把范围分成了不相连的几块。请画成几块后再提交。")
}

// crossing finds where two rings come together.
func crossing(r, q ring) (Point, bool) {
	theirs := polygon{q}.edges()
	for _, e := range (polygon{r}).edges() {
		for _, f := range theirs {
			if p, ok := e.meeting(f); ok {
				return p, true
			}
		}
	}
	return Point{}, false
}

// knot finds where a ring meets itself: first where it turns back on itself, then where it crosses.
func (r ring) knot() (Point, bool) {
	all := polygon{r}.edges()
	for i, e := range all {
		f := all[(i+1)%len(all)]
		if toSegment(f.b, e.a, e.b) <= onLine || toSegment(e.a, f.a, f.b) <= onLine {
			return e.b, true
		}
	}
	for i, e := range all {
		for j := i + 2; j < len(all); j++ {
			if i == 0 && j == len(all)-1 {
				continue
			}
			if p, ok := e.meeting(all[j]); ok {
				return p, true
			}
		}
	}
	return Point{}, false
}

func (e edge) meeting(f edge) (Point, bool) {
	if !e.box.meets(f.box) {
		return Point{}, false
	}
	if meets, _ := e.against(f); !meets {
		return Point{}, false
	}
	return e.common(f), true
}

// common is where two edges that come together do so.
func (e edge) common(f edge) Point {
	for _, p := range []Point{f.a, f.b} {
		if toSegment(p, e.a, e.b) <= onLine {
			return p
		}
	}
	from, to := turn(f.a, f.b, e.a), turn(f.a, f.b, e.b)
	if from == to {
		return e.a
	}
	t := min(1, max(0, from/(from-to)))
	return Point{e.a.Lng + t*(e.b.Lng-e.a.Lng), e.a.Lat + t*(e.b.Lat-e.a.Lat)}
}
