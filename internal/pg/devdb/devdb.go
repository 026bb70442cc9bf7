// Package devdb decides how the portal gets a PostgreSQL of its own: which
// server program is used, where the cluster lies, who runs it, and that it
// leaves with the portal that started it. It owns no table.
//
// The server listens on no port. Its only door is a Unix socket in a folder of
// mode 0700, so two portals with two data folders never meet. Under root the
// server runs as user postgres (or nobody), because PostgreSQL refuses root.
package devdb

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"github.com/jackc/pgx/v5"
)

const (
	// dbName and dbUser are the database and the superuser of a private cluster.
	dbName = "portal"
	dbUser = "portal"

	lockWait  = 15 * time.Second // a portal that is just stopping lets go within this time
	startWait = 2 * time.Minute  // crash recovery included
	stopWait  = 30 * time.Second // then the server is told to abort
	pollEvery = 25 * time.Millisecond
)

// Options say which private server to start.
type Options struct {
	// Dir is the data folder of the portal (PORTAL_DATA_DIR, ".data"). Ignored for an ephemeral server.
	Dir string
	// Log receives one short line per noteworthy step; nil is quiet.
	Log io.Writer
	// Fast gives up durability (fsync off) for speed. Only for tests.
	Fast bool
	// Ephemeral makes a cluster in a temporary folder that is removed by Stop.
	Ephemeral bool
	// Join uses the server of another running portal on the same folder instead
	// of refusing; Stop then leaves that server alone.
	Join bool
}

// Server is a running private PostgreSQL. Its methods may be called from any goroutine.
type Server struct {
	opts    Options
	install install
	who     identity
	spot    spot
	socket  string
	lock    *os.File
	joined  bool

	mu   sync.Mutex
	proc *process
}

// Start makes the cluster when it does not exist, starts the server and returns
// when it answers and the database portal exists. The server ends with this
// process, however the process ends (on Linux even after kill -9).
func Start(ctx context.Context, o Options) (*Server, error) {
	if err := supported(); err != nil {
		return nil, err
	}
	installs, err := findInstalls(ctx)
	if err != nil {
		return nil, err
	}
	who, err := serverIdentity()
	if err != nil {
		return nil, err
	}
	s := &Server{opts: o, who: who}
	if o.Ephemeral {
		err = s.placeEphemeral(installs)
	} else {
		err = s.placeIn(installs)
	}
	if err != nil {
		return nil, err
	}
	if s.lock == nil { // an ephemeral place comes locked
		if err := s.acquire(ctx); err != nil || s.joined {
			return s, err
		}
	}
	running.Store(s, true)
	if err := s.bringUp(ctx); err != nil {
		_ = s.Stop()
		return nil, err
	}
	return s, nil
}

// running keeps servers whose caller forgot them: collected as garbage, their
// lock would be let go, and another process would clear them away.
var running sync.Map

// acquire takes the lock of the cluster, or joins the server of the portal that holds it.
func (s *Server) acquire(ctx context.Context) error {
	deadline, cancel := context.WithTimeout(ctx, lockWait)
	defer cancel()
	for {
		lock, err := lockFile(s.spot.lock())
		if err == nil {
			s.lock = lock
			return nil
		}
		if !errors.Is(err, errLocked) {
			return fmt.Errorf("lock of the data folder: %w", err)
		}
		if s.opts.Join && s.join(deadline) {
			return nil
		}
		if !sleep(deadline, pollEvery) {
			return fmt.Errorf("the data folder %s is in use by another portal (process %s): stop that one, or set PORTAL_DATA_DIR to another folder",
				s.opts.Dir, readLine(s.spot.lock()))
		}
	}
}

func (s *Server) join(ctx context.Context) bool {
	socket := readLine(s.spot.socketRecord())
	if socket == "" {
		return false
	}
	s.socket = socket
	s.joined = ping(ctx, s.urlOf(dbName)) == nil
	return s.joined
}

func (s *Server) bringUp(ctx context.Context) error {
	if err := takeOver(ctx, s.spot.data, s.opts.Log); err != nil {
		return err
	}
	if err := s.makeCluster(ctx); err != nil {
		return err
	}
	if err := s.makeSocketFolder(); err != nil {
		return err
	}
	if err := s.launch(ctx); err != nil {
		return err
	}
	return s.makeDatabase(ctx)
}

// URL is the address of the database portal over the Unix socket, for libpq and pgx alike.
// It stays the same over Kill and Restart.
func (s *Server) URL() string { return s.urlOf(dbName) }

