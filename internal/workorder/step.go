package workorder

import (
	"context"
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"

	"golang.org/x/text/width"

	"portal/internal/audit"
	"portal/internal/authz"
	"portal/internal/fault"
	"portal/internal/normal"
	"portal/internal/pg"
	"portal/internal/workday"
)

// Service keeps cases and whistles.
type Service struct{ db *pg.DB }

// New makes the service.
func New(db *pg.DB) *Service { return &Service{db: db} }

// note is what an act adds to the history.
type note struct {
	did      string // 中文, what was done
	words    string
	unit     string // the post under which it was done
	told     bool   // the resident may read the words
	hand     bool   // who did this is a handler of the case (GRD-09, REQ-12)
	lng, lat *float64
}

func today(tx *pg.Tx) workday.Day { return workday.DayOf(tx.Now) }

// lockOrder reads a case for changing it.
func lockOrder(ctx context.Context, tx *pg.Tx, id ID) (Order, error) {
	return oneOrder(ctx, tx, today(tx), lockOrderByID, int64(id))
}

// act is one transition: what it needs and what it changes.
type act struct {
	do     authz.Action
	on     func(o Order) []authz.Object // whose act it is
	check  func(o Order) error          // rules besides the flow table
	change func(o *Order) (note, error)
}

// step is the one shape of a case's transition: lock, authorize with the loaded row, look the flow table up, rules,
// change, save, write the history, record.
func (s *Service) step(ctx context.Context, tx *pg.Tx, at Step, a act) (Order, error) {
	o, err := lockOrder(ctx, tx, at.ID)
	if err != nil {
		return o, err
	}
	if err := o.mayDo(tx.Actor, a.do, a.on(o)); err != nil {
		return o, err
	}
	move, lawful := Flow.Next(o.State, a.do)
	if !lawful || at.Version != 0 && at.Version != o.Version {
		return o, overtaken(ctx, tx, OrderKind, int64(o.ID))
	}
	if a.check != nil {
		if err := a.check(o); err != nil {
			return o, err
		}
	}
	before := o
	o.State = move.To
	n, err := a.change(&o)
	if err != nil {
		return o, err
	}
	if n.unit == "" {
		n.unit = postName(tx.Actor, before, a.do)
	}
	return o, settle(ctx, tx, a.do, &before, &o, n)
}

// settle saves a changed case, its line of history and its entry in the trail.
func settle(ctx context.Context, tx *pg.Tx, do authz.Action, before, o *Order, n note) error {
	if o.State.Done() && o.ClosedAt == nil {
		o.ClosedAt = &tx.Now
	} else if !o.State.Done() {
		o.ClosedAt = nil
	}
	if err := saveOrder(ctx, tx, o); err != nil {
		return err
	}
	if err := addStep(ctx, tx, o.ID, n); err != nil {
		return err
	}
	return record(ctx, tx, do, before, *o, n.did, kept(*before, do, n.words))
}

// kept is what the trail keeps of the words of an act. It can never be corrected or erased (X6, §6.7), so that it holds
// the reason where the table asks for one, and not what was said to or by a resident: that stands in the history.
func kept(before Order, do authz.Action, words string) string {
	if move, lawful := Flow.Next(before.State, do); lawful && !move.Reason && before.Source == FromRequest {
		return ""
	}
	return words
}

// longNumbers are seven digits and more, also with blanks or dashes between them.
var longNumbers = regexp.MustCompile(`\d(?:[\s-]?\d){6,}[\dXx]?`)

// hideNumbers stars what may be a telephone or an identity number.
func hideNumbers(words string) string {
	return longNumbers.ReplaceAllString(width.Narrow.String(words), "***")
}

// mayDo tells a case that is out of reach from an act that is: the first reads like a missing case.
func (o Order) mayDo(by authz.Actor, do authz.Action, on []authz.Object) error {
	if !o.visible(by) {
		return ErrNoOrder
	}
	if !authz.Can(by, do) || !covers(by, do, on) {
		return fault.Forbidden("这件诉求现在由" + o.Owner.Words() + "办理，你的岗位不能" + do.Label() + "。需要时请联系街道调度")
	}
	return nil
}

