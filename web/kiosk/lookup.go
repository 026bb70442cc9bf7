package kiosk

import (
	"net/http"
	"regexp"
	"strings"

	"golang.org/x/text/unicode/norm"

	"portal/internal/authz"
	"portal/internal/fault"
	"portal/internal/request"
	"portal/web/form"
	"portal/web/route"
	"portal/web/view"
)

// Steps of 查进度, and the names of what they ask.
const (
	pathLookupPhone    = pathLookup + "/phone"
	pathLookupProgress = pathLookup + "/progress"
	pathLookupRatings  = pathLookup + "/ratings"
	pathLookupPrints   = pathLookup + "/prints"

	paramCode   = "code"
	paramPhone4 = "phone4"
	paramPress  = "key" // a key of a pad, without script

	codeLetters = 12
	maxCode     = 300 // the link of a QR that a scanner types
	maxPhone4   = 4
)

func (h handlers) mountLookup(rt *route.Router) {
	rt.Get(pathLookup, authz.KioskUse, h.in(h.askCode))
	rt.Post(pathLookup, authz.KioskUse, h.in(h.readCode))
	rt.Get(pathLookupPhone, authz.KioskUse, h.in(h.askPhone))
	rt.Post(pathLookupPhone, authz.KioskUse, h.in(h.readPhone))
	rt.Get(pathLookupProgress, authz.KioskUse, h.in(h.progress))
	rt.Get(pathLookupProgress+"/{part}", authz.KioskUse, h.in(h.progressPart))
	rt.Post(pathLookupRatings, authz.KioskUse, h.in(h.rate))
	rt.Post(pathLookupPrints, authz.KioskUse, h.in(h.reprint))
	for _, act := range []string{pathLookupRatings, pathLookupPrints} { // a switch of the tools comes back to where it was touched
		rt.Get(act, authz.KioskUse, h.in(func(w http.ResponseWriter, r *http.Request, _ *here) error {
			return route.See(w, r, pathLookupProgress)
		}))
	}
}

// Sentences of the two questions. Whatever opens nothing reads the same, also the code of a slip that waits
// for the line: nobody learns which codes there are (reliability.md §2 rule 18).
const (
	saidShort    = "查询码是 12 位。请看小票上“查询码”那一行，接着输完"
	saidTypo     = "这个查询码有一位不对。请对着小票再看一遍"
	saidHeld     = "只有 6 位。“临-”后面的是临时编号，请输小票上的 12 位查询码"
	saidMissing  = "没有查到。请核对查询码。“临-”小票可能还没送到，第二天还查不到，请到窗口重新登记"
	saidNoMatch  = "没有查到。请核对查询码和电话后四位，不记得可以跳过。“临-”小票第二天还查不到，请到窗口重新登记"
	saidFourLong = "电话后四位是 4 个数字。不记得可以跳过，只看进度"
)

// lookupPage is one of the two questions: the code, then the last four digits.
type lookupPage struct {
	Frame view.Page
	Form  string
	Value string
	Error string
}

func (h handlers) askCode(w http.ResponseWriter, r *http.Request, at *here) error {
	return h.drawCode(w, r, at, http.StatusOK, "")
}

func (h handlers) drawCode(w http.ResponseWriter, r *http.Request, at *here, code int, message string) error {
	p := lookupPage{Form: form.NewKey(), Value: at.Pocket.Typed, Error: message}
	var err error
	if p.Frame, err = h.frame(r, at, "输查询码 - 查进度", "查进度", idleForm); err != nil {
		return err
	}
	return h.f.Render(w, r, code, showAskCode(p))
}

// scanned is the link of a QR as a scanner types it, and the bare token.
var scanned = regexp.MustCompile(`(?:^|/r/)([A-Za-z0-9_-]{22})/?$`)

// codeChars keeps of what was typed only what a code may hold.
func codeChars(typed string) string {
	var b strings.Builder
	for _, c := range strings.ToUpper(norm.NFKC.String(typed)) {
		if c >= '0' && c <= '9' || c >= 'A' && c <= 'Z' {
			b.WriteRune(c)
		}
	}
	return b.String()
}

// keepTyped puts what was typed into the pocket and asks again.
func (h handlers) keepTyped(w http.ResponseWriter, r *http.Request, at *here, typed, back string) error {
	at.Pocket.Typed = typed
	if err := h.keep(r.Context(), at); err != nil {
		return err
	}
	return route.See(w, r, back)
}

