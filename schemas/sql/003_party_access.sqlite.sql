-- Parties' own access: sign-ins that were begun, and tokens that were revoked before their time. Tokens
-- themselves have no rows: what they say is sealed inside them. Instants are microseconds since 1970 in
-- UTC.
CREATE TABLE sign_in (
    id         BLOB PRIMARY KEY CHECK (length(id) = 16),
    dispute    BLOB    NOT NULL,
    party      BLOB    NOT NULL,
    made_at    INTEGER NOT NULL,
    expires_at INTEGER NOT NULL,
    wrong      INTEGER NOT NULL,
    used_at    INTEGER
) STRICT, WITHOUT ROWID;
CREATE INDEX sign_in_of_party ON sign_in (party, made_at);
CREATE INDEX sign_in_by_end   ON sign_in (expires_at);

CREATE TABLE revoked_token (
    id         BLOB NOT NULL CHECK (length(id) = 16),
    dispute    BLOB NOT NULL,
    keep_until INTEGER NOT NULL,
    PRIMARY KEY (id, dispute)
) STRICT, WITHOUT ROWID;
