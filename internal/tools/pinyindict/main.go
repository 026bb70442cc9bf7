//go:build ignore

// This program writes internal/pinyin/words.tsv.gz and pairs.tsv.gz, the words of pinyin typing on the touch
// device and which of them follow each other. Run it at the root of the repository, with the unpacked package
// @pinyin-pro/data 1.3.1 (npm pack) beside it:
//
//	go run internal/tools/pinyindict/main.go internal/tools/pinyindict/pairs.go -modern package/json/modern.json
//
// Each line of the words is a word, its reading without tones (ü is v) and its cost, -10 ln of how often it is
// said. Each line of the pairs is a word and its followers, each with what it costs less there. The same input
// gives the same bytes.
package main

import (
	"bufio"
	"bytes"
	"cmp"
	"compress/gzip"
	"encoding/csv"
	"encoding/json"
	"flag"
	"fmt"
	"log"
	"math"
	"os"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	table "github.com/mozillazg/go-pinyin"
)

// Costs of what has no figure of its own.
const (
	rare      = 215 // a character that only the table of characters knows
	otherward = 45  // added for a reading that is not the usual one
	dearest   = 250
)

type entry struct{ word, reading string }

type maker struct {
	modern map[string]string // usual reading of a word
	costs  map[entry]int
	own    []string // phrases of this domain
}

func main() {
	modern := flag.String("modern", "package/json/modern.json", "the words of @pinyin-pro/data")
	own := flag.String("own", "internal/tools/pinyindict/own.txt", "words of this domain")
	street := flag.String("street", "internal/demo/street/buildings.csv", "buildings whose compounds and streets are words")
	categories := flag.String("categories", "internal/demo/data/request_categories.csv", "names of the categories")
	out := flag.String("out", "internal/pinyin/words.tsv.gz", "where the words go")
	speech := flag.String("speech", "internal/tools/pinyindict/speech.txt", "what residents say")
	collocations := flag.String("collocations", "internal/tools/pinyindict/collocations.txt", "words that stand together")
	classes := flag.String("classes", "internal/tools/pinyindict/classes.txt", "classes of words")
	articles := flag.String("articles", "internal/demo/data/legal_articles.csv", "articles of law, which are no protected work")
	pairs := flag.String("pairs", "internal/pinyin/pairs.tsv.gz", "where the pairs of words go")
	flag.Parse()
	m := maker{modern: map[string]string{}, costs: map[entry]int{}}
	must(m.readModern(*modern))
	m.addCharacters()
	must(m.addOwn(*own))
	m.addNumbers()
	must(m.addNames(*street, 0, 400))
	must(m.addNames(*street, 8, 200))
	must(m.addNames(*categories, 2, 60))
	t := newTeller(&m)
	must(t.readSpeech(*speech, speechSource))
	must(t.readSpeech(*collocations, collocSource))
	must(t.readSpeech(*classes, classSource))
	for _, w := range m.own {
		t.count(w, phraseSource)
	}
	must(t.readPrint(*articles, "paragraph_texts"))
	must(t.readPrint(*categories, "name"))
	t.reprice(&m)
	must(m.write(*out))
	must(t.write(*pairs))
}

func must(err error) {
	if err != nil {
		log.Fatal(err)
	}
}

// readModern takes every word with its share of all.
func (m *maker) readModern(path string) error {
	text, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	var words map[string][2]any
	if err := json.Unmarshal(text, &words); err != nil {
		return err
	}
	total := 0.0
	for _, w := range words {
		total += w[1].(float64)
	}
	for word, w := range words {
		reading := plain(w[0].(string))
		if !han(word) || len(strings.Fields(reading)) != utf8.RuneCountInString(word) {
			continue
		}
		m.modern[word] = reading
		m.add(word, reading, cost(w[1].(float64)/total))
	}
	return nil
}

