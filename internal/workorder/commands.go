package workorder

import (
	"time"

	"portal/internal/authz"
	"portal/internal/catalog"
	"portal/internal/workday"
)

// Opening is a case to open. At is when the resident spoke or the worker saw it; the zero time is now.
type Opening struct {
	No              string
	Source          Source
	Kind            Kind
	Category        string
	Title, Place    string
	SearchWords     string // more words under which the case is found
	Building        int64
	Community       string
	Grid            int64
	HiddenFrom      string
	ComplainedUnit  int64
	Confidential    bool
	Physical        bool
	Class           Class
	DueHours        int
	FirstAccount    int64
	ReporterAccount int64
	At              time.Time
	RelapseOf       ID
	AvoidAccount    int64 // §6.8, 9 and §5.5, 4: who files never handles the own case
}

// Target is whom a case is to go to. Item is the entry of the list under which a community or grid acts.
type Target struct {
	Kind      OwnerKind
	Unit      int64
	Community string
	Grid      int64
	Item      string
}

// Suggested is a target of the dispatcher's choices, with its name, why it is offered, and what forbids it.
type Suggested struct {
	Target
	Words   string
	Why     string
	Refused *Shield // set: not to be dispatched, and the rule that says so
}

// Routed says where a case went by itself. Refused is set when a rule pointed to a community or grid whose list of
// the day does not hold the item: the case stayed at the desk.
type Routed struct {
	To      Owner
	Refused *Shield
}

// NotAdmitted is the code of a refusal by the shield (REQ-14).
const NotAdmitted = "NOT_ADMITTED"

// Shield is the answer of the list to a dispatch (REQ-14, GRD-21).
type Shield struct {
	Admitted bool
	Item     catalog.Entry
	Words    string // why not, with NOT_ADMITTED
	Basis    string // the rule that says so: of this street, or the local regulation in force here
	Lawful   Owner  // who is to have it instead; Kind desk when the category names nobody
}

// Dispatch sends a case to an owner.
type Dispatch struct {
	At  Step
	To  Target
	Why string
}

// BulkRow is one line of a bulk dispatch: what would happen to a case.
type BulkRow struct {
	Order   Order
	To      Owner
	Target  Target
	Problem string  // 中文; set: nothing happens to it
	Refused *Shield // set where the list of the day does not hold it (REQ-14)
}

// BulkResult says what a bulk dispatch did.
type BulkResult struct {
	Done    []string // numbers
	Skipped []BulkRow
}

// Contact records that the owner spoke with the resident.
type Contact struct {
	At      Step
	Words   string
	Told    bool // the resident may read the words
	ByPhone bool
}

// Arrive records 我已到现场; the position is optional and only given at the touch.
type Arrive struct {
	At       Step
	Lng, Lat *float64
}

// AskHelp asks a unit or a community to help (协办).
type AskHelp struct {
	At        Step
	Unit      int64
	Community string
	Words     string
}

// HelpDone answers a request for help.
type HelpDone struct {
	At    Step
	Words string
}

// Dispute is the owner's one objection to a dispatch (REQ-08, GRD-11).
type Dispute struct {
	At       Step
	Reason   string
	Suggests int64 // the unit that should have it
}

// Rule decides a dispute. Uphold moves the case to To; MakeRule keeps the ruling as a routing rule, from a day on.
type Rule struct {
	At       Step
	Uphold   bool
	To       Target
	Ruling   string
	MakeRule bool
	RuleFrom workday.Day // zero: today
}

// Extend asks for more time, once (REQ-09).
type Extend struct {
	At     Step
	Until  time.Time
	Reason string
}

// DecideExtension grants or refuses it.
type DecideExtension struct {
	At    Step
	Grant bool
	Words string
}

// Park puts a case aside until a review (REQ-19).
type Park struct {
	At       Step
	Reason   string
	ReviewOn workday.Day
}

// Resume takes a parked case up again.
type Resume struct {
	At    Step
	Words string
}

