package docno

import (
	"errors"
	"strings"
	"testing"
)

func TestFormat(t *testing.T) {
	n := No{Word: "梧", Kind: Application, Year: 2026, Seq: 47}
	if got := n.Format(); got != "梧申\u30142026\u301547号" {
		t.Errorf("Format = %q", got)
	}
	if got := n.Slug(); got != "2026-47" {
		t.Errorf("Slug = %q", got)
	}
	if got := Label(n.Kind); got != "申请" {
		t.Errorf("Label = %q", got)
	}
}

// Every spelling a person types for the same paper is the same number.
func TestParseSpellings(t *testing.T) {
	want := No{Word: "梧", Kind: Approval, Year: 2026, Seq: 47}
	for _, s := range []string{
		"梧准〔2026〕47号", "梧准[2026]47号", "梧准(2026)47号", "梧准（2026）47号",
		"梧准【2026】47号", "梧准﹝2026﹞47号", "梧准［２０２６］４７号", "梧准〔2026〕第47号",
		"梧准〔2026〕47", "梧准〔2026〕047号", " 梧准 〔 2026 〕 47 号 ", "梧准〔2026]47号",
		"梧准〔2026〕47號", "梧准\u200b〔2026〕47号", "梧准　〔2026〕　第４７号",
	} {
		got, err := Parse(s)
		if err != nil || got != want {
			t.Errorf("Parse(%q) = %+v, %v", s, got, err)
		}
	}
}

func TestParseKinds(t *testing.T) {
	cases := map[string]No{
		"梧公示〔2026〕121号":  {"梧", Notice, 2026, 121},
		"梧拒〔2026〕1号":     {"梧", Refusal, 2026, 1},
		"梧退〔2026〕2号":     {"梧", Return, 2026, 2},
		"民发〔2015〕136号":   {"民", "发", 2015, 136},
		"梧办发〔2026〕3号":    {"梧办", "发", 2026, 3},
		"京民基发〔2016〕105号": {"京民基", "发", 2016, 105},
		"梧〔2026〕9号":      {"梧", "", 2026, 9},
		"申〔2026〕9号":      {"申", "", 2026, 9},
	}
	for s, want := range cases {
		got, err := Parse(s)
		if err != nil || got != want {
			t.Errorf("Parse(%q) = %+v, %v; want %+v", s, got, err, want)
			continue
		}
		if got.Format() != s {
			t.Errorf("%q prints as %q", s, got.Format())
		}
	}
}

func TestParseRefuses(t *testing.T) {
	for _, s := range []string{
		"", "梧准47号", "梧准〔2026〕号", "梧准〔2026〕0号", "梧准〔26〕47号", "梧准〔02026〕47号",
		"梧准〔1848〕47号", "梧准〔2026〕-47号", "梧准〔2026〕4.7号", "梧准〔2026〕47号附件",
		"〔2026〕47号", "ab〔2026〕47号", "梧准〔2026〕99999999999999999999号", "梧准〔2026〕４７x号",
		"梧准〔2026〔47号", "梧准\x00〔2026〕47号", "\xff准〔2026〕47号", "梧准〔٢٠٢٦〕47号",
		strings.Repeat("梧", 13) + "〔2026〕47号", strings.Repeat("梧", 100000),
	} {
		if got, err := Parse(s); !errors.Is(err, ErrNo) {
			t.Errorf("Parse(%.60q) = %+v, %v; want ErrNo", s, got, err)
		}
	}
}

func TestParseSlug(t *testing.T) {
	y, q, err := ParseSlug("2026-47")
	if y != 2026 || q != 47 || err != nil {
		t.Errorf("ParseSlug = %d, %d, %v", y, q, err)
	}
	for _, s := range []string{
		"", "-", "2026", "2026-", "2026-0", "2026-047", "2026-+47", "2026--47", "02026-47", "26-47",
		"2026-47/", "2026-47 ", "2026–47", "２０２６-４７", "2026-99999999", "1-1", "LZ-102",
	} {
		if _, _, err := ParseSlug(s); !errors.Is(err, ErrSlug) {
			t.Errorf("ParseSlug(%q) = %v; want ErrSlug", s, err)
		}
	}
}

// FuzzParse: what is accepted prints in one canonical form, which reads back
// as the same number and whose slug reads back too.
func FuzzParse(f *testing.F) {
	for _, s := range []string{"梧申〔2026〕47号", "梧公示[2026]第００1号", "民发(2015)136", "〔〕"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		n, err := Parse(s)
		if err != nil {
			return
		}
		again, err := Parse(n.Format())
		if err != nil || again != n {
			t.Fatalf("%q -> %+v -> %+v, %v", s, n, again, err)
		}
		y, q, err := ParseSlug(n.Slug())
		if err != nil || y != n.Year || q != n.Seq {
			t.Fatalf("slug %q -> %d, %d, %v", n.Slug(), y, q, err)
		}
	})
}

// FuzzParseSlug: an accepted slug is the only spelling of its number.
func FuzzParseSlug(f *testing.F) {
	f.Add("2026-47")
	f.Fuzz(func(t *testing.T, s string) {
		y, q, err := ParseSlug(s)
		if err == nil && (No{Year: y, Seq: q}).Slug() != s {
			t.Fatalf("%q is a second spelling of %d-%d", s, y, q)
		}
	})
}
