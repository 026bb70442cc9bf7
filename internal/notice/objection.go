package notice

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"fmt"
	"regexp"
	"strings"
	"time"
	"unicode/utf8"

	"portal/internal/authz"
	"portal/internal/fault"
	"portal/internal/pg"
	"portal/internal/policy"
	"portal/internal/workday"
)

// ObjectionID names an objection at the desk.
type ObjectionID int64

// ObjectionKind is the objection's kind in the audit trail and of its deadline.
const (
	ObjectionKind = "objection"
	replyClock    = "objection.reply"
)

// Objection is what somebody has against a notice. The words are for those who answer; the public reads the
// question in short, as the answer puts it, and the answer.
type Objection struct {
	ID            ObjectionID
	NoticeID      ID
	N             int
	Words         string
	Person        []byte // sealed
	ReceivedAt    time.Time
	DueOn         workday.Day
	DueExact      bool
	Deadline      int64
	Gist          string
	Reply         string
	RepliedByName string
	RepliedAt     *time.Time
	RowVersion    int
	Year, Seq     *int
	PlainTitle    string
	Division      string
	DivisionName  string
}

// Object is what reach looks at.
func (o Objection) Object() authz.Object { return authz.Object{Divisions: []string{o.Division}} }

// Answered reports whether the reply is out.
func (o Objection) Answered() bool { return o.RepliedAt != nil }

// Named reports whether the person left a name or a telephone number.
func (o Objection) Named() bool { return len(o.Person) > 0 }

// NoticeSlug is the notice's place in a URL.
func (o Objection) NoticeSlug() string { return Notice{Year: o.Year, Seq: o.Seq}.Slug() }

// Late reports whether the answer is overdue; an inexact clock is never late.
func (o Objection) Late(day workday.Day) bool {
	return !o.Answered() && o.DueExact && day.After(o.DueOn)
}

// Person is who objected, as far as the person wished.
type Person struct {
	Name  string `json:"name,omitempty"`
	Phone string `json:"phone,omitempty"`
}

// Objecting is an objection as it is handed in.
type Objecting struct {
	No    string // slug of the notice
	Words string
	Person
	From string // the address it comes from, for the brake; it is not kept
}

// Brakes on floods [D]: so many in an hour from one address, and on one notice.
const (
	perAddress = 5
	perNotice  = 60
)

var phoneShape = regexp.MustCompile(`^\+?[0-9][0-9 -]{5,18}[0-9]$`)

func (in Objecting) check() []fault.Field {
	var bad []fault.Field
	if n := utf8.RuneCountInString(in.Words); n < 4 || n > 500 {
		bad = append(bad, fault.Field{Name: "words", Message: "写明哪里不对，4 到 500 个字"})
	}
	if utf8.RuneCountInString(in.Name) > 30 {
		bad = append(bad, fault.Field{Name: "name", Message: "姓名最多 30 个字，可以不填"})
	}
	if in.Phone != "" && !phoneShape.MatchString(in.Phone) {
		bad = append(bad, fault.Field{Name: "phone", Message: "电话写数字，如 13800000000；可以不填"})
	}
	return bad
}

// Object takes an objection from anybody and gives the code of its receipt.
func (s *Service) Object(ctx context.Context, by authz.Actor, key string, in Objecting) (code string, err error) {
	if err := fault.Invalid(in.check()...); err != nil {
		return "", err
	}
	err = s.db.Write(ctx, by, func(tx *pg.Tx) error {
		code, err = tx.Once(ctx, key, "objection.file", func() (string, error) { return s.object(ctx, tx, in) })
		return err
	})
	return code, err
}

func (s *Service) object(ctx context.Context, tx *pg.Tx, in Objecting) (string, error) {
	n, err := s.public(ctx, tx, in.No)
	if err != nil {
		return "", err
	}
	today := workday.DayOf(tx.Now)
	if !n.Objectable(today) {
		return "", fault.InvalidField("words", "公示期已经结束。仍有意见，请拨打街道值班电话，或者用“提诉求”反映")
	}
	if err := s.brake(ctx, tx, n, in.From); err != nil {
		return "", err
	}
	o := Objection{NoticeID: n.ID, N: n.Shown, Words: in.Words}
	code := rand.Text()
	if in.Person != (Person{}) {
		plain, err := json.Marshal(in.Person)
		if err != nil {
			return "", fmt.Errorf("objection: %w", err)
		}
		if o.Person, err = s.keys.Seal(plain, sealAbout(s.index(code))); err != nil {
			return "", err
		}
	}
	if err := insertObjection(ctx, tx, &o, s.index(code), s.phoneIndex(in.Phone)); err != nil {
		return "", err
	}
	v, err := valuesOf(ctx, tx)
	if err != nil {
		return "", err
	}
	basis, err := policy.Basis(ctx, tx, policy.ObjectionDays, today)
	if err != nil {
		return "", err
	}
	if _, err := policy.Start(ctx, tx, policy.DeadlineSpec{Kind: replyClock, ObjectKind: ObjectionKind, ObjectID: int64(o.ID), From: today, Days: v.ObjectionDays, Basis: basis}); err != nil {
		return "", err
	}
	if err := tellKeepers(ctx, tx, n, "收到对公示的异议："+n.PlainTitle, deskObjection(o.ID)); err != nil {
		return "", err
	}
	return code, record(ctx, tx, authz.ObjectionFile, ObjectionKind, int64(o.ID), n.Slug(), "", trace{Did: "提了异议", N: n.Shown})
}

