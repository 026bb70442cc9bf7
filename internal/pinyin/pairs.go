package pinyin

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
)

// pairs tells which words follow each other: 打 before 电话, 大 behind 声音. Words that stand in any pair have
// a number, their form; form 0 are all others, form edge is the beginning and the end of what is said.
type pairs struct {
	form []uint16 // of each word of the dictionary
	from []uint32 // by form: where its followers begin
	next []uint16 // followers, in order of their forms
	gain []uint8  // what such a follower costs less
}

const edge = 1

// edgeMark stands for the edge in the file.
const edgeMark = "^"

// strangers is what it costs that two words were never seen together, by how many of them are a single
// character: single characters seldom stand side by side by chance.
var strangers = [3]int{0, 5, 15}

// cost is what it costs more, or less, that a word stands behind another.
func (p *pairs) cost(first, second uint16, single int) int {
	if first != 0 && second != 0 {
		from := p.from[first]
		if i, ok := slices.BinarySearch(p.next[from:p.from[first+1]], second); ok {
			return -int(p.gain[int(from)+i])
		}
	}
	return strangers[single]
}

// follower is a word behind another, as the file has it.
type follower struct {
	form uint16
	gain uint8
}

// readPairs reads lines of a word and its followers with their gains. The forms are given to the words of the
// dictionary.
func readPairs(text string, d *Dictionary) error {
	forms := map[string]uint16{"": 0, edgeMark: edge}
	number := func(word string) uint16 {
		n, ok := forms[word]
		if !ok {
			n = uint16(len(forms))
			forms[word] = n
		}
		return n
	}
	rows, size := map[uint16][]follower{}, 0
	for line := range strings.Lines(text) {
		first, rest, _ := strings.Cut(strings.TrimSuffix(line, "\n"), "\t")
		list := make([]follower, 0, strings.Count(rest, "\t")/2+1)
		for rest != "" {
			var second, figure string
			second, rest, _ = strings.Cut(rest, "\t")
			figure, rest, _ = strings.Cut(rest, "\t")
			gain, err := strconv.ParseUint(figure, 10, 8)
			if err != nil || second == "" || len(forms) == math.MaxUint16 {
				return fmt.Errorf("pinyin: what follows %q cannot be read", first)
			}
			list = append(list, follower{number(second), uint8(gain)})
		}
		if first == "" || len(list) == 0 || len(forms) == math.MaxUint16 {
			return fmt.Errorf("pinyin: pairs without words")
		}
		slices.SortFunc(list, func(a, b follower) int { return int(a.form) - int(b.form) })
		rows[number(first)] = list
		size += len(list)
	}
	if size == 0 {
		return fmt.Errorf("pinyin: no pairs")
	}
	p := pairs{from: make([]uint32, len(forms)+1), next: make([]uint16, 0, size), gain: make([]uint8, 0, size)}
	for form := range len(forms) {
		p.from[form] = uint32(len(p.next))
		for _, f := range rows[uint16(form)] {
			p.next, p.gain = append(p.next, f.form), append(p.gain, f.gain)
		}
	}
	p.from[len(forms)] = uint32(len(p.next))
	p.form = make([]uint16, len(d.ends))
	for i := range p.form {
		p.form[i] = forms[d.word(uint32(i))]
	}
	d.pairs = p
	return nil
}
