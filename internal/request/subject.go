package request

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"portal/internal/authz"
	"portal/internal/fault"
	"portal/internal/pg"
)

var errNoSubject = fault.NotFound("没有这个电话留下的诉求。请核对号码；没留电话的诉求请凭回执查询")

// fact is everything that is held about a person in one request.
type fact struct {
	No            string         `json:"no"`
	Kind          string         `json:"kind"`
	Category      string         `json:"category"`
	Title         string         `json:"title"`
	Words         string         `json:"words"`
	Place         string         `json:"place,omitempty"`
	Community     string         `json:"community,omitempty"`
	Name          string         `json:"name,omitempty"`
	Phone         string         `json:"phone,omitempty"`
	Door          string         `json:"door,omitempty"`
	Channel       string         `json:"channel"`
	Confidential  bool           `json:"confidential"`
	RevealAgreed  bool           `json:"reveal_agreed"`
	Minor         bool           `json:"under_14"`
	NoticeVersion string         `json:"notice_version"`
	SubmittedAt   time.Time      `json:"submitted_at"`
	ContactDue    time.Time      `json:"contact_due"`
	DueAt         time.Time      `json:"due_at"`
	ContactedAt   *time.Time     `json:"contacted_at,omitempty"`
	Reply         string         `json:"reply,omitempty"`
	RepliedAt     *time.Time     `json:"replied_at,omitempty"`
	WithdrawnAt   *time.Time     `json:"withdrawn_at,omitempty"`
	SettledAt     *time.Time     `json:"settled_at,omitempty"`
	Notes         []Note         `json:"notes"`
	Callbacks     []callbackFact `json:"callbacks"`
	Reveals       []RevealRow    `json:"reveals"`
	Merges        []mergeFact    `json:"merges"`
	Consents      []consentFact  `json:"consents"`
	Agencies      []agencyFact   `json:"agencies,omitempty"`
}

type callbackFact struct {
	At        time.Time  `json:"at"`
	Source    string     `json:"source"`
	Reached   bool       `json:"reached"`
	Solved    string     `json:"solved"`
	Satisfied string     `json:"satisfied"`
	Words     string     `json:"words,omitempty"`
	LockedAt  *time.Time `json:"locked_at,omitempty"`
}

// Export gives everything that is held about the person behind a telephone, as JSON, with who read it and
// why (REQ-22; PIPL 45). The console's act; every request in it gets an audit entry.
func (s *Service) Export(ctx context.Context, phone string) ([]byte, error) {
	var out []byte
	err := s.db.Write(ctx, authz.System, func(tx *pg.Tx) error {
		all, err := s.ofPhone(ctx, tx, phone)
		if err != nil {
			return err
		}
		facts := make([]fact, len(all))
		for i, r := range all {
			if facts[i], err = s.factOf(ctx, tx, r); err != nil {
				return err
			}
			if err := record(ctx, tx, authz.RequestReveal, r, "按本人要求导出全部信息", ""); err != nil {
				return err
			}
		}
		out, err = json.MarshalIndent(map[string]any{"requests": facts}, "", "  ")
		if err != nil {
			return fmt.Errorf("export: %w", err)
		}
		return nil
	})
	return out, err
}

func (s *Service) ofPhone(ctx context.Context, tx *pg.Tx, phone string) ([]Request, error) {
	if !validPhone(strings.TrimSpace(phone)) {
		return nil, fault.InvalidField("phone", "请填写完整的电话号码")
	}
	all, err := requests(ctx, tx, requestsOfPhone, s.keys.Indexes(PhoneDigits(phone), aboutPhone))
	if err == nil && len(all) == 0 {
		err = errNoSubject
	}
	return all, err
}

func (s *Service) factOf(ctx context.Context, q pg.Querier, r Request) (fact, error) {
	p, err := s.person(ctx, q, r)
	if err != nil {
		return fact{}, err
	}
	f := fact{No: r.No, Kind: r.Kind.Label(), Category: r.CategoryName, Title: r.Title, Words: r.Words, Place: r.Building, Community: r.CommunityName,
		Name: p.Name, Phone: p.Phone, Door: p.Door, Channel: r.Channel.Label(), Confidential: r.Confidential, RevealAgreed: r.RevealAgreed, Minor: r.Minor,
		NoticeVersion: r.NoticeVersion, SubmittedAt: r.SubmittedAt, ContactDue: r.ContactDue, DueAt: r.DueAt, ContactedAt: r.ContactedAt, Reply: r.Reply,
		RepliedAt: r.RepliedAt, WithdrawnAt: r.WithdrawnAt, SettledAt: r.SettledAt}
	if f.Notes, err = notesOf(ctx, q, r.ID); err != nil {
		return f, err
	}
	answers, err := callbacksOf(ctx, q, r.ID)
	if err != nil {
		return f, err
	}
	for _, c := range answers {
		f.Callbacks = append(f.Callbacks, callbackFact{c.At, c.Source.Label(), c.Reached, c.Solved.Label(), c.Satisfied.Label(), c.Words, c.LockedAt})
	}
	if f.Reveals, err = revealsOf(ctx, q, r.ID); err != nil {
		return f, err
	}
	if f.Merges, err = collect[mergeFact](ctx, q, selectMerges, int64(r.ID)); err != nil {
		return f, err
	}
	if f.Consents, err = collect[consentFact](ctx, q, selectConsents, int64(r.ID)); err != nil {
		return f, err
	}
	f.Agencies, err = s.agencyFacts(ctx, q, r.ID)
	return f, err
}

