package notice

import (
	"fmt"
	"strings"
	"time"
	"unicode/utf8"

	"portal/internal/authz"
	"portal/internal/docno"
	"portal/internal/fault"
	"portal/internal/normal"
	"portal/internal/pg"
	"portal/internal/policy"
	"portal/internal/secret"
	"portal/internal/workday"
)

// ID of a notice.
type ID int64

// ObjectKind is the notice's kind in the audit trail.
const ObjectKind = "notice"

// Text is what a notice says.
type Text struct {
	Title        string // as on the paper: 关于……的公示
	PlainTitle   string // 大白话标题, for the 长辈版
	PlainSummary string // what it comes to, in one or two sentences
	Body         string // paragraphs and simple tables, see Blocks
	Days         int    // 0: 长期公开
}

// words are all words of a text, for the search for personal data.
func (t Text) words() string {
	return strings.Join([]string{t.Title, t.PlainTitle, t.PlainSummary, t.Body}, "\n")
}

// Version is one text of a notice with its window.
type Version struct {
	N int
	Text
	Reason        string // of the change
	WrittenBy     int64
	WrittenByName string
	WrittenAt     time.Time
	ClearedByName string // who confirmed that personal data in it may be read by all
	IssuedByName  string
	IssuedAt      *time.Time
	FromOn        workday.Day
	LastOn        workday.Day
	Why           string
}

// Notice is a notice with the text that hangs, or with its only text while it is a draft.
type Notice struct {
	ID            ID
	Year, Seq     *int
	Kind          Kind
	Division      string
	DivisionName  string
	State         State
	Shown         int
	Source        string
	PairOf        *int64
	BoardOn       workday.Day
	Exact         bool
	DraftedBy     int64
	DraftedByName string
	DraftedAt     time.Time
	EndedAt       *time.Time
	EndReason     string
	RemindedOn    workday.Day
	RowVersion    int
	Open          int  // objections without an answer
	Files         int  // that hang with it
	Pending       bool // new words wait for a signature
	Version
}

// Object is what reach looks at.
func (n Notice) Object() authz.Object { return authz.Object{Divisions: []string{n.Division}} }

// Step says which notice an act is about, and which version of its record the person saw.
func (n Notice) Step() Step { return Step{ID: n.ID, Version: n.RowVersion} }

// Can answers for buttons: reach, and what the flow allows.
func (n Notice) Can(by authz.Actor, do authz.Action) bool {
	_, lawful := Flow.Next(n.State, do)
	return lawful && authz.Allowed(by, do, n.Object())
}

// Slug is the notice's place in a URL: 2026-121, or draft-12 before it has a number.
func (n Notice) Slug() string {
	if n.Year == nil || n.Seq == nil {
		return fmt.Sprintf("draft-%d", n.ID)
	}
	return fmt.Sprintf("%d-%d", *n.Year, *n.Seq)
}

// No is 梧公示〔2026〕121号, or "" for a draft. word is the street's number word.
func (n Notice) No(word string) string {
	if n.Year == nil || n.Seq == nil {
		return ""
	}
	return docno.No{Word: word, Kind: docno.Notice, Year: *n.Year, Seq: *n.Seq}.Format()
}

// Path is the notice's public page.
func (n Notice) Path() string { return "/notices/" + n.Slug() }

// DeskPath is its page at the desk.
func (n Notice) DeskPath() string { return "/desk/notices/" + n.Slug() }

// OfStreet reports whether the street itself publishes it.
func (n Notice) OfStreet() bool { return len(n.Division) <= streetDigits }

// Issuer is the name under which it is published: 槐荫社区居民委员会, 梧桐里街道办事处.
func (n Notice) Issuer() string {
	if n.OfStreet() {
		return n.DivisionName + "办事处"
	}
	return n.DivisionName + "居民委员会"
}

const streetDigits = 9

// Objectable reports whether an objection can be handed in on the day: while the notice hangs.
func (n Notice) Objectable(day workday.Day) bool {
	return n.State == Issued && (n.LastOn.IsZero() || !n.Exact || !day.After(n.LastOn))
}

// DaysLeft counts the days until the last one; 0 on the last day, -1 without an end.
func (n Notice) DaysLeft(day workday.Day) int {
	if n.LastOn.IsZero() {
		return -1
	}
	return max(0, n.LastOn.Sub(day))
}

// Service answers for the notices.
type Service struct {
	db   *pg.DB
	keys *secret.Box
	find func(words string) []string
}

// New makes the service. find gives what looks like personal data in a text; nil is Personal.
func New(db *pg.DB, keys *secret.Box, find func(words string) []string) *Service {
	if find == nil {
		find = Personal
	}
	return &Service{db: db, keys: keys, find: find}
}

// Limits of the words (ux.md §4.4).
const (
	MaxTitle        = 40
	MaxPlainTitle   = 20
	MaxPlainSummary = 60
	MaxBody         = 8000
	MaxDays         = 366
)

// check finds everything that is wrong with a text at once.
func (t Text) check(k Kind, v policy.Values) []fault.Field {
	var out []fault.Field
	length := func(name, words string, max int, message string) {
		if n := utf8.RuneCountInString(words); n < 2 || n > max {
			out = append(out, fault.Field{Name: name, Message: message})
		}
	}
	length("title", t.Title, MaxTitle, "公文标题写 2 到 40 个字，如 关于2026年第三季度居务经费收支的公示")
	length("plain_title", t.PlainTitle, MaxPlainTitle, "大白话标题写 2 到 20 个字，如 第三季度的钱怎么花的")
	length("plain_summary", t.PlainSummary, MaxPlainSummary, "用 2 到 60 个字说清楚结果，如 收入 8,400 元，花了 6,215 元")
	length("body", t.Body, MaxBody, "正文写 2 到 8000 个字")
	if m := daysMessage(k, t.Days, v); m != "" {
		out = append(out, fault.Field{Name: "days", Message: m})
	}
	return out
}

// daysMessage is DL-17: nothing hangs shorter than the law says.
func daysMessage(k Kind, days int, v policy.Values) string {
	least := k.Least(v)
	switch {
	case days == 0 && k.Standing():
		return ""
	case days < max(least, 1):
		return fmt.Sprintf("公示不少于 %d 天。%s", max(least, 1), k.Basis())
	case days > MaxDays:
		return fmt.Sprintf("公示最多 %d 天", MaxDays)
	}
	return ""
}

// searchKey is under which words a notice is found.
func (t Text) searchKey() string { return normal.Key(t.Title + " " + t.PlainTitle) }
