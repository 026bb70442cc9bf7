package kiosks

import (
	"net/http"
	"time"

	"portal/internal/authz"
	"portal/internal/kiosk"
	"portal/internal/workday"
	"portal/web/form"
	"portal/web/frame"
	"portal/web/listing"
	"portal/web/route"
	"portal/web/view"
)

// devicePage is one device with what may be done to it.
type devicePage struct {
	Frame  view.Page
	Device kiosk.Device
	Row    row
	Now    time.Time
	Facts  []view.Term
	Keys   [2]string // of 已换纸 and 发启用码
	Form   answered
	Code   *code // just issued

	MayManage, MayTend bool
}

// code is an enrolment code as it is shown, with the way to use it.
type code struct {
	Words, Until string
	Steps        []string
}

func (h handlers) device(w http.ResponseWriter, r *http.Request) error {
	return h.showDevice(w, r, fresh(r), nil)
}

// showDevice shows the page of a device, with a code that was just issued or with what a form has to say.
func (h handlers) showDevice(w http.ResponseWriter, r *http.Request, a answered, issued *code) error {
	by := route.Actor(r)
	d, err := h.Kiosks.DeviceOf(r.Context(), by, route.Param(r, "no"))
	if err != nil {
		return err
	}
	now := h.f.DB.Now()
	p := devicePage{Frame: h.staff(r, d.No+" - 一体机", a.told, view.Crumb{Text: d.No}), Device: d, Row: rowOf(d, now), Now: now, Facts: facts(d, now), Keys: [2]string{form.NewKey(), form.NewKey()}, Form: a, Code: issued,
		MayManage: authz.Allowed(by, authz.KioskManage, on(d.Community)), MayTend: authz.Allowed(by, authz.KioskTend, on(d.Community))}
	w.Header().Set("Cache-Control", "no-store") // a code may stand on it
	return h.f.Render(w, r, a.status(), showDevice(p))
}

func facts(d kiosk.Device, now time.Time) []view.Term {
	out := []view.Term{{Name: "社区", Text: d.CommunityName}, {Name: "位置", Text: d.Place}, {Name: "最近联系", Text: seen(d, now)},
		{Name: "小票怎么打", Text: d.Printer.Label()}, {Name: "存着没送到", Text: keptOf(d)}}
	if d.PaperAt != nil && d.Paper == kiosk.PaperOut {
		out = append(out, view.Term{Name: "没纸", Text: "从 " + view.Moment(*d.PaperAt, now) + " 起"})
	}
	if d.EnrolledAt != nil {
		out = append(out, view.Term{Name: "启用", Text: moment(*d.EnrolledAt)}, view.Term{Name: "浏览器", Text: browserOf(d)})
	}
	if d.Screen != "" {
		out = append(out, view.Term{Name: "屏幕", Text: d.Screen})
	}
	if d.RevokedAt != nil {
		out = append(out, view.Term{Name: "停用", Text: moment(*d.RevokedAt)}, view.Term{Name: "停用原因", Text: d.Reason})
	}
	return out
}

func moment(t time.Time) string {
	return workday.DayOf(t).Chinese() + " " + t.In(workday.Shanghai).Format("15:04")
}

// advice says in one sentence what the device needs, and what whoever reads it can do about it; no lead: nothing.
func (p devicePage) advice() view.Banner {
	d := p.Device
	orWho := func(may bool, do, who string) string {
		if may {
			return do
		}
		return who
	}
	switch {
	case d.State == kiosk.Waiting && d.HasInvite:
		return view.Banner{Tone: view.Info, Lead: "启用码已发，等着在机器上输入。", Text: orWho(p.MayManage, "没记下就再发一个，原来的同时作废", "没记下就请社区书记再发一个")}
	case d.State == kiosk.Waiting:
		return view.Banner{Tone: view.Info, Lead: "这台机器还没有启用。", Text: orWho(p.MayManage, "发启用码，到机器上输入", "请社区书记或系统管理员来启用")}
	case d.State == kiosk.Working && d.Paper == kiosk.PaperOut:
		return view.Banner{Tone: view.Warn, Lead: "小票机没纸了。", Text: orWho(p.MayTend, "居民现在只能用手机拍编号；换好请按“已换纸”", "居民现在只能用手机拍编号；社区会去换")}
	case d.Silent(p.Now):
		return view.Banner{Tone: view.Warn, Lead: "超过 10 分钟没有联系。", Text: "看看电源和网线；机器上存着的问题接通后会自动送出，不用重填"}
	}
	return view.Banner{}
}

