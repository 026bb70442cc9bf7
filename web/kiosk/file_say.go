package kiosk

import (
	"context"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"unicode/utf8"

	"portal/internal/request"
	"portal/web/form"
	"portal/web/listing"
	"portal/web/view"
)

const (
	paramMode = "mode"
	modePick  = "pick"
	modeType  = "type"

	paramSay    = "words"
	paramPhrase = "phrase"
	paramSame   = "same"

	maxSay = 200
)

// sayPage asks what it is about: ready phrases, or the keys of pinyin (UX-K7).
type sayPage struct {
	stepPage
	Typing  bool
	CanType bool
	Modes   []view.KPick
	Phrases []view.KPick
	Same    []view.KPick // at most one
}

func (p sayPage) count() string {
	return strconv.Itoa(utf8.RuneCountInString(p.Draft.Words)) + " / " + strconv.Itoa(maxSay) + " 字"
}

func (h handlers) showSay(w http.ResponseWriter, r *http.Request, _ *here, p stepPage) error {
	mode := r.URL.Query().Get(paramMode)
	if len(p.Errors) > 0 {
		mode = r.PostFormValue(paramFrom) // the page that came back is the one that was sent
	}
	out := sayPage{stepPage: p, CanType: h.canType()}
	out.Typing = out.CanType && mode == modeType
	if out.CanType {
		out.Modes = []view.KPick{{Name: paramMode, Value: modePick, Text: "选现成的话", Icon: "list-checks", Chosen: !out.Typing},
			{Name: paramMode, Value: modeType, Text: "拼音打字", Icon: "keyboard", Chosen: out.Typing}}
	}
	for _, text := range request.PhrasesOf(p.Draft.Category) {
		out.Phrases = append(out.Phrases, view.KPick{Name: paramPhrase, Value: text, Text: text, Chosen: request.Said(p.Draft.Words, text)})
	}
	same, found, err := h.similar(r.Context(), p.Draft)
	if err != nil {
		return err
	}
	if found && !out.Typing {
		out.Same = []view.KPick{sameOf(same, p.Draft, view.Moment(same.Since, h.f.DB.Now()))}
	}
	return h.f.Render(w, r, status(p.Errors), showSay(out))
}

// sameOf offers to follow a running request; chosen, the same touch leaves it again.
func sameOf(s request.SimilarRow, d draft, since string) view.KPick {
	k := view.KPick{Name: paramSame, Value: s.No, Text: "是同一件事，一起跟进", Icon: "users", Chosen: s.No == d.Same,
		Hint: s.Place + "有人在" + since + "说过“" + s.Title + "”，" + s.StateWords}
	if s.Followers > 1 {
		k.Hint += "，" + strconv.Itoa(s.Followers) + " 人在跟进"
	}
	return k
}

func sayPath(typing bool) string {
	if typing {
		return listing.With(stepPath(stepSay), url.Values{paramMode: {modeType}})
	}
	return stepPath(stepSay)
}

// paramFrom is the mode of the page that was sent.
const paramFrom = "from"

// takeSay keeps the words; a phrase, a mode or a request to join is one touch and comes back to this page.
func (h handlers) takeSay(ctx context.Context, _ *here, fm *form.Form, d draft) (taken, error) {
	if fm.Has(paramSay) {
		d.Words = fm.Text(paramSay, maxSay)
	}
	if !fm.Valid() {
		d.Words = fm.Raw(paramSay)
		return taken{Draft: d, Errors: fm.Errors()}, nil
	}
	phrase, same := fm.Raw(paramPhrase), fm.Raw(paramSame)
	switch {
	case fm.Has(paramMode):
		return taken{Draft: d, To: sayPath(fm.Raw(paramMode) == modeType)}, nil
	case slices.Contains(request.PhrasesOf(d.Category), phrase):
		words := request.WithPhrase(d.Words, phrase)
		if utf8.RuneCountInString(words) > maxSay {
			return wrong(d, "已经写满 "+strconv.Itoa(maxSay)+" 个字，去掉几个字再加")
		}
		d.Words = words
		return taken{Draft: d, To: sayPath(fm.Raw(paramFrom) == modeType)}, nil
	case phrase != "":
		return wrong(d, errNoPick)
	case same != "":
		return h.takeSame(ctx, d, same)
	case fm.Raw(paramGo) == goWhat:
		return taken{Draft: d, To: stepPath(stepWhat)}, nil
	case d.Words == "":
		return wrong(d, "点一句现成的话，或者按“叫人帮忙”请人写")
	}
	errors, err := h.checkDraft(ctx, d, paramSay, "title", "kind")
	if err != nil {
		return taken{}, err
	}
	for i := range errors {
		if errors[i].Name == "title" { // made from the words: nobody sees a title here
			errors[i].Message = "请用几个字说一说情况，只有符号看不明白"
		}
	}
	return taken{d, stepPath(d.open(stepCheck)), errors}, nil
}

// takeSame joins a running request, or leaves it again; only one that was offered can be joined (REQ-05).
func (h handlers) takeSame(ctx context.Context, d draft, no string) (taken, error) {
	if no == d.Same {
		d.Same = ""
		return taken{Draft: d, To: stepPath(stepSay)}, nil
	}
	offered, found, err := h.similar(ctx, d)
	if err != nil {
		return taken{}, err
	}
	if !found || offered.No != no {
		return wrong(d, "这件事刚刚办完了，不能再一起跟进。请接着说您的情况")
	}
	d.Same = no
	return taken{Draft: d, To: stepPath(stepSay)}, nil
}
