-- +goose Up
-- The index of this constraint is a GiST; while it knew items by equality, the planner took it for looking the versions of
-- an item up, at several times the cost of admission_item_version_item. As a range the item takes part in the constraint alone.
ALTER TABLE admission_item_version DROP CONSTRAINT admission_item_version_one;
ALTER TABLE admission_item_version ADD CONSTRAINT admission_item_version_one
    EXCLUDE USING gist (int8range(item_id, item_id, '[]') WITH &&, valid WITH &&);

-- +goose Down
ALTER TABLE admission_item_version DROP CONSTRAINT admission_item_version_one;
ALTER TABLE admission_item_version ADD CONSTRAINT admission_item_version_one EXCLUDE USING gist (item_id WITH =, valid WITH &&);
