package kiosk

import (
	"testing"
	"time"

	"portal/internal/fault"
)

// reliability.md rule 1: the answer to a proof may be lost on the line. The device proves again with the token
// it still has; without the key, or after the grace, that token moves nothing.
func TestLostAnswerOfAProof(t *testing.T) {
	t.Parallel()
	h := standing(t)
	m, foreign := h.enrol(h.invited("HYL-01", huaiyin)), h.enrol(h.invited("LHJ-01", linhe))
	h.must(m.prove(true))
	held := m.token
	at, err := h.s.Open(t.Context(), m.cookie, held)
	h.must(err)
	h.must(h.s.Keep(t.Context(), at, []byte("answers")))
	h.must(m.prove(false))
	lost := m.token
	m.token = held
	h.must(m.prove(false))
	if at, err = h.s.Open(t.Context(), m.cookie, m.token); err != nil || string(at.Pocket) != "answers" {
		t.Errorf("after the second try: %q, %v", at.Pocket, err)
	}
	if _, err = h.s.Open(t.Context(), m.cookie, held); fault.KindOf(err) != fault.KindNotFound {
		t.Errorf("the oldest token: %v", err)
	}
	foreign.token = lost
	h.want(foreign.prove(false), fault.KindNotFound)
	m.token = lost
	h.later(graceOfToken + time.Second)
	h.want(m.prove(false), fault.KindNotFound)
}

// A visit that Open would still give is not swept, whatever intervals the street has set; one that it would
// not give is.
func TestSweepKeepsLiveVisits(t *testing.T) {
	t.Parallel()
	const short, long = 60 * time.Second, 600 * time.Second
	for name, c := range map[string]struct {
		patience, proof time.Duration // the limits
		touched, proven time.Duration // ago
		left            int
	}{
		"proved long ago":  {patience: short, proof: long, touched: short / 2, proven: long - time.Second, left: 1},
		"touched long ago": {patience: long, proof: short, touched: long - time.Second, proven: short / 2, left: 1},
		"idle":             {patience: short, proof: long, touched: short + time.Second, proven: short / 2},
		"not proved":       {patience: long, proof: short, touched: short / 2, proven: short + time.Second},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h := standing(t)
			m := h.enrol(h.invited("HYL-01", huaiyin))
			h.must(m.prove(true))
			h.exec(`UPDATE kiosk_session SET touched_at = $1, proven_at = $2`, h.now.Add(-c.touched), h.now.Add(-c.proven))
			if _, err := sweep(t.Context(), h.db, h.now, c.patience, c.proof); err != nil {
				t.Fatal(err)
			}
			if got := h.count(`SELECT count(*) FROM kiosk_session`); got != c.left {
				t.Errorf("%d visits left, want %d", got, c.left)
			}
		})
	}
}
