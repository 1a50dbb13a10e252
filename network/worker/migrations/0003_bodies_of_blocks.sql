-- One row for each final block of whose body something is held. There is one final block in a
-- round. `pieces` says how many chunks the body has.
CREATE TABLE bodies (
    round INTEGER NOT NULL PRIMARY KEY,
    block BLOB NOT NULL CHECK (length(block) = 32),
    pieces INTEGER NOT NULL CHECK (pieces BETWEEN 1 AND 16),
    wids BLOB NOT NULL CHECK (length(wids) = 32),
    header BLOB NOT NULL
) STRICT;

-- One row for each chunk that is held; it is never changed. The bytes stand last: other columns
-- are read without them.
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

-- How many bytes the chunks take, in one row, with what stands around each of them.
CREATE TABLE chunk_room (
    one INTEGER NOT NULL PRIMARY KEY CHECK (one = 1),
    bytes INTEGER NOT NULL CHECK (bytes >= 0)
) STRICT;

INSERT INTO chunk_room (one, bytes) VALUES (1, 0);

CREATE TRIGGER chunk_stored AFTER INSERT ON chunks BEGIN
    UPDATE chunk_room SET bytes = bytes + length(NEW.bytes) + 1024;
END;

CREATE TRIGGER chunk_dropped AFTER DELETE ON chunks BEGIN
    UPDATE chunk_room SET bytes = bytes - length(OLD.bytes) - 1024;
END;
