package main

import (
	"context"
	"fmt"
	"io"
	"os"

	"portal/internal/account"
	"portal/internal/notice"
	"portal/internal/pg"
	"portal/internal/request"
	"portal/internal/secret"
)

// keysCmd is `portal keys rotate|reseal`.
type keysCmd struct {
	Rotate keysRotateCmd `cmd:"" help:"Add a new sealing key; older ones go on opening. Restart the portal, then run: portal keys reseal."`
	Reseal keysResealCmd `cmd:"" help:"Seal every field with the newest key. May be stopped and begun again at any time, also while the portal serves."`
}

type keysRotateCmd struct {
	DataDir string `name:"data-dir" env:"PORTAL_DATA_DIR" default:".data" help:"Folder with the keys."`
}

// Run adds a key; the file is replaced whole or not at all.
func (c keysRotateCmd) Run(out io.Writer) error {
	dir := dataFlags{DataDir: c.DataDir}.keyFile()
	if _, err := secret.Rotate(dir); err != nil {
		return err
	}
	fmt.Fprintf(out, "a new sealing key was added to %s; restart the portal, then run: portal keys reseal. Keep a copy of the key file apart from backups\n", dir)
	return nil
}

// resealBatch fields go at a time, so that stopping loses little.
const resealBatch = 200

type keysResealCmd struct{ dataFlags }

// Run reseals part by part until nothing is left.
func (c keysResealCmd) Run(ctx context.Context, out io.Writer) error {
	keys, err := secret.OpenDir(c.keyFile())
	if err != nil {
		return err
	}
	o, err := c.open(ctx, os.Stderr, true)
	if err != nil {
		return err
	}
	defer o.close()
	for _, part := range sealedParts(o.db, keys) {
		n, err := resealAll(ctx, part.again)
		fmt.Fprintf(out, "%s: %d sealed with the newest key\n", part.words, n)
		if err != nil {
			return fmt.Errorf("%s: %w", part.words, err)
		}
	}
	return nil
}

// sealedPart is one kind of sealed fields.
type sealedPart struct {
	words string
	again func(ctx context.Context, limit int) (int, error)
}

// sealedParts are all of them: whoever seals a field stands here.
func sealedParts(db *pg.DB, keys *secret.Box) []sealedPart {
	return []sealedPart{
		{"second factors", account.New(db, account.WithKeys(keys)).Reseal},
		{"requests", request.New(db, keys).Reseal},
		{"objections to notices", notice.New(db, keys, nil).Reseal},
	}
}

func resealAll(ctx context.Context, again func(context.Context, int) (int, error)) (int, error) {
	for total := 0; ; {
		n, err := again(ctx, resealBatch)
		total += n
		if err != nil || n == 0 {
			return total, err
		}
	}
}
