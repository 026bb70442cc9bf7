package request

import (
	"context"
	"encoding/json"
	"fmt"
	"strconv"
	"unicode/utf8"

	"portal/internal/authz"
	"portal/internal/fault"
	"portal/internal/inbox"
	"portal/internal/normal"
	"portal/internal/pg"
	"portal/internal/workday"
)

// What is sealed of an errand is bound to its number, and to its line where it is one.
const (
	aboutAgency = "agency:"
	aboutEntry  = "agency.entry:"
)

func entryPlace(no string, nth int) string { return aboutEntry + no + "/" + strconv.Itoa(nth) }

// mostEntries is how many lines one errand may have; the table says the same.
const mostEntries = 200

// OpenAgencyTx begins an errand for the resident of a request; whoever begins it is its agent. It waits for the
// authorization: nothing is taken and nothing is done before that is signed (REQ-16). handoff has checked that
// the case is in reach.
func (s *Service) OpenAgencyTx(ctx context.Context, tx *pg.Tx, no string, in AgencyOpening) (Agency, error) {
	if !authz.Allowed(tx.Actor, authz.AgencyOpen, authz.Object{}) {
		return Agency{}, ErrNoAgency
	}
	r, err := oneRequest(ctx, tx, requestByNo, no)
	if err != nil {
		return Agency{}, err
	}
	if r.SettledAt != nil || r.WithdrawnAt != nil || r.AnonymisedAt != nil {
		return Agency{}, errAgencySettled
	}
	if r.Walled() {
		return Agency{}, errAgencyWalled
	}
	if concerned, err := complainedOf(ctx, tx, r, tx.Actor); err != nil || concerned {
		return Agency{}, orConcerned(err)
	}
	if err := in.check(ctx, tx); err != nil {
		return Agency{}, err
	}
	if err := s.endLapsedAgencies(ctx, tx); err != nil {
		return Agency{}, err
	}
	nth, err := nextAgencyOf(ctx, tx, r.ID)
	if err != nil {
		return Agency{}, err
	}
	a := Agency{RequestID: r.ID, No: fmt.Sprintf("%s-%d", r.No, nth), RequestNo: r.No, Agent: tx.Actor.AccountID, AgentName: tx.Actor.Name,
		Community: r.Community, OpenedAt: tx.Now, Until: in.Until, Version: 1, Words: AgencyWords{Matter: in.Matter, Scope: in.Scope}}
	sealed, err := s.seal(a.Words, aboutAgency+a.No)
	if err != nil {
		return a, err
	}
	if err := storeAgency(ctx, tx, &a, nth, sealed); err != nil {
		return a, err
	}
	return a, recordAgency(ctx, tx, authz.AgencyOpen, a, "开始全程代办", "")
}

func orConcerned(err error) error {
	if err != nil {
		return err
	}
	return errConcerned
}

// check cleans what was written and names every mistake at once.
func (in *AgencyOpening) check(ctx context.Context, tx *pg.Tx) error {
	v, err := policyOf(ctx, tx)
	if err != nil {
		return err
	}
	var bad []fault.Field
	bad = wordsOf(bad, &in.Matter, "matter", 2, 40, "写清代办什么事，2 到 40 个字")
	bad = wordsOf(bad, &in.Scope, "scope", 4, 300, "写清代办人可以做什么、不能做什么，4 到 300 个字")
	today := workday.DayOf(tx.Now)
	if last := today.Add(v.AgencyDays); in.Until.IsZero() || in.Until.Before(today) || in.Until.After(last) {
		bad = append(bad, fault.Field{Name: "until", Message: fmt.Sprintf("期限写今天到 %s 之间的一天，最长 %d 天", last.Chinese(), v.AgencyDays)})
	}
	return invalid(bad)
}

func invalid(bad []fault.Field) error {
	if len(bad) == 0 {
		return nil
	}
	return fault.Invalid(bad...)
}

// wordsOf cleans one field in place.
func wordsOf(bad []fault.Field, words *string, name string, least, most int, says string) []fault.Field {
	clean, err := normal.CleanText(*words)
	if n := utf8.RuneCountInString(clean); err != nil || n < least || n > most {
		return append(bad, fault.Field{Name: name, Message: says})
	}
	*words = clean
	return bad
}

// Agency gives one errand. What is in it opens for its agent alone; others in reach see that it runs, until
// when and in whose hands, and how many documents are held. Who may: AgencyView.
func (s *Service) Agency(ctx context.Context, by authz.Actor, no string) (Agency, error) {
	q := s.db.Q()
	row, err := oneAgency(ctx, q, agencyByNo, no)
	if err != nil {
		return Agency{}, err
	}
	a := row.agency()
	if !authz.Allowed(by, authz.AgencyView, a.Object()) {
		return Agency{}, ErrNoAgency
	}
	if a.Opens(by) {
		return a, s.fillAgency(ctx, q, &a, row.Sealed)
	}
	if err := s.unconcerned(ctx, q, by, a); err != nil {
		return Agency{}, err
	}
	return a, nil
}

// unconcerned hides an errand from who is complained about in its request (REQ-13).
func (s *Service) unconcerned(ctx context.Context, q pg.Querier, by authz.Actor, a Agency) error {
	r, err := oneRequest(ctx, q, requestByID, int64(a.RequestID))
	if err != nil {
		return err
	}
	concerned, err := complainedOf(ctx, q, r, by)
	if err == nil && concerned {
		err = ErrNoAgency
	}
	return err
}

