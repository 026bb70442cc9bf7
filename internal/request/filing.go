package request

import (
	"context"
	"strings"
	"time"
	"unicode/utf8"

	"portal/internal/fault"
	"portal/internal/normal"
	"portal/internal/pg"
	"portal/internal/place"
	"portal/internal/policy"
)

// Filing is what somebody says, before it is taken.
type Filing struct {
	Kind           Kind
	Category       string
	Title, Words   string // no title: its words begin it
	Building       int64
	Door           string // 2单元502室: sealed
	Place          string // in words, where no building was found
	Community      string
	Grid           int64
	Channel        Channel
	Name, Phone    string
	Confidential   bool
	RevealAgreed   bool
	Minor          bool   // under 14 (REQ-18)
	Guardian       bool   // a guardian agrees
	NoticeVersion  string // of the privacy words that were shown (§6.7)
	Assist         int64  // the running assisted entry it belongs to
	At             time.Time
	ComplainedUnit int64
	HiddenFrom     string // a community whose own people are complained about (§6.8, 12)
	AsSame         string // number of a running request to follow

	codes     sealedCodes // of the receipt, where it was made before the filing (Keep)
	anonymous bool        // Check took the personal data away (REQ-18)
	label     string      // 小区 and 楼, found by Check
}

// Lengths, in characters; the same numbers stand in the migration.
const (
	longestTitle = 40
	longestWords = 1000
	longestName  = 30
	longestPlace = 80
	titleOfWords = 20 // a title made from the words
)

// paperAge is how long ago a paper form may have been handed in: its clock starts then (REQ-07).
const paperAge = 7 * 24 * time.Hour

// Check cleans a filing and finds everything wrong with it at once; the fields are kind, category, title,
// words, place, name, phone, door, channel, notice and at. No contact is needed for any kind (REQ-17);
// who is under 14 without a guardian's consent is taken without personal data, unless words tell of
// danger (REQ-18). Any matter is taken at any window (REQ-23).
func (f *Filing) Check(ctx context.Context, q pg.Querier, now time.Time) (Category, error) {
	bad := f.clean(now)
	c, err := CategoryByCode(ctx, q, f.Category)
	switch {
	case fault.KindOf(err) == fault.KindNotFound, err == nil && (!c.Leaf() || !c.Active):
		bad = append(bad, fault.Field{Name: "category", Message: "请从分类中选择一项；说不清的选“职责不清待研判”"})
	case err != nil:
		return Category{}, err
	}
	if f.Building != 0 {
		b, err := place.BuildingByID(ctx, q, f.Building)
		if err != nil && fault.KindOf(err) != fault.KindNotFound {
			return Category{}, err
		}
		if err != nil {
			bad = append(bad, fault.Field{Name: "place", Message: "请从查到的地点中选择，或者用文字写明地点"})
		}
		f.label = b.Label()
	}
	if len(bad) > 0 {
		return c, fault.Invalid(bad...)
	}
	f.protectMinor(c)
	return c, nil
}

// clean checks what needs no database.
func (f *Filing) clean(now time.Time) []fault.Field {
	var bad []fault.Field
	wrong := func(name, message string) { bad = append(bad, fault.Field{Name: name, Message: message}) }
	line := func(name string, into *string, most int) {
		text, err := normal.Clean(*into)
		switch {
		case err != nil:
			wrong(name, err.Error())
		case utf8.RuneCountInString(text) > most:
			wrong(name, "内容太长了，请缩短到 "+itoa(most)+" 个字以内")
		}
		*into = text
	}
	if f.Kind.Label() == "" {
		wrong("kind", "请选择诉求类型")
	}
	if f.Channel.Label() == "" {
		wrong("channel", "请选择来源")
	}
	words, err := normal.CleanText(f.Words)
	if err != nil {
		wrong("words", err.Error())
	} else if n := utf8.RuneCountInString(words); n < 2 || n > longestWords {
		wrong("words", "请用 2 到 1000 个字说明情况")
	}
	f.Words = words
	line("title", &f.Title, longestTitle)
	line("name", &f.Name, longestName)
	line("door", &f.Door, longestPlace)
	line("place", &f.Place, longestPlace)
	line("phone", &f.Phone, longestName)
	if f.Phone != "" && !validPhone(f.Phone) {
		wrong("phone", "请填写 11 位手机号，或者带区号的固定电话；不想留可以空着")
	}
	if f.Title == "" {
		f.Title = titleFrom(f.Words)
	}
	if utf8.RuneCountInString(f.Title) < 2 && len(bad) == 0 {
		wrong("title", "标题写 2 到 40 个字")
	}
	if f.Building == 0 && f.Place == "" && f.Community == "" {
		wrong("place", "请选择地点，或者用文字写明在哪里")
	}
	if f.NoticeVersion == "" {
		wrong("notice", "请先看个人信息告知")
	}
	f.checkTime(now, wrong)
	return bad
}

