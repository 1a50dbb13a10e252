-- Red envelopes out of the private pool.
-- What the members of the chat are told of the red envelope that a transfer makes, an encoded
-- ledger::Gift without its transaction; NULL for any other. Secret.
ALTER TABLE transfers ADD COLUMN gift BLOB;

-- How what nobody claims comes back to us, an encoded wallet::Rest; NULL unless we gave it out of the
-- pool.
ALTER TABLE gifts ADD COLUMN rest BLOB;
-- The encoded ledger::Claim under which that waits, as last proved; NULL before the end.
ALTER TABLE gifts ADD COLUMN came_back BLOB;
