package listing

import (
	"context"
	"net/http"
	"strconv"

	"portal/internal/catalog"
	"portal/internal/pg"
	"portal/internal/workday"
)

// mostOfDay is how many entries a sheet of a day holds; more come as a table to download.
const mostOfDay = 2000

// DaySheet is 「某日清单」: what a community, or any community of the street, could be asked on a day,
// kind by kind (R43).
type DaySheet struct {
	Issuer    string // the street office
	Place     string // the community, or the whole street
	Day       workday.Day
	Version   string // the list version in force that day
	Groups    []DayGroup
	Negatives []catalog.NegativeEntry
	Total     int
	More      bool
	Made      workday.Day
	Permalink string // absolute address of the page, for the QR code
}

// DayGroup is the entries of one kind.
type DayGroup struct {
	Kind catalog.ListKind
	Rows []catalog.Entry
}

func (g DayGroup) words() string { return strconv.Itoa(len(g.Rows)) + " 项。" + PlainText(g.Kind) }

// Words says the conclusion first: how much, by which version, and what is not to be asked.
func (s DaySheet) Words() string {
	words := s.Day.Chinese() + "，" + s.Place + "的清单共 " + strconv.Itoa(s.Total) + " 项"
	if s.Version != "" {
		words += "，按" + s.Version
	} else {
		words += "；到这一天还没有发布清单"
	}
	return words + "。“不应出具证明”“已取消的考核评比”和负面清单里的，不得要求社区做。"
}

// LoadDay gathers the sheet for a filter; its words and place in the list do not count.
func LoadDay(ctx context.Context, q pg.Querier, f Filter) (DaySheet, error) {
	s := DaySheet{Day: f.On, Place: f.CommunityName(), Made: f.Today}
	if s.Place == "" {
		s.Place = "全街道"
	}
	versions, err := catalog.ListVersions(ctx, q)
	if err != nil {
		return s, err
	}
	if v, ok := catalog.VersionOn(versions, f.On); ok {
		s.Version = VersionTitle(v)
	}
	if s.Negatives, err = catalog.Negatives(ctx, q, f.On); err != nil {
		return s, err
	}
	byKind := map[catalog.ListKind][]catalog.Entry{}
	walk := catalog.Filter{Community: f.Community, Day: f.On, Limit: 500}
	if f.Kind != "" {
		walk.Kinds = []catalog.ListKind{f.Kind}
	}
	for {
		p, err := catalog.On(ctx, q, walk)
		if err != nil {
			return s, err
		}
		for _, e := range p.Rows {
			byKind[e.ListKind] = append(byKind[e.ListKind], e)
			s.Total++
		}
		if s.More = p.HasNext; !p.HasNext || s.Total >= mostOfDay {
			break
		}
		if walk.Cursor, err = catalog.ParseCursor(p.Next); err != nil {
			return s, err
		}
	}
	for _, k := range catalog.ListKinds {
		if rows := byKind[k]; len(rows) > 0 {
			s.Groups = append(s.Groups, DayGroup{Kind: k, Rows: rows})
		}
	}
	return s, nil
}

// VersionTitle names a list version with its document number.
func VersionTitle(v catalog.ListVersion) string {
	if v.DocNo == "" {
		return "《" + v.Title + "》"
	}
	return "《" + v.Title + "》，" + v.DocNo
}

// Address is the absolute address of a path as the reader reached this site, for QR codes and
// permalinks; secure says that the portal stands behind TLS.
func Address(r *http.Request, secure bool, path string) string {
	scheme := "http"
	if secure || r.TLS != nil {
		scheme = "https"
	}
	return scheme + "://" + r.Host + path
}
