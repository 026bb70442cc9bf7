-- +goose Up
-- request: categories of the street, editable; the numbers and names come from the demo's list.
CREATE TABLE request_category (
    code           text PRIMARY KEY CHECK (code ~ '^[0-9]{2}([0-9]{2})?$'),
    parent_code    text REFERENCES request_category (code),
    name           text NOT NULL CHECK (char_length(name) BETWEEN 2 AND 40),
    departments    text NOT NULL DEFAULT '',     -- as the list names them: a；b
    due_hours      int CHECK (due_hours BETWEEN 1 AND 2000),
    handling_class text NOT NULL DEFAULT '' CHECK (handling_class IN ('','service','management','enforcement')),
    words          text NOT NULL DEFAULT '',     -- other words that people use for it
    pinyin         text NOT NULL DEFAULT '',
    initials       text NOT NULL DEFAULT '',
    physical       boolean NOT NULL DEFAULT false, -- something that can be seen: evidence is asked (REQ-10)
    active         boolean NOT NULL DEFAULT true,
    source         text NOT NULL DEFAULT '',
    version        int NOT NULL DEFAULT 1,
    CONSTRAINT request_category_leaf CHECK ((parent_code IS NOT NULL) = (char_length(code) = 4)),
    CONSTRAINT request_category_timed CHECK ((due_hours IS NOT NULL) = (parent_code IS NOT NULL))
);

