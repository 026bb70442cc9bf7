// Package job decides when work happens that no person waits for: one-off jobs that are put into
// the queue by the transaction of the change that needs them, and periodic ones (sealing the
// trail, sweeping, clocks). It knows no domain: domains hand it plain functions. River's tables
// (river_job, river_leader …) are its own; of the kernel's tables it sweeps sessions and form_key.
//
// A job runs at least once: after a crash it may run again, so every function must be content
// with that. Run functions are use cases and record what they change like any other.
package job

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/riverqueue/river"
	"github.com/riverqueue/river/riverdriver/riverpgxv5"
	"github.com/riverqueue/river/rivertype"

	"portal/internal/pg"
)

// Limits of the queue.
const (
	parallel    = 4                // jobs at once; two cores leave no use for more
	runLimit    = 2 * time.Minute  // of one run, then its context ends
	rescueAfter = 5 * time.Minute  // a job whose portal was killed goes back to the queue after this
	drainLimit  = 10 * time.Second // reliability.md §2 rule 22
	stopMargin  = 3 * time.Second  // for jobs to go back to the queue after that
)

// Args is what a one-off job carries: a JSON-serializable struct whose Kind names it for ever.
// It holds ids and codes only; the job reads the rest when it runs.
type Args interface{ Kind() string }

// Worker ties a kind of Args to the function that does it; make one with Do.
type Worker struct {
	kind string
	add  func(*Runner, *river.Workers) error
}

// Do registers run for one-off jobs of type T. Errors are tried again with growing pauses.
func Do[T Args](run func(ctx context.Context, args T) error) Worker {
	var none T
	return Worker{kind: none.Kind(), add: func(r *Runner, workers *river.Workers) error {
		return river.AddWorkerSafely(workers, &worker[T]{runner: r, run: run})
	}}
}

type worker[T Args] struct {
	river.WorkerDefaults[T]
	runner *Runner
	run    func(ctx context.Context, args T) error
}

func (w *worker[T]) Work(ctx context.Context, j *river.Job[T]) error {
	return w.runner.orBack(ctx, w.run(ctx, j.Args))
}

// Periodic is a function that runs again and again. A run that fails is logged; the next one
// comes at its time.
type Periodic struct {
	Name  string
	Every time.Duration
	Run   func(ctx context.Context) error
}

// periodicArgs is the one kind behind all periodic jobs.
type periodicArgs struct {
	Name string `json:"name"`
}

// Kind names the kind.
func (periodicArgs) Kind() string { return "periodic" }

// Runner works the queue of one portal.
type Runner struct {
	client   *river.Client[pgx.Tx]
	log      *slog.Logger
	periodic map[string]*turn
	stopping atomic.Bool
}

// turn keeps a slow periodic job from overtaking itself.
type turn struct {
	sync.Mutex
	run func(ctx context.Context) error
}

// New makes a runner that works as the portal's role. Nothing runs before Start.
func New(db *pg.DB, log *slog.Logger, periodic []Periodic, workers ...Worker) (*Runner, error) {
	r := &Runner{log: log, periodic: map[string]*turn{}}
	bundle := river.NewWorkers()
	all := append([]Worker{Do(r.runPeriodic)}, workers...)
	for _, w := range all {
		if err := w.add(r, bundle); err != nil {
			return nil, fmt.Errorf("job kind %s: %w", w.kind, err)
		}
	}
	schedule, err := r.schedule(periodic)
	if err != nil {
		return nil, err
	}
	r.client, err = river.NewClient(riverpgxv5.New(db.Pool()), &river.Config{
		Queues:               map[string]river.QueueConfig{river.QueueDefault: {MaxWorkers: parallel}},
		Workers:              bundle,
		PeriodicJobs:         schedule,
		Logger:               slog.New(warnOnly{log.Handler()}),
		ErrorHandler:         r,
		JobTimeout:           runLimit,
		RescueStuckJobsAfter: rescueAfter,
		SoftStopTimeout:      drainLimit,
		ReindexerIndexNames:  []string{}, // needs the owner, not the working role
	})
	if err != nil {
		return nil, fmt.Errorf("job queue: %w", err)
	}
	return r, nil
}