// readCode takes a key, a typed code or what a scanner typed.
func (h handlers) readCode(w http.ResponseWriter, r *http.Request, at *here) error {
	fm, err := form.Read(r)
	if err != nil {
		return err
	}
	typed := fm.Line(paramCode, maxCode)
	if !fm.Valid() {
		return h.drawCode(w, r, at, http.StatusUnprocessableEntity, fm.Errors()[0].Message)
	}
	if key := fm.Raw(paramPress); key != "" {
		typed = codeChars(view.KKeyed("code", codeChars(typed), key))
		return h.keepTyped(w, r, at, typed[:min(len(typed), codeLetters)], pathLookup)
	}
	if token := scanned.FindStringSubmatch(typed); token != nil {
		return h.openWith(w, r, at, request.Key{Token: token[1]}, func(code int, message string) error {
			return h.drawCode(w, r, at, code, message)
		})
	}
	at.Pocket.Typed = codeChars(typed)
	at.Pocket.Typed = at.Pocket.Typed[:min(len(at.Pocket.Typed), codeLetters)]
	code, whole := request.ReadCode(typed)
	if !whole {
		return h.drawCode(w, r, at, http.StatusUnprocessableEntity, wrongCode(typed))
	}
	at.Pocket.Open = request.Key{Code: code}
	return h.keepTyped(w, r, at, "", pathLookupPhone)
}

// wrongCode says what is wrong with something that cannot be a code. The check letter is no secret, so this
// tells nothing of which codes there are.
func wrongCode(typed string) string {
	n := len(codeChars(typed))
	switch {
	case strings.Contains(typed, "临") || n == len(request.Provisional("KKKKKKKKKKKK"))-len("临-"):
		return saidHeld
	case n < codeLetters:
		return saidShort
	}
	return saidTypo
}

func (h handlers) askPhone(w http.ResponseWriter, r *http.Request, at *here) error {
	return h.drawPhone(w, r, at, http.StatusOK, "")
}

func (h handlers) drawPhone(w http.ResponseWriter, r *http.Request, at *here, code int, message string) error {
	if at.Pocket.Open.Code == "" {
		return route.See(w, r, pathLookup)
	}
	p := lookupPage{Form: form.NewKey(), Value: at.Pocket.Typed, Error: message}
	var err error
	if p.Frame, err = h.frame(r, at, "电话后四位 - 查进度", "查进度", idleForm); err != nil {
		return err
	}
	return h.f.Render(w, r, code, showAskPhone(p))
}

const (
	paramSkip = "skip"
	maxTyped  = 40
)

// readPhone takes a key or the digits, or is skipped, and opens the request.
func (h handlers) readPhone(w http.ResponseWriter, r *http.Request, at *here) error {
	fm, err := form.Read(r)
	if err != nil {
		return err
	}
	if at.Pocket.Open.Code == "" {
		return route.See(w, r, pathLookup)
	}
	digits := request.PhoneDigits(fm.Line(paramPhone4, maxTyped))
	if !fm.Valid() || len(digits) > maxPhone4 {
		return h.drawPhone(w, r, at, http.StatusUnprocessableEntity, saidFourLong)
	}
	if key := fm.Raw(paramPress); key != "" {
		return h.keepTyped(w, r, at, view.KKeyed("digits4", digits, key), pathLookupPhone)
	}
	k := request.Key{Code: at.Pocket.Open.Code, Phone4: digits}
	if fm.Has(paramSkip) {
		k.Phone4 = ""
	} else if at.Pocket.Typed = digits; len(digits) != maxPhone4 {
		return h.drawPhone(w, r, at, http.StatusUnprocessableEntity, saidFourLong)
	}
	return h.openWith(w, r, at, k, func(code int, message string) error {
		if k.Phone4 == "" { // the code itself opens nothing
			at.Pocket.Typed, at.Pocket.Open = k.Code, request.Key{}
			return h.drawCode(w, r, at, code, message)
		}
		return h.drawPhone(w, r, at, code, message)
	})
}

// key is a receipt with the device on which it is tried: misses brake per device (rule 18).
func (at *here) key(k request.Key) request.Key {
	k.Device = at.Session.Device.No
	return k
}

// openWith opens a request and keeps its receipt in the pocket; what opens nothing is asked again.
func (h handlers) openWith(w http.ResponseWriter, r *http.Request, at *here, k request.Key, again func(code int, message string) error) error {
	_, err := h.Requests.Track(r.Context(), at.key(k))
	if err == nil {
		at.Pocket.Open = k
		return h.keepTyped(w, r, at, "", pathLookupProgress)
	}
	code, message, ours := missed(err, k)
	if !ours {
		return err
	}
	if err := h.keep(r.Context(), at); err != nil {
		return err
	}
	return again(code, message)
}

// missed is what a resident reads for a receipt that opens nothing, or while guesses are braked.
func missed(err error, k request.Key) (code int, message string, ours bool) {
	f, known := fault.As(err)
	switch {
	case known && f.Kind == fault.KindTooMany:
		return http.StatusTooManyRequests, f.Message, true
	case known && f.Kind == fault.KindNotFound && k.Phone4 != "":
		return http.StatusNotFound, saidNoMatch, true
	case known && f.Kind == fault.KindNotFound:
		return http.StatusNotFound, saidMissing, true
	}
	return 0, "", false
}
