package handoff

import (
	"context"
	"errors"

	"portal/internal/authz"
	"portal/internal/fault"
	"portal/internal/pg"
	"portal/internal/request"
)

// TopicFromCause keeps a repeated cause as a draft for deliberation, with its anonymised evidence (REQ-15). Who may: CauseDecide.
func (c *Cases) TopicFromCause(ctx context.Context, by authz.Actor, key string, id request.CauseID, version int, reason string) error {
	return c.db.WriteKeyed(ctx, by, key, string(authz.CauseDecide), func(tx *pg.Tx) error {
		_, err := c.requests.DecideCause(ctx, tx, id, version, request.TopicDraft, 0, reason)
		return err
	})
}

// WhistleFromCause drafts a whistle about a repeated cause and gives its number. Who may: CauseDecide and WhistleDraft.
func (c *Cases) WhistleFromCause(ctx context.Context, by authz.Actor, key string, id request.CauseID, version int, reason string) (string, error) {
	return "", fault.Unavailable(errors.New("handoff: whistles come with the next commit"))
}
