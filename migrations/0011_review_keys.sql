-- Review keys: what was given and to whom, what was received and what it opens, and the accounts that
-- are reviewed.
CREATE TABLE grants_given (
    -- Order in which they were given.
    seq INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    -- The grant's serial number.
    serial BLOB NOT NULL UNIQUE CHECK (length(serial) = 16),
    -- The contact that it went to over chat; NULL if it went as a file.
    contact BLOB REFERENCES contacts (account) DEFERRABLE INITIALLY DEFERRED,
    -- Encoded wallet::review::ReviewGrant; it holds no key.
    grant_bytes BLOB NOT NULL,
    -- When it was stopped; NULL unless it was.
    stopped INTEGER,
    -- How many keys were issued behind the card.
    issued INTEGER NOT NULL,
    -- The digest of the last one; before the first, of the grant.
    tip BLOB NOT NULL CHECK (length(tip) = 32),
    -- The newest period account that it opens.
    last_period INTEGER NOT NULL
) STRICT;

CREATE TABLE grants_received (
    -- Order in which they came.
    seq INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    -- The grant's serial number.
    serial BLOB NOT NULL UNIQUE CHECK (length(serial) = 16),
    -- The account that it opens.
    account BLOB NOT NULL CHECK (length(account) = 32),
    -- The contact that sent it; NULL if it came as a file.
    contact BLOB REFERENCES contacts (account) DEFERRABLE INITIALLY DEFERRED,
    -- Encoded wallet::review::ReviewGrant.
    grant_bytes BLOB NOT NULL,
    -- When it came.
    received INTEGER NOT NULL,
    -- When it was stopped, as its owner says; NULL unless it was.
    stopped INTEGER,
    -- How many keys have come behind the card.
    issued INTEGER NOT NULL,
    -- The digest of the last one; before the first, of the grant.
    tip BLOB NOT NULL CHECK (length(tip) = 32),
    -- Whether the ledger says that the account's strongest key has signed it; NULL before it was asked.
    proved INTEGER CHECK (proved IN (0, 1))
) STRICT;

CREATE TABLE granted_keys (
    -- The grant.
    serial BLOB NOT NULL REFERENCES grants_received (serial) DEFERRABLE INITIALLY DEFERRED,
    -- The period account.
    period INTEGER NOT NULL,
    -- Encoded wallet::review::GrantedKey. Secret.
    key BLOB NOT NULL,
    PRIMARY KEY (serial, period)
) STRICT, WITHOUT ROWID;

CREATE TABLE review_letters (
    -- Order in which they were written.
    seq INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    -- The content's id, which a receipt names.
    id BLOB NOT NULL CHECK (length(id) = 16),
    -- For whom.
    contact BLOB NOT NULL REFERENCES contacts (account) DEFERRABLE INITIALLY DEFERRED,
    -- Encoded chat::Content; empty once it has arrived. Secret.
    content BLOB NOT NULL,
    -- When it was put on its way last.
    sent INTEGER NOT NULL,
    -- How far it got.
    delivery TEXT NOT NULL CHECK (delivery IN ('queued', 'sent', 'delivered', 'failed')),
    UNIQUE (contact, id)
) STRICT;

CREATE INDEX review_letters_open ON review_letters (seq) WHERE delivery <> 'delivered';

-- Months in which the period account was changed before their end.
CREATE TABLE period_stops (
    -- The month's number.
    month INTEGER NOT NULL PRIMARY KEY,
    -- How often.
    stop INTEGER NOT NULL CHECK (stop BETWEEN 1 AND 63)
) STRICT;

CREATE TABLE reviewed (
    -- The account.
    account BLOB NOT NULL PRIMARY KEY CHECK (length(account) = 32),
    -- The round whose header proves what follows.
    round INTEGER NOT NULL,
    -- Its home address.
    home BLOB NOT NULL CHECK (length(home) = 21),
    -- Encoded ledger::Account; NULL while nobody has paid it.
    record BLOB
) STRICT;

CREATE TABLE reviewed_entries (
    -- The account.
    account BLOB NOT NULL CHECK (length(account) = 32),
    -- The entry's number in its history.
    counter INTEGER NOT NULL,
    -- The time of its round.
    time INTEGER NOT NULL,
    -- Encoded ledger::Entry.
    entry BLOB NOT NULL,
    -- The running hash of the history up to it.
    hash BLOB NOT NULL CHECK (length(hash) = 32),
    PRIMARY KEY (account, counter)
) STRICT, WITHOUT ROWID;
