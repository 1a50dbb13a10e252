//! From opening a profile to showing what is in it.

use super::people::open;
use super::samples::Samples;
use super::table::Row;
use anyhow::{Result, ensure};
use std::path::Path;
use std::time::Instant;

const STARTS: usize = 20;
/// What fits on a screen.
pub(crate) const SHOWN: u32 = 30;

/// Opens the profile again and again, without a network. Returns the median in milliseconds, too.
pub(crate) async fn measure(dir: &Path, contact: &str) -> Result<(f64, Vec<Row>)> {
    let (mut opened, mut usable) = (Samples::default(), Samples::default());
    let mut messages = 0;
    for _ in 0..STARTS {
        let start = Instant::now();
        let app = open(dir, true).await?;
        opened.push(start.elapsed());
        let shown = app.chat_messages(contact, Some(SHOWN)).await?.messages.len();
        let balance = app.balance(false).await?;
        usable.push(start.elapsed());
        ensure!(shown > 0 && !balance.tokens.is_empty(), "the profile is empty");
        messages = app.chat_messages(contact, None).await?.messages.len();
        app.close().await;
    }
    let name = format!("core start to usable with {messages} messages");
    let rows = vec![opened.row("core start, profile open", 50), usable.row(&name, 50)];
    Ok((usable.percentile(50), rows))
}
