package workorder

import (
	"context"
	"encoding/json"
	"fmt"

	"portal/internal/authz"
	"portal/internal/fault"
	"portal/internal/inbox"
	"portal/internal/pg"
	"portal/internal/place"
)

// DraftWhistle keeps a whistle for a leader to approve. Several departments have exactly one lead (GRD-13); what the
// street has tried before is noted, except in an emergency (GRD-12).
func (s *Service) DraftWhistle(ctx context.Context, by authz.Actor, key string, d WhistleDraft) (Whistle, error) {
	return s.keyedWhistle(ctx, by, key, authz.WhistleDraft, func(tx *pg.Tx) (Whistle, error) { return DraftWhistleTx(ctx, tx, d) })
}

// DraftWhistleTx drafts a whistle in the caller's use case: a repeated cause becomes one (REQ-15).
func DraftWhistleTx(ctx context.Context, tx *pg.Tx, d WhistleDraft) (Whistle, error) {
	if !covers(tx.Actor, authz.WhistleDraft, []authz.Object{{Divisions: []string{d.Community}}}) {
		return Whistle{}, fault.Forbidden("你的岗位不能为这个社区拟吹哨。请找街道调度")
	}
	if d.Order != 0 {
		o, err := lockOrder(ctx, tx, d.Order)
		if err != nil {
			return Whistle{}, err
		}
		if !o.visible(tx.Actor) {
			return Whistle{}, ErrNoOrder
		}
	}
	if err := checkWhistle(ctx, tx, &d); err != nil {
		return Whistle{}, err
	}
	year := today(tx).Year()
	n, err := tx.Number(ctx, "哨", year)
	if err != nil {
		return Whistle{}, err
	}
	id, err := insertWhistle(ctx, tx, fmt.Sprintf("CS-%d-%d", year, n), d)
	if err != nil {
		return Whistle{}, err
	}
	w, err := lockWhistle(ctx, tx, id)
	if err != nil {
		return w, err
	}
	if d.Order != 0 {
		if err := addStep(ctx, tx, d.Order, note{did: "拟吹哨 " + w.No}); err != nil {
			return w, err
		}
	}
	if err := tellLeaders(ctx, tx, w, "等待批准"+w.Kind.Label()); err != nil {
		return w, err
	}
	return w, recordWhistle(ctx, tx, authz.WhistleDraft, nil, w, "拟了"+w.Kind.Label(), "")
}

func checkWhistle(ctx context.Context, tx *pg.Tx, d *WhistleDraft) error {
	var wrong []fault.Field
	text := func(field, words string, least, most int, ask string) string {
		out, err := clean(field, words, least, most, ask)
		wrong = append(wrong, fault.Fields(err)...)
		return out
	}
	bad := func(field, words string) { wrong = append(wrong, fault.Field{Name: field, Message: words}) }
	if d.Kind.Label() == "" {
		bad("kind", "请选择吹哪一种哨")
	}
	d.Title = text("title", d.Title, 2, 40, "简称写 2 到 40 个字")
	d.Place = text("place", d.Place, 2, 80, "集合地点写 2 到 80 个字")
	d.Facts = text("facts", d.Facts, 4, 1000, "写明发生了什么，4 到 1000 个字")
	if d.Kind == EmergencyWhistle {
		d.Effort = text("effort", d.Effort, 0, 1000, "街道已做的事最多 1000 个字")
	} else {
		d.Effort = text("effort", d.Effort, 4, 1000, "先写街道已经做了什么，4 到 1000 个字；应急哨可以不写")
	}
	lead, seen := false, map[int64]bool{}
	for _, id := range d.Units {
		u, err := place.UnitByID(ctx, tx, id)
		if err != nil || seen[id] || u.RequesterKind == place.ResidentsCommittee {
			bad("units", "有一个单位不能吹哨，请重新选择")
			break
		}
		lead, seen[id] = lead || id == d.Lead, true
	}
	switch {
	case len(d.Units) == 0:
		bad("units", "请选择要报到的单位")
	case len(d.Units) == 1 && d.Lead == 0:
		d.Lead = d.Units[0]
	case !lead:
		bad("lead", "从要报到的单位里选一个牵头")
	}
	if d.Community == "" {
		bad("community", "请选择在哪个社区")
	}
	return fault.Invalid(wrong...)
}

