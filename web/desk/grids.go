package desk

import (
	"context"
	"fmt"

	"portal/internal/authz"
	"portal/internal/grid"
)

// Grids is the source of handovers that wait for this person, and of the vacant posts in the grids that
// this person keeps.
func Grids(s *grid.Service) Source {
	return func(ctx context.Context, by authz.Actor) ([]Row, error) {
		mine, err := s.MyHandovers(ctx, by)
		if err != nil {
			return nil, err
		}
		var out []Row
		for _, one := range mine {
			if row, waits := handoverRow(one, by); waits {
				out = append(out, row)
			}
		}
		vacant, err := s.Vacancies(ctx, by)
		for _, one := range vacant {
			out = append(out, vacancyRow(one))
		}
		return out, err
	}
}

// handoverRow is what this person does next about a handover; what waits for the other side is no row.
func handoverRow(h grid.Handover, by authz.Actor) (Row, bool) {
	row := Row{Title: h.GridName + " " + h.Role.Label() + "移交单", Detail: h.CommunityName + " · " + h.Receiver.Name + "接任", Href: fmt.Sprintf("/desk/handovers/%d", h.ID), Icon: "handshake",
		DueOn: h.Planned}
	if !h.Giver.IsZero() {
		row.Detail = h.CommunityName + " · " + h.Giver.Name + "移交给" + h.Receiver.Name
	}
	switch {
	case h.Allowed(by, grid.GiveIt):
		row.Verb = "核对并签字"
	case h.Allowed(by, grid.ReceiveIt) && h.Unread > 0:
		row.Verb = "读清单"
	case h.Allowed(by, grid.ReceiveIt):
		row.Verb = "签字接收"
	default:
		return row, false
	}
	return row, true
}

// vacancyRow leads to the page that appoints; the clock is how long the B may act (GRD-03).
func vacancyRow(v grid.Vacancy) Row {
	return Row{Title: v.GridName + " " + v.Role.Label() + "空缺", Detail: fmt.Sprintf("%s · 空缺 %d 天 · %s", v.CommunityName, v.Days, v.Reason), Verb: "指定 " + v.Role.Label(), Icon: "user-search",
		Href: "/desk/grids/" + v.GridCode + "/assignments/new?role=" + string(v.Role), DueOn: v.Until, Unclocked: "网格岗位空缺"}
}
