package legal

import (
	"context"
	"strings"

	"portal/internal/page"
	"portal/internal/pg"
	"portal/internal/workday"
)

// DocFilter narrows the register.
type DocFilter struct {
	Words        string
	Kind         DocKind
	Status       DocStatus
	Jurisdiction string
	Cursor       page.Cursor
	Limit        int
}

// DocRow is one line of the register: the newest version of a document.
type DocRow struct {
	Version
	Versions int // how many versions the register holds
	Articles int // how many articles of this version it holds
}

const docSort = "legal.title"

// ParseCursor reads the cursor of the register's pages.
func ParseCursor(text string) (page.Cursor, error) { return page.Decode(text, docSort, 1) }

// Documents lists the register by title, one line per document, newest version first in mind.
func Documents(ctx context.Context, q pg.Querier, f DocFilter) (page.Page[DocRow], error) {
	if f.Limit <= 0 || f.Limit > 200 {
		f.Limit = 50
	}
	rows, err := listDocuments(ctx, q, f)
	if err != nil {
		return page.Page[DocRow]{}, err
	}
	return page.Cut(rows, f.Limit, f.Cursor, func(r DocRow) page.Cursor {
		return page.Cursor{Sort: docSort, Keys: []string{r.ShortTitle}, ID: r.ID}
	}), nil
}

// Document is a document with all its versions, oldest first, and its changes.
type Document struct {
	Versions []Version
	Changes  []Change
}

// Newest is the last version.
func (d Document) Newest() Version { return d.Versions[len(d.Versions)-1] }

// On gives the version that held on a day, or the nearest.
func (d Document) On(day workday.Day) Version { return d.Versions[pick(d.Versions, day)] }

// DocumentByKey gives a document; NotFound when it is not in the register.
func DocumentByKey(ctx context.Context, q pg.Querier, docKey string) (Document, error) {
	versions, err := versionsOf(ctx, q, docKey)
	if err != nil {
		return Document{}, err
	}
	if len(versions) == 0 {
		return Document{}, errNoDocument
	}
	changes, err := changesOf(ctx, q, docKey)
	return Document{Versions: versions, Changes: changes}, err
}

// Articles lists the articles of a version that the register holds, in order.
func Articles(ctx context.Context, q pg.Querier, documentID int64) ([]Article, error) {
	return articlesOf(ctx, q, documentID)
}

// Changes lists what changed to or from a document, oldest first.
func Changes(ctx context.Context, q pg.Querier, docKey string) ([]Change, error) {
	return changesOf(ctx, q, docKey)
}

// AllChanges lists every recorded change, newest first.
func AllChanges(ctx context.Context, q pg.Querier) ([]Change, error) {
	return allChanges(ctx, q)
}

// Register is the whole register of versions in memory, for imports that judge many citations.
type Register struct {
	byKey   map[string][]Version
	changes map[string][]Change
	texts   map[string]bool // document id and article number that have text
}

// LoadRegister reads the register once.
func LoadRegister(ctx context.Context, q pg.Querier) (*Register, error) {
	return loadRegister(ctx, q)
}

// Find gives the cited version.
func (r *Register) Find(docKey string, version workday.Day) (Version, bool) {
	for _, v := range r.byKey[docKey] {
		if v.VersionDate == version {
			return v, true
		}
	}
	return Version{}, false
}

// Any gives the newest version of a document, whatever is cited.
func (r *Register) Any(docKey string) (Version, bool) {
	all := r.byKey[docKey]
	if len(all) == 0 {
		return Version{}, false
	}
	return all[len(all)-1], true
}

// HasText reports whether the article's text is in the register.
func (r *Register) HasText(v Version, articleNo string) bool {
	return r.texts[textKey(v.ID, articleNo)]
}

// Ended lists the documents with a version that does not hold for certain on the day.
func (r *Register) Ended(day workday.Day) []string {
	out := []string{}
	for key, versions := range r.byKey {
		for _, v := range versions {
			if !v.HoldsOn(day) || v.Doubtful() {
				out = append(out, key)
				break
			}
		}
	}
	return out
}

// Basis judges a citation on a day, like BasisOn.
func (r *Register) Basis(docKey string, version workday.Day, articleNo string, day workday.Day) BasisStatus {
	v, ok := r.Find(docKey, version)
	if !ok {
		return BasisUnverified
	}
	status, _ := judge(v, articleNo, day, r.changes[docKey], map[string]string{})
	return status
}

func splitNos(s string) []string {
	if s == "" {
		return nil
	}
	return strings.Split(s, "|")
}
