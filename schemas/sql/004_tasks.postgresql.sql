-- The tables of 004_tasks.sqlite.sql, column for column; wide columns first.
CREATE TABLE task (
    opened_at     bigint NOT NULL,
    due_at        bigint NOT NULL,
    version       bigint NOT NULL,
    lease_until   bigint,
    snoozed_until bigint,
    closed_at     bigint,
    amount        bigint,
    queue    smallint NOT NULL,
    kind     smallint NOT NULL,
    seat     smallint NOT NULL,
    reason   smallint NOT NULL,
    ending   smallint NOT NULL,
    live     boolean  NOT NULL,
    id       bytea    PRIMARY KEY CHECK (length(id) = 16),
    dispute  bytea    NOT NULL,
    platform bytea    NOT NULL,
    neutral  bytea,
    clock    bytea,
    stage    text     NOT NULL,
    act      text     NOT NULL,
    claimant_language   text NOT NULL,
    respondent_language text NOT NULL,
    claimant_country    text NOT NULL,
    respondent_country  text NOT NULL,
    currency    text NOT NULL,
    deadline    text NOT NULL,
    claimed_by  text NOT NULL,
    assigned_to text NOT NULL,
    closed_by   text NOT NULL
) WITH (fillfactor = 80);
-- The published order: due soonest, then opened first. Whose lease has run out is asked of the row, so
-- a lease comes back without anybody writing.
CREATE INDEX task_in_queue   ON task (live, queue, due_at, opened_at, id) WHERE closed_at IS NULL;
CREATE INDEX task_of_neutral ON task (neutral, queue, due_at, opened_at, id)
    WHERE closed_at IS NULL AND neutral IS NOT NULL;
-- How an event finds the open task of a duty; there is never a second one.
CREATE UNIQUE INDEX task_of_dispute ON task (dispute, kind, seat) WHERE closed_at IS NULL;

-- Every move that somebody made: who, when, and what came of it. No role may change or delete one.
CREATE TABLE task_movement (
    version bigint   NOT NULL,
    at      bigint   NOT NULL,
    until   bigint,
    what    smallint NOT NULL,
    task    bytea    NOT NULL,
    by      text     NOT NULL,
    holder  text     NOT NULL,
    PRIMARY KEY (task, version)
);

-- The words of a move, which go with the content of the dispute.
CREATE TABLE task_reason (
    version bigint NOT NULL,
    dispute bytea  NOT NULL,
    task    bytea  NOT NULL,
    text    text   NOT NULL,
    PRIMARY KEY (dispute, task, version)
);

GRANT SELECT ON task, task_movement, task_reason TO parley_writer, parley_reader;
GRANT INSERT ON task, task_movement, task_reason TO parley_writer;
GRANT UPDATE ON task TO parley_writer;
GRANT DELETE ON task_reason TO parley_writer;

-- For a platform there are no queues, so its reader needs none of this.
DO $$
DECLARE
    name text;
BEGIN
    FOREACH name IN ARRAY ARRAY['task', 'task_movement', 'task_reason'] LOOP
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', name);
        EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', name);
        EXECUTE format('CREATE POLICY writer ON %I TO parley_writer USING (true) WITH CHECK (true)',
                       name);
        EXECUTE format('CREATE POLICY reader ON %I FOR SELECT TO parley_reader'
                       ' USING ((SELECT parley.tenant()) IS NULL)', name);
    END LOOP;
END $$;
