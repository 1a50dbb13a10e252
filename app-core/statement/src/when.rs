//! Times as texts: UTC to the millisecond, and the same moment in a zone that the reader lives in.

use time::format_description::BorrowedFormatItem;
use time::format_description::well_known::Rfc3339;
use time::macros::format_description;
use time::{OffsetDateTime, UtcOffset};
use types::Timestamp;

const UTC: &[BorrowedFormatItem<'_>] =
    format_description!("[year]-[month]-[day]T[hour]:[minute]:[second].[subsecond digits:3]Z");
const LOCAL: &[BorrowedFormatItem<'_>] = format_description!(
    "[year]-[month]-[day] [hour]:[minute]:[second] [offset_hour sign:mandatory]:[offset_minute]"
);

/// A zone of the clocks on people's walls.
pub struct Zone<'a> {
    /// Its name, such as `Asia/Shanghai`, and whose rules they are.
    pub name: &'a str,
    /// Seconds that its clocks are ahead of UTC at a moment.
    pub offset: &'a dyn Fn(Timestamp) -> i32,
}

/// RFC 3339, UTC, milliseconds; far beyond the calendar, its last day.
#[must_use]
pub fn utc(time: Timestamp) -> String {
    moment(time).and_then(|moment| moment.format(UTC).ok()).unwrap_or_else(last)
}

/// What [`utc`] wrote.
pub(crate) fn read_utc(text: &str) -> Option<Timestamp> {
    let moment = OffsetDateTime::parse(text, &Rfc3339).ok()?.to_offset(UtcOffset::UTC);
    let millis = moment.unix_timestamp_nanos().div_euclid(1_000_000);
    u64::try_from(millis).ok().map(Timestamp)
}

impl Zone<'_> {
    /// A moment as the clocks of this zone show it, with their distance to UTC.
    #[must_use]
    pub fn show(&self, time: Timestamp) -> String {
        let offset = UtcOffset::from_whole_seconds((self.offset)(time)).ok();
        let local = moment(time).and_then(|moment| moment.checked_to_offset(offset?));
        local.and_then(|local| local.format(LOCAL).ok()).unwrap_or_else(last)
    }
}

fn moment(time: Timestamp) -> Option<OffsetDateTime> {
    let nanos = i128::from(time.0).checked_mul(1_000_000)?;
    OffsetDateTime::from_unix_timestamp_nanos(nanos).ok()
}

fn last() -> String {
    "9999-12-31T23:59:59.999Z".to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_moment_reads_back_and_is_shown_in_other_places() {
        let time = Timestamp(1_795_000_000_123);
        assert_eq!(read_utc(&utc(time)), Some(time));
        assert_eq!(utc(time), "2026-11-18T11:06:40.123Z");
        let zone = Zone { name: "Asia/Shanghai", offset: &|_| 8 * 3600 };
        assert_eq!(zone.show(time), "2026-11-18 19:06:40 +08:00");
        assert_eq!(utc(Timestamp(u64::MAX)), last());
        assert_eq!(read_utc("yesterday"), None);
    }
}
