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

CREATE TABLE address_book (
    -- Order in which they were named.
    seq INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    -- Encoded wallet::Destination.
    address BLOB NOT NULL UNIQUE CHECK (length(address) IN (21, 47)),
    -- As the person calls it.
    name TEXT NOT NULL UNIQUE,
    -- When it was named first.
    added INTEGER NOT NULL
) STRICT;

CREATE TABLE bootstrap (
    -- Order in which they were given.
    seq INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    -- Multiaddr, '#', chain id.
    address TEXT NOT NULL UNIQUE
) STRICT;

CREATE TABLE contact_keys (
    -- The contact.
    contact BLOB NOT NULL PRIMARY KEY REFERENCES contacts (account) DEFERRABLE INITIALLY DEFERRED,
    -- The round since which its keys are others, as it says; 0 if it has said nothing.
    said INTEGER NOT NULL,
    -- The round in which the ledger was asked last; 0 if it was not.
    proved INTEGER NOT NULL,
    -- The address of its strongest key then; NULL until the ledger was asked.
    address BLOB CHECK (length(address) = 21)
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
    INTEGER NOT NULL DEFAULT 0, compared INTEGER NOT NULL DEFAULT 0 CHECK (compared IN (0, 1))) STRICT;

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

CREATE TABLE envelope_keys (
    -- The contact.
    contact BLOB NOT NULL PRIMARY KEY REFERENCES contacts (account) DEFERRABLE INITIALLY DEFERRED,
    -- Its envelope key; NULL until it has told us.
    theirs BLOB CHECK (length(theirs) = 32),
    -- Set once ours is on the way to it.
    told INTEGER NOT NULL DEFAULT 0 CHECK (told IN (0, 1))
, shielded BLOB CHECK (length(shielded) = 47), told_period INTEGER NOT NULL DEFAULT 0) STRICT;

CREATE TABLE flags (
    -- Always 1.
    id INTEGER NOT NULL PRIMARY KEY CHECK (id = 1),
    -- In the state of this round.
    round INTEGER NOT NULL,
    -- From this round on the private pool takes nothing; NULL while it runs.
    pool_stop INTEGER,
    -- From this round on ECDSA is refused; NULL while it is not.
    ecdsa_off INTEGER
) STRICT;

CREATE TABLE found_rests (
    -- Order in which they were found.
    seq INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    -- The key under which it waits.
    key BLOB NOT NULL UNIQUE CHECK (length(key) = 32),
    -- The root over the claim keys of the red envelope: that key comes of it.
    root BLOB NOT NULL CHECK (length(root) = 32),
    -- The last round that may hold a claim.
    expiry INTEGER NOT NULL,
    -- The digest of the bundle that made the red envelope.
    bundle BLOB NOT NULL CHECK (length(bundle) = 32),
    -- How it comes back, an encoded wallet::Rest.
    rest BLOB NOT NULL,
    -- The encoded ledger::Claim under which it waits, as last proved; NULL before the end.
    came_back BLOB,
    -- 1 once nothing can come back any more.
    settled INTEGER NOT NULL DEFAULT 0 CHECK (settled IN (0, 1))
) STRICT;

CREATE INDEX found_rests_open ON found_rests (seq) WHERE settled = 0;

CREATE TABLE "gift_claims" (
    -- The red envelope.
    gift BLOB NOT NULL CHECK (length(gift) = 32),
    -- The claim key.
    key BLOB NOT NULL CHECK (length(key) = 32),
    -- Encoded ledger::Claim, as proved.
    claim BLOB NOT NULL,
    PRIMARY KEY (gift, key)
) STRICT, WITHOUT ROWID;

CREATE TABLE "gifts" (
    -- Order in which they were told.
    seq INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    -- The red envelope's id on the ledger.
    id BLOB NOT NULL CHECK (length(id) = 32),
    -- The transaction that makes it.
    tx BLOB NOT NULL CHECK (length(tx) = 32),
    -- The chat.
    contact BLOB NOT NULL REFERENCES contacts (account) DEFERRABLE INITIALLY DEFERRED,
    -- Set if we made it.
    made INTEGER NOT NULL CHECK (made IN (0, 1)),
    -- When it was told.
    told INTEGER NOT NULL,
    -- Encoded ledger::Gift: what its members were told. Secret.
    gift BLOB NOT NULL,
    -- Encoded ledger::RedEnvelope as last proved; NULL until the ledger has it.
    record BLOB,
    -- The round of the last proof, 0 before the first.
    seen INTEGER NOT NULL,
    -- What it is.
    state TEXT NOT NULL CHECK (state IN ('queued', 'open', 'done', 'refunded', 'failed')),
    -- Set once nothing about it can change any more.
    settled INTEGER NOT NULL CHECK (settled IN (0, 1)),
    -- Id of our claim; NULL unless one is under way.
    claim_tx BLOB CHECK (length(claim_tx) = 32),
    -- The signed claim.
    claim_bytes BLOB,
    -- The last round that may include it.
    claim_expiry INTEGER,
    -- The round in which a node took it last; NULL before.
    claim_taken INTEGER, taking BLOB, rest BLOB, came_back BLOB,
    UNIQUE (id, contact),
    CHECK ((claim_tx IS NULL) = (claim_bytes IS NULL)),
    CHECK ((claim_tx IS NULL) = (claim_expiry IS NULL))
) STRICT;

