-- Parties' own access; what 003_party_access.sqlite.sql says of it holds here.

CREATE TABLE sign_in (
    made_at    bigint  NOT NULL,
    expires_at bigint  NOT NULL,
    used_at    bigint,
    wrong      integer NOT NULL,
    id         bytea   PRIMARY KEY CHECK (length(id) = 16),
    dispute    bytea   NOT NULL,
    party      bytea   NOT NULL
);
CREATE INDEX sign_in_of_party ON sign_in (party, made_at);
CREATE INDEX sign_in_by_end   ON sign_in (expires_at);

CREATE TABLE revoked_token (
    keep_until bigint NOT NULL,
    id         bytea  NOT NULL CHECK (length(id) = 16),
    dispute    bytea  NOT NULL,
    PRIMARY KEY (id, dispute)
);

GRANT SELECT ON sign_in, revoked_token TO parley_writer, parley_reader;
GRANT INSERT, DELETE ON sign_in, revoked_token TO parley_writer;
GRANT UPDATE ON sign_in TO parley_writer;

DO $$
DECLARE
    one record;
BEGIN
    FOR one IN SELECT * FROM (VALUES
        ('sign_in',       'EXISTS (SELECT FROM parley.dispute d WHERE d.id = sign_in.dispute)'),
        ('revoked_token', 'EXISTS (SELECT FROM parley.dispute d WHERE d.id = revoked_token.dispute)'))
        AS rule (name, own)
    LOOP
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', one.name);
        EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', one.name);
        EXECUTE format('CREATE POLICY writer ON %I TO parley_writer USING (true) WITH CHECK (true)',
                       one.name);
        EXECUTE format('CREATE POLICY reader ON %I FOR SELECT TO parley_reader'
                       ' USING ((SELECT parley.tenant()) IS NULL OR %s)', one.name, one.own);
    END LOOP;
END $$;