// keyed makes a submission with a form key count once; a repetition gives the case as it is now.
func (s *Service) keyed(ctx context.Context, by authz.Actor, key string, do authz.Action, run func(tx *pg.Tx) (Order, error)) (Order, error) {
	var out Order
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
		out, err = oneOrder(ctx, tx, today(tx), orderByNo, no)
		return err
	})
	if err != nil {
		return Order{}, err
	}
	return out, nil
}

// postName is the post under which somebody acts. A dispatcher who acts for an owner is recorded as 代录.
func postName(by authz.Actor, o Order, do authz.Action) string {
	if p, own := ownPost(o, by, do); own {
		return p.UnitName
	}
	if o.Owner.Kind != Desk && ownersAct[do] && by.Has(authz.Dispatcher) {
		return cut(o.Owner.Words(), 40) + "（街道代录）"
	}
	if len(by.Posts) > 0 {
		return by.Posts[0].UnitName
	}
	return ""
}

// ownPost finds the post under which somebody belongs to the owner of a case, the reach of the desk left aside.
func ownPost(o Order, by authz.Actor, do authz.Action) (authz.Post, bool) {
	for _, p := range by.Posts {
		one := authz.Actor{AccountID: by.AccountID, Posts: []authz.Post{p}}
		if authz.Allowed(one, do, authz.Object{}) {
			continue
		}
		if slices.ContainsFunc(o.Owned(), func(x authz.Object) bool { return authz.Allowed(one, do, x) }) {
			return p, true
		}
	}
	return authz.Post{}, false
}

// ownersAct are the acts of the owner of a case.
var ownersAct = map[authz.Action]bool{authz.WorkSign: true, authz.WorkContact: true, authz.WorkArrive: true, authz.WorkReport: true, authz.WorkDispute: true,
	authz.WorkExtend: true, authz.WorkAskHelp: true, authz.WorkResume: true}

// trace is what the audit trail keeps of a state.
type trace struct {
	State State     `json:"state"`
	Did   string    `json:"did,omitempty"`
	Owner string    `json:"owner,omitempty"`
	Due   time.Time `json:"due"`
}

func record(ctx context.Context, tx *pg.Tx, do authz.Action, before *Order, after Order, did, reason string) error {
	c := pg.Change{Action: do, Kind: OrderKind, ID: int64(after.ID), No: after.No, Reason: cut(hideNumbers(reason), 500)}
	var err error
	if before != nil {
		if c.Before, err = json.Marshal(trace{State: before.State, Owner: before.Owner.Words(), Due: before.DueAt}); err != nil {
			return fmt.Errorf("trace: %w", err)
		}
	}
	if c.After, err = json.Marshal(trace{State: after.State, Did: did, Owner: after.Owner.Words(), Due: after.DueAt}); err != nil {
		return fmt.Errorf("trace: %w", err)
	}
	return tx.Record(ctx, c)
}

// overtaken tells who was first: 「已被他人处理：林禾 2 分钟前签收」.
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
	return fault.Conflict("已被他人处理：%s %s，%s。打开最新的一页再办", last[0].Actor, ago(tx.Now.Sub(last[0].At)), what)
}

func ago(d time.Duration) string {
	if d < time.Minute {
		return "刚刚"
	}
	return span(d) + "前"
}

// clean reads a field of free text: at least and at most so many characters.
func clean(field, words string, least, most int, ask string) (string, error) {
	out, err := normal.CleanText(words)
	if err != nil {
		return "", fault.InvalidField(field, err.Error())
	}
	out = strings.TrimSpace(out)
	if n := len([]rune(out)); n < least || n > most {
		return "", fault.InvalidField(field, ask)
	}
	return out, nil
}
