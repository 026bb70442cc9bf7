package account

import (
	"testing"

	"portal/internal/pg/pgtest"
	"portal/internal/secret"
)

// After a rotation every second factor is sealed with the new key, one audit entry each, in as many
// goes as it takes, and goes on working; the old key is then needed no more (reliability.md §2 rule 20).
func TestReseal(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	keys, err := secret.OpenDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	s := newStreet(t, WithKeys(keys))
	words, _ := s.bind(t, s.admin)
	if err := s.BeginSecondFactor(t.Context(), s.worker, goodPassword); err != nil { // sealed, not confirmed
		t.Fatal(err)
	}
	if n, err := s.Reseal(t.Context(), 10); n != 0 || err != nil {
		t.Fatalf("nothing is stale, and %d were sealed: %v", n, err)
	}
	newer, err := secret.Rotate(dir)
	if err != nil {
		t.Fatal(err)
	}
	after := New(s.db, WithKeys(newer))
	const entries = `SELECT count(*) FROM audit_entry WHERE reason = $1`
	for done, want := range []int{1, 1, 0} {
		if n, err := after.Reseal(t.Context(), 1); n != want || err != nil {
			t.Fatalf("go %d sealed %d: %v", done, n, err)
		}
	}
	var recorded int
	if err := s.db.Q().QueryRow(t.Context(), entries, resealed).Scan(&recorded); err != nil || recorded != 2 {
		t.Errorf("%d entries, %v", recorded, err)
	}
	rows, err := sealedFactors(t.Context(), s.db.Q())
	if err != nil || len(rows) != 2 {
		t.Fatalf("%d sealed, %v", len(rows), err)
	}
	for _, r := range rows {
		if newer.Stale(r.Secret) || newer.Stale(r.Pending) || keys.Stale(r.Secret) == (r.Secret == nil) {
			t.Errorf("account %d is not sealed with the newest key", r.ID)
		}
	}
	s.Service = after
	if _, err := s.step(t, s.admin.AccountID, s.code(t, words)); err != nil {
		t.Errorf("the phone's code after resealing: %v", err)
	}
}

// What no key opens is told, and holds nothing else up.
func TestResealTellsWhatIsLost(t *testing.T) {
	t.Parallel()
	s := newStreet(t)
	s.bind(t, s.admin)
	stranger, err := secret.OpenDir(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	const spoil = `UPDATE account SET totp_secret = set_byte(totp_secret, 4, 99) WHERE totp_secret IS NOT NULL`
	if _, err := pgtest.Admin(t, s.db).Exec(t.Context(), spoil); err != nil {
		t.Fatal(err)
	}
	if n, err := New(s.db, WithKeys(stranger)).Reseal(t.Context(), 10); n != 0 || err == nil {
		t.Errorf("%d, %v", n, err)
	}
}
