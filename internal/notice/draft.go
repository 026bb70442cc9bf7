package notice

import (
	"context"
	"slices"
	"strings"
	"unicode/utf8"

	"portal/internal/authz"
	"portal/internal/docno"
	"portal/internal/fault"
	"portal/internal/pg"
	"portal/internal/place"
)

// Sketch is a notice to be written: free, or filled in from a result.
type Sketch struct {
	Kind     Kind
	Division string // a community, or the street itself
	Text
	Source string // the result it tells of, "" when it is free
	PairOf string // slug of the decision whose result this is, 2026-121
}

// Place is where somebody may publish.
type Place struct{ Code, Name string }

// Places lists where the person may publish, the street itself last.
func (s *Service) Places(ctx context.Context, by authz.Actor, street string) ([]Place, error) {
	all, err := place.Children(ctx, s.db.Q(), street)
	if err != nil {
		return nil, err
	}
	own, err := place.DivisionByCode(ctx, s.db.Q(), street)
	if err != nil {
		return nil, err
	}
	all = slices.DeleteFunc(all, func(d place.Division) bool { return d.Level != place.CommunityAt })
	var out []Place
	for _, d := range append(all, own) {
		if authz.Allowed(by, authz.NoticeDraft, authz.Object{Divisions: []string{d.Code}}) {
			out = append(out, Place{d.Code, d.Name})
		}
	}
	return out, nil
}

// Draft writes a notice down; it hangs nowhere until it is issued. It gives the notice's place in a URL.
func (s *Service) Draft(ctx context.Context, by authz.Actor, key string, in Sketch) (slug string, err error) {
	err = s.db.Write(ctx, by, func(tx *pg.Tx) error {
		slug, err = tx.Once(ctx, key, "notice.draft", func() (string, error) { return s.draft(ctx, tx, in) })
		return err
	})
	return slug, err
}

func (s *Service) draft(ctx context.Context, tx *pg.Tx, in Sketch) (string, error) {
	v, err := valuesOf(ctx, tx)
	if err != nil {
		return "", err
	}
	bad := in.check(in.Kind, v)
	if !in.Kind.Known() {
		bad = append([]fault.Field{{Name: "kind", Message: "选一种公示类别"}}, bad...)
	}
	if !authz.Allowed(tx.Actor, authz.NoticeDraft, authz.Object{Divisions: []string{in.Division}}) || len(in.Division) != streetDigits && len(in.Division) != communityDigits {
		bad = append(bad, fault.Field{Name: "division", Message: "选哪个社区公示。只能为本社区写公示"})
	}
	if err := fault.Invalid(bad...); err != nil {
		return "", err
	}
	n := Notice{Kind: in.Kind, Division: in.Division, State: Draft, Source: in.Source, DraftedBy: tx.Actor.AccountID, Version: Version{N: 1, Text: in.Text}}
	if n.PairOf, err = s.pair(ctx, tx, n, in.PairOf); err != nil {
		return "", err
	}
	if err := insertNotice(ctx, tx, &n); err != nil {
		return "", err
	}
	return n.Slug(), record(ctx, tx, authz.NoticeDraft, ObjectKind, int64(n.ID), n.Slug(), "", trace{Did: "写了公示", State: Draft, N: 1})
}

const communityDigits = 12

// pair finds the decision that a result belongs to (DL-18): one that everybody can read, of the same place.
func (s *Service) pair(ctx context.Context, tx *pg.Tx, n Notice, slug string) (*int64, error) {
	slug = strings.TrimSpace(slug)
	if slug == "" {
		return nil, nil
	}
	wrong := fault.InvalidField("pair_of", "没有找到这份决定公示。写它的文号，如 2026-121")
	if no, err := docno.Parse(slug); err == nil {
		slug = no.Slug()
	}
	year, seq, err := docno.ParseSlug(slug)
	if err != nil {
		return nil, wrong
	}
	first, err := oneNotice(ctx, tx, noticeByNumber, year, seq)
	if fault.KindOf(err) == fault.KindNotFound || err == nil && (!first.Public() || !first.Kind.WantsResult() || first.Division != n.Division || first.ID == n.ID) {
		return nil, wrong
	}
	id := int64(first.ID)
	return &id, err
}

// Change is new words for a notice. A draft takes them in place; beside words that hang they wait for a signature.
type Change struct {
	At Step
	Text
	Reason string // asked when words hang already
	PairOf string
}

// Rewrite keeps new words.
func (s *Service) Rewrite(ctx context.Context, by authz.Actor, key string, c Change) error {
	return s.db.WriteKeyed(ctx, by, key, "notice.change", func(tx *pg.Tx) error {
		_, err := s.step(ctx, tx, c.At, authz.NoticeChange, c.Reason, func(n *Notice) (trace, error) { return s.rewrite(ctx, tx, n, c) })
		return err
	})
}

func (s *Service) rewrite(ctx context.Context, tx *pg.Tx, n *Notice, c Change) (trace, error) {
	v, err := valuesOf(ctx, tx)
	if err != nil {
		return trace{}, err
	}
	bad := c.check(n.Kind, v)
	if r := utf8.RuneCountInString(c.Reason); n.Shown > 0 && (r < 2 || r > 200) {
		bad = append(bad, fault.Field{Name: "reason", Message: "写明为什么改，2 到 200 个字，会随新版本公开"})
	}
	if err := fault.Invalid(bad...); err != nil {
		return trace{}, err
	}
	if n.Shown == 0 {
		if n.PairOf, err = s.pair(ctx, tx, *n, c.PairOf); err != nil {
			return trace{}, err
		}
	}
	next := n.Shown + 1
	return trace{Did: "改了公示", N: next}, putVersion(ctx, tx, n.ID, Version{N: next, Text: c.Text, Reason: c.Reason})
}

// Clear is the second person's word that the personal data in the words that wait may be read by all (§6.7).
func (s *Service) Clear(ctx context.Context, by authz.Actor, key string, at Step) error {
	return s.db.WriteKeyed(ctx, by, key, "notice.clear", func(tx *pg.Tx) error {
		_, err := s.step(ctx, tx, at, authz.NoticeChange, "", func(n *Notice) (trace, error) {
			waiting, err := pendingOf(ctx, tx, *n)
			if err != nil {
				return trace{}, err
			}
			if waiting.WrittenBy == tx.Actor.AccountID {
				return trace{}, fault.InvalidField("cleared", "自己写的公示，请另一位同事确认")
			}
			return trace{Did: "确认了公示里的个人信息", N: waiting.N}, clearVersion(ctx, tx, n.ID, waiting.N)
		})
		return err
	})
}

// Found gives what looks like personal data in a text, for its page.
func (s *Service) Found(t Text) []string { return s.find(t.words()) }
