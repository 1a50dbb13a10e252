//! Months and period accounts (`review-keys.md`, `money-and-mail.md` A4).
//!
//! A viewing key can be neither narrowed nor taken back, so no account of the pool lives longer
//! than a calendar month (UTC). The month is that of a certified header's time, never of a clock
//! at hand.

use types::Timestamp;
use wire::{Decode, DecodeError, Encode, Reader, Writer};

const FIRST_YEAR: u64 = 2026;
const DAY_MS: u64 = 86_400_000;
/// Accounts within one month.
const STOPS: u32 = 64;
/// The last month is December 6000: far enough, and far below where anything overflows.
const LAST_MONTH: u16 = 47_700;

/// A calendar month in UTC: 12 · (year − 2026) + month, so that January 2026 is 1.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct Month(u16);

/// One account of the pool: a month, and how many grants have been stopped in it before.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct Period {
    month: Month,
    stop: u8,
}

impl Month {
    /// January 2026, before which there is none.
    pub const FIRST: Self = Self(1);

    /// The month with this number; `None` before January 2026 and after December 6000.
    #[must_use]
    pub const fn new(number: u16) -> Option<Self> {
        if number == 0 || number > LAST_MONTH { None } else { Some(Self(number)) }
    }

    /// The month that a moment lies in; `None` as in [`Month::new`].
    #[must_use]
    pub fn of(time: Timestamp) -> Option<Self> {
        let day = time.0 / DAY_MS;
        let (mut low, mut high) = (1, LAST_MONTH);
        if day < Self(low).first_day() || day >= Self(high).first_day() {
            return None;
        }
        // The last month that begins no later than this day.
        while high.saturating_sub(low) > 1 {
            let middle = low.midpoint(high);
            if Self(middle).first_day() <= day { low = middle } else { high = middle }
        }
        Some(Self(low))
    }

    /// The number, from 1.
    #[must_use]
    pub const fn number(self) -> u16 {
        self.0
    }

    /// The year, from 2026, and the month of it, from 1.
    #[must_use]
    pub fn year_and_month(self) -> (u64, u64) {
        let number = u64::from(self.0).saturating_sub(1);
        (FIRST_YEAR.saturating_add(number / 12), (number % 12).saturating_add(1))
    }

    /// Its first moment.
    #[must_use]
    pub fn begins(self) -> Timestamp {
        Timestamp(self.first_day().saturating_mul(DAY_MS))
    }

    /// The month after this one; stays at the last there is.
    #[must_use]
    pub fn next(self) -> Self {
        Self(self.0.saturating_add(1).min(LAST_MONTH))
    }

    /// Days from 1970-01-01 to the first of this month (Gregorian calendar).
    fn first_day(self) -> u64 {
        let (year, month) = self.year_and_month();
        let years = year.saturating_sub(1970);
        let leap_days =
            |year: u64| (year / 4).saturating_sub(year / 100).saturating_add(year / 400);
        let is_leap = leap_days(year) > leap_days(year.saturating_sub(1));
        let before: u64 = [31, if is_leap { 29 } else { 28 }, 31, 30, 31, 30, 31, 31, 30, 31, 30]
            .iter()
            .take(usize::try_from(month.saturating_sub(1)).unwrap_or_default())
            .sum();
        let leaps = leap_days(year.saturating_sub(1)).saturating_sub(leap_days(1969));
        years.saturating_mul(365).saturating_add(leaps).saturating_add(before)
    }
}

impl Period {
    /// The first account of a month.
    #[must_use]
    pub const fn first_of(month: Month) -> Self {
        Self { month, stop: 0 }
    }

    /// The account with this index: 64 · month number + k; `None` if there is no such month.
    #[must_use]
    pub fn new(index: u32) -> Option<Self> {
        let month = u16::try_from(index / STOPS).ok().and_then(Month::new)?;
        let stop = u8::try_from(index % STOPS).ok()?;
        Some(Self { month, stop })
    }

    /// Its index: which account of the words this is, for ever.
    #[must_use]
    pub fn index(self) -> u32 {
        u32::from(self.month.0).saturating_mul(STOPS).saturating_add(u32::from(self.stop))
    }

    /// Its month.
    #[must_use]
    pub const fn month(self) -> Month {
        self.month
    }

    /// How many accounts of the month came before it.
    #[must_use]
    pub const fn stop(self) -> u8 {
        self.stop
    }

    /// The account that takes over within the month when a grant is stopped, a device is lost or a
    /// key has leaked; `None` after 63 of them.
    #[must_use]
    pub fn after_stop(self) -> Option<Self> {
        let stop = self.stop.saturating_add(1);
        (u32::from(stop) < STOPS).then_some(Self { stop, ..self })
    }
}

impl Encode for Month {
    fn encode(&self, w: &mut Writer) {
        w.u16(self.0);
    }
}

impl Decode for Month {
    fn decode(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        Self::new(r.u16()?).ok_or(DecodeError::BadValue("month"))
    }
}

impl Encode for Period {
    fn encode(&self, w: &mut Writer) {
        w.u32(self.index());
    }
}

impl Decode for Period {
    fn decode(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        Self::new(r.u32()?).ok_or(DecodeError::BadValue("period"))
    }
}
