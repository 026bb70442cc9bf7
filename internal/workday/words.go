package workday

import "fmt"

// Sentence says why the count is not complete, for instance
// 「2027 年放假安排尚未导入」, and is empty when it is.
func (e Explanation) Sentence() string {
	switch {
	case e.MissingYear != 0:
		return notPublished(e.MissingYear)
	case !e.PausedSince.IsZero():
		return "自" + e.PausedSince.Chinese() + "起暂停计时，尚未恢复"
	case !e.Complete:
		return "日期超出可推算的范围，请核对"
	}
	return ""
}

// Sentence says why the tally is not complete, empty when it is.
func (t Tally) Sentence() string {
	if t.MissingYear != 0 {
		return notPublished(t.MissingYear)
	}
	return ""
}

func notPublished(year int) string {
	return fmt.Sprintf("%d 年放假安排尚未导入", year)
}

// Summary tells the whole count in one or two Chinese sentences.
func (e Explanation) Summary() string {
	if e.From.IsZero() {
		return ""
	}
	n, way, side := e.Asked, "起往后数", "不早于"
	if n < 0 {
		n, way, side = -n, "起往前数", "不晚于"
	}
	head := fmt.Sprintf("从%s%s %d 个工作日（当日不计）", e.From.Chinese(), way, n)
	if e.Complete {
		return fmt.Sprintf("%s，到%s%s。", head, e.Due.Chinese(), e.Due.WeekdayChinese())
	}
	return fmt.Sprintf("%s，已数 %d 个，%s%s。%s。", head, e.CountedSoFar, side, e.Due.Chinese(), e.Sentence())
}

// Reason says in a few Chinese words why the day counts or does not.
func (s Step) Reason() string {
	label := s.Kind.Label()
	switch s.Kind {
	case Workday:
		return fmt.Sprintf("第 %d 个工作日", s.Index)
	case Holiday:
		label = s.Name + label
	case Makeup:
		label = s.Day.WeekdayChinese() + label + "（" + s.Name + "）"
	}
	if s.Counted {
		return fmt.Sprintf("%s，第 %d 个工作日", label, s.Index)
	}
	return label + "，不计"
}
