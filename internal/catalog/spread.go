package catalog

import (
	"context"

	"portal/internal/pg"
	"portal/internal/policy"
	"portal/internal/workday"
)

// streetVersions are the versions of the street's lists that Options.Spread publishes where there is
// none yet (product.md §8).
func streetVersions(v policy.Values) []ListVersion {
	title := v.StreetName + "社区工作事项清单"
	return []ListVersion{
		{Title: title + "（2025 年版）", DocNo: v.NumberWord + "办发〔2025〕1号", EffectiveFrom: workday.NewDay(2025, 1, 1), Note: "首次公布，收当时有效的依据"},
		{Title: title + "（2026 年版）", DocNo: v.NumberWord + "办发〔2026〕1号", EffectiveFrom: workday.NewDay(2026, 1, 1), Note: "随居民委员会组织法修订：以旧法为依据的事项退出，新法事项列入"},
		{Title: title + "（2026 年 8 月修订）", DocNo: v.NumberWord + "办发〔2026〕21号", EffectiveFrom: workday.NewDay(2026, 8, 15), Note: "随生态环境法典施行：承接事项列入，原噪声、固体废物事项退出"},
	}
}

// publish stores the versions; the rows that point at them see their ids.
func publish(versions []ListVersion) func(context.Context, *pg.Tx) error {
	return func(ctx context.Context, tx *pg.Tx) (err error) {
		for i := range versions {
			if versions[i].ID, err = AddListVersion(ctx, tx, versions[i]); err != nil {
				return err
			}
		}
		return nil
	}
}

// spread derives the days of a published row from the versions of the list (product.md §8): a row is
// in from the first version whose day its law had come into force, and out at the first version
// after its law ended. A row without known days is in from the first version. The result is the
// same for every import of the same file.
func spread(versions []ListVersion, lawFrom, lawTo workday.Day) (from, until workday.Day, versionID *int64) {
	at := 0
	for at < len(versions)-1 && versions[at].EffectiveFrom.Before(lawFrom) {
		at++
	}
	from, versionID = versions[at].EffectiveFrom, &versions[at].ID
	if lawFrom.After(from) {
		from = lawFrom // newer than the newest version
	}
	if lawTo.IsZero() {
		return from, until, versionID
	}
	for _, v := range versions[at+1:] {
		if v.EffectiveFrom.After(lawTo) {
			return from, v.EffectiveFrom, versionID
		}
	}
	if next := lawTo.Add(1); next.After(from) {
		return from, next, versionID
	}
	return from, from.Add(1), versionID
}
