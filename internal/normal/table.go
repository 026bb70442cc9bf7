package normal

import (
	_ "embed" // the table of simplified characters
	"strings"
)

//go:embed t2s.txt
var simplifiedText string

// simplified maps a traditional or variant character to its simplified form.
// Single characters only: 乾 becomes 干 and 著 becomes 着 everywhere, which is
// right for comparing and would be wrong for showing.
var simplified = readTable(simplifiedText)

func readTable(text string) map[rune]rune {
	m := make(map[rune]rune, strings.Count(text, "\n"))
	for line := range strings.Lines(text) {
		r := []rune(strings.TrimSpace(line))
		if len(r) == 2 && r[0] != '#' {
			m[r[0]] = r[1]
		}
	}
	return m
}
