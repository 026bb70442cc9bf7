package workorder

import (
	"math"
	"strconv"
	"strings"
	"time"

	"github.com/a-h/templ"

	"portal/internal/authz"
	"portal/internal/place"
	"portal/internal/workday"
	"portal/internal/workorder"
	"portal/web/form"
	"portal/web/view"
)

// What the owner does: sign, speak with the resident, go there, report; ask for help or for time; object once.

// bare is the form of an act that asks nothing.
func bare(handlers, asked) ([]templ.Component, error) { return nil, nil }

var signing = act{Do: authz.WorkSign, Path: "signatures/new", Title: "签收", After: "签收的单位办到底；街道代没有账号的单位签收，会记为代录", Fields: bare,
	Run: func(h handlers, in asked) (string, string, error) {
		_, err := send(in, in.at(), h.s.Sign)
		return "已签收", "先联系居民，再到现场", err
	}}

// contactPhrases are ready words for a contact; the value is what is kept. A call that nobody answered is none: it
// would stop the clock of the first contact.
var contactPhrases = []string{"打通了，已说明情况", "打通了，约好上门", byFace}

const byFace = "当面说过了"

var contacting = act{Do: authz.WorkContact, Path: "visits/new", Only: pathRequests, Title: "记录联系", After: "首次联系的时钟到此停下",
	Fields: func(h handlers, in asked) ([]templ.Component, error) {
		return []templ.Component{
			view.Radios(view.Field{Name: "said", Label: "怎么样", Error: in.message("said")}, phraseOptions(in.f.All("said"), contactPhrases)),
			view.Text(optional(in.field("words", "补充说明", "如 约好 15:30 上门", 200))),
			view.Ticks(view.Field{Name: "told", Label: "让居民看到"}, []view.Option{{Value: "yes", Label: "在进度页上给居民看", Chosen: in.raw("told") == "yes"}})}, nil
	},
	Run: func(h handlers, in asked) (string, string, error) {
		words := spokenWords(in, "said", contactPhrases, 200)
		_, err := send(in, workorder.Contact{At: in.at(), Words: words, Told: in.tick("told"),
			ByPhone: in.raw("by_phone") == "yes" || in.raw("said") != byFace}, h.cases.Contact)
		return "已记录联系", "", err
	}}

var arriving = act{Do: authz.WorkArrive, Path: "arrivals/new", Title: "我已到现场", After: "只记下现在的时间", Fields: bare,
	Run: func(h handlers, in asked) (string, string, error) {
		d := workorder.Arrive{At: in.at()}
		if in.raw("lng") != "" && in.raw("lat") != "" { // never more than what the touch gave, and never kept in part
			if lng, lat := position(in.raw("lng"), 180), position(in.raw("lat"), 90); lng != nil && lat != nil {
				d.Lng, d.Lat = lng, lat
			}
		}
		_, err := send(in, d, h.s.Arrive)
		return "已到现场", "拍好照片、写明结果，就可以报办结", err
	},
	Next: func(o workorder.Order) string { return o.Path() + "/results/new" }}

// resultPhrases are ready sentences for the reply, to tick.
var resultPhrases = []string{"已到现场处理，问题已解决", "已联系责任单位修好，现场确认恢复正常", "已当面向您说明情况和有关规定", "已清理干净，会继续留意"}

var reporting = act{Do: authz.WorkReport, Path: "results/new", Title: "报办结", Files: true, Lead: "写清做了什么、结果怎样；正在协调不算办结",
	After: "由别人回访或核查，回访结果锁定前你看不到", Alias: map[string]string{"photo": "photos", "contact": "no_contact"},
	Fields: func(h handlers, in asked) ([]templ.Component, error) {
		kept, err := h.photosOf(in, workorder.After)
		if err != nil {
			return nil, err
		}
		ways := make([]view.Option, len(workorder.Results))
		for i, v := range workorder.Results {
			ways[i] = view.Option{Value: v.Key, Label: v.Label, Chosen: in.typed("result", workorder.Results[0].Key) == v.Key}
		}
		photo := view.Field{Name: "photos", Label: "办理后的照片", Hint: "拍现场，不拍人脸和门牌；会自动去掉位置信息", Optional: !in.o.NeedsPhoto(), Error: in.message("photos")}
		out := []templ.Component{photoField(photo, kept), phrases(view.Field{Name: "phrase", Label: "现成的话", Hint: "点一下就选上，写在答复最前面"}, phraseOptions(in.f.All("phrase"), resultPhrases)),
			view.Area(optional(in.field("words", "给居民的答复", "没有选现成的话，就在这里写；正在协调不算办结", 1000))),
			view.Radios(view.Field{Name: "result", Label: "结果", Error: in.message("result")}, ways)}
		if in.o.Source == workorder.FromRequest && in.o.ContactedAt == nil {
			out = append(out, view.Ticks(view.Field{Name: "no_contact", Label: "还没有联系记录", Hint: "留了电话的要先打电话", Error: in.message("no_contact")},
				[]view.Option{{Value: "yes", Label: "居民没有留联系方式，无法回复", Chosen: in.raw("no_contact") == "yes"}}))
		}
		return out, nil
	},
	Run: func(h handlers, in asked) (string, string, error) {
		d := workorder.Report{At: in.at(), Words: spokenWords(in, "phrase", resultPhrases, 1000), Result: in.raw("result"), NoContact: in.tick("no_contact")}
		if !in.f.Valid() {
			return "", "", in.f.Err()
		}
		at, err := h.keepPhotos(in, workorder.After, d.At)
		if err != nil {
			return "", "", err
		}
		d.At = at
		_, err = send(in, d, h.cases.Report)
		return "已报办结", "由别人回访或核查", err
	}}

