package devdb

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"
)

// spot is where one cluster lies.
type spot struct {
	home string // folder that holds the cluster, its log, its lock
	data string // home/postgres-<major>
}

func spotIn(home string, major int) spot {
	return spot{home: home, data: filepath.Join(home, "postgres-"+strconv.Itoa(major))}
}

func (p spot) lock() string         { return p.data + ".lock" }
func (p spot) log() string          { return p.data + ".log" }
func (p spot) socketRecord() string { return p.data + ".socket" }
func (p spot) draft() string        { return p.data + ".new" } // initdb works here, then it is renamed
func (p spot) exists() bool {
	_, err := os.Stat(filepath.Join(p.data, "PG_VERSION"))
	return err == nil
}

// placeIn chooses the cluster of a data folder: the one that exists, else a new
// one in the data folder, else (a folder above is closed to the server's user)
// one in a place that depends only on the data folder's path.
func (s *Server) placeIn(installs []install) error {
	dir, err := filepath.Abs(s.opts.Dir)
	if err != nil {
		return err
	}
	if err := os.MkdirAll(dir, s.who.folderMode()); err != nil {
		return fmt.Errorf("data folder: %w", err)
	}
	if real, err := filepath.EvalSymlinks(dir); err == nil {
		dir = real
	}
	installs, closedBin := s.who.mayRun(installs)
	if len(installs) == 0 {
		return fmt.Errorf("user %s, who runs PostgreSQL instead of root, cannot enter %s: open it (chmod o+x) or install PostgreSQL elsewhere", s.who.name, closedBin)
	}
	homes := append([]string{dir}, fallbackHomes(dir)...)
	if err := s.reuse(homes, installs); err != nil || s.spot.data != "" {
		return err
	}
	s.install = installs[0]
	for i, home := range homes {
		closed := s.who.closedAbove(home)
		if closed != "" {
			continue
		}
		if err := s.makeHome(home, i > 0); err != nil {
			continue
		}
		s.spot = spotIn(home, s.install.major)
		if i > 0 {
			s.say("the database lies in %s, because user %s cannot enter %s", s.spot.data, s.who.name, s.who.closedAbove(dir))
		}
		return nil
	}
	return fmt.Errorf("no place for the database: user %s, who runs PostgreSQL instead of root, cannot enter %s; choose another PORTAL_DATA_DIR", s.who.name, s.who.closedAbove(dir))
}

// reuse looks for a cluster that an earlier run left, in whatever version.
func (s *Server) reuse(homes []string, installs []install) error {
	for _, home := range homes {
		found, _ := filepath.Glob(filepath.Join(home, "postgres-*", "PG_VERSION"))
		slices.Sort(found)
		slices.Reverse(found) // the newest first
		for _, file := range found {
			data := filepath.Dir(file)
			major, err := strconv.Atoi(strings.TrimPrefix(filepath.Base(data), "postgres-"))
			if err != nil {
				continue // a draft or a copy somebody made
			}
			i := slices.IndexFunc(installs, func(i install) bool { return i.major == major })
			if i < 0 {
				return fmt.Errorf("%s was written by PostgreSQL %d, which is not installed here (found: %d): install version %d, or move that folder away to begin with an empty database",
					data, major, installs[0].major, major)
			}
			if closed := s.who.closedAbove(home); closed != "" {
				return fmt.Errorf("the database %s exists, but user %s cannot enter %s any more: open it with chmod o+x", data, s.who.name, closed)
			}
			s.install, s.spot = installs[i], spotIn(home, major)
			return nil
		}
	}
	return nil
}

// fallbackHomes depend on the path of the data folder only, so that the next run
// finds the same cluster and two data folders never share one.
func fallbackHomes(dir string) []string {
	sum := sha256.Sum256([]byte(dir))
	name := "portal-" + hex.EncodeToString(sum[:8])
	homes := []string{filepath.Join("/var/tmp", name), filepath.Join(os.TempDir(), name)}
	if os.Geteuid() == 0 { // survives a clean-up of temporary folders
		homes = append([]string{filepath.Join("/var/lib/portal", name)}, homes...)
	}
	return homes
}

// makeHome makes the folder and refuses one that somebody else prepared in a public place.
func (s *Server) makeHome(home string, public bool) error {
	if err := os.MkdirAll(home, s.who.folderMode()); err != nil {
		return err
	}
	info, err := os.Lstat(home)
	if err != nil {
		return err
	}
	if public && (!info.IsDir() || !ownedByUs(info) || info.Mode().Perm()&0o022 != 0) {
		return fmt.Errorf("%s belongs to somebody else", home)
	}
	return nil
}

