package request

import (
	"context"
	"time"
	"unicode/utf8"

	"portal/internal/fault"
	"portal/internal/pg"
)

// CategoryChange is a proposal to call a case something else (§6.8, 6).
type CategoryChange struct {
	ID           int64
	OrderID      int64
	FromCategory string
	FromName     string
	ToCategory   string
	ToName       string
	AskedBy      int64
	AskedName    string
	AskedAt      time.Time
	Reason       string
	ToHours      int
	ToPhysical   bool
	ToClass      string
}

var (
	errCategoryAsked = fault.Conflict("已经有人提出改分类，等着决定。打开最新的一页再办")
	errNoCategoryAsk = fault.Conflict("没有待决定的改分类。打开最新的一页再办")
)

// CategoryAsked gives the proposal that waits for a decision, or nil. The caller has asked reach of the case.
func (s *Service) CategoryAsked(ctx context.Context, q pg.Querier, order int64) (*CategoryChange, error) {
	return categoryChange(ctx, q, categoryAsked, order)
}

// AskCategory keeps a proposal, for handoff, which asks reach of the case and writes its history. It gives the name
// of the category and the cleaned reason.
func (s *Service) AskCategory(ctx context.Context, tx *pg.Tx, order int64, to, reason string) (name, words string, err error) {
	var bad []fault.Field
	words, err = checkReason(reason)
	if err != nil || utf8.RuneCountInString(words) < 4 {
		bad = append(bad, fault.Field{Name: "reason", Message: "请写明为什么分类不对，4 到 200 个字"})
	}
	words = cut(MaskWords(words), 200)
	c, err := CategoryByCode(ctx, tx, to)
	switch {
	case fault.KindOf(err) == fault.KindNotFound, err == nil && (!c.Leaf() || !c.Active):
		bad = append(bad, fault.Field{Name: "category", Message: "请从列出的分类中选择一项"})
	case err != nil:
		return "", "", err
	}
	if len(bad) > 0 {
		return "", "", fault.Invalid(bad...)
	}
	running, err := s.CategoryAsked(ctx, tx, order)
	if err != nil {
		return "", "", err
	}
	if running != nil {
		return "", "", errCategoryAsked
	}
	return c.Name, words, storeCategoryChange(ctx, tx, order, c.Code, words)
}

// DecideCategory settles a proposal. Granted, every request of the case becomes of the new category; each keeps its
// own clock from its own submission and may only be due earlier (REQ-07; §6.8, 6), and its author is told in words.
// It gives the earliest times of them all. Who proposed does not decide.
func (s *Service) DecideCategory(ctx context.Context, tx *pg.Tx, order int64, grant bool, words string) (x CategoryChange, contact, due time.Time, err error) {
	found, err := categoryChange(ctx, tx, categoryAsked, order)
	switch {
	case err != nil:
		return x, contact, due, err
	case found == nil:
		return x, contact, due, errNoCategoryAsk
	case found.AskedBy == tx.Actor.AccountID:
		return x, contact, due, fault.Forbidden("改分类是你提出的，要由另一个人决定")
	}
	x = *found
	if err := settleCategoryChange(ctx, tx, x.ID, grant, cut(MaskWords(words), 200)); err != nil || !grant {
		return x, contact, due, err
	}
	c, err := CategoryByCode(ctx, tx, x.ToCategory)
	if err != nil {
		return x, contact, due, err
	}
	all, err := lockOrder(ctx, tx, order)
	if err != nil {
		return x, contact, due, err
	}
	v, err := policyOf(ctx, tx)
	if err != nil {
		return x, contact, due, err
	}
	for i := range all {
		r := &all[i]
		if r.WithdrawnAt != nil || r.SettledAt != nil {
			continue
		}
		before := r.DueAt
		first, last := Clocks(c, v, r.SubmittedAt)
		r.Category, r.CategoryName = c.Code, c.Name
		r.ContactDue, r.DueAt = earlier(r.ContactDue, first), earlier(r.DueAt, last)
		if err := saveRequest(ctx, tx, r); err != nil {
			return x, contact, due, err
		}
		told := "最晚办好的时间不变，仍是 " + fullMoment(r.DueAt)
		if r.DueAt.Before(before) {
			told = "最晚办好的时间提前到 " + fullMoment(r.DueAt)
		}
		if err := addNote(ctx, tx, r.ID, false, cut("这件事的分类由“"+x.FromName+"”改为“"+x.ToName+"”，原因："+x.Reason+"。时限仍从您提交时算，"+told, 500)); err != nil {
			return x, contact, due, err
		}
		if contact.IsZero() {
			contact, due = r.ContactDue, r.DueAt
		}
		contact, due = earlier(contact, r.ContactDue), earlier(due, r.DueAt)
	}
	return x, contact, due, nil
}
