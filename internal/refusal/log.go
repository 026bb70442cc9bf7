package refusal

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"portal/internal/authz"
	"portal/internal/docno"
	"portal/internal/fault"
	"portal/internal/normal"
	"portal/internal/pg"
	"portal/internal/place"
	"portal/internal/workday"
)

// Asked is what somebody writes down in twenty seconds (E16): who, how, when and the words. Only
// Requester, Channel and Words are needed; the rest makes the answer sharper.
type Asked struct {
	Community   string // "" is the only one the person works for
	Requester   string // a unit's name in any writing, or free words
	Kind        place.RequesterKind
	Channel     Channel
	AskedOn     workday.Day // no day: today
	AskedTime   string
	AskedBy     string
	Words       string
	Title       string // "": the beginning of the words
	Basis       string
	Fit         Fit
	Payer       Payer
	Consent     bool
	Primary     bool
	Certificate bool
	ItemCode    string
}

// Limits in characters; the table has the same.
const (
	minTitle, maxTitle = 2, 60
	shortTitle         = 30
	maxWords           = 1000
)

// earliest is the first day that a request may be dated: the oldest text of the law in the register.
var earliest = workday.NewDay(2018, 12, 29)

// Places lists the communities that the actor may log for.
func (s *Service) Places(ctx context.Context, by authz.Actor) ([]Place, error) {
	scope := authz.ReachOf(by, authz.OfflistLog)
	if len(scope.Prefixes) == 0 {
		return nil, nil
	}
	return placesIn(ctx, s.db.Q(), scope.Prefixes)
}

// Seen is a task with the answer of the moment.
type Seen struct {
	Task
	Now   Answer
	Alike []LookAlike
}

// Log writes a task down and answers at once. Secretaries and workers, for their own community. The
// same key twice is one task.
func (s *Service) Log(ctx context.Context, by authz.Actor, in Asked, key string) (year, seq int, err error) {
	err = s.db.Write(ctx, by, func(tx *pg.Tx) error {
		slug, err := tx.Once(ctx, key, string(authz.OfflistLog), func() (string, error) {
			t, err := s.build(ctx, tx, by, in, workday.DayOf(tx.Now))
			if err != nil {
				return "", err
			}
			t.Year = workday.DayOf(tx.Now).Year()
			if t.Seq, err = tx.Number(ctx, "清单外", t.Year); err != nil {
				return "", err
			}
			if err := insertTask(ctx, tx, &t); err != nil {
				return "", err
			}
			return t.Slug(), recordTask(ctx, tx, authz.OfflistLog, nil, t, "")
		})
		if err != nil {
			return err
		}
		year, seq, err = docno.ParseSlug(slug)
		return err
	})
	return year, seq, err
}

// Try answers without keeping anything: 「这件事能拒绝吗？」.
func (s *Service) Try(ctx context.Context, by authz.Actor, in Asked) (Seen, error) {
	var seen Seen
	err := s.db.Read(ctx, func(q pg.Querier) error {
		t, err := s.build(ctx, q, by, in, workday.DayOf(s.db.Now()))
		if err != nil {
			return err
		}
		seen.Task = t
		seen.Now, err = t.Answer()
		if err == nil {
			seen.Alike, _, err = alike(ctx, q, t)
		}
		return err
	})
	return seen, err
}

// build checks what was typed, resolves unit and article, and judges.
func (s *Service) build(ctx context.Context, q pg.Querier, by authz.Actor, in Asked, today workday.Day) (Task, error) {
	t := Task{Community: in.Community, RequesterKind: in.Kind, Channel: in.Channel, AskedOn: in.AskedOn, AskedTime: in.AskedTime, AskedBy: in.AskedBy,
		Words: in.Words, Title: in.Title, BasisWords: in.Basis, BasisFit: in.Fit, Payer: in.Payer, ConsentGiven: in.Consent, DemandsPrimary: in.Primary,
		Certificate: in.Certificate, ItemCode: in.ItemCode, State: Logged}
	if t.AskedOn.IsZero() {
		t.AskedOn = today
	}
	if t.Title == "" {
		t.Title = beginning(t.Words)
	}
	t.TitleKey = normal.Key(t.Title)
	fields, err := s.whoAndWhere(ctx, q, by, &t, in)
	if err != nil {
		return t, err
	}
	fields = append(fields, t.problems(today)...)
	if len(fields) > 0 {
		return t, fault.Invalid(fields...)
	}
	if err := resolveBasis(ctx, q, &t); err != nil {
		return t, err
	}
	if t.ItemCode == "" {
		if _, t.ItemCode, err = alike(ctx, q, t); err != nil {
			return t, err
		}
	}
	return t, judge(ctx, q, &t, today)
}