// placeEphemeral makes a locked temporary home and clears those that killed processes left.
func (s *Server) placeEphemeral(installs []install) error {
	installs, closedBin := s.who.mayRun(installs)
	if len(installs) == 0 {
		return fmt.Errorf("user %s, who runs PostgreSQL instead of root, cannot enter %s", s.who.name, closedBin)
	}
	s.install = installs[0]
	for _, temp := range tempFolders() {
		root := filepath.Join(temp, "portal-ephemeral-"+strconv.Itoa(os.Geteuid()))
		if s.who.closedAbove(root) != "" || s.makeHome(root, true) != nil {
			continue
		}
		home, lock, err := s.newEphemeral(root)
		if err != nil {
			return fmt.Errorf("temporary cluster: %w", err)
		}
		s.spot, s.lock = spotIn(home, s.install.major), lock
		return nil
	}
	return errors.New("no temporary folder is open to the server's user; set TMPDIR")
}

// newEphemeral works under the lock of the root, so that a sweeping process
// never takes a home that is just being made for one that was left behind.
func (s *Server) newEphemeral(root string) (string, *os.File, error) {
	gate, err := lockFileWait(filepath.Join(root, "gate"))
	if err != nil {
		return "", nil, err
	}
	defer gate.Close()
	sweep(root)
	home, err := os.MkdirTemp(root, "c")
	if err != nil {
		return "", nil, err
	}
	if err := os.Chmod(home, s.who.folderMode()); err != nil {
		return "", nil, err
	}
	lock, err := lockFile(filepath.Join(home, "lock"))
	return home, lock, err
}

// sweep removes the homes whose process is gone; a server that outlived it is ended first.
func sweep(root string) {
	homes, _ := filepath.Glob(filepath.Join(root, "c*"))
	for _, home := range homes {
		lock, err := lockFile(filepath.Join(home, "lock"))
		if err != nil {
			continue
		}
		clusters, _ := filepath.Glob(filepath.Join(home, "postgres-*", "postmaster.pid"))
		for _, file := range clusters {
			endAbandoned(filepath.Dir(file))
		}
		records, _ := filepath.Glob(filepath.Join(home, "postgres-*.socket"))
		for _, record := range records {
			removeSocketFolder(readLine(record))
		}
		_ = os.RemoveAll(home)
		_ = lock.Close()
	}
}

// endAbandoned stops a server whose data is thrown away.
func endAbandoned(data string) {
	pid := postmasterOf(data)
	if pid == 0 {
		return
	}
	if interruptPID(pid) != nil || !waitGone(context.Background(), data, 5*time.Second) {
		_ = killPID(pid)
	}
}

// tempFolders are the places for short-lived things, the user's own wish first.
func tempFolders() []string { return slices.Compact([]string{os.TempDir(), "/tmp", "/var/tmp"}) }

// makeSocketFolder makes the folder of the Unix socket: temporary and short,
// because the path of a socket is limited to 107 bytes.
func (s *Server) makeSocketFolder() error {
	if s.socket != "" { // Restart keeps the URL; a killed server's files would only be in the way
		for _, name := range []string{socketName, socketName + ".lock"} {
			_ = os.Remove(filepath.Join(s.socket, name))
		}
		return nil
	}
	removeSocketFolder(readLine(s.spot.socketRecord()))
	for _, temp := range tempFolders() {
		if s.who.closedAbove(filepath.Join(temp, "x")) != "" || len(temp) > 60 {
			continue
		}
		dir, err := os.MkdirTemp(temp, socketPrefix)
		if err != nil {
			continue
		}
		if err := s.who.own(dir); err != nil {
			_ = os.Remove(dir)
			return fmt.Errorf("socket folder: %w", err)
		}
		s.socket = dir
		return os.WriteFile(s.spot.socketRecord(), []byte(dir+"\n"), 0o600)
	}
	return errors.New("no short temporary folder for the database socket; set TMPDIR=/tmp")
}

const (
	socketPrefix = "portal-pg-"
	socketName   = ".s.PGSQL.5432"
)

// removeSocketFolder removes what a killed portal left, and nothing but such a folder.
func removeSocketFolder(dir string) {
	if strings.HasPrefix(filepath.Base(dir), socketPrefix) {
		for _, name := range []string{socketName, socketName + ".lock"} {
			_ = os.Remove(filepath.Join(dir, name))
		}
		_ = os.Remove(dir)
	}
}
