package request

import (
	"context"
	"time"

	"portal/internal/pg"
	"portal/internal/workday"
)

// agencyFact is everything that is held about a person in one errand, for subject access.
type agencyFact struct {
	No        string           `json:"no"`
	Agent     string           `json:"agent"`
	OpenedAt  time.Time        `json:"opened_at"`
	Until     workday.Day      `json:"until"`
	How       string           `json:"how,omitempty"`
	SignedOn  workday.Day      `json:"signed_on"`
	EndedAt   *time.Time       `json:"ended_at,omitempty"`
	Words     AgencyWords      `json:"words"`
	Documents []AgencyDocument `json:"documents"`
	Steps     []AgencyStep     `json:"steps"`
	Handovers []AgencyHandover `json:"handovers"`
	Photos    int              `json:"photos"`
}

func (s *Service) agencyFacts(ctx context.Context, q pg.Querier, id ID) ([]agencyFact, error) {
	rows, err := collect[agencyRow](ctx, q, agenciesOf, int64(id))
	if err != nil {
		return nil, err
	}
	out := make([]agencyFact, len(rows))
	for i, row := range rows {
		a := row.agency()
		if err := s.fillAgency(ctx, q, &a, row.Sealed); err != nil {
			return nil, err
		}
		out[i] = agencyFact{a.No, a.AgentName, a.OpenedAt, a.Until, a.How.Label(), a.SignedOn, a.EndedAt, a.Words, a.Documents, a.Steps, a.Handovers, len(a.Photos)}
	}
	return out, nil
}

// resealAtOnce bounds how many photographs stand in memory.
const resealAtOnce = 20

// resealAgencies seals lines of errands anew that are still sealed with an older key.
func (s *Service) resealAgencies(ctx context.Context, tx *pg.Tx, head []byte) (int, error) {
	rows, err := staleAgencies(ctx, tx, head, resealAtOnce)
	if err != nil {
		return 0, err
	}
	for _, r := range rows {
		about := aboutAgency + r.No
		if r.Nth > 0 {
			about = entryPlace(r.No, r.Nth)
		}
		if r.Sealed, err = s.again(r.Sealed, about); err != nil {
			return 0, err
		}
		if err := storeResealed(ctx, tx, r); err != nil {
			return 0, err
		}
	}
	return len(rows), nil
}
