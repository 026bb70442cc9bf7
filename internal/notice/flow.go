package notice

import (
	"portal/internal/authz"
	"portal/internal/flow"
)

// Lapse is what the clock does when the window is over; it is nobody's to ask for.
const Lapse = authz.NoticeLapse

type row = flow.Row[State, authz.Action]

// Flow is the transition table of a notice.
var Flow = flow.New(Draft,
	row{From: Draft, Do: authz.NoticeChange, To: Draft},
	row{From: Draft, Do: authz.NoticeIssue, To: Issued, Limit: "publication_days", Note: "居委会组织法第三十四条"},
	row{From: Draft, Do: authz.NoticeEnd, To: Withdrawn, Reason: true, Note: "a draft that nobody wants"},
	row{From: Issued, Do: authz.NoticeChange, To: Issued, Note: "DL-17: the new words are written beside those that hang"},
	row{From: Issued, Do: authz.NoticeIssue, To: Issued, Limit: "publication_days", Note: "DL-17: new words start the days anew"},
	row{From: Issued, Do: authz.NoticePosted, To: Issued},
	row{From: Issued, Do: Lapse, To: Ended, Note: "DL-17: never before the last day is over"},
	row{From: Issued, Do: authz.NoticeEnd, To: Withdrawn, Reason: true, Note: "counts as not published"},
	row{From: Ended, Do: authz.NoticeChange, To: Ended, Note: "an error is put right by publishing again"},
	row{From: Ended, Do: authz.NoticeIssue, To: Issued, Limit: "publication_days", Note: "DL-17"},
	row{From: Ended, Do: authz.NoticePosted, To: Ended},
	row{From: Ended, Do: authz.NoticeEnd, To: Withdrawn, Reason: true},
)
