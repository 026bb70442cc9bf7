package workorder

import (
	"portal/internal/authz"
	"portal/internal/workorder"
	"portal/web/form"
	"portal/web/view"
)

// hints say under the one button what it leads to.
var hints = map[authz.Action]string{authz.WorkSign: "签收以后由你办到底；不归你办的，签收前后都可以提一次异议", authz.WorkReport: "写清做了什么，附上办理后的照片",
	authz.WorkDispatch: "准入清单里没有的，不能派给社区", authz.WorkVerify: "核查的人不能是办理的人，也不能是上报的人", authz.WorkRule: "只裁一次，裁定后不再退回"}

// nextOf chooses the one next act, the row of quick acts, and puts the rest below.
func (p *casePage) nextOf(o workorder.Order, by authz.Actor, open pending) {
	all := offered(o, by, open)
	own := all
	if recordsFor(o, by) {
		own = deskActs(all)
	}
	chosen := chooseNext(o, own, p.arrived)
	p.NextHead, p.NoNext = "下一步", "这一件"+o.State.Label()+"，现在没有要你做的"
	if chosen != nil {
		p.Next = &nextStep{Words: titleOf(*chosen, o), Icon: actIcons[chosen.Do], Href: p.Base + "/" + chosen.Path, Hint: hints[chosen.Do]}
		if p.Next.Icon == "" {
			p.Next.Icon = "arrow-right"
		}
		if alone[chosen.Path] {
			p.Next.Key, p.Next.Here = form.NewKey(), chosen.Path == arriving.Path
		}
	}
	if p.Next == nil && o.State == workorder.Handled && o.Source == workorder.FromRequest && authz.Can(by, authz.CallbackMake) {
		p.Next = &nextStep{Words: "记录回访", Icon: "phone", Href: "/desk/callbacks/" + o.No, Hint: "由办理单位以外的人回访，锁定以后办理单位才能看到"}
	}
	quick := p.quickRow(o, by, all)
	for _, a := range all {
		if chosen != nil && a.Path == chosen.Path || quick[a.Path] {
			continue
		}
		l := view.Link{Href: p.Base + "/" + a.Path, Text: titleOf(a, o)}
		if len(own) < len(all) && handling[a.Path] {
			l.Text = "代录：" + l.Text
			p.More = append(p.More, l)
		} else if second[a.Path] {
			p.Second = append(p.Second, l)
		} else {
			p.More = append(p.More, l)
		}
	}
	if o.Source == workorder.FromRequest {
		if authz.Can(by, authz.RequestMerge) {
			p.More = append(p.More, view.Link{Href: p.Base + "/merge", Text: "并案"})
		}
		if authz.Can(by, authz.AgencyOpen) && !o.State.Done() {
			p.More = append(p.More, view.Link{Href: p.Base + "/agency", Text: "全程代办"})
		}
	}
	if authz.Can(by, authz.WhistleDraft) && !o.State.Done() {
		p.More = append(p.More, view.Link{Href: "/desk/whistles/new?order=" + o.No, Text: "拟吹哨"})
	}
}

// handling are the acts of the owner; the dispatcher records them for units that have no account.
var handling = map[string]bool{signing.Path: true, contacting.Path: true, arriving.Path: true, reporting.Path: true, resuming.Path: true, asking4help.Path: true, extending.Path: true,
	photographing.Path: true}

// recordsFor reports whether the person only writes down what the owner did (代录).
func recordsFor(o workorder.Order, by authz.Actor) bool {
	return by.Has(authz.Dispatcher) && o.Owner.Kind != workorder.Desk
}

func deskActs(all []act) []act {
	var out []act
	for _, a := range all {
		if !handling[a.Path] {
			out = append(out, a)
		}
	}
	return out
}

// second are acts that stand as a button under the one next act.
var second = map[string]bool{answering.Path: true, disputing.Path: true, contacting.Path: true, reporting.Path: true}

// chooseNext is the first act of the table that is still to be done: nobody is asked to call twice or to go
// there twice before reporting.
func chooseNext(o workorder.Order, all []act, arrived bool) *act {
	for i := range all {
		switch a := &all[i]; {
		case a.Path == contacting.Path && o.ContactedAt != nil:
		case a.Path == contacting.Path && !o.ContactDue.IsZero() && has(all, arriving.Path): // called from the row above
		case a.Path == arriving.Path && (arrived || !goesThere(o)):
		case a.Path == photographing.Path, a.Path == excluding.Path, a.Path == extending.Path, a.Path == disputing.Path, a.Path == parking.Path, a.Path == asking4help.Path, a.Path == recategorising.Path:
		case a.Path == dispatching.Path && o.State != workorder.Registered:
		default:
			return a
		}
	}
	return nil
}

// goesThere reports whether somebody is to go to the place before the case is reported as done.
func goesThere(o workorder.Order) bool {
	return o.Physical || o.Source == workorder.FromFinding || o.Owner.Kind == workorder.Grid
}

func has(all []act, path string) bool {
	for _, a := range all {
		if a.Path == path {
			return true
		}
	}
	return false
}

// quickRow is the row under the clocks: call, go, hand on. It tells which acts it holds.
func (p *casePage) quickRow(o workorder.Order, by authz.Actor, all []act) map[string]bool {
	held := map[string]bool{}
	if o.State.Done() {
		return held
	}
	if p.canCall && mayCall(o, by) {
		q := quickAct{Icon: "phone", Words: "打电话", Href: p.Base + "/calls/new"}
		if signs := has(all, signing.Path) && !recordsFor(o, by); signs || has(all, contacting.Path) {
			if q.Key = form.NewKey(); signs {
				q.Words = "签收并打电话"
			}
		}
		p.Quick = append(p.Quick, q)
	}
	if o.Community != "" && authz.Can(by, authz.GridView) {
		p.Quick = append(p.Quick, quickAct{Icon: "navigation", Words: "去现场", Href: "/desk/grids?community=" + o.Community})
	}
	for _, a := range []act{asking4help, dispatching} {
		if has(all, a.Path) && (p.Next == nil || p.Next.Href != p.Base+"/"+a.Path) {
			p.Quick = append(p.Quick, quickAct{Icon: actIcons[a.Do], Words: titleOf(a, o), Href: p.Base + "/" + a.Path})
			held[a.Path] = true
		}
	}
	return held
}

// mayCall reports whether the person may see the telephone: the owner, the desk, callback.
func mayCall(o workorder.Order, by authz.Actor) bool {
	for _, on := range append(o.Owned(), authz.Object{}) {
		if authz.Allowed(by, authz.RequestReveal, on) {
			return true
		}
	}
	return false
}
