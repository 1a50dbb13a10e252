-- One payment shown to one verifier: what a payer keeps for it, and what a verifier asks.

-- Of a payment out of the private pool: the place of an action that spends a note of ours, and what
-- turned our key into that spend's. Secret; with it we can show later that the payment was ours.
ALTER TABLE transfers ADD COLUMN spend BLOB CHECK (length(spend) = 33);

-- Challenges that we have given to people who want to show us a payment.
CREATE TABLE challenges (
    challenge BLOB NOT NULL PRIMARY KEY CHECK (length(challenge) = 32),
    -- When it was given.
    made INTEGER NOT NULL
) STRICT;
