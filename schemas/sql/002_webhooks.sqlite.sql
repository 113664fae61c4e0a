-- Webhooks. Nothing here is written by an act: who delivers follows the log with a cursor for each
-- endpoint, and there is a row only for a message that was tried or has to wait.

-- `cursor` is a position in the endpoint's log: what lies at or before it was delivered or has a row.
-- `holder` is the node that delivers, until `held_until`. Secrets are sealed. Instants are
-- microseconds since 1970 in UTC.
CREATE TABLE webhook_endpoint (
    id               BLOB PRIMARY KEY CHECK (length(id) = 16),
    live             INTEGER NOT NULL,
    platform         BLOB    NOT NULL,
    url              TEXT    NOT NULL,
    description      TEXT    NOT NULL,
    events           TEXT    NOT NULL, -- message types with a space between them; empty: all
    signing          INTEGER NOT NULL,
    status           INTEGER NOT NULL,
    disabled_because TEXT    NOT NULL,
    secret           BLOB    NOT NULL,
    previous_secret  BLOB    NOT NULL,
    previous_until   INTEGER,
    created_at       INTEGER NOT NULL,
    cursor           INTEGER NOT NULL,
    failing_since    INTEGER,
    holder           TEXT    NOT NULL DEFAULT '',
    held_until       INTEGER NOT NULL DEFAULT 0
) STRICT, WITHOUT ROWID;

CREATE TABLE webhook_delivery (
    turn       INTEGER PRIMARY KEY,
    endpoint   BLOB    NOT NULL,
    message    BLOB    NOT NULL,
    position   INTEGER NOT NULL,
    dispute    BLOB,
    number     INTEGER NOT NULL,
    type       TEXT    NOT NULL,
    at         INTEGER NOT NULL,
    state      INTEGER NOT NULL, -- 0 pending, 1 delivered, 2 failed
    tries      INTEGER NOT NULL,
    next_at    INTEGER,
    created_at INTEGER NOT NULL,
    attempts   TEXT    NOT NULL
) STRICT;
CREATE UNIQUE INDEX webhook_delivery_once    ON webhook_delivery (endpoint, message);
CREATE INDEX        webhook_delivery_listed  ON webhook_delivery (endpoint, turn);
CREATE INDEX        webhook_delivery_pending ON webhook_delivery (endpoint, position) WHERE state = 0;
CREATE INDEX        webhook_delivery_failed  ON webhook_delivery (endpoint, turn) WHERE state = 2;
