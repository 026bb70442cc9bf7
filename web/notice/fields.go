package notice

import (
	"strconv"

	"portal/internal/blob"
	"portal/internal/notice"
	"portal/internal/workday"
	"portal/web/form"
	"portal/web/listing"
	"portal/web/view"
)

func fieldErrors(f *form.Form) []view.FieldError { return listing.Summary(f.Errors()) }

func phoneField(f *form.Form) view.Field {
	v := optional(f, "phone", "电话", "需要核实时给您打电话")
	v.Type, v.Mode, v.Complete, v.Width = "tel", "tel", "tel", "m"
	return v
}

func postedOn(p actPage, today string) view.Field {
	f := field(p.Form, "on", "哪天贴的")
	if !p.Form.Has("on") {
		f.Value = today
	}
	return f
}

func fileField(p actPage) view.Field {
	return view.Field{Name: blob.Field, Label: "张贴后的照片", Hint: "拍到公示全文和公告栏。照片只有工作人员能看，位置信息会去掉", Error: listing.MessageOf(p.Form.Errors(), blob.Field)}
}

func objectionPath(o notice.Objection) string {
	return pathObjections + "/" + strconv.FormatInt(int64(o.ID), 10)
}

func deadline(o notice.Objection) string { return strconv.FormatInt(o.Deadline, 10) }

// answerState says how an objection stands.
func answerState(o notice.Objection, today workday.Day) string {
	switch {
	case o.Answered():
		return "已答复，" + moment(*o.RepliedAt)
	case o.Late(today):
		return "超期 " + itoa(today.Sub(o.DueOn)) + " 天"
	case o.DueExact && o.DueOn == today:
		return "今天到期"
	}
	return "待答复，" + due(o) + "到期"
}

// answerTone is the colour of it.
func answerTone(o notice.Objection, today workday.Day) view.Tone {
	switch {
	case o.Answered():
		return view.OK
	case o.Late(today):
		return view.Danger
	case o.DueExact && !o.DueOn.After(today.Add(1)):
		return view.Warn
	}
	return view.Info
}

func dash(s string) string {
	if s == "" {
		return "没有留"
	}
	return s
}

// number is the notice that the receipt belongs to.
func (p receiptPage) number() string {
	return notice.Notice{Year: p.Year, Seq: p.Seq}.No(p.Word)
}
