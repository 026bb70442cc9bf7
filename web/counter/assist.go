package counter

import (
	"net/http"
	"slices"
	"time"

	"portal/internal/authz"
	"portal/internal/request"
	"portal/web/form"
	"portal/web/route"
)

// consentWords are what is read out before somebody types for a resident (REQ-16); they are kept with the
// version of the privacy words.
func consentWords(street, version string) string {
	return "您请" + street + "的工作人员代您填写诉求。填写的内容会念给您核对；姓名、电话和门牌只用来办理和回复这件事，您可以不留，也可以随时叫停。代办只管这一次，到时间自动结束。（告知版本 " + version + "）"
}

// strip tells how many minutes of 代办 are left, for every page of the desk.
func (h handlers) strip(r *http.Request, by authz.Actor) (int, error) {
	a, running, err := h.Requests.AssistOf(r.Context(), by)
	if err != nil || !running {
		return 0, err
	}
	return minutes(a.Left), nil
}

// minutes are begun minutes: what has still some seconds left shows 1.
func minutes(left time.Duration) int { return int((left + time.Minute - 1) / time.Minute) }

func (h handlers) fillAssist(r *http.Request, p *takePage) error {
	v, err := h.f.Settings(r.Context())
	if err != nil {
		return err
	}
	a, running, err := h.Requests.AssistOf(r.Context(), route.Actor(r))
	if err != nil {
		return err
	}
	p.Consent = consentWords(v.StreetName, v.NoticeVersion)
	p.AssistHint = "开始后 " + itoa(v.AssistMinutes) + " 分钟自动结束，每一页都会提示，并留下记录"
	if p.Running = running; running {
		p.Left = minutes(a.Left)
	}
	return nil
}

// startAssist begins 代办 within the form, so that nothing typed is lost. The page that comes back has a new
// key: the old one is used up.
func (h handlers) startAssist(w http.ResponseWriter, r *http.Request, f *form.Form) error {
	v, err := h.f.Settings(r.Context())
	if err != nil {
		return err
	}
	x := back(f, nil)
	if !slices.Contains(f.All("agreed"), "yes") {
		f.Add("agreed", "先把这段话念给居民听，居民同意后打勾")
	}
	if f.Valid() {
		_, err = h.Requests.StartAssist(r.Context(), route.Actor(r), f.Key(), consentWords(v.StreetName, v.NoticeVersion))
		if err = keep(f, err); err != nil {
			return err
		}
	}
	if x.told = f.Errors(); len(x.told) == 0 {
		x.Key = form.NewKey()
		x.overrides = map[string]string{"channel": string(request.Assisted)}
	}
	return h.showTake(w, r, x)
}

func (h handlers) endAssist(w http.ResponseWriter, r *http.Request) error {
	f, err := form.Read(r)
	if err != nil {
		return err
	}
	if err = h.Requests.EndAssist(r.Context(), route.Actor(r), f.Key()); err != nil {
		return err
	}
	h.tell(r, "ok", "代办已结束", "已留下记录")
	return route.See(w, r, pathNew)
}

// readAssist ties a filing of 代办 to the entry that runs; without one the resident has not agreed.
func (h handlers) readAssist(r *http.Request, f *form.Form, in *request.Filing) error {
	if in.Channel != request.Assisted {
		return nil
	}
	a, running, err := h.Requests.AssistOf(r.Context(), route.Actor(r))
	if err != nil {
		return err
	}
	if !running {
		f.Add("agreed", "代办还没有开始，或者已经到时间。念给居民听，同意后再开始")
		return nil
	}
	in.Assist = a.ID
	return nil
}
