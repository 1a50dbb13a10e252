-- Requests of payment, and the address book. What is said to pay a request stands in the messages.
CREATE TABLE requests (
    -- Order in which they were told.
    seq INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    -- Made by whoever asks; that of its message.
    id BLOB NOT NULL CHECK (length(id) = 16),
    -- The other side.
    contact BLOB NOT NULL REFERENCES contacts (account) DEFERRABLE INITIALLY DEFERRED,
    -- Set if we ask.
    made INTEGER NOT NULL CHECK (made IN (0, 1)),
    -- What is asked for.
    amount INTEGER NOT NULL CHECK (amount > 0),
    -- What for.
    memo TEXT NOT NULL,
    -- Until when it is wanted; NULL for no end.
    expiry INTEGER,
    -- When it was told.
    told INTEGER NOT NULL,
    -- Who has closed it; NULL if nobody has.
    closed TEXT CHECK (closed IN ('by_us', 'by_contact')),
    -- When.
    closed_at INTEGER,
    UNIQUE (contact, made, id),
    CHECK ((closed IS NULL) = (closed_at IS NULL))
) STRICT;

CREATE TABLE address_book (
    -- Order in which they were named.
    seq INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    -- Encoded wallet::Destination.
    address BLOB NOT NULL UNIQUE CHECK (length(address) IN (21, 47)),
    -- As the person calls it.
    name TEXT NOT NULL UNIQUE,
    -- When it was named first.
    added INTEGER NOT NULL
) STRICT;

-- The request that a message pays; of a message without a payment, its own id: it brings that request.
ALTER TABLE messages ADD COLUMN request BLOB CHECK (length(request) = 16);

CREATE INDEX messages_by_request ON messages (contact, request) WHERE request IS NOT NULL;
