//! Changes of contacts, sessions, queues, messages and prekeys. Most are one statement; one that is
//! more does the rest only if the first finds what it is about.

use super::{Statement, asks, showings};
use crate::StoreError;
use crate::row::{delivery_text, direction_text, int, prekey_kind_text, standing_text};
use chat::{Change, Contact, Direction, Message, Outgoing, Pending, PreKeyKind, Queue};
use sqlx::{SqliteConnection, query};
use types::{MessageId, OpenId};
use wire::Encode;
use zeroize::Zeroizing;

pub(super) async fn apply(db_tx: &mut SqliteConnection, change: Change) -> Result<(), StoreError> {
    if let Change::SetDelivery { contact, message, delivery } = &change {
        // What is about review keys is no message: it has a table of its own.
        let moved = about(sql::SET_LETTER, *contact, *message).bind(delivery_text(*delivery));
        moved.execute(&mut *db_tx).await?;
    }
    if let Change::Showing(change) = change {
        return showings::apply(db_tx, change).await;
    }
    let Some(statement) = statement(&change) else { return Ok(()) };
    let done = statement.execute(&mut *db_tx).await?;
    if done.rows_affected() > 0 {
        for further in further(change) {
            further.execute(&mut *db_tx).await?;
        }
    }
    Ok(())
}

/// About whom a change says something that a conversation, or the list of them, shows.
pub(super) fn shown(change: &Change) -> Option<OpenId> {
    match change {
        Change::SaveContact(contact) => Some(contact.account),
        Change::AddMessage(message) => Some(message.contact),
        Change::SetStanding { contact, .. }
        | Change::SetDelivery { contact, .. }
        | Change::GiveUp { contact, .. }
        | Change::Requeue { contact, .. }
        | Change::Retell { contact, .. }
        | Change::SetCompared { contact, .. }
        | Change::MarkRead(contact)
        | Change::MarkReadUpTo { contact, .. }
        | Change::CloseRequest { contact, .. } => Some(*contact),
        Change::AddRequest(known) => Some(known.contact),
        Change::Showing(change) => showings::shown(change),
        Change::SaveSession { .. }
        | Change::RemoveSession { .. }
        | Change::SaveQueue(_)
        | Change::SaveEnvelopeKey { .. }
        | Change::SetTold { .. }
        | Change::KeepLetter { .. }
        | Change::AddPending(_)
        | Change::RemovePending(_)
        | Change::AddOutgoing(_)
        | Change::RemoveOutgoing(_)
        | Change::DropOutgoing(_)
        | Change::MarkSeen { .. }
        | Change::SavePreKey { .. }
        | Change::ReplacePreKey { .. }
        | Change::RemovePreKey { .. }
        | Change::MarkKyberUsed { .. }
        | Change::SavePublication { .. }
        | Change::RemovePublication
        | Change::SetPublication(_) => None,
    }
}

/// What belongs to a change that has found what it is about.
fn further(change: Change) -> Vec<Statement> {
    match change {
        Change::GiveUp { contact, message } => vec![
            about(sql::FORGET_PENDING, contact, message),
            about(sql::FORGET_OUTGOING, contact, message),
        ],
        Change::Requeue { contact, message, content, .. } => {
            vec![add_pending(&Pending { contact, message: Some(message), content })]
        }
        Change::Retell { pending, content, .. } => {
            vec![query(sql::REPLACE_PENDING).bind(pending).bind(content)]
        }
        Change::RemovePreKey { kind: PreKeyKind::Kyber, id } => {
            vec![query(sql::FORGET_KYBER_USES).bind(id)]
        }
        Change::SaveContact(_)
        | Change::SetStanding { .. }
        | Change::SetCompared { .. }
        | Change::SaveSession { .. }
        | Change::RemoveSession { .. }
        | Change::SaveQueue(_)
        | Change::AddMessage(_)
        | Change::AddRequest(_)
        | Change::CloseRequest { .. }
        | Change::Showing(_)
        | Change::SetDelivery { .. }
        | Change::SaveEnvelopeKey { .. }
        | Change::SetTold { .. }
        | Change::KeepLetter { .. }
        | Change::AddPending(_)
        | Change::RemovePending(_)
        | Change::AddOutgoing(_)
        | Change::RemoveOutgoing(_)
        | Change::DropOutgoing(_)
        | Change::MarkSeen { .. }
        | Change::SavePreKey { .. }
        | Change::ReplacePreKey { .. }
        | Change::RemovePreKey { .. }
        | Change::MarkKyberUsed { .. }
        | Change::MarkRead(_)
        | Change::MarkReadUpTo { .. }
        | Change::SavePublication { .. }
        | Change::RemovePublication
        | Change::SetPublication(_) => vec![],
    }
}

