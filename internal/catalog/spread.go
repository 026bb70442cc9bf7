package catalog

import "portal/internal/workday"

// spread derives the days of a published row from the versions of the list (product.md §8): a row is
// in from the first version whose day its law had come into force, and out at the first version
// after its law ended. A row without known days is in from the first version. The result is the
// same for every import of the same file.
func spread(versions []ListVersion, lawFrom, lawTo workday.Day) (from, until workday.Day, versionID *int64) {
	if len(versions) == 0 {
		return lawFrom, until, nil
	}
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
