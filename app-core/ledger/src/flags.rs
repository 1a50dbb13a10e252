//! What the managers have decided to switch off, and from which round on.
//!
//! There are two switches: the private pool, should its proofs be worth nothing (`shielded-pool.md` 0,
//! 4), and ECDSA, should a quantum computer come (`money-and-mail.md` A10). A decision is signed by a
//! quorum of the committee that decides the round it comes in, each member with its consensus key and
//! under a tag of its own, so that it can be signed far away from any node. A switch can be brought
//! forward, never put off or undone.

use crate::{Committee, MAX_MEMBERS, cell_key};
use types::{ChainId, Round};
use wire::{Decode, DecodeError, Encode, Reader, Writer, hash};

/// Most signatures that one decision carries.
pub(crate) const MAX_CONSENTS: usize = MAX_MEMBERS;

/// What can be switched off.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Flag {
    /// The private pool: no bundle is accepted any more, neither in nor out.
    PoolStop,
    /// ECDSA: its keys sign nothing any more but the move of a key that was never shown.
    EcdsaOff,
}

/// To switch something off.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Decision {
    /// What.
    pub flag: Flag,
    /// From this round on.
    pub from: Round,
}

/// What is switched off, as the state has it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Flags {
    /// From this round on the pool accepts nothing.
    pub pool_stop: Option<Round>,
    /// From this round on ECDSA is refused.
    pub ecdsa_off: Option<Round>,
}

/// A manager's signature under a decision.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Consent {
    /// The member's key for consensus.
    pub key: [u8; 32],
    /// By that key over [`Decision::signed_bytes`].
    pub signature: [u8; 64],
}

/// Where the flags lie.
#[must_use]
pub fn flags_key() -> Vec<u8> {
    cell_key("flags")
}

impl Flag {
    /// Its stable name.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::PoolStop => "pool_stop",
            Self::EcdsaOff => "ecdsa_off",
        }
    }

    /// The flag of this name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        [Self::PoolStop, Self::EcdsaOff].into_iter().find(|flag| flag.name() == name)
    }
}

impl Decision {
    /// What its signatures are over: SHA-256("bcm-decision-v1" ‖ chain ‖ decision).
    #[must_use]
    pub fn signed_bytes(&self, chain: ChainId) -> [u8; 32] {
        hash("bcm-decision-v1", &[&chain.0, &self.to_bytes()])
    }

    /// How many members of this committee have signed it, `None` if one of the signatures is wrong or
    /// a key stands twice. Keys that are no member's do not count.
    #[must_use]
    pub fn consents(
        &self,
        chain: ChainId,
        committee: &Committee,
        consents: &[Consent],
    ) -> Option<usize> {
        let ordered = |pair: &[Consent]| matches!(pair, [one, next] if one.key < next.key);
        if !consents.windows(2).all(ordered) {
            return None;
        }
        let signed = self.signed_bytes(chain);
        let members = consents
            .iter()
            .filter(|consent| committee.members().iter().any(|member| member.key == consent.key));
        members.into_iter().try_fold(0_usize, |count, consent| {
            let good = keys::ed25519_verify(&consent.key, &signed, &consent.signature);
            good.then(|| count.saturating_add(1))
        })
    }
}

impl Flags {
    /// From when on this is switched off, if that has been decided.
    #[must_use]
    pub const fn since(&self, flag: Flag) -> Option<Round> {
        match flag {
            Flag::PoolStop => self.pool_stop,
            Flag::EcdsaOff => self.ecdsa_off,
        }
    }

    /// True if this is switched off in that round.
    #[must_use]
    pub fn is_off(&self, flag: Flag, round: Round) -> bool {
        self.since(flag).is_some_and(|from| from <= round)
    }

    /// With this decision; `None` if it changes nothing, because what stands is as early.
    #[must_use]
    pub fn after(mut self, decision: Decision) -> Option<Self> {
        if self.since(decision.flag).is_some_and(|from| from <= decision.from) {
            return None;
        }
        match decision.flag {
            Flag::PoolStop => self.pool_stop = Some(decision.from),
            Flag::EcdsaOff => self.ecdsa_off = Some(decision.from),
        }
        Some(self)
    }
}

impl Encode for Flag {
    fn encode(&self, w: &mut Writer) {
        w.u8(match self {
            Self::PoolStop => 1,
            Self::EcdsaOff => 2,
        });
    }
}

impl Decode for Flag {
    fn decode(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        match r.u8()? {
            1 => Ok(Self::PoolStop),
            2 => Ok(Self::EcdsaOff),
            _ => Err(DecodeError::BadValue("flag")),
        }
    }
}

impl Encode for Decision {
    fn encode(&self, w: &mut Writer) {
        self.flag.encode(w);
        self.from.encode(w);
    }
}

impl Decode for Decision {
    fn decode(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        Ok(Self { flag: Flag::decode(r)?, from: Round::decode(r)? })
    }
}

impl Encode for Flags {
    fn encode(&self, w: &mut Writer) {
        w.option(self.pool_stop.as_ref());
        w.option(self.ecdsa_off.as_ref());
    }
}

impl Decode for Flags {
    fn decode(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        Ok(Self { pool_stop: r.option()?, ecdsa_off: r.option()? })
    }
}

impl Encode for Consent {
    fn encode(&self, w: &mut Writer) {
        w.fixed(&self.key);
        w.fixed(&self.signature);
    }
}

impl Decode for Consent {
    fn decode(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        Ok(Self { key: r.fixed()?, signature: r.fixed()? })
    }
}