-- workorder: one handling chain for requests and for findings of grid workers. owner_* names exactly one
-- owner at every instant; work_owner keeps who it was when.
CREATE TABLE work_order (
    id              bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    no              text NOT NULL CONSTRAINT work_order_no_key UNIQUE CHECK (no ~ '^S[QJ]-[0-9]{4}-[0-9]{1,7}$'),
    source          text NOT NULL CHECK (source IN ('request','finding')),
    kind            text NOT NULL CHECK (kind IN ('consult','help','complaint','report','suggestion','praise','finding','hazard')),
    category        text NOT NULL REFERENCES request_category (code),
    title           text NOT NULL CHECK (char_length(title) BETWEEN 2 AND 40),
    place           text NOT NULL DEFAULT '' CHECK (char_length(place) <= 80),
    search_key      text NOT NULL DEFAULT '',
    building_id     bigint REFERENCES building (id),
    community       text REFERENCES community (code),
    grid_at_creation bigint REFERENCES grid (id),         -- GRD-08
    hidden_from     text NOT NULL DEFAULT '',             -- a community whose own people are complained about (§6.8, 12)
    complained_unit bigint REFERENCES unit (id),          -- recusal (REQ-13, §6.8, 2)
    handling_class  text NOT NULL DEFAULT '' CHECK (handling_class IN ('','service','management','enforcement')),
    urgency         text NOT NULL CHECK (urgency IN ('emergency','livelihood','general','complex')),
    confidential    boolean NOT NULL DEFAULT false,
    physical        boolean NOT NULL DEFAULT false,
    state           text NOT NULL CHECK (state IN ('registered','dispatched','signed','handling','handled','disputed','parked',
                        'closed','recorded','not_accepted','diverted','merged','withdrawn')),
    owner_kind      text NOT NULL CHECK (owner_kind IN ('desk','unit','community','grid')),
    owner_unit      bigint REFERENCES unit (id),
    owner_community text REFERENCES community (code),
    owner_grid      bigint REFERENCES grid (id),
    owner_account   bigint REFERENCES account (id),       -- the person who is to act, where one is known
    first_account   bigint REFERENCES account (id),       -- 首问 (REQ-02)
    first_unit      bigint REFERENCES unit (id),          -- 首接 (REQ-02): leads to the end
    reporter_account bigint REFERENCES account (id),      -- who found it; never its verifier (GRD-09)
    item_code       text NOT NULL DEFAULT '',             -- the admitted item under which a community or grid acts (REQ-14, GRD-21)
    reply           text NOT NULL DEFAULT '' CHECK (char_length(reply) <= 2000),
    result          text NOT NULL DEFAULT '',             -- solved, explained, answered …
    ground          text NOT NULL DEFAULT '',             -- of not accepting or diverting (REQ-03)
    channel_told    text NOT NULL DEFAULT '',
    parked_reason   text NOT NULL DEFAULT '',
    review_on       date,
    disputes        int NOT NULL DEFAULT 0,
    reopened        int NOT NULL DEFAULT 0,
    extended        boolean NOT NULL DEFAULT false,
    needs_review    boolean NOT NULL DEFAULT false,       -- second reopening: somebody other than the last handler (REQ-11)
    relapse_of      bigint REFERENCES work_order (id),
    merged_into     bigint REFERENCES work_order (id),
    merged_from     text NOT NULL DEFAULT '',             -- the state to go back to
    followers       int NOT NULL DEFAULT 1,
    started_at      timestamptz NOT NULL,                 -- the resident's clock; never moved, never stopped by a bounce (REQ-07, GRD-10)
    contact_due     timestamptz NOT NULL,
    contacted_at    timestamptz,
    due_at          timestamptz NOT NULL,
    dispatched_at   timestamptz,
    signed_at       timestamptz,
    handled_at      timestamptz,
    closed_at       timestamptz,
    version         int NOT NULL DEFAULT 1,
    CONSTRAINT work_order_one_owner CHECK (CASE owner_kind WHEN 'unit' THEN owner_unit IS NOT NULL AND owner_community IS NULL AND owner_grid IS NULL
        WHEN 'community' THEN owner_community IS NOT NULL AND owner_unit IS NULL AND owner_grid IS NULL
        WHEN 'grid' THEN owner_grid IS NOT NULL AND owner_unit IS NULL AND owner_community IS NULL
        ELSE owner_unit IS NULL AND owner_community IS NULL AND owner_grid IS NULL END),
    CONSTRAINT work_order_closed CHECK ((closed_at IS NOT NULL) = (state IN ('closed','recorded','not_accepted','diverted','merged','withdrawn'))),
    CONSTRAINT work_order_merged CHECK ((merged_into IS NOT NULL) = (state = 'merged') AND merged_into IS DISTINCT FROM id),
    CONSTRAINT work_order_parked CHECK (state <> 'parked' OR review_on IS NOT NULL AND parked_reason <> ''),
    CONSTRAINT work_order_answered CHECK (state NOT IN ('handled','closed') OR reply <> ''),
    CONSTRAINT work_order_one_dispute CHECK (disputes BETWEEN 0 AND 1),
    CONSTRAINT work_order_admitted CHECK (owner_kind NOT IN ('community','grid') OR source = 'finding' AND state = 'recorded' OR item_code <> ''),
    CONSTRAINT work_order_clock CHECK (contact_due >= started_at AND due_at >= started_at)
);
CREATE INDEX work_order_open ON work_order (due_at, id) WHERE closed_at IS NULL;
CREATE INDEX work_order_open_state ON work_order (state, due_at, id) WHERE closed_at IS NULL;
CREATE INDEX work_order_open_unit ON work_order (owner_unit, due_at, id) WHERE closed_at IS NULL;
CREATE INDEX work_order_open_community ON work_order (community text_pattern_ops, due_at, id) WHERE closed_at IS NULL;
CREATE INDEX work_order_open_grid ON work_order (owner_grid, due_at, id) WHERE closed_at IS NULL;
CREATE INDEX work_order_open_account ON work_order (owner_account, due_at, id) WHERE closed_at IS NULL;
CREATE INDEX work_order_newest ON work_order (started_at DESC, id DESC);
CREATE INDEX work_order_newest_unit ON work_order (owner_unit, started_at DESC, id DESC);
CREATE INDEX work_order_newest_community ON work_order (community text_pattern_ops, started_at DESC, id DESC);
CREATE INDEX work_order_words ON work_order USING gin (search_bigrams(search_key)) WITH (fastupdate = off);
CREATE INDEX work_order_similar ON work_order (category, building_id, started_at);
CREATE INDEX work_order_grid_created ON work_order (grid_at_creation, started_at);
CREATE INDEX work_order_merged_into ON work_order (merged_into) WHERE merged_into IS NOT NULL;

