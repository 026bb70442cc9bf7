package request

import (
	"time"

	"portal/internal/authz"
)

// ID names a request.
type ID int64

// RequestKind is the object kind of a request in the trail.
const RequestKind = "request"

// Request is one resident's word. Name, telephone and door are not in it: they come from Reveal alone.
type Request struct {
	ID            ID
	No            string // SQ-2026-17
	OrderID       int64  // where it is handled now
	HomeOrder     int64  // its own order, to which unmerging brings it back (REQ-06)
	Kind          Kind
	Category      string
	CategoryName  string
	Title, Words  string
	Community     string
	CommunityName string
	BuildingID    int64
	Building      string // 小区 and 楼, never the door
	GridID        int64
	Channel       Channel
	Confidential  bool
	RevealAgreed  bool
	Minor         bool
	NoticeVersion string
	HasPerson     bool // anything personal is kept
	HasPhone      bool // can be called back (REQ-17)
	SameAs        ID   // same person, same matter: told, not counted twice (REQ-05)
	TakenBy       int64
	TakenByName   string
	SubmittedAt   time.Time
	ContactDue    time.Time
	DueAt         time.Time
	ContactedAt   *time.Time
	Reply         string
	RepliedAt     *time.Time
	WithdrawnAt   *time.Time
	SettledAt     *time.Time
	AnonymisedAt  *time.Time
	Version       int
}

// Slug is the readable number, as in addresses.
func (r Request) Slug() string { return r.No }

// Walled reports whether the reporter's identity stays hidden from those who handle it (REQ-13): every
// 举报, and whatever was marked confidential, unless its author agreed.
func (r Request) Walled() bool { return (r.Kind == Report || r.Confidential) && !r.RevealAgreed }

// Merged reports whether it is handled under somebody else's order.
func (r Request) Merged() bool { return r.OrderID != r.HomeOrder }

// Object is what the reach of its taker looks at; everybody else's reach is the order's (handoff).
func (r Request) Object() authz.Object { return authz.Object{Account: r.TakenBy} }

// Summary is a request as staff may always see it: masked on the server (§6.7).
type Summary struct {
	Request        // Title and Words masked
	Name    string // 张**, 保密 or 未留
	Phone   string // 138****5678, 保密 or 未留
	Notes   []Note
	Mergeds int // times it was merged and taken apart again
}

// Note is a word of the resident after filing, or one the resident was told.
type Note struct {
	At           time.Time
	FromResident bool
	Words        string
}

// Receipt proves a request (REQ-01): printed, and photographed from the screen.
type Receipt struct {
	No    string
	Code  string // K7QF-2M9A-41X8
	Token string // the QR's 128 random bits, base64url

	ContactDue, DueAt time.Time

	Title       string // masked
	Category    string // name
	Community   string // name
	SubmittedAt time.Time
	SameAs      string // number of the running request of the same person (REQ-05)
	NoReply     bool   // no telephone was left: 无法回复 (REQ-17)
	Anonymous   bool   // taken without personal data for want of a guardian's consent (REQ-18)
}

// Person is what a reveal opens.
type Person struct {
	Name, Phone, Door string
	Words             string // unmasked
}

// Key opens a request for its author: the QR's token, or the typed code with or without the last four
// digits of the telephone. Device is whatever tells one device from another; it is kept only blinded.
type Key struct {
	Token  string
	Code   string
	Phone4 string
	Device string
}
