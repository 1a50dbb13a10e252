//! Making a bundle: which notes are spent, who is paid, then the proof, then the signatures.
//!
//! Which notes to spend and how to split the change is the wallet's choice. What holds for every
//! bundle of ours is held here: one account, one anchor, padding to 2, 4, 8 or 16 actions, every
//! output readable by the account's own viewing key.

use crate::bundle::Authorization;
use crate::effects::{Effects, MAX_ACTIONS, POOL_VERSION};
use crate::form::{self, FLAGS_PAYMENT, FLAGS_SHIELDING};
use crate::secret::redacted;
use crate::{
    Action, Anchor, Bundle, Commitment, Memo, Note, Nullifier, ProvingKey, Scope, ShieldedAddress,
    SpendingKey, ViewingKey, Witness, sighash,
};
use orchard::builder::{Builder, BundleMetadata, BundleType};
use orchard::bundle::{BundleVersion, Flags};
use orchard::value::NoteValue;
use rand_core::CryptoRng;
use types::{Abc, Amount, TxId};

/// A note to spend, with its path to the plan's anchor.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Spend {
    /// The note.
    pub note: Note,
    /// Its path.
    pub witness: Witness,
}

/// What an output is for; it decides which outgoing key opens it later.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    /// Pays somebody: opened by the account's external outgoing key.
    Payment,
    /// Stays in the account: to an internal address, opened by the internal key.
    Change,
    /// Moves on to the account of the next period: opened by the internal key, alone in its bundle.
    CarryOver,
}

/// A note to make.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Output {
    /// To whom.
    pub to: ShieldedAddress,
    /// How much.
    pub amount: Amount<Abc>,
    /// What it says.
    pub memo: Memo,
    /// What it is for.
    pub purpose: Purpose,
}

/// What a bundle is to do. What its spends are worth and its outputs are not leaves the pool.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Plan {
    /// The root that every witness leads to; without spends, any known one.
    pub anchor: Anchor,
    /// The notes to spend, all of one account.
    pub spends: Vec<Spend>,
    /// The notes to make.
    pub outputs: Vec<Output>,
}

/// Why no bundle can be made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum BuildError {
    /// Nothing to do, or more than 16 spends or outputs.
    #[error("a bundle has 1 to 16 spends or outputs")]
    Size,
    /// A note of another account than that of the key: accounts are never mixed.
    #[error("a note of another account")]
    OtherAccount,
    /// A path that does not lead to the anchor.
    #[error("a note that is not under the anchor")]
    OtherAnchor,
    /// An output that its purpose does not allow: change to a foreign address, a carry-over beside
    /// something else, a memo that is too long.
    #[error("an output that is not allowed")]
    Output,
    /// More value than there can be.
    #[error("more value than there is")]
    Value,
    /// The proof could not be made.
    #[error("the proof could not be made")]
    Proof,
}

/// A note that a bundle makes, as its maker knows it. The wallet keeps it: what was paid, and its
/// own change before it is ever scanned.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Made {
    /// The index of its action in the bundle.
    pub action: usize,
    /// The note.
    pub note: Note,
}

/// A bundle that is not signed yet: it has effects, and so a digest for the transaction's id.
pub struct Draft {
    pub(crate) inner: orchard::pczt::Bundle,
    effects: Effects,
    made: Vec<Made>,
}

redacted!(Draft);

impl Plan {
    /// How many actions the bundle will have; `None` if it can have none.
    #[must_use]
    pub fn actions(&self) -> Option<usize> {
        let most = self.spends.len().max(self.outputs.len());
        if most == 0 || most > MAX_ACTIONS {
            return None;
        }
        Some(most.next_power_of_two().max(2))
    }

