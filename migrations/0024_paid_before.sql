-- A payment out of the pool that another device made, or this account before it was restored from its
-- words, is read with the account's own keys: to whom, how much, what was said.
ALTER TABLE spending_bundles ADD COLUMN
    -- What the bundle does; NULL where that was not read.
    did BLOB;
