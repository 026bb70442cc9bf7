-- +goose Up
-- place: buildings and the addresses in them. A building's grid on a day stands in grid_building.
CREATE TABLE building (
    id           bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    compound     text NOT NULL CHECK (char_length(compound) BETWEEN 1 AND 40),
    name         text NOT NULL CHECK (char_length(name) BETWEEN 1 AND 40),
    name_key     text NOT NULL,
    pinyin       text NOT NULL DEFAULT '',
    initials     text NOT NULL DEFAULT '',
    households   int NOT NULL CHECK (households BETWEEN 0 AND 5000),
    residents    int NOT NULL DEFAULT 0 CHECK (residents BETWEEN 0 AND 50000),
    lng          double precision NOT NULL CHECK (lng BETWEEN 73 AND 136),
    lat          double precision NOT NULL CHECK (lat BETWEEN 3 AND 54),
    coord_system text NOT NULL CHECK (coord_system IN ('WGS-84','GCJ-02')),
    valid        daterange NOT NULL CHECK (NOT lower_inf(valid) AND isfinite(lower(valid))),
    source       text NOT NULL DEFAULT '',
    CONSTRAINT building_one_name EXCLUDE USING gist (compound WITH =, name WITH =, valid WITH &&)
);
CREATE INDEX building_words ON building USING gin (search_bigrams(name_key)) WITH (fastupdate = off);
CREATE INDEX building_compound ON building (compound, id);

-- An address is in its building's grid, unless it was placed by itself: the shop that belongs to a special
-- grid under flats that do not, the doorplate on the other side of the road (domain/governance.md §5.5, 1 and 2).
CREATE TABLE address (
    id          bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    building_id bigint NOT NULL REFERENCES building (id),
    text        text NOT NULL CHECK (char_length(text) BETWEEN 1 AND 80),
    text_key    text NOT NULL,
    pinyin      text NOT NULL DEFAULT '',
    initials    text NOT NULL DEFAULT '',
    CONSTRAINT address_text_key UNIQUE (text)
);
CREATE INDEX address_building ON address (building_id, id);
CREATE INDEX address_words ON address USING gin (search_bigrams(text_key)) WITH (fastupdate = off);

-- grid: identity for ever, versions by date (GRD-02). A code is never reused: rows are never deleted.
CREATE TABLE grid (
    id        bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    code      text NOT NULL CONSTRAINT grid_code_key UNIQUE CHECK (code ~ '^[0-9]{15}([0-9]{2})?$'),
    community text NOT NULL REFERENCES community (code),
    kind      text NOT NULL CHECK (kind IN ('grid','special_grid','micro_grid')),
    parent_id bigint REFERENCES grid (id),
    version   int NOT NULL DEFAULT 1,
    CONSTRAINT grid_code_of_its_community CHECK (substr(code, 1, 12) = community),
    CONSTRAINT grid_code_of_its_kind CHECK (CASE kind WHEN 'grid' THEN char_length(code) = 15 AND substr(code, 13) < '901'
        WHEN 'special_grid' THEN char_length(code) = 15 AND substr(code, 13) >= '901' ELSE char_length(code) = 17 END),
    CONSTRAINT grid_micro_subdivides CHECK ((kind = 'micro_grid') = (parent_id IS NOT NULL))
);
CREATE INDEX grid_of_community ON grid (community, code);

CREATE TABLE grid_version (
    id           bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    grid_id      bigint NOT NULL REFERENCES grid (id),
    valid        daterange NOT NULL CHECK (isempty(valid) OR NOT lower_inf(valid) AND isfinite(lower(valid))),
    name         text NOT NULL CHECK (char_length(name) BETWEEN 2 AND 40),
    pinyin       text NOT NULL DEFAULT '',
    initials     text NOT NULL DEFAULT '',
    boundary     jsonb,            -- GeoJSON Polygon or MultiPolygon, outer rings counter-clockwise
    coord_system text NOT NULL CHECK (coord_system IN ('WGS-84','GCJ-02')),
    reason       text NOT NULL CHECK (char_length(reason) BETWEEN 1 AND 200),
    made_at      timestamptz NOT NULL,
    CONSTRAINT grid_version_one EXCLUDE USING gist (grid_id WITH =, valid WITH &&)
);
CREATE INDEX grid_version_valid ON grid_version USING gist (valid);