// addCharacters lets every character be typed by each of its readings.
func (m *maker) addCharacters() {
	for code, readings := range table.PinyinDict {
		if code < 0x4e00 || code > 0x9fff {
			continue
		}
		char := string(rune(code))
		usual, known := m.modern[char]
		price := rare
		if known {
			price = m.costs[entry{char, usual}]
		}
		for i, r := range strings.Split(readings, ",") {
			reading := plain(r)
			if reading == "" || reading == usual {
				continue
			}
			if !known && i == 0 {
				m.modern[char] = reading
				m.add(char, reading, rare)
				continue
			}
			m.add(char, reading, min(price+otherward, dearest))
		}
	}
}

// addOwn reads the words of this domain. A line "@name word word" names a set, "+ n @a @b" makes words of
// every pair of two sets, each n times in a million, "! word cost" sets a cost for good.
func (m *maker) addOwn(path string) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	defer f.Close()
	sets, share := map[string][]entry{}, 0.0
	for lines := bufio.NewScanner(f); lines.Scan(); {
		fields := strings.Fields(lines.Text())
		if len(fields) == 0 || fields[0] == "#" {
			continue
		}
		switch head := fields[0]; {
		case head == "=":
			share, err = million(fields[1])
		case head == "!":
			e := m.entry(fields[1])
			m.costs[e], err = strconv.Atoi(fields[2])
		case head == "+":
			var each float64
			each, err = million(fields[1])
			for _, a := range sets[fields[2]] {
				for _, b := range sets[fields[3]] {
					m.add(a.word+b.word, a.reading+" "+b.reading, cost(each))
				}
			}
		case head[0] == '@':
			for _, w := range fields[1:] {
				sets[head] = append(sets[head], m.entry(w))
			}
		default:
			for _, w := range fields {
				e := m.entry(w)
				if utf8.RuneCountInString(e.word) > 1 {
					m.own = append(m.own, e.word)
				}
				m.add(e.word, e.reading, cost(share))
			}
		}
		if err != nil {
			return fmt.Errorf("%q: %w", lines.Text(), err)
		}
	}
	return nil
}

// entry is a word as own.txt writes it: its reading stands behind a stroke where it is not the usual one.
func (m *maker) entry(text string) entry {
	word, reading, given := strings.Cut(text, "/")
	if !given {
		reading = m.read(word)
	}
	return entry{word, strings.ReplaceAll(reading, "'", " ")}
}

func million(figure string) (float64, error) {
	n, err := strconv.ParseFloat(figure, 64)
	return n / 1e6, err
}

// addNumbers adds what people count: floors, doors, times, hours.
func (m *maker) addNumbers() {
	digits := []string{"一", "二", "三", "四", "五", "六", "七", "八", "九", "十"}
	counts := append([]string{"两", "几"}, digits...)
	for _, n := range counts {
		for _, of := range strings.Fields("个 天 次 年 点 点半 楼 号楼 单元 幢 栋 层 户 辆 盏 条 块 家 岁 分钟 小时 个月 个星期") {
			m.add(n+of, m.read(n)+" "+m.read(of), cost(60e-6))
		}
	}
	for n := 11; n < 100; n++ {
		word := digits[n%10]
		if n%10 == 0 {
			word = ""
		} else {
			word = digits[n%10-1]
		}
		word = "十" + word
		if n >= 20 {
			word = digits[n/10-1] + word
		}
		m.add(word, m.read(word), cost(25e-6))
		if n <= 33 {
			m.add(word+"楼", m.read(word)+" lou", cost(15e-6))
			m.add(word+"号楼", m.read(word)+" hao lou", cost(15e-6))
		}
	}
}

// addNames takes the names of one column; of an address, what stands before its number.
func (m *maker) addNames(path string, column int, perMillion float64) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	defer f.Close()
	rows, err := csv.NewReader(f).ReadAll()
	if err != nil {
		return err
	}
	for _, row := range rows[1:] {
		for _, name := range strings.FieldsFunc(row[column], func(r rune) bool { return strings.ContainsRune("；;(),，与或", r) }) {
			if at := strings.IndexAny(name, "0123456789"); at >= 0 {
				name = name[:at]
			}
			if n := utf8.RuneCountInString(name); n >= 2 && n <= 8 && han(name) {
				m.add(name, m.read(name), cost(perMillion/1e6))
			}
		}
	}
	return nil
}

