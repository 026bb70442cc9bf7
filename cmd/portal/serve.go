package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"os"
	"time"

	"portal/internal/authz"
	"portal/internal/demo"
	"portal/internal/fault"
	"portal/internal/kiosk"
	"portal/internal/workday"
	"portal/web"
	"portal/web/form"
)

// Limits of the way down: a request in flight has this long, then the jobs.
const drainTime = 10 * time.Second

// serveCmd is `portal serve`.
type serveCmd struct {
	dataFlags
	backupFlags
	Addr           string   `env:"PORTAL_ADDR" default:"127.0.0.1:8080" help:"Address of the portal."`
	MetricsAddr    string   `name:"metrics-addr" env:"PORTAL_METRICS_ADDR" help:"Address of the Prometheus metrics; off when empty."`
	Env            string   `env:"PORTAL_ENV" default:"demo" enum:"demo,production" help:"demo seeds an empty database; production never does, and asks staff for a second factor."`
	SecureCookies  bool     `name:"secure-cookies" env:"PORTAL_SECURE_COOKIES" help:"Set when people reach the portal over TLS."`
	TrustedProxies []string `name:"trusted-proxies" env:"PORTAL_TRUSTED_PROXIES" help:"CIDRs of proxies whose X-Forwarded-For is believed."`
	Brake          int      `name:"requests-per-minute" env:"PORTAL_REQUESTS_PER_MINUTE" help:"Brake for one address: 0 the default of 1200, below 0 none."`
	KioskSpool     string   `name:"kiosk-spool" env:"PORTAL_KIOSK_SPOOL" help:"Folder that takes the slips of kiosks with a printer of their own (ESC/POS), one file each; empty: kiosks print by their browser."`
	LogFormat      string   `name:"log-format" env:"PORTAL_LOG_FORMAT" default:"text" enum:"text,json" help:"Form of the log lines."`
}

func (c serveCmd) demo() bool { return c.Env == "demo" }

// Run serves until the signal, then leaves in order: listener, requests, jobs, pool, private server.
func (c serveCmd) Run(ctx context.Context, out io.Writer) error {
	log := c.logger()
	ln, err := net.Listen("tcp", c.Addr)
	if err != nil {
		return fmt.Errorf("address %s: %w", c.Addr, err)
	}
	defer ln.Close()
	o, err := c.open(ctx, out, false)
	if err != nil {
		return err
	}
	defer o.close()
	seeded := false
	if c.demo() {
		at, err := c.stores()
		if err != nil {
			return err
		}
		if seeded, err = demo.EnsureSeeded(ctx, o.db, o.url, at, out); err != nil {
			return err
		}
	}
	app, err := c.wire(ctx, o, log)
	if err != nil {
		return err
	}
	if err := app.jobs.Start(ctx); err != nil {
		return fmt.Errorf("jobs: %w", err)
	}
	defer func() {
		if err := app.jobs.Stop(context.WithoutCancel(ctx)); err != nil {
			log.Error("jobs did not stop", "error", err)
		}
	}()
	if c.MetricsAddr != "" {
		if err := c.serveMetrics(ctx, app.metrics, log); err != nil {
			return err
		}
	}
	c.announce(out, ln.Addr().String(), seeded)
	if c.demo() {
		if err := c.announceKiosk(ctx, app.kiosks, out, ln.Addr().String()); err != nil {
			return err
		}
	}
	fmt.Fprintln(out, "\n  按 Ctrl-C 停止，数据会保留")
	srv := &http.Server{Handler: app.server, ErrorLog: slog.NewLogLogger(log.Handler(), slog.LevelWarn)}
	srv.RegisterOnShutdown(app.server.Health.Drain)
	err = web.Serve(ctx, srv, ln, drainTime)
	fmt.Fprintln(out, "portal: stopped")
	return err
}

func (c serveCmd) logger() *slog.Logger {
	if c.LogFormat == "json" {
		return slog.New(slog.NewJSONHandler(os.Stderr, nil))
	}
	return slog.New(slog.NewTextHandler(os.Stderr, nil))
}

// serveMetrics answers on the metrics address until ctx ends.
func (c serveCmd) serveMetrics(ctx context.Context, m *web.Metrics, log *slog.Logger) error {
	ln, err := net.Listen("tcp", c.MetricsAddr)
	if err != nil {
		return fmt.Errorf("metrics address %s: %w", c.MetricsAddr, err)
	}
	go func() {
		if err := web.Serve(ctx, web.MetricsServer(c.MetricsAddr, m), ln, time.Second); err != nil {
			log.Error("metrics", "err", err)
		}
	}()
	return nil
}

// announce prints where the portal is and, for the demo, who may sign in.
func (c serveCmd) announce(out io.Writer, addr string, seeded bool) {
	base := "http://" + addr
	fmt.Fprintf(out, "\n  居民看的网站   %s/\n  工作人员登录   %s/sign-in\n  健康检查       %s/readyz\n", base, base, base)
	if c.MetricsAddr != "" {
		fmt.Fprintf(out, "  指标           http://%s/metrics\n", c.MetricsAddr)
	}
	if !c.demo() {
		return
	}
	if seeded {
		fmt.Fprintln(out, "\n  空数据库已装入演示街道（梧桐里街道，虚构）")
	}
	fmt.Fprintf(out, "\n  演示账号（密码都是 %s）\n", demo.Password)
	for _, a := range demo.Accounts() {
		fmt.Fprintf(out, "    %-20s %s\n", a.Login, a.Post)
	}
}

// announceKiosk prints where the demo's kiosk is, and a fresh code while it waits to be set up.
func (c serveCmd) announceKiosk(ctx context.Context, kiosks *kiosk.Service, out io.Writer, addr string) error {
	d, err := kiosks.DeviceOf(ctx, authz.System, demo.Kiosk)
	if fault.KindOf(err) == fault.KindNotFound {
		return nil
	}
	if err != nil {
		return err
	}
	words := "已经启用"
	if d.State == kiosk.Waiting {
		code, until, err := kiosks.Invite(ctx, authz.System, form.NewKey(), d.No)
		if err != nil {
			return err
		}
		words = "启用码 " + code + "，" + until.In(workday.Shanghai).Format("15:04") + " 前有效"
	}
	fmt.Fprintf(out, "\n  居民一体机     http://%s/kiosk  （%s，%s；启用后这个浏览器只开一体机）\n", addr, d.No, words)
	return nil
}

// seedCmd is `portal seed`.
type seedCmd struct {
	dataFlags
	Env string `env:"PORTAL_ENV" default:"demo" enum:"demo,production" hidden:""`
}

// Run seeds the demo street into an empty database.
func (c seedCmd) Run(ctx context.Context, out io.Writer) error {
	if c.Env == "production" {
		return errors.New("PORTAL_ENV=production refuses demo data")
	}
	o, err := c.open(ctx, out, true)
	if err != nil {
		return err
	}
	defer o.close()
	at, err := c.stores()
	if err != nil {
		return err
	}
	seeded, err := demo.EnsureSeeded(ctx, o.db, o.url, at, out)
	if err != nil {
		return err
	}
	if !seeded {
		fmt.Fprintln(out, "the database is not empty: nothing was seeded")
	}
	return nil
}
