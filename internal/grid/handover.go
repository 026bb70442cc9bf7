package grid

import (
	"time"

	"portal/internal/authz"
	"portal/internal/workday"
)

// HandoverID names a handover.
type HandoverID int64

// EntryKind says what is handed over.
type EntryKind string

// The kinds of entries.
const (
	TaskEntry EntryKind = "task"
	KeyEntry  EntryKind = "key"
	NoteEntry EntryKind = "note"
)

// EntryKinds lists the kinds in the order of forms.
var EntryKinds = []EntryKind{TaskEntry, KeyEntry, NoteEntry}

var entryLabels = map[EntryKind]string{TaskEntry: "未办完的事", KeyEntry: "钥匙", NoteEntry: "说明"}

// Label is the kind's name.
func (k EntryKind) Label() string { return entryLabels[k] }

// Entry is one thing that is handed over.
type Entry struct {
	ID     int64
	Kind   EntryKind
	Words  string
	ReadAt *time.Time // nil: the receiver has not read it
}

// Handover is the passing of a post from one person to another (GRD-07).
type Handover struct {
	ID            HandoverID
	GridID        ID
	GridCode      string
	GridName      string
	Community     string
	CommunityName string
	Role          Role
	Giver         Worker // zero: nobody held or stood in for the post
	Receiver      Worker
	Planned       workday.Day
	State         HandoverState
	Reason        string
	Entries       []Entry // on the page of one handover
	Unread        int
	MadeAt        time.Time
	GivenAt       *time.Time
	GivenBy       string // name of the account that signed
	ReceivedAt    *time.Time
	ReceivedBy    string
	ClosedAt      *time.Time
	Effective     workday.Day
	CloseReason   string
	Version       int
}

// Open reports whether signatures are still awaited.
func (h Handover) Open() bool { return !HandoverFlow.Final(h.State) }

// Objects are what reach looks at: the place, and each of the two persons.
func (h Handover) Objects() []authz.Object {
	place := []string{h.Community, h.GridCode}
	return []authz.Object{{Divisions: place, Account: h.Giver.AccountID}, {Account: h.Receiver.AccountID}}
}

// Allowed answers for buttons: may this person do the act to this handover in its state? It is the same
// question that the act asks.
func (h Handover) Allowed(by authz.Actor, do HandoverDo) bool {
	_, lawful := HandoverFlow.Next(h.State, do)
	return lawful && h.may(by, do) == nil
}

// HandoverStep says which handover an act is about, and which version the person saw.
type HandoverStep struct {
	ID      HandoverID
	Version int
}
