// Package audit is the portal's memory: one entry per state change, written in the
// transaction of the change (R49). Entries are append-only by grants and triggers; a sealer
// links them into a chain afterwards and Verify finds any tampering. Owns audit_entry,
// audit_seal and audit_head.
package audit

import "time"

// Entry says who did what to which record.
type Entry struct {
	ID         int64
	At         time.Time
	AccountID  *int64 // nil: the system
	Actor      string // name, as it was
	Post       string // post, as it was
	Action     string // an authz.Action
	ObjectKind string // e.g. application
	ObjectID   int64
	ObjectNo   string // the number people see
	Before     []byte // JSON, or nil
	After      []byte // JSON, or nil
	Reason     string
	RequestID  string
}
