package workorder

import (
	"portal/internal/authz"
	"portal/internal/workorder"
)

// acts are all that can be done to a case, in the order in which the one next act is looked for: what only
// somebody else than the owner does comes first, then the steps of handling.
var acts = []act{
	verifying, ruling, dispatching, decidingExtension, decidingExclusion, decidingCategory, helping,
	signing, contacting, arriving, reporting, resuming,
	answering, asking4help, disputing, extending, parking, photographing, excluding, recategorising,
}

// alone are acts that ask nothing: one button on the case.
var alone = map[string]bool{signing.Path: true, arriving.Path: true}

// icons of the buttons of acts.
var actIcons = map[authz.Action]string{authz.WorkVerify: "shield-check", authz.WorkRule: "gavel", authz.WorkDispatch: "send", authz.WorkSign: "pencil", authz.WorkContact: "phone",
	authz.WorkArrive: "map-pin", authz.WorkReport: "clipboard-check", authz.WorkResume: "play", authz.WorkHelped: "handshake", authz.WorkAskHelp: "users"}

// offered are the acts this person can do to the case now, in the order of the table.
func offered(o workorder.Order, by authz.Actor, open pending) []act {
	var out []act
	for _, a := range acts {
		if a.offered(o, by, open) {
			out = append(out, a)
		}
	}
	return out
}
