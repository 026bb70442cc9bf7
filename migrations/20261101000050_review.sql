-- +goose Up
-- The queue of the street in order of its clock, the lists by state, and what is admitted by its last
-- day: each list walks the index of its own order.
CREATE INDEX application_queue ON application (due_on, id) WHERE state IN ('submitted', 'accepted', 'street_review');
CREATE INDEX application_state ON application (state, id DESC);
CREATE INDEX application_ends ON application (COALESCE(end_on, DATE '9999-12-31'), id) WHERE state IN ('approved', 'approved_with_conditions');

-- +goose Down
DROP INDEX application_ends, application_state, application_queue;
