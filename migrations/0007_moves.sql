-- What a payment does: the name of a wallet::PaymentKind.
ALTER TABLE payments ADD COLUMN kind
    -- An amount is paid, the account moves to its Falcon key, or all of it moves to another one.
    TEXT NOT NULL DEFAULT 'pay';

-- Contacts whose accounts are signed for by other keys than those of their cards. What a contact says
-- is only a reason to ask the ledger.
CREATE TABLE contact_keys (
    -- The contact.
    contact BLOB NOT NULL PRIMARY KEY REFERENCES contacts (account) DEFERRABLE INITIALLY DEFERRED,
    -- The round since which its keys are others, as it says; 0 if it has said nothing.
    said INTEGER NOT NULL,
    -- The round in which the ledger was asked last; 0 if it was not.
    proved INTEGER NOT NULL,
    -- The address of its strongest key then; NULL until the ledger was asked.
    address BLOB CHECK (length(address) = 21)
) STRICT;

-- What somebody has paid to the address of our Falcon key before the account moves to it, as last proved.
CREATE TABLE waiting (
    -- Always 1.
    id INTEGER NOT NULL PRIMARY KEY CHECK (id = 1),
    -- The round whose header proves it.
    round INTEGER NOT NULL,
    -- How much ABC.
    amount INTEGER NOT NULL
) STRICT;
