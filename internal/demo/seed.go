// Package demo makes the demo street (product.md §8): 梧桐里街道, fictional, with the real lists and
// laws. It is deterministic, dated from the day of seeding, holds no real person, and goes through
// the same imports and use cases as people do. The embedded data files name their source in
// data/SOURCES.txt.
package demo

import (
	"context"
	"embed"
	"errors"
	"fmt"
	"io"
	"time"

	"portal/internal/authz"
	"portal/internal/catalog"
	"portal/internal/intake"
	"portal/internal/legal"
	"portal/internal/pg"
	"portal/internal/place"
	"portal/internal/request"
	"portal/internal/secret"
	"portal/internal/workday"
	"portal/migrations"
)

// Files are the data files of the demo, for imports and tests.
//
//go:embed data street
var Files embed.FS

// Stores is what the street keeps outside the database.
type Stores struct {
	Files string      // folder of the files
	Keys  *secret.Box // nil: keys that nobody has afterwards, so that what is sealed stays so
}

// seeder carries what the steps share. Its database has a clock of its own, so that the months
// before today can be lived through in order.
type seeder struct {
	db    *pg.DB
	now   time.Time // the moment of seeding
	at    time.Time // the clock of the step
	today workday.Day
	Stores

	calendar *workday.Calendar
}

// step is one part of the street.
type step struct {
	words string
	do    func(ctx context.Context, s *seeder) error
}

// steps in their order; later issues add theirs.
var steps = []step{
	{"区划", importFile("divisions", place.Divisions)},
	{"单位", importFile("departments", place.Departments)},
	{"街道和社区", seedStreet},
	{"法规", importFile("laws", legal.Laws)},
	{"条文", importFile("articles", legal.ArticlesFile)},
	{"条文变化", importFile("changes", legal.ChangesFile)},
	{"负面清单", importFile("negative", catalog.NegativeList)},
	{"清单事项", seedItems},
	{"工作方案", importFile("programme", catalog.Programme)},
	{"账号", seedAccounts},
	{"参数和地方条款", seedRules},
	{"数据字典", seedDictionary},
	{"准入申请", seedApplications},
	{"清单外任务", seedOfflist},
	{"网格", seedGrids},
	{"诉求分类", importFile("categories", request.CategoriesFile)},
	{"派单规则", seedRoutes},
	{"居民诉求", seedRequests},
	{"网格发现和吹哨", seedFindings},
	{"公示", seedNotices},
	{"一体机", seedKiosks},
	{"全程代办", seedErrands},
}

// fileNames maps a kind of import to its embedded file.
var fileNames = map[string]string{
	"divisions": "division_codes.csv", "departments": "departments.csv", "laws": "legal_documents.csv", "articles": "legal_articles.csv",
	"changes": "basis_change_samples.csv", "negative": "negative_list.csv", "items": "admission_items.csv", "programme": "work_programme.csv", "categories": "request_categories.csv",
}

// EnsureSeeded seeds an empty database and reports whether it did. A seeding that was cut off is
// thrown away and begun anew: only a database that says so of itself is ever reset.
func EnsureSeeded(ctx context.Context, db *pg.DB, url string, at Stores, out io.Writer) (bool, error) {
	state, err := markOf(ctx, db.Q())
	if err != nil {
		return false, err
	}
	switch state {
	case markDone:
		return false, nil
	case markBegun:
		fmt.Fprintln(out, "portal: the last seeding was cut off; it begins anew")
		if err := migrations.Reset(ctx, url); err != nil {
			return false, err
		}
		db.Pool().Reset() // its statements were prepared for the tables that are gone
	default:
		empty, err := isEmpty(ctx, db.Q())
		if err != nil || !empty {
			return false, err
		}
	}
	fmt.Fprintln(out, "portal: seeding the demo street …")
	return true, Seed(ctx, db, at)
}

// Seed fills an empty, migrated database.
func Seed(ctx context.Context, db *pg.DB, at Stores) error {
	if at.Keys == nil {
		keys, err := secret.Temporary()
		if err != nil {
			return err
		}
		at.Keys = keys
	}
	if err := setMark(ctx, db, markBegun); err != nil {
		return err
	}
	s := &seeder{now: db.Now(), today: workday.DayOf(db.Now()), Stores: at}
	s.at = s.now
	own := *db
	own.Now = func() time.Time { return s.at }
	s.db = &own
	for _, st := range steps {
		s.at = s.now
		if err := st.do(ctx, s); err != nil {
			return fmt.Errorf("seed %s: %w", st.words, err)
		}
	}
	return setMark(ctx, db, markDone)
}

// importFile is a step that reads one embedded file through the ordinary import.
func importFile(name string, kind func() intake.Kind) func(context.Context, *seeder) error {
	return func(ctx context.Context, s *seeder) error { return s.load(ctx, name, kind(), intake.Options{}) }
}

var errRejected = errors.New("rows of an embedded file were rejected")

func (s *seeder) load(ctx context.Context, name string, kind intake.Kind, o intake.Options) error {
	f, err := Files.Open("data/" + fileNames[name])
	if err != nil {
		return err
	}
	defer f.Close()
	sum, err := intake.Run(ctx, s.db, authz.System, kind, f, fileNames[name], o)
	if err != nil {
		return err
	}
	if len(sum.Problems) > 0 {
		return fmt.Errorf("%w: %s: %+v", errRejected, sum, sum.Problems[0])
	}
	return nil
}

// seedItems spreads the published rows over the list versions of product.md §8.
func seedItems(ctx context.Context, s *seeder) error {
	return s.load(ctx, "items", catalog.Items(), intake.Options{Spread: true})
}
