-- The table of 005_search.sqlite.sql: words that a dispute can be found by, which go when its content
-- is erased (docs/decisions/0018).
CREATE TABLE dispute_word (
    live     boolean NOT NULL,
    platform bytea   NOT NULL,
    word     text COLLATE "C" NOT NULL,
    dispute  bytea   NOT NULL,
    PRIMARY KEY (live, platform, word, dispute)
);
CREATE INDEX dispute_word_of_dispute ON dispute_word (dispute, word);

GRANT SELECT ON dispute_word TO parley_writer, parley_reader;
GRANT INSERT, DELETE ON dispute_word TO parley_writer;
ALTER TABLE dispute_word ENABLE ROW LEVEL SECURITY;
ALTER TABLE dispute_word FORCE ROW LEVEL SECURITY;
CREATE POLICY writer ON dispute_word TO parley_writer USING (true) WITH CHECK (true);
CREATE POLICY reader ON dispute_word FOR SELECT TO parley_reader
    USING ((SELECT parley.tenant()) IS NULL OR platform = (SELECT parley.tenant()));