CREATE INDEX gifts_by_tx ON gifts (tx);

CREATE INDEX gifts_open ON gifts (seq) WHERE settled = 0;

CREATE TABLE granted_keys (
    -- The grant.
    serial BLOB NOT NULL REFERENCES grants_received (serial) DEFERRABLE INITIALLY DEFERRED,
    -- The period account.
    period INTEGER NOT NULL,
    -- Encoded wallet::review::GrantedKey. Secret.
    key BLOB NOT NULL,
    PRIMARY KEY (serial, period)
) STRICT, WITHOUT ROWID;

CREATE TABLE grants_given (
    -- Order in which they were given.
    seq INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    -- The grant's serial number.
    serial BLOB NOT NULL UNIQUE CHECK (length(serial) = 16),
    -- The contact that it went to over chat; NULL if it went as a file.
    contact BLOB REFERENCES contacts (account) DEFERRABLE INITIALLY DEFERRED,
    -- Encoded wallet::review::ReviewGrant; it holds no key.
    grant_bytes BLOB NOT NULL,
    -- When it was stopped; NULL unless it was.
    stopped INTEGER,
    -- How many keys were issued behind the card.
    issued INTEGER NOT NULL,
    -- The digest of the last one; before the first, of the grant.
    tip BLOB NOT NULL CHECK (length(tip) = 32),
    -- The newest period account that it opens.
    last_period INTEGER NOT NULL
) STRICT;

CREATE TABLE grants_received (
    -- Order in which they came.
    seq INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    -- The grant's serial number.
    serial BLOB NOT NULL UNIQUE CHECK (length(serial) = 16),
    -- The account that it opens.
    account BLOB NOT NULL CHECK (length(account) = 32),
    -- The contact that sent it; NULL if it came as a file.
    contact BLOB REFERENCES contacts (account) DEFERRABLE INITIALLY DEFERRED,
    -- Encoded wallet::review::ReviewGrant.
    grant_bytes BLOB NOT NULL,
    -- When it came.
    received INTEGER NOT NULL,
    -- When it was stopped, as its owner says; NULL unless it was.
    stopped INTEGER,
    -- How many keys have come behind the card.
    issued INTEGER NOT NULL,
    -- The digest of the last one; before the first, of the grant.
    tip BLOB NOT NULL CHECK (length(tip) = 32),
    -- Whether the ledger says that the account's strongest key has signed it; NULL before it was asked.
    proved INTEGER CHECK (proved IN (0, 1))
, refused_proofs INTEGER NOT NULL DEFAULT 0) STRICT;

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

CREATE TABLE labelled (
    -- Diversifier and transmission key.
    receiver BLOB NOT NULL PRIMARY KEY CHECK (length(receiver) = 43),
    -- What it is for, as the person calls it.
    label TEXT NOT NULL,
    -- When it was given first.
    given INTEGER NOT NULL
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
    unread INTEGER NOT NULL CHECK (unread IN (0, 1)), envelope BLOB CHECK (length(envelope) = 32), request BLOB CHECK (length(request) = 16),
    UNIQUE (contact, direction, id),
    CHECK ((payment_tx IS NULL) = (payment_amount IS NULL))
) STRICT;

CREATE INDEX messages_by_contact ON messages (contact, seq);

CREATE INDEX messages_by_payment ON messages (payment_tx) WHERE payment_tx IS NOT NULL;

CREATE INDEX messages_by_request ON messages (contact, request) WHERE request IS NOT NULL;

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

CREATE TABLE notes (
    -- The note's spent mark.
    nullifier BLOB NOT NULL PRIMARY KEY CHECK (length(nullifier) = 32),
    -- Where its leaf stands; notes are listed in this order.
    position INTEGER NOT NULL,
    -- How much ABC.
    value INTEGER NOT NULL,
    -- Encoded wallet::private::OwnNote. Secret.
    note BLOB NOT NULL,
    -- The digest of the bundle that made it.
    bundle BLOB NOT NULL CHECK (length(bundle) = 32),
    -- The contact to whom its address was given; NULL for any other.
    contact BLOB REFERENCES contacts (account) DEFERRABLE INITIALLY DEFERRED,
    -- The round in which it was spent; NULL while it is not.
    spent INTEGER,
    -- The digest of the bundle that spent it.
    spent_by BLOB CHECK (length(spent_by) = 32), receiver BLOB CHECK (length(receiver) = 43),
    CHECK ((spent IS NULL) = (spent_by IS NULL))
) STRICT, WITHOUT ROWID;

