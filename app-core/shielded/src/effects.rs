//! What a bundle does: its actions, the value that crosses the pool's border, and the anchor.
//!
//! Made by [`crate::Draft`] or read from foreign bytes; both ways every point is canonical and the
//! form is one that [`crate::form`] accepts. Proof and signatures are apart, in
//! [`crate::Authorization`]: they are randomised and so never part of a transaction's id.

use crate::{Anchor, Commitment, CompactAction, Nullifier, form};
use core::fmt;
use wire::{Decode, DecodeError, Encode, Reader, Writer, hash};

/// The only version of the pool there is: `orchard` 0.16, `ironwood_v3`.
pub const POOL_VERSION: u8 = 1;
/// Most actions of one bundle.
pub const MAX_ACTIONS: usize = 16;
/// Bytes of an action.
pub const ACTION_LEN: usize = 820;
/// Version, flags, value balance, anchor, count.
const HEAD_LEN: usize = 47;
/// Bytes of an encrypted note with its memo.
pub(crate) const ENC_LEN: usize = 580;
/// Bytes of what lets the payer read back whom he paid.
pub(crate) const OUT_LEN: usize = 80;
/// Bytes of an encrypted note without memo and tag.
pub(crate) const COMPACT_LEN: usize = 52;

/// Spends one note, or pretends to, and makes one, or pretends to.
#[derive(Clone, PartialEq, Eq)]
pub struct Action {
    pub(crate) cv: [u8; 32],
    pub(crate) nullifier: Nullifier,
    pub(crate) rk: [u8; 32],
    pub(crate) cmx: Commitment,
    pub(crate) epk: [u8; 32],
    pub(crate) enc: [u8; ENC_LEN],
    pub(crate) out: [u8; OUT_LEN],
}

/// What a bundle does.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Effects {
    pub(crate) version: u8,
    pub(crate) flags: u8,
    pub(crate) balance: i64,
    pub(crate) anchor: Anchor,
    pub(crate) actions: Vec<Action>,
}

/// The two halves of a bundle's digest: what a wallet scans, and the rest.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Halves {
    /// C = SHA-256("bcm-compact-v1" ‖ n u8 ‖ n × (nf ‖ cmx ‖ epk ‖ enc\[0..52\])).
    pub compact: [u8; 32],
    /// R = SHA-256("bcm-rest-v1" ‖ version u8 ‖ n u8 ‖ n × (cv ‖ rk ‖ enc\[52..580\] ‖ out) ‖
    /// flags u8 ‖ value balance i64 ‖ tree u32 ‖ root).
    pub rest: [u8; 32],
}

impl Halves {
    /// SHA-256("bcm-bundle-v1" ‖ C ‖ R): what stands for the bundle in the id of its transaction.
    #[must_use]
    pub fn digest(&self) -> [u8; 32] {
        hash("bcm-bundle-v1", &[&self.compact, &self.rest])
    }
}

impl Effects {
    /// Bytes of the effects of a bundle with so many actions.
    #[must_use]
    pub const fn len_for(actions: usize) -> usize {
        HEAD_LEN.saturating_add(ACTION_LEN.saturating_mul(actions))
    }

    /// What leaves the pool, in smallest units of ABC; negative if value enters it.
    #[must_use]
    pub const fn value_balance(&self) -> i64 {
        self.balance
    }

    /// What the spends are proved against.
    #[must_use]
    pub const fn anchor(&self) -> Anchor {
        self.anchor
    }

    /// The actions, 2, 4, 8 or 16. How many is all that a fee depends on.
    #[must_use]
    pub fn actions(&self) -> &[Action] {
        &self.actions
    }

    /// What enters the set of nullifiers, in the order of the actions; those of padding as well.
    pub fn nullifiers(&self) -> impl Iterator<Item = Nullifier> {
        self.actions.iter().map(|action| action.nullifier)
    }

    /// What is appended to the tree, in the order of the actions.
    pub fn commitments(&self) -> impl Iterator<Item = Commitment> {
        self.actions.iter().map(|action| action.cmx)
    }

