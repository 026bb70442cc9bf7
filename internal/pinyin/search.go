package pinyin

import (
	"cmp"
	"math"
	"slices"
	"strings"
)

// hit is a reading of some letters as one word, or as several that are read alike.
type hit struct {
	node uint32
	end  int
	cost int    // of the reading alone, without the sounds
	cuts uint64 // bit n: a syllable ends behind n letters
	kind kind   // of all its syllables together
	size int    // syllables
	off  int    // sounds that were taken for their neighbours
}

// search is one input being read.
type search struct {
	d     *Dictionary
	typed string
	at    []at
}

// Candidates are the texts that the letters may mean, the likeliest first: the best sentence of all letters,
// words of all of them, words of the first syllables, single characters. What spells exactly stands before
// what only sounds alike. Letters may be a to z and the separator; reading ends at anything else.
func (d *Dictionary) Candidates(typed string, limit int) []Candidate {
	typed = legible(typed)
	if typed == "" || limit <= 0 {
		return nil
	}
	s := search{d: d, typed: typed, at: d.spell.pieces(typed)}
	all := s.every()
	best := s.sentence(all)
	if best.Used == 0 {
		return nil
	}
	out := make([]Candidate, 0, min(limit, 64))
	seen := map[string]bool{}
	add := func(c Candidate) bool {
		if len(out) < limit && !seen[c.Text] {
			seen[c.Text] = true
			out = append(out, c)
		}
		return len(out) < limit
	}
	words := s.words(all[s.skip(0)])
	if w := words[0]; w.hit.end == best.Used && w.hit.kind == 0 && (best.kind != 0 || w.cost <= best.cost) {
		add(s.candidate(w)) // spelled exactly, and a word: before any sentence that only sounds like it
	}
	add(best.Candidate)
	for _, w := range words {
		if !add(s.candidate(w)) {
			break
		}
	}
	return out
}

// legible is the part of the input that can be read.
func legible(typed string) string {
	typed = strings.ToLower(typed[:min(len(typed), MaxLetters)])
	for i := range len(typed) {
		if c := typed[i]; (c < 'a' || c > 'z') && c != '\'' {
			return typed[:i]
		}
	}
	return typed
}

// skip passes separators.
func (s *search) skip(i int) int {
	for i < len(s.typed) && s.typed[i] == '\'' {
		i++
	}
	return i
}

// hits are all words that begin at a letter.
func (s *search) hits(from int) []hit {
	var out []hit
	s.walk(hit{end: from}, &out)
	return out
}

// walk goes down the tree by every syllable that can be read next; both lists are in order. First letters
// count where nothing is spelled, and behind another first letter.
func (s *search) walk(h hit, out *[]hit) {
	i := s.skip(h.end)
	if i >= len(s.typed) {
		return
	}
	pieces := s.at[i].spelled
	if len(pieces) == 0 || h.kind&initial != 0 || pieces[0].kind == unfinished {
		pieces = s.at[i].all
	}
	nodes, child, last := s.d.nodes, h.node+1, s.d.nodes[h.node].after
	for p := 0; p < len(pieces) && child < last; {
		switch {
		case nodes[child].syllable < pieces[p].syllable:
			child = nodes[child].after
		case nodes[child].syllable > pieces[p].syllable:
			p++
		default:
			end := int(pieces[p].end)
			next := hit{child, end, h.cost + int(pieces[p].cost), h.cuts | 1<<end, h.kind | pieces[p].kind, h.size + 1, h.off + int(pieces[p].sounds)}
			if nodes[child].words < nodes[child+1].words {
				done := next
				if done.size == 1 && done.kind&initial != 0 {
					done.cost += aloneCost
				}
				*out = append(*out, done)
			}
			s.walk(next, out)
			p++
		}
	}
}

// sentence is the best way through all letters, or through as many as can be read (Viterbi over words).
type sentence struct {
	Candidate
	cost, words int
	kind        kind
}

// sentence tries somebody who spells well and somebody who never tells those sounds apart.
func (s *search) sentence(words [][]hit) sentence {
	well, badly := s.best(words, fuzzyCost), s.best(words, habitEach)
	if badly.cost += habitCost; well.Used > 0 && well.cost <= badly.cost {
		return well
	}
	return badly
}

// Bounds of the search, so that its time does not grow with the input.
const (
	ways       = 16 // to one letter, each by another last word
	alikeWords = 14 // words of one reading that are tried
	guessWords = 2  // … where only first letters were typed
	guessWays  = 4  // … behind as many ways
	alikeRange = 75 // what a word may cost more than the first of its reading
)

// step is a way to a letter: its last word, and the way before it.
type step struct {
	cost, words int
	single      int // 1 if its last word is a single character
	from, way   int // letter and way before
	form        uint16
	word        uint32
	hit         hit
}

