// Package journey drives a real Chromium through the portal as a person would: it counts
// clicks, reads pages, runs axe on each of them, and keeps pictures when asked. For tests only.
package journey

import (
	"context"
	_ "embed"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

//go:embed axe.min.js
var axeSource string

// Size is a window of the sizes that people use.
type Size struct {
	Name          string
	Width, Height int
}

// The sizes of the product's users.
var (
	Staff = Size{"1366x768", 1366, 768}
	Phone = Size{"390x844", 390, 844}
	Kiosk = Size{"1080x1920", 1080, 1920}
	// Zoomed is the staff window at 200 % zoom: half the CSS pixels.
	Zoomed = Size{"683x384", 683, 384}
)

const patience = 40 * time.Second // for one action on a loaded machine; nothing sleeps

// Options of a browser session.
type Options struct {
	Size     Size
	NoScript bool   // JavaScript off: every page must still work
	Profile  string // folder of the profile, for a browser that is started again; empty: a fresh one
}

// Browser is one tab of a fresh profile. Any failure ends the test.
type Browser struct {
	t      testing.TB
	ctx    context.Context
	base   string
	size   Size
	script bool
	clicks int
	shots  int
	kill   context.CancelFunc
}

// binary finds Chromium; a missing browser fails the test, it never skips.
func binary(t testing.TB) string {
	t.Helper()
	for _, name := range []string{os.Getenv("PORTAL_CHROMIUM"), "chromium", "chromium-browser", "google-chrome"} {
		if name == "" {
			continue
		}
		if path, err := exec.LookPath(name); err == nil {
			return path
		}
	}
	t.Fatal("no Chromium found: install the package chromium, or name it in PORTAL_CHROMIUM")
	return ""
}

// Open starts a browser for the portal at base.
func Open(t testing.TB, base string, o Options) *Browser {
	t.Helper()
	if o.Profile == "" {
		o.Profile = t.TempDir()
	}
	opts := append(chromedp.DefaultExecAllocatorOptions[:], chromedp.ExecPath(binary(t)), chromedp.NoSandbox,
		chromedp.Flag("disable-component-update", true), chromedp.Flag("disable-background-networking", true),
		chromedp.Flag("disable-quic", true), chromedp.Flag("disable-sync", true), chromedp.Flag("no-first-run", true),
		chromedp.Flag("lang", "zh-CN"), chromedp.WindowSize(o.Size.Width, o.Size.Height), chromedp.UserDataDir(o.Profile))
	alloc, stopAlloc := chromedp.NewExecAllocator(context.Background(), opts...)
	ctx, stop := chromedp.NewContext(alloc)
	b := &Browser{t: t, ctx: ctx, base: strings.TrimSuffix(base, "/"), size: o.Size, script: !o.NoScript, kill: stopAlloc}
	t.Cleanup(func() { stop(); stopAlloc() })
	// The first call ties the browser's life to its context, so it has no time limit of its own.
	if err := chromedp.Do(ctx); err != nil {
		t.Fatalf("start Chromium: %v", err)
	}
	b.do("size the window", chromedp.EmulateViewport(int64(o.Size.Width), int64(o.Size.Height)))
	if o.NoScript {
		b.do("switch script off", call(emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: true}))
	}
	return b
}

func call[P, R any](cmd cdp.Command[P, R], params P) chromedp.Action[chromedp.Void] {
	return chromedp.Func(func(ctx context.Context, t *chromedp.Target) error {
		_, err := cdp.Call(ctx, t, cmd, params)
		return err
	})
}

func (b *Browser) do(what string, steps ...chromedp.Action[chromedp.Void]) {
	b.t.Helper()
	ctx, cancel := context.WithTimeout(b.ctx, patience)
	defer cancel()
	if err := chromedp.Do(ctx, steps...); err != nil {
		b.t.Fatalf("%s at %s: %v", what, b.where(), err)
	}
}

func get[T any](b *Browser, what string, a chromedp.Action[T]) T {
	b.t.Helper()
	ctx, cancel := context.WithTimeout(b.ctx, patience)
	defer cancel()
	v, err := chromedp.Run(ctx, a)
	for err != nil && ctx.Err() == nil && strings.Contains(err.Error(), "No node with given id") { // the document was replaced while it was read
		v, err = chromedp.Run(ctx, a)
	}
	if err != nil {
		b.t.Fatalf("%s: %v", what, err)
	}
	return v
}

