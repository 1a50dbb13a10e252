//! What signs: every order about money and every key that is given away is signed through here, and
//! a profile that only reviews gets nothing (`review-keys.md`, "The reviewer's side").
//!
//! What such a profile signs all the same binds nobody's money: its chats, its reviewer's card, and
//! the statements that it exports.

use wallet::Keyring;

use crate::{Engine, Fault};

impl Engine {
    /// True for a profile that looks at what others let it see, and never signs.
    #[must_use]
    pub const fn is_review_only(&self) -> bool {
        self.review_only
    }

    /// Refuses if this profile only reviews.
    ///
    /// # Errors
    /// `review_only`.
    pub(crate) fn check_signs(&self) -> Result<(), Fault> {
        if !self.review_only {
            return Ok(());
        }
        let words = "this profile only reviews: it pays nothing and signs nothing";
        Err(Fault::refused("review_only", words))
    }

    /// What signs for money, and for review keys that are given.
    ///
    /// # Errors
    /// `review_only`.
    pub(crate) fn ring(&self) -> Result<Keyring<'_>, Fault> {
        self.check_signs()?;
        Ok(self.keys.ring())
    }
}
