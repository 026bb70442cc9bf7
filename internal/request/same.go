package request

import (
	"context"
	"strings"

	"portal/internal/authz"
	"portal/internal/normal"
)

// Similar lists running requests of the same matter, for joining instead of filing again (REQ-05). It
// shows nobody's name, words or door, and no 举报 or confidential case to anybody. Everybody may ask.
func (s *Service) Similar(ctx context.Context, by authz.Actor, like Like) ([]SimilarRow, error) {
	if err := authz.Check(by, authz.RequestFile, authz.Object{}); err != nil {
		return nil, err
	}
	key := normal.Key(like.Words)
	if r := []rune(key); len(r) > longestTitle {
		key = string(r[:longestTitle])
	}
	if like.Building == 0 && (like.Category == "" || like.Community == "") && len([]rune(key)) < 2 {
		return nil, nil
	}
	rows, err := similar(ctx, s.db.Q(), like, key, min(max(like.Limit, 1), 50))
	for i := range rows {
		r := &rows[i]
		r.Title, r.Place = MaskWords(r.Title), MaskPlace(r.Place)
		r.StateWords = stateWords[r.StateWords].words
	}
	return rows, err
}

func likeOf(key string) string {
	return strings.NewReplacer(`\`, `\\`, `%`, `\%`, `_`, `\_`).Replace(key)
}
