//! Statements: made by the engine, written here as people want them.

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use engine::{OfWhom, StatementWish, find_contact};
use statement::{Receipts, Statement, Zone, csv, csv_of};
use types::{Abc, Amount, OpenId, Timestamp};

use crate::commands::file::put_down;
use crate::params::{ReviewSave, ReviewStatement};
use crate::{App, Error, StatementFile, StatementFormat, StatementSaved, when};

/// What a person calls the own account.
const ME: &str = "me";
/// No clock is further from UTC than this many minutes.
const MOST_MINUTES: i32 = 14 * 60;

impl App {
    /// All entries of an account in a period, with what proves them.
    ///
    /// # Errors
    /// `usage` for what is no period or zone, `unknown_contact`, `no_network` while the light node
    /// is behind the end of the period.
    pub(crate) async fn review_statement(
        &self,
        wish: ReviewStatement,
    ) -> Result<StatementFile, Error> {
        self.online()?;
        let period = (when::parse(&wish.from)?, when::parse(&wish.to)?);
        if period.0 >= period.1 {
            return Err(Error::new("usage", "the period ends before it begins"));
        }
        let minutes = wish.zone.as_deref().map_or(Ok(0), minutes)?;
        let (whose, patience) = (self.whose(&wish.account).await?, self.patience());
        let wanted = StatementWish { whose, period, keys: wish.keys, stream: wish.stream };
        let (file, keys, stream) = if wish.receipts {
            let made = self.ask(move |engine| Box::pin(engine.receipts(wanted, patience))).await?;
            (written_receipts(&made.receipts, wish.format, minutes)?, made.keys, made.stream)
        } else {
            let made = self.ask(move |engine| Box::pin(engine.statement(wanted, patience))).await?;
            (written(&made.statement, wish.format, minutes)?, made.keys, made.stream)
        };
        let keys = keys.map(|keys| BASE64_STANDARD.encode(keys.as_slice()));
        let stream = stream.map(|stream| BASE64_STANDARD.encode(stream));
        Ok(StatementFile { keys, stream, ..file })
    }

    /// The same, as a file in the folder of downloads: a window lets no page write one.
    ///
    /// # Errors
    /// As [`App::review_statement`]; `io` if there is no such folder, or it cannot be written.
    pub(crate) async fn review_save(&self, wish: ReviewSave) -> Result<StatementSaved, Error> {
        let ReviewSave { account, from, to, format, zone, receipts } = wish;
        let whose = self.whose(&account).await?;
        let wish = ReviewStatement {
            account,
            from,
            to,
            format,
            zone,
            receipts,
            keys: false,
            stream: false,
        };
        let made = self.review_statement(wish).await?;
        let bytes = BASE64_STANDARD.decode(&made.file);
        let bytes = bytes.map_err(|_| Error::new("internal", "a statement that is no base64"))?;
        let StatementFile { format, from, to, entries, opening, closing, .. } = made;
        let path = put_down(&file_name(whose, (&from, &to)), (ending(format), &bytes))?;
        Ok(StatementSaved { path, format, from, to, entries, opening, closing })
    }

    async fn whose(&self, account: &str) -> Result<OfWhom, Error> {
        let own = OpenId::parse(account) == Some(self.inner().own.0);
        if own || account == ME {
            return Ok(OfWhom::Own);
        }
        if let Ok((account, _)) = self.reviewed_account(account).await {
            return Ok(OfWhom::Granted(account));
        }
        Ok(OfWhom::Contact(find_contact(&self.inner().store, account).await?.account))
    }
}

fn written_receipts(
    receipts: &Receipts,
    format: StatementFormat,
    minutes: i32,
) -> Result<StatementFile, Error> {
    let name = offset(minutes);
    let ahead = |_: Timestamp| minutes.saturating_mul(60);
    let zone = Zone { name: &name, offset: &ahead };
    let file = match format {
        StatementFormat::Json => receipts.file().into_bytes(),
        StatementFormat::Csv => csv_of(receipts.rows(), &zone).into_bytes(),
        StatementFormat::Pdf => paper::receipts_pdf(receipts, &zone)
            .map_err(|error| Error::new("internal", error.to_string()))?,
    };
    Ok(StatementFile {
        format,
        from: when::format(receipts.from),
        to: when::format(receipts.to),
        closed_round: receipts.closing.round().0,
        entries: u32::try_from(receipts.receipts.len()).unwrap_or(u32::MAX),
        opening: None,
        closing: None,
        file: BASE64_STANDARD.encode(file),
        keys: None,
        stream: None,
    })
}

