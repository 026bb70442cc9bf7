package bench

import (
	"context"
	"fmt"
	"net/url"

	"github.com/jackc/pgx/v5"

	"portal/internal/pg/devdb"
)

// street is the database that is measured: the demo street, grown.
type street struct {
	url   string
	admin *pgx.Conn // its owner, idle while something is measured
	close []func() error
}

const database = "portal_bench"

// openStreet makes an empty database on the cluster of PORTAL_DATABASE_URL, or on a durable private
// server of its own when none is named.
func openStreet(ctx context.Context, cluster string) (*street, error) {
	s := &street{}
	if cluster == "" {
		server, err := devdb.Start(ctx, devdb.Options{Ephemeral: true})
		if err != nil {
			return nil, err
		}
		s.close = append(s.close, server.Stop)
		cluster = server.URL()
	}
	u, err := url.Parse(cluster)
	if err != nil {
		return nil, fmt.Errorf("database url: %w", err)
	}
	owner, err := pgx.Connect(ctx, cluster)
	if err != nil {
		return nil, fmt.Errorf("connect: %w", err)
	}
	drop := func() error {
		_, err := owner.Exec(context.WithoutCancel(ctx), `DROP DATABASE IF EXISTS portal_bench WITH (FORCE)`)
		return err
	}
	if err := drop(); err != nil {
		return nil, fmt.Errorf("drop the last bench: %w", err)
	}
	if _, err := owner.Exec(ctx, `CREATE DATABASE portal_bench`); err != nil {
		return nil, fmt.Errorf("create database: %w", err)
	}
	s.close = append(s.close, func() error { return owner.Close(context.WithoutCancel(ctx)) }, drop)
	u.Path = "/" + database
	s.url = u.String()
	return s, nil
}

// connect opens the owner's connection once the tables are there.
func (s *street) connect(ctx context.Context) error {
	conn, err := pgx.Connect(ctx, s.url)
	if err != nil {
		return fmt.Errorf("connect: %w", err)
	}
	s.admin = conn
	s.close = append(s.close, func() error { return conn.Close(context.WithoutCancel(ctx)) })
	// Copies of rows that keep every reference need no check of each reference.
	return s.run(ctx, `SET session_replication_role = replica`, `SET maintenance_work_mem = '512MB'`)
}

// end drops the database and stops what was started, last first.
func (s *street) end() error {
	var first error
	for i := len(s.close) - 1; i >= 0; i-- {
		if err := s.close[i](); err != nil && first == nil {
			first = err
		}
	}
	return first
}

// Entries are copies of the real published rows under codes of their own (B0000001 …), each with a
// place in its title; every 5,000th speaks of a 鱼缸, so there is a rare word to look for.
const growEntries = `
WITH real AS (
    SELECT v.*, i.list_kind, row_number() OVER (ORDER BY i.code) - 1 AS nth, count(*) OVER () AS many
    FROM admission_item i JOIN admission_item_version v ON v.item_id = i.id
    WHERE v.standing = 'listed' AND upper(v.valid) IS NULL AND i.code !~ '^B[0-9]'),
items AS (
    INSERT INTO admission_item (code, list_kind)
    SELECT 'B' || lpad(g::text, 7, '0'), r.list_kind FROM generate_series($1::int, $2::int) g JOIN real r ON r.nth = g % r.many
    RETURNING id, code, substr(code, 2)::int AS g),
versions AS (
    INSERT INTO admission_item_version (item_id, valid, list_version_id, title, title_key, category, lead_department, lead_unit_id, legal_basis,
        period, frequency, source, legal_text, note, basis_doc_key, basis_version_date, basis_article_no, basis_status)
    SELECT n.id, daterange('2025-01-01', NULL), r.list_version_id, t.title, t.title, r.category, r.lead_department, r.lead_unit_id, r.legal_basis,
        r.period, r.frequency, r.source, r.legal_text, r.note, r.basis_doc_key, r.basis_version_date, r.basis_article_no, r.basis_status
    FROM items n JOIN real r ON r.nth = n.g % r.many,
    LATERAL (SELECT left(r.title, 150) || '第' || n.g || '网格' || CASE WHEN n.g % 5000 = 0 THEN '鱼缸' ELSE '' END AS title) t
    RETURNING id, valid)
INSERT INTO admission_item_scope (version_id, division, valid) SELECT id, '320104900', valid FROM versions`

// costly are the two indexes that are made once after a large growth instead of row by row, with
// how Postgres itself spells them.
const spellCostly = `
SELECT 'ALTER TABLE admission_item_version ADD CONSTRAINT admission_item_version_one ' ||
       (SELECT pg_get_constraintdef(oid) FROM pg_constraint WHERE conname = 'admission_item_version_one'),
       pg_get_indexdef('admission_item_version_words'::regclass)`

var dropCostly = []string{`ALTER TABLE admission_item_version DROP CONSTRAINT admission_item_version_one`, `DROP INDEX admission_item_version_words`}

// bulk is the growth from which on rebuilding the indexes is quicker.
const bulk = 50_000

