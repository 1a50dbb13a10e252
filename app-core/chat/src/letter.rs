//! What lies in an envelope: a message of a session, or a request to send one again, sealed so that
//! only its reader learns who wrote it.
//!
//! The seal is Signal's sealed sender. Nobody vouches for anybody here: the certificate inside is
//! signed by the very identity that it names, which says no more than the agreement of both
//! identities proves. Who is behind an identity is said by its card.

use rand_core::CryptoRng;
use ratchet::{
    ContentHint, ContentKind, IdentityKey, IdentityKeyPair, Incoming, PreKeyMessage, PublicKey33,
    RatchetError, RetryRequest, SealedContent, SenderCertificate, SignalMessage, seal, unseal,
};
use types::{EnvelopeId, Timestamp};
use wire::hash;
use wire::mail::send_id;

use crate::prekeys::DEVICE;
use crate::{Contact, Outgoing, Queue, SealError, open_envelope, seal_envelope};

/// A certificate has room for a name; who stands behind an identity is the card's word.
const NO_NAME: &str = "";
/// What a certificate of ours says cannot become untrue.
const NEVER: Timestamp = Timestamp(u64::MAX);

/// Our own side of everything that is sealed.
#[derive(Debug, Clone, Copy)]
pub struct Ours<'a> {
    /// Our identity.
    pub identity: &'a IdentityKeyPair,
    /// What [`certificate`] made for it.
    pub certificate: &'a SenderCertificate,
}

/// What lies in an envelope, still sealed.
#[derive(Debug)]
pub struct SealedLetter(Vec<u8>);

/// What a reader finds in it, and who has proved to have sealed it.
#[derive(Debug)]
pub struct Unsealed {
    /// Who has sealed it.
    pub sender: IdentityKey,
    /// What was sealed.
    pub letter: Letter,
}

/// What can lie in an envelope.
#[derive(Debug)]
pub enum Letter {
    /// A message that may begin a session.
    First(Box<PreKeyMessage>),
    /// A message within one.
    Later(Box<SignalMessage>),
    /// The sender could not read something of ours, which named this ratchet key.
    Again(Option<PublicKey33>),
}

/// The blob does not hold a sealed message for us.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Unreadable {
    /// Not sealed for this queue.
    #[error("not an envelope of this queue")]
    NotAnEnvelope,
    /// Not sealed for us, or not by the one it names.
    #[error("not sealed for us: {0}")]
    NotForUs(#[from] RatchetError),
    /// Of a kind that nobody sends to one person.
    #[error("a kind of message that is not for one person")]
    OtherKind,
}

/// The certificate of our own envelopes. It takes two signatures: make it once.
///
/// # Errors
/// [`RatchetError`] does not occur for our one device.
pub fn certificate(
    identity: &IdentityKeyPair,
    rng: &mut impl CryptoRng,
) -> Result<SenderCertificate, RatchetError> {
    SenderCertificate::of_own(identity, NO_NAME, DEVICE, NEVER, rng)
}

impl SealedLetter {
    /// Takes it out of an envelope of this queue.
    ///
    /// # Errors
    /// [`Unreadable::NotAnEnvelope`].
    pub fn open(queue: &Queue, blob: &[u8]) -> Result<Self, Unreadable> {
        let send = send_id(&queue.route().send_key().public());
        let sealed = open_envelope(&queue.outer_key, send, blob);
        sealed.map(Self).map_err(|_| Unreadable::NotAnEnvelope)
    }

    /// Under which it is remembered. Whoever may write into the queue can put a letter that he has
    /// seen into another envelope; he cannot make it another letter.
    #[must_use]
    pub fn id(&self) -> EnvelopeId {
        EnvelopeId(hash("bcm-letter-v1", &[&self.0]))
    }

    /// Breaks the seal. What it says is not read yet.
    ///
    /// # Errors
    /// [`Unreadable`] says why it is worth nothing.
    pub fn unseal(
        &self,
        identity: &IdentityKeyPair,
        now: Timestamp,
    ) -> Result<Unsealed, Unreadable> {
        let SealedContent { kind, certificate, content, .. } = unseal(identity, &self.0)?;
        certificate.validate_own(now)?;
        let sender = *certificate.identity();
        let letter = match kind.message_kind() {
            None if kind == ContentKind::Plaintext => {
                Letter::Again(RetryRequest::from_content(&content)?.ratchet_key)
            }
            None => return Err(Unreadable::OtherKind),
            Some(kind) => match Incoming::parse(kind, &content)? {
                Incoming::Whisper(message) => Letter::Later(Box::new(message)),
                Incoming::PreKey(message) if *message.identity() == sender => {
                    Letter::First(Box::new(message))
                }
                Incoming::PreKey(_) => return Err(RatchetError::UntrustedIdentity.into()),
            },
        };
        Ok(Unsealed { sender, letter })
    }
}

/// Asks a contact to send again what named this ratchet key and could not be read.
///
/// # Errors
/// [`SealError`] if the contact's keys are unusable.
pub fn ask_again(
    contact: &Contact,
    ours: Ours<'_>,
    unread: &PublicKey33,
    now: Timestamp,
    rng: &mut impl CryptoRng,
) -> Result<Outgoing, SealError> {
    let request = RetryRequest { ratchet_key: Some(*unread), timestamp: now, device: DEVICE };
    outgoing(contact, ours, (ContentKind::Plaintext, request.to_content()), rng)
}

/// Puts a message into both layers of an envelope and signs that it may lie in the contact's queue.
pub(crate) fn outgoing(
    contact: &Contact,
    ours: Ours<'_>,
    (kind, content): (ContentKind, Vec<u8>),
    rng: &mut impl CryptoRng,
) -> Result<Outgoing, SealError> {
    let hint = ContentHint::Resendable;
    let certificate = ours.certificate.clone();
    let sealed = SealedContent { kind, certificate, content, hint, group: None };
    let sealed = seal(ours.identity, &contact.card.identity, &sealed, rng)?;
    let blob = seal_envelope(&contact.route, &sealed, rng).map_err(|_| SealError::TooLong)?;
    let (worker, send) = (contact.route.worker, contact.route.send_id());
    let signature = contact.route.sign(&blob);
    Ok(Outgoing { contact: contact.account, message: None, worker, send, blob, signature })
}
