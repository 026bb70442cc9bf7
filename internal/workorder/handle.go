package workorder

import (
	"context"
	"slices"
	"strings"
	"time"

	"portal/internal/authz"
	"portal/internal/fault"
	"portal/internal/legal"
	"portal/internal/normal"
	"portal/internal/pg"
	"portal/internal/policy"
)

// Sign says that the owner takes the case: from here it is the owner's until the end (REQ-02).
func (s *Service) Sign(ctx context.Context, by authz.Actor, key string, at Step) (Order, error) {
	return s.keyed(ctx, by, key, authz.WorkSign, func(tx *pg.Tx) (Order, error) {
		return s.step(ctx, tx, at, act{do: authz.WorkSign, on: Order.Owned, change: func(o *Order) (note, error) {
			o.SignedAt = &tx.Now
			return note{did: "签收", hand: true}, nil
		}})
	})
}

// Contact records that the owner spoke with the resident. The first one stops the clock of the first contact.
// Requests are told through internal/handoff, which calls ContactTx.
func (s *Service) Contact(ctx context.Context, by authz.Actor, key string, c Contact) (Order, error) {
	return s.keyed(ctx, by, key, authz.WorkContact, func(tx *pg.Tx) (Order, error) { return ContactTx(ctx, tx, c) })
}

// ContactTx is Contact in the caller's use case.
func ContactTx(ctx context.Context, tx *pg.Tx, c Contact) (Order, error) {
	words, err := clean("words", c.Words, 2, 500, "请写明联系的情况，2 到 500 个字")
	if err != nil {
		return Order{}, err
	}
	did := "联系居民"
	if c.ByPhone {
		did = "电话联系居民"
	}
	return new(Service).step(ctx, tx, c.At, act{do: authz.WorkContact, on: Order.Owned, change: func(o *Order) (note, error) {
		if o.ContactedAt == nil {
			o.ContactedAt = &tx.Now
		}
		return note{did: did, words: words, told: c.Told, hand: true}, stopClock(ctx, tx, o.ID, ContactClock)
	}})
}

// Arrive records 我已到现场, at the touch of a button and never in any other way (GRD-17). The position is optional.
func (s *Service) Arrive(ctx context.Context, by authz.Actor, key string, c Arrive) (Order, error) {
	return s.keyed(ctx, by, key, authz.WorkArrive, func(tx *pg.Tx) (Order, error) {
		if (c.Lng == nil) != (c.Lat == nil) || c.Lng != nil && (!within(*c.Lng, 180) || !within(*c.Lat, 90)) {
			return Order{}, fault.InvalidField("position", "位置没有取到。可以不带位置，直接再点一次")
		}
		return s.step(ctx, tx, c.At, act{do: authz.WorkArrive, on: Order.Owned, change: func(*Order) (note, error) {
			return note{did: "到现场", hand: true, told: true, lng: c.Lng, lat: c.Lat}, nil
		}})
	})
}

func within(x, most float64) bool { return x >= -most && x <= most }

// Results are what a report may say came of a case, with its words.
var Results = []struct{ Key, Label string }{{"solved", "已解决"}, {"partly", "部分解决"}, {"explained", "已解释说明"}, {"answered", "已答复"}}

// ResultLabel is a result in words, "" for none.
func ResultLabel(key string) string {
	for _, r := range Results {
		if r.Key == key {
			return r.Label
		}
	}
	return ""
}

// Report says that the owner has handled the case (REQ-10). Answering the residents in the same transaction is
// internal/handoff's, which calls ReportTx.
func (s *Service) Report(ctx context.Context, by authz.Actor, key string, r Report) (Order, error) {
	return s.keyed(ctx, by, key, authz.WorkReport, func(tx *pg.Tx) (Order, error) { return ReportTx(ctx, tx, r.At, r) })
}

// ReportTx is Report in the caller's use case. It refuses a reply that does not answer, a request nobody was
// contacted about (unless nobody can be, REQ-17), and physical matters or acts of management and enforcement
// without a picture of afterwards (REQ-10, GRD-09).
func ReportTx(ctx context.Context, tx *pg.Tx, at Step, r Report) (Order, error) {
	v, err := policy.Load(ctx, tx, today(tx))
	if err != nil {
		return Order{}, err
	}
	return new(Service).step(ctx, tx, at, act{do: authz.WorkReport, on: Order.Owned,
		check: func(o Order) error {
			shots, err := photosSince(ctx, tx, o)
			if err != nil {
				return err
			}
			rests, err := restsOn(ctx, tx, r.Words)
			if err != nil {
				return err
			}
			return fault.Invalid(append(fault.Fields(checkReport(o, r, shots)), rests...)...)
		},
		change: func(o *Order) (note, error) {
			o.Reply, _ = normal.CleanText(r.Words)
			o.Reply, o.Result, o.HandledAt = strings.TrimSpace(o.Reply), r.Result, &tx.Now
			if err := stopClock(ctx, tx, o.ID, ContactClock, FinishClock, RedoClock, DisputeClock); err != nil {
				return note{}, err
			}
			what := "报办结，由承办单位以外的人回访"
			if o.Source == FromFinding {
				what = "报办结，由承办人和上报人以外的人核查"
			}
			if err := plainClock(ctx, tx, o.ID, CallbackClock, time.Duration(v.CallbackHours)*time.Hour, what, basisOf(policy.CallbackHours), v); err != nil {
				return note{}, err
			}
			n := note{did: "报办结：" + ResultLabel(r.Result), words: cut(o.Reply, 1000), told: true, hand: true}
			if r.NoContact && o.ContactedAt == nil {
				n.did += "（无法回复）"
			}
			return n, tellAfter(ctx, tx, *o)
		}})
}

