//! Two people with their keys, and a way to look for changes that should not be there.

use crate::{
    Bundle, IdentityKeyPair, Incoming, KyberPreKey, MessageKind, OneTimePreKey, PreKeyMessage,
    PreKeys, RatchetError, Sealed, SessionRecord, SignalMessage, SignedPreKey,
};
use rand_chacha::{ChaCha20Rng, rand_core::SeedableRng};
use types::Timestamp;

pub(super) const NOW: Timestamp = Timestamp(1_700_000_000_000);

/// Somebody with an identity, one prekey of each kind, and the sessions with the other person.
pub(super) struct Person {
    pub(super) identity: IdentityKeyPair,
    pub(super) signed: SignedPreKey,
    pub(super) one_time: OneTimePreKey,
    pub(super) kyber: KyberPreKey,
    pub(super) record: SessionRecord,
    pub(super) now: Timestamp,
    pub(super) rng: ChaCha20Rng,
}

impl Person {
    pub(super) fn new(seed: u64) -> Self {
        let mut rng = ChaCha20Rng::seed_from_u64(seed);
        let identity = IdentityKeyPair::generate(&mut rng);
        Self {
            signed: SignedPreKey::generate(11, &identity, &mut rng),
            one_time: OneTimePreKey::generate(22, &mut rng),
            kyber: KyberPreKey::generate(33, &identity, &mut rng),
            record: SessionRecord::default(),
            now: NOW,
            identity,
            rng,
        }
    }

    pub(super) fn bundle(&self) -> Bundle {
        Bundle::new(4321, 1, &self.identity, &self.signed, &self.kyber)
    }

    pub(super) fn bundle_with_one_time(&self) -> Bundle {
        Bundle { one_time: Some((&self.one_time).into()), ..self.bundle() }
    }

    pub(super) fn prekeys(&self, message: &PreKeyMessage) -> PreKeys<'_> {
        let one_time = message.one_time_id().map(|_| &self.one_time);
        PreKeys { signed: &self.signed, one_time, kyber: &self.kyber }
    }

    pub(super) fn initiate(&mut self, other: &Self) {
        let bundle = other.bundle_with_one_time();
        self.record.initiate(&self.identity, &bundle, 1234, self.now, &mut self.rng).unwrap();
    }

    pub(super) fn try_send(&mut self, text: &[u8]) -> Result<Sealed, RatchetError> {
        let before = self.record.states();
        let sealed = self.record.encrypt(&self.identity, text, self.now, &mut self.rng);
        assert_eq!(sealed.is_err(), self.record.states() == before);
        sealed
    }

    pub(super) fn send(&mut self, text: &[u8]) -> Sealed {
        self.try_send(text).unwrap()
    }

    /// Decrypts, and checks that failing changes nothing and that succeeding changes something.
    pub(super) fn receive(&mut self, sealed: &Sealed) -> Result<Vec<u8>, RatchetError> {
        let before = self.record.states();
        let result = self.receive_unchecked(sealed);
        assert_eq!(result.is_err(), self.record.states() == before);
        result
    }

    pub(super) fn receive_unchecked(&mut self, sealed: &Sealed) -> Result<Vec<u8>, RatchetError> {
        let opened = match Incoming::parse(sealed.kind, &sealed.bytes)? {
            Incoming::Whisper(message) => {
                self.record.decrypt(&self.identity, &message, &mut self.rng)
            }
            Incoming::PreKey(message) if self.record.knows(&message) => {
                self.record.accept_known(&self.identity, &message, &mut self.rng)
            }
            Incoming::PreKey(message) => {
                let one_time = message.one_time_id().map(|_| &self.one_time);
                let prekeys = PreKeys { signed: &self.signed, one_time, kyber: &self.kyber };
                self.record.accept(&self.identity, prekeys, &message, &mut self.rng)
            }
        }?;
        Ok(opened.plaintext.to_vec())
    }

    /// Puts the sessions into storage and takes them out again.
    pub(super) fn reload(&mut self) {
        let stored = self.record.states();
        self.record = SessionRecord::load(&stored).unwrap();
        assert_eq!(self.record.states(), stored);
    }
}

/// Alice, who has written first, and Bob, who has answered.
pub(super) fn talking() -> (Person, Person) {
    let (mut alice, mut bob) = (Person::new(1), Person::new(2));
    alice.initiate(&bob);
    say(&mut alice, &mut bob, b"hello");
    say(&mut bob, &mut alice, b"hello yourself");
    (alice, bob)
}

/// Sends one message and checks that it arrives.
#[track_caller]
pub(super) fn say(from: &mut Person, to: &mut Person, text: &[u8]) -> Sealed {
    let sealed = from.send(text);
    assert_eq!(to.receive(&sealed), Ok(text.to_vec()));
    sealed
}

pub(super) fn prekey_message(sealed: &Sealed) -> PreKeyMessage {
    assert_eq!(sealed.kind, MessageKind::PreKey);
    PreKeyMessage::parse(&sealed.bytes).unwrap()
}

pub(super) fn whisper(sealed: &Sealed) -> SignalMessage {
    match sealed.kind {
        MessageKind::Whisper => SignalMessage::parse(&sealed.bytes).unwrap(),
        MessageKind::PreKey => prekey_message(sealed).message().clone(),
    }
}