func (b *Browser) where() string {
	ctx, cancel := context.WithTimeout(b.ctx, 5*time.Second)
	defer cancel()
	at, err := chromedp.Run(ctx, chromedp.Location())
	if err != nil {
		return "?"
	}
	return at
}

// Go opens a path of the portal; typing an address is not a click.
func (b *Browser) Go(path string) {
	b.t.Helper()
	b.do("open "+path, chromedp.Navigate(b.base+path))
}

// Path tells where the browser is, without the host.
func (b *Browser) Path() string { return strings.TrimPrefix(b.where(), b.base) }

// Click activates a link or button and waits for the page it leads to.
func (b *Browser) Click(selector string) {
	b.t.Helper()
	b.clicks++
	b.follow("click "+selector, chromedp.Click(chromedp.CSS(selector), chromedp.NodeVisible))
}

// follow runs an act that leads to a new document and waits until that is loaded.
func (b *Browser) follow(what string, act chromedp.Action[chromedp.Void]) {
	b.t.Helper()
	ctx, cancel := context.WithTimeout(b.ctx, patience)
	defer cancel()
	any := func(page.EventLoadEventFired) bool { return true }
	if _, err := chromedp.Run(ctx, chromedp.WaitEvent(page.LoadEventFired, any, act)); err != nil {
		b.t.Fatalf("%s at %s: %v", what, b.where(), err)
	}
}

// ClickText activates the link or button with exactly these words.
func (b *Browser) ClickText(words string) {
	b.t.Helper()
	b.clicks++
	xpath := fmt.Sprintf(`//*[self::a or self::button or self::summary][normalize-space(.)=%q]`, words)
	b.follow("click "+words, chromedp.Click(chromedp.Search(xpath), chromedp.NodeVisible))
}

// Tick ticks, unticks or picks a control; choosing is not a click of the journey's count.
func (b *Browser) Tick(selector string) {
	b.t.Helper()
	b.do("tick "+selector, chromedp.Click(chromedp.CSS(selector)))
}

// Fill replaces the text of a field by typing.
func (b *Browser) Fill(selector, text string) {
	b.t.Helper()
	sel := chromedp.CSS(selector)
	b.do("fill "+selector, chromedp.Focus(sel), chromedp.KeyEvent("a", chromedp.KeyModifiers(chromedp.ModifierCtrl)), chromedp.KeyEvent(kb.Delete), chromedp.SendKeys(sel, text))
}

// Select picks an option by value.
func (b *Browser) Select(selector, value string) {
	b.t.Helper()
	b.do("select "+selector, chromedp.SetValue(chromedp.CSS(selector), value))
}

// Upload puts files into a file field.
func (b *Browser) Upload(selector string, files ...string) {
	b.t.Helper()
	b.do("upload "+selector, chromedp.SetUploadFiles(chromedp.CSS(selector), files))
}

// Key presses keys where the focus is, e.g. kb.Tab.
func (b *Browser) Key(keys string) {
	b.t.Helper()
	b.do("press keys", chromedp.KeyEvent(keys))
}

// Enter presses Enter where the focus is and waits for the page it leads to.
func (b *Browser) Enter() {
	b.t.Helper()
	b.clicks++
	b.follow("press Enter", chromedp.KeyEvent(kb.Enter))
}

// TabTo presses Tab until the element matching selector has the focus, as a keyboard user does.
func (b *Browser) TabTo(selector string) {
	b.t.Helper()
	for range 400 {
		if get(b, "focus", chromedp.Evaluate[bool](fmt.Sprintf(`document.activeElement !== null && document.activeElement.matches(%q)`, selector))) {
			return
		}
		b.Key(kb.Tab)
	}
	b.t.Fatalf("Tab never reaches %s at %s", selector, b.where())
}

// Text reads what stands in an element.
func (b *Browser) Text(selector string) string {
	b.t.Helper()
	return strings.TrimSpace(get(b, "text of "+selector, chromedp.TextContent(chromedp.CSS(selector))))
}

// Has reports whether the page holds a matching element now.
func (b *Browser) Has(selector string) bool {
	b.t.Helper()
	nodes := get(b, "look for "+selector, chromedp.Nodes(chromedp.CSSAll(selector), chromedp.AtLeast(0)))
	return len(nodes) > 0
}

