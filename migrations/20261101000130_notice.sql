-- +goose Up
-- notice: 公示栏. A notice keeps its number for ever; its words live in versions, so that a change in the middle
-- of the window starts the days anew and leaves both texts readable (DL-17).
CREATE TABLE notice (
    id          bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    year        int,
    seq         int,
    kind        text NOT NULL CHECK (kind IN ('deliberation','affairs','admission','organization','grid','handling')),
    division    text NOT NULL REFERENCES division (code),  -- a community, or the street itself
    state       text NOT NULL CHECK (state IN ('draft','issued','ended','withdrawn')),
    shown       int NOT NULL DEFAULT 0 CHECK (shown >= 0), -- the version that hangs; 0: none yet
    source      text NOT NULL DEFAULT '' CHECK (char_length(source) <= 60), -- the result it tells of: admission:2026-47
    pair_of     bigint REFERENCES notice (id),             -- the decision whose result this is (DL-18)
    search_key  text NOT NULL DEFAULT '',                  -- of the words that hang
    board_on    date NOT NULL DEFAULT '9999-12-31' CHECK (isfinite(board_on)), -- last day of the window; 9999-12-31: 长期公开
    exact       boolean NOT NULL DEFAULT true,             -- false: the year's holidays are not published, board_on is the earliest day
    drafted_by  bigint NOT NULL REFERENCES account (id),
    drafted_at  timestamptz NOT NULL,
    ended_at    timestamptz,
    end_reason  text NOT NULL DEFAULT '' CHECK (char_length(end_reason) <= 300),
    reminded_on date,                                      -- of the result that is still to be published
    version     int NOT NULL DEFAULT 1,
    CONSTRAINT notice_number UNIQUE (year, seq),
    CONSTRAINT notice_number_whole CHECK ((year IS NULL) = (seq IS NULL)),
    CONSTRAINT notice_numbered CHECK ((shown > 0) = (year IS NOT NULL) AND (shown > 0 OR state IN ('draft','withdrawn')) AND (shown = 0 OR state <> 'draft')),
    CONSTRAINT notice_ended CHECK ((ended_at IS NOT NULL) = (state IN ('ended','withdrawn'))),
    CONSTRAINT notice_not_itself CHECK (pair_of <> id)
);
CREATE UNIQUE INDEX notice_source ON notice (source) WHERE source <> '' AND state <> 'withdrawn';
CREATE UNIQUE INDEX notice_pair ON notice (pair_of) WHERE pair_of IS NOT NULL AND state <> 'withdrawn';
CREATE INDEX notice_board ON notice (state, board_on, id);
CREATE INDEX notice_newest ON notice (state, id DESC);
CREATE INDEX notice_words ON notice USING gin (search_bigrams(search_key)) WHERE state IN ('issued','ended');

CREATE TABLE notice_version (
    notice_id     bigint NOT NULL REFERENCES notice (id),
    n             int NOT NULL CHECK (n > 0),
    title         text NOT NULL CHECK (char_length(title) BETWEEN 2 AND 40),
    plain_title   text NOT NULL CHECK (char_length(plain_title) BETWEEN 2 AND 20),
    plain_summary text NOT NULL CHECK (char_length(plain_summary) BETWEEN 2 AND 60),
    body          text NOT NULL CHECK (char_length(body) BETWEEN 2 AND 8000),
    days          int NOT NULL CHECK (days BETWEEN 0 AND 366),  -- 0: 长期公开
    reason        text NOT NULL DEFAULT '' CHECK (char_length(reason) <= 200), -- of the change
    written_by    bigint NOT NULL REFERENCES account (id),
    written_at    timestamptz NOT NULL,
    cleared_by    bigint REFERENCES account (id),               -- a second person looked at the personal data in it
    cleared_at    timestamptz,
    issued_by     bigint REFERENCES account (id),
    issued_at     timestamptz,
    from_on       date,
    last_on       date,
    why           text NOT NULL DEFAULT '' CHECK (char_length(why) <= 500),
    PRIMARY KEY (notice_id, n),
    CONSTRAINT notice_version_two CHECK (cleared_by <> written_by),
    CONSTRAINT notice_version_issued CHECK ((issued_at IS NULL) = (issued_by IS NULL) AND (issued_at IS NULL) = (from_on IS NULL)),
    CONSTRAINT notice_version_window CHECK (last_on IS NULL OR last_on >= from_on)
);

CREATE TABLE notice_file (                       -- hangs from one version until another
    id         bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    notice_id  bigint NOT NULL REFERENCES notice (id),
    from_n     int NOT NULL,
    until_n    int,
    code       text NOT NULL CONSTRAINT notice_file_code UNIQUE,
    name       text NOT NULL CHECK (char_length(name) BETWEEN 1 AND 120),
    media_type text NOT NULL,
    sha        text NOT NULL,
    CONSTRAINT notice_file_span CHECK (until_n IS NULL OR until_n >= from_n)
);
CREATE INDEX notice_file_of ON notice_file (notice_id, id);

CREATE TABLE notice_posting (                    -- the sheet on the board, with its picture as proof
    id         bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    notice_id  bigint NOT NULL REFERENCES notice (id),
    n          int NOT NULL,
    posted_on  date NOT NULL,
    place      text NOT NULL CHECK (char_length(place) BETWEEN 2 AND 60),
    code       text NOT NULL CONSTRAINT notice_posting_code UNIQUE,
    name       text NOT NULL,
    media_type text NOT NULL,
    sha        text NOT NULL,
    by_account bigint NOT NULL REFERENCES account (id),
    at         timestamptz NOT NULL,
    FOREIGN KEY (notice_id, n) REFERENCES notice_version (notice_id, n)
);
CREATE INDEX notice_posting_of ON notice_posting (notice_id, id);

CREATE TABLE objection (
    id          bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    notice_id   bigint NOT NULL REFERENCES notice (id),
    n           int NOT NULL,                    -- the text that was objected to
    words       text NOT NULL CHECK (char_length(words) BETWEEN 4 AND 500),
    person      bytea,                           -- sealed JSON: name, telephone
    code_index  bytea NOT NULL CONSTRAINT objection_code UNIQUE,
    received_at timestamptz NOT NULL,
    gist        text NOT NULL DEFAULT '' CHECK (char_length(gist) <= 60),
    reply       text NOT NULL DEFAULT '' CHECK (char_length(reply) <= 500),
    replied_by  bigint REFERENCES account (id),
    replied_at  timestamptz,
    reminded_on date,
    version     int NOT NULL DEFAULT 1,
    CONSTRAINT objection_replied CHECK ((replied_at IS NULL) = (reply = '') AND (replied_at IS NULL) = (replied_by IS NULL)),
    FOREIGN KEY (notice_id, n) REFERENCES notice_version (notice_id, n)
);
CREATE INDEX objection_of ON objection (notice_id, id);
CREATE INDEX objection_open ON objection (id) WHERE replied_at IS NULL;

CREATE TABLE objection_brake (                   -- floods from one address, or on one notice
    brake text NOT NULL,
    slot  timestamptz NOT NULL,
    taken int NOT NULL,
    PRIMARY KEY (brake, slot)
);

-- +goose Down
DROP TABLE objection_brake, objection, notice_posting, notice_file, notice_version, notice;