// change is what an act does to a whistle; it gives the words of the trail.
type change func(ctx context.Context, tx *pg.Tx, w *Whistle, u *WhistleUnit, a *WhistleAct) (did string, err error)

// whistleActs say what each act asks for and changes.
var whistleActs = map[authz.Action]struct {
	least  int
	ask    string
	change change
}{
	authz.WhistleApprove: {0, "说明最多 500 个字", func(ctx context.Context, tx *pg.Tx, w *Whistle, _ *WhistleUnit, _ *WhistleAct) (string, error) {
		return "批准吹哨", setApprover(ctx, tx, w.ID)
	}},
	authz.WhistleBlow: {0, "说明最多 500 个字", func(ctx context.Context, tx *pg.Tx, w *Whistle, _ *WhistleUnit, _ *WhistleAct) (string, error) {
		w.BlownAt = &tx.Now
		if !authz.Can(tx.Actor, authz.WhistleApprove) { // the desk did not wait: every leader reads of it at once
			if err := tellLeaders(ctx, tx, *w, tx.Actor.Name+"吹了"+w.Kind.Label()+"，请知悉；不该吹的请撤销"); err != nil {
				return "", err
			}
		}
		return "吹哨", blow(ctx, tx, *w)
	}},
	authz.WhistleCallOff: {4, "写明为什么撤销，4 到 500 个字", func(ctx context.Context, tx *pg.Tx, w *Whistle, _ *WhistleUnit, a *WhistleAct) (string, error) {
		if w.BlownAt != nil {
			if err := tellUnits(ctx, tx, *w, "已撤销，不用报到"); err != nil {
				return "", err
			}
		}
		return "撤销吹哨", stopWhistle(ctx, tx, w.ID)
	}},
	authz.WhistleSign: {0, "说明最多 500 个字", func(ctx context.Context, tx *pg.Tx, w *Whistle, u *WhistleUnit, _ *WhistleAct) (string, error) {
		u.SignedAt = &tx.Now
		return u.Name + "签收", stopWhistleClock(ctx, tx, int64(w.ID), WhistleSignClock, u.Unit)
	}},
	authz.WhistleContact: {2, "写明联系了谁、约定了什么，2 到 500 个字", func(ctx context.Context, tx *pg.Tx, w *Whistle, u *WhistleUnit, _ *WhistleAct) (string, error) {
		u.ContactedAt = &tx.Now
		if err := signBy(ctx, tx, w, u); err != nil {
			return "", err
		}
		return u.Name + "联系了街道", stopWhistleClock(ctx, tx, int64(w.ID), WhistleContactClock, u.Unit)
	}},
	authz.WhistleArrive: {2, "写明谁到了现场，2 到 500 个字", func(ctx context.Context, tx *pg.Tx, w *Whistle, u *WhistleUnit, a *WhistleAct) (string, error) {
		u.ReportedAt, u.ReportedWords = &tx.Now, a.Words
		if err := signBy(ctx, tx, w, u); err != nil {
			return "", err
		}
		return u.Name + "报到", stopUnitClocks(ctx, tx, w.ID, u.Unit)
	}},
	authz.WhistleRefuse: {4, "写明为什么不能报到，4 到 500 个字", func(ctx context.Context, tx *pg.Tx, w *Whistle, u *WhistleUnit, a *WhistleAct) (string, error) {
		u.RefusedAt, u.Refusal = &tx.Now, a.Words // the clock runs on: a refusal is no report-in (GRD-14)
		return u.Name + "不能报到", tellLeaders(ctx, tx, *w, u.Name+"不能报到，请报区协调")
	}},
	authz.WhistleRaise: {4, "写明请区里协调什么，4 到 500 个字", func(ctx context.Context, tx *pg.Tx, w *Whistle, _ *WhistleUnit, _ *WhistleAct) (string, error) {
		w.EscalatedAt = &tx.Now
		return "报区协调", tellUnits(ctx, tx, *w, "已报区协调")
	}},
	authz.WhistleSolve: {4, "写明怎样解决的，4 到 1000 个字", func(ctx context.Context, tx *pg.Tx, w *Whistle, u *WhistleUnit, a *WhistleAct) (string, error) {
		w.SolvedAt, w.Solution = &tx.Now, a.Words
		return u.Name + "报解决", tellLeaders(ctx, tx, *w, "已报解决，请确认")
	}},
	authz.WhistleConfirm: {0, "说明最多 500 个字", func(ctx context.Context, tx *pg.Tx, w *Whistle, _ *WhistleUnit, _ *WhistleAct) (string, error) {
		w.ConfirmedAt = &tx.Now
		if err := stopWhistle(ctx, tx, w.ID); err != nil {
			return "", err
		}
		return "确认解决", inbox.Tell(ctx, tx, inbox.Audience{Role: authz.Secretary, Division: w.Community}, named(*w, "已解决，请评价报到"), w.Path())
	}},
	authz.WhistleRate: {0, "说明最多 500 个字", rateWhistle},
	authz.WhistleJudge: {0, "说明最多 500 个字", func(_ context.Context, _ *pg.Tx, w *Whistle, u *WhistleUnit, a *WhistleAct) (string, error) {
		if a.Verdict.Label() == "" {
			return "", fault.InvalidField("verdict", "请选择这次吹哨有没有必要")
		}
		u.UnitRates = a.Verdict
		abused := a.Verdict == "abused" || w.Abused != nil && *w.Abused
		w.Abused = &abused
		return u.Name + "评价吹哨：" + a.Verdict.Label(), nil
	}},
	authz.WhistleClose: {0, "小结最多 500 个字", func(ctx context.Context, tx *pg.Tx, w *Whistle, _ *WhistleUnit, a *WhistleAct) (string, error) {
		w.ClosedAt, w.StreetMarks = &tx.Now, a.Words
		return "结束吹哨", stopWhistle(ctx, tx, w.ID)
	}},
}

