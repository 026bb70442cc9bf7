package notice

import (
	"fmt"
	"strings"
	"time"

	"portal/internal/notice"
	"portal/internal/workday"
	"portal/web/view"
)

// kindIcons stand beside the words of a kind.
var kindIcons = map[notice.Kind]string{
	notice.Deliberation: "messages-square", notice.Affairs: "wallet-cards", notice.Admission: "list-checks", notice.Organization: "users",
	notice.Grid: "map-pin", notice.Handling: "clipboard-check",
}

var stateTones = map[notice.State]view.Tone{notice.Draft: view.Neutral, notice.Issued: view.OK, notice.Ended: view.Neutral, notice.Withdrawn: view.Warn}

// heading is a title without the words that every paper has: 关于……的公示.
func heading(title string) string {
	short := strings.TrimSuffix(strings.TrimPrefix(title, "关于"), "的公示")
	if short == "" {
		return title
	}
	return short
}

// left says how long objections are taken.
func left(n notice.Notice, today workday.Day) string {
	switch days := n.DaysLeft(today); {
	case n.State == notice.Ended:
		return n.LastOn.Chinese() + "结束"
	case days < 0:
		return "随时更新"
	case days == 0:
		return "今天截止"
	default:
		return fmt.Sprintf("%d 天", days)
	}
}

// maxCells is the longest window that is drawn day by day.
const maxCells = 31

// cells draws the window, one cell a day.
func cells(v notice.Version, today workday.Day) []view.DayCell {
	if v.LastOn.IsZero() || v.LastOn.Sub(v.FromOn) >= maxCells {
		return nil
	}
	var out []view.DayCell
	for d := v.FromOn; !d.After(v.LastOn); d = d.Add(1) {
		c := view.DayCell{Label: d.Short()}
		switch {
		case d.Before(today):
			c.State = "past"
		case d == today:
			c.State = "today"
		}
		out = append(out, c)
	}
	return out
}

// windowWords says the window in one line.
func windowWords(v notice.Version, exact bool) string {
	if v.LastOn.IsZero() {
		return "长期公开，" + v.FromOn.Chinese() + "起"
	}
	words := fmt.Sprintf("%s至 %s，共 %d 天", v.FromOn.Chinese(), v.LastOn.Chinese(), v.LastOn.Sub(v.FromOn)+1)
	if !exact {
		words = fmt.Sprintf("%s起，不早于 %s结束", v.FromOn.Chinese(), v.LastOn.Chinese())
	}
	return words
}

func issuedOn(v notice.Version) workday.Day {
	if v.IssuedAt == nil {
		return workday.Day{}
	}
	return workday.DayOf(*v.IssuedAt)
}

func moment(t time.Time) string {
	return workday.DayOf(t).Chinese() + " " + t.In(workday.Shanghai).Format("15:04")
}

// under is the line below a notice's title.
func under(n notice.Notice) string {
	words := n.Issuer() + " · " + issuedOn(n.Version).Short() + "发布"
	if n.N > 1 {
		words += " · 第 " + itoa(n.N) + " 版"
	}
	if n.Files > 0 {
		words += " · 附件 " + itoa(n.Files) + " 份"
	}
	return words
}
