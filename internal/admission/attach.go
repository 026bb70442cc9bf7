package admission

import (
	"context"
	"crypto/rand"
	"fmt"

	"portal/internal/authz"
	"portal/internal/blob"
	"portal/internal/fault"
	"portal/internal/pg"
)

// MaxAttachments is how many files an application may carry; blob.MaxSize limits each of them.
const MaxAttachments = 5

// NewFile is an upload that was accepted and is on disk already.
type NewFile struct {
	ID        ID
	Key       string // of the form
	Name      string
	MediaType string
	Ref       blob.Ref
}

var errNoFile = fault.NotFound("没有这个附件。可能已经移除，或者不在你的职责范围内")

// Attach adds a file to a draft or returned application of the actor's unit; it gets a code that
// nobody can guess. What attachments say is not searched by the negative list.
func (s *Service) Attach(ctx context.Context, by authz.Actor, f NewFile) (code string, err error) {
	err = s.db.Write(ctx, by, func(tx *pg.Tx) error {
		code, err = tx.Once(ctx, f.Key, "application.attach", func() (string, error) { return s.attach(ctx, tx, f) })
		return err
	})
	return code, err
}

func (s *Service) attach(ctx context.Context, tx *pg.Tx, f NewFile) (string, error) {
	a, err := editable(ctx, tx, f.ID)
	if err != nil {
		return "", err
	}
	there, err := attachedTo(ctx, tx, a.ID)
	if err != nil {
		return "", err
	}
	if len(there) >= MaxAttachments {
		return "", fault.InvalidField(fieldAttachment, fmt.Sprintf("最多 %d 个附件，先移除一个再上传", MaxAttachments))
	}
	if err := blob.Remember(ctx, tx, f.Ref, f.MediaType, tx.Now); err != nil {
		return "", err
	}
	code := rand.Text()
	if err := insertAttachment(ctx, tx, a.ID, code, f.Name, f.Ref.SHA256); err != nil {
		return "", err
	}
	return code, recordDraft(ctx, tx, a, "加附件："+f.Name, map[string]any{"attached": f.Name, "sha256": f.Ref.SHA256})
}

// Detach removes a file from the form; its row and content stay for the trail. A file that is
// removed already stays so.
func (s *Service) Detach(ctx context.Context, by authz.Actor, id ID, code string) error {
	return s.db.Write(ctx, by, func(tx *pg.Tx) error {
		a, err := editable(ctx, tx, id)
		if err != nil {
			return err
		}
		name, err := removeAttachment(ctx, tx, a.ID, code)
		if err != nil {
			return err
		}
		if name == "" {
			return errNoFile
		}
		return recordDraft(ctx, tx, a, "移除附件："+name, map[string]any{"detached": name})
	})
}

// StoredFile is a file of an application as it is served.
type StoredFile struct {
	Name      string
	MediaType string
	SHA256    string
}

// Attachment finds a file by the path of its application and its code, for everybody who may see the
// application; of a draft for its unit alone.
func (s *Service) Attachment(ctx context.Context, by authz.Actor, slug, code string) (StoredFile, error) {
	a, err := byPath(ctx, s.db.Q(), slug)
	if err != nil {
		return StoredFile{}, errNoFile
	}
	do := authz.AttachmentGet
	if a.State == Draft {
		do = authz.AppDraft
	}
	if !authz.Allowed(by, do, a.Object()) {
		return StoredFile{}, errNoFile
	}
	return attachment(ctx, s.db.Q(), a.ID, code)
}
