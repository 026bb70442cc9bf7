package request

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"portal/internal/authz"
	"portal/internal/fault"
	"portal/internal/normal"
	"portal/internal/pg"
	"portal/internal/place"
)

// CategoryKind is the object kind of a category in the trail.
const CategoryKind = "request_category"

// Category is a line of the street's list of matters; only those with a parent can be chosen.
type Category struct {
	Code, Parent string
	Name         string
	ParentName   string
	Departments  string // as the list names them: a；b
	DueHours     int
	Class        string // service, management, enforcement
	Words        string // other words that people use for it, spaces between
	Physical     bool   // something that can be seen: evidence is asked (REQ-10)
	Active       bool
	Version      int
}

// Leaf reports whether it can be chosen.
func (c Category) Leaf() bool { return c.Parent != "" }

var classLabels = map[string]string{"": "未定", "service": "服务类", "management": "管理类", "enforcement": "执法类"}

// Classes in the order of forms.
var Classes = []string{"service", "management", "enforcement"}

// ClassLabel is the handling class in 中文.
func ClassLabel(class string) string { return classLabels[class] }

// Categories gives the whole list by code, with those no longer in use.
func Categories(ctx context.Context, q pg.Querier) ([]Category, error) {
	rows, err := categoryRows(ctx, q, selectCategories)
	if err != nil {
		return nil, err
	}
	out := make([]Category, len(rows))
	for i, r := range rows {
		out[i] = r.Category
	}
	return out, nil
}

// CategoryByCode gives one category; NotFound when there is none.
func CategoryByCode(ctx context.Context, q pg.Querier, code string) (Category, error) {
	row, err := oneCategory(ctx, q, categoryByCode, code)
	return row.Category, err
}

// FindCategories finds what people may mean: by name, by other words for it, by pinyin and by initials,
// best first. Whole sentences do too: the category whose words stand in them comes first. With no words
// the list comes in its own order.
func FindCategories(ctx context.Context, q pg.Querier, words string, limit int) ([]Category, error) {
	rows, err := categoryRows(ctx, q, selectCategories)
	if err != nil {
		return nil, err
	}
	return rankCategories(rows, words, limit), nil
}

func rankCategories(rows []categoryRow, words string, limit int) []Category {
	type hit struct {
		Category
		score int
	}
	key := normal.Key(words)
	var hits []hit
	for _, r := range rows {
		if !r.Leaf() || !r.Active {
			continue
		}
		if score := r.score(key); key == "" || score > 0 {
			hits = append(hits, hit{r.Category, score})
		}
	}
	slices.SortStableFunc(hits, func(a, b hit) int { return cmp.Compare(b.score, a.score) })
	out := make([]Category, 0, min(len(hits), limit))
	for _, h := range hits[:min(len(hits), max(limit, 0))] {
		out = append(out, h.Category)
	}
	return out
}

// score says how well a category fits the words; 0: not at all.
func (r categoryRow) score(key string) int {
	if key == "" {
		return 0
	}
	name := normal.Key(r.Name)
	letters := strings.ReplaceAll(r.Pinyin, " ", "")
	switch {
	case name == key:
		return 1000
	case strings.HasPrefix(name, key):
		return 800
	case strings.Contains(name, key):
		return 700
	case isLatin(key) && (r.Initials == key || letters == key):
		return 650
	case isLatin(key) && (strings.HasPrefix(r.Initials, key) || strings.HasPrefix(letters, key)):
		return 600
	case isLatin(key) && len(key) > 1 && strings.Contains(r.Initials, key):
		return 300
	case isLatin(key) && len(key) > 2:
		return r.scoreLetters(key)
	}
	best := 0
	for _, w := range append(strings.Fields(r.Words), r.Name) {
		w = normal.Key(w)
		switch {
		case w == key:
			best = max(best, 680)
		case utf8.RuneCountInString(key) > 1 && strings.Contains(w, key):
			best = max(best, 500)
		case utf8.RuneCountInString(w) > 1 && strings.Contains(key, w): // a whole sentence holds it
			best = max(best, 400+10*utf8.RuneCountInString(w))
		}
	}
	if best == 0 && strings.Contains(normal.Key(r.ParentName), key) {
		return 100
	}
	return best
}