var photographing = act{Do: authz.WorkReport, Path: "photos/new", Title: "加照片", Files: true, After: "照片会重新压缩，去掉拍摄位置和设备信息",
	When: func(o workorder.Order, by authz.Actor, _ pending) bool {
		return o.MayAddPhoto(by) && !o.State.Done() && o.State != workorder.Handled
	},
	Fields: func(h handlers, in asked) ([]templ.Component, error) {
		stage := in.typed("stage", string(workorder.Before))
		return []templ.Component{view.Radios(view.Field{Name: "stage", Label: "拍的是", Error: in.message("stage")},
			choices(stage, []workorder.Stage{workorder.Before, workorder.After, workorder.Evidence}, workorder.Stage.Label)),
			photoField(view.Field{Name: "photos", Label: "照片", Hint: "JPG 或 PNG，一次可以选几张；拍现场，不拍人脸和门牌", Error: in.message("photos")}, nil)}, nil
	},
	Run: func(h handlers, in asked) (string, string, error) {
		stage := form.Choice(in.f, "stage", []workorder.Stage{workorder.Before, workorder.After, workorder.Evidence})
		if stage == "" {
			in.f.Add("stage", "选拍的是办理前、办理后还是凭据")
		}
		if len(uploads(in.r)) == 0 {
			in.f.Add("photos", "先拍照或选照片")
		}
		if !in.f.Valid() {
			return "", "", in.f.Err()
		}
		_, err := h.keepPhotos(in, stage, in.at())
		return "已加照片", "", err
	},
	Next: func(o workorder.Order) string { return o.Path() + "#photos" }}

var verifying = act{Do: authz.WorkVerify, Path: "verifications/new", Only: pathEvents, Title: "核查", Lead: "核查的人不能是办理的人，也不能是上报的人", Verbs: []verb{{"pass", "核查通过，结案", "btn-primary"}, {"fail", "没有解决，退回重办", "btn-danger"}},
	Fields: func(h handlers, in asked) ([]templ.Component, error) {
		kept, err := h.photosOf(in, workorder.After)
		if err != nil {
			return nil, err
		}
		out := []templ.Component{view.Summary([]view.Term{{Name: "办理结果", Text: in.o.Reply}})}
		if len(kept) > 0 {
			out = append(out, photoStrip(kept))
		}
		return append(out, view.Area(in.field("words", "核查情况", "写明怎么看的，如 到现场看过，已恢复", 300))), nil
	},
	Run: func(h handlers, in asked) (string, string, error) {
		pass := in.raw("do") == "pass"
		_, err := send(in, workorder.Verify{At: in.at(), Pass: pass, Words: in.f.Text("words", 300)}, h.s.Verify)
		if pass {
			return "核查通过，已结案", "", err
		}
		return "已退回重办", "办理单位会看到核查情况", err
	}}

var disputing = act{Do: authz.WorkDispute, Path: "disputes/new", Title: "提出异议", Lead: "不归本单位办的，只能提一次；裁定以后不能再退", After: "等街道裁定；居民的时钟不停",
	Fields: func(h handlers, in asked) ([]templ.Component, error) {
		units, err := h.unitOptions(in, "suggests")
		if err != nil {
			return nil, err
		}
		return []templ.Component{view.Area(in.field("reason", "为什么不归本单位", "写明依据哪条职责、哪个文件", 500)),
			view.Select(view.Field{Name: "suggests", Label: "应当由谁办", Optional: true, Error: in.message("suggests")}, units)}, nil
	},
	Run: func(h handlers, in asked) (string, string, error) {
		_, err := send(in, workorder.Dispute{At: in.at(), Reason: in.f.Text("reason", 500), Suggests: in.pick("suggests")}, h.s.Dispute)
		return "已提出异议", "街道会在裁定时限内答复，时钟照走", err
	}}

