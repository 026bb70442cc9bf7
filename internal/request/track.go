package request

import (
	"context"
	"slices"
	"strings"
	"time"

	"portal/internal/legal"
	"portal/internal/pg"
	"portal/internal/workday"
)

// Tracked is what the author of a request sees with a receipt. At level Status everything below the line
// is empty.
type Tracked struct {
	Level       Level
	ID          ID
	No          string
	Code        string // only at level Full
	State       string // the order's state
	StateWords  string // for residents: 已派到承办单位，等待签收
	Now         string // what happens now
	SubmittedAt time.Time
	ContactDue  time.Time
	ContactedAt *time.Time
	DueAt       time.Time
	DoneAt      *time.Time
	Extended    bool
	CanRate     bool
	Rated       string // 满意, 没解决 … once locked
	Ended       bool

	// ---- only at level Full
	Kind          Kind
	Category      string
	Title, Words  string
	Place         string
	Community     string
	Owner         string // who has it now
	OwnerPhone    string
	Reply         string
	Bases         []BasisLink // the rules that the reply names (REQ-25)
	Channel       Channel
	ChannelTold   string // where it is to be taken (REQ-03)
	Ground        string
	ParkedReason  string // REQ-19
	ReviewOn      string // a day in 中文
	Joined        bool   // handled together with others (REQ-05)
	Followers     int
	SameAs        string
	Order         int64
	Steps         []TrackStep
	Notes         []Note
	Reveals       []RevealRow // who read the telephone and why (REQ-22)
	HasPhone      bool
	Limit         *LimitTold // REQ-20; nil where there is none
	CanSupplement bool
	CanWithdraw   bool
	Confidential  bool
}

// BasisLink is a rule that a reply names, and where it is read as of the day of the reply.
type BasisLink struct{ Words, Path string }

// TrackStep is something that was done, in words for residents.
type TrackStep struct {
	At    time.Time
	Words string
}

// RevealRow is one unmasked read.
type RevealRow struct {
	At      time.Time
	Name    string
	Post    string
	Purpose string
}

// SimilarRow is a running request of others, shown without anybody's data.
type SimilarRow struct {
	No, Title, Place, Category string
	Since                      time.Time
	StateWords                 string
	Followers                  int
	Order                      int64
}

// Like says what similar requests are looked for.
type Like struct {
	Category  string
	Building  int64
	Community string
	Words     string
	Limit     int
}

// stateWords say to residents where a request stands, and what happens now. {owner} is who has it.
var stateWords = map[string]struct{ words, now string }{
	"registered":   {"已登记，正在派办", "工作人员正在把它派给负责的单位"},
	"dispatched":   {"已派到承办单位，等待签收", "{owner}会尽快签收并与您联系"},
	"signed":       {"承办单位已签收", "{owner}已经签收，会尽快与您联系"},
	"handling":     {"正在办理", "{owner}正在办理"},
	"disputed":     {"正在确定承办单位", "街道正在裁定由谁承办，您的办理时限照常计算，不会停"},
	"parked":       {"暂时不能解决，定期复查", "{owner}会在复查日再看一次"},
	"handled":      {"已有办理结果，请评价", "请告诉我们问题是否解决；没解决可以退回重办"},
	"closed":       {"已办结", "这件诉求已经办结"},
	"not_accepted": {"不予受理", "这件诉求不予受理，原因和可以去的地方写在下面"},
	"diverted":     {"已告知其他渠道", "这件诉求请到下面写明的渠道办理"},
	"merged":       {"并入同一问题一起办理", "同一处的同一问题一起办理，结果会单独答复您"},
	"withdrawn":    {"已撤回", "您已经撤回这件诉求"},
}

// StateWords is the order's state in words for residents.
func StateWords(state string) string { return stateWords[state].words }

// Track shows a request to whoever holds its receipt. It is no use case: reading one's own case changes
// nothing. The faults are those of Resolve.
func (s *Service) Track(ctx context.Context, k Key) (Tracked, error) {
	id, level, err := s.Resolve(ctx, k)
	if err != nil {
		return Tracked{}, err
	}
	return s.Tracked(ctx, id, level)
}

// Tracked is Track for a receipt that Resolve has opened.
func (s *Service) Tracked(ctx context.Context, id ID, level Level) (Tracked, error) {
	var out Tracked
	err := s.db.Read(ctx, func(q pg.Querier) error {
		r, err := oneRequest(ctx, q, requestByID, int64(id))
		if err != nil {
			return err
		}
		o, err := trackedOrder(ctx, q, r.OrderID)
		if err != nil {
			return err
		}
		out = trackStatus(r, o, level)
		if level == Full {
			err = s.trackFull(ctx, q, r, o, &out)
		}
		return err
	})
	return out, err
}

