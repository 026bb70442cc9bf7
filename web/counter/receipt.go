package counter

import (
	"net/http"

	"portal/internal/place"
	"portal/internal/request"
	"portal/web/listing"
	"portal/web/route"
	"portal/web/view"
)

// receiptPage is the slip of a request; whoever opens it has asked for the codes, which is recorded.
type receiptPage struct {
	Frame    view.Page
	No, Code string
	Lead     string
	CaseHref string
	Street   string
	Where    string
	Terms    []view.Term
	Address  string
	Phone    string
}

func (h handlers) receipt(w http.ResponseWriter, r *http.Request) error {
	ctx, no := r.Context(), route.Param(r, "no")
	got, err := h.Requests.ReceiptOf(ctx, route.Actor(r), no)
	if err != nil {
		return err
	}
	one, err := h.Requests.ByNo(ctx, h.f.DB.Q(), no)
	if err != nil {
		return err
	}
	v, err := h.f.Settings(ctx)
	if err != nil {
		return err
	}
	p := receiptPage{No: got.No, Code: got.Code, CaseHref: casePath(got.No, ""), Street: v.StreetName, Where: "窗口 " + one.Channel.Label(),
		Phone: v.StreetPhone, Address: listing.Address(r, h.Secure, "/r/"+got.Token), Lead: "把小票交给居民；凭查询码在窗口、手机都能查进度"}
	if one.Channel == request.Window {
		p.Where = "街道窗口"
	}
	if got.SameAs != "" {
		p.Lead = "同一个人反映过同一件事，接着 " + got.SameAs + " 办，进度一起告诉居民"
	}
	p.Terms = []view.Term{{Name: "问题", Text: got.Title}, {Name: "提交", Text: fully(got.SubmittedAt)},
		{Name: "联系", Text: onPaper(got.ContactDue) + " 前联系您"}, {Name: "办好", Text: onPaper(got.DueAt) + " 前"}}
	if got.NoReply {
		p.Terms[2].Text = "没有留电话，请凭小票查"
	}
	if one.Community != "" {
		p.Terms = append(p.Terms[:1], append([]view.Term{{Name: "社区", Text: got.Community}}, p.Terms[1:]...)...)
		c, err := place.CommunityByCode(ctx, h.f.DB.Q(), one.Community)
		if err != nil {
			return err
		}
		if c.DutyPhone != "" {
			p.Phone = c.DutyPhone
		}
	}
	w.Header().Set("Cache-Control", "no-store")
	p.Frame = h.staff(r, "打印小票 - "+got.No, nil, view.Crumb{Href: p.CaseHref, Text: got.No}, view.Crumb{Text: "回执"})
	return h.f.Render(w, r, http.StatusOK, showReceipt(p))
}
