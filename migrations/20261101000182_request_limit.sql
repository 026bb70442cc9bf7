-- +goose Up
-- A limit on repeated malicious use (REQ-20): by a named official, with reason and evidence, at most 30 days, with an
-- appeal that somebody else decides. It holds a telephone, as a blind index that is forgotten when the limit ends.
CREATE TABLE request_limit (
    id           bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    phone_index  bytea,
    set_by       bigint NOT NULL REFERENCES account (id),
    set_post     text NOT NULL CHECK (set_post <> ''),
    reason       text NOT NULL CONSTRAINT request_limit_reason_check CHECK (char_length(reason) BETWEEN 10 AND 200),
    set_at       timestamptz NOT NULL,
    until        timestamptz NOT NULL,
    appeal       text NOT NULL DEFAULT '' CONSTRAINT request_limit_appeal_check CHECK (char_length(appeal) <= 500),
    appealed_at  timestamptz,
    decide_by    timestamptz,                             -- an appeal that nobody decides ends the limit at this moment
    decided_by   bigint REFERENCES account (id),
    decided_post text NOT NULL DEFAULT '',
    decided_at   timestamptz,
    kept         boolean NOT NULL DEFAULT false,          -- the decision kept the limit
    decision     text NOT NULL DEFAULT '' CHECK (char_length(decision) <= 200),
    lifted_by    bigint REFERENCES account (id),
    lifted_at    timestamptz,
    version      int NOT NULL DEFAULT 1,
    CONSTRAINT request_limit_length CHECK (until > set_at AND until - set_at <= interval '30 days'),
    CONSTRAINT request_limit_other CHECK (decided_by IS DISTINCT FROM set_by),
    CONSTRAINT request_limit_appealed CHECK ((appealed_at IS NOT NULL) = (appeal <> '') AND (appealed_at IS NOT NULL) = (decide_by IS NOT NULL)),
    CONSTRAINT request_limit_decided CHECK ((decided_at IS NOT NULL) = (decided_by IS NOT NULL) AND (decided_at IS NULL OR appealed_at IS NOT NULL AND decision <> '')),
    CONSTRAINT request_limit_lifted CHECK ((lifted_at IS NOT NULL) = (lifted_by IS NOT NULL) AND (decided_at IS NULL OR kept OR lifted_at IS NOT NULL))
);
CREATE INDEX request_limit_phone ON request_limit (phone_index) WHERE phone_index IS NOT NULL;

CREATE TABLE request_limit_evidence (                     -- each request carries one limit at most
    request_id bigint CONSTRAINT request_limit_evidence_once PRIMARY KEY REFERENCES request (id),
    limit_id   bigint NOT NULL REFERENCES request_limit (id)
);
CREATE INDEX request_limit_evidence_of ON request_limit_evidence (limit_id, request_id);

-- A category that was found wrong (§6.8, 6): somebody proposes another, somebody else decides.
CREATE TABLE request_recategory (
    id            bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    order_id      bigint NOT NULL REFERENCES work_order (id),
    from_category text NOT NULL REFERENCES request_category (code),
    to_category   text NOT NULL REFERENCES request_category (code),
    asked_by      bigint NOT NULL REFERENCES account (id),
    asked_at      timestamptz NOT NULL,
    reason        text NOT NULL CHECK (char_length(reason) BETWEEN 4 AND 200),
    decided_by    bigint REFERENCES account (id),
    decided_at    timestamptz,
    granted       boolean,
    words         text NOT NULL DEFAULT '' CHECK (char_length(words) <= 200),
    CONSTRAINT request_recategory_differs CHECK (from_category <> to_category),
    CONSTRAINT request_recategory_other CHECK (decided_by IS DISTINCT FROM asked_by),
    CONSTRAINT request_recategory_decided CHECK ((decided_at IS NULL) = (granted IS NULL) AND (decided_at IS NULL) = (decided_by IS NULL))
);
CREATE UNIQUE INDEX request_recategory_open ON request_recategory (order_id) WHERE decided_at IS NULL;

-- +goose Down
DROP TABLE request_recategory, request_limit_evidence, request_limit;
