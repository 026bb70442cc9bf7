// Package backup decides what a backup holds, when one is made and kept, and when one may be
// restored (product.md X, reliability.md §1 "Backup means restore"). It owns no table.
//
// A backup is one archive (ZIP) made from one snapshot of the database, with no other program:
// every lasting table as PostgreSQL's own COPY text, every attached file under its hash, and a
// manifest with counts and sums of all of it. Keys are never in it: sealed fields stay sealed, and
// whoever finds the archive alone reads no name and no telephone number.
//
// In it are people's sessions (tokens are hashes) and the queue's jobs, because a job that was
// promised with a change belongs to the change; every job may run twice, so one that was running at
// the moment of the backup runs again. Left out are tables that PostgreSQL itself does not keep over
// a crash (who leads the queue) and those that migrating writes (their versions are compared instead).
package backup