CREATE INDEX notes_by_bundle ON notes (bundle);

CREATE INDEX notes_by_position ON notes (position);

CREATE INDEX notes_by_receiver ON notes (receiver) WHERE receiver IS NOT NULL;

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
    final_round INTEGER, kind
    -- An amount is paid, the account moves to its Falcon key, or all of it moves to another one.
    TEXT NOT NULL DEFAULT 'pay', put_in_for BLOB CHECK (length(put_in_for) = 16), device BLOB CHECK (length(device) = 16),
    CHECK ((state = 'final') = (final_round IS NOT NULL))
) STRICT;

CREATE INDEX payments_by_put_in_for ON payments (put_in_for) WHERE put_in_for IS NOT NULL;

CREATE INDEX payments_by_tx ON payments (tx);

CREATE INDEX payments_open ON payments (nonce) WHERE state IN ('queued', 'submitted');

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

CREATE TABLE period_stops (
    -- The month's number.
    month INTEGER NOT NULL PRIMARY KEY,
    -- How often.
    stop INTEGER NOT NULL CHECK (stop BETWEEN 1 AND 63)
) STRICT;

CREATE TABLE pool (
    -- Always 1.
    id INTEGER NOT NULL PRIMARY KEY CHECK (id = 1),
    -- The round that this is proved for.
    round INTEGER NOT NULL,
    -- Encoded wallet::private::PoolState: the place in the log, and the tree. Secret.
    state BLOB NOT NULL
) STRICT;

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
, review_only INTEGER NOT NULL DEFAULT 0 CHECK (review_only IN (0, 1))) STRICT;

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

CREATE TABLE requests (
    -- Order in which they were told.
    seq INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    -- Made by whoever asks; that of its message.
    id BLOB NOT NULL CHECK (length(id) = 16),
    -- The other side.
    contact BLOB NOT NULL REFERENCES contacts (account) DEFERRABLE INITIALLY DEFERRED,
    -- Set if we ask.
    made INTEGER NOT NULL CHECK (made IN (0, 1)),
    -- What is asked for.
    amount INTEGER NOT NULL CHECK (amount > 0),
    -- What for.
    memo TEXT NOT NULL,
    -- Until when it is wanted; NULL for no end.
    expiry INTEGER,
    -- When it was told.
    told INTEGER NOT NULL,
    -- Who has closed it; NULL if nobody has.
    closed TEXT CHECK (closed IN ('by_us', 'by_contact')),
    -- When.
    closed_at INTEGER, address BLOB CHECK (length(address) = 47),
    UNIQUE (contact, made, id),
    CHECK ((closed IS NULL) = (closed_at IS NULL))
) STRICT;

CREATE TABLE review_letters (
    -- Order in which they were written.
    seq INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    -- The content's id, which a receipt names.
    id BLOB NOT NULL CHECK (length(id) = 16),
    -- For whom.
    contact BLOB NOT NULL REFERENCES contacts (account) DEFERRABLE INITIALLY DEFERRED,
    -- Encoded chat::Content; empty once it has arrived. Secret.
    content BLOB NOT NULL,
    -- When it was put on its way last.
    sent INTEGER NOT NULL,
    -- How far it got.
    delivery TEXT NOT NULL CHECK (delivery IN ('queued', 'sent', 'delivered', 'failed')),
    UNIQUE (contact, id)
) STRICT;

CREATE INDEX review_letters_open ON review_letters (seq) WHERE delivery <> 'delivered';

CREATE TABLE reviewed (
    -- The account.
    account BLOB NOT NULL PRIMARY KEY CHECK (length(account) = 32),
    -- The round whose header proves what follows.
    round INTEGER NOT NULL,
    -- Its home address.
    home BLOB NOT NULL CHECK (length(home) = 21),
    -- Encoded ledger::Account; NULL while nobody has paid it.
    record BLOB
) STRICT;

CREATE TABLE reviewed_entries (
    -- The account.
    account BLOB NOT NULL CHECK (length(account) = 32),
    -- The entry's number in its history.
    counter INTEGER NOT NULL,
    -- The time of its round.
    time INTEGER NOT NULL,
    -- Encoded ledger::Entry.
    entry BLOB NOT NULL,
    -- The running hash of the history up to it.
    hash BLOB NOT NULL CHECK (length(hash) = 32),
    PRIMARY KEY (account, counter)
) STRICT, WITHOUT ROWID;

