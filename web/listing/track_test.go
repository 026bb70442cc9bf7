package listing

import (
	"strings"
	"testing"
	"time"

	"portal/internal/request"
)

// What happened is told oldest first, a call that is a step of its own once, and what came of it last.
func TestHappened(t *testing.T) {
	t.Parallel()
	at := time.Date(2026, 11, 18, 9, 0, 0, 0, time.UTC)
	later := func(minutes int) time.Time { return at.Add(time.Duration(minutes) * time.Minute) }
	moment := func(minutes int) *time.Time { m := later(minutes); return &m }
	steps := []request.TrackStep{{At: later(10), Words: "派给社区"}, {At: later(60), Words: "打了电话"}}
	for name, c := range map[string]struct {
		t    request.Tracked
		want string
	}{
		"nothing yet":           {request.Tracked{SubmittedAt: at}, "收到您的问题"},
		"a call by itself":      {request.Tracked{SubmittedAt: at, Steps: steps, ContactedAt: moment(30)}, "收到您的问题 派给社区 工作人员联系了您 打了电话"},
		"a call that is a step": {request.Tracked{SubmittedAt: at, Steps: steps, ContactedAt: moment(61)}, "收到您的问题 派给社区 打了电话"},
		"a call after all":      {request.Tracked{SubmittedAt: at, Steps: steps, ContactedAt: moment(90)}, "收到您的问题 派给社区 打了电话 工作人员联系了您"},
		"done":                  {request.Tracked{SubmittedAt: at, Steps: steps, DoneAt: moment(20), StateWords: "办好了"}, "收到您的问题 派给社区 打了电话 办好了"},
	} {
		var got []string
		for _, s := range Happened(c.t) {
			got = append(got, s.Words)
		}
		if said := strings.Join(got, " "); said != c.want {
			t.Errorf("%s: %s, want %s", name, said, c.want)
		}
	}
	if len(steps) != 2 || steps[0].Words != "派给社区" {
		t.Errorf("the steps were changed: %v", steps)
	}
}

// The latest moment is that of the clock; what is over or waits for the resident has none.
func TestLatestBy(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 11, 18, 9, 0, 0, 0, time.UTC)
	for name, c := range map[string]struct {
		t    request.Tracked
		want string
	}{
		"running":   {request.Tracked{State: "handling", DueAt: now.Add(time.Hour)}, "最晚"},
		"late":      {request.Tracked{State: "handling", DueAt: now.Add(-time.Hour)}, "已经超时"},
		"parked":    {request.Tracked{State: "parked", ReviewOn: "12月1日", DueAt: now}, "12月1日再看一次"},
		"handled":   {request.Tracked{State: "handled", DueAt: now}, ""},
		"withdrawn": {request.Tracked{State: "withdrawn", DueAt: now}, ""},
		"ended":     {request.Tracked{State: "closed", Ended: true, DueAt: now}, ""},
	} {
		if got := LatestBy(c.t, now); !strings.Contains(got, c.want) || (got == "") != (c.want == "") {
			t.Errorf("%s: %q, want %q", name, got, c.want)
		}
	}
}
