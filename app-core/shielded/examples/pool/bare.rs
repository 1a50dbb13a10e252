//! The same with nothing but the crate of the circuit.

use crate::Failure;
use incrementalmerkletree::{Hashable, Level};
use orchard::builder::{Builder, BundleType};
use orchard::bundle::{Authorized, BatchValidator, BundleVersion, Flags};
use orchard::circuit::{ProvingKey, VerifyingKey};
use orchard::keys::{
    FullViewingKey, PreparedIncomingViewingKey, Scope, SpendAuthorizingKey, SpendingKey,
};
use orchard::note::{ExtractedNoteCommitment, Note, RandomSeed, Rho};
use orchard::note_encryption::{CompactAction, IronwoodDomain};
use orchard::tree::{MerkleHashOrchard, MerklePath};
use orchard::value::NoteValue;
use orchard::{Anchor, Bundle, NoteVersion};
use zcash_note_encryption::batch::try_compact_note_decryption;

const SIGHASH: [u8; 32] = [9; 32];
const FEE: u64 = 3_000;

pub(crate) struct Bare {
    proving: ProvingKey,
    verifying: VerifyingKey,
    person: SpendingKey,
    note: Note,
    path: MerklePath,
    anchor: Anchor,
}

type Proved = Bundle<Authorized, i64>;

impl Bare {
    /// Somebody with a note of this value, the only leaf of the tree.
    pub(crate) fn new(value: u64) -> Result<Self, Failure> {
        let proving = ProvingKey::build(BundleVersion::ironwood_v3().circuit_version());
        let person = spending(1)?;
        let to = FullViewingKey::from(&person).address_at(0_u32, Scope::External);
        let rho: Rho = Option::from(Rho::from_bytes(&[1; 32])).ok_or("no rho")?;
        let seed = (1..=u8::MAX).find_map(|byte| RandomSeed::from_bytes([byte; 32], &rho).into());
        let value = NoteValue::from_raw(value);
        let note = Note::from_parts(to, value, rho, seed.ok_or("no seed")?, NoteVersion::V3);
        let note: Note = Option::from(note).ok_or("no note")?;
        let path = std::array::from_fn(|level| {
            MerkleHashOrchard::empty_root(Level::from(u8::try_from(level).unwrap_or(u8::MAX)))
        });
        let path = MerklePath::from_parts(0, path);
        let anchor = path.root(ExtractedNoteCommitment::from(note.commitment()));
        Ok(Self { verifying: proving.verifying_key(), proving, person, note, path, anchor })
    }

    /// Pays somebody else, with change.
    pub(crate) fn pay(&self) -> Result<Proved, Failure> {
        let (version, mut rng) = (BundleVersion::ironwood_v3(), rand::rng());
        let kind = BundleType::Transactional { bundle_required: true, pad_to_minimum: Some(2) };
        let flags = Flags::from_byte(0b111, version).ok_or("no flags")?;
        let full = FullViewingKey::from(&self.person);
        let other = FullViewingKey::from(&spending(2)?).address_at(0_u32, Scope::External);
        let value = self.note.value().inner();
        let mut builder = Builder::new(kind, version, flags, self.anchor)?;
        builder.add_spend(full.clone(), self.note, self.path.clone())?;
        let (ovk, half) = (full.to_ovk(Scope::External), value / 2);
        builder.add_output(Some(ovk), other, NoteValue::from_raw(half), [0; 512])?;
        let own = full.address_at(0_u32, Scope::Internal);
        let (ovk, rest) = (full.to_ovk(Scope::Internal), NoteValue::from_raw(half - FEE));
        builder.add_output(Some(ovk), own, rest, [0; 512])?;
        let (bundle, _) = builder.build::<i64>(&mut rng)?.ok_or("no bundle")?;
        let proved = bundle.create_proof(&self.proving, &mut rng)?;
        let signer = SpendAuthorizingKey::from(&self.person);
        Ok(proved.apply_signatures(&mut rng, SIGHASH, &[signer])?)
    }

    /// Verifies so many at once.
    pub(crate) fn verify(&self, bundle: &Proved, count: usize) -> Result<(), Failure> {
        let mut batch = BatchValidator::new(&self.verifying);
        for _ in 0..count {
            batch.add_bundle(bundle, SIGHASH).map_err(|_| "a good bundle is refused")?;
        }
        if batch.validate(rand::rng()) { Ok(()) } else { Err("a good bundle is refused".into()) }
    }

    /// Scans so many actions that are somebody else's.
    pub(crate) fn scan(&self, bundle: &Proved, count: usize) -> Result<(), Failure> {
        let full = FullViewingKey::from(&spending(3)?);
        let keys = [Scope::External, Scope::Internal];
        let keys = keys.map(|scope| PreparedIncomingViewingKey::new(&full.to_ivk(scope)));
        let all: Vec<_> = bundle.actions().iter().collect();
        let actions = all.into_iter().cycle().take(count);
        let actions: Vec<_> = actions
            .map(CompactAction::from)
            .map(|action| (IronwoodDomain::for_compact_action(&action), action))
            .collect();
        let found = try_compact_note_decryption(&keys, &actions);
        if found.iter().any(Option::is_some) { Err("not its own".into()) } else { Ok(()) }
    }
}

fn spending(seed: u8) -> Result<SpendingKey, Failure> {
    Ok(Option::from(SpendingKey::from_bytes([seed; 32])).ok_or("no key")?)
}