// restsOn says which rules a reply names that it may not rest on today (REQ-25): a resident must be able to open the
// basis, and what is out of force is no basis.
func restsOn(ctx context.Context, tx *pg.Tx, reply string) ([]fault.Field, error) {
	cited, err := legal.CitedIn(ctx, tx, reply, today(tx))
	var wrong []fault.Field
	for _, c := range cited {
		if c.Problem != "" {
			wrong = append(wrong, fault.Field{Name: "words", Message: c.Problem})
		}
	}
	return wrong, err
}

// tellAfter tells who closes the case that it waits for them.
func tellAfter(ctx context.Context, tx *pg.Tx, o Order) error {
	if o.Source == FromRequest {
		return tellRole(ctx, tx, o, authz.Callback, numbered(o, "已报办结，等待回访"))
	}
	return tellRole(ctx, tx, o, authz.Dispatcher, numbered(o, "已报办结，等待核查"))
}

// checkReport are the rules of REQ-10, all at once.
func checkReport(o Order, r Report, shots map[Stage]int) error {
	var wrong []fault.Field
	reply, err := clean("words", r.Words, 4, 2000, "请写明办理结果，4 到 2000 个字")
	wrong = append(wrong, fault.Fields(err)...)
	if err == nil && unfinished(reply) {
		wrong = append(wrong, fault.Field{Name: "words", Message: "“正在协调”“正在处理”不是办结。请写明办了什么、结果怎样；确实要更多时间，请申请延期"})
	}
	if ResultLabel(r.Result) == "" {
		wrong = append(wrong, fault.Field{Name: "result", Message: "请选择办理结果"})
	}
	if o.Source == FromRequest && o.ContactedAt == nil && !r.NoContact {
		wrong = append(wrong, fault.Field{Name: "contact", Message: "还没有联系居民的记录。请先联系居民并记录，再报办结"})
	}
	if needsPhoto(o) && shots[After] == 0 {
		wrong = append(wrong, fault.Field{Name: "photo", Message: "这类事项要有办理后的照片。请先上传办理后的照片"})
	}
	return fault.Invalid(wrong...)
}

// needsPhoto: what can be seen must be shown (REQ-10); findings of management and enforcement too (GRD-09).
func needsPhoto(o Order) bool {
	return o.Physical || o.Source == FromFinding && (o.Class == Management || o.Class == Enforcement)
}

// NeedsPhoto reports whether a report needs a picture of afterwards, for the form.
func (o Order) NeedsPhoto() bool { return needsPhoto(o) }

var (
	stillAtIt = []string{"正在协调", "正在处理", "正在办理", "正在核实", "正在跟进", "协调中", "处理中", "办理中", "将尽快", "会尽快"}
	doneWords = []string{"已修", "已完成", "已解决", "已清", "已更换", "已恢复", "已处理完", "已办结", "已安装", "已拆除", "已整改", "已解释", "已答复"}
)

// unfinished reports a reply that only says that somebody is at it (REQ-10).
func unfinished(reply string) bool {
	has := func(words []string) bool {
		return slices.ContainsFunc(words, func(w string) bool { return normal.Contains(reply, w) })
	}
	return has(stillAtIt) && !has(doneWords)
}

// Resume takes a parked case up again.
func (s *Service) Resume(ctx context.Context, by authz.Actor, key string, c Resume) (Order, error) {
	return s.keyed(ctx, by, key, authz.WorkResume, func(tx *pg.Tx) (Order, error) {
		words, err := clean("words", c.Words, 0, 500, "说明最多 500 个字")
		if err != nil {
			return Order{}, err
		}
		return s.step(ctx, tx, c.At, act{do: authz.WorkResume, on: Order.Owned, change: func(o *Order) (note, error) {
			return note{did: "恢复办理", words: words, told: true, hand: true}, stopClock(ctx, tx, o.ID, ReviewClock)
		}})
	})
}
