-- +goose Up
-- kiosk: touch devices, their keys, the residents' sessions on them, and calls for a person. A session is
-- no record: its pocket is sealed, it is deleted when the resident leaves, and nothing of it is audited.
CREATE TABLE kiosk_device (
    id          bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    no          text NOT NULL CONSTRAINT kiosk_device_no_key UNIQUE CHECK (no ~ '^[A-Z]{2,4}-[0-9]{2}$'),
    community   text NOT NULL REFERENCES community (code),
    place       text NOT NULL CHECK (char_length(place) BETWEEN 2 AND 40),
    state       text NOT NULL CHECK (state IN ('waiting','working','revoked')),
    public_key  bytea,                                    -- SubjectPublicKeyInfo, ECDSA P-256; the private half never leaves the browser
    cookie_hash bytea CONSTRAINT kiosk_device_cookie_key UNIQUE,
    printer     text NOT NULL CHECK (printer IN ('browser','spool')),
    paper       text NOT NULL DEFAULT 'ok' CHECK (paper IN ('ok','out')),
    paper_at    timestamptz,
    last_seen   timestamptz,
    kept        int NOT NULL DEFAULT 0 CHECK (kept >= 0), -- requests that wait on the device for the line
    agent       text NOT NULL DEFAULT '' CHECK (char_length(agent) <= 200),
    screen      text NOT NULL DEFAULT '' CHECK (char_length(screen) <= 20),
    enrolled_at timestamptz,
    revoked_at  timestamptz,
    reason      text NOT NULL DEFAULT '' CHECK (char_length(reason) <= 200),
    version     int NOT NULL DEFAULT 1,
    CONSTRAINT kiosk_device_bound CHECK ((state = 'working') = (public_key IS NOT NULL AND cookie_hash IS NOT NULL)),
    CONSTRAINT kiosk_device_revoked CHECK ((state = 'revoked') = (revoked_at IS NOT NULL))
);
CREATE INDEX kiosk_device_community ON kiosk_device (community, no);

CREATE TABLE kiosk_invite (                               -- one code for one device, used once
    device_id  bigint PRIMARY KEY REFERENCES kiosk_device (id),
    code_index bytea NOT NULL CONSTRAINT kiosk_invite_code_key UNIQUE,
    code       bytea NOT NULL,                            -- sealed, so that the same form shows it again
    until      timestamptz NOT NULL
);

CREATE TABLE kiosk_miss (                                 -- wrong enrolment codes, for the brake
    at   timestamptz NOT NULL,
    origin text NOT NULL CHECK (char_length(origin) <= 100)
);
CREATE INDEX kiosk_miss_at ON kiosk_miss (at);

CREATE TABLE kiosk_challenge (                            -- signed once by the device's key
    nonce_hash bytea PRIMARY KEY,
    device_id  bigint NOT NULL REFERENCES kiosk_device (id),
    until      timestamptz NOT NULL
);
CREATE INDEX kiosk_challenge_device ON kiosk_challenge (device_id);

CREATE TABLE kiosk_session (
    id         bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    device_id  bigint NOT NULL REFERENCES kiosk_device (id),
    token_hash bytea NOT NULL CONSTRAINT kiosk_session_token_key UNIQUE,
    prev_hash  bytea,                                     -- the token before the last proof, for what was under way
    prev_until timestamptz,
    opened_at  timestamptz NOT NULL,
    proven_at  timestamptz NOT NULL,
    touched_at timestamptz NOT NULL,
    pocket     bytea                                      -- sealed: what this resident answered so far
);
CREATE INDEX kiosk_session_device ON kiosk_session (device_id);
CREATE INDEX kiosk_session_prev ON kiosk_session (prev_hash) WHERE prev_hash IS NOT NULL;

CREATE TABLE kiosk_call (
    id           bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    device_id    bigint NOT NULL REFERENCES kiosk_device (id),
    community    text NOT NULL REFERENCES community (code),
    at           timestamptz NOT NULL,
    state        text NOT NULL CHECK (state IN ('waiting','coming','done')),
    taken_by     bigint REFERENCES account (id),
    taken_at     timestamptz,
    done_at      timestamptz,
    escalated_at timestamptz,
    version      int NOT NULL DEFAULT 1,
    CONSTRAINT kiosk_call_taken CHECK ((state = 'waiting') = (taken_by IS NULL AND taken_at IS NULL) OR state = 'done'),
    CONSTRAINT kiosk_call_done CHECK ((state = 'done') = (done_at IS NOT NULL))
);
CREATE UNIQUE INDEX kiosk_call_open ON kiosk_call (device_id) WHERE state <> 'done';
CREATE INDEX kiosk_call_waiting ON kiosk_call (community, at) WHERE state <> 'done';

-- +goose Down
DROP TABLE kiosk_call, kiosk_session, kiosk_challenge, kiosk_miss, kiosk_invite, kiosk_device;
