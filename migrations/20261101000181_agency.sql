-- +goose Up
-- agency: 全程代办 (REQ-16), an errand that staff run for a resident on an authorization. What the resident
-- said, handed over and signed is sealed, photographs too: they stand in the rows, so that they go with them.
CREATE TABLE agency (
    id         bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    request_id bigint NOT NULL REFERENCES request (id),
    nth        int NOT NULL CHECK (nth BETWEEN 1 AND 99),
    no         text NOT NULL CONSTRAINT agency_no_key UNIQUE CHECK (no ~ '^SQ-[0-9]{4}-[0-9]{1,7}-[0-9]{1,2}$'),
    agent      bigint NOT NULL REFERENCES account (id),  -- exactly one at every instant
    opened_at  timestamptz NOT NULL,
    until      date NOT NULL,                            -- the last day on which the agent may act
    how        text NOT NULL DEFAULT '' CHECK (how IN ('','written','recorded')),
    signed_on  date,
    ending     text NOT NULL DEFAULT '' CHECK (ending IN ('','done','withdrawn','expired')),
    ended_at   timestamptz,
    warned_at  timestamptz,
    entries    int NOT NULL DEFAULT 0,
    sealed     bytea,                                    -- matter, scope, who signed; NULL when the time of keeping is over
    version    int NOT NULL DEFAULT 1,
    CONSTRAINT agency_of_request UNIQUE (request_id, nth),
    CONSTRAINT agency_signed CHECK ((how = '') = (signed_on IS NULL)),
    CONSTRAINT agency_ended CHECK ((ending = '') = (ended_at IS NULL)),
    CONSTRAINT agency_done_signed CHECK (ending <> 'done' OR how <> '')
);
CREATE UNIQUE INDEX agency_running ON agency (request_id) WHERE ended_at IS NULL;
CREATE INDEX agency_of_agent ON agency (agent, until, id);
CREATE INDEX agency_next ON agency (until, id) WHERE ended_at IS NULL;

CREATE TABLE agency_entry (
    agency_id  bigint NOT NULL REFERENCES agency (id),
    nth        int NOT NULL CHECK (nth BETWEEN 1 AND 200),
    kind       text NOT NULL CHECK (kind IN ('document','step','handover','photo')),
    at         timestamptz NOT NULL,
    account_id bigint NOT NULL REFERENCES account (id),
    original   boolean NOT NULL DEFAULT false,
    pages      int CHECK (pages BETWEEN 1 AND 999),
    way        text NOT NULL DEFAULT '' CHECK (way IN ('','returned','lodged')),
    day        date,                                     -- of the signatures on a list
    out_by     int,                                      -- the handover with which a document left
    belongs    int NOT NULL DEFAULT 0,                   -- what a photograph shows: 0 the authorization, else an entry
    sealed     bytea,
    PRIMARY KEY (agency_id, nth),
    CONSTRAINT agency_entry_out FOREIGN KEY (agency_id, out_by) REFERENCES agency_entry (agency_id, nth),
    CONSTRAINT agency_entry_document CHECK ((kind = 'document') = (pages IS NOT NULL) AND (kind = 'document' OR out_by IS NULL)),
    CONSTRAINT agency_entry_handover CHECK ((kind = 'handover') = (way <> '') AND (kind = 'handover') = (day IS NOT NULL))
);
CREATE INDEX agency_entry_held ON agency_entry (agency_id) WHERE kind = 'document' AND out_by IS NULL;

-- +goose Down
DROP TABLE agency_entry, agency;
