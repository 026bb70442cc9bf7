package catalog

import (
	"context"
	"fmt"
	"maps"
	"sync"
	"time"

	"portal/internal/page"
	"portal/internal/pg"
)

// Counter counts for pages. Counts up to MaxCount are always those of this moment (R45). Where a
// count goes beyond, people read 999+ and counting takes longer than the page itself: such counts
// are remembered for a few seconds.
type Counter struct {
	db *pg.DB

	mu   sync.Mutex
	kept map[string]kept
}

type kept struct {
	at     time.Time
	counts map[ListKind]int
}

const (
	keepCounts = 10 * time.Second
	mostKept   = 64 // days and communities; more are forgotten together
)

// NewCounter makes a counter.
func NewCounter(db *pg.DB) *Counter { return &Counter{db: db, kept: map[string]kept{}} }

// ByKind is CountByKind.
func (c *Counter) ByKind(ctx context.Context, f Filter) (map[ListKind]int, error) {
	key, now := fmt.Sprint(f.Day, f.Community, f.kinds(), f.standings()), c.db.Now()
	c.mu.Lock()
	k, known := c.kept[key]
	c.mu.Unlock()
	if age := now.Sub(k.at); known && age >= 0 && age < keepCounts {
		return maps.Clone(k.counts), nil
	}
	counts, err := CountByKind(ctx, c.db.Q(), f)
	if err != nil {
		return nil, err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	delete(c.kept, key)
	if sum(counts) > MaxCount {
		if len(c.kept) >= mostKept {
			clear(c.kept)
		}
		c.kept[key] = kept{now, maps.Clone(counts)}
	}
	return counts, nil
}

// Total is Count for a page that has been read already: a first page that holds everything is
// counted by itself, and without words the kinds say the rest.
func (c *Counter) Total(ctx context.Context, f Filter, read page.Page[Entry]) (n int, more bool, err error) {
	switch {
	case f.Cursor.IsZero() && !read.HasNext:
		return len(read.Rows), false, nil
	case f.Words != "":
		return Count(ctx, c.db.Q(), f)
	}
	counts, err := c.ByKind(ctx, f)
	n = sum(counts)
	return min(n, MaxCount), n > MaxCount, err
}

func sum(counts map[ListKind]int) int {
	n := 0
	for _, k := range counts {
		n += k
	}
	return n
}
