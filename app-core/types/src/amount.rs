//! Amounts of one token: checked arithmetic only, never floats.

use core::fmt;
use core::marker::PhantomData;

/// Smallest units in one token, for both tokens (6 decimals).
pub const UNITS_PER_TOKEN: u64 = 1_000_000;
const DECIMALS: usize = 6;

/// Names a token at the type level.
pub trait Token: Copy + Eq + Ord {
    /// The token's name in user interfaces and files.
    const NAME: &'static str;
}

/// The transferable token; its smallest unit is `a`.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct Abc;

/// The token for chat services; it can be neither transferred nor turned back.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct Abit;

impl Token for Abc {
    const NAME: &'static str = "ABC";
}

impl Token for Abit {
    const NAME: &'static str = "ABIT";
}

/// An amount of one token, in smallest units.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Amount<T: Token>(u64, PhantomData<T>);

/// Why a text is not an amount.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum AmountError {
    /// Empty, a sign, a letter, two points, or a missing digit beside the point.
    #[error("not a number such as 12.5")]
    NotANumber,
    /// More than six decimals.
    #[error("more than six decimals")]
    TooManyDecimals,
    /// More than fits 64 bits of smallest units.
    #[error("too large")]
    TooLarge,
}

impl<T: Token> Amount<T> {
    /// Nothing.
    pub const ZERO: Self = Self(0, PhantomData);

    /// An amount of so many smallest units.
    #[must_use]
    pub const fn new(units: u64) -> Self {
        Self(units, PhantomData)
    }

    /// The amount in smallest units.
    #[must_use]
    pub const fn units(self) -> u64 {
        self.0
    }

    /// The sum, or `None` beyond 64 bits.
    #[must_use]
    pub fn plus(self, other: Self) -> Option<Self> {
        self.0.checked_add(other.0).map(Self::new)
    }

    /// The difference, or `None` below zero.
    #[must_use]
    pub fn minus(self, other: Self) -> Option<Self> {
        self.0.checked_sub(other.0).map(Self::new)
    }

    /// True for nothing at all.
    #[must_use]
    pub const fn is_zero(self) -> bool {
        self.0 == 0
    }

    /// Reads a decimal such as `12.5`, `100`, `0.000001`: digits, at most one point with digits on
    /// both sides, at most six of them behind it.
    ///
    /// # Errors
    /// [`AmountError`] says what is wrong with the text.
    pub fn parse(text: &str) -> Result<Self, AmountError> {
        let (whole, fraction) = match text.split_once('.') {
            Some((_, "")) => return Err(AmountError::NotANumber),
            Some(parts) => parts,
            None => (text, ""),
        };
        if whole.is_empty() || !whole.bytes().chain(fraction.bytes()).all(|b| b.is_ascii_digit()) {
            return Err(AmountError::NotANumber);
        }
        if fraction.len() > DECIMALS {
            return Err(AmountError::TooManyDecimals);
        }
        let whole: u64 = whole.parse().map_err(|_| AmountError::TooLarge)?;
        let fraction: u64 =
            format!("{fraction:0<DECIMALS$}").parse().map_err(|_| AmountError::TooLarge)?;
        whole
            .checked_mul(UNITS_PER_TOKEN)
            .and_then(|units| units.checked_add(fraction))
            .map(Self::new)
            .ok_or(AmountError::TooLarge)
    }
}

/// The shortest decimal form: `12.5`, `100`, `0`.
impl<T: Token> fmt::Display for Amount<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (whole, fraction) = (self.0 / UNITS_PER_TOKEN, self.0 % UNITS_PER_TOKEN);
        if fraction == 0 {
            return write!(f, "{whole}");
        }
        let digits = format!("{fraction:0DECIMALS$}");
        write!(f, "{whole}.{}", digits.trim_end_matches('0'))
    }
}

impl<T: Token> fmt::Debug for Amount<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self} {}", T::NAME)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[track_caller]
    fn check(text: &str, expected: Result<u64, AmountError>) {
        assert_eq!(Amount::<Abc>::parse(text).map(Amount::units), expected, "{text}");
    }

    #[test]
    fn reads_plain_decimals_only() {
        check("12.5", Ok(12_500_000));
        check("0.000001", Ok(1));
        check("0", Ok(0));
        check("007", Ok(7_000_000));
        check("18446744073709.551615", Ok(u64::MAX));
        check("18446744073709.551616", Err(AmountError::TooLarge));
        check("99999999999999999999999", Err(AmountError::TooLarge));
        check("0.0000001", Err(AmountError::TooManyDecimals));
        for text in ["", ".", "1.", ".5", "-1", "+1", "1e3", "1,5", " 1", "1.2.3", "１", "NaN"] {
            check(text, Err(AmountError::NotANumber));
        }
    }

    #[test]
    fn arithmetic_stops_at_both_ends() {
        let one = Amount::<Abit>::new(1);
        assert_eq!(Amount::<Abit>::new(u64::MAX).plus(one), None);
        assert_eq!(Amount::<Abit>::ZERO.minus(one), None);
    }

    proptest! {
        #[test]
        fn shortest_form_reads_back(units: u64) {
            let amount = Amount::<Abc>::new(units);
            let text = amount.to_string();
            prop_assert!(!text.contains('.') || !text.ends_with('0'));
            prop_assert_eq!(Amount::<Abc>::parse(&text), Ok(amount));
        }
    }
}
