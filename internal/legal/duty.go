package legal

import (
	"context"
	_ "embed"
	"encoding/csv"
	"fmt"
	"strings"
	"sync"

	"portal/internal/pg"
	"portal/internal/workday"
)

// DutyKind is what an article does to the residents' committee.
type DutyKind string

// The kinds. Only Must in a verified version in force makes an act 依法应办 (§5 step 1).
const (
	Must      DutyKind = "must"
	Encourage DutyKind = "encourage"
	CatchAll  DutyKind = "catch_all"
	Power     DutyKind = "power"
)

var dutyLabels = map[DutyKind]string{Must: "应当办理", Encourage: "鼓励或者可以", CatchAll: "总括条款", Power: "职权、程序或者保障条款"}

// Label is the kind's 中文 name.
func (k DutyKind) Label() string { return dutyLabels[k] }

// Duty is this project's reading of an article; Note says 本项目判断 and why.
type Duty struct {
	DocKey      string
	VersionDate workday.Day
	ArticleNo   string
	Duty        DutyKind
	Note        string
}

//go:embed duty.csv
var dutyCSV string

var shippedDuties = sync.OnceValues(func() ([]Duty, error) {
	r := csv.NewReader(strings.NewReader(dutyCSV))
	r.Comment = '#'
	rows, err := r.ReadAll()
	if err != nil {
		return nil, fmt.Errorf("duty.csv: %w", err)
	}
	out := make([]Duty, 0, len(rows))
	for _, row := range rows[1:] {
		day, err := workday.ParseDay(row[1])
		if err != nil {
			return nil, fmt.Errorf("duty.csv: %w", err)
		}
		out = append(out, Duty{DocKey: row[0], VersionDate: day, ArticleNo: row[2], Duty: DutyKind(row[3]), Note: row[4]})
	}
	return out, nil
})

// ShippedDuties gives the readings that come with the portal.
func ShippedDuties() ([]Duty, error) { return shippedDuties() }

// InstallDuties stores the shipped readings that are not there yet; existing rows stay as people
// have set them.
func InstallDuties(ctx context.Context, tx *pg.Tx) error {
	duties, err := shippedDuties()
	if err != nil {
		return err
	}
	return insertDuties(ctx, tx, duties)
}

// DutyOf gives the reading of an article of a version. found is false when nobody has read it: it
// is then no duty. A number with an item (10(8)) is looked up as it stands, then without the item.
func DutyOf(ctx context.Context, q pg.Querier, docKey string, version workday.Day, articleNo string) (duty Duty, found bool, err error) {
	for _, no := range []string{articleNo, baseNo(articleNo)} {
		if duty, found, err = dutyOf(ctx, q, docKey, version, no); found || err != nil {
			return duty, found, err
		}
	}
	return Duty{}, false, nil
}

// MustDo reports whether the article as cited on the day puts an act on the residents' committee by
// itself: a law or regulation, verified, in force that day, and read as must (R53). An unverified
// basis is never must.
func MustDo(c Citation, duty Duty, found bool) bool {
	return found && duty.Duty == Must && c.Holds() && c.Kind.IsLawOrRegulation()
}

// Duties lists every reading.
func Duties(ctx context.Context, q pg.Querier) ([]Duty, error) { return allDuties(ctx, q) }
