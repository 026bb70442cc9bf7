package main

import (
	"context"
	"io"
	"log/slog"
	"net"
	"net/http"
	"os"
	"sync"
	"testing"
	"time"

	"portal/internal/demo"
	"portal/internal/demo/demotest"
	"portal/internal/journey"
	"portal/internal/pg/pgtest"
	"portal/migrations"
)

// street is one portal on the demo street, shared by the journeys of this package: wired by the same
// code as `portal serve`, with the real clock.
type street struct {
	base string
	open *opened
	at   dataFlags // its database, files and keys
}

var (
	streetOnce sync.Once
	theStreet  *street
	errStreet  error
)

// TestMain keeps the shared street's database until every journey is over.
func TestMain(m *testing.M) {
	code := m.Run()
	for i := len(endings) - 1; i >= 0; i-- {
		endings[i]()
	}
	os.Exit(code)
}

var endings []func()

// keeper is a testing.TB whose cleanups run at the end of the package instead of the test.
type keeper struct{ testing.TB }

func (keeper) Cleanup(f func())         { endings = append(endings, f) }
func (keeper) Context() context.Context { return context.Background() }

// onStreet gives the shared portal.
func onStreet(t *testing.T) *street {
	t.Helper()
	streetOnce.Do(func() { theStreet, errStreet = openStreet(keeper{t}) })
	if errStreet != nil {
		t.Fatal(errStreet)
	}
	return theStreet
}

// monday is the street's day: 30 working days from it reach into 2027, whose holidays are not published.
var monday = pgtest.Now.AddDate(0, 0, 5)

func openStreet(t testing.TB) (*street, error) {
	copied := demotest.OpenAt(t, monday) // lived through once, copied for each journey
	url := copied.URL
	ctx := context.Background()
	if err := migrations.Up(ctx, url); err != nil {
		return nil, err
	}
	cmd := serveCmd{Env: "demo", Brake: -1}
	cmd.DatabaseURL, cmd.DataDir = url, copied.Dir
	began := time.Now()
	cmd.Clock = func() time.Time { return monday.Add(time.Since(began)) } // whenever the tests run
	o, err := cmd.open(ctx, io.Discard, false)
	if err != nil {
		return nil, err
	}
	t.Cleanup(o.close)
	app, err := cmd.wire(ctx, o, slog.New(slog.NewTextHandler(io.Discard, nil)))
	if err != nil {
		return nil, err
	}
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	srv := &http.Server{Handler: app.server, ReadHeaderTimeout: 10 * time.Second}
	go func() { _ = srv.Serve(ln) }() // ends with Close
	t.Cleanup(func() { _ = srv.Close() })
	return &street{base: "http://" + ln.Addr().String(), open: o, at: cmd.dataFlags}, nil
}

// browser opens a browser on the street.
func (s *street) browser(t *testing.T, o journey.Options) *journey.Browser {
	return journey.Open(t, s.base, o)
}

// signedIn opens a browser as one of the demo accounts.
func (s *street) signedIn(t *testing.T, login string, o journey.Options) *journey.Browser {
	b := s.browser(t, o)
	b.SignIn(login, demo.Password)
	return b
}
