//! The token: 256 random bits that let a page or a script in.

use core::fmt;

use api::{Error, Zeroizing};
use rand::TryRng;
use rand::rngs::SysRng;
use subtle::ConstantTimeEq;

/// Never printed but where it is handed out, compared in constant time, wiped when dropped.
pub(super) struct Token(Zeroizing<String>);

impl Token {
    /// A new token from the operating system's random numbers.
    pub(super) fn new() -> Result<Self, Error> {
        let mut bytes = Zeroizing::new([0; 32]);
        let none = |error| Error::new("io", format!("there are no random numbers: {error}"));
        SysRng.try_fill_bytes(bytes.as_mut_slice()).map_err(none)?;
        Ok(Self(Zeroizing::new(hex::encode(bytes.as_slice()))))
    }

    /// True for this token, whose digits are then known to be known.
    pub(super) fn is(&self, given: &str) -> bool {
        self.0.as_bytes().ct_eq(given.as_bytes()).into()
    }

    /// For its owner.
    pub(super) fn text(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Token")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_is_new_each_time_and_knows_only_itself() {
        let (token, other) = (Token::new().unwrap(), Token::new().unwrap());
        assert_eq!(token.text().len(), 64);
        assert!(token.is(token.text()));
        let longer = format!("{}0", token.text());
        for wrong in ["", other.text(), &token.text()[1..], &longer] {
            assert!(!token.is(wrong));
        }
    }

    #[test]
    fn a_token_is_not_in_its_debug_form() {
        let token = Token::new().unwrap();
        assert_eq!(format!("{token:?}"), "Token");
    }
}
