-- What was sealed in a session that the last migration dropped, and has not left yet, nobody can read
-- any more. Messages wait to be encrypted once more, as `chat::Content`, before all that waits already;
-- a hello is said again with every fresh session to whoever may not know us. A contact with sessions
-- has begun anew since.
INSERT INTO pending (seq, contact, message, content)
    SELECT outgoing.seq - (SELECT MAX(seq) FROM outgoing) - 1, messages.contact, messages.id,
        unhex('01' || hex(messages.id) || printf('%016X', messages.time)
            || CASE WHEN messages.payment_tx IS NULL THEN '02'
                ELSE '04' || hex(messages.payment_tx) || printf('%016X', messages.payment_amount)
            END
            || printf('%08X', length(CAST(messages.text AS BLOB))) || hex(messages.text))
    FROM outgoing JOIN messages ON messages.contact = outgoing.contact
        AND messages.direction = 'out' AND messages.id = outgoing.message
    WHERE messages.delivery = 'queued' AND outgoing.contact NOT IN (SELECT contact FROM sessions);

DELETE FROM outgoing WHERE contact NOT IN (SELECT contact FROM sessions);
