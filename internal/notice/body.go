package notice

import "strings"

// Block is one piece of a notice's body: a paragraph, or a table whose first row is its head.
type Block struct {
	Text string
	Rows [][]string
}

// Table reports whether the block is a table.
func (b Block) Table() bool { return len(b.Rows) > 0 }

// Blocks reads a body as people type it: one paragraph a line, and lines with | between their cells are a table.
// Nothing else has a meaning, so nothing typed can become markup.
func Blocks(body string) []Block {
	var out []Block
	table := false
	for line := range strings.SplitSeq(body, "\n") {
		line = strings.TrimSpace(line)
		cells := cellsOf(line)
		switch {
		case line == "":
			table = false
			continue
		case cells == nil:
			out = append(out, Block{Text: line})
		case table:
			last := &out[len(out)-1]
			last.Rows = append(last.Rows, fit(cells, len(last.Rows[0])))
		default:
			out = append(out, Block{Rows: [][]string{cells}})
		}
		table = cells != nil
	}
	return out
}

func cellsOf(line string) []string {
	line = strings.NewReplacer("｜", "|").Replace(line)
	if !strings.Contains(line, "|") {
		return nil
	}
	cells := strings.Split(strings.Trim(line, "|"), "|")
	for i := range cells {
		cells[i] = strings.TrimSpace(cells[i])
	}
	return cells
}

// fit gives a row as many cells as the head has; what is too much stays in the last one.
func fit(cells []string, n int) []string {
	if len(cells) > n {
		cells = append(cells[:n-1:n-1], strings.Join(cells[n-1:], " "))
	}
	for len(cells) < n {
		cells = append(cells, "")
	}
	return cells
}
