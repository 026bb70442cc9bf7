package workorder

import (
	"bytes"
	"fmt"
	"image"
	"image/color"
	"image/jpeg"
	"testing"

	"golang.org/x/net/html"

	"portal/internal/authz"
	"portal/internal/blob"
	"portal/internal/demo"
	"portal/internal/grid"
	"portal/internal/handoff"
	"portal/internal/place"
	"portal/internal/request"
	"portal/internal/workorder"
	"portal/web/form"
	"portal/web/webtest"
)

// street is the pages over the demo street with services of their own.
type street struct {
	*webtest.Bench
	t      *testing.T
	orders *workorder.Service
	asks   *request.Service
	cases  *handoff.Cases
	deps   Deps
	filed  *int // every word comes from another person and place
}

func newStreet(t *testing.T) street {
	t.Helper()
	b := webtest.Street(t)
	files, err := blob.NewDir(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	s := street{Bench: b, t: t, orders: workorder.New(b.DB), asks: request.New(b.DB, b.Keys), filed: new(int)}
	s.cases = handoff.New(b.DB, s.asks, s.orders)
	s.deps = Deps{Orders: s.orders, Requests: s.asks, Cases: s.cases, Blobs: files}
	Mount(b.Router, b.Frame, s.deps)
	return s
}

func (s street) as(login string) *webtest.Visitor { return s.As(s.t, login) }

// order reads a case as the dispatcher sees it.
func (s street) order(no string) workorder.Order {
	s.t.Helper()
	o, err := s.orders.Get(s.t.Context(), s.as("dispatcher").Actor, no)
	if err != nil {
		s.t.Fatalf("%s: %v", no, err)
	}
	return o
}

// house is a building of a community with its grid today.
type house struct {
	place.Building
	grid grid.ID
}

// houses are buildings of the first grid of a community.
func (s street) houses(community string) []house {
	s.t.Helper()
	grids := grid.New(s.DB)
	all, err := grids.OnDay(s.t.Context(), s.as("dispatcher").Actor, community, s.Frame.Today())
	if err != nil || len(all) == 0 {
		s.t.Fatalf("%d grids in %s, %v", len(all), community, err)
	}
	var out []house
	for _, g := range all {
		if g.Kind == grid.Micro {
			continue
		}
		in, err := grids.Buildings(s.t.Context(), s.as("dispatcher").Actor, g.ID, s.Frame.Today(), "")
		if err != nil {
			s.t.Fatal(err)
		}
		for _, b := range in.Rows {
			one, err := place.BuildingByID(s.t.Context(), s.DB.Q(), b.Building.ID)
			if err != nil {
				s.t.Fatal(err)
			}
			out = append(out, house{one, g.ID})
		}
		if len(out) > 0 {
			return out
		}
	}
	s.t.Fatalf("no building in %s", community)
	return nil
}

// file takes a resident's word at the window and gives its number.
func (s street) file(category, words string, change ...func(*request.Filing)) string {
	s.t.Helper()
	values, err := s.Frame.Settings(s.t.Context())
	if err != nil {
		s.t.Fatal(err)
	}
	houses := s.houses(demo.Huaiyin)
	*s.filed++
	at := houses[*s.filed%len(houses)]
	f := request.Filing{Kind: request.Help, Category: category, Title: cut(words, 20), Words: words, Building: at.ID, Community: demo.Huaiyin, Grid: int64(at.grid), Channel: request.Window,
		Name: "欧阳试", Phone: fmt.Sprintf("1380001%04d", 461+*s.filed), NoticeVersion: values.NoticeVersion}
	for _, c := range change {
		c(&f)
	}
	got, err := s.cases.File(s.t.Context(), s.as("clerk").Actor, form.NewKey(), f)
	if err != nil {
		s.t.Fatalf("file: %v", err)
	}
	return got.No
}

// fileFor files requests until one belongs to this person.
func (s street) fileFor(login string) string {
	s.t.Helper()
	by := s.as(login).Actor
	for range 30 {
		no := s.file(ofGrid, "老人下不了楼，想请人上门帮忙填表。")
		if o, err := s.orders.Get(s.t.Context(), by, no); err == nil && o.Can(by, authz.WorkSign) {
			return no
		}
	}
	s.t.Fatalf("nothing came to %s", login)
	return ""
}

// attrOf reads an attribute of a node.
func attrOf(n *html.Node, name string) string {
	for _, a := range n.Attr {
		if a.Key == name {
			return a.Val
		}
	}
	return ""
}

// jpg is a small photo.
func jpg(t *testing.T) []byte {
	t.Helper()
	img := image.NewRGBA(image.Rect(0, 0, 32, 24))
	for x := range 32 {
		for y := range 24 {
			img.Set(x, y, color.RGBA{uint8(x * 8), uint8(y * 8), 90, 255})
		}
	}
	var b bytes.Buffer
	if err := jpeg.Encode(&b, img, nil); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// at is the address of a case, or of a page below it.
func at(no, below string) string {
	base := pathRequests
	if no[:2] == "SJ" {
		base = pathEvents
	}
	return base + "/" + no + below
}

// version of a case as its page carries it.
func (s street) version(no string) string { return fmt.Sprint(s.order(no).Version) }
