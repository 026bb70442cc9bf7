package devdb

import (
	"errors"
	"os"
	"os/exec"
)

var errLocked = errors.New("locked by another process")

var errWindows = errors.New("the private PostgreSQL runs on Linux and other Unix systems only: " +
	"run docker compose up -d, or point PORTAL_DATABASE_URL at a running server")

// supported refuses before anything else is tried; what follows only completes the build.
func supported() error { return errWindows }

type identity struct{ name string }

func serverIdentity() (identity, error)                               { return identity{}, errWindows }
func (identity) folderMode() os.FileMode                              { return 0o700 }
func (identity) own(string) error                                     { return errWindows }
func (identity) dress(*exec.Cmd)                                      {}
func (identity) closedAbove(string) string                            { return "" }
func (identity) mayRun(all []install) (open []install, closed string) { return all, "" }

func lockFile(string) (*os.File, error)     { return nil, errWindows }
func lockFileWait(string) (*os.File, error) { return nil, errWindows }
func ownedByUs(os.FileInfo) bool            { return false }
func serves(int, string) bool               { return false }
func interruptPID(int) error                { return errWindows }
func killPID(int) error                     { return errWindows }

func (p *process) interrupt() error { return p.cmd.Process.Signal(os.Interrupt) }
func (p *process) abort() error     { return p.cmd.Process.Kill() }
func (p *process) kill() error      { return p.cmd.Process.Kill() }

func (p *process) terminate() error { return p.cmd.Process.Kill() }

var forwarded = []os.Signal{os.Interrupt}

func endWithParent(*exec.Cmd)     {}
func fromTerminal(os.Signal) bool { return true }
func exitCode(p *process) int     { return p.cmd.ProcessState.ExitCode() }
