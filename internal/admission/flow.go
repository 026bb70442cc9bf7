package admission

import (
	"portal/internal/authz"
	"portal/internal/flow"
)

type row = flow.Row[State, authz.Action]

// Flow is the transition table of an application (domain/admission.md §5). Limits name policy
// settings; the decision clock itself runs from submission and stops only in Returned (R15).
var Flow = flow.New(Draft,
	row{From: Draft, Do: authz.AppSubmit, To: Submitted, Limit: "admission.completeness_days", Note: "§5 申请"},
	row{From: Draft, Do: authz.AppWithdraw, To: Withdrawn, Note: "R41"},
	row{From: Submitted, Do: authz.AppAccept, To: Accepted, Limit: "admission.review_days", Note: "§5 完整性核对"},
	row{From: Submitted, Do: authz.AppReturn, To: Returned, Reason: true, Limit: "admission.correction_days", Note: "R15"},
	row{From: Submitted, Do: authz.AppNotAccept, To: NotAccepted, Reason: true, Note: "§5 Not admitted"},
	row{From: Submitted, Do: authz.AppWithdraw, To: Withdrawn, Note: "R41"},
	row{From: Accepted, Do: authz.AppStart, To: StreetReview, Note: "§5 街道审核"},
	row{From: Accepted, Do: authz.AppReturn, To: Returned, Reason: true, Limit: "admission.correction_days", Note: "R15"},
	row{From: Accepted, Do: authz.AppWithdraw, To: Withdrawn, Note: "R41"},
	row{From: StreetReview, Do: authz.AppApprove, To: Approved, Note: "R17"},
	row{From: StreetReview, Do: authz.AppCondition, To: ApprovedConds, Note: "R17, R18"},
	row{From: StreetReview, Do: authz.AppReject, To: Rejected, Reason: true, Note: "R17"},
	row{From: StreetReview, Do: authz.AppReturn, To: Returned, Reason: true, Limit: "admission.correction_days", Note: "R15"},
	row{From: StreetReview, Do: authz.AppWithdraw, To: Withdrawn, Note: "R41"},
	row{From: Returned, Do: authz.AppSubmit, To: Submitted, Limit: "admission.completeness_days", Note: "R15"},
	row{From: Returned, Do: authz.AppWithdraw, To: Withdrawn, Note: "R41"},
	row{From: Returned, Do: authz.AppLapse, To: Lapsed, Note: "§5 逾期未补正"},
)
