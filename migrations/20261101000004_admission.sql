-- +goose Up
CREATE TABLE list_version (
    id             bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    title          text NOT NULL,
    doc_no         text NOT NULL DEFAULT '',
    effective_from date NOT NULL CHECK (isfinite(effective_from)),
    note           text NOT NULL DEFAULT '',
    published_at   timestamptz NOT NULL
);

-- One table of entries with a kind (domain/admission.md §2): a published row or an approved application.
CREATE TABLE admission_item (
    id             bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    code           text NOT NULL CONSTRAINT admission_item_code_key UNIQUE CHECK (code ~ '^[A-Za-z0-9][A-Za-z0-9-]{1,29}$'),
    list_kind      text NOT NULL CHECK (list_kind IN ('self_governance','assist_government','street_basic','street_cooperate',
                     'recalled_by_upper','certificate_forbidden','certificate_allowed','ledger_kept','signboard_allowed',
                     'assessment_abolished','grid_task','inspection','system','entrusted')),
    application_id bigint,
    number         text NOT NULL DEFAULT ''
);
CREATE INDEX admission_item_kind ON admission_item (list_kind, code);

CREATE TABLE admission_item_version (
    id                     bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    item_id                bigint NOT NULL REFERENCES admission_item (id),
    valid                  daterange NOT NULL,
    list_version_id        bigint REFERENCES list_version (id),
    title                  text NOT NULL CHECK (char_length(title) BETWEEN 1 AND 200),
    title_key              text NOT NULL,
    category               text NOT NULL DEFAULT '',
    lead_department        text NOT NULL DEFAULT '',
    lead_unit_id           bigint REFERENCES unit (id),
    legal_basis            text NOT NULL DEFAULT '',
    period                 text NOT NULL DEFAULT '',
    frequency              text NOT NULL DEFAULT '',
    source                 text NOT NULL DEFAULT '',
    synthetic              boolean NOT NULL DEFAULT false,
    legal_text             text NOT NULL DEFAULT '',
    assigned_fields        text NOT NULL DEFAULT '',
    note                   text NOT NULL DEFAULT '',
    basis_doc_key          text NOT NULL DEFAULT '',
    basis_version_date     date,
    basis_article_no       text NOT NULL DEFAULT '',
    basis_status           text NOT NULL DEFAULT '' CHECK (basis_status IN ('','in_force','renumbered','superseded','repealed','unverified')),
    successor_doc_key      text NOT NULL DEFAULT '',
    successor_version_date date,
    successor_article_nos  text NOT NULL DEFAULT '',
    -- open warnings on a stored row: foreign (外地参考), catch_all, basis_doubtful, basis_missing, article_missing, programme_role …
    flags                  text[] NOT NULL DEFAULT '{}',
    standing               text NOT NULL DEFAULT 'listed' CHECK (standing IN ('listed','reference','needs_review','suspended')),
    role                   text NOT NULL DEFAULT '' CHECK (role IN ('','primary','assist','cooperate')),
    assist_modes           text[] NOT NULL DEFAULT '{}',
    requester              text NOT NULL DEFAULT '',
    payer                  text NOT NULL DEFAULT '',
    hours_per_occurrence   numeric(8,2),
    occurrences_per_year   numeric(8,2),
    CONSTRAINT admission_item_version_one EXCLUDE USING gist (item_id WITH =, valid WITH &&),
    CONSTRAINT admission_item_assist_never_primary CHECK (NOT (role = 'primary' AND assist_modes <> '{}'))
);
CREATE INDEX admission_item_version_item ON admission_item_version (item_id, id);
CREATE INDEX admission_item_version_basis ON admission_item_version (basis_doc_key, basis_article_no);
CREATE INDEX admission_item_version_words ON admission_item_version USING gin (search_bigrams(title_key)) WITH (fastupdate = off);

