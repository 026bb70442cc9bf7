//go:build ignore

package main

import (
	"bufio"
	"bytes"
	"cmp"
	"encoding/csv"
	"fmt"
	"maps"
	"math"
	"os"
	"slices"
	"strings"
	"unicode/utf8"
)

// Bounds and weights of the count.
const (
	printed   = 0.03  // a phrase of law or of an official list, beside a sentence that somebody says
	phrase    = 0.3   // an entry of own.txt
	doubt     = 16.0  // how much must have been counted behind a word until that outweighs chance
	ownWeight = 3.0   // the counted share of a word beside its share in print
	fewest    = 0.005 // a pair counted less than this is forgotten
	longest   = 8     // characters of a word
	mark      = "^"   // the beginning and the end of what is said
)

// source is a kind of text: whether it is whole sentences, how much it weighs, and how much of that tells how
// often a word is used.
type source struct {
	whole           bool
	weight, singles float64
}

var (
	speechSource  = source{whole: true, weight: 1, singles: 1}
	collocSource  = source{weight: 3, singles: 2}
	classSource   = source{weight: 1, singles: 0.1}
	printedSource = source{weight: printed, singles: 1}
	phraseSource  = source{weight: phrase, singles: 1}
)

// teller counts words and pairs of words.
type teller struct {
	costs  map[string]int // of each text, its cheapest reading
	total  float64
	single map[string]float64
	pair   map[[2]string]float64
}

func newTeller(m *maker) *teller {
	t := &teller{costs: map[string]int{}, single: map[string]float64{}, pair: map[[2]string]float64{}}
	for e, price := range m.costs {
		if old, ok := t.costs[e.word]; !ok || price < old {
			t.costs[e.word] = price
		}
	}
	return t
}

// count splits a sentence in all ways that the dictionary allows, each by its likelihood, and adds what stands
// beside what: a sentence that is typed may be split in any of these ways again.
func (t *teller) count(text string, from source) {
	chars := []rune(text)
	n := len(chars)
	type arc struct {
		from, to int
		word     string
		p        float64
	}
	var arcs []arc
	ahead, behind := make([]float64, n+1), make([]float64, n+1)
	ahead[0], behind[n] = 1, 1
	byStart := make([][]arc, n)
	for i := range n {
		for j := i + 1; j <= min(n, i+longest); j++ {
			word := string(chars[i:j])
			if price, ok := t.costs[word]; ok {
				a := arc{i, j, word, math.Exp(-float64(price) / 10)}
				arcs, byStart[i] = append(arcs, a), append(byStart[i], a)
				ahead[j] += ahead[i] * a.p
			}
		}
	}
	for i := n - 1; i >= 0; i-- {
		for _, a := range byStart[i] {
			behind[i] += a.p * behind[a.to]
		}
	}
	if ahead[n] == 0 {
		return
	}
	for _, a := range arcs {
		share := from.weight * ahead[a.from] * a.p / ahead[n]
		t.single[a.word] += from.singles * share * behind[a.to]
		t.total += from.singles * share * behind[a.to]
		if a.from == 0 && from.whole {
			t.pair[[2]string{mark, a.word}] += share * behind[a.to]
		}
		if a.to == n {
			if from.whole {
				t.pair[[2]string{a.word, mark}] += share
			}
			continue
		}
		for _, b := range byStart[a.to] {
			t.pair[[2]string{a.word, b.word}] += share * b.p * behind[b.to]
		}
	}
	if from.whole {
		t.single[mark] += from.weight
		t.total += from.weight
	}
}

