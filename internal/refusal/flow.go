package refusal

import (
	"portal/internal/authz"
	"portal/internal/flow"
)

type taskRow = flow.Row[TaskState, authz.Action]

// TaskFlow is the transition table of a task: one answer, and it locks (R22).
var TaskFlow = flow.New(Logged,
	taskRow{From: Logged, Do: authz.RefusalIssue, To: Answered, Reason: true, Limit: "refusal_answer_workdays", Note: "R21, R22"},
	taskRow{From: Logged, Do: authz.OfflistLog, To: TakenOn, Note: "R20, R53"},
	taskRow{From: Answered, Do: authz.OfflistRelease, To: Logged, Note: "R52: the clause of a held letter was retired"},
)

type row = flow.Row[State, authz.Action]

// Flow is the transition table of a refusal, return or claim. A letter that need not wait begins as Issued.
var Flow = flow.New(Held,
	row{From: Held, Do: authz.OfflistRelease, To: Issued, Limit: "refusal_answer_workdays", Note: "R52"},
	row{From: Held, Do: authz.ClauseConfirm, To: Void, Note: "R52: the clause was retired"},
	row{From: Issued, Do: authz.RefusalReply, To: Told, Note: "R23"},
	row{From: Issued, Do: authz.RefusalClose, To: Closed, Note: "R23: silence"},
)
