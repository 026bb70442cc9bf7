package view

import (
	"strings"

	"github.com/a-h/templ"
)

// blocked is where an address leads that is not one of ours: nowhere.
const blocked = "#"

// safe is templ's own cleaning of addresses, which lets //host pass (reliability.md §2 rule 8), and
// more: neither //host nor \host nor a control character gets through. Paths, queries, anchors,
// http(s) and telephone links do.
func safe(href string) templ.SafeURL {
	if strings.ContainsFunc(href, func(r rune) bool { return r <= ' ' || r == 0x7f || r == '\\' }) || strings.HasPrefix(href, "//") {
		return blocked
	}
	start := href
	if i := strings.IndexAny(href, "/?#"); i >= 0 {
		start = href[:i]
	}
	scheme, _, found := strings.Cut(start, ":")
	if found && !strings.EqualFold(scheme, "https") && !strings.EqualFold(scheme, "http") && !strings.EqualFold(scheme, "tel") {
		return blocked
	}
	return templ.SafeURL(href)
}
