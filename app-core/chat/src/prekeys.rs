//! Our own prekeys: made here, kept by `store`, published in the directory.
//!
//! Saving comes first: a publication is kept, byte for byte, with the prekeys that it names until the
//! worker has confirmed it. What is wanted, and what is due to be forgotten, [`due`] decides.

mod due;
#[cfg(test)]
mod tests;

pub use due::{Wanted, current, next_number, overdue, wanted};

use keys::Ed25519Key;
use rand_core::CryptoRng;
use ratchet::{
    Bundle, IdentityKeyPair, KyberPreKey, KyberPublic, OneTimePreKey, OneTimePublic, SignedPreKey,
    UsedPreKeys,
};
use std::collections::BTreeSet;
use types::{Timestamp, WorkerId};
use wire::directory::{DirectoryRequest, OneTime, OneTimeKyber, Publication, publish_bytes};
use wire::{Decode, Encode};
use zeroize::Zeroizing;

use crate::{Change, KeptPreKey, PreKeyKind};

/// The device number of an account that has one device.
pub(crate) const DEVICE: u32 = 1;

/// The public half of what is published.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Publishable {
    /// Nothing that was published before is to be handed out any more.
    pub afresh: bool,
    /// Identity key, signed prekey, Kyber prekey of last resort, with their signatures.
    pub bundle: Vec<u8>,
    /// New one-time Curve25519 prekeys.
    pub one_time: Vec<OneTime>,
    /// New one-time Kyber prekeys.
    pub kyber: Vec<OneTimeKyber>,
}

impl Publishable {
    /// Signs a publication with this number for this worker.
    #[must_use]
    pub fn request(self, key: &Ed25519Key, worker: WorkerId, sequence: u64) -> DirectoryRequest {
        let Self { afresh, bundle, one_time, kyber } = self;
        let publication =
            Publication { key: key.public(), sequence, afresh, bundle, one_time, kyber };
        let signature = key.sign(&publish_bytes(worker, &publication));
        DirectoryRequest::Publish { publication, signature }
    }
}

/// The prekeys that are handed out again and again.
#[derive(Debug)]
pub struct Lasting {
    /// The signed prekey of these days.
    pub signed: SignedPreKey,
    /// The Kyber prekey of last resort of these days.
    pub kyber: KyberPreKey,
}

/// Whose prekeys are made, and beside which.
#[derive(Debug)]
pub struct Stock<'a> {
    /// Who signs them.
    pub identity: &'a IdentityKeyPair,
    /// The number of this installation.
    pub registration_id: u32,
    /// All that are kept: no new one gets the number of one of them.
    pub kept: &'a [KeptPreKey],
    /// The time of making.
    pub now: Timestamp,
}

impl Stock<'_> {
    /// Makes what is wanted and puts the next publication together, with the lasting ones as they
    /// are unless new ones are wanted. The changes must be saved with the publication before that
    /// leaves: from then on somebody may use them.
    pub fn make(
        &self,
        wanted: Wanted,
        lasting: Option<Lasting>,
        rng: &mut impl CryptoRng,
    ) -> (Publishable, Vec<Change>) {
        use PreKeyKind::{Kyber, OneTime as OneTimeCurve, OneTimeKyber as OneTimeOfKyber, Signed};
        let Self { identity, registration_id, .. } = *self;
        let mut changes = vec![];
        let mut kyber_numbers = self.numbers(&[Kyber, OneTimeOfKyber]);
        let lasting = lasting.filter(|_| !wanted.lasting).unwrap_or_else(|| {
            let signed = SignedPreKey::generate(self.numbers(&[Signed]).next(rng), identity, rng);
            let kyber = KyberPreKey::generate(kyber_numbers.next(rng), identity, rng);
            changes.push(self.save(Signed, signed.id(), &signed));
            changes.push(self.save(Kyber, kyber.id(), &kyber));
            Lasting { signed, kyber }
        });
        let mut numbers = self.numbers(&[OneTimeCurve]);
        let (mut one_time, mut kyber) = (vec![], vec![]);
        for _ in 0..wanted.one_time {
            let key = OneTimePreKey::generate(numbers.next(rng), rng);
            changes.push(self.save(OneTimeCurve, key.id(), &key));
            one_time.push(OneTime(OneTimePublic::from(&key).to_bytes()));
        }
        for _ in 0..wanted.kyber {
            let key = KyberPreKey::generate(kyber_numbers.next(rng), identity, rng);
            changes.push(self.save(OneTimeOfKyber, key.id(), &key));
            kyber.push(OneTimeKyber(KyberPublic::from(&key).to_bytes()));
        }
        let Lasting { signed, kyber: last_resort } = &lasting;
        let bundle = Bundle::new(registration_id, DEVICE, identity, signed, last_resort);
        let bundle = bundle.base_bytes();
        (Publishable { afresh: wanted.afresh, bundle, one_time, kyber }, changes)
    }

    fn save(&self, kind: PreKeyKind, id: u32, key: &impl Encode) -> Change {
        let record = Zeroizing::new(key.to_bytes());
        Change::SavePreKey { kind, id, record, created: self.now }
    }

    fn numbers(&self, kinds: &[PreKeyKind]) -> Numbers {
        let of_kind = |kept: &&KeptPreKey| kinds.contains(&kept.kind);
        Numbers(self.kept.iter().filter(of_kind).map(|kept| kept.id).collect())
    }
}

