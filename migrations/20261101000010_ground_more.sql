-- +goose Up
-- A clock may be stopped and begun again on one day: only the running one is unique.
ALTER TABLE deadline DROP CONSTRAINT deadline_one_open;
CREATE UNIQUE INDEX deadline_one_open ON deadline (object_kind, object_id, kind) WHERE stopped_on IS NULL;
CREATE INDEX deadline_object ON deadline (object_kind, object_id, id);

-- What changed between two days is found by the days on which versions begin and end.
CREATE INDEX admission_item_version_begins ON admission_item_version (lower(valid));
CREATE INDEX admission_item_version_ends ON admission_item_version (upper(valid));
CREATE INDEX admission_item_version_hours ON admission_item_version (id) WHERE hours_per_occurrence IS NOT NULL;

-- What a change points at, and registers searched by name.
CREATE INDEX legal_change_old ON legal_change (doc_key, old_version);
CREATE INDEX legal_change_new ON legal_change (new_doc_key, new_version);
CREATE INDEX division_initials ON division (initials text_pattern_ops);

-- The key under which an alias is found (E2): width, brackets and spaces do not matter.
ALTER TABLE unit ADD COLUMN name_key text NOT NULL DEFAULT '';
ALTER TABLE unit_alias ADD COLUMN alias_key text NOT NULL DEFAULT '';
ALTER TABLE unit_alias ADD COLUMN role_label text NOT NULL DEFAULT '';
ALTER TABLE unit_alias ADD COLUMN programmes text[] NOT NULL DEFAULT '{}';
ALTER TABLE unit_alias ADD COLUMN works text[] NOT NULL DEFAULT '{}';
CREATE INDEX unit_name_key_of ON unit (name_key);
CREATE INDEX unit_alias_key_of ON unit_alias (alias_key);

-- +goose Down
DROP INDEX unit_alias_key_of, unit_name_key_of;
ALTER TABLE unit_alias DROP COLUMN works, DROP COLUMN programmes, DROP COLUMN role_label, DROP COLUMN alias_key;
ALTER TABLE unit DROP COLUMN name_key;
DROP INDEX division_initials, legal_change_new, legal_change_old, admission_item_version_hours, admission_item_version_ends,
    admission_item_version_begins, deadline_object, deadline_one_open;
DELETE FROM deadline d USING deadline e
WHERE d.object_kind = e.object_kind AND d.object_id = e.object_id AND d.kind = e.kind AND d.stopped_on = e.stopped_on AND d.id < e.id;
ALTER TABLE deadline ADD CONSTRAINT deadline_one_open UNIQUE NULLS NOT DISTINCT (object_kind, object_id, kind, stopped_on);
