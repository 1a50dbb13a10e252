//! From sending a message to the receipt of the contact's app.

use super::base::Base;
use super::people::until;
use super::samples::Samples;
use super::table::Row;
use anyhow::Result;
use api::{App, MessageState};
use std::time::Instant;

/// The first messages meet new queues and a new session.
const WARM_UP: usize = 10;
const MESSAGES: usize = 300;

/// Sends one message after the other, each when the one before it was delivered.
pub(crate) async fn measure(app: &App, contact: &str, base: &Base) -> Result<Vec<Row>> {
    let (mut called, mut delivered) = (Samples::default(), Samples::default());
    for number in 0..WARM_UP + MESSAGES {
        let text = format!("Message {number}: shall we meet at the station, as we always do?");
        let start = Instant::now();
        let id = app.chat_send(contact, &text, true).await?.message.id;
        let back = start.elapsed();
        let arrived = |message: &api::MessageRecord| {
            message.id == id && message.from == "me" && message.state == MessageState::Delivered
        };
        until(app, contact, |conversation| conversation.messages.iter().any(arrived)).await?;
        if number >= WARM_UP {
            called.push(back);
            delivered.push(start.elapsed());
        }
    }
    let name = "send to delivered";
    let half = delivered.percentile(50);
    Ok(vec![
        called.row("send, call to return", 50),
        delivered.row(name, 50),
        delivered.row(name, 99),
        Row::ratio("send to delivered : one request", half, base.request()),
    ])
}
