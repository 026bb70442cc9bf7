// Package grid decides, for any door and any day, which grid it lies in and who answers for it
// (product.md G2, G3, G5, G6; domain/governance.md §5): grids with their versions and lineage, the
// buildings and addresses in them, the people on their posts, leave, handovers.
//
// Ranges are days, [from, until); every question is asked as of a day. A planned change has a day that
// is still to come, a plan that was called off is an empty range, and nothing is deleted. That every
// building lies in exactly one grid (GRD-01) and every post is held or recorded as vacant (GRD-03) is
// held by the constraints of the database at commit; this package computes changes that keep to it, and
// says in words why another is refused.
//
// Owns grid, grid_version, grid_lineage, grid_building, grid_address, grid_worker, grid_assignment,
// grid_leave, grid_handover, grid_handover_entry and grid_team_post. Buildings and addresses are package
// place's.
package grid

import "portal/internal/pg"

// Service answers for grids and their people.
type Service struct {
	db *pg.DB
	// Cases lists the open cases of a grid, so that a handover names them (GRD-07); nil: there are none.
	Cases CasesOf
}

// New makes the service.
func New(db *pg.DB) *Service { return &Service{db: db} }