-- Where a version holds: the street's code covers every community; an approved item has a row for each community,
-- and no `valid` until that community has confirmed the mandatory conditions (R18, E10).
CREATE TABLE admission_item_scope (
    version_id bigint NOT NULL REFERENCES admission_item_version (id),
    division   text NOT NULL,
    valid      daterange,
    PRIMARY KEY (version_id, division)
);
CREATE INDEX admission_item_scope_division ON admission_item_scope (division, version_id);

CREATE TABLE negative_entry (
    id              bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    code            text NOT NULL CONSTRAINT negative_entry_code_key UNIQUE,
    kind            text NOT NULL,
    phrase          text NOT NULL CHECK (char_length(phrase) BETWEEN 2 AND 60),
    phrase_key      text NOT NULL,
    match_mode      text NOT NULL,
    description     text NOT NULL,
    source          text NOT NULL DEFAULT '',
    synthetic       boolean NOT NULL DEFAULT false,
    assigned_fields text NOT NULL DEFAULT '',
    valid           daterange NOT NULL
);

CREATE TABLE programme_work (
    id                bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    section_no        text NOT NULL,
    section           text NOT NULL,
    work_no           text NOT NULL,
    work              text NOT NULL,
    lead_label        text NOT NULL DEFAULT '',
    lead_departments  text NOT NULL DEFAULT '',
    responsible_units text NOT NULL DEFAULT '',
    lead_unit_ids     bigint[] NOT NULL DEFAULT '{}',
    goal              text NOT NULL DEFAULT '',
    source            text NOT NULL DEFAULT '',
    synthetic         boolean NOT NULL DEFAULT false,
    flagged           boolean NOT NULL DEFAULT false,
    flag_reason       text NOT NULL DEFAULT '',
    proposed_role     text NOT NULL DEFAULT '',
    proposed_modes    text[] NOT NULL DEFAULT '{}',
    CONSTRAINT programme_work_key UNIQUE (section_no, work_no)
);

-- What the street already holds (R30), and the forms that communities fill today.
CREATE TABLE held_field (
    id       bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    name     text NOT NULL,
    name_key text NOT NULL CONSTRAINT held_field_name_key UNIQUE,
    holder   text NOT NULL,
    as_of    date NOT NULL
);
CREATE TABLE report_form (
    id        bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    name      text NOT NULL,
    unit_id   bigint NOT NULL REFERENCES unit (id),
    item_code text NOT NULL DEFAULT '',
    frequency text NOT NULL,
    fields    text[] NOT NULL
);