// invite issues a code. The page shows it at once and is kept nowhere; the same form shows the same code again.
func (h handlers) invite(w http.ResponseWriter, r *http.Request) error {
	f, err := form.Read(r)
	if err != nil {
		return err
	}
	words, until, err := h.Kiosks.Invite(r.Context(), route.Actor(r), f.Key(), route.Param(r, "no"))
	if err != nil {
		if err = merge(f, err); err != nil {
			return err
		}
		return h.showDevice(w, r, back(f), nil)
	}
	address := listing.Address(r, h.Secure, "/kiosk/enrol")
	return h.showDevice(w, r, fresh(r), &code{Words: words, Until: view.Moment(until, h.f.DB.Now()), Steps: []string{
		"到 " + route.Param(r, "no") + " 跟前，在机器的浏览器里打开 " + address + "。",
		"按屏幕上的数字，输入上面 12 位启用码。",
		"出现“便民一体机”首页就启用好了，以后开机自动进首页，不用再输。"}})
}

func (h handlers) paper(w http.ResponseWriter, r *http.Request) error {
	f, err := form.Read(r)
	if err != nil {
		return err
	}
	no := route.Param(r, "no")
	if err = h.Kiosks.SetPaper(r.Context(), route.Actor(r), f.Key(), no, kiosk.PaperOK); err != nil {
		if err = merge(f, err); err != nil {
			return err
		}
		return h.showDevice(w, r, back(f), nil)
	}
	h.tell(r, "已换纸", no+" 可以打小票了")
	return route.See(w, r, pathOf(no))
}

// revokePage asks for the reason before a device is stopped.
type revokePage struct {
	Frame  view.Page
	Device kiosk.Device
	Form   answered
	Kept   string // what would stay behind on it
}

func (h handlers) revoking(w http.ResponseWriter, r *http.Request) error {
	return h.showRevoke(w, r, fresh(r))
}

func (h handlers) showRevoke(w http.ResponseWriter, r *http.Request, a answered) error {
	by, no := route.Actor(r), route.Param(r, "no")
	d, err := h.Kiosks.DeviceOf(r.Context(), by, no)
	if err != nil {
		return err
	}
	if err := authz.Check(by, authz.KioskManage, on(d.Community)); err != nil {
		return err
	}
	if d.State == kiosk.Revoked && len(a.told) == 0 {
		return route.See(w, r, pathOf(no))
	}
	p := revokePage{Frame: h.staff(r, "停用 - "+no, a.told, view.Crumb{Href: pathOf(no), Text: no}, view.Crumb{Text: "停用"}), Device: d, Form: a}
	if d.Kept > 0 {
		p.Kept = keptOf(d)
	}
	return h.f.Render(w, r, a.status(), showRevoke(p))
}

func (h handlers) revoke(w http.ResponseWriter, r *http.Request) error {
	f, err := form.Read(r)
	if err != nil {
		return err
	}
	no, reason := route.Param(r, "no"), f.Line("reason", 200)
	if f.Valid() && reason == "" {
		f.Add("reason", "写明为什么停用")
	}
	if f.Valid() {
		if err = h.Kiosks.Revoke(r.Context(), route.Actor(r), f.Key(), no, reason); err == nil {
			h.tell(r, "已停用 "+no, "这台机器马上就不能用了；要再用，登记成新的编号")
			return route.See(w, r, pathOf(no))
		}
		if err = merge(f, err); err != nil {
			return err
		}
	}
	return h.showRevoke(w, r, back(f))
}

func (h handlers) history(w http.ResponseWriter, r *http.Request) error {
	d, err := h.Kiosks.DeviceOf(r.Context(), route.Actor(r), route.Param(r, "no"))
	if err != nil {
		return err
	}
	o := frame.Opts{Title: "记录 - " + d.No, Module: module, Breadcrumbs: []view.Crumb{{Href: pathList, Text: "一体机"}, {Href: pathOf(d.No), Text: d.No}, {Text: "记录"}}}
	return h.f.History(w, r, o, d.No+" 的记录", kiosk.Kind, int64(d.ID))
}
