//! Changes of requests of payment and of the address book.

use super::Statement;
use crate::row::{closed_text, int};
use chat::{Closed, KnownRequest};
use sqlx::query;
use types::{MessageId, OpenId, Timestamp};
use wallet::{BookEntry, Destination};

pub(super) fn add_request(known: &KnownRequest) -> Statement {
    let asked = &known.request;
    query(sql::ADD_REQUEST)
        .bind(&known.id.0[..])
        .bind(&known.contact.0[..])
        .bind(known.made)
        .bind(int(asked.amount.units()))
        .bind(asked.memo.as_str())
        .bind(asked.expiry.map(|expiry| int(expiry.0)))
        .bind(int(known.told.0))
        .bind(asked.address.map(Vec::from))
}

pub(super) fn close_request(
    contact: OpenId,
    (request, made): (MessageId, bool),
    (by, at): (Closed, Timestamp),
) -> Statement {
    query(sql::CLOSE_REQUEST)
        .bind(contact.0.to_vec())
        .bind(made)
        .bind(request.0.to_vec())
        .bind(closed_text(by))
        .bind(int(at.0))
}

pub(super) fn save_address(entry: &BookEntry) -> Statement {
    query(sql::SAVE_ADDRESS)
        .bind(entry.to.to_bytes())
        .bind(entry.name.as_str())
        .bind(int(entry.added.0))
}

/// What a contact asked for before it told us a new address is paid there.
pub(super) fn end_addresses(contact: OpenId) -> Statement {
    query(sql::END_ADDRESSES).bind(&contact.0[..])
}

pub(super) fn remove_address(to: &Destination) -> Statement {
    query(sql::REMOVE_ADDRESS).bind(to.to_bytes())
}

crate::sql::statements! {
    END_ADDRESSES = "UPDATE requests SET address = NULL WHERE contact = ?1 AND made = 0";
    ADD_REQUEST = "INSERT INTO requests (id, contact, made, amount, memo, expiry, told, closed,
            closed_at, address)
        VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, NULL, NULL, ?8)
        ON CONFLICT (contact, made, id) DO NOTHING";
    CLOSE_REQUEST = "UPDATE requests SET closed = ?4, closed_at = ?5
        WHERE contact = ?1 AND made = ?2 AND id = ?3 AND closed IS NULL";
    SAVE_ADDRESS = "INSERT INTO address_book (address, name, added) VALUES (?1, ?2, ?3)
        ON CONFLICT (address) DO UPDATE SET name = excluded.name";
    REMOVE_ADDRESS = "DELETE FROM address_book WHERE address = ?1";
}
