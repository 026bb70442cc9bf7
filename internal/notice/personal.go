package notice

import (
	"regexp"
	"slices"

	"golang.org/x/text/width"
)

// shapes are what personal data looks like in a text (§6.7): mobile numbers, identity numbers, rooms of a home.
var shapes = []*regexp.Regexp{
	regexp.MustCompile(`\b[1-9]\d{5}(?:18|19|20)\d{2}\d{7}[\dXx]\b`),
	regexp.MustCompile(`\b1[3-9]\d[ -]?\d{4}[ -]?\d{4}\b`),
	regexp.MustCompile(`\d{1,4}\s*(?:[幢栋座]|号楼)(?:\s*\d{1,2}\s*单元)?\s*\d{2,5}`),
	regexp.MustCompile(`\d{3,5}\s*室`),
}

// Personal finds what looks like personal data. It is the small detector that New falls back to; the one of
// the requests knows more tricks.
func Personal(words string) []string {
	var out []string
	plain := width.Narrow.String(words)
	for _, s := range shapes {
		for _, hit := range s.FindAllString(plain, -1) {
			if !slices.Contains(out, hit) {
				out = append(out, hit)
			}
		}
	}
	return out
}
