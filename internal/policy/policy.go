// Package policy decides which thresholds, limits, prices and words hold on a day, and with which
// basis: defaults stand in ONE table of the program (Defaults), rows of the database override them
// from a date on, and two persons change one. It also keeps the working-day calendar of the years
// that were imported, and the deadlines that were counted with it. Nothing here is law: every value
// carries a tag ([D] our proposal, [G] general knowledge, [V] a place's published practice, or a
// rule number) and is shown with it.
//
// Owns policy_setting, calendar_year, calendar_day, deadline and deadline_pause.
package policy

import (
	"context"
	"fmt"

	"portal/internal/pg"
	"portal/internal/workday"
)

// Key names one setting.
type Key string

// The settings.
const (
	HourPrice        Key = "hour_price_fen"
	ApplyAhead       Key = "apply_ahead_workdays"
	Completeness     Key = "completeness_workdays"
	Correction       Key = "correction_workdays"
	Decision         Key = "decision_workdays"
	StreetReview     Key = "street_review_workdays"
	RefusalAnswer    Key = "refusal_answer_workdays"
	RefusalRepeat    Key = "refusal_repeat_times"
	RefusalWindow    Key = "refusal_repeat_days"
	DuplicateShare   Key = "duplicate_share_percent"
	TemporaryMonths  Key = "temporary_months"
	EmergencyDays    Key = "emergency_days"
	PublicationDays  Key = "publication_days"
	CeilingShare     Key = "ceiling_share_percent"
	WorkerHours      Key = "worker_hours_month"
	StrictBasis      Key = "strict_department_basis"
	ReportsPerUnit   Key = "reports_per_department"
	GridLimitA       Key = "grid_limit_a"
	GridHouseholds   Key = "grid_limit_households"
	ActingDays       Key = "grid_acting_days"
	NumberWord       Key = "number_word"
	StreetCode       Key = "street_code"
	StreetName       Key = "street_name"
	StreetPhone      Key = "street_phone"
	SupervisionPhone Key = "street_supervision_phone"
	StreetOfficeTime Key = "street_office_hours"
	StreetAddress    Key = "street_address"
)

// Values are all settings of one day, ready for use.
type Values struct {
	Day workday.Day

	HourPriceFen     int64 // 分 for one hour of community work
	ApplyAhead       int   // working days between submission and start (R9)
	Completeness     int   // working days to accept or return
	Correction       int   // working days to correct a returned application
	Decision         int   // working days from submission to decision (R15, R16)
	StreetReview     int   // working days for the street's review
	RefusalAnswer    int   // working days a department has to answer (R23)
	RefusalRepeat    int   // so many refusals of one reason … (R24)
	RefusalWindow    int   // … in so many days
	DuplicateShare   int   // percent of fields already held (R30)
	TemporaryMonths  int   // longest temporary item (R11)
	EmergencyDays    int   // longest emergency registration (R25)
	PublicationDays  int   // 居委会组织法第三十四条：不得少于十五日
	CeilingShare     int   // ceiling of a community's hours, percent of its capacity
	WorkerHours      int   // capacity of one worker, hours a month
	StrictBasis      bool  // a department needs a law or regulation (R7)
	ReportsPerUnit   int   // recurring reports of one department per community (R29)
	GridLimitA       int   // grids one person may be A of (GRD-06)
	GridHouseholds   int   // households one person may be A for before a reason is asked
	ActingDays       int   // days a B may act in a vacancy (GRD-03)
	NumberWord       string
	StreetCode       string
	StreetName       string
	StreetPhone      string
	SupervisionPhone string // stands on every public board (滨州网格条例第六条)
	StreetOfficeTime string
	StreetAddress    string
}

// DefaultValues gives the defaults alone, for an error page that must come without a database.
func DefaultValues(day workday.Day) Values {
	v := Values{Day: day}
	for _, d := range Defaults {
		if err := d.set(&v, d.Value); err != nil {
			panic("policy: default of " + string(d.Key) + ": " + err.Error()) // the tests read every default
		}
	}
	return v
}

// Load gives the settings of a day: the defaults, overridden by confirmed rows valid on it.
func Load(ctx context.Context, q pg.Querier, day workday.Day) (Values, error) {
	v := DefaultValues(day)
	rows, err := confirmedOn(ctx, q, day)
	if err != nil {
		return v, err
	}
	for _, r := range rows {
		d, ok := byKey[r.Key]
		if !ok {
			continue // a key of an older or newer program
		}
		if err := d.set(&v, r.Value); err != nil {
			return v, fmt.Errorf("setting %s: %w", r.Key, err)
		}
	}
	return v, nil
}

// InForce gives the settings of a day that two persons have set, by key; for the others the defaults hold.
func InForce(ctx context.Context, q pg.Querier, day workday.Day) (map[Key]Setting, error) {
	rows, err := confirmedOn(ctx, q, day)
	if err != nil {
		return nil, err
	}
	out := make(map[Key]Setting, len(rows))
	for _, r := range rows {
		out[r.Key] = r
	}
	return out, nil
}

// Basis tells where one value of a day comes from, for the sentence beside a check.
func Basis(ctx context.Context, q pg.Querier, key Key, day workday.Day) (string, error) {
	rows, err := confirmedOn(ctx, q, day)
	if err != nil {
		return "", err
	}
	for _, r := range rows {
		if r.Key == key {
			return r.Basis, nil
		}
	}
	return byKey[key].Basis, nil
}
