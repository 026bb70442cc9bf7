package grid

import (
	"portal/internal/workday"
)

// Bulk moves the posts of one person to others, in one go.
type Bulk struct {
	From   WorkerID
	Day    workday.Day
	Reason string
	To     map[ID]WorkerID // by grid; 0 is a vacancy, a grid that is not named stays as it is
	Role   Role            // empty: A posts
}

// BulkRow is one grid of a bulk move, before it is made.
type BulkRow struct {
	Grid            ID
	GridCode        string
	GridName        string
	Role            Role
	Now             Worker
	Then            Worker // zero: vacancy, or not chosen yet
	Chosen          bool
	HouseholdsAfter int
	Limit           int
	Problem         string // 中文; the row cannot be made
}

// BulkPreview is what a bulk move would do.
type BulkPreview struct {
	Rows    []BulkRow
	Blocked bool // some row has a problem, or nothing was chosen
}
