package legal

import (
	"context"
	"strconv"

	"portal/internal/intake"
	"portal/internal/pg"
	"portal/internal/workday"
)

var keyShape = intake.Shape(`^[a-z0-9][a-z0-9-]{1,99}$`, "文件代号由小写字母、数字和横线组成")
var numberShape = intake.Shape(`^[0-9]{1,4}$`, "条号请填写阿拉伯数字")
var numbersShape = intake.Shape(`^[0-9]{1,4}([|、;；][0-9]{1,4})*$`, "条号请填写阿拉伯数字，多个用 | 分开")

// Laws is the import of data/legal_documents.csv.
func Laws() intake.Kind {
	return intake.Kind{
		Name: "laws", Label: "法规目录", Key: []string{"doc_key", "version_date"}, Plan: planLaws,
		Columns: []intake.Column{
			{Name: "doc_key", Filled: true, Check: keyShape},
			{Name: "title", Filled: true, Max: 200}, {Name: "short_title", Filled: true, Max: 100},
			{Name: "kind", Filled: true, Check: intake.OneOf(DocKinds...)},
			{Name: "issuer", Max: 100},
			{Name: "version_date", Check: intake.Date}, {Name: "effective_from", Check: intake.Date}, {Name: "effective_to", Check: intake.Date},
			{Name: "status", Filled: true, Check: intake.OneOf(InForce, Superseded, Repealed, Unknown)},
			{Name: "jurisdiction", Filled: true, Max: 60},
			{Name: "verified", Filled: true, Check: intake.TrueFalse},
			{Name: "source", Max: 300},
			{Name: "synthetic", Filled: true, Check: intake.TrueFalse},
			{Name: "status_as_of", Check: intake.Date}, {Name: "effective_from_basis", Max: 60},
			{Name: "article_count", Check: intake.Number},
			{Name: "note"},
		},
	}
}

func versionOf(r intake.Row) Version {
	v := Version{DocKey: r.Text("doc_key"), Title: r.Text("title"), ShortTitle: r.Text("short_title"), Kind: DocKind(r.Text("kind")),
		Issuer: r.Text("issuer"), VersionDate: r.Day("version_date"), EffectiveFrom: r.Day("effective_from"), EffectiveTo: r.Day("effective_to"),
		Status: DocStatus(r.Text("status")), Jurisdiction: r.Text("jurisdiction"), Verified: r.Bool("verified"), Source: r.Text("source"),
		Synthetic: r.Bool("synthetic"), StatusAsOf: r.Day("status_as_of"), EffectiveFromBasis: r.Text("effective_from_basis"), Note: r.Text("note")}
	if n, err := strconv.Atoi(r.Text("article_count")); err == nil {
		v.ArticleCount = &n
	}
	return v
}

type versionKey struct {
	docKey string
	date   workday.Day
}

func planLaws(ctx context.Context, q pg.Querier, rows []intake.Row, _ intake.Options) (intake.Plan, error) {
	known, err := versionsByKey(ctx, q)
	if err != nil {
		return intake.Plan{}, err
	}
	plan := intake.Plan{After: InstallDuties}
	for _, r := range rows {
		v := versionOf(r)
		if !v.EffectiveTo.IsZero() && !v.EffectiveFrom.IsZero() && v.EffectiveTo.Before(v.EffectiveFrom) {
			plan.Problems = append(plan.Problems, r.Problem("effective_to", "失效日早于施行日，请核对"))
			continue
		}
		before, there := known[versionKey{v.DocKey, v.VersionDate}]
		step := intake.Step{Row: r, Act: actOf(there, sameVersion(before, v))}
		if step.Act != intake.Unchanged {
			step.Write = func(ctx context.Context, tx *pg.Tx) error { return putVersion(ctx, tx, v) }
		}
		plan.Steps = append(plan.Steps, step)
	}
	return plan, nil
}

func sameVersion(a, b Version) bool {
	if (a.ArticleCount == nil) != (b.ArticleCount == nil) || a.ArticleCount != nil && *a.ArticleCount != *b.ArticleCount {
		return false
	}
	a.ID, b.ID, a.ArticleCount, b.ArticleCount = 0, 0, nil, nil
	return a == b
}

func actOf(there, same bool) intake.Act {
	switch {
	case !there:
		return intake.Added
	case same:
		return intake.Unchanged
	}
	return intake.Updated
}

// ArticlesFile is the import of data/legal_articles.csv; the versions must be in the register.
func ArticlesFile() intake.Kind {
	return intake.Kind{
		Name: "articles", Label: "法规条文", Key: []string{"doc_key", "version_date", "article_no"}, Plan: planArticles,
		Columns: []intake.Column{
			{Name: "doc_key", Filled: true, Check: keyShape}, {Name: "version_date", Check: intake.Date},
			{Name: "article_no", Filled: true, Check: numberShape}, {Name: "article_label", Filled: true, Max: 60},
			{Name: "paragraph_texts", Filled: true, Max: 20000},
			{Name: "source", Max: 300}, {Name: "synthetic", Filled: true, Check: intake.TrueFalse},
		},
	}
}

