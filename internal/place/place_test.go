package place_test

import (
	"bytes"
	"context"
	"testing"

	"github.com/google/go-cmp/cmp"

	"portal/internal/authz"
	"portal/internal/demo/data"
	"portal/internal/fault"
	"portal/internal/intake"
	"portal/internal/pg"
	"portal/internal/pg/pgtest"
	"portal/internal/place"
)

var reviewer = authz.Actor{AccountID: 1, Name: "审核岗", Posts: []authz.Post{{Role: authz.Reviewer}}}

func register(t *testing.T) *pg.DB {
	t.Helper()
	db := pgtest.New(t)
	for _, k := range []intake.Kind{place.Divisions(), place.Departments()} {
		content, err := data.Bytes(k.Name)
		if err != nil {
			t.Fatal(err)
		}
		if s, err := intake.Run(context.Background(), db, reviewer, k, bytes.NewReader(content), k.Name, intake.Options{}); err != nil || !s.OK() {
			t.Fatalf("%s %v", s, err)
		}
	}
	return db
}

// The chain of a place is what stands above its code; a rule holds here when its place is in the chain.
func TestJurisdiction(t *testing.T) {
	t.Parallel()
	db := register(t)
	j, err := place.JurisdictionOf(context.Background(), db.Q(), "320104900")
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{"江苏省", "南京市", "秦淮区", "梧桐里街道"}, j.Names); diff != "" {
		t.Error(diff)
	}
	for name, want := range map[string]bool{"national": true, "江苏省": true, "南京市": true, "江苏省南京市": true, "南京市秦淮区": true,
		"上海市": false, "北京市西城区": false, "南京市玄武区": false, "": false} {
		if j.Covers(name) != want {
			t.Errorf("%s: %v", name, !want)
		}
	}
	if diff := cmp.Diff([]string{"320000", "320100", "320104", "320104900", "320104900001"}, place.Chain("320104900001")); diff != "" {
		t.Error(diff)
	}
}

// product.md §8: 「(虚构)」 is a flag, not part of a name; names are found by characters, pinyin and initials.
func TestDivisions(t *testing.T) {
	t.Parallel()
	db := register(t)
	ctx := context.Background()
	d, err := place.DivisionByCode(ctx, db.Q(), "320104900001")
	if err != nil || d.Name != "槐荫社区" || !d.Fictional || d.Pinyin != "huai yin she qu" || d.Initials != "hysq" || d.Level.Label() != "社区" {
		t.Errorf("%+v %v", d, err)
	}
	for words, want := range map[string]string{"槐荫社区": "320104900001", "hysq": "320104900001", "lu he": "320116", "ctg": "320104012", "3201049000060": "320104900006001"} {
		got, err := place.FindDivisions(ctx, db.Q(), words, 5)
		if err != nil || len(got) == 0 || got[0].Code != want {
			t.Errorf("%s: %v %v", words, got, err)
		}
	}
	if got, err := place.FindDivisions(ctx, db.Q(), "%", 5); err != nil || len(got) != 0 {
		t.Errorf("a wildcard finds %v %v", got, err)
	}
	if _, err := place.DivisionByCode(ctx, db.Q(), "999999"); fault.KindOf(err) != fault.KindNotFound {
		t.Errorf("%v", err)
	}
	if kids, err := place.Children(ctx, db.Q(), "320104900"); err != nil || len(kids) != 6 {
		t.Errorf("%d communities, %v", len(kids), err)
	}
}

func TestPinyinCorrections(t *testing.T) {
	for name, want := range map[string]string{"重庆": "chong qing", "六合区": "lu he qu", "朝天宫街道": "chao tian gong jie dao", "单家桥A座": "shan jia qiao a zuo"} {
		if got, _ := place.Pinyin(name); got != want {
			t.Errorf("%s: %s, want %s", name, got, want)
		}
	}
}

// E2: one unit under all its names; what each kind of requester may do.
func TestUnits(t *testing.T) {
	t.Parallel()
	db := register(t)
	ctx := context.Background()
	for _, name := range []string{"网格化服务中心(综治中心)", "网格化服务中心（综治中心）", "网格化服务中心（综管中心）", " 網格化服務中心(綜管中心)"} {
		u, err := place.UnitByName(ctx, db.Q(), name)
		if err != nil || u.Name != "网格化服务中心(综治中心)" || u.RequesterKind != place.StreetSection || len(u.Aliases) != 1 {
			t.Errorf("%q: %+v %v", name, u, err)
		}
	}
	if _, err := place.UnitByName(ctx, db.Q(), "没有的单位"); fault.KindOf(err) != fault.KindNotFound {
		t.Errorf("%v", err)
	}
	for _, k := range place.RequesterKinds {
		if k.Label() == "" || k.MayAsk() && k.Entrusts() {
			t.Errorf("%s", k)
		}
	}
	if !place.DistrictDepartment.Entrusts() || !place.StreetOffice.MayAsk() || place.ResidentsCommittee.Entrusts() {
		t.Error("第六条、第四十三条")
	}
}
