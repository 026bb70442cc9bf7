package request

import (
	"context"
	"encoding/hex"
	"time"

	"portal/internal/fault"
)

// Guessing a typed code is braked per code, per device and over all (reliability.md §2 rule 18). The QR's
// 128 bits need no brake, so whoever holds the slip is never shut out by somebody else's guesses.
//
//   - code: the last four digits of a known code are only 10,000; five tries an hour and fifteen a day
//     make that years, and cost an honest mistype nothing.
//   - device: different codes from one device. An office shares one, so it is wide.
//   - all: 55 bits stand behind this; it is the ceiling under which even a thousand devices together
//     would need centuries, and far above what a street mistypes in an hour.
type brake struct {
	kind  string
	slot  time.Duration
	limit int
}

var brakes = []brake{
	{"all", time.Hour, 3000},
	{"device", time.Hour, 20},
	{"code", time.Hour, 5},
	{"code_day", 24 * time.Hour, 15},
}

var (
	// ErrNoCode reads the same for every code that opens nothing.
	ErrNoCode = fault.NotFound("没有查到。请核对回执上的查询码；带电话查询时，请核对电话后四位。一体机小票上写着“临-”的，可能还没有送到；第二天还查不到，就是没能送到，请拿小票到社区或街道窗口重新登记")
	// errBraked reads the same for right and wrong codes.
	errBraked = fault.TooMany("查询次数有点多，先歇一下。请一小时后再试，或者用手机扫回执上的二维码，也可以到窗口查询")
)

// hold is one counter of a try.
type hold struct {
	key   string
	slot  time.Time
	limit int
}

// holds are always in the order of the table, so that two tries never wait for each other in a circle.
func (s *Service) holds(k Key, now time.Time) []hold {
	typed := k.Code
	if code, ok := ReadCode(k.Code); ok {
		typed = code
	}
	value := map[string]string{"device": k.Device, "code": typed, "code_day": typed}
	out := make([]hold, len(brakes))
	for i, b := range brakes {
		out[i] = hold{key: b.kind + ":" + hex.EncodeToString(s.keys.Index(value[b.kind], "code_miss."+b.kind)), slot: now.Truncate(b.slot), limit: b.limit}
	}
	return out
}

// Resolve finds the request behind a receipt, and how much the receipt shows. NotFound (ErrNoCode) for
// whatever opens nothing, TooMany while guesses are braked, in the same words for right and wrong codes.
// A try is counted before it is looked at, so that tries at the same moment count as well.
func (s *Service) Resolve(ctx context.Context, k Key) (ID, Level, error) {
	if k.Token != "" {
		if !readToken(k.Token) {
			return 0, "", ErrNoCode
		}
		id, err := idByToken(ctx, s.db.Q(), s.keys.Indexes(k.Token, aboutToken))
		return id, Full, err
	}
	holds := s.holds(k, s.db.Now())
	if err := chargeMiss(ctx, s.db, holds); err != nil {
		return 0, "", err
	}
	id, level, err := s.byCode(ctx, k)
	if err != nil {
		return 0, "", err
	}
	return id, level, refundMiss(ctx, s.db, holds)
}

// byCode: the code alone shows the status; with the last four digits of the telephone that was left,
// everything. Wrong digits open nothing, so that they count as a miss.
func (s *Service) byCode(ctx context.Context, k Key) (ID, Level, error) {
	code, ok := ReadCode(k.Code)
	if !ok {
		return 0, "", ErrNoCode
	}
	id, err := idByCode(ctx, s.db.Q(), s.keys.Indexes(code, aboutCode))
	if err != nil {
		return 0, "", err
	}
	last := PhoneDigits(k.Phone4)
	if k.Phone4 == "" {
		return id, Status, nil
	}
	r, err := oneRequest(ctx, s.db.Q(), requestByID, int64(id))
	if err != nil {
		return 0, "", err
	}
	p, err := s.person(ctx, s.db.Q(), r)
	if err != nil {
		return 0, "", err
	}
	phone := PhoneDigits(p.Phone)
	if len(last) != 4 || len(phone) < 4 || phone[len(phone)-4:] != last {
		return 0, "", ErrNoCode
	}
	return id, Full, nil
}