CREATE TABLE application (
    id                   bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    year                 int,
    seq                  int,
    admitted_year        int,
    admitted_seq         int,
    unit_id              bigint NOT NULL REFERENCES unit (id),
    account_id           bigint NOT NULL REFERENCES account (id),
    state                text NOT NULL CHECK (state IN ('draft','submitted','accepted','street_review','returned','lapsed',
                           'not_accepted','approved','approved_with_conditions','rejected','withdrawn')),
    version              int NOT NULL DEFAULT 1,
    round                int NOT NULL DEFAULT 0,
    title                text NOT NULL DEFAULT '' CHECK (char_length(title) <= 60),
    title_key            text NOT NULL DEFAULT '',
    item_form            text NOT NULL DEFAULT '',
    list_kind            text NOT NULL DEFAULT '',
    role                 text NOT NULL DEFAULT '' CHECK (role IN ('','primary','assist','cooperate')),
    assist_modes         text[] NOT NULL DEFAULT '{}',
    lead_unit_id         bigint REFERENCES unit (id),
    reason               text NOT NULL DEFAULT '' CHECK (char_length(reason) <= 1000),
    content              text NOT NULL DEFAULT '' CHECK (char_length(content) <= 2000),
    authority            text NOT NULL DEFAULT '' CHECK (char_length(authority) <= 500),
    communities          text[] NOT NULL DEFAULT '{}',
    scope_reason         text NOT NULL DEFAULT '' CHECK (char_length(scope_reason) <= 500),
    term                 text NOT NULL DEFAULT '' CHECK (term IN ('','long_term','phased','temporary','emergency')),
    start_on             date CHECK (start_on IS NULL OR isfinite(start_on)),
    end_on               date CHECK (end_on IS NULL OR isfinite(end_on)),
    early_reason         text NOT NULL DEFAULT '' CHECK (char_length(early_reason) <= 500),
    occurrences          numeric(8,2),
    occurrence_unit      text NOT NULL DEFAULT '' CHECK (occurrence_unit IN ('','once','week','month','quarter','year')),
    hours_per_occurrence numeric(8,2),
    people_needed        int,
    flags                text[] NOT NULL DEFAULT '{}',
    flag_notes           text NOT NULL DEFAULT '' CHECK (char_length(flag_notes) <= 500),
    funds_fen            bigint CHECK (funds_fen >= 0),
    funds_payer_id       bigint REFERENCES unit (id),
    funds_source         text NOT NULL DEFAULT '' CHECK (char_length(funds_source) <= 100),
    funds_rule           text NOT NULL DEFAULT '' CHECK (funds_rule IN ('','yearly','by_workload','once')),
    funds_pay_on         date CHECK (funds_pay_on IS NULL OR isfinite(funds_pay_on)),
    funds_reason         text NOT NULL DEFAULT '' CHECK (char_length(funds_reason) <= 500),
    support              text NOT NULL DEFAULT '' CHECK (char_length(support) <= 500),
    form_name            text NOT NULL DEFAULT '' CHECK (char_length(form_name) <= 60),
    form_frequency       text NOT NULL DEFAULT '' CHECK (form_frequency IN ('','once','week','month','quarter','year')),
    form_fields          text[] NOT NULL DEFAULT '{}',
    personal_info        text NOT NULL DEFAULT '' CHECK (char_length(personal_info) <= 500),
    personal_purpose     text NOT NULL DEFAULT '' CHECK (char_length(personal_purpose) <= 500),
    personal_keep        text NOT NULL DEFAULT '' CHECK (char_length(personal_keep) <= 100),
    contact_name         text NOT NULL DEFAULT '' CHECK (char_length(contact_name) <= 30),
    contact_phone        text NOT NULL DEFAULT '' CHECK (char_length(contact_phone) <= 30),
    steps_done           int[] NOT NULL DEFAULT '{}',
    created_at           timestamptz NOT NULL,
    saved_at             timestamptz NOT NULL,
    submitted_at         timestamptz,
    accepted_at          timestamptz,
    decided_at           timestamptz,
    decided_by           bigint REFERENCES account (id),
    opinion              text NOT NULL DEFAULT '' CHECK (char_length(opinion) <= 500),
    due_on               date,
    -- a copy of the five results for lists: 负 重 费 量 期, each p(ass) e(xplain) f(ail)
    checks               text NOT NULL DEFAULT '',
    first_failing        text NOT NULL DEFAULT '',
    hours_total          numeric(10,2),
    CONSTRAINT application_number UNIQUE (year, seq),
    CONSTRAINT application_admitted_number UNIQUE (admitted_year, admitted_seq),
    CONSTRAINT application_end_after_start CHECK (end_on IS NULL OR start_on IS NULL OR end_on >= start_on),
    CONSTRAINT application_assist_never_primary CHECK (NOT (list_kind = 'assist_government' AND role = 'primary')),
    CONSTRAINT application_decided CHECK ((state IN ('approved','approved_with_conditions','rejected')) = (decided_at IS NOT NULL)),
    CONSTRAINT application_numbered CHECK (state = 'draft' OR year IS NOT NULL OR state = 'withdrawn'),
    CONSTRAINT application_admitted CHECK ((admitted_seq IS NOT NULL) = (state IN ('approved','approved_with_conditions')))
);
CREATE INDEX application_due ON application (state, due_on, id);
CREATE INDEX application_recent ON application (submitted_at DESC, id DESC);
CREATE INDEX application_unit ON application (unit_id, id DESC);
CREATE INDEX application_communities ON application USING gin (communities);
CREATE INDEX application_words ON application USING gin (search_bigrams(title_key)) WITH (fastupdate = off);

