package request

import (
	"context"
	"net/http"
	"slices"

	"portal/internal/authz"
	"portal/internal/request"
	"portal/web/form"
	"portal/web/view"
)

const (
	paramSay    = "words"
	paramKind   = "kind"
	paramPhrase = "phrase"
	paramSame   = "same"

	maxSay   = 1000
	mostSame = 3
)

// sayPage asks what it is about.
type sayPage struct {
	stepPage
	Phrases []pick
	Kinds   []view.Option
	Same    []sameRow
}

// sameRow is a running request of the place that one may join (REQ-05).
type sameRow struct {
	No, Title, Meta string
	Chosen          bool
}

func (h handlers) showSay(w http.ResponseWriter, r *http.Request, p stepPage) error {
	out := sayPage{stepPage: p}
	for _, text := range request.PhrasesOf(p.Draft.Category) {
		out.Phrases = append(out.Phrases, pick{Name: paramPhrase, Value: text, Text: text, Chosen: request.Said(p.Draft.Words, text)})
	}
	for _, k := range request.KindOrder {
		out.Kinds = append(out.Kinds, view.Option{Value: string(k), Label: request.KindWords[k], Chosen: k == p.Draft.Kind})
	}
	var err error
	if out.Same, err = h.similar(r.Context(), p.Draft); err != nil {
		return err
	}
	return h.f.Render(w, r, status(p.Errors), showSay(out))
}

// similar are running requests on the same matter nearby, without anybody's data.
func (h handlers) similar(ctx context.Context, d draft) ([]sameRow, error) {
	if d.Kind == request.Report || d.Building == 0 && d.Community == "" {
		return nil, nil
	}
	found, err := h.Requests.Similar(ctx, authz.Anonymous, request.Like{Category: d.Category, Building: d.Building, Community: d.Community, Limit: mostSame})
	if err != nil {
		return nil, err
	}
	now := h.f.DB.Now()
	var out []sameRow
	for _, s := range found {
		meta := s.Place + "，" + view.Moment(s.Since, now) + "反映，" + s.StateWords
		if s.Followers > 1 {
			meta += "，" + itoa(s.Followers) + " 人在跟进"
		}
		out = append(out, sameRow{No: s.No, Title: s.Title, Meta: meta, Chosen: s.No == d.Same})
	}
	return out, nil
}

// takeSay keeps the words; a phrase or a request to join is one touch and comes back to this page.
func (h handlers) takeSay(ctx context.Context, fm *form.Form, d draft) (taken, error) {
	d.Words = fm.Text(paramSay, maxSay)
	if kind := form.Choice(fm, paramKind, request.KindOrder); kind != "" {
		d = d.meaning(kind)
	}
	if !fm.Valid() {
		d.Words = fm.Raw(paramSay)
		return taken{d, stepSay, fm.Errors()}, nil
	}
	if d.Kind == request.Report {
		d.Same = "" // who joins others is known to them
	}
	switch phrase, same := fm.Raw(paramPhrase), fm.Raw(paramSame); {
	case slices.Contains(request.PhrasesOf(d.Category), phrase):
		d.Words = request.WithPhrase(d.Words, phrase)
		return taken{Draft: d, Next: stepSay}, nil
	case same != "":
		return h.takeSame(ctx, fm, d, same)
	case fm.Raw(paramGo) == goBack:
		return taken{Draft: d, Next: stepWhere}, nil
	}
	errors, err := h.check(ctx, d, paramSay, "title", paramKind)
	if err != nil {
		return taken{}, err
	}
	for i := range errors {
		if errors[i].Name == "title" {
			errors[i].Name = paramSay // the title is the beginning of the words
		}
	}
	return taken{d, stepPhone, errors}, nil
}

// takeSame joins a running request, or leaves it again; only one that was offered can be joined.
func (h handlers) takeSame(ctx context.Context, fm *form.Form, d draft, no string) (taken, error) {
	if no == d.Same || no == goClear {
		d.Same = ""
		return taken{Draft: d, Next: stepSay}, nil
	}
	offered, err := h.similar(ctx, d)
	if err != nil {
		return taken{}, err
	}
	if !slices.ContainsFunc(offered, func(s sameRow) bool { return s.No == no }) {
		fm.Add(paramSay, "这件事刚刚办完了，不能再一起跟进。请接着说您的情况")
		return taken{d, stepSay, fm.Errors()}, nil
	}
	d.Same = no
	return taken{Draft: d, Next: stepSay}, nil
}
