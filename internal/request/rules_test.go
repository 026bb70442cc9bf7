package request

import (
	"strings"
	"testing"
	"time"

	"portal/internal/authz"
	"portal/internal/fault"
	"portal/internal/pg/pgtest"
	"portal/internal/policy"
	"portal/internal/workday"
)

// REQ-04: words of danger show the number to call first; ordinary words show none. The table names each
// number once for a text.
func TestEmergencies(t *testing.T) {
	for words, want := range map[string]string{
		"厨房漏气，味道很大": "119", "电梯困人": "119", "楼上坠落花盆": "110", "老人晕 倒了": "120", "路上撞车": "122", "有人要跳楼": "110",
		"着火了，有人昏迷": "119 120", "路灯不亮": "", "水管漏水": "", "家暴，她被打了，摔伤": "110 120", "電線斷了，冒煙": "119 95598",
	} {
		var calls []string
		for _, e := range Emergencies(words) {
			if e.Word == "" || e.Say == "" {
				t.Errorf("%q: %+v", words, e)
			}
			calls = append(calls, e.Call)
		}
		if got := strings.Join(calls, " "); got != want {
			t.Errorf("Emergencies(%q) calls %q, want %q", words, got, want)
		}
	}
}

// REQ-03: the six grounds of the rule, each with the right channel; nothing else is a ground (REQ-23).
func TestGrounds(t *testing.T) {
	for _, key := range []string{"emergency_line", "statutory_channel", "petition_running", "same_matter", "secrets_privacy", "beyond_duty", "unlawful"} {
		g, ok := GroundByKey(key)
		if !ok || g.Label == "" || g.Channel == "" {
			t.Errorf("%s: %+v, %v", key, g, ok)
		}
	}
	if _, ok := GroundByKey("wrong_counter"); ok {
		t.Error("wrong counter is a ground")
	}
}

// Every value has its 中文 label.
func TestLabels(t *testing.T) {
	for _, k := range Kinds {
		wantLabel(t, string(k), k.Label())
	}
	for _, c := range Channels {
		wantLabel(t, string(c), c.Label())
	}
	for _, s := range append(SolvedAnswers, NotAsked) {
		wantLabel(t, string(s), s.Label())
	}
	for _, s := range append(SatisfiedAnswers, NotRated) {
		wantLabel(t, string(s), s.Label())
	}
	for _, f := range Figures {
		wantLabel(t, string(f), f.Label())
	}
	for _, s := range []CauseState{Proposed, Whistled, TopicDraft, SetAside} {
		wantLabel(t, string(s), s.Label())
	}
	for _, s := range []CallbackSource{ByStaff, ByResident, ByLapse} {
		wantLabel(t, string(s), s.Label())
	}
	for _, l := range []Level{Full, Status} {
		wantLabel(t, string(l), l.Label())
	}
	for reason := range exclusionLabels {
		wantLabel(t, reason, ExclusionCount{Reason: reason}.Label())
	}
}

func wantLabel(t *testing.T, what, label string) {
	t.Helper()
	if label == "" || label == what {
		t.Errorf("%q has no label", what)
	}
}

// The worked example of §6.4: 200 dispatched, 12 excluded, 180 in time; 160 valid callbacks, 120 solved,
// 100+24 satisfied. Nothing out of nothing prints 「—」.
func TestRatesOfTheExample(t *testing.T) {
	r := Rates{Dispatched: 200, Excluded: 12, InTime: 180, Valid: 160, Solved: 120, Satisfied: 100, Basically: 24}
	for _, c := range []struct{ what, got, want string }{
		{"响应率", r.Response(), "95.74%"}, {"解决率", r.Resolution(), "75.00%"}, {"满意率", r.Satisfaction(), "77.50%"}, {"覆盖", r.Coverage(), "85.11%"},
		{"响应率 of nothing", Rates{}.Response(), "—"}, {"解决率 of nothing", Rates{Dispatched: 3, Excluded: 3}.Resolution(), "—"},
		{"all excluded", Rates{Dispatched: 3, Excluded: 3}.Coverage(), "—"}, {"all", Percent(7, 7), "100.00%"}, {"none", Percent(0, 7), "0.00%"},
		{"half up", Percent(1, 16), "6.25%"}, {"third", Percent(2, 3), "66.67%"}, {"exact half", Percent(1, 20000), "0.01%"},
	} {
		if c.got != c.want {
			t.Errorf("%s = %s, want %s", c.what, c.got, c.want)
		}
	}
}

