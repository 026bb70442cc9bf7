package admission

import (
	"strconv"

	"portal/internal/authz"
)

func idText(id ID) string { return strconv.FormatInt(int64(id), 10) }

func parseID(text string) (ID, error) {
	n, err := strconv.ParseInt(text, 10, 64)
	return ID(n), err
}

// applicantUnit is the unit in whose name a department post applies.
func applicantUnit(by authz.Actor) (int64, error) {
	for _, p := range by.Posts {
		if p.Role == authz.Department {
			return p.UnitID, nil
		}
	}
	return 0, authz.Check(by, authz.AppDraft, authz.Object{})
}