CREATE TABLE work_owner (
    id        bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    order_id  bigint NOT NULL REFERENCES work_order (id),
    kind      text NOT NULL,
    unit_id   bigint REFERENCES unit (id),
    community text,
    grid_id   bigint REFERENCES grid (id),
    account_id bigint REFERENCES account (id),
    held      tstzrange NOT NULL,
    why       text NOT NULL DEFAULT '',
    CONSTRAINT work_owner_one EXCLUDE USING gist (order_id WITH =, held WITH &&)
);
CREATE INDEX work_owner_of ON work_owner (order_id, id);

-- What was done: sign, contact, arrive, supplement, extension told … the trail people read.
CREATE TABLE work_step (
    id         bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    order_id   bigint NOT NULL REFERENCES work_order (id),
    at         timestamptz NOT NULL,
    did        text NOT NULL,
    account_id bigint REFERENCES account (id),
    unit_name  text NOT NULL DEFAULT '',
    words      text NOT NULL DEFAULT '' CHECK (char_length(words) <= 1000),
    told       boolean NOT NULL DEFAULT false,  -- may the resident read the words
    hand       boolean NOT NULL DEFAULT false,  -- who did this is a handler of the case (GRD-09, REQ-12)
    lng        double precision,
    lat        double precision
);
CREATE INDEX work_step_of ON work_step (order_id, id);

CREATE TABLE work_helper (                      -- 协办
    order_id   bigint NOT NULL REFERENCES work_order (id),
    unit_id    bigint REFERENCES unit (id),
    community  text REFERENCES community (code),
    asked_at   timestamptz NOT NULL,
    asked      text NOT NULL CHECK (char_length(asked) BETWEEN 2 AND 200),
    answered_at timestamptz,
    answer     text NOT NULL DEFAULT '',
    id         bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    CONSTRAINT work_helper_one_side CHECK ((unit_id IS NULL) <> (community IS NULL)),
    CONSTRAINT work_helper_once UNIQUE NULLS NOT DISTINCT (order_id, unit_id, community)
);
CREATE INDEX work_helper_unit ON work_helper (unit_id, order_id);
CREATE INDEX work_helper_community ON work_helper (community, order_id);

CREATE TABLE work_dispute (                     -- one, with one ruling (REQ-08, GRD-11)
    id         bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    order_id   bigint NOT NULL CONSTRAINT work_dispute_once UNIQUE REFERENCES work_order (id),
    by_account bigint NOT NULL REFERENCES account (id),
    by_unit    bigint REFERENCES unit (id),
    by_community text,
    at         timestamptz NOT NULL,
    reason     text NOT NULL CHECK (char_length(reason) BETWEEN 4 AND 500),
    suggests   bigint REFERENCES unit (id),
    rule_by    timestamptz NOT NULL,
    ruled_at   timestamptz,
    ruler      bigint REFERENCES account (id),
    upheld     boolean,
    ruling     text NOT NULL DEFAULT '',
    CONSTRAINT work_dispute_ruled CHECK ((ruled_at IS NULL) = (ruler IS NULL) AND (ruled_at IS NULL) = (upheld IS NULL) AND (ruled_at IS NULL OR ruling <> '')),
    CONSTRAINT work_dispute_other_ruler CHECK (ruler IS DISTINCT FROM by_account)
);

CREATE TABLE routing_rule (                     -- category (and place) to its lawful owner; a ruling may become one (REQ-08)
    id         bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    category   text NOT NULL REFERENCES request_category (code),
    community  text NOT NULL DEFAULT '',         -- '' every community
    owner_kind text NOT NULL CHECK (owner_kind IN ('unit','community','grid')),
    unit_id    bigint REFERENCES unit (id),
    item_code  text NOT NULL DEFAULT '',
    assist_community boolean NOT NULL DEFAULT false,
    basis      text NOT NULL CHECK (char_length(basis) BETWEEN 2 AND 200),
    dispute_id bigint REFERENCES work_dispute (id),
    valid      daterange NOT NULL,
    version    int NOT NULL DEFAULT 1,
    CONSTRAINT routing_rule_owner CHECK ((owner_kind = 'unit') = (unit_id IS NOT NULL) AND (owner_kind = 'unit' OR item_code <> '')),
    CONSTRAINT routing_rule_one EXCLUDE USING gist (category WITH =, community WITH =, valid WITH &&)
);

