package view

import (
	"context"
	"fmt"
	"io"
	"net/url"
	"strconv"
	"strings"

	"github.com/a-h/templ"
)

// KioskLook is what the touch device shows around a page; its switches last until the next person.
type KioskLook struct {
	Home          bool   // the start page: 颜色加深 stands where 回首页 stands elsewhere
	Heading       string // words beside the red square: 便民一体机, 反映问题 …
	Place, Device string // where it stands and its number
	Clock, Date   string // the server's; only on the start page, elsewhere Aside
	Aside         string // e.g. 不着急，慢慢来
	Contrast, Low bool   // 颜色加深, 按钮放低
	Size          string // 字再大些: std, large, xlarge
	Idle, Warn    int    // seconds without a touch, and of the countdown after that; 0: the page waits for ever (UX-K5)
	Form          bool   // something is being filled in: 我还在填 instead of 我还在看
	Typed         bool   // the page's form, KTyped, holds typed words: the tools send it along, so that none is lost
	Visit         string // tells pages of one visit from those of another; empty before one has begun
	Proof         int    // seconds between two proofs of the device's key
	Again         int    // without script: seconds until the call for help is looked at again …
	Looked        int    // … for this many times before
	Key           string // form key of the tools
}

// KTyped is the id of a form whose typed words go along with a touch of the tools: its buttons size, contrast, low
// and call arrive at the form's own address.
const KTyped = "typed"

// along ties a switch of the tools to the page's form.
func (k KioskLook) along() templ.Attributes {
	if !k.Typed {
		return nil
	}
	return templ.Attributes{"form": KTyped}
}

// calls ties 叫人帮忙 to the page's form, or to its own.
func (k KioskLook) calls() templ.Attributes {
	if !k.Typed {
		return templ.Attributes{"form": "call"}
	}
	return templ.Attributes{"form": KTyped, "name": "call", "value": "1"}
}

// still is what one says who is still there.
func (k KioskLook) still() string {
	if k.Form {
		return "我还在填"
	}
	return "我还在看"
}

// refresh is the time-out of a page without script (UX-K10): after so many seconds another address of the device,
// or nothing on a page that waits for ever. templ does not clean such an element, so it is written here, of a number
// and of an address whose every sign is escaped (reliability.md §2 rule 8).
func (p Page) refresh() templ.Component {
	seconds, to := p.Kiosk.Idle, "/kiosk/idle?back="+url.QueryEscape(p.Path)
	if p.Kiosk.Form {
		to += "&amp;form=1"
	}
	if p.Kiosk.Again > 0 {
		seconds, to = p.Kiosk.Again, "/kiosk/help-calls?n="+itoa(p.Kiosk.Looked)
	}
	return templ.ComponentFunc(func(_ context.Context, w io.Writer) error {
		if seconds == 0 {
			return nil
		}
		_, err := fmt.Fprintf(w, `<noscript><meta http-equiv="refresh" content="%d; url=%s"></noscript>`, seconds, to)
		return err
	})
}

func (p Page) kioskClass() string {
	class := "kiosk"
	if p.Kiosk.Contrast {
		class += " contrast"
	}
	if p.Kiosk.Low {
		class += " low"
	}
	return class
}

func otherWay(on bool) string {
	if on {
		return "0"
	}
	return "1"
}

// nextSize goes round the three sizes.
func (p Page) nextSize() string {
	switch p.FontSize {
	case "large":
		return "xlarge"
	case "xlarge":
		return "std"
	}
	return "large"
}

// KPick is one choice: a button of the surrounding form, or a link when Href is given.
type KPick struct {
	Name, Value, Href, Text, Hint, Icon string
	Chosen                              bool
}

// KMove leads on or back: a button of the surrounding form, or a link when Href is given. Without Text it is absent.
type KMove struct{ Text, Name, Value, Href, Icon string }

// KSlipView is what stands on a slip: no name, telephone or address of a resident (K-4).
type KSlipView struct {
	Street, Place, Device string
	No, Code              string
	Matter, Community     string
	Filed, Contact, Due   string
	Phone                 string // of the duty
	URL                   string // of the QR code
	Provisional           bool
}

// KFact is one fact of the status strip of the start page.
type KFact struct{ Name, Text string }

// kpad is what a pad of keys types.
type kpad struct {
	label string
	keys  []string
	most  int
}

// Kinds of KPad. A scanner types the address of a slip into the field of a code, so that field is long.
var kpads = map[string]kpad{
	"digits":  {"号码，按下面的数字", strings.Split("1 2 3 4 5 6 7 8 9", " "), 11},
	"digits4": {"后四位，按下面的数字", strings.Split("1 2 3 4 5 6 7 8 9", " "), 4},
	"enrol":   {"启用码，按下面的数字", strings.Split("1 2 3 4 5 6 7 8 9", " "), 14},
	"code":    {"查询码，按下面的字", strings.Split("0 1 2 3 4 5 6 7 8 9 A B C D E F G H J K M N P Q R S T V W X Y Z", " "), 200},
}

// KKeyed is a field of KPad after one of its keys was pressed without script; an unknown key changes nothing.
func KKeyed(kind, value, key string) string {
	pad := kpads[kind]
	switch {
	case key == "clear":
		return ""
	case key == "back":
		runes := []rune(value)
		return string(runes[:max(0, len(runes)-1)])
	case len([]rune(value)) < pad.most && (pad.has(key) || key == "0"):
		return value + key
	}
	return value
}

func (k kpad) has(key string) bool {
	for _, one := range k.keys {
		if one == key {
			return true
		}
	}
	return false
}

func (k kpad) wide() bool { return len(k.keys) > 10 }

func kcols(n int) string { return "cols-" + strconv.Itoa(min(max(n, 1), 4)) }