// urlOf names port and sslmode although a socket needs neither: otherwise PGPORT
// and PGSSLMODE of the surroundings would be taken.
func (s *Server) urlOf(database string) string {
	q := url.Values{"host": {s.socket}, "port": {"5432"}, "sslmode": {"disable"}}
	return "postgres://" + dbUser + "@/" + database + "?" + q.Encode()
}

// Folder is the cluster's own folder, named after the major version.
func (s *Server) Folder() string { return s.spot.data }

// PID is the process id of the postmaster, 0 when it is down or belongs to another portal.
func (s *Server) PID() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.proc == nil {
		return 0
	}
	return s.proc.pid()
}

// Stop ends the server in good order, removes what was temporary and lets go of
// the data folder. Stopping twice is harmless.
func (s *Server) Stop() error {
	if s.joined {
		return nil
	}
	err := s.halt()
	if s.socket != "" {
		_ = os.RemoveAll(s.socket)
		_ = os.Remove(s.spot.socketRecord())
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.lock != nil {
		if s.opts.Ephemeral {
			err = errors.Join(err, os.RemoveAll(s.spot.home))
		}
		_ = os.Remove(s.lock.Name())
		_ = s.lock.Close()
		s.lock = nil
		running.Delete(s)
	}
	return err
}

// Kill ends the postmaster with SIGKILL, as a power cut would. For drills.
func (s *Server) Kill() error {
	p := s.take()
	if p == nil {
		return errors.New("private PostgreSQL is not running")
	}
	_ = p.kill()
	<-p.done
	return nil
}

// Restart stops the server when it runs and starts it again at the same URL.
func (s *Server) Restart(ctx context.Context) error {
	if s.joined {
		return errors.New("the private PostgreSQL belongs to another portal")
	}
	if err := s.halt(); err != nil {
		return err
	}
	return s.bringUp(ctx)
}

// take removes the process from s, so that only one caller ends it.
func (s *Server) take() *process {
	s.mu.Lock()
	defer s.mu.Unlock()
	p := s.proc
	s.proc = nil
	return p
}

// halt asks for a fast shutdown, then for an abort, then kills.
func (s *Server) halt() error {
	p := s.take()
	if p == nil {
		return nil
	}
	for _, step := range []struct {
		ask  func() error
		wait time.Duration
	}{{p.interrupt, stopWait}, {p.abort, 5 * time.Second}, {p.kill, 5 * time.Second}} {
		_ = step.ask()
		select {
		case <-p.done:
			return nil
		case <-time.After(step.wait):
		}
	}
	return fmt.Errorf("private PostgreSQL (process %d) does not stop", p.pid())
}

func (s *Server) makeDatabase(ctx context.Context) error {
	conn, err := pgx.Connect(ctx, s.urlOf("postgres"))
	if err != nil {
		return fmt.Errorf("private PostgreSQL: %w", err)
	}
	defer conn.Close(context.WithoutCancel(ctx))
	var there bool
	const exists = `SELECT EXISTS (SELECT FROM pg_database WHERE datname = 'portal')`
	if err := conn.QueryRow(ctx, exists).Scan(&there); err != nil {
		return fmt.Errorf("databases of the private PostgreSQL: %w", err)
	}
	if there {
		return nil
	}
	const create = `CREATE DATABASE portal`
	if _, err := conn.Exec(ctx, create); err != nil {
		return fmt.Errorf("create database portal: %w", err)
	}
	return nil
}

func (s *Server) say(format string, args ...any) { say(s.opts.Log, format, args...) }

func say(w io.Writer, format string, args ...any) {
	if w != nil {
		fmt.Fprintf(w, format+"\n", args...)
	}
}

func ping(ctx context.Context, address string) error {
	ctx, cancel := context.WithTimeout(ctx, 5*time.Second)
	defer cancel()
	conn, err := pgx.Connect(ctx, address)
	if err != nil {
		return err
	}
	return conn.Close(ctx)
}

// sleep waits and says false when ctx ended first.
func sleep(ctx context.Context, d time.Duration) bool {
	select {
	case <-ctx.Done():
		return false
	case <-time.After(d):
		return true
	}
}

func readLine(path string) string {
	b, err := os.ReadFile(filepath.Clean(path))
	if err != nil {
		return ""
	}
	line, _, _ := strings.Cut(string(b), "\n")
	return strings.TrimSpace(line)
}