fn statement(change: &Change) -> Option<Statement> {
    Some(match change {
        Change::SaveContact(contact) => save_contact(contact),
        Change::SetStanding { contact, standing } => {
            query(sql::SET_STANDING).bind(&contact.0[..]).bind(standing_text(*standing))
        }
        Change::SetCompared { contact, compared } => {
            query(sql::SET_COMPARED).bind(contact.0.to_vec()).bind(*compared)
        }
        Change::SaveSession { contact, name, state } => {
            query(sql::SAVE_SESSION).bind(&contact.0[..]).bind(&name[..]).bind(&state[..])
        }
        Change::RemoveSession { contact, name } => {
            query(sql::REMOVE_SESSION).bind(&contact.0[..]).bind(&name[..])
        }
        Change::SaveQueue(queue) => save_queue(queue),
        Change::AddMessage(message) => add_message(message),
        Change::SetDelivery { contact, message, delivery } => query(sql::SET_DELIVERY)
            .bind(&contact.0[..])
            .bind(&message.0[..])
            .bind(delivery_text(*delivery)),
        Change::GiveUp { contact, message } => about(sql::GIVE_UP, *contact, *message),
        Change::Retell { contact, dead, renewed, .. } => {
            query(sql::RETELL).bind(&contact.0[..]).bind(&dead.0[..]).bind(&renewed.0[..])
        }
        Change::Requeue { contact, message, time, .. } => {
            about(sql::REQUEUE, *contact, *message).bind(int(time.0))
        }
        Change::AddRequest(known) => asks::add_request(known),
        Change::CloseRequest { contact, request, made, by, at } => {
            asks::close_request(*contact, (*request, *made), (*by, *at))
        }
        Change::SaveEnvelopeKey { contact, key } => {
            query(sql::SAVE_ENVELOPE_KEY).bind(&contact.0[..]).bind(&key[..])
        }
        Change::SetTold { contact, told } => query(sql::SET_TOLD).bind(&contact.0[..]).bind(*told),
        Change::KeepLetter { letter, sent } => query(sql::KEEP_LETTER)
            .bind(&letter.id.0[..])
            .bind(&letter.contact.0[..])
            .bind(letter.content.to_vec())
            .bind(int(sent.0)),
        Change::AddPending(pending) => add_pending(pending),
        Change::RemovePending(seq) => query(sql::REMOVE_PENDING).bind(*seq),
        Change::AddOutgoing(outgoing) => add_outgoing(outgoing),
        Change::RemoveOutgoing(seq) => query(sql::REMOVE_OUTGOING).bind(*seq),
        Change::DropOutgoing(contact) => query(sql::DROP_OUTGOING).bind(contact.0.to_vec()),
        Change::MarkSeen { queue, envelope, until } => {
            query(sql::MARK_SEEN).bind(&queue.0[..]).bind(&envelope.0[..]).bind(int(until.0))
        }
        Change::SavePreKey { kind, id, record, created } => {
            prekey(sql::SAVE_PREKEY, *kind, *id).bind(&record[..]).bind(int(created.0))
        }
        Change::ReplacePreKey { kind, id, since } => {
            prekey(sql::REPLACE_PREKEY, *kind, *id).bind(int(since.0))
        }
        Change::RemovePreKey { kind, id } => prekey(sql::REMOVE_PREKEY, *kind, *id),
        Change::MarkKyberUsed { kyber, signed, base_key } => {
            query(sql::MARK_KYBER_USED).bind(*kyber).bind(*signed).bind(&base_key[..])
        }
        Change::MarkRead(contact) => query(sql::MARK_READ).bind(&contact.0[..]),
        Change::MarkReadUpTo { contact, message } => {
            about(sql::MARK_READ_UP_TO, *contact, *message)
        }
        Change::SavePublication { number, request } => {
            query(sql::SAVE_PUBLICATION).bind(int(*number)).bind(&request[..])
        }
        Change::RemovePublication => query(sql::REMOVE_PUBLICATION),
        Change::SetPublication(number) => query(sql::SET_PUBLICATION).bind(int(*number)),
        // Several statements, elsewhere.
        Change::Showing(_) => return None,
    })
}

/// A statement about one prekey.
fn prekey(text: &'static str, kind: PreKeyKind, id: u32) -> Statement {
    query(text).bind(prekey_kind_text(kind)).bind(id)
}

/// A statement about one message of a conversation.
fn about(text: &'static str, contact: OpenId, message: MessageId) -> Statement {
    query(text).bind(contact.0.to_vec()).bind(message.0.to_vec())
}