// whoAndWhere settles the community and the unit that asks.
func (s *Service) whoAndWhere(ctx context.Context, q pg.Querier, by authz.Actor, t *Task, in Asked) ([]fault.Field, error) {
	var out []fault.Field
	mine, err := placesIn(ctx, q, slices.Clone(authz.ReachOf(by, authz.OfflistLog).Prefixes))
	if err != nil {
		return nil, err
	}
	if t.Community == "" && len(mine) == 1 {
		t.Community = mine[0].Code
	}
	i := slices.IndexFunc(mine, func(p Place) bool { return p.Code == t.Community })
	if i < 0 {
		if t.Community != "" || len(mine) == 0 {
			return nil, authz.Check(by, authz.OfflistLog, authz.Object{Divisions: []string{"-"}})
		}
		return append(out, fault.Field{Name: "community", Message: "选是哪个社区被要求"}), nil
	}
	t.CommunityName = mine[i].Name
	if strings.TrimSpace(in.Requester) == "" {
		return append(out, fault.Field{Name: "requester", Message: "写是谁要求的，如 区城市管理局"}), nil
	}
	u, err := place.UnitByName(ctx, q, in.Requester)
	switch {
	case err == nil:
		t.RequesterID, t.RequesterKind, t.RequesterName = &u.ID, u.RequesterKind, u.Name
	case fault.KindOf(err) != fault.KindNotFound:
		return nil, err
	case !slices.Contains(place.RequesterKinds, t.RequesterKind):
		out = append(out, fault.Field{Name: "kind", Message: "名册里没有“" + in.Requester + "”，选一下它是哪一类单位"})
	}
	t.RequesterWords = in.Requester
	if t.RequesterName == "" {
		t.RequesterName = in.Requester
	}
	return out, nil
}

// problems are the fields that must be put right, all at once.
func (t Task) problems(today workday.Day) []fault.Field {
	var out []fault.Field
	add := func(wrong bool, field, message string) {
		if wrong {
			out = append(out, fault.Field{Name: field, Message: message})
		}
	}
	n := utf8.RuneCountInString
	add(n(strings.TrimSpace(t.Words)) < minTitle, "words", "写下原话，如 周五前把商户油烟设施登记表交上来")
	add(n(t.Words) > maxWords, "words", fmt.Sprintf("原话最多 %d 个字，现在有 %d 个字", maxWords, n(t.Words)))
	add(n(t.Words) >= minTitle && (n(t.Title) < minTitle || n(t.Title) > maxTitle), "title", "简称写 2 到 60 个字")
	add(!slices.Contains(Channels(), t.Channel), "channel", "选是怎么要求的")
	add(t.AskedOn.After(today), "asked_on", "要求的日期不能晚于今天")
	add(t.AskedOn.Before(earliest), "asked_on", "这么早的要求查不到当时的条文，请找合法性审核岗")
	add(n(t.RequesterWords) > 60, "requester", "单位名称最多 60 个字")
	add(n(t.AskedBy) > 30, "asked_by", "姓名最多 30 个字")
	add(n(t.BasisWords) > 200, "basis", "依据最多 200 个字")
	add(!clockTime(t.AskedTime), "asked_time", "时间写成 14:30，不记得可以不填")
	return out
}

// clockTime accepts 9:05, 14:30 and nothing at all.
func clockTime(s string) bool {
	if s == "" {
		return true
	}
	h, m, ok := strings.Cut(s, ":")
	return ok && len(m) == 2 && between(h, 23) && between(m, 59)
}

func between(s string, hi int) bool {
	if len(s) < 1 || len(s) > 2 || strings.Trim(s, "0123456789") != "" {
		return false
	}
	n := 0
	for _, r := range s {
		n = n*10 + int(r-'0')
	}
	return n <= hi
}