// signBy: who contacts or reports in has read the whistle; its own moment stays.
func signBy(ctx context.Context, tx *pg.Tx, w *Whistle, u *WhistleUnit) error {
	if u.SignedAt == nil {
		u.SignedAt = &tx.Now
	}
	return stopWhistleClock(ctx, tx, int64(w.ID), WhistleSignClock, u.Unit)
}

// rateWhistle keeps the marks of the side that the person stands for: the street's leader or the community (GRD-15).
func rateWhistle(_ context.Context, tx *pg.Tx, w *Whistle, _ *WhistleUnit, a *WhistleAct) (string, error) {
	street := authz.Allowed(tx.Actor, authz.WhistleRate, authz.Object{})
	for i := range w.Units {
		u := &w.Units[i]
		rate := a.Rates[u.Unit]
		if rate.Label() == "" {
			return "", fault.InvalidField(fmt.Sprintf("rate-%d", u.Unit), "请评价"+u.Name)
		}
		if street {
			u.StreetRates = rate
		} else {
			u.CommunityRates = rate
		}
	}
	if street {
		return "街道评价了报到", nil
	}
	return "社区评价了报到", nil
}

// ActOnWhistle does one act of the table WhistleFlow: lock, authorize with the loaded row, rules, change, save,
// record. A repetition under the same form key changes nothing.
func (s *Service) ActOnWhistle(ctx context.Context, by authz.Actor, key string, do authz.Action, a WhistleAct) (Whistle, error) {
	return s.keyedWhistle(ctx, by, key, do, func(tx *pg.Tx) (Whistle, error) {
		w, err := lockWhistle(ctx, tx, a.At.ID)
		if err != nil {
			return w, err
		}
		if !w.visible(by) {
			return w, ErrNoWhistle
		}
		if a.At.Version != 0 && a.At.Version != w.Version {
			return w, overtaken(ctx, tx, WhistleObject, int64(w.ID))
		}
		if err := w.may(by, do, a.Unit); err != nil {
			return w, err
		}
		what, known := whistleActs[do]
		move, lawful := WhistleFlow.Next(w.State, do)
		if !known || !lawful {
			return w, errStale
		}
		most := 500
		if do == authz.WhistleSolve {
			most = 1000
		}
		if a.Words, err = clean("words", a.Words, what.least, most, what.ask); err != nil {
			return w, err
		}
		before := w
		w.State = move.To
		u := &WhistleUnit{}
		for i := range w.Units {
			if w.Units[i].Unit == a.Unit {
				u = &w.Units[i]
			}
		}
		did, err := what.change(ctx, tx, &w, u, &a)
		if err != nil {
			return w, err
		}
		if err := saveWhistle(ctx, tx, &w); err != nil {
			return w, err
		}
		if w.Order != 0 {
			if err := addStep(ctx, tx, w.Order, note{did: w.No + " " + did, words: a.Words}); err != nil {
				return w, err
			}
		}
		return w, recordWhistle(ctx, tx, do, &before, w, did, a.Words)
	})
}

