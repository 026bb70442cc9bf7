package admission

import (
	"slices"
	"strconv"
	"strings"

	"portal/internal/admission"
	"portal/internal/authz"
	"portal/internal/fault"
	"portal/internal/normal"
	"portal/internal/workday"
	"portal/web/form"
	"portal/web/view"
)

// readers read the answers of each step; what cannot be read leaves its sentence in the form.
var readers = map[int]func(f *form.Form, a *admission.Form, today workday.Day){
	admission.StepItem: func(f *form.Form, a *admission.Form, _ workday.Day) {
		a.Title, a.Reason = f.Line("title", admission.MaxTitle), f.Text("reason", admission.MaxReason)
		a.ItemForm, a.ListKind = form.Choice(f, "item_form", admission.ItemForms()), form.Choice(f, "list_kind", admission.ListKinds())
		a.LeadUnitID = unitID(f, "lead_unit")
	},
	admission.StepWork: func(f *form.Form, a *admission.Form, _ workday.Day) {
		a.Role, a.AssistModes = form.Choice(f, "role", admission.CommunityRoles()), form.Choices(f, "assist_modes", admission.AssistModes())
		a.Content, a.Authority = f.Text("content", admission.MaxContent), f.Text("authority", admission.MaxNote)
		a.Occurrences, a.HoursPerOccurrence = f.Decimal("occurrences", 0, 9999), f.Decimal("hours_per_occurrence", 0, 9999)
		a.OccurrenceUnit, a.PeopleNeeded = form.Choice(f, "occurrence_unit", admission.Everies()), f.Int("people_needed", 0, 999)
		a.Flags, a.FlagNotes = form.Choices(f, "flags", admission.Flags()), f.Text("flag_notes", admission.MaxNote)
	},
	admission.StepMeans: func(f *form.Form, a *admission.Form, today workday.Day) {
		a.Communities, a.ScopeReason = slices.Clone(f.All("communities")), f.Text("scope_reason", admission.MaxNote)
		a.Term, a.StartOn, a.EndOn = form.Choice(f, "term", admission.Terms()), f.Day("start_on", today), f.Day("end_on", today)
		a.EarlyReason = f.Text("early_reason", admission.MaxNote)
		a.FundsFen, a.FundsPayerID = f.Fen("funds"), unitID(f, "funds_payer")
		a.FundsSource, a.FundsRule = f.Line("funds_source", admission.MaxShort), form.Choice(f, "funds_rule", admission.FundsRules())
		a.FundsPayOn, a.FundsReason = f.Day("funds_pay_on", today), f.Text("funds_reason", admission.MaxNote)
		a.Support = f.Text("support", admission.MaxNote)
		a.ContactName, a.ContactPhone = f.Line("contact_name", admission.MaxContact), f.Line("contact_phone", admission.MaxContact)
	},
	admission.StepData: func(f *form.Form, a *admission.Form, _ workday.Day) {
		a.FormName, a.FormFrequency = f.Line("form_name", admission.MaxTitle), form.Choice(f, "form_frequency", admission.Everies())
		a.FormFields = f.Lines("form_fields", admission.MaxFields, admission.MaxFieldName)
		a.PersonalInfo, a.PersonalPurpose = f.Text("personal_info", admission.MaxNote), f.Text("personal_purpose", admission.MaxNote)
		a.PersonalKeep = f.Line("personal_keep", admission.MaxShort)
	},
}

func unitID(f *form.Form, name string) *int64 {
	text := strings.TrimSpace(f.Raw(name))
	if text == "" {
		return nil
	}
	id, err := strconv.ParseInt(text, 10, 64)
	if err != nil || id < 1 {
		f.Add(name, "从列出的单位里选")
		return nil
	}
	return &id
}

// typedIn reads a step as it was typed.
func typedIn(f *form.Form, step int, today workday.Day) admission.Typed {
	t := admission.Typed{Step: step}
	if read, ok := readers[step]; ok {
		read(f, &t.Form, today)
	}
	for _, e := range f.Errors() {
		t.Unread = append(t.Unread, e.Name)
	}
	return t
}

// answers are the values that the fields of a page show, with the sentences beside them.
type answers struct {
	one    map[string]string
	many   map[string][]string
	errors []fault.Field
}

