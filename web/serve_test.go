package web

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"
)

// patience is for a machine under load; nothing waits for it when all is well.
const patience = 30 * time.Second

type house struct {
	url  string
	stop context.CancelFunc
	end  chan error
}

func serve(t *testing.T, srv *http.Server, drain time.Duration) house {
	t.Helper()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(t.Context())
	h := house{url: "http://" + ln.Addr().String(), stop: stop, end: make(chan error, 1)}
	go func() { h.end <- Serve(ctx, srv, ln, drain) }()
	t.Cleanup(stop)
	return h
}

func receive[T any](t *testing.T, from <-chan T, what string) T {
	t.Helper()
	select {
	case v := <-from:
		return v
	case <-time.After(patience):
		t.Fatalf("no %s", what)
		panic("unreachable")
	}
}

// At the stop a request in flight still gets its whole answer and new ones are refused.
func TestServeDrains(t *testing.T) {
	inside, release, closing := make(chan struct{}), make(chan struct{}), make(chan struct{})
	srv := &http.Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		close(inside)
		<-release
		if r.Context().Err() != nil {
			t.Error("the stop cancelled a request in flight")
		}
		_, _ = io.WriteString(w, "办完了")
	})}
	srv.RegisterOnShutdown(func() { close(closing) })
	h := serve(t, srv, patience)
	answer := make(chan string, 1)
	go func() {
		res, err := http.Get(h.url)
		if err != nil {
			answer <- err.Error()
			return
		}
		defer res.Body.Close()
		body, err := io.ReadAll(res.Body)
		answer <- fmt.Sprint(string(body), err)
	}()
	receive(t, inside, "request")
	h.stop()
	receive(t, closing, "shutdown")
	if _, err := (&http.Client{Transport: &http.Transport{}}).Get(h.url); err == nil {
		t.Error("a new request was taken after the stop")
	}
	close(release)
	if got := receive(t, answer, "answer"); got != "办完了<nil>" {
		t.Errorf("answer %q", got)
	}
	if err := receive(t, h.end, "end"); err != nil {
		t.Errorf("Serve = %v", err)
	}
}

// What does not finish within the drain is cut, and Serve says so.
func TestServeCuts(t *testing.T) {
	inside := make(chan struct{})
	h := serve(t, &http.Server{Handler: http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		close(inside)
		<-r.Context().Done()
	})}, time.Millisecond)
	go func() {
		if res, err := http.Get(h.url); err == nil {
			res.Body.Close()
			t.Error("a cut request got an answer")
		}
	}()
	receive(t, inside, "request")
	h.stop()
	if err := receive(t, h.end, "end"); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("Serve = %v, want the drain's deadline", err)
	}
}

// Somebody who sends a header a letter at a time is put out, while others are served meanwhile;
// headers beyond 32 KB are refused; every limit is set.
func TestServeSlowAndLarge(t *testing.T) {
	srv := &http.Server{ReadHeaderTimeout: 200 * time.Millisecond, Handler: http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "ok") })}
	h := serve(t, srv, patience)
	addr := strings.TrimPrefix(h.url, "http://")
	slow, err := net.Dial("tcp", addr)
	if err != nil {
		t.Fatal(err)
	}
	defer slow.Close()
	if _, err := io.WriteString(slow, "GET / HTTP/1.1\r\nHost: x\r\nX-A: "); err != nil {
		t.Fatal(err)
	}
	res, err := http.Get(h.url)
	if err != nil || res.StatusCode != http.StatusOK {
		t.Fatalf("a second reader: %v, %v", res, err)
	}
	res.Body.Close()
	shut := make(chan error, 1)
	go func() {
		_, err := io.ReadAll(slow)
		shut <- err
	}()
	if err := receive(t, shut, "end of the slow connection"); err != nil {
		t.Errorf("the slow connection: %v", err)
	}
	large, err := net.Dial("tcp", addr)
	if err != nil {
		t.Fatal(err)
	}
	defer large.Close()
	go func() {
		_, _ = io.WriteString(large, "GET / HTTP/1.1\r\nHost: x\r\nX-A: "+strings.Repeat("a", 64<<10)+"\r\n\r\n")
	}()
	answer, err := http.ReadResponse(bufio.NewReader(large), nil)
	if err != nil || answer.StatusCode != http.StatusRequestHeaderFieldsTooLarge {
		t.Errorf("large header: %v, %v", answer, err)
	}
	h.stop()
	if err := receive(t, h.end, "end"); err != nil {
		t.Errorf("Serve = %v", err)
	}
	for name, limit := range map[string]time.Duration{"read": srv.ReadTimeout, "write": srv.WriteTimeout, "idle": srv.IdleTimeout} {
		if limit <= 0 {
			t.Errorf("no %s limit", name)
		}
	}
}

// A listener that breaks is an error, not a clean end.
func TestServeBrokenListener(t *testing.T) {
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ln.Close()
	if err := Serve(t.Context(), &http.Server{}, ln, patience); err == nil {
		t.Error("Serve = nil")
	}
}