CREATE TABLE work_clock (                       -- every due moment with the reason why it is that one
    id         bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    order_id   bigint REFERENCES work_order (id),
    whistle_id bigint,
    unit_id    bigint REFERENCES unit (id),      -- a department's own clock in a whistle
    kind       text NOT NULL,
    started_at timestamptz NOT NULL,
    warn_at    timestamptz NOT NULL,
    due_at     timestamptz NOT NULL,
    why        text NOT NULL CHECK (char_length(why) BETWEEN 4 AND 1000),
    basis      text NOT NULL,
    calendar   text NOT NULL DEFAULT '',
    warned_at  timestamptz,
    level      int NOT NULL DEFAULT 0,           -- rungs of the escalation ladder already climbed
    next_at    timestamptz,                      -- when the next thing happens to this clock; NULL: nothing any more
    stopped_at timestamptz,
    CONSTRAINT work_clock_of_one CHECK ((order_id IS NULL) <> (whistle_id IS NULL)),
    CONSTRAINT work_clock_order CHECK (started_at <= warn_at AND warn_at <= due_at)
);
CREATE INDEX work_clock_next ON work_clock (next_at, id) WHERE stopped_at IS NULL AND next_at IS NOT NULL;
CREATE INDEX work_clock_of_order ON work_clock (order_id, id);
CREATE UNIQUE INDEX work_clock_running ON work_clock (order_id, kind) WHERE stopped_at IS NULL AND order_id IS NOT NULL;

CREATE TABLE work_extension (                   -- once (REQ-09)
    order_id bigint PRIMARY KEY REFERENCES work_order (id),
    asked_by bigint NOT NULL REFERENCES account (id),
    asked_at timestamptz NOT NULL,
    until    timestamptz NOT NULL,
    reason   text NOT NULL CHECK (char_length(reason) BETWEEN 4 AND 500),
    decided_by bigint REFERENCES account (id),
    decided_at timestamptz,
    granted  boolean,
    CONSTRAINT work_extension_other CHECK (decided_by IS DISTINCT FROM asked_by),
    CONSTRAINT work_extension_decided CHECK ((decided_at IS NULL) = (granted IS NULL))
);

CREATE TABLE work_photo (
    id         bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    order_id   bigint NOT NULL REFERENCES work_order (id),
    stage      text NOT NULL CHECK (stage IN ('before','after','evidence')),
    sha        text NOT NULL,
    name       text NOT NULL,
    media_type text NOT NULL,
    by_account bigint REFERENCES account (id),
    at         timestamptz NOT NULL,
    CONSTRAINT work_photo_once UNIQUE (order_id, stage, sha)
);

CREATE TABLE finding (
    order_id    bigint PRIMARY KEY REFERENCES work_order (id),
    how         text NOT NULL CHECK (how IN ('solved','reported','hazard')),
    device_key  text CONSTRAINT finding_device_key UNIQUE,   -- made on the phone: delivered once (reliability.md §2, 1)
    seen_at     timestamptz NOT NULL,                        -- what the phone says; no clock rests on it
    words       text NOT NULL DEFAULT '' CHECK (char_length(words) <= 500),
    lng         double precision,
    lat         double precision,
    rectify_by  date,
    CONSTRAINT finding_hazard CHECK ((how = 'hazard') = (rectify_by IS NOT NULL))
);

