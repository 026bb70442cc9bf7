package kiosk

import (
	"net/url"
	"testing"

	"portal/internal/journey"
	"portal/internal/request"
)

// lookupPages are the pages of 查进度, 看公示, 找网格员 and 办事材料, the fullest of each kind.
func (m *machine) lookupPages(t *testing.T) map[string]string {
	t.Helper()
	var no, building string
	if err := m.bench.DB.Q().QueryRow(t.Context(), `SELECT n.year || '-' || n.seq FROM notice n JOIN notice_version v ON v.notice_id = n.id AND v.n = n.shown WHERE n.state = 'issued' ORDER BY length(v.plain_summary) + length(v.plain_title) DESC LIMIT 1`).Scan(&no); err != nil {
		t.Fatal(err)
	}
	if err := m.bench.DB.Q().QueryRow(t.Context(), `SELECT b.id FROM building b WHERE b.compound = '槐香苑' AND b.name = '1幢'`).Scan(&building); err != nil {
		t.Fatal(err)
	}
	return map[string]string{
		"code": pathLookup, "notices": pathNotices, "notice": pathNotices + "/" + no, "notice-full": pathNotices + "/" + no + "?full=1",
		"compounds": pathGrids, "buildings": pathGridCompound + "?" + url.Values{paramName: {"槐香苑"}}.Encode(), "who": pathGridBuilding + "/" + building,
		"guides": pathGuides, "allowed": pathGuideCan, "forbidden": pathGuideCannot, "forbidden-2": pathGuideCannot + "?page=2",
		"certificate": pathGuideCannot + "/NEG-054", "certificate-none": pathGuideCannot + "/NEG-056", "referral": pathGuideCannot + "/NEG-054/slip", "unlisted": pathGuideOther,
	}
}

// Every page keeps the measures of chapter 3 as it is drawn, upright and on its side, in every appearance.
func TestLookupPagesAreDrawnRight(t *testing.T) {
	m := device(t)
	pages, base := m.lookupPages(t), m.serve()
	running, ended := m.slipped(t, waits), m.slipped(t, answered)
	for _, size := range []journey.Size{journey.Kiosk, journey.KioskWide} {
		for _, l := range appearances {
			t.Run(size.Name+" "+l.name, func(t *testing.T) {
				b := m.browser(t, base, journey.Options{Size: size})
				m.number(t, `UPDATE kiosk_device SET screen = $1 WHERE no = $2 RETURNING 1`, size.Name, m.no) // as the script tells it
				wear(b, l.look)
				m.drawn(b, l.name, base, pages, running, ended)
			})
		}
	}
}

// drawn opens and measures every page of the look-ups in one appearance.
func (m *machine) drawn(b *journey.Browser, look, base string, pages map[string]string, running, ended request.Receipt) {
	fits := func(name string) {
		b.KioskFits()
		b.Shot("lookup-" + name + "-" + look)
	}
	for name, path := range pages {
		b.Go(path)
		fits(name)
	}
	for name, token := range map[string]string{"running": running.Token, "answered": ended.Token} {
		b.Go(pathLookup)
		b.Fill("input[name=code]", base+"/r/"+token)
		b.Click(".kpad > .btn")
		b.See("办到哪一步")
		fits(name)
		for _, part := range []string{partTrail, partSaid, partSlip} {
			b.Go(pathLookupProgress + "/" + part)
			fits(name + "-" + part)
		}
	}
	b.Go(pathLookupProgress + "/" + partReply)
	b.Go(pathLookup)
	b.Fill("input[name=code]", "K7QF")
	b.Click(".kpad > .btn")
	b.See("接着输完")
	fits("mend")
	b.Fill("input[name=code]", running.Code)
	b.Click(".kpad > .btn")
	b.See("后四位")
	fits("digits")
	b.Click("[name=" + paramSkip + "]")
	b.See(running.No)
	fits("alone")
}

// A key of the pad types at once, the field keeps the focus for a scanner, and a full field takes no more.
func TestPadTypesByScript(t *testing.T) {
	m := device(t)
	b := m.browser(t, m.serve(), journey.Options{Size: journey.Kiosk})
	b.Go(pathLookup)
	const value, focus = "document.querySelector('[data-field]').value", "document.activeElement === document.querySelector('[data-field]')"
	for _, key := range []string{"K", "7", "Q", "back", "M"} {
		b.Touch(".kkey[value='" + key + "']")
	}
	b.Until("the letters", value+" === 'K7M' && "+focus)
	b.Touch(".kkey[value=clear]")
	b.Until("nothing", value+" === '' && "+focus)
	if b.Path() != pathLookup {
		t.Errorf("a key leads to %s", b.Path())
	}
}
