package admission

import (
	"fmt"
	"math"
	"regexp"
	"slices"
	"unicode/utf8"

	"portal/internal/fault"
	"portal/internal/normal"
)

// The steps of the form (ux.md §4.3): four questions, then 核对并提交.
const (
	StepItem  = 1
	StepWork  = 2
	StepMeans = 3
	StepData  = 4
	StepCheck = 5
)

var stepLabels = [...]string{StepItem: "事项和依据", StepWork: "请社区做什么", StepMeans: "人、钱、物", StepData: "要采集的数据", StepCheck: "核对并提交"}

// StepLabel is the name of a step, "" for a number that is none.
func StepLabel(step int) string {
	if step < StepItem || step > StepCheck {
		return ""
	}
	return stepLabels[step]
}

// Limits of what a form holds; texts are counted in characters, like the CHECKs of the table.
const (
	MaxTitle      = 60
	MaxReason     = 1000
	MaxContent    = 2000
	MaxNote       = 500
	MaxShort      = 100
	MaxContact    = 30
	MaxFields     = 60
	MaxFieldName  = 30
	MaxBases      = 10
	MaxCitation   = 200
	MaxQuote      = 1000
	maxNumber     = 99_999
	maxFen        = 9_999_999_900
	maxCommunity  = 200
	divisionShape = `^[0-9]{12}$`
)

// formField is one answer of the form: where it stands, how it is taken over, and why it could not be stored.
type formField struct {
	name string // of the HTML field
	step int
	take func(to *Form, from Form)
	same func(a, b Form) bool
	bad  func(f *Form) string // cleans the value; "" when it can be stored
}

func textField(name string, step, limit int, clean func(string) (string, error), at func(*Form) *string) formField {
	return formField{name: name, step: step,
		take: func(to *Form, from Form) { *at(to) = *at(&from) },
		same: func(a, b Form) bool { return *at(&a) == *at(&b) },
		bad: func(f *Form) string {
			kept, err := clean(*at(f))
			if err != nil {
				return err.Error()
			}
			*at(f) = kept
			if n := utf8.RuneCountInString(kept); n > limit {
				return fmt.Sprintf("最多 %d 个字，现在有 %d 个字", limit, n)
			}
			return ""
		}}
}

func line(name string, step, limit int, at func(*Form) *string) formField {
	return textField(name, step, limit, normal.Clean, at)
}

func paragraph(name string, step, limit int, at func(*Form) *string) formField {
	return textField(name, step, limit, normal.CleanText, at)
}

const notOffered = "从列出的选项里选"

// chosen is an answer that is one value of a list, or none.
func chosen[T ~string](name string, step int, lawful func() []T, at func(*Form) *T) formField {
	return valueField(name, step, at, func(v T) string {
		if v != "" && !slices.Contains(lawful(), v) {
			return notOffered
		}
		return ""
	})
}

// ticked is an answer of several values of a list.
func ticked[T ~string](name string, step int, lawful func() []T, at func(*Form) *[]T) formField {
	return listField(name, step, at, func(vs []T) string {
		if slices.ContainsFunc(vs, func(v T) bool { return !slices.Contains(lawful(), v) }) {
			return notOffered
		}
		return ""
	})
}

func valueField[T comparable](name string, step int, at func(*Form) *T, bad func(T) string) formField {
	return formField{name: name, step: step,
		take: func(to *Form, from Form) { *at(to) = *at(&from) },
		same: func(a, b Form) bool { return *at(&a) == *at(&b) },
		bad:  func(f *Form) string { return bad(*at(f)) }}
}

func listField[T comparable](name string, step int, at func(*Form) *[]T, bad func([]T) string) formField {
	return formField{name: name, step: step,
		take: func(to *Form, from Form) { *at(to) = slices.Clone(*at(&from)) },
		same: func(a, b Form) bool { return slices.Equal(*at(&a), *at(&b)) },
		bad:  func(f *Form) string { return bad(*at(f)) }}
}

