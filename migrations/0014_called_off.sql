-- Payments out of the private pool that were called off, and those that pay what a contact asks for.
-- 1 if the person called it off before anything was signed; its state is 'expired' then.
ALTER TABLE transfers ADD COLUMN cancelled INTEGER NOT NULL DEFAULT 0
    CHECK (cancelled = 0 OR (cancelled = 1 AND state = 'expired'));
-- The request of its contact that it pays; NULL for none.
ALTER TABLE transfers ADD COLUMN request BLOB CHECK (length(request) = 16);
