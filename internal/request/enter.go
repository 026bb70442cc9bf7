package request

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"portal/internal/audit"
	"portal/internal/authz"
	"portal/internal/fault"
	"portal/internal/pg"
	"portal/internal/policy"
	"portal/internal/workday"
)

func itoa(n int) string { return strconv.Itoa(n) }

// What the sealed fields and blind indexes belong to; the number of the request is appended where a
// sealed field belongs to one row alone.
const (
	aboutPerson = "request.person:"
	aboutCodes  = "request.codes:"
	aboutPhone  = "request.phone"
	aboutCode   = "request.code"
	aboutToken  = "request.token"
)

// sealedPerson is the JSON inside request.person.
type sealedPerson struct {
	Name  string `json:"name,omitempty"`
	Phone string `json:"phone,omitempty"`
	Door  string `json:"door,omitempty"`
}

type sealedCodes struct {
	Code  string `json:"code"`
	Token string `json:"token"`
}

func (s *Service) seal(v any, about string) ([]byte, error) {
	plain, err := json.Marshal(v)
	if err != nil {
		return nil, fmt.Errorf("seal: %w", err)
	}
	return s.keys.Seal(plain, about)
}

func (s *Service) open(sealed []byte, about string, into any) error {
	plain, err := s.keys.Open(sealed, about)
	if err != nil {
		return err
	}
	if err := json.Unmarshal(plain, into); err != nil {
		return fmt.Errorf("sealed field: %w", err)
	}
	return nil
}

// NextNo takes the next readable number: SQ-2026-17.
func (s *Service) NextNo(ctx context.Context, tx *pg.Tx) (string, error) {
	year := workday.DayOf(tx.Now).Year()
	n, err := tx.Number(ctx, "诉", year)
	return fmt.Sprintf("SQ-%d-%d", year, n), err
}

// SamePerson finds the running request of the same person in the same matter (REQ-05): same telephone,
// category and place, still open. Nil when there is none, or when no telephone was left. What is behind the
// wall is never linked: a telephone that anybody can type must not tell who has reported what (REQ-13), and
// a word against the handler must not fall into the handler's own case.
func (s *Service) SamePerson(ctx context.Context, tx *pg.Tx, f Filing) (*Request, error) {
	if f.Phone == "" || f.Kind == Report || f.Confidential {
		return nil, nil //nolint:nilnil // nobody is not an error here: the contract of handoff
	}
	found, err := requests(ctx, tx, sameOfPerson, s.keys.Indexes(PhoneDigits(f.Phone), aboutPhone), f.Category, f.Building, f.Community)
	if err != nil || len(found) == 0 {
		return nil, err
	}
	return &found[0], nil
}

// Relapse gives the order of the same place and category that was closed within RelapseDays, or 0 (§6.8, 11).
func (s *Service) Relapse(ctx context.Context, q pg.Querier, f Filing, now time.Time) (int64, error) {
	v, err := policy.Load(ctx, q, workday.DayOf(now))
	if err != nil {
		return 0, err
	}
	return lastClosed(ctx, q, f, now.AddDate(0, 0, -v.RelapseDays))
}

// Enter stores a checked filing under its own order and makes its receipt. The clock starts at f.At
// (REQ-07). For an assisted entry the running assist is used up. It records the audit entry of the act.
func (s *Service) Enter(ctx context.Context, tx *pg.Tx, no string, f Filing, c Category, home int64) (Request, Receipt, error) {
	v, err := policyOf(ctx, tx)
	if err != nil {
		return Request{}, Receipt{}, err
	}
	if err := s.limited(ctx, tx, f, c); err != nil { // REQ-20
		return Request{}, Receipt{}, err
	}
	if f.At.IsZero() {
		f.At = tx.Now
	}
	r := Request{No: no, OrderID: home, HomeOrder: home, Kind: f.Kind, Category: c.Code, Title: f.Title, Words: f.Words, Community: f.Community,
		BuildingID: f.Building, GridID: f.Grid, Channel: f.Channel, Confidential: f.Confidential || f.Kind == Report, RevealAgreed: f.RevealAgreed,
		Minor: f.Minor, NoticeVersion: f.NoticeVersion, SubmittedAt: f.At}
	if f.Channel.Staffed() {
		r.TakenBy = tx.Actor.AccountID
	}
	r.ContactDue, r.DueAt = Clocks(c, v, f.At)
	same, err := s.SamePerson(ctx, tx, f)
	if err != nil {
		return r, Receipt{}, err
	}
	if same != nil {
		r.SameAs = same.ID
		if same.SameAs != 0 {
			r.SameAs = same.SameAs
		}
	}
	row, err := s.sealNew(no, f)
	if err != nil {
		return r, Receipt{}, err
	}
	if err := storeRequest(ctx, tx, &r, row); err != nil {
		return r, Receipt{}, err
	}
	if f.Assist != 0 {
		if err := s.useAssist(ctx, tx, f.Assist, r.ID); err != nil {
			return r, Receipt{}, err
		}
	}
	if r, err = oneRequest(ctx, tx, requestByID, int64(r.ID)); err != nil {
		return r, Receipt{}, err
	}
	receipt, err := s.ReceiptTx(ctx, tx, no)
	receipt.Anonymous = f.anonymous
	if err != nil {
		return r, receipt, err
	}
	return r, receipt, record(ctx, tx, fileAction(f.Channel), r, "登记了诉求", "")
}

