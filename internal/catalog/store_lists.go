package catalog

import (
	"context"
	"fmt"

	"portal/internal/pg"
)

const upsertNegative = `
INSERT INTO negative_entry (code, kind, phrase, phrase_key, match_mode, description, source, synthetic, assigned_fields, valid)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, daterange($10::date, $11::date))
ON CONFLICT (code) DO UPDATE SET kind = excluded.kind, phrase = excluded.phrase, phrase_key = excluded.phrase_key, match_mode = excluded.match_mode,
    description = excluded.description, source = excluded.source, synthetic = excluded.synthetic, assigned_fields = excluded.assigned_fields,
    valid = excluded.valid`

func putNegative(ctx context.Context, tx *pg.Tx, n NegativeEntry) error {
	_, err := tx.Exec(ctx, upsertNegative, n.Code, n.Kind, n.Phrase, n.PhraseKey, string(n.MatchMode), n.Description, n.Source, n.Synthetic,
		n.AssignedFields, n.From, n.Until)
	if err != nil {
		return fmt.Errorf("negative entry %s: %w", n.Code, err)
	}
	return nil
}

const upsertWork = `
INSERT INTO programme_work (section_no, section, work_no, work, lead_label, lead_departments, responsible_units, lead_unit_ids, goal, source,
    synthetic, flagged, flag_reason, proposed_role, proposed_modes)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)
ON CONFLICT ON CONSTRAINT programme_work_key DO UPDATE SET section = excluded.section, work = excluded.work, lead_label = excluded.lead_label,
    lead_departments = excluded.lead_departments, responsible_units = excluded.responsible_units, lead_unit_ids = excluded.lead_unit_ids,
    goal = excluded.goal, source = excluded.source, synthetic = excluded.synthetic, flagged = excluded.flagged, flag_reason = excluded.flag_reason,
    proposed_role = excluded.proposed_role, proposed_modes = excluded.proposed_modes`

func putWork(ctx context.Context, tx *pg.Tx, w Work) error {
	_, err := tx.Exec(ctx, upsertWork, w.SectionNo, w.Section, w.WorkNo, w.Work, w.LeadLabel, w.LeadDepartments, w.ResponsibleUnits, w.LeadUnitIDs,
		w.Goal, w.Source, w.Synthetic, w.Flagged, w.FlagReason, string(w.ProposedRole), texts(w.ProposedModes))
	if err != nil {
		return fmt.Errorf("programme work %s %s: %w", w.SectionNo, w.WorkNo, err)
	}
	return nil
}

// Entries that are listed on a basis that was in force when they were published.
const selectLit = `
SELECT ` + entryColumns + fromEntries + `
WHERE v.standing = 'listed' AND v.valid @> $1::date AND v.basis_status = 'in_force' AND v.basis_doc_key = ANY($2)
ORDER BY i.code`
