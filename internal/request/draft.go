package request

import (
	"context"
	"crypto/rand"
	"encoding/base64"
	"fmt"
	"time"

	"portal/internal/fault"
)

// A draft keeps what somebody typed between the steps of the form: sealed, under a name nobody guesses,
// for a day (§6.7). It is no record: nothing of it is audited.
const (
	draftLife    = 24 * time.Hour
	longestDraft = 16 << 10
	aboutDraft   = "request_draft:"
)

var errNoDraft = fault.NotFound("填写的内容已超过 24 小时，或者已经提交。请重新填写")

// SaveDraft keeps the body of a form under id and gives the id; an empty or unknown id gets a new one.
func (s *Service) SaveDraft(ctx context.Context, id string, body []byte) (string, error) {
	if len(body) > longestDraft {
		return "", fault.InvalidField("words", "内容太长了，请缩短后再继续")
	}
	if !readToken(id) {
		raw := make([]byte, tokenBytes)
		if _, err := rand.Read(raw); err != nil {
			return "", fmt.Errorf("draft: %w", err)
		}
		id = base64.RawURLEncoding.EncodeToString(raw)
	}
	sealed, err := s.keys.Seal(body, aboutDraft+id)
	if err != nil {
		return "", err
	}
	return id, storeDraft(ctx, s.db, id, sealed)
}

// Draft gives the body kept under id; NotFound when there is none, or it is older than a day.
func (s *Service) Draft(ctx context.Context, id string) ([]byte, error) {
	if !readToken(id) {
		return nil, errNoDraft
	}
	sealed, err := draftOf(ctx, s.db, id, s.db.Now().Add(-draftLife))
	if err != nil {
		return nil, err
	}
	return s.keys.Open(sealed, aboutDraft+id)
}

// DropDraft forgets a draft; a missing one is no error.
func (s *Service) DropDraft(ctx context.Context, id string) error { return dropDraft(ctx, s.db, id) }
