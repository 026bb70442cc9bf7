package bench

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"portal/internal/bench/outside"
	"portal/internal/demo"
)

// sizes say how much is measured and for how long.
type sizes struct {
	few, many, most int           // entries at the three stages
	applications    int           // at the second stage
	flood, stroll   time.Duration // of one load
	rounds          int           // portal and limit in turn, so a drift of the machine meets both
	perSecond       int           // the modest rate
	starts          int           // cold starts
}

// run is one bench: the street, both programs and what was found.
type run struct {
	sizes
	street *street
	dir    string

	portalPath, limitPath string
	portal, limit         *outside.Program
	addr                  string
	people                map[string]string // login to Cookie header
	portalCPU, limitCPU   processor
	counter               *counter         // counts the round trips of
	counted               *outside.Program // a second portal that carries no load
	report                report
}

// start builds both programs, seeds the demo street and leaves the portal stopped.
func start(ctx context.Context, s sizes, dir, cluster string) (*run, error) {
	r := &run{sizes: s, dir: dir, people: map[string]string{}}
	var err error
	if r.portalPath, err = outside.Build(ctx, dir, "portal/cmd/portal"); err != nil {
		return nil, err
	}
	if r.limitPath, err = outside.Build(ctx, dir, "portal/internal/bench/limit"); err != nil {
		return nil, err
	}
	if r.addr, err = outside.FreeAddr(); err != nil {
		return nil, err
	}
	if r.street, err = openStreet(ctx, cluster); err != nil {
		return nil, err
	}
	if r.portal, err = r.startPortal(ctx, r.addr, r.street.url); err != nil { // seeds the empty database
		return r, err
	}
	if err := r.portal.Stop(); err != nil {
		return r, err
	}
	return r, r.street.connect(ctx)
}

// end stops both programs and drops the database.
func (r *run) end() error {
	for _, p := range []*outside.Program{r.portal, r.limit, r.counted} {
		if p != nil {
			p.Kill()
		}
	}
	if r.counter != nil {
		r.counter.close()
	}
	if r.street == nil {
		return nil
	}
	return r.street.end()
}

// readyWait is for a first start with seeding on a busy machine.
const readyWait = 3 * time.Minute

func (r *run) startPortal(ctx context.Context, addr, database string) (*outside.Program, error) {
	ctx, cancel := context.WithTimeout(ctx, readyWait)
	defer cancel()
	p, err := outside.StartPortal(r.portalPath, addr, filepath.Join(r.dir, "data"), database, "PORTAL_TRUSTED_PROXIES=127.0.0.0/8")
	if err != nil {
		return nil, err
	}
	return p, p.Ready(ctx, "/readyz")
}

// coldStart times the way from exec to the first ready answer on a migrated database.
func (r *run) coldStart(ctx context.Context) error {
	var took []time.Duration
	for range r.starts {
		begin := time.Now()
		p, err := r.startPortal(ctx, r.addr, r.street.url)
		if err != nil {
			return err
		}
		took = append(took, time.Since(begin))
		if err := p.Stop(); err != nil {
			return err
		}
	}
	slices.Sort(took)
	ms := took[len(took)/2].Milliseconds()
	r.report.bar(line{"cold start, migrated database", "≤ 400 ms", fmt.Sprintf("%d ms", ms), ms <= 400,
		fmt.Sprintf("median of %d, %d to %d ms", r.starts, took[0].Milliseconds(), took[len(took)-1].Milliseconds())})
	return nil
}

// serve starts both programs and signs people in.
func (r *run) serve(ctx context.Context, logins ...string) error {
	var err error
	if r.portal, err = r.startPortal(ctx, r.addr, r.street.url); err != nil {
		return err
	}
	for _, login := range logins {
		b := outside.NewBrowser(r.portal.Base)
		if err := b.SignIn(ctx, login, demo.Password); err != nil {
			return err
		}
		r.people[login] = b.Cookies()
		b.Close()
	}
	addr, err := outside.FreeAddr()
	if err != nil {
		return err
	}
	if r.limit, err = outside.Start(addr, nil, r.limitPath, "-addr", addr, "-db", r.street.url); err != nil {
		return err
	}
	if err := r.limit.Ready(ctx, "/readyz"); err != nil {
		return err
	}
	if r.counter, err = newCounter(ctx, r.street.url); err != nil {
		return err
	}
	if addr, err = outside.FreeAddr(); err != nil {
		return err
	}
	if r.counted, err = r.startPortal(ctx, addr, r.counter.url); err != nil {
		return err
	}
	r.portalCPU = newProcessor(ctx, r.portal.PID(), r.street.admin)
	r.limitCPU = newProcessor(ctx, r.limit.PID(), r.street.admin)
	return nil
}

// reply is a whole answer.
type reply struct {
	status int
	header http.Header
	body   []byte
}

// plain follows no redirect and unpacks nothing by itself.
var plain = &http.Client{Timeout: time.Minute, Transport: &http.Transport{DisableCompression: true},
	CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}

// ask asks for one page as somebody, or sends a form, outside of any measurement.
func (r *run) ask(ctx context.Context, base, login, path, body string) (reply, error) {
	method := http.MethodGet
	if body != "" {
		method = http.MethodPost
	}
	req, err := http.NewRequestWithContext(ctx, method, base+path, strings.NewReader(body))
	if err != nil {
		return reply{}, err
	}
	if body != "" {
		req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	if c := r.people[login]; c != "" {
		req.Header.Set("Cookie", c)
	}
	return fetch(req)
}

func fetch(req *http.Request) (reply, error) {
	res, err := plain.Do(req)
	if err != nil {
		return reply{}, err
	}
	defer res.Body.Close()
	b, err := io.ReadAll(res.Body)
	return reply{res.StatusCode, res.Header, b}, err
}

func host(p *outside.Program) string { return strings.TrimPrefix(p.Base, "http://") }

// words are looked for in turn: frequent, middling, rare, and one that nobody wrote.
var words = []string{"宣传", "社区", "安全", "鱼缸", "调解", "网格", "巡查", "量子"}

func queries(format string) []string {
	out := make([]string, len(words))
	for i, w := range words {
		out[i] = fmt.Sprintf(format, url.QueryEscape(w))
	}
	return out
}

// cluster is the database server that make bench hands over.
func cluster() string { return os.Getenv("PORTAL_DATABASE_URL") }
