package refusal

import (
	"encoding/json"
	"fmt"
	"time"

	"portal/internal/authz"
	"portal/internal/docno"
	"portal/internal/place"
	"portal/internal/workday"
)

// TaskID identifies a task inside the portal; people see year and number.
type TaskID int64

// TaskKind is the object kind of tasks in the audit trail.
const TaskKind = "offlist_task"

// TaskState is where a task stands.
type TaskState string

// The states. Answered and TakenOn are final: an answer locks the task (R22).
const (
	Logged   TaskState = "logged"
	Answered TaskState = "answered"
	TakenOn  TaskState = "taken_on"
)

var taskStates = []choice[TaskState]{{Logged, "待答复"}, {Answered, "已答复"}, {TakenOn, "已接受"}}

// TaskStates lists the states in the order of filters.
func TaskStates() []TaskState { return valuesOf(taskStates) }

// Label is the one name of the state on every page.
func (s TaskState) Label() string { return labelOf(taskStates, s) }

// Channel is how the task was asked for (E16).
type Channel string

var channels = []choice[Channel]{
	{"chat_group", "工作群"}, {"phone", "电话"}, {"oral", "当面"}, {"meeting", "会议"}, {"document", "文件"}, {"system", "系统"}, {"email", "邮件"},
}

// Channels lists the choices in form order.
func Channels() []Channel { return valuesOf(channels) }

// Label is the name on pages.
func (c Channel) Label() string { return labelOf(channels, c) }

// Task is something a community was asked to do outside the list: an attempted assignment (R21).
type Task struct {
	ID             TaskID
	Year, Seq      int
	Community      string
	CommunityName  string
	RequesterID    *int64
	RequesterWords string
	RequesterName  string // of the unit, else as it was written
	RequesterKind  place.RequesterKind
	Title          string
	TitleKey       string
	Words          string
	Channel        Channel
	AskedOn        workday.Day
	AskedTime      string
	AskedBy        string
	DemandsPrimary bool
	Payer          Payer
	ConsentGiven   bool
	Certificate    bool
	BasisWords     string
	BasisDocKey    string
	BasisVersion   workday.Day
	BasisArticle   string
	BasisFit       Fit
	ItemCode       string
	State          TaskState
	Outcome        Outcome
	Judged         []byte
	LoggedBy       int64
	LoggedByName   string
	LoggedAt       time.Time
	Version        int
}

// Slug is the task's place in a URL: 2026-3.
func (t Task) Slug() string { return docno.No{Year: t.Year, Seq: t.Seq}.Slug() }

// Object is what reach looks at.
func (t Task) Object() authz.Object { return authz.Object{Divisions: []string{t.Community}} }

// Answer is the judgement as it was stored.
func (t Task) Answer() (Answer, error) {
	var a Answer
	if err := json.Unmarshal(t.Judged, &a); err != nil {
		return a, fmt.Errorf("judgement of task %d: %w", t.ID, err)
	}
	return a, nil
}

// ID identifies a refusal, return or claim; people see its number.
type ID int64

// RefusalKind is the object kind of refusals in the audit trail, deadlines and inbox.
const RefusalKind = "refusal"

// State is where a refusal, return or claim stands.
type State string

// The states. Held waits for the legality reviewer (R52); Void belonged to a clause that was retired.
const (
	Held   State = "held"
	Issued State = "issued"
	Told   State = "answered"
	Closed State = "closed"
	Void   State = "void"
)

var states = []choice[State]{{Held, "待核实"}, {Issued, "待部门答复"}, {Told, "部门已答复"}, {Closed, "已办结"}, {Void, "已作废"}}

// States lists the states in the order of filters.
func States() []State { return valuesOf(states) }

// Label is the one name of the state on every page.
func (s State) Label() string { return labelOf(states, s) }

// Reply is what the other side answers (R23).
type Reply string

// The replies. Silent is only ever set by the clock.
const (
	Apply    Reply = "apply"
	Withdraw Reply = "withdraw"
	Appeal   Reply = "appeal"
	Provide  Reply = "provide"
	Silent   Reply = "silent"
)

var replies = []choice[Reply]{{Apply, "申请准入"}, {Withdraw, "撤回要求"}, {Appeal, "提出异议"}, {Provide, "落实经费和条件"}, {Silent, "逾期未答复"}}

// Label is the name on pages.
func (r Reply) Label() string { return labelOf(replies, r) }

// Replies lists what the other side may answer to an act.
func (k Kind) Replies() []Reply {
	if k == Claim {
		return []Reply{Provide, Appeal}
	}
	return []Reply{Apply, Withdraw, Appeal}
}

// Refusal is the protected act with its letter and its answer.
type Refusal struct {
	ID             ID
	TaskID         TaskID
	TaskYear       int
	TaskSeq        int
	Title          string // of the task
	Kind           Kind
	Year, Seq      int
	Outcome        Outcome
	ReasonCode     Reason
	Reason         string
	Letter         []byte
	Held           bool // the letter had to wait
	HeldClause     *int64
	UnitID         *int64
	RequesterName  string
	Community      string
	CommunityName  string
	IssuedBy       int64
	IssuedByName   string
	IssuedAt       time.Time
	State          State
	Answer         *Reply
	AnswerWords    string
	AnsweredBy     *int64
	AnsweredByName string
	AnsweredAt     *time.Time
	ReleasedAt     *time.Time
	DueOn          workday.Day
	Version        int
}

// No is the number on the letter: 梧拒〔2026〕3号. word is the street's number word.
func (r Refusal) No(word string) string { return numberOf(word, r.Kind, r.Year, r.Seq) }

func numberOf(word string, k Kind, year, seq int) string {
	return docno.No{Word: word, Kind: k.Number(), Year: year, Seq: seq}.Format()
}

// Slug is its place in a URL: refuse-2026-3; the three kinds count apart.
func (r Refusal) Slug() string {
	return string(r.Kind) + "-" + docno.No{Year: r.Year, Seq: r.Seq}.Slug()
}

// TaskSlug is the place of its task.
func (r Refusal) TaskSlug() string { return docno.No{Year: r.TaskYear, Seq: r.TaskSeq}.Slug() }

// Object is what reach looks at: the community that acted and the unit that is answered.
func (r Refusal) Object() authz.Object {
	o := authz.Object{Divisions: []string{r.Community}}
	if r.UnitID != nil && r.State != Held && r.State != Void { // a held letter has not been sent
		o.Unit = *r.UnitID
	}
	return o
}

// Paper is the letter as it was issued.
func (r Refusal) Paper() (Letter, error) {
	var l Letter
	if err := json.Unmarshal(r.Letter, &l); err != nil {
		return l, fmt.Errorf("letter of refusal %d: %w", r.ID, err)
	}
	return l, nil
}
