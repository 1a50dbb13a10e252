-- The certified header of a body takes room of the chunks, too: with a large committee it is longer
-- than what is counted around a chunk, and would take the mailboxes' room.
CREATE TRIGGER body_stored AFTER INSERT ON bodies BEGIN
    UPDATE chunk_room SET bytes = bytes + length(NEW.header);
END;

CREATE TRIGGER body_dropped AFTER DELETE ON bodies BEGIN
    UPDATE chunk_room SET bytes = bytes - length(OLD.header);
END;

UPDATE chunk_room SET bytes = bytes + (SELECT COALESCE(SUM(length(header)), 0) FROM bodies);
