package request

import "time"

// Tracked is what the author of a request sees with a receipt. At level Status everything below the line
// is empty.
type Tracked struct {
	Level       Level
	ID          ID
	No          string
	Code        string // only at level Full
	State       string // the order's state
	StateWords  string // for residents: 已派到承办单位，等待签收
	Now         string // what happens now
	SubmittedAt time.Time
	ContactDue  time.Time
	ContactedAt *time.Time
	DueAt       time.Time
	DoneAt      *time.Time
	Extended    bool
	CanRate     bool
	Rated       string // 满意, 没解决 … once locked
	Ended       bool

	// ---- only at level Full
	Kind          Kind
	Category      string
	Title, Words  string
	Place         string
	Community     string
	Owner         string // who has it now
	OwnerPhone    string
	Reply         string
	Channel       Channel
	ChannelTold   string // where it is to be taken (REQ-03)
	Ground        string
	ParkedReason  string // REQ-19
	ReviewOn      string // a day in 中文
	Joined        bool   // handled together with others (REQ-05)
	Followers     int
	SameAs        string
	Order         int64
	Steps         []TrackStep
	Notes         []Note
	Reveals       []RevealRow // who read the telephone and why (REQ-22)
	HasPhone      bool
	CanSupplement bool
	CanWithdraw   bool
	Confidential  bool
}

// TrackStep is something that was done, in words for residents.
type TrackStep struct {
	At    time.Time
	Words string
}

// RevealRow is one unmasked read.
type RevealRow struct {
	At      time.Time
	Name    string
	Post    string
	Purpose string
}

// SimilarRow is a running request of others, shown without anybody's data.
type SimilarRow struct {
	No, Title, Place, Category string
	Since                      time.Time
	StateWords                 string
	Followers                  int
	Order                      int64
}

// Like says what similar requests are looked for.
type Like struct {
	Category  string
	Building  int64
	Community string
	Words     string
	Limit     int
}
