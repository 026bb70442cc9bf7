package notice

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"

	"portal/internal/pg"
	"portal/internal/workday"
)

const insertFileSQL = `INSERT INTO notice_file (notice_id, from_n, code, name, media_type, sha) VALUES ($1, $2, $3, $4, $5, $6)`

func insertFile(ctx context.Context, tx *pg.Tx, id ID, n int, code string, f NewFile) error {
	if _, err := tx.Exec(ctx, insertFileSQL, id, n, code, f.Name, f.MediaType, f.Ref.SHA256); err != nil {
		return fmt.Errorf("attach to a notice: %w", err)
	}
	return nil
}

const endFileSQL = `UPDATE notice_file SET until_n = $3 WHERE notice_id = $1 AND code = $2 AND until_n IS NULL AND from_n <= $3`

func endFile(ctx context.Context, tx *pg.Tx, id ID, n int, code string) error {
	tag, err := tx.Exec(ctx, endFileSQL, id, code, n)
	if err != nil {
		return fmt.Errorf("detach from a notice: %w", err)
	}
	if tag.RowsAffected() != 1 {
		return errNoFile
	}
	return nil
}

const fileColumns = `SELECT f.code, f.name, f.media_type, f.sha, f.from_n, f.until_n FROM notice_file f `
const selectFiles = fileColumns + `WHERE f.notice_id = $1 AND f.from_n <= $2 AND (f.until_n IS NULL OR f.until_n > $2) ORDER BY f.id`
const selectFile = fileColumns + `WHERE f.notice_id = $1 AND f.code = $2`

func filesOf(ctx context.Context, q pg.Querier, id ID, n int) ([]File, error) {
	return files(ctx, q, selectFiles, id, n)
}

func files(ctx context.Context, q pg.Querier, sql string, args ...any) ([]File, error) {
	rows, err := q.Query(ctx, sql, args...)
	if err != nil {
		return nil, fmt.Errorf("files of a notice: %w", err)
	}
	out, err := pgx.CollectRows(rows, pgx.RowToStructByName[File])
	if err != nil {
		return nil, fmt.Errorf("files of a notice: %w", err)
	}
	return out, nil
}

const insertPostingSQL = `
INSERT INTO notice_posting (notice_id, n, posted_on, place, code, name, media_type, sha, by_account, at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)`

func insertPosting(ctx context.Context, tx *pg.Tx, n Notice, on workday.Day, where, code string, f NewFile) error {
	_, err := tx.Exec(ctx, insertPostingSQL, n.ID, n.Shown, on, where, code, f.Name, f.MediaType, f.Ref.SHA256, tx.Actor.AccountID, tx.Now)
	if err != nil {
		return fmt.Errorf("posting of a notice: %w", err)
	}
	return nil
}

const selectPostings = `
SELECT p.posted_on AS on, p.place, p.code, p.name, p.n, a.name AS by_name, p.media_type, p.sha
FROM notice_posting p JOIN account a ON a.id = p.by_account WHERE p.notice_id = $1 ORDER BY p.posted_on, p.id`

func postingsOf(ctx context.Context, q pg.Querier, id ID) ([]Posting, error) {
	rows, err := q.Query(ctx, selectPostings, id)
	if err != nil {
		return nil, fmt.Errorf("postings: %w", err)
	}
	out, err := pgx.CollectRows(rows, pgx.RowToStructByName[Posting])
	if err != nil {
		return nil, fmt.Errorf("postings: %w", err)
	}
	return out, nil
}
