-- The journal on PostgreSQL 15: the tables of 001_journal.sqlite.sql, column for column, in a
-- schema of their own. Run by the owner of the database, in one transaction. What differs is what
-- only a server can give: roles that cannot do more than they must, and rows that a reader of one
-- platform cannot see.
--
-- Ids are bytes: one that names their prefix and the 16 of the UUID (engine/store/keys); where a
-- column holds one kind of id alone, the 16 by themselves. Instants are microseconds since 1970 in
-- UTC. Enums are the numbers of their C++ enumerators, whose order never changes. Wide columns come
-- first, so that no row is padded.

-- Who writes and who reads. A server's own user is a member of both, inherits from neither and
-- takes one of them for each connection. They belong to the whole cluster: where the owner may not
-- create roles, someone who may does it beforehand (docs/OPERATING.md).
DO $$
DECLARE
    wanted text;
BEGIN
    FOREACH wanted IN ARRAY ARRAY['parley_writer', 'parley_reader'] LOOP
        IF NOT EXISTS (SELECT FROM pg_catalog.pg_roles WHERE rolname = wanted) THEN
            BEGIN
                EXECUTE format('CREATE ROLE %I NOLOGIN', wanted);
            EXCEPTION WHEN duplicate_object OR unique_violation THEN
                NULL; -- another database of this cluster was faster
            END;
        END IF;
        IF NOT pg_catalog.pg_has_role(current_user, wanted, 'MEMBER') THEN
            BEGIN
                EXECUTE format('GRANT %I TO %I', wanted, current_user); -- for `parley dev`
            EXCEPTION WHEN insufficient_privilege OR unique_violation THEN
                NULL;
            END;
        END IF;
    END LOOP;
END $$;

-- `place` is log * 2^56 + position: one key that keeps either log together and in order, so that
-- appending goes to the end of the tree. Log 0 is test, log 1 is live.
CREATE TABLE event (
    place    bigint PRIMARY KEY,
    version  bigint   NOT NULL CHECK (version > 0),
    at       bigint   NOT NULL,
    number   integer  NOT NULL,
    room     smallint NOT NULL,
    stream   bytea    NOT NULL,
    id       bytea    NOT NULL,
    nonce    bytea    NOT NULL CHECK (length(nonce) = 32),
    hash     bytea    NOT NULL CHECK (length(hash) = 32),
    stage    text     NOT NULL,
    type     text     NOT NULL,
    envelope bytea    NOT NULL
);
-- The guard of every append, and the way to a stream's events.
CREATE UNIQUE INDEX event_of_stream ON event (stream, version);

CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'events are never changed or deleted';
END $$;
CREATE TRIGGER event_is_never_changed BEFORE UPDATE OR DELETE ON event
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER event_is_never_emptied BEFORE TRUNCATE ON event
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- What erasure deletes; the envelope keeps the commitment.
CREATE TABLE content (
    place bigint PRIMARY KEY,
    salt  bytea NOT NULL CHECK (length(salt) = 32),
    bytes bytea NOT NULL
);

-- One row a log, whose lock puts the commits of all nodes in order. It is rewritten by every batch,
-- and the room in its page lets the old versions be cleared away without a vacuum.
CREATE TABLE log_head (
    size bigint   NOT NULL CHECK (size >= 0),
    log  smallint PRIMARY KEY CHECK (log IN (0, 1))
) WITH (fillfactor = 10);
INSERT INTO log_head (log, size) VALUES (0, 0), (1, 0);

-- One row a dispute, for lists. It is written only when something in it differs, which most acts do
-- not cause: the version is that of the last event, and `changed_at` is empty where it is its time.
CREATE TABLE dispute (
    created_at bigint   NOT NULL,
    changed_at bigint,
    procedure_version integer NOT NULL,
    status     smallint NOT NULL,
    live       boolean  NOT NULL,
    id         bytea    PRIMARY KEY CHECK (length(id) = 16),
    platform   bytea    NOT NULL,
    claimant   bytea    NOT NULL,
    respondent bytea    NOT NULL,
    mediator   bytea,
    decider    bytea,
    clock      bytea,
    stage      text     NOT NULL,
    procedure  text     NOT NULL,
    reference  text     NOT NULL
) WITH (fillfactor = 80);
-- Every index ends in the id, which sorts by time of filing: a page of a list is a range of one
-- index.
CREATE INDEX dispute_of_platform      ON dispute (live, platform, id);
CREATE INDEX dispute_open_of_platform ON dispute (live, platform, id) WHERE status = 0;
CREATE INDEX dispute_in_stage         ON dispute (live, stage, id);
CREATE INDEX dispute_of_claimant      ON dispute (claimant, id);
CREATE INDEX dispute_of_respondent    ON dispute (respondent, id);
CREATE INDEX dispute_of_mediator      ON dispute (mediator, id) WHERE mediator IS NOT NULL;
CREATE INDEX dispute_of_decider       ON dispute (decider, id)  WHERE decider IS NOT NULL;
CREATE INDEX dispute_of_reference     ON dispute (reference, id) WHERE reference <> '';

-- Open deadlines. `clock` is empty for real time. Rows come and go; what is dead is cleared away
-- early, or the search for what is due would walk over it.
CREATE TABLE deadline (
    at      bigint NOT NULL,
    stamp   bigint NOT NULL,
    dispute bytea  NOT NULL,
    name    text   NOT NULL,
    clock   bytea,
    PRIMARY KEY (dispute, name, stamp)
) WITH (autovacuum_vacuum_scale_factor = 0.01, autovacuum_vacuum_threshold = 1000);
CREATE INDEX deadline_by_time  ON deadline (at) WHERE clock IS NULL;
CREATE INDEX deadline_by_clock ON deadline (clock, at) WHERE clock IS NOT NULL;