// stored shows what the application holds.
func stored(a admission.Form) answers {
	one := map[string]string{
		"title": a.Title, "item_form": string(a.ItemForm), "list_kind": a.ListKind, "lead_unit": idText(a.LeadUnitID), "reason": a.Reason,
		"role": string(a.Role), "content": a.Content, "authority": a.Authority, "occurrences": number(a.Occurrences), "occurrence_unit": string(a.OccurrenceUnit),
		"hours_per_occurrence": number(a.HoursPerOccurrence), "flag_notes": a.FlagNotes, "scope_reason": a.ScopeReason, "term": string(a.Term),
		"start_on": a.StartOn.String(), "end_on": a.EndOn.String(), "early_reason": a.EarlyReason, "funds": funds(a.FundsFen), "funds_payer": idText(a.FundsPayerID),
		"funds_source": a.FundsSource, "funds_rule": string(a.FundsRule), "funds_pay_on": a.FundsPayOn.String(), "funds_reason": a.FundsReason, "support": a.Support,
		"contact_name": a.ContactName, "contact_phone": a.ContactPhone, "form_name": a.FormName, "form_frequency": string(a.FormFrequency),
		"form_fields": strings.Join(a.FormFields, "\n"), "personal_info": a.PersonalInfo, "personal_purpose": a.PersonalPurpose, "personal_keep": a.PersonalKeep,
	}
	if a.PeopleNeeded != nil {
		one["people_needed"] = itoa(*a.PeopleNeeded)
	}
	return answers{one: one, many: map[string][]string{"assist_modes": texts(a.AssistModes), "flags": texts(a.Flags), "communities": a.Communities}}
}

// prefill offers what the portal knows already, in a step that was not left yet.
func (a answers) prefill(l admission.Look, by authz.Actor) {
	own := strconv.FormatInt(l.UnitID, 10)
	for name, value := range map[string]string{"lead_unit": own, "funds_payer": own, "contact_name": by.Name} {
		if a.one[name] == "" {
			a.one[name] = value
		}
	}
}

// sent shows a step exactly as it was typed, over what is stored.
func sent(f *form.Form, step int, a admission.Form) answers {
	out := stored(a)
	for _, name := range append(admission.FieldsOf(step), "citation", "citation_date", "find") {
		if _, several := out.many[name]; several {
			out.many[name] = f.All(name)
			continue
		}
		out.one[name] = shown(f.Raw(name))
	}
	return out
}

func idText(id *int64) string {
	if id == nil {
		return ""
	}
	return strconv.FormatInt(*id, 10)
}

func texts[T ~string](vs []T) []string {
	out := make([]string, len(vs))
	for i, v := range vs {
		out[i] = string(v)
	}
	return out
}

// shown gives what was typed back, without characters that no page can hold.
func shown(s string) string {
	if clean, err := normal.CleanText(s); err == nil && strings.TrimSpace(s) == s {
		return clean
	}
	return strings.Map(func(c rune) rune {
		if c < ' ' && c != '\n' {
			return -1
		}
		return c
	}, strings.ToValidUTF8(s, ""))
}

func (a answers) message(name string) string { return messageOf(a.errors, name) }

// ask is a question with its answer and what is wrong with it.
func (a answers) ask(name, label string) view.Field {
	return view.Field{Name: name, Label: label, Value: a.one[name], Error: a.message(name)}
}

// hinted is a question with a line of help, at most so many characters.
func (a answers) hinted(name, label, hint string, most int) view.Field {
	f := a.ask(name, label)
	f.Hint, f.Max = hint, most
	return f
}

func (a answers) optional(name, label, hint string, most int) view.Field {
	f := a.hinted(name, label, hint, most)
	f.Optional = true
	return f
}

// amount is a short number with its unit.
func (a answers) amount(name, label, hint, unit string) view.Field {
	f := a.hinted(name, label, hint, 0)
	f.Width, f.Unit, f.Mode, f.Complete = "s", unit, "decimal", "off"
	return f
}

// choicesOf turns values with labels into options; the stored ones are chosen.
func choicesOf[T interface {
	~string
	Label() string
}](a answers, name string, values []T) []view.Option {
	out := make([]view.Option, len(values))
	for i, v := range values {
		out[i] = view.Option{Value: string(v), Label: v.Label(), Chosen: a.one[name] == string(v) || slices.Contains(a.many[name], string(v))}
	}
	return out
}

// pickOf is choicesOf for a list, which first asks for a choice.
func pickOf(first string, options []view.Option) []view.Option {
	return append([]view.Option{{Label: first}}, options...)
}