fn save_contact(contact: &Contact) -> Statement {
    let (directory_key, directory_worker) = &contact.directory;
    let route = Zeroizing::new(contact.route.to_bytes());
    query(sql::SAVE_CONTACT)
        .bind(&contact.account.0[..])
        .bind(contact.name.as_str())
        .bind(contact.card.to_bytes())
        .bind(&contact.card.identity.as_bytes()[..])
        .bind(&contact.address().to_bytes()[..])
        .bind(&directory_key[..])
        .bind(&directory_worker.0[..])
        .bind(&route[..])
        .bind(contact.ready)
        .bind(contact.greeted)
        .bind(int(contact.added.0))
        .bind(standing_text(contact.standing))
}

fn save_queue(queue: &Queue) -> Statement {
    query(sql::SAVE_QUEUE)
        .bind(&queue.id().0[..])
        .bind(&queue.receive_seed[..])
        .bind(&queue.send_seed[..])
        .bind(&queue.outer_key[..])
        .bind(&queue.worker.0[..])
        .bind(queue.contact.as_ref().map(|contact| &contact.0[..]))
        .bind(queue.created)
}

fn add_message(message: &Message) -> Statement {
    let payment = message.payment.as_ref();
    query(sql::ADD_MESSAGE)
        .bind(&message.contact.0[..])
        .bind(direction_text(message.direction))
        .bind(&message.id.0[..])
        .bind(int(message.time.0))
        .bind(message.text.as_str())
        .bind(delivery_text(message.delivery))
        .bind(payment.map(|payment| &payment.tx.0[..]))
        .bind(payment.map(|payment| int(payment.amount.units())))
        .bind(message.direction == Direction::In)
        .bind(message.envelope.as_ref().map(|envelope| &envelope.0[..]))
        .bind(message.request.as_ref().map(|request| &request.0[..]))
}

fn add_pending(pending: &Pending) -> Statement {
    query(sql::ADD_PENDING)
        .bind(&pending.contact.0[..])
        .bind(pending.message.as_ref().map(|message| &message.0[..]))
        .bind(&pending.content[..])
}

fn add_outgoing(outgoing: &Outgoing) -> Statement {
    query(sql::ADD_OUTGOING)
        .bind(&outgoing.contact.0[..])
        .bind(outgoing.message.as_ref().map(|message| &message.0[..]))
        .bind(&outgoing.worker.0[..])
        .bind(&outgoing.send.0[..])
        .bind(&outgoing.blob[..])
        .bind(&outgoing.signature[..])
}

