-- +goose Up
-- place: divisions, communities, units
CREATE TABLE division (
    code        text PRIMARY KEY CHECK (code ~ '^[0-9]{6}([0-9]{3}){0,3}([0-9]{2})?$'),
    level       text NOT NULL CHECK (level IN ('nation','province','city','district','street','community','grid','special_grid','micro_grid')),
    name        text NOT NULL CHECK (char_length(name) BETWEEN 1 AND 60),
    parent_code text NOT NULL DEFAULT '',
    standard    text NOT NULL DEFAULT '',
    status      text NOT NULL DEFAULT 'current' CHECK (status IN ('current','special','retired','fictional')),
    fictional   boolean NOT NULL DEFAULT false,
    flag        text NOT NULL DEFAULT '',
    source      text NOT NULL DEFAULT '',
    pinyin      text NOT NULL DEFAULT '',
    initials    text NOT NULL DEFAULT '',
    valid       daterange NOT NULL DEFAULT daterange('2020-01-01', NULL)
);
CREATE INDEX division_parent ON division (parent_code, code);

CREATE TABLE community (
    code           text PRIMARY KEY REFERENCES division (code),
    households     int NOT NULL CHECK (households >= 0),
    workers        int NOT NULL CHECK (workers >= 0),
    capacity_hours numeric(8,1) NOT NULL CHECK (capacity_hours >= 0),
    address        text NOT NULL DEFAULT '',
    duty_phone     text NOT NULL DEFAULT ''
);

CREATE TABLE unit (
    id             bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    name           text NOT NULL CONSTRAINT unit_name_key UNIQUE CHECK (char_length(name) BETWEEN 2 AND 60),
    unit_type      text NOT NULL DEFAULT '',
    requester_kind text NOT NULL CHECK (requester_kind IN
                     ('district_government','district_department','street_office','street_section','court_or_group','residents_committee','unit_by_law')),
    division_code  text NOT NULL DEFAULT '',
    is_group       boolean NOT NULL DEFAULT false,
    active         boolean NOT NULL DEFAULT true,
    role_label     text NOT NULL DEFAULT '',
    programmes     text[] NOT NULL DEFAULT '{}',
    works          text[] NOT NULL DEFAULT '{}',
    source         text NOT NULL DEFAULT '',
    synthetic      boolean NOT NULL DEFAULT false,
    assigned_fields text NOT NULL DEFAULT ''
);
-- The same unit written otherwise (E2).
CREATE TABLE unit_alias (
    alias   text PRIMARY KEY,
    unit_id bigint NOT NULL REFERENCES unit (id),
    source  text NOT NULL DEFAULT ''
);

-- policy: thresholds with basis and dates, calendar, deadlines
CREATE TABLE policy_setting (
    id           bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    key          text NOT NULL,
    value        text NOT NULL,
    basis        text NOT NULL,
    valid        daterange NOT NULL,
    proposed_by  bigint,
    confirmed_by bigint,
    confirmed_at timestamptz,
    CHECK (proposed_by IS NULL OR confirmed_by IS NULL OR proposed_by <> confirmed_by),
    CONSTRAINT policy_setting_one_value EXCLUDE USING gist (key WITH =, valid WITH &&) WHERE (confirmed_at IS NOT NULL)
);
CREATE TABLE calendar_year (
    year        int PRIMARY KEY,
    version     text NOT NULL,
    source      text NOT NULL,
    imported_at timestamptz NOT NULL
);
CREATE TABLE calendar_day (
    day  date PRIMARY KEY CHECK (isfinite(day)),
    year int NOT NULL REFERENCES calendar_year (year) ON DELETE CASCADE,
    kind text NOT NULL CHECK (kind IN ('holiday','makeup')),
    name text NOT NULL
);
CREATE TABLE deadline (
    id               bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    kind             text NOT NULL,
    object_kind      text NOT NULL,
    object_id        bigint NOT NULL,
    started_on       date NOT NULL CHECK (isfinite(started_on)),
    days             int NOT NULL CHECK (days > 0),
    unit             text NOT NULL CHECK (unit IN ('workday','day')),
    due_on           date NOT NULL CHECK (isfinite(due_on)),
    not_before       boolean NOT NULL DEFAULT false,
    calendar_version text NOT NULL,
    basis            text NOT NULL,
    stopped_on       date,
    CONSTRAINT deadline_one_open UNIQUE NULLS NOT DISTINCT (object_kind, object_id, kind, stopped_on)
);
CREATE INDEX deadline_waiting ON deadline (due_on) WHERE stopped_on IS NULL;
CREATE TABLE deadline_pause (
    deadline_id bigint NOT NULL REFERENCES deadline (id),
    from_on     date NOT NULL,
    to_on       date,
    PRIMARY KEY (deadline_id, from_on),
    CHECK (to_on IS NULL OR to_on >= from_on)
);