    /// What will leave the pool, in smallest units, negative if value enters it; `None` if that is
    /// more than there can be.
    #[must_use]
    pub fn value_balance(&self) -> Option<i64> {
        let spent = self.spends.iter().map(|spend| i128::from(spend.note.value.units()));
        let made = self.outputs.iter().map(|output| i128::from(output.amount.units()));
        let balance = spent.chain(made.map(|value| value.saturating_neg()));
        let balance = balance.fold(0_i128, i128::saturating_add);
        i64::try_from(balance).ok()
    }

    fn check(&self, key: &ViewingKey) -> Result<(), BuildError> {
        let carries = |output: &Output| output.purpose == Purpose::CarryOver;
        if self.outputs.iter().any(carries) && self.outputs.len() > 1 {
            return Err(BuildError::Output);
        }
        for output in self.outputs.iter().filter(|output| output.purpose == Purpose::Change) {
            if key.scope_of(&output.to) != Some(Scope::Internal) {
                return Err(BuildError::Output);
            }
        }
        Ok(())
    }
}

impl Draft {
    /// Makes the effects of a bundle: encrypts the notes, mixes the order, pads.
    ///
    /// # Errors
    /// [`BuildError`].
    pub fn build(
        plan: &Plan,
        key: &ViewingKey,
        rng: &mut dyn CryptoRng,
    ) -> Result<Self, BuildError> {
        plan.check(key)?;
        let mut builder = builder(plan)?;
        let full = key.inner().ok_or(BuildError::OtherAccount)?;
        for spend in &plan.spends {
            let note = spend.note.inner().ok_or(BuildError::OtherAccount)?;
            // The crate does not look where notes of no value lie; a wallet that spends one
            // has lost track all the same.
            let root = spend.note.commitment().and_then(|leaf| spend.witness.root(leaf));
            if root != Some(plan.anchor.root) {
                return Err(BuildError::OtherAnchor);
            }
            let added = builder.add_spend(full.clone(), note, spend.witness.inner());
            added.map_err(|_| BuildError::OtherAccount)?;
        }
        for output in &plan.outputs {
            let scope = match output.purpose {
                Purpose::Payment => Scope::External,
                Purpose::Change | Purpose::CarryOver => Scope::Internal,
            };
            let memo = output.memo.to_bytes().ok_or(BuildError::Output)?;
            let (ovk, to) = (full.to_ovk(scope.inner()), output.to.inner());
            let value = NoteValue::from_raw(output.amount.units());
            builder
                .add_output(Some(ovk), to.ok_or(BuildError::Output)?, value, memo)
                .map_err(|_| BuildError::Output)?;
        }
        let (inner, places) = builder.build_for_pczt(rng).map_err(|_| BuildError::Value)?;
        Self::of(inner, plan, &places)
    }

    fn of(
        inner: orchard::pczt::Bundle,
        plan: &Plan,
        places: &BundleMetadata,
    ) -> Result<Self, BuildError> {
        let balance = plan.value_balance().ok_or(BuildError::Value)?;
        let effects = Effects {
            version: POOL_VERSION,
            flags: inner.flag_byte(),
            balance,
            anchor: plan.anchor,
            actions: inner.actions().iter().map(action).collect(),
        };
        form::check(&effects).map_err(|_| BuildError::Value)?;
        let made = (0..plan.outputs.len()).map(|output| {
            let action = places.output_action_index(output)?;
            Some(Made { action, note: made_note(inner.actions().get(action)?)? })
        });
        let made = made.collect::<Option<Vec<_>>>().ok_or(BuildError::Output)?;
        Ok(Self { inner, effects, made })
    }

    /// What the bundle does; its digest goes into the transaction's id.
    #[must_use]
    pub const fn effects(&self) -> &Effects {
        &self.effects
    }

    /// The bundle as it will be but for its proof and signatures, which are zeros: what a
    /// transaction needs to know its id and its fee.
    #[must_use]
    pub fn unsigned(&self) -> Bundle {
        let actions = self.effects.actions.len();
        let proof = vec![0; orchard::Proof::expected_proof_size(actions)];
        let authorization =
            Authorization { proof, spends: vec![[0; 64]; actions], binding: [0; 64] };
        Bundle { effects: self.effects.clone(), authorization }
    }

