package desk

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"net/http"
	"strings"
	"testing"
	"time"

	"portal/internal/authz"
	"portal/internal/kiosk"
	"portal/internal/workday"
	"portal/web/form"
)

// standing is a device that works in 槐荫社区.
func standing(t *testing.T, b bench, s *kiosk.Service, no string) kiosk.Device {
	t.Helper()
	ctx, by := t.Context(), b.As(t, "secretary.huaiyin").Actor
	if _, err := s.Register(ctx, by, form.NewKey(), kiosk.NewDevice{No: no, Community: "320104900001", Place: "社区大厅门口", Printer: kiosk.ByBrowser}); err != nil {
		t.Fatal(err)
	}
	code, _, err := s.Invite(ctx, by, form.NewKey(), no)
	if err != nil {
		t.Fatal(err)
	}
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	spki, err := x509.MarshalPKIXPublicKey(&key.PublicKey)
	if err != nil {
		t.Fatal(err)
	}
	d, _, err := s.Enrol(ctx, code, spki, "Chrome/156", "192.0.2.7")
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// rowsOf are the rows about one device, as 待办 has them.
func rowsOf(t *testing.T, b bench, s *kiosk.Service, login, no string) (rows []Row) {
	t.Helper()
	all, err := Kiosks(b.DB, s)(t.Context(), b.As(t, login).Actor)
	if err != nil {
		t.Fatalf("%s: %v", login, err)
	}
	for _, r := range all {
		if strings.Contains(r.Title+r.Detail, no) {
			rows = append(rows, r)
		}
	}
	return rows
}

// One touch of 叫人帮忙 stands in 待办 of the community at once, with its clock; the street sees it when nobody
// came; once somebody goes it is theirs alone (K-2).
func TestCallsStandInTodos(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	s := kiosk.New(b.DB, b.Keys, nil)
	d := standing(t, b, s, "WTL-01")
	call, err := s.Call(t.Context(), form.NewKey(), d)
	if err != nil {
		t.Fatal(err)
	}
	for _, login := range []string{"secretary.huaiyin", "worker.huaiyin"} {
		rows := rowsOf(t, b, s, login, "WTL-01")
		if len(rows) != 1 || rows[0].Verb != "我去" || rows[0].Href != "/desk/help-calls" || !strings.Contains(rows[0].Detail, "社区大厅门口") || !rows[0].DueAt.Equal(call.At.Add(5*time.Minute)) {
			t.Errorf("%s: %+v", login, rows)
		}
	}
	for _, login := range []string{"secretary.linhe", "clerk", "dispatcher", "admin", "grid.huaiyin1", "auditor"} {
		if rows := rowsOf(t, b, s, login, "WTL-01"); len(rows) != 0 {
			t.Errorf("%s: %+v", login, rows)
		}
	}
	counts, err := RowCounts("kiosks", Kiosks(b.DB, s))(t.Context(), b.As(t, "worker.huaiyin").Actor)
	if err != nil || counts["kiosks"] == 0 || counts["todos"] != counts["kiosks"] {
		t.Errorf("%v, %v", counts, err)
	}

	later := b.DB.Now().Add(6 * time.Minute)
	b.DB.Now = func() time.Time { return later }
	if err := s.Tick(t.Context()); err != nil {
		t.Fatal(err)
	}
	if rows := rowsOf(t, b, s, "clerk", "WTL-01"); len(rows) != 1 || !strings.Contains(rows[0].Title, "一直没人去") {
		t.Errorf("the street's window: %+v", rows)
	}
	if err := s.Take(t.Context(), b.As(t, "worker.huaiyin").Actor, form.NewKey(), call.ID); err != nil {
		t.Fatal(err)
	}
	if rows := rowsOf(t, b, s, "worker.huaiyin", "WTL-01"); len(rows) != 1 || rows[0].Verb != "已帮好" {
		t.Errorf("who goes: %+v", rows)
	}
	for _, login := range []string{"secretary.huaiyin", "clerk"} {
		if rows := rowsOf(t, b, s, login, "WTL-01"); len(rows) != 0 {
			t.Errorf("%s still reads %+v", login, rows)
		}
	}
	if err := s.Finish(t.Context(), b.As(t, "worker.huaiyin").Actor, form.NewKey(), call.ID); err != nil {
		t.Fatal(err)
	}
	if rows := rowsOf(t, b, s, "worker.huaiyin", "WTL-01"); len(rows) != 0 {
		t.Errorf("done: %+v", rows)
	}
}

// No paper and no sign of life stand in 待办 of the community only, each until it is mended.
func TestDevicesStandInTodos(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	s := kiosk.New(b.DB, b.Keys, nil)
	d := standing(t, b, s, "WTL-01")
	if err := s.PaperGone(t.Context(), d, form.NewKey()); err != nil {
		t.Fatal(err)
	}
	for _, login := range []string{"secretary.huaiyin", "worker.huaiyin"} {
		if rows := rowsOf(t, b, s, login, "WTL-01"); len(rows) != 1 || rows[0].Verb != "去换纸" || rows[0].Href != "/desk/settings/kiosks/WTL-01" || rows[0].Unclocked == "" {
			t.Errorf("%s: %+v", login, rows)
		}
	}
	for _, login := range []string{"secretary.linhe", "clerk", "admin"} {
		if rows := rowsOf(t, b, s, login, "WTL-01"); len(rows) != 0 {
			t.Errorf("%s: %+v", login, rows)
		}
	}
	if err := s.SetPaper(t.Context(), b.As(t, "worker.huaiyin").Actor, form.NewKey(), "WTL-01", kiosk.PaperOK); err != nil {
		t.Fatal(err)
	}
	if rows := rowsOf(t, b, s, "worker.huaiyin", "WTL-01"); len(rows) != 0 {
		t.Errorf("with paper again: %+v", rows)
	}
	later := b.DB.Now().Add(11 * time.Minute)
	b.DB.Now = func() time.Time { return later }
	if rows := rowsOf(t, b, s, "secretary.huaiyin", "WTL-01"); len(rows) != 1 || rows[0].Verb != "去看看" {
		t.Errorf("silent: %+v", rows)
	}
	if err := s.Revoke(t.Context(), b.As(t, "secretary.huaiyin").Actor, form.NewKey(), "WTL-01", "机器送修"); err != nil {
		t.Fatal(err)
	}
	if rows := rowsOf(t, b, s, "secretary.huaiyin", "WTL-01"); len(rows) != 0 {
		t.Errorf("out of service: %+v", rows)
	}
}

// 待办 that is left open listens for calls, for those who may go and for nobody else.
func TestTodosListenForCalls(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	for login, listens := range map[string]bool{"worker.huaiyin": true, "secretary.linhe": true, "auditor": false, "grid.huaiyin1": false} {
		page := b.As(t, login).Get("/desk/todos").Is(http.StatusOK).WellMade()
		if got := page.All("[role=status][data-calls='" + pathHelp + "/now']"); (len(got) == 1) != listens {
			t.Errorf("%s: %d lines listen", login, len(got))
		}
		if scripts := strings.Contains(page.Body, "/static/calls-"); scripts != listens {
			t.Errorf("%s: the script is there: %v", login, scripts)
		}
	}
}

// A row of a device says what lies on it; a call that somebody else took is none.
func TestKioskRows(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 11, 18, 14, 0, 0, 0, workday.Shanghai)
	long := now.Add(-time.Hour)
	row, waits := deviceRow(kiosk.Device{No: "WTL-01", State: kiosk.Working, LastSeen: &long, Kept: 2, CommunityName: "槐荫社区", Place: "大厅"}, now)
	if !waits || row.Detail != "槐荫社区 · 大厅 · 存着 2 件没送到" {
		t.Errorf("%+v", row)
	}
	if _, waits := deviceRow(kiosk.Device{No: "WTL-01", State: kiosk.Waiting, Paper: kiosk.PaperOut}, now); waits {
		t.Error("a device that does not work yet asks for paper")
	}
	if _, waits := callRow(kiosk.Call{State: kiosk.CallComing, TakenBy: 7}, authz.Actor{AccountID: 8}, 5); waits {
		t.Error("somebody else's call")
	}
}
