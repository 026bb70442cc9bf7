package workorder

import (
	"bytes"
	"fmt"
	"mime/multipart"
	"net/http"
	"slices"

	"portal/internal/blob"
	"portal/internal/fault"
	"portal/internal/workorder"
	"portal/web/route"
)

// photoView is a photo of a case as a page shows it.
type photoView struct{ Href, Words, Alt string }

// maxPhotos is how many photos one form may carry.
const maxPhotos = 6

// uploads are the photos of a form.
func uploads(r *http.Request) []*multipart.FileHeader {
	if r.MultipartForm == nil {
		return nil
	}
	var out []*multipart.FileHeader
	for _, f := range r.MultipartForm.File["photos"] {
		if f.Size > 0 || f.Filename != "" {
			out = append(out, f)
		}
	}
	return out
}

// keepPhotos takes the photos of a form one by one: each is read anew, so that place, device and anything
// hidden in it are gone (reliability.md §2 rule 17), and belongs to the case from then on. The step comes back
// at the version after the last one.
func (h handlers) keepPhotos(in asked, stage workorder.Stage, at workorder.Step) (workorder.Step, error) {
	sent := uploads(in.r)
	if len(sent) > maxPhotos {
		return at, fault.InvalidField("photos", fmt.Sprintf("一次最多 %d 张，分两次加", maxPhotos))
	}
	files := make([]blob.File, len(sent))
	for i, one := range sent {
		var err error
		if files[i], err = readPhoto(in.r, one); err != nil {
			return at, err
		}
	}
	kept, err := h.s.Photos(in.r.Context(), in.by(), in.o)
	if err != nil {
		return at, err
	}
	for i, f := range files {
		ref, err := h.files.Put(in.r.Context(), bytes.NewReader(f.Data), blob.MaxSize)
		if err != nil {
			return at, beside(err)
		}
		if slices.ContainsFunc(kept, func(p workorder.Photo) bool { return p.Stage == stage && p.SHA == ref.SHA256 }) {
			continue // chosen again after a message
		}
		o, err := h.s.AddPhoto(in.r.Context(), in.by(), below(in.key(), "photo "+itoa(i)), at, stage, ref, f.Name, f.Kind.MediaType())
		if err != nil {
			return at, err
		}
		at.Version = o.Version
	}
	return at, nil
}

func readPhoto(r *http.Request, one *multipart.FileHeader) (blob.File, error) {
	content, err := one.Open()
	if err != nil {
		return blob.File{}, fault.InvalidField("photos", "照片没有传完。请再选一次")
	}
	defer func() { _ = content.Close() }()
	f, err := blob.Accept(r.Context(), content, one.Filename)
	if err != nil {
		return f, beside(err)
	}
	if !f.Kind.IsImage() {
		return f, fault.InvalidField("photos", "这里只收照片。请选 JPG 或 PNG 图片")
	}
	return f, nil
}

// beside moves the message about an attachment to the field of photos.
func beside(err error) error {
	fields := fault.Fields(err)
	if len(fields) == 0 {
		return err
	}
	return fault.InvalidField("photos", fields[0].Message)
}

// photosOf are the photos of one stage; every stage when it is "".
func (h handlers) photosOf(in asked, stage workorder.Stage) ([]photoView, error) {
	all, err := h.s.Photos(in.r.Context(), in.by(), in.o)
	if err != nil {
		return nil, err
	}
	var out []photoView
	for _, p := range all {
		if stage == "" || p.Stage == stage {
			out = append(out, photoView{Href: in.o.Path() + "/photos/" + id64(p.ID), Words: p.Stage.Label(), Alt: p.Stage.Label() + "的照片，" + exact(p.At)})
		}
	}
	return out, nil
}

// photo serves one photo of a case to whoever may see the case.
func (h handlers) photo(w http.ResponseWriter, r *http.Request) error {
	o, err := h.theCase(r)
	if err != nil {
		return err
	}
	all, err := h.s.Photos(r.Context(), route.Actor(r), o)
	if err != nil {
		return err
	}
	id := number(route.Param(r, "id"))
	for _, p := range all {
		if p.ID != id {
			continue
		}
		content, err := h.files.Open(r.Context(), p.SHA)
		if err != nil {
			return err
		}
		defer func() { _ = content.Close() }()
		return route.SendFile(w, r, route.File{Name: p.Name, MediaType: p.MediaType, Image: true, Hash: p.SHA, Content: content})
	}
	return fault.NotFound("没有这张照片。可能不属于这一件")
}
