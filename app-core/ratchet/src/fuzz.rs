//! Entry points for fuzzing: must never panic.

mod sealed;

pub use sealed::{fuzz_certificates, fuzz_retry, fuzz_sealed_content, fuzz_split, fuzz_unseal};
mod attachment;

pub use attachment::fuzz_attachment;
mod group;

pub use crate::spqr::fuzz::{fuzz_spqr_message, fuzz_spqr_receive, fuzz_spqr_state, spqr_state};
pub use group::{
    fuzz_group_decrypt, fuzz_scannable, fuzz_sender_key_distribution, fuzz_sender_key_message,
    fuzz_sender_key_record,
};

use crate::{
    Bundle, IdentityKeyPair, Incoming, KyberPreKey, KyberPublic, MessageKind, OneTimePreKey,
    OneTimePublic, PreKeyMessage, PreKeys, SessionRecord, SignalMessage, SignedPreKey,
};
use core::convert::Infallible;
use rand_core::{TryCryptoRng, TryRng};
use types::Timestamp;
use wire::{Decode, Encode};
use zeroize::Zeroizing;

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
    if let Ok(record) = SessionRecord::load([bytes]) {
        assert_eq!(record.states(), [Zeroizing::new(bytes.to_vec())]);
    }
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

/// Gives foreign bytes to a stranger, and to both sides of a conversation that has just begun: they
/// are refused, and refusing changes nothing. Then the same bytes spoil genuine messages: what is
/// still accepted says what was written.
pub fn fuzz_decrypt(bytes: &[u8]) {
    thread_local! {
        // Setting the stage takes longer than all that happens on it.
        static STAGE: Option<Stage> = Stage::set();
    }
    STAGE.with(|stage| stage.iter().for_each(|stage| stage.play(bytes)));
}

/// What is said in every genuine message.
const TEXT: &[u8] = b"the amount is 100";

/// Who is shown a message.
#[derive(Debug, Clone, Copy)]
enum Side {
    /// The owner of the prekeys, who knows nobody yet.
    Stranger,
    /// Who wrote first.
    Sender,
    /// The owner of the prekeys, who has read the first message.
    Receiver,
}

/// The beginning of a conversation: two first messages on their way, one of them read, and an
/// answer that nobody has read.
struct Stage {
    alice: IdentityKeyPair,
    bob: IdentityKeyPair,
    signed: SignedPreKey,
    kyber: KyberPreKey,
    sender: Vec<Zeroizing<Vec<u8>>>,
    receiver: Vec<Zeroizing<Vec<u8>>>,
    first: Vec<u8>,
    second: Vec<u8>,
    answer: Vec<u8>,
}

impl Stage {
    fn set() -> Option<Self> {
        let rng = &mut Predictable(0);
        let (alice, bob) = (IdentityKeyPair::generate(rng), IdentityKeyPair::generate(rng));
        let (signed, kyber) =
            (SignedPreKey::generate(1, &bob, rng), KyberPreKey::generate(1, &bob, rng));
        let bundle = Bundle::new(1, 1, &bob, &signed, &kyber);
        let (mut sender, mut receiver) = (SessionRecord::default(), SessionRecord::default());
        sender.initiate(&alice, &bundle, 1, Timestamp(0), rng).ok()?;
        let first = sender.encrypt(&alice, TEXT, Timestamp(0), rng).ok()?.bytes;
        let second = sender.encrypt(&alice, TEXT, Timestamp(0), rng).ok()?.bytes;
        let read = PreKeyMessage::parse(&first).ok()?;
        let prekeys = PreKeys { signed: &signed, one_time: None, kyber: &kyber };
        receiver.accept(&bob, prekeys, &read, rng).ok()?;
        let answer = receiver.encrypt(&bob, TEXT, Timestamp(0), rng).ok()?.bytes;
        let (sender, receiver) = (sender.states(), receiver.states());
        Some(Self { alice, bob, signed, kyber, sender, receiver, first, second, answer })
    }

    /// Shows these bytes to everybody, then genuine messages that they spoil.
    fn play(&self, bytes: &[u8]) {
        for kind in [MessageKind::Whisper, MessageKind::PreKey] {
            for side in [Side::Stranger, Side::Sender, Side::Receiver] {
                assert_eq!(self.show(side, kind, bytes), None, "{kind:?} to {side:?}");
            }
        }
        for (kind, side, genuine) in [
            (MessageKind::PreKey, Side::Stranger, &self.first),
            (MessageKind::PreKey, Side::Receiver, &self.second),
            (MessageKind::Whisper, Side::Sender, &self.answer),
        ] {
            let mut spoilt = genuine.clone();
            spoilt.iter_mut().zip(bytes).for_each(|(to, from)| *to ^= from);
            if let Some(plaintext) = self.show(side, kind, &spoilt) {
                assert_eq!(plaintext, TEXT, "a changed {kind:?} to {side:?}");
            }
        }
    }

    /// What this side reads, if it reads anything.
    fn show(&self, side: Side, kind: MessageKind, bytes: &[u8]) -> Option<Vec<u8>> {
        let rng = &mut Predictable(1);
        let (ours, stored) = match side {
            Side::Stranger => (&self.bob, &[][..]),
            Side::Sender => (&self.alice, self.sender.as_slice()),
            Side::Receiver => (&self.bob, self.receiver.as_slice()),
        };
        let message = Incoming::parse(kind, bytes).ok()?;
        let mut record = SessionRecord::load(stored).ok()?;
        let opened = match (message, side) {
            (Incoming::Whisper(message), _) => record.decrypt(ours, &message, rng),
            (Incoming::PreKey(message), Side::Sender) => record.accept_known(ours, &message, rng),
            (Incoming::PreKey(message), Side::Stranger | Side::Receiver) => {
                let prekeys = PreKeys { signed: &self.signed, one_time: None, kyber: &self.kyber };
                record.accept(ours, prekeys, &message, rng)
            }
        };
        assert_eq!(opened.is_err(), record.states() == stored && record.take_changes().is_empty());
        opened.ok().map(|opened| opened.plaintext.to_vec())
    }
}

fn round_trip<T: Decode + Encode>(bytes: &[u8]) {
    if let Ok(value) = T::from_bytes(bytes) {
        assert_eq!(value.to_bytes(), bytes);
    }
}

/// The same "random" bytes every time, so that a finding can be repeated.
pub(crate) struct Predictable(pub(crate) u64);

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
