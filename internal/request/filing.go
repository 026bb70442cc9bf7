package request

import "time"

// Filing is what somebody says, before it is taken.
type Filing struct {
	Kind           Kind
	Category       string
	Title, Words   string // no title: its words begin it
	Building       int64
	Door           string // 2单元502室: sealed
	Place          string // in words, where no building was found
	Community      string
	Grid           int64
	Channel        Channel
	Name, Phone    string
	Confidential   bool
	RevealAgreed   bool
	Minor          bool   // under 14 (REQ-18)
	Guardian       bool   // a guardian agrees
	NoticeVersion  string // of the privacy words that were shown (§6.7)
	Assist         int64  // the running assisted entry it belongs to
	At             time.Time
	ComplainedUnit int64
	HiddenFrom     string // a community whose own people are complained about (§6.8, 12)
	AsSame         string // number of a running request to follow
}
