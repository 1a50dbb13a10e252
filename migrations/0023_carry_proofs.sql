-- What proves that a balance was carried over: which proofs grantees were handed, and those that came
-- with grants.
CREATE TABLE proofs_given (
    -- The grant.
    serial BLOB NOT NULL REFERENCES grants_given (serial) DEFERRABLE INITIALLY DEFERRED,
    -- The digest of the carry-over's bundle.
    bundle BLOB NOT NULL CHECK (length(bundle) = 32),
    PRIMARY KEY (serial, bundle)
) STRICT, WITHOUT ROWID;

CREATE TABLE proofs_received (
    -- The grant.
    serial BLOB NOT NULL REFERENCES grants_received (serial) DEFERRABLE INITIALLY DEFERRED,
    -- The digest of the carry-over's bundle.
    bundle BLOB NOT NULL CHECK (length(bundle) = 32),
    -- Encoded wallet::review::CarriedProof.
    proof BLOB NOT NULL,
    -- 1 once our own light node has found that it holds; one that does not is removed.
    holds INTEGER NOT NULL DEFAULT 0 CHECK (holds IN (0, 1)),
    PRIMARY KEY (serial, bundle)
) STRICT, WITHOUT ROWID;

-- How many proofs that came with it did not hold.
ALTER TABLE grants_received ADD COLUMN refused_proofs INTEGER NOT NULL DEFAULT 0;
