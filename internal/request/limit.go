package request

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"portal/internal/authz"
	"portal/internal/fault"
	"portal/internal/pg"
	"portal/internal/policy"
)

// LimitID names a limit.
type LimitID int64

// LimitKind is its object kind in the trail.
const LimitKind = "request_limit"

// Limit holds a telephone that was used maliciously again and again (REQ-20). What it holds is narrow: a new
// request by a browser with that telephone. Windows, paper, the hotline and the kiosk stay open (REQ-23), so does
// filing without a telephone (REQ-17), and words of danger and 举报 are never held. Nobody is named in it.
type Limit struct {
	ID          LimitID
	SetBy       int64
	SetByName   string
	SetPost     string // of the official, as the resident reads it
	Reason      string
	SetAt       time.Time
	Until       time.Time
	Requests    []string // numbers of the requests it rests on
	Appeal      string
	AppealedAt  *time.Time
	DecideBy    *time.Time // undecided until then, it ends
	DecidedName string
	DecidedPost string
	DecidedAt   *time.Time
	Kept        bool
	Decision    string
	LiftedName  string
	LiftedAt    *time.Time
	Version     int
}

// LimitState is where a limit stands.
type LimitState string

// The states. They follow from the record and the moment: a limit ends by itself.
const (
	LimitHolds    LimitState = "holds"
	LimitAppealed LimitState = "appealed"
	LimitLifted   LimitState = "lifted"
	LimitLapsed   LimitState = "lapsed" // an appeal that nobody decided
	LimitEnded    LimitState = "ended"
)

var limitLabels = map[LimitState]string{LimitHolds: "限制中", LimitAppealed: "已申诉，待决定", LimitLifted: "已解除", LimitLapsed: "申诉到期未决定，已结束", LimitEnded: "已到期"}

// Label is the state in 中文.
func (s LimitState) Label() string { return limitLabels[s] }

// Open reports whether the limit is in force in this state.
func (s LimitState) Open() bool { return s == LimitHolds || s == LimitAppealed }

// State is where the limit stands at a moment.
func (l Limit) State(now time.Time) LimitState {
	waiting := l.AppealedAt != nil && l.DecidedAt == nil
	switch {
	case l.LiftedAt != nil:
		return LimitLifted
	case waiting && !now.Before(*l.DecideBy):
		return LimitLapsed
	case !now.Before(l.Until):
		return LimitEnded
	case waiting:
		return LimitAppealed
	}
	return LimitHolds
}

// Undecided is an appeal that somebody else than by's account set the limit for may decide.
func (l Limit) Undecided(by authz.Actor, now time.Time) bool {
	return l.State(now) == LimitAppealed && by.AccountID != l.SetBy
}

// LimitDraft is what an official asks.
type LimitDraft struct {
	Nos    []string // of the requests it rests on
	Days   int
	Reason string
}

const (
	shortestLimitReason = 10
	mostLimitEvidence   = 20
)

// Limited is the refusal of a filing that a limit holds. Who files is told by whom, until when, and what is open;
// never the reason or the requests, for anybody can type a telephone.
type Limited struct {
	Post  string
	Until time.Time
	err   error
}

func (l *Limited) Error() string { return l.err.Error() }

// Unwrap gives the words that a page shows.
func (l *Limited) Unwrap() error { return l.err }

// AsLimited finds the refusal in an error.
func AsLimited(err error) (*Limited, bool) {
	var l *Limited
	return l, errors.As(err, &l)
}

var (
	errNoLimit    = fault.NotFound("没有找到这项限制。可能是地址不完整，或者不在你的职责范围内")
	errLimitTaken = fault.Conflict("这项限制刚才由他人处理过了。打开最新的一页再办")
	errLimitOver  = fault.Conflict("这项限制已经结束，不用再办")
	errOwnLimit   = fault.Forbidden("限制是你作的决定，申诉要由另一位负责人处理")
)

// never reports what no limit may hold: words of danger (REQ-04), 举报 and whatever is behind the wall (REQ-13), a
// complaint about the street's own people, and every channel but the browser with a telephone.
func (f Filing) never(c Category) bool {
	return f.Channel != Phone || f.Phone == "" || f.Kind == Report || f.Confidential || f.ComplainedUnit != 0 || f.HiddenFrom != "" ||
		Dangerous(f.Title+" "+f.Words, c)
}

