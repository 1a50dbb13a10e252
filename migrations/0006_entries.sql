-- The ledger has more kinds of entries: their names are the ledger's to know.
CREATE TABLE entries_6 (
    -- Number of the entry, from 1.
    counter INTEGER NOT NULL PRIMARY KEY,
    -- The transaction behind it.
    tx BLOB NOT NULL CHECK (length(tx) = 32),
    -- What it is: the name of a ledger::EntryKind.
    kind TEXT NOT NULL,
    -- The time of its round's header.
    time INTEGER NOT NULL,
    -- Encoded ledger::Entry.
    entry BLOB NOT NULL,
    -- The account's history hash after it.
    hash BLOB NOT NULL CHECK (length(hash) = 32)
) STRICT;

INSERT INTO entries_6 (counter, tx, kind, time, entry, hash)
SELECT counter, tx, kind, time, entry, hash FROM entries;

DROP TABLE entries;

ALTER TABLE entries_6 RENAME TO entries;

CREATE INDEX entries_by_tx ON entries (tx);
