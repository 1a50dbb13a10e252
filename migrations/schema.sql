CREATE TABLE account (
    -- Always 1.
    id INTEGER NOT NULL PRIMARY KEY CHECK (id = 1),
    -- The round whose header proves it.
    round INTEGER NOT NULL,
    -- The address under which the ledger keeps it.
    home BLOB NOT NULL CHECK (length(home) = 21),
    -- Encoded ledger::Account; NULL while nobody has paid it.
    account BLOB
) STRICT;

CREATE TABLE bootstrap (
    -- Order in which they were given.
    seq INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    -- Multiaddr, '#', chain id.
    address TEXT NOT NULL UNIQUE
) STRICT;

CREATE TABLE contacts (
    -- Order in which they were added.
    seq INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    -- The account's OpenID.
    account BLOB NOT NULL UNIQUE CHECK (length(account) = 32),
    -- As it called itself when it was added.
    name TEXT NOT NULL,
    -- Encoded chat::Card: operation key, identity key, signatures.
    card BLOB NOT NULL,
    -- The card's identity key, to find the sender of a message.
    identity BLOB NOT NULL CHECK (length(identity) = 33),
    -- The address behind the card's operation key, to find the payer of a payment.
    address BLOB NOT NULL CHECK (length(address) = 21),
    -- Under which key its prekey bundle is published.
    directory_key BLOB NOT NULL CHECK (length(directory_key) = 32),
    -- The worker that holds the bundle.
    directory_worker BLOB NOT NULL CHECK (length(directory_worker) = 32),
    -- Encoded chat::Route: the writing end of its queue. Secret.
    route BLOB NOT NULL,
    -- Set once it has told us a queue of our own to write to.
    ready INTEGER NOT NULL CHECK (ready IN (0, 1)),
    -- Set once our card and queue are on the way to it.
    greeted INTEGER NOT NULL CHECK (greeted IN (0, 1)),
    -- When it was added.
    added INTEGER NOT NULL
, standing
    -- Whether we want to hear of it: yes, a stranger asks, no.
    TEXT NOT NULL DEFAULT 'accepted'
        CHECK (standing IN ('accepted', 'request', 'declined')), added_behind
    -- The newest message of anybody when it was added, 0 for none: its place among the chats while
    -- it has no messages.
    INTEGER NOT NULL DEFAULT 0) STRICT;

CREATE INDEX contacts_by_address ON contacts (address);

CREATE INDEX contacts_by_identity ON contacts (identity);

CREATE TABLE "entries" (
    -- Number of the entry, from 1.
    counter INTEGER NOT NULL PRIMARY KEY,
    -- The transaction behind it.
    tx BLOB NOT NULL CHECK (length(tx) = 32),
    -- What it is: the name of a ledger::EntryKind.
    kind TEXT NOT NULL,
    -- The time of its round's header.
    time INTEGER NOT NULL,
    -- Encoded ledger::Entry.
    entry BLOB NOT NULL,
    -- The account's history hash after it.
    hash BLOB NOT NULL CHECK (length(hash) = 32)
) STRICT;

CREATE INDEX entries_by_tx ON entries (tx);

CREATE TABLE headers (
    -- Its round.
    round INTEGER NOT NULL PRIMARY KEY,
    -- Encoded ledger::Header.
    header BLOB NOT NULL CHECK (length(header) = 422),
    -- Encoded ledger::Certificate; NULL unless it ends an epoch or was trusted by a jump.
    certificate BLOB
) STRICT;

CREATE TABLE kyber_used (
    -- The Kyber prekey.
    kyber INTEGER NOT NULL,
    -- The signed prekey.
    signed INTEGER NOT NULL,
    -- The initiator's base key.
    base_key BLOB NOT NULL CHECK (length(base_key) = 33),
    PRIMARY KEY (kyber, signed, base_key)
) STRICT, WITHOUT ROWID;

