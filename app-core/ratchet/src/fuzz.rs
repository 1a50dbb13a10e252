//! Entry points for fuzzing: must never panic.

use crate::{
    Bundle, IdentityKeyPair, Incoming, KyberPreKey, KyberPublic, MessageKind, OneTimePreKey,
    OneTimePublic, PreKeyMessage, PreKeys, SessionRecord, SignalMessage, SignedPreKey,
};
use core::convert::Infallible;
use rand_core::{TryCryptoRng, TryRng};
use types::Timestamp;
use wire::{Decode, Encode};

/// Reads foreign bytes as a whisper message.
pub fn fuzz_whisper(bytes: &[u8]) {
    if let Ok(message) = SignalMessage::parse(bytes) {
        assert!(message.ciphertext().len() < bytes.len());
    }
}

/// Reads foreign bytes as a prekey message.
pub fn fuzz_prekey(bytes: &[u8]) {
    if let Ok(message) = PreKeyMessage::parse(bytes) {
        assert!(message.message().ciphertext().len() < bytes.len());
    }
}

/// Reads foreign bytes as stored state; whatever is read must be written as the same bytes.
pub fn fuzz_stored(bytes: &[u8]) {
    round_trip::<SessionRecord>(bytes);
    round_trip::<SignedPreKey>(bytes);
    round_trip::<OneTimePreKey>(bytes);
    round_trip::<KyberPreKey>(bytes);
}

/// Reads foreign bytes as a bundle; whatever is read must be written as the same bytes.
pub fn fuzz_bundle(bytes: &[u8]) {
    round_trip::<OneTimePublic>(bytes);
    round_trip::<KyberPublic>(bytes);
    round_trip::<Bundle>(bytes);
    if let Ok(bundle) = Bundle::from_parts(bytes, None) {
        assert_eq!(bundle.base_bytes(), bytes);
    }
}

/// Gives foreign bytes to both sides of a conversation: they are refused, and refusing changes
/// nothing.
pub fn fuzz_decrypt(bytes: &[u8]) {
    let rng = &mut Predictable(0);
    let (alice, bob) = (IdentityKeyPair::generate(rng), IdentityKeyPair::generate(rng));
    let (signed, kyber) =
        (SignedPreKey::generate(1, &bob, rng), KyberPreKey::generate(1, &bob, rng));
    let bundle = Bundle::new(1, 1, &bob, &signed, &kyber);
    let mut sender = SessionRecord::default();
    if sender.initiate(&alice, &bundle, 1, Timestamp(0), rng).is_err() {
        return;
    }
    let before = sender.to_bytes();
    for kind in [MessageKind::Whisper, MessageKind::PreKey] {
        match Incoming::parse(kind, bytes) {
            Err(_) => {}
            Ok(Incoming::Whisper(message)) => {
                assert!(sender.decrypt(&alice, &message, rng).is_err());
            }
            Ok(Incoming::PreKey(message)) => {
                let prekeys = PreKeys { signed: &signed, one_time: None, kyber: &kyber };
                let mut receiver = SessionRecord::default();
                let accepted = receiver.accept(&bob, prekeys, &message, rng).is_ok();
                assert_eq!(accepted, receiver.has_session());
                assert!(sender.accept_known(&alice, &message, rng).is_err());
            }
        }
    }
    assert_eq!(sender.to_bytes(), before);
}

fn round_trip<T: Decode + Encode>(bytes: &[u8]) {
    if let Ok(value) = T::from_bytes(bytes) {
        assert_eq!(value.to_bytes(), bytes);
    }
}

/// The same "random" bytes every time, so that a finding can be repeated.
struct Predictable(u64);

impl TryRng for Predictable {
    type Error = Infallible;

    fn try_next_u32(&mut self) -> Result<u32, Infallible> {
        self.try_next_u64().map(|word| word as u32)
    }

    fn try_next_u64(&mut self) -> Result<u64, Infallible> {
        self.0 =
            self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        Ok(self.0.rotate_left(32))
    }

    fn try_fill_bytes(&mut self, bytes: &mut [u8]) -> Result<(), Infallible> {
        for chunk in bytes.chunks_mut(8) {
            let word = self.try_next_u64()?.to_le_bytes();
            chunk.iter_mut().zip(word).for_each(|(to, from)| *to = from);
        }
        Ok(())
    }
}

impl TryCryptoRng for Predictable {}
