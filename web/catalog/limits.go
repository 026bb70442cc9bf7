package catalog

import (
	"context"
	"net/http"
	"slices"
	"strconv"

	"portal/internal/authz"
	"portal/internal/fault"
	"portal/internal/policy"
	"portal/web/form"
	"portal/web/listing"
	"portal/web/route"
	"portal/web/session"
	"portal/web/view"
)

// limitsPage is every setting of today.
type limitsPage struct {
	base
	Rows       []limitRow
	Waiting    []proposalRow
	MayPropose bool
	MayConfirm bool
}

// limitRow is one setting with where it comes from.
type limitRow struct {
	Key                            policy.Key
	Label, Value, Unit, Tag, Basis string
	From                           string
}

// proposalRow is a change that waits for a second person.
type proposalRow struct {
	policy.Setting
	Mine bool
}

func (h handlers) limits(w http.ResponseWriter, r *http.Request) error {
	p := limitsPage{base: h.base(r, "查看 - 规则和参数", "settings", view.Crumb{Text: "规则和参数"}),
		MayPropose: authz.Can(route.Actor(r), authz.PolicyPropose), MayConfirm: authz.Can(route.Actor(r), authz.PolicyConfirm)}
	in, err := policy.InForce(r.Context(), h.DB.Q(), h.Today())
	if err != nil {
		return err
	}
	for _, d := range policy.Defaults {
		row := limitRow{Key: d.Key, Label: d.Label, Value: d.Value, Unit: d.Unit, Tag: d.Tag, Basis: d.Basis, From: "默认"}
		if s, ok := in[d.Key]; ok {
			row.Value, row.Basis, row.From = s.Value, s.Basis, lasting(s)
		}
		p.Rows = append(p.Rows, row)
	}
	if p.Waiting, err = h.waiting(r, ""); err != nil {
		return err
	}
	return h.Render(w, r, http.StatusOK, showLimits(p))
}

func (h handlers) waiting(r *http.Request, key policy.Key) ([]proposalRow, error) {
	all, err := policy.Waiting(r.Context(), h.DB.Q())
	if err != nil {
		return nil, err
	}
	var out []proposalRow
	for _, s := range all {
		if key == "" || s.Key == key {
			out = append(out, proposalRow{s, s.ProposedBy != nil && *s.ProposedBy == route.Actor(r).AccountID})
		}
	}
	return out, nil
}

// lasting writes the days of a setting.
func lasting(s policy.Setting) string {
	last := s.Until
	if !last.IsZero() {
		last = last.Add(-1)
	}
	return listing.Span(s.From, last)
}

// limitPage is one setting: its values over time, and a change.
type limitPage struct {
	base
	Default    policy.Default
	History    []policy.Setting
	Waiting    []proposalRow
	MayPropose bool
	MayConfirm bool
	Form       *form.Form
}

var errNoLimit = fault.NotFound("没有这项参数。请回到规则和参数，从列出的参数里选")

func (h handlers) limit(w http.ResponseWriter, r *http.Request) error {
	return h.showLimit(w, r, http.StatusOK, form.Query(r))
}

func (h handlers) showLimit(w http.ResponseWriter, r *http.Request, status int, fm *form.Form) error {
	key := policy.Key(route.Param(r, "key"))
	at := slices.IndexFunc(policy.Defaults, func(d policy.Default) bool { return d.Key == key })
	if at < 0 {
		return errNoLimit
	}
	p := limitPage{Default: policy.Defaults[at], Form: fm, MayPropose: authz.Can(route.Actor(r), authz.PolicyPropose), MayConfirm: authz.Can(route.Actor(r), authz.PolicyConfirm)}
	p.base = h.base(r, "修改 - "+p.Default.Label, "settings", view.Crumb{Href: pathLimits, Text: "规则和参数"}, view.Crumb{Text: p.Default.Label})
	var err error
	if p.History, err = policy.History(r.Context(), h.DB.Q(), key); err != nil {
		return err
	}
	if p.Waiting, err = h.waiting(r, key); err != nil {
		return err
	}
	if status != http.StatusOK {
		p.bad(fm.Errors())
	}
	return h.Render(w, r, status, showLimit(p))
}

func (p limitPage) path() string { return pathLimits + "/" + string(p.Default.Key) }

// confirmed are the values that held or hold.
func (p limitPage) confirmed() []policy.Setting {
	return slices.DeleteFunc(slices.Clone(p.History), func(s policy.Setting) bool { return s.ConfirmedAt == nil })
}

func (h handlers) propose(w http.ResponseWriter, r *http.Request) error {
	fm, err := form.Read(r)
	if err != nil {
		return err
	}
	key := policy.Key(route.Param(r, "key"))
	today := h.Today()
	p := policy.Proposal{Key: key, Value: fm.Line("value", 60), Basis: fm.Line("basis", 200), From: fm.Day("from", today), FormKey: fm.Key()}
	if last := fm.Day("last", today); !last.IsZero() {
		p.Until = last.Add(1)
	}
	if fm.Valid() {
		_, err := h.deps.Policy.Propose(r.Context(), route.Actor(r), p)
		if err == nil {
			return h.tell(w, r, pathLimits, session.Flash{Tone: "ok", Words: "已提出修改", More: key.Label() + "，由另一位管理员确认后生效"})
		}
		if err := fm.Merge(renamed(err)); err != nil {
			return err
		}
	}
	return h.showLimit(w, r, http.StatusUnprocessableEntity, fm)
}

// renamed puts the message about the end beside the field of the last day.
func renamed(err error) error {
	fields := slices.Clone(fault.Fields(err))
	if len(fields) == 0 {
		return err
	}
	for i := range fields {
		if fields[i].Name == "until" {
			fields[i].Name = "last"
		}
	}
	return fault.Invalid(fields...)
}

func proposalID(r *http.Request) (int64, error) {
	id, err := strconv.ParseInt(route.Param(r, "id"), 10, 64)
	if err != nil || id <= 0 {
		return 0, fault.NotFound("没有这项修改。可能已经被撤下，请回到规则和参数页查看")
	}
	return id, nil
}

func (h handlers) confirm(w http.ResponseWriter, r *http.Request) error {
	return h.settle(w, r, h.deps.Policy.Confirm, "已确认修改，从生效日期起执行")
}

func (h handlers) drop(w http.ResponseWriter, r *http.Request) error {
	return h.settle(w, r, h.deps.Policy.Drop, "已撤下这项修改")
}

func (h handlers) settle(w http.ResponseWriter, r *http.Request, do func(context.Context, authz.Actor, int64, string) error, words string) error {
	fm, err := form.Read(r)
	if err != nil {
		return err
	}
	id, err := proposalID(r)
	if err != nil {
		return err
	}
	if err := do(r.Context(), route.Actor(r), id, fm.Key()); err != nil {
		return err
	}
	return h.tell(w, r, pathLimits, session.Flash{Tone: "ok", Words: words})
}
