package web

import (
	"portal/internal/catalog"
	"portal/internal/grid"
	"portal/internal/intake"
)

// Files are the kinds of files that the portal takes, on the page 导入 and on the command line: what is
// cited before what cites it.
func Files() intake.Set {
	return append(catalog.Kinds(), grid.GridsFile(), grid.BuildingsFile(), grid.WorkersFile(), grid.AssignmentsFile())
}
