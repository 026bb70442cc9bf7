package request

import "time"

// Assist is one assisted entry: somebody agreed on the spot, and it ends by itself (REQ-16, Q3).
type Assist struct {
	ID        int64
	Account   int64
	StartedAt time.Time
	Until     time.Time
	EndedAt   *time.Time
	Consent   string
	Left      time.Duration // of the moment it was asked for
}