// beginning makes a title of the first sentence.
func beginning(words string) string {
	line := strings.TrimSpace(words)
	if i := strings.IndexAny(line, "\n。！？；"); i > 0 {
		line = line[:i]
	}
	r := []rune(strings.TrimSpace(line))
	return string(r[:min(len(r), shortTitle)])
}

// judge answers anew and keeps the answer in the task.
func judge(ctx context.Context, q pg.Querier, t *Task, today workday.Day) error {
	a, book, err := gather(ctx, q, *t, today)
	if err != nil {
		return err
	}
	ans := Judge(a, book)
	t.Outcome = ans.Outcome
	if t.Judged, err = json.Marshal(ans); err != nil {
		return fmt.Errorf("keep the judgement: %w", err)
	}
	return nil
}

// View opens a task with the answer of the moment: while it waits, law and lists of today count; once
// answered, what was judged then. Out of reach reads like missing.
func (s *Service) View(ctx context.Context, by authz.Actor, year, seq int) (Seen, error) {
	var seen Seen
	err := s.db.Read(ctx, func(q pg.Querier) error {
		t, err := oneTask(ctx, q, taskByNumber, year, seq)
		if err != nil {
			return err
		}
		if !authz.Allowed(by, authz.OfflistView, t.Object()) {
			return errNoTask
		}
		if t.State == Logged {
			if err := judge(ctx, q, &t, workday.DayOf(s.db.Now())); err != nil {
				return err
			}
			if seen.Alike, _, err = alike(ctx, q, t); err != nil {
				return err
			}
		}
		seen.Task = t
		seen.Now, err = t.Answer()
		return err
	})
	return seen, err
}

// Match says that the task is an entry of the list (code), or that it is none (""), and judges anew.
func (s *Service) Match(ctx context.Context, by authz.Actor, at TaskStep, code, key string) error {
	return s.once(ctx, by, authz.OfflistLog, key, func(tx *pg.Tx) error {
		t, err := oneTask(ctx, tx, taskByIDLocked, at.ID)
		if err != nil {
			return err
		}
		if !authz.Allowed(by, authz.OfflistLog, t.Object()) {
			return errNoTask
		}
		if t.State != Logged || at.Version != 0 && at.Version != t.Version {
			return overtaken(ctx, tx, TaskKind, int64(t.ID))
		}
		before := t
		t.ItemCode = code
		if err := judge(ctx, tx, &t, workday.DayOf(tx.Now)); err != nil {
			return err
		}
		if err := saveTask(ctx, tx, &t); err != nil {
			return err
		}
		return recordTask(ctx, tx, authz.OfflistLog, &before, t, "")
	})
}

// TakeOn accepts a task that the list or a duty lets come; nothing else is ever taken on by a click.
func (s *Service) TakeOn(ctx context.Context, by authz.Actor, at TaskStep, key string) error {
	return s.once(ctx, by, authz.OfflistLog, key, func(tx *pg.Tx) error {
		_, err := s.taskStep(ctx, tx, at, authz.OfflistLog, "", func(t *Task) error {
			if err := judge(ctx, tx, t, workday.DayOf(tx.Now)); err != nil {
				return err
			}
			if !t.Outcome.May(TakeOn) {
				return fault.InvalidField("kind", "这件事的答案是“"+t.Outcome.Label()+"”，不能直接接受。"+t.Outcome.Summary())
			}
			return nil
		})
		return err
	})
}

// once runs a use case whose form counts once.
func (s *Service) once(ctx context.Context, by authz.Actor, do authz.Action, key string, use func(tx *pg.Tx) error) error {
	return s.db.WriteKeyed(ctx, by, key, string(do), use)
}

// UnitNames lists the units that may ask, for the suggestions of the form.
func (s *Service) UnitNames(ctx context.Context) ([]string, error) {
	all, err := place.Units(ctx, s.db.Q())
	if err != nil {
		return nil, err
	}
	var out []string
	for _, u := range all {
		if u.Active && u.RequesterKind != place.ResidentsCommittee {
			out = append(out, u.Name)
		}
	}
	return out, nil
}
