package catalog

import (
	"errors"
	"net/http"
	"strconv"
	"strings"

	"portal/internal/authz"
	"portal/internal/policy"
	"portal/internal/workday"
	"portal/web/form"
	"portal/web/route"
	"portal/web/session"
	"portal/web/view"
)

// calendarsPage is the years of the working-day calendar.
type calendarsPage struct {
	base
	Years    []yearRow
	Shown    int
	Days     []dayRow
	MayLoad  bool
	Form     *form.Form
	Problems []workday.Problem
	Missing  int // the first year that is not known
}

// yearRow is one year that is known.
type yearRow struct {
	Year, Holidays, Makeups int
	Version                 string
}

// dayRow is a day on which the calendar differs from the week.
type dayRow struct {
	Day  workday.Day
	Kind workday.Kind
	Name string
}

func (h handlers) calendars(w http.ResponseWriter, r *http.Request) error {
	return h.showCalendars(w, r, http.StatusOK, form.Query(r), nil)
}

func (h handlers) showCalendars(w http.ResponseWriter, r *http.Request, status int, fm *form.Form, problems []workday.Problem) error {
	cal, _, err := policy.Calendar(r.Context(), h.DB.Q())
	if err != nil {
		return err
	}
	p := calendarsPage{base: h.base(r, "查看 - 工作日历", "settings", view.Crumb{Text: "工作日历"}), Form: fm, Problems: problems,
		MayLoad: authz.Can(route.Actor(r), authz.CalendarLoad)}
	years := cal.Years()
	p.Shown = h.Today().Year()
	if n, err := strconv.Atoi(r.URL.Query().Get("year")); err == nil && cal.Known(n) {
		p.Shown = n
	}
	for i := len(years) - 1; i >= 0; i-- {
		days := special(cal, years[i])
		row := yearRow{Year: years[i], Version: cal.Version(years[i])}
		for _, d := range days {
			if d.Kind == workday.Makeup {
				row.Makeups++
			} else {
				row.Holidays++
			}
		}
		p.Years = append(p.Years, row)
		if years[i] == p.Shown {
			p.Days = days
		}
	}
	p.Missing = p.Shown
	for cal.Known(p.Missing) {
		p.Missing++
	}
	if status != http.StatusOK {
		p.bad(fm.Errors())
		p.Frame.Errors += len(problems)
	}
	return h.Render(w, r, status, showCalendars(p))
}

// special lists the holidays and make-up days of a year.
func special(cal *workday.Calendar, year int) []dayRow {
	var out []dayRow
	for d := workday.NewDay(year, 1, 1); d.Year() == year; d = d.Add(1) {
		if kind, name, _ := cal.Kind(d); kind == workday.Holiday || kind == workday.Makeup {
			out = append(out, dayRow{d, kind, name})
		}
	}
	return out
}

// loadCalendar imports the arrangement of a year.
func (h handlers) loadCalendar(w http.ResponseWriter, r *http.Request) error {
	fm, err := form.Read(r)
	if err != nil {
		return err
	}
	source := fm.Line("source", 200)
	if source == "" && fm.Valid() {
		fm.Add("source", "写明放假安排的来源，如国务院办公厅通知的文号")
	}
	file, head, err := r.FormFile("file")
	switch {
	case errors.Is(err, http.ErrMissingFile) || errors.Is(err, http.ErrNotMultipart):
		fm.Add("file", "选择放假安排的 XLSX 或 CSV 文件")
	case err != nil:
		return err
	default:
		defer file.Close()
		defer r.MultipartForm.RemoveAll()
	}
	if !fm.Valid() {
		return h.showCalendars(w, r, http.StatusUnprocessableEntity, fm, nil)
	}
	res, err := h.deps.Policy.LoadYear(r.Context(), route.Actor(r), file, head.Filename, source)
	if err := fm.Merge(err); err != nil {
		return err
	}
	if len(res.Problems) > 0 || !fm.Valid() {
		if len(res.Problems) > 0 {
			fm.Add("file", "文件有 "+strconv.Itoa(len(res.Problems))+" 处要改，改好以前不会写入，见下面的表")
		}
		return h.showCalendars(w, r, http.StatusUnprocessableEntity, fm, res.Problems)
	}
	return h.tell(w, r, pathCalendars+"?year="+strconv.Itoa(res.Year), calendarFlash(res))
}

// calendarFlash says what the import did, and which deadlines became exact.
func calendarFlash(res policy.LoadResult) session.Flash {
	year := strconv.Itoa(res.Year)
	if !res.Changed {
		return session.Flash{Tone: "info", Words: year + " 年的放假安排没有变化"}
	}
	f := session.Flash{Tone: "ok", Words: "已导入 " + year + " 年放假安排", More: "放假 " + strconv.Itoa(res.Holidays) + " 天，调休上班 " + strconv.Itoa(res.Makeups) + " 天。"}
	if n := len(res.Fixed); n > 0 {
		days := make([]string, 0, n)
		for _, d := range res.Fixed[:min(n, 5)] {
			days = append(days, d.DueOn.Chinese())
		}
		f.More += "待定的期限确定了 " + strconv.Itoa(n) + " 个：" + strings.Join(days, "、")
		f.Href, f.Link = "/deadlines/"+strconv.FormatInt(res.Fixed[0].ID, 10), "为什么是这天"
	}
	return f
}
