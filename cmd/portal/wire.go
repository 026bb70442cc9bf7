package main

import (
	"context"
	"log/slog"

	"portal/internal/account"
	"portal/internal/blob"
	"portal/internal/job"
	"portal/internal/secret"
	"portal/migrations"
	"portal/web"
)

// app is what serve runs.
type app struct {
	server  *web.Server
	metrics *web.Metrics
	jobs    *job.Runner
}

// wire builds every service, one line each; it is the only place that does.
func (c serveCmd) wire(ctx context.Context, o *opened, log *slog.Logger) (*app, error) {
	keys, err := secret.OpenDir(c.keyFile())
	if err != nil {
		return nil, err
	}
	files, err := blob.NewDir(c.blobDir())
	if err != nil {
		return nil, err
	}
	accounts := account.New(o.db, account.WithKeys(keys), account.WithSecondFactor(!c.demo()))
	metrics := web.NewMetrics(o.db)
	server, err := web.New(web.Services{DB: o.db, Accounts: accounts, Blobs: files, Log: log, Demo: c.demo(), Secure: c.SecureCookies,
		Proxies: c.TrustedProxies, Metrics: metrics, Brake: c.Brake, Pending: func(ctx context.Context) (int, error) { return migrations.Pending(ctx, o.url) }})
	if err != nil {
		return nil, err
	}
	jobs, err := job.New(o.db, log, job.Housekeeping(o.db, log, keepHead(c.DataDir)))
	if err != nil {
		return nil, err
	}
	return &app{server: server, metrics: metrics, jobs: jobs}, nil
}