CREATE TABLE work_exclusion (                   -- out of the rates, with a second person, counted in public (§6.4)
    order_id    bigint PRIMARY KEY REFERENCES work_order (id),
    reason      text NOT NULL CHECK (reason IN ('duplicate_channel','beyond_power','malicious','petition_running','withdrawn_by_resident')),
    words       text NOT NULL DEFAULT '' CHECK (char_length(words) <= 300),
    asked_by    bigint NOT NULL REFERENCES account (id),
    asked_at    timestamptz NOT NULL,
    approved_by bigint REFERENCES account (id),
    approved_at timestamptz,
    refused     boolean NOT NULL DEFAULT false,
    CONSTRAINT work_exclusion_two CHECK (approved_by IS DISTINCT FROM asked_by),
    CONSTRAINT work_exclusion_done CHECK ((approved_by IS NULL) = (approved_at IS NULL))
);

-- 吹哨报到 (§5.3, GRD-12–15)
CREATE TABLE whistle (
    id          bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    no          text NOT NULL CONSTRAINT whistle_no_key UNIQUE CHECK (no ~ '^CS-[0-9]{4}-[0-9]{1,7}$'),
    kind        text NOT NULL CHECK (kind IN ('work','hard','emergency')),
    order_id    bigint REFERENCES work_order (id),
    community   text NOT NULL REFERENCES community (code),
    title       text NOT NULL CHECK (char_length(title) BETWEEN 2 AND 40),
    facts       text NOT NULL CHECK (char_length(facts) BETWEEN 4 AND 1000),
    effort      text NOT NULL DEFAULT '' CHECK (char_length(effort) <= 1000),
    place       text NOT NULL CHECK (char_length(place) BETWEEN 2 AND 80),
    meet_at     timestamptz,
    state       text NOT NULL CHECK (state IN ('draft','approved','blown','in_action','solved','confirmed','closed','escalated','called_off')),
    drafted_by  bigint NOT NULL REFERENCES account (id),
    drafted_at  timestamptz NOT NULL,
    approved_by bigint REFERENCES account (id),
    blown_at    timestamptz,
    solved_at   timestamptz,
    solution    text NOT NULL DEFAULT '' CHECK (char_length(solution) <= 1000),
    confirmed_at timestamptz,
    closed_at   timestamptz,
    escalated_at timestamptz,
    street_marks text NOT NULL DEFAULT '',
    abused      boolean,                           -- the departments' side of the double assessment (GRD-15)
    version     int NOT NULL DEFAULT 1,
    CONSTRAINT whistle_effort CHECK (kind = 'emergency' OR state IN ('draft','called_off') OR effort <> ''),
    CONSTRAINT whistle_blown CHECK ((blown_at IS NULL) = (state IN ('draft','approved')) OR state = 'called_off')
);
CREATE INDEX whistle_newest ON whistle (drafted_at DESC, id DESC);
CREATE INDEX whistle_order ON whistle (order_id) WHERE order_id IS NOT NULL;

CREATE TABLE whistle_unit (
    whistle_id   bigint NOT NULL REFERENCES whistle (id),
    unit_id      bigint NOT NULL REFERENCES unit (id),
    lead         boolean NOT NULL DEFAULT false,
    signed_at    timestamptz,
    contacted_at timestamptz,
    reported_at  timestamptz,
    reported_words text NOT NULL DEFAULT '',
    refused_at   timestamptz,
    refusal      text NOT NULL DEFAULT '',
    missed_at    timestamptz,                     -- report-in missed: told to the district (GRD-14)
    street_rates text NOT NULL DEFAULT '' CHECK (street_rates IN ('','good','fair','poor')),
    community_rates text NOT NULL DEFAULT '' CHECK (community_rates IN ('','good','fair','poor')),
    unit_rates   text NOT NULL DEFAULT '' CHECK (unit_rates IN ('','needed','doubtful','abused')),
    PRIMARY KEY (whistle_id, unit_id)
);
CREATE UNIQUE INDEX whistle_one_lead ON whistle_unit (whistle_id) WHERE lead;   -- GRD-13
CREATE INDEX whistle_unit_of ON whistle_unit (unit_id, whistle_id);
ALTER TABLE work_clock ADD CONSTRAINT work_clock_whistle FOREIGN KEY (whistle_id) REFERENCES whistle (id);
CREATE INDEX work_clock_of_whistle ON work_clock (whistle_id, id) WHERE whistle_id IS NOT NULL;

