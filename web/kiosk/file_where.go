package kiosk

import (
	"context"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"portal/internal/authz"
	"portal/internal/fault"
	"portal/internal/place"
	"portal/internal/request"
	"portal/web/form"
	"portal/web/listing"
	"portal/web/view"
)

// What the place question asks, one after the other; each has its own screen.
const (
	paramAsk     = "ask"
	askCompound  = "compound"
	askBuilding  = "building"
	askUnit      = "unit"
	askPublic    = "public"
	askCommunity = "community"

	paramCompound  = "compound"
	paramBuilding  = "building"
	paramUnit      = "unit"
	paramSpot      = "spot"
	paramCommunity = "community"

	compoundsAsked = 5
	numbersOnPage  = 30 // short names: judged as the keys of a pad
	longNames      = 12
	shortName      = 4
	usualUnits     = 6 // where no doorplates tell
	unitUnknown    = "none"
	maxName        = 40
	mostChoices    = 7 // on a screen (UX-K1)

	keysShort = "short"
	keysLong  = "long"
)

// spots are public places in plain words; what is not among them is said in the next question.
var spots = []string{"小区门口", "小区里的路上", "马路边", "公园、广场", "河边", "菜场、店铺门口", "其他地方"}

// wherePage asks 在哪里.
type wherePage struct {
	stepPage
	Ask         string
	Title, Lead string
	Picks       []view.KPick
	Keys        string // the picks are keys of a pad: how wide
	Leaf        leaf
	Back        view.KMove
}

func wherePath(ask string) string {
	return listing.With(stepPath(stepWhere), url.Values{paramAsk: {ask}})
}

// asks is the question that is due: what the address asks for, or the first that has no answer.
func (d draft) asks(wanted string, compounds []string) string {
	switch {
	case wanted == askPublic, wanted == askCommunity:
		return wanted
	case len(compounds) == 0:
		return askPublic
	case wanted == askCompound && len(compounds) > 1, d.Compound == "" && len(compounds) > 1:
		return askCompound
	case wanted == askUnit && d.Building != 0:
		return askUnit
	}
	return askBuilding
}

func (h handlers) showWhere(w http.ResponseWriter, r *http.Request, at *here, p stepPage) error {
	ctx := r.Context()
	compounds, err := h.Grids.CompoundsIn(ctx, p.Draft.Community, h.f.Today())
	if err != nil {
		return err
	}
	out := wherePage{stepPage: p}
	out.Back = p.back()
	ask := map[string]func(context.Context, *http.Request, *here, *wherePage, []string) error{
		askCompound: h.whichCompound, askBuilding: h.whichBuilding, askUnit: h.whichUnit, askPublic: h.whichSpot, askCommunity: h.whichCommunity}
	out.Ask = p.Draft.asks(r.URL.Query().Get(paramAsk), compounds)
	if err := ask[out.Ask](ctx, r, at, &out, compounds); err != nil {
		return err
	}
	return h.f.Render(w, r, status(p.Errors), showWhere(out))
}

func (h handlers) whichCompound(_ context.Context, r *http.Request, _ *here, p *wherePage, compounds []string) error {
	p.Title, p.Lead = "在哪个小区", p.Draft.CommunityName
	rows, l := cut(r, compounds, compoundsAsked)
	p.Leaf = l
	for _, name := range rows {
		p.Picks = append(p.Picks, view.KPick{Name: paramCompound, Value: name, Text: name, Icon: "building-2", Chosen: name == p.Draft.Compound})
	}
	p.Picks = append(p.Picks, elsewhere("不在楼里，在公共地方")...)
	return nil
}

// elsewhere are the two ways out of the lists of buildings.
func elsewhere(words string) []view.KPick {
	return []view.KPick{{Href: wherePath(askPublic), Text: words, Hint: "小区门口、路边、广场", Icon: "map-pin"},
		{Href: wherePath(askCommunity), Text: "在别的社区", Icon: "map"}}
}

