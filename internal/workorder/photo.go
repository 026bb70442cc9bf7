package workorder

import (
	"context"

	"portal/internal/authz"
	"portal/internal/blob"
	"portal/internal/fault"
	"portal/internal/pg"
)

// AddPhoto keeps a picture of a case: by who handles it, helps with it or reported it, while it runs. The picture
// was re-encoded without its location before (blob.Accept).
func (s *Service) AddPhoto(ctx context.Context, by authz.Actor, key string, at Step, stage Stage, ref blob.Ref, name, media string) (Order, error) {
	return s.keyed(ctx, by, key, authz.WorkReport+".photo", func(tx *pg.Tx) (Order, error) {
		o, err := lockOrder(ctx, tx, at.ID)
		if err != nil {
			return o, err
		}
		if !o.visible(by) {
			return o, ErrNoOrder
		}
		switch {
		case !o.MayAddPhoto(by):
			return o, fault.Forbidden("这件诉求现在由" + o.Owner.Words() + "办理，你的岗位不能上传照片")
		case o.State.Done() || o.State == Handled:
			return o, fault.Conflict("这件诉求%s，不能再上传照片", o.State.Label())
		case stage.Label() == "":
			return o, fault.InvalidField("stage", "请选择照片是办理前、办理后还是凭据")
		}
		if err := savePhoto(ctx, tx, o.ID, stage, ref, name, media); err != nil {
			return o, err
		}
		n := note{did: "上传照片：" + stage.Label(), unit: postName(by, o, authz.WorkReport), hand: stage == After}
		if err := addStep(ctx, tx, o.ID, n); err != nil {
			return o, err
		}
		return o, record(ctx, tx, authz.WorkReport, &o, o, n.did, "")
	})
}

// MayAddPhoto reports whether the actor may add a picture.
func (o Order) MayAddPhoto(by authz.Actor) bool {
	if covers(by, authz.WorkReport, o.Owned()) || authz.Can(by, authz.WorkHelped) && covers(by, authz.WorkHelped, o.Helpers()) {
		return true
	}
	return by.AccountID != 0 && by.AccountID == o.ReporterAccount && authz.Can(by, authz.FindingReport)
}