CREATE TABLE grid_lineage (
    predecessor_id bigint NOT NULL REFERENCES grid (id),
    successor_id   bigint NOT NULL REFERENCES grid (id),
    day            date NOT NULL CHECK (isfinite(day)),
    kind           text NOT NULL CHECK (kind IN ('split','merge','recode')),
    PRIMARY KEY (predecessor_id, successor_id),
    CHECK (predecessor_id <> successor_id)
);
CREATE INDEX grid_lineage_successor ON grid_lineage (successor_id);

-- Where a building lies (GRD-01). Empty ranges are plans that were called off.
CREATE TABLE grid_building (
    id          bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    building_id bigint NOT NULL REFERENCES building (id),
    grid_id     bigint NOT NULL REFERENCES grid (id),
    micro_id    bigint REFERENCES grid (id),
    valid       daterange NOT NULL,
    CONSTRAINT grid_building_one EXCLUDE USING gist (building_id WITH =, valid WITH &&)
);
CREATE INDEX grid_building_grid ON grid_building (grid_id, building_id);
CREATE INDEX grid_building_micro ON grid_building (micro_id, building_id) WHERE micro_id IS NOT NULL;

-- An address that does not follow its building: on these days it lies in this grid.
CREATE TABLE grid_address (
    id         bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    address_id bigint NOT NULL REFERENCES address (id),
    grid_id    bigint NOT NULL REFERENCES grid (id),
    valid      daterange NOT NULL,
    reason     text NOT NULL CHECK (char_length(reason) BETWEEN 1 AND 200),
    CONSTRAINT grid_address_one EXCLUDE USING gist (address_id WITH =, valid WITH &&)
);
CREATE INDEX grid_address_grid ON grid_address (grid_id, address_id);

-- The people of the grids. The phone is the work phone that stands on the public board.
CREATE TABLE grid_worker (
    id         bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    account_id bigint CONSTRAINT grid_worker_account UNIQUE REFERENCES account (id),
    community  text NOT NULL REFERENCES community (code),
    name       text NOT NULL CHECK (char_length(name) BETWEEN 2 AND 30),
    phone      text NOT NULL CHECK (phone ~ '^[0-9-]{5,20}$'),
    employment text NOT NULL CHECK (employment IN ('full_time','part_time')),
    valid      daterange NOT NULL CHECK (isempty(valid) OR NOT lower_inf(valid)),
    version    int NOT NULL DEFAULT 1
);
CREATE INDEX grid_worker_community ON grid_worker (community, id);

-- Who holds a post of a grid (GRD-03). No worker: a recorded vacancy with its reason.
-- Empty ranges are plans that were called off.
CREATE TABLE grid_assignment (
    id          bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    grid_id     bigint NOT NULL REFERENCES grid (id),
    role        text NOT NULL CHECK (role IN ('a','b','lead')),
    worker_id   bigint REFERENCES grid_worker (id),
    valid       daterange NOT NULL,
    reason      text NOT NULL DEFAULT '' CHECK (char_length(reason) <= 200),
    handover_id bigint,
    made_at     timestamptz NOT NULL,
    CONSTRAINT grid_assignment_vacancy_says_why CHECK (worker_id IS NOT NULL OR reason <> ''),
    CONSTRAINT grid_assignment_one EXCLUDE USING gist (grid_id WITH =, role WITH =, valid WITH &&),
    CONSTRAINT grid_assignment_a_is_not_b EXCLUDE USING gist (grid_id WITH =, worker_id WITH =, valid WITH &&) WHERE (role IN ('a','b'))
);
CREATE INDEX grid_assignment_worker ON grid_assignment (worker_id, grid_id);

