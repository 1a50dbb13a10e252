//! Months as text: `2026-11`, and spans of them.

use wallet::review::Month;

use crate::Error;

/// A month as people write it.
pub(crate) fn month_name(month: Month) -> String {
    let (year, month) = month.year_and_month();
    format!("{year:04}-{month:02}")
}

/// Reads `2026-11`, `2026-11..` (to the present month) or `2026-11..2027-01`.
///
/// # Errors
/// `usage` for what is no month.
pub(crate) fn parse_months(text: &str) -> Result<(Option<Month>, Option<Month>), Error> {
    match text.trim().split_once("..") {
        None => parse(text.trim()).map(|month| (Some(month), Some(month))),
        Some((from, "")) => Ok((Some(parse(from)?), None)),
        Some((from, to)) => Ok((Some(parse(from)?), Some(parse(to)?))),
    }
}

fn parse(text: &str) -> Result<Month, Error> {
    let number = |year: &str, month: &str| {
        let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
        let plain = year.len() == 4 && month.len() == 2 && digits(year) && digits(month);
        let (year, month): (u16, u16) = (year.parse().ok()?, month.parse().ok()?);
        let valid = plain && (1..=12).contains(&month);
        let years = year.checked_sub(2026).filter(|_| valid)?;
        Month::new(years.checked_mul(12)?.checked_add(month)?)
    };
    let month = text.split_once('-').and_then(|(year, month)| number(year, month));
    month.ok_or_else(|| Error::new("usage", "a month is written 2026-11, a span 2026-11..2027-01"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn months_read_back_and_nonsense_does_not() {
        let month = |number| Month::new(number);
        assert_eq!(parse_months("2026-11"), Ok((month(11), month(11))));
        assert_eq!(parse_months("2026-11.."), Ok((month(11), None)));
        assert_eq!(parse_months("2026-11..2027-01"), Ok((month(11), month(13))));
        for number in [1, 12, 13, 600] {
            let month = Month::new(number).unwrap();
            assert_eq!(parse_months(&month_name(month)), Ok((Some(month), Some(month))));
        }
        for wrong in [
            "",
            "2026",
            "2025-12",
            "2026-13",
            "2026-00",
            "2026-1",
            "26-11",
            "..2026-11",
            "2026-11...2027-01",
            "+026-11",
            "2026-11..2027",
        ] {
            assert_eq!(parse_months(wrong).unwrap_err().code, "usage", "{wrong}");
        }
    }
}
