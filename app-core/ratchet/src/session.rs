//! One session: the Double Ratchet between two identities.
//!
//! [`Session::open`] reads a message without changing anything and returns a [`Change`]; the record
//! applies it once it knows that the message was genuine. The post-quantum ratchet is not part of
//! the session: message keys are derived without its key, and what would seed it is kept.

mod codec;

use crate::{
    RatchetError,
    bundle::Bundle,
    chain::{Advance, ChainKey, ReceivingChain, SendingChain},
    cipher,
    curve::{KeyPair, PublicKey33},
    identity::{IdentityKey, IdentityKeyPair},
    kdf::{self, MessageKeys},
    kyber::KyberCiphertext,
    message::{MessageKind, PreKeyMessage, Sealed, SignalMessage, Whisper, Wrapper},
    pqxdh::{self, Agreed},
    prekeys::PreKeys,
    secret::Secret,
};
use rand_core::CryptoRng;
use types::Timestamp;
use zeroize::Zeroizing;

/// Receiving chains kept, the newest ones.
const MAX_RECEIVING: usize = 5;
/// How long a session may go without an answer: 30 days.
const MAX_UNANSWERED_MILLIS: u64 = 30 * 24 * 60 * 60 * 1000;

/// The state of one session.
#[derive(Debug)]
pub(crate) struct Session {
    remote: IdentityKey,
    /// The initiator's base key; names the session.
    base_key: PublicKey33,
    initiator: bool,
    pq_auth: Secret,
    root: Secret,
    sending: SendingChain,
    previous_counter: u32,
    /// Newest last.
    receiving: Vec<ReceivingChain>,
    pending: Option<Pending>,
}

/// What wraps every message until the peer has answered.
#[derive(Debug)]
struct Pending {
    registration_id: u32,
    one_time_id: Option<u32>,
    signed_pre_key_id: u32,
    kyber_id: u32,
    kyber_ciphertext: KyberCiphertext,
    created: Timestamp,
}

/// How a session changes once a message has proven genuine.
#[derive(Debug)]
pub(crate) enum Change {
    /// A known chain moves.
    Chain(PublicKey33, Advance),
    /// The peer has a new ratchet key.
    Turn(Box<Turn>),
}

/// Both halves of a ratchet step.
#[derive(Debug)]
pub(crate) struct Turn {
    root: Secret,
    sending: SendingChain,
    receiving: ReceivingChain,
}

impl Session {
    /// The initiator's first state. The bundle must have been verified.
    pub(crate) fn initiate(
        ours: &IdentityKeyPair,
        bundle: &Bundle,
        registration_id: u32,
        now: Timestamp,
        rng: &mut impl CryptoRng,
    ) -> Result<Self, RatchetError> {
        let base = KeyPair::generate(rng);
        let (kyber_ciphertext, kem) = bundle.kyber.key.encapsulate(rng);
        let Agreed { root, chain, pq_auth } = pqxdh::initiate(ours, &base, bundle, &kem)?;
        let their_ratchet = bundle.signed.key;
        let pair = KeyPair::generate(rng);
        let [root, sending] = kdf::root_step(&root, &pair.agree(&their_ratchet)?);
        Ok(Self {
            remote: bundle.identity,
            base_key: *base.public(),
            initiator: true,
            pq_auth,
            root,
            sending: SendingChain { pair, chain: ChainKey::new(sending) },
            previous_counter: 0,
            receiving: vec![ReceivingChain::new(their_ratchet, chain)],
            pending: Some(Pending {
                registration_id,
                one_time_id: bundle.one_time.map(|one_time| one_time.id),
                signed_pre_key_id: bundle.signed.id,
                kyber_id: bundle.kyber.id,
                kyber_ciphertext,
                created: now,
            }),
        })
    }

    /// The responder's first state: it sends in the chain of its signed prekey.
    pub(crate) fn respond(
        ours: &IdentityKeyPair,
        prekeys: PreKeys<'_>,
        message: &PreKeyMessage,
    ) -> Result<Self, RatchetError> {
        let Agreed { root, chain, pq_auth } = pqxdh::respond(ours, prekeys, message)?;
        let pair = KeyPair::from_private(*prekeys.signed.pair().private().as_bytes());
        Ok(Self {
            remote: *message.identity(),
            base_key: *message.base(),
            initiator: false,
            pq_auth,
            root,
            sending: SendingChain { pair, chain: ChainKey::new(chain) },
            previous_counter: 0,
            receiving: vec![],
            pending: None,
        })
    }

    pub(crate) const fn remote(&self) -> &IdentityKey {
        &self.remote
    }

    pub(crate) const fn base_key(&self) -> &PublicKey33 {
        &self.base_key
    }

