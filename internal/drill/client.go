package drill

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"regexp"
	"strings"
	"time"

	"portal/internal/bench/outside"
	"portal/internal/demo"
	"portal/web/form"
)

// deed is what a client does again and again: fetch a form, fill it, send it.
type deed struct {
	name  string
	login string // "" is somebody who does not sign in
	// told reads the number out of the answer; nil takes it from the address that the answer leads to.
	told func(ctx context.Context, c *client, a outside.Answer) (string, error)
	// fill goes to the form that makes a numbered record and fills it with the mark.
	fill func(ctx context.Context, c *client, mark string) (outside.Form, error)
	// rows reads what came out of it: mark, number, audit entries; $1 is the beginning of the marks.
	rows string
	// spare counts what should not be: numbers given to nothing, drafts begun and forgotten.
	spare string
}

// client is one person at a browser.
type client struct {
	name   string
	b      *outside.Browser
	deed   deed
	ledger *ledger
	// keyless sends every time under a key of its own, as if the form had none: the first negative
	// control. (A form without any key is refused.)
	keyless bool
	// deaf makes the client lose the first answer of every form and send it again.
	deaf bool
}

// newClient opens a browser, and signs somebody in where the deed asks for it.
func newClient(ctx context.Context, base, name string, d deed, l *ledger) (*client, error) {
	c := &client{name: name, b: outside.NewBrowser(base), deed: d, ledger: l}
	if d.login == "" {
		return c, nil
	}
	return c, c.b.SignIn(ctx, d.login, demo.Password)
}

// work sends forms until stop closes; the form in hand is brought to its end.
func (c *client) work(ctx context.Context, stop <-chan struct{}) error {
	defer c.b.Close()
	for n := 1; ; n++ {
		select {
		case <-stop:
			return nil
		default:
		}
		mark := fmt.Sprintf("%s%s第%d件", c.ledger.prefix, c.name, n)
		if err := c.one(ctx, mark); err != nil {
			return fmt.Errorf("%s: %w", mark, err)
		}
	}
}

// one brings one form to its end: an answer that did not arrive means asking again with the same key.
func (c *client) one(ctx context.Context, mark string) error {
	f, err := c.deed.fill(ctx, c, mark)
	if err != nil {
		return err
	}
	if c.deaf {
		if _, err := c.send(ctx, f); err != nil {
			return err
		}
	}
	if c.keyless {
		f.Fields.Set(form.KeyField, form.NewKey())
	}
	a, err := c.send(ctx, f)
	if err != nil {
		return err
	}
	if a.Status != http.StatusSeeOther {
		return fmt.Errorf("status %d: %.400s", a.Status, visible(a.Body))
	}
	told := c.deed.told
	if told == nil {
		told = numberInAddress
	}
	number, err := told(ctx, c, a)
	if err != nil {
		return err
	}
	c.ledger.answered(mark, number)
	return nil
}

func numberInAddress(_ context.Context, _ *client, a outside.Answer) (string, error) {
	if number := numbers.FindString(a.Location); number != "" {
		return number, nil
	}
	return "", fmt.Errorf("no number in %s", a.Location)
}

// numbers are how the portal writes a number in an address.
var numbers = regexp.MustCompile(`\d{4}-\d+`)

// get asks for a page until it comes.
func (c *client) get(ctx context.Context, path string) (outside.Answer, error) {
	return c.until(ctx, func() (outside.Answer, error) { return c.b.Get(ctx, path) })
}

// send sends a form until it is answered. A 5xx is no answer: whether it was done is unknown.
func (c *client) send(ctx context.Context, f outside.Form) (outside.Answer, error) {
	return c.until(ctx, func() (outside.Answer, error) { return c.b.Post(ctx, f.Action, f.Fields) })
}

// pause between two tries while the portal is away.
const pause = 20 * time.Millisecond

func (c *client) until(ctx context.Context, try func() (outside.Answer, error)) (outside.Answer, error) {
	tick := time.NewTicker(pause)
	defer tick.Stop()
	var last error
	for {
		a, err := try()
		switch {
		case err == nil && a.Status < http.StatusInternalServerError && a.Status != http.StatusTooManyRequests:
			return a, nil
		case err == nil:
			err = fmt.Errorf("status %d: %.300s", a.Status, visible(a.Body))
		}
		last = err
		select {
		case <-ctx.Done():
			return outside.Answer{}, errors.Join(ctx.Err(), last)
		case <-tick.C:
		}
	}
}

// visible is the text of a page after its head, for messages.
func visible(page string) string {
	if _, main, ok := strings.Cut(page, "<main"); ok {
		return main
	}
	return page
}
