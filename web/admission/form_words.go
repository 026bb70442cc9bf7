package admission

import (
	"portal/internal/admission"
	"portal/internal/catalog"
	"portal/web/view"
)

func kindLabel(kind string) string { return catalog.ListKind(kind).Label() }

func withUnit(text, unit string) string {
	if text == "" {
		return ""
	}
	return text + " " + unit
}

// rhythm writes 每月 2 次.
func rhythm(f admission.Form) string {
	if f.Occurrences == nil || f.OccurrenceUnit == "" {
		return ""
	}
	return f.OccurrenceUnit.Label() + " " + number(f.Occurrences) + " 次"
}

// sized gives a field a width: s, m or l.
func sized(f view.Field, width string) view.Field {
	f.Width = width
	return f
}
