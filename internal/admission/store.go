package admission

import (
	"context"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"

	"portal/internal/fault"
	"portal/internal/pg"
)

// ErrNoSuch reads the same for a number that does not exist and one that is out of reach.
var ErrNoSuch = fault.NotFound("没有这个文号。可能少输了年份，如 梧申〔2026〕47号")

// applicationFields maps violated constraints to the field they belong to.
var applicationFields = map[string]fault.Field{
	"application_end_after_start":      {Name: "end_on", Message: "结束日期要晚于开始日期"},
	"application_assist_never_primary": {Name: "role", Message: "协助政府的事项，社区只能协助，不能主责（R5）"},
}

const columns = `
a.id, a.year, a.seq, a.admitted_year, a.admitted_seq, a.unit_id, u.name AS unit_name, a.account_id, a.state, a.version, a.round,
a.title, a.title_key, a.item_form, a.list_kind, a.role, a.assist_modes, a.lead_unit_id, a.reason, a.content, a.authority,
a.communities, a.scope_reason, a.term, a.start_on, a.end_on, a.early_reason, a.occurrences, a.occurrence_unit,
a.hours_per_occurrence, a.people_needed, a.flags, a.flag_notes, a.funds_fen, a.funds_payer_id, a.funds_source, a.funds_rule,
a.funds_pay_on, a.funds_reason, a.support, a.form_name, a.form_frequency, a.form_fields, a.personal_info, a.personal_purpose,
a.personal_keep, a.contact_name, a.contact_phone, a.steps_done, a.created_at, a.saved_at, a.submitted_at, a.accepted_at,
a.decided_at, a.decided_by, a.opinion, a.due_on, a.checks, a.first_failing, a.hours_total`

const byID = `SELECT ` + columns + ` FROM application a JOIN unit u ON u.id = a.unit_id WHERE a.id = $1`
const byIDLocked = byID + ` FOR UPDATE OF a`
const byNumber = `SELECT ` + columns + ` FROM application a JOIN unit u ON u.id = a.unit_id WHERE a.year = $1 AND a.seq = $2`

func one(ctx context.Context, q pg.Querier, sql string, args ...any) (Application, error) {
	rows, err := q.Query(ctx, sql, args...)
	if err != nil {
		return Application{}, fmt.Errorf("application: %w", err)
	}
	a, err := pgx.CollectExactlyOneRow(rows, pgx.RowToStructByName[Application])
	if errors.Is(err, pgx.ErrNoRows) {
		return Application{}, ErrNoSuch
	}
	if err != nil {
		return Application{}, fmt.Errorf("application: %w", err)
	}
	return a, nil
}

const insertDraft = `
INSERT INTO application (unit_id, account_id, state, created_at, saved_at) VALUES ($1, $2, 'draft', $3, $3) RETURNING id`

func insert(ctx context.Context, tx *pg.Tx, unit int64) (ID, error) {
	var id ID
	if err := tx.QueryRow(ctx, insertDraft, unit, tx.Actor.AccountID, tx.Now).Scan(&id); err != nil {
		return 0, fmt.Errorf("insert draft: %w", err)
	}
	return id, nil
}

const updateForm = `
UPDATE application SET title = $3, title_key = $4, item_form = $5, list_kind = $6, role = $7, assist_modes = COALESCE($8::text[], '{}'), lead_unit_id = $9,
    reason = $10, content = $11, authority = $12, communities = COALESCE($13::text[], '{}'), scope_reason = $14, term = $15, start_on = $16, end_on = $17,
    early_reason = $18, occurrences = $19, occurrence_unit = $20, hours_per_occurrence = $21, people_needed = $22, flags = COALESCE($23::text[], '{}'),
    flag_notes = $24, funds_fen = $25, funds_payer_id = $26, funds_source = $27, funds_rule = $28, funds_pay_on = $29,
    funds_reason = $30, support = $31, form_name = $32, form_frequency = $33, form_fields = COALESCE($34::text[], '{}'), personal_info = $35,
    personal_purpose = $36, personal_keep = $37, contact_name = $38, contact_phone = $39, steps_done = COALESCE($40::int[], '{}'), saved_at = $41,
    version = version + 1
WHERE id = $1 AND version = $2`

// saveForm writes what the applicant filled in; version guards against a second window.
func saveForm(ctx context.Context, tx *pg.Tx, a *Application) error {
	f := a.Form
	tag, err := tx.Exec(ctx, updateForm, a.ID, a.Version, f.Title, f.TitleKey, f.ItemForm, f.ListKind, f.Role, f.AssistModes, f.LeadUnitID,
		f.Reason, f.Content, f.Authority, f.Communities, f.ScopeReason, f.Term, f.StartOn, f.EndOn,
		f.EarlyReason, f.Occurrences, f.OccurrenceUnit, f.HoursPerOccurrence, f.PeopleNeeded, f.Flags,
		f.FlagNotes, f.FundsFen, f.FundsPayerID, f.FundsSource, f.FundsRule, f.FundsPayOn,
		f.FundsReason, f.Support, f.FormName, f.FormFrequency, f.FormFields, f.PersonalInfo,
		f.PersonalPurpose, f.PersonalKeep, f.ContactName, f.ContactPhone, a.StepsDone, tx.Now)
	if err != nil {
		return pg.Constraint(err, applicationFields)
	}
	if tag.RowsAffected() != 1 {
		return errStale
	}
	a.Version++
	a.SavedAt = tx.Now
	return nil
}

const updateState = `
UPDATE application SET state = $3, round = $4, year = $5, seq = $6, admitted_year = $7, admitted_seq = $8, submitted_at = $9,
    accepted_at = $10, decided_at = $11, decided_by = $12, opinion = $13, due_on = $14, checks = $15, first_failing = $16,
    hours_total = $17, version = version + 1
WHERE id = $1 AND version = $2`

// saveState writes what a transition changed.
func saveState(ctx context.Context, tx *pg.Tx, a *Application) error {
	tag, err := tx.Exec(ctx, updateState, a.ID, a.Version, a.State, a.Round, a.Year, a.Seq, a.AdmittedYear, a.AdmittedSeq, a.SubmittedAt,
		a.AcceptedAt, a.DecidedAt, a.DecidedBy, a.Opinion, a.DueOn, a.Checks, a.FirstFailing, a.HoursTotal)
	if err != nil {
		return pg.Constraint(err, applicationFields)
	}
	if tag.RowsAffected() != 1 {
		return errStale
	}
	a.Version++
	return nil
}

var errStale = fault.Conflict("这份申请刚才在另一个窗口保存过。打开最新的一页再改")
