package counter

import (
	"net/http"
	"strconv"
	"strings"
	"time"

	"portal/internal/policy"
	"portal/internal/request"
	"portal/internal/workday"
	"portal/web/form"
	"portal/web/route"
)

func (h handlers) file(w http.ResponseWriter, r *http.Request, f *form.Form) error {
	ctx, by := r.Context(), route.Actor(r)
	in, err := h.readFiling(r, f)
	if err != nil {
		return err
	}
	if f.Valid() {
		got, err := h.Cases.File(ctx, by, f.Key(), in)
		if err == nil {
			if err := h.dropDraft(w, r); err != nil {
				h.f.Log.Warn("draft of the window stays for its day", "err", err)
			}
			h.tellFiled(r, in, got)
			return route.See(w, r, casePath(got.No, "/receipt"))
		}
		if err = keep(f, err, fieldsHere...); err != nil {
			return err
		}
	}
	if err := h.addRest(r, f, in); err != nil {
		return err
	}
	return h.showTake(w, r, back(f, nil))
}

// fieldsHere are the fields of a filing that are called otherwise on this page.
var fieldsHere = []string{"at", "paper_day", "assist", "agreed", "notice", ""}

// addRest tells what the domain finds wrong together with what the page found, all at once.
func (h handlers) addRest(r *http.Request, f *form.Form, in request.Filing) error {
	_, err := in.Check(r.Context(), h.f.DB.Q(), h.f.DB.Now())
	return keep(f, err, fieldsHere...)
}

// tellFiled says what comes first now: an emergency call before everything else (REQ-04).
func (h handlers) tellFiled(r *http.Request, in request.Filing, got request.Receipt) {
	if calls, say := emergencyWords(in.Title + " " + in.Words); calls != "" {
		h.tell(r, "danger", "先请居民拨打 "+calls+"。", say+"。诉求已经登记，编号 "+got.No)
		return
	}
	more := "把小票交给居民"
	switch {
	case got.SameAs != "":
		more = "同一个人反映过同一件事，接着 " + got.SameAs + " 办，不重复统计；" + more
	case got.Anonymous:
		more = "没有监护人同意，没有记姓名和电话；" + more
	case got.NoReply:
		more = "没有留电话，办完以后无法回复，请居民凭小票查；" + more
	}
	h.tell(r, "ok", "已登记，编号 "+got.No, more)
}

// emergencyWords are the numbers to call and what to do meanwhile; nothing where there is no danger.
func emergencyWords(words string) (calls, say string) {
	var numbers, says []string
	for _, e := range request.Emergencies(words) {
		numbers, says = append(numbers, e.Call), append(says, e.Say)
	}
	return strings.Join(numbers, "、"), strings.Join(says, "；")
}

func (h handlers) readFiling(r *http.Request, f *form.Form) (request.Filing, error) {
	ctx, now := r.Context(), h.f.DB.Now()
	v, err := h.f.Settings(ctx)
	if err != nil {
		return request.Filing{}, err
	}
	in := request.Filing{
		Kind: form.Choice(f, "kind", request.Kinds), Channel: form.Choice(f, "channel", deskChannels), Category: f.Line("category", 4),
		Title: f.Line("title", 40), Words: f.Text("words", 1000), Place: f.Line("place", 60), Door: f.Line("door", 30),
		Community: f.Line("community", 12), Name: f.Line("name", 30), Phone: f.Line("phone", 20), NoticeVersion: v.NoticeVersion,
		HiddenFrom: f.Line("hidden_from", 12), AsSame: f.Line("same", 20),
		Building:       number(f, "building", "从查到的楼栋里选一幢"),
		ComplainedUnit: number(f, "complained_unit", "从列出的单位里选"),
	}
	for _, safe := range f.All("safety") {
		switch safe {
		case safeIdentity:
			in.Confidential = true
		case safeAgreed:
			in.RevealAgreed = true
		case safeMinor:
			in.Minor = true
		case safeGuardian:
			in.Guardian = true
		default:
			f.Add("safety", "从列出的选项里选")
		}
	}
	if in.Channel == "" {
		f.Add("channel", "选诉求是怎么来的")
	}
	h.readPlace(r, f, &in)
	if in.Channel == request.Paper {
		in.At = paperTime(f, now, v)
	}
	return in, h.readAssist(r, f, &in)
}

// readPlace takes the grid and community of the chosen building; the one match of what was typed needs no choice.
func (h handlers) readPlace(r *http.Request, f *form.Form, in *request.Filing) {
	found, err := h.places(r, in.Place)
	if err != nil {
		return // the filing says itself which place it needs
	}
	for _, p := range found {
		if in.Building == p.Building.ID || in.Building == 0 && len(found) == 1 && in.Community == "" {
			in.Building, in.Grid, in.Community = p.Building.ID, int64(p.Grid.ID), p.Grid.Community
			return
		}
	}
	if in.Building == 0 {
		if len(found) > 1 && in.Community == "" {
			f.Add("building", "从查到的楼栋里选一幢；都不是，就在下面选社区")
		}
		return
	}
	at, err := h.Grids.AtBuilding(r.Context(), route.Actor(r), in.Building, h.f.Today())
	if err != nil {
		f.Add("building", "没有找到这幢楼，请重新查地点")
		return
	}
	in.Grid, in.Community = int64(at.Grid.ID), at.Grid.Community
}

// paperDays is how many days a paper may have waited; the domain has the last word.
const paperDays = 6

// paperTime is the beginning of the working hours of the day on a paper: its clock runs from then (REQ-07, K-8).
func paperTime(f *form.Form, now time.Time, v policy.Values) time.Time {
	today := workday.DayOf(now)
	day := f.Day("paper_day", today)
	switch {
	case day.IsZero() && f.Raw("paper_day") == "":
		f.Add("paper_day", "填纸质表上的日期，期限从这一天起算")
	case day.IsZero():
	case day.After(today):
		f.Add("paper_day", "纸质表的日期不能晚于今天 "+today.Chinese())
	case day.Before(today.Add(-paperDays)):
		f.Add("paper_day", "纸质表要在收到后 "+itoa(paperDays)+" 天内录入。更早的请先找调度员核对")
	default:
		at := day.Start().Add(opening(v.WorkHours))
		if at.After(now) {
			return now
		}
		return at
	}
	return time.Time{}
}

// opening is when the working hours of a day begin, after midnight: 9:00-12:00,14:00-17:30 begin at nine.
func opening(hours string) time.Duration {
	first, _, _ := strings.Cut(hours, "-")
	hour, minute, _ := strings.Cut(first, ":")
	h, errH := strconv.Atoi(hour)
	m, errM := strconv.Atoi(minute)
	if errH != nil || errM != nil {
		return 0
	}
	return time.Duration(h)*time.Hour + time.Duration(m)*time.Minute
}
