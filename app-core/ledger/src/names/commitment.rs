//! Commitments: a name is registered in two steps, so that nobody can take it who sees it asked for.
//!
//! A commitment belongs to an account and a hash; copying the hash is useless and blocks nobody. All
//! of them also stand in one queue in the order of their rounds, from which those that nobody
//! revealed are taken when they are over.

use crate::cell_key;
use name_rules::Name;
use types::{Abc, Address, Amount, ChainId, Round};
use wire::{Decode, DecodeError, Encode, Reader, Writer, hash};

/// A name is revealed at least so many rounds after its commitment.
pub const MIN_COMMITMENT: u64 = 2;
/// A name is revealed at most so many rounds after its commitment; then the deposit is forfeited.
pub const MAX_COMMITMENT: u64 = 600;

/// A hash that an account has committed to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Commitment {
    /// When.
    pub round: Round,
    /// What it put down.
    pub deposit: Amount<Abc>,
}

impl Commitment {
    /// Whether it is too old to be revealed.
    #[must_use]
    pub fn is_over(&self, now: Round) -> bool {
        now > self.round.plus(MAX_COMMITMENT)
    }

    /// Whether it is still too young to be revealed.
    #[must_use]
    pub fn is_young(&self, now: Round) -> bool {
        now < self.round.plus(MIN_COMMITMENT)
    }
}

/// What an account commits to:
/// SHA-256("bcm-name-commit-v1" ‖ chain ‖ home address ‖ canonical name ‖ salt).
#[must_use]
pub fn commit_hash(chain: ChainId, home: Address, name: &Name, salt: &[u8; 32]) -> [u8; 32] {
    let name = name.to_string();
    hash("bcm-name-commit-v1", &[&chain.0, &home.to_bytes(), name.as_bytes(), salt])
}

/// Where a commitment lies: `commit/` ‖ home address ‖ hash.
#[must_use]
pub fn commitment_key(home: Address, hash: &[u8; 32]) -> Vec<u8> {
    [b"commit/".as_slice(), &home.to_bytes(), hash].concat()
}

/// Where the ends of the queue are noted.
pub(crate) fn due_key() -> Vec<u8> {
    cell_key("commitments")
}

/// Where a place of the queue lies: `commit-due/` ‖ number.
pub(crate) fn waiting_key(number: u64) -> Vec<u8> {
    [b"commit-due/".as_slice(), &number.to_be_bytes()].concat()
}

/// The ends of the queue of all commitments: places `head` up to `tail`, that one not included.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Due {
    pub(crate) head: u64,
    pub(crate) tail: u64,
}

/// A commitment in the queue; it may have been revealed since.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Waiting {
    pub(crate) home: Address,
    pub(crate) hash: [u8; 32],
    pub(crate) round: Round,
}

impl Encode for Commitment {
    fn encode(&self, w: &mut Writer) {
        self.round.encode(w);
        self.deposit.encode(w);
    }
}

impl Decode for Commitment {
    fn decode(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        Ok(Self { round: Round::decode(r)?, deposit: Amount::decode(r)? })
    }
}

impl Encode for Due {
    fn encode(&self, w: &mut Writer) {
        w.u64(self.head);
        w.u64(self.tail);
    }
}

impl Decode for Due {
    fn decode(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        Ok(Self { head: r.u64()?, tail: r.u64()? })
    }
}

impl Encode for Waiting {
    fn encode(&self, w: &mut Writer) {
        self.home.encode(w);
        w.fixed(&self.hash);
        self.round.encode(w);
    }
}

impl Decode for Waiting {
    fn decode(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        Ok(Self { home: Address::decode(r)?, hash: r.fixed()?, round: Round::decode(r)? })
    }
}
