package bench

import (
	"context"
	"fmt"
	"net/url"

	"portal/web/form"
)

// surface is one thing that is measured on both sides.
type surface struct {
	name   string
	login  string   // who asks the portal
	paths  []string // of the portal, taken in turn
	limit  []string // of the bare limit
	status int
	body   func(n int) string // a form instead of a page
	plain  func(n int) string // the same for the limit
	bar    int                // percent of the limit's requests a second; 0: no bar of its own
	better int                // the stretch
}

// requests makes the two loads.
func (s surface) requests(portalHost, cookies, limitHost string) (portal, limit request) {
	if s.body == nil {
		return get(portalHost, cookies, s.paths...), get(limitHost, "", s.limit...)
	}
	return post(portalHost, cookies, s.paths[0], s.body), post(limitHost, "", s.limit[0], s.plain)
}

// measure drives both sides in turn and notes ratio and cost.
func (r *run) measure(ctx context.Context, s surface) error {
	portalLoad, limitLoad := s.requests(host(r.portal), r.people[s.login], host(r.limit))
	var p, l result
	for range r.rounds {
		one, err := r.portalCPU.during(func() (result, error) { return flood(ctx, host(r.portal), clients, r.flood, s.status, portalLoad) })
		if err != nil {
			return fmt.Errorf("%s, portal: %w", s.name, err)
		}
		two, err := r.limitCPU.during(func() (result, error) { return flood(ctx, host(r.limit), clients, r.flood, s.status, limitLoad) })
		if err != nil {
			return fmt.Errorf("%s, limit: %w", s.name, err)
		}
		p, l = p.add(one), l.add(two)
	}
	if p.Wrong+l.Wrong > 0 {
		r.report.bar(line{s.name, percent(s.bar), "not measured", false, fmt.Sprintf("%d of %d answers of the portal had status %d, %d of %d of the limit %d",
			p.Wrong, p.Answered, p.Status, l.Wrong, l.Answered, l.Status)})
		return nil
	}
	weight, plain, err := r.weights(ctx, s)
	if err != nil {
		return err
	}
	trips, err := r.trips(ctx, s)
	if err != nil {
		return err
	}
	ratio, cheaper := 100*p.perSecond()/l.perSecond(), 100*l.cpuMs()/p.cpuMs()
	r.report.loads = append(r.report.loads, []string{s.name, f0(p.perSecond()), f2(p.cpuMs()), f1(p.at(50)), f1(p.at(95)), f1(weight), f1(trips),
		f0(l.perSecond()), f2(l.cpuMs()), f1(l.at(50)), f1(l.at(95)), f1(plain)})
	reason := fmt.Sprintf("by CPU %.0f %%", cheaper)
	if ratio < float64(s.bar) {
		reason = fmt.Sprintf("%s; a request costs the server %.2f ms and Postgres %.2f ms in %.1f trips, the limit %.2f and %.2f ms in 1",
			reason, perMs(p.Server.Seconds(), p), perMs(p.Postgres.Seconds(), p), trips, perMs(l.Server.Seconds(), l), perMs(l.Postgres.Seconds(), l))
	}
	must := percent(s.bar)
	if s.better > 0 {
		must += fmt.Sprintf(" (stretch %d)", s.better)
	}
	r.report.bar(line{s.name, must, fmt.Sprintf("%.0f %%", ratio), ratio >= float64(s.bar), reason})
	return nil
}

func perMs(seconds float64, r result) float64 { return seconds * 1000 / float64(max(r.Answered, 1)) }

func percent(n int) string {
	if n == 0 {
		return "–"
	}
	return fmt.Sprintf("≥ %d %% of the limit", n)
}

func f0(v float64) string { return fmt.Sprintf("%.0f", v) }
func f1(v float64) string { return fmt.Sprintf("%.1f", v) }
func f2(v float64) string { return fmt.Sprintf("%.2f", v) }

// weights gives the size of the HTML on both sides in KB.
func (r *run) weights(ctx context.Context, s surface) (portal, limit float64, err error) {
	if s.body != nil {
		return 0, 0, nil
	}
	a, err := r.ask(ctx, r.portal.Base, s.login, s.paths[0], "")
	if err != nil {
		return 0, 0, err
	}
	b, err := r.ask(ctx, r.limit.Base, "", s.limit[0], "")
	return float64(len(a.body)) / 1024, float64(len(b.body)) / 1024, err
}

// trips asks a second portal whose way to the database is counted.
func (r *run) trips(ctx context.Context, s surface) (float64, error) {
	n := 0
	return r.counter.per(func() error {
		n++
		body := ""
		if s.body != nil {
			body = s.body(n)
		}
		a, err := r.ask(ctx, r.counted.Base, s.login, s.paths[n%len(s.paths)], body)
		if err == nil && a.status != s.status {
			err = fmt.Errorf("%s: status %d", s.name, a.status)
		}
		return err
	})
}

// key is a new form key with the fields of a form after it.
func key(fields url.Values) string {
	fields.Set(form.KeyField, form.NewKey())
	return fields.Encode()
}
