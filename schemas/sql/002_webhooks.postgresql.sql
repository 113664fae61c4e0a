-- Webhooks; what 002_webhooks.sqlite.sql says of them holds here.

CREATE TABLE webhook_endpoint (
    created_at       bigint   NOT NULL,
    cursor           bigint   NOT NULL,
    previous_until   bigint,
    failing_since    bigint,
    held_until       bigint   NOT NULL DEFAULT 0,
    signing          smallint NOT NULL,
    status           smallint NOT NULL,
    live             boolean  NOT NULL,
    id               bytea    PRIMARY KEY CHECK (length(id) = 16),
    platform         bytea    NOT NULL,
    url              text     NOT NULL,
    description      text     NOT NULL,
    events           text     NOT NULL,
    disabled_because text     NOT NULL,
    secret           bytea    NOT NULL,
    previous_secret  bytea    NOT NULL,
    holder           text     NOT NULL DEFAULT ''
) WITH (fillfactor = 50);

CREATE TABLE webhook_delivery (
    turn       bigint   GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    position   bigint   NOT NULL,
    at         bigint   NOT NULL,
    next_at    bigint,
    created_at bigint   NOT NULL,
    number     integer  NOT NULL,
    tries      integer  NOT NULL,
    state      smallint NOT NULL, -- 0 pending, 1 delivered, 2 failed
    endpoint   bytea    NOT NULL,
    message    bytea    NOT NULL,
    dispute    bytea,
    type       text     NOT NULL,
    attempts   text     NOT NULL
);
CREATE UNIQUE INDEX webhook_delivery_once    ON webhook_delivery (endpoint, message);
CREATE INDEX        webhook_delivery_listed  ON webhook_delivery (endpoint, turn);
CREATE INDEX        webhook_delivery_pending ON webhook_delivery (endpoint, position) WHERE state = 0;
CREATE INDEX        webhook_delivery_failed  ON webhook_delivery (endpoint, turn) WHERE state = 2;
CREATE INDEX        webhook_delivery_by_time ON webhook_delivery USING brin (created_at)
    WITH (autosummarize = on);

GRANT SELECT ON webhook_endpoint, webhook_delivery TO parley_writer, parley_reader;
GRANT INSERT, UPDATE, DELETE ON webhook_endpoint, webhook_delivery TO parley_writer;

DO $$
DECLARE
    one record;
BEGIN
    FOR one IN SELECT * FROM (VALUES
        ('webhook_endpoint', 'platform = (SELECT parley.tenant())'),
        ('webhook_delivery', 'EXISTS (SELECT FROM parley.webhook_endpoint w'
                             ' WHERE w.id = webhook_delivery.endpoint)')) AS rule (name, own)
    LOOP
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', one.name);
        EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', one.name);
        EXECUTE format('CREATE POLICY writer ON %I TO parley_writer USING (true) WITH CHECK (true)',
                       one.name);
        EXECUTE format('CREATE POLICY reader ON %I FOR SELECT TO parley_reader'
                       ' USING ((SELECT parley.tenant()) IS NULL OR %s)', one.name, one.own);
    END LOOP;
END $$;
