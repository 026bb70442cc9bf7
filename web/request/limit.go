package request

import (
	"net/http"

	"portal/internal/request"
	"portal/web/form"
	"portal/web/view"
)

const (
	actAppeal   = "appeals"
	paramAppeal = "appeal"
	maxAppeal   = 500
)

// limitedPage tells who files with a limited telephone what is limited, by whom, until when, what is open and how to
// appeal (REQ-20). Why, and on what evidence, stands only behind a receipt: anybody can type a telephone.
type limitedPage struct {
	Frame        view.Page
	Terms        []view.Term
	Phone, Hours string // of the street
	Where        string
	Change       string
}

// limited shows the refusal; the draft stays, so that nothing typed is lost.
func (h handlers) limited(w http.ResponseWriter, r *http.Request, l *request.Limited) error {
	set, err := h.f.Settings(r.Context())
	if err != nil {
		return err
	}
	p := limitedPage{Frame: h.page(r, navFile, "暂时不能用这个电话 - 反映问题", nil), Phone: set.StreetPhone, Hours: set.StreetOfficeTime, Where: set.StreetAddress, Change: pathNew + "/" + stepPhone,
		Terms: []view.Term{{Name: "限制什么", Text: "用这个电话在网上反映新的问题"}, {Name: "到什么时候", Text: fully(l.Until) + "，到时自动解除"}, {Name: "谁决定的", Text: l.Post}}}
	return h.f.Render(w, r, http.StatusConflict, showLimited(p))
}

func limitTone(s request.LimitState) view.Tone {
	if s.Open() {
		return view.Warn
	}
	return view.Neutral
}

// limitTerms are what the holder of a receipt reads of a limit.
func limitTerms(l *request.LimitTold) []view.Term {
	until := fully(l.Until)
	if l.State.Open() {
		until += "，到时自动解除"
	}
	out := []view.Term{{Name: "限制什么", Text: "用您留的电话在网上反映新的问题。这一件照常办理"}, {Name: "到什么时候", Text: until}, {Name: "谁决定的", Text: l.Post + "，" + fully(l.SetAt)}}
	if l.Reason != "" {
		out = append(out, view.Term{Name: "为什么", Text: l.Reason})
	}
	if l.DecideBy != nil && l.DecidedBy == "" {
		out = append(out, view.Term{Name: "您的申诉", Text: "最晚 " + fully(*l.DecideBy) + " 由另一位负责人决定；到时没有决定的，限制自动结束"})
	}
	if l.DecidedBy != "" {
		out = append(out, view.Term{Name: "申诉结果", Text: l.DecidedBy + "：" + l.Decision})
	}
	return out
}

func takeAppeal(fm *form.Form) (string, error) {
	words := fm.Text(paramAppeal, maxAppeal)
	if fm.Valid() && len([]rune(words)) < 2 {
		fm.Add(paramAppeal, "写几句为什么不同意")
	}
	if !fm.Valid() {
		return "", fm.Err()
	}
	return words, nil
}