// unfit are words that the device of a street office does not offer.
var unfit = regexp.MustCompile("阴茎|阴道|阴户|阴部|阴毛|阴囊|睾丸|精液|射精|性交|做爱|手淫|强奸|轮奸|妓女|嫖|婊|荡妇|淫|鸡巴|屌|操你|他妈的|王八蛋|狗日|龟孙")

// unspoken are readings that nobody means; kept, they would stand before what was meant.
var unspoken = map[string]bool{"fiao": true, "len": true, "den": true, "eng": true, "rua": true, "tei": true, "lo": true}

// add keeps the cheaper of two figures.
func (m *maker) add(word, reading string, price int) {
	if unspoken[reading] || utf8.RuneCountInString(word) > 1 && unfit.MatchString(word) {
		return
	}
	e := entry{word, reading}
	if old, ok := m.costs[e]; !ok || price < old {
		m.costs[e] = price
	}
}

// read gives the usual reading of a text: its longest known words from the left.
func (m *maker) read(text string) string {
	var out []string
	for chars := []rune(text); len(chars) > 0; {
		n := len(chars)
		for n > 1 && m.modern[string(chars[:n])] == "" {
			n--
		}
		out = append(out, m.modern[string(chars[:n])])
		chars = chars[n:]
	}
	return strings.Join(out, " ")
}

func (m *maker) write(path string) error {
	all := make([]entry, 0, len(m.costs))
	for e := range m.costs {
		all = append(all, e)
	}
	slices.SortFunc(all, func(a, b entry) int {
		return cmp.Or(strings.Compare(a.reading, b.reading), m.costs[a]-m.costs[b], strings.Compare(a.word, b.word))
	})
	var text bytes.Buffer
	for _, e := range all {
		fmt.Fprintf(&text, "%s\t%s\t%d\n", e.word, e.reading, m.costs[e])
	}
	log.Printf("%d words", len(all))
	return writeZipped(path, text.Bytes())
}

func writeZipped(path string, text []byte) error {
	var zipped bytes.Buffer
	w, err := gzip.NewWriterLevel(&zipped, gzip.BestCompression)
	if err != nil {
		return err
	}
	if _, err := w.Write(text); err != nil {
		return err
	}
	if err := w.Close(); err != nil {
		return err
	}
	log.Printf("%s: %d bytes, %d compressed", path, len(text), zipped.Len())
	return os.WriteFile(path, zipped.Bytes(), 0o644)
}

func cost(share float64) int { return min(max(int(math.Round(-10*math.Log(share))), 1), dearest) }

var tones = strings.NewReplacer("ā", "a", "á", "a", "ǎ", "a", "à", "a", "ē", "e", "é", "e", "ě", "e", "è", "e", "ê", "e", "ế", "e", "ề", "e",
	"ī", "i", "í", "i", "ǐ", "i", "ì", "i", "ō", "o", "ó", "o", "ǒ", "o", "ò", "o", "ū", "u", "ú", "u", "ǔ", "u", "ù", "u",
	"ü", "v", "ǖ", "v", "ǘ", "v", "ǚ", "v", "ǜ", "v", "ń", "n", "ň", "n", "ǹ", "n", "ḿ", "m", "\u0304", "", "\u0301", "", "\u030c", "", "\u0300", "")

// plain takes the tones off; what is no spelled syllable is dropped.
func plain(reading string) string {
	out := tones.Replace(strings.ToLower(reading))
	for _, syllable := range strings.Fields(out) {
		if strings.Trim(syllable, "abcdefghijklmnopqrstuvwxyz") != "" || !strings.ContainsAny(syllable, "aeiouv") {
			return ""
		}
	}
	return out
}

func han(text string) bool {
	for _, r := range text {
		if r < 0x4e00 || r > 0x9fff {
			return false
		}
	}
	return text != ""
}
