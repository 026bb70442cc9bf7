package request

import (
	"time"
)

// Callback is one try to ask a resident whether the matter is solved. Pages fill what was answered; Hands
// and Units, the accounts and units that handled the order, come from handoff and decide who may ask
// (REQ-12).
type Callback struct {
	No        string // of the request
	Version   int    // of the request the caller saw; 0: not checked
	Source    CallbackSource
	Reached   bool
	Self      bool // it was the person; a relative is no valid answer (§6.8, 10)
	Solved    Solved
	Satisfied Satisfied
	Words     string

	Hands []int64 // accounts
	Units []int64

	ID       int64 // of a stored one
	Request  ID
	Order    int64
	Round    int
	By       int64
	ByName   string
	At       time.Time
	LockedAt *time.Time
}

// Valid reports whether it counts in the rates: the person was reached and answered.
func (c Callback) Valid() bool {
	return c.Reached && c.Self && c.Solved != NotAsked && c.Satisfied != NotRated
}

// Unhappy reports whether it sends the order back (REQ-11).
func (c Callback) Unhappy() bool { return c.Solved == Unsolved || c.Satisfied == Unsatisfied }

// Outcome is what a locked callback means for the order.
type Outcome struct {
	Request   Request
	Order     int64
	Round     int
	Locked    bool // this request is settled now
	Lapsed    bool // by the third try that reached nobody
	TriesLeft int
	AllLocked bool   // every request of the order is settled: it may close
	Reopen    bool   // unsolved or dissatisfied: back to the owner, or to a reviewer the second time
	Why       string // for the order's trail
}

// Due is a row of the list of those who wait to be called back.
type Due struct {
	No, Title, Category, Community string
	Order                          int64
	Name, Phone                    string // masked
	RepliedAt, DueAt               time.Time
	Late                           bool
	Tries                          int
	Draft                          bool
}
