package main

import (
	"context"
	"log/slog"
	"time"

	"portal/internal/account"
	"portal/internal/admission"
	"portal/internal/backup"
	"portal/internal/blob"
	"portal/internal/catalog"
	"portal/internal/grid"
	"portal/internal/handoff"
	"portal/internal/job"
	"portal/internal/kiosk"
	"portal/internal/legal"
	"portal/internal/notice"
	"portal/internal/policy"
	"portal/internal/refusal"
	"portal/internal/request"
	"portal/internal/secret"
	"portal/internal/workorder"
	"portal/migrations"
	"portal/web"
)

// app is what serve runs.
type app struct {
	server  *web.Server
	kiosks  *kiosk.Service
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
	admissions := admission.New(o.db)
	refusals := refusal.New(o.db)
	grids := grid.New(o.db)
	grids.Cases = handoff.OfGrid
	requests := request.New(o.db, keys)
	orders := workorder.New(o.db)
	cases := handoff.New(o.db, requests, orders)
	notices := notice.New(o.db, keys, personal)
	spool, err := kiosk.NewFolder(c.KioskSpool)
	if err != nil {
		return nil, err
	}
	kiosks := kiosk.New(o.db, keys, spool)
	laws := legal.New(o.db)
	laws.OnConfirmed = refusals.Released
	policies := policy.New(o.db)
	policies.OnFixed = admissions.DueFixed
	metrics := web.NewMetrics(o.db)
	server, err := web.New(web.Services{DB: o.db, Accounts: accounts, Admission: admissions, Refusals: refusals, Grids: grids, Requests: requests, Orders: orders, Cases: cases, Notices: notices, Drafts: handoff.NewNotices(o.db, notices, admissions, grids, orders), Kiosks: kiosks, Catalog: catalog.New(o.db), Laws: laws, Policy: policies, Blobs: files, Log: log, Demo: c.demo(), Secure: c.SecureCookies,
		Proxies: c.TrustedProxies, Metrics: metrics, Brake: c.Brake, Pending: func(ctx context.Context) (int, error) { return migrations.Pending(ctx, o.url) }})
	if err != nil {
		return nil, err
	}
	chores := append(job.Housekeeping(o.db, log, keepHead(c.DataDir)),
		job.Periodic{Name: "sweep-accounts", Every: time.Hour, Run: func(ctx context.Context) error { _, err := accounts.Sweep(ctx); return err }},
		job.Periodic{Name: "clocks", Every: 10 * time.Minute, Run: func(ctx context.Context) error { _, err := admissions.Tick(ctx); return err }},
		job.Periodic{Name: "close-silent", Every: 10 * time.Minute, Run: func(ctx context.Context) error { _, err := refusals.CloseSilent(ctx); return err }},
		job.Periodic{Name: "settle-held", Every: 10 * time.Minute, Run: func(ctx context.Context) error { _, err := refusals.SettleHeld(ctx); return err }},
		job.Periodic{Name: "grids", Every: time.Hour, Run: grids.Tick},
		job.Periodic{Name: "cases", Every: 5 * time.Minute, Run: orders.Tick},
		job.Periodic{Name: "whistles", Every: 5 * time.Minute, Run: orders.TickWhistles},
		job.Periodic{Name: "requests", Every: 10 * time.Minute, Run: cases.Tick},
		job.Periodic{Name: "notices", Every: time.Hour, Run: notices.Tick},
		job.Periodic{Name: "kiosk-calls", Every: time.Minute, Run: kiosks.Tick},
		job.Periodic{Name: "kiosk-visits", Every: 5 * time.Minute, Run: func(ctx context.Context) error { _, err := kiosks.Sweep(ctx); return err }},
		job.Periodic{Name: "fix-deadlines", Every: time.Hour, Run: func(ctx context.Context) error { _, err := policies.FixDeadlines(ctx); return err }})
	chores = append(chores, backup.Periodic(o.db, files, log, c.schedule())...)
	jobs, err := job.New(o.db, log, chores)
	if err != nil {
		return nil, err
	}
	return &app{server: server, kiosks: kiosks, metrics: metrics, jobs: jobs}, nil
}

// personal names what in a text is personal, for whoever publishes it.
func personal(words string) []string {
	var out []string
	runes := []rune(words)
	for _, span := range request.FindPersonal(words) {
		out = append(out, string(runes[span.Start:span.End]))
	}
	return out
}