CREATE TABLE application_basis (
    application_id bigint NOT NULL REFERENCES application (id),
    position       int NOT NULL,
    doc_key        text NOT NULL,
    version_date   date,
    article_no     text NOT NULL DEFAULT '',
    citation       text NOT NULL DEFAULT '' CHECK (char_length(citation) <= 200),
    quote          text NOT NULL DEFAULT '' CHECK (char_length(quote) <= 1000),
    PRIMARY KEY (application_id, position)
);

-- Results of the five checks per round of submission; an override keeps what was found.
CREATE TABLE application_check (
    id              bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    application_id  bigint NOT NULL REFERENCES application (id),
    round           int NOT NULL,
    kind            text NOT NULL CHECK (kind IN ('negative','duplicate','funds','load','ahead')),
    result          text NOT NULL CHECK (result IN ('pass','explain','fail')),
    headline        text NOT NULL,
    finding         text NOT NULL,
    evidence        jsonb NOT NULL DEFAULT '{}',
    points          text[] NOT NULL DEFAULT '{}',
    at              timestamptz NOT NULL,
    override_result text CHECK (override_result IN ('pass','explain')),
    override_by     bigint REFERENCES account (id),
    override_reason text,
    override_at     timestamptz,
    CONSTRAINT application_check_once UNIQUE (application_id, round, kind),
    CHECK ((override_result IS NULL) = (override_by IS NULL)),
    CHECK ((override_result IS NULL) = (override_reason IS NULL))
);

CREATE TABLE application_return (
    id             bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    application_id bigint NOT NULL REFERENCES application (id),
    round          int NOT NULL,
    points         text[] NOT NULL,
    opinion        text NOT NULL,
    by_account     bigint NOT NULL REFERENCES account (id),
    at             timestamptz NOT NULL,
    resubmitted_at timestamptz
);
CREATE INDEX application_return_of ON application_return (application_id, id);

CREATE TABLE application_condition (
    id             bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    application_id bigint NOT NULL REFERENCES application (id),
    division       text NOT NULL,
    position       int NOT NULL,
    words          text NOT NULL CHECK (char_length(words) BETWEEN 2 AND 200),
    mandatory      boolean NOT NULL DEFAULT true,
    confirmed_at   timestamptz,
    confirmed_by   bigint REFERENCES account (id),
    CONSTRAINT application_condition_once UNIQUE (application_id, division, position),
    CHECK ((confirmed_at IS NULL) = (confirmed_by IS NULL))
);
CREATE INDEX application_condition_waiting ON application_condition (division) WHERE confirmed_at IS NULL;

CREATE TABLE blob (
    sha256     text PRIMARY KEY CHECK (sha256 ~ '^[0-9a-f]{64}$'),
    size       bigint NOT NULL,
    media_type text NOT NULL,
    created_at timestamptz NOT NULL
);
CREATE TABLE application_attachment (
    id             bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    application_id bigint NOT NULL REFERENCES application (id),
    code           text NOT NULL CONSTRAINT application_attachment_code_key UNIQUE,
    name           text NOT NULL CHECK (char_length(name) BETWEEN 1 AND 100),
    sha256         text NOT NULL REFERENCES blob (sha256),
    at             timestamptz NOT NULL,
    removed_at     timestamptz
);
CREATE INDEX application_attachment_of ON application_attachment (application_id);

