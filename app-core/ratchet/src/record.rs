//! All sessions with one peer: the current one and the archived ones.
//!
//! `chat` keeps one record for each contact, stores it after every successful call and sends or
//! shows nothing before it is stored. Every call leaves the record exactly as it was if it fails.

use crate::{
    RatchetError,
    bundle::Bundle,
    identity::{IdentityKey, IdentityKeyPair},
    message::{PreKeyMessage, Sealed, SignalMessage},
    prekeys::PreKeys,
    session::Session,
};
use core::fmt;
use rand_core::CryptoRng;
use types::Timestamp;
use wire::{Decode, DecodeError, Encode, Reader, Writer};
use zeroize::Zeroizing;

const FORMAT: u8 = 1;
/// The current session and 40 archived ones.
const MAX_SESSIONS: usize = 41;

/// The sessions with one peer. Empty to begin with.
#[derive(Default)]
pub struct SessionRecord {
    /// The current one first, then from the newest archived one to the oldest.
    sessions: Vec<Session>,
}

/// A decrypted message.
pub struct Opened {
    /// What the peer wrote.
    pub plaintext: Zeroizing<Vec<u8>>,
    /// The prekeys that this message used up; only for the first one of a session.
    pub used: Option<UsedPreKeys>,
}

/// Which prekeys a new session used. The owner deletes the one-time key, and never accepts the same
/// Kyber key, signed key and base key together again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct UsedPreKeys {
    /// The one-time prekey, if there was one.
    pub one_time: Option<u32>,
    /// The Kyber prekey.
    pub kyber: u32,
    /// The signed prekey.
    pub signed: u32,
    /// The sender's base key, which names the session.
    pub base_key: [u8; 33],
}

impl SessionRecord {
    /// True if there is a session to send in.
    #[must_use]
    pub const fn has_session(&self) -> bool {
        !self.sessions.is_empty()
    }

    /// Whom the sessions are with.
    #[must_use]
    pub fn identity(&self) -> Option<&IdentityKey> {
        self.sessions.first().map(Session::remote)
    }

    /// Starts a session from somebody's bundle and archives the current one. Messages carry the
    /// session's beginning, with our `registration_id`, until something is received in it.
    ///
    /// # Errors
    /// [`RatchetError::BadSignature`] for a bundle that its identity did not sign,
    /// [`RatchetError::UntrustedIdentity`] if the record is with somebody else,
    /// [`RatchetError::BadMessage`] for keys that nobody can agree with.
    pub fn initiate(
        &mut self,
        ours: &IdentityKeyPair,
        bundle: &Bundle,
        registration_id: u32,
        now: Timestamp,
        rng: &mut impl CryptoRng,
    ) -> Result<(), RatchetError> {
        self.expect(&bundle.identity)?;
        bundle.verify()?;
        self.add(Session::initiate(ours, bundle, registration_id, now, rng)?);
        Ok(())
    }

    /// Encrypts a message in the current session. Time decides how long an unanswered session may
    /// be used. Randomness belongs to the post-quantum ratchet, which draws it when it sends;
    /// sessions without one draw none.
    ///
    /// # Errors
    /// [`RatchetError::NoSession`] without one, [`RatchetError::SessionTooOld`] after 30 days
    /// without an answer.
    pub fn encrypt(
        &mut self,
        ours: &IdentityKeyPair,
        plaintext: &[u8],
        now: Timestamp,
        _rng: &mut impl CryptoRng,
    ) -> Result<Sealed, RatchetError> {
        let current = self.sessions.first_mut().ok_or(RatchetError::NoSession)?;
        current.seal(ours, plaintext, now)
    }

    /// True if the session that this message begins exists already: its prekeys are not needed,
    /// and perhaps gone. Such a message goes to [`SessionRecord::accept_known`].
    #[must_use]
    pub fn knows(&self, message: &PreKeyMessage) -> bool {
        self.position(message).is_some()
    }

