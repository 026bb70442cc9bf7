package devdb

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"time"
)

// EnvURL names the database for the portal and for every command under with-db.
const EnvURL = "PORTAL_DATABASE_URL"

// WithDB runs a command with PORTAL_DATABASE_URL pointing at a private server,
// which ends with the command, and returns the command's exit code. When the
// variable is set already, that database is used and none is started.
// PORTAL_TEST=1 asks for a fast server that is thrown away, as o.Fast with
// o.Ephemeral does.
//
// Signals go to the command, which decides; ctx ending counts as a request to end.
func WithDB(ctx context.Context, o Options, argv []string) (exitCode int, err error) {
	if len(argv) == 0 {
		return 2, errors.New("with-db needs a command: portal with-db -- COMMAND")
	}
	program, err := exec.LookPath(argv[0])
	if err != nil && !errors.Is(err, exec.ErrDot) {
		return 127, fmt.Errorf("command %q: %w", argv[0], err)
	}
	signals := make(chan os.Signal, 8)
	signal.Notify(signals, forwarded...)
	defer signal.Stop(signals)

	url := os.Getenv(EnvURL)
	if url == "" {
		if os.Getenv("PORTAL_TEST") == "1" {
			o.Fast, o.Ephemeral = true, true
		}
		server, err := startUnlessSignalled(ctx, o, signals)
		if err != nil {
			return 1, err
		}
		defer func() { err = errors.Join(err, server.Stop()) }()
		url = server.URL()
	}

	cmd := exec.Command(program, argv[1:]...)
	cmd.Args[0] = argv[0]
	cmd.Stdin, cmd.Stdout, cmd.Stderr = os.Stdin, os.Stdout, os.Stderr
	cmd.Env = append(os.Environ(), EnvURL+"="+url)
	endWithParent(cmd)
	p, err := spawn(cmd)
	if err != nil {
		return 126, fmt.Errorf("command %q: %w", argv[0], err)
	}
	return wait(ctx, p, signals), nil
}

// startUnlessSignalled ends the start at the first signal, since there is no command yet that could decide.
func startUnlessSignalled(ctx context.Context, o Options, signals <-chan os.Signal) (*Server, error) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	type result struct {
		server *Server
		err    error
	}
	started := make(chan result, 1)
	go func() {
		server, err := Start(ctx, o)
		started <- result{server, err}
	}()
	select {
	case r := <-started:
		return r.server, r.err
	case <-signals:
		cancel()
		if r := <-started; r.err == nil {
			_ = r.server.Stop()
		}
		return nil, errors.New("interrupted while the database was starting")
	}
}

// wait passes signals on until the command ends. Ctrl-C in a terminal reaches the
// command without us: passing it on would make it two, which many take for "now".
func wait(ctx context.Context, p *process, signals <-chan os.Signal) int {
	ended := ctx.Done()
	for {
		select {
		case <-p.done:
			return exitCode(p)
		case sig := <-signals:
			ended = nil // whoever cancels ctx on the same signal means the same wish
			if !fromTerminal(sig) {
				_ = p.cmd.Process.Signal(sig)
			}
		case <-ended:
			ended = nil
			select { // the signal itself may be a moment behind its context
			case sig := <-signals:
				if !fromTerminal(sig) {
					_ = p.cmd.Process.Signal(sig)
				}
			case <-time.After(100 * time.Millisecond):
				_ = p.terminate()
			}
		}
	}
}
