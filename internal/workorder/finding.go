package workorder

import (
	"context"
	"fmt"
	"time"

	"portal/internal/authz"
	"portal/internal/blob"
	"portal/internal/fault"
	"portal/internal/pg"
	"portal/internal/workday"
)

// How says what a grid worker did about what they saw (§5.3).
type How string

// What may be done about a finding.
const (
	SolvedHere How = "solved"
	ReportedUp How = "reported"
	HazardSeen How = "hazard"
)

// Hows in the order of the form.
var Hows = []How{SolvedHere, ReportedUp, HazardSeen}

// Label is what it is called.
func (h How) Label() string {
	return map[How]string{SolvedHere: "现场解决", ReportedUp: "上报", HazardSeen: "隐患"}[h]
}

// PhotoRef is a photo that was accepted and stored before.
type PhotoRef struct {
	Ref         blob.Ref
	Name, Media string
}

// FindingDraft is what a grid worker saw. DeviceKey is made on the phone, so that a delivery whose answer was lost
// counts once (reliability.md §2, 1). SeenAt is what the phone says: no clock rests on it (GRD-10).
type FindingDraft struct {
	How       How
	Category  string
	Title     string
	Words     string
	Place     string
	Building  int64
	Grid      int64
	SeenAt    time.Time
	Lng, Lat  *float64
	RectifyBy workday.Day
	DeviceKey string
	Photos    []PhotoRef
}

// Finding is what is kept of it beside its case.
type Finding struct {
	How       How
	SeenAt    time.Time
	Words     string
	Lng, Lat  *float64
	RectifyBy workday.Day
}

// Ground is a grid that somebody may report from.
type Ground struct {
	Grid          int64
	Name          string
	Community     string
	CommunityName string
}

// House is a building of a ground; Recent is the one of the person's last finding.
type House struct {
	ID     int64
	Name   string
	Grid   int64
	Recent bool
}

const longestRectify = 90 // days

// Find keeps what a grid worker saw: solved on the spot it is recorded and done; reported it goes to its lawful
// owner; a hazard gets a day until which it is put right, and is checked again by somebody else (GRD-09).
// Enforcement is not a grid worker's (GRD-16).
func (s *Service) Find(ctx context.Context, by authz.Actor, key string, f FindingDraft) (Order, error) {
	find := func() (Order, error) {
		return s.keyed(ctx, by, key, authz.FindingReport, func(tx *pg.Tx) (Order, error) { return findOnce(ctx, tx, f) })
	}
	o, err := find()
	if sameDevice(err) { // two deliveries of one record ran side by side: the second now finds the first
		o, err = find()
	}
	return o, err
}

func sameDevice(err error) bool {
	for _, f := range fault.Fields(err) {
		if f.Name == "device" {
			return true
		}
	}
	return false
}

func findOnce(ctx context.Context, tx *pg.Tx, f FindingDraft) (Order, error) {
	if !authz.Can(tx.Actor, authz.FindingReport) {
		return Order{}, fault.Forbidden("只有网格员和社区工作者能上报。需要时请登记诉求")
	}
	if f.DeviceKey != "" {
		known, err := orders(ctx, tx, today(tx), orderByDevice, f.DeviceKey)
		if err != nil {
			return Order{}, err
		}
		if len(known) > 0 {
			if known[0].ReporterAccount != tx.Actor.AccountID {
				return Order{}, fault.Conflict("这条记录由另一位上报过，请重新填写")
			}
			tx.Replayed()
			return known[0], nil
		}
	}
	c, where, err := checkFinding(ctx, tx, &f)
	if err != nil {
		return Order{}, err
	}
	o, err := openFinding(ctx, tx, f, c, where)
	if err != nil {
		return o, err
	}
	if err := insertFinding(ctx, tx, o.ID, f); err != nil {
		return o, err
	}
	stage := Before
	if f.How == SolvedHere {
		stage = After
	}
	seen := map[string]bool{}
	for _, p := range f.Photos {
		if seen[p.Ref.SHA256] {
			continue
		}
		seen[p.Ref.SHA256] = true
		if err := savePhoto(ctx, tx, o.ID, stage, p.Ref, p.Name, p.Media); err != nil {
			return o, err
		}
	}
	if f.How == SolvedHere {
		return recordSolved(ctx, tx, o, f)
	}
	if err := addStep(ctx, tx, o.ID, note{did: "现场情况", words: f.Words, lng: f.Lng, lat: f.Lat}); err != nil {
		return o, err
	}
	o, _, err = Route(ctx, tx, o)
	return o, err
}

