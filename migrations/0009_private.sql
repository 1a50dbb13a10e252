-- Money in the private pool: the notes that are ours, how far the log was read, what is to be paid.
CREATE TABLE pool (
    -- Always 1.
    id INTEGER NOT NULL PRIMARY KEY CHECK (id = 1),
    -- The round that this is proved for.
    round INTEGER NOT NULL,
    -- Encoded wallet::private::PoolState: the place in the log, and the tree. Secret.
    state BLOB NOT NULL
) STRICT;

CREATE TABLE notes (
    -- The note's spent mark.
    nullifier BLOB NOT NULL PRIMARY KEY CHECK (length(nullifier) = 32),
    -- Where its leaf stands; notes are listed in this order.
    position INTEGER NOT NULL,
    -- How much ABC.
    value INTEGER NOT NULL,
    -- Encoded wallet::private::OwnNote. Secret.
    note BLOB NOT NULL,
    -- The digest of the bundle that made it.
    bundle BLOB NOT NULL CHECK (length(bundle) = 32),
    -- The contact to whom its address was given; NULL for any other.
    contact BLOB REFERENCES contacts (account) DEFERRABLE INITIALLY DEFERRED,
    -- The round in which it was spent; NULL while it is not.
    spent INTEGER,
    -- The digest of the bundle that spent it.
    spent_by BLOB CHECK (length(spent_by) = 32),
    CHECK ((spent IS NULL) = (spent_by IS NULL))
) STRICT, WITHOUT ROWID;

CREATE INDEX notes_by_position ON notes (position);

CREATE INDEX notes_by_bundle ON notes (bundle);

CREATE TABLE transfers (
    -- Order in which they were asked for.
    seq INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    -- Names the wish.
    intent BLOB NOT NULL UNIQUE CHECK (length(intent) = 16),
    -- Encoded wallet::private::PrivatePayee.
    recipient BLOB NOT NULL,
    -- The contact it is for; NULL if none was named.
    contact BLOB REFERENCES contacts (account) DEFERRABLE INITIALLY DEFERRED,
    -- What the payee gets.
    amount INTEGER NOT NULL,
    -- What the payer says about it.
    memo TEXT,
    -- When it was asked for.
    created INTEGER NOT NULL,
    -- Id of its transaction; NULL until it is proved.
    tx BLOB CHECK (length(tx) = 32),
    -- The proved and signed transaction.
    bytes BLOB,
    -- The digest of its bundle, by which the log and chats know it.
    bundle BLOB CHECK (length(bundle) = 32),
    -- What it costs beside the amount.
    fee INTEGER,
    -- The last round that may include it.
    expiry INTEGER,
    -- What became of it.
    state TEXT NOT NULL CHECK (state IN ('planned', 'queued', 'submitted', 'final', 'expired')),
    -- The round that made it final.
    final_round INTEGER,
    CHECK ((state = 'final') = (final_round IS NOT NULL)),
    CHECK ((tx IS NULL) = (bytes IS NULL)),
    CHECK (tx IS NOT NULL OR bundle IS NULL),
    CHECK ((tx IS NULL) = (fee IS NULL)),
    CHECK ((tx IS NULL) = (expiry IS NULL)),
    CHECK (tx IS NOT NULL OR state IN ('planned', 'expired'))
) STRICT;

CREATE INDEX transfers_by_bundle ON transfers (bundle);

CREATE INDEX transfers_open ON transfers (seq) WHERE state IN ('planned', 'queued', 'submitted');

-- Where the contact is paid in the private pool, encoded; NULL until it has told us.
ALTER TABLE envelope_keys ADD COLUMN shielded BLOB CHECK (length(shielded) = 47);
-- The number of the period account of which we have told it an address last; 0 before the first.
ALTER TABLE envelope_keys ADD COLUMN told_period INTEGER NOT NULL DEFAULT 0;