func planArticles(ctx context.Context, q pg.Querier, rows []intake.Row, _ intake.Options) (intake.Plan, error) {
	known, err := versionsByKey(ctx, q)
	if err != nil {
		return intake.Plan{}, err
	}
	stored, err := articlesByKey(ctx, q)
	if err != nil {
		return intake.Plan{}, err
	}
	var plan intake.Plan
	for _, r := range rows {
		v, there := known[versionKey{r.Text("doc_key"), r.Day("version_date")}]
		if !there {
			plan.Problems = append(plan.Problems, r.Problem("doc_key", "法规目录里没有这个版本，请先导入法规目录"))
			continue
		}
		a := Article{DocumentID: v.ID, ArticleNo: r.Text("article_no"), ArticleLabel: r.Text("article_label"), Text: r.Text("paragraph_texts"), Source: r.Text("source")}
		before, there := stored[textKey(v.ID, a.ArticleNo)]
		synthetic := r.Bool("synthetic")
		a.ID = before.ID
		step := intake.Step{Row: r, Act: actOf(there, before == a)}
		if step.Act != intake.Unchanged {
			step.Write = func(ctx context.Context, tx *pg.Tx) error { return putArticle(ctx, tx, a, synthetic) }
		}
		plan.Steps = append(plan.Steps, step)
	}
	return plan, nil
}

// ChangesFile is the import of data/basis_change_samples.csv.
func ChangesFile() intake.Kind {
	return intake.Kind{
		Name: "changes", Label: "条文变化", Plan: planChanges,
		Key: []string{"doc_key", "old_version", "old_article_nos", "new_doc_key", "new_version", "new_article_nos", "change_kind"},
		Columns: []intake.Column{
			{Name: "change_kind", Filled: true, Max: 30},
			{Name: "relation", Filled: true, Check: intake.OneOf(Renumbered, Unchanged, ContentChanged, Added, Deleted, RepealedOutright,
				RepealedWithSuccessor, ReplacedByNewLaw, SuperiorLawAdded)},
			{Name: "law", Filled: true, Max: 100},
			{Name: "doc_key", Check: keyShape}, {Name: "old_version", Check: intake.Date}, {Name: "old_article", Max: 100}, {Name: "old_article_nos", Check: numbersShape},
			{Name: "new_doc_key", Check: keyShape}, {Name: "new_version", Check: intake.Date}, {Name: "new_article", Max: 100}, {Name: "new_article_nos", Check: numbersShape},
			{Name: "changed_on", Check: intake.Date}, {Name: "summary"}, {Name: "source", Max: 300},
			{Name: "verified", Filled: true, Check: intake.TrueFalse}, {Name: "synthetic", Filled: true, Check: intake.TrueFalse},
		},
	}
}

func changeOf(r intake.Row) Change {
	return Change{ChangeKind: r.Text("change_kind"), Relation: Relation(r.Text("relation")), Law: r.Text("law"), DocKey: r.Text("doc_key"),
		OldVersion: r.Text("old_version"), OldArticle: r.Text("old_article"), OldArticleNos: joined(r, "old_article_nos"), NewDocKey: r.Text("new_doc_key"),
		NewVersion: r.Text("new_version"), NewArticle: r.Text("new_article"), NewArticleNos: joined(r, "new_article_nos"), ChangedOn: r.Text("changed_on"),
		Summary: r.Text("summary"), Source: r.Text("source"), Verified: r.Bool("verified")}
}

// joined writes several numbers in one way, whatever stood between them.
func joined(r intake.Row, column string) string {
	out := ""
	for i, v := range r.Multi(column) {
		if i > 0 {
			out += "|"
		}
		out += v
	}
	return out
}

type changeKey struct{ doc, version, articles, newDoc, newVersion, newArticles, kind string }

func (c Change) key() changeKey {
	return changeKey{c.DocKey, c.OldVersion, c.OldArticleNos, c.NewDocKey, c.NewVersion, c.NewArticleNos, c.ChangeKind}
}

func planChanges(ctx context.Context, q pg.Querier, rows []intake.Row, _ intake.Options) (intake.Plan, error) {
	all, err := allChanges(ctx, q)
	if err != nil {
		return intake.Plan{}, err
	}
	stored := make(map[changeKey]Change, len(all))
	for _, c := range all {
		stored[c.key()] = c
	}
	var plan intake.Plan
	for _, r := range rows {
		c := changeOf(r)
		if c.DocKey == "" && c.NewDocKey == "" {
			plan.Problems = append(plan.Problems, r.Problem("doc_key", "原文件和新文件至少填写一个"))
			continue
		}
		before, there := stored[c.key()]
		c.ID = before.ID
		synthetic := r.Bool("synthetic")
		step := intake.Step{Row: r, Act: actOf(there, before == c)}
		if step.Act != intake.Unchanged {
			step.Write = func(ctx context.Context, tx *pg.Tx) error { return putChange(ctx, tx, c, synthetic) }
		}
		plan.Steps = append(plan.Steps, step)
	}
	return plan, nil
}
