package public

import (
	"encoding/csv"
	"net/http"
	"strings"
	"testing"

	"portal/internal/authz"
	"portal/internal/catalog"
	"portal/internal/legal"
	"portal/internal/pg"
	"portal/internal/workday"
	"portal/web/webtest"
)

const linhe = "320104900003"

// admit puts an approved application on the list: open in 槐荫, waiting in 临河 (R18).
func admit(t *testing.T, b *webtest.Bench, code, title string) {
	t.Helper()
	hours, times := 2.0, 12.0
	err := b.DB.Write(t.Context(), authz.System, func(tx *pg.Tx) error {
		id, err := catalog.Admit(t.Context(), tx, catalog.Admission{Code: code, Number: "梧准〔2026〕12号", Kind: catalog.AssistGovernment, ApplicationID: 4711, Title: title,
			Category: "城市管理", LeadName: "区城市管理局", LegalBasis: "《中华人民共和国城市居民委员会组织法》第四十三条", Period: "临时", Frequency: "每月",
			Basis: catalog.AdmittedBasis{DocKey: "urban-residents-committee-organization-law", VersionDate: workday.NewDay(2025, 10, 28), ArticleNo: "43", Status: legal.BasisInForce},
			Role:  catalog.Assist, AssistModes: []catalog.AssistMode{catalog.Publicise}, Requester: "区城市管理局", Payer: "区城市管理局", Hours: &hours, Occurrences: &times,
			From: workday.NewDay(2026, 11, 1), Until: workday.NewDay(2026, 12, 1),
			Scopes: []catalog.AdmittedScope{{Division: huaiyin, Open: true}, {Division: linhe}}})
		if err != nil {
			return err
		}
		return tx.Record(t.Context(), pg.Change{Action: authz.AppApprove, Kind: catalog.ItemKind, ID: id, No: code})
	})
	if err != nil {
		t.Fatal(err)
	}
}

// An approved entry is public with its number, from its first to its last day, where it is open; the
// community that has not confirmed its conditions does not have it on its list (R18, R20).
func TestAdmitted(t *testing.T) {
	t.Parallel()
	b := street(t)
	v := b.Anybody(t)
	v.Get("/items/2026-47").Is(http.StatusNotFound)
	admit(t, b, "2026-47", `=HYPERLINK("x")<script>alert(1)</script>油烟排查`)
	page := v.Get("/items/2026-47").Is(http.StatusOK).WellMade().
		Says(".head", "梧准〔2026〕12号", "快到期", "油烟排查").
		Says(".summary", "区城市管理局", "经费由谁出", "宣传教育", "合每月 2 小时", "临河社区（待社区确认）", "2026年11月1日至2026年11月30日").
		Says(".article", "必要的经费和条件")
	if strings.Contains(page.Body, "<script>alert") {
		t.Error("a title is not text")
	}
	on := func(query string) int { return len(objects(t, v.Get("/items.json?q=2026-47"+query))) }
	for query, want := range map[string]int{"": 1, "&community=" + huaiyin: 1, "&community=" + linhe: 0, "&on=2026-10-31": 0, "&on=2026-11-30": 1, "&on=2026-12-01": 0} {
		if got := on(query); got != want {
			t.Errorf("%s: %d, want %d", query, got, want)
		}
	}
	o := objects(t, v.Get("/items.json?q=2026-47"))[0]
	if o["number"] != "梧准〔2026〕12号" || o["state"] != "生效" || o["effective_from"] != "2026-11-01" || o["effective_to"] != "2026-11-30" || !strings.HasPrefix(o["title"], "=HYPERLINK") {
		t.Errorf("%v", o)
	}
	rows, err := csv.NewReader(strings.NewReader(v.Get("/items.csv?q=2026-47").Body)).ReadAll()
	if err != nil || len(rows) != 2 || !strings.HasPrefix(rows[1][2], "'=") {
		t.Errorf("a spreadsheet would run %v, %v", rows, err)
	}
	v.Get("/items/2026-47?on=2026-12-05").Says(".head", "已退出")
}