// limited refuses a filing that a limit in force holds.
func (s *Service) limited(ctx context.Context, tx *pg.Tx, f Filing, c Category) error {
	if f.never(c) {
		return nil
	}
	l, err := limitWhere(ctx, tx, limitHolding, s.keys.Indexes(PhoneDigits(f.Phone), aboutPhone), tx.Now)
	if err != nil || l == nil {
		return err
	}
	return &Limited{Post: l.SetPost, Until: l.Until, err: fault.Conflict("这个电话到 %s 为止不能在网上反映新的问题。急事、举报照常受理；其他事请到窗口、打街道电话或者用自助机", fullMoment(l.Until))}
}

// SetLimit limits a telephone, on the evidence of requests that it left. Who may: LimitSet, and not about the
// official's own unit. 举报, what is behind the wall and words of danger are no evidence; a request is evidence once.
func (s *Service) SetLimit(ctx context.Context, by authz.Actor, key string, d LimitDraft) (LimitID, error) {
	var out LimitID
	err := s.db.Write(ctx, by, func(tx *pg.Tx) error {
		if err := authz.Check(by, authz.LimitSet, authz.Object{}); err != nil {
			return err
		}
		done, err := tx.Once(ctx, key, string(authz.LimitSet), func() (string, error) {
			id, err := s.setLimit(ctx, tx, d)
			return strconv.FormatInt(int64(id), 10), err
		})
		if err != nil {
			return err
		}
		id, err := strconv.ParseInt(done, 10, 64)
		out = LimitID(id)
		return err
	})
	return out, err
}

func (s *Service) setLimit(ctx context.Context, tx *pg.Tx, d LimitDraft) (LimitID, error) {
	v, err := policyOf(ctx, tx)
	if err != nil {
		return 0, err
	}
	if err := d.clean(v); err != nil {
		return 0, err
	}
	if err := lockLimits(ctx, tx); err != nil {
		return 0, err
	}
	found, err := requests(ctx, tx, requestsNamed, d.Nos)
	if err != nil {
		return 0, err
	}
	phone, err := s.evidenceOf(ctx, tx, d.Nos, found)
	if err != nil {
		return 0, err
	}
	running, err := limitWhere(ctx, tx, limitHolding, s.keys.Indexes(phone, aboutPhone), tx.Now)
	if err != nil {
		return 0, err
	}
	if running != nil {
		return 0, fault.Conflict("这个电话已经在限制中，到 %s 为止。不能重复限制", fullMoment(running.Until))
	}
	l := Limit{SetPost: postAs(tx.Actor, authz.Leader), Reason: d.Reason, SetAt: tx.Now, Until: tx.Now.AddDate(0, 0, d.Days), Requests: d.Nos}
	if err := storeLimit(ctx, tx, &l, s.keys.Index(phone, aboutPhone), found); err != nil {
		return 0, err
	}
	if err := tellOfLimit(ctx, tx, found, "留这个电话的人，到 "+fullMoment(l.Until)+" 为止不能在网上反映新的问题，由"+l.SetPost+"决定，原因："+l.Reason+
		"。这件诉求照常办理；急事、举报不受限制，窗口、电话、自助机都开着。不同意可以在这一页申诉"); err != nil {
		return 0, err
	}
	return l.ID, recordLimit(ctx, tx, authz.LimitSet, l, "限制到 "+fullMoment(l.Until), l.Reason)
}

// clean finds everything wrong with the form at once.
func (d *LimitDraft) clean(v policy.Values) error {
	var bad []fault.Field
	d.Nos = slices.Compact(slices.Sorted(slices.Values(d.Nos)))
	switch n := len(d.Nos); {
	case n < v.LimitRequests:
		bad = append(bad, fault.Field{Name: "nos", Message: fmt.Sprintf("请写明至少 %d 件诉求的编号，一行一件", v.LimitRequests)})
	case n > mostLimitEvidence:
		bad = append(bad, fault.Field{Name: "nos", Message: fmt.Sprintf("最多写 %d 件", mostLimitEvidence)})
	}
	if d.Days < 1 || d.Days > v.LimitDays {
		bad = append(bad, fault.Field{Name: "days", Message: fmt.Sprintf("填写 1 到 %d 天", v.LimitDays)})
	}
	reason, err := checkReason(d.Reason)
	if d.Reason = MaskWords(reason); err != nil || utf8.RuneCountInString(d.Reason) < shortestLimitReason {
		bad = append(bad, fault.Field{Name: "reason", Message: "请写明事实和理由，10 到 200 个字；居民会看到"})
	}
	if len(bad) > 0 {
		return fault.Invalid(bad...)
	}
	return nil
}

