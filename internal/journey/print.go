package journey

import (
	"context"
	"regexp"
	"strconv"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"
)

// Sheet is what a print of a page comes out as.
type Sheet struct {
	Width, Height float64 // of the paper, in millimetres
	Pages         int
}

var (
	mediaBox = regexp.MustCompile(`/MediaBox\s*\[\s*0\s+0\s+([0-9.]+)\s+([0-9.]+)\s*\]`)
	leaf     = regexp.MustCompile(`/Type\s*/Page\b`)
)

const points = 25.4 / 72 // millimetres

// Printed prints the page on the paper that its style asks for, as a touch device does without asking.
func (b *Browser) Printed() Sheet {
	b.t.Helper()
	prefer := true
	pdf := get(b, "print", chromedp.Action[[]byte](func(ctx context.Context, t *chromedp.Target) ([]byte, error) {
		r, err := cdp.Call(ctx, t, page.PrintToPDF, page.PrintToPDFParams{PreferCSSPageSize: &prefer})
		return r.Data, err
	}))
	box := mediaBox.FindSubmatch(pdf)
	if box == nil {
		b.t.Fatalf("print of %s: no paper in %d bytes", b.Path(), len(pdf))
	}
	width, _ := strconv.ParseFloat(string(box[1]), 64)
	height, _ := strconv.ParseFloat(string(box[2]), 64)
	return Sheet{Width: width * points, Height: height * points, Pages: len(leaf.FindAll(pdf, -1))}
}

// OnPaper looks at the page as a print shows it.
func (b *Browser) OnPaper(look func()) {
	b.t.Helper()
	media := func(m string) {
		b.do("look as "+m, call(emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{Media: m}))
	}
	media("print")
	look()
	media("")
}
