package admission

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"time"
	"unicode/utf8"

	"portal/internal/audit"
	"portal/internal/authz"
	"portal/internal/fault"
	"portal/internal/pg"
)

// Kind is the object kind of applications in the audit trail, deadlines and inbox.
const Kind = "application"

// Service answers for applications.
type Service struct{ db *pg.DB }

// New makes the service.
func New(db *pg.DB) *Service { return &Service{db: db} }

// Step says which application a transition is about.
type Step struct {
	ID      ID
	Version int    // the version that the person saw; 0 only for jobs
	Reason  string // where the flow table asks for one
}

const minReason = 2 // characters

// step is the one shape of every transition: lock, authorize with the loaded row, look the
// flow table up, separate duties, change, save, record.
func (s *Service) step(ctx context.Context, tx *pg.Tx, at Step, do authz.Action, change func(a *Application) error) (Application, error) {
	a, err := one(ctx, tx, byIDLocked, at.ID)
	if err != nil {
		return a, err
	}
	if err := mayAct(tx.Actor, do, a); err != nil {
		return a, err
	}
	move, lawful := Flow.Next(a.State, do)
	if !lawful || (at.Version != 0 && at.Version != a.Version) {
		return a, overtaken(ctx, tx, a)
	}
	if move.Reason && utf8.RuneCountInString(strings.TrimSpace(at.Reason)) < minReason {
		return a, fault.InvalidField("opinion", "写清"+do.Label()+"的理由")
	}
	before := a
	a.State = move.To
	if err := change(&a); err != nil {
		return a, err
	}
	if err := saveState(ctx, tx, &a); err != nil {
		return a, err
	}
	return a, record(ctx, tx, do, before, a, at.Reason)
}

// decisions are the actions that R17 keeps from the applicant and the applicant's section.
var decisions = map[authz.Action]bool{
	authz.AppAccept: true, authz.AppNotAccept: true, authz.AppReturn: true, authz.AppStart: true, authz.AppOverride: true,
	authz.AppApprove: true, authz.AppCondition: true, authz.AppReject: true,
}

// mayAct checks reach and the separation of duties (R17); the portal's own jobs act as authz.System.
func mayAct(by authz.Actor, do authz.Action, a Application) error {
	if err := authz.Check(by, do, a.Object()); err != nil {
		return err
	}
	if decisions[do] && !by.IsSystem() && SameSection(by, a) {
		return fault.Forbidden("申请和审核不能是同一个人或同一个科室（R17）。请由其他审核岗办理")
	}
	return nil
}

// SameSection reports whether the actor is the applicant or sits in the applicant's unit (R17).
func SameSection(by authz.Actor, a Application) bool {
	if by.AccountID == a.AccountID {
		return true
	}
	for _, p := range by.Posts {
		if p.UnitID == a.UnitID {
			return true
		}
	}
	return false
}

// overtaken tells who was first: 「已被他人处理：许闻 2 分钟前退回补正」.
func overtaken(ctx context.Context, tx *pg.Tx, a Application) error {
	last, err := audit.History(ctx, tx, Kind, int64(a.ID), 0, 1)
	if err != nil {
		return err
	}
	if len(last) == 0 {
		return errStale
	}
	e := last[0]
	return fault.Conflict("已被他人处理：%s %s%s。打开最新的一页看他的改动", e.Actor, ago(tx.Now.Sub(e.At)), Did(e.Action))
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

type trace struct {
	State   State  `json:"state"`
	Title   string `json:"title,omitempty"`
	Opinion string `json:"opinion,omitempty"`
	Round   int    `json:"round"`
}

func record(ctx context.Context, tx *pg.Tx, do authz.Action, before, after Application, reason string) error {
	b, err := json.Marshal(trace{before.State, before.Title, before.Opinion, before.Round})
	if err != nil {
		return fmt.Errorf("trace: %w", err)
	}
	n, err := json.Marshal(trace{after.State, after.Title, after.Opinion, after.Round})
	if err != nil {
		return fmt.Errorf("trace: %w", err)
	}
	return tx.Record(ctx, pg.Change{Action: do, Kind: Kind, ID: int64(after.ID), No: after.Slug(), Before: b, After: n, Reason: reason})
}