CREATE TABLE outbox (
    at        bigint NOT NULL,
    dispute   bytea  NOT NULL,
    id        text COLLATE "C" PRIMARY KEY,
    kind      text   NOT NULL,
    event     text   NOT NULL,
    addressee text   NOT NULL,
    notice    text   NOT NULL
) WITH (autovacuum_vacuum_scale_factor = 0.01, autovacuum_vacuum_threshold = 1000);

-- `name` is a digest of scope and key. Rows lie in the order of their writing, so that what has
-- expired is a range of pages, which a very small index finds.
CREATE TABLE receipt (
    version     bigint  NOT NULL,
    at          bigint  NOT NULL,
    status      integer NOT NULL,
    name        bytea   PRIMARY KEY,
    fingerprint bytea   NOT NULL,
    stream      bytea   NOT NULL,
    events      bytea   NOT NULL,
    told        text    NOT NULL
);
CREATE INDEX receipt_by_time ON receipt USING brin (at) WITH (autosummarize = on);

CREATE TABLE platform (
    created_at bigint NOT NULL,
    id         bytea  PRIMARY KEY,
    name       text   NOT NULL
);

CREATE TABLE api_key (
    created_at    bigint   NOT NULL,
    expires_at    bigint,
    revoked_at    bigint,
    kind          smallint NOT NULL,
    live          boolean  NOT NULL,
    id            bytea    PRIMARY KEY,
    secret_sha256 bytea    NOT NULL CHECK (length(secret_sha256) = 32),
    owner         text     NOT NULL,
    label         text     NOT NULL
);

-- `seats` has one bit a kind of seat; languages are separated by spaces.
CREATE TABLE neutral (
    load      integer NOT NULL CHECK (load >= 0),
    load_most integer NOT NULL,
    seats     integer NOT NULL,
    live      boolean NOT NULL,
    available boolean NOT NULL,
    id        bytea   PRIMARY KEY,
    name      text    NOT NULL,
    languages text    NOT NULL,
    country   text    NOT NULL,
    time_zone text    NOT NULL
);

CREATE TABLE test_clock (
    now      bigint NOT NULL,
    id       bytea  PRIMARY KEY,
    platform bytea  NOT NULL,
    name     text   NOT NULL
);

CREATE TABLE heartbeat (
    at  bigint NOT NULL,
    one smallint PRIMARY KEY CHECK (one = 1)
) WITH (fillfactor = 10);

-- What one node at a time works for the whole database, such as the deadlines: who, and until when.
CREATE TABLE lease (
    name   text PRIMARY KEY,
    holder text   NOT NULL,
    until  bigint NOT NULL
);

-- Rights. The writer cannot change or delete an event even if it wanted to; the reader can change
-- nothing at all.
GRANT USAGE ON SCHEMA parley TO parley_writer, parley_reader;
GRANT SELECT ON ALL TABLES IN SCHEMA parley TO parley_writer, parley_reader;
GRANT INSERT ON event, content, dispute, deadline, outbox, receipt, platform, api_key, neutral,
    test_clock, heartbeat, lease TO parley_writer;
GRANT UPDATE ON log_head, dispute, api_key, neutral, test_clock, heartbeat, lease TO parley_writer;
GRANT DELETE ON content, deadline, outbox, receipt TO parley_writer;

-- Whose rows a reader's transaction may see: the bytes of one platform's id in hexadecimal, or
-- `every` for what serves the engine itself (replay, timers, verification) and those whose office
-- spans platforms. A transaction that has not said so fails instead of seeing anything.
CREATE FUNCTION tenant() RETURNS bytea LANGUAGE sql STABLE PARALLEL SAFE AS $$
    SELECT CASE current_setting('parley.tenant') WHEN 'every' THEN NULL
           ELSE decode(current_setting('parley.tenant'), 'hex') END
$$;
REVOKE ALL ON FUNCTION tenant() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION tenant() TO parley_writer, parley_reader;

DO $$
DECLARE
    one record;
BEGIN
    FOR one IN SELECT * FROM (VALUES
        ('dispute',    'platform = (SELECT parley.tenant())'),
        ('platform',   'id = (SELECT parley.tenant())'),
        ('test_clock', 'platform = (SELECT parley.tenant())'),
        ('event',    'EXISTS (SELECT FROM parley.dispute d WHERE d.id = substr(event.stream, 2))'),
        ('content',  'EXISTS (SELECT FROM parley.event e WHERE e.place = content.place)'),
        ('deadline', 'EXISTS (SELECT FROM parley.dispute d WHERE d.id = deadline.dispute)'),
        ('outbox',   'EXISTS (SELECT FROM parley.dispute d WHERE d.id = outbox.dispute)'),
        -- Of these a platform's reader needs none: digests of secrets, and names of receipts.
        ('api_key',    'false'),
        ('receipt',    'false')) AS rule (name, own)
    LOOP
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', one.name);
        EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', one.name);
        EXECUTE format('CREATE POLICY writer ON %I TO parley_writer USING (true) WITH CHECK (true)',
                       one.name);
        EXECUTE format('CREATE POLICY reader ON %I FOR SELECT TO parley_reader'
                       ' USING ((SELECT parley.tenant()) IS NULL OR %s)', one.name, one.own);
    END LOOP;
END $$;