// See fails unless the page's words contain all of these.
func (b *Browser) See(words ...string) {
	b.t.Helper()
	text := strings.Join(strings.Fields(b.Text("body")), " ")
	for _, w := range words {
		if !strings.Contains(text, w) {
			b.t.Fatalf("%s does not say %q; it says: %.1500s", b.where(), w, text)
		}
	}
}

// Clicks tells how many links and buttons were activated since the last Start.
func (b *Browser) Clicks() int { return b.clicks }

// Start sets the count of clicks to zero: the journey is counted from here.
func (b *Browser) Start() { b.clicks = 0 }

// Eval runs an expression in the page.
func Eval[T any](b *Browser, expr string) T {
	b.t.Helper()
	return get(b, "evaluate", chromedp.Evaluate[T](expr, chromedp.EvalAwaitPromise))
}

// SignIn signs in by the form and ends on the page of the post.
func (b *Browser) SignIn(login, password string) {
	b.t.Helper()
	b.Go("/sign-in")
	b.Fill("input[name=login]", login)
	b.Fill("input[name=password]", password)
	b.follow("sign in", chromedp.Click(chromedp.CSS("main form button[type=submit]"), chromedp.NodeVisible))
	if strings.HasPrefix(b.Path(), "/sign-in") {
		b.t.Fatalf("%s could not sign in: %.300s", login, b.Text("main"))
	}
}

// violation is what axe says, shortened.
type violation struct {
	ID     string   `json:"id"`
	Impact string   `json:"impact"`
	Help   string   `json:"help"`
	Nodes  []string `json:"nodes"`
}

const runAxe = `axe.run(document, {runOnly: ['wcag2a','wcag2aa','wcag21a','wcag21aa','wcag22aa','best-practice']}).then(r => r.violations.map(v => ({id: v.id, impact: v.impact || '', help: v.help, nodes: v.nodes.slice(0, 4).map(n => n.html.slice(0, 160) + ' | ' + (n.any[0] || n.all[0] || n.none[0] || {}).message)})))`

// Axe fails when axe finds anything on the page. Without script it does nothing: the same page is
// checked with script on.
func (b *Browser) Axe() {
	b.t.Helper()
	if !b.script {
		return
	}
	get(b, "load axe", chromedp.Evaluate[chromedp.Void](axeSource))
	for _, v := range Eval[[]violation](b, runAxe) {
		b.t.Errorf("axe at %s (%s): %s [%s] %s\n  %s", b.Path(), b.size.Name, v.ID, v.Impact, v.Help, strings.Join(v.Nodes, "\n  "))
	}
}

// Shot keeps a picture of the whole page in the folder PORTAL_SHOTS, when that is set.
func (b *Browser) Shot(name string) {
	b.t.Helper()
	dir := os.Getenv("PORTAL_SHOTS")
	if dir == "" {
		return
	}
	b.shots++
	png := get(b, "picture", chromedp.FullScreenshot(100))
	if err := os.MkdirAll(dir, 0o755); err != nil {
		b.t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, fmt.Sprintf("%s-%s.png", name, b.size.Name)), png, 0o644); err != nil {
		b.t.Fatal(err)
	}
}

// FitsSideways fails when the page scrolls sideways (UX-T3).
func (b *Browser) FitsSideways() {
	b.t.Helper()
	if !b.script {
		return
	}
	if over := Eval[int](b, `document.documentElement.scrollWidth - document.documentElement.clientWidth`); over > 0 {
		b.t.Errorf("%s scrolls sideways by %d px at %s", b.Path(), over, b.size.Name)
	}
}

// Pick chooses the first option of a list whose words contain these, by typing as a person may.
func (b *Browser) Pick(selector, words string) {
	b.t.Helper()
	options := get(b, "options of "+selector, chromedp.Nodes(chromedp.CSSAll(selector+" option"), chromedp.AtLeast(1)))
	for _, o := range options {
		label := ""
		for _, c := range o.Children {
			label += c.NodeValue
		}
		if strings.Contains(label, words) {
			b.Select(selector, o.AttributeValue("value"))
			return
		}
	}
	b.t.Fatalf("%s at %s offers nothing with %q", selector, b.where(), words)
}
