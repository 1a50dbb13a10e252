-- Strangers ask before they are heard, chats are listed newest first, unsent messages are found.

ALTER TABLE contacts ADD COLUMN standing
    -- Whether we want to hear of it: yes, a stranger asks, no.
    TEXT NOT NULL DEFAULT 'accepted'
        CHECK (standing IN ('accepted', 'request', 'declined'));

ALTER TABLE contacts ADD COLUMN added_behind
    -- The newest message of anybody when it was added, 0 for none: its place among the chats while
    -- it has no messages.
    INTEGER NOT NULL DEFAULT 0;

CREATE INDEX messages_queued ON messages (contact, seq) WHERE delivery = 'queued';
