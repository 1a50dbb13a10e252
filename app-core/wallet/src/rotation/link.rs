//! What somebody else's account has to commit to, as text: `bcm:rotate?hash=…&chain=…`.
//!
//! Both parts must be there, in either order, nothing else may be, and nothing twice. Neither an invite
//! nor a payment link begins like this, so that none is taken for another.

use types::{ChainId, RotationId};

/// What such a text begins with.
const SCHEME: &str = "bcm:rotate?";
/// Longer texts are refused unread.
const MAX_CHARS: usize = 300;

/// Asks for a commitment to the move of an account, which the hash does not tell.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RotationLink {
    /// The network on which the account lies.
    pub chain: ChainId,
    /// What to commit to: `ledger::rotation_hash`.
    pub hash: RotationId,
}

/// Why a text asks for no commitment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum RotationLinkError {
    /// Not `bcm:rotate?…`, or too long.
    #[error("this does not ask for a commitment to a move; such a text begins with bcm:rotate?")]
    NotALink,
    /// A part is missing, stands twice, or is one that nobody knows: what it would mean is not
    /// guessed.
    #[error("a part of the text is missing, stands twice or is unknown")]
    Part,
    /// Not 64 digits.
    #[error("the text's hash is mistyped")]
    Hash,
    /// For another network.
    #[error("the account that is to move is on another network")]
    WrongNetwork,
}

impl RotationLink {
    /// True for a text that is meant as one, whether it is a good one or not.
    #[must_use]
    pub fn is_meant(text: &str) -> bool {
        let text = text.trim_start();
        text.get(..SCHEME.len()).is_some_and(|head| head.eq_ignore_ascii_case(SCHEME))
    }

    /// Reads such a text and holds it to the network.
    ///
    /// # Errors
    /// [`RotationLinkError`] says why nothing is to be committed to.
    pub fn parse(text: &str, chain: ChainId) -> Result<Self, RotationLinkError> {
        let link = Self::read(text)?;
        if link.chain == chain { Ok(link) } else { Err(RotationLinkError::WrongNetwork) }
    }

    /// The text form.
    #[must_use]
    pub fn text(&self) -> String {
        format!("{SCHEME}hash={}&chain={}", self.hash, self.chain)
    }

    pub(crate) fn read(text: &str) -> Result<Self, RotationLinkError> {
        let text = text.trim();
        if text.len() > MAX_CHARS || !Self::is_meant(text) {
            return Err(RotationLinkError::NotALink);
        }
        let parts = text.get(SCHEME.len()..).ok_or(RotationLinkError::NotALink)?;
        let (mut hash, mut chain) = (None, None);
        for part in parts.split('&') {
            let (name, value) = part.split_once('=').ok_or(RotationLinkError::Part)?;
            let twice = match name {
                "hash" => {
                    hash.replace(RotationId::parse(value).ok_or(RotationLinkError::Hash)?).is_some()
                }
                "chain" => chain
                    .replace(ChainId::parse(value).ok_or(RotationLinkError::WrongNetwork)?)
                    .is_some(),
                _ => true,
            };
            if twice {
                return Err(RotationLinkError::Part);
            }
        }
        let (Some(hash), Some(chain)) = (hash, chain) else { return Err(RotationLinkError::Part) };
        Ok(Self { chain, hash })
    }
}
