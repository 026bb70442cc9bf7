-- +goose Up
-- What the answer to 「这件事能拒绝吗？」 depends on besides what was asked: who is to pay, how the cited
-- article and the request go together, and whether a certificate is wanted.
ALTER TABLE offlist_task
    ADD COLUMN payer         text NOT NULL DEFAULT '' CONSTRAINT offlist_task_payer CHECK (payer IN ('','asker','other')),
    ADD COLUMN basis_version date,
    ADD COLUMN basis_fit     text NOT NULL DEFAULT '' CONSTRAINT offlist_task_fit CHECK (basis_fit IN ('','covers','beyond','unrelated')),
    ADD COLUMN certificate   boolean NOT NULL DEFAULT false,
    ADD COLUMN asked_by      text NOT NULL DEFAULT '' CONSTRAINT offlist_task_asked_by CHECK (char_length(asked_by) <= 30);
CREATE INDEX offlist_task_requester ON offlist_task (requester_id, id DESC);

-- A letter that waited for a clause which was then retired is void; its number stays taken, and the
-- task may be answered anew. A claim for funds is answered by providing them.
ALTER TABLE refusal DROP CONSTRAINT refusal_once;
CREATE UNIQUE INDEX refusal_once ON refusal (task_id) WHERE state <> 'void';
ALTER TABLE refusal DROP CONSTRAINT refusal_state_check;
ALTER TABLE refusal ADD CONSTRAINT refusal_state_check CHECK (state IN ('held','issued','answered','closed','void'));
ALTER TABLE refusal DROP CONSTRAINT refusal_answer_check;
ALTER TABLE refusal ADD CONSTRAINT refusal_answer_check CHECK (answer IN ('apply','withdraw','appeal','provide','silent'));
ALTER TABLE refusal ADD COLUMN released_at timestamptz;
ALTER TABLE refusal ADD CONSTRAINT refusal_held_has_clause CHECK (state <> 'held' OR held_clause IS NOT NULL);
CREATE INDEX refusal_community ON refusal (community, state, id DESC);
CREATE INDEX refusal_recent ON refusal (id DESC);
CREATE INDEX refusal_waiting_clause ON refusal (held_clause) WHERE state = 'held';
CREATE INDEX refusal_due ON refusal (due_on) WHERE state = 'issued';

-- +goose Down
DROP INDEX refusal_due, refusal_waiting_clause, refusal_recent, refusal_community, refusal_once;
DELETE FROM refusal WHERE state = 'void';
UPDATE refusal SET answer = 'apply' WHERE answer = 'provide';
ALTER TABLE refusal DROP CONSTRAINT refusal_held_has_clause, DROP COLUMN released_at;
ALTER TABLE refusal DROP CONSTRAINT refusal_answer_check;
ALTER TABLE refusal ADD CONSTRAINT refusal_answer_check CHECK (answer IN ('apply','withdraw','appeal','silent'));
ALTER TABLE refusal DROP CONSTRAINT refusal_state_check;
ALTER TABLE refusal ADD CONSTRAINT refusal_state_check CHECK (state IN ('held','issued','answered','closed'));
ALTER TABLE refusal ADD CONSTRAINT refusal_once UNIQUE (task_id);
DROP INDEX offlist_task_requester;
ALTER TABLE offlist_task DROP COLUMN asked_by, DROP COLUMN certificate, DROP COLUMN basis_fit, DROP COLUMN basis_version, DROP COLUMN payer;
