package grid

import (
	"context"

	"portal/internal/grid"
	"portal/internal/workday"
	"portal/web/view"
)

// who gives the contact of many grids with one question.
func (h public) who(ctx context.Context, grids []grid.ID, day workday.Day) (map[grid.ID]contact, error) {
	set, err := h.phones(ctx)
	if err != nil {
		return nil, err
	}
	answers, err := h.s.WhoOn(ctx, everybody, grids, day)
	if err != nil {
		return nil, err
	}
	out := make(map[grid.ID]contact, len(grids))
	for _, id := range grids {
		out[id] = contactOf(answers[id], set.Street)
	}
	return out, nil
}

// asWords say to residents as what somebody answers.
var asWords = map[grid.Standing]string{
	grid.AsA: "网格员", grid.ActingB: "代班网格员", grid.ActingLead: "网格长，代班", grid.Street: "这片现在由街道值班室接电话",
}

// contactOf never gives nobody: without an answer it is the street's desk (GRD-05, GRD-19).
func contactOf(a grid.Answer, street string) contact {
	c := contact{Name: a.Worker.Name, As: asWords[a.As], Phone: a.Phone}
	if a.Worker.IsZero() || c.Phone == "" {
		c.Name, c.As, c.Phone = "街道值班室", asWords[grid.Street], street
	}
	return c
}

// whyNotA tells residents that somebody else answers: the post is vacant, or its holder is away today. Why
// the holder is away, and why the post is vacant, is not theirs to know.
func whyNotA(held []grid.Post, acting string) string {
	for _, p := range held {
		switch {
		case p.Role != grid.RoleA:
		case p.Vacant():
			return "网格员岗位暂时空缺，由" + acting + "代班"
		default:
			return "今天由" + acting + "代班"
		}
	}
	return "现在由" + acting + "负责"
}

// answer is who answers for a grid today, with all that a resident may need besides.
func (h public) answer(ctx context.Context, g grid.Grid) (answer, error) {
	day := h.f.Today()
	set, err := h.phones(ctx)
	if err != nil {
		return answer{}, err
	}
	id := g.Answering()
	answers, err := h.s.WhoOn(ctx, everybody, []grid.ID{id}, day)
	if err != nil {
		return answer{}, err
	}
	c := contactOf(answers[id], set.Street)
	if answers[id].As != grid.AsA {
		board, err := h.s.Board(ctx, everybody, id)
		if err != nil {
			return answer{}, err
		}
		c.Why = whyNotA(board.Posts, c.Name)
	}
	return answer{Today: "今天 " + day.Chinese(), Contact: c, Phones: set, CardHref: pathPublic + "/" + g.Code + "/card",
		Terms: []view.Term{
			{Name: "网格", Text: g.Name}, {Name: "网格编码", Text: g.Code}, {Name: "社区", Text: g.CommunityName},
			{Name: "街道值班电话", Text: set.Street, Href: tel(set.Street)},
			{Name: "监督电话", Text: set.Supervision, Href: tel(set.Supervision)},
		}}, nil
}
