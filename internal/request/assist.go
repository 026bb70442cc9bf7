package request

import (
	"context"
	"encoding/json"
	"fmt"
	"time"
	"unicode/utf8"

	"portal/internal/authz"
	"portal/internal/fault"
	"portal/internal/normal"
	"portal/internal/pg"
)

// AssistKind is the object kind of an assisted entry in the trail.
const AssistKind = "assist"

// Assist is one assisted entry: somebody agreed on the spot, and it ends by itself (REQ-16, Q3).
type Assist struct {
	ID        int64
	Account   int64
	StartedAt time.Time
	Until     time.Time
	EndedAt   *time.Time
	Consent   string
	Left      time.Duration // of the moment it was asked for
}

var (
	errAssistOver = fault.InvalidField("assist", "代办时间已到，已自动结束。请征得居民同意后重新开始")
	errAssistOpen = fault.Conflict("你正在为另一位居民代办。请先结束，再为下一位开始")
)

// StartAssist begins an assisted entry for AssistMinutes. consent is what was read out and agreed to, with
// its version. Everybody who may take requests; one at a time.
func (s *Service) StartAssist(ctx context.Context, by authz.Actor, key, consent string) (Assist, error) {
	if err := authz.Check(by, authz.RequestTake, authz.Object{}); err != nil {
		return Assist{}, err
	}
	var out Assist
	err := s.db.Write(ctx, by, func(tx *pg.Tx) error {
		_, err := tx.Once(ctx, key, string(authz.RequestTake)+".assist", func() (string, error) {
			consent, err := normal.CleanText(consent)
			if n := utf8.RuneCountInString(consent); err != nil || n < 4 || n > 1000 {
				return "", fault.InvalidField("consent", "请先向居民读出告知内容，居民同意后再开始")
			}
			if err := endLapsedAssists(ctx, tx, tx.Actor.AccountID); err != nil {
				return "", err
			}
			v, err := policyOf(ctx, tx)
			if err != nil {
				return "", err
			}
			if out, err = storeAssist(ctx, tx, tx.Now.Add(time.Duration(v.AssistMinutes)*time.Minute), consent); err != nil {
				return "", err
			}
			return "", recordAssist(ctx, tx, out, "开始代办")
		})
		return err
	})
	if err != nil || out.ID != 0 {
		return out, err
	}
	out, _, err = s.AssistOf(ctx, by) // the same form again
	return out, err
}

// AssistOf gives the assisted entry that runs for somebody, and whether there is one.
func (s *Service) AssistOf(ctx context.Context, by authz.Actor) (Assist, bool, error) {
	if !by.SignedIn() {
		return Assist{}, false, nil
	}
	now := s.db.Now()
	a, found, err := openAssist(ctx, s.db.Q(), by.AccountID)
	if err != nil || !found || !a.Until.After(now) {
		return Assist{}, false, err
	}
	a.Left = a.Until.Sub(now)
	return a, true, nil
}

// EndAssist ends the assisted entry that runs for somebody; ending none changes nothing.
func (s *Service) EndAssist(ctx context.Context, by authz.Actor, key string) error {
	if err := authz.Check(by, authz.RequestTake, authz.Object{}); err != nil {
		return err
	}
	return s.db.WriteKeyed(ctx, by, key, string(authz.RequestTake)+".assist_end", func(tx *pg.Tx) error {
		a, found, err := openAssist(ctx, tx, tx.Actor.AccountID)
		if err != nil {
			return err
		}
		if !found {
			tx.Replayed() // it ended by itself
			return nil
		}
		if err := endAssist(ctx, tx, a.ID, 0); err != nil {
			return err
		}
		return recordAssist(ctx, tx, a, "结束代办")
	})
}

// useAssist joins a filing to the running entry of who files it, and ends the entry.
func (s *Service) useAssist(ctx context.Context, tx *pg.Tx, id int64, request ID) error {
	a, found, err := openAssist(ctx, tx, tx.Actor.AccountID)
	if err != nil {
		return err
	}
	if !found || a.ID != id || !a.Until.After(tx.Now) {
		return errAssistOver
	}
	return endAssist(ctx, tx, id, request)
}

func recordAssist(ctx context.Context, tx *pg.Tx, a Assist, did string) error {
	after, err := json.Marshal(trace{Did: did})
	if err != nil {
		return fmt.Errorf("trace: %w", err)
	}
	return tx.Record(ctx, pg.Change{Action: authz.RequestTake, Kind: AssistKind, ID: a.ID, After: after, Reason: cut(a.Consent, 200)})
}
