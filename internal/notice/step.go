package notice

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

// Step says which notice an act is about, and which version of its record the person saw.
type Step struct {
	ID      ID
	Version int
}

// step is the one shape of a transition: lock, authorize with the loaded row, look the flow table up, change,
// save, record.
func (s *Service) step(ctx context.Context, tx *pg.Tx, at Step, do authz.Action, reason string, change func(n *Notice) (trace, error)) (Notice, error) {
	n, err := oneNotice(ctx, tx, noticeByIDLocked, at.ID)
	if err != nil {
		return n, err
	}
	if !authz.Allowed(tx.Actor, do, n.Object()) && do != Lapse {
		return n, errNoNotice
	}
	move, lawful := Flow.Next(n.State, do)
	if !lawful || at.Version != 0 && at.Version != n.RowVersion {
		return n, overtaken(ctx, tx, ObjectKind, int64(n.ID))
	}
	before := n
	n.State = move.To
	t, err := change(&n)
	if err != nil {
		return n, err
	}
	if err := saveNotice(ctx, tx, &n); err != nil {
		return n, err
	}
	t.State, t.Was = n.State, before.State
	return n, record(ctx, tx, do, ObjectKind, int64(n.ID), n.Slug(), reason, t)
}

// trace is what the audit trail keeps of a change; never words of the notice or of an objection.
type trace struct {
	Did   string `json:"did"`
	Was   State  `json:"was,omitempty"`
	State State  `json:"state,omitempty"`
	N     int    `json:"n,omitempty"`
	From  string `json:"from,omitempty"`
	Last  string `json:"last,omitempty"`
	File  string `json:"file,omitempty"`
	Place string `json:"place,omitempty"`
}

func record(ctx context.Context, tx *pg.Tx, do authz.Action, kind string, id int64, no, reason string, t trace) error {
	after, err := json.Marshal(t)
	if err != nil {
		return fmt.Errorf("trace: %w", err)
	}
	return tx.Record(ctx, pg.Change{Action: do, Kind: kind, ID: id, No: no, Reason: reason, After: after})
}

// overtaken tells who was first: 「已被他人处理：凌河 2 分钟前签发了公示」.
func overtaken(ctx context.Context, tx *pg.Tx, kind string, id int64) error {
	last, err := audit.History(ctx, tx, kind, id, 0, 1)
	if err != nil {
		return err
	}
	if len(last) == 0 {
		return errStale
	}
	did := authz.Action(last[0].Action).Label()
	var t trace
	if json.Unmarshal(last[0].After, &t) == nil && t.Did != "" {
		did = t.Did
	}
	return fault.Conflict("已被他人处理：%s %s%s。打开最新的一页再办", last[0].Actor, ago(tx.Now.Sub(last[0].At)), did)
}

func ago(d time.Duration) string {
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

// tellKeepers leaves a line for those who answer for the notices of a place: the secretary of a community, the
// street's reviewers for its own.
func tellKeepers(ctx context.Context, tx *pg.Tx, n Notice, words, href string) error {
	if n.OfStreet() {
		return inbox.Tell(ctx, tx, inbox.Audience{Role: authz.Reviewer}, words, href)
	}
	return inbox.Tell(ctx, tx, inbox.Audience{Role: authz.Secretary, Division: n.Division}, words, href)
}

func valuesOf(ctx context.Context, tx *pg.Tx) (policy.Values, error) {
	return policy.Load(ctx, tx, workday.DayOf(tx.Now))
}
