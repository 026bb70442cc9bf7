-- +goose Up
-- Who objected can ask what is held and have it taken out (X8); after the retention time the job does it.
ALTER TABLE objection
    ADD COLUMN phone_index  bytea,
    ADD COLUMN forgotten_at timestamptz;
CREATE INDEX objection_phone ON objection (phone_index) WHERE phone_index IS NOT NULL;
CREATE INDEX objection_retention ON objection (replied_at) WHERE forgotten_at IS NULL;

-- +goose Down
DROP INDEX objection_retention, objection_phone;
ALTER TABLE objection DROP COLUMN forgotten_at, DROP COLUMN phone_index;
