package kiosks

import (
	"net/http"
	"regexp"
	"strconv"
	"time"

	"portal/internal/authz"
	"portal/internal/kiosk"
	"portal/internal/place"
	"portal/web/form"
	"portal/web/route"
	"portal/web/view"
)

// listPage is the register.
type listPage struct {
	Frame    view.Page
	Lead     string
	Rows     []row
	May      bool // register a device
	MayHelp  bool
	Calls    int // that nobody has taken
	Demo     bool
	EmptyWhy string
}

// row is one device, written out.
type row struct {
	kiosk.Device
	Seen  string
	State chip
	Sheet chip
	Kept  string
}

// chip is a status with its sign.
type chip struct {
	Tone        view.Tone
	Icon, Words string
}

func (h handlers) list(w http.ResponseWriter, r *http.Request) error {
	ctx, by := r.Context(), route.Actor(r)
	all, err := h.Kiosks.Devices(ctx, by)
	if err != nil {
		return err
	}
	p := listPage{Frame: h.staff(r, "一体机", nil), May: authz.Can(by, authz.KioskManage), MayHelp: authz.Can(by, authz.KioskHelp), Demo: h.Demo,
		EmptyWhy: "登记一台机器，发启用码，在机器上输入就能用"}
	if !p.May {
		p.EmptyWhy = "由社区书记或系统管理员登记"
	}
	now, attention := h.f.DB.Now(), 0
	for _, d := range all {
		p.Rows = append(p.Rows, rowOf(d, now))
		if d.State == kiosk.Working && (d.Silent(now) || d.Paper == kiosk.PaperOut || d.Kept > 0) {
			attention++
		}
	}
	p.Lead = tally(len(all), attention)
	if p.MayHelp {
		waiting, err := h.Kiosks.Waiting(ctx, by)
		if err != nil {
			return err
		}
		for _, c := range waiting {
			if c.State == kiosk.CallWaiting {
				p.Calls++
			}
		}
	}
	return h.f.Render(w, r, http.StatusOK, showList(p))
}

func tally(all, attention int) string {
	switch {
	case all == 0:
		return "还没有登记的机器"
	case attention == 0:
		return strconv.Itoa(all) + " 台，都不用管"
	}
	return strconv.Itoa(all) + " 台，" + strconv.Itoa(attention) + " 台要去看一看"
}

func rowOf(d kiosk.Device, now time.Time) row {
	return row{Device: d, Seen: seen(d, now), State: stateOf(d, now), Sheet: paperOf(d), Kept: keptOf(d)}
}

func seen(d kiosk.Device, now time.Time) string {
	if d.LastSeen == nil {
		return "还没有联系过"
	}
	return view.Moment(*d.LastSeen, now)
}

// stateOf says whether a device can be used now; a silent one is told apart from one that works.
func stateOf(d kiosk.Device, now time.Time) chip {
	switch {
	case d.State == kiosk.Revoked:
		return chip{view.Neutral, "circle-minus", d.State.Label()}
	case d.State == kiosk.Waiting:
		return chip{view.Info, "key-round", d.State.Label()}
	case d.Silent(now):
		return chip{view.Warn, "wifi-off", "没有联系"}
	}
	return chip{view.OK, "circle-check", d.State.Label()}
}

func paperOf(d kiosk.Device) chip {
	if d.Paper == kiosk.PaperOut {
		return chip{view.Danger, "printer", d.Paper.Label()}
	}
	return chip{view.OK, "printer", d.Paper.Label()}
}

func keptOf(d kiosk.Device) string {
	if d.Kept == 0 {
		return "没有"
	}
	return strconv.Itoa(d.Kept) + " 件"
}

var engine = regexp.MustCompile(`(Chrome|Chromium|Firefox|Edg)/([0-9]{1,4})`)

// browserOf shortens what a browser says of itself.
func browserOf(d kiosk.Device) string {
	m := engine.FindStringSubmatch(d.Agent)
	switch {
	case d.Agent == "":
		return "还不知道"
	case m == nil:
		return "其他浏览器"
	case m[1] == "Chrome":
		return "Chromium " + m[2]
	}
	return m[1] + " " + m[2]
}

// registerPage is 登记新机.
type registerPage struct {
	Frame       view.Page
	Form        answered
	Communities []view.Option
	Printers    []view.Option
}

var printerHints = map[kiosk.Printer]string{kiosk.ByBrowser: "小票机装在机器的系统里，浏览器直接打，不弹窗",
	kiosk.BySpool: "服务器把小票交给打印目录，要先由运维设好"}

func (h handlers) registering(w http.ResponseWriter, r *http.Request) error {
	return h.showRegister(w, r, fresh(r))
}

func (h handlers) register(w http.ResponseWriter, r *http.Request) error {
	f, err := form.Read(r)
	if err != nil {
		return err
	}
	n := kiosk.NewDevice{No: f.Line("no", 7), Community: f.Line("community", 12), Place: f.Line("place", 40), Printer: form.Choice(f, "printer", kiosk.Printers)}
	if f.Valid() && f.Raw("printer") == "" {
		f.Add("printer", "选小票怎么打")
	}
	if f.Valid() {
		d, err := h.Kiosks.Register(r.Context(), route.Actor(r), f.Key(), n)
		if err == nil {
			h.tell(r, "已登记 "+d.No, "下一步：发启用码，到机器上输入")
			return route.See(w, r, pathOf(d.No))
		}
		if err = merge(f, err); err != nil {
			return err
		}
	}
	return h.showRegister(w, r, back(f))
}

func (h handlers) showRegister(w http.ResponseWriter, r *http.Request, a answered) error {
	v, err := h.f.Settings(r.Context())
	if err != nil {
		return err
	}
	all, err := place.Communities(r.Context(), h.f.DB.Q(), v.StreetCode)
	if err != nil {
		return err
	}
	p := registerPage{Frame: h.staff(r, "登记新机 - 一体机", a.told, view.Crumb{Text: "登记新机"}), Form: a}
	for _, c := range all {
		if authz.Allowed(route.Actor(r), authz.KioskManage, on(c.Code)) {
			p.Communities = append(p.Communities, view.Option{Value: c.Code, Label: c.Name, Chosen: a.form.Raw("community") == c.Code})
		}
	}
	if len(p.Communities) == 1 {
		p.Communities[0].Chosen = true
	} else {
		p.Communities = append([]view.Option{{Label: "请选择"}}, p.Communities...)
	}
	for i, k := range kiosk.Printers {
		p.Printers = append(p.Printers, view.Option{Value: string(k), Label: k.Label(), Hint: printerHints[k], Chosen: a.form.Raw("printer") == string(k) || i == 0 && a.form.Raw("printer") == ""})
	}
	return h.f.Render(w, r, a.status(), showRegister(p))
}