func (s *Service) keyedWhistle(ctx context.Context, by authz.Actor, key string, do authz.Action, run func(tx *pg.Tx) (Whistle, error)) (Whistle, error) {
	var out Whistle
	err := s.db.Write(ctx, by, func(tx *pg.Tx) error {
		fresh := false
		no, err := tx.Once(ctx, key, string(do), func() (string, error) {
			var err error
			out, err = run(tx)
			fresh = true
			return out.No, err
		})
		if err != nil || fresh {
			return err
		}
		out, err = oneWhistle(ctx, tx, whistleByNo, no)
		return err
	})
	if err != nil {
		return Whistle{}, err
	}
	return out, nil
}

type whistleTrace struct {
	State WhistleState `json:"state"`
	Did   string       `json:"did,omitempty"`
}

func recordWhistle(ctx context.Context, tx *pg.Tx, do authz.Action, before *Whistle, after Whistle, did, reason string) error {
	c := pg.Change{Action: do, Kind: WhistleObject, ID: int64(after.ID), No: after.No, Reason: cut(reason, 500)}
	var err error
	if before != nil {
		if c.Before, err = json.Marshal(whistleTrace{State: before.State}); err != nil {
			return fmt.Errorf("trace: %w", err)
		}
	}
	if c.After, err = json.Marshal(whistleTrace{State: after.State, Did: did}); err != nil {
		return fmt.Errorf("trace: %w", err)
	}
	return tx.Record(ctx, c)
}

func named(w Whistle, words string) string { return w.No + "（" + cut(w.Title, 24) + "）" + words }

func tellLeaders(ctx context.Context, tx *pg.Tx, w Whistle, words string) error {
	return inbox.Tell(ctx, tx, inbox.Audience{Role: authz.Leader}, named(w, words), w.Path())
}

func tellUnit(ctx context.Context, tx *pg.Tx, w Whistle, unit int64, words string) error {
	return inbox.Tell(ctx, tx, inbox.Audience{Role: authz.Department, UnitID: unit}, named(w, words), w.Path())
}

func tellUnits(ctx context.Context, tx *pg.Tx, w Whistle, words string) error {
	for _, u := range w.Units {
		if err := tellUnit(ctx, tx, w, u.Unit, words); err != nil {
			return err
		}
	}
	return nil
}