    /// Decrypts a prekey message; begins its session unless that exists already.
    ///
    /// # Errors
    /// [`RatchetError::UntrustedIdentity`] if the record is with somebody else,
    /// [`RatchetError::MissingPreKey`] for other prekeys than the message names,
    /// [`RatchetError::BadMessage`] for a message that is not for us or not genuine; and whatever
    /// [`SessionRecord::accept_known`] says about a message of an existing session.
    pub fn accept(
        &mut self,
        ours: &IdentityKeyPair,
        prekeys: PreKeys<'_>,
        message: &PreKeyMessage,
        rng: &mut impl CryptoRng,
    ) -> Result<Opened, RatchetError> {
        self.expect(message.identity())?;
        if self.knows(message) {
            return self.accept_known(ours, message, rng);
        }
        let mut session = Session::respond(ours, prekeys, message)?;
        let (plaintext, change) = session.open(ours, message.message(), rng)?;
        session.apply(change);
        self.add(session);
        let used = UsedPreKeys {
            one_time: message.one_time_id(),
            kyber: message.kyber_id(),
            signed: message.signed_pre_key_id(),
            base_key: *message.base_key(),
        };
        Ok(Opened { plaintext, used: Some(used) })
    }

    /// Decrypts a prekey message of a session that exists, and makes that the current one.
    ///
    /// # Errors
    /// [`RatchetError::NoSession`] if it does not exist, otherwise as
    /// [`SessionRecord::decrypt`], and [`RatchetError::UntrustedIdentity`] if the message names
    /// somebody else.
    pub fn accept_known(
        &mut self,
        ours: &IdentityKeyPair,
        message: &PreKeyMessage,
        rng: &mut impl CryptoRng,
    ) -> Result<Opened, RatchetError> {
        self.expect(message.identity())?;
        let position = self.position(message).ok_or(RatchetError::NoSession)?;
        let session = self.sessions.get_mut(position).ok_or(RatchetError::NoSession)?;
        let (plaintext, change) = session.open(ours, message.message(), rng)?;
        session.apply(change);
        self.promote(position);
        Ok(Opened { plaintext, used: None })
    }

    /// Decrypts a message in whichever session it belongs to, and makes that the current one.
    ///
    /// # Errors
    /// [`RatchetError::Duplicate`] for a message read before, [`RatchetError::TooFarAhead`] if too
    /// many are missing before it, [`RatchetError::NoSession`] without any session,
    /// [`RatchetError::BadMessage`] for a message of none of them.
    pub fn decrypt(
        &mut self,
        ours: &IdentityKeyPair,
        message: &SignalMessage,
        rng: &mut impl CryptoRng,
    ) -> Result<Opened, RatchetError> {
        // The current session's error is the one that means something: a message of no session
        // fails in the archived ones too, each in its own way.
        let mut refused = None;
        for (position, session) in self.sessions.iter_mut().enumerate() {
            match session.open(ours, message, rng) {
                Ok((plaintext, change)) => {
                    session.apply(change);
                    self.promote(position);
                    return Ok(Opened { plaintext, used: None });
                }
                Err(RatchetError::Duplicate) => return Err(RatchetError::Duplicate),
                Err(error) => refused = refused.or(Some(error)),
            }
        }
        Err(refused.unwrap_or(RatchetError::NoSession))
    }

    fn expect(&self, identity: &IdentityKey) -> Result<(), RatchetError> {
        if self.identity().is_none_or(|known| known == identity) {
            Ok(())
        } else {
            Err(RatchetError::UntrustedIdentity)
        }
    }

    fn position(&self, message: &PreKeyMessage) -> Option<usize> {
        self.sessions.iter().position(|session| session.base_key() == message.base())
    }

    /// Makes a new session the current one.
    fn add(&mut self, session: Session) {
        self.sessions.insert(0, session);
        self.sessions.truncate(MAX_SESSIONS);
    }

    /// Makes this session the current one; the others keep their order.
    fn promote(&mut self, position: usize) {
        if let Some(until) = self.sessions.get_mut(..=position) {
            until.rotate_right(1);
        }
    }
}

impl fmt::Debug for SessionRecord {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SessionRecord({} sessions)", self.sessions.len())
    }
}

impl fmt::Debug for Opened {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Opened").field("used", &self.used).finish_non_exhaustive()
    }
}

impl Encode for SessionRecord {
    fn encode(&self, writer: &mut Writer) {
        writer.u8(FORMAT);
        writer.list(&self.sessions);
    }
}

impl Decode for SessionRecord {
    fn decode(reader: &mut Reader<'_>) -> Result<Self, DecodeError> {
        if reader.u8()? != FORMAT {
            return Err(DecodeError::BadValue("session format"));
        }
        let record = Self { sessions: reader.list(MAX_SESSIONS)? };
        // All sessions of a record are with one peer; trust rests on the first one's word.
        match record.sessions.iter().all(|session| Some(session.remote()) == record.identity()) {
            true => Ok(record),
            false => Err(DecodeError::BadValue("session identity")),
        }
    }
}
