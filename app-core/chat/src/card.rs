//! A card: what an account shows to prove that a chat identity is its own.
//!
//! The operation key signs the identity key and the name, and the identity key signs the account's id: neither
//! can be borrowed by somebody else (`money-and-mail.md` B12).

use keys::{EcdsaKey, PublicKey};
use rand_core::CryptoRng;
use ratchet::{IdentityKey, IdentityKeyPair};
use types::{ChainId, OpenId};
use wire::{Decode, DecodeError, Encode, Reader, Writer, hash};

/// Most bytes of a name that an account gives itself.
pub const MAX_NAME: usize = 64;

/// A name, an operation key and a chat identity, bound to one another and to one network.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Card {
    /// As the account calls itself; shown, never trusted.
    pub name: String,
    /// The account's first operation key; its id follows from it.
    pub operation_key: PublicKey,
    /// The key of its chats.
    pub identity: IdentityKey,
    operation_signature: [u8; 64],
    identity_signature: [u8; 64],
}

/// Two signatures of a card do not fit its keys, the network, or a rule for names.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the card's signatures do not match its keys")]
pub struct BadCard;

impl Card {
    /// Signs a card with both keys.
    pub fn sign(
        name: &str,
        operation: &EcdsaKey,
        identity: &IdentityKeyPair,
        chain: ChainId,
        rng: &mut impl CryptoRng,
    ) -> Self {
        let (operation_key, identity_key) = (operation.public(), identity.public());
        let account = operation_key.open_id();
        Self {
            name: name.to_owned(),
            operation_signature: operation.sign(&operation_bytes(chain, &identity_key, name)),
            identity_signature: identity.sign(&identity_bytes(chain, account), rng),
            operation_key,
            identity: identity_key,
        }
    }

    /// The account that the card speaks of.
    #[must_use]
    pub fn account(&self) -> OpenId {
        self.operation_key.open_id()
    }

    /// Checks both signatures and the name.
    ///
    /// # Errors
    /// [`BadCard`] if anything does not fit; the card is then worth nothing.
    pub fn check(&self, chain: ChainId) -> Result<(), BadCard> {
        let operation = self
            .operation_key
            .verify(&operation_bytes(chain, &self.identity, &self.name), &self.operation_signature);
        let identity =
            self.identity.verify(&identity_bytes(chain, self.account()), &self.identity_signature);
        if operation && identity && is_name(&self.name) { Ok(()) } else { Err(BadCard) }
    }
}

/// True for a name of 1 to [`MAX_NAME`] bytes that shows something, without control characters,
/// outer blanks, or what would hide or reorder the text beside it.
#[must_use]
pub fn is_name(name: &str) -> bool {
    let fits = (1..=MAX_NAME).contains(&name.len());
    let plain = !name.chars().any(|c| c.is_control() || is_hidden(c));
    fits && plain && name.trim() == name && !look(name).is_empty()
}

/// What of a name can be seen: two that look the same are the same here. Joiners and variation
/// selectors belong to some scripts and pictures, and are invisible between other letters.
#[must_use]
pub fn look(name: &str) -> String {
    let joins = |c: &char| matches!(c, '\u{200c}' | '\u{200d}' | '\u{fe00}'..='\u{fe0f}');
    let plain = |c: char| if c.is_whitespace() { ' ' } else { c };
    name.chars().filter(|c| !joins(c)).map(plain).collect()
}

/// Blanks without width, marks that change the direction of writing, and letters without a shape.
const fn is_hidden(c: char) -> bool {
    matches!(
        c,
        '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}'
            | '\u{180b}'..='\u{180f}'
            | '\u{200b}'
            | '\u{200e}'
            | '\u{200f}'
            | '\u{2028}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}'
            | '\u{2800}'
            | '\u{3164}'
            | '\u{feff}'
            | '\u{ffa0}'
            | '\u{fff0}'..='\u{fffb}'
            | '\u{e0000}'..='\u{e0fff}'
    )
}

/// The name is in it, so that whoever passes an invite on cannot rename its owner.
fn operation_bytes(chain: ChainId, identity: &IdentityKey, name: &str) -> [u8; 32] {
    hash("bcm-card-operation-v1", &[&chain.0, identity.as_bytes(), name.as_bytes()])
}

fn identity_bytes(chain: ChainId, account: OpenId) -> [u8; 32] {
    hash("bcm-card-identity-v1", &[&chain.0, &account.0])
}

impl Encode for Card {
    fn encode(&self, writer: &mut Writer) {
        writer.text(&self.name);
        self.operation_key.encode(writer);
        writer.fixed(self.identity.as_bytes());
        writer.fixed(&self.operation_signature);
        writer.fixed(&self.identity_signature);
    }
}

impl Decode for Card {
    fn decode(reader: &mut Reader<'_>) -> Result<Self, DecodeError> {
        Ok(Self {
            name: reader.text(MAX_NAME)?,
            operation_key: PublicKey::decode(reader)?,
            identity: IdentityKey::parse(&reader.fixed::<33>()?)
                .ok_or(DecodeError::BadValue("identity key"))?,
            operation_signature: reader.fixed()?,
            identity_signature: reader.fixed()?,
        })
    }
}