/// What a file is called: whose it is, and the days that it begins and ends with.
fn file_name(whose: OfWhom, (from, to): (&str, &str)) -> String {
    let whose = match whose {
        OfWhom::Own => ME.to_owned(),
        OfWhom::Contact(account) | OfWhom::Granted(account) => {
            account.to_string().chars().take(8).collect()
        }
    };
    let day = |time: &str| time.chars().take(10).collect::<String>();
    format!("bcm-statement-{whose}-{}-{}", day(from), day(to))
}

const fn ending(format: StatementFormat) -> &'static str {
    match format {
        StatementFormat::Json => "json",
        StatementFormat::Csv => "csv",
        StatementFormat::Pdf => "pdf",
    }
}

fn written(
    statement: &Statement,
    format: StatementFormat,
    minutes: i32,
) -> Result<StatementFile, Error> {
    let name = offset(minutes);
    let ahead = |_: Timestamp| minutes.saturating_mul(60);
    let zone = Zone { name: &name, offset: &ahead };
    let file = match format {
        StatementFormat::Json => statement.file().into_bytes(),
        StatementFormat::Csv => csv(statement, &zone).into_bytes(),
        StatementFormat::Pdf => paper::pdf(statement, &zone)
            .map_err(|error| Error::new("internal", error.to_string()))?,
    };
    let (before, after) = statement.held_in_pool();
    let sum = |one: Amount<Abc>, other| one.plus(other).unwrap_or(one).to_string();
    Ok(StatementFile {
        format,
        from: when::format(statement.from),
        to: when::format(statement.to),
        closed_round: statement.closing.round().0,
        entries: u32::try_from(statement.count()).unwrap_or(u32::MAX),
        opening: Some(sum(statement.held_before().abc, before)),
        closing: Some(sum(statement.held_after().abc, after)),
        file: BASE64_STANDARD.encode(file),
        keys: None,
        stream: None,
    })
}

/// Minutes ahead of UTC, of `Z`, `+08:00` or `-03:30`.
fn minutes(zone: &str) -> Result<i32, Error> {
    let read = || {
        let (sign, rest) = match zone.split_at_checked(1)? {
            ("Z", "") => return Some(0),
            ("+", rest) => (1, rest),
            ("-", rest) => (-1, rest),
            _ => return None,
        };
        let (hours, minutes) = rest.split_once(':')?;
        let number = |text: &str| {
            let digits = text.len() == 2 && text.bytes().all(|byte| byte.is_ascii_digit());
            if digits { text.parse::<i32>().ok() } else { None }
        };
        let (hours, minutes) = (number(hours)?, number(minutes).filter(|minutes| *minutes < 60)?);
        let ahead = hours.saturating_mul(60).saturating_add(minutes);
        (ahead <= MOST_MINUTES).then(|| ahead.saturating_mul(sign))
    };
    read().ok_or_else(|| Error::new("usage", "a zone is written Z, +08:00 or -03:30"))
}

/// What a zone without rules of its own is called.
fn offset(minutes: i32) -> String {
    let (sign, ahead) = (if minutes < 0 { '-' } else { '+' }, minutes.unsigned_abs());
    format!("UTC{sign}{:02}:{:02}", ahead.div_euclid(60), ahead.rem_euclid(60))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_named_after_account_and_days() {
        let times = ("2026-11-01T00:00:00.000Z", "2026-12-01T00:00:00.000Z");
        let name = file_name(OfWhom::Granted(OpenId([0xab; 32])), times);
        assert_eq!(name, "bcm-statement-abababab-2026-11-01-2026-12-01");
        assert_eq!(file_name(OfWhom::Own, times), "bcm-statement-me-2026-11-01-2026-12-01");
    }

    #[test]
    fn zones_read_back_and_nonsense_does_not() {
        for (text, ahead) in [("Z", 0), ("+08:00", 480), ("-03:30", -210), ("+14:00", 840)] {
            assert_eq!(minutes(text), Ok(ahead), "{text}");
        }
        assert_eq!((offset(480), offset(-210)), ("UTC+08:00".to_owned(), "UTC-03:30".to_owned()));
        for wrong in ["", "8", "+8:00", "+08:60", "+15:00", "+08", "++8:00", "+é:00"] {
            assert_eq!(minutes(wrong).unwrap_err().code, "usage", "{wrong}");
        }
    }
}