// checkTime: only paper says when it was handed in; everything else counts by the server's clock (§6.8, 5).
// What a device kept through a cut line carries the server's own time of that moment; a very old one counts
// from now, for a word is never refused for that.
func (f *Filing) checkTime(now time.Time, wrong func(name, message string)) {
	past := f.At.After(now) || f.At.Before(now.Add(-paperAge))
	switch {
	case f.Channel == Paper && !f.At.IsZero():
		if past {
			wrong("at", "收到纸质表的时间要在最近七天以内，不能晚于现在")
		}
	case f.codes != (sealedCodes{}) && !past:
	default:
		f.At = now
	}
}

// protectMinor takes personal data away where REQ-18 says so.
func (f *Filing) protectMinor(c Category) {
	if f.Minor && !f.Guardian && !Dangerous(f.Title+" "+f.Words, c) {
		f.Title, f.Words = withoutOwn(f.Title, f.Name, f.Door), MaskWords(withoutOwn(f.Words, f.Name, f.Door))
		f.Name, f.Phone, f.Door, f.Place, f.anonymous = "", "", "", MaskWords(f.Place), true
	}
	f.Title, f.Words = hideIDs(withoutOwn(f.Title, f.Name, f.Door)), hideIDs(f.Words) // §6.7, minimum: identity and bank numbers are not kept
	if masked := MaskWords(f.Title); utf8.RuneCountInString(masked) <= longestTitle {
		f.Title = masked
	} else {
		f.Title = starDigits(f.Title, FindPersonal(f.Title))
	}
}

// withoutOwn brings what a person left about themselves down to its mask where it stands in a text again:
// 「我是张三丰」 tells a handler as much as the name would (REQ-13), and a search would find it.
func withoutOwn(words, name, door string) string {
	if utf8.RuneCountInString(name) > 1 {
		words = strings.ReplaceAll(words, name, MaskName(name))
	}
	if utf8.RuneCountInString(door) > 2 {
		words = strings.ReplaceAll(words, door, "**")
	}
	return words
}

func hideIDs(words string) string {
	var ids []Span
	for _, s := range FindPersonal(words) {
		if s.What == whatID || s.What == whatBank {
			ids = append(ids, s)
		}
	}
	return starDigits(words, ids)
}

// titleFrom takes the beginning of the first sentence.
func titleFrom(words string) string {
	first := strings.FieldsFunc(words, func(r rune) bool { return strings.ContainsRune("。！？!?\n；;", r) })
	if len(first) == 0 {
		return ""
	}
	all := []rune(strings.Join(strings.Fields(first[0]), " "))
	return strings.TrimSpace(string(all[:min(len(all), titleOfWords)]))
}

// SearchWords are the masked words by which an order is found: they stand unsealed in the order's key.
func (f Filing) SearchWords() string {
	return MaskWords(f.Title + " " + f.PlaceWords() + " " + withoutOwn(f.Words, f.Name, f.Door))
}

// PlaceWords is the place for the order: 小区 and 楼, or the words without doors.
func (f Filing) PlaceWords() string {
	if f.label != "" {
		return f.label
	}
	return MaskWords(f.Place)
}

// Anonymous reports whether Check took the personal data away for want of a guardian's consent (REQ-18).
func (f Filing) Anonymous() bool { return f.anonymous }

// Clocks are the resident's times from the moment of submission: the limit of the category, and a share of
// it, at most so many hours, for the first contact (§6.2).
func Clocks(c Category, v policy.Values, at time.Time) (contact, due time.Time) {
	limit := time.Duration(c.DueHours) * time.Hour
	first := min(limit*time.Duration(v.ContactShare)/100, time.Duration(v.ContactHours)*time.Hour)
	return at.Add(first), at.Add(limit)
}
