package workorder

import (
	"context"
	"fmt"
	"time"

	"portal/internal/authz"
	"portal/internal/pg"
)

// NewCategory proposes another category for a case.
type NewCategory struct {
	At       Step
	Category string
	Reason   string
}

// DecideCategory accepts or refuses the proposal.
type DecideCategory struct {
	At    Step
	Grant bool
	Words string
}

// AskCategoryTx writes into the history of a case that its category is found wrong, in the caller's use case (§6.8, 6).
// Who may: WorkReclass over the owner of the case.
func AskCategoryTx(ctx context.Context, tx *pg.Tx, at Step, to, reason string) (Order, error) {
	return new(Service).step(ctx, tx, at, act{do: authz.WorkReclass, on: Order.Owned, change: func(o *Order) (note, error) {
		words := numbered(*o, "有人提出分类由“%s”改为“%s”，请由提出以外的人决定", o.CategoryName, to)
		return note{did: "提出改分类为“" + to + "”", words: reason}, tellRole(ctx, tx, *o, authz.Dispatcher, words)
	}})
}

// Recategory is what a decision changes in a case.
type Recategory struct {
	Category, Name  string
	Physical        bool
	Class           Class
	DueHours        int
	ContactDue, Due time.Time // the earliest of those who wait
}

const updateCategory = `UPDATE work_order SET category = $2, physical = $3, handling_class = $4, urgency = $5 WHERE id = $1`

// DecideCategoryTx writes the decision about a proposal into a case, in the caller's use case. A case that becomes
// something else is never due later for it, and its clock runs on from the resident's word (REQ-07; §6.8, 6): more time
// is asked for by an extension alone (REQ-09). Its urgency never falls. Who may: WorkReclassOK.
func DecideCategoryTx(ctx context.Context, tx *pg.Tx, d DecideCategory, to Recategory) (Order, error) {
	o, err := new(Service).step(ctx, tx, d.At, act{do: authz.WorkReclassOK, on: desks, change: func(o *Order) (note, error) {
		if !d.Grant {
			return note{did: "不同意改分类为“" + to.Name + "”", words: d.Words}, tell(ctx, tx, *o, "的分类没有改，仍是“"+o.CategoryName+"”")
		}
		did := "分类由“" + o.CategoryName + "”改为“" + to.Name + "”"
		urgency := o.Urgency
		if u := urgencyOf(to.DueHours); moreUrgent(u, urgency) {
			urgency = u
		}
		o.Category, o.CategoryName, o.Physical, o.Class, o.Urgency = to.Category, to.Name, to.Physical, to.Class, urgency
		if _, err := tx.Exec(ctx, updateCategory, int64(o.ID), to.Category, to.Physical, string(to.Class), string(urgency)); err != nil {
			return note{}, pg.Constraint(fmt.Errorf("category of a case: %w", err), orderFields)
		}
		return note{did: did, words: d.Words}, tell(ctx, tx, *o, did)
	}})
	if err != nil || !d.Grant {
		return o, err
	}
	return o, earlierFor(ctx, tx, o.ID, to.ContactDue, to.Due, "分类改为“"+to.Name+"”，时限更早")
}

// moreUrgent reports whether a is more urgent than b.
func moreUrgent(a, b Urgency) bool {
	for _, u := range Urgencies { // the most urgent first
		if u == b {
			return false
		}
		if u == a {
			return true
		}
	}
	return false
}
