package audit_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/jackc/pgx/v5"

	"portal/internal/audit"
	"portal/internal/pg/pgtest"
)

const guards = `
ALTER TABLE audit_entry %[1]s TRIGGER USER; ALTER TABLE audit_seal %[1]s TRIGGER USER; ALTER TABLE audit_head %[1]s TRIGGER USER`

// tamper does as the owner what the triggers refuse, by switching them off for a moment.
func tamper(t testing.TB, q audit.Querier, sql string, args ...any) {
	t.Helper()
	for _, s := range []struct {
		sql  string
		args []any
	}{{fmt.Sprintf(guards, "DISABLE"), nil}, {sql, args}, {fmt.Sprintf(guards, "ENABLE"), nil}} {
		if _, err := q.Exec(t.Context(), s.sql, s.args...); err != nil {
			t.Fatalf("%s: %v", s.sql, err)
		}
	}
}

// attack is one way to change the trail. at picks a sealed entry, far another one.
type attack struct {
	name string
	sql  string
	two  bool                // takes $2
	want []audit.ProblemKind // any of these, at entry or seal $1 (or $2)
}

// The trail has entries 10, 20, … so that there is room between them; seal n belongs to entry 10·n.
var attacks = []attack{
	{"reason edited", `UPDATE audit_entry SET reason = reason || '。' WHERE id = $1`, false, kinds(audit.Edited)},
	{"actor edited", `UPDATE audit_entry SET actor = '别人' WHERE id = $1`, false, kinds(audit.Edited)},
	{"account removed", `UPDATE audit_entry SET account_id = NULL WHERE id = $1`, false, kinds(audit.Edited)},
	{"time moved by a microsecond", `UPDATE audit_entry SET at = at + interval '1 microsecond' WHERE id = $1`, false, kinds(audit.Edited)},
	{"time made endless", `UPDATE audit_entry SET at = 'infinity' WHERE id = $1`, false, kinds(audit.Edited)},
	{"json value edited", `UPDATE audit_entry SET after = '{"state": "rejected"}' WHERE id = $1`, false, kinds(audit.Edited)},
	{"json null for none", `UPDATE audit_entry SET before = coalesce(before || '{"x": null}', 'null') WHERE id = $1`, false, kinds(audit.Edited)},
	{"words shifted between columns", `UPDATE audit_entry SET actor = actor || action, action = '' WHERE id = $1`, false, kinds(audit.Edited)},
	{"object changed", `UPDATE audit_entry SET object_id = object_id + 1 WHERE id = $1`, false, kinds(audit.Edited)},
	{"entry deleted", `DELETE FROM audit_entry WHERE id = $1`, false, kinds(audit.Deleted)},
	{"entry and seal deleted", `WITH gone AS (DELETE FROM audit_seal WHERE entry_id = $1) DELETE FROM audit_entry WHERE id = $1`, false,
		kinds(audit.Deleted, audit.HeadGone, audit.SealGone)},
	{"seal deleted", `DELETE FROM audit_seal WHERE entry_id = $1`, false, kinds(audit.SealGone, audit.HeadGone)},
	{"entry inserted", `INSERT INTO audit_entry (id, at, actor, action, object_kind, object_id) OVERRIDING SYSTEM VALUE
		SELECT id - 3, at, actor, action, object_kind, object_id FROM audit_entry WHERE id = $1`, false, kinds(audit.Inserted)},
	{"two entries exchange their words", `UPDATE audit_entry a SET at = b.at, account_id = b.account_id, actor = b.actor, post = b.post, action = b.action,
		object_kind = b.object_kind, object_id = b.object_id, object_no = b.object_no, before = b.before, after = b.after, reason = b.reason, request_id = b.request_id
		FROM audit_entry b WHERE a.id IN ($1, $2) AND b.id IN ($1, $2) AND a.id <> b.id`, true, kinds(audit.Swapped)},
	{"two seals deleted", `DELETE FROM audit_seal WHERE entry_id IN ($1, $2)`, true, kinds(audit.SealGone, audit.HeadGone)},
	{"two seals exchange their chain values", `UPDATE audit_seal a SET chain = b.chain FROM audit_seal b
		WHERE a.entry_id IN ($1, $2) AND b.entry_id IN ($1, $2) AND a.seq <> b.seq`, true, kinds(audit.SealChanged)},
	{"digest follows an edit", `WITH e AS (UPDATE audit_entry SET reason = 'x' WHERE id = $1) UPDATE audit_seal SET digest = sha256('x') WHERE entry_id = $1`, false,
		kinds(audit.SealChanged)},
	{"chain value edited", `UPDATE audit_seal SET chain = sha256('x') WHERE entry_id = $1`, false, kinds(audit.SealChanged)},
	{"chain value shortened", `UPDATE audit_seal SET chain = 'x' WHERE entry_id = $1`, false, kinds(audit.SealChanged)},
	{"seal points elsewhere", `UPDATE audit_seal SET entry_id = 100000 WHERE entry_id = $1`, false, kinds(audit.Deleted, audit.Inserted)},
	{"seal renumbered", `UPDATE audit_seal SET seq = -seq WHERE entry_id = $1`, false, kinds(audit.SealGone, audit.SealMoved)},
	{"entry renumbered", `WITH old AS (DELETE FROM audit_entry WHERE id = $1 RETURNING *) INSERT INTO audit_entry
		(id, at, account_id, actor, post, action, object_kind, object_id, object_no, before, after, reason, request_id) OVERRIDING SYSTEM VALUE
		SELECT id + 4, at, account_id, actor, post, action, object_kind, object_id, object_no, before, after, reason, request_id FROM old`, false, kinds(audit.Deleted)},
}

