-- Single payments that are asked for and shown, over chat or as files.
CREATE TABLE showings (
    -- Order in which they were told.
    seq INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    -- Made by whoever asks; over chat, that of its message.
    id BLOB NOT NULL CHECK (length(id) = 16),
    -- The other side; NULL for a challenge of ours that was not given over chat.
    contact BLOB REFERENCES contacts (account) DEFERRABLE INITIALLY DEFERRED,
    -- Set if we ask.
    made INTEGER NOT NULL CHECK (made IN (0, 1)),
    -- What is to be answered.
    challenge BLOB NOT NULL CHECK (length(challenge) = 32),
    -- Which payment is meant, in words.
    which TEXT NOT NULL,
    -- What for.
    purpose TEXT NOT NULL,
    -- The last moment at which an answer counts.
    not_after INTEGER NOT NULL,
    -- When it was told.
    told INTEGER NOT NULL,
    -- Who has closed it; NULL if nobody has.
    closed TEXT CHECK (closed IN ('by_us', 'by_contact')),
    -- When.
    closed_at INTEGER,
    -- What has come of it: ours is given or a contact's whole answer is here, it holds, it does not.
    answer TEXT CHECK (answer IN ('given', 'proved', 'refused')),
    -- When.
    answered INTEGER,
    -- A contact's answer as it came, until it is judged. Secret.
    file BLOB,
    -- What it proves, as its report; or the code that says why it does not hold.
    verdict TEXT,
    -- The same in words.
    words TEXT,
    UNIQUE (contact, made, id),
    CHECK ((closed IS NULL) = (closed_at IS NULL)),
    CHECK ((answer IS NULL) = (answered IS NULL))
) STRICT;

-- Pieces of answers that are not here as a whole.
CREATE TABLE showing_parts (
    contact BLOB NOT NULL REFERENCES contacts (account) DEFERRABLE INITIALLY DEFERRED,
    -- The challenge that is answered.
    showing BLOB NOT NULL CHECK (length(showing) = 16),
    -- What names the whole answer.
    digest BLOB NOT NULL CHECK (length(digest) = 32),
    -- Which piece, of how many.
    number INTEGER NOT NULL,
    count INTEGER NOT NULL,
    -- The id of the content that brought it.
    content BLOB NOT NULL CHECK (length(content) = 16),
    -- The piece. Secret.
    bytes BLOB NOT NULL,
    PRIMARY KEY (contact, showing, number)
) STRICT, WITHOUT ROWID;

-- Payments that we have shown.
CREATE TABLE payments_shown (
    -- Order in which they were shown.
    seq INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    -- The beginning of the disclosure's digest.
    serial BLOB NOT NULL UNIQUE CHECK (length(serial) = 16),
    -- The contact that it went to over chat; NULL if it went as a file.
    contact BLOB REFERENCES contacts (account) DEFERRABLE INITIALLY DEFERRED,
    -- Its reader's name, as we knew it.
    grantee TEXT NOT NULL,
    -- The fingerprint of its reader's key.
    verifier BLOB NOT NULL CHECK (length(verifier) = 32),
    -- The payment, as our history calls it.
    tx BLOB NOT NULL CHECK (length(tx) = 32),
    -- What for.
    purpose TEXT NOT NULL,
    -- The case that it belongs to.
    case_number TEXT,
    -- When it was made.
    issued INTEGER NOT NULL,
    -- The last moment at which it counts.
    not_after INTEGER NOT NULL
) STRICT;

-- Challenges of before had no end: now they lapse as others do, 30 days after they were given.
INSERT INTO showings (id, made, challenge, which, purpose, not_after, told)
SELECT randomblob(16), 1, challenge, '', '', made + 2592000000, made FROM challenges ORDER BY made;
DROP TABLE challenges;