// Verify says whether a finding is settled (GRD-09).
type Verify struct {
	At    Step
	Pass  bool
	Words string
}

// Report says that the owner has handled the case (REQ-10).
type Report struct {
	At        Step
	Words     string
	Result    string // solved, explained, …
	NoContact bool   // the resident left no way to be reached (REQ-17)
}

// Settle ends a case at the desk: an answer on the spot, not accepted, or the right channel told (REQ-03).
type Settle struct {
	At      Step
	Words   string
	Ground  string
	Channel string
}

// ExcludeAsk asks to keep a case out of the rates (§6.4).
type ExcludeAsk struct {
	At     Step
	Reason ExcludeReason
	Words  string
}

// ExcludeDecide is the second person's word on it.
type ExcludeDecide struct {
	At    Step
	Grant bool
	Words string
}

// RoutingRule sends a category, in one community or everywhere, to its lawful owner.
type RoutingRule struct {
	ID              int64
	Category        string
	CategoryName    string
	Community       string // "" every community
	CommunityName   string
	Kind            OwnerKind
	Unit            int64
	UnitName        string
	Item            string
	AssistCommunity bool
	Basis           string
	Dispute         int64
	From, Until     workday.Day
	Version         int
}

// StepRow is one line of a case's history.
type StepRow struct {
	ID       int64
	At       time.Time
	Did      string
	Account  int64
	Name     string
	UnitName string
	Words    string
	Told     bool
	Hand     bool
	Lng, Lat *float64
}

// Clock is one due moment with the reason why it is that one.
type Clock struct {
	ID        int64
	Order     ID
	Whistle   int64
	Unit      int64
	Kind      ClockKind
	StartedAt time.Time
	WarnAt    time.Time
	DueAt     time.Time
	StoppedAt *time.Time
	Why       string
	Basis     string
	Calendar  string
	Level     int
}

// Label names the clock.
func (c Clock) Label() string { return c.Kind.Label() }

// Photo is a picture of a case.
type Photo struct {
	ID        int64
	Stage     Stage
	SHA       string
	Name      string
	MediaType string
	By        string
	At        time.Time
}

// HelpRow is one request for help.
type HelpRow struct {
	ID         int64
	Unit       int64
	UnitName   string
	Community  string
	Words      string
	AskedAt    time.Time
	AnsweredAt *time.Time
	Answer     string
}

// DisputeRow is a dispute with its ruling.
type DisputeRow struct {
	ID         int64
	By         string
	ByAccount  int64
	ByName     string // the body that objected
	At         time.Time
	Reason     string
	Suggests   int64
	SuggestsAs string
	RuleBy     time.Time
	RuledAt    *time.Time
	Ruler      string
	Upheld     bool
	Ruling     string
}

// Extension is what was asked and decided about more time.
type Extension struct {
	AskedBy   string
	AskedAt   time.Time
	Until     time.Time
	Reason    string
	DecidedBy string
	DecidedAt *time.Time
	Granted   bool
}

// Exclusion is what was asked and decided about the rates.
type Exclusion struct {
	Reason     ExcludeReason
	Words      string
	AskedBy    string
	AskedAt    time.Time
	ApprovedBy string
	ApprovedAt *time.Time
	Refused    bool
}

// HeldBy is one line of who owned a case when.
type HeldBy struct {
	Words string
	From  time.Time
	Until *time.Time
	Why   string
}

// Filter says which cases. The zero value of a field does not narrow.
type Filter struct {
	Tab       Tab
	Words     string
	Category  string
	Community string
	Unit      int64
	State     State
	Grid      int64
	Source    Source
	Urgency   Urgency
	Cursor    string
	Limit     int
}

// Wait is a case that waits for the person, with the act that is next.
type Wait struct {
	Order  Order
	Verb   string
	Action authz.Action
	Clock  *Clock // the nearest clock that runs for it, nil where none does
}