func filing(change func(f *Filing)) Filing {
	f := Filing{Kind: Complaint, Category: "0402", Words: "北门口的路灯坏了三天。晚上看不见路", Place: "槐荫苑北门", Channel: Phone, NoticeVersion: "2026-1"}
	if change != nil {
		change(&f)
	}
	return f
}

// All mistakes come at once, each beside its field.
func TestFilingNamesEveryMistake(t *testing.T) {
	f := Filing{Phone: "12345", Name: "张\u202e三", Words: "短", Title: strings.Repeat("长", 41), Channel: "pigeon", Kind: "gossip"}
	fields := map[string]bool{}
	for _, b := range f.clean(pgtest.Now) {
		fields[b.Name] = true
	}
	for _, name := range []string{"kind", "channel", "words", "title", "name", "phone", "place", "notice"} {
		if !fields[name] {
			t.Errorf("%s is not named: %v", name, fields)
		}
	}
}

// REQ-17: nobody has to leave a name or telephone, whatever the kind; a title comes from the words.
func TestNoContactIsNeeded(t *testing.T) {
	for _, k := range Kinds {
		f := filing(func(f *Filing) { f.Kind = k })
		if bad := f.clean(pgtest.Now); len(bad) != 0 {
			t.Errorf("%s without contact: %+v", k, bad)
		}
		if f.Title != "北门口的路灯坏了三天" {
			t.Errorf("title %q", f.Title)
		}
	}
}

// REQ-18: who is under 14 without a guardian is taken without personal data, unless words tell of danger.
func TestMinors(t *testing.T) {
	child := func(change func(f *Filing)) Filing {
		f := filing(func(f *Filing) { f.Minor, f.Name, f.Phone, f.Door = true, "小明", "13800005678", "502室" })
		if change != nil {
			change(&f)
		}
		f.protectMinor(Category{Code: f.Category, DueHours: 72})
		return f
	}
	if f := child(nil); !f.Anonymous() || f.Name+f.Phone+f.Door != "" {
		t.Errorf("without a guardian: %+v", f)
	}
	if f := child(func(f *Filing) { f.Guardian = true }); f.Anonymous() || f.Phone == "" {
		t.Errorf("with a guardian: %+v", f)
	}
	if f := child(func(f *Filing) { f.Words = "爸爸打我，天天殴打" }); f.Anonymous() || f.Phone == "" {
		t.Errorf("in danger: %+v", f)
	}
}

// §6.7, minimum: identity and bank numbers are not kept, and no title or search word holds anybody's data.
func TestWordsKeepNoIdentityNumber(t *testing.T) {
	f := filing(func(f *Filing) {
		f.Title, f.Words = "找13800005678", "我的身份证 320104199001011234，电话 13800005678，住 3-2-502"
	})
	f.protectMinor(Category{DueHours: 72})
	if strings.Contains(f.Words, "19900101") || !strings.Contains(f.Words, "13800005678") || f.Title != "找138****5678" {
		t.Errorf("title %q, words %q", f.Title, f.Words)
	}
	if s := f.SearchWords(); strings.Contains(s, "13800005678") || strings.Contains(s, "502") {
		t.Errorf("search words %q", s)
	}
}