CREATE TABLE messages (
    -- Order in the conversation.
    seq INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    -- The conversation.
    contact BLOB NOT NULL REFERENCES contacts (account) DEFERRABLE INITIALLY DEFERRED,
    -- Who wrote it: 'out' we did, 'in' the contact did.
    direction TEXT NOT NULL CHECK (direction IN ('out', 'in')),
    -- Made by the sender.
    id BLOB NOT NULL CHECK (length(id) = 16),
    -- When, by the sender's clock.
    time INTEGER NOT NULL,
    -- What was written; the memo of a payment.
    text TEXT NOT NULL,
    -- How far it got.
    delivery TEXT NOT NULL
        CHECK (delivery IN ('queued', 'sent', 'delivered', 'failed', 'received')),
    -- The transaction it speaks of; NULL if it speaks of none.
    payment_tx BLOB CHECK (length(payment_tx) = 32),
    -- What it says was paid; NULL if it speaks of no payment.
    payment_amount INTEGER,
    -- Set until the person has looked at it.
    unread INTEGER NOT NULL CHECK (unread IN (0, 1)),
    UNIQUE (contact, direction, id),
    CHECK ((payment_tx IS NULL) = (payment_amount IS NULL))
) STRICT;

CREATE INDEX messages_by_contact ON messages (contact, seq);

CREATE INDEX messages_by_payment ON messages (payment_tx) WHERE payment_tx IS NOT NULL;

CREATE INDEX messages_queued ON messages (contact, seq) WHERE delivery = 'queued';

CREATE INDEX messages_unread ON messages (contact) WHERE unread = 1;

CREATE TABLE network (
    -- Always 1.
    id INTEGER NOT NULL PRIMARY KEY CHECK (id = 1),
    -- SHA-256 of the genesis file. Never changes.
    chain BLOB NOT NULL CHECK (length(chain) = 32),
    -- The genesis file.
    genesis BLOB NOT NULL,
    -- Address of the home worker; NULL until one is chosen.
    home TEXT,
    -- Encoded light::LightState; NULL until headers were followed.
    light BLOB
) STRICT;

CREATE TABLE outgoing (
    -- Order in which they are to be sent.
    seq INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    -- For whom.
    contact BLOB NOT NULL REFERENCES contacts (account) DEFERRABLE INITIALLY DEFERRED,
    -- The message whose delivery it carries; NULL if it carries none.
    message BLOB CHECK (length(message) = 16),
    -- The worker that holds the queue.
    worker BLOB NOT NULL CHECK (length(worker) = 32),
    -- The queue's name for its writer.
    send BLOB NOT NULL CHECK (length(send) = 32),
    -- The sealed bytes.
    blob BLOB NOT NULL,
    -- By the send key over wire::mail::put_bytes.
    signature BLOB NOT NULL CHECK (length(signature) = 64)
) STRICT;

CREATE TABLE payments (
    -- Order in which they were asked for.
    seq INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    -- Names the wish.
    intent BLOB NOT NULL UNIQUE CHECK (length(intent) = 16),
    -- Where the money goes.
    recipient BLOB NOT NULL CHECK (length(recipient) = 21),
    -- The contact it is for; NULL if an address was named.
    contact BLOB REFERENCES contacts (account) DEFERRABLE INITIALLY DEFERRED,
    -- What the payee gets.
    amount INTEGER NOT NULL,
    -- What the payer says about it; NULL for nothing.
    memo TEXT,
    -- When the person asked for it.
    created INTEGER NOT NULL,
    -- Id of the transaction.
    tx BLOB NOT NULL CHECK (length(tx) = 32),
    -- The signed transaction.
    bytes BLOB NOT NULL,
    -- What it costs beside the amount.
    fee INTEGER NOT NULL,
    -- The account's nonce that it uses.
    nonce INTEGER NOT NULL,
    -- The last round that may include it.
    expiry INTEGER NOT NULL,
    -- What became of it.
    state TEXT NOT NULL CHECK (state IN ('queued', 'submitted', 'final', 'expired')),
    -- The round that includes it; NULL unless it is final.
    final_round INTEGER,
    CHECK ((state = 'final') = (final_round IS NOT NULL))
) STRICT;

CREATE INDEX payments_by_tx ON payments (tx);

CREATE INDEX payments_open ON payments (nonce) WHERE state IN ('queued', 'submitted');

CREATE TABLE pending (
    -- Order in which they are to be encrypted.
    seq INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    -- For whom.
    contact BLOB NOT NULL REFERENCES contacts (account) DEFERRABLE INITIALLY DEFERRED,
    -- The message whose delivery it carries; NULL if it carries none.
    message BLOB CHECK (length(message) = 16),
    -- Encoded chat::Content.
    content BLOB NOT NULL
) STRICT;

