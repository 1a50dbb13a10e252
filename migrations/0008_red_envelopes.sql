-- Red envelopes: by which keys contacts are named in them, what was told of each, what is proved.
CREATE TABLE envelope_keys (
    -- The contact.
    contact BLOB NOT NULL PRIMARY KEY REFERENCES contacts (account) DEFERRABLE INITIALLY DEFERRED,
    -- Its envelope key; NULL until it has told us.
    theirs BLOB CHECK (length(theirs) = 32),
    -- Set once ours is on the way to it.
    told INTEGER NOT NULL DEFAULT 0 CHECK (told IN (0, 1))
) STRICT;

CREATE TABLE gifts (
    -- Order in which they were told.
    seq INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    -- The red envelope's id on the ledger.
    id BLOB NOT NULL UNIQUE CHECK (length(id) = 32),
    -- The transaction that makes it.
    tx BLOB NOT NULL CHECK (length(tx) = 32),
    -- The chat.
    contact BLOB NOT NULL REFERENCES contacts (account) DEFERRABLE INITIALLY DEFERRED,
    -- Set if we made it.
    made INTEGER NOT NULL CHECK (made IN (0, 1)),
    -- When it was told.
    told INTEGER NOT NULL,
    -- Encoded ledger::Gift: what its members were told. Secret.
    gift BLOB NOT NULL,
    -- Encoded ledger::RedEnvelope as last proved; NULL until the ledger has it.
    record BLOB,
    -- The round of the last proof, 0 before the first.
    seen INTEGER NOT NULL,
    -- What it is.
    state TEXT NOT NULL CHECK (state IN ('queued', 'open', 'done', 'refunded', 'failed')),
    -- Set once nothing about it can change any more.
    settled INTEGER NOT NULL CHECK (settled IN (0, 1)),
    -- Id of our claim; NULL unless one is under way.
    claim_tx BLOB CHECK (length(claim_tx) = 32),
    -- The signed claim.
    claim_bytes BLOB,
    -- The last round that may include it.
    claim_expiry INTEGER,
    -- The round in which a node took it last; NULL before.
    claim_taken INTEGER,
    CHECK ((claim_tx IS NULL) = (claim_bytes IS NULL)),
    CHECK ((claim_tx IS NULL) = (claim_expiry IS NULL))
) STRICT;

CREATE INDEX gifts_open ON gifts (seq) WHERE settled = 0;

CREATE INDEX gifts_by_tx ON gifts (tx);

CREATE TABLE gift_claims (
    -- The red envelope.
    gift BLOB NOT NULL REFERENCES gifts (id) DEFERRABLE INITIALLY DEFERRED,
    -- The claim key.
    key BLOB NOT NULL CHECK (length(key) = 32),
    -- Encoded ledger::Claim, as proved.
    claim BLOB NOT NULL,
    PRIMARY KEY (gift, key)
) STRICT, WITHOUT ROWID;

-- The red envelope that a message brings; NULL if it brings none.
ALTER TABLE messages ADD COLUMN envelope BLOB CHECK (length(envelope) = 32);
