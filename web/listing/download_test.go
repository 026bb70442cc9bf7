package listing

import (
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"portal/internal/catalog"
	"portal/internal/workday"
)

var errBroken = errors.New("the database went away")

// An error that comes early is an answer of its own, one that comes late breaks the connection; a
// long answer flows without a tag.
func TestDownload(t *testing.T) {
	t.Parallel()
	file := File{Type: "text/csv", Name: "清单 a.csv"}
	r := httptest.NewRequest(http.MethodGet, "/", nil)
	chunk := strings.Repeat("x", 1<<20)
	write := func(n int, err error) func(io.Writer) error {
		return func(w io.Writer) error {
			for range n {
				if _, werr := io.WriteString(w, chunk); werr != nil {
					return werr
				}
			}
			return err
		}
	}
	w := httptest.NewRecorder()
	if err := Download(w, r, file, write(1, errBroken)); !errors.Is(err, errBroken) || w.Body.Len() != 0 || w.Header().Get("Content-Type") != "" {
		t.Errorf("early: %v, %d bytes", err, w.Body.Len())
	}
	w = httptest.NewRecorder()
	func() {
		defer func() {
			if err, _ := recover().(error); !errors.Is(err, http.ErrAbortHandler) {
				t.Error("a cut answer looks whole")
			}
		}()
		_ = Download(w, r, file, write(6, errBroken))
	}()
	w = httptest.NewRecorder()
	if err := Download(w, r, file, write(6, nil)); err != nil || w.Body.Len() != 6<<20 || w.Header().Get("ETag") != "" || !strings.Contains(w.Header().Get("Content-Disposition"), "%E6%B8%85") {
		t.Errorf("long: %v, %d bytes, %v", err, w.Body.Len(), w.Header())
	}
	w = httptest.NewRecorder()
	if err := Download(w, r, file, write(1, nil)); err != nil || w.Header().Get("ETag") == "" || w.Body.Len() != 1<<20 {
		t.Errorf("short: %v, %v", err, w.Header())
	}
}

// An entry shows as 快到期 in its last thirty days, and every kind has plain words.
func TestWords(t *testing.T) {
	t.Parallel()
	e := catalog.Entry{ListKind: catalog.AssistGovernment, Standing: catalog.Listed, From: workday.NewDay(2026, 1, 1), Until: workday.NewDay(2026, 12, 1)}
	for _, c := range []struct {
		day  workday.Day
		want string
	}{
		{workday.NewDay(2025, 12, 31), "未生效"}, {workday.NewDay(2026, 10, 31), "执行中"}, {workday.NewDay(2026, 11, 1), "快到期"},
		{workday.NewDay(2026, 11, 30), "快到期"}, {workday.NewDay(2026, 12, 1), "已退出"},
	} {
		if got := StateChip(e, c.day).Words; got != c.want {
			t.Errorf("%s: %s, want %s", c.day, got, c.want)
		}
	}
	for _, k := range catalog.ListKinds {
		if PlainTitle(k) == "" || PlainText(k) == "" {
			t.Errorf("%s has no plain words", k)
		}
	}
}