CREATE TABLE grid_leave (
    id        bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    worker_id bigint NOT NULL REFERENCES grid_worker (id),
    valid     daterange NOT NULL CHECK (isempty(valid) OR NOT lower_inf(valid) AND NOT upper_inf(valid) AND isfinite(lower(valid)) AND isfinite(upper(valid))),
    kind      text NOT NULL CHECK (kind IN ('annual','sick','personal','training','other')),
    CONSTRAINT grid_leave_one EXCLUDE USING gist (worker_id WITH =, valid WITH &&)
);

CREATE TABLE grid_handover (
    id           bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    grid_id      bigint NOT NULL REFERENCES grid (id),
    role         text NOT NULL CHECK (role IN ('a','b')),
    giver_id     bigint REFERENCES grid_worker (id),
    receiver_id  bigint NOT NULL REFERENCES grid_worker (id),
    planned      date NOT NULL CHECK (isfinite(planned)),
    state        text NOT NULL CHECK (state IN ('drawn','given','signed','forced','called_off')),
    reason       text NOT NULL DEFAULT '' CHECK (char_length(reason) <= 200),
    given_at     timestamptz,
    given_by     bigint REFERENCES account (id),
    received_at  timestamptz,
    received_by  bigint REFERENCES account (id),
    closed_at    timestamptz,
    effective    date,
    close_reason text NOT NULL DEFAULT '' CHECK (char_length(close_reason) <= 200),
    version      int NOT NULL DEFAULT 1,
    made_at      timestamptz NOT NULL,
    CHECK (giver_id IS NULL OR giver_id <> receiver_id),
    CONSTRAINT grid_handover_signed_by_both CHECK (state <> 'signed' OR received_at IS NOT NULL AND (giver_id IS NULL OR given_at IS NOT NULL) AND effective IS NOT NULL),
    CONSTRAINT grid_handover_forced_says_why CHECK (state NOT IN ('forced','called_off') OR close_reason <> ''),
    CONSTRAINT grid_handover_closed_at CHECK ((state IN ('signed','forced','called_off')) = (closed_at IS NOT NULL))
);
CREATE UNIQUE INDEX grid_handover_one_open ON grid_handover (grid_id, role) WHERE state IN ('drawn','given');
CREATE INDEX grid_handover_grid ON grid_handover (grid_id, id);
CREATE INDEX grid_handover_giver ON grid_handover (giver_id, id);
CREATE INDEX grid_handover_receiver ON grid_handover (receiver_id, id);
ALTER TABLE grid_assignment ADD FOREIGN KEY (handover_id) REFERENCES grid_handover (id);

CREATE TABLE grid_handover_entry (
    id          bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    handover_id bigint NOT NULL REFERENCES grid_handover (id),
    kind        text NOT NULL CHECK (kind IN ('task','key','note')),
    words       text NOT NULL CHECK (char_length(words) BETWEEN 1 AND 200),
    read_at     timestamptz
);
CREATE INDEX grid_handover_entry_of ON grid_handover_entry (handover_id, id);

-- The 1+2+N team of a grid as a list of posts.
CREATE TABLE grid_team_post (
    id      bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    grid_id bigint NOT NULL REFERENCES grid (id),
    part    text NOT NULL CHECK (part IN ('lead','backbone','helper')),
    post    text NOT NULL CHECK (char_length(post) BETWEEN 2 AND 40),
    unit    text NOT NULL CHECK (char_length(unit) BETWEEN 2 AND 60),
    phone   text NOT NULL DEFAULT '' CHECK (phone ~ '^[0-9-]{0,20}$'),
    valid   daterange NOT NULL
);
CREATE INDEX grid_team_post_grid ON grid_team_post (grid_id, id);

-- The two invariants, looked at when the transaction commits. Each takes the row's lock first, so that two
-- transactions that would each be right alone cannot both pass.

-- +goose StatementBegin
CREATE FUNCTION grid_days(g bigint) RETURNS datemultirange LANGUAGE sql STABLE AS
$$ SELECT COALESCE(range_agg(valid), '{}'::datemultirange) FROM grid_version WHERE grid_id = g $$;
-- +goose StatementEnd

