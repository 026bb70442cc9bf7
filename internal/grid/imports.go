package grid

import (
	"context"

	"portal/internal/authz"
	"portal/internal/geo"
	"portal/internal/workday"
)

// BoundaryChange turns a file of boundaries into a change: an unknown code is a new grid, a known one is
// redrawn. What cannot be read so is told by feature; the change then still holds the others.
func (s *Service) BoundaryChange(ctx context.Context, by authz.Actor, file geo.File, day workday.Day, reason string) (Change, []geo.Fault, error) {
	return s.boundaryChange(ctx, by, file, day, reason)
}
