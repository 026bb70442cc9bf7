package kiosk

import (
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"portal/internal/kiosk"
)

// UX-K4: what is long is turned by 上一页 and 下一页; an address that asks for no page gives the nearest.
func TestCutGivesThePageOrTheNearest(t *testing.T) {
	all := []int{1, 2, 3, 4, 5, 6, 7}
	for asked, want := range map[string][]int{"": {1, 2, 3}, "1": {1, 2, 3}, "2": {4, 5, 6}, "3": {7}, "4": {7}, "0": {1, 2, 3}, "-9": {1, 2, 3},
		"99999999999999999999": {1, 2, 3}, "二": {1, 2, 3}, "1%20OR%201": {1, 2, 3}} {
		got, l := cut(httptest.NewRequest(http.MethodGet, "/kiosk/notices?page="+asked, nil), all, 3)
		if !slices.Equal(got, want) || l.Of != 3 {
			t.Errorf("page=%s gives %v of %d, want %v", asked, got, l.Of, want)
		}
	}
	_, first := cut(httptest.NewRequest(http.MethodGet, "/kiosk/grids/compounds?name=%E6%A7%90&page=1", nil), all, 3)
	if first.prev().Text != "" || first.next().Href != "/kiosk/grids/compounds?name=%E6%A7%90&page=2" {
		t.Errorf("the first page turns to %q and %q", first.prev().Href, first.next().Href)
	}
	if got, l := cut(httptest.NewRequest(http.MethodGet, "/kiosk/notices", nil), []int{}, 3); len(got) != 0 || l.several() {
		t.Errorf("nothing is one empty page, got %v of %d", got, l.Of)
	}
}

// No screen of a text is longer than its room, in any size and position, and no character is lost.
func TestSheetsHoldEveryWordAndNeverScroll(t *testing.T) {
	long := strings.Repeat("小区大门口的路灯坏了，晚上看不见路。", 60)
	whole := strings.Repeat("没有标点的一大段话", 90)
	for _, portrait := range []bool{true, false} {
		for size, room := range rooms[portrait] {
			var joined strings.Builder
			for _, sheet := range room.sheets([]string{"短短一句。", long, "", "再一句", whole}) {
				lines := 0
				for _, p := range sheet {
					if !utf8.ValidString(p) {
						t.Fatalf("a character is cut in two: %q", p)
					}
					lines += room.linesOf(p)
					joined.WriteString(p)
				}
				if lines > room.lines {
					t.Errorf("portrait %v, size %q: a screen of %d lines, room is for %d", portrait, size, lines, room.lines)
				}
			}
			if joined.String() != "短短一句。"+long+"再一句"+whole {
				t.Errorf("portrait %v, size %q: words are lost", portrait, size)
			}
		}
	}
	if got := (room{5, 10}).sheets(nil); len(got) != 1 {
		t.Errorf("an empty text is one screen, got %d", len(got))
	}
}

func TestScreenThatNobodyToldIsTheSmallerOne(t *testing.T) {
	for screen, portrait := range map[string]bool{"1080x1920": true, "1920x1080": false, "": false, "x": false, "1080×1920": false, "axb": false} {
		at := &here{Session: kiosk.Session{Device: kiosk.Device{Screen: screen}}}
		if at.portrait() != portrait {
			t.Errorf("screen %q is portrait: %v", screen, at.portrait())
		}
	}
}
