package request

import (
	"context"
	"fmt"
	"strings"
	"time"
	"unicode/utf8"

	"portal/internal/authz"
	"portal/internal/fault"
	"portal/internal/normal"
	"portal/internal/pg"
	"portal/internal/workday"
)

// ByNo gives a request by its readable number, without asking who reads.
func (s *Service) ByNo(ctx context.Context, q pg.Querier, no string) (Request, error) {
	return oneRequest(ctx, q, requestByNo, no)
}

// ByID gives a request by its id, without asking who reads.
func (s *Service) ByID(ctx context.Context, q pg.Querier, id ID) (Request, error) {
	return oneRequest(ctx, q, requestByID, int64(id))
}

// Attached gives the requests that an order answers, oldest first, withdrawn ones too.
func (s *Service) Attached(ctx context.Context, q pg.Querier, order int64) ([]Request, error) {
	return requests(ctx, q, requestsOf, order)
}

// each changes every request of an order that its author has not withdrawn. The order's own audit entry
// tells of the act; nothing is recorded here.
func each(ctx context.Context, tx *pg.Tx, order int64, change func(r *Request) (bool, error)) (n int, err error) {
	all, err := lockOrder(ctx, tx, order)
	if err != nil {
		return 0, err
	}
	for i := range all {
		r := &all[i]
		if r.WithdrawnAt != nil {
			continue
		}
		changed, err := change(r)
		if err != nil {
			return n, err
		}
		if !changed {
			continue
		}
		if err := saveRequest(ctx, tx, r); err != nil {
			return n, err
		}
		n++
	}
	return n, nil
}

// lockOrder locks every request of an order. It asks twice: what a merge brought while the first question
// waited for its lock shows only in the second.
func lockOrder(ctx context.Context, tx *pg.Tx, order int64) ([]Request, error) {
	if _, err := requests(ctx, tx, requestsOfLocked, order); err != nil {
		return nil, err
	}
	return requests(ctx, tx, requestsOfLocked, order)
}

// Answer gives the reply of a handled order to every reporter (REQ-05): each of them is called back from
// now on. Who was settled before a reopening is told, and not asked again.
//
// What several people read may hold nobody's telephone, number or door (§6.7, REQ-21): such a reply is refused
// on the field words.
func (s *Service) Answer(ctx context.Context, tx *pg.Tx, order int64, reply string) (int, error) {
	if err := readByAll(ctx, tx, order, reply); err != nil {
		return 0, err
	}
	return each(ctx, tx, order, func(r *Request) (bool, error) {
		r.Reply, r.RepliedAt = reply, &tx.Now
		return true, nil
	})
}

// readByAll refuses personal data in a reply to several people. Landlines are offices and may stand.
func readByAll(ctx context.Context, tx *pg.Tx, order int64, reply string) error {
	all, err := requests(ctx, tx, requestsOf, order)
	if err != nil || len(all) < 2 {
		return err
	}
	words := []rune(reply)
	for _, s := range FindPersonal(reply) {
		found := string(words[s.Start:s.End])
		if s.What == whatPhone && strings.HasPrefix(spanDigits(found), "0") {
			continue
		}
		return fault.InvalidField("words", fmt.Sprintf("这份答复有 %d 位居民会看到，里面像有%s（%s）。请改掉再提交；要单独说的，请电话联系本人", len(all), s.What, MaskWords(found)))
	}
	return nil
}

// Settle ends every request of an order that ends without a callback: answered on the spot, not accepted,
// or told another channel.
func (s *Service) Settle(ctx context.Context, tx *pg.Tx, order int64, reply string) (int, error) {
	if err := readByAll(ctx, tx, order, reply); err != nil {
		return 0, err
	}
	return each(ctx, tx, order, func(r *Request) (bool, error) {
		if r.SettledAt != nil {
			return false, nil
		}
		r.Reply, r.RepliedAt, r.SettledAt = reply, &tx.Now, &tx.Now
		return true, nil
	})
}

// Contacted notes the first contact for every reporter who has had none.
func (s *Service) Contacted(ctx context.Context, tx *pg.Tx, order int64, at time.Time) error {
	_, err := each(ctx, tx, order, func(r *Request) (bool, error) {
		if r.ContactedAt != nil {
			return false, nil
		}
		r.ContactedAt = &at
		return true, nil
	})
	return err
}

