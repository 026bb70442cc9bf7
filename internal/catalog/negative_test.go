package catalog_test

import (
	"context"
	"testing"

	"portal/internal/catalog"
	"portal/internal/intake"
)

// R1–R4, R33, R34 over the real list: what blocks, what only warns, what is lifted, and what words can
// hide behind.
func TestNegativeList(t *testing.T) {
	t.Parallel()
	db := all(t, intake.Options{})
	list, err := catalog.Negatives(context.Background(), db.Q(), today)
	if err != nil || len(list) != 70 {
		t.Fatalf("%d %v", len(list), err)
	}
	title := func(s string) []catalog.Text { return []catalog.Text{{Field: "title", Words: s, Title: true}} }
	body := func(s string) []catalog.Text { return []catalog.Text{{Field: "content", Words: s}} }
	cases := []struct {
		name      string
		texts     []catalog.Text
		role      string
		emergency bool
		phrase    string // "" for no hit
		blocks    bool
	}{
		{"plain", title("社区招商引资任务"), "assist", false, "招商引资", true},
		{"spaces", title("社区招 商 引 资任务"), "assist", false, "招商引资", true},
		{"traditional", title("社區招商引資任務"), "assist", false, "招商引资", true},
		{"wide spaces and zero width", title("招　商\u200b引·资"), "assist", false, "招商引资", true},
		{"title phrase in the text only", body("招商引资"), "assist", false, "", false},
		{"primary", title("参与行政执法"), "primary", false, "行政执法", true},
		{"responsible unit", title("参与行政执法"), catalog.ResponsibleUnit, false, "行政执法", true},
		{"assisting only warns (R2)", title("协助行政执法宣传"), "assist", false, "行政执法", false},
		{"text mode in the text (R34)", body("签订责任状"), "assist", false, "责任状", true},
		{"text mode in the title", title("实行一票否决"), "assist", false, "一票否决", true},
		{"except emergency", body("每日打卡"), "assist", true, "", false},
		{"not an emergency", body("每日打卡"), "assist", false, "打卡", true},
		{"a rule is never a phrase", body("职责清单外事项、周报、新建APP、单独考核"), "primary", false, "", false},
		{"a certificate is only R36", title("出具亲属关系证明"), "primary", false, "", false},
		{"§11 XZ-006", title("发现生产经营单位事故隐患或安全生产违法行为时报告"), "assist", false, "安全生产", false},
		{"§11 JD-002", title("组织实施环境保护、秩序治理、街区更新、物业管理监督、应急管理等城市管理工作"), "", false, "城市管理", false},
		{"nothing", title("楼道清洁日"), "assist", false, "", false},
	}
	for _, c := range cases {
		hits := catalog.Hits(list, c.texts, c.role, c.emergency)
		got := ""
		if len(hits) > 0 {
			got = hits[0].Entry.Phrase
			words := []rune(c.texts[0].Words)
			if h := hits[0]; h.Start < 0 || h.End > len(words) || h.Start >= h.End || h.Field != c.texts[0].Field {
				t.Errorf("%s: place %d–%d", c.name, h.Start, h.End)
			}
		}
		if got != c.phrase || catalog.Blocked(hits) != c.blocks {
			t.Errorf("%s: hit %q blocks %v; want %q %v", c.name, got, catalog.Blocked(hits), c.phrase, c.blocks)
		}
	}
	// The place is that of the author's own words.
	if h := catalog.Hits(list, title("社区招 商 引 资任务"), "assist", false)[0]; h.Start != 2 || h.End != 9 {
		t.Errorf("%d–%d", h.Start, h.End)
	}
}

// R3, §11 LZ-030: a phrase that the cited law itself requires is lifted; a policy or a law that is gone
// does not lift it, and other phrases are never lifted.
func TestLift(t *testing.T) {
	t.Parallel()
	db := all(t, intake.Options{})
	list, err := catalog.Negatives(context.Background(), db.Q(), today)
	if err != nil {
		t.Fatal(err)
	}
	text := "居民委员会、村民委员会应当设置专人专岗负责未成年人保护工作，签订责任状"
	hits := catalog.Hits(list, []catalog.Text{{Field: "title", Words: "设置专人专岗负责未成年人保护工作", Title: true}}, "primary", false)
	law := catalog.Cited{Label: "《未成年人保护法》第四十三条", Text: text, Holds: true, Law: true}
	gone, rule := law, law
	gone.Holds, rule.Law = false, false
	if len(hits) != 1 || !catalog.Blocked(hits) {
		t.Fatalf("%v", hits)
	}
	if lifted := catalog.Lift(hits, []catalog.Cited{gone, rule}); !catalog.Blocked(lifted) {
		t.Error("lifted by a law that is gone or by a policy")
	}
	lifted := catalog.Lift(hits, []catalog.Cited{gone, law})
	if catalog.Blocked(lifted) || lifted[0].LiftedBy != law.Label || hits[0].LiftedBy != "" {
		t.Errorf("%+v", lifted)
	}
	pledge := catalog.Hits(list, []catalog.Text{{Field: "content", Words: "签订责任状"}}, "assist", false)
	if !catalog.Blocked(catalog.Lift(pledge, []catalog.Cited{law})) {
		t.Error("责任状 is lifted")
	}
}

// R36: a certificate that may not be issued is found by its name.
func TestCertificateHit(t *testing.T) {
	t.Parallel()
	db := all(t, intake.Options{})
	list, err := catalog.Negatives(context.Background(), db.Q(), today)
	if err != nil {
		t.Fatal(err)
	}
	for words, want := range map[string]string{"开具亲属关系证明": "亲属关系证明", "無犯罪記錄證明": "无犯罪记录证明", "收养能力证明": "", "证明": ""} {
		got, ok := catalog.CertificateHit(list, words)
		if ok != (want != "") || got.Phrase != want {
			t.Errorf("%s: %q", words, got.Phrase)
		}
	}
}
