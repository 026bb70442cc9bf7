package grid

import "portal/internal/workday"

// TeamPart is a part of the 1+2+N team.
type TeamPart string

// The parts: one lead, two as backbone, any number of helpers.
const (
	LeadPart     TeamPart = "lead"
	BackbonePart TeamPart = "backbone"
	HelperPart   TeamPart = "helper"
)

// Parts lists the parts in order.
var Parts = []TeamPart{LeadPart, BackbonePart, HelperPart}

var partLabels = map[TeamPart]string{LeadPart: "牵头（1）", BackbonePart: "骨干（2）", HelperPart: "协同（N）"}

// Label is the part's name.
func (p TeamPart) Label() string { return partLabels[p] }

// TeamPost is a post of the team: posts and units, not persons.
type TeamPost struct {
	ID    int64
	Part  TeamPart
	Post  string
	Unit  string
	Phone string
	From  workday.Day
	Until workday.Day
}
