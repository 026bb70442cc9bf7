package workorder

import (
	"context"
	"fmt"
	"time"

	"portal/internal/pg"
	"portal/internal/policy"
	"portal/internal/workday"
)

// moment writes a moment for readers: 11月18日 10:00.
func moment(t time.Time) string {
	t = t.In(workday.Shanghai)
	return workday.DayOf(t).Short() + t.Format(" 15:04")
}

// contactAfter is how long the first contact may take: a share of the limit, and never more than the longest
// (§6.2).
func contactAfter(limit time.Duration, v policy.Values) time.Duration {
	return min(limit/100*time.Duration(v.ContactShare), time.Duration(v.ContactHours)*time.Hour)
}

// residentClocks are the two clocks that run from the resident's word on: first contact and finish, in calendar
// hours (§6.2). Nothing that happens between offices moves or stops them (REQ-07, GRD-10).
func residentClocks(o Order, v policy.Values) []Clock {
	limit := o.DueAt.Sub(o.StartedAt)
	return []Clock{
		{Order: o.ID, Kind: ContactClock, StartedAt: o.StartedAt, DueAt: o.ContactDue,
			Why: fmt.Sprintf("%s受理，办结时限 %s，首次联系不超过其中的 %d%%，最长 %d 小时，到%s。自然小时，节假日照算。", moment(o.StartedAt), span(limit), v.ContactShare,
				v.ContactHours, moment(o.ContactDue)),
			Basis: basisOf(policy.ContactShare)},
		{Order: o.ID, Kind: FinishClock, StartedAt: o.StartedAt, DueAt: o.DueAt,
			Why: fmt.Sprintf("%s受理，“%s”办结时限 %s，到%s。自然小时，节假日照算；退回、异议、转派都不停表。", moment(o.StartedAt), o.CategoryName, span(limit),
				moment(o.DueAt)),
			Basis: "本街道诉求分类表的时限 [D] §6.2；REQ-07"},
	}
}

// basisOf is what a setting rests on, as the settings page says it.
func basisOf(k policy.Key) string {
	for _, d := range policy.Defaults {
		if d.Key == k {
			return d.Basis + " " + d.Tag
		}
	}
	return string(k)
}

// officeClock is a clock in working hours of the street (REQ-08).
func officeClock(ctx context.Context, tx *pg.Tx, id ID, kind ClockKind, hours int, setting policy.Key, v policy.Values) (Clock, error) {
	open, err := workday.ParseHours(v.WorkHours)
	if err != nil {
		return Clock{}, err
	}
	cal, version, err := policy.Calendar(ctx, tx)
	if err != nil {
		return Clock{}, err
	}
	due, why, _, err := cal.AddHours(tx.Now, time.Duration(hours)*time.Hour, open)
	if err != nil {
		return Clock{}, err
	}
	return startClock(ctx, tx, Clock{Order: id, Kind: kind, StartedAt: tx.Now, DueAt: due, Why: why, Basis: basisOf(setting), Calendar: version}, v.WarnShare)
}

// plainClock is a clock in calendar hours from now.
func plainClock(ctx context.Context, tx *pg.Tx, id ID, kind ClockKind, after time.Duration, what, basis string, v policy.Values) error {
	due := tx.Now.Add(after)
	why := fmt.Sprintf("%s%s，%s内，到%s。自然小时，节假日照算。", moment(tx.Now), what, span(after), moment(due))
	_, err := startClock(ctx, tx, Clock{Order: id, Kind: kind, StartedAt: tx.Now, DueAt: due, Why: why, Basis: basis}, v.WarnShare)
	return err
}
