package desk

import (
	"context"
	"fmt"

	"portal/internal/authz"
	"portal/internal/notice"
	"portal/internal/workday"
	"portal/internal/workorder"
	"portal/web/frame"
)

// Whistles is the source of whistles that wait for this person, by the clock of the department.
func Whistles(orders *workorder.Service) Source {
	return func(ctx context.Context, by authz.Actor) ([]Row, error) {
		waits, err := orders.WhistlesWaiting(ctx, by)
		out := make([]Row, len(waits))
		for i, w := range waits {
			row := Row{Title: w.Whistle.Title, Detail: w.Whistle.Kind.Label() + " " + w.Whistle.No + " · " + w.Whistle.CommunityName, Verb: w.Do.Label(), Href: w.Whistle.Path(),
				Icon: "megaphone", Unclocked: "吹哨"}
			if w.Unit.Name != "" {
				row.Detail += " · " + w.Unit.Name
			}
			if w.Clock != nil {
				row.DueAt, row.DueOn = w.Clock.DueAt, workday.DayOf(w.Clock.DueAt)
			}
			out[i] = row
		}
		return out, err
	}
}

// Notices is the source of notices that wait for a signature and of objections that wait for an answer.
func Notices(s *notice.Service) Source {
	return func(ctx context.Context, by authz.Actor) ([]Row, error) {
		w, err := s.Waits(ctx, by)
		var out []Row
		add := func(n int, words, verb, href, icon string) {
			if n > 0 {
				out = append(out, Row{Title: fmt.Sprintf(words, n), Verb: verb, Href: href, Icon: icon, Unclocked: "公示栏"})
			}
		}
		add(w.ToIssue, "%d 件公示等着签发", "去签发", "/desk/notices", "stamp")
		add(w.ToAnswer, "%d 条异议等着答复", "去答复", "/desk/objections", "message-square-text")
		return out, err
	}
}

// RowCounts are the rail's figures of a short source: each row counts for 待办 and for its module.
func RowCounts(module string, from Source) frame.Counts {
	return func(ctx context.Context, by authz.Actor) (map[string]int, error) {
		rows, err := from(ctx, by)
		return map[string]int{"todos": len(rows), module: len(rows)}, err
	}
}
