package web

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"time"
)

// Limits of a connection, so that a slow one costs nobody but its owner. Reading covers an upload
// of 12 MB over a slow mobile line.
const (
	headerLimit    = 5 * time.Second
	readingLimit   = 2 * time.Minute
	writingLimit   = 2 * time.Minute
	idleLimit      = 2 * time.Minute
	maxHeaderBytes = 32 << 10
)

// Serve answers on ln until ctx ends, then takes no new connections, lets requests in flight
// finish for at most drain, and cuts what is left (reliability.md §2 rule 22). Limits that srv
// does not set are set here. It returns nil after a clean stop, and an error when requests had to be cut.
func Serve(ctx context.Context, srv *http.Server, ln net.Listener, drain time.Duration) error {
	srv.ReadHeaderTimeout = orDefault(srv.ReadHeaderTimeout, headerLimit)
	srv.ReadTimeout = orDefault(srv.ReadTimeout, readingLimit)
	srv.WriteTimeout = orDefault(srv.WriteTimeout, writingLimit)
	srv.IdleTimeout = orDefault(srv.IdleTimeout, idleLimit)
	srv.MaxHeaderBytes = orDefault(srv.MaxHeaderBytes, maxHeaderBytes)

	ended := make(chan error, 1)
	go func() { ended <- srv.Serve(ln) }()
	select {
	case err := <-ended:
		return fmt.Errorf("serve: %w", err)
	case <-ctx.Done():
	}
	last, cancel := context.WithTimeout(context.WithoutCancel(ctx), drain)
	defer cancel()
	err := srv.Shutdown(last)
	if err != nil {
		_ = srv.Close()
		err = fmt.Errorf("drain: %w", err)
	}
	if e := <-ended; !errors.Is(e, http.ErrServerClosed) {
		err = errors.Join(err, fmt.Errorf("serve: %w", e))
	}
	return err
}
