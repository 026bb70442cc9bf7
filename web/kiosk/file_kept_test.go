package kiosk

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"
	"time"

	"portal/web/webtest"
)

// TestOnce: reliability.md §2 rule 1, §6.8 edge case 4, two windows.
func TestOnce(t *testing.T) {
	m := device(t)
	v := m.resident(t).answered("13800138462")
	window := m.resident(t).open(m.Get(stepPath(stepCheck)))
	if window.kept() != v.kept() {
		t.Error("the same answers are sealed twice: two provisional slips with different codes")
	}
	before := m.requests(t)
	page := v.page
	if to := v.send(page, paramGo, goNext).Sees(); to != pathReceipt {
		t.Fatalf("filed leads to %s", to)
	}
	first := v.open(m.Get(pathReceipt)).page.Text(".kno")
	for name, again := range map[string]webtest.Answer{"double touch": page, "another window": window.page} {
		if to := v.send(again, paramGo, goNext).Sees(); to != pathReceipt {
			t.Fatalf("%s leads to %s", name, to)
		}
		if got := v.open(m.Get(pathReceipt)).page.Text(".kno"); got != first {
			t.Errorf("%s gives %s, first %s", name, got, first)
		}
	}
	provisional := strings.Fields(page.Text("#provisional .kbig-no"))
	if len(provisional) != 2 || !strings.HasPrefix(provisional[0], "临-") || !strings.Contains(v.page.Text(".slip-code"), provisional[1]) {
		t.Errorf("the provisional slip says %v, the receipt %s", provisional, v.page.Text(".slip-code"))
	}
	if got := m.requests(t) - before; got != 1 {
		t.Errorf("%d requests", got)
	}
}

// TestForeignKept: only what was sealed for this device is filed.
func TestForeignKept(t *testing.T) {
	m := device(t)
	other := unproven(t, m.bench, "TST-02")
	other.prove(true)
	v := m.resident(t).answered("")
	before := m.requests(t)
	for name, kept := range map[string]string{"nothing": "", "junk": "AAAA", "long": strings.Repeat("A", 70000), "cut": v.kept()[:len(v.kept())-4],
		"hostile": "\x00<script>"} {
		if got := m.Post(stepPath(stepCheck), paramKept, kept); got.Status != http.StatusUnprocessableEntity && got.Status != http.StatusRequestEntityTooLarge {
			t.Errorf("%s: status %d", name, got.Status)
		}
		if got := m.Post(pathDeliver, paramKept, kept); got.Status < 400 || got.Status >= 500 {
			t.Errorf("%s delivered: status %d", name, got.Status)
		}
	}
	if got := other.Post(pathDeliver, paramKept, v.kept()); got.Status != http.StatusUnprocessableEntity {
		t.Errorf("kept of another device: status %d", got.Status)
	}
	if got := m.requests(t) - before; got != 0 {
		t.Errorf("%d requests", got)
	}
	m.Post(stepPath(stepCheck), paramKept, "AAAA").Says(".kmend", "重新填一次").Says(".kcheck", "楼道灯不亮")
}

// TestDelivered: what was held while the line was down counts once, also when it arrives twice or after the
// form was sent; the visit that is under way sees nothing of it (UX-K12, K-9).
func TestDelivered(t *testing.T) {
	m := device(t)
	v := m.resident(t).answered("13800138462")
	kept := v.kept()
	m.prove(true) // the next resident
	before := m.requests(t)
	var got, again delivered
	for _, into := range []*delivered{&got, &again} {
		a := m.Post(pathDeliver, paramKept, kept).Is(http.StatusOK)
		if err := json.Unmarshal([]byte(a.Body), into); err != nil {
			t.Fatal(err)
		}
	}
	if got != again || !strings.HasPrefix(got.No, "SQ-") || got.Code == "" || m.requests(t)-before != 1 {
		t.Errorf("delivered %+v, then %+v", got, again)
	}
	if to := m.Get(pathReceipt).Sees(); to != pathHome {
		t.Errorf("the next resident is led to %s", to)
	}
	// A form whose visit has ended still files what it carries: here it is the same request again.
	if to := m.Post(stepPath(stepCheck), paramKept, kept).Sees(); to != pathReceipt || m.requests(t)-before != 1 {
		t.Errorf("a late form leads to %s, %d requests", to, m.requests(t)-before)
	}
	// Without any visit the device is not proven.
	lost := unproven(t, m.bench, "TST-03")
	if to := lost.Post(stepPath(stepCheck), paramKept, kept).Sees(); to != pathHome {
		t.Errorf("an unproven device is led to %s", to)
	}
}

