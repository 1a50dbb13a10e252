//! All sessions with one peer: the current one and the archived ones.
//!
//! `chat` keeps the sessions of each contact, a row each; after every successful call it saves what
//! [`SessionRecord::take_changes`] names, and sends or shows nothing before that is saved. Every call
//! leaves the record exactly as it was if it fails.

mod codec;

use crate::{
    RatchetError,
    address::Ends,
    bundle::Bundle,
    curve::PublicKey33,
    identity::IdentityKey,
    message::{PreKeyMessage, Sealed, SignalMessage},
    prekeys::PreKeys,
    session::Session,
};
use core::fmt;
use rand_core::CryptoRng;
use types::Timestamp;
use zeroize::Zeroizing;

/// Archived sessions kept beside the current one.
const MAX_ARCHIVED: usize = 40;
const MAX_SESSIONS: usize = MAX_ARCHIVED + 1;

/// The sessions with one peer. Empty to begin with.
#[derive(Default)]
pub struct SessionRecord {
    /// The last used one first. It is the current one, unless it was archived.
    rows: Vec<Row>,
    /// Names of sessions that have to be deleted.
    removed: Vec<PublicKey33>,
}

/// One session and its place.
struct Row {
    /// Higher than that of every session used before it.
    rank: u64,
    /// True if it was the current one and may not be any more. Those behind the first are archived
    /// whatever this says, so that a new session in front changes one row only.
    archived: bool,
    /// True if it has to be saved.
    changed: bool,
    /// Boxed: when rows move, its keys stay where they are wiped.
    session: Box<Session>,
}

/// What has to be saved of a record: one row for each session.
#[derive(PartialEq, Eq)]
pub enum SessionChange {
    /// Insert or replace the session of this name.
    Put {
        /// The initiator's base key, which no two sessions share.
        name: [u8; 33],
        /// The encoded session.
        state: Zeroizing<Vec<u8>>,
    },
    /// Delete the session of this name, if it is there.
    Remove {
        /// The initiator's base key.
        name: [u8; 33],
    },
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
    pub fn has_session(&self) -> bool {
        self.current().is_some()
    }

    /// Whom the sessions are with.
    #[must_use]
    pub fn identity(&self) -> Option<&IdentityKey> {
        self.rows.first().map(|row| row.session.remote())
    }

    /// The random number of the installation behind the current session.
    #[must_use]
    pub fn remote_registration_id(&self) -> Option<u32> {
        self.current().map(Session::remote_registration)
    }

    /// The key that our next message in the current session names.
    #[must_use]
    pub fn ratchet_key(&self) -> Option<&PublicKey33> {
        self.current().map(Session::ratchet_key)
    }

