package request

import "time"

// CauseID names a repeated trouble.
type CauseID int64

// CauseKind is its object kind in the trail.
const CauseKind = "cause"

// Cause is a trouble that came back from the same place in the same category (REQ-15).
type Cause struct {
	ID            CauseID
	Category      string
	CategoryName  string
	BuildingID    int64
	Place         string
	Community     string
	CommunityName string
	FoundAt       time.Time
	Requests      int
	Evidence      string // anonymised, one line a request
	State         CauseState
	WhistleID     int64
	DecidedBy     string
	DecidedAt     *time.Time
	Reason        string
	Version       int
}