crate::sql::statements! {
    SAVE_CONTACT = "INSERT INTO contacts (account, name, card, identity, address, directory_key,
            directory_worker, route, ready, greeted, added, standing, added_behind)
        VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12,
            (SELECT coalesce(max(seq), 0) FROM messages))
        ON CONFLICT (account) DO UPDATE SET name = excluded.name, card = excluded.card,
            compared = iif(identity = excluded.identity, compared, 0),
            identity = excluded.identity, address = excluded.address,
            directory_key = excluded.directory_key, directory_worker = excluded.directory_worker,
            route = excluded.route, ready = excluded.ready, greeted = excluded.greeted,
            added = excluded.added";
    SET_COMPARED = "UPDATE contacts SET compared = ?2 WHERE account = ?1";
    // Who asked first and is accepted later stands behind those whom the person knew by then.
    SET_STANDING = "UPDATE contacts SET standing = ?2, seq = CASE
            WHEN standing <> 'accepted' AND ?2 = 'accepted'
                THEN (SELECT max(seq) + 1 FROM contacts)
            ELSE seq END
        WHERE account = ?1";
    SAVE_SESSION = "INSERT INTO sessions (contact, name, state) VALUES (?1, ?2, ?3)
        ON CONFLICT (contact, name) DO UPDATE SET state = excluded.state";
    REMOVE_SESSION = "DELETE FROM sessions WHERE contact = ?1 AND name = ?2";
    SAVE_QUEUE = "INSERT INTO queues (id, receive_seed, send_seed, outer_key, worker, contact,
            created)
        VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)
        ON CONFLICT (id) DO UPDATE SET receive_seed = excluded.receive_seed,
            send_seed = excluded.send_seed, outer_key = excluded.outer_key,
            worker = excluded.worker, contact = excluded.contact, created = excluded.created";
    ADD_MESSAGE = "INSERT INTO messages (contact, direction, id, time, text, delivery, payment_tx,
            payment_amount, unread, envelope, request)
        VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)
        ON CONFLICT (contact, direction, id) DO NOTHING";
    SET_DELIVERY = "UPDATE messages SET delivery = ?3
        WHERE contact = ?1 AND direction = 'out' AND id = ?2
            AND (delivery = 'queued' AND ?3 IN ('sent', 'delivered', 'failed')
                OR delivery = 'sent' AND ?3 = 'delivered'
                OR delivery = 'failed' AND ?3 IN ('sent', 'delivered'))";
    GIVE_UP = "UPDATE messages SET delivery = 'failed'
        WHERE contact = ?1 AND direction = 'out' AND id = ?2 AND delivery = 'queued'
            AND payment_tx IS NULL AND envelope IS NULL AND request IS NULL";
    FORGET_PENDING = "DELETE FROM pending WHERE contact = ?1 AND message = ?2";
    FORGET_OUTGOING = "DELETE FROM outgoing WHERE contact = ?1 AND message = ?2";
    REQUEUE = "INSERT OR REPLACE INTO messages (contact, direction, id, time, text, delivery,
            payment_tx, payment_amount, unread)
        SELECT contact, direction, id, ?3, text, 'queued', payment_tx, payment_amount, unread
        FROM messages
        WHERE contact = ?1 AND direction = 'out' AND id = ?2 AND delivery = 'failed'
            AND payment_tx IS NULL AND envelope IS NULL AND request IS NULL";
    RETELL = "UPDATE messages SET payment_tx = ?3
        WHERE contact = ?1 AND direction = 'out' AND payment_tx = ?2";
    REPLACE_PENDING = "UPDATE pending SET content = ?2 WHERE seq = ?1";
    SAVE_ENVELOPE_KEY = "INSERT INTO envelope_keys (contact, theirs) VALUES (?1, ?2)
        ON CONFLICT (contact) DO UPDATE SET theirs = excluded.theirs";
    SET_TOLD = "INSERT INTO envelope_keys (contact, told) VALUES (?1, ?2)
        ON CONFLICT (contact) DO UPDATE SET told = excluded.told,
            told_period = CASE WHEN excluded.told = 1 THEN told_period ELSE 0 END";
    KEEP_LETTER = "INSERT INTO review_letters (id, contact, content, sent, delivery)
        VALUES (?1, ?2, ?3, ?4, 'queued')
        ON CONFLICT (contact, id) DO UPDATE SET sent = excluded.sent";
    SET_LETTER = "UPDATE review_letters SET delivery = ?3,
            content = iif(?3 = 'delivered', x'', content)
        WHERE contact = ?1 AND id = ?2
            AND (delivery = 'queued' AND ?3 IN ('sent', 'delivered', 'failed')
                OR delivery IN ('sent', 'failed') AND ?3 IN ('sent', 'delivered'))";
    ADD_PENDING = "INSERT INTO pending (contact, message, content) VALUES (?1, ?2, ?3)";
    REMOVE_PENDING = "DELETE FROM pending WHERE seq = ?1";
    ADD_OUTGOING = "INSERT INTO outgoing (contact, message, worker, send, blob, signature)
        VALUES (?1, ?2, ?3, ?4, ?5, ?6)";
    REMOVE_OUTGOING = "DELETE FROM outgoing WHERE seq = ?1";
    DROP_OUTGOING = "DELETE FROM outgoing WHERE contact = ?1";
    MARK_SEEN = "INSERT INTO seen (queue, envelope, until) VALUES (?1, ?2, ?3)
        ON CONFLICT (queue, envelope) DO UPDATE SET until = max(until, excluded.until)";
    SAVE_PREKEY = "INSERT INTO prekeys (kind, id, record, created) VALUES (?1, ?2, ?3, ?4)";
    REPLACE_PREKEY = "UPDATE prekeys SET replaced = ?3 WHERE kind = ?1 AND id = ?2";
    REMOVE_PREKEY = "DELETE FROM prekeys WHERE kind = ?1 AND id = ?2";
    FORGET_KYBER_USES = "DELETE FROM kyber_used WHERE kyber = ?1";
    MARK_KYBER_USED = "INSERT INTO kyber_used (kyber, signed, base_key) VALUES (?1, ?2, ?3)
        ON CONFLICT (kyber, signed, base_key) DO NOTHING";
    MARK_READ = "UPDATE messages SET unread = 0 WHERE contact = ?1 AND unread = 1";
    MARK_READ_UP_TO = "UPDATE messages SET unread = 0 WHERE contact = ?1 AND unread = 1
        AND seq <= (SELECT seq FROM messages WHERE contact = ?1 AND direction = 'in' AND id = ?2)";
    SAVE_PUBLICATION = "INSERT OR REPLACE INTO publications (number, request) VALUES (?1, ?2)";
    REMOVE_PUBLICATION = "DELETE FROM publications";
    SET_PUBLICATION = "UPDATE profile SET publication = ?1";
}