    /// Starts a session from somebody's bundle and archives the current one. Messages carry the
    /// session's beginning, with our `registration_id`, until something is received in it.
    ///
    /// # Errors
    /// [`RatchetError::BadSignature`] for a bundle that its identity did not sign,
    /// [`RatchetError::UntrustedIdentity`] if the record is with somebody else,
    /// [`RatchetError::BadKey`] for keys that nobody can agree with.
    pub fn initiate<'a>(
        &mut self,
        ends: impl Into<Ends<'a>>,
        bundle: &Bundle,
        registration_id: u32,
        now: Timestamp,
        rng: &mut impl CryptoRng,
    ) -> Result<(), RatchetError> {
        self.expect(&bundle.identity)?;
        bundle.verify()?;
        self.add(Session::initiate(&ends.into(), bundle, registration_id, now, rng)?);
        Ok(())
    }

    /// Encrypts a message in the current session. Time decides how long an unanswered session may
    /// be used; the post-quantum ratchet draws randomness when a new agreement begins.
    ///
    /// # Errors
    /// [`RatchetError::NoSession`] without one, [`RatchetError::SessionTooOld`] after 30 days
    /// without an answer.
    pub fn encrypt<'a>(
        &mut self,
        ends: impl Into<Ends<'a>>,
        plaintext: &[u8],
        now: Timestamp,
        rng: &mut impl CryptoRng,
    ) -> Result<Sealed, RatchetError> {
        let row = self.rows.first_mut().filter(|row| !row.archived);
        let row = row.ok_or(RatchetError::NoSession)?;
        let sealed = row.session.seal(&ends.into(), plaintext, now, rng)?;
        row.changed = true;
        Ok(sealed)
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
    /// [`RatchetError::BadKey`] and [`RatchetError::BadMessage`] for a message that is not for us or
    /// not genuine; and whatever [`SessionRecord::accept_known`] says about a message of an existing
    /// session.
    pub fn accept<'a>(
        &mut self,
        ends: impl Into<Ends<'a>>,
        prekeys: PreKeys<'_>,
        message: &PreKeyMessage,
        rng: &mut impl CryptoRng,
    ) -> Result<Opened, RatchetError> {
        let ends = ends.into();
        self.expect(message.identity())?;
        if self.knows(message) {
            return self.accept_known(ends, message, rng);
        }
        let mut session = Session::respond(&ends, prekeys, message)?;
        let (plaintext, change) = session.open(&ends, message.message(), rng)?;
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
    pub fn accept_known<'a>(
        &mut self,
        ends: impl Into<Ends<'a>>,
        message: &PreKeyMessage,
        rng: &mut impl CryptoRng,
    ) -> Result<Opened, RatchetError> {
        self.expect(message.identity())?;
        let position = self.position(message).ok_or(RatchetError::NoSession)?;
        let row = self.rows.get_mut(position).ok_or(RatchetError::NoSession)?;
        let (plaintext, change) = row.session.open(&ends.into(), message.message(), rng)?;
        row.session.apply(change);
        self.promote(position);
        Ok(Opened { plaintext, used: None })
    }

    /// Decrypts a message in whichever session it belongs to, and makes that the current one.
    ///
    /// # Errors
    /// [`RatchetError::Duplicate`] for a message read before, [`RatchetError::TooFarAhead`] if too
    /// many are missing before it, [`RatchetError::NoSession`] without any session,
    /// [`RatchetError::BadMessage`] for a message of none of them.
    pub fn decrypt<'a>(
        &mut self,
        ends: impl Into<Ends<'a>>,
        message: &SignalMessage,
        rng: &mut impl CryptoRng,
    ) -> Result<Opened, RatchetError> {
        let ends = ends.into();
        // The current session's error is the one that means something: a message of no session
        // fails in the archived ones too, each in its own way.
        let mut refused = None;
        for (position, row) in self.rows.iter_mut().enumerate() {
            match row.session.open(&ends, message, rng) {
                Ok((plaintext, change)) => {
                    row.session.apply(change);
                    self.promote(position);
                    return Ok(Opened { plaintext, used: None });
                }
                Err(RatchetError::Duplicate) => return Err(RatchetError::Duplicate),
                Err(error) => refused = refused.or(Some(error)),
            }
        }
        Err(refused.unwrap_or(RatchetError::NoSession))
    }

    /// Archives the current session: nothing is sent in it any more, and what still arrives can be
    /// read. Nothing, if there is none.
    pub fn archive(&mut self) {
        if let Some(row) = self.rows.first_mut().filter(|row| !row.archived) {
            row.session.retire();
            (row.archived, row.changed) = (true, true);
            self.shorten(MAX_ARCHIVED);
        }
    }

    /// Forgets all sessions, because the peer has a new identity that was agreed to.
    pub fn forget(&mut self) {
        self.shorten(0);
    }

    /// What has to be saved since the last time this was asked, all of it or nothing.
    #[must_use]
    pub fn take_changes(&mut self) -> Vec<SessionChange> {
        let removed =
            self.removed.drain(..).map(|name| SessionChange::Remove { name: *name.as_bytes() });
        let put = self.rows.iter_mut().filter_map(|row| {
            let changed = core::mem::take(&mut row.changed);
            let name = *row.session.base_key().as_bytes();
            changed.then(|| SessionChange::Put { name, state: row.state() })
        });
        removed.chain(put).collect()
    }

    fn current(&self) -> Option<&Session> {
        self.rows.first().filter(|row| !row.archived).map(|row| &*row.session)
    }

    fn expect(&self, identity: &IdentityKey) -> Result<(), RatchetError> {
        if self.identity().is_none_or(|known| known == identity) {
            Ok(())
        } else {
            Err(RatchetError::UntrustedIdentity)
        }
    }

    fn position(&self, message: &PreKeyMessage) -> Option<usize> {
        self.rows.iter().position(|row| row.session.base_key() == message.base())
    }

    /// Makes a new session the current one.
    fn add(&mut self, session: Session) {
        self.archive_first();
        // A base key is new; if it were not, the session of that name would be replaced.
        self.removed.retain(|name| name != session.base_key());
        let session = Box::new(session);
        let row = Row { rank: self.next_rank(), archived: false, changed: true, session };
        self.rows.insert(0, row);
        self.shorten(MAX_SESSIONS);
    }

    /// Makes this session, which has changed, the current one; the others keep their order.
    fn promote(&mut self, position: usize) {
        let rank = self.next_rank();
        if position > 0 {
            self.archive_first();
        }
        let Some(until) = self.rows.get_mut(..=position) else { return };
        until.rotate_right(1);
        if let Some(row) = until.first_mut() {
            if position > 0 {
                row.rank = rank;
            }
            (row.archived, row.changed) = (false, true);
        }
    }

    /// The first one is about to stand behind another: it sends nothing any more.
    fn archive_first(&mut self) {
        if let Some(row) = self.rows.first_mut() {
            row.changed |= row.session.retire();
        }
    }

    fn next_rank(&self) -> u64 {
        self.rows.first().map_or(0, |row| row.rank.saturating_add(1))
    }

    /// Drops the oldest ones.
    fn shorten(&mut self, len: usize) {
        let dropped = self.rows.drain(len.min(self.rows.len())..);
        self.removed.extend(dropped.map(|row| *row.session.base_key()));
    }
}

impl fmt::Debug for SessionRecord {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SessionRecord({} sessions)", self.rows.len())
    }
}

impl fmt::Debug for Opened {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Opened").field("used", &self.used).finish_non_exhaustive()
    }
}

impl fmt::Debug for SessionChange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Put { .. } => "Put(..)",
            Self::Remove { .. } => "Remove(..)",
        })
    }
}