// TestRefusedForGood: what can never be filed is told to staff once, by the number on its slip and with what to do, and
// calls nobody to the device; whoever asks with that slip is told to bring it to the window (§6.6, rule 18).
func TestRefusedForGood(t *testing.T) {
	m := device(t)
	v := m.resident(t).answered("13800138462")
	slip := strings.Fields(v.page.Text("#provisional .kbig-no"))
	kept, before := v.kept(), m.requests(t)
	m.prove(true)
	if _, err := m.bench.DB.Pool().Exec(t.Context(), `UPDATE request_category SET active = false WHERE code = '0204'`); err != nil {
		t.Fatal(err)
	}
	told := func(words string) (people int) {
		t.Helper()
		if err := m.bench.DB.Q().QueryRow(t.Context(), `SELECT count(*) FROM inbox_line WHERE words LIKE '%' || $1 || '%' AND href = '/desk/settings/kiosks/WTL-01'`, words).Scan(&people); err != nil {
			t.Fatal(err)
		}
		return people
	}
	for range 2 {
		m.Post(pathDeliver, paramKept, kept).Is(http.StatusUnprocessableEntity)
		m.Post(pathDeliver, paramKept, "AAAA").Is(http.StatusUnprocessableEntity)
	}
	known, unknown := told("没能送出：槐荫社区党群服务中心一楼（WTL-01），小票临时编号 "+slip[0]+"。居民拿这张小票来问，请当面问清情况重新登记"), told("看不出是哪一件")
	var each int
	if err := m.bench.DB.Q().QueryRow(t.Context(), `SELECT count(DISTINCT account_id) FROM inbox_line WHERE words LIKE '%没能送出%'`).Scan(&each); err != nil {
		t.Fatal(err)
	}
	if each < 2 || known != each || unknown != each {
		t.Errorf("%d people, %d lines with the slip, %d without", each, known, unknown)
	}
	if m.requests(t) != before || told("叫人帮忙") != 0 {
		t.Error("it was filed, or somebody is called to the device")
	}
	m.Get(pathCalls).Is(http.StatusOK).Says("main", "没有正在叫的人")
	m.Post(pathLookup, paramCode, slip[1]).Sees()
	m.Post(pathLookupPhone, paramSkip, "1").Is(http.StatusNotFound).Says("main", "第二天还查不到，请到窗口重新登记")
	m.Post(pathLookup, paramCode, slip[1]).Sees()
	m.Post(pathLookupPhone, paramPhone4, "8462").Is(http.StatusNotFound).Says("main", "第二天还查不到，请到窗口重新登记")
}

// TestLateForm: the visit ended on the check page, the device has proved itself again, nothing is lost.
func TestLateForm(t *testing.T) {
	m := device(t)
	v := m.resident(t).answered("")
	before := m.requests(t)
	m.prove(true)
	if to := v.send(v.page, paramGo, goNext).Sees(); to != pathReceipt {
		t.Fatalf("leads to %s", to)
	}
	if got := m.requests(t) - before; got != 1 {
		t.Errorf("%d requests", got)
	}
}

// TestNothingBehind: K-4, K-9 and UX-K11. The telephone is masked on the screen, stands on no slip and in no
// address, and the next resident finds nothing.
func TestNothingBehind(t *testing.T) {
	m := device(t)
	token := m.prove(true)
	v := m.resident(t).answered("13800138462")
	v.page.Says(".kcheck", "138****8462").SaysNot("#provisional", "138", "8462", "单元", "槐安里1幢")
	if strings.Contains(v.page.Body, "13800138462") {
		t.Error("the check page holds the telephone")
	}
	v.touch(paramGo, goNext)
	v.page.Says(".kcoming", "138****8462").SaysNot(".slip", "138", "8462", "单元", "槐安里")
	if len(v.page.All("[data-print]")) != 1 {
		t.Error("the slip is not printed")
	}
	if again := m.Get(pathReceipt); len(again.All("[data-print]")) != 0 {
		t.Error("a reload prints again")
	}
	body, err := json.Marshal(m.pocket(token))
	if err != nil {
		t.Fatal(err)
	}
	for _, left := range []string{"13800138462", "楼道灯", "单元"} {
		if strings.Contains(string(body), left) {
			t.Errorf("after filing the pocket still holds %q", left)
		}
	}
	m.prove(true)
	if to := m.Get(pathReceipt).Sees(); to != pathHome {
		t.Errorf("the next resident is led to %s", to)
	}
	if to := m.Get(stepPath(stepCheck)).Sees(); to != pathHome {
		t.Errorf("the next resident's check leads to %s", to)
	}
	m.later(time.Hour)
	if to := m.Get(stepPath(stepWhat)).Sees(); to != pathHome {
		t.Errorf("after an hour a step leads to %s", to)
	}
}
