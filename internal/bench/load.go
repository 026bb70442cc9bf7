package bench

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

// clients is the c=16 of performance.md.
const clients = 16

// request makes the n-th request of a load, ready for the wire.
type request func(n int) []byte

// get asks for a page; paths are taken in turn.
func get(host, cookies string, paths ...string) request {
	return func(n int) []byte {
		return wire(http.MethodGet, host, paths[n%len(paths)], cookies, n, "")
	}
}

// post sends a form whose body is made anew each time.
func post(host, cookies, path string, body func(n int) string) request {
	return func(n int) []byte { return wire(http.MethodPost, host, path, cookies, n, body(n)) }
}

// offices is how many addresses the requests come from: the portal's outer brake allows each office
// 1200 a minute, and stays on.
const offices = 4096

func wire(method, host, path, cookies string, n int, body string) []byte {
	var b bytes.Buffer
	fmt.Fprintf(&b, "%s %s HTTP/1.1\r\nHost: %s\r\nX-Forwarded-For: 10.1.%d.%d\r\n", method, path, host, n%offices/256, n%256)
	if cookies != "" {
		fmt.Fprintf(&b, "Cookie: %s\r\n", cookies)
	}
	if method == http.MethodPost {
		fmt.Fprintf(&b, "Content-Type: application/x-www-form-urlencoded\r\nContent-Length: %d\r\n", len(body))
	}
	b.WriteString("\r\n" + body)
	return b.Bytes()
}

// result is what a load found.
type result struct {
	Answered int
	Wrong    int // answers of another status than the first one asked for
	Status   int // of a wrong answer
	Took     time.Duration
	Waits    []time.Duration // sorted
	Server   time.Duration   // CPU time of the server over the load
	Postgres time.Duration   // and of the database
}

func (r result) perSecond() float64 { return float64(r.Answered) / r.Took.Seconds() }

func (r result) cpuMs() float64 {
	return float64((r.Server + r.Postgres).Microseconds()) / 1000 / float64(max(r.Answered, 1))
}

// at gives a percentile in milliseconds.
func (r result) at(percent int) float64 {
	if len(r.Waits) == 0 {
		return 0
	}
	return float64(r.Waits[min(len(r.Waits)*percent/100, len(r.Waits)-1)].Microseconds()) / 1000
}

// add joins two loads of the same thing.
func (r result) add(o result) result {
	r.Answered += o.Answered
	r.Wrong += o.Wrong
	r.Status = max(r.Status, o.Status)
	r.Took += o.Took
	r.Server += o.Server
	r.Postgres += o.Postgres
	r.Waits = append(r.Waits, o.Waits...)
	slices.Sort(r.Waits)
	return r
}

// flood asks as fast as the answers come, with the given number of clients, for d.
func flood(ctx context.Context, host string, many int, d time.Duration, want int, make request) (result, error) {
	return drive(ctx, host, many, d, want, make, nil)
}

// stroll asks at a fixed rate whatever the answers take; a wait counts from the moment the request
// was due, so a server that stalls cannot hide it.
func stroll(ctx context.Context, host string, perSecond int, d time.Duration, want int, make request) (result, error) {
	return drive(ctx, host, clients, d, want, make, time.NewTicker(time.Second/time.Duration(perSecond)))
}

func drive(ctx context.Context, host string, many int, d time.Duration, want int, make request, pace *time.Ticker) (result, error) {
	due := (chan time.Time)(nil)
	if pace != nil {
		defer pace.Stop()
		due = paced(ctx, pace, d)
	}
	var (
		out   result
		mu    sync.Mutex
		wg    sync.WaitGroup
		next  atomic.Int64
		fault error
	)
	begin := time.Now()
	for range many {
		wg.Go(func() {
			r, err := client(ctx, host, begin.Add(d), want, func() []byte { return make(int(next.Add(1))) }, due)
			mu.Lock()
			defer mu.Unlock()
			out = out.add(r)
			if err != nil && fault == nil {
				fault = err
			}
		})
	}
	wg.Wait()
	out.Took = time.Since(begin)
	return out, fault
}

// paced hands out the moments at which requests are due.
func paced(ctx context.Context, pace *time.Ticker, d time.Duration) chan time.Time {
	due := make(chan time.Time, 1024)
	go func() {
		defer close(due)
		end := time.After(d)
		for {
			select {
			case t := <-pace.C:
				due <- t
			case <-end:
				return
			case <-ctx.Done():
				return
			}
		}
	}()
	return due
}

// client is one connection. It reads answers with as little work as possible, since it shares the
// machine with what it measures.
func client(ctx context.Context, host string, until time.Time, want int, make func() []byte, due chan time.Time) (result, error) {
	var r result
	conn, err := (&net.Dialer{}).DialContext(ctx, "tcp", host)
	if err != nil {
		return r, err
	}
	defer conn.Close()
	_ = conn.SetDeadline(until.Add(time.Minute)) // a TCP connection takes deadlines
	in := bufio.NewReaderSize(conn, 64<<10)
	for {
		asked := time.Now()
		if due != nil {
			t, more := <-due
			if !more {
				return r, nil
			}
			asked = t
		} else if asked.After(until) || ctx.Err() != nil {
			return r, nil
		}
		if _, err := conn.Write(make()); err != nil {
			return r, fmt.Errorf("send: %w", err)
		}
		res, err := http.ReadResponse(in, nil)
		if err != nil {
			return r, fmt.Errorf("answer: %w", err)
		}
		_, err = io.Copy(io.Discard, res.Body)
		if err := errors.Join(err, res.Body.Close()); err != nil {
			return r, fmt.Errorf("answer: %w", err)
		}
		if res.StatusCode != want {
			r.Wrong, r.Status = r.Wrong+1, res.StatusCode
		}
		r.Answered++
		r.Waits = append(r.Waits, time.Since(asked))
		if strings.EqualFold(res.Header.Get("Connection"), "close") {
			return r, fmt.Errorf("the server closed the connection after status %d", res.StatusCode)
		}
	}
}
