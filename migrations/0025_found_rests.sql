-- What may come back of red envelopes that this account gave out of the private pool, and of which this
-- profile knows nothing else: another device gave them, or this account before it was restored from its
-- words. The change of the bundle tells of them.
CREATE TABLE found_rests (
    -- Order in which they were found.
    seq INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    -- The key under which it waits.
    key BLOB NOT NULL UNIQUE CHECK (length(key) = 32),
    -- The root over the claim keys of the red envelope: that key comes of it.
    root BLOB NOT NULL CHECK (length(root) = 32),
    -- The last round that may hold a claim.
    expiry INTEGER NOT NULL,
    -- The digest of the bundle that made the red envelope.
    bundle BLOB NOT NULL CHECK (length(bundle) = 32),
    -- How it comes back, an encoded wallet::Rest.
    rest BLOB NOT NULL,
    -- The encoded ledger::Claim under which it waits, as last proved; NULL before the end.
    came_back BLOB,
    -- 1 once nothing can come back any more.
    settled INTEGER NOT NULL DEFAULT 0 CHECK (settled IN (0, 1))
) STRICT;

CREATE INDEX found_rests_open ON found_rests (seq) WHERE settled = 0;
