package workorder

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"portal/internal/authz"
	"portal/internal/inbox"
	"portal/internal/normal"
	"portal/internal/pg"
	"portal/internal/place"
	"portal/internal/policy"
	"portal/internal/workday"
)

var errNoLimit = errors.New("workorder: a case without a limit")

// Open makes a case of the desk in the caller's use case, with the resident's two clocks running (REQ-07). What a
// residents' committee is complained about stays hidden from its community (§6.8, 12).
func Open(ctx context.Context, tx *pg.Tx, n Opening) (Order, error) {
	if n.DueHours <= 0 {
		return Order{}, errNoLimit
	}
	v, err := policy.Load(ctx, tx, today(tx))
	if err != nil {
		return Order{}, err
	}
	at := n.At
	if at.IsZero() || at.After(tx.Now) {
		at = tx.Now
	}
	limit := time.Duration(n.DueHours) * time.Hour
	o := Order{No: n.No, Source: n.Source, Kind: n.Kind, Category: n.Category, Title: n.Title, Place: n.Place, Building: n.Building, Community: n.Community,
		GridAtCreation: n.Grid, HiddenFrom: n.HiddenFrom, ComplainedUnit: n.ComplainedUnit, Class: n.Class, Urgency: urgencyOf(n.DueHours),
		Confidential: n.Confidential, Physical: n.Physical, State: Registered, FirstAccount: n.FirstAccount, ReporterAccount: n.ReporterAccount,
		AvoidAccount: n.AvoidAccount, RelapseOf: n.RelapseOf, StartedAt: at, ContactDue: at.Add(contactAfter(limit, v)), DueAt: at.Add(limit)}
	if o.ComplainedUnit != 0 && o.HiddenFrom == "" {
		u, err := place.UnitByID(ctx, tx, o.ComplainedUnit)
		if err != nil {
			return o, err
		}
		if u.RequesterKind == place.ResidentsCommittee {
			o.HiddenFrom = u.DivisionCode
		}
	}
	if o.concerns(tx.Actor) { // who took it there does not follow it (REQ-13; §6.8, 12)
		o.FirstAccount = 0
	}
	if err := insertOrder(ctx, tx, &o, normal.Key(n.Title+" "+n.Place+" "+n.SearchWords)); err != nil {
		return o, err
	}
	if o, err = oneOrder(ctx, tx, today(tx), orderByID, int64(o.ID)); err != nil {
		return o, err
	}
	for _, c := range residentClocks(o, v) {
		if _, err := startClock(ctx, tx, c, v.WarnShare); err != nil {
			return o, err
		}
	}
	did, do := "登记", authz.RequestFile
	if o.Source == FromFinding {
		did, do = "上报", authz.FindingReport
	}
	post := ""
	if len(tx.Actor.Posts) > 0 {
		post = tx.Actor.Posts[0].UnitName
	}
	if err := addStep(ctx, tx, o.ID, note{did: did, unit: post, told: true}); err != nil {
		return o, err
	}
	if o.RelapseOf != 0 {
		if err := addStep(ctx, tx, o.ID, note{did: "同一问题复发，关联原件", unit: post}); err != nil {
			return o, err
		}
	}
	return o, record(ctx, tx, do, nil, o, did, "")
}

// concerns reports whether somebody holds a post in what the case complains about.
func (o Order) concerns(by authz.Actor) bool {
	return slices.ContainsFunc(by.Posts, func(p authz.Post) bool {
		return p.UnitID != 0 && p.UnitID == o.ComplainedUnit || p.Division != "" && p.Division == o.HiddenFrom
	})
}

// Lock reads a case for changing it in the caller's use case.
func Lock(ctx context.Context, tx *pg.Tx, id ID) (Order, error) { return lockOrder(ctx, tx, id) }

// ByID reads a case without asking who asks; the caller answers for reach. Outside a use case nobody says which
// day it is: then the posts of a grid are left out, and the persons of Owned with them.
func ByID(ctx context.Context, q pg.Querier, id ID) (Order, error) {
	var day workday.Day
	if tx, ok := q.(*pg.Tx); ok {
		day = today(tx)
	}
	return oneOrder(ctx, q, day, orderByID, int64(id))
}

// tell leaves a line for who owns the case: the contacts of a department, the secretary of a community, those who
// hold a post of the grid, the dispatchers of the desk.
func tell(ctx context.Context, tx *pg.Tx, o Order, words string) error {
	words = o.No + "（" + cut(o.Title, 24) + "）" + words
	switch o.Owner.Kind {
	case Unit:
		return inbox.Tell(ctx, tx, inbox.Audience{Role: authz.Department, UnitID: o.Owner.Unit}, words, o.Path())
	case Community:
		return inbox.Tell(ctx, tx, inbox.Audience{Role: authz.Secretary, Division: o.Owner.Community}, words, o.Path())
	case Grid:
		for _, on := range o.Owned() {
			if err := inbox.Tell(ctx, tx, inbox.Audience{AccountID: on.Account}, words, o.Path()); err != nil {
				return err
			}
		}
		return nil
	}
	return tellRole(ctx, tx, o, authz.Dispatcher, words)
}

// tellRole leaves a line for everybody of a role that sees everything.
func tellRole(ctx context.Context, tx *pg.Tx, o Order, role authz.Role, words string) error {
	return inbox.Tell(ctx, tx, inbox.Audience{Role: role}, words, o.Path())
}

func numbered(o Order, format string, args ...any) string {
	return o.No + "（" + cut(o.Title, 24) + "）" + fmt.Sprintf(format, args...)
}
