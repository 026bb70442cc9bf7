package desk

import (
	"context"
	"strings"

	"portal/internal/authz"
	"portal/internal/workday"
	"portal/internal/workorder"
	"portal/web/frame"
)

// casesShown is how many cases stand in 待办; the list of cases holds the rest.
const casesShown = 50

// caseIcons tell the rows of cases apart by their act.
var caseIcons = map[authz.Action]string{authz.WorkDispatch: "send", authz.WorkVerify: "shield-check", authz.WorkRule: "gavel", authz.WorkExtendOK: "calendar-clock",
	authz.WorkExcludeOK: "scale", authz.WorkSign: "pencil", authz.WorkHelped: "handshake", authz.WorkResume: "play"}

// Cases is the source of requests and findings that wait for this person, each by its own clock.
func Cases(orders *workorder.Service) Source {
	return func(ctx context.Context, by authz.Actor) ([]Row, error) {
		if !authz.Can(by, authz.WorkList) {
			return nil, nil
		}
		waits, err := orders.Waiting(ctx, by, casesShown)
		out := make([]Row, len(waits))
		for i, w := range waits {
			out[i] = caseRow(w)
		}
		return out, err
	}
}

// caseRow shows the clock that runs out first: of contact, of the end, of a ruling or of doing it again.
func caseRow(w workorder.Wait) Row {
	o := w.Order
	row := Row{Title: o.Title, Detail: strings.Join(compact(o.Source.Label()+" "+o.No, o.CommunityName, o.Place, o.Urgency.Label()), " · "), Verb: w.Verb, Href: o.Path(),
		Icon: "message-square-text", DueAt: o.DueAt}
	if w.Clock != nil {
		row.DueAt = w.Clock.DueAt
	}
	if icon, ok := caseIcons[w.Action]; ok {
		row.Icon = icon
	}
	row.DueOn = workday.DayOf(row.DueAt)
	return row
}

func compact(parts ...string) []string {
	var out []string
	for _, p := range parts {
		if p != "" {
			out = append(out, p)
		}
	}
	return out
}

// CaseCounts are the figures of the rail for requests: what waits for this person, cut at a thousand.
func CaseCounts(orders *workorder.Service) frame.Counts {
	return func(ctx context.Context, by authz.Actor) (map[string]int, error) {
		if !authz.Can(by, authz.WorkList) {
			return nil, nil
		}
		waits, err := orders.Waiting(ctx, by, casesShown)
		n := map[string]int{"todos": len(waits)}
		for _, w := range waits {
			if w.Order.Source == workorder.FromFinding {
				n["grids"]++
			} else {
				n["requests"]++
			}
		}
		return n, err
	}
}
