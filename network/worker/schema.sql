CREATE TRIGGER body_dropped AFTER DELETE ON bodies BEGIN
    UPDATE chunk_room SET bytes = bytes - length(OLD.header);
END;

CREATE TRIGGER body_stored AFTER INSERT ON bodies BEGIN
    UPDATE chunk_room SET bytes = bytes + length(NEW.header);
END;

CREATE TABLE bodies (
    round INTEGER NOT NULL PRIMARY KEY,
    block BLOB NOT NULL CHECK (length(block) = 32),
    pieces INTEGER NOT NULL CHECK (pieces BETWEEN 1 AND 16),
    wids BLOB NOT NULL CHECK (length(wids) = 32),
    header BLOB NOT NULL
) STRICT;

CREATE TABLE bundles (
    directory_key BLOB NOT NULL PRIMARY KEY CHECK (length(directory_key) = 32),
    sequence INTEGER NOT NULL,
    digest BLOB NOT NULL CHECK (length(digest) = 32),
    bundle BLOB NOT NULL
) STRICT;

CREATE TABLE chunk_room (
    one INTEGER NOT NULL PRIMARY KEY CHECK (one = 1),
    bytes INTEGER NOT NULL CHECK (bytes >= 0)
) STRICT;

CREATE TRIGGER chunk_dropped AFTER DELETE ON chunks BEGIN
    UPDATE chunk_room SET bytes = bytes - length(OLD.bytes) - 1024;
END;

CREATE TRIGGER chunk_stored AFTER INSERT ON chunks BEGIN
    UPDATE chunk_room SET bytes = bytes + length(NEW.bytes) + 1024;
END;

CREATE TABLE chunks (
    round INTEGER NOT NULL REFERENCES bodies (round) ON DELETE CASCADE,
    position INTEGER NOT NULL CHECK (position BETWEEN 0 AND 15),
    key BLOB NOT NULL CHECK (length(key) = 32),
    stored_at INTEGER NOT NULL,
    path BLOB NOT NULL,
    bytes BLOB NOT NULL,
    PRIMARY KEY (round, position)
) STRICT;

CREATE INDEX chunks_by_key ON chunks (key);

CREATE TABLE envelopes (
    position INTEGER PRIMARY KEY AUTOINCREMENT,
    queue INTEGER NOT NULL REFERENCES queues (id) ON DELETE CASCADE,
    envelope_id BLOB NOT NULL CHECK (length(envelope_id) = 32),
    expires_at INTEGER NOT NULL,
    size INTEGER NOT NULL CHECK (size = length(blob)),
    blob BLOB NOT NULL,
    UNIQUE (queue, envelope_id)
) STRICT;

CREATE INDEX envelopes_by_expiry ON envelopes (expires_at);

CREATE INDEX envelopes_in_order ON envelopes (queue, position, expires_at, size);

CREATE TABLE one_time_keys (
    position INTEGER PRIMARY KEY AUTOINCREMENT,
    directory_key BLOB NOT NULL REFERENCES bundles (directory_key) ON DELETE CASCADE,
    kind TEXT NOT NULL CHECK (kind IN ('curve', 'kyber')),
    bytes BLOB NOT NULL,
    UNIQUE (directory_key, kind, bytes)
) STRICT;

CREATE TABLE queues (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    queue_id BLOB NOT NULL UNIQUE CHECK (length(queue_id) = 32),
    send_id BLOB NOT NULL UNIQUE CHECK (length(send_id) = 32),
    send_key BLOB NOT NULL CHECK (length(send_key) = 32),
    read_at INTEGER NOT NULL
) STRICT;

CREATE INDEX queues_by_reading ON queues (read_at);

CREATE TABLE tombstones (
    queue INTEGER NOT NULL REFERENCES queues (id) ON DELETE CASCADE,
    envelope_id BLOB NOT NULL CHECK (length(envelope_id) = 32),
    expires_at INTEGER NOT NULL,
    ahead INTEGER NOT NULL CHECK (ahead IN (0, 1)),
    PRIMARY KEY (queue, envelope_id)
) STRICT, WITHOUT ROWID;

CREATE INDEX tombstones_ahead ON tombstones (queue) WHERE ahead = 1;

CREATE INDEX tombstones_by_expiry ON tombstones (expires_at);
