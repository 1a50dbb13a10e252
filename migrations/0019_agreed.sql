-- What whoever asked for a payment out of the private pool was told goes in first.
-- How much of that is left to be put in; NULL for what asks for nothing.
ALTER TABLE transfers ADD COLUMN agreed INTEGER CHECK (agreed >= 0);
-- What more it would have taken, for which it was given up; NULL for any other end.
ALTER TABLE transfers ADD COLUMN asked INTEGER CHECK (asked > 0);
