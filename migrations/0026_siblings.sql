-- Payments that another device of the same words makes: this one waits for them, sends their bytes again
-- and makes no attempt of its own.
ALTER TABLE payments ADD COLUMN
    -- The device that made it; NULL for this one.
    device BLOB CHECK (length(device) = 16);

ALTER TABLE transfers ADD COLUMN
    -- The device that made it; NULL for this one.
    device BLOB CHECK (length(device) = 16);

-- The other devices, as they have told.
CREATE TABLE siblings (
    device BLOB NOT NULL PRIMARY KEY CHECK (length(device) = 16),
    -- The worker whose board it reads.
    worker BLOB NOT NULL CHECK (length(worker) = 32),
    -- When it was heard of last.
    seen INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