// trackStatus is what the typed code alone shows: status and times, no words, no place.
func trackStatus(r Request, o orderRow, level Level) Tracked {
	state := o.State
	switch {
	case r.WithdrawnAt != nil:
		state = "withdrawn"
	case state == "withdrawn": // by the last of the others; whoever was answered before is not told that they left
		state = "closed"
	}
	said := stateWords[state]
	t := Tracked{Level: level, ID: r.ID, No: r.No, State: state, StateWords: said.words, SubmittedAt: r.SubmittedAt, ContactDue: r.ContactDue,
		ContactedAt: r.ContactedAt, DueAt: r.DueAt, DoneAt: r.SettledAt, Extended: o.Extended, Ended: r.SettledAt != nil}
	t.CanRate = state == "handled" && r.RepliedAt != nil && r.SettledAt == nil
	if state == "handled" && r.SettledAt != nil { // others of the order are still asked
		t.StateWords, said.now = "已评价", "谢谢，已经收到评价"
	}
	owner := o.Owner
	if owner == "" || level != Full {
		owner = "承办单位"
	}
	t.Now = strings.ReplaceAll(said.now, "{owner}", owner)
	t.CanSupplement = r.WithdrawnAt == nil && r.AnonymisedAt == nil
	t.CanWithdraw = r.SettledAt == nil
	return t
}

func (s *Service) trackFull(ctx context.Context, q pg.Querier, r Request, o orderRow, t *Tracked) error {
	_, codes, err := sealedOf(ctx, q, r.ID)
	if err != nil {
		return err
	}
	var c sealedCodes
	if err := s.open(codes, aboutCodes+r.No, &c); err != nil {
		return err
	}
	t.Code, t.Kind, t.Category, t.Title, t.Words = ShowCode(c.Code), r.Kind, r.CategoryName, r.Title, r.Words
	t.Place, t.Community, t.Owner, t.OwnerPhone = o.Place, r.CommunityName, o.Owner, o.OwnerPhone
	if r.Building != "" {
		t.Place = r.Building
	}
	t.Reply, t.Channel, t.HasPhone, t.Confidential, t.Order = r.Reply, r.Channel, r.HasPhone, r.Confidential, r.OrderID
	if t.Bases, err = basesOf(ctx, q, r); err != nil {
		return err
	}
	t.Ground, t.ChannelTold = groundLabel(o.Ground), o.ChannelTold
	if o.State == "parked" {
		t.ParkedReason = o.ParkedReason
		if o.ReviewOn != nil {
			t.ReviewOn = o.ReviewOn.Chinese()
		}
	}
	t.Joined, t.Followers = r.Merged(), o.Followers
	if r.SameAs != 0 {
		same, err := oneRequest(ctx, q, requestByID, int64(r.SameAs))
		if err != nil {
			return err
		}
		t.SameAs = same.No
	}
	if t.Steps, err = toldSteps(ctx, q, r); err != nil {
		return err
	}
	if o.Followers > 1 { // others of the same matter read the same words (§6.7)
		for i := range t.Steps {
			t.Steps[i].Words = MaskWords(t.Steps[i].Words)
		}
	}
	if t.Notes, err = notesOf(ctx, q, r.ID); err != nil {
		return err
	}
	if t.Reveals, err = revealsOf(ctx, q, r.ID); err != nil {
		return err
	}
	if t.Limit, err = s.limitTold(ctx, q, r); err != nil {
		return err
	}
	t.Rated, err = lastRating(ctx, q, r.ID)
	return err
}

// basesOf links what a reply rests on to its record, as of the day of the reply (REQ-25).
func basesOf(ctx context.Context, q pg.Querier, r Request) ([]BasisLink, error) {
	if r.Reply == "" || r.RepliedAt == nil {
		return nil, nil
	}
	day := workday.DayOf(*r.RepliedAt)
	cited, err := legal.CitedIn(ctx, q, r.Reply, day)
	var out []BasisLink
	for _, c := range cited {
		link := BasisLink{c.Words, c.Path(day)}
		if link.Path != "" && !slices.Contains(out, link) {
			out = append(out, link)
		}
	}
	return out, err
}

func groundLabel(key string) string {
	g, _ := GroundByKey(key)
	return g.Label
}
