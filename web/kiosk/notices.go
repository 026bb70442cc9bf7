package kiosk

import (
	"context"
	"net/http"
	"slices"
	"strings"
	"time"

	"portal/internal/authz"
	"portal/internal/fault"
	"portal/internal/notice"
	"portal/internal/place"
	"portal/web/form"
	"portal/web/route"
	"portal/web/view"
)

const (
	noticesOnPage = 5
	newFor        = 7 * 24 * time.Hour // how long a notice counts as new
	newestRead    = 60                 // among how many of the street's newest the new ones are counted
	mostNotices   = 1000               // what hangs in one community and its street is some dozens
	paramFull     = "full"             // the notice's own words
)

func (h handlers) mountNotices(rt *route.Router) {
	rt.Get(pathNotices, authz.KioskUse, h.in(h.notices))
	rt.Get(pathNotices+"/{no}", authz.KioskUse, h.in(h.notice))
}

// divisions are whose notices hang at this device: its community's and the street's.
func (h handlers) divisions(ctx context.Context, at *here) ([]string, error) {
	set, err := h.f.Settings(ctx)
	return []string{at.Session.Device.Community, set.StreetCode}, err
}

// newNotices counts what was published here within a week, for the tile of the start page.
func (h handlers) newNotices(ctx context.Context, at *here) (int, error) {
	here, err := h.divisions(ctx, at)
	if err != nil {
		return 0, err
	}
	newest, err := h.Notices.Newest(ctx, newestRead)
	if err != nil {
		return 0, err
	}
	n, since := 0, h.f.DB.Now().Add(-newFor)
	for _, one := range newest {
		if one.State == notice.Issued && one.IssuedAt != nil && one.IssuedAt.After(since) && slices.Contains(here, one.Division) {
			n++
		}
	}
	return n, nil
}

// hanging are the notices that hang here today, the newest first.
func (h handlers) hanging(ctx context.Context, at *here) ([]notice.Notice, error) {
	here, err := h.divisions(ctx, at)
	if err != nil {
		return nil, err
	}
	var all []notice.Notice
	for _, division := range here {
		for f := (notice.Filter{State: notice.Issued, Division: division, Limit: notice.MaxRows}); ; {
			page, err := h.Notices.Board(ctx, f)
			if err != nil {
				return nil, err
			}
			all = append(all, page.Rows...)
			if !page.HasNext || len(all) >= mostNotices {
				break
			}
			f.Cursor = page.Next
		}
	}
	slices.SortStableFunc(all, func(a, b notice.Notice) int { return issuedAt(b).Compare(issuedAt(a)) })
	return all, nil
}

func issuedAt(n notice.Notice) time.Time {
	if n.IssuedAt == nil {
		return time.Time{}
	}
	return *n.IssuedAt
}

// noticesPage is 看公示: plain titles and what they come to.
type noticesPage struct {
	Frame view.Page
	Lead  string
	Picks []view.KPick
	Leaf  leaf
	Cols  int
}

func (h handlers) notices(w http.ResponseWriter, r *http.Request, at *here) error {
	all, err := h.hanging(r.Context(), at)
	if err != nil {
		return err
	}
	rows, l := cut(r, all, at.choices(noticesOnPage))
	p := noticesPage{Leaf: l, Cols: 1, Lead: at.Session.Device.CommunityName + "和街道正在公示的事，新的在前"}
	for _, n := range rows {
		p.Picks = append(p.Picks, view.KPick{Href: pathNotices + "/" + n.Slug(), Text: n.PlainTitle, Hint: n.PlainSummary})
	}
	if p.Frame, err = h.frame(r, at, "看公示", "看公示", idlePage); err != nil {
		return err
	}
	return h.f.Render(w, r, http.StatusOK, showNotices(p))
}

// noticePage is one notice in plain words.
type noticePage struct {
	Frame view.Page
	N     notice.Notice
	Facts []view.Term
	Full  view.KMove
}