    /// What a wallet scans.
    #[must_use]
    pub fn compact(&self) -> Vec<CompactAction> {
        self.actions.iter().map(Action::compact).collect()
    }

    /// The two halves of the digest; every byte of the effects is in exactly one of them.
    #[must_use]
    pub fn halves(&self) -> Halves {
        Halves { compact: crate::compact_digest(&self.compact()), rest: self.rest() }
    }

    /// [`Halves::digest`] of this bundle.
    #[must_use]
    pub fn digest(&self) -> [u8; 32] {
        self.halves().digest()
    }

    fn rest(&self) -> [u8; 32] {
        let mut w = Writer::new();
        w.u8(self.version);
        w.u8(count(self.actions.len()));
        for action in &self.actions {
            w.fixed(&action.cv);
            w.fixed(&action.rk);
            w.fixed(action.enc.split_at(COMPACT_LEN).1);
            w.fixed(&action.out);
        }
        w.u8(self.flags);
        w.fixed(&self.balance.to_be_bytes());
        self.anchor.encode(&mut w);
        hash("bcm-rest-v1", &[&w.into_bytes()])
    }
}

impl Action {
    /// The spent mark of the note that it spends.
    #[must_use]
    pub const fn nullifier(&self) -> Nullifier {
        self.nullifier
    }

    /// The commitment to the note that it makes.
    #[must_use]
    pub const fn commitment(&self) -> Commitment {
        self.cmx
    }

    /// The key that its spend is signed with, used once.
    #[must_use]
    pub const fn spend_key(&self) -> &[u8; 32] {
        &self.rk
    }

    /// What a wallet scans.
    #[must_use]
    pub fn compact(&self) -> CompactAction {
        let mut enc = [0; COMPACT_LEN];
        enc.copy_from_slice(self.enc.split_at(COMPACT_LEN).0);
        CompactAction { nullifier: self.nullifier, cmx: self.cmx, epk: self.epk, enc }
    }
}

/// A count of actions as it is written; no value of ours has more than [`MAX_ACTIONS`].
pub(crate) fn count(actions: usize) -> u8 {
    u8::try_from(actions).unwrap_or(u8::MAX)
}

impl fmt::Debug for Action {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Action")
            .field("nullifier", &self.nullifier)
            .field("cmx", &self.cmx)
            .finish_non_exhaustive()
    }
}

impl Encode for Action {
    fn encode(&self, w: &mut Writer) {
        w.fixed(&self.cv);
        self.nullifier.encode(w);
        w.fixed(&self.rk);
        self.cmx.encode(w);
        w.fixed(&self.epk);
        w.fixed(&self.enc);
        w.fixed(&self.out);
    }
}

impl Decode for Action {
    fn decode(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        let action = Self {
            cv: r.fixed()?,
            nullifier: Nullifier(r.fixed()?),
            rk: r.fixed()?,
            cmx: Commitment(r.fixed()?),
            epk: r.fixed()?,
            enc: r.fixed()?,
            out: r.fixed()?,
        };
        form::check_points(&action).map_err(|_| DecodeError::BadValue("action"))?;
        Ok(action)
    }
}

impl Encode for Effects {
    fn encode(&self, w: &mut Writer) {
        w.u8(self.version);
        w.u8(self.flags);
        w.fixed(&self.balance.to_be_bytes());
        self.anchor.encode(w);
        w.u8(count(self.actions.len()));
        self.actions.iter().for_each(|action| action.encode(w));
    }
}

impl Decode for Effects {
    fn decode(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        let (version, flags) = (r.u8()?, r.u8()?);
        let (balance, anchor) = (i64::from_be_bytes(r.fixed()?), Anchor::decode(r)?);
        let count = usize::from(r.u8()?);
        if count > MAX_ACTIONS {
            return Err(DecodeError::TooLong);
        }
        let actions = (0..count).map(|_| Action::decode(r)).collect::<Result<_, _>>()?;
        let effects = Self { version, flags, balance, anchor, actions };
        form::check(&effects).map_err(|malformed| DecodeError::BadValue(malformed.code()))?;
        Ok(effects)
    }
}
