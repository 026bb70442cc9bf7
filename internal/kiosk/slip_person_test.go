package kiosk_test

import (
	"fmt"
	"strings"
	"testing"

	"golang.org/x/text/encoding/simplifiedchinese"

	"portal/internal/authz"
	"portal/internal/demo/demotest"
	"portal/internal/handoff"
	"portal/internal/kiosk"
	"portal/internal/pg"
	"portal/internal/request"
	"portal/internal/workorder"
)

// onPaper is the text of a slip that is made of a receipt as the device makes it, without its codes: those are
// chance and may look like anything.
func onPaper(t *testing.T, r request.Receipt) string {
	t.Helper()
	s := kiosk.Slip{Street: "岚桥街道", Device: "WTL-01", No: r.No, Matter: r.Title, Community: r.Community, Filed: "2026年11月18日 09:00", Contact: "今天 13:00 前联系您", Due: "11月19日 09:00 前"}
	text, err := simplifiedchinese.GB18030.NewDecoder().Bytes(s.ESCPOS())
	if err != nil {
		t.Fatal(err)
	}
	return strings.ReplaceAll(string(text), "\n", "") // a line may break anywhere
}

// Nothing that a resident told of themselves can be read on the slip of any request of the demo street (K-4,
// UX-K11): not the name, not the telephone, not the door.
func TestDemoSlipsHoldNoPerson(t *testing.T) {
	t.Parallel()
	street := demotest.Open(t)
	requests := request.New(street.DB, street.Keys)
	dispatcher := authz.Actor{AccountID: 1, Login: "dispatcher", Name: "调度", Posts: []authz.Post{{ID: 1, Role: authz.Dispatcher, UnitID: 1, Division: "320104900"}}}
	rows, err := street.DB.Q().Query(t.Context(), "SELECT no FROM request ORDER BY id")
	if err != nil {
		t.Fatal(err)
	}
	var numbers []string
	for rows.Next() {
		var no string
		if err := rows.Scan(&no); err != nil {
			t.Fatal(err)
		}
		numbers = append(numbers, no)
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	told := 0
	for _, no := range numbers {
		receipt, err := requests.ReceiptOf(t.Context(), dispatcher, no)
		if err != nil {
			t.Fatalf("%s: %v", no, err)
		}
		var p request.Person
		err = street.DB.Write(t.Context(), dispatcher, func(tx *pg.Tx) error {
			p, err = requests.RevealTx(t.Context(), tx, no, "核对小票", nil, nil)
			return err
		})
		if err != nil {
			t.Fatalf("%s: %v", no, err)
		}
		text := onPaper(t, receipt)
		for _, private := range []string{p.Name, p.Phone, p.Door} {
			if private == "" {
				continue
			}
			told++
			if strings.Contains(text, private) {
				t.Errorf("%s: the slip tells %q:\n%s", no, private, text)
			}
		}
	}
	if told < 20 {
		t.Errorf("only %d of %d requests told anything of a person", told, len(numbers))
	}
}

// A resident who types a name, a number or a door into the words gets a slip without them all the same.
func TestSlipOfWordsWithAPerson(t *testing.T) {
	t.Parallel()
	street := demotest.Open(t)
	requests := request.New(street.DB, street.Keys)
	cases := handoff.New(street.DB, requests, workorder.New(street.DB))
	for i, words := range []string{"我是王小二，电话13800000001", "13800000001 王小二家漏水", "住2单元502室的王小二 320104195001011234 反映楼道灯不亮", "139 0000 0002 打我手机"} {
		receipt, err := cases.File(t.Context(), authz.Anonymous, fmt.Sprintf("slip-person-%08d", i), request.Filing{Kind: request.Help, Category: "0101", Words: words, Community: "320104900001",
			Place: "小区门口", Channel: request.Kiosk, Name: "王小二", Phone: "13800000001", Door: "2单元502室", NoticeVersion: "2026-1"})
		if err != nil {
			t.Fatal(err)
		}
		text := onPaper(t, receipt)
		for _, private := range []string{"王小二", "13800000001", "502室", "2单元502", "320104195001011234", "139 0000 0002", "0000 0002"} {
			if strings.Contains(text, private) {
				t.Errorf("%q: the slip tells %q:\n%s", words, private, text)
			}
		}
		if !strings.Contains(text, receipt.No) {
			t.Errorf("the slip does not hold %s", receipt.No)
		}
	}
}