// mostAgencies is how many errands one list shows: what runs stands first.
const mostAgencies = 100

// Agencies lists the errands in reach without what is in them, except the matter of one's own.
func (s *Service) Agencies(ctx context.Context, by authz.Actor) ([]Agency, error) {
	rows, err := agenciesOfScope(ctx, s.db.Q(), by, authz.ReachOf(by, authz.AgencyView), mostAgencies)
	if err != nil {
		return nil, err
	}
	out := make([]Agency, len(rows))
	for i, row := range rows {
		out[i] = row.agency()
		if out[i].Opens(by) && row.Sealed != nil {
			if err := s.open(row.Sealed, aboutAgency+row.No, &out[i].Words); err != nil {
				return nil, fmt.Errorf("agency %s: %w", row.No, err)
			}
		}
	}
	return out, nil
}

// fillAgency opens everything that is sealed of an errand but its photographs.
func (s *Service) fillAgency(ctx context.Context, q pg.Querier, a *Agency, sealed []byte) error {
	if sealed != nil {
		if err := s.open(sealed, aboutAgency+a.No, &a.Words); err != nil {
			return fmt.Errorf("agency %s: %w", a.No, err)
		}
	}
	rows, err := entriesOf(ctx, q, a.ID)
	if err != nil {
		return err
	}
	ways := map[int]AgencyWay{}
	for _, row := range rows {
		ways[row.Nth] = row.Way
	}
	names := map[int][]string{}
	for _, row := range rows {
		var words AgencyWords
		if row.Sealed != nil {
			if err := s.open(row.Sealed, entryPlace(a.No, row.Nth), &words); err != nil {
				return fmt.Errorf("agency %s, line %d: %w", a.No, row.Nth, err)
			}
		}
		switch row.Kind {
		case entryDocument:
			d := AgencyDocument{Nth: row.Nth, At: row.At, Name: words.Matter, Original: row.Original, Pages: *row.Pages}
			if row.OutBy != nil {
				d.OutBy, d.Out = *row.OutBy, ways[*row.OutBy]
				names[d.OutBy] = append(names[d.OutBy], d.Name)
			}
			a.Documents = append(a.Documents, d)
		case entryStep:
			a.Steps = append(a.Steps, AgencyStep{At: row.At, By: row.By, Words: words.Result})
		case entryHandover:
			a.Handovers = append(a.Handovers, AgencyHandover{Nth: row.Nth, At: row.At, By: row.By, Way: row.Way, Day: row.Day, Signer: words.Signer})
		case entryPhoto:
			a.Photos = append(a.Photos, AgencyPhoto{Nth: row.Nth, At: row.At, Belongs: row.Belongs})
		}
	}
	for i, h := range a.Handovers {
		a.Handovers[i].Names = names[h.Nth]
	}
	return nil
}

// endLapsedAgencies notes the end of what is over its last day; nobody could act on it since (REQ-16).
func (s *Service) endLapsedAgencies(ctx context.Context, tx *pg.Tx) error {
	rows, err := collect[agencyRow](ctx, tx, agenciesLapsed, workday.DayOf(tx.Now))
	if err != nil {
		return err
	}
	for _, row := range rows {
		a := row.agency()
		a.Ending, a.EndedAt = AgencyExpired, &tx.Now
		if err := saveAgency(ctx, tx, &a, row.Sealed); err != nil {
			return err
		}
		words := "全程代办 " + a.No + " 到期，已结束"
		if a.Held > 0 {
			words += "；还有 " + strconv.Itoa(a.Held) + " 份材料要交还居民"
		}
		if err := inbox.Tell(ctx, tx, inbox.Audience{AccountID: a.Agent}, words, a.Path()); err != nil {
			return err
		}
		if err := addNote(ctx, tx, a.RequestID, false, "全程代办授权到期，代办人不能再代您办事。您交来的材料会还给您并请您签字"); err != nil {
			return err
		}
		if err := recordAgency(ctx, tx, authz.AgencyLapse, a, "授权到期", ""); err != nil {
			return err
		}
	}
	return nil
}

// warnAgencies tells agents once that an errand is near its last day.
func (s *Service) warnAgencies(ctx context.Context, tx *pg.Tx) error {
	v, err := policyOf(ctx, tx)
	if err != nil {
		return err
	}
	rows, err := collect[agencyRow](ctx, tx, agenciesNear, workday.DayOf(tx.Now).Add(v.AgencyWarnDays))
	if err != nil {
		return err
	}
	for _, row := range rows {
		words := "全程代办 " + row.No + " 到 " + row.Until.Chinese() + " 为止，请抓紧办完、交还材料"
		if err := inbox.Tell(ctx, tx, inbox.Audience{AccountID: row.Agent}, words, row.agency().Path()); err != nil {
			return err
		}
		if err := storeWarned(ctx, tx, row.ID); err != nil {
			return err
		}
	}
	return nil
}

// recordAgency writes the audit entry of an errand. Nothing that is sealed stands in it.
func recordAgency(ctx context.Context, tx *pg.Tx, do authz.Action, a Agency, did, reason string) error {
	after, err := json.Marshal(map[string]any{"did": did, "request": a.RequestNo, "agent": a.AgentName, "until": a.Until, "held": a.Held})
	if err != nil {
		return fmt.Errorf("trace: %w", err)
	}
	return tx.Record(ctx, pg.Change{Action: do, Kind: AgencyKind, ID: a.ID, No: a.No, After: after, Reason: MaskWords(reason)})
}
