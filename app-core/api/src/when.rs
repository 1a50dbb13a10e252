//! Times as text: RFC 3339, UTC, milliseconds.

use time::format_description::BorrowedFormatItem;
use time::format_description::well_known::Rfc3339;
use time::macros::format_description;
use time::{Date, OffsetDateTime, UtcOffset};
use types::Timestamp;

use crate::Error;

const MILLIS: &[BorrowedFormatItem<'_>] =
    format_description!("[year]-[month]-[day]T[hour]:[minute]:[second].[subsecond digits:3]Z");
const DAY: &[BorrowedFormatItem<'_>] = format_description!("[year]-[month]-[day]");

/// The text form of a time; far beyond the calendar, its last day.
pub(crate) fn format(time: Timestamp) -> String {
    let nanos = i128::from(time.0).saturating_mul(1_000_000);
    OffsetDateTime::from_unix_timestamp_nanos(nanos)
        .ok()
        .and_then(|moment| moment.format(MILLIS).ok())
        .unwrap_or_else(|| "9999-12-31T23:59:59.999Z".to_owned())
}

/// Reads `2026-11-20T10:00:00Z` or `2026-11-20`, which is the start of that day in UTC.
pub(crate) fn parse(text: &str) -> Result<Timestamp, Error> {
    let moment = OffsetDateTime::parse(text, &Rfc3339)
        .ok()
        .or_else(|| Some(Date::parse(text, DAY).ok()?.midnight().assume_utc()))
        .ok_or_else(|| {
            Error::new("usage", "a time is written 2026-11-20 or 2026-11-20T10:00:00Z")
        })?;
    let nanos = moment.to_offset(UtcOffset::UTC).unix_timestamp_nanos();
    Ok(Timestamp(u64::try_from(nanos.div_euclid(1_000_000)).unwrap_or(0)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_read_back_and_nonsense_does_not() {
        let time = Timestamp(1_795_000_000_123);
        assert_eq!(parse(&format(time)), Ok(time));
        assert_eq!(parse("1970-01-02"), Ok(Timestamp(86_400_000)));
        assert_eq!(parse("1970-01-01T01:00:00+01:00"), Ok(Timestamp(0)));
        for wrong in ["", "yesterday", "2026-13-01", "2026-11-20T10:00"] {
            assert_eq!(parse(wrong).unwrap_err().code, "usage", "{wrong}");
        }
    }
}
