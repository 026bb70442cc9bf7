-- +goose Up
-- Who files a case for somebody else, or about the own home, never handles it (§5.5, 4; §6.8, 9).
ALTER TABLE work_order ADD COLUMN avoid_account bigint REFERENCES account (id);
-- Everything of a grid, of a committee or of one person, newest first, also after closing.
CREATE INDEX work_order_newest_grid ON work_order (owner_grid, started_at DESC, id DESC) WHERE owner_grid IS NOT NULL;
CREATE INDEX work_order_newest_account ON work_order (owner_account, started_at DESC, id DESC) WHERE owner_account IS NOT NULL;
CREATE INDEX work_order_newest_first ON work_order (first_account, started_at DESC, id DESC) WHERE first_account IS NOT NULL;
CREATE INDEX work_order_newest_reporter ON work_order (reporter_account, started_at DESC, id DESC) WHERE reporter_account IS NOT NULL;
CREATE INDEX work_order_newest_owner_community ON work_order (owner_community, started_at DESC, id DESC) WHERE owner_community IS NOT NULL;

-- +goose Down
DROP INDEX work_order_newest_owner_community, work_order_newest_reporter, work_order_newest_first, work_order_newest_account, work_order_newest_grid;
ALTER TABLE work_order DROP COLUMN avoid_account;
