package admission

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"portal/internal/authz"
	"portal/internal/docno"
	"portal/internal/fault"
	"portal/internal/legal"
	"portal/internal/normal"
	"portal/internal/pg"
	"portal/internal/place"
)

// Save is what is kept of one step: those answers of Form that belong to Step. Bases replaces the
// citations when it is not nil.
type Save struct {
	ID      ID
	Version int // the version that the window shows
	Step    int
	Form    Form
	Unread  []string // answers whose text could not be read; they keep what is stored
	Bases   []Basis
	Done    bool // left with 保存并继续; autosave leaves it false
}

var (
	errNotOpen = fault.Conflict("这份申请已经提交，现在不能改（R40）。要改，请等街道退回补正，或者先撤回")
	errNoStep  = fault.NotFound("没有这一步。申请一共五步，请从左边的步骤里选")
)

// Save keeps what was typed, complete or not. Members of the applicant's unit, while it is a draft or
// returned. Answers that cannot be stored at all come back as an Invalid fault with the saved
// application; the others are kept all the same. Conflict when another window saved in between: then
// nothing is overwritten. The same content again is the same save, so a repeated press harms nobody.
func (s *Service) Save(ctx context.Context, by authz.Actor, in Save) (Application, error) {
	var (
		a       Application
		refused []fault.Field
	)
	if in.Step < StepItem || in.Step > StepData {
		return a, errNoStep
	}
	err := s.db.Write(ctx, by, func(tx *pg.Tx) (err error) {
		if a, err = editable(ctx, tx, in.ID); err != nil {
			return err
		}
		refused, err = s.save(ctx, tx, &a, in)
		return err
	})
	if err == nil {
		err = fault.Invalid(refused...)
	}
	return a, err
}

// editable locks an application that its own unit may still write.
func editable(ctx context.Context, tx *pg.Tx, id ID) (Application, error) {
	a, err := one(ctx, tx, byIDLocked, id)
	switch {
	case err != nil:
		return a, err
	case !authz.Allowed(tx.Actor, authz.AppDraft, a.Object()):
		return Application{}, ErrNoSuch
	case !a.State.Editable():
		return a, errNotOpen
	}
	return a, nil
}

// Editable reports whether the applicant may write the form now (R40).
func (s State) Editable() bool { return s == Draft || s == Returned }

func (s *Service) save(ctx context.Context, tx *pg.Tx, a *Application, in Save) ([]fault.Field, error) {
	next := *a
	changed, refused := next.overlay(in.Form, in.Step, in.Unread)
	unknown, err := dropUnknownUnits(ctx, tx, &next.Form, a.Form)
	if err != nil {
		return nil, err
	}
	refused = append(refused, unknown...)
	bases, bad, err := s.basesToKeep(ctx, tx, a.ID, in.Bases)
	if err != nil {
		return nil, err
	}
	if refused = append(refused, bad...); bases != nil {
		changed = append(changed, fieldBasis)
	}
	newlyDone := in.Done && !slices.Contains(a.StepsDone, in.Step)
	if len(changed) == 0 && !newlyDone {
		tx.Replayed()
		return refused, touch(ctx, tx, a.ID)
	}
	if a.Version != in.Version {
		return nil, errStale
	}
	if newlyDone {
		next.StepsDone = append(slices.Clone(a.StepsDone), in.Step)
	}
	next.TitleKey = normal.Key(next.Title)
	if err := saveForm(ctx, tx, &next); err != nil {
		return nil, err
	}
	if bases != nil {
		if err := replaceBases(ctx, tx, a.ID, bases); err != nil {
			return nil, err
		}
	}
	*a = next
	return refused, recordDraft(ctx, tx, *a, StepLabel(in.Step), map[string]any{"step": in.Step, "fields": changed})
}

func recordDraft(ctx context.Context, tx *pg.Tx, a Application, words string, after map[string]any) error {
	b, err := json.Marshal(after)
	if err != nil {
		return fmt.Errorf("trace: %w", err)
	}
	return tx.Record(ctx, pg.Change{Action: authz.AppDraft, Kind: Kind, ID: int64(a.ID), No: a.Slug(), After: b, Reason: words})
}

// dropUnknownUnits keeps the former unit where the chosen one is not on the register.
func dropUnknownUnits(ctx context.Context, q pg.Querier, next *Form, was Form) ([]fault.Field, error) {
	var refused []fault.Field
	for _, u := range []struct {
		name     string
		at, from **int64
	}{{"lead_unit", &next.LeadUnitID, &was.LeadUnitID}, {"funds_payer", &next.FundsPayerID, &was.FundsPayerID}} {
		if *u.at == nil || *u.from != nil && **u.at == **u.from {
			continue
		}
		unit, err := place.UnitByID(ctx, q, **u.at)
		if err != nil && fault.KindOf(err) != fault.KindNotFound {
			return nil, err
		}
		if err != nil || !unit.Active || unit.IsGroup {
			*u.at = *u.from
			refused = append(refused, fault.Field{Name: u.name, Message: notOffered})
		}
	}
	return refused, nil
}