// counted is a number that may be left out.
func counted[T int | int64 | float64](name string, step int, most float64, at func(*Form) **T) formField {
	return formField{name: name, step: step,
		take: func(to *Form, from Form) { *at(to) = *at(&from) },
		same: func(a, b Form) bool {
			x, y := *at(&a), *at(&b)
			return (x == nil) == (y == nil) && (x == nil || *x == *y)
		},
		bad: func(f *Form) string {
			n := *at(f)
			if n != nil && (math.IsNaN(float64(*n)) || float64(*n) < 0 || float64(*n) > most) {
				return fmt.Sprintf("填 0 到 %.0f 之间的数", most)
			}
			return ""
		}}
}

func anyValue[T any](T) string { return "" }

var divisionCode = regexp.MustCompile(divisionShape)

// formFields is every answer of the form, step by step.
var formFields = []formField{
	line("title", StepItem, MaxTitle, func(f *Form) *string { return &f.Title }),
	chosen("item_form", StepItem, ItemForms, func(f *Form) *ItemForm { return &f.ItemForm }),
	chosen("list_kind", StepItem, ListKinds, func(f *Form) *string { return &f.ListKind }),
	valueIDField("lead_unit", StepItem, func(f *Form) **int64 { return &f.LeadUnitID }),
	paragraph("reason", StepItem, MaxReason, func(f *Form) *string { return &f.Reason }),

	chosen("role", StepWork, CommunityRoles, func(f *Form) *Role { return &f.Role }),
	ticked("assist_modes", StepWork, AssistModes, func(f *Form) *[]AssistMode { return &f.AssistModes }),
	paragraph("content", StepWork, MaxContent, func(f *Form) *string { return &f.Content }),
	paragraph("authority", StepWork, MaxNote, func(f *Form) *string { return &f.Authority }),
	counted("occurrences", StepWork, maxNumber, func(f *Form) **float64 { return &f.Occurrences }),
	chosen("occurrence_unit", StepWork, Everies, func(f *Form) *Every { return &f.OccurrenceUnit }),
	counted("hours_per_occurrence", StepWork, maxNumber, func(f *Form) **float64 { return &f.HoursPerOccurrence }),
	counted("people_needed", StepWork, maxNumber, func(f *Form) **int { return &f.PeopleNeeded }),
	ticked("flags", StepWork, Flags, func(f *Form) *[]Flag { return &f.Flags }),
	paragraph("flag_notes", StepWork, MaxNote, func(f *Form) *string { return &f.FlagNotes }),

	listField("communities", StepMeans, func(f *Form) *[]string { return &f.Communities }, func(codes []string) string {
		if len(codes) > maxCommunity || slices.ContainsFunc(codes, func(c string) bool { return !divisionCode.MatchString(c) }) {
			return notOffered
		}
		return ""
	}),
	paragraph("scope_reason", StepMeans, MaxNote, func(f *Form) *string { return &f.ScopeReason }),
	chosen("term", StepMeans, Terms, func(f *Form) *Term { return &f.Term }),
	valueField("start_on", StepMeans, func(f *Form) *day { return &f.StartOn }, anyValue[day]),
	valueField("end_on", StepMeans, func(f *Form) *day { return &f.EndOn }, anyValue[day]),
	paragraph("early_reason", StepMeans, MaxNote, func(f *Form) *string { return &f.EarlyReason }),
	counted("funds", StepMeans, maxFen, func(f *Form) **int64 { return &f.FundsFen }),
	valueIDField("funds_payer", StepMeans, func(f *Form) **int64 { return &f.FundsPayerID }),
	line("funds_source", StepMeans, MaxShort, func(f *Form) *string { return &f.FundsSource }),
	chosen("funds_rule", StepMeans, FundsRules, func(f *Form) *FundsRule { return &f.FundsRule }),
	valueField("funds_pay_on", StepMeans, func(f *Form) *day { return &f.FundsPayOn }, anyValue[day]),
	paragraph("funds_reason", StepMeans, MaxNote, func(f *Form) *string { return &f.FundsReason }),
	paragraph("support", StepMeans, MaxNote, func(f *Form) *string { return &f.Support }),
	line("contact_name", StepMeans, MaxContact, func(f *Form) *string { return &f.ContactName }),
	line("contact_phone", StepMeans, MaxContact, func(f *Form) *string { return &f.ContactPhone }),

	line("form_name", StepData, MaxTitle, func(f *Form) *string { return &f.FormName }),
	chosen("form_frequency", StepData, Everies, func(f *Form) *Every { return &f.FormFrequency }),
	listField("form_fields", StepData, func(f *Form) *[]string { return &f.FormFields }, badFieldNames),
	paragraph("personal_info", StepData, MaxNote, func(f *Form) *string { return &f.PersonalInfo }),
	paragraph("personal_purpose", StepData, MaxNote, func(f *Form) *string { return &f.PersonalPurpose }),
	line("personal_keep", StepData, MaxShort, func(f *Form) *string { return &f.PersonalKeep }),
}

