-- +goose Up
-- The portal works as the role portal_app (pg.Open does SET ROLE); the owner only migrates,
-- so the audit trail can be append-only by grants.
CREATE EXTENSION IF NOT EXISTS btree_gist;

-- +goose StatementBegin
DO $$
BEGIN
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'portal_app') THEN
        CREATE ROLE portal_app NOLOGIN;
    END IF;
EXCEPTION WHEN duplicate_object OR unique_violation THEN
    NULL; -- another database of the same cluster was faster
END $$;
-- +goose StatementEnd

-- Two-character search (performance.md): the bigrams of a normalised text as integers.
-- +goose StatementBegin
CREATE FUNCTION search_bigrams(words text) RETURNS int[]
    LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE AS $$
DECLARE
    grams int[] := '{}';
    n     int   := char_length(words);
BEGIN
    FOR i IN 1 .. n - 1 LOOP
        grams := grams || ((ascii(substr(words, i, 1)) % 46341) * 46337 + ascii(substr(words, i + 1, 1)) % 46337);
    END LOOP;
    RETURN grams;
END $$;
-- +goose StatementEnd

CREATE TABLE audit_entry (
    id          bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    at          timestamptz NOT NULL,
    account_id  bigint,
    actor       text NOT NULL,
    post        text NOT NULL DEFAULT '',
    action      text NOT NULL,
    object_kind text NOT NULL,
    object_id   bigint NOT NULL,
    object_no   text NOT NULL DEFAULT '',
    before      jsonb,
    after       jsonb,
    reason      text NOT NULL DEFAULT '',
    request_id  text NOT NULL DEFAULT ''
);
CREATE INDEX audit_entry_object ON audit_entry (object_kind, object_id, id DESC);
CREATE INDEX audit_entry_account ON audit_entry (account_id, id DESC);

-- Written by the sealer alone, after the fact: seq orders the chain, digest is the entry's own hash.
CREATE TABLE audit_seal (
    seq      bigint PRIMARY KEY,
    entry_id bigint NOT NULL UNIQUE,
    digest   bytea NOT NULL,
    chain    bytea NOT NULL
);
CREATE TABLE audit_head (
    id        bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    at        timestamptz NOT NULL,
    seq       bigint NOT NULL,
    chain     bytea NOT NULL
);

-- +goose StatementBegin
CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% is append-only', TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
END $$;
-- +goose StatementEnd
CREATE TRIGGER audit_entry_append_only BEFORE UPDATE OR DELETE ON audit_entry
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER audit_entry_no_truncate BEFORE TRUNCATE ON audit_entry
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER audit_seal_append_only BEFORE UPDATE OR DELETE ON audit_seal
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER audit_seal_no_truncate BEFORE TRUNCATE ON audit_seal
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER audit_head_append_only BEFORE UPDATE OR DELETE ON audit_head
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER audit_head_no_truncate BEFORE TRUNCATE ON audit_head
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- Every form carries a server-made key; the same key twice is the same submission.
CREATE TABLE form_key (
    key        text PRIMARY KEY CHECK (char_length(key) BETWEEN 16 AND 64),
    account_id bigint NOT NULL,
    action     text NOT NULL,
    result     text NOT NULL DEFAULT '',
    seen       int NOT NULL DEFAULT 1,
    at         timestamptz NOT NULL
);
CREATE INDEX form_key_at ON form_key (at);

-- Numbers people see: one row per word and year, locked while a number is taken.
CREATE TABLE case_number (
    kind text NOT NULL,
    year int NOT NULL,
    last int NOT NULL,
    PRIMARY KEY (kind, year)
);

-- scs/pgxstore, tokens hashed
CREATE TABLE sessions (
    token  text PRIMARY KEY,
    data   bytea NOT NULL,
    expiry timestamptz NOT NULL
);
CREATE INDEX sessions_expiry ON sessions (expiry);

-- The write probe of /readyz.
CREATE TABLE write_probe (
    id int PRIMARY KEY CHECK (id = 1),
    at timestamptz NOT NULL
);

-- +goose Down
DROP TABLE write_probe, sessions, case_number, form_key, audit_head, audit_seal, audit_entry;
DROP FUNCTION refuse_change();
DROP FUNCTION search_bigrams(text);