-- request: a resident's word. Name, telephone and the exact door are sealed (reliability.md §2, 20).
CREATE TABLE request (
    id            bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    no            text NOT NULL CONSTRAINT request_no_key UNIQUE CHECK (no ~ '^SQ-[0-9]{4}-[0-9]{1,7}$'),
    order_id      bigint NOT NULL REFERENCES work_order (id),   -- where it is handled now
    home_order    bigint NOT NULL CONSTRAINT request_home_key UNIQUE REFERENCES work_order (id), -- its own (REQ-06)
    kind          text NOT NULL CHECK (kind IN ('consult','help','complaint','report','suggestion','praise')),
    category      text NOT NULL REFERENCES request_category (code),
    title         text NOT NULL CHECK (char_length(title) BETWEEN 2 AND 40),
    words         text NOT NULL CHECK (char_length(words) BETWEEN 2 AND 1000),
    community     text REFERENCES community (code),
    building_id   bigint REFERENCES building (id),
    grid_id       bigint REFERENCES grid (id),
    channel       text NOT NULL CHECK (channel IN ('window','paper_assisted','assisted','phone','kiosk','hotline')),
    confidential  boolean NOT NULL DEFAULT false,
    reveal_agreed boolean NOT NULL DEFAULT false,      -- REQ-13: unless the reporter agrees
    minor         boolean NOT NULL DEFAULT false,      -- under 14 (REQ-18)
    notice_version text NOT NULL,
    person        bytea,                                -- sealed JSON: name, telephone, door
    phone_index   bytea,
    same_as       bigint REFERENCES request (id),       -- same person, same matter (REQ-05): told, not counted twice
    code_index    bytea NOT NULL CONSTRAINT request_code_key UNIQUE,
    token_index   bytea NOT NULL CONSTRAINT request_token_key UNIQUE,
    codes         bytea NOT NULL,                        -- sealed: the typed code and the QR's bits, for a reprint
    taken_by      bigint REFERENCES account (id),
    submitted_at  timestamptz NOT NULL,
    contact_due   timestamptz NOT NULL,
    due_at        timestamptz NOT NULL,
    contacted_at  timestamptz,
    reply         text NOT NULL DEFAULT '',
    replied_at    timestamptz,
    withdrawn_at  timestamptz,
    settled_at    timestamptz,                           -- its callback is locked or its end reached
    anonymised_at timestamptz,
    version       int NOT NULL DEFAULT 1,
    CONSTRAINT request_due CHECK (contact_due >= submitted_at AND due_at >= submitted_at)
);
CREATE INDEX request_of_order ON request (order_id, id);
CREATE INDEX request_newest ON request (submitted_at DESC, id DESC);
CREATE INDEX request_phone ON request (phone_index, category, submitted_at) WHERE phone_index IS NOT NULL;
CREATE INDEX request_place ON request (category, building_id, submitted_at) WHERE building_id IS NOT NULL;
CREATE INDEX request_retention ON request (settled_at) WHERE anonymised_at IS NULL;

CREATE TABLE request_merge (                            -- reversible (REQ-06)
    id         bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    request_id bigint NOT NULL REFERENCES request (id),
    from_order bigint NOT NULL REFERENCES work_order (id),
    into_order bigint NOT NULL REFERENCES work_order (id),
    at         timestamptz NOT NULL,
    by_account bigint REFERENCES account (id),
    reason     text NOT NULL,
    undone_at  timestamptz,
    undone_by  bigint REFERENCES account (id),
    undone_reason text NOT NULL DEFAULT ''
);
CREATE UNIQUE INDEX request_merged_once ON request_merge (request_id) WHERE undone_at IS NULL;

CREATE TABLE request_note (                             -- 补充, and what the resident is told
    id         bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    request_id bigint NOT NULL REFERENCES request (id),
    at         timestamptz NOT NULL,
    from_resident boolean NOT NULL,
    words      text NOT NULL CHECK (char_length(words) BETWEEN 2 AND 500)
);
CREATE INDEX request_note_of ON request_note (request_id, id);