func fileAction(c Channel) authz.Action {
	if c.Staffed() {
		return authz.RequestTake
	}
	return authz.RequestFile
}

func (s *Service) sealNew(no string, f Filing) (row sealedRow, err error) {
	door := f.Door
	if f.Building == 0 && f.Place != f.PlaceWords() { // a door written into the words of the place
		door = f.Place
	}
	if person := (sealedPerson{f.Name, f.Phone, door}); person != (sealedPerson{}) {
		if row.person, err = s.seal(person, aboutPerson+no); err != nil {
			return row, err
		}
	}
	if f.Phone != "" {
		row.phoneIndex = s.keys.Index(PhoneDigits(f.Phone), aboutPhone)
	}
	codes := f.codes
	if codes == (sealedCodes{}) {
		if codes.Code, codes.Token, err = newCodes(); err != nil {
			return row, err
		}
	}
	row.codeIndex, row.tokenIndex = s.keys.Index(codes.Code, aboutCode), s.keys.Index(codes.Token, aboutToken)
	row.codes, err = s.seal(codes, aboutCodes+no)
	return row, err
}

// ReceiptTx gives the receipt again, for a submission that arrives twice: its form key has proved whose
// it is. NotFound once the codes are gone (retention).
func (s *Service) ReceiptTx(ctx context.Context, q pg.Querier, no string) (Receipt, error) {
	r, err := oneRequest(ctx, q, requestByNo, no)
	if err != nil {
		return Receipt{}, err
	}
	_, codes, err := sealedOf(ctx, q, r.ID)
	if err != nil {
		return Receipt{}, err
	}
	var c sealedCodes
	if err := s.open(codes, aboutCodes+no, &c); err != nil {
		return Receipt{}, err
	}
	if c.Code == "" {
		return Receipt{}, fault.NotFound("这件诉求已过保存期，不能再打印回执")
	}
	out := Receipt{No: r.No, Code: ShowCode(c.Code), Token: c.Token, ContactDue: r.ContactDue, DueAt: r.DueAt, Title: MaskWords(r.Title),
		Category: r.CategoryName, Community: r.CommunityName, SubmittedAt: r.SubmittedAt, NoReply: !r.HasPhone}
	if r.SameAs != 0 {
		same, err := oneRequest(ctx, q, requestByID, int64(r.SameAs))
		if err != nil {
			return Receipt{}, err
		}
		out.SameAs = same.No
	}
	return out, nil
}

// ReceiptOf is the reprint (§6.8, 4): for whoever took the request, and for dispatchers. It is recorded.
func (s *Service) ReceiptOf(ctx context.Context, by authz.Actor, no string) (Receipt, error) {
	var out Receipt
	err := s.db.Write(ctx, by, func(tx *pg.Tx) error {
		r, err := oneRequest(ctx, tx, requestByNo, no)
		if err != nil {
			return err
		}
		if !authz.Can(by, authz.RequestTake) || r.TakenBy != by.AccountID && !by.Has(authz.Dispatcher) && !by.IsSystem() {
			return ErrNoRequest
		}
		if out, err = s.ReceiptTx(ctx, tx, no); err != nil {
			return err
		}
		shown, err := receiptShown(ctx, tx, r.ID)
		if err != nil {
			return err
		}
		did := "出示了回执" // the first time: right after filing
		if shown {
			did = "补打了回执"
		}
		return record(ctx, tx, authz.RequestTake, r, did, "")
	})
	return out, err
}

// receiptShown reports whether the trail has shown the receipt to staff before.
func receiptShown(ctx context.Context, q pg.Querier, id ID) (bool, error) {
	last, err := audit.History(ctx, q, RequestKind, int64(id), 0, 100)
	return slices.ContainsFunc(last, func(e audit.Entry) bool {
		var t trace
		return json.Unmarshal(e.After, &t) == nil && strings.HasSuffix(t.Did, "了回执")
	}), err
}

// trace is what the trail keeps: never words, names or numbers of telephones.
type trace struct {
	Did     string `json:"did"`
	Kind    Kind   `json:"kind,omitempty"`
	Channel string `json:"channel,omitempty"`
	Order   int64  `json:"order,omitempty"`
}

// record writes the one audit entry of a change to a request. The reason is masked: people write
// telephones into it.
func record(ctx context.Context, tx *pg.Tx, do authz.Action, r Request, did, reason string) error {
	after, err := json.Marshal(trace{Did: did, Kind: r.Kind, Channel: string(r.Channel), Order: r.OrderID})
	if err != nil {
		return fmt.Errorf("trace: %w", err)
	}
	return tx.Record(ctx, pg.Change{Action: do, Kind: RequestKind, ID: int64(r.ID), No: r.No, After: after, Reason: MaskWords(reason)})
}
