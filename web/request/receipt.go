package request

import (
	"net/http"
	"strings"
	"time"

	"portal/internal/request"
	"portal/internal/workday"
	"portal/web/listing"
	"portal/web/route"
	"portal/web/view"
)

// next is one of the things that come after filing.
type next struct{ Numeral, When, What string }

// receiptPage proves a request at once (REQ-01). No telephone and no name stand on it (K-4).
type receiptPage struct {
	Frame   view.Page
	T       request.Tracked
	Lead    string
	Next    []next
	Phone   string // of the street
	Address string // of the progress, for the QR
	Track   string
	Calls   []request.Emergency
}

// receipt shows the proof of filing. It stands at the address of the progress, so that reload and Back
// show it again and file nothing.
func (h handlers) receipt(w http.ResponseWriter, r *http.Request) error {
	token := route.Param(r, "code")
	t, err := h.Requests.Track(r.Context(), request.Key{Token: token})
	if err != nil {
		return err
	}
	set, err := h.f.Settings(r.Context())
	if err != nil {
		return err
	}
	p := receiptPage{Frame: h.page(r, navFile, "收好回执 - 反映问题", nil), T: t, Phone: set.StreetPhone, Track: pathTrack + token,
		Address: listing.Address(r, h.Secure, pathTrack+token), Calls: request.Emergencies(t.Title + " " + t.Category + " " + t.Words)}
	now := h.f.DB.Now()
	done := kept(t.DueAt, now) + " 前"
	if t.HasPhone {
		contact := kept(t.ContactDue, now) + " 前"
		p.Lead = contact + "有人打电话给您"
		p.Next = append(p.Next, next{When: contact, What: "工作人员打电话给您，核对情况"})
	} else {
		p.Lead = done + "办好，凭查询码看结果"
	}
	p.Next = append(p.Next, next{When: done, What: "把问题办好，或者说清楚为什么"},
		next{When: "办好以后", What: "您来确认。没解决可以退回重办"})
	for i := range p.Next {
		p.Next[i].Numeral = view.Numeral(i + 1)
	}
	return h.f.Render(w, r, http.StatusOK, showReceipt(p))
}

// kept is a moment on what a resident keeps: 明天 alone would be wrong the day after.
func kept(t, now time.Time) string {
	words := view.Moment(t, now)
	if day, hour, ok := strings.Cut(words, " "); ok && !strings.Contains(words, "月") {
		return day + "（" + workday.DayOf(t).Short() + "）" + hour
	}
	return words
}