// valueIDField is a unit that may be left out; that it exists is looked up when it is saved.
func valueIDField(name string, step int, at func(*Form) **int64) formField {
	f := counted(name, step, math.MaxInt64, at)
	f.bad = func(*Form) string { return "" }
	return f
}

func badFieldNames(names []string) string {
	if len(names) > MaxFields {
		return fmt.Sprintf("最多填 %d 个字段", MaxFields)
	}
	for _, n := range names {
		if _, err := normal.Clean(n); err != nil {
			return err.Error()
		}
		if utf8.RuneCountInString(n) > MaxFieldName {
			return fmt.Sprintf("每个字段最多 %d 个字", MaxFieldName)
		}
	}
	return ""
}

// FieldsOf names the answers of a step.
func FieldsOf(step int) []string {
	var out []string
	for _, f := range formFields {
		if f.step == step {
			out = append(out, f.name)
		}
	}
	return out
}

// StepOf gives the step on which a field is mended; what stands in no step is mended on the last page.
func StepOf(field string) int {
	for _, f := range formFields {
		if f.name == field {
			return f.step
		}
	}
	if field == fieldBasis || field == fieldAttachment {
		return StepItem
	}
	return StepCheck
}

// Names of fields that are no plain answers.
const (
	fieldBasis      = "basis"
	fieldAttachment = "attachment"
	FieldTwin       = "twin_known" // the tick that a second, like application is meant (E25)
)

// overlay takes the answers of a step from what was typed. unread are fields whose text could not be
// read; they and those that cannot be stored keep what the form had. changed names what is new.
func (f *Form) overlay(typed Form, step int, unread []string) (changed []string, refused []fault.Field) {
	for _, field := range formFields {
		if field.step != step || slices.Contains(unread, field.name) {
			continue
		}
		if why := field.bad(&typed); why != "" {
			refused = append(refused, fault.Field{Name: field.name, Message: why})
			continue
		}
		if !field.same(*f, typed) {
			changed = append(changed, field.name)
			field.take(f, typed)
		}
	}
	return changed, append(refused, f.settle(&changed)...)
}

// settle takes out the two pairs that the register can never hold together: an assist or entrusted item
// with the community as 主责 (R5), and an end before its start. A community that is named twice counts once.
func (f *Form) settle(changed *[]string) (refused []fault.Field) {
	f.Communities = uniq(f.Communities)
	if f.assists() && f.Role == RolePrimary {
		f.Role = ""
		*changed = append(*changed, "role")
		refused = append(refused, fault.Field{Name: "role", Message: neverPrimary})
	}
	if !f.StartOn.IsZero() && !f.EndOn.IsZero() && f.EndOn.Before(f.StartOn) {
		refused = append(refused, fault.Field{Name: "end_on", Message: afterStart(f.StartOn)})
		f.EndOn = day{}
		*changed = append(*changed, "end_on")
	}
	return refused
}