// readSpeech counts what people say: sentences between blanks, lists of words where one stands for another.
func (t *teller) readSpeech(path string, from source) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	defer f.Close()
	lists := map[string][]string{}
	for lines := bufio.NewScanner(f); lines.Scan(); {
		line := lines.Text()
		if strings.HasPrefix(line, "#") {
			continue
		}
		fields := strings.Fields(line)
		if strings.HasPrefix(line, "@") {
			if len(fields) != 2 {
				return fmt.Errorf("%q is no list", line)
			}
			lists[fields[0]] = append(lists[fields[0]], strings.Split(fields[1], "|")...)
			continue
		}
		for _, pattern := range fields {
			all, err := expand(pattern, lists)
			if err != nil {
				return err
			}
			each := from
			each.weight /= math.Sqrt(float64(len(all)))
			for _, one := range all {
				t.count(one, each)
			}
		}
	}
	return nil
}

// expand writes out a pattern.
func expand(pattern string, lists map[string][]string) ([]string, error) {
	before, rest, found := strings.Cut(pattern, "[")
	if !found {
		return []string{pattern}, nil
	}
	inside, after, closed := strings.Cut(rest, "]")
	if !closed || inside == "" {
		return nil, fmt.Errorf("%q is not closed", pattern)
	}
	choices := strings.Split(inside, "|")
	if inside[0] == '@' {
		if choices = lists[inside]; choices == nil {
			return nil, fmt.Errorf("%q names no list", pattern)
		}
	}
	tails, err := expand(after, lists)
	if err != nil {
		return nil, err
	}
	out := make([]string, 0, len(choices)*len(tails))
	for _, c := range choices {
		for _, tail := range tails {
			out = append(out, before+c+tail)
		}
	}
	return out, nil
}

// readPrint counts the Chinese text of some columns of a table.
func (t *teller) readPrint(path string, columns ...string) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	defer f.Close()
	rows, err := csv.NewReader(f).ReadAll()
	if err != nil {
		return err
	}
	for _, name := range columns {
		column := slices.Index(rows[0], name)
		if column < 0 {
			return fmt.Errorf("%s has no column %s", path, name)
		}
		seen := map[string]bool{}
		for _, row := range rows[1:] {
			for _, part := range strings.FieldsFunc(row[column], func(r rune) bool { return r < 0x4e00 || r > 0x9fff }) {
				if !seen[part] && utf8.RuneCountInString(part) > 2 {
					seen[part] = true
					t.count(part, printedSource)
				}
			}
		}
	}
	return nil
}

// share is how often a word stands in what people say, print included.
func (t *teller) share(word string, price int) float64 {
	base := math.Exp(-float64(price) / 10)
	return (base + ownWeight*t.single[word]/t.total) / (1 + ownWeight)
}

// reprice lets words cost what they are worth in speech; the usual reading alone.
func (t *teller) reprice(m *maker) {
	for e, price := range m.costs {
		if price == t.costs[e.word] {
			m.costs[e] = cost(t.share(e.word, price))
		}
	}
}

// write lists the words by their followers, each with what it costs less there than elsewhere.
func (t *teller) write(path string) error {
	followers := map[string][]string{}
	sums := map[string]float64{}
	order := func(a, b [2]string) int { return cmp.Or(strings.Compare(a[0], b[0]), strings.Compare(a[1], b[1])) }
	for _, p := range slices.SortedFunc(maps.Keys(t.pair), order) { // sums in another order differ by a hair
		sums[p[0]] += t.pair[p]
		if t.pair[p] >= fewest {
			followers[p[0]] = append(followers[p[0]], p[1])
		}
	}
	var text bytes.Buffer
	for _, first := range slices.Sorted(maps.Keys(followers)) {
		text.WriteString(first)
		for _, second := range followers[first] {
			elsewhere := t.share(second, t.costs[second])
			if second == mark {
				elsewhere = t.single[mark] / t.total
			}
			gain := 10 * math.Log((t.pair[[2]string{first, second}]/elsewhere+doubt)/(sums[first]+doubt))
			fmt.Fprintf(&text, "\t%s\t%d", second, max(int(gain), 0))
		}
		text.WriteByte('\n')
	}
	return writeZipped(path, text.Bytes())
}
