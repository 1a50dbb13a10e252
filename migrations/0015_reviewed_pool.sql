-- The private side of accounts that are reviewed, as the keys show it that were granted; and profiles
-- that only review.
CREATE TABLE reviewed_keys (
    -- The account.
    account BLOB NOT NULL CHECK (length(account) = 32),
    -- The fingerprint of one of its granted keys.
    name BLOB NOT NULL CHECK (length(name) = 32),
    -- How many bundles of the pool's log it has read, and the running hash over them.
    count INTEGER NOT NULL,
    hash BLOB NOT NULL CHECK (length(hash) = 32),
    -- The round that this is proved for.
    round INTEGER NOT NULL,
    PRIMARY KEY (account, name)
) STRICT, WITHOUT ROWID;

CREATE TABLE reviewed_notes (
    -- The account.
    account BLOB NOT NULL CHECK (length(account) = 32),
    -- The spent mark of a note of its, which a full viewing key has found.
    nullifier BLOB NOT NULL CHECK (length(nullifier) = 32),
    -- That key's fingerprint.
    name BLOB NOT NULL CHECK (length(name) = 32),
    -- How much ABC.
    value INTEGER NOT NULL,
    -- The round in which it was spent; NULL while it is not.
    spent INTEGER,
    PRIMARY KEY (account, nullifier)
) STRICT, WITHOUT ROWID;

CREATE TABLE reviewed_moves (
    -- The account.
    account BLOB NOT NULL CHECK (length(account) = 32),
    -- The number of a bundle in the pool's log, from 0.
    number INTEGER NOT NULL,
    -- The time of its round.
    time INTEGER NOT NULL,
    -- Encoded wallet::review::PoolMove: what the keys show of it. Secret.
    move BLOB NOT NULL,
    PRIMARY KEY (account, number)
) STRICT, WITHOUT ROWID;

-- 1 for a profile that looks and never signs.
ALTER TABLE profile ADD COLUMN review_only INTEGER NOT NULL DEFAULT 0 CHECK (review_only IN (0, 1));
