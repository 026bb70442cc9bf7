package workorder

import (
	"portal/internal/authz"
)

// Can tells whether the actor may do an act to the case as it stands: reach, the flow table, and the rules that can
// be known beforehand. Buttons ask it; the act itself asks again.
func (o Order) Can(by authz.Actor, do authz.Action) bool {
	if !o.visible(by) || !authz.Can(by, do) {
		return false
	}
	if do == authz.WorkExclude || do == authz.WorkExcludeOK {
		return covers(by, do, nil)
	}
	if _, lawful := Flow.Next(o.State, do); !lawful || !covers(by, do, o.side(do)) {
		return false
	}
	rule, special := foreseen[do]
	return !special || rule(o, by)
}

// side is whose act it is.
func (o Order) side(do authz.Action) []authz.Object {
	switch do {
	case authz.WorkHelped:
		return o.waitingHelpers()
	case authz.WorkVerify:
		return o.verifiers()
	case authz.WorkAnswer, authz.WorkDecline, authz.WorkDivert:
		return o.taken()
	case authz.WorkDispatch, authz.WorkRule, authz.WorkPark, authz.WorkExtendOK, authz.WorkReclassOK, authz.WorkReopen, authz.RequestMerge:
		return nil
	}
	return o.Owned()
}

// foreseen are the rules besides the flow table that need nothing but the case.
var foreseen = map[authz.Action]func(o Order, by authz.Actor) bool{
	authz.WorkDispute:  func(o Order, _ authz.Actor) bool { return o.Disputes == 0 && o.Owner.Kind != Grid },
	authz.WorkVerify:   func(o Order, by authz.Actor) bool { return mayVerify(o, by) == nil },
	authz.WorkExtend:   func(o Order, _ authz.Actor) bool { return !o.Extended },
	authz.WorkDispatch: func(o Order, _ authz.Actor) bool { return o.Disputes == 0 || o.State == Registered },
	authz.WorkContact:  func(o Order, _ authz.Actor) bool { return o.Source == FromRequest },
}
