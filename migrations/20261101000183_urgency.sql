-- +goose Up
-- What is urgent is rare among everything that ever was: the list of all cases finds it without walking through the rest.
CREATE INDEX work_order_newest_urgency ON work_order (urgency, started_at DESC, id DESC);

-- +goose Down
DROP INDEX work_order_newest_urgency;
