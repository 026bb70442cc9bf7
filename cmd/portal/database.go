package main

import (
	"context"
	"fmt"
	"io"
	"path/filepath"
	"time"

	"portal/internal/demo"
	"portal/internal/pg"
	"portal/internal/pg/devdb"
	"portal/internal/secret"
	"portal/migrations"
)

// dataFlags name the database and the data folder; every command that touches data has them.
type dataFlags struct {
	DatabaseURL string `name:"database-url" env:"PORTAL_DATABASE_URL" help:"PostgreSQL 15 to 17. Unset: a private server in the data folder."`
	DataDir     string `name:"data-dir" env:"PORTAL_DATA_DIR" default:".data" help:"Folder of the private PostgreSQL, files and keys."`

	Clock func() time.Time `kong:"-"` // the only clock of the program; tests set it
}

func (f dataFlags) now() time.Time {
	if f.Clock != nil {
		return f.Clock()
	}
	return time.Now()
}

// opened is a database ready for use, and how to leave it.
type opened struct {
	db  *pg.DB
	url string
	end []func()
}

// close leaves in the reverse order.
func (o *opened) close() {
	for i := len(o.end) - 1; i >= 0; i-- {
		o.end[i]()
	}
}

// reach starts the private server when no database is named; nothing is migrated.
func (f dataFlags) reach(ctx context.Context, log io.Writer, join bool) (*opened, error) {
	o := &opened{url: f.DatabaseURL}
	if o.url == "" {
		server, err := devdb.Start(ctx, devdb.Options{Dir: f.DataDir, Log: log, Join: join})
		if err != nil {
			return nil, err
		}
		o.url = server.URL()
		o.end = append(o.end, func() {
			if err := server.Stop(); err != nil {
				fmt.Fprintln(log, "portal: stop PostgreSQL:", err)
			}
		})
	}
	return o, nil
}

// connect opens the pool of the working role.
func (f dataFlags) connect(ctx context.Context, o *opened) (err error) {
	if o.db, err = pg.Open(ctx, o.url, f.now); err != nil {
		return err
	}
	o.end = append(o.end, o.db.Close)
	return nil
}

// open reaches the database, migrates and connects.
func (f dataFlags) open(ctx context.Context, log io.Writer, join bool) (*opened, error) {
	o, err := f.reach(ctx, log, join)
	if err != nil {
		return nil, err
	}
	if err = migrations.Up(ctx, o.url); err == nil {
		err = f.connect(ctx, o)
	}
	if err != nil {
		o.close()
		return nil, err
	}
	return o, nil
}

// migrateCmd is `portal migrate`.
type migrateCmd struct{ dataFlags }

// Run migrates and says so.
func (c migrateCmd) Run(ctx context.Context, out io.Writer) error {
	o, err := c.open(ctx, out, true)
	if err != nil {
		return err
	}
	defer o.close()
	fmt.Fprintln(out, "the database has the newest shape")
	return nil
}

// withDBCmd is `portal with-db -- COMMAND`.
type withDBCmd struct {
	dataFlags
	Command []string `arg:"" passthrough:"" help:"The command and its arguments."`
}

// Run runs the command and passes its exit code on.
func (c withDBCmd) Run(ctx context.Context, out io.Writer) error {
	argv := c.Command
	if len(argv) > 0 && argv[0] == "--" {
		argv = argv[1:]
	}
	code, err := devdb.WithDB(ctx, devdb.Options{Dir: c.DataDir}, argv)
	if err != nil {
		return err
	}
	if code != 0 {
		return exitError{code}
	}
	return nil
}

func (c dataFlags) blobDir() string { return filepath.Join(c.DataDir, "files") }
func (c dataFlags) keyFile() string { return filepath.Join(c.DataDir, "keys") }

// stores opens what the demo street keeps outside the database.
func (c dataFlags) stores() (demo.Stores, error) {
	keys, err := secret.OpenDir(c.keyFile())
	return demo.Stores{Files: c.blobDir(), Keys: keys}, err
}
