package request

import (
	"bytes"
	"image"
	"image/png"
	"strings"
	"testing"

	"portal/internal/authz"
	"portal/internal/fault"
	"portal/internal/pg"
	"portal/internal/secret"
	"portal/internal/workday"
)

func signedPhoto(t *testing.T) []byte {
	t.Helper()
	var out bytes.Buffer
	if err := png.Encode(&out, image.NewGray(image.Rect(0, 0, 4, 4))); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

// errand is an errand of the clerk on a request in 槐荫社区.
type errand struct {
	*house
	r         Request
	no        string
	secretary authz.Actor
	keys      int
}

func openErrand(t *testing.T) *errand {
	t.Helper()
	return startErrand(t, open(t))
}

func startErrand(t *testing.T, h *house) *errand {
	t.Helper()
	e := &errand{house: h}
	e.r, _ = e.file(e.clerk, nil)
	e.secretary = e.person("shu.ji", "何书记", authz.Secretary, e.unit("槐荫社区居委会", "street_section"))
	e.secretary.Posts[0].Division = huaiyin
	a, err := e.begin(e.clerk, AgencyOpening{Matter: "代办居住证", Scope: "递交材料、领取证件，不代签其他文件", Until: e.today().Add(30)})
	if err != nil {
		t.Fatal(err)
	}
	e.no = a.No
	return e
}

func (e *errand) today() workday.Day { return workday.DayOf(e.now) }

func (e *errand) begin(by authz.Actor, in AgencyOpening) (a Agency, err error) {
	err = e.db.Write(e.t.Context(), by, func(tx *pg.Tx) error {
		a, err = e.s.OpenAgencyTx(e.t.Context(), tx, e.r.No, in)
		return err
	})
	return a, err
}

func (e *errand) key() string {
	e.keys++
	return "key-of-the-errand-" + strings.Repeat("x", e.keys)
}

// at is the errand as it stands now.
func (e *errand) at() AgencyAt {
	e.t.Helper()
	at := AgencyAt{No: e.no}
	e.one(&at.Version, `SELECT version FROM agency WHERE no = $1`, e.no)
	return at
}

func (e *errand) read(by authz.Actor) Agency {
	e.t.Helper()
	a, err := e.s.Agency(e.t.Context(), by, e.no)
	if err != nil {
		e.t.Fatal(err)
	}
	return a
}

func (e *errand) sign() {
	e.t.Helper()
	if err := e.s.SignAgency(e.t.Context(), e.clerk, e.key(), e.at(), AgencySigning{How: WrittenAuthorization, Signer: "张三丰", Day: e.today(), Photo: signedPhoto(e.t)}); err != nil {
		e.t.Fatal(err)
	}
}

func (e *errand) take(name string) error {
	return e.s.AddAgencyDocument(e.t.Context(), e.clerk, e.key(), e.at(), NewAgencyDocument{Name: name, Original: true, Pages: 2})
}

func (e *errand) giveBack(by authz.Actor, documents ...int) error {
	return e.s.HandOver(e.t.Context(), by, e.key(), e.at(), NewAgencyHandover{Documents: documents, Way: WayReturned, Signer: "张三丰", Day: e.today(), Photo: signedPhoto(e.t)})
}

// REQ-16: nothing is taken and nothing is done before the authorization; every document goes back on a signed list;
// what was said and signed stands nowhere unsealed, and each act is in the trail.
func TestAnErrandFromAuthorizationToTheSignedList(t *testing.T) {
	t.Parallel()
	e := openErrand(t)
	if a := e.read(e.clerk); a.No != e.r.No+"-1" || a.State(e.today()) != AgencyWaits || a.Words.Matter != "代办居住证" {
		t.Fatalf("%+v", a)
	}
	wantKind(t, e.take("户口簿"), fault.KindConflict)
	wantKind(t, e.s.AddAgencyStep(t.Context(), e.clerk, e.key(), e.at(), "去了派出所"), fault.KindConflict)
	wantKind(t, e.s.FinishAgency(t.Context(), e.clerk, e.key(), e.at(), "办好了"), fault.KindConflict)
	e.sign()
	wantKind(t, e.s.SignAgency(t.Context(), e.clerk, e.key(), e.at(), AgencySigning{How: RecordedAuthorization, Signer: "李四", Day: e.today(), Where: "执法仪 3 号"}), fault.KindConflict)
	before := e.entries()
	for _, name := range []string{"户口簿", "租房合同"} {
		if err := e.take(name); err != nil {
			t.Fatal(err)
		}
	}
	if err := e.s.AddAgencyStep(t.Context(), e.clerk, e.key(), e.at(), "去派出所递交，窗口说周五取"); err != nil {
		t.Fatal(err)
	}
	a := e.read(e.clerk)
	if a.State(e.today()) != AgencyRuns || a.Held != 2 || len(a.Documents) != 2 || !a.Documents[0].Original || len(a.Steps) != 1 || len(a.Photos) != 1 || e.entries()-before != 3 {
		t.Fatalf("%+v", a)
	}
	if err := e.s.HandOver(t.Context(), e.clerk, e.key(), e.at(), NewAgencyHandover{Documents: []int{a.Documents[1].Nth}, Way: WayLodged, Signer: "派出所窗口", Day: e.today(), Photo: signedPhoto(t)}); err != nil {
		t.Fatal(err)
	}
	wantKind(t, e.giveBack(e.clerk, a.Documents[1].Nth), fault.KindInvalid) // it left already
	if err := e.s.FinishAgency(t.Context(), e.clerk, e.key(), e.at(), "居住证已领到"); err != nil {
		t.Fatal(err)
	}
	if a = e.read(e.clerk); a.State(e.today()) != AgencyReturns || a.Held != 1 {
		t.Fatalf("done, but a document is still held: %+v", a)
	}
	if err := e.giveBack(e.clerk, a.Documents[0].Nth); err != nil {
		t.Fatal(err)
	}
	a = e.read(e.clerk)
	if a.State(e.today()) != AgencyOver || a.Held != 0 || len(a.Handovers) != 2 || a.Handovers[1].Signer != "张三丰" || a.Handovers[1].Names[0] != "户口簿" || a.Documents[1].Out != WayLodged {
		t.Errorf("%+v", a)
	}
	e.leaked("张三丰", "居住证", "户口簿", "租房合同", "派出所", "PNG")
	if n := e.notes(); n != 4 {
		t.Errorf("the resident was told %d times", n)
	}
}

func (e *errand) notes() (n int) {
	e.t.Helper()
	e.one(&n, `SELECT count(*) FROM request_note WHERE request_id = $1 AND NOT from_resident`, int64(e.r.ID))
	return n
}

// REQ-16: an authorization has a scope and an end; written needs its photograph, recorded a place; every mistake is named.
func TestAnAuthorizationIsWhole(t *testing.T) {
	t.Parallel()
	e := openErrand(t)
	_, err := e.begin(e.clerk, AgencyOpening{Matter: "代办居住证", Scope: "递交材料", Until: e.today()})
	wantKind(t, err, fault.KindConflict) // one runs
	if err := e.s.WithdrawAgency(t.Context(), e.clerk, e.key(), e.at()); err != nil {
		t.Fatal(err)
	}
	for what, in := range map[string]AgencyOpening{
		"no scope":   {Matter: "代办居住证", Until: e.today()},
		"no end":     {Matter: "代办居住证", Scope: "递交材料"},
		"yesterday":  {Matter: "代办居住证", Scope: "递交材料", Until: e.today().Add(-1)},
		"too long":   {Matter: "代办居住证", Scope: "递交材料", Until: e.today().Add(91)},
		"no matter":  {Matter: " ", Scope: "递交材料", Until: e.today()},
		"long words": {Matter: "代办居住证", Scope: strings.Repeat("长", 301), Until: e.today()},
	} {
		if _, err := e.begin(e.clerk, in); len(fault.Fields(err)) != 1 {
			t.Errorf("%s: %v", what, err)
		}
	}
	a, err := e.begin(e.clerk, AgencyOpening{Matter: "代办居住证", Scope: "递交材料", Until: e.today().Add(90)})
	if err != nil || a.No != e.r.No+"-2" {
		t.Fatalf("%+v, %v", a, err)
	}
	e.no = a.No
	for what, in := range map[string]AgencySigning{
		"no photograph":        {How: WrittenAuthorization, Signer: "张三丰", Day: e.today()},
		"no picture":           {How: WrittenAuthorization, Signer: "张三丰", Day: e.today(), Photo: []byte("%PDF-1.7")},
		"no place":             {How: RecordedAuthorization, Signer: "张三丰", Day: e.today()},
		"nobody":               {How: RecordedAuthorization, Day: e.today(), Where: "执法仪 3 号"},
		"tomorrow":             {How: RecordedAuthorization, Signer: "张三丰", Day: e.today().Add(1), Where: "执法仪 3 号"},
		"long ago":             {How: RecordedAuthorization, Signer: "张三丰", Day: e.today().Add(-31), Where: "执法仪 3 号"},
		"no day":               {How: RecordedAuthorization, Signer: "张三丰", Where: "执法仪 3 号"},
		"by what is not known": {How: "spoken", Signer: "张三丰", Day: e.today()},
	} {
		if err := e.s.SignAgency(t.Context(), e.clerk, e.key(), e.at(), in); len(fault.Fields(err)) != 1 {
			t.Errorf("%s: %v", what, err)
		}
	}
	if err := e.s.SignAgency(t.Context(), e.clerk, e.key(), e.at(), AgencySigning{How: RecordedAuthorization, Signer: "张三丰", Day: e.today(), Where: "执法仪 3 号，录像 0117"}); err != nil {
		t.Error(err)
	}
	stale := e.at()
	stale.Version--
	wantKind(t, e.s.AddAgencyStep(t.Context(), e.clerk, e.key(), stale, "去了派出所"), fault.KindConflict)
}

// REQ-16: after the last day nothing more is done, the documents are due, and only giving back is left.
func TestAnErrandEndsAtItsDay(t *testing.T) {
	t.Parallel()
	e := openErrand(t)
	e.sign()
	if err := e.take("户口簿"); err != nil {
		t.Fatal(err)
	}
	told := func() (n int) {
		e.one(&n, `SELECT count(*) FROM inbox_line WHERE account_id = $1 AND href = $2`, e.clerk.AccountID, "/desk/agencies/"+e.no)
		return n
	}
	e.now = e.now.AddDate(0, 0, 24)
	for range 2 {
		if err := e.s.Tick(t.Context()); err != nil || told() != 1 {
			t.Fatalf("told %d times that the end is near, %v", told(), err)
		}
	}
	e.now = e.now.AddDate(0, 0, 6) // the last day
	if err := e.s.AddAgencyStep(t.Context(), e.clerk, e.key(), e.at(), "去了派出所"); err != nil {
		t.Fatal(err)
	}
	e.now = e.now.AddDate(0, 0, 1)
	a := e.read(e.clerk)
	if a.State(e.today()) != AgencyReturns || a.EndedAt != nil {
		t.Errorf("%+v", a)
	}
	wantKind(t, e.take("租房合同"), fault.KindConflict)
	wantKind(t, e.s.FinishAgency(t.Context(), e.clerk, e.key(), e.at(), "办好了"), fault.KindConflict)
	if err := e.s.Tick(t.Context()); err != nil {
		t.Fatal(err)
	}
	if a = e.read(e.clerk); a.Ending != AgencyExpired || a.Held != 1 || told() != 2 {
		t.Errorf("%+v, told %d times", a, told())
	}
	doc := a.Documents[0].Nth
	err := e.s.HandOver(t.Context(), e.clerk, e.key(), e.at(), NewAgencyHandover{Documents: []int{doc}, Way: WayLodged, Signer: "派出所", Day: e.today(), Photo: signedPhoto(t)})
	if f := fault.Fields(err); len(f) != 1 || f[0].Name != "way" {
		t.Errorf("handed in after the end: %v", err)
	}
	if err := e.giveBack(e.clerk, doc); err != nil || e.read(e.clerk).State(e.today()) != AgencyOver {
		t.Errorf("given back after the end: %v", err)
	}
	if _, err := e.begin(e.clerk, AgencyOpening{Matter: "代办居住证", Scope: "递交材料", Until: e.today()}); err != nil {
		t.Errorf("another one after the end: %v", err)
	}
}

// REQ-16, REQ-22: what is in an errand opens for its agent alone. The secretary of the community takes it over with
// a purpose that the resident reads; from then on the former agent reads nothing.
func TestOnlyTheNamedAgentReads(t *testing.T) {
	t.Parallel()
	e := openErrand(t)
	e.sign()
	if err := e.take("户口簿"); err != nil {
		t.Fatal(err)
	}
	other := e.person("bie.ren", "冯别人", authz.Clerk, e.dept)
	away := e.person("wu.tong", "邻书记", authz.Secretary, e.dept)
	away.Posts[0].Division = wutong
	for _, by := range []authz.Actor{other, away, e.handler, e.caller, authz.Anonymous} {
		_, err := e.s.Agency(t.Context(), by, e.no)
		wantKind(t, err, fault.KindNotFound)
		wantKind(t, e.s.AddAgencyStep(t.Context(), by, e.key(), e.at(), "去了派出所"), fault.KindNotFound)
		wantKind(t, e.s.WithdrawAgency(t.Context(), by, e.key(), e.at()), fault.KindNotFound)
		wantKind(t, e.s.TakeOverAgency(t.Context(), by, e.key(), e.at(), "代办人请假"), fault.KindNotFound)
		if all, err := e.s.Agencies(t.Context(), by); err != nil || len(all) != 0 {
			t.Errorf("%s lists %d, %v", by.Name, len(all), err)
		}
	}
	for _, by := range []authz.Actor{e.secretary, e.dispatcher} {
		a := e.read(by)
		if a.Held != 1 || a.Words != (AgencyWords{}) || len(a.Documents)+len(a.Photos)+len(a.Steps) != 0 {
			t.Errorf("%s reads %+v", by.Name, a)
		}
		all, err := e.s.Agencies(t.Context(), by)
		if err != nil || len(all) != 1 || all[0].Words != (AgencyWords{}) {
			t.Errorf("%s lists %+v, %v", by.Name, all, err)
		}
		_, err = e.s.AgencyPicture(t.Context(), by, e.no, 1, "核对签字")
		wantKind(t, err, fault.KindNotFound)
		wantKind(t, e.giveBack(by, 2), fault.KindNotFound)
	}
	wantKind(t, e.s.TakeOverAgency(t.Context(), e.dispatcher, e.key(), e.at(), "代办人请假"), fault.KindNotFound)
	wantKind(t, e.s.TakeOverAgency(t.Context(), e.secretary, e.key(), e.at(), ""), fault.KindInvalid)
	if err := e.s.TakeOverAgency(t.Context(), e.secretary, e.key(), e.at(), "代办人请假，居民来取材料"); err != nil {
		t.Fatal(err)
	}
	a := e.read(e.secretary)
	if a.Agent != e.secretary.AccountID || len(a.Documents) != 1 || a.Words.Signer != "张三丰" {
		t.Errorf("%+v", a)
	}
	_, err := e.s.Agency(t.Context(), e.clerk, e.no)
	wantKind(t, err, fault.KindNotFound)
	photo, err := e.s.AgencyPicture(t.Context(), e.secretary, e.no, 1, "核对签字")
	if err != nil || !bytes.Equal(photo, signedPhoto(t)) {
		t.Errorf("%d bytes, %v", len(photo), err)
	}
	_, err = e.s.AgencyPicture(t.Context(), e.secretary, e.no, 2, "核对签字") // a document is no photograph
	wantKind(t, err, fault.KindNotFound)
	seen, err := e.s.Reveals(t.Context(), e.dispatcher, e.r.No)
	if err != nil || len(seen) != 2 || seen[0].Purpose != "看代办照片：核对签字" || seen[1].Purpose != "接手全程代办：代办人请假，居民来取材料" {
		t.Errorf("%+v, %v", seen, err)
	}
	if err := e.giveBack(e.secretary, a.Documents[0].Nth); err != nil {
		t.Error(err)
	}
	if err := e.s.WithdrawAgency(t.Context(), e.dispatcher, e.key(), e.at()); err != nil { // the resident asked for it
		t.Error(err)
	}
}

// REQ-13: a report and a hidden request have no errand, and who is complained about neither opens nor sees one.
func TestNoErrandBehindTheWall(t *testing.T) {
	t.Parallel()
	e := openErrand(t)
	mine := e.at()
	e.exec(`UPDATE work_order SET complained_unit = $1 WHERE id = $2`, e.secretary.Posts[0].UnitID, e.r.OrderID)
	_, err := e.s.Agency(t.Context(), e.secretary, e.no)
	wantKind(t, err, fault.KindNotFound)
	wantKind(t, e.s.TakeOverAgency(t.Context(), e.secretary, e.key(), mine, "代办人请假"), fault.KindNotFound)
	if all, err := e.s.Agencies(t.Context(), e.secretary); err != nil || len(all) != 0 {
		t.Errorf("%+v, %v", all, err)
	}
	e.exec(`UPDATE work_order SET complained_unit = $1 WHERE id = $2`, e.clerk.Posts[0].UnitID, e.r.OrderID)
	e.r, _ = e.file(e.clerk, func(f *Filing) { f.Building = e.buildings[1] })
	e.exec(`UPDATE work_order SET complained_unit = $1 WHERE id = $2`, e.clerk.Posts[0].UnitID, e.r.OrderID)
	in := AgencyOpening{Matter: "代办居住证", Scope: "递交材料", Until: e.today()}
	_, err = e.begin(e.clerk, in)
	wantKind(t, err, fault.KindForbidden)
	e.r, _ = e.file(e.clerk, func(f *Filing) { f.Kind, f.Building = Report, e.buildings[1] })
	_, err = e.begin(e.clerk, in)
	wantKind(t, err, fault.KindForbidden)
	_, err = e.begin(e.dispatcher, in)
	wantKind(t, err, fault.KindNotFound)
}

// §6.7: as long as somebody holds a resident's documents it stays known whose they are; afterwards words, names and
// photographs go with the request's.
func TestAnErrandIsKeptAndForgotten(t *testing.T) {
	t.Parallel()
	e := openErrand(t)
	e.sign()
	if err := e.take("户口簿"); err != nil {
		t.Fatal(err)
	}
	e.exec(`UPDATE request SET settled_at = $2 WHERE id = $1`, int64(e.r.ID), e.now)
	_, err := e.s.Erase(t.Context(), "13800005678", "本人要求")
	wantKind(t, err, fault.KindConflict)
	raw, err := e.s.Export(t.Context(), "13800005678")
	if err != nil || !bytes.Contains(raw, []byte("户口簿")) || !bytes.Contains(raw, []byte("代办居住证")) {
		t.Errorf("%s, %v", raw, err)
	}
	e.now = e.now.AddDate(4, 0, 0)
	if err := e.s.Tick(t.Context()); err != nil {
		t.Fatal(err)
	}
	retain := func() (orders []int64) {
		if err := e.db.Write(t.Context(), authz.System, func(tx *pg.Tx) (err error) {
			tx.Replayed()
			orders, err = e.s.Retain(t.Context(), tx, 10)
			return err
		}); err != nil {
			t.Fatal(err)
		}
		return orders
	}
	if got := retain(); len(got) != 0 {
		t.Error("forgotten while a document is held")
	}
	if err := e.giveBack(e.clerk, e.read(e.clerk).Documents[0].Nth); err != nil {
		t.Fatal(err)
	}
	if got := retain(); len(got) != 1 {
		t.Fatalf("%d forgotten", len(got))
	}
	var left int
	e.one(&left, `SELECT (SELECT count(*) FROM agency WHERE sealed IS NOT NULL) + (SELECT count(*) FROM agency_entry WHERE sealed IS NOT NULL)`)
	if a := e.read(e.clerk); left != 0 || a.Words != (AgencyWords{}) || len(a.Documents) != 1 || a.Documents[0].Name != "" {
		t.Errorf("%d sealed fields are left, %+v", left, a)
	}
	_, err = e.s.AgencyPicture(t.Context(), e.clerk, e.no, 1, "核对签字")
	wantKind(t, err, fault.KindNotFound)
}

// A change of keys reaches every line of an errand, photographs too, and its agent reads them as before.
func TestAnErrandIsSealedAnew(t *testing.T) {
	t.Parallel()
	dir, h := t.TempDir(), open(t)
	old, err := secret.OpenDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	h.s = New(h.db, old)
	e := startErrand(t, h)
	e.sign()
	if err := e.take("户口簿"); err != nil {
		t.Fatal(err)
	}
	fresh, err := secret.Rotate(dir)
	if err != nil {
		t.Fatal(err)
	}
	e.s = New(e.db, fresh)
	for _, want := range []int{4, 0} { // the request, the errand, the photograph and the document
		if n, err := e.s.Reseal(t.Context(), 10); err != nil || n != want {
			t.Fatalf("resealed %d, %v; want %d", n, err, want)
		}
	}
	sealed, err := photoOf(t.Context(), e.db.Q(), e.read(e.clerk).ID, 1)
	if err != nil || fresh.Stale(sealed) {
		t.Errorf("the photograph is stale still: %v", err)
	}
	photo, err := e.s.AgencyPicture(t.Context(), e.clerk, e.no, 1, "核对签字")
	if err != nil || !bytes.Equal(photo, signedPhoto(t)) || e.read(e.clerk).Documents[0].Name != "户口簿" {
		t.Errorf("%d bytes, %v", len(photo), err)
	}
}
