package request

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"portal/internal/authz"
	"portal/internal/fault"
	"portal/internal/pg"
	"portal/internal/workday"
)

// CauseID names a repeated trouble.
type CauseID int64

// CauseKind is its object kind in the trail.
const CauseKind = "cause"

// Cause is a trouble that came back from the same place in the same category (REQ-15).
type Cause struct {
	ID            CauseID
	Category      string
	CategoryName  string
	BuildingID    int64
	Place         string
	Community     string
	CommunityName string
	FoundAt       time.Time
	Requests      int
	Evidence      string // anonymised, one line a request
	State         CauseState
	WhistleID     int64
	DecidedBy     string
	DecidedAt     *time.Time
	Reason        string
	Version       int
}

// Object is what reach looks at: the community the trouble lies in.
func (c Cause) Object() authz.Object { return authz.Object{Divisions: []string{c.Community}} }

var (
	errNoCause    = fault.NotFound("没有找到这个多发问题。可能不在你的职责范围内")
	errCauseTaken = fault.Conflict("这个多发问题刚才由他人处理了。打开最新的一页查看")
)

// FindCauses looks for troubles that came back: so many requests of one place and category in so many
// days (REQ-15). What was proposed already grows; what was decided counts afresh from then.
func (s *Service) FindCauses(ctx context.Context, tx *pg.Tx) ([]Cause, error) {
	v, err := policyOf(ctx, tx)
	if err != nil {
		return nil, err
	}
	found, err := repeated(ctx, tx, tx.Now.AddDate(0, 0, -v.CauseDays), v.CauseCount)
	if err != nil {
		return nil, err
	}
	var out []Cause
	for _, c := range found {
		if c.Evidence, err = s.evidence(ctx, tx, c, tx.Now.AddDate(0, 0, -v.CauseDays)); err != nil {
			return nil, err
		}
		fresh, err := putCause(ctx, tx, &c)
		if err != nil {
			return nil, err
		}
		if !fresh {
			continue
		}
		if err := recordCause(ctx, tx, authz.CauseView, c, "发现多发问题", ""); err != nil {
			return nil, err
		}
		out = append(out, c)
	}
	return out, nil
}

// evidence lists the requests without anybody's data: day, masked title and where each stands.
func (s *Service) evidence(ctx context.Context, q pg.Querier, c Cause, since time.Time) (string, error) {
	rows, err := evidenceRows(ctx, q, c, since)
	if err != nil {
		return "", err
	}
	var lines []string
	for _, r := range rows {
		lines = append(lines, workday.DayOf(r.SubmittedAt).Chinese()+"　"+MaskWords(r.Title)+"（"+StateWords(r.State)+"）")
	}
	return strings.Join(lines, "\n"), nil
}

// CauseOf gives one repeated trouble; NotFound out of reach.
func (s *Service) CauseOf(ctx context.Context, by authz.Actor, id CauseID) (Cause, error) {
	c, err := oneCause(ctx, s.db.Q(), causeByID, int64(id))
	if err == nil && !authz.Allowed(by, authz.CauseView, c.Object()) {
		err = errNoCause
	}
	return c, err
}

// DecideCause settles a proposed trouble: a whistle or a draft of a topic was made from it, or it was set
// aside with a reason. handoff calls it in the transaction of what it makes. CauseDecide, in reach.
func (s *Service) DecideCause(ctx context.Context, tx *pg.Tx, id CauseID, version int, to CauseState, whistle int64, reason string) (Cause, error) {
	c, err := oneCause(ctx, tx, causeLocked, int64(id))
	switch {
	case err != nil:
		return c, err
	case !authz.Allowed(tx.Actor, authz.CauseDecide, c.Object()):
		return c, errNoCause
	case c.State != Proposed || version != 0 && version != c.Version:
		return c, errCauseTaken
	}
	if to == SetAside || reason != "" {
		if reason, err = checkReason(reason); err != nil {
			return c, err
		}
	}
	c.State, c.WhistleID, c.Reason, c.DecidedAt = to, whistle, MaskWords(reason), &tx.Now
	if err := saveCause(ctx, tx, &c); err != nil {
		return c, err
	}
	return c, recordCause(ctx, tx, authz.CauseDecide, c, to.Label(), reason)
}

// SetAsideCause leaves a trouble alone, with a reason.
func (s *Service) SetAsideCause(ctx context.Context, by authz.Actor, key string, id CauseID, version int, reason string) error {
	return s.db.WriteKeyed(ctx, by, key, string(authz.CauseDecide), func(tx *pg.Tx) error {
		_, err := s.DecideCause(ctx, tx, id, version, SetAside, 0, reason)
		return err
	})
}

func recordCause(ctx context.Context, tx *pg.Tx, do authz.Action, c Cause, did, reason string) error {
	after, err := json.Marshal(trace{Did: did})
	if err != nil {
		return fmt.Errorf("trace: %w", err)
	}
	return tx.Record(ctx, pg.Change{Action: do, Kind: CauseKind, ID: int64(c.ID), No: c.Category, After: after, Reason: MaskWords(reason)})
}