-- 清单外任务: work asked for outside the list (R21).
CREATE TABLE offlist_task (
    id              bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    year            int NOT NULL,
    seq             int NOT NULL,
    community       text NOT NULL REFERENCES community (code),
    requester_id    bigint REFERENCES unit (id),
    requester_words text NOT NULL DEFAULT '' CHECK (char_length(requester_words) <= 60),
    requester_kind  text NOT NULL,
    title           text NOT NULL CHECK (char_length(title) BETWEEN 2 AND 60),
    title_key       text NOT NULL,
    words           text NOT NULL DEFAULT '' CHECK (char_length(words) <= 1000),
    channel         text NOT NULL CHECK (channel IN ('oral','phone','chat_group','email','document','meeting','system')),
    asked_on        date NOT NULL CHECK (isfinite(asked_on)),
    asked_time      text NOT NULL DEFAULT '',
    demands_primary boolean NOT NULL DEFAULT false,
    payer_named     boolean NOT NULL DEFAULT false,
    basis_doc_key   text NOT NULL DEFAULT '',
    basis_article   text NOT NULL DEFAULT '',
    basis_words     text NOT NULL DEFAULT '' CHECK (char_length(basis_words) <= 200),
    consent_given   boolean NOT NULL DEFAULT false,
    item_code       text NOT NULL DEFAULT '',
    state           text NOT NULL CHECK (state IN ('logged','answered','taken_on')),
    outcome         text NOT NULL CHECK (outcome IN ('must_do','may_refuse_local_regulation','may_refuse_policy','return_to_street','listed')),
    judged          jsonb NOT NULL,
    logged_by       bigint NOT NULL REFERENCES account (id),
    logged_at       timestamptz NOT NULL,
    version         int NOT NULL DEFAULT 1,
    CONSTRAINT offlist_task_number UNIQUE (year, seq)
);
CREATE INDEX offlist_task_community ON offlist_task (community, state, id DESC);
CREATE INDEX offlist_task_recent ON offlist_task (id DESC, state);

-- The protected act (R22): refusal, return to the street, or the claim for funds and conditions.
CREATE TABLE refusal (
    id          bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    task_id     bigint NOT NULL CONSTRAINT refusal_once UNIQUE REFERENCES offlist_task (id),
    kind        text NOT NULL CHECK (kind IN ('refuse','return','claim')),
    year        int NOT NULL,
    seq         int NOT NULL,
    outcome     text NOT NULL,
    reason_code text NOT NULL CHECK (reason_code IN ('not_admitted','out_of_scope','out_of_period','no_funds','basis_mismatch','negative_list','wrong_primary')),
    reason      text NOT NULL CHECK (char_length(reason) BETWEEN 2 AND 500),
    letter      jsonb NOT NULL,
    held        boolean NOT NULL DEFAULT false,
    held_clause bigint REFERENCES local_clause (id),
    unit_id     bigint REFERENCES unit (id),
    community   text NOT NULL REFERENCES community (code),
    issued_by   bigint NOT NULL REFERENCES account (id),
    issued_at   timestamptz NOT NULL,
    state       text NOT NULL CHECK (state IN ('held','issued','answered','closed')),
    answer      text CHECK (answer IN ('apply','withdraw','appeal','silent')),
    answer_words text NOT NULL DEFAULT '' CHECK (char_length(answer_words) <= 500),
    answered_by bigint REFERENCES account (id),
    answered_at timestamptz,
    due_on      date,
    version     int NOT NULL DEFAULT 1,
    CONSTRAINT refusal_number UNIQUE (kind, year, seq),
    CHECK ((answer IS NULL) = (answered_at IS NULL))
);
CREATE INDEX refusal_unit ON refusal (unit_id, state, id DESC);
CREATE INDEX refusal_repeat ON refusal (unit_id, community, reason_code, issued_at);

-- +goose Down
DROP TABLE refusal, offlist_task, application_attachment, blob, application_condition, application_return, application_check,
    application_basis, application, report_form, held_field, programme_work, negative_entry, admission_item_scope,
    admission_item_version, admission_item, list_version;