CREATE INDEX pending_by_contact ON pending (contact, seq);

CREATE TABLE prekeys (
    -- Order in which they were made.
    seq INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    -- Which kind: signed Curve25519, one-time Curve25519, Kyber-1024 of last resort, one-time
    -- Kyber-1024.
    kind TEXT NOT NULL CHECK (kind IN ('signed', 'one_time', 'kyber', 'one_time_kyber')),
    -- Its number; both kinds of Kyber prekeys share theirs.
    id INTEGER NOT NULL,
    -- Encoded record of `ratchet`. Secret.
    record BLOB NOT NULL,
    -- When it was made; 0 for one of an earlier release.
    created INTEGER NOT NULL,
    -- Since when nobody is given it any more; NULL while somebody may be.
    replaced INTEGER,
    UNIQUE (kind, id)
) STRICT;

CREATE TABLE profile (
    -- Always 1.
    id INTEGER NOT NULL PRIMARY KEY CHECK (id = 1),
    -- Entropy of the 24 recovery words; every key of the account follows from it.
    entropy BLOB NOT NULL CHECK (length(entropy) = 32),
    -- As the account calls itself.
    name TEXT NOT NULL,
    -- When the profile was made.
    created INTEGER NOT NULL,
    -- Set once the person has shown that the words are written down.
    words_confirmed INTEGER NOT NULL CHECK (words_confirmed IN (0, 1)),
    -- Number of the last publication of the prekey bundle, 0 for none.
    publication INTEGER NOT NULL
) STRICT;

CREATE TABLE publications (
    -- Its number.
    number INTEGER NOT NULL PRIMARY KEY,
    -- Encoded wire::directory::DirectoryRequest.
    request BLOB NOT NULL
) STRICT;

CREATE TABLE queues (
    -- Order in which they were made.
    seq INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    -- The queue's name for its reader.
    id BLOB NOT NULL UNIQUE CHECK (length(id) = 32),
    -- Ed25519 seed of the key that reads and deletes. Secret.
    receive_seed BLOB NOT NULL CHECK (length(receive_seed) = 32),
    -- Ed25519 seed of the key that writes. Secret, shared with the writer.
    send_seed BLOB NOT NULL CHECK (length(send_seed) = 32),
    -- AES-256-GCM key of the outer layer. Secret, shared with the writer.
    outer_key BLOB NOT NULL CHECK (length(outer_key) = 32),
    -- The worker that holds the queue.
    worker BLOB NOT NULL CHECK (length(worker) = 32),
    -- Who writes to it; NULL for the queue that invites name.
    contact BLOB REFERENCES contacts (account) DEFERRABLE INITIALLY DEFERRED,
    -- Set once the worker has confirmed that it exists.
    created INTEGER NOT NULL CHECK (created IN (0, 1))
) STRICT;

CREATE TABLE seen (
    -- The queue.
    queue BLOB NOT NULL CHECK (length(queue) = 32),
    -- The envelope.
    envelope BLOB NOT NULL CHECK (length(envelope) = 32),
    -- When it may be forgotten.
    until INTEGER NOT NULL,
    PRIMARY KEY (queue, envelope)
) STRICT, WITHOUT ROWID;

CREATE INDEX seen_by_until ON seen (until);

CREATE TABLE sessions (
    -- The contact.
    contact BLOB NOT NULL
        REFERENCES contacts (account) DEFERRABLE INITIALLY DEFERRED,
    -- The base key that began it.
    name BLOB NOT NULL CHECK (length(name) = 33),
    -- Encoded state of `ratchet`. Secret.
    state BLOB NOT NULL,
    PRIMARY KEY (contact, name)
) STRICT;

CREATE TABLE vouches (
    -- The contact.
    contact BLOB NOT NULL PRIMARY KEY REFERENCES contacts (account) DEFERRABLE INITIALLY DEFERRED,
    -- The round that was asked about last; 0 if none was.
    asked INTEGER NOT NULL,
    -- When that was.
    asked_at INTEGER NOT NULL,
    -- Encoded light::Checkpoint, as the contact answered; NULL until it does.
    answer BLOB CHECK (length(answer) = 112)
) STRICT;