-- legal: documents by version, articles, changes, duty kinds, local clauses
CREATE TABLE legal_document (
    id                   bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    doc_key              text NOT NULL CHECK (doc_key ~ '^[a-z0-9][a-z0-9-]{1,99}$'),
    title                text NOT NULL,
    short_title          text NOT NULL,
    kind                 text NOT NULL,
    issuer               text NOT NULL DEFAULT '',
    version_date         date,
    effective_from       date,
    effective_to         date,
    status               text NOT NULL CHECK (status IN ('in_force','superseded','repealed','unknown')),
    jurisdiction         text NOT NULL,
    verified             boolean NOT NULL,
    source               text NOT NULL DEFAULT '',
    synthetic            boolean NOT NULL DEFAULT false,
    status_as_of         date,
    effective_from_basis text NOT NULL DEFAULT '',
    article_count        int,
    note                 text NOT NULL DEFAULT '',
    CONSTRAINT legal_document_version UNIQUE NULLS NOT DISTINCT (doc_key, version_date),
    CHECK (effective_to IS NULL OR effective_from IS NULL OR effective_to >= effective_from)
);
CREATE TABLE legal_article (
    id            bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    document_id   bigint NOT NULL REFERENCES legal_document (id),
    article_no    text NOT NULL,
    article_label text NOT NULL,
    text          text NOT NULL,
    source        text NOT NULL DEFAULT '',
    synthetic     boolean NOT NULL DEFAULT false,
    CONSTRAINT legal_article_no UNIQUE (document_id, article_no)
);
CREATE TABLE legal_change (
    id              bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    change_kind     text NOT NULL,
    relation        text NOT NULL,
    law             text NOT NULL,
    doc_key         text NOT NULL,
    old_version     text NOT NULL DEFAULT '',
    old_article     text NOT NULL DEFAULT '',
    old_article_nos text NOT NULL DEFAULT '',
    new_doc_key     text NOT NULL DEFAULT '',
    new_version     text NOT NULL DEFAULT '',
    new_article     text NOT NULL DEFAULT '',
    new_article_nos text NOT NULL DEFAULT '',
    changed_on      text NOT NULL DEFAULT '',
    summary         text NOT NULL DEFAULT '',
    source          text NOT NULL DEFAULT '',
    verified        boolean NOT NULL,
    synthetic       boolean NOT NULL DEFAULT false,
    CONSTRAINT legal_change_key UNIQUE (doc_key, old_version, old_article_nos, new_doc_key, new_version, new_article_nos, change_kind)
);
-- What a cited article does to the residents' committee (this project's reading, marked as such).
CREATE TABLE legal_duty (
    doc_key      text NOT NULL,
    version_date date,
    article_no   text NOT NULL,
    duty         text NOT NULL CHECK (duty IN ('must','encourage','catch_all','power')),
    note         text NOT NULL DEFAULT '本项目判断',
    CONSTRAINT legal_duty_key UNIQUE NULLS NOT DISTINCT (doc_key, version_date, article_no)
);
-- Clauses of this place that give a right to turn work away: regulations (step 3) and adopted policies (step 4).
CREATE TABLE local_clause (
    id            bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    ground        text NOT NULL CHECK (ground IN ('local_regulation','policy')),
    title         text NOT NULL,
    doc_no        text NOT NULL DEFAULT '',
    doc_key       text NOT NULL DEFAULT '',
    version_date  date,
    article_no    text NOT NULL DEFAULT '',
    article_label text NOT NULL DEFAULT '',
    words         text NOT NULL,
    gives_refusal boolean NOT NULL,
    condition     text NOT NULL CHECK (condition IN ('not_listed','no_consent','unapproved','unfunded')),
    divisions     text[] NOT NULL,
    valid         daterange NOT NULL,
    status        text NOT NULL CHECK (status IN ('in_force','unverified','repealed')),
    confirmed_by  bigint,
    confirmed_on  date,
    CHECK ((confirmed_by IS NULL) = (confirmed_on IS NULL))
);

-- +goose Down
DROP TABLE local_clause, legal_duty, legal_change, legal_article, legal_document, deadline_pause, deadline, calendar_day,
    calendar_year, policy_setting, unit_alias, unit, community, division;
