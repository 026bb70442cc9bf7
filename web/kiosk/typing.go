package kiosk

import (
	"encoding/json"
	"net/http"
	"strconv"
	"strings"
	"unicode/utf8"

	"portal/internal/authz"
	"portal/internal/fault"
	"portal/internal/pinyin"
	"portal/web/route"
)

const (
	pathTyping = "/kiosk/typing"

	typedPages   = 20 // of candidates that can be turned over
	perPage      = 5
	rowCharacter = 14 // characters side by side
	longText     = 6  // longer texts have a row of their own
)

// The keys in the order of the usual keyboard; behind 123 the figures and what follows them in an address.
var (
	letterKeys = [][]string{strings.Split("qwertyuiop", ""), strings.Split("asdfghjkl", ""), strings.Split("zxcvbnm", "")}
	figureKeys = strings.Split("1234567890", "")
	doorKeys   = []string{"号", "楼", "单元", "室", "幢", "层", "元", "点"}
	markKeys   = []string{"、", "？", "！", "：", "（", "）"}
)

// canType says whether the mode 拼音打字 may be shown: only with its dictionary (UX-K7).
func (h handlers) canType() bool {
	_, err := pinyin.Load()
	return err == nil
}

func (h handlers) mountTyping(rt *route.Router) {
	rt.Post(pathTyping, authz.KioskUse, h.in(h.typing))
}

// typedAnswer is what the letters may mean; names are short because it is asked for at every touch.
type typedAnswer struct {
	Pinyin     string      `json:"pinyin"`
	Candidates []typedText `json:"candidates"`
	More       bool        `json:"more"`
}

type typedText struct {
	Text string `json:"t"`
	Used int    `json:"n"`
}

var errLetters = fault.InvalidField("typed", "只能打字母，最多 "+strconv.Itoa(pinyin.MaxLetters)+" 个。请清空后再打")

// typing answers one touch of a key. The letters come in the body, are written down nowhere and teach the
// dictionary nothing (UX-K8, K-9).
func (h handlers) typing(w http.ResponseWriter, r *http.Request, _ *here) error {
	d, err := pinyin.Load()
	if err != nil {
		return fault.Unavailable(err)
	}
	if err := r.ParseForm(); err != nil {
		return errLetters
	}
	typed, n := r.PostForm.Get("typed"), 0
	if typed == "" || len(typed) > pinyin.MaxLetters || strings.Trim(typed, "abcdefghijklmnopqrstuvwxyz'") != "" {
		return errLetters
	}
	if r.PostForm.Has("page") {
		if n, err = strconv.Atoi(r.PostForm.Get("page")); err != nil || n < 0 || n >= typedPages {
			return fault.InvalidField("page", "没有这一页")
		}
	}
	all := d.Candidates(typed, perPage*typedPages)
	out := typedAnswer{Pinyin: typed, Candidates: []typedText{}}
	if len(all) > 0 {
		out.Pinyin = all[0].Pinyin + typed[all[0].Used:]
	}
	for i := 0; ; i++ {
		shown := fitting(all)
		if i == n {
			for _, c := range all[:shown] {
				out.Candidates = append(out.Candidates, typedText{c.Text, c.Used})
			}
			out.More = len(all) > shown && n < typedPages-1
			break
		}
		all = all[shown:]
	}
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	return json.NewEncoder(w).Encode(out)
}

// fitting is how many of the first candidates stand on one page: four or five, as wide as they are (UX-K8).
func fitting(all []pinyin.Candidate) int {
	width := 0
	for i, c := range all {
		if n := utf8.RuneCountInString(c.Text); n <= longText {
			width += max(n, 2)
		}
		if i == perPage || i >= perPage-1 && width > rowCharacter {
			return i
		}
	}
	return min(len(all), perPage)
}
