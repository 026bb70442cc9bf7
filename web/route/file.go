package route

import (
	"io"
	"net/http"
	"path"
	"strings"
	"time"
)

// File is stored content on its way to a reader who may have it.
type File struct {
	Name      string // as shown, already cleaned
	MediaType string
	Image     bool   // shown in the page; everything else is saved
	Hash      string // of the content
	Content   io.ReadSeeker
}

// SendFile serves a file under its own type, never to be guessed at, and never shown inside the
// portal's pages unless it is an image (reliability.md §2 rule 17).
func SendFile(w http.ResponseWriter, r *http.Request, f File) error {
	h := w.Header()
	h.Set("Content-Type", f.MediaType)
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Content-Disposition", disposition(f))
	h.Set("Cache-Control", "private, no-store")
	if f.Hash != "" {
		h.Set("ETag", `"`+f.Hash+`"`)
	}
	http.ServeContent(w, r, "", time.Time{}, f.Content) // no date: the hash tells versions apart
	return nil
}

// disposition writes the name twice: for everybody as RFC 5987 says, and in ASCII for the rest.
func disposition(f File) string {
	kind := "attachment"
	if f.Image {
		kind = "inline"
	}
	return kind + `; filename="file` + asciiOnly(path.Ext(f.Name)) + `"; filename*=UTF-8''` + encodeName(f.Name)
}

func asciiOnly(ext string) string {
	return strings.Map(func(r rune) rune {
		if r == '.' || r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' {
			return r
		}
		return -1
	}, ext)
}

const attrChars = "!#$&+-.^_`|~"

// encodeName percent-encodes every byte that is no attr-char of RFC 5987.
func encodeName(name string) string {
	const hex = "0123456789ABCDEF"
	var b strings.Builder
	for i := range len(name) {
		c := name[i]
		if c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || strings.IndexByte(attrChars, c) >= 0 {
			b.WriteByte(c)
			continue
		}
		b.Write([]byte{'%', hex[c>>4], hex[c&15]})
	}
	return b.String()
}
