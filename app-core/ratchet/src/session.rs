//! One session: the Double Ratchet between two identities.
//!
//! [`Session::open`] reads a message without changing anything and returns a [`Change`]; the record
//! applies it once it knows that the message was genuine. Every message key also depends on a key of
//! the post-quantum ratchet beside it, [`Spqr`]: together they are the triple ratchet.

mod codec;

use crate::{
    RatchetError,
    address::Ends,
    bundle::Bundle,
    chain::{Advance, ChainKey, ReceivingChain, SendingChain},
    cipher,
    curve::{KeyPair, PublicKey33},
    identity::IdentityKey,
    kdf,
    kyber::KyberCiphertext,
    message::{MessageKind, PreKeyMessage, Sealed, SignalMessage, Whisper, Wrapper},
    pqxdh::{self, Agreed},
    prekeys::PreKeys,
    secret::Secret,
    spqr::{self, Direction, Spqr},
};
use core::fmt;
use rand_core::CryptoRng;
use types::Timestamp;
use zeroize::Zeroizing;

/// Receiving chains kept, the newest ones.
const MAX_RECEIVING: usize = 5;
/// How long a session may go without an answer: 30 days.
const MAX_UNANSWERED_MILLIS: u64 = 30 * 24 * 60 * 60 * 1000;

/// The state of one session.
pub(crate) struct Session {
    remote: IdentityKey,
    /// The random number of the peer's installation.
    remote_registration: u32,
    /// The initiator's base key; names the session.
    base_key: PublicKey33,
    root: Secret,
    sending: SendingChain,
    previous_counter: u32,
    /// Newest last.
    receiving: Vec<ReceivingChain>,
    pending: Option<Pending>,
    pq: Spqr,
}

/// What wraps every message until the peer has answered.
struct Pending {
    registration_id: u32,
    one_time_id: Option<u32>,
    signed_pre_key_id: u32,
    kyber_id: u32,
    kyber_ciphertext: KyberCiphertext,
    created: Timestamp,
}

/// How a session changes once a message has proven genuine.
pub(crate) struct Change {
    chains: Chains,
    pq: spqr::Change,
}

/// How the chains change.
enum Chains {
    /// A known one moves.
    Known(PublicKey33, Advance),
    /// The peer has a new ratchet key.
    Turn(Box<Turn>),
}

/// Both halves of a ratchet step.
struct Turn {
    root: Secret,
    sending: SendingChain,
    receiving: ReceivingChain,
}

impl Session {
    /// The initiator's first state. The bundle must have been verified.
    pub(crate) fn initiate(
        ends: &Ends<'_>,
        bundle: &Bundle,
        registration_id: u32,
        now: Timestamp,
        rng: &mut impl CryptoRng,
    ) -> Result<Self, RatchetError> {
        let base = KeyPair::generate(rng);
        let (kyber_ciphertext, kem) = bundle.kyber.key.encapsulate(rng);
        let Agreed { root, chain, pq_auth } = pqxdh::initiate(ends.ours, &base, bundle, &kem)?;
        let their_ratchet = bundle.signed.key;
        let pair = KeyPair::generate(rng);
        let [root, sending] = kdf::root_step(&root, &pair.agree(&their_ratchet)?);
        let mut receiving = no_chains();
        receiving.push(ReceivingChain::new(their_ratchet, chain));
        Ok(Self {
            remote: bundle.identity,
            remote_registration: bundle.registration_id,
            base_key: *base.public(),
            root,
            sending: SendingChain { pair, chain: ChainKey::new(sending) },
            previous_counter: 0,
            receiving,
            pending: Some(Pending {
                registration_id,
                one_time_id: bundle.one_time.map(|one_time| one_time.id),
                signed_pre_key_id: bundle.signed.id,
                kyber_id: bundle.kyber.id,
                kyber_ciphertext,
                created: now,
            }),
            pq: Spqr::new(&pq_auth, Direction::AToB),
        })
    }

    /// The responder's first state: it sends in the chain of its signed prekey.
    pub(crate) fn respond(
        ends: &Ends<'_>,
        prekeys: PreKeys<'_>,
        message: &PreKeyMessage,
    ) -> Result<Self, RatchetError> {
        let Agreed { root, chain, pq_auth } = pqxdh::respond(ends.ours, prekeys, message)?;
        Ok(Self {
            remote: *message.identity(),
            remote_registration: message.registration_id(),
            base_key: *message.base(),
            root,
            sending: SendingChain {
                pair: prekeys.signed.pair().copy(),
                chain: ChainKey::new(chain),
            },
            previous_counter: 0,
            receiving: no_chains(),
            pending: None,
            pq: Spqr::new(&pq_auth, Direction::BToA),
        })
    }

    pub(crate) const fn remote(&self) -> &IdentityKey {
        &self.remote
    }

    pub(crate) const fn remote_registration(&self) -> u32 {
        self.remote_registration
    }

    pub(crate) const fn base_key(&self) -> &PublicKey33 {
        &self.base_key
    }

    /// The key under which the peer finds our messages of these days.
    pub(crate) const fn ratchet_key(&self) -> &PublicKey33 {
        self.sending.pair.public()
    }

