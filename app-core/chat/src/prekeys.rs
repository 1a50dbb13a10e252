//! Our own prekeys: made here, kept by `store`, published in the directory.

use keys::Ed25519Key;
use rand_core::CryptoRng;
use ratchet::{Bundle, IdentityKeyPair, KyberPreKey, OneTimePreKey, OneTimePublic, SignedPreKey};
use types::{Timestamp, WorkerId};
use wire::Encode;
use wire::directory::{DirectoryRequest, OneTime, Publication, publish_bytes};
use zeroize::Zeroizing;

use crate::{Change, PreKeyKind};

/// One-time prekeys made at once.
const BATCH: u32 = 50;
/// The number of the signed and of the Kyber prekey.
const FIRST_ID: u32 = 1;
/// The device number of an account that has one device.
const DEVICE: u32 = 1;

/// The public half of what is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Publishable {
    /// Identity key, signed prekey, Kyber prekey, with their signatures.
    pub bundle: Vec<u8>,
    /// One-time prekeys that were not published before.
    pub one_time: Vec<OneTime>,
}

impl Publishable {
    /// Signs a publication with this number for this worker.
    #[must_use]
    pub fn request(self, key: &Ed25519Key, worker: WorkerId, sequence: u64) -> DirectoryRequest {
        let Self { bundle, one_time } = self;
        let publication = Publication { key: key.public(), sequence, bundle, one_time };
        let signature = key.sign(&publish_bytes(worker, &publication));
        DirectoryRequest::Publish { publication, signature }
    }
}

/// What `store` holds already.
#[derive(Debug, Default)]
pub struct SavedPreKeys {
    /// The signed prekey of these days.
    pub signed: Option<SignedPreKey>,
    /// The Kyber prekey of last resort.
    pub kyber: Option<KyberPreKey>,
}

/// Completes our prekeys and makes the next publication of them: the lasting ones as they are, or
/// new ones the first time; a batch of new one-time prekeys if `more` are wanted. The changes must
/// be saved before the publication leaves: from then on somebody may use it.
pub fn prekeys<R: CryptoRng>(
    identity: &IdentityKeyPair,
    registration_id: u32,
    saved: SavedPreKeys,
    more: bool,
    (now, rng): (Timestamp, &mut R),
) -> (Publishable, Vec<Change>) {
    let mut changes = vec![];
    let signed = saved.signed.unwrap_or_else(|| {
        let key = SignedPreKey::generate(FIRST_ID, identity, rng);
        changes.push(save(PreKeyKind::Signed, FIRST_ID, &key, now));
        key
    });
    let kyber = saved.kyber.unwrap_or_else(|| {
        let key = KyberPreKey::generate(FIRST_ID, identity, rng);
        changes.push(save(PreKeyKind::Kyber, FIRST_ID, &key, now));
        key
    });
    let count = if more { BATCH } else { 0 };
    // Random numbers of 24 bits: a number that was used is not likely to come again, whatever has
    // been forgotten since.
    let first = rng.next_u32() >> 8;
    let one_time = (0..count).map(|offset| {
        let id = first.wrapping_add(offset) & 0x00ff_ffff;
        let key = OneTimePreKey::generate(id, rng);
        changes.push(save(PreKeyKind::OneTime, id, &key, now));
        OneTime(OneTimePublic::from(&key).to_bytes())
    });
    let one_time = one_time.collect();
    let bundle = Bundle::new(registration_id, DEVICE, identity, &signed, &kyber);
    (Publishable { bundle: bundle.base_bytes(), one_time }, changes)
}

fn save(kind: PreKeyKind, id: u32, key: &impl Encode, created: Timestamp) -> Change {
    Change::SavePreKey { kind, id, record: Zeroizing::new(key.to_bytes()), created }
}
