package bench

import (
	"bufio"
	"context"
	"encoding/binary"
	"fmt"
	"io"
	"net"
	"net/url"
	"path/filepath"
	"strconv"
	"strings"
	"sync/atomic"

	"github.com/jackc/pgx/v5"
)

// counter stands between a portal and Postgres and counts round trips: each Sync or simple Query of
// the protocol is one wait for an answer, however many statements it carries.
type counter struct {
	ln    net.Listener
	dial  func() (net.Conn, error)
	trips atomic.Int64
	url   string
}

// newCounter listens on loopback for what goes to the database at address.
func newCounter(ctx context.Context, address string) (*counter, error) {
	cfg, err := pgx.ParseConfig(address)
	if err != nil {
		return nil, fmt.Errorf("database url: %w", err)
	}
	network, at := "tcp", net.JoinHostPort(cfg.Host, strconv.Itoa(int(cfg.Port)))
	if strings.HasPrefix(cfg.Host, "/") {
		network, at = "unix", filepath.Join(cfg.Host, ".s.PGSQL."+strconv.Itoa(int(cfg.Port)))
	}
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	user := url.User(cfg.User)
	if cfg.Password != "" {
		user = url.UserPassword(cfg.User, cfg.Password)
	}
	u := url.URL{Scheme: "postgres", User: user, Host: ln.Addr().String(), Path: "/" + cfg.Database, RawQuery: "sslmode=disable"}
	c := &counter{ln: ln, url: u.String(), dial: func() (net.Conn, error) { return (&net.Dialer{}).DialContext(ctx, network, at) }}
	go c.accept()
	return c, nil
}

func (c *counter) close() { _ = c.ln.Close() }

func (c *counter) accept() {
	for {
		front, err := c.ln.Accept()
		if err != nil {
			return // closed
		}
		back, err := c.dial()
		if err != nil {
			_ = front.Close()
			continue
		}
		go func() {
			_, _ = io.Copy(front, back) // either side closing ends both
			_ = front.Close()
		}()
		go func() {
			c.forward(front, back)
			_ = back.Close()
		}()
	}
}

// forward passes messages on one by one: the first has no type, the others have.
func (c *counter) forward(front io.Reader, back io.Writer) {
	in := bufio.NewReaderSize(front, 64<<10)
	head := make([]byte, 5)
	for start := 1; ; start = 0 {
		if _, err := io.ReadFull(in, head[start:]); err != nil {
			return
		}
		if kind := head[0]; start == 0 && (kind == 'S' || kind == 'Q') {
			c.trips.Add(1)
		}
		if _, err := back.Write(head[start:]); err != nil {
			return
		}
		if _, err := io.CopyN(back, in, int64(binary.BigEndian.Uint32(head[1:]))-4); err != nil {
			return
		}
	}
}

// per gives the round trips of one request: ask is done once to prepare statements, then counted.
func (c *counter) per(ask func() error) (float64, error) {
	const warm, counted = 8, 10
	for range warm {
		if err := ask(); err != nil {
			return 0, err
		}
	}
	before := c.trips.Load()
	for range counted {
		if err := ask(); err != nil {
			return 0, err
		}
	}
	return float64(c.trips.Load()-before) / counted, nil
}