// §6.2: a quarter of the limit, at most 24 hours, for the first contact; calendar hours from submission.
// REQ-07: paper counts from the moment it was handed in, and nothing else says its own time (§6.8, 5).
func TestClocks(t *testing.T) {
	v := policy.DefaultValues(workday.DayOf(pgtest.Now))
	for hours, first := range map[int]time.Duration{2: 30 * time.Minute, 24: 6 * time.Hour, 168: 24 * time.Hour, 360: 24 * time.Hour} {
		contact, due := Clocks(Category{DueHours: hours}, v, pgtest.Now)
		if contact.Sub(pgtest.Now) != first || due.Sub(pgtest.Now) != time.Duration(hours)*time.Hour {
			t.Errorf("%d hours: contact %v, due %v", hours, contact.Sub(pgtest.Now), due.Sub(pgtest.Now))
		}
	}
	yesterday := pgtest.Now.Add(-24 * time.Hour)
	paper, phone := filing(func(f *Filing) { f.Channel, f.At = Paper, yesterday }), filing(func(f *Filing) { f.At = yesterday })
	old := filing(func(f *Filing) { f.Channel, f.At = Paper, pgtest.Now.Add(-8*24*time.Hour) })
	if len(paper.clean(pgtest.Now))+len(phone.clean(pgtest.Now)) != 0 || !paper.At.Equal(yesterday) || !phone.At.Equal(pgtest.Now) {
		t.Errorf("paper %v, phone %v", paper.At, phone.At)
	}
	if bad := old.clean(pgtest.Now); len(bad) != 1 || bad[0].Name != "at" {
		t.Errorf("paper of last week: %+v", bad)
	}
}

// Categories are found by name, other words, pinyin, initials and whole sentences; the best comes first.
func TestFindCategories(t *testing.T) {
	rows := []categoryRow{}
	for _, c := range []Category{{Code: "0402", Name: "路灯不亮"}, {Code: "0202", Name: "电梯困人"}, {Code: "0201", Name: "电梯故障"}, {Code: "0801", Name: "施工噪声"}, {Code: "0404", Name: "排水堵塞与积水"}} {
		r := categoryRow{Category: c}
		r.Parent, r.Active, r.Words = c.Code[:2], true, otherWords[c.Code]
		rows = append(rows, r)
	}
	rows[0].Pinyin, rows[0].Initials = "lu deng bu liang", "ldbl"
	rows = append(rows, categoryRow{Category: Category{Code: "0499", Parent: "04", Name: "路灯旧目", Active: false}})
	for words, want := range map[string]string{"路灯": "0402", "ldbl": "0402", "ludeng": "0402", "灯坏了": "0402", "我家楼下下水道堵了好几天": "0404",
		"困在电梯": "0202", "電梯": "0202", "工地吵": "0801"} {
		got := rankCategories(rows, words, 3)
		if len(got) == 0 || got[0].Code != want {
			t.Errorf("%q finds %+v, want %s", words, got, want)
		}
	}
	if got := rankCategories(rows, "完全无关的词语", 3); len(got) != 0 {
		t.Errorf("nonsense finds %+v", got)
	}
	if got := rankCategories(rows, "", 3); len(got) != 3 {
		t.Errorf("no words give %d", len(got))
	}
}

// REQ-12: outside is who had no hand in it and belongs to none of its units. §6.8, 10: a relative is no
// valid answer; what was not reached cannot be rated.
func TestCallbackRules(t *testing.T) {
	me := authz.Actor{AccountID: 7, Posts: []authz.Post{{Role: authz.Callback, UnitID: 3}}}
	for _, c := range []struct {
		hands, units []int64
		want         bool
	}{{nil, nil, true}, {[]int64{7}, nil, false}, {nil, []int64{3}, false}, {[]int64{8}, []int64{4}, true}} {
		if got := Outside(me, c.hands, c.units); got != c.want {
			t.Errorf("Outside(%v, %v) = %v", c.hands, c.units, got)
		}
	}
	for _, c := range []struct {
		what string
		cb   Callback
		bad  string
	}{
		{"a relative rates", Callback{Reached: true, Solved: IsSolved, Satisfied: IsSatisfied}, "solved"},
		{"nobody reached rates", Callback{Self: true, Solved: IsSolved}, "solved"},
		{"half an answer", Callback{Reached: true, Self: true, Solved: IsSolved}, "satisfied"},
		{"a relative", Callback{Reached: true}, ""},
		{"a whole answer", Callback{Reached: true, Self: true, Solved: Partly, Satisfied: Basically}, ""},
	} {
		fields := fault.Fields(c.cb.check(true))
		if got := len(fields) > 0; got != (c.bad != "") || got && fields[0].Name != c.bad {
			t.Errorf("%s: %+v", c.what, fields)
		}
	}
}
