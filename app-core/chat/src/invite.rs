//! An invite: all that a stranger needs to write to us, as text that survives copy and paste.
//!
//! `bcm:` and the Base58Check form (SHA-256 twice, four bytes) of version, chain, card, directory
//! entry and route. It needs no server to be read; it says nothing that its owner did not sign or
//! make for it.

use types::{ChainId, OpenId, WorkerId};
use wire::{Decode, DecodeError, Encode, Reader, Writer};

use crate::{Card, Route};

const SCHEME: &str = "bcm:";
const VERSION: u8 = 1;
/// Longer texts are refused unread: Base58 takes time that grows with the square of the length.
const MAX_CHARS: usize = 1200;

/// What an invite says.
#[derive(Debug)]
pub struct Invite {
    /// The network on which its owner lives.
    pub chain: ChainId,
    /// Who invites.
    pub card: Card,
    /// Under which key, on which worker, the prekey bundle lies.
    pub directory: ([u8; 32], WorkerId),
    /// Where to write the first message.
    pub route: Route,
}

/// Why a text is no usable invite.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum InviteError {
    /// No `bcm:` text, a mistyped or missing part, a signature that does not fit.
    #[error("not a valid invite")]
    Bad,
    /// Made by a newer or older version of the app.
    #[error("an invite of another version")]
    OtherVersion,
    /// For another network.
    #[error("an invite to another network")]
    WrongNetwork,
    /// Our own.
    #[error("our own invite")]
    Own,
}

impl Invite {
    /// Reads an invite and checks its signatures, the network, and that it is not our own.
    ///
    /// # Errors
    /// [`InviteError`] says why it cannot be used.
    pub fn parse(text: &str, chain: ChainId, own: OpenId) -> Result<Self, InviteError> {
        let invite = Self::read(text)?;
        if invite.chain != chain {
            return Err(InviteError::WrongNetwork);
        }
        if invite.card.account() == own {
            return Err(InviteError::Own);
        }
        invite.card.check(chain).map_err(|_| InviteError::Bad)?;
        Ok(invite)
    }

    /// The text form.
    #[must_use]
    pub fn text(&self) -> String {
        format!("{SCHEME}{}", bs58::encode(self.to_bytes()).with_check().into_string())
    }

    pub(crate) fn read(text: &str) -> Result<Self, InviteError> {
        let encoded = text.trim().strip_prefix(SCHEME).ok_or(InviteError::Bad)?;
        if encoded.len() > MAX_CHARS {
            return Err(InviteError::Bad);
        }
        let bytes =
            bs58::decode(encoded).with_check(None).into_vec().map_err(|_| InviteError::Bad)?;
        match bytes.first() {
            Some(&VERSION) => Self::from_bytes(&bytes).map_err(|_| InviteError::Bad),
            Some(_) => Err(InviteError::OtherVersion),
            None => Err(InviteError::Bad),
        }
    }
}

impl Encode for Invite {
    fn encode(&self, w: &mut Writer) {
        w.u8(VERSION);
        self.chain.encode(w);
        self.card.encode(w);
        w.fixed(&self.directory.0);
        self.directory.1.encode(w);
        self.route.encode(w);
    }
}

impl Decode for Invite {
    fn decode(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        if r.u8()? != VERSION {
            return Err(DecodeError::BadValue("version of invite"));
        }
        Ok(Self {
            chain: ChainId::decode(r)?,
            card: Card::decode(r)?,
            directory: (r.fixed()?, WorkerId::decode(r)?),
            route: Route::decode(r)?,
        })
    }
}
