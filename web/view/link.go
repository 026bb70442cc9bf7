package view

import (
	"strings"

	"github.com/a-h/templ"
)

// blocked is where an address leads that is not one of ours: nowhere.
const blocked = "#"

// safe lets through paths of this site, queries, anchors, http(s) addresses and telephone links;
// everything else (javascript:, data:, //host, \host) leads nowhere. templ.SafeURL alone is a cast
// that cleans nothing, and templ's own cleaning lets //host pass (reliability.md §2 rule 8).
func safe(href string) templ.SafeURL {
	if strings.ContainsFunc(href, func(r rune) bool { return r < ' ' || r == 0x7f }) {
		return blocked
	}
	switch {
	case strings.HasPrefix(href, "//"), strings.HasPrefix(href, `/\`):
		return blocked
	case strings.HasPrefix(href, "/"), strings.HasPrefix(href, "?"), strings.HasPrefix(href, "#"),
		strings.HasPrefix(href, "https://"), strings.HasPrefix(href, "http://"), strings.HasPrefix(href, "tel:"):
		return templ.SafeURL(href)
	}
	return blocked
}
