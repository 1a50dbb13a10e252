-- The latest headers of the ledger: those that light::Window counts as held, each checked.
CREATE TABLE headers (
    -- Its round.
    round INTEGER NOT NULL PRIMARY KEY,
    -- Encoded ledger::Header.
    header BLOB NOT NULL CHECK (length(header) = 422),
    -- Encoded ledger::Certificate; NULL unless it ends an epoch or was trusted by a jump.
    certificate BLOB
) STRICT;

-- Which header the ledger has in a round, by the word of a contact. A row for each contact that was
-- asked, or has said so.
CREATE TABLE vouches (
    -- The contact.
    contact BLOB NOT NULL PRIMARY KEY REFERENCES contacts (account) DEFERRABLE INITIALLY DEFERRED,
    -- The round that was asked about last; 0 if none was.
    asked INTEGER NOT NULL,
    -- When that was.
    asked_at INTEGER NOT NULL,
    -- Encoded light::Checkpoint, as the contact answered; NULL until it does.
    answer BLOB CHECK (length(answer) = 112)
) STRICT;