func (h handlers) whichBuilding(ctx context.Context, r *http.Request, _ *here, p *wherePage, compounds []string) error {
	compound := p.Draft.Compound
	if len(compounds) == 1 {
		compound = compounds[0]
	} else {
		p.Back.Href = wherePath(askCompound)
	}
	all, err := h.Grids.BuildingsIn(ctx, p.Draft.Community, compound, h.f.Today())
	if err != nil {
		return err
	}
	p.Title, p.Lead = "在哪栋楼", compound+"，不在楼里的选最近的一栋"
	size := numbersOnPage
	p.Keys = keysShort
	if slices.ContainsFunc(all, func(b place.Building) bool { return utf8.RuneCountInString(b.Name) > shortName }) {
		size, p.Keys = longNames, keysLong
	}
	rows, l := cut(r, all, size)
	p.Leaf = l
	for _, b := range rows {
		p.Picks = append(p.Picks, view.KPick{Name: paramBuilding, Value: strconv.FormatInt(b.ID, 10), Text: b.Name, Chosen: b.ID == p.Draft.Building})
	}
	return nil
}

func (h handlers) whichUnit(ctx context.Context, _ *http.Request, _ *here, p *wherePage, _ []string) error {
	p.Title, p.Lead = "在几单元", p.Draft.Label
	p.Back.Href = wherePath(askBuilding)
	units, err := h.units(ctx, p.Draft)
	if err != nil {
		return err
	}
	for _, u := range units {
		p.Picks = append(p.Picks, view.KPick{Name: paramUnit, Value: u, Text: u, Chosen: u == p.Draft.Unit})
	}
	p.Picks = append(p.Picks, view.KPick{Name: paramUnit, Value: unitUnknown, Text: "不分单元、不清楚"})
	if len(p.Picks) > mostChoices {
		p.Keys = keysLong
	}
	return nil
}

// units are those that the doorplates of a building tell, else the usual ones.
func (h handlers) units(ctx context.Context, d draft) ([]string, error) {
	all, err := place.AddressesOf(ctx, h.f.DB.Q(), d.Building)
	if err != nil {
		return nil, err
	}
	most := 0
	for _, a := range all {
		if rest, ok := strings.CutPrefix(a.Text, d.Label); ok {
			digits, _, there := strings.Cut(rest, "单元")
			if n, err := strconv.Atoi(digits); there && err == nil && n <= longNames {
				most = max(most, n)
			}
		}
	}
	if most == 0 {
		most = usualUnits
	}
	var out []string
	for n := range most {
		out = append(out, strconv.Itoa(n+1)+"单元")
	}
	return out, nil
}

func (h handlers) whichSpot(_ context.Context, _ *http.Request, _ *here, p *wherePage, compounds []string) error {
	p.Title, p.Lead = "在什么地方", p.Draft.CommunityName
	if p.Draft.Compound != "" && p.Draft.Building == 0 && slices.Contains(compounds, p.Draft.Compound) {
		p.Lead = p.Draft.Compound
	}
	if len(compounds) > 0 {
		p.Back.Href = wherePath(askCompound)
	}
	for _, s := range spots {
		p.Picks = append(p.Picks, view.KPick{Name: paramSpot, Value: s, Text: s, Chosen: strings.HasSuffix(p.Draft.Place, " "+s)})
	}
	return nil
}

func (h handlers) whichCommunity(ctx context.Context, r *http.Request, at *here, p *wherePage, _ []string) error {
	p.Title, p.Lead = "在哪个社区", "不清楚就按“叫人帮忙”"
	p.Back.Href = wherePath(askCompound)
	all, err := h.communities(ctx)
	if err != nil {
		return err
	}
	rows, l := cut(r, all, compoundsAsked+1)
	p.Leaf = l
	for _, c := range rows {
		k := view.KPick{Name: paramCommunity, Value: c.Code, Text: c.Name, Chosen: c.Code == p.Draft.Community}
		if c.Code == at.Session.Device.Community {
			k.Hint = "本机在这里"
		}
		p.Picks = append(p.Picks, k)
	}
	return nil
}

func (h handlers) communities(ctx context.Context) ([]place.Division, error) {
	set, err := h.f.Settings(ctx)
	if err != nil {
		return nil, err
	}
	return listing.Communities(ctx, h.f.DB.Q(), set.StreetCode)
}

// takeWhere goes one question further down, or to the next step.
func (h handlers) takeWhere(ctx context.Context, _ *here, fm *form.Form, d draft) (taken, error) {
	switch {
	case fm.Has(paramCommunity):
		return h.takeCommunity(ctx, fm, d)
	case fm.Has(paramCompound):
		return h.takeCompound(ctx, fm, d)
	case fm.Has(paramBuilding):
		return h.takeBuilding(ctx, fm, d)
	case fm.Has(paramUnit) && d.Building != 0:
		return h.takeUnit(ctx, fm, d)
	case fm.Has(paramSpot):
		return h.takeSpot(ctx, fm, d)
	}
	return wrong(d, errNoPick)
}