// openFinding opens the case: its clock starts when it is reported (GRD-10); a hazard's ends with the day of
// rectification.
func openFinding(ctx context.Context, tx *pg.Tx, f FindingDraft, c findingCategory, where Ground) (Order, error) {
	year := today(tx).Year()
	n, err := tx.Number(ctx, "事", year)
	if err != nil {
		return Order{}, err
	}
	kind, hours := Found, c.Hours
	if f.How == HazardSeen {
		kind = Hazard
		hours = int((f.RectifyBy.Add(1).Start().Sub(tx.Now) + time.Hour - 1) / time.Hour)
	}
	return Open(ctx, tx, Opening{No: fmt.Sprintf("SJ-%d-%d", year, n), Source: FromFinding, Kind: kind, Category: f.Category, Title: f.Title, Place: f.Place,
		SearchWords: f.Words + " " + c.Name, Building: f.Building, Community: where.Community, Grid: where.Grid, Physical: true, Class: c.Class,
		DueHours: hours, ReporterAccount: tx.Actor.AccountID})
}

// recordSolved ends a case that was solved where it was seen: the grid had it.
func recordSolved(ctx context.Context, tx *pg.Tx, o Order, f FindingDraft) (Order, error) {
	o, err := lockOrder(ctx, tx, o.ID)
	if err != nil {
		return o, err
	}
	move, lawful := Flow.Next(o.State, authz.FindingReport)
	if !lawful {
		return o, errStale
	}
	before := o
	o.State, o.Reply, o.Result = move.To, f.Words, "solved"
	if err := giveTo(ctx, tx, &o, Owner{Kind: Grid, Grid: o.GridAtCreation, GridName: o.GridName, Account: tx.Actor.AccountID, Person: tx.Actor.Name}, "现场解决"); err != nil {
		return o, err
	}
	if err := stopAllClocks(ctx, tx, o.ID); err != nil {
		return o, err
	}
	return o, settle(ctx, tx, authz.FindingReport, &before, &o, note{did: "现场解决", words: f.Words, hand: true, lng: f.Lng, lat: f.Lat})
}

// checkFinding reads everything that was filled in and gives all that is wrong at once.
func checkFinding(ctx context.Context, tx *pg.Tx, f *FindingDraft) (findingCategory, Ground, error) {
	var wrong []fault.Field
	add := func(err error) { wrong = append(wrong, fault.Fields(err)...) }
	bad := func(field, words string) { wrong = append(wrong, fault.Field{Name: field, Message: words}) }
	if f.How.Label() == "" {
		bad("how", "请选择现场解决、上报还是隐患")
	}
	c, err := categoryOfFinding(ctx, tx, f.Category)
	if err != nil {
		return c, Ground{}, err
	}
	if c.Name == "" {
		bad("category", "请选择是哪一类")
	}
	if f.Title == "" {
		f.Title = c.Name
	}
	if c.Name != "" || f.Title != "" {
		f.Title, err = clean("title", f.Title, 2, 40, "简称写 2 到 40 个字")
		add(err)
	}
	f.Words, err = clean("words", f.Words, 0, 500, "说明最多 500 个字")
	add(err)
	f.Place, err = clean("place", f.Place, 0, 80, "地点最多 80 个字")
	add(err)
	where, name, err := groundOf(ctx, tx, f.Building, f.Grid, today(tx))
	if err != nil {
		return c, where, err
	}
	switch {
	case where.Grid == 0:
		bad("place", "请选择在哪个网格或者哪栋楼")
	case f.Place == "":
		f.Place = name
	}
	switch f.How {
	case SolvedHere:
		if c.Class == Enforcement {
			bad("how", "这一类要由执法单位处理，请改选上报")
		} else if c.Class == Management && len(f.Photos) == 0 {
			bad("photos", "这一类要有处理后的照片，请拍一张")
		}
	case HazardSeen:
		if day := today(tx); f.RectifyBy.IsZero() || f.RectifyBy.Before(day) || f.RectifyBy.Sub(day) > longestRectify {
			bad("rectify", fmt.Sprintf("填写整改期限，今天到 %s 之间", day.Add(longestRectify).Chinese()))
		}
	}
	if f.How != HazardSeen {
		f.RectifyBy = workday.Day{}
	}
	if !onEarth(f.Lng, f.Lat) {
		f.Lng, f.Lat = nil, nil // a position is optional; a broken one is none
	}
	if f.SeenAt.IsZero() || f.SeenAt.After(tx.Now) {
		f.SeenAt = tx.Now
	}
	return c, where, fault.Invalid(wrong...)
}

func onEarth(lng, lat *float64) bool {
	return lng != nil && lat != nil && *lng >= 73 && *lng <= 136 && *lat >= 3 && *lat <= 54
}
