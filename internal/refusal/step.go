package refusal

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"portal/internal/audit"
	"portal/internal/authz"
	"portal/internal/fault"
	"portal/internal/pg"
)

// Service answers for tasks outside the list and their refusals.
type Service struct{ db *pg.DB }

// New makes the service.
func New(db *pg.DB) *Service { return &Service{db: db} }

// TaskStep says which task a transition is about, and which version the person saw.
type TaskStep struct {
	ID      TaskID
	Version int
}

// taskStep is the one shape of a task's transition: lock, authorize with the loaded row, look the
// flow table up, change, save, record.
func (s *Service) taskStep(ctx context.Context, tx *pg.Tx, at TaskStep, do authz.Action, reason string, change func(t *Task) error) (Task, error) {
	t, err := oneTask(ctx, tx, taskByIDLocked, at.ID)
	if err != nil {
		return t, err
	}
	if !authz.Allowed(tx.Actor, do, t.Object()) {
		return t, errNoTask
	}
	move, lawful := TaskFlow.Next(t.State, do)
	if !lawful || at.Version != 0 && at.Version != t.Version {
		return t, overtaken(ctx, tx, TaskKind, int64(t.ID))
	}
	before := t
	t.State = move.To
	if err := change(&t); err != nil {
		return t, err
	}
	if err := saveTask(ctx, tx, &t); err != nil {
		return t, err
	}
	return t, recordTask(ctx, tx, do, &before, t, reason)
}

// Step says which refusal a transition is about, and which version the person saw; 0 only for jobs.
type Step struct {
	ID      ID
	Version int
}

// step is the same shape for a refusal, return or claim. Consequences (a clause was confirmed, the
// clock ran out) are nobody's to ask for: then may is nil.
func (s *Service) step(ctx context.Context, tx *pg.Tx, at Step, do authz.Action, may func(r Refusal) error, change func(r *Refusal) error) (Refusal, error) {
	r, err := oneRefusal(ctx, tx, refusalByIDLocked, at.ID)
	if err != nil {
		return r, err
	}
	if may != nil {
		if err := may(r); err != nil {
			return r, err
		}
	}
	move, lawful := Flow.Next(r.State, do)
	if !lawful || at.Version != 0 && at.Version != r.Version {
		return r, overtaken(ctx, tx, RefusalKind, int64(r.ID))
	}
	before := r
	r.State = move.To
	if err := change(&r); err != nil {
		return r, err
	}
	if err := saveRefusal(ctx, tx, &r); err != nil {
		return r, err
	}
	return r, recordRefusal(ctx, tx, do, &before, r, r.AnswerWords)
}

// overtaken tells who was first: 「已被他人处理：林禾 2 分钟前退回街道」.
func overtaken(ctx context.Context, tx *pg.Tx, kind string, id int64) error {
	last, err := audit.History(ctx, tx, kind, id, 0, 1)
	if err != nil {
		return err
	}
	if len(last) == 0 {
		return errStale
	}
	var did trace
	what := authz.Action(last[0].Action).Label()
	if json.Unmarshal(last[0].After, &did) == nil && did.Did != "" {
		what = did.Did
	}
	return fault.Conflict("已被他人处理：%s %s，%s。打开最新的一页看结果", last[0].Actor, ago(tx.Now.Sub(last[0].At)), what)
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

// trace is what the audit trail keeps of a state.
type trace struct {
	State   string  `json:"state"`
	Did     string  `json:"did,omitempty"` // in words, for whoever comes second
	Outcome Outcome `json:"outcome,omitempty"`
	Reason  Reason  `json:"reason,omitempty"`
	Item    string  `json:"item,omitempty"`
	Answer  Reply   `json:"answer,omitempty"`
}

func recordTask(ctx context.Context, tx *pg.Tx, do authz.Action, before *Task, after Task, reason string) error {
	did := map[TaskState]string{Logged: "登记了这件事", Answered: "答复了这件事", TakenOn: TakeOn.Done()}[after.State]
	if before != nil && before.State == after.State {
		did = "认定了清单事项"
	}
	return recordBoth(ctx, tx, do, TaskKind, int64(after.ID), after.Slug(), reason, traceTask(before, ""), traceTask(&after, did))
}

func traceTask(t *Task, did string) *trace {
	if t == nil {
		return nil
	}
	return &trace{State: string(t.State), Did: did, Outcome: t.Outcome, Item: t.ItemCode}
}

func recordRefusal(ctx context.Context, tx *pg.Tx, do authz.Action, before *Refusal, after Refusal, reason string) error {
	did := after.State.Label()
	if before == nil {
		did = after.Kind.Done()
	}
	return recordBoth(ctx, tx, do, RefusalKind, int64(after.ID), after.Slug(), reason, traceRefusal(before, ""), traceRefusal(&after, did))
}

func traceRefusal(r *Refusal, did string) *trace {
	if r == nil {
		return nil
	}
	t := trace{State: string(r.State), Did: did, Outcome: r.Outcome, Reason: r.ReasonCode}
	if r.Answer != nil {
		t.Answer = *r.Answer
	}
	return &t
}

func recordBoth(ctx context.Context, tx *pg.Tx, do authz.Action, kind string, id int64, no, reason string, before, after *trace) error {
	c := pg.Change{Action: do, Kind: kind, ID: id, No: no, Reason: reason}
	var err error
	if before != nil {
		if c.Before, err = json.Marshal(before); err != nil {
			return fmt.Errorf("trace: %w", err)
		}
	}
	if c.After, err = json.Marshal(after); err != nil {
		return fmt.Errorf("trace: %w", err)
	}
	return tx.Record(ctx, c)
}
