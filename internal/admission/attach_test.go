package admission

import (
	"fmt"
	"testing"

	"portal/internal/blob"
	"portal/internal/fault"
)

// Files belong to the applicant's unit while it writes: at most five, under codes nobody can guess, the
// same press once; a file that was removed is gone for readers, and a stranger finds none at all.
func TestAttachments(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	id, err := o.Begin(t.Context(), o.dept, "attach-begin-0123456789")
	if err != nil {
		t.Fatal(err)
	}
	file := func(n int) NewFile {
		return NewFile{ID: id, Key: fmt.Sprintf("attach-form-key-%08d", n), Name: fmt.Sprintf("依据%d.pdf", n), MediaType: "application/pdf",
			Ref: blob.Ref{SHA256: fmt.Sprintf("%064x", n), Size: 10}}
	}
	codes := map[string]bool{}
	for n := range MaxAttachments {
		code, err := o.Attach(t.Context(), o.dept, file(n))
		if err != nil || len(code) < 20 || codes[code] {
			t.Fatalf("file %d: code %q, %v", n, code, err)
		}
		again, err := o.Attach(t.Context(), o.dept, file(n))
		if err != nil || again != code {
			t.Fatalf("second press: %q, %v; want %q", again, err, code)
		}
		codes[code] = true
	}
	if _, err := o.Attach(t.Context(), o.dept, file(99)); fault.KindOf(err) != fault.KindInvalid {
		t.Errorf("a sixth file: %v", err)
	}
	slug := o.now(t, id).Slug()
	for code := range codes {
		if _, err := o.Attachment(t.Context(), o.reviewer, slug, code); fault.KindOf(err) != fault.KindNotFound {
			t.Errorf("the reviewer reads a draft's file: %v", err)
		}
		if err := o.Detach(t.Context(), o.other, id, code); fault.KindOf(err) != fault.KindNotFound {
			t.Errorf("a stranger removes a file: %v", err)
		}
		if got, err := o.Attachment(t.Context(), o.dept, slug, code); err != nil || got.MediaType != "application/pdf" {
			t.Errorf("own file: %+v, %v", got, err)
		}
		if err := o.Detach(t.Context(), o.dept, id, code); err != nil {
			t.Fatal(err)
		}
		if _, err := o.Attachment(t.Context(), o.dept, slug, code); fault.KindOf(err) != fault.KindNotFound {
			t.Errorf("a removed file is served: %v", err)
		}
	}
	if _, err := o.Attach(t.Context(), o.other, file(7)); fault.KindOf(err) != fault.KindNotFound {
		t.Errorf("a stranger attaches: %v", err)
	}
}
