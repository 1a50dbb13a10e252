-- One-time prekeys are of two kinds; each fetch takes one of each.
ALTER TABLE one_time_keys RENAME TO former_keys;

-- One row for each one-time prekey that nobody has been given yet.
CREATE TABLE one_time_keys (
    position INTEGER PRIMARY KEY AUTOINCREMENT,
    directory_key BLOB NOT NULL REFERENCES bundles (directory_key) ON DELETE CASCADE,
    kind TEXT NOT NULL CHECK (kind IN ('curve', 'kyber')),
    bytes BLOB NOT NULL,
    UNIQUE (directory_key, kind, bytes)
) STRICT;

INSERT INTO one_time_keys (directory_key, kind, bytes)
    SELECT directory_key, 'curve', bytes FROM former_keys ORDER BY position;

DROP TABLE former_keys;
