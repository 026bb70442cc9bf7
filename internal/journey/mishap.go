package journey

import "github.com/chromedp/chromedp"

// Kill ends the browser at once, as a cut of power does; nothing in it may say goodbye. What is on the disk of
// its profile stays.
func (b *Browser) Kill() { b.kill() }

// Window opens another window of the same browser.
func (b *Browser) Window() *Browser {
	b.t.Helper()
	ctx, stop := chromedp.NewContext(b.ctx)
	b.t.Cleanup(stop)
	if err := chromedp.Do(ctx); err != nil {
		b.t.Fatalf("open a window: %v", err)
	}
	other := *b
	other.ctx = ctx
	return &other
}

// Back goes back as the button of a browser does, through its cache of whole pages when it has one.
func (b *Browser) Back() {
	b.t.Helper()
	b.do("go back", chromedp.Evaluate[chromedp.Void]("history.back()"))
}

// Press activates something that leads to no page at once.
func (b *Browser) Press(selector string) {
	b.t.Helper()
	b.clicks++
	b.do("press "+selector, chromedp.Click(chromedp.CSS(selector), chromedp.NodeVisible))
}