// basesToKeep checks new citations; nil means that those there are stay.
func (s *Service) basesToKeep(ctx context.Context, q pg.Querier, id ID, bases []Basis) ([]Basis, []fault.Field, error) {
	if bases == nil {
		return nil, nil, nil
	}
	refuse := func(words string) ([]Basis, []fault.Field, error) {
		return nil, []fault.Field{{Name: fieldBasis, Message: words}}, nil
	}
	if len(bases) > MaxBases {
		return refuse(fmt.Sprintf("最多写 %d 条依据", MaxBases))
	}
	kept := slices.Clone(bases)
	for i := range kept {
		b := &kept[i]
		citation, err := normal.Clean(b.Citation)
		switch {
		case err != nil:
			return refuse(err.Error())
		case len([]rune(citation)) > MaxCitation:
			return refuse(fmt.Sprintf("依据的写法最多 %d 个字", MaxCitation))
		case b.DocKey == "" && citation == "":
			return refuse("写明文件名称和文号")
		}
		if b.Citation = citation; b.DocKey == "" {
			continue
		}
		article, err := legal.ArticleOf(ctx, q, b.DocKey, b.VersionDate, b.ArticleNo, b.VersionDate)
		if fault.KindOf(err) == fault.KindNotFound || err == nil && beyond(article) {
			return refuse("法规目录里没有这一条，请重新选，或者照原文写")
		}
		if err != nil {
			return nil, nil, err
		}
		if text := []rune(article.Text); article.Known {
			b.Quote = string(text[:min(len(text), MaxQuote)])
		}
	}
	there, err := BasesOf(ctx, q, id)
	if err != nil || slices.Equal(there, kept) {
		return nil, nil, err
	}
	return kept, nil, nil
}

// beyond reports an article that the version cannot have: no text is stored, and its number is none or
// higher than the last one.
func beyond(c legal.Citation) bool {
	if c.Known || c.ArticleNo == "" {
		return false
	}
	n := 0
	for _, r := range c.ArticleNo {
		if r < '0' || r > '9' || n > 9999 {
			break
		}
		n = n*10 + int(r-'0')
	}
	return n == 0 || c.ArticleCount != nil && n > *c.ArticleCount
}

// Withdraw takes a draft or an undecided application back, which is free before the decision (R41);
// of a draft it is the deletion. Members of the applicant's unit.
func (s *Service) Withdraw(ctx context.Context, by authz.Actor, at Step, key string) (Application, error) {
	var a Application
	err := s.db.Write(ctx, by, func(tx *pg.Tx) error {
		result, err := tx.Once(ctx, key, string(authz.AppWithdraw), func() (string, error) {
			if at.Version < 1 {
				return "", errStale // 0 is for the portal's own jobs
			}
			got, err := s.step(ctx, tx, at, authz.AppWithdraw, func(a *Application) error { return stopClocks(ctx, tx, a) })
			if err != nil {
				return "", err
			}
			return idText(got.ID), tellStreet(ctx, tx, got, "%s撤回了“%s”")
		})
		if err != nil {
			return err
		}
		a, err = done(ctx, tx, result)
		return err
	})
	return a, err
}

// Drafts lists the unit's own drafts and returned applications, newest first.
func (s *Service) Drafts(ctx context.Context, by authz.Actor) ([]Application, error) {
	scope := authz.ReachOf(by, authz.AppDraft)
	if len(scope.Units) == 0 {
		return nil, nil
	}
	return many(ctx, s.db.Q(), draftsOf, scope.Units)
}

// ByPath opens an application by the last part of its address, draft-12 or 2026-47, for members of the
// applicant's unit.
func (s *Service) ByPath(ctx context.Context, by authz.Actor, slug string) (Application, error) {
	a, err := byPath(ctx, s.db.Q(), slug)
	if err == nil && !authz.Allowed(by, authz.AppDraft, a.Object()) {
		return Application{}, ErrNoSuch
	}
	return a, err
}

func byPath(ctx context.Context, q pg.Querier, slug string) (Application, error) {
	if text, ok := strings.CutPrefix(slug, "draft-"); ok {
		id, err := strconv.ParseInt(text, 10, 64)
		if err != nil || id < 1 {
			return Application{}, ErrNoSuch
		}
		return one(ctx, q, byID, ID(id))
	}
	year, seq, err := docno.ParseSlug(slug)
	if err != nil {
		return Application{}, ErrNoSuch
	}
	return one(ctx, q, byNumber, year, seq)
}