    /// Nothing more goes out as a first message; true if that changes anything.
    pub(crate) fn retire(&mut self) -> bool {
        self.pending.take().is_some()
    }

    /// Encrypts the next message. Unchanged if it fails.
    pub(crate) fn seal(
        &mut self,
        ends: &Ends<'_>,
        plaintext: &[u8],
        now: Timestamp,
        rng: &mut impl CryptoRng,
    ) -> Result<Sealed, RatchetError> {
        let overdue = self
            .pending
            .as_ref()
            .is_some_and(|pending| now.millis_since(pending.created) > MAX_UNANSWERED_MILLIS);
        let step = if overdue { None } else { self.sending.chain.step() };
        let (seed, next) = step.ok_or(RatchetError::SessionTooOld)?;
        let (pq_ratchet, pq_key) = self.pq.send(rng)?;
        let keys = kdf::message_keys(&seed, &pq_key);
        let identity = ends.ours.public();
        let addresses = self.pending.as_ref().and_then(|_| ends.bound_by_us());
        let whisper = Whisper {
            ratchet_key: self.sending.pair.public(),
            counter: self.sending.chain.index(),
            previous_counter: self.previous_counter,
            ciphertext: &cipher::encrypt(keys.cipher.as_bytes(), &keys.iv, plaintext),
            pq_ratchet: &pq_ratchet,
            addresses: addresses.as_ref().map(<[u8; _]>::as_slice),
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
        ends: &Ends<'_>,
        message: &SignalMessage,
        rng: &mut impl CryptoRng,
    ) -> Result<(Zeroizing<Vec<u8>>, Change), RatchetError> {
        let key = message.ratchet_key();
        let to_self = ends.is_note_to_self(&self.remote);
        if let Some(chain) = self.receiving.iter().find(|chain| chain.ratchet_key() == key) {
            let found = chain.find(message.counter(), to_self)?;
            let (plaintext, pq) = self.read(ends, message, found.seed(), to_self)?;
            let chains = Chains::Known(*key, found.into_advance());
            return Ok((plaintext, Change { chains, pq }));
        }
        let shared = self.sending.pair.agree(key).map_err(|_| RatchetError::BadMessage)?;
        let [root, receiving] = kdf::root_step(&self.root, &shared);
        let mut receiving = ReceivingChain::new(*key, receiving);
        let found = receiving.find(message.counter(), to_self)?;
        let (plaintext, pq) = self.read(ends, message, found.seed(), to_self)?;
        let advance = found.into_advance();
        receiving.apply(advance);
        // Our half of the step; only now, because a forged message ends before it.
        let pair = KeyPair::generate(rng);
        let [root, sending] = kdf::root_step(&root, &pair.agree(key)?);
        let sending = SendingChain { pair, chain: ChainKey::new(sending) };
        let chains = Chains::Turn(Box::new(Turn { root, sending, receiving }));
        Ok((plaintext, Change { chains, pq }))
    }

    /// Does what a genuine message entails. It is also an answer: prekey wrapping ends.
    pub(crate) fn apply(&mut self, change: Change) {
        self.pending = None;
        self.pq.apply(change.pq);
        match change.chains {
            Chains::Known(key, advance) => {
                let mut chains = self.receiving.iter_mut();
                if let Some(chain) = chains.find(|chain| *chain.ratchet_key() == key) {
                    chain.apply(advance);
                }
            }
            Chains::Turn(turn) => {
                self.previous_counter = self.sending.chain.index().saturating_sub(1);
                self.root = turn.root;
                self.sending = turn.sending;
                self.receiving.push(turn.receiving);
                let too_many = self.receiving.len().saturating_sub(MAX_RECEIVING);
                // Turned round first: what is cut off is wiped where it lies, and nothing is copied.
                self.receiving.rotate_left(too_many);
                self.receiving.truncate(MAX_RECEIVING);
            }
        }
    }

    /// Asks the post-quantum ratchet, checks the MAC, then the addresses, then decrypts.
    fn read(
        &self,
        ends: &Ends<'_>,
        message: &SignalMessage,
        seed: &Secret,
        to_self: bool,
    ) -> Result<(Zeroizing<Vec<u8>>, spqr::Change), RatchetError> {
        let (pq_key, pq) = self.pq.receive(message.pq_ratchet(), to_self)?;
        let keys = kdf::message_keys(seed, &pq_key);
        if !message.has_mac(&keys.mac, &self.remote, &ends.ours.public()) {
            return Err(RatchetError::BadMessage);
        }
        let expected = ends.bound_by_them();
        let expected = expected.as_ref().map(<[u8; _]>::as_slice);
        if message.addresses().is_some_and(|addresses| Some(addresses) != expected) {
            return Err(RatchetError::BadMessage);
        }
        let plaintext = cipher::decrypt(keys.cipher.as_bytes(), &keys.iv, message.ciphertext())?;
        Ok((plaintext, pq))
    }
}

/// Room for all receiving chains and a new one: growing would leave copies behind that nobody wipes.
fn no_chains() -> Vec<ReceivingChain> {
    Vec::with_capacity(MAX_RECEIVING.saturating_add(1))
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

impl fmt::Debug for Session {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Session(..)")
    }
}

impl fmt::Debug for Change {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Change(..)")
    }
}