var errNoNotice = fault.NotFound("没有找到这个公示。可能已经撤下，请回到“看公示”再选")

func (h handlers) notice(w http.ResponseWriter, r *http.Request, at *here) error {
	rec, err := h.Notices.Read(r.Context(), route.Param(r, "no"))
	if fault.KindOf(err) == fault.KindNotFound {
		return errNoNotice
	}
	if err != nil {
		return err
	}
	fm := form.Query(r)
	if fm.Raw(paramFull) != "" {
		p := textPage{Title: rec.PlainTitle, Lead: rec.No(h.f.Word(r.Context())), Back: view.KMove{Text: "大白话", Href: pathNotices + "/" + rec.Slug()}}
		return h.drawText(w, r, at, p, rec.PlainTitle+" - 看公示", "看公示", noticeWords(rec.Notice))
	}
	p := noticePage{N: rec.Notice, Full: view.KMove{Text: "看全文", Href: pathNotices + "/" + rec.Slug() + "?" + paramFull + "=1", Icon: "file-text"}}
	phone, err := h.phoneOf(r.Context(), rec.Notice)
	if err != nil {
		return err
	}
	p.Facts = h.noticeFacts(rec.Notice, phone)
	if p.Frame, err = h.frame(r, at, rec.PlainTitle+" - 看公示", "看公示", idlePage); err != nil {
		return err
	}
	return h.f.Render(w, r, http.StatusOK, showNotice(p))
}

// noticeFacts say who publishes, until when one may object, and whom to call.
func (h handlers) noticeFacts(n notice.Notice, phone string) []view.Term {
	day := h.f.Today()
	until := "已经结束"
	switch {
	case n.Objectable(day) && n.LastOn.IsZero():
		until = "一直公开，随时可以提"
	case n.Objectable(day) && n.LastOn == day:
		until = "今天是最后一天"
	case n.Objectable(day):
		until = n.LastOn.Chinese() + "以前都可以提，当天也算"
	}
	return []view.Term{{Name: "谁发的", Text: n.Issuer()}, {Name: "有不同意见", Text: until}, {Name: "打电话", Text: phone}}
}

// phoneOf is the duty telephone of whoever published.
func (h handlers) phoneOf(ctx context.Context, n notice.Notice) (string, error) {
	if !n.OfStreet() {
		return h.phoneIn(ctx, n.Division)
	}
	set, err := h.f.Settings(ctx)
	return set.StreetPhone, err
}

// phoneIn is the duty telephone of a community, else the street's.
func (h handlers) phoneIn(ctx context.Context, community string) (string, error) {
	c, err := place.CommunityByCode(ctx, h.f.DB.Q(), community)
	if err != nil && fault.KindOf(err) != fault.KindNotFound {
		return "", err
	}
	if c.DutyPhone != "" {
		return c.DutyPhone, nil
	}
	set, err := h.f.Settings(ctx)
	return set.StreetPhone, err
}

// noticeWords are the notice's own words as paragraphs; a row of a table is one, with the words of its head.
func noticeWords(n notice.Notice) []string {
	out := []string{n.Title}
	for _, b := range notice.Blocks(n.Body) {
		if !b.Table() {
			out = append(out, b.Text)
			continue
		}
		head := b.Rows[0]
		for _, row := range b.Rows[1:] {
			cells := make([]string, 0, len(row))
			for i, c := range row {
				if c != "" {
					cells = append(cells, strings.TrimPrefix(head[i]+"："+c, "："))
				}
			}
			out = append(out, strings.Join(cells, "；"))
		}
		if len(b.Rows) == 1 {
			out = append(out, strings.Join(head, "；"))
		}
	}
	return out
}

// paragraphs splits words that were typed in lines.
func paragraphs(words string) []string {
	var out []string
	for line := range strings.SplitSeq(words, "\n") {
		if line = strings.TrimSpace(line); line != "" {
			out = append(out, line)
		}
	}
	return out
}