-- +goose StatementBegin
CREATE FUNCTION building_is_in_one_grid(b bigint) RETURNS void LANGUAGE plpgsql AS $$
DECLARE life datemultirange; placed datemultirange;
BEGIN
    SELECT datemultirange(valid) INTO life FROM building WHERE id = b FOR NO KEY UPDATE;
    SELECT COALESCE(range_agg(valid), '{}') INTO placed FROM grid_building WHERE building_id = b;
    IF placed <> life THEN
        RAISE EXCEPTION 'building % lies in a grid on % and stands on %', b, placed, life
            USING ERRCODE = 'check_violation', CONSTRAINT = 'building_in_one_grid';
    END IF;
END $$;
-- +goose StatementEnd

-- +goose StatementBegin
CREATE FUNCTION grid_holds_on_its_days(g bigint) RETURNS void LANGUAGE plpgsql AS $$
DECLARE days datemultirange; k text; held datemultirange; r text;
BEGIN
    SELECT kind INTO k FROM grid WHERE id = g FOR NO KEY UPDATE;
    days := grid_days(g);
    IF EXISTS (SELECT FROM grid_building WHERE (grid_id = g OR micro_id = g) AND NOT isempty(valid) AND NOT days @> valid)
       OR EXISTS (SELECT FROM grid_address WHERE grid_id = g AND NOT isempty(valid) AND NOT days @> valid) THEN
        RAISE EXCEPTION 'a building or an address lies in grid % on a day on which it is not', g
            USING ERRCODE = 'check_violation', CONSTRAINT = 'grid_is_there_for_its_buildings';
    END IF;
    IF EXISTS (SELECT FROM grid_building p JOIN grid m ON m.id = p.micro_id
               WHERE (p.grid_id = g OR p.micro_id = g) AND NOT isempty(p.valid) AND m.parent_id IS DISTINCT FROM p.grid_id)
       OR k = 'micro_grid' AND EXISTS (SELECT FROM grid_building WHERE grid_id = g) THEN
        RAISE EXCEPTION 'a micro-grid only subdivides its own grid (%)', g
            USING ERRCODE = 'check_violation', CONSTRAINT = 'micro_grid_only_subdivides';
    END IF;
    IF k = 'micro_grid' THEN
        RETURN;
    END IF;
    FOREACH r IN ARRAY ARRAY['a','b'] LOOP
        SELECT COALESCE(range_agg(valid), '{}') INTO held FROM grid_assignment WHERE grid_id = g AND role = r;
        IF held <> days THEN
            RAISE EXCEPTION 'post % of grid % is kept on %, the grid stands on %', r, g, held, days
                USING ERRCODE = 'check_violation', CONSTRAINT = 'grid_post_without_gap';
        END IF;
    END LOOP;
    IF EXISTS (SELECT FROM grid_assignment WHERE grid_id = g AND role = 'lead' AND NOT isempty(valid) AND NOT days @> valid) THEN
        RAISE EXCEPTION 'grid % has a lead on a day on which it is not', g
            USING ERRCODE = 'check_violation', CONSTRAINT = 'grid_post_without_gap';
    END IF;
END $$;
-- +goose StatementEnd

-- +goose StatementBegin
CREATE FUNCTION grid_look_at_building() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM building_is_in_one_grid(NEW.id);
    RETURN NULL;