func (s *search) best(words [][]hit, each int) sentence {
	at := make([][]step, len(s.typed)+1)
	start, reach := s.skip(0), 0
	at[start] = []step{{form: edge}}
	for i, hits := range words {
		if len(at[i]) == 0 {
			continue
		}
		for _, h := range hits {
			end := s.skip(h.end)
			reach = max(reach, end)
			s.reach(at, i, end, h, h.cost+h.off*each)
		}
	}
	if reach == 0 {
		return sentence{}
	}
	last, total := 0, math.MaxInt
	for i, way := range at[reach] {
		if cost := way.cost + s.d.pairs.cost(way.form, edge, 0); cost < total {
			last, total = i, cost
		}
	}
	out := sentence{cost: total, words: at[reach][last].words}
	var texts []string
	cuts := uint64(0)
	for i, way := reach, last; i > start; {
		one := at[i][way]
		texts = append(texts, s.d.word(one.word))
		cuts |= one.hit.cuts
		out.kind |= one.hit.kind
		i, way = one.from, one.way
	}
	slices.Reverse(texts)
	out.Candidate = Candidate{strings.Join(texts, ""), reach, s.split(reach, cuts)}
	return out
}

// reach goes on from one letter by the words of one reading, each behind the word that it suits best.
func (s *search) reach(at [][]step, from, end int, h hit, sound int) {
	first, last := s.d.nodes[h.node].words, s.d.nodes[h.node+1].words
	most, before := uint32(alikeWords), at[from]
	if h.kind&initial != 0 {
		most, before = guessWords, before[:min(len(before), guessWays)]
	}
	single := 0
	if h.size == 1 {
		single = 1
	}
	for w := first; w < min(last, first+most); w++ {
		own := int(s.d.costs[w])
		if own > int(s.d.costs[first])+alikeRange {
			break
		}
		form, best := s.d.pairs.form[w], step{cost: math.MaxInt}
		for way, one := range before {
			if cost := one.cost + s.d.pairs.cost(one.form, form, single+one.single); cost < best.cost {
				best = step{cost: cost, words: one.words + 1, from: from, way: way, form: form, word: w, hit: h, single: single}
			}
		}
		best.cost += sound + own
		at[end] = keep(at[end], best)
	}
}

// keep adds a way to those that are kept, the cheapest first, one for each last word.
func keep(list []step, one step) []step {
	if len(list) == ways && one.cost >= list[ways-1].cost {
		return list
	}
	if same := slices.IndexFunc(list, func(other step) bool { return other.form == one.form }); same >= 0 {
		if list[same].cost <= one.cost {
			return list
		}
		list = slices.Delete(list, same, same+1)
	}
	at := len(list)
	for at > 0 && list[at-1].cost > one.cost {
		at--
	}
	return slices.Insert(list[:min(len(list), ways-1)], at, one)
}

// every finds the words that begin at each letter that a word before can end at.
func (s *search) every() [][]hit {
	words := make([][]hit, len(s.typed))
	open := make([]bool, len(s.typed)+1)
	open[s.skip(0)] = true
	for i := range words {
		if !open[i] {
			continue
		}
		words[i] = s.hits(i)
		for _, h := range words[i] {
			open[s.skip(h.end)] = true
		}
	}
	return words
}

// split writes the letters by syllable.
func (s *search) split(end int, cuts uint64) string {
	var out strings.Builder
	for i := s.skip(0); i < end; i++ {
		if s.typed[i] == '\'' {
			continue
		}
		if out.Len() > 0 && (cuts&(1<<i) != 0 || s.typed[i-1] == '\'') {
			out.WriteByte('\'')
		}
		out.WriteByte(s.typed[i])
	}
	return out.String()
}

// choice is one word with the way it was read.
type choice struct {
	hit  hit
	word uint32
	cost int
}

// words are the words that begin the input: those of most letters first, then what is spelled exactly.
func (s *search) words(first []hit) []choice {
	var out []choice
	for _, h := range first {
		h.end = s.skip(h.end)
		for w := s.d.nodes[h.node].words; w < s.d.nodes[h.node+1].words; w++ {
			out = append(out, choice{h, w, h.cost + h.off*fuzzyCost + int(s.d.costs[w])})
		}
	}
	slices.SortStableFunc(out, func(a, b choice) int {
		return cmp.Or(b.hit.end-a.hit.end, cmp.Compare(a.hit.kind, b.hit.kind), a.cost-b.cost)
	})
	return out
}

func (s *search) candidate(c choice) Candidate {
	return Candidate{s.d.word(c.word), c.hit.end, s.split(c.hit.end, c.hit.cuts)}
}
