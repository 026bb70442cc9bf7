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
	HourPrice               Key = "hour_price_fen"
	ApplyAhead              Key = "apply_ahead_workdays"
	Completeness            Key = "completeness_workdays"
	Correction              Key = "correction_workdays"
	Decision                Key = "decision_workdays"
	StreetReview            Key = "street_review_workdays"
	RefusalAnswer           Key = "refusal_answer_workdays"
	RefusalRepeat           Key = "refusal_repeat_times"
	RefusalWindow           Key = "refusal_repeat_days"
	DuplicateShare          Key = "duplicate_share_percent"
	TemporaryMonths         Key = "temporary_months"
	EmergencyDays           Key = "emergency_days"
	PublicationDays         Key = "publication_days"
	CeilingShare            Key = "ceiling_share_percent"
	WorkerHours             Key = "worker_hours_month"
	StrictBasis             Key = "strict_department_basis"
	ReportsPerUnit          Key = "reports_per_department"
	GridLimitA              Key = "grid_limit_a"
	GridHouseholds          Key = "grid_limit_households"
	ActingDays              Key = "grid_acting_days"
	ContactShare            Key = "work_contact_share_percent"
	ContactHours            Key = "work_contact_hours"
	WarnShare               Key = "work_warn_percent"
	DisputeHours            Key = "work_dispute_hours"
	RulingHours             Key = "work_ruling_hours"
	CallbackHours           Key = "work_callback_hours"
	ParkDays                Key = "work_park_days"
	RelapseDays             Key = "work_relapse_days"
	CauseCount              Key = "cause_requests"
	CauseDays               Key = "cause_days"
	EscalateLeader          Key = "work_escalate_leader_hours"
	EscalateDistrict        Key = "work_escalate_district_hours"
	WhistleSignMinutes      Key = "whistle_sign_minutes"
	WhistleContactHours     Key = "whistle_contact_hours"
	WhistleWorkDays         Key = "whistle_work_workdays"
	WhistleHardDays         Key = "whistle_hard_workdays"
	WhistleEmergencyMinutes Key = "whistle_emergency_minutes"
	AssistMinutes           Key = "assist_minutes"
	AgencyDays              Key = "agency_days"
	AgencyWarnDays          Key = "agency_warn_days"
	RetentionMonths         Key = "request_retention_months"
	LimitDays               Key = "request_limit_days"
	LimitRequests           Key = "request_limit_requests"
	LimitAppealDays         Key = "request_limit_appeal_days"
	ObjectionDays           Key = "objection_workdays"
	KioskIdle               Key = "kiosk_idle_seconds"
	KioskIdleForm           Key = "kiosk_idle_form_seconds"
	KioskWarn               Key = "kiosk_warn_seconds"
	KioskWarnForm           Key = "kiosk_warn_form_seconds"
	KioskProof              Key = "kiosk_proof_seconds"
	KioskInviteMinutes      Key = "kiosk_invite_minutes"
	KioskCallMinutes        Key = "kiosk_call_minutes"
	WorkHours               Key = "work_hours"
	NoticeVersion           Key = "privacy_notice_version"
	NumberWord              Key = "number_word"
	StreetCode              Key = "street_code"
	StreetName              Key = "street_name"
	StreetPhone             Key = "street_phone"
	SupervisionPhone        Key = "street_supervision_phone"
	StreetOfficeTime        Key = "street_office_hours"
	StreetAddress           Key = "street_address"
)

// Values are all settings of one day, ready for use.
type Values struct {
	Day workday.Day

	HourPriceFen            int64  // 分 for one hour of community work
	ApplyAhead              int    // working days between submission and start (R9)
	Completeness            int    // working days to accept or return
	Correction              int    // working days to correct a returned application
	Decision                int    // working days from submission to decision (R15, R16)
	StreetReview            int    // working days for the street's review
	RefusalAnswer           int    // working days a department has to answer (R23)
	RefusalRepeat           int    // so many refusals of one reason … (R24)
	RefusalWindow           int    // … in so many days
	DuplicateShare          int    // percent of fields already held (R30)
	TemporaryMonths         int    // longest temporary item (R11)
	EmergencyDays           int    // longest emergency registration (R25)
	PublicationDays         int    // 居委会组织法第三十四条：不得少于十五日
	CeilingShare            int    // ceiling of a community's hours, percent of its capacity
	WorkerHours             int    // capacity of one worker, hours a month
	StrictBasis             bool   // a department needs a law or regulation (R7)
	ReportsPerUnit          int    // recurring reports of one department per community (R29)
	GridLimitA              int    // grids one person may be A of (GRD-06)
	GridHouseholds          int    // households one person may be A for before a reason is asked
	ActingDays              int    // days a B may act in a vacancy (GRD-03)
	ContactShare            int    // percent of the limit for the first contact
	ContactHours            int    // longest first contact, calendar hours
	WarnShare               int    // percent of a clock when its owner is warned
	DisputeHours            int    // working hours to dispute a dispatch
	RulingHours             int    // working hours to rule a dispute
	CallbackHours           int    // calendar hours to call back after handling
	ParkDays                int    // days to the next review of a parked case
	RelapseDays             int    // days in which the same trouble counts as a relapse
	CauseCount              int    // requests of one place and category …
	CauseDays               int    // … in so many days
	EscalateLeader          int    // hours overdue until the street's leader is told
	EscalateDistrict        int    // hours overdue until the district is asked
	WhistleSignMinutes      int    // minutes to sign a whistle
	WhistleContactHours     int    // hours to contact the street
	WhistleWorkDays         int    // working days to report in, 工作推进哨
	WhistleHardDays         int    // working days to report in, 攻坚克难哨
	WhistleEmergencyMinutes int    // minutes to be on the spot, 应急哨
	AssistMinutes           int    // minutes of one assisted entry
	AgencyDays              int    // longest authorization of an errand, days (REQ-16)
	AgencyWarnDays          int    // days before its end when the agent is told
	RetentionMonths         int    // months after closing until a request is anonymised
	LimitDays               int    // longest limit on repeated malicious use, days (REQ-20)
	LimitRequests           int    // requests that such a limit rests on at least
	LimitAppealDays         int    // days to decide an appeal against it; then it ends
	ObjectionDays           int    // working days to answer an objection
	KioskIdle               int    // seconds without a touch on a page or a receipt (UX-K5)
	KioskIdleForm           int    // seconds without a touch on a form
	KioskWarn               int    // seconds of the countdown after that; never below 20 (K-3)
	KioskWarnForm           int    // seconds of the countdown on a form
	KioskProof              int    // seconds between two proofs of the device's key
	KioskInviteMinutes      int    // minutes an enrolment code is good for
	KioskCallMinutes        int    // minutes until a call that nobody took goes to the street
	WorkHours               string // 9:00-12:00,14:00-17:30 on working days (REQ-08)
	NoticeVersion           string // of the privacy words shown before a request (§6.7)
	NumberWord              string
	StreetCode              string
	StreetName              string
	StreetPhone             string
	SupervisionPhone        string // stands on every public board (滨州网格条例第六条)
	StreetOfficeTime        string
	StreetAddress           string
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