// evidenceOf checks the requests a limit is to rest on and gives the telephone that left them all.
func (s *Service) evidenceOf(ctx context.Context, tx *pg.Tx, nos []string, found []Request) (phone string, err error) {
	wrong := func(format string, args ...any) error {
		return fault.InvalidField("nos", fmt.Sprintf(format, args...))
	}
	for _, no := range nos {
		if !slices.ContainsFunc(found, func(r Request) bool { return r.No == no }) {
			return "", wrong("没有找到 %s。请核对编号，一行一件", cut(no, 20))
		}
	}
	for _, r := range found {
		c, err := CategoryByCode(ctx, tx, r.Category)
		if err != nil {
			return "", err
		}
		concerned, err := complainedOf(ctx, tx, r, tx.Actor)
		switch {
		case err != nil:
			return "", err
		case r.Walled():
			return "", wrong("%s 是举报或者要求保密的诉求，不能作为限制的依据", r.No)
		case Dangerous(r.Title+" "+r.Words, c):
			return "", wrong("%s 说的是紧急情况，不能作为限制的依据", r.No)
		case concerned:
			return "", wrong("%s 反映的是你所在的单位，应当回避，请由其他负责人决定", r.No)
		case !r.HasPhone:
			return "", wrong("%s 没有留电话。只能限制留过的电话，不能限制地点和自助机", r.No)
		}
		p, err := s.person(ctx, tx, r)
		if err != nil {
			return "", err
		}
		digits := PhoneDigits(p.Phone)
		if phone != "" && digits != phone {
			return "", wrong("%s 和前面几件不是同一个电话留下的", r.No)
		}
		phone = digits
	}
	return phone, nil
}

// postAs names the post by which somebody acts.
func postAs(by authz.Actor, roles ...authz.Role) string {
	for _, p := range by.Posts {
		if slices.Contains(roles, p.Role) {
			return strings.TrimSpace(p.UnitName + " " + p.Title)
		}
	}
	return by.Name
}

// tellOfLimit writes to every request that a limit rests on.
func tellOfLimit(ctx context.Context, tx *pg.Tx, rests []Request, words string) error {
	for _, r := range rests {
		if err := addNote(ctx, tx, r.ID, false, cut(words, 500)); err != nil {
			return err
		}
	}
	return nil
}

// limitTrace is what the trail keeps: the numbers, never a telephone.
type limitTrace struct {
	Did      string    `json:"did"`
	Until    time.Time `json:"until"`
	Requests []string  `json:"requests"`
}

func recordLimit(ctx context.Context, tx *pg.Tx, do authz.Action, l Limit, did, reason string) error {
	after, err := json.Marshal(limitTrace{did, l.Until, l.Requests})
	if err != nil {
		return fmt.Errorf("trace: %w", err)
	}
	return tx.Record(ctx, pg.Change{Action: do, Kind: LimitKind, ID: int64(l.ID), No: strconv.FormatInt(int64(l.ID), 10), After: after, Reason: MaskWords(reason)})
}

var requestNumber = regexp.MustCompile(`SQ-\d{4}-\d{1,7}`)

// ReadNumbers finds the numbers of requests in what somebody typed; whatever is none stays as it is, so that it is
// named as not found.
func ReadNumbers(typed string) []string {
	var out []string
	for _, word := range strings.FieldsFunc(strings.ToUpper(fold(typed)), func(r rune) bool { return strings.ContainsRune(" \t\r\n,;、，；。", r) }) {
		if no := requestNumber.FindString(word); no != "" {
			word = no
		}
		out = append(out, word)
	}
	return out
}
