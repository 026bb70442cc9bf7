package request

import (
	"context"
	"fmt"
	"unicode/utf8"

	"portal/internal/authz"
	"portal/internal/fault"
	"portal/internal/normal"
	"portal/internal/pg"
)

var (
	errWalled    = fault.Forbidden("举报人的身份对承办单位保密。确有需要，请联系街道调度员代为联系本人")
	errNoLog     = fault.Forbidden("查看记录由街道调度员和审计员查阅，居民本人凭回执可以看到")
	errConcerned = fault.Forbidden("反映的是你所在的单位，应当回避，不能查看反映人的联系方式。确需联系的，请由其他单位的同事代为联系")
)

// Words that stand where a name or telephone would.
const (
	wordWalled = "保密"
	wordNone   = "未留"
)

// Summaries gives the requests of an order as staff may always see them: masked, and for those behind the
// wall (REQ-13) without even a surname.
func (s *Service) Summaries(ctx context.Context, q pg.Querier, order int64) ([]Summary, error) {
	all, err := requests(ctx, q, requestsOf, order)
	if err != nil {
		return nil, err
	}
	out := make([]Summary, len(all))
	for i, r := range all {
		if out[i], err = s.summary(ctx, q, r); err != nil {
			return nil, err
		}
	}
	return out, nil
}

func (s *Service) summary(ctx context.Context, q pg.Querier, r Request) (Summary, error) {
	p, err := s.person(ctx, q, r)
	if err != nil {
		return Summary{}, err
	}
	out := Summary{Name: orNone(MaskName(p.Name)), Phone: orNone(MaskPhone(p.Phone))}
	if r.Walled() {
		out.Name, out.Phone = wordWalled, wordWalled
	}
	if out.Notes, err = notesOf(ctx, q, r.ID); err != nil {
		return out, err
	}
	for i := range out.Notes {
		out.Notes[i].Words = MaskWords(withoutOwn(out.Notes[i].Words, p.Name, p.Door))
	}
	if out.Mergeds, err = countMerges(ctx, q, r.ID); err != nil {
		return out, err
	}
	r.Title, r.Words = MaskWords(r.Title), MaskWords(withoutOwn(r.Words, p.Name, p.Door))
	out.Request = r
	return out, nil
}

func orNone(masked string) string {
	if masked == "" {
		return wordNone
	}
	return masked
}

// person opens what is sealed of a request; empty when nothing was left or all is gone.
func (s *Service) person(ctx context.Context, q pg.Querier, r Request) (Person, error) {
	out := Person{Words: r.Words}
	if !r.HasPerson {
		return out, nil
	}
	sealed, _, err := sealedOf(ctx, q, r.ID)
	if err != nil || sealed == nil {
		return out, err
	}
	var p sealedPerson
	if err := s.open(sealed, aboutPerson+r.No, &p); err != nil {
		return out, fmt.Errorf("person of %s: %w", r.No, err)
	}
	out.Name, out.Phone, out.Door = p.Name, p.Phone, p.Door
	return out, nil
}

// RevealTx opens name, telephone, door and full words, and writes down who read them and what for
// (REQ-22). handoff has checked that the order is in reach (RequestReveal). Behind the wall (REQ-13) only
// dispatchers and callback staff may read, and only from outside the handling and outside what is
// complained about.
func (s *Service) RevealTx(ctx context.Context, tx *pg.Tx, no, purpose string, hands, units []int64) (Person, error) {
	r, err := oneRequest(ctx, tx, requestByNo, no)
	if err != nil {
		return Person{}, err
	}
	purpose, err = normal.Clean(purpose)
	if n := utf8.RuneCountInString(purpose); err != nil || n < 2 || n > 100 {
		return Person{}, fault.InvalidField("purpose", "请写明查看联系方式的用途，2 到 100 个字")
	}
	if r.Walled() && (!tx.Actor.Has(authz.Dispatcher) && !tx.Actor.Has(authz.Callback) || !Outside(tx.Actor, hands, units)) {
		return Person{}, errWalled
	}
	concerned, err := complainedOf(ctx, tx, r, tx.Actor)
	if err != nil {
		return Person{}, err
	}
	if concerned {
		return Person{}, errConcerned
	}
	p, err := s.person(ctx, tx, r)
	if err != nil {
		return Person{}, err
	}
	if err := storeReveal(ctx, tx, r.ID, MaskWords(purpose)); err != nil {
		return Person{}, err
	}
	return p, record(ctx, tx, authz.RequestReveal, r, "查看了联系方式", purpose)
}

// Reveals lists who read the personal data of a request, newest first. For those with the reach of the street, and
// auditors; to everybody else it is forbidden, whether the request is there or not. Its author sees the same list
// with the receipt.
func (s *Service) Reveals(ctx context.Context, by authz.Actor, no string) ([]RevealRow, error) {
	if !authz.Allowed(by, authz.RequestReveal, authz.Object{}) && !by.Has(authz.Auditor) {
		return nil, errNoLog
	}
	r, err := oneRequest(ctx, s.db.Q(), requestByNo, no)
	if err != nil {
		return nil, err
	}
	return revealsOf(ctx, s.db.Q(), r.ID)
}
