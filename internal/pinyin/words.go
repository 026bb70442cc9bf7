package pinyin

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
)

// Dictionary holds the words in a tree of syllables, laid out flat: the children of a node follow it, each
// with its whole subtree, in the order of their syllables. That is the order of the file, in which a
// reading stands directly before those that go on from it.
type Dictionary struct {
	spell spelling
	texts string   // all words, one after another
	ends  []uint32 // where in texts each word ends
	costs []uint8  // of each word, -10 ln of its share
	nodes []node   // the root is the first; one more stands behind the last
	pairs pairs
}

type node struct {
	syllable uint16
	words    uint32 // the first word of this reading; the last stands before the next node's first
	after    uint32 // the node behind this subtree
}

func (d *Dictionary) word(i uint32) string {
	from := uint32(0)
	if i > 0 {
		from = d.ends[i-1]
	}
	return d.texts[from:d.ends[i]]
}

// line is a word as it stands in the file.
type line struct {
	word, reading string
	cost          uint8
}

func unzip(zipped []byte) (string, error) {
	r, err := gzip.NewReader(bytes.NewReader(zipped))
	if err != nil {
		return "", fmt.Errorf("pinyin: %w", err)
	}
	var text strings.Builder
	text.Grow(len(zipped) * 4)
	if _, err := io.Copy(&text, r); err != nil {
		return "", fmt.Errorf("pinyin: %w", err)
	}
	return text.String(), nil
}

func readLines(text string) ([]line, error) {
	all := make([]line, 0, 90000)
	for row := range strings.Lines(text) {
		word, rest, _ := strings.Cut(strings.TrimSuffix(row, "\n"), "\t")
		reading, figure, _ := strings.Cut(rest, "\t")
		cost, err := strconv.ParseUint(figure, 10, 8)
		if err != nil || word == "" || reading == "" {
			return nil, fmt.Errorf("pinyin: line %d cannot be read", len(all)+1)
		}
		all = append(all, line{word, reading, uint8(cost)})
	}
	if len(all) == 0 {
		return nil, fmt.Errorf("pinyin: no words")
	}
	return all, nil
}

// unpack reads the words and the pairs.
func unpack(words, follow []byte) (*Dictionary, error) {
	text, err := unzip(words)
	if err != nil {
		return nil, err
	}
	d, err := readWords(text)
	if err != nil {
		return nil, err
	}
	if text, err = unzip(follow); err != nil {
		return nil, err
	}
	return d, readPairs(text, d)
}

func readWords(text string) (*Dictionary, error) {
	all, err := readLines(text)
	if err != nil {
		return nil, err
	}
	names := map[string]uint16{}
	for _, l := range all {
		for s := range strings.SplitSeq(l.reading, " ") {
			names[s] = 0
		}
	}
	list := make([]string, 0, len(names))
	for s := range names {
		list = append(list, s)
	}
	slices.Sort(list)
	for i, s := range list {
		names[s] = uint16(i)
	}
	d := &Dictionary{spell: newSpelling(list), nodes: []node{{}}}
	var (
		texts strings.Builder
		path  []uint16 // the reading of the word before
		open  []uint32 // its nodes
		now   []uint16
	)
	closeTo := func(depth int) {
		for _, n := range open[depth:] {
			d.nodes[n].after = uint32(len(d.nodes))
		}
		path, open = path[:depth], open[:depth]
	}
	for i, l := range all {
		now = now[:0]
		for s := range strings.SplitSeq(l.reading, " ") {
			now = append(now, names[s])
		}
		same := 0
		for same < len(path) && same < len(now) && path[same] == now[same] {
			same++
		}
		if same < len(path) && (same == len(now) || now[same] < path[same]) {
			return nil, fmt.Errorf("pinyin: line %d is out of order", i+1)
		}
		closeTo(same)
		for _, s := range now[same:] {
			path, open = append(path, s), append(open, uint32(len(d.nodes)))
			d.nodes = append(d.nodes, node{syllable: s, words: uint32(i)})
		}
		texts.WriteString(l.word)
		d.ends, d.costs = append(d.ends, uint32(texts.Len())), append(d.costs, l.cost)
	}
	closeTo(0)
	d.nodes[0].after = uint32(len(d.nodes))
	d.nodes = append(slices.Clip(d.nodes), node{words: uint32(len(all))})
	d.texts, d.ends, d.costs = texts.String(), slices.Clip(d.ends), slices.Clip(d.costs)
	return d, nil
}
