package grid

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"portal/internal/audit"
	"portal/internal/authz"
	"portal/internal/fault"
	"portal/internal/inbox"
	"portal/internal/pg"
	"portal/internal/policy"
	"portal/internal/workday"
)

// Object kinds of the people half in the audit trail.
const (
	HandoverKind = "grid_handover"
	WorkerKind   = "grid_worker"
	remindedKind = "grid_reminder" // of a vacant post
)

// peopleTrace is what the audit trail keeps of a change about people; Did is read by whoever comes second.
type peopleTrace struct {
	Did    string `json:"did"`
	Role   Role   `json:"role,omitempty"`
	Worker string `json:"worker,omitempty"`
	From   string `json:"from,omitempty"`
	Until  string `json:"until,omitempty"`
	State  string `json:"state,omitempty"`
}

func record(ctx context.Context, tx *pg.Tx, do authz.Action, kind string, id int64, no, reason string, t peopleTrace) error {
	after, err := json.Marshal(t)
	if err != nil {
		return fmt.Errorf("trace: %w", err)
	}
	return tx.Record(ctx, pg.Change{Action: do, Kind: kind, ID: id, No: no, Reason: reason, After: after})
}

// overtaken tells who was first: 已被他人处理：槐秋 2 分钟前撤销了移交。
func overtaken(ctx context.Context, tx *pg.Tx, kind string, id int64) error {
	last, err := audit.History(ctx, tx, kind, id, 0, 1)
	if err != nil {
		return err
	}
	if len(last) == 0 {
		return fault.Conflict("这件事刚才由他人办过了。打开最新的一页再办")
	}
	what := authz.Action(last[0].Action).Label()
	var did peopleTrace
	if json.Unmarshal(last[0].After, &did) == nil && did.Did != "" {
		what = did.Did
	}
	return fault.Conflict("已被他人处理：%s %s%s。打开最新的一页看结果", last[0].Actor, since(tx.Now.Sub(last[0].At)), what)
}

func since(d time.Duration) string {
	switch {
	case d < time.Minute:
		return "刚刚"
	case d < time.Hour:
		return fmt.Sprintf("%d 分钟前", int(d.Minutes()))
	case d < 24*time.Hour:
		return fmt.Sprintf("%d 小时前", int(d.Hours()))
	}
	return fmt.Sprintf("%d 天前", int(d.Hours()/24))
}

// tellAccount leaves a line for one person, if the person has an account.
func tellAccount(ctx context.Context, tx *pg.Tx, account int64, words, href string) error {
	if account == 0 {
		return nil
	}
	return inbox.Tell(ctx, tx, inbox.Audience{AccountID: account}, words, href)
}

func tellSecretary(ctx context.Context, tx *pg.Tx, community, words, href string) error {
	return inbox.Tell(ctx, tx, inbox.Audience{Role: authz.Secretary, Division: community}, words, href)
}

// missingAs says of what is out of reach what is said of what does not exist; trouble stays trouble.
func missingAs(err, as error) error {
	if fault.KindOf(err) == fault.KindNotFound {
		return as
	}
	return err
}

// ground is what every change of posts reads first.
type ground struct {
	today  workday.Day
	values policy.Values
	cases  CasesOf
}

func groundOf(ctx context.Context, tx *pg.Tx) (ground, error) {
	g := ground{today: workday.DayOf(tx.Now)}
	var err error
	g.values, err = policy.Load(ctx, tx, g.today)
	return g, err
}
