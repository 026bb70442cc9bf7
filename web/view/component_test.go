package view

import (
	"strings"
	"testing"

	"github.com/a-h/templ"
)

// The gallery's colours are those of the style sheet.
func TestSwatchesAreTheTokens(t *testing.T) {
	tokens := themes(t)[":root"]
	for _, s := range swatches {
		if tokens[s.token] != s.hex {
			t.Errorf("%s: gallery %s, style sheet %s", s.token, s.hex, tokens[s.token])
		}
		if r := ratio(s.hex, s.words); r < 4.5 {
			t.Errorf("words on %s reach %.2f:1", s.name, r)
		}
	}
}

// A status is icon, words and colour (UX-C3), and every icon that is named is there.
func TestChipsHaveIconAndWords(t *testing.T) {
	_, doc := render(t, Gallery())
	chips := find(doc, ".chip")
	if len(chips) < len(sampleChips) {
		t.Fatalf("%d chips", len(chips))
	}
	for _, c := range chips {
		if words(c) == "" || len(find(c, "svg[aria-hidden=true] *")) == 0 || !strings.Contains(attr(c, "class"), "tone-") {
			t.Errorf("chip %q lacks icon, words or colour", words(c))
		}
	}
	for _, svg := range find(doc, "svg.icon") {
		if len(find(svg, "*")) == 0 {
			t.Errorf("an empty icon in the gallery: %s", words(svg.Parent))
		}
	}
	for _, tone := range []Tone{OK, Warn, Danger, Info, Neutral, Violet, "other"} {
		if icons[tone.icon()] == "" {
			t.Errorf("%s has no icon", tone)
		}
	}
}

// The figures of a ruler never lie on one another, whatever the hours (负担尺).
func TestRulerFiguresKeepApart(t *testing.T) {
	cases := []struct {
		load Load
		want []rulerText
	}{
		{Load{Planned: 118, Cap: 160}, []rulerText{{"59%", "middle", "", "118"}, {"80%", "middle", "cap", "上限 160"}}},
		{Load{Planned: 158, Cap: 160}, []rulerText{{"79%", "end", "", "158"}, {"80%", "start", "cap", "上限 160"}}},
		{Load{Planned: 160, Cap: 160}, []rulerText{{"80%", "end", "", "160"}, {"80%", "start", "cap", "上限 160"}}},
		{Load{Planned: 161, Cap: 160}, []rulerText{{"82%", "start", "sum", "161"}, {"80%", "end", "cap", "上限 160"}}},
		{Load{Planned: 171, Cap: 160}, []rulerText{{"85.5%", "start", "sum", "171"}, {"80%", "end", "cap", "上限 160"}}},
		{Load{Planned: 900, Cap: 160}, []rulerText{{"100%", "end", "sum", "900"}, {"80%", "end", "cap", "上限 160"}}},
		{Load{Planned: 124, Added: 24, Cap: 160}, []rulerText{{"0%", "start", "", "124 + 24 = 148"}, {"80%", "middle", "cap", "上限 160"}}},
		{Load{Planned: 0, Cap: 160}, []rulerText{{"0%", "start", "", "0"}, {"80%", "middle", "cap", "上限 160"}}},
		{Load{Planned: 12}, []rulerText{{"0%", "start", "", "12 小时，没有设上限"}}},
	}
	for _, c := range cases {
		got := c.load.labels()
		if len(got) != len(c.want) {
			t.Errorf("%+v: %v", c.load, got)
			continue
		}
		for i := range got {
			if got[i] != c.want[i] {
				t.Errorf("%+v: %v, want %v", c.load, got[i], c.want[i])
			}
		}
	}
	if words := (Load{Planned: 171, Cap: 160}).Words(); words != "已排 171 小时，上限 160，超 11" {
		t.Errorf("read out as %q", words)
	}
	_, doc := render(t, Ruler(Load{Planned: 900, Cap: 160}))
	if w := attr(one(t, doc, "rect.over"), "width"); w != "20%" {
		t.Errorf("what is over leaves the track: %s", w)
	}
}

// The five checks are told in words in a list too, not by colour alone.
func TestMiniChecksAreRead(t *testing.T) {
	_, doc := render(t, MiniChecks(sampleChecks, "涉及行政执法"))
	icons := find(doc, "[role=img]")
	if len(icons) != 5 || attr(icons[0], "aria-label") != "负面清单：不通过" || attr(icons[3], "aria-label") != "工作量：需说明" || attr(icons[4], "aria-label") != "提前申请：通过" {
		t.Errorf("%d icons, first %q", len(icons), attr(icons[0], "aria-label"))
	}
}

// A button that cannot be pressed says why; a current step and a sorted column are marked.
func TestStatesAreMarked(t *testing.T) {
	_, doc := render(t, Locked("准予准入", "有 3 项不通过"))
	if words(one(t, doc, "button[disabled]")) != "准予准入" || !strings.Contains(words(doc), "有 3 项不通过") {
		t.Error("a locked button without its reason")
	}
	_, doc = render(t, Steps(sampleSteps))
	if got := words(one(t, doc, "[aria-current=step]")); got != "四 定事 进行中" {
		t.Errorf("current step %q", got)
	}
	_, doc = render(t, Tasks(sampleTasks))
	if words(one(t, doc, "[aria-current=step]")) != "人、钱、物" {
		t.Error("the task list does not say where one is")
	}
	_, doc = render(t, templ.Join(templ.Raw("<table><tr>"), SortHead(hostile, "?sort=due", "ascending"), SortHead("经费", "", ""), templ.Raw("</tr></table>")))
	if attr(one(t, doc, "th[aria-sort]"), "aria-sort") != "ascending" || len(find(doc, "th[scope=col]")) != 2 || len(find(doc, "script, img")) != 0 {
		t.Error("heads of columns")
	}
}

// Strips and big numbers take any words.
func TestStripsEscape(t *testing.T) {
	for name, c := range map[string]templ.Component{
		"figures": Figures([]Figure{{hostile, hostile, hostile, hostile, Tone(hostile), hostile}}), "locked": Locked(hostile, hostile), "legend": RulerLegend(hostile),
		"offline": Offline(3), "assisted": Assisted(28), "loading": Loading(),
	} {
		_, doc := render(t, c)
		if len(find(doc, "script, img, [onerror]")) != 0 {
			t.Errorf("%s: markup got through", name)
		}
	}
}
