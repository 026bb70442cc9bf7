package grid

import (
	"cmp"
	"slices"
	"strconv"
	"strings"

	"portal/web/view"
)

// bigLink is one of the big buttons by which a door is found without typing.
type bigLink struct{ Text, Href string }

// compoundGroup is the compounds of one community.
type compoundGroup struct {
	ID, Community string
	Links         []bigLink
}

// hit is a place that fits the words; the contact stands beside it, so that one page is enough.
type hit struct {
	Place, Under, Href string
	Contact            contact
}

// findPage is 谁管我家这片.
type findPage struct {
	Frame  view.Page
	Typed  string // as typed
	Error  string // beside the field
	Asked  bool   // words were given and could be read
	Hits   []hit
	More   bool
	Groups []compoundGroup
}

func (p findPage) errors() []view.FieldError {
	if p.Error == "" {
		return nil
	}
	return []view.FieldError{{Field: paramWords, Message: p.Error}}
}

func (p findPage) result() string {
	switch {
	case p.More:
		return "先列出最接近的 " + strconv.Itoa(len(p.Hits)) + " 处，没有您家的话，请多写几个字"
	case len(p.Hits) == 0:
		return "没有找到“" + p.Typed + "”"
	}
	return "找到 " + strconv.Itoa(len(p.Hits)) + " 处"
}

// compoundPage is the buildings of a compound.
type compoundPage struct {
	Frame     view.Page
	Name      string
	Buildings []bigLink
}

// contact is whom to call for a door today. There is always somebody: when no worker of the grid is
// there it is the street (GRD-05, GRD-19).
type contact struct {
	Name  string // 葛二, 街道值班
	As    string // 网格员, B 岗代理 …
	Phone string
	Why   string // why it is not the A worker; "" when it is
}

func (c contact) tel() string { return tel(c.Phone) }

// tel is the address of a telephone number.
func tel(phone string) string {
	return "tel:" + strings.Map(func(r rune) rune {
		if r >= '0' && r <= '9' || r == '+' || r == '-' {
			return r
		}
		return -1
	}, phone)
}

// phones stand on every page and paper about a grid.
type phones struct{ Street, Supervision string }

// answer is the content of the answer without its shell, for the web and for the touch device.
type answer struct {
	Place    string // 槐荫里 3 号楼; "" on the page of a grid
	Today    string
	Contact  contact
	Phones   phones
	Terms    []view.Term
	Apart    []hit // doors of this building that another grid answers for
	GridHref string
	CardHref string
}

// answerPage is the answer for one building.
type answerPage struct {
	Frame  view.Page
	Answer answer
}

// boardLine is one post as it stands on boards.
type boardLine struct{ Part, Who, Phone, Note string }

func (l boardLine) tel() string { return tel(l.Phone) }

// publicGrid is the public page of a grid.
type publicGrid struct {
	Frame   view.Page
	Name    string
	Lead    string
	Gone    string // the grid is not there today: why, and what came after
	Answer  answer
	Map     drawing
	Posts   []boardLine
	Team    []boardLine
	Areas   []areaLine
	Lineage []bigSentence
}

// areaLine is what of a compound lies in a grid.
type areaLine struct{ Compound, Buildings string }

// bigSentence is a sentence with grids to open.
type bigSentence struct {
	Words string
	Links []bigLink
}

// streetPage is all grids of the street, by community: drawing and list say the same.
type streetPage struct {
	Frame       view.Page
	Communities []communityMap
}

type communityMap struct {
	ID, Name string
	Map      drawing
	Rows     []publicRow
}

type publicRow struct {
	Label, Name, Href string
	Contact           contact
}

// paperPage is a board on paper.
type paperPage struct {
	Frame                   view.Page
	Street, Community, Name string
	Code, Day               string
	Areas                   []areaLine
	Posts, Team             []boardLine
	Contact                 contact
	Phones                  phones
	Tasks                   []string
	TasksMore               bool // not all fit on the sheet
	Map                     drawing
	Address                 string // of the public page, for the QR code
}

// natural orders 3 号楼 before 12 号楼.
func natural(a, b string) int {
	for a != "" && b != "" {
		na, ra := leading(a)
		nb, rb := leading(b)
		if na != "" && nb != "" {
			x, y := strings.TrimLeft(na, "0"), strings.TrimLeft(nb, "0")
			if c := cmp.Or(cmp.Compare(len(x), len(y)), cmp.Compare(x, y)); c != 0 {
				return c
			}
			a, b = ra, rb
			continue
		}
		if a[0] != b[0] {
			return cmp.Compare(a, b)
		}
		a, b = a[1:], b[1:]
	}
	return cmp.Compare(a, b)
}

// leading splits the digits off the front.
func leading(s string) (digits, rest string) {
	i := strings.IndexFunc(s, func(r rune) bool { return r < '0' || r > '9' })
	if i < 0 {
		i = len(s)
	}
	return s[:i], s[i:]
}

// areaLines folds buildings into one line a compound.
func areaLines(pairs [][2]string) []areaLine {
	byName := map[string][]string{}
	var order []string
	for _, p := range pairs {
		if _, seen := byName[p[0]]; !seen {
			order = append(order, p[0])
		}
		byName[p[0]] = append(byName[p[0]], p[1])
	}
	slices.Sort(order)
	out := make([]areaLine, 0, len(order))
	for _, compound := range order {
		names := byName[compound]
		slices.SortFunc(names, natural)
		out = append(out, areaLine{compound, strings.Join(runs(names), "、")})
	}
	return out
}

// runs folds 1幢、2幢、3幢 into 1幢至3幢; names come in natural order.
func runs(names []string) []string {
	var out []string
	for i := 0; i < len(names); {
		end := i
		for end+1 < len(names) && follows(names[end], names[end+1]) {
			end++
		}
		if end-i < 2 {
			end = i
			out = append(out, names[i])
		} else {
			out = append(out, names[i]+"至"+names[end])
		}
		i = end + 1
	}
	return out
}

// follows reports whether b is a with the next number: 2幢 and 3幢, not 2幢 and 3号楼.
func follows(a, b string) bool {
	na, ra := leading(a)
	nb, rb := leading(b)
	x, errA := strconv.Atoi(na)
	y, errB := strconv.Atoi(nb)
	return errA == nil && errB == nil && ra == rb && y == x+1
}
