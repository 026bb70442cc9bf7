-- +goose Up
-- How far the demo street was seeded; a database without a row here is never reset.
CREATE TABLE demo_mark (
    id    int PRIMARY KEY CHECK (id = 1),
    state text NOT NULL CHECK (state IN ('begun','done')),
    at    timestamptz NOT NULL
);

-- +goose Down
DROP TABLE demo_mark;
