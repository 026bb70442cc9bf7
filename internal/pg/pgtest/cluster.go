package pgtest

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strings"
	"sync"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"portal/internal/pg/devdb"
	"portal/migrations"
)

const (
	appName        = "portal-pgtest"
	templatePrefix = "portal_tpl_"
	testPrefix     = "portal_test_"
	templateLock   = 320104901 // advisory, on database postgres
	noSuchDatabase = "3D000"
)

// cluster is the server that this process makes its databases on. The one
// connection is also the sign of life of the process: the databases carry its
// backend's number, and those of a dead one are swept.
type cluster struct {
	address string
	id      string     // of the server, unlike every other
	mu      sync.Mutex // guards everything below
	conn    *pgx.Conn
	made    int
	tpl     string
}

// shared connects once per process; the first failure is everybody's failure.
var shared = sync.OnceValues(func() (*cluster, error) {
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	address := os.Getenv(devdb.EnvURL)
	if address == "" {
		// Nobody stops it: it ends with this process, and the next start clears its folder.
		server, err := devdb.Start(ctx, devdb.Options{Ephemeral: true, Fast: true})
		if err != nil {
			return nil, err
		}
		address = server.URL()
	}
	return open(ctx, address)
})

func open(ctx context.Context, address string) (*cluster, error) {
	if !strings.Contains(address, "://") {
		return nil, errors.New("PORTAL_DATABASE_URL must be an address like postgres://user@host/database")
	}
	maintenance, err := withDatabase(address, "postgres")
	if err != nil {
		return nil, fmt.Errorf("PORTAL_DATABASE_URL: %w", err)
	}
	cfg, err := pgx.ParseConfig(maintenance)
	if err != nil {
		return nil, fmt.Errorf("PORTAL_DATABASE_URL: %w", err)
	}
	cfg.RuntimeParams["application_name"] = appName
	conn, err := pgx.ConnectConfig(ctx, cfg)
	if err != nil {
		return nil, fmt.Errorf("test database server: %w", err)
	}
	c := &cluster{address: address, conn: conn}
	const identity = `SELECT system_identifier::text FROM pg_control_system()`
	if err := conn.QueryRow(ctx, identity).Scan(&c.id); err != nil {
		return nil, fmt.Errorf("identity of the test server: %w", err)
	}
	if c.tpl, err = templateName(migrations.Files()); err != nil {
		return nil, err
	}
	return c, c.template(ctx)
}

func (c *cluster) addressOf(name string) string {
	address, err := withDatabase(c.address, name)
	if err != nil {
		panic(err) // open parsed the same address
	}
	return address
}

// templateName changes whenever a migration changes.
func templateName(files fs.FS) (string, error) {
	sum := sha256.New()
	err := fs.WalkDir(files, ".", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		body, err := fs.ReadFile(files, path)
		fmt.Fprintf(sum, "%s %d\n", path, len(body))
		sum.Write(body)
		return err
	})
	if err != nil {
		return "", fmt.Errorf("migrations: %w", err)
	}
	return templatePrefix + hex.EncodeToString(sum.Sum(nil))[:16], nil
}

// template migrates the template database once per server, whoever comes first.
func (c *cluster) template(ctx context.Context) (err error) {
	const lock, unlock = `SELECT pg_advisory_lock($1)`, `SELECT pg_advisory_unlock($1)`
	if _, err := c.conn.Exec(ctx, lock, templateLock); err != nil {
		return fmt.Errorf("template lock: %w", err)
	}
	defer func() {
		_, e := c.conn.Exec(context.WithoutCancel(ctx), unlock, templateLock)
		err = errors.Join(err, e)
	}()
	there, err := c.exists(ctx, c.tpl)
	if err != nil || there {
		return err
	}
	if err := c.sweep(ctx); err != nil {
		return err
	}
	draft := c.tpl + "_new" // a killed migration leaves this, never something that looks ready
	if err := c.exec(ctx, "DROP DATABASE IF EXISTS %s WITH (FORCE)", draft); err != nil {
		return err
	}
	if err := c.exec(ctx, "CREATE DATABASE %s", draft); err != nil {
		return err
	}
	if err := migrations.Up(ctx, c.addressOf(draft)); err != nil {
		return fmt.Errorf("migrate the template: %w", err)
	}
	if err := c.exec(ctx, "ALTER DATABASE %s ALLOW_CONNECTIONS false", draft); err != nil {
		return err
	}
	return c.exec(ctx, "ALTER DATABASE %s RENAME TO %s", draft, c.tpl)
}

func (c *cluster) exists(ctx context.Context, name string) (there bool, err error) {
	const query = `SELECT EXISTS (SELECT FROM pg_database WHERE datname = $1)`
	if err := c.conn.QueryRow(ctx, query, name).Scan(&there); err != nil {
		return false, fmt.Errorf("look for database %s: %w", name, err)
	}
	return there, nil
}

// sweep drops the templates of other migrations and the databases of dead test processes.
func (c *cluster) sweep(ctx context.Context) error {
	const left = `
		SELECT datname FROM pg_database d
		WHERE (datname LIKE 'portal\_tpl\_%' AND NOT starts_with(datname, $1))
		   OR (datname ~ '^portal_test_[0-9]+_[0-9]+$' AND NOT EXISTS (
		         SELECT FROM pg_stat_activity a
		         WHERE a.pid = split_part(d.datname, '_', 3)::int AND a.application_name = $2))`
	rows, err := c.conn.Query(ctx, left, c.tpl, appName)
	if err != nil {
		return fmt.Errorf("left-over databases: %w", err)
	}
	names, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		return fmt.Errorf("left-over databases: %w", err)
	}
	for _, name := range names {
		// Another process may be copying an old template just now: then it stays.
		_ = c.exec(ctx, "DROP DATABASE IF EXISTS %s WITH (FORCE)", name)
	}
	return nil
}

// create copies the template. A template that another process swept meanwhile is made anew.
func (c *cluster) create(ctx context.Context) (string, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.made++
	name := fmt.Sprintf("%s%d_%d", testPrefix, c.conn.PgConn().PID(), c.made)
	for try := 0; ; try++ {
		err := c.exec(ctx, "CREATE DATABASE %s TEMPLATE %s STRATEGY FILE_COPY", name, c.tpl)
		var pgErr *pgconn.PgError
		if try > 0 || !errors.As(err, &pgErr) || pgErr.Code != noSuchDatabase {
			return name, err
		}
		if err := c.template(ctx); err != nil {
			return "", err
		}
	}
}

func (c *cluster) drop(ctx context.Context, name string) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.exec(ctx, "DROP DATABASE IF EXISTS %s WITH (FORCE)", name)
}

// exec fills quoted names into a statement that takes no parameters.
func (c *cluster) exec(ctx context.Context, statement string, names ...string) error {
	quoted := make([]any, len(names))
	for i, name := range names {
		quoted[i] = pgx.Identifier{name}.Sanitize()
	}
	text := fmt.Sprintf(statement, quoted...)
	if _, err := c.conn.Exec(ctx, text); err != nil {
		return fmt.Errorf("%s: %w", text, err)
	}
	return nil
}
