-- Sessions are saved one by one; prekeys have a time and come in four kinds; a publication of them
-- is sent again until it is confirmed.

-- Sessions change their format, and there is no network yet whose conversations would be lost: they
-- begin anew.
DROP TABLE sessions;

-- The encrypted sessions with each contact: the current one, and those before it.
CREATE TABLE sessions (
    -- The contact.
    contact BLOB NOT NULL
        REFERENCES contacts (account) DEFERRABLE INITIALLY DEFERRED,
    -- The base key that began it.
    name BLOB NOT NULL CHECK (length(name) = 33),
    -- Encoded state of `ratchet`. Secret.
    state BLOB NOT NULL,
    PRIMARY KEY (contact, name)
) STRICT;

ALTER TABLE prekeys RENAME TO former_prekeys;

-- Our prekeys, with their private halves.
CREATE TABLE prekeys (
    -- Order in which they were made.
    seq INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    -- Which kind: signed Curve25519, one-time Curve25519, Kyber-1024 of last resort, one-time
    -- Kyber-1024.
    kind TEXT NOT NULL CHECK (kind IN ('signed', 'one_time', 'kyber', 'one_time_kyber')),
    -- Its number; both kinds of Kyber prekeys share theirs.
    id INTEGER NOT NULL,
    -- Encoded record of `ratchet`. Secret.
    record BLOB NOT NULL,
    -- When it was made; 0 for one of an earlier release.
    created INTEGER NOT NULL,
    -- Since when nobody is given it any more; NULL while somebody may be.
    replaced INTEGER,
    UNIQUE (kind, id)
) STRICT;

-- A record has a format byte now.
INSERT INTO prekeys (kind, id, record, created)
    SELECT kind, id, CAST(x'01' || record AS BLOB), 0 FROM former_prekeys ORDER BY kind, id;

DROP TABLE former_prekeys;

-- The publication of our prekeys that the home worker has not confirmed yet, at most one. Sent again
-- byte for byte.
CREATE TABLE publications (
    -- Its number.
    number INTEGER NOT NULL PRIMARY KEY,
    -- Encoded wire::directory::DirectoryRequest.
    request BLOB NOT NULL
) STRICT;
