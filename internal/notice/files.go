package notice

import (
	"context"
	"crypto/rand"
	"fmt"
	"strings"
	"unicode/utf8"

	"portal/internal/authz"
	"portal/internal/blob"
	"portal/internal/fault"
	"portal/internal/pg"
	"portal/internal/workday"
)

// MaxFiles is how many files may hang with a notice; blob.MaxSize limits each of them.
const MaxFiles = 5

// NewFile is an upload that was accepted and is on disk already.
type NewFile struct {
	Name      string
	MediaType string
	Ref       blob.Ref
}

// File is a file of a notice.
type File struct {
	Code      string // nobody can guess it
	Name      string
	MediaType string
	SHA       string
	FromN     int
	UntilN    *int
}

// In reports whether the file hangs with a version.
func (f File) In(n int) bool { return f.FromN <= n && (f.UntilN == nil || n < *f.UntilN) }

var errNoFile = fault.NotFound("没有这个附件。可能已经移除，或者公示已经撤下")

// AddFile adds a file to the words that wait for a signature.
func (s *Service) AddFile(ctx context.Context, by authz.Actor, key string, at Step, f NewFile) error {
	return s.db.WriteKeyed(ctx, by, key, "notice.file", func(tx *pg.Tx) error {
		_, err := s.step(ctx, tx, at, authz.NoticeChange, "", func(n *Notice) (trace, error) {
			waiting, err := pendingOf(ctx, tx, *n)
			if err != nil {
				return trace{}, err
			}
			there, err := filesOf(ctx, tx, n.ID, waiting.N)
			if err != nil {
				return trace{}, err
			}
			if len(there) >= MaxFiles {
				return trace{}, fault.InvalidField(blob.Field, fmt.Sprintf("最多 %d 个附件，先移除一个再上传", MaxFiles))
			}
			if err := blob.Remember(ctx, tx, f.Ref, f.MediaType, tx.Now); err != nil {
				return trace{}, err
			}
			return trace{Did: "加了附件", N: waiting.N, File: f.Name}, insertFile(ctx, tx, n.ID, waiting.N, rand.Text(), f)
		})
		return err
	})
}

// RemoveFile takes a file from the words that wait; with versions that hung it stays readable.
func (s *Service) RemoveFile(ctx context.Context, by authz.Actor, key string, at Step, code string) error {
	return s.db.WriteKeyed(ctx, by, key, "notice.file_off", func(tx *pg.Tx) error {
		_, err := s.step(ctx, tx, at, authz.NoticeChange, "", func(n *Notice) (trace, error) {
			waiting, err := pendingOf(ctx, tx, *n)
			if err != nil {
				return trace{}, err
			}
			return trace{Did: "移除了附件", N: waiting.N}, endFile(ctx, tx, n.ID, waiting.N, code)
		})
		return err
	})
}

// Posting is the sheet on a board, with its picture as proof.
type Posting struct {
	On     workday.Day
	Place  string
	Code   string
	Name   string
	N      int
	ByName string
	Picture
}

// Picture is where the photograph of a posting lies.
type Picture struct {
	MediaType string
	SHA       string
}

// Post records that the sheet hangs on a board. The picture is for the desk alone: passers-by may be on it.
func (s *Service) Post(ctx context.Context, by authz.Actor, key string, at Step, on workday.Day, where string, photo NewFile) error {
	return s.db.WriteKeyed(ctx, by, key, "notice.posted", func(tx *pg.Tx) error {
		_, err := s.step(ctx, tx, at, authz.NoticePosted, "", func(n *Notice) (trace, error) {
			if err := fault.Invalid(checkPosting(*n, on, workday.DayOf(tx.Now), where, photo)...); err != nil {
				return trace{}, err
			}
			if err := blob.Remember(ctx, tx, photo.Ref, photo.MediaType, tx.Now); err != nil {
				return trace{}, err
			}
			return trace{Did: "登记了张贴", N: n.Shown, From: on.String(), Place: where}, insertPosting(ctx, tx, *n, on, where, rand.Text(), photo)
		})
		return err
	})
}

func checkPosting(n Notice, on, today workday.Day, where string, photo NewFile) []fault.Field {
	var bad []fault.Field
	if r := utf8.RuneCountInString(where); r < 2 || r > 60 {
		bad = append(bad, fault.Field{Name: "place", Message: "写明贴在哪里，如 槐香苑东门公告栏"})
	}
	switch {
	case on.IsZero():
		bad = append(bad, fault.Field{Name: "on", Message: "填张贴的日期，如 11月18日"})
	case on.After(today), n.IssuedAt != nil && on.Before(workday.DayOf(*n.IssuedAt)):
		bad = append(bad, fault.Field{Name: "on", Message: "张贴日期在签发以后、今天以前"})
	}
	if !strings.HasPrefix(photo.MediaType, "image/") {
		bad = append(bad, fault.Field{Name: blob.Field, Message: "上传张贴后的照片，JPG 或 PNG"})
	}
	return bad
}
