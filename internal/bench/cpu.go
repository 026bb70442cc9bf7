package bench

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
)

// ticks is USER_HZ, which Linux fixes at 100 on every architecture Go runs on.
const ticks = 100

// stat is what /proc tells of a process.
type stat struct {
	parent     int
	own        time.Duration // user and system
	reapedKids time.Duration
}

func statOf(pid int) (stat, error) {
	b, err := os.ReadFile(filepath.Join("/proc", strconv.Itoa(pid), "stat"))
	if err != nil {
		return stat{}, err
	}
	_, rest, ok := strings.Cut(string(b), ") ") // the name before may hold anything
	f := strings.Fields(rest)
	if !ok || len(f) < 15 {
		return stat{}, fmt.Errorf("process %d: unreadable stat", pid)
	}
	n := func(i int) time.Duration {
		v, _ := strconv.ParseInt(f[i], 10, 64) // the kernel writes numbers
		return time.Duration(v) * time.Second / ticks
	}
	parent, _ := strconv.Atoi(f[1])
	return stat{parent: parent, own: n(11) + n(12), reapedKids: n(13) + n(14)}, nil
}

// processor reads CPU times of a server and of the Postgres it works with.
type processor struct {
	server     int
	postmaster int // 0: the database is on another machine, only the server is counted
}

func newProcessor(ctx context.Context, server int, db *pgx.Conn) processor {
	p := processor{server: server}
	var backend int
	if err := db.QueryRow(ctx, `SELECT pg_backend_pid()`).Scan(&backend); err != nil {
		return p
	}
	if st, err := statOf(backend); err == nil && comm(backend) == "postgres" {
		p.postmaster = st.parent
	}
	return p
}

func comm(pid int) string {
	b, err := os.ReadFile(filepath.Join("/proc", strconv.Itoa(pid), "comm"))
	if err != nil {
		return ""
	}
	return strings.TrimSpace(string(b))
}

// used gives what both have used so far.
func (p processor) used() (server, postgres time.Duration) {
	if st, err := statOf(p.server); err == nil {
		server = st.own
	}
	if p.postmaster == 0 {
		return server, 0
	}
	if st, err := statOf(p.postmaster); err == nil {
		postgres = st.own + st.reapedKids
	}
	all, _ := filepath.Glob("/proc/[0-9]*") // no /proc: nothing to add
	for _, dir := range all {
		pid, _ := strconv.Atoi(filepath.Base(dir))
		if st, err := statOf(pid); err == nil && st.parent == p.postmaster {
			postgres += st.own
		}
	}
	return server, postgres
}

// during runs a load and notes what it cost.
func (p processor) during(load func() (result, error)) (result, error) {
	s0, d0 := p.used()
	r, err := load()
	s1, d1 := p.used()
	r.Server, r.Postgres = s1-s0, d1-d0
	return r, err
}

// peakMB is the most memory a process has held so far, in MB; 0 where it cannot be read.
func peakMB(pid int) float64 {
	b, err := os.ReadFile(filepath.Join("/proc", strconv.Itoa(pid), "status"))
	if err != nil {
		return 0
	}
	for line := range strings.Lines(string(b)) {
		if f := strings.Fields(line); len(f) > 1 && f[0] == "VmHWM:" {
			kb, _ := strconv.ParseFloat(f[1], 64) // the kernel writes a number
			return kb / 1024
		}
	}
	return 0
}

// total is what both have used so far.
func (p processor) total() time.Duration {
	server, postgres := p.used()
	return server + postgres
}

// perAnswer is the CPU of one answer in milliseconds: it drifts less than waits do on a machine that others use too.
func perAnswer(spent time.Duration, got result) float64 {
	return float64(spent.Microseconds()) / 1000 / float64(max(got.Answered, 1))
}