CREATE TABLE reviewed_keys (
    -- The account.
    account BLOB NOT NULL CHECK (length(account) = 32),
    -- The fingerprint of one of its granted keys.
    name BLOB NOT NULL CHECK (length(name) = 32),
    -- How many bundles of the pool's log it has read, and the running hash over them.
    count INTEGER NOT NULL,
    hash BLOB NOT NULL CHECK (length(hash) = 32),
    -- The round that this is proved for.
    round INTEGER NOT NULL,
    PRIMARY KEY (account, name)
) STRICT, WITHOUT ROWID;

CREATE TABLE reviewed_moves (
    -- The account.
    account BLOB NOT NULL CHECK (length(account) = 32),
    -- The number of a bundle in the pool's log, from 0.
    number INTEGER NOT NULL,
    -- The time of its round.
    time INTEGER NOT NULL,
    -- Encoded wallet::review::PoolMove: what the keys show of it. Secret.
    move BLOB NOT NULL,
    PRIMARY KEY (account, number)
) STRICT, WITHOUT ROWID;

CREATE TABLE reviewed_notes (
    -- The account.
    account BLOB NOT NULL CHECK (length(account) = 32),
    -- The spent mark of a note of its, which a full viewing key has found.
    nullifier BLOB NOT NULL CHECK (length(nullifier) = 32),
    -- That key's fingerprint.
    name BLOB NOT NULL CHECK (length(name) = 32),
    -- How much ABC.
    value INTEGER NOT NULL,
    -- The round in which it was spent; NULL while it is not.
    spent INTEGER,
    PRIMARY KEY (account, nullifier)
) STRICT, WITHOUT ROWID;

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

CREATE TABLE siblings (
    device BLOB NOT NULL PRIMARY KEY CHECK (length(device) = 16),
    -- The worker whose board it reads.
    worker BLOB NOT NULL CHECK (length(worker) = 32),
    -- When it was heard of last.
    seen INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE spending_bundles (
    -- The bundle's digest.
    bundle BLOB NOT NULL PRIMARY KEY CHECK (length(bundle) = 32),
    -- What such a bundle costs if all that it moves stays in the pool.
    fee INTEGER NOT NULL,
    -- The time of its round's header.
    time INTEGER NOT NULL
, did BLOB) STRICT, WITHOUT ROWID;

CREATE TABLE transfers (
    -- Order in which they were asked for.
    seq INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    -- Names the wish.
    intent BLOB NOT NULL UNIQUE CHECK (length(intent) = 16),
    -- Encoded wallet::private::PrivatePayee.
    recipient BLOB NOT NULL,
    -- The contact it is for; NULL if none was named.
    contact BLOB REFERENCES contacts (account) DEFERRABLE INITIALLY DEFERRED,
    -- What the payee gets.
    amount INTEGER NOT NULL,
    -- What the payer says about it.
    memo TEXT,
    -- When it was asked for.
    created INTEGER NOT NULL,
    -- Id of its transaction; NULL until it is proved.
    tx BLOB CHECK (length(tx) = 32),
    -- The proved and signed transaction.
    bytes BLOB,
    -- The digest of its bundle, by which the log and chats know it.
    bundle BLOB CHECK (length(bundle) = 32),
    -- What it costs beside the amount.
    fee INTEGER,
    -- The last round that may include it.
    expiry INTEGER,
    -- What became of it.
    state TEXT NOT NULL CHECK (state IN ('planned', 'queued', 'submitted', 'final', 'expired')),
    -- The round that made it final.
    final_round INTEGER, carry_proof BLOB, cancelled INTEGER NOT NULL DEFAULT 0
    CHECK (cancelled = 0 OR (cancelled = 1 AND state = 'expired')), request BLOB CHECK (length(request) = 16), spend BLOB CHECK (length(spend) = 33), agreed INTEGER CHECK (agreed >= 0), asked INTEGER CHECK (asked > 0), gift BLOB, device BLOB CHECK (length(device) = 16),
    CHECK ((state = 'final') = (final_round IS NOT NULL)),
    CHECK ((tx IS NULL) = (bytes IS NULL)),
    CHECK (tx IS NOT NULL OR bundle IS NULL),
    CHECK ((tx IS NULL) = (fee IS NULL)),
    CHECK ((tx IS NULL) = (expiry IS NULL)),
    CHECK (tx IS NOT NULL OR state IN ('planned', 'expired'))
) STRICT;

CREATE INDEX transfers_by_bundle ON transfers (bundle);

CREATE INDEX transfers_open ON transfers (seq) WHERE state IN ('planned', 'queued', 'submitted');

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

CREATE TABLE waiting (
    -- Always 1.
    id INTEGER NOT NULL PRIMARY KEY CHECK (id = 1),
    -- The round whose header proves it.
    round INTEGER NOT NULL,
    -- How much ABC.
    amount INTEGER NOT NULL
) STRICT;