// nowhere forgets the place but not the community.
func (d draft) nowhere() draft {
	d.Compound, d.Building, d.Label, d.Unit, d.Place, d.Grid, d.Placed, d.Same = "", 0, "", "", "", 0, false, ""
	return d
}

func (h handlers) takeCommunity(ctx context.Context, fm *form.Form, d draft) (taken, error) {
	all, err := h.communities(ctx)
	if err != nil {
		return taken{}, err
	}
	i := slices.IndexFunc(all, func(c place.Division) bool { return c.Code == fm.Raw(paramCommunity) })
	if i < 0 {
		return wrong(d, errNoPick)
	}
	d = d.nowhere()
	d.Community, d.CommunityName = all[i].Code, all[i].Name
	return taken{Draft: d, To: wherePath(askCompound)}, nil
}

func (h handlers) takeCompound(ctx context.Context, fm *form.Form, d draft) (taken, error) {
	all, err := h.Grids.CompoundsIn(ctx, d.Community, h.f.Today())
	if err != nil {
		return taken{}, err
	}
	name := fm.Line(paramCompound, maxName)
	if !fm.Valid() || !slices.Contains(all, name) {
		return wrong(d, errNoPick)
	}
	if d.Compound != name {
		d = d.nowhere()
		d.Compound = name
	}
	return taken{Draft: d, To: wherePath(askBuilding)}, nil
}

// takeBuilding takes a building with the grid that answers for it today.
func (h handlers) takeBuilding(ctx context.Context, fm *form.Form, d draft) (taken, error) {
	id, _ := strconv.ParseInt(fm.Raw(paramBuilding), 10, 64)
	at, err := h.Grids.AtBuilding(ctx, authz.Anonymous, id, h.f.Today())
	if fault.KindOf(err) == fault.KindNotFound {
		return wrong(d, "没有找到这栋楼，请再选一次")
	}
	if err != nil {
		return taken{}, err
	}
	d = d.nowhere()
	d.Compound, d.Building, d.Label = at.Building.Compound, at.Building.ID, at.Building.Label()
	d.Community, d.CommunityName, d.Grid = at.Grid.Community, at.Grid.CommunityName, int64(at.Grid.Answering())
	return taken{Draft: d, To: wherePath(askUnit)}, nil
}

func (h handlers) takeUnit(ctx context.Context, fm *form.Form, d draft) (taken, error) {
	units, err := h.units(ctx, d)
	if err != nil {
		return taken{}, err
	}
	switch unit := fm.Raw(paramUnit); {
	case unit == unitUnknown:
		d.Unit = ""
	case slices.Contains(units, unit):
		d.Unit = unit
	default:
		return wrong(d, errNoPick)
	}
	d.Placed = true
	return taken{Draft: d, To: d.onward()}, nil
}

// takeSpot takes a public place in words: of the compound when one was chosen, else of the community.
func (h handlers) takeSpot(_ context.Context, fm *form.Form, d draft) (taken, error) {
	spot := fm.Raw(paramSpot)
	if !slices.Contains(spots, spot) {
		return wrong(d, errNoPick)
	}
	of := d.CommunityName
	if d.Compound != "" && d.Building == 0 {
		of = d.Compound
	}
	d = d.nowhere()
	d.Place, d.Placed = of+" "+spot, true
	return taken{Draft: d, To: d.onward()}, nil
}

// onward is where an answer leads: to the next open question, or back to the look over everything when it was
// changed from there.
func (d draft) onward() string { return stepPath(d.open(stepCheck)) }

// similar is a running request on the same matter nearby, without anybody's data (REQ-05).
func (h handlers) similar(ctx context.Context, d draft) (request.SimilarRow, bool, error) {
	if d.Kind == request.Report {
		return request.SimilarRow{}, false, nil
	}
	found, err := h.Requests.Similar(ctx, authz.Anonymous, request.Like{Category: d.Category, Building: d.Building, Community: d.Community, Limit: 1})
	if err != nil || len(found) == 0 {
		return request.SimilarRow{}, false, err
	}
	return found[0], true, nil
}

// asksBuilding reports whether the list on the page is that of the buildings.
func (p wherePage) asksBuilding() bool { return p.Ask == askBuilding }