// Extended moves the time of every reporter of an order and tells each the reason (REQ-09). A merged
// request gets its own time back when it is taken out again.
func (s *Service) Extended(ctx context.Context, tx *pg.Tx, order int64, until time.Time, words string) error {
	note := "办理时间延长到 " + until.In(workday.Shanghai).Format("2006年1月2日 15:04") + "。原因：" + cut(words, 440)
	_, err := each(ctx, tx, order, func(r *Request) (bool, error) {
		if r.SettledAt != nil {
			return false, nil
		}
		if until.After(r.DueAt) {
			r.DueAt = until
		}
		return true, addNote(ctx, tx, r.ID, false, note)
	})
	return err
}

// Told writes a word to every reporter of an order: parked, and why; taken up again.
func (s *Service) Told(ctx context.Context, tx *pg.Tx, order int64, words string) error {
	_, err := each(ctx, tx, order, func(r *Request) (bool, error) {
		return false, addNote(ctx, tx, r.ID, false, cut(words, 500))
	})
	return err
}

func cut(words string, most int) string {
	all := []rune(words)
	return string(all[:min(len(all), most)])
}

// Attach puts a request under another order; Merge and Unmerge are the acts with their trail.
func (s *Service) Attach(ctx context.Context, tx *pg.Tx, id ID, order int64) error {
	r, err := oneRequest(ctx, tx, requestLocked, int64(id))
	if err != nil {
		return err
	}
	r.OrderID = order
	return saveRequest(ctx, tx, &r)
}

// mostNotes brakes one request's words after filing; words of danger are never braked (REQ-20).
const mostNotes = 20

// Supplement adds the resident's words and gives the order they belong to.
func (s *Service) Supplement(ctx context.Context, tx *pg.Tx, id ID, words string) (order int64, err error) {
	r, err := oneRequest(ctx, tx, requestLocked, int64(id))
	switch {
	case err != nil:
		return 0, err
	case r.WithdrawnAt != nil:
		return 0, fault.Conflict("这件诉求已经撤回，不能再补充。有新的情况请重新反映")
	case r.AnonymisedAt != nil:
		return 0, fault.Conflict("这件诉求已过保存期，不能再补充。有新的情况请重新反映")
	}
	words, err = normal.CleanText(words)
	if err != nil {
		return 0, fault.InvalidField("words", err.Error())
	}
	if n := utf8.RuneCountInString(words); n < 2 || n > 500 {
		return 0, fault.InvalidField("words", "请用 2 到 500 个字补充")
	}
	n, err := residentNotes(ctx, tx, id)
	if err != nil {
		return 0, err
	}
	if n >= mostNotes && len(Emergencies(words)) == 0 {
		return 0, fault.Conflict("补充的次数较多，请拨打承办单位电话，或者到窗口说明情况")
	}
	if err := addNote(ctx, tx, id, true, hideIDs(words)); err != nil {
		return 0, err
	}
	return r.OrderID, record(ctx, tx, authz.RequestTrack, r, "居民补充了情况", "")
}

// Left is what a withdrawal means for the order.
type Left struct {
	Request   Request
	Order     int64
	Others    int  // requests of others that the order still answers
	Dangerous bool // the order goes on all the same (§6.8, 7)
}

// Withdraw ends a request at its author's wish. Others under the same order go on; so does what is
// dangerous.
func (s *Service) Withdraw(ctx context.Context, tx *pg.Tx, id ID) (Left, error) {
	r, err := oneRequest(ctx, tx, requestByID, int64(id))
	if err != nil {
		return Left{}, err
	}
	all, err := lockOrder(ctx, tx, r.OrderID)
	if err != nil {
		return Left{}, err
	}
	out := Left{Order: r.OrderID}
	found := false
	for _, other := range all {
		if other.ID == id {
			r, found = other, true
		} else if other.WithdrawnAt == nil {
			out.Others++
		}
	}
	switch {
	case !found:
		return out, errStale // merged or taken apart at the same moment
	case r.WithdrawnAt != nil:
		return out, fault.Conflict("这件诉求已经撤回")
	case r.SettledAt != nil:
		return out, fault.Conflict("这件诉求已经办结，不需要撤回。不满意可以打电话反映")
	}
	c, err := CategoryByCode(ctx, tx, r.Category)
	if err != nil {
		return out, err
	}
	out.Dangerous = Dangerous(r.Title+" "+r.Words, c)
	r.WithdrawnAt, r.SettledAt = &tx.Now, &tx.Now
	if err := saveRequest(ctx, tx, &r); err != nil {
		return out, err
	}
	out.Request = r
	return out, record(ctx, tx, authz.RequestTrack, r, "居民撤回了诉求", "")
}

func earlier(a, b time.Time) time.Time {
	if b.Before(a) {
		return b
	}
	return a
}
