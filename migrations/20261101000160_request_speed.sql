-- +goose Up
-- Every side of a reach walks its own open cases by their clock.
CREATE INDEX work_order_open_owner_community ON work_order (owner_community, due_at, id) WHERE closed_at IS NULL AND owner_community IS NOT NULL;
CREATE INDEX work_order_open_first ON work_order (first_account, due_at, id) WHERE closed_at IS NULL AND first_account IS NOT NULL;
CREATE INDEX work_order_open_reporter ON work_order (reporter_account, due_at, id) WHERE closed_at IS NULL AND reporter_account IS NOT NULL;
CREATE INDEX work_order_to_verify ON work_order (community, due_at, id) WHERE closed_at IS NULL AND state = 'handled' AND source = 'finding';
-- The tabs are counted from the index alone.
DROP INDEX work_order_open_state;
CREATE INDEX work_order_open_state ON work_order (state, due_at, id) INCLUDE (started_at, owner_kind) WHERE closed_at IS NULL;
DROP INDEX work_order_open_unit;
CREATE INDEX work_order_open_unit ON work_order (owner_unit, due_at, id) INCLUDE (state, started_at, owner_kind) WHERE closed_at IS NULL;
DROP INDEX work_order_open_community;
CREATE INDEX work_order_open_community ON work_order (community text_pattern_ops, due_at, id) INCLUDE (state, started_at, owner_kind, hidden_from) WHERE closed_at IS NULL;
-- Few of all that was ever asked still waits for a word.
CREATE INDEX work_extension_asked ON work_extension (order_id) WHERE decided_at IS NULL;
CREATE INDEX work_exclusion_asked ON work_exclusion (asked_at) WHERE approved_at IS NULL;
CREATE INDEX work_helper_asked_unit ON work_helper (unit_id, order_id) WHERE answered_at IS NULL;
CREATE INDEX work_helper_asked_community ON work_helper (community, order_id) WHERE answered_at IS NULL;
-- What runs at a place, for whoever may join it.
CREATE INDEX work_order_open_similar ON work_order (category, building_id, started_at DESC, id DESC) WHERE closed_at IS NULL AND source = 'request';
CREATE INDEX work_order_open_similar_near ON work_order (category, community, started_at DESC, id DESC) WHERE closed_at IS NULL AND source = 'request';
-- The rates of a quarter are counted from these alone.
DROP INDEX work_order_dispatched;
CREATE INDEX work_order_dispatched ON work_order (dispatched_at) INCLUDE (id, first_unit, owner_unit) WHERE dispatched_at IS NOT NULL;
CREATE INDEX work_order_relapsed ON work_order (id) INCLUDE (relapse_of) WHERE relapse_of IS NOT NULL;
CREATE INDEX request_counted ON request (order_id) INCLUDE (id, home_order, category, community, contact_due, contacted_at) WHERE same_as IS NULL;
CREATE INDEX callback_valid ON callback (request_id, round DESC) INCLUDE (solved, satisfied)
    WHERE locked_at IS NOT NULL AND reached AND self AND solved <> '' AND satisfied <> '';

-- +goose Down
DROP INDEX callback_valid, request_counted, work_order_relapsed, work_order_dispatched, work_order_open_similar_near, work_order_open_similar,
    work_helper_asked_community, work_helper_asked_unit, work_exclusion_asked, work_extension_asked, work_order_open_state, work_order_to_verify,
    work_order_open_reporter, work_order_open_first, work_order_open_owner_community, work_order_open_unit, work_order_open_community;
CREATE INDEX work_order_open_state ON work_order (state, due_at, id) WHERE closed_at IS NULL;
CREATE INDEX work_order_dispatched ON work_order (dispatched_at) WHERE dispatched_at IS NOT NULL;
CREATE INDEX work_order_open_unit ON work_order (owner_unit, due_at, id) WHERE closed_at IS NULL;
CREATE INDEX work_order_open_community ON work_order (community text_pattern_ops, due_at, id) WHERE closed_at IS NULL;