// growEntriesTo adds entries number from+1 … to.
func (s *street) growEntriesTo(ctx context.Context, from, to int) error {
	if to <= from {
		return nil
	}
	again := make([]string, 2)
	if to-from >= bulk {
		if err := s.admin.QueryRow(ctx, spellCostly).Scan(&again[0], &again[1]); err != nil {
			return fmt.Errorf("indexes: %w", err)
		}
		if err := s.run(ctx, dropCostly...); err != nil {
			return err
		}
	}
	if _, err := s.admin.Exec(ctx, growEntries, from+1, to); err != nil {
		return fmt.Errorf("grow entries: %w", err)
	}
	if to-from >= bulk {
		if err := s.run(ctx, again...); err != nil {
			return err
		}
	}
	return s.settle(ctx)
}

// Applications of past years: nearly all decided, a thousand waiting, with the five results and the trail that each of them has.
const growApplications = `
WITH people AS (SELECT a.id AS account_id, p.unit_id FROM account a JOIN account_post p ON p.account_id = a.id WHERE a.login = 'dept.chengguan'),
real AS (
    SELECT v.title, row_number() OVER (ORDER BY v.id) - 1 AS nth, count(*) OVER () AS many
    FROM admission_item i JOIN admission_item_version v ON v.item_id = i.id
    WHERE v.standing = 'listed' AND upper(v.valid) IS NULL AND v.basis_doc_key <> '' AND i.code !~ '^B[0-9]'),
added AS (
    INSERT INTO application (year, seq, admitted_year, admitted_seq, unit_id, account_id, state, round, title, title_key, item_form, list_kind, role,
        assist_modes, reason, content, authority, communities, scope_reason, term, start_on, end_on, occurrences, occurrence_unit, hours_per_occurrence,
        funds_fen, steps_done, created_at, saved_at, submitted_at, accepted_at, decided_at, decided_by, opinion, due_on, checks, first_failing, hours_total)
    SELECT 2024, g, CASE WHEN g % 100 > 0 THEN 2024 END, CASE WHEN g % 100 > 0 THEN g END, p.unit_id, p.account_id,
        CASE WHEN g % 100 > 0 THEN 'approved' ELSE 'submitted' END, 1, left(t.title, 60), left(t.title, 60), 'work', 'assist_government', 'assist',
        '{publicise}', repeat('夏季高温期间居民用电安全风险上升，需要社区协助提醒。', 3), repeat('每周巡查一次楼道，发现飞线充电当面提醒并登记。', 4),
        '依据法律规定的部门职责', '{320104900001,320104900003}', '两个社区老旧小区较多', 'temporary', date '2024-06-01', date '2024-12-31', 1, 'week', 2,
        1980000, '{1,2,3,4,5}', m.at, m.at, m.at, m.at, CASE WHEN g % 100 > 0 THEN m.at END, CASE WHEN g % 100 > 0 THEN p.account_id END,
        '同意', m.at::date + 15, 'ppppp', '', 96
    FROM generate_series($1::int, $2::int) g, people p, real r,
    LATERAL (SELECT left(r.title, 40) || '第' || g || '网格' || CASE WHEN g % 5000 = 0 THEN '鱼缸' ELSE '' END AS title) t,
    LATERAL (SELECT timestamptz '2024-01-01' + g * interval '3 minutes' AS at) m
    WHERE r.nth = g % r.many
    RETURNING id, year, seq, account_id, submitted_at),
checked AS (
    INSERT INTO application_check (application_id, round, kind, result, headline, finding, at)
    SELECT a.id, 1, k.kind, 'pass', '未见问题', '按提交当天的清单和日历核对，没有发现问题', a.submitted_at
    FROM added a, unnest('{negative,duplicate,funds,load,ahead}'::text[]) k (kind)),
based AS (
    INSERT INTO application_basis (application_id, position, doc_key, citation)
    SELECT a.id, 1, '', '街道城市管理工作要点' FROM added a)
INSERT INTO audit_entry (at, account_id, actor, post, action, object_kind, object_id, object_no)
SELECT a.submitted_at, a.account_id, '城小勤', '区城市管理局 联络员', k.what, 'application', a.id, a.year || '-' || a.seq
FROM added a, unnest('{application.submit,application.approve}'::text[]) k (what)`

// growApplicationsTo adds applications number from+1 … to.
func (s *street) growApplicationsTo(ctx context.Context, from, to int) error {
	if _, err := s.admin.Exec(ctx, growApplications, from+1, to); err != nil {
		return fmt.Errorf("grow applications: %w", err)
	}
	return s.settle(ctx)
}

// settle leaves nothing for the background to do while something is measured.
func (s *street) settle(ctx context.Context) error {
	return s.run(ctx, `VACUUM ANALYZE`, `CHECKPOINT`)
}

func (s *street) run(ctx context.Context, statements ...string) error {
	for _, sql := range statements {
		if _, err := s.admin.Exec(ctx, sql); err != nil {
			return fmt.Errorf("%s: %w", sql, err)
		}
	}
	return nil
}
