// Package place decides where things are and who asks: divisions by national code, whose prefix is
// the reach; communities with what they can carry in a month; units with the other ways in which
// they are written (E2) and the kind of requester the law sees in them (domain/admission.md §5).
//
// Owns division, community, unit and unit_alias. Ground that every domain may stand on.
package place

import (
	"context"
	"slices"
	"strings"

	"portal/internal/fault"
	"portal/internal/pg"
	"portal/internal/workday"
)

// Level of a division.
type Level string

// The levels, from the nation down.
const (
	Nation      Level = "nation"
	Province    Level = "province"
	City        Level = "city"
	District    Level = "district"
	Street      Level = "street"
	CommunityAt Level = "community"
	Grid        Level = "grid"
	SpecialGrid Level = "special_grid"
	MicroGrid   Level = "micro_grid"
)

// levels gives each level its 中文 name and the length of its code (6+3+3+3+2 digits, product.md G1).
var levels = map[Level]struct {
	label  string
	digits int
}{
	Nation: {"国家", 6}, Province: {"省", 6}, City: {"市", 6}, District: {"区县", 6}, Street: {"街道", 9}, CommunityAt: {"社区", 12},
	Grid: {"网格", 15}, SpecialGrid: {"专属网格", 15}, MicroGrid: {"微网格", 17},
}

// Label is the level's 中文 name.
func (l Level) Label() string { return levels[l].label }

// Division is one row of the register.
type Division struct {
	Code       string
	Level      Level
	Name       string
	ParentCode string
	Standard   string
	Status     string
	Fictional  bool
	Flag       string // open warning, 中文
	Source     string
	Pinyin     string
	Initials   string
	From       workday.Day
	Until      workday.Day
}

// Community is a community with what it can carry.
type Community struct {
	Code          string
	Name          string
	Pinyin        string
	Households    int
	Workers       int
	CapacityHours float64 // hours in a month
	Address       string
	DutyPhone     string
}

var errNoDivision = fault.NotFound("没有这个区划代码。街道九位、社区十二位，请核对")

// DivisionByCode gives one division; NotFound when the code is not in the register.
func DivisionByCode(ctx context.Context, q pg.Querier, code string) (Division, error) {
	rows, err := divisions(ctx, q, selectDivision, code)
	if err != nil {
		return Division{}, err
	}
	if len(rows) == 0 {
		return Division{}, errNoDivision
	}
	return rows[0], nil
}

// chainCodes are the codes that can stand above a code, by the national rule, itself last.
func chainCodes(code string) []string {
	var out []string
	add := func(c string) {
		if !slices.Contains(out, c) {
			out = append(out, c)
		}
	}
	if len(code) >= 6 {
		add(code[:2] + "0000")
		add(code[:4] + "00")
	}
	for _, n := range []int{6, 9, 12, 15, 17} {
		if len(code) >= n {
			add(code[:n])
		}
	}
	return out
}

// Chain gives the codes of a division and of everything above it, province first: where a scope or
// a clause must stand to reach it.
func Chain(code string) []string { return chainCodes(code) }

// Ancestors gives the divisions above a code and itself, province first. What is not in the
// register is left out.
func Ancestors(ctx context.Context, q pg.Querier, code string) ([]Division, error) {
	return divisions(ctx, q, selectDivisions, chainCodes(code))
}

// Jurisdiction is the chain of names whose rules hold in a place.
type Jurisdiction struct {
	Codes []string
	Names []string // 江苏省 南京市 秦淮区 梧桐里街道
}

// National is the word for rules of the whole country in the legal register.
const National = "national"

// JurisdictionOf gives the chain of a division.
func JurisdictionOf(ctx context.Context, q pg.Querier, code string) (Jurisdiction, error) {
	chain, err := Ancestors(ctx, q, code)
	if err != nil {
		return Jurisdiction{}, err
	}
	j := Jurisdiction{Codes: chainCodes(code)}
	for _, d := range chain {
		j.Names = append(j.Names, d.Name)
	}
	return j, nil
}

// Covers reports whether a rule made for the named place holds here: the whole country, or a place
// in the chain, alone (南京市) or written with what stands above it (江苏省南京市秦淮区).
func (j Jurisdiction) Covers(place string) bool {
	if place == National {
		return true
	}
	for i := range j.Names {
		for k := i; k < len(j.Names); k++ {
			if strings.Join(j.Names[i:k+1], "") == place {
				return true
			}
		}
	}
	return false
}

// Communities lists the communities under a street in order of code.
func Communities(ctx context.Context, q pg.Querier, street string) ([]Community, error) {
	return communities(ctx, q, selectCommunities, street)
}

// CommunityByCode gives one community; NotFound when there is none.
func CommunityByCode(ctx context.Context, q pg.Querier, code string) (Community, error) {
	rows, err := communities(ctx, q, selectCommunity, code)
	if err != nil {
		return Community{}, err
	}
	if len(rows) == 0 {
		return Community{}, errNoDivision
	}
	return rows[0], nil
}

// FindDivisions searches the register by name, code, pinyin or initials, as people type them.
func FindDivisions(ctx context.Context, q pg.Querier, words string, limit int) ([]Division, error) {
	words = strings.TrimSpace(words)
	if words == "" {
		return nil, nil
	}
	return divisions(ctx, q, findDivisions, words, likeEscape(strings.ToLower(strings.ReplaceAll(words, " ", ""))), limit)
}

// Children lists the divisions right under a code.
func Children(ctx context.Context, q pg.Querier, code string) ([]Division, error) {
	return divisions(ctx, q, selectChildren, code)
}

func likeEscape(s string) string {
	return strings.NewReplacer(`\`, `\\`, `%`, `\%`, `_`, `\_`).Replace(s)
}
