-- +goose Up
CREATE TABLE account (
    id              bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    login           text NOT NULL CONSTRAINT account_login_key UNIQUE CHECK (login ~ '^[a-z0-9][a-z0-9.]{1,39}$'),
    name            text NOT NULL CHECK (char_length(name) BETWEEN 1 AND 30),
    password_hash   text NOT NULL,
    must_change     boolean NOT NULL DEFAULT false,
    totp_secret     bytea,
    totp_enabled_at timestamptz,
    totp_last_step  bigint NOT NULL DEFAULT 0,
    shortcuts_off   boolean NOT NULL DEFAULT false,
    disabled_at     timestamptz,
    created_at      timestamptz NOT NULL,
    CHECK (totp_enabled_at IS NULL OR totp_secret IS NOT NULL)
);
CREATE TABLE account_post (
    id         bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    account_id bigint NOT NULL REFERENCES account (id),
    role       text NOT NULL,
    unit_id    bigint NOT NULL REFERENCES unit (id),
    division   text NOT NULL DEFAULT '' CHECK (division ~ '^[0-9]*$'),
    title      text NOT NULL CHECK (char_length(title) BETWEEN 1 AND 30),
    valid      daterange NOT NULL,
    CONSTRAINT account_post_once EXCLUDE USING gist (account_id WITH =, role WITH =, unit_id WITH =, division WITH =, valid WITH &&)
);
CREATE INDEX account_post_role ON account_post (role, unit_id);
CREATE TABLE signin (
    id           bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    account_id   bigint NOT NULL REFERENCES account (id),
    at           timestamptz NOT NULL,
    last_seen_at timestamptz NOT NULL,
    device       text NOT NULL DEFAULT '',
    address      text NOT NULL DEFAULT '',
    ended_at     timestamptz,
    end_reason   text NOT NULL DEFAULT '',
    CHECK ((ended_at IS NULL) = (end_reason = ''))
);
CREATE INDEX signin_open ON signin (account_id, id DESC) WHERE ended_at IS NULL;
-- Back-off that survives a restart: misses per key (account, device or address).
CREATE TABLE signin_brake (
    key        text PRIMARY KEY,
    misses     int NOT NULL,
    last_at    timestamptz NOT NULL,
    locked_until timestamptz
);
CREATE TABLE inbox_line (
    id         bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    account_id bigint NOT NULL REFERENCES account (id),
    at         timestamptz NOT NULL,
    words      text NOT NULL,
    href       text NOT NULL,
    read_at    timestamptz
);
CREATE INDEX inbox_line_mine ON inbox_line (account_id, id DESC);
CREATE INDEX inbox_line_unread ON inbox_line (account_id) WHERE read_at IS NULL;

-- +goose Down
DROP TABLE inbox_line, signin_brake, signin, account_post, account;
