-- Who paid what is told by the address that was paid; and what is needed to say no more than is so.

-- Of a request of ours, the encoded address in the private pool that it alone was given; of one of a
-- contact, what the contact calls so. NULL for none.
ALTER TABLE requests ADD COLUMN address BLOB CHECK (length(address) = 47);

-- Whom the note was paid to: diversifier and transmission key. NULL for notes that were found before
-- any address was given away for more than a contact.
ALTER TABLE notes ADD COLUMN receiver BLOB CHECK (length(receiver) = 43);

CREATE INDEX notes_by_receiver ON notes (receiver) WHERE receiver IS NOT NULL;

-- The payment out of the private pool, by its intent, for which this was put in; NULL for none.
ALTER TABLE payments ADD COLUMN put_in_for BLOB CHECK (length(put_in_for) = 16);

CREATE INDEX payments_by_put_in_for ON payments (put_in_for) WHERE put_in_for IS NOT NULL;

-- Addresses in the private pool that were given away under a label: links and addresses to show.
CREATE TABLE labelled (
    -- Diversifier and transmission key.
    receiver BLOB NOT NULL PRIMARY KEY CHECK (length(receiver) = 43),
    -- What it is for, as the person calls it.
    label TEXT NOT NULL,
    -- When it was given first.
    given INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- Bundles of the private pool that spend notes of ours, as the log has them.
CREATE TABLE spending_bundles (
    -- The bundle's digest.
    bundle BLOB NOT NULL PRIMARY KEY CHECK (length(bundle) = 32),
    -- What such a bundle costs if all that it moves stays in the pool.
    fee INTEGER NOT NULL,
    -- The time of its round's header.
    time INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- What the managers have switched off, as last proved.
CREATE TABLE flags (
    -- Always 1.
    id INTEGER NOT NULL PRIMARY KEY CHECK (id = 1),
    -- In the state of this round.
    round INTEGER NOT NULL,
    -- From this round on the private pool takes nothing; NULL while it runs.
    pool_stop INTEGER,
    -- From this round on ECDSA is refused; NULL while it is not.
    ecdsa_off INTEGER
) STRICT;
