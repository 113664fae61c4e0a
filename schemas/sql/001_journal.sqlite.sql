-- The journal on SQLite. What an act writes is kept small: every row and every index costs at each
-- commit, and a page that changes is written whole.
--
-- Ids are blobs of one byte that names their prefix and the 16 bytes of the UUID (engine/store/keys);
-- where a column holds one kind of id alone, the 16 bytes by themselves. Instants are microseconds
-- since 1970 in UTC. Enums are the numbers of their C++ enumerators, whose order never changes.

-- `place` is log * 2^56 + position: one key that keeps either log together and in order, so that
-- appending goes to the end of the tree. Log 0 is test, log 1 is live.
CREATE TABLE event (
    place    INTEGER PRIMARY KEY,
    stream   BLOB    NOT NULL,
    version  INTEGER NOT NULL CHECK (version > 0),
    room     INTEGER NOT NULL,
    number   INTEGER NOT NULL,
    id       BLOB    NOT NULL,
    stage    TEXT    NOT NULL,
    type     TEXT    NOT NULL,
    at       INTEGER NOT NULL,
    nonce    BLOB    NOT NULL CHECK (length(nonce) = 32),
    hash     BLOB    NOT NULL CHECK (length(hash) = 32),
    envelope BLOB    NOT NULL,
    log      INTEGER GENERATED ALWAYS AS (place >> 56) VIRTUAL,
    position INTEGER GENERATED ALWAYS AS (place & 72057594037927935) VIRTUAL
) STRICT;
-- The guard of every append, and the way to a stream's events.
CREATE UNIQUE INDEX event_of_stream ON event (stream, version);

CREATE TRIGGER event_is_never_changed BEFORE UPDATE ON event
BEGIN SELECT RAISE(ABORT, 'events are never changed'); END;
CREATE TRIGGER event_is_never_deleted BEFORE DELETE ON event
BEGIN SELECT RAISE(ABORT, 'events are never deleted'); END;

-- What erasure deletes; the envelope keeps the commitment.
CREATE TABLE content (
    place INTEGER PRIMARY KEY,
    salt  BLOB NOT NULL CHECK (length(salt) = 32),
    bytes BLOB NOT NULL
) STRICT;

CREATE TABLE log_head (
    log  INTEGER PRIMARY KEY CHECK (log IN (0, 1)),
    size INTEGER NOT NULL CHECK (size >= 0)
) STRICT;
INSERT INTO log_head (log, size) VALUES (0, 0), (1, 0);

-- One row a dispute, for lists. It is written only when something in it differs, which most acts do
-- not cause: the version is that of the last event, and `changed_at` is empty where it is its time.
CREATE TABLE dispute (
    id         BLOB PRIMARY KEY CHECK (length(id) = 16),
    live       INTEGER NOT NULL,
    platform   BLOB    NOT NULL,
    status     INTEGER NOT NULL,
    stage      TEXT    NOT NULL,
    procedure  TEXT    NOT NULL,
    procedure_version INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    changed_at INTEGER,
    claimant   BLOB    NOT NULL,
    respondent BLOB    NOT NULL,
    mediator   BLOB,
    decider    BLOB,
    clock      BLOB,
    reference  TEXT    NOT NULL
) STRICT, WITHOUT ROWID;
-- Every index ends in the id, which sorts by time of filing: a page of a list is a range of one index.
CREATE INDEX dispute_of_platform      ON dispute (live, platform, id);
CREATE INDEX dispute_open_of_platform ON dispute (live, platform, id) WHERE status = 0;
CREATE INDEX dispute_in_stage         ON dispute (live, stage, id);
CREATE INDEX dispute_of_claimant      ON dispute (claimant, id);
CREATE INDEX dispute_of_respondent    ON dispute (respondent, id);
CREATE INDEX dispute_of_mediator      ON dispute (mediator, id) WHERE mediator IS NOT NULL;
CREATE INDEX dispute_of_decider       ON dispute (decider, id)  WHERE decider IS NOT NULL;
CREATE INDEX dispute_of_reference     ON dispute (reference, id) WHERE reference <> '';

-- Open deadlines. `clock` is empty for real time.
CREATE TABLE deadline (
    dispute BLOB    NOT NULL,
    name    TEXT    NOT NULL,
    stamp   INTEGER NOT NULL,
    at      INTEGER NOT NULL,
    clock   BLOB,
    PRIMARY KEY (dispute, name, stamp)
) STRICT, WITHOUT ROWID;
CREATE INDEX deadline_by_time ON deadline (clock, at);

CREATE TABLE outbox (
    id        TEXT PRIMARY KEY,
    kind      TEXT    NOT NULL,
    dispute   BLOB    NOT NULL,
    event     TEXT    NOT NULL,
    addressee TEXT    NOT NULL,
    notice    TEXT    NOT NULL,
    at        INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- `name` is a digest of scope and key. Rows stand in the order of their writing, so that what has
-- expired is a range at the beginning.
CREATE TABLE receipt (
    turn        INTEGER PRIMARY KEY,
    name        BLOB    NOT NULL,
    fingerprint BLOB    NOT NULL,
    stream      BLOB    NOT NULL,
    version     INTEGER NOT NULL,
    events      BLOB    NOT NULL,
    status      INTEGER NOT NULL,
    at          INTEGER NOT NULL,
    told        TEXT    NOT NULL
) STRICT;
CREATE UNIQUE INDEX receipt_by_name ON receipt (name);

CREATE TABLE platform (
    id         BLOB PRIMARY KEY,
    name       TEXT    NOT NULL,
    created_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE api_key (
    id            BLOB PRIMARY KEY,
    kind          INTEGER NOT NULL,
    live          INTEGER NOT NULL,
    owner         TEXT    NOT NULL,
    label         TEXT    NOT NULL,
    secret_sha256 BLOB    NOT NULL CHECK (length(secret_sha256) = 32),
    created_at    INTEGER NOT NULL,
    expires_at    INTEGER,
    revoked_at    INTEGER
) STRICT, WITHOUT ROWID;

-- `seats` has one bit a kind of seat; languages are separated by spaces.
CREATE TABLE neutral (
    id        BLOB PRIMARY KEY,
    live      INTEGER NOT NULL,
    name      TEXT    NOT NULL,
    seats     INTEGER NOT NULL,
    languages TEXT    NOT NULL,
    country   TEXT    NOT NULL,
    time_zone TEXT    NOT NULL,
    load      INTEGER NOT NULL CHECK (load >= 0),
    load_most INTEGER NOT NULL,
    available INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE test_clock (
    id       BLOB PRIMARY KEY,
    platform BLOB    NOT NULL,
    name     TEXT    NOT NULL,
    now      INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE heartbeat (
    one INTEGER PRIMARY KEY CHECK (one = 1),
    at  INTEGER NOT NULL
) STRICT;

-- What one node at a time works for the whole database, such as the deadlines: who, and until when.
CREATE TABLE lease (
    name   TEXT PRIMARY KEY,
    holder TEXT    NOT NULL,
    until  INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
