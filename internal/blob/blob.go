// Package blob decides which files may be attached, and keeps them under the hash of their
// content. It owns the table blob; which record a file belongs to is the domains' affair.
//
// An upload goes Accept (is it what it says, is it harmless) → Store.Put (on disk, for good) →
// Remember (in the transaction of the change). A file whose transaction is taken back stays on
// disk unreferenced and is found again by its hash.
package blob

import (
	"context"
	"io"
	"strings"

	"portal/internal/fault"
)

// Ref names stored content.
type Ref struct {
	SHA256 string // hexadecimal, lower case
	Size   int64
}

// Store keeps content for good. Dir is the one for a single machine; an S3-compatible one can
// stand beside it.
type Store interface {
	// Put keeps what r gives and names it by its hash; the same content twice is kept once.
	// More than limit bytes is refused beside the field "attachment". When it returns, the content is on disk.
	Put(ctx context.Context, r io.Reader, limit int64) (Ref, error)
	// Open reads stored content; what is not there is fault.NotFound.
	Open(ctx context.Context, sha256 string) (io.ReadSeekCloser, error)
}

var errLost = fault.NotFound("没有找到这个文件。它可能已被删除")

// refOK keeps anything but a hash away from paths.
func refOK(sha string) bool {
	return len(sha) == 64 && strings.Trim(sha, "0123456789abcdef") == ""
}
