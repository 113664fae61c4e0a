-- Words of the notice that a dispute can be found by: its reference and the names of its parties.
-- They are personal and go when the content of the dispute is erased (docs/decisions/0018).
CREATE TABLE dispute_word (
    live     INTEGER NOT NULL,
    platform BLOB    NOT NULL,
    word     TEXT    NOT NULL,
    dispute  BLOB    NOT NULL,
    PRIMARY KEY (live, platform, word, dispute)
) STRICT, WITHOUT ROWID;
CREATE INDEX dispute_word_of_dispute ON dispute_word (dispute, word);
