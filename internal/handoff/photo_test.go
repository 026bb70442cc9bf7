package handoff_test

import (
	"strings"
	"time"

	"portal/internal/blob"
	"portal/internal/pg"
)

// refOf keeps a picture and tells the database of it, as an upload does.
func refOf(c *town, words string) blob.Ref {
	c.Helper()
	files, err := blob.NewDir(c.TempDir())
	c.must(err)
	ref, err := files.Put(c.ctx, strings.NewReader(words+time.Now().String()), 1000)
	c.must(err)
	c.must(remember(c, ref))
	return ref
}

func remember(c *town, ref blob.Ref) error {
	var q pg.Querier = c.s.DB.Q()
	return blob.Remember(c.ctx, q, ref, "image/png", c.s.DB.Now())
}