CREATE TABLE callback (                                 -- hidden from the handler until locked (REQ-12)
    id         bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    request_id bigint NOT NULL REFERENCES request (id),
    order_id   bigint NOT NULL REFERENCES work_order (id),
    round      int NOT NULL,
    source     text NOT NULL CHECK (source IN ('staff','resident','lapsed')),
    by_account bigint REFERENCES account (id),
    at         timestamptz NOT NULL,
    reached    boolean NOT NULL,
    self       boolean NOT NULL DEFAULT true,            -- a relative is no valid answer (§6.8, 10)
    solved     text NOT NULL DEFAULT '' CHECK (solved IN ('','solved','partly','unsolved')),
    satisfied  text NOT NULL DEFAULT '' CHECK (satisfied IN ('','satisfied','basically','unsatisfied')),
    words      text NOT NULL DEFAULT '' CHECK (char_length(words) <= 500),
    locked_at  timestamptz,
    CONSTRAINT callback_one UNIQUE (request_id, round),
    CONSTRAINT callback_answers CHECK (reached AND self OR solved = '' AND satisfied = '')
);
CREATE INDEX callback_of_order ON callback (order_id, id);

CREATE TABLE reveal (                                   -- every unmasked read, with its purpose (REQ-22)
    id         bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    request_id bigint NOT NULL REFERENCES request (id),
    account_id bigint NOT NULL REFERENCES account (id),
    at         timestamptz NOT NULL,
    purpose    text NOT NULL CHECK (char_length(purpose) BETWEEN 2 AND 100)
);
CREATE INDEX reveal_of ON reveal (request_id, id);

CREATE TABLE assist (                                   -- 代办: consent on the spot, 30 minutes
    id         bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    account_id bigint NOT NULL REFERENCES account (id),
    started_at timestamptz NOT NULL,
    until      timestamptz NOT NULL,
    ended_at   timestamptz,
    consent    text NOT NULL,                            -- the words read out and agreed to, with their version
    request_id bigint REFERENCES request (id)
);
CREATE UNIQUE INDEX assist_one_open ON assist (account_id) WHERE ended_at IS NULL;

CREATE TABLE code_miss (                                -- brakes on guessing receipt codes (reliability.md §2, 18)
    brake  text NOT NULL,
    slot   timestamptz NOT NULL,
    misses int NOT NULL,
    PRIMARY KEY (brake, slot)
);

CREATE TABLE request_draft (                            -- the four steps of the phone form, 24 hours
    id         text PRIMARY KEY,
    at         timestamptz NOT NULL,
    body       bytea NOT NULL
);
CREATE INDEX request_draft_at ON request_draft (at);

CREATE TABLE cause (                                    -- from many to one (REQ-15)
    id          bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    category    text NOT NULL REFERENCES request_category (code),
    building_id bigint REFERENCES building (id),
    place       text NOT NULL,
    community   text NOT NULL REFERENCES community (code),
    found_at    timestamptz NOT NULL,
    requests    int NOT NULL,
    evidence    text NOT NULL,                           -- anonymised
    state       text NOT NULL CHECK (state IN ('proposed','whistled','topic_draft','set_aside')),
    whistle_id  bigint REFERENCES whistle (id),
    decided_by  bigint REFERENCES account (id),
    decided_at  timestamptz,
    reason      text NOT NULL DEFAULT '',
    version     int NOT NULL DEFAULT 1
);
CREATE UNIQUE INDEX cause_open ON cause (category, building_id, community) NULLS NOT DISTINCT WHERE state = 'proposed';

-- +goose Down
DROP TABLE cause, request_draft, code_miss, assist, reveal, callback, request_note, request_merge, request;
ALTER TABLE work_clock DROP CONSTRAINT work_clock_whistle;
DROP TABLE whistle_unit, whistle, work_exclusion, finding, work_photo, work_extension, work_clock, routing_rule, work_dispute, work_helper, work_step, work_owner, work_order, request_category;