END $$;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE FUNCTION grid_look_at_placement() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE p grid_building;
BEGIN
    IF TG_OP <> 'INSERT' AND (TG_OP = 'DELETE' OR OLD.building_id <> NEW.building_id) THEN
        PERFORM building_is_in_one_grid(OLD.building_id);
    END IF;
    IF TG_OP = 'DELETE' THEN
        RETURN NULL;
    END IF;
    PERFORM building_is_in_one_grid(NEW.building_id);
    -- The row as it is by now, and its grid locked: a change of the grid's days looks at all of its rows itself.
    SELECT * INTO p FROM grid_building WHERE id = NEW.id;
    IF p.id IS NULL OR isempty(p.valid) THEN
        RETURN NULL;
    END IF;
    PERFORM FROM grid WHERE id IN (p.grid_id, p.micro_id) ORDER BY id FOR NO KEY UPDATE;
    IF EXISTS (SELECT FROM grid WHERE id = p.grid_id AND kind = 'micro_grid')
       OR p.micro_id IS NOT NULL AND NOT EXISTS (SELECT FROM grid m WHERE m.id = p.micro_id AND m.parent_id = p.grid_id) THEN
        RAISE EXCEPTION 'a micro-grid only subdivides its own grid (%)', p.grid_id
            USING ERRCODE = 'check_violation', CONSTRAINT = 'micro_grid_only_subdivides';
    END IF;
    IF NOT grid_days(p.grid_id) @> p.valid OR p.micro_id IS NOT NULL AND NOT grid_days(p.micro_id) @> p.valid THEN
        RAISE EXCEPTION 'a building or an address lies in grid % on a day on which it is not', p.grid_id
            USING ERRCODE = 'check_violation', CONSTRAINT = 'grid_is_there_for_its_buildings';
    END IF;
    RETURN NULL;
END $$;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE FUNCTION grid_look_at_grid() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' THEN
        PERFORM grid_holds_on_its_days(OLD.grid_id);
    ELSE
        PERFORM grid_holds_on_its_days(NEW.grid_id);
        IF TG_OP = 'UPDATE' AND OLD.grid_id <> NEW.grid_id THEN
            PERFORM grid_holds_on_its_days(OLD.grid_id);
        END IF;
    END IF;
    RETURN NULL;
END $$;
-- +goose StatementEnd

CREATE CONSTRAINT TRIGGER building_placed AFTER INSERT OR UPDATE ON building DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION grid_look_at_building();
CREATE CONSTRAINT TRIGGER grid_building_placed AFTER INSERT OR UPDATE OR DELETE ON grid_building DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION grid_look_at_placement();
CREATE CONSTRAINT TRIGGER grid_address_placed AFTER INSERT OR UPDATE ON grid_address DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION grid_look_at_grid();
CREATE CONSTRAINT TRIGGER grid_version_kept AFTER INSERT OR UPDATE OR DELETE ON grid_version DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION grid_look_at_grid();
CREATE CONSTRAINT TRIGGER grid_assignment_kept AFTER INSERT OR UPDATE OR DELETE ON grid_assignment DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION grid_look_at_grid();

-- Codes are never reused and history is never rewritten: nothing of it is deleted.
-- +goose StatementBegin
CREATE FUNCTION grid_is_never_deleted() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% is never deleted', TG_TABLE_NAME;
END $$;
-- +goose StatementEnd
CREATE TRIGGER grid_kept BEFORE DELETE OR TRUNCATE ON grid FOR EACH STATEMENT EXECUTE FUNCTION grid_is_never_deleted();
CREATE TRIGGER grid_version_no_delete BEFORE DELETE OR TRUNCATE ON grid_version FOR EACH STATEMENT EXECUTE FUNCTION grid_is_never_deleted();
CREATE TRIGGER grid_assignment_no_delete BEFORE DELETE OR TRUNCATE ON grid_assignment FOR EACH STATEMENT EXECUTE FUNCTION grid_is_never_deleted();
CREATE TRIGGER grid_building_no_delete BEFORE DELETE OR TRUNCATE ON grid_building FOR EACH STATEMENT EXECUTE FUNCTION grid_is_never_deleted();

-- +goose Down
DROP TABLE grid_team_post, grid_handover_entry, grid_assignment, grid_handover, grid_leave, grid_worker, grid_address, grid_building, grid_lineage, grid_version, grid, address, building;
DROP FUNCTION grid_look_at_grid, grid_look_at_placement, grid_look_at_building, grid_holds_on_its_days, building_is_in_one_grid, grid_days, grid_is_never_deleted;
