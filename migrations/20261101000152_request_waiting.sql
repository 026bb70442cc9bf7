-- +goose Up
-- Those who wait to be called back are few among all that ever were; and a quarter's rates start from when
-- its cases were dispatched.
CREATE INDEX request_waiting ON request (replied_at, id) WHERE replied_at IS NOT NULL AND settled_at IS NULL AND withdrawn_at IS NULL;
CREATE INDEX work_order_dispatched ON work_order (dispatched_at) WHERE dispatched_at IS NOT NULL;

-- +goose Down
DROP INDEX work_order_dispatched, request_waiting;
