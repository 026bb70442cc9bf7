-- +goose Up
-- One-time passwords run out and a second step must follow the same password (password_at);
-- a new phone is confirmed before the old one stops (totp_pending).
ALTER TABLE account
    ADD COLUMN password_at  timestamptz,
    ADD COLUMN totp_pending bytea;

-- Which device a session came from, as a blind index of its long-lived cookie: a device that has
-- signed in before is not held up by what strangers try elsewhere.
ALTER TABLE signin ADD COLUMN device_key text NOT NULL DEFAULT '';
CREATE INDEX signin_device ON signin (account_id, device_key, at) WHERE device_key <> '';
CREATE INDEX signin_idle ON signin (last_seen_at) WHERE ended_at IS NULL;
CREATE INDEX signin_brake_last ON signin_brake (last_at);

-- Recovery codes of the second factor: hashed, single use.
CREATE TABLE recovery_code (
    account_id bigint NOT NULL REFERENCES account (id),
    hash       bytea NOT NULL,
    made_at    timestamptz NOT NULL,
    used_at    timestamptz,
    PRIMARY KEY (account_id, hash)
);

-- +goose Down
DROP TABLE recovery_code;
DROP INDEX signin_brake_last, signin_idle, signin_device;
ALTER TABLE signin DROP COLUMN device_key;
ALTER TABLE account DROP COLUMN totp_pending, DROP COLUMN password_at;
