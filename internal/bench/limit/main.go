// Command limit is the bare limit beside which the portal is measured: net/http, pgx and templ
// showing the same rows of the same tables, without session, policy check, form key, audit entry or
// layout. What it does not spend is what the portal's promises cost; nothing else can be faster
// with the same parts. It is never part of the portal.
package main

import (
	"bytes"
	"context"
	"flag"
	"fmt"
	"net/http"
	"os"
	"strconv"
	"time"

	"github.com/a-h/templ"
	"github.com/jackc/pgx/v5/pgxpool"
)

func main() {
	addr := flag.String("addr", "127.0.0.1:0", "address to listen on")
	url := flag.String("db", os.Getenv("PORTAL_DATABASE_URL"), "address of the database")
	flag.Parse()
	if err := serve(context.Background(), *addr, *url); err != nil {
		fmt.Fprintln(os.Stderr, "limit:", err)
		os.Exit(1)
	}
}

// poolSize is the portal's own.
const poolSize = 8

func serve(ctx context.Context, addr, url string) error {
	cfg, err := pgxpool.ParseConfig(url)
	if err != nil {
		return err
	}
	cfg.MaxConns = poolSize
	pool, err := pgxpool.NewWithConfig(ctx, cfg)
	if err != nil {
		return err
	}
	defer pool.Close()
	srv := &http.Server{Addr: addr, Handler: routes(store{pool}), ReadHeaderTimeout: 5 * time.Second}
	return srv.ListenAndServe()
}

// routes: the same four pages for entries of the lists and for applications.
func routes(s store) http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /readyz", func(http.ResponseWriter, *http.Request) {})
	mux.HandleFunc("GET /entries", func(w http.ResponseWriter, r *http.Request) {
		rows, err := s.entries(r.Context(), r.FormValue("after"), r.FormValue("q"), number(r, "n"))
		show(w, r, entryList(rows), err)
	})
	mux.HandleFunc("GET /entries/{code}", func(w http.ResponseWriter, r *http.Request) {
		row, err := s.entry(r.Context(), r.PathValue("code"))
		show(w, r, entryPage(row), err)
	})
	mux.HandleFunc("GET /applications", func(w http.ResponseWriter, r *http.Request) {
		rows, err := s.applications(r.Context(), r.FormValue("q"), number(r, "n"))
		show(w, r, applicationList(rows), err)
	})
	mux.HandleFunc("GET /applications/{no}", func(w http.ResponseWriter, r *http.Request) {
		row, err := s.application(r.Context(), r.PathValue("no"))
		show(w, r, applicationPage(row), err)
	})
	mux.HandleFunc("POST /applications", func(w http.ResponseWriter, r *http.Request) {
		id, err := s.create(r.Context(), r.PostFormValue("title"), number(r, "unit"), number(r, "account"))
		if err != nil {
			http.Error(w, err.Error(), http.StatusInternalServerError)
			return
		}
		http.Redirect(w, r, "/applications/"+strconv.FormatInt(id, 10), http.StatusSeeOther)
	})
	return mux
}

func number(r *http.Request, name string) int64 {
	n, _ := strconv.ParseInt(r.FormValue(name), 10, 64) // no number is 0
	return n
}

func show(w http.ResponseWriter, r *http.Request, page templ.Component, err error) {
	var buf bytes.Buffer
	if err == nil {
		err = page.Render(r.Context(), &buf)
	}
	if err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	_, _ = buf.WriteTo(w) // a reader who has left is nobody to tell
}
