package policy

import (
	"context"
	"encoding/json"
	"unicode/utf8"

	"portal/internal/authz"
	"portal/internal/fault"
	"portal/internal/pg"
	"portal/internal/workday"
)

// Kind is the object kind of settings in the trail.
const Kind = "policy_setting"

var (
	errNoSetting = fault.NotFound("没有这项修改。可能已经被撤下，请回到规则和参数页查看")
	errTaken     = fault.Conflict("这项修改已经被他人处理，请回到规则和参数页查看")
	errSameHand  = fault.Forbidden("修改规则要两个人：请由另一位管理员确认")
)

// Service changes settings and the calendar.
type Service struct {
	db *pg.DB
	// OnFixed is told, in the same transaction, of deadlines that became exact after a calendar
	// import, so that copies of the day elsewhere follow. Set it where the portal is wired.
	OnFixed func(ctx context.Context, tx *pg.Tx, fixed []Deadline) error
}

// New makes the service.
func New(db *pg.DB) *Service { return &Service{db: db} }

// Proposal is a change that one person proposes.
type Proposal struct {
	Key   Key
	Value string
	Basis string      // why, with the document it rests on
	From  workday.Day // first day
	Until workday.Day // first day on which it ends; no day: open

	FormKey string `json:"-"` // of the form that proposes it
}

func (p Proposal) check(today workday.Day) error {
	var bad []fault.Field
	if err := p.Key.Check(p.Value); err != nil {
		bad = append(bad, fault.Field{Name: "value", Message: err.Error()})
	}
	if n := utf8.RuneCountInString(p.Basis); n < 4 || n > 200 {
		bad = append(bad, fault.Field{Name: "basis", Message: "请写明依据，4 到 200 个字"})
	}
	if p.From.IsZero() || p.From.Before(today) {
		bad = append(bad, fault.Field{Name: "from", Message: "生效日期从今天起选，规则不能倒填"})
	}
	if !p.Until.IsZero() && !p.Until.After(p.From) {
		bad = append(bad, fault.Field{Name: "until", Message: "结束日期要晚于生效日期"})
	}
	return fault.Invalid(bad...)
}

// Propose stores a change that holds only after Confirm by somebody else (product.md X7).
// Administrators; Invalid when value, basis or days do not do. The id is 0 for a repetition.
func (s *Service) Propose(ctx context.Context, by authz.Actor, p Proposal) (id int64, err error) {
	if err := authz.Check(by, authz.PolicyPropose, authz.Object{}); err != nil {
		return 0, err
	}
	err = s.db.WriteKeyed(ctx, by, p.FormKey, string(authz.PolicyPropose), func(tx *pg.Tx) error {
		if err := p.check(workday.DayOf(tx.Now)); err != nil {
			return err
		}
		row := Setting{Key: p.Key, Value: p.Value, Basis: p.Basis, From: p.From, Until: p.Until, ProposedBy: &by.AccountID}
		if id, err = addSetting(ctx, tx, row); err != nil {
			return err
		}
		return tx.Record(ctx, pg.Change{Action: authz.PolicyPropose, Kind: Kind, ID: id, No: string(p.Key), After: asJSON(p), Reason: p.Basis})
	})
	return id, err
}

// Confirm puts a proposal in force from its day; the value before it ends on that day. The proposer
// gets Forbidden, a proposal settled by somebody else Conflict.
func (s *Service) Confirm(ctx context.Context, by authz.Actor, id int64, key string) error {
	if err := authz.Check(by, authz.PolicyConfirm, authz.Object{}); err != nil {
		return err
	}
	return s.db.WriteKeyed(ctx, by, key, string(authz.PolicyConfirm), func(tx *pg.Tx) error {
		row, err := settingForUpdate(ctx, tx, id)
		switch {
		case err != nil:
			return err
		case row.ConfirmedAt != nil:
			return errTaken
		case row.ProposedBy != nil && *row.ProposedBy == by.AccountID:
			return errSameHand
		case row.From.Before(workday.DayOf(tx.Now)):
			return fault.Conflict("提出的生效日期 %s 已经过去，请重新提出", row.From.Chinese())
		}
		if err := putInForce(ctx, tx, row, &by.AccountID); err != nil {
			return err
		}
		return tx.Record(ctx, pg.Change{Action: authz.PolicyConfirm, Kind: Kind, ID: id, No: string(row.Key), After: asJSON(row)})
	})
}

// Drop takes a proposal back before it is confirmed.
func (s *Service) Drop(ctx context.Context, by authz.Actor, id int64, key string) error {
	if err := authz.Check(by, authz.PolicyPropose, authz.Object{}); err != nil {
		return err
	}
	return s.db.WriteKeyed(ctx, by, key, string(authz.PolicyPropose)+".drop", func(tx *pg.Tx) error {
		row, err := settingForUpdate(ctx, tx, id)
		if err != nil {
			return err
		}
		if row.ConfirmedAt != nil {
			return errTaken
		}
		if _, err := tx.Exec(ctx, dropProposal, id); err != nil {
			return err
		}
		return tx.Record(ctx, pg.Change{Action: authz.PolicyPropose, Kind: Kind, ID: id, No: string(row.Key), Before: asJSON(row), Reason: "撤下"})
	})
}

// Install puts a value in force without two persons: only for seeding an empty database.
func Install(ctx context.Context, tx *pg.Tx, p Proposal) error {
	if err := p.Key.Check(p.Value); err != nil {
		return fault.InvalidField("value", err.Error())
	}
	id, err := addSetting(ctx, tx, Setting{Key: p.Key, Value: p.Value, Basis: p.Basis, From: p.From, Until: p.Until})
	if err != nil {
		return err
	}
	return putInForce(ctx, tx, Setting{ID: id, Key: p.Key, From: p.From}, nil)
}

// asJSON is for the trail; the types here always encode.
func asJSON(v any) []byte {
	b, err := json.Marshal(v)
	if err != nil {
		return nil
	}
	return b
}