// Erased tells what an erasure did.
type Erased struct {
	Requests []string // without personal data now
	Orders   []int64  // theirs, whose titles and search words handoff cleans
	Refused  []string // still handled: they need the data until they are settled
}

// EraseTx takes the personal data out of every settled request of a telephone. What is still handled stays
// and is named with the reason: statutory duty (PIPL 13(3)) ends when it is settled.
func (s *Service) EraseTx(ctx context.Context, tx *pg.Tx, phone, reason string) (Erased, error) {
	var out Erased
	reason, err := checkReason(reason)
	if err != nil {
		return out, err
	}
	all, err := s.ofPhone(ctx, tx, phone)
	if err != nil {
		return out, err
	}
	for _, r := range all {
		running, err := agencyUnended(ctx, tx, r.ID)
		if err != nil {
			return out, err
		}
		if r.SettledAt == nil || running {
			out.Refused = append(out.Refused, r.No)
			continue
		}
		if err := s.anonymise(ctx, tx, r); err != nil {
			return out, err
		}
		if err := record(ctx, tx, authz.RequestForget, r, "按本人要求删除个人信息", reason); err != nil {
			return out, err
		}
		out.Requests, out.Orders = append(out.Requests, r.No), append(out.Orders, r.HomeOrder)
	}
	if len(out.Requests) == 0 {
		return out, fault.Conflict("%s 还在办理，办结以后才能删除个人信息；现在可以先由本人撤回", strings.Join(out.Refused, "、"))
	}
	return out, nil
}

// Erase is EraseTx as a use case of the console.
func (s *Service) Erase(ctx context.Context, phone, reason string) (out Erased, err error) {
	err = s.db.Write(ctx, authz.System, func(tx *pg.Tx) error {
		out, err = s.EraseTx(ctx, tx, phone, reason)
		return err
	})
	return out, err
}

// sealHead is the form and key id in front of a sealed field.
const sealHead = 5

// Reseal seals up to limit requests anew that are still sealed with an older key, and says how many there
// were: call it until it says 0. Work of the console after a rotation; it may be broken off and resumed.
func (s *Service) Reseal(ctx context.Context, limit int) (n int, err error) {
	sample, err := s.keys.Seal(nil, aboutCodes)
	if err != nil {
		return 0, err
	}
	err = s.db.Write(ctx, authz.System, func(tx *pg.Tx) error {
		n = 0
		rows, err := staleRows(ctx, tx, sample[:sealHead], limit)
		if err != nil {
			return err
		}
		for _, r := range rows {
			if r.Person, err = s.again(r.Person, aboutPerson+r.No); err != nil {
				return err
			}
			if r.Codes, err = s.again(r.Codes, aboutCodes+r.No); err != nil {
				return err
			}
			if err := storeSealed(ctx, tx, r); err != nil {
				return err
			}
			n++
		}
		lines, err := s.resealAgencies(ctx, tx, sample[:sealHead])
		if err != nil {
			return err
		}
		if n += lines; n == 0 {
			tx.Replayed() // everything is sealed with the newest key
			return nil
		}
		after, err := json.Marshal(map[string]int{"resealed": n})
		if err != nil {
			return fmt.Errorf("trace: %w", err)
		}
		return tx.Record(ctx, pg.Change{Action: authz.RequestForget, Kind: "request_seal", After: after, Reason: "更换密钥后重新加密"})
	})
	return n, err
}

// again seals a field with the newest key, when it is not already.
func (s *Service) again(sealed []byte, about string) ([]byte, error) {
	if sealed == nil || !s.keys.Stale(sealed) {
		return sealed, nil
	}
	plain, err := s.keys.Open(sealed, about)
	if err != nil {
		return nil, fmt.Errorf("reseal %s: %w", about, err)
	}
	return s.keys.Seal(plain, about)
}
