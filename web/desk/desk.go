// Package desk is what every post sees of its own work: 待办 in the order of the clock, the inbox,
// search over what is in reach, and help. It decides nothing: what waits is asked of the domains,
// and each row leads to the page where its verb is one click.
package desk

import (
	"context"
	"net/http"
	"time"

	"portal/internal/admission"
	"portal/internal/authz"
	"portal/internal/inbox"
	"portal/internal/pg"
	"portal/internal/refusal"
	"portal/internal/workday"
	"portal/web/frame"
	"portal/web/route"
)

// Row is one thing that waits for a person.
type Row struct {
	Title, Detail string
	Verb, Href    string
	Icon          string
	DueOn         workday.Day // no day: no clock
	DueAt         time.Time   // a clock that runs by the hour; DueOn is then its day in Shanghai
	NotBefore     bool        // DueOn is only a bound
	OffList       bool        // 清单外任务 stand beside the others
	Answer        string      // the honest answer of a 清单外任务, in words
	Unclocked     string      // head under which rows without a clock stand
}

// Source lists what waits for a person in one domain.
type Source func(ctx context.Context, by authz.Actor) ([]Row, error)

// Deps is what the pages stand on.
type Deps struct {
	Applications *admission.Service
	Sources      []Source // besides the applications
}

type handlers struct {
	*frame.Frame
	apps    *admission.Service
	lines   *inbox.Service
	sources []Source
}

// Mount registers the pages.
func Mount(rt *route.Router, f *frame.Frame, d Deps) {
	h := handlers{Frame: f, apps: d.Applications, lines: inbox.New(f.DB), sources: append([]Source{applications(d.Applications)}, d.Sources...)}
	rt.Get("/desk", authz.DeskView, func(w http.ResponseWriter, r *http.Request) error { return route.See(w, r, "/desk/todos") })
	rt.Get("/desk/todos", authz.DeskView, h.todos)
	rt.Get("/desk/inbox", authz.InboxRead, h.inbox)
	rt.Post("/desk/inbox", authz.InboxRead, h.read)
	rt.Get("/desk/search", authz.DeskSearch, h.search)
	rt.Get("/desk/help", authz.HelpRead, h.help)
}

// Counts are the figures of the rail: those of the applications in one trip, and what more adds to them.
func Counts(apps *admission.Service, more ...frame.Counts) frame.Counts {
	return func(ctx context.Context, by authz.Actor) (map[string]int, error) {
		w, err := apps.Waits(ctx, by)
		if err != nil {
			return nil, err
		}
		sum := map[string]int{"todos": w.Todos(), "admission": w.Review + w.Mine, "inbox": w.Unread}
		for _, counts := range more {
			part, err := counts(ctx, by)
			if err != nil {
				return nil, err
			}
			for key, n := range part {
				sum[key] += n
			}
		}
		return sum, nil
	}
}

// Refusals is the source of 清单外任务 and of the letters that wait for an answer.
func Refusals(db *pg.DB) Source {
	return func(ctx context.Context, by authz.Actor) ([]Row, error) {
		all, err := refusal.Waiting(ctx, db.Q(), by)
		if err != nil {
			return nil, err
		}
		out := make([]Row, len(all))
		for i, t := range all {
			out[i] = Row{Title: t.Title, Detail: t.Detail, Verb: t.Button, Href: t.Href, Icon: "scroll-text", DueOn: t.DueOn,
				OffList: t.Kind == refusal.TaskKind, Unclocked: "等着办"}
			if t.Answer != "" {
				out[i].Answer = t.Answer.Label()
			}
		}
		return out, nil
	}
}
