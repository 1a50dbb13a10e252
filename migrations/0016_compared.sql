-- Whose safety number counts as compared.

-- Set by the person, or by a text that fits; taken back when the contact's identity key changes.
ALTER TABLE contacts ADD COLUMN compared INTEGER NOT NULL DEFAULT 0 CHECK (compared IN (0, 1));