func kinds(k ...audit.ProblemKind) []audit.ProblemKind { return k }

// Random edits, deletions, insertions and swaps anywhere in the trail are each detected and
// located at the entry or seal concerned, with few words about anything else; the untouched
// trail between two attacks is clean.
func TestVerifyFindsEveryTampering(t *testing.T) {
	db := newDB(t)
	admin := pgtest.Admin(t, db)
	const entries = 60
	if _, err := admin.Exec(t.Context(), `ALTER TABLE audit_entry ALTER id SET INCREMENT BY 10 RESTART WITH 10`); err != nil {
		t.Fatal(err)
	}
	for from := int64(1); from <= entries; from += 15 {
		fill(t, db, from, from+14)
		seal(t, db)
	}
	dice := rand.New(rand.NewPCG(20261118, 4))
	for _, a := range attacks {
		for range 6 {
			at := 10 * (1 + dice.Int64N(entries))
			far := 10 * (1 + dice.Int64N(entries))
			for far == at {
				far = 10 * (1 + dice.Int64N(entries))
			}
			t.Run(fmt.Sprintf("%s/%d", a.name, at), func(t *testing.T) { try(t, admin, a, at, far) })
		}
	}
	if r := verify(t, db.Q()); !r.Clean() || r.Sealed != entries {
		t.Errorf("untouched trail: %d seals%s", r.Sealed, lines(r))
	}
}

// try makes one attack in a transaction that is taken back.
func try(t *testing.T, admin *pgx.Conn, a attack, at, far int64) {
	tx, err := admin.Begin(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer tx.Rollback(t.Context())
	targets := []int64{at}
	args := []any{at}
	if a.two {
		targets, args = []int64{at, far}, []any{at, far}
	}
	tamper(t, tx, a.sql, args...)
	r := verify(t, tx)
	for _, id := range targets {
		if !slices.ContainsFunc(r.Problems, func(p audit.Problem) bool { return slices.Contains(a.want, p.Kind) && near(p, id) }) {
			t.Errorf("entry %d not located as %v%s", id, a.want, lines(r))
		}
	}
	for _, p := range r.Problems {
		if !slices.ContainsFunc(targets, func(id int64) bool { return near(p, id) }) && p.Kind != audit.HeadGone && p.Kind != audit.HeadChanged {
			t.Errorf("blames a place that was not touched: seq %d entry %d: %s", p.Seq, p.EntryID, p.Line)
		}
	}
}

// near: the entry itself, the room around it, or its seal.
func near(p audit.Problem, id int64) bool {
	entry := p.EntryID > id-10 && p.EntryID < id+10 || p.EntryID == 100000
	return entry || p.Seq == id/10
}

// Heads cannot be changed, moved in time or dropped, and a head kept outside finds even a chain
// that was recomputed from the first entry on.
func TestVerifyHeads(t *testing.T) {
	cases := []struct {
		name, sql string
		want      audit.ProblemKind
		seq       int64
	}{
		{"head's value", `UPDATE audit_head SET chain = sha256('x') WHERE seq = 4`, audit.HeadChanged, 4},
		{"head's time", `UPDATE audit_head SET at = at + interval '1 second' WHERE seq = 4`, audit.HeadChanged, 4},
		{"head's seal", `UPDATE audit_head SET seq = 3 WHERE seq = 4`, audit.HeadChanged, 3},
		{"head in the middle dropped", `DELETE FROM audit_head WHERE seq = 4`, audit.HeadChanged, 6},
		{"last head dropped", `DELETE FROM audit_head WHERE seq = 6`, audit.HeadGone, 6},
		{"tail of seals dropped", `DELETE FROM audit_seal WHERE seq > 4`, audit.SealGone, 6},
		{"everything dropped", `TRUNCATE audit_entry, audit_seal, audit_head`, audit.HeadDiffers, 6},
		{"tail cut with its head", `WITH a AS (DELETE FROM audit_entry WHERE id > 4), b AS (DELETE FROM audit_head WHERE seq > 4)
			DELETE FROM audit_seal WHERE seq > 4`, audit.HeadDiffers, 6},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			db := newDB(t)
			admin := pgtest.Admin(t, db)
			var kept audit.Head
			for from := int64(1); from <= 5; from += 2 {
				fill(t, db, from, from+1)
				kept, _ = seal(t, db)
			}
			if r := verify(t, db.Q(), kept); !r.Clean() {
				t.Fatalf("clean trail%s", lines(r))
			}
			tamper(t, admin, c.sql)
			r := verify(t, db.Q(), kept)
			if !slices.ContainsFunc(r.Problems, func(p audit.Problem) bool { return p.Kind == c.want && p.Seq == c.seq }) {
				t.Errorf("want %s at seq %d%s", c.want, c.seq, lines(r))
			}
		})
	}
}

// Somebody who owns the database and recomputes the whole chain after an edit is found by the head kept outside.
func TestVerifyOutsideHead(t *testing.T) {
	db := newDB(t)
	fill(t, db, 1, 4)
	kept, _ := seal(t, db)
	tamper(t, pgtest.Admin(t, db), `UPDATE audit_entry SET reason = '改写' WHERE id = 2`)
	tamper(t, pgtest.Admin(t, db), `DELETE FROM audit_seal`)
	tamper(t, pgtest.Admin(t, db), `DELETE FROM audit_head`)
	seal(t, db) // the forger runs the sealer over the changed entries
	if r := verify(t, db.Q()); !r.Clean() {
		t.Errorf("a recomputed chain is consistent in itself%s", lines(r))
	}
	r := verify(t, db.Q(), kept)
	if len(r.Problems) != 1 || r.Problems[0].Kind != audit.HeadDiffers {
		t.Errorf("want one head that differs%s", lines(r))
	}
}