    /// Encrypts the next message.
    pub(crate) fn seal(
        &mut self,
        ours: &IdentityKeyPair,
        plaintext: &[u8],
        now: Timestamp,
    ) -> Result<Sealed, RatchetError> {
        let overdue = self
            .pending
            .as_ref()
            .is_some_and(|pending| now.millis_since(pending.created) > MAX_UNANSWERED_MILLIS);
        let step = if overdue { None } else { self.sending.chain.step() };
        let (seed, next) = step.ok_or(RatchetError::SessionTooOld)?;
        let keys = kdf::message_keys(&seed, None);
        let identity = ours.public();
        let whisper = Whisper {
            ratchet_key: self.sending.pair.public(),
            counter: self.sending.chain.index(),
            previous_counter: self.previous_counter,
            ciphertext: &cipher::encrypt(keys.cipher.as_bytes(), &keys.iv, plaintext),
        };
        let bytes = whisper.write(&keys.mac, &identity, &self.remote);
        let sealed = match &self.pending {
            None => Sealed { kind: MessageKind::Whisper, bytes },
            Some(pending) => Sealed {
                kind: MessageKind::PreKey,
                bytes: pending.wrapper(&self.base_key, &identity).write(&bytes),
            },
        };
        self.sending.chain = next;
        Ok(sealed)
    }

    /// Decrypts a message and says what that changes.
    pub(crate) fn open(
        &self,
        ours: &IdentityKeyPair,
        message: &SignalMessage,
        rng: &mut impl CryptoRng,
    ) -> Result<(Zeroizing<Vec<u8>>, Change), RatchetError> {
        self.open_with(ours, message, None, rng)
    }

    /// As [`Session::open`], with the post-quantum ratchet's key for this message.
    pub(crate) fn open_with(
        &self,
        ours: &IdentityKeyPair,
        message: &SignalMessage,
        pq_key: Option<&[u8; 32]>,
        rng: &mut impl CryptoRng,
    ) -> Result<(Zeroizing<Vec<u8>>, Change), RatchetError> {
        let read = |seed: &Secret| self.read(ours, message, &kdf::message_keys(seed, pq_key));
        let key = message.ratchet_key();
        if let Some(chain) = self.receiving.iter().find(|chain| chain.ratchet_key() == key) {
            let found = chain.find(message.counter())?;
            let plaintext = read(found.seed())?;
            return Ok((plaintext, Change::Chain(*key, found.into_advance())));
        }
        let mut turn = self.turn(key, rng)?;
        let found = turn.receiving.find(message.counter())?;
        let plaintext = read(found.seed())?;
        let advance = found.into_advance();
        turn.receiving.apply(advance);
        Ok((plaintext, Change::Turn(Box::new(turn))))
    }

    /// Does what a genuine message entails. It is also an answer: prekey wrapping ends.
    pub(crate) fn apply(&mut self, change: Change) {
        self.pending = None;
        match change {
            Change::Chain(key, advance) => {
                let mut chains = self.receiving.iter_mut();
                if let Some(chain) = chains.find(|chain| *chain.ratchet_key() == key) {
                    chain.apply(advance);
                }
            }
            Change::Turn(turn) => {
                self.previous_counter = self.sending.chain.index().saturating_sub(1);
                self.root = turn.root;
                self.sending = turn.sending;
                self.receiving.push(turn.receiving);
                let too_many = self.receiving.len().saturating_sub(MAX_RECEIVING);
                self.receiving.drain(..too_many);
            }
        }
    }

    /// The ratchet step that a new key of the peer brings, with a new key of ours.
    fn turn(&self, theirs: &PublicKey33, rng: &mut impl CryptoRng) -> Result<Turn, RatchetError> {
        let [root, receiving] = kdf::root_step(&self.root, &self.sending.pair.agree(theirs)?);
        let pair = KeyPair::generate(rng);
        let [root, sending] = kdf::root_step(&root, &pair.agree(theirs)?);
        Ok(Turn {
            root,
            sending: SendingChain { pair, chain: ChainKey::new(sending) },
            receiving: ReceivingChain::new(*theirs, receiving),
        })
    }

    /// Checks the MAC, then that no addresses are bound, then decrypts.
    fn read(
        &self,
        ours: &IdentityKeyPair,
        message: &SignalMessage,
        keys: &MessageKeys,
    ) -> Result<Zeroizing<Vec<u8>>, RatchetError> {
        let genuine = message.has_mac(&keys.mac, &self.remote, &ours.public());
        // Our conversations have no service ids, so addresses of such kind cannot be ours.
        if !genuine || message.addresses().is_some() {
            return Err(RatchetError::BadMessage);
        }
        cipher::decrypt(keys.cipher.as_bytes(), &keys.iv, message.ciphertext())
    }
}

impl Pending {
    const fn wrapper<'a>(
        &'a self,
        base_key: &'a PublicKey33,
        identity: &'a IdentityKey,
    ) -> Wrapper<'a> {
        Wrapper {
            one_time_id: self.one_time_id,
            base_key,
            identity,
            registration_id: self.registration_id,
            signed_pre_key_id: self.signed_pre_key_id,
            kyber_id: self.kyber_id,
            kyber_ciphertext: &self.kyber_ciphertext,
        }
    }
}
