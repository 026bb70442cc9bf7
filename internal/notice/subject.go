package notice

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"time"
	"unicode/utf8"

	"portal/internal/authz"
	"portal/internal/fault"
	"portal/internal/pg"
	"portal/internal/policy"
	"portal/internal/workday"
)

// What stands in place of words that were taken out.
const (
	wordsErased    = "（已按本人要求删除）"
	wordsForgotten = "（已到保存期限，原文删除）"
)

// phoneIndex is under which a telephone is found; the number itself is only in the sealed field.
func (s *Service) phoneIndex(phone string) []byte {
	digits := digitsOf(phone)
	if digits == "" {
		return nil
	}
	return s.keys.Index(digits, "objection.phone")
}

// digitsOf writes a telephone in one way: +86 138-0013-8000 is 13800138000.
func digitsOf(phone string) string {
	digits := strings.Map(func(r rune) rune {
		if r >= '0' && r <= '9' {
			return r
		}
		return -1
	}, phone)
	if len(digits) == 13 {
		digits = strings.TrimPrefix(digits, "86")
	}
	return digits
}

// Held is an objection as its person may read it: everything that is kept.
type Held struct {
	Notice     string    `json:"notice"`
	Person     Person    `json:"person"`
	Words      string    `json:"words"`
	ReceivedAt time.Time `json:"received_at"`
	Question   string    `json:"question,omitempty"` // public
	Reply      string    `json:"reply,omitempty"`    // public
}

// ofPhone finds the objections of a telephone that still hold a person.
func (s *Service) ofPhone(ctx context.Context, q pg.Querier, phone string) ([]Objection, error) {
	digits := digitsOf(phone)
	if digits == "" {
		return nil, fault.InvalidField("phone", "电话写数字，如 13800000000")
	}
	return objections(ctx, q, objectionsOfPhone, s.keys.Indexes(digits, "objection.phone"))
}

// Export gives what is held about the person of a telephone (REQ-22; PIPL 45), for the console; each is recorded.
func (s *Service) Export(ctx context.Context, phone string) (out []Held, err error) {
	err = s.db.Write(ctx, authz.System, func(tx *pg.Tx) error {
		all, err := s.ofPhone(ctx, tx, phone)
		if err != nil {
			return err
		}
		out = make([]Held, len(all))
		for i, o := range all {
			p, err := s.open(ctx, tx, o)
			if err != nil {
				return err
			}
			out[i] = Held{Notice: o.NoticeSlug(), Person: p, Words: o.Words, ReceivedAt: o.ReceivedAt, Question: o.Gist, Reply: o.Reply}
			if err := record(ctx, tx, authz.ObjectionView, ObjectionKind, int64(o.ID), o.NoticeSlug(), "按本人要求导出全部信息", trace{Did: "导出了提出人的信息"}); err != nil {
				return err
			}
		}
		if len(all) == 0 {
			tx.Replayed() // nothing is held, nothing was read
		}
		return nil
	})
	return out, err
}

// open unseals the person of an objection.
func (s *Service) open(ctx context.Context, q pg.Querier, o Objection) (p Person, err error) {
	if !o.Named() {
		return p, nil
	}
	index, err := codeIndexOf(ctx, q, o.ID)
	if err != nil {
		return p, err
	}
	plain, err := s.keys.Open(o.Person, sealAbout(index))
	if err != nil {
		return p, fmt.Errorf("objection %d: %w", o.ID, err)
	}
	if err := json.Unmarshal(plain, &p); err != nil {
		return p, fmt.Errorf("objection %d: %w", o.ID, err)
	}
	return p, nil
}

// Erase takes person and words out of the answered objections of a telephone; what still waits for its answer stays
// and is named (PIPL 13(3), 47). The public answer stays: it names nobody.
func (s *Service) Erase(ctx context.Context, phone, reason string) (erased int, waiting []string, err error) {
	if n := utf8.RuneCountInString(reason); n < 2 || n > 200 {
		return 0, nil, fault.InvalidField("reason", "写明为什么删除，2 到 200 个字")
	}
	err = s.db.Write(ctx, authz.System, func(tx *pg.Tx) error {
		erased, waiting = 0, nil
		all, err := s.ofPhone(ctx, tx, phone)
		if err != nil {
			return err
		}
		for _, o := range all {
			if !o.Answered() {
				waiting = append(waiting, o.NoticeSlug())
				continue
			}
			if err := forgetObjection(ctx, tx, o.ID, wordsErased); err != nil {
				return err
			}
			if err := record(ctx, tx, authz.ObjectionView, ObjectionKind, int64(o.ID), o.NoticeSlug(), reason, trace{Did: "按本人要求删除了信息"}); err != nil {
				return err
			}
			erased++
		}
		if erased == 0 {
			tx.Replayed()
		}
		return nil
	})
	return erased, waiting, err
}

// forget takes person and words out of what was answered so many months ago (§6.7).
func (s *Service) forget(ctx context.Context, today workday.Day) error {
	v, err := policy.Load(ctx, s.db.Q(), today)
	if err != nil {
		return err
	}
	due, err := objections(ctx, s.db.Q(), objectionsOld, today.AddMonths(-v.RetentionMonths).Start())
	if err != nil || len(due) == 0 {
		return err
	}
	return s.db.Write(ctx, authz.System, func(tx *pg.Tx) error {
		for _, o := range due {
			if err := forgetObjection(ctx, tx, o.ID, wordsForgotten); err != nil {
				return err
			}
			if err := record(ctx, tx, authz.ObjectionView, ObjectionKind, int64(o.ID), o.NoticeSlug(), "保存期限已到", trace{Did: "删除了提出人的信息"}); err != nil {
				return err
			}
		}
		return nil
	})
}

// sealHead is the form and key id in front of a sealed field.
const sealHead = 5

// Reseal seals up to limit persons anew that are still sealed with an older key, and says how many there were: call
// it until it says 0.
func (s *Service) Reseal(ctx context.Context, limit int) (n int, err error) {
	sample, err := s.keys.Seal(nil, "objection")
	if err != nil {
		return 0, err
	}
	err = s.db.Write(ctx, authz.System, func(tx *pg.Tx) error {
		rows, err := staleObjections(ctx, tx, sample[:sealHead], limit)
		if err != nil {
			return err
		}
		n = len(rows)
		if n == 0 {
			tx.Replayed()
			return nil
		}
		for _, r := range rows {
			plain, err := s.keys.Open(r.Person, sealAbout(r.CodeIndex))
			if err != nil {
				return fmt.Errorf("objection %d: %w", r.ID, err)
			}
			sealed, err := s.keys.Seal(plain, sealAbout(r.CodeIndex))
			if err != nil {
				return err
			}
			if err := storePerson(ctx, tx, r.ID, sealed); err != nil {
				return err
			}
		}
		return record(ctx, tx, authz.ObjectionView, "objection_seal", 0, "", "更换密钥后重新加密", trace{Did: "重新加密", N: n})
	})
	return n, err
}
