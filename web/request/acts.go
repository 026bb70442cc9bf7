package request

import (
	"context"
	"net/http"

	"portal/internal/fault"
	"portal/internal/request"
	"portal/web/form"
	"portal/web/route"
)

// What a resident may do with a receipt, as it stands in addresses; unsolved is an answer of a rating.
const (
	actRating     = "ratings"
	actSupplement = "supplements"
	actWithdraw   = "withdrawals"
	actUnsolved   = "unsolved"

	paramAnswer = "answer"
	paramReason = "reason"
	answerYes   = "solved"
	maxReason   = 300
)

var errNoAct = fault.NotFound("没有这个操作。请回到进度页再试")

// act does what was asked, once per form key, and says which words follow.
func (h handlers) act(ctx context.Context, act string, fm *form.Form, k request.Key) (string, error) {
	switch act {
	case actRating:
		answer := form.Choice(fm, paramAnswer, []string{answerYes, actUnsolved})
		words := fm.Text(paramReason, maxReason)
		if fm.Valid() && answer == "" {
			fm.Add(paramReason, "请点“满意”或者“没解决，退回重办”")
		}
		if !fm.Valid() {
			return "", fm.Err()
		}
		done := actRating
		if answer == actUnsolved {
			done = actUnsolved
		}
		return done, h.Cases.Rate(ctx, k, fm.Key(), answer == answerYes, words)
	case actSupplement:
		words := fm.Text(paramSay, maxSay/2)
		if fm.Valid() && len([]rune(words)) < 2 {
			fm.Add(paramSay, "写几个字再补充")
		}
		if !fm.Valid() {
			return "", fm.Err()
		}
		return actSupplement, h.Cases.Supplement(ctx, k, fm.Key(), words)
	case actAppeal:
		words, err := takeAppeal(fm)
		if err != nil {
			return "", err
		}
		return actAppeal, h.Requests.Appeal(ctx, k, fm.Key(), words)
	case actWithdraw:
		return actWithdraw, h.Cases.Withdraw(ctx, k, fm.Key())
	}
	return "", errNoAct
}

// actByToken acts and shows the progress again under its own address.
func (h handlers) actByToken(w http.ResponseWriter, r *http.Request) error {
	fm, err := form.Read(r)
	if err != nil {
		return err
	}
	k := request.Key{Token: route.Param(r, "code")}
	done, err := h.act(r.Context(), route.Param(r, "act"), fm, k)
	if err != nil {
		return h.again(w, r, k, fm, err)
	}
	return route.See(w, r, pathTrack+k.Token+"?"+paramDone+"="+done)
}

// again shows the progress with what is to be mended and what was typed, or why it is too late: an answer
// given in another window is nobody else's doing, so the page of errors would say the wrong thing.
func (h handlers) again(w http.ResponseWriter, r *http.Request, k request.Key, fm *form.Form, err error) error {
	p := trackPage{Key: shown(k), Errors: fault.Fields(err), Typed: fm.Raw(paramSay), Reason: fm.Raw(paramReason), Appeal: fm.Raw(paramAppeal)}
	if f, ours := fault.As(err); ours && f.Kind == fault.KindConflict {
		p.Late = f.Message
	}
	if len(p.Errors) == 0 && p.Late == "" {
		return err
	}
	var missing error
	if p.T, missing = h.Requests.Track(r.Context(), k); missing != nil {
		return missing
	}
	return h.draw(w, r, p)
}

// shown is a key as it stands in forms of the page.
func shown(k request.Key) request.Key {
	return request.Key{Token: k.Token, Code: k.Code, Phone4: k.Phone4}
}
