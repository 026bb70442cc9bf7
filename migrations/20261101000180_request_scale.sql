-- +goose Up
-- What is open is in few states: without knowing that both belong together the planner takes twenty thousand open
-- cases for four hundred, and sorts them where it could walk along their clock.
CREATE STATISTICS work_order_open_states (mcv) ON state, closed_at FROM work_order;
ANALYZE work_order;
-- How many cases a community ever had is counted from the index alone.
DROP INDEX work_order_newest_community;
CREATE INDEX work_order_newest_community ON work_order (community text_pattern_ops, started_at DESC, id DESC) INCLUDE (hidden_from);

-- +goose Down
DROP STATISTICS work_order_open_states;
DROP INDEX work_order_newest_community;
CREATE INDEX work_order_newest_community ON work_order (community text_pattern_ops, started_at DESC, id DESC);
