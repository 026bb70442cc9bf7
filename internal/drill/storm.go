package drill

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"regexp"

	"portal/internal/bench/outside"
)

// file is the storm: residents who are nobody to the portal send their word through the four questions
// and the page of checking (product.md Q2, Q3). What counts as told is the number on the receipt. The
// mark begins the words; a receipt that was shown must be there as one request with one case of its own.
var file = deed{
	name: "居民诉求",
	fill: func(ctx context.Context, c *client, mark string) (outside.Form, error) {
		for _, q := range questions(mark) {
			if err := c.reply(ctx, q); err != nil {
				return outside.Form{}, err
			}
		}
		page, err := c.get(ctx, requestForm+"check")
		if err != nil {
			return outside.Form{}, err
		}
		return page.Form(`form[method="post"][action="` + requestForm + `check"]`)
	},
	told: func(ctx context.Context, c *client, a outside.Answer) (string, error) {
		page, err := c.get(ctx, a.Location)
		if err != nil {
			return "", err
		}
		if number := receiptNumber.FindString(page.Body); page.Status == http.StatusOK && number != "" {
			return number, nil
		}
		return "", fmt.Errorf("no receipt at %.20s…: status %d: %.300s", a.Location, page.Status, visible(page.Body))
	},
	rows: `
SELECT split_part(r.words, '，', 1) AS mark, r.no AS number,
    (SELECT count(*) FROM audit_entry e WHERE e.object_kind = 'request' AND e.object_id = r.id AND e.action = 'request.file')::int AS trails
FROM request r WHERE r.words LIKE $1 || '%'`,
	// numbers given to nothing, cases of nobody's, requests whose own case is another's
	spare: `
SELECT (SELECT coalesce(sum(n.last), 0) FROM case_number n WHERE n.kind = '诉')::int - (SELECT count(*) FROM request)::int
    + (SELECT count(*) FROM work_order o WHERE o.source = 'request' AND NOT EXISTS (SELECT FROM request r WHERE r.home_order = o.id))::int
    + (SELECT count(*) FROM request r JOIN work_order o ON o.id = r.home_order WHERE o.no <> r.no)::int`,
}

const requestForm = "/requests/new/"

var receiptNumber = regexp.MustCompile(`SQ-\d{4}-\d+`)

// question is one page of the form with what a resident answers.
type question struct {
	step   string
	answer url.Values
}

func questions(mark string) []question {
	return []question{
		{"what", url.Values{"category": {"0102"}}},
		{"where", url.Values{"place": {"长江路公交站旁边"}, "community": {"320104900001"}, "go": {"words"}}},
		{"say", url.Values{"words": {mark + "，想问问怎么办理。"}, "kind": {"consult"}}},
		{"phone", url.Values{"go": {"skip"}}},
	}
}

// reply answers a question. When the answer of the portal was lost, the same is sent again.
func (c *client) reply(ctx context.Context, q question) error {
	path := requestForm + q.step
	page, err := c.get(ctx, path)
	if err != nil {
		return err
	}
	f, err := page.Form(`form[method="post"][action="` + path + `"]`)
	if err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	for name, values := range q.answer {
		f.Fields[name] = values
	}
	a, err := c.send(ctx, f)
	if err != nil {
		return err
	}
	if a.Status != http.StatusSeeOther {
		return fmt.Errorf("%s: status %d: %.600s", path, a.Status, visible(a.Body))
	}
	return nil
}