func (r *Runner) schedule(periodic []Periodic) ([]*river.PeriodicJob, error) {
	jobs := make([]*river.PeriodicJob, 0, len(periodic))
	for _, p := range periodic {
		if p.Name == "" || p.Run == nil || p.Every < time.Second {
			return nil, fmt.Errorf("periodic job %q needs a name, a function and at least a second", p.Name)
		}
		if r.periodic[p.Name] != nil {
			return nil, fmt.Errorf("periodic job %q appears twice", p.Name)
		}
		r.periodic[p.Name] = &turn{run: p.Run}
		put := func() (river.JobArgs, *river.InsertOpts) {
			return periodicArgs{p.Name}, &river.InsertOpts{MaxAttempts: 1}
		}
		opts := &river.PeriodicJobOpts{ID: p.Name, RunOnStart: true}
		jobs = append(jobs, river.NewPeriodicJob(river.PeriodicInterval(p.Every), put, opts))
	}
	return jobs, nil
}

func (r *Runner) runPeriodic(ctx context.Context, args periodicArgs) error {
	p := r.periodic[args.Name]
	if p == nil { // put in by another version of the portal
		r.log.WarnContext(ctx, "periodic job unknown here", "name", args.Name)
		return nil
	}
	if !p.TryLock() {
		r.log.WarnContext(ctx, "periodic job still at its last run", "name", args.Name)
		return nil
	}
	defer p.Unlock()
	if err := p.run(ctx); err != nil {
		return fmt.Errorf("%s: %w", args.Name, err)
	}
	return nil
}

// orBack puts a job that was cut short by the shutdown back into the queue at once, without
// counting the attempt.
func (r *Runner) orBack(ctx context.Context, err error) error {
	if err != nil && r.stopping.Load() && ctx.Err() != nil {
		return river.JobSnooze(0)
	}
	return err
}

// Start begins to work the queue. Cancelling ctx does not stop it, only Stop does, so that jobs
// may finish while the portal drains.
func (r *Runner) Start(ctx context.Context) error {
	if err := r.client.Start(context.WithoutCancel(ctx)); err != nil {
		return fmt.Errorf("start jobs: %w", err)
	}
	return nil
}

// Stop takes no new jobs and waits for running ones, at most ten seconds; then their contexts
// end and they go back to the queue.
func (r *Runner) Stop(ctx context.Context) error {
	r.stopping.Store(true)
	ctx, cancel := context.WithTimeout(ctx, drainLimit+stopMargin)
	defer cancel()
	if err := r.client.Stop(ctx); err != nil {
		return fmt.Errorf("stop jobs: %w", err)
	}
	return nil
}

// HandleError logs a failed run by its number and kind; what it carried is not logged.
func (r *Runner) HandleError(ctx context.Context, j *rivertype.JobRow, err error) *river.ErrorHandlerResult {
	r.log.ErrorContext(ctx, "job failed", "job", j.ID, "kind", j.Kind, "attempt", j.Attempt, "err", err)
	return nil
}

// HandlePanic logs a run that panicked; it is tried again like any failure.
func (r *Runner) HandlePanic(ctx context.Context, j *rivertype.JobRow, value any, trace string) *river.ErrorHandlerResult {
	r.log.ErrorContext(ctx, "job panicked", "job", j.ID, "kind", j.Kind, "attempt", j.Attempt, "panic", value, "trace", trace)
	return nil
}

// warnOnly keeps the library's own chatter out of the log.
type warnOnly struct{ slog.Handler }

func (h warnOnly) Enabled(ctx context.Context, l slog.Level) bool {
	return l >= slog.LevelWarn && h.Handler.Enabled(ctx, l)
}

func (h warnOnly) WithAttrs(attrs []slog.Attr) slog.Handler {
	return warnOnly{h.Handler.WithAttrs(attrs)}
}
func (h warnOnly) WithGroup(name string) slog.Handler { return warnOnly{h.Handler.WithGroup(name)} }

// inserter only puts jobs in; it needs no pool because it always works in a transaction.
var inserter = sync.OnceValues(func() (*river.Client[pgx.Tx], error) {
	return river.NewClient(riverpgxv5.New(nil), &river.Config{Logger: slog.New(slog.DiscardHandler)})
})

// Enqueue puts a one-off job into the queue in the transaction of the change that needs it: with
// the change it comes or with the change it is gone. The kind must be registered with the Runner.
func Enqueue(ctx context.Context, tx *pg.Tx, args Args) error {
	if tx == nil {
		return errors.New("job: Enqueue needs the transaction of the change")
	}
	client, err := inserter()
	if err != nil {
		return fmt.Errorf("job queue: %w", err)
	}
	if _, err := client.InsertTx(ctx, tx.Tx, args, nil); err != nil {
		return fmt.Errorf("enqueue %s: %w", args.Kind(), err)
	}
	return nil
}
