package desk

import (
	"context"
	"fmt"
	"strings"

	"portal/internal/admission"
	"portal/internal/authz"
	"portal/internal/workday"
)

// queueShown is how many applications of the queue stand in 待办; the list holds the rest.
const queueShown = 50

// applications is the source of what waits in the admission of items: the queue for those who
// decide, returns and drafts for those who apply, conditions for those who confirm.
func applications(s *admission.Service) Source {
	return func(ctx context.Context, by authz.Actor) ([]Row, error) {
		var out []Row
		for _, part := range []Source{queue(s), own(s), conditions(s)} {
			rows, err := part(ctx, by)
			if err != nil {
				return nil, err
			}
			out = append(out, rows...)
		}
		return out, nil
	}
}

func queue(s *admission.Service) Source {
	return func(ctx context.Context, by authz.Actor) ([]Row, error) {
		if !authz.Can(by, authz.AppApprove) {
			return nil, nil
		}
		page, err := s.List(ctx, by, admission.Filter{Tab: admission.TabReview, Limit: queueShown})
		out := make([]Row, 0, len(page.Rows))
		for _, l := range page.Rows {
			parts := []string{l.UnitName, fmt.Sprintf("%d 个社区", l.Communities)}
			if l.FirstFailing != "" {
				parts = append(parts, l.FirstFailing)
			}
			out = append(out, Row{Title: l.Title, Detail: strings.Join(parts, " · "), Verb: "审核", Href: l.Path(), Icon: "clipboard-check", DueOn: l.DueOn, NotBefore: l.NotBefore})
		}
		return out, err
	}
}

func own(s *admission.Service) Source {
	return func(ctx context.Context, by authz.Actor) ([]Row, error) {
		if !authz.Can(by, authz.AppDraft) {
			return nil, nil
		}
		page, err := s.List(ctx, by, admission.Filter{Tab: admission.TabMine, Limit: queueShown})
		out := make([]Row, 0, len(page.Rows))
		for _, l := range page.Rows {
			row := Row{Title: l.Title, Detail: "退回补正 · 审核停表", Verb: "修改", Href: l.Path(), Icon: "undo-2", DueOn: l.DueOn, NotBefore: l.NotBefore}
			if l.State == admission.Draft {
				row = Row{Title: l.Title, Detail: "草稿 · " + workday.DayOf(l.SavedAt).Short() + "保存", Verb: "继续填写", Href: l.Path(), Icon: "pencil", Unclocked: "草稿"}
			}
			if row.Title == "" {
				row.Title = "还没写名称的申请"
			}
			out = append(out, row)
		}
		return out, err
	}
}

func conditions(s *admission.Service) Source {
	return func(ctx context.Context, by authz.Actor) ([]Row, error) {
		all, err := s.WaitingConditions(ctx, by)
		out := make([]Row, 0, len(all))
		for _, c := range all {
			out = append(out, Row{Title: c.Words, Detail: strings.Join([]string{c.Title, c.UnitName, c.Community}, " · "), Verb: "确认", Href: c.Path(), Icon: "badge-check",
				Unclocked: "待社区确认的条件"})
		}
		return out, err
	}
}
