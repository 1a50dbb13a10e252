//! What has to go before a private payment, said before it is made; what lies in the pool; and calling
//! a payment off.

use std::io::{BufRead, IsTerminal, Write, stderr, stdin};

use api::{Error, OneTransfer, PaymentState, PoolRecord, QuoteRecord};
use serde_json::{Value, json};

use crate::human::one_line;
use crate::run::Runner;

impl Runner {
    /// Says what has to go before a private payment, and asks the person at the terminal, if there is
    /// one, whether money may be put into the pool for it, which everybody sees. What was said, to be
    /// held to it; `None` if nobody was told anything.
    pub(crate) async fn beforehand(
        &mut self,
        (to, amount): (&str, Option<&str>),
        private: bool,
    ) -> Result<Option<String>, Error> {
        if self.json || self.offline {
            return Ok(None);
        }
        let params = json!({ "to": to, "amount": amount, "private": private });
        // What cannot be paid is refused by the payment itself.
        let Ok(quote) = self.face.call::<QuoteRecord>("pay_quote", params).await else {
            return Ok(None);
        };
        ask(&quote, vec![])
    }

    /// The same for a red envelope, with what everybody will see of it.
    pub(crate) async fn before_giving(&mut self, params: Value) -> Result<Option<String>, Error> {
        if self.json || self.offline {
            return Ok(None);
        }
        let Ok(quote) = self.face.call::<QuoteRecord>("envelope_quote", params).await else {
            return Ok(None);
        };
        let shown = format!(
            "Everybody sees that somebody puts {} {} into a red envelope, and when; not who, and not \
             for whom. What nobody takes within a day goes into your private money by itself, also on a \
             profile that was restored from your words.",
            quote.amount, quote.token
        );
        ask(&quote, vec![shown])
    }
}

/// Says these lines and what has to go before, and asks whether money may be put into the pool.
fn ask(quote: &QuoteRecord, mut said: Vec<String>) -> Result<Option<String>, Error> {
    if !quote.private {
        return Ok(None);
    }
    said.extend(lines(quote.top_up.as_deref(), quote.carry_over.as_deref(), quote.merges));
    if said.is_empty() {
        return Ok(Some("0".to_owned()));
    }
    let broken = |error| Error::new("io", format!("the terminal cannot be used: {error}"));
    writeln!(stderr(), "{}", said.join("\n")).map_err(broken)?;
    if quote.top_up.is_some() && stdin().is_terminal() && stderr().is_terminal() {
        let mut answer = String::new();
        write!(stderr(), "Pay {} {} this way? [y/N] ", quote.amount, quote.token)
            .and_then(|()| stderr().flush())
            .and_then(|()| stdin().lock().read_line(&mut answer).map(drop))
            .map_err(broken)?;
        if !matches!(answer.trim(), "y" | "Y" | "yes") {
            return Err(Error::new("refused", "nothing was paid"));
        }
    }
    Ok(Some(quote.top_up.clone().unwrap_or_else(|| "0".to_owned())))
}

/// What has to go before a private payment, a line for each.
pub(crate) fn lines(top_up: Option<&str>, carry_over: Option<&str>, merges: u32) -> Vec<String> {
    let mut lines = vec![];
    lines.extend(carry_over.map(|amount| {
        format!("{amount} ABC of former months move on to this month's private account first.")
    }));
    let steps = match merges {
        0 => None,
        1 => Some("one step of some seconds".to_owned()),
        more => Some(format!("{more} steps of some seconds each")),
    };
    lines.extend(steps.map(|steps| {
        format!(
            "Your money lies in more notes than a payment takes: they are made fewer first, in {steps}."
        )
    }));
    lines.extend(top_up.map(|amount| {
        format!(
            "{amount} ABC go from your account into the private pool first. Everybody sees that, \
             and nothing of what becomes of it."
        )
    }));
    lines
}

/// The private pool.
pub(crate) fn pool(record: &PoolRecord) -> String {
    let PoolRecord { held, notes, small, small_total, putting_in, synced } = record;
    let mut lines = vec![format!("{held} ABC in {notes} notes")];
    lines.extend(putting_in.as_ref().map(|amount| format!("{amount} ABC are being put in")));
    if !small.is_empty() {
        let count = small.len();
        lines.push(format!(
            "{count} of them, {small_total} ABC together, are worth less than it costs to move \
             them, and stay where they are:"
        ));
    }
    lines.extend(small.iter().map(|note| {
        let day = note.time.get(..10).unwrap_or_default();
        format!("  {:>16}  {day}  account of {}", note.amount, note.month)
    }));
    if !synced {
        lines.push("(not up to date: this is what was saved)".to_owned());
    }
    lines.join("\n")
}

/// A payment that was called off.
pub(crate) fn called_off(record: &OneTransfer) -> String {
    let transfer = &record.transfer;
    let (amount, token, to) = (&transfer.amount, transfer.token, one_line(&transfer.to));
    match transfer.state {
        PaymentState::Cancelled => {
            format!("{amount} {token} to {to}: called off, nothing was paid")
        }
        other @ (PaymentState::Queued
        | PaymentState::Submitted
        | PaymentState::Final
        | PaymentState::Expired) => format!("{amount} {token} to {to}: {other}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use api::SmallNote;

    #[test]
    fn what_goes_before_is_said_line_by_line_and_nothing_if_there_is_nothing() {
        assert_eq!(lines(None, None, 0), Vec::<String>::new());
        let said = lines(Some("20"), Some("7"), 2);
        assert_eq!(said.len(), 3);
        assert!(said[0].starts_with("7 ABC") && said[2].starts_with("20 ABC"), "{said:?}");
        assert!(said[1].contains("2 steps"));
        assert!(lines(None, None, 1)[0].contains("one step"));
    }

    #[test]
    fn small_notes_are_counted_and_listed() {
        let small = SmallNote {
            amount: "0.000003".to_owned(),
            month: "2026-10".to_owned(),
            time: "2026-10-30T10:11:12.000Z".to_owned(),
        };
        let record = PoolRecord {
            held: "5".to_owned(),
            notes: 3,
            small: vec![small],
            small_total: "0.000003".to_owned(),
            putting_in: None,
            synced: true,
        };
        let shown = pool(&record);
        assert_eq!(shown.lines().count(), 3, "{shown}");
        assert!(shown.contains("1 of them") && shown.contains("account of 2026-10"));
    }
}
