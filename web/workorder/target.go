package workorder

import (
	"strconv"
	"strings"

	"portal/internal/place"
	"portal/internal/workorder"
	"portal/web/view"
)

// targetView is one owner to whom a case can go.
type targetView struct {
	Value, Name, Why string
	Chosen, Locked   bool
}

// shieldView is what the admission shield refused, and the lawful owner one click away.
type shieldView struct {
	Lead, Words, Code string
	Value, Verb       string
}

// written is a target as a form carries it.
func written(t workorder.Target) string {
	return strings.Join([]string{string(t.Kind), strconv.FormatInt(t.Unit, 10), t.Community, strconv.FormatInt(t.Grid, 10), t.Item}, "~")
}

// targetOf reads what written wrote; a broken text is no target.
func targetOf(text string) (workorder.Target, bool) {
	parts := strings.Split(text, "~")
	if len(parts) != 5 || len(text) > 120 {
		return workorder.Target{}, false
	}
	t := workorder.Target{Kind: workorder.OwnerKind(parts[0]), Unit: number(parts[1]), Community: parts[2], Grid: number(parts[3]), Item: parts[4]}
	return t, t.Kind.Label() != "" && clean(t.Community) && clean(t.Item)
}

// clean keeps anything but letters, digits and dashes out of a code.
func clean(code string) bool {
	return !strings.ContainsFunc(code, func(r rune) bool {
		return r != '-' && (r < '0' || r > '9') && (r < 'A' || r > 'Z') && (r < 'a' || r > 'z')
	})
}

// toOwner is the target that makes an owner have the case.
func toOwner(o workorder.Owner) workorder.Target {
	return workorder.Target{Kind: o.Kind, Unit: o.Unit, Community: o.Community, Grid: o.Grid}
}

// targetsOf are the dispatcher's choices; what the shield refuses stays visible, locked, with its rule.
func (h handlers) targetsOf(in asked, field string) ([]targetView, error) {
	all, err := h.s.Suggest(in.r.Context(), in.by(), in.o.ID)
	if err != nil {
		return nil, err
	}
	chosen := in.raw(field)
	out := make([]targetView, 0, len(all))
	for _, s := range all {
		t := targetView{Value: written(s.Target), Name: s.Words, Why: s.Why}
		if s.Refused != nil {
			t.Locked, t.Why = true, plainWords(s.Refused.Words)
		}
		t.Chosen = !t.Locked && t.Value == chosen
		out = append(out, t)
	}
	if chosen == "" {
		chooseFirst(out)
	}
	return out, nil
}

// chooseFirst proposes the first owner that may have the case.
func chooseFirst(all []targetView) {
	for i := range all {
		if !all[i].Locked {
			all[i].Chosen = true
			return
		}
	}
}

// plainWords are the words of the shield without the code that machines read.
func plainWords(words string) string { return strings.TrimPrefix(words, workorder.NotAdmitted+"：") }

// unitOptions are all units that can be asked, for a choice below the suggestions.
func (h handlers) unitOptions(in asked, name string) ([]view.Option, error) {
	units, err := place.Units(in.r.Context(), h.f.DB.Q(), place.DistrictDepartment, place.StreetSection, place.StreetOffice)
	if err != nil {
		return nil, err
	}
	out := []view.Option{{Label: "不选"}}
	for _, u := range units {
		if u.Active && u.ID != in.o.ComplainedUnit {
			out = append(out, view.Option{Value: id64(u.ID), Label: u.Name, Chosen: in.raw(name) == id64(u.ID)})
		}
	}
	return out, nil
}
