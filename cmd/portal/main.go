// Command portal is the whole portal in one binary: `portal serve` and the tools around it.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"strings"
	"syscall"

	"github.com/alecthomas/kong"
)

// cli lists the subcommands; kong prints them with --help.
type cli struct {
	Serve   serveCmd   `cmd:"" help:"Serve the portal. Starts a private PostgreSQL when no database is named, migrates, and seeds the demo street into an empty database."`
	Migrate migrateCmd `cmd:"" help:"Bring the database to the newest shape."`
	Seed    seedCmd    `cmd:"" help:"Seed the demo street into an empty database (refused when PORTAL_ENV=production)."`
	Import  importCmd  `cmd:"" help:"Import a list: laws, articles, changes, divisions, departments, negative, items, programme."`
	User    userCmd    `cmd:"" help:"Add a person, or reset a password."`
	Backup  backupCmd  `cmd:"" help:"Write a backup: one moment of the database and its files in one archive, without the keys."`
	Restore restoreCmd `cmd:"" help:"Load a backup into an empty database and compare rows, checksums and sequences."`
	Subject subjectCmd `cmd:"" help:"Export or erase what is held about one person."`
	Keys    keysCmd    `cmd:"" help:"Add a new sealing key, or seal older fields with it."`
	Verify  verifyCmd  `cmd:"" help:"Verify the sealed history: finds and locates any tampering."`
	WithDB  withDBCmd  `cmd:"" name:"with-db" help:"Run a command with PORTAL_DATABASE_URL set to the private PostgreSQL."`
}

// exitError ends the program with a code of its own, after its words were printed.
type exitError struct{ code int }

func (e exitError) Error() string { return fmt.Sprintf("exit %d", e.code) }

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM, syscall.SIGHUP)
	defer stop()
	os.Exit(exitCode(run(ctx, os.Args[1:], os.Stdout, os.Stderr), os.Stderr))
}

func exitCode(err error, stderr io.Writer) int {
	var exit exitError
	switch {
	case err == nil:
		return 0
	case errors.As(err, &exit):
		return exit.code
	}
	fmt.Fprintln(stderr, "portal:", strings.Join(strings.Fields(err.Error()), " ")) // one line, whatever a driver says
	return 1
}

// run parses the arguments and runs one subcommand.
func run(ctx context.Context, args []string, stdout, stderr io.Writer) error {
	var c cli
	done := false
	parser, err := kong.New(&c, kong.Name("portal"), kong.Vars{"file_kinds": fileKinds()},
		kong.Description("The portal of a street office: 准入清单, and the people and places around it. Settings are environment variables PORTAL_*."),
		kong.Writers(stdout, stderr), kong.Exit(func(int) { done = true }), kong.BindTo(ctx, (*context.Context)(nil)),
		kong.BindTo(stdout, (*io.Writer)(nil)))
	if err != nil {
		return err
	}
	k, err := parser.Parse(args)
	if done { // --help was printed
		return nil
	}
	if err != nil {
		return err
	}
	return k.Run()
}