    /// The notes it makes, in the order of the plan's outputs.
    #[must_use]
    pub fn made(&self) -> &[Made] {
        &self.made
    }

    /// Makes the proof: some 2.2 s of CPU for each action, on all cores. It does not depend on the
    /// rest of the transaction and can be made before that is known.
    ///
    /// # Errors
    /// [`BuildError::Proof`].
    pub fn prove(&mut self, key: &ProvingKey, rng: &mut dyn CryptoRng) -> Result<(), BuildError> {
        key.prove(&mut self.inner, rng).map_err(|_| BuildError::Proof)
    }

    /// Signs for this transaction and no other.
    ///
    /// # Errors
    /// [`BuildError::OtherAccount`] if the key is not that of the notes that are spent;
    /// [`BuildError::Proof`] before [`Draft::prove`].
    pub fn sign(
        mut self,
        transaction: TxId,
        key: &SpendingKey,
        rng: &mut dyn CryptoRng,
    ) -> Result<Bundle, BuildError> {
        let sighash = sighash(transaction);
        // Signs the padding, whose keys are random and leave the draft here.
        self.inner.finalize_io(sighash, &mut *rng).map_err(|_| BuildError::Value)?;
        let authorizing = key.authorizing();
        for action in self.inner.actions_mut() {
            if action.spend().spend_auth_sig().is_none() {
                let signed = action.sign(sighash, &authorizing, &mut *rng);
                signed.map_err(|_| BuildError::OtherAccount)?;
            }
        }
        let unbound = self.inner.extract::<i64>().map_err(|_| BuildError::Proof)?;
        let bundle = unbound.ok_or(BuildError::Size)?.apply_binding_signature(sighash, rng);
        let authorization = Authorization::of(&bundle.ok_or(BuildError::OtherAccount)?);
        Ok(Bundle { effects: self.effects, authorization })
    }
}

fn builder(plan: &Plan) -> Result<Builder, BuildError> {
    let actions = plan.actions().and_then(|actions| u8::try_from(actions).ok());
    let pad_to_minimum = Some(actions.ok_or(BuildError::Size)?);
    let kind = BundleType::Transactional { bundle_required: true, pad_to_minimum };
    let version = BundleVersion::ironwood_v3();
    let flags = if plan.spends.is_empty() { FLAGS_SHIELDING } else { FLAGS_PAYMENT };
    let flags = Flags::from_byte(flags, version).ok_or(BuildError::Output)?;
    let anchor: Option<_> = orchard::Anchor::from_bytes(plan.anchor.root.0).into();
    let anchor = anchor.ok_or(BuildError::OtherAnchor)?;
    Builder::new(kind, version, flags, anchor).map_err(|_| BuildError::Output)
}

pub(crate) fn action(made: &orchard::pczt::Action) -> Action {
    let (spend, output) = (made.spend(), made.output());
    let encrypted = output.encrypted_note();
    Action {
        cv: made.cv_net().to_bytes(),
        nullifier: Nullifier(spend.nullifier().to_bytes()),
        rk: spend.rk().into(),
        cmx: Commitment(output.cmx().to_bytes()),
        epk: encrypted.epk_bytes,
        enc: encrypted.enc_ciphertext.0,
        out: encrypted.out_ciphertext,
    }
}

fn made_note(made: &orchard::pczt::Action) -> Option<Note> {
    let output = made.output();
    Some(Note {
        receiver: output.recipient().as_ref()?.to_raw_address_bytes(),
        value: Amount::new(output.value().as_ref()?.inner()),
        rho: Nullifier(made.spend().nullifier().to_bytes()),
        seed: *output.rseed().as_ref()?.as_bytes(),
    })
}
