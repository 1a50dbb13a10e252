//! From paying a contact to the proved history that says the payment is final.

use super::people::{still_connected, until};
use super::samples::Samples;
use super::table::Row;
use anyhow::Result;
use api::{App, PaymentState};
use std::time::{Duration, Instant};

const PAYMENTS: usize = 40;
/// A devnet makes a block this often, in milliseconds.
const INTERVAL: u64 = 1000;
/// With blocks of one second, in milliseconds.
const GOAL: f64 = 2000.0;

/// Pays again and again, each time at another moment between two blocks.
pub(crate) async fn measure(app: &App, contact: &str) -> Result<Vec<Row>> {
    let (mut called, mut finals) = (Samples::default(), Samples::default());
    for _ in 0..PAYMENTS {
        tokio::time::sleep(Duration::from_millis(rand::random_range(0..INTERVAL))).await;
        still_connected(app)?;
        let start = Instant::now();
        let tx = app.pay(contact, "1", None, false).await?.tx;
        called.push(start.elapsed());
        let is_final = |message: &api::MessageRecord| {
            let payment = message.payment.as_ref();
            payment.is_some_and(|payment| payment.tx == tx && payment.state == PaymentState::Final)
        };
        until(app, contact, |conversation| conversation.messages.iter().any(is_final)).await?;
        finals.push(start.elapsed());
    }
    let name = "pay to final";
    Ok(vec![
        called.row("pay, call to return", 50),
        finals.row(name, 50),
        finals.row(name, 99).at_most(GOAL),
        Row::ratio("pay to final : block interval", finals.percentile(50), INTERVAL as f64),
    ])
}