/// The numbers that are taken, of prekeys that messages name in the same place.
struct Numbers(BTreeSet<u32>);

impl Numbers {
    /// A random number of 24 bits, never 0 and never one that is kept. Random, so that an account
    /// that was restored does not give a number of its former self to another key.
    fn next(&mut self, rng: &mut impl CryptoRng) -> u32 {
        loop {
            let id = rng.next_u32() >> 8;
            if id != 0 && self.0.insert(id) {
                return id;
            }
        }
    }
}

/// The worker has confirmed this publication: of the prekeys that are kept, those in whose place it
/// stands are not handed out any more from now on.
#[must_use]
pub fn published(kept: &[KeptPreKey], publication: &Publication, now: Timestamp) -> Vec<Change> {
    let named = named(publication);
    let is_replaced = |kept: &&KeptPreKey| {
        let stands = named.contains(&(kept.kind, kept.id));
        kept.replaced.is_none() && !stands && (publication.afresh || kept.kind.is_lasting())
    };
    let replaced = kept.iter().filter(is_replaced);
    let replaced = replaced.map(|KeptPreKey { kind, id, .. }| Change::ReplacePreKey {
        kind: *kind,
        id: *id,
        since: now,
    });
    [Change::RemovePublication, Change::SetPublication(publication.sequence)]
        .into_iter()
        .chain(replaced)
        .collect()
}

/// The prekeys that a publication of ours hands out.
fn named(publication: &Publication) -> BTreeSet<(PreKeyKind, u32)> {
    let Publication { bundle, one_time, kyber, .. } = publication;
    let bundle = Bundle::from_parts(bundle, None).ok();
    let lasting = bundle.map(|bundle| {
        [(PreKeyKind::Signed, bundle.signed.id), (PreKeyKind::Kyber, bundle.kyber.id)]
    });
    let one_time = one_time
        .iter()
        .filter_map(|key| Some((PreKeyKind::OneTime, OneTimePublic::from_bytes(&key.0).ok()?.id)));
    let kyber = kyber.iter().filter_map(|key| {
        Some((PreKeyKind::OneTimeKyber, KyberPublic::from_bytes(&key.0).ok()?.id))
    });
    lasting.into_iter().flatten().chain(one_time).chain(kyber).collect()
}

/// What the first message of a session has used up; the message does not say which kind of Kyber
/// prekey it names, its owner knows. One-time prekeys are gone with it; a use of one of last resort
/// is remembered, so that there is no second.
#[must_use]
pub fn spent(used: UsedPreKeys, kyber_kind: PreKeyKind) -> Vec<Change> {
    let UsedPreKeys { one_time, kyber, signed, base_key } = used;
    let kyber = match kyber_kind {
        PreKeyKind::OneTimeKyber => Change::RemovePreKey { kind: kyber_kind, id: kyber },
        PreKeyKind::Kyber | PreKeyKind::Signed | PreKeyKind::OneTime => {
            Change::MarkKyberUsed { kyber, signed, base_key }
        }
    };
    let one_time = one_time.map(|id| Change::RemovePreKey { kind: PreKeyKind::OneTime, id });
    [kyber].into_iter().chain(one_time).collect()
}
