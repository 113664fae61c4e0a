-- The work of neutrals and administrators. What a task is follows from the events and is written in
-- their transaction; who has it is moved by those who do the work (docs/decisions/0017).
-- `seat` is 0 for none, 1 mediator, 2 decider; `neutral` is empty where any administrator may take it.
CREATE TABLE task (
    id       BLOB PRIMARY KEY CHECK (length(id) = 16),
    dispute  BLOB    NOT NULL,
    platform BLOB    NOT NULL,
    live     INTEGER NOT NULL,
    queue    INTEGER NOT NULL,
    kind     INTEGER NOT NULL,
    seat     INTEGER NOT NULL,
    neutral  BLOB,
    stage    TEXT    NOT NULL,
    act      TEXT    NOT NULL,
    claimant_language   TEXT NOT NULL,
    respondent_language TEXT NOT NULL,
    claimant_country    TEXT NOT NULL,
    respondent_country  TEXT NOT NULL,
    reason   INTEGER NOT NULL,
    amount   INTEGER,
    currency TEXT    NOT NULL,
    clock    BLOB,
    opened_at INTEGER NOT NULL,
    due_at    INTEGER NOT NULL,
    deadline  TEXT    NOT NULL,
    version   INTEGER NOT NULL,
    claimed_by    TEXT NOT NULL,
    lease_until   INTEGER,
    assigned_to   TEXT NOT NULL,
    snoozed_until INTEGER,
    closed_at INTEGER,
    closed_by TEXT    NOT NULL,
    ending    INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
-- The published order: due soonest, then opened first. Whose lease has run out is asked of the row, so
-- a lease comes back without anybody writing.
CREATE INDEX task_in_queue   ON task (live, queue, due_at, opened_at, id) WHERE closed_at IS NULL;
CREATE INDEX task_of_neutral ON task (neutral, queue, due_at, opened_at, id)
    WHERE closed_at IS NULL AND neutral IS NOT NULL;
-- How an event finds the open task of a duty; there is never a second one.
CREATE UNIQUE INDEX task_of_dispute ON task (dispute, kind, seat) WHERE closed_at IS NULL;

-- Every move that somebody made: who, when, and what came of it.
CREATE TABLE task_movement (
    task    BLOB    NOT NULL,
    version INTEGER NOT NULL,
    at      INTEGER NOT NULL,
    by      TEXT    NOT NULL,
    what    INTEGER NOT NULL,
    holder  TEXT    NOT NULL,
    until   INTEGER,
    PRIMARY KEY (task, version)
) STRICT, WITHOUT ROWID;
CREATE TRIGGER task_movement_is_never_changed BEFORE UPDATE ON task_movement
BEGIN SELECT RAISE(ABORT, 'movements of tasks are never changed'); END;
CREATE TRIGGER task_movement_is_never_deleted BEFORE DELETE ON task_movement
BEGIN SELECT RAISE(ABORT, 'movements of tasks are never deleted'); END;

-- The words of a move, which go with the content of the dispute.
CREATE TABLE task_reason (
    dispute BLOB    NOT NULL,
    task    BLOB    NOT NULL,
    version INTEGER NOT NULL,
    text    TEXT    NOT NULL,
    PRIMARY KEY (dispute, task, version)
) STRICT, WITHOUT ROWID;