func deskObjection(id ObjectionID) string { return fmt.Sprintf("/desk/objections/%d", id) }

func (s *Service) index(code string) []byte { return s.keys.Index(code, "objection.code") }

// sealAbout ties the sealed person to its own row.
func sealAbout(codeIndex []byte) string { return fmt.Sprintf("objection.person.%x", codeIndex) }

// brake counts an objection and refuses floods; what is refused is not counted.
func (s *Service) brake(ctx context.Context, tx *pg.Tx, n Notice, from string) error {
	slot := tx.Now.Truncate(time.Hour)
	for _, b := range []struct {
		key string
		max int
	}{
		{fmt.Sprintf("address.%x", s.keys.Index(from, "objection.address")), perAddress},
		{fmt.Sprintf("notice.%d", n.ID), perNotice},
	} {
		taken, err := takeBrake(ctx, tx, b.key, slot)
		if err != nil {
			return err
		}
		if taken > b.max {
			return fault.TooMany("这个网络提的异议有点多。请过一个小时再提，或者拨打公示上的电话")
		}
	}
	return nil
}

// Receipt is an objection as the person who handed it in may follow it; neither words nor person stand on it.
func (s *Service) Receipt(ctx context.Context, slug, code string) (Objection, error) {
	o, err := oneObjection(ctx, s.db.Q(), objectionByCode, s.keys.Indexes(code, "objection.code"))
	if err == nil && o.NoticeSlug() != slug {
		err = errNoObjection
	}
	o.Words, o.Person = "", nil
	return o, err
}

// Objection gives one to those who answer or watch.
func (s *Service) Objection(ctx context.Context, by authz.Actor, id ObjectionID) (Objection, error) {
	o, err := oneObjection(ctx, s.db.Q(), objectionByID, id)
	if err == nil && !authz.Allowed(by, authz.ObjectionView, o.Object()) {
		err = errNoObjection
	}
	if err != nil {
		return Objection{}, err
	}
	return o, nil
}

// Answer is the reply to an objection.
type Answer struct {
	ID      ObjectionID
	Version int
	Gist    string // the question in short, without the person: everybody reads it beside the reply
	Reply   string
}

// Reply answers an objection; everybody can read the answer below the notice, never who asked.
func (s *Service) Reply(ctx context.Context, by authz.Actor, key string, in Answer) error {
	return s.db.WriteKeyed(ctx, by, key, "objection.reply", func(tx *pg.Tx) error {
		o, err := oneObjection(ctx, tx, objectionByIDLocked, in.ID)
		if err != nil {
			return err
		}
		if !authz.Allowed(tx.Actor, authz.ObjectionReply, o.Object()) {
			return errNoObjection
		}
		if o.Answered() || in.Version != o.RowVersion {
			return overtaken(ctx, tx, ObjectionKind, int64(o.ID))
		}
		if err := fault.Invalid(s.checkAnswer(in)...); err != nil {
			return err
		}
		if err := saveReply(ctx, tx, o, in); err != nil {
			return err
		}
		if o.Deadline != 0 {
			if err := policy.Stop(ctx, tx, o.Deadline, workday.DayOf(tx.Now)); err != nil {
				return err
			}
		}
		return record(ctx, tx, authz.ObjectionReply, ObjectionKind, int64(o.ID), o.NoticeSlug(), "", trace{Did: "答复了异议"})
	})
}

func (s *Service) checkAnswer(in Answer) []fault.Field {
	var bad []fault.Field
	for _, f := range []struct {
		name, words, message string
		max                  int
	}{
		{"gist", in.Gist, "用 4 到 60 个字写明对方问的是什么，不写对方是谁", 60},
		{"reply", in.Reply, "答复写 4 到 500 个字", 500},
	} {
		found := s.find(f.words)
		switch n := utf8.RuneCountInString(f.words); {
		case n < 4 || n > f.max:
			bad = append(bad, fault.Field{Name: f.name, Message: f.message})
		case len(found) > 0:
			bad = append(bad, fault.Field{Name: f.name, Message: "答复会公开，里面像有个人信息：" + strings.Join(found[:min(3, len(found))], "、") + "。请去掉"})
		}
	}
	return bad
}

// Reveal opens who objected, with its purpose, for whoever may answer; every look is kept in the trail (REQ-22).
func (s *Service) Reveal(ctx context.Context, by authz.Actor, key string, id ObjectionID, purpose string) (p Person, err error) {
	if n := utf8.RuneCountInString(purpose); n < 2 || n > 100 {
		return p, fault.InvalidField("purpose", "写明为什么要看，如 打电话核实")
	}
	err = s.db.Write(ctx, by, func(tx *pg.Tx) error {
		o, err := oneObjection(ctx, tx, objectionByID, id)
		if err != nil {
			return err
		}
		if !authz.Allowed(tx.Actor, authz.ObjectionReply, o.Object()) || !o.Named() {
			return errNoObjection
		}
		if p, err = s.open(ctx, tx, o); err != nil {
			return err
		}
		return record(ctx, tx, authz.ObjectionView, ObjectionKind, int64(id), o.NoticeSlug(), purpose, trace{Did: "看了提出人的联系方式"})
	})
	return p, err
}