var asking4help = act{Do: authz.WorkAskHelp, Path: "helps/new", Title: "请协办", Lead: "牵头的还是你，协办单位只做请它做的", After: "对方马上收到；居民的时钟照走", Alias: map[string]string{"to": "unit"},
	Fields: func(h handlers, in asked) ([]templ.Component, error) {
		units, err := h.unitOptions(in, "unit")
		if err != nil {
			return nil, err
		}
		communities, err := h.communityOptions(in, "community")
		if err != nil {
			return nil, err
		}
		return []templ.Component{view.Select(view.Field{Name: "unit", Label: "请哪个单位", Optional: true, Error: in.message("unit")}, units),
			view.Select(view.Field{Name: "community", Label: "或者请哪个社区", Hint: "社区只协助，不当主责", Optional: true, Error: in.message("community")}, communities),
			view.Area(in.field("words", "请对方做什么", "写清楚一件事，如 请带路并通知楼组长", 200))}, nil
	},
	Run: func(h handlers, in asked) (string, string, error) {
		_, err := send(in, workorder.AskHelp{At: in.at(), Unit: in.pick("unit"), Community: in.f.Line("community", 12), Words: in.f.Text("words", 200)}, h.s.AskHelp)
		return "已请协办", "对方答复以后会提醒你", err
	}}

var helping = act{Do: authz.WorkHelped, Path: "helps/answers/new", Title: "答复协办", Lead: "写明做了什么",
	Fields: func(h handlers, in asked) ([]templ.Component, error) {
		return []templ.Component{view.Area(in.field("words", "做了什么", "", 300))}, nil
	},
	Run: func(h handlers, in asked) (string, string, error) {
		_, err := send(in, workorder.HelpDone{At: in.at(), Words: in.f.Text("words", 300)}, h.s.HelpDone)
		return "已答复协办", "", err
	}}

var extending = act{Do: authz.WorkExtend, Path: "extensions/new", Title: "申请延期", Lead: "办结时限以前申请，只有一次；理由会告诉居民", After: "由街道领导审批；批准以前按原来的时限",
	Fields: func(h handlers, in asked) ([]templ.Component, error) {
		return []templ.Component{view.Date(in.field("until", "延到哪天", "", 0)), view.Area(in.field("reason", "理由", "居民会看到，先说结论", 500))}, nil
	},
	Run: func(h handlers, in asked) (string, string, error) {
		day := in.f.Day("until", h.f.Today())
		if day.IsZero() {
			in.f.Add("until", "填延到哪天")
			return "", "", in.f.Err()
		}
		_, err := send(in, workorder.Extend{At: in.at(), Until: endOf(day), Reason: in.f.Text("reason", 500)}, h.s.Extend)
		return "已申请延期", "等街道领导审批", err
	}}

var resuming = act{Do: authz.WorkResume, Path: "resumptions/new", Title: "恢复办理",
	Fields: func(h handlers, in asked) ([]templ.Component, error) {
		return []templ.Component{view.Area(in.field("words", "现在能办了，因为", "", 200))}, nil
	},
	Run: func(h handlers, in asked) (string, string, error) {
		_, err := send(in, workorder.Resume{At: in.at(), Words: in.f.Text("words", 200)}, h.s.Resume)
		return "已恢复办理", "", err
	}}

// endOf is the end of the office day on which a limit ends.
func endOf(d workday.Day) time.Time { return d.Start().Add(17*time.Hour + 30*time.Minute) }

// phraseOptions are ready sentences; those ticked stay ticked.
func phraseOptions(chosen, all []string) []view.Option {
	out := make([]view.Option, len(all))
	for i, words := range all {
		out[i] = view.Option{Value: words, Label: words}
		for _, c := range chosen {
			out[i].Chosen = out[i].Chosen || c == words
		}
	}
	return out
}

// spokenWords are the phrases that were ticked, and what was typed after them.
func spokenWords(in asked, name string, lawful []string, max int) string {
	parts := form.Choices(in.f, name, lawful)
	if typed := in.f.Text("words", max); typed != "" {
		parts = append(parts, typed)
	}
	return strings.Join(parts, "。")
}

// position reads a coordinate that the phone gave; anything else is no position.
func position(text string, bound float64) *float64 {
	v, err := strconv.ParseFloat(strings.TrimSpace(text), 64)
	if err != nil || math.IsNaN(v) || v < -bound || v > bound {
		return nil
	}
	return &v
}

// communityOptions are the communities of the street.
func (h handlers) communityOptions(in asked, name string) ([]view.Option, error) {
	values, err := h.f.Settings(in.r.Context())
	if err != nil {
		return nil, err
	}
	all, err := place.Communities(in.r.Context(), h.f.DB.Q(), values.StreetCode)
	if err != nil {
		return nil, err
	}
	out := []view.Option{{Label: "不选"}}
	for _, c := range all {
		if c.Code != in.o.HiddenFrom {
			out = append(out, view.Option{Value: c.Code, Label: c.Name, Chosen: in.raw(name) == c.Code})
		}
	}
	return out, nil
}