// scoreLetters finds pinyin that begins at any character of the name, and of the other words for it:
// zaosheng finds 施工噪声, loushui 渗水漏水.
func (r categoryRow) scoreLetters(key string) int {
	if syllablesBegin(r.Pinyin, key) {
		return 550
	}
	for _, w := range strings.Fields(r.Words) {
		if letters, _ := place.Pinyin(w); syllablesBegin(letters, key) {
			return 450
		}
	}
	return 0
}

// syllablesBegin reports whether letters stand in a pinyin from the beginning of one of its syllables.
func syllablesBegin(pinyin, key string) bool {
	all := strings.Fields(pinyin)
	for i := range all {
		if strings.HasPrefix(strings.Join(all[i:], ""), key) {
			return true
		}
	}
	return false
}

func isLatin(key string) bool {
	return !strings.ContainsFunc(key, func(r rune) bool { return (r < 'a' || r > 'z') && (r < '0' || r > '9') })
}

const mostHours = 2000

// SaveCategory changes a line of the list or adds one; Version 0 adds. Dispatchers (CategoryEdit).
func (s *Service) SaveCategory(ctx context.Context, by authz.Actor, key string, c Category) error {
	if err := authz.Check(by, authz.CategoryEdit, authz.Object{}); err != nil {
		return err
	}
	return s.db.WriteKeyed(ctx, by, key, string(authz.CategoryEdit), func(tx *pg.Tx) error {
		before, err := oneCategory(ctx, tx, categoryLocked, c.Code)
		switch fault.KindOf(err) {
		case fault.KindNotFound:
			if c.Version != 0 {
				return errNoCategory
			}
		default:
			if err != nil {
				return err
			}
			if c.Version != before.Version {
				return fault.Conflict("这个分类刚才由他人改过了。打开最新的一页再改")
			}
		}
		row := before
		row.Category = c
		if row.Source == "" {
			row.Source = "街道自定"
		}
		if err := row.check(ctx, tx); err != nil {
			return err
		}
		if err := storeCategory(ctx, tx, row); err != nil {
			return err
		}
		change := pg.Change{Action: authz.CategoryEdit, Kind: CategoryKind, No: c.Code}
		if before.Code != "" {
			if change.Before, err = json.Marshal(before.Category); err != nil {
				return fmt.Errorf("trace: %w", err)
			}
		}
		if change.After, err = json.Marshal(c); err != nil {
			return fmt.Errorf("trace: %w", err)
		}
		return tx.Record(ctx, change)
	})
}

// check cleans a line and finds its letters.
func (r *categoryRow) check(ctx context.Context, q pg.Querier) error {
	var bad []fault.Field
	wrong := func(name, message string) { bad = append(bad, fault.Field{Name: name, Message: message}) }
	var err error
	if r.Name, err = normal.Clean(r.Name); err != nil || utf8.RuneCountInString(r.Name) < 2 || utf8.RuneCountInString(r.Name) > 40 {
		wrong("name", "名称写 2 到 40 个字")
	}
	if r.Words, err = normal.Clean(r.Words); err != nil || utf8.RuneCountInString(r.Words) > 300 {
		wrong("words", "别名之间用空格隔开，共不超过 300 个字")
	}
	if r.Departments, err = normal.Clean(r.Departments); err != nil || utf8.RuneCountInString(r.Departments) > 120 {
		wrong("departments", "部门之间用；隔开，共不超过 120 个字")
	}
	if len(r.Code) != 4 || !isLatin(r.Code) {
		wrong("code", "代码为四位数字，前两位是上级代码")
	} else if r.Parent == "" {
		r.Parent = r.Code[:2]
	}
	if r.DueHours < 1 || r.DueHours > mostHours {
		wrong("due_hours", fmt.Sprintf("办结时限写 1 到 %d 小时", mostHours))
	}
	if _, ok := classLabels[r.Class]; !ok {
		wrong("class", "请选择处置类别")
	}
	if len(bad) == 0 {
		if parent, err := oneCategory(ctx, q, categoryByCode, r.Parent); err != nil || parent.Leaf() {
			wrong("code", "没有这个上级分类，请核对代码的前两位")
		}
	}
	r.Pinyin, r.Initials = place.Pinyin(r.Name)
	return fault.Invalid(bad...)
}
